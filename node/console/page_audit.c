/* The audit: who did what, the newest first, and whether the record is whole. */

#include "node/console/show.h"

#include <string.h>

static void verdict(struct exchange *x, const json_t *last)
{
	struct html *html = exchange_html(x);
	char text[WORDS_TIME_MAX];
	if (json_is_true(json_object_get(last, "intact")))
		page_good(x, WORD_AUDIT_INTACT);
	else
		page_wrong(x, WORD_AUDIT_BROKEN);
	words_count(exchange_lang(x), PLURAL_AUDIT_ENTRIES, show_number(last, "entries"), text, sizeof text);
	html_add(html, "<p>%s. %s<br><code dir=\"ltr\">%s</code></p>", text, words_get(exchange_lang(x), WORD_AUDIT_HEAD), page_string(last, "head"));
}

static void row(struct exchange *x, const json_t *one)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX], number[WORDS_TIME_MAX];
	page_when(x, json_object_get(one, "at"), when);
	words_number(exchange_lang(x), show_number(one, "seq"), number, sizeof number);
	html_add(html, "<tr><td>%s</td><td class=\"nw\">%s</td><td>", number, when);
	html_user(html, page_string(one, "who"));
	html_add(html, "</td><td>%s</td><td>", words_code(exchange_lang(x), "did", page_string(one, "action")));
	show_short(x, page_string(one, "detail"));
	html_raw(html, "</td></tr>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	static const enum word heads[] = {WORD_AUDIT_NUMBER, WORD_AUDIT_WHEN, WORD_AUDIT_WHO, WORD_AUDIT_DID, WORD_FIELD_TEXT, WORDS};
	size_t n = json_array_size(answer->out);
	(void)page_begin(x, WORD_CONSOLE_AUDIT);
	const json_t *last = n > 0 ? json_array_get(answer->out, n - 1) : NULL;
	bool judged = json_object_get(last, "intact") != NULL;
	if (judged) {
		verdict(x, last);
		n--;
	} else {
		show_failed(x, answer);
	}
	if (n > 0) {
		show_table(x, WORD_CONSOLE_AUDIT, heads);
		size_t left = n;
		for (; left > 0 && show_has_room(x, SHOW_PAGE_KB); left--)
			row(x, json_array_get(answer->out, left - 1));
		show_table_end(x);
		if (left > 0)
			show_all_link(x);
	}
	page_end(x, judged ? 200 : show_status(answer->code));
}

static void get(struct exchange *x)
{
	exchange_verb(x, "audit");
	exchange_run(x, show);
}

const struct page console_audit = {"/audit", PAGE_PERSON, get, NULL};
