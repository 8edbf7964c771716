/* Buses: what organisations, announcers and witnesses say in public of each line, and what came in letters. */

#include "node/console/board_rows.h"

static void row(struct exchange *x, const json_t *one)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX], ago[WORDS_TIME_MAX];
	html_raw(html, "<tr><th scope=\"row\">");
	html_user(html, page_string(one, "line"));
	html_raw(html, "</th><td>");
	board_says(x, one);
	html_raw(html, "</td><td>");
	page_when(x, json_object_get(one, "time"), when);
	html_add(html, "%s", when);
	if (show_number(one, "seats") > 0) {
		words_count(exchange_lang(x), PLURAL_SEATS, show_number(one, "seats"), when, sizeof when);
		html_add(html, "<br><span class=\"n\">%s</span>", when);
	}
	html_raw(html, "</td><td>");
	board_beside(x, one);
	if (page_string(one, "ref")[0] != '\0') {
		html_raw(html, " ");
		show_ref(x, page_string(one, "ref"));
	}
	words_ago(exchange_lang(x), show_number(one, "age_s"), ago, sizeof ago);
	html_add(html, "<br><span class=\"n\">%s</span></td><td>", json_object_get(one, "age_s") != NULL ? ago : "");
	board_worth(x, one);
	html_raw(html, "</td></tr>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	static const enum word heads[] = {WORD_FIELD_LINE, WORD_FIELD_VERB, WORD_FIELD_TIME, WORD_BOARD_HEAD_WHO, WORD_BOARD_HEAD_WORTH, WORDS};
	struct html *html = page_begin(x, WORD_CONSOLE_TRANSPORT);
	size_t n = json_array_size(answer->out);
	if (answer->code != 0)
		show_failed(x, answer);
	page_text(x, WORD_BOARD_TWO_NEEDED);
	if (n == 0)
		page_text(x, WORD_CONSOLE_NOTHING);
	else
		show_table(x, WORD_CONSOLE_TRANSPORT, heads);
	for (size_t i = 0; i < n && show_has_room(x, SHOW_PAGE_KB); i++)
		row(x, json_array_get(answer->out, i));
	if (n > 0)
		show_table_end(x);
	bool old = exchange_query(x, "old")[0] != '\0';
	html_add(html, "<p class=\"f\"><a href=\"/transport%s\">%s</a></p>", old ? "" : "?old=1",
		 words_get(exchange_lang(x), old ? WORD_BOARD_HIDE_OLD : WORD_BOARD_SHOW_OLD));
	page_end(x, show_status(answer->code));
}

static void get(struct exchange *x)
{
	exchange_verb(x, "transport");
	if (exchange_query(x, "old")[0] != '\0')
		exchange_word(x, "--all");
	show_mode(x);
	exchange_run(x, show);
}

const struct page console_transport = {"/transport", PAGE_PERSON, get, NULL};
