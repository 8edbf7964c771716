/* Exports: which format, how much, and, for those who may, exact places; a form whose answer is the file. */

#include "node/console/show.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64, LINE_SIZE = 256 };

static const struct format {
	const char *name, *shown, *type, *ending;
	enum word word;
} formats[] = {
	{"csv-hxl", "CSV, HXL", "text/csv; charset=utf-8", "csv", WORD_EXPORT_CSV},
	{"geojson", "GeoJSON", "application/geo+json", "geojson", WORD_EXPORT_MAP},
	{"jsonl", "JSON Lines", "application/jsonl", "jsonl", WORD_EXPORT_SCRIPT},
	{"9line", "9-line", "text/plain; charset=utf-8", "txt", WORD_EXPORT_NINE},
	{"pfif", "PFIF 1.4", "application/xml", "pfif.xml", WORD_EXPORT_PFIF},
	{"cap", "CAP 1.2", "application/xml", "cap.xml", WORD_EXPORT_CAP},
	{"aggregate", "3W", "text/csv; charset=utf-8", "counts.csv", WORD_EXPORT_COUNTS},
};

enum { FORMATS = sizeof formats / sizeof formats[0] };

/* What the form says, or an address that somebody keeps: "/export?format=csv-hxl". */
static const char *asked(const struct exchange *x, const char *name)
{
	return exchange_is_post(x) ? exchange_field(x, name) : exchange_query(x, name);
}

static const struct format *format_of(const struct exchange *x)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(asked(x, "format"), formats[i].name) == 0)
			return &formats[i];
	return NULL;
}

static void select_of(struct exchange *x, const char *name, enum word label, const char *group, const char *const *codes)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_add(html, "<div class=\"in\"><label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\"><option value=\"\">%s</option>", name,
		 words_get(lang, label), name, name, words_get(lang, WORD_CONSOLE_ALL));
	for (; *codes != NULL; codes++) {
		html_add(html, "<option value=\"%s\"", *codes);
		html_raw(html, strcmp(asked(x, name), *codes) == 0 ? " selected>" : ">");
		html_add(html, "%s</option>", words_code(lang, group, *codes));
	}
	html_raw(html, "</select></div>");
}

static void form(struct exchange *x)
{
	static const char *const types[] = {"medevac",   "patient",   "incident", "need",  "seek",   "seen", "safe",
					    "transport", "headcount", "facility", "alert", "letter", NULL};
	static const char *const states[] = {"new", "opened", "assigned", "answered", "closed", NULL};
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const struct format *chosen = format_of(x);
	html_raw(html, "<section>");
	show_form(x, "/export");
	html_add(html, "<fieldset><legend>%s</legend>", words_get(lang, WORD_EXPORT_FORMAT));
	for (size_t i = 0; i < FORMATS; i++) {
		char text[LINE_SIZE], name[NAME_SIZE];
		snprintf(name, sizeof name, "<bdi dir=\"ltr\">%s</bdi>", formats[i].shown);
		words_fill(lang, formats[i].word, text, sizeof text, name);
		html_add(html, "<label class=\"opt\"><input type=\"radio\" name=\"format\" value=\"%s\"", formats[i].name);
		html_raw(html, &formats[i] == chosen || (chosen == NULL && i == 0) ? " checked>" : ">");
		html_raw(html, text); /* rows hold no markup */
		html_raw(html, "</label><br>");
	}
	html_raw(html, "</fieldset>");
	select_of(x, "type", WORD_CONSOLE_WHAT, "type", types);
	select_of(x, "state", WORD_CONSOLE_STATE, "case_state", states);
	if (show_may(x, SHOW_ADMIN)) {
		page_tick(x, "precise", "1", words_get(lang, WORD_EXPORT_PRECISE), false, false);
		html_add(html, "<p class=\"late\">%s</p>", words_get(lang, WORD_EXPORT_PRECISE_WARNS));
	}
	html_add(html, "<p class=\"n\">%s</p>", words_get(lang, WORD_EXPORT_COARSE));
	show_button(x, NULL, NULL, WORD_EXPORT_GO, "", NULL);
	html_raw(html, "</form></section>");
}

static void exported(struct exchange *x, const struct answer *answer)
{
	const struct format *format = format_of(x);
	char name[NAME_SIZE];
	if (answer->code != 0 || format == NULL || answer->text == NULL) {
		(void)page_begin(x, WORD_CONSOLE_EXPORT);
		show_failed(x, answer);
		if (show_may(x, SHOW_TRIAGER))
			form(x);
		page_end(x, show_status(answer->code));
		return;
	}
	snprintf(name, sizeof name, "%s%s.%s", exchange_exercise(x) ? "exercise-" : "", asked(x, "precise")[0] != '\0' ? "precise" : "cases",
		 format->ending);
	exchange_file(x, name, format->type, answer->text, strlen(answer->text));
}

static void ask(struct exchange *x)
{
	(void)page_begin(x, WORD_CONSOLE_EXPORT);
	bool may = show_may(x, SHOW_TRIAGER);
	if (may)
		form(x);
	else
		page_wrong(x, WORD_CONSOLE_NOT_ALLOWED);
	page_end(x, may ? 200 : 403);
}

static void look(struct exchange *x)
{
	const struct format *format = format_of(x);
	if (format == NULL) {
		ask(x);
		return;
	}
	exchange_verb(x, "export");
	exchange_option(x, "--format", format->name);
	exchange_option(x, "--type", asked(x, "type"));
	exchange_option(x, "--state", asked(x, "state"));
	if (asked(x, "precise")[0] != '\0')
		exchange_word(x, "--precise");
	show_mode(x);
	exchange_run(x, exported);
}

const struct page console_export = {"/export", PAGE_PERSON, look, look};
