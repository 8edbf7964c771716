/* The map: areas as tiles, the most dangerous first, drawn here; nothing is asked from elsewhere, and no point is shown, only areas. */

#include "node/console/show.h"

#include <stdio.h>
#include <string.h>

enum { ACROSS = 4, TILES_MAX = 24, TILE_WIDTH = 240, TILE_HEIGHT = 118, GAP = 10, NAME_BYTES = 30, LINE_SIZE = 256 };

struct mood {
	enum word word;
	const char *fill, *ink;
};

static struct mood mood_of(const json_t *one)
{
	if (show_number(one, "loud") > 0 || show_number(one, "red") > 0)
		return (struct mood){WORD_MAP_CRITICAL, "#b00020", "#ffffff"};
	if (show_number(one, "yellow") > 0 || json_is_true(json_object_get(one, "danger")))
		return (struct mood){WORD_MAP_PRESSING, "#ffd35c", "#2b1f00"};
	return (struct mood){WORD_MAP_CALM, "#dfe7ee", "#14202e"};
}

static const char *name_of(const struct exchange *x, const json_t *one)
{
	const char *name = page_string(one, "sector");
	return name[0] != '\0' ? name : words_get(exchange_lang(x), WORD_MAP_NO_PLACE);
}

/* A name that fits into a tile. */
static void put_name(struct exchange *x, const char *name)
{
	char cut[NAME_BYTES + 4];
	size_t len = strlen(name);
	if (len > NAME_BYTES)
		for (len = NAME_BYTES; len > 0 && ((unsigned char)name[len] & 0xC0) == 0x80; len--)
			;
	memcpy(cut, name, len);
	strcpy(cut + len, name[len] != '\0' ? "…" : "");
	html_text(exchange_html(x), cut);
}

static void link_begin(struct exchange *x, const json_t *one)
{
	html_raw(exchange_html(x), "<a href=\"/queue");
	if (page_string(one, "sector")[0] != '\0') {
		html_raw(exchange_html(x), "?show=all");
		show_query(x, "place", page_string(one, "sector"));
	}
	html_raw(exchange_html(x), "\">");
}

static void tile(struct exchange *x, const json_t *one, unsigned n)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	struct mood mood = mood_of(one);
	unsigned column = n % ACROSS, left = (words_rtl(lang) ? ACROSS - 1 - column : column) * (TILE_WIDTH + GAP),
		 top = n / ACROSS * (TILE_HEIGHT + GAP);
	unsigned middle = left + TILE_WIDTH / 2;
	char open[WORDS_TIME_MAX], red[WORDS_TIME_MAX], yellow[WORDS_TIME_MAX];
	words_count(lang, PLURAL_CONSOLE_CASES, show_number(one, "open"), open, sizeof open);
	words_count(lang, PLURAL_RED, show_number(one, "red"), red, sizeof red);
	words_count(lang, PLURAL_YELLOW, show_number(one, "yellow"), yellow, sizeof yellow);
	link_begin(x, one);
	html_add(html, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"8\" fill=\"%s\" stroke=\"#14202e\"/>", left, top,
		 (unsigned)TILE_WIDTH, (unsigned)TILE_HEIGHT, mood.fill);
	html_add(html,
		 "<g fill=\"%s\" stroke=\"none\" text-anchor=\"middle\" font-size=\"15\"><text x=\"%u\" y=\"%u\" font-size=\"20\" "
		 "font-weight=\"bold\">",
		 mood.ink, middle, top + 28);
	put_name(x, name_of(x, one));
	html_add(html, "</text><text x=\"%u\" y=\"%u\" font-weight=\"bold\">%s – %s</text>", middle, top + 54, words_get(lang, mood.word), open);
	if (show_number(one, "red") + show_number(one, "yellow") > 0)
		html_add(html, "<text x=\"%u\" y=\"%u\">%s%s%s</text>", middle, top + 78, show_number(one, "red") > 0 ? red : "",
			 show_number(one, "red") > 0 && show_number(one, "yellow") > 0 ? " – " : "", show_number(one, "yellow") > 0 ? yellow : "");
	if (show_number(one, "loud") > 0)
		html_add(html, "<text x=\"%u\" y=\"%u\" font-weight=\"bold\">! %s</text>", middle, top + 102, words_get(lang, WORD_MAP_LOUD));
	html_raw(html, "</g></a>");
}

static void picture(struct exchange *x, const json_t *sectors)
{
	struct html *html = exchange_html(x);
	size_t n = json_array_size(sectors) < TILES_MAX ? json_array_size(sectors) : TILES_MAX;
	unsigned down = (unsigned)(n + ACROSS - 1) / ACROSS;
	html_add(html, "<section><svg class=\"map\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-2 -2 %u %u\" role=\"group\" aria-label=\"%s\">",
		 (unsigned)(ACROSS * (TILE_WIDTH + GAP)), down * (TILE_HEIGHT + GAP), words_get(exchange_lang(x), WORD_CONSOLE_MAP));
	for (size_t i = 0; i < n; i++)
		tile(x, json_array_get(sectors, i), (unsigned)i);
	html_raw(html, "</svg></section>");
}

static void needs(struct exchange *x, const json_t *one)
{
	static const char *const groups[][2] = {{"services", "sector"}, {"hazards", "hazards"}};
	unsigned said = 0;
	for (size_t g = 0; g < 2; g++) {
		const json_t *list = json_object_get(one, groups[g][0]);
		for (size_t i = 0; i < json_array_size(list); i++) {
			const char *code = json_string_value(json_array_get(list, i));
			html_add(exchange_html(x), "%s%s",
				 said++ == 0                   ? ""
				 : words_rtl(exchange_lang(x)) ? "، "
							       : ", ",
				 code != NULL ? words_code(exchange_lang(x), groups[g][1], code) : "");
		}
	}
}

static void row(struct exchange *x, const json_t *one)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	static const char *const counts[] = {"open", "red", "yellow", "green", "people", "claimed"};
	char text[LINE_SIZE], wait[WORDS_TIME_MAX];
	html_raw(html, show_number(one, "loud") > 0 ? "<tr class=\"loudrow\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
	link_begin(x, one);
	html_user(html, name_of(x, one));
	html_raw(html, "</a></th>");
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		words_number(lang, show_number(one, counts[i]), text, sizeof text);
		html_add(html, "<td>%s</td>", text);
	}
	show_duration(lang, show_number(one, "oldest_s"), wait);
	html_add(html, "<td class=\"nw\">%s</td><td>", json_object_get(one, "oldest_s") != NULL ? wait : "");
	needs(x, one);
	html_raw(html, "</td></tr>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	static const enum word heads[] = {WORD_FIELD_PLACE,  WORD_CONSOLE_CASE,  WORD_TRIAGE_RED,    WORD_TRIAGE_YELLOW, WORD_TRIAGE_GREEN,
					  WORD_FIELD_PEOPLE, WORD_CASE_ASSIGNED, WORD_CONSOLE_WAITS, WORD_FIELD_SECTOR,  WORDS};
	(void)page_begin(x, WORD_CONSOLE_MAP);
	size_t n = json_array_size(answer->out);
	if (answer->code != 0)
		show_failed(x, answer);
	page_text(x, n > 0 ? WORD_MAP_HINT : WORD_CONSOLE_NOTHING);
	if (n > 0) {
		picture(x, answer->out);
		show_table(x, WORD_CONSOLE_MAP, heads);
		for (size_t i = 0; i < n && show_has_room(x, SHOW_PAGE_KB); i++)
			row(x, json_array_get(answer->out, i));
		show_table_end(x);
	}
	page_end(x, show_status(answer->code));
}

static void get(struct exchange *x)
{
	exchange_verb(x, "map");
	show_mode(x);
	exchange_run(x, show);
}

const struct page console_map = {"/map", PAGE_PERSON, get, NULL};
