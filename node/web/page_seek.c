/* Looking for someone: the news that came, a search by name however it is spelt, and asking. */

#include "node/web/parts.h"
#include "node/web/rows.h"

#include <stdio.h>
#include <string.h>

enum { QUERY_MAX = 120, WORDS_ASKED_MAX = 4, SHOWN_MAX = 12, SEEN_MAX = 6, NUMBER_TEXT = 24 };

/* What else tells a person of the same name apart, and the news. */
static void about(struct exchange *x, const json_t *body)
{
	static const char *const members[] = {"news", "source", "father", "origin", "place", "text"};
	struct html *html = exchange_html(x);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const char *word = rows_value(exchange_lang(x), members[i], page_string(body, members[i]));
		char value[ROWS_SHORT_MAX];
		rows_shorten(page_string(body, members[i]), value);
		enum word label;
		if (value[0] == '\0')
			continue;
		if (word != NULL)
			html_text(html, word);
		else if (words_of_brief(members[i], &label))
			page_named(x, label, value);
		else
			html_user(html, value);
		html_raw(html, " – ");
	}
}

/* A letter of the list: whom it is about, who wrote it and when; a question of somebody else leads to answering it. */
static void item(struct exchange *x, const json_t *letter)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX];
	const json_t *body = json_object_get(letter, "body");
	bool asks = strcmp(page_string(letter, "type"), "seek") == 0;
	html_add(html, asks ? "<a class=\"b\" href=\"/seek/about/%s\">" : "<a class=\"b\" href=\"/m/%s\">", page_string(letter, "id"));
	icon_put(html, asks ? ICON_SEEK : ICON_EYE);
	if (page_string(body, "name")[0] != '\0')
		html_user(html, page_string(body, "name"));
	else
		html_text(html, words_code(exchange_lang(x), "type", page_string(letter, "type")));
	html_raw(html, "<span class=\"n\">");
	about(x, body);
	page_when(x, json_object_get(letter, "created"), when);
	html_add(html, "%s</span></a>", when);
}

/* The newest of a type, which stand last. Returns how many. */
static unsigned items(struct exchange *x, const json_t *letters, const char *type, unsigned most)
{
	unsigned shown = 0;
	for (size_t i = json_array_size(letters); i > 0 && shown < most && parts_has_room(x); i--) {
		const json_t *letter = json_array_get(letters, i - 1);
		if (strcmp(page_string(letter, "type"), type) != 0)
			continue;
		item(x, letter);
		shown++;
	}
	return shown;
}

static void search_form(struct exchange *x)
{
	struct html *html = exchange_html(x);
	html_add(html, "<form action=\"/seek\"><label for=\"q\">%s</label>", words_get(exchange_lang(x), WORD_SEEK_SEARCH));
	html_add(html, "<input type=\"text\" id=\"q\" name=\"q\" maxlength=\"%u\" dir=\"auto\" autocomplete=\"off\" value=\"%s\">", QUERY_MAX,
		 exchange_query(x, "q"));
	page_form_end(x, ICON_SEEK, WORD_SEARCH);
}

static void show(struct exchange *x, const struct answer *answer)
{
	struct html *html = page_begin(x, WORD_BUTTON_SEEK);
	page_link(x, "/seek/new", ICON_SEEK, WORD_SEEK_NEW, "blue", NULL);
	search_form(x);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_SEEK_ANSWERS));
	if (items(x, answer->out, "seen", SEEN_MAX) == 0)
		page_text(x, WORD_SEEK_NO_ANSWERS);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_SEEK_ASKED));
	if (items(x, answer->out, "seek", SHOWN_MAX) == 0)
		page_text(x, WORD_SEEK_NOBODY_ASKED);
	page_end(x, 200);
}

/* A form, because what was looked for may hold anything. */
static void found_next(struct exchange *x, size_t next)
{
	char from[NUMBER_TEXT];
	snprintf(from, sizeof from, "%zu", next);
	html_raw(exchange_html(x), "<form action=\"/seek\">");
	page_hidden(x, "q", exchange_query(x, "q"));
	page_hidden(x, "from", from);
	page_form_end(x, ICON_SEEK, WORD_NEXT);
}

static void found(struct exchange *x, const struct answer *answer)
{
	struct html *html = page_begin(x, WORD_SEEK_SEARCH);
	char text[WORDS_TIME_MAX];
	size_t n = json_array_size(answer->out);
	search_form(x);
	words_count(exchange_lang(x), PLURAL_FOUND, n, text, sizeof text);
	html_add(html, "<p role=\"status\">%s</p>", text);
	size_t i = parts_from(x), end = i + SHOWN_MAX;
	for (; i < n && i < end && parts_has_room(x); i++) {
		const json_t *entry = json_array_get(answer->out, i);
		bool letter = page_string(entry, "id")[0] != '\0';
		html_add(html, letter ? "<a class=\"b\" href=\"/m/%s\">" : "<a class=\"b\" href=\"/contacts%s\">", page_string(entry, "id"));
		icon_put(html, letter ? ICON_LETTER : ICON_PEOPLE);
		if (letter)
			html_text(html, words_code(exchange_lang(x), "type", page_string(entry, "type")));
		if (letter && page_string(json_object_get(entry, "body"), "name")[0] != '\0') {
			html_raw(html, ": ");
			html_user(html, page_string(json_object_get(entry, "body"), "name"));
		}
		if (!letter)
			html_user(html, page_string(entry, "name"));
		html_raw(html, "<span class=\"n\">");
		about(x, json_object_get(entry, "body"));
		html_raw(html, "</span></a>");
	}
	if (i < n)
		found_next(x, i);
	page_link(x, "/seek/new", ICON_SEEK, WORD_SEEK_NEW, "blue", NULL);
	page_end(x, 200);
}

/* Each word of the question on its own: all of them must be there, in any order. */
static void ask(struct exchange *x, const char *query)
{
	unsigned asked = 0;
	exchange_verb(x, "search");
	while (asked < WORDS_ASKED_MAX && *query != '\0') {
		char word[QUERY_MAX * 4 + 1];
		query += strspn(query, " \t-"); /* a word that begins with a dash would be an option */
		size_t len = strcspn(query, " \t");
		if (len > 0 && len < sizeof word) {
			memcpy(word, query, len);
			word[len] = '\0';
			exchange_word(x, word);
			asked++;
		}
		query += len;
	}
	exchange_run(x, found);
}

static void get(struct exchange *x)
{
	const char *query = exchange_query(x, "q");
	if (strspn(query, " \t-") < strlen(query)) {
		ask(x, query);
		return;
	}
	exchange_verb(x, "inbox");
	exchange_run(x, show);
}

const struct page page_seek = {"/seek", PAGE_PERSON, get, NULL};
