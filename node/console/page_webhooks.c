/* Webhooks: addresses that are told what happens to cases, and what could not be delivered. */

#include "node/console/show.h"

#include <string.h>
#include <sysexits.h>

enum { HOOKS, FAULT, URL_MAX = 400, NUMBER_MAX = 24 };

static void act(struct exchange *x, const char *what, const json_t *one, enum word word)
{
	char number[WORDS_TIME_MAX];
	words_number(WORDS_EN, show_number(one, "number"), number, sizeof number);
	show_form(x, "/webhooks");
	page_hidden(x, "do", what);
	page_hidden(x, "number", number);
	show_button(x, NULL, NULL, word, "q s", NULL);
	html_raw(exchange_html(x), "</form>");
}

static void hooks(struct exchange *x, const json_t *rows)
{
	static const enum word heads[] = {WORD_WEBHOOK_URL, WORD_CONSOLE_STATE, WORD_AUDIT_WHEN, WORD_CONSOLE_WHAT, WORDS};
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX];
	show_table(x, WORD_CONSOLE_WEBHOOKS, heads);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *one = json_array_get(rows, i);
		bool fine = strcmp(page_string(one, "state"), "fine") == 0;
		html_raw(html, "<tr><th scope=\"row\">");
		html_user(html, page_string(one, "url"));
		html_add(html, "</th><td><span class=\"k %s\">%s</span></td>", fine ? "kg" : "k2",
			 words_get(exchange_lang(x), fine ? WORD_STATUS_RADIO_FINE : WORD_WEBHOOK_DEAD));
		page_when(x, json_object_get(one, "last_at"), when);
		html_add(html, "<td>%s</td><td>", when);
		act(x, "remove", one, WORD_ACCOUNT_REMOVE);
		html_raw(html, "</td></tr>");
	}
	show_table_end(x);
}

static void dead(struct exchange *x, const json_t *rows)
{
	static const enum word heads[] = {WORD_WEBHOOK_URL, WORD_CONSOLE_CASE, WORD_FIELD_REASON, WORD_AUDIT_WHEN, WORD_CONSOLE_WHAT, WORDS};
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX];
	if (json_array_size(rows) == 0)
		return;
	show_section(x, WORD_WEBHOOK_DEAD);
	show_table(x, WORD_WEBHOOK_DEAD, heads);
	for (size_t i = 0; i < json_array_size(rows) && show_has_room(x, SHOW_PAGE_KB); i++) {
		const json_t *one = json_array_get(rows, i);
		html_raw(html, "<tr><td>");
		html_user(html, page_string(one, "url"));
		html_raw(html, "</td><td>");
		show_ref(x, page_string(one, "ref"));
		html_raw(html, "</td><td>");
		show_short(x, page_string(one, "last_error"));
		page_when(x, json_object_get(one, "at"), when);
		html_add(html, "</td><td>%s</td><td>", when);
		act(x, "retry", one, WORD_WEBHOOK_RETRY);
		html_raw(html, "</td></tr>");
	}
	show_table_end(x);
	html_raw(html, "</section>");
}

static void add_form(struct exchange *x)
{
	html_raw(exchange_html(x), "<section>");
	show_form(x, "/webhooks");
	page_hidden(x, "do", "add");
	page_line(x, "url", WORD_WEBHOOK_URL, URL_MAX);
	show_button(x, NULL, NULL, WORD_WEBHOOK_ADD, "", NULL);
	html_raw(exchange_html(x), "</form></section>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	const json_t *fault = exchange_kept(x, FAULT), *rows = exchange_kept(x, HOOKS);
	(void)page_begin(x, WORD_CONSOLE_WEBHOOKS);
	if (fault != NULL && page_string(fault, "secret")[0] != '\0') {
		show_named(x, "good", WORD_WEBHOOK_SECRET, page_string(fault, "secret"), NULL);
	} else if (fault != NULL) {
		struct answer failed = {.code = (int)json_integer_value(json_object_get(fault, "code")), .say = page_string(fault, "say")};
		show_failed(x, &failed);
	}
	page_text(x, WORD_WEBHOOK_MEANS);
	if (json_array_size(rows) > 0)
		hooks(x, rows);
	else
		page_text(x, WORD_CONSOLE_NOTHING);
	if (answer->code == 0)
		dead(x, answer->out);
	add_form(x);
	page_end(x, fault != NULL ? show_status((int)json_integer_value(json_object_get(fault, "code"))) : 200);
}

static void listed(struct exchange *x, const struct answer *answer)
{
	if (answer->code != 0) {
		(void)page_begin(x, WORD_CONSOLE_WEBHOOKS);
		show_failed(x, answer);
		page_end(x, show_status(answer->code));
		return;
	}
	exchange_keep(x, HOOKS, answer->out);
	exchange_verb(x, "webhook");
	exchange_word(x, "dead");
	exchange_run(x, show);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "webhook");
	exchange_word(x, "list");
	exchange_run(x, listed);
}

/* The secret of a new one is shown once, in the answer to the form: it stands in no address. */
static void acted(struct exchange *x, const struct answer *answer)
{
	const char *secret = page_string(json_array_get(answer->out, 0), "secret");
	if (answer->code == 0 && secret[0] == '\0') {
		exchange_redirect(x, "/webhooks");
		return;
	}
	json_t *fault = json_pack("{s:i, s:s, s:s}", "code", answer->code, "say", answer->say, "secret", answer->code == 0 ? secret : "");
	exchange_keep(x, FAULT, fault);
	json_decref(fault);
	get(x);
}

static void post(struct exchange *x)
{
	char url[URL_MAX + 1], number[NUMBER_MAX];
	const char *what = exchange_field(x, "do");
	(void)exchange_trimmed(x, "url", url, sizeof url);
	(void)exchange_trimmed(x, "number", number, sizeof number);
	bool adds = strcmp(what, "add") == 0, takes = strcmp(what, "remove") == 0 || strcmp(what, "retry") == 0;
	if ((!adds && !takes) || (adds && url[0] == '\0') || (takes && strspn(number, "0123456789") != strlen(number))) {
		get(x);
		return;
	}
	exchange_verb(x, "webhook");
	exchange_word(x, what);
	if (adds)
		exchange_option(x, "--url", url);
	else
		exchange_word(x, number);
	exchange_run(x, acted);
}

const struct page console_webhooks = {"/webhooks", PAGE_SECRET, get, post};
