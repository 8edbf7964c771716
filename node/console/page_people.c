/* People: who is looked for, who wrote that they are well, who was seen; found however the name is written. What is searched for stands in no
 * address. */

#include "node/console/show.h"

#include "node/web/rows.h"

#include <string.h>

enum { QUERY_MAX = 120, SHOWN_MAX = 50 };

static void name_of(struct exchange *x, const json_t *one)
{
	static const struct {
		const char *member;
		enum word word;
	} more[] = {{"father", WORD_BRIEF_FATHER}, {"origin", WORD_BRIEF_ORIGIN}};
	struct html *html = exchange_html(x);
	html_raw(html, "<b>");
	if (page_string(one, "name")[0] != '\0')
		html_user(html, page_string(one, "name"));
	else
		html_raw(html, "–");
	html_raw(html, "</b>");
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		if (page_string(one, more[i].member)[0] == '\0')
			continue;
		html_raw(html, "<br><span class=\"n\">");
		page_named(x, more[i].word, page_string(one, more[i].member));
		html_raw(html, "</span>");
	}
	static const char *const codes[] = {"age", "sex"};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (page_string(one, codes[i])[0] != '\0')
			html_add(html, "<br><span class=\"n\">%s</span>", words_code(exchange_lang(x), codes[i], page_string(one, codes[i])));
}

/* One letter's word about them. */
static void word_of(struct exchange *x, const json_t *record)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	char when[WORDS_TIME_MAX];
	html_raw(html, "<li>");
	if (page_string(record, "ref")[0] != '\0')
		show_ref(x, page_string(record, "ref"));
	html_add(html, " %s", words_get(lang, rows_type(page_string(record, "kind"))));
	if (page_string(record, "news")[0] != '\0')
		html_add(html, ": <b>%s</b>", words_code(lang, "news", page_string(record, "news")));
	page_when(x, json_object_get(record, "at"), when);
	html_add(html, " <span class=\"n\">%s</span> ", when);
	html_user(html, page_string(record, "place"));
	if (page_string(record, "source")[0] != '\0')
		html_add(html, " <span class=\"n\">%s</span>", words_code(lang, "source", page_string(record, "source")));
	if (page_string(record, "text")[0] != '\0') {
		html_raw(html, "<br>");
		show_short(x, page_string(record, "text"));
	}
	html_raw(html, "</li>");
}

/* Others who may be the same: a person judges. */
static void maybe(struct exchange *x, const json_t *one)
{
	const json_t *others = json_object_get(one, "suggestions");
	if (json_array_size(others) == 0)
		return;
	html_add(exchange_html(x), "<span class=\"n\">%s</span>", words_get(exchange_lang(x), WORD_PEOPLE_MAYBE));
	for (size_t i = 0; i < json_array_size(others); i++) {
		html_raw(exchange_html(x), " ");
		show_ref(x, page_string(json_array_get(others, i), "ref"));
	}
	html_raw(exchange_html(x), "<br>");
}

static void person(struct exchange *x, const json_t *one)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *records = json_object_get(one, "records"), *refs = json_object_get(one, "refs");
	const char *news = page_string(one, "news");
	bool bad = strcmp(news, "believed_dead") == 0 || strcmp(news, "believed_missing") == 0, good = strcmp(news, "believed_alive") == 0;
	html_raw(html, "<tr><td>");
	name_of(x, one);
	html_add(html, "</td><td><span class=\"k %s\"><span class=\"u\">%s</span></span>",
		 bad    ? "k3"
		 : good ? "kg"
			: "",
		 words_code(lang, "news", news));
	if (json_is_true(json_object_get(one, "conflict")))
		html_add(html, "<br><span class=\"late\">%s</span>", words_get(lang, WORD_BOARD_CONFLICT));
	html_raw(html, "</td><td>");
	html_user(html, page_string(one, "place"));
	html_raw(html, "</td><td><ul class=\"l\">");
	for (size_t i = 0; i < json_array_size(records); i++)
		word_of(x, json_array_get(records, i));
	for (size_t i = 0; !json_is_array(records) && i < json_array_size(refs); i++) {
		html_raw(html, "<li>");
		show_ref(x, json_string_value(json_array_get(refs, i)) != NULL ? json_string_value(json_array_get(refs, i)) : "");
		html_raw(html, "</li>");
	}
	html_raw(html, "</ul>");
	maybe(x, one);
	if (json_is_true(json_object_get(one, "consent")))
		html_add(html, "<span class=\"n\">%s</span>", words_get(lang, WORD_PEOPLE_CONSENT));
	html_raw(html, "</td></tr>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	static const enum word heads[] = {WORD_FIELD_NAME, WORD_FIELD_NEWS, WORD_FIELD_PLACE, WORD_CASE_LETTERS, WORDS};
	struct html *html = page_begin(x, WORD_CONSOLE_PEOPLE);
	char text[WORDS_TIME_MAX];
	size_t n = json_array_size(answer->out);
	html_raw(html, "<section>");
	show_form(x, "/people");
	page_line(x, "name", WORD_PEOPLE_SEARCH, QUERY_MAX);
	show_button(x, NULL, NULL, WORD_SEARCH, "", NULL);
	html_add(html, "</form><p class=\"n\">%s</p></section>", words_get(exchange_lang(x), WORD_PEOPLE_HINT));
	if (answer->code != 0)
		show_failed(x, answer);
	words_count(exchange_lang(x), PLURAL_FOUND, n, text, sizeof text);
	if (n > 0)
		html_add(html, "<p role=\"status\">%s</p>", text);
	else
		page_text(x, exchange_is_post(x) ? WORD_PEOPLE_NONE : WORD_CONSOLE_NOTHING);
	if (n > 0) {
		show_table(x, WORD_CONSOLE_PEOPLE, heads);
		for (size_t i = 0; i < n && i < SHOWN_MAX && show_has_room(x, SHOW_PAGE_KB); i++)
			person(x, json_array_get(answer->out, i));
		show_table_end(x);
	}
	page_end(x, show_status(answer->code));
}

static void look(struct exchange *x)
{
	char name[QUERY_MAX + 1];
	exchange_verb(x, "people");
	const char *kept = exchange_query(x, "name"); /* somebody's own address; our form names nobody in one */
	exchange_option(x, "--name", exchange_is_post(x) || kept[0] == '\0' ? exchange_trimmed(x, "name", name, sizeof name) : kept);
	show_mode(x);
	exchange_run(x, show);
}

const struct page console_people = {"/people", PAGE_PERSON, look, look};
