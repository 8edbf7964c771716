/* Public notices: what stands now and what it counts for, and a new one, which is looked at once more before it is signed. */

#include "node/console/board_rows.h"
#include "node/web/parts.h"
#include "node/web/rows.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FAULT, LINE_MAX = 120, TEXT_MAX = 600, TIME_TEXT = 24, DAY_S = 86400, SLACK_S = 1800, LINE_SIZE = 1024 };

static const char carried[] =
	"kind line verb stop time seats group reason event urgency severity certainty area headline instruction place people source "
	"text means valid";

/* What each kind asks for: fields with their options; a group of codes makes it a choice. */
struct ask {
	const char *name;
	enum word label;
	const char *codes; /* NULL: a line of text */
};

static const struct ask of_transport[] = {
	{"line", WORD_FIELD_LINE, NULL},     {"verb", WORD_FIELD_VERB, "planned boarding departed turned_back cancelled arrived"},
	{"stop", WORD_FIELD_STOP, NULL},     {"time", WORD_PUBLISH_TIME, NULL},
	{"seats", WORD_FIELD_SEATS, NULL},   {"group", WORD_PUBLISH_GROUP, NULL},
	{"reason", WORD_FIELD_REASON, NULL}, {"source", WORD_FIELD_SOURCE, "seen organiser heard"},
	{"text", WORD_FIELD_TEXT, NULL},     {NULL, WORDS, NULL}};
static const struct ask of_alert[] = {{"headline", WORD_FIELD_HEADLINE, NULL},
				      {"event", WORD_FIELD_EVENT, NULL},
				      {"area", WORD_FIELD_AREA, NULL},
				      {"urgency", WORD_FIELD_URGENCY, "immediate expected future past"},
				      {"severity", WORD_FIELD_SEVERITY, "extreme severe moderate minor"},
				      {"certainty", WORD_FIELD_CERTAINTY, "observed likely possible unlikely"},
				      {"instruction", WORD_FIELD_INSTRUCTION, NULL},
				      {"source", WORD_FIELD_SOURCE, "seen organiser heard"},
				      {"text", WORD_FIELD_TEXT, NULL},
				      {NULL, WORDS, NULL}};
static const struct ask of_headcount[] = {{"place", WORD_FIELD_PLACE, NULL},
					  {"people", WORD_FIELD_PEOPLE, NULL},
					  {"source", WORD_FIELD_SOURCE, "seen organiser heard"},
					  {"text", WORD_FIELD_TEXT, NULL},
					  {NULL, WORDS, NULL}};

static const struct kind {
	const char *name;
	const struct ask *asks;
} kinds[] = {{"transport", of_transport}, {"alert", of_alert}, {"headcount", of_headcount}};

static const struct kind *kind_of(const struct exchange *x)
{
	const char *name = exchange_is_post(x) ? exchange_field(x, "kind") : exchange_query(x, "kind");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return &kinds[0];
}

static void option_of(struct exchange *x, const char *group, const char *code, const char *text)
{
	html_add(exchange_html(x), "<option value=\"%s\"", code);
	html_raw(exchange_html(x), strcmp(exchange_field(x, group), code) == 0 ? " selected>" : ">");
	html_add(exchange_html(x), "%s</option>", text);
}

static void ask_choice(struct exchange *x, const struct ask *ask)
{
	struct html *html = exchange_html(x);
	char code[LINE_MAX];
	html_add(html, "<label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\"><option value=\"\">–</option>", ask->name,
		 words_get(exchange_lang(x), ask->label), ask->name, ask->name);
	for (const char *at = ask->codes; *at != '\0'; at += *at == ' ') {
		size_t len = strcspn(at, " ");
		snprintf(code, sizeof code, "%.*s", (int)len, at);
		option_of(x, ask->name, code, words_code(exchange_lang(x), ask->name, code));
		at += len;
	}
	html_raw(html, "</select>");
}

static void ask_time(struct exchange *x)
{
	char example[WORDS_TIME_MAX], label[2 * WORDS_TIME_MAX];
	words_digits(exchange_lang(x), "17:30", example, sizeof example);
	words_fill(exchange_lang(x), WORD_PUBLISH_TIME, label, sizeof label, example);
	html_add(exchange_html(x), "<label for=\"time\">%s</label><input type=\"text\" id=\"time\" name=\"time\" maxlength=\"40\" value=\"", label);
	html_text(exchange_html(x), exchange_field(x, "time"));
	html_raw(exchange_html(x), "\">");
}

static void means(struct exchange *x)
{
	static const char *const words[] = {"go", "stop", "cancel", "complete", "safe"};
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_add(html, "<label for=\"means\">%s</label><select id=\"means\" name=\"means\"><option value=\"\">%s</option>",
		 words_get(lang, WORD_PUBLISH_MEANS), words_get(lang, WORD_PUBLISH_INFO));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		option_of(x, "means", words[i], words_code(lang, "says", words[i]));
	html_add(html, "</select><p class=\"n\">%s</p>", words_get(lang, WORD_PUBLISH_RULE));
}

static void form(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const struct kind *kind = kind_of(x);
	show_section(x, WORD_PUBLISH_NEW);
	html_raw(html, "<p class=\"f\">");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		html_add(html, "<a href=\"/publish?kind=%s\"", kinds[i].name);
		html_raw(html, &kinds[i] == kind ? " aria-current=\"true\">" : ">");
		html_add(html, "%s</a> ", words_code(lang, "type", kinds[i].name));
	}
	html_raw(html, "</p>");
	show_form(x, "/publish");
	page_hidden(x, "kind", kind->name);
	html_raw(html, "<div class=\"cells\">");
	for (const struct ask *ask = kind->asks; ask->name != NULL; ask++) {
		html_raw(html, "<div>");
		if (ask->codes != NULL)
			ask_choice(x, ask);
		else if (ask->label == WORD_PUBLISH_TIME)
			ask_time(x);
		else
			page_line(x, ask->name, ask->label, LINE_MAX);
		html_raw(html, "</div>");
	}
	html_raw(html, "<div>");
	page_number(x, "valid", WORD_PUBLISH_HOURS);
	html_raw(html, "</div></div>");
	if (kind->asks != of_headcount)
		means(x);
	show_button(x, "step", "check", WORD_PUBLISH_CHECK, "", NULL);
	html_raw(html, "</form></section>");
}

static void board(struct exchange *x, const json_t *rows)
{
	static const enum word heads[] = {WORD_CONSOLE_WHAT, WORD_FIELD_VERB, WORD_BOARD_HEAD_WHO, WORD_BOARD_HEAD_WORTH, WORDS};
	struct html *html = exchange_html(x);
	unsigned n = 0;
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_PUBLISH_NOW));
	for (size_t i = 0; i < json_array_size(rows) && show_has_room(x, SHOW_PAGE_KB); i++) {
		const json_t *one = json_array_get(rows, i);
		const char *state = page_string(one, "state"), *type = page_string(one, "type");
		if (strcmp(type, "silence") == 0 || strcmp(state, "expired") == 0 || strcmp(state, "superseded") == 0)
			continue;
		if (n++ == 0)
			show_table(x, WORD_PUBLISH_NOW, heads);
		html_add(html, "<tr><th scope=\"row\">%s ", words_get(exchange_lang(x), rows_type(type)));
		static const char *const about[] = {"line", "area", "place"};
		for (size_t j = 0; j < sizeof about / sizeof about[0]; j++)
			if (page_string(one, about[j])[0] != '\0')
				html_user(html, page_string(one, about[j]));
		html_raw(html, "</th><td>");
		board_says(x, one);
		html_raw(html, "</td><td>");
		board_beside(x, one);
		html_raw(html, "</td><td>");
		board_worth(x, one);
		html_raw(html, "</td></tr>");
	}
	if (n > 0)
		show_table_end(x);
	else
		page_text(x, WORD_CONSOLE_NOTHING);
}

static void show(struct exchange *x, const struct answer *answer)
{
	const json_t *fault = exchange_kept(x, FAULT);
	(void)page_begin(x, WORD_CONSOLE_PUBLISH);
	if (fault != NULL) {
		struct answer failed = {.code = (int)json_integer_value(json_object_get(fault, "code")), .say = page_string(fault, "say")};
		show_failed(x, &failed);
	} else if (exchange_query(x, "done")[0] != '\0' && !exchange_is_post(x)) {
		page_good(x, WORD_PUBLISH_DONE);
	}
	if (show_may(x, SHOW_PUBLISHER))
		form(x);
	else
		page_text(x, WORD_CONSOLE_NOT_ALLOWED);
	if (answer->code != 0)
		show_failed(x, answer);
	board(x, answer->out);
	int code = fault != NULL ? (int)json_integer_value(json_object_get(fault, "code")) : answer->code;
	page_end(x, code == 0 && !show_may(x, SHOW_PUBLISHER) ? 403 : show_status(code));
}

static void get(struct exchange *x)
{
	exchange_verb(x, "board");
	show_mode(x);
	exchange_run(x, show);
}

/* "05:00" by our clock, the next time it is that: as the verbs have it. Anything else stays as it was written. */
static void time_of(const struct exchange *x, char out[static LINE_MAX])
{
	char text[LINE_MAX];
	unsigned hour = 0, minute = 0;
	char rest = '\0';
	(void)exchange_trimmed(x, "time", text, sizeof text);
	show_ascii(text, out, LINE_MAX);
	if (sscanf(out, "%2u:%2u%c", &hour, &minute, &rest) != 2 || hour > 23 || minute > 59)
		return;
	time_t now = (time_t)exchange_now(x);
	struct tm tm = {0};
	localtime_r(&now, &tm);
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	time_t then = mktime(&tm);
	if (then < now - SLACK_S)
		then += DAY_S;
	if (gmtime_r(&then, &tm) != NULL)
		(void)strftime(out, LINE_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm); /* it fits */
}

static void preview_row(struct exchange *x, enum word label, const char *text, bool ours)
{
	struct html *html = exchange_html(x);
	html_add(html, "<dt>%s</dt><dd>", words_get(exchange_lang(x), label));
	if (ours)
		html_text(html, text);
	else
		html_user_lines(html, text);
	html_raw(html, "</dd>");
}

/* Once more before it is signed: what everybody will read, and what it will count for. */
static void check(struct exchange *x)
{
	const struct kind *kind = kind_of(x);
	enum words_lang lang = exchange_lang(x);
	struct html *html = page_begin(x, WORD_CONSOLE_PUBLISH);
	const char *meaning = exchange_field(x, "means");
	show_named(x, "hint", WORD_PUBLISH_SURE, page_string(exchange_person(x), "org"), NULL);
	html_add(html, "<section><h2>%s</h2><dl>", words_code(lang, "type", kind->name));
	for (const struct ask *ask = kind->asks; ask->name != NULL; ask++) {
		const char *value = exchange_field(x, ask->name);
		if (value[0] != '\0')
			preview_row(x, ask->label == WORD_PUBLISH_TIME ? WORD_FIELD_TIME : ask->label,
				    ask->codes != NULL ? words_code(lang, ask->name, value) : value, ask->codes != NULL);
	}
	if (meaning[0] != '\0')
		preview_row(x, WORD_PUBLISH_MEANS, words_code(lang, "says", meaning), true);
	html_raw(html, "</dl>");
	if (exchange_exercise(x))
		page_wrong(x, WORD_EXERCISE);
	page_text(x, WORD_PUBLISH_RULE);
	show_form(x, "/publish");
	parts_carry(x, carried);
	show_button(x, "step", "go", WORD_PUBLISH_GO, "r", NULL);
	html_raw(html, " ");
	show_button(x, "step", "change", WORD_PUBLISH_CHANGE, "q", NULL);
	html_raw(html, "</form></section>");
	page_end(x, 200);
}

static void published(struct exchange *x, const struct answer *answer)
{
	if (answer->code == 0 || json_array_size(answer->out) > 0) {
		exchange_drop_draft(x);
		exchange_redirect(x, "/publish?done=1");
		return;
	}
	json_t *fault = json_pack("{s:i, s:s}", "code", answer->code, "say", answer->say);
	exchange_keep(x, FAULT, fault);
	json_decref(fault);
	get(x);
}

static void publish(struct exchange *x)
{
	static const char *const options[][2] = {
		{"go", "--go"}, {"stop", "--stop-notice"}, {"cancel", "--cancel-notice"}, {"complete", "--complete"}, {"safe", "--safe"}};
	const struct kind *kind = kind_of(x);
	char option[LINE_MAX], value[LINE_SIZE], valid[LINE_MAX];
	exchange_verb(x, "publish");
	exchange_word(x, kind->name);
	for (const struct ask *ask = kind->asks; ask->name != NULL; ask++) {
		snprintf(option, sizeof option, "--%s", ask->name);
		if (strcmp(ask->name, "time") == 0)
			time_of(x, value);
		else
			(void)exchange_trimmed(x, ask->name, value, sizeof value);
		exchange_option(x, option, value);
	}
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (kind->asks != of_headcount && strcmp(exchange_field(x, "means"), options[i][0]) == 0)
			exchange_word(x, options[i][1]);
	show_ascii(exchange_trimmed(x, "valid", value, sizeof value), valid, sizeof valid);
	exchange_option(x, "--valid", valid);
	exchange_option(x, "--lang", words_tag(exchange_lang(x)));
	show_mode(x);
	exchange_run(x, published);
}

static void post(struct exchange *x)
{
	const char *step = show_may(x, SHOW_PUBLISHER) ? exchange_field(x, "step") : "";
	if (strcmp(step, "check") == 0)
		check(x);
	else if (strcmp(step, "go") == 0)
		publish(x);
	else
		get(x);
}

const struct page console_publish = {"/publish", PAGE_PERSON, get, post};
