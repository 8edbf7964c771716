#include "node/console/show.h"

#include "node/web/rows.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum { NAMED_SIZE = 2048, LINE_SIZE = 512 };

bool show_may(const struct exchange *x, enum show_role role)
{
	static const char *const names[] = {"viewer", "triager", "publisher", "admin"};
	const char *mine = page_string(exchange_person(x), "role");
	for (size_t i = role; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(mine, names[i]) == 0)
			return true;
	return false;
}

void show_form(struct exchange *x, const char *action)
{
	const char *token = json_string_value(exchange_kept(x, SHOW_KEPT_TOKEN));
	if (token == NULL) {
		json_t *fresh = json_string(exchange_token(x));
		exchange_keep(x, SHOW_KEPT_TOKEN, fresh); /* without memory every form has a token of its own */
		token = json_string_value(exchange_kept(x, SHOW_KEPT_TOKEN));
		json_decref(fresh);
	}
	html_add(exchange_html(x), "<form method=\"post\" action=\"%s\" accept-charset=\"utf-8\">", action);
	page_hidden(x, "token", token != NULL ? token : exchange_token(x));
}

void show_button(struct exchange *x, const char *name, const char *value, enum word word, const char *colour, const char *key)
{
	struct html *html = exchange_html(x);
	html_add(html, "<button type=\"submit\" class=\"%s\"", colour);
	if (name != NULL)
		html_add(html, " name=\"%s\" value=\"%s\"", name, value);
	if (key != NULL)
		html_add(html, " accesskey=\"%s\"", key);
	html_add(html, ">%s</button>", words_get(exchange_lang(x), word));
}

bool show_has_room(struct exchange *x, unsigned kilobytes)
{
	return exchange_query(x, "all")[0] != '\0' || exchange_html(x)->len < (size_t)kilobytes << 10;
}

void show_all_link(struct exchange *x)
{
	html_add(exchange_html(x), "<p class=\"f\"><a href=\"%s?all=1\">%s</a></p>", exchange_path(x), words_get(exchange_lang(x), WORD_OLDER));
}

void show_section(struct exchange *x, enum word title)
{
	html_add(exchange_html(x), "<section><h2>%s</h2>", words_get(exchange_lang(x), title));
}

void show_table(struct exchange *x, enum word caption, const enum word *heads)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_add(html, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\"><table><thead><tr>", words_get(lang, caption));
	for (; *heads != WORDS; heads++)
		html_add(html, "<th scope=\"col\">%s</th>", words_get(lang, *heads));
	html_raw(html, "</tr></thead><tbody>");
}

void show_table_end(struct exchange *x)
{
	html_raw(exchange_html(x), "</tbody></table></div>");
}

void show_mode(struct exchange *x)
{
	if (exchange_exercise(x))
		exchange_word(x, "--exercise");
}

void show_duration(enum words_lang lang, uint64_t seconds, char out[static WORDS_TIME_MAX])
{
	words_span(lang, seconds, out, WORDS_TIME_MAX);
}

void show_clock(const struct exchange *x, uint64_t unix_s, char out[static WORDS_TIME_MAX])
{
	char text[sizeof "2016-12-14T05:00:00Z"];
	struct tm tm;
	time_t when = (time_t)unix_s;
	out[0] = '\0';
	if (gmtime_r(&when, &tm) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	json_t *time = json_string(text);
	page_when(x, time, out);
	json_decref(time);
}

void show_query(struct exchange *x, const char *name, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";
	struct html *html = exchange_html(x);
	html_add(html, "&amp;%s=", name);
	for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++) {
		char code[] = {'%', digits[*at >> 4], digits[*at & 15], '\0'};
		html_raw(html, code);
	}
}

void show_ascii(const char *text, char *out, size_t cap)
{
	size_t len = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0' && len + 1 < cap; at++) {
		bool arabic =
			(at[0] == 0xD9 && at[1] >= 0xA0 && at[1] <= 0xA9) || (at[0] == 0xDB && at[1] >= 0xB0 && at[1] <= 0xB9); /* U+0660, U+06F0 */
		out[len++] = arabic ? (char)('0' + (at[1] & 0x0F)) : (char)*at;
		at += arabic;
	}
	out[len] = '\0';
}

uint64_t show_number(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));
	return value > 0 ? (uint64_t)value : 0;
}

/* Escaped and apart from the text around it; "" without memory. */
static void isolated(const char *name, char out[static NAMED_SIZE])
{
	struct html user;
	out[0] = '\0';
	if (!html_open(&user, NAMED_SIZE - 1))
		return;
	html_user(&user, name);
	if (!user.full)
		memcpy(out, user.bytes, user.len + 1);
	html_close(&user);
}

void show_named(struct exchange *x, const char *class, enum word word, const char *name, const char *second)
{
	char text[NAMED_SIZE + LINE_SIZE], who[NAMED_SIZE];
	isolated(name, who);
	words_fill(exchange_lang(x), word, text, sizeof text, who, second != NULL ? second : "");
	html_add(exchange_html(x), "<p class=\"%s\">", class);
	html_raw(exchange_html(x), text);
	html_raw(exchange_html(x), "</p>");
}

void show_failed(struct exchange *x, const struct answer *answer)
{
	if (answer->code == EX_NOPERM)
		page_wrong(x, WORD_CONSOLE_NOT_ALLOWED);
	else
		page_failed(x, answer);
}

int show_status(int code)
{
	switch (code) {
	case 0:
		return 200;
	case 1:
		return 409;
	case EX_NOPERM:
		return 403;
	case EX_USAGE:
	case EX_DATAERR:
		return 422;
	case EX_TEMPFAIL:
	case EX_UNAVAILABLE:
		return 503;
	default:
		return 500;
	}
}

static enum word urgency(const json_t *file, const char **colour)
{
	json_int_t priority = json_integer_value(json_object_get(file, "priority"));
	*colour = "";
	switch (priority) {
	case 3:
		*colour = "k3";
		return WORD_TRIAGE_RED;
	case 2:
		*colour = "k2";
		return show_number(json_object_get(file, "body"), "yellow") > 0 ? WORD_TRIAGE_YELLOW : WORD_CONSOLE_URGENT;
	case 1:
		*colour = "k1";
		return WORD_CONSOLE_NEED;
	case -1:
		return WORD_CONSOLE_EXERCISE_CASE;
	case -2:
		return WORD_CONSOLE_WITHDRAWN;
	default:
		return WORD_CONSOLE_ROUTINE;
	}
}

void show_urgency(struct exchange *x, const json_t *file)
{
	const char *colour;
	enum word word = urgency(file, &colour);
	html_add(exchange_html(x), "<span class=\"k %s\"><span class=\"u\">%s</span></span>", colour, words_get(exchange_lang(x), word));
}

void show_ref(struct exchange *x, const char *ref)
{
	html_add(exchange_html(x), "<a class=\"ref\" dir=\"ltr\" href=\"/case/%s\">%s</a>", ref, ref);
}

/* One reason, as a text of ours around what is counted, timed or named. */
static void reason(struct exchange *x, const json_t *one)
{
	char text[NAMED_SIZE + LINE_SIZE], who[NAMED_SIZE];
	const char *word = page_string(one, "code");
	isolated(page_string(one, "who"), who);
	bool ours = strspn(word, "abcdefghijklmnopqrstuvwxyz_") == strlen(word);
	const struct words_reason reason = {.code = ours ? word : "", .who = who, .n = show_number(one, "n")};
	words_why(exchange_lang(x), &reason, text, sizeof text);
	html_raw(exchange_html(x), text); /* rows hold no markup, and the name is escaped */
}

void show_why(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *reasons = json_object_get(file, "reasons");
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		html_raw(html, i > 0 ? words_rtl(exchange_lang(x)) ? "، " : ", " : "");
		reason(x, json_array_get(reasons, i));
	}
	if (!json_is_array(reasons) && page_string(file, "why")[0] != '\0')
		html_add(html, "<bdi lang=\"en\">%s</bdi>", page_string(file, "why"));
}

void show_brief(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const char *type = page_string(file, "type");
	html_add(html, "<b>%s</b>", words_get(lang, rows_type(type)));
	if (!json_is_true(json_object_get(file, "understood"))) {
		html_add(html, " – %s", words_get(lang, WORD_LETTER_NOT_UNDERSTOOD));
		return;
	}
	const json_t *body = json_object_get(file, "body");
	static const char *const counted[] = {"red", "yellow", "green", "litter", "people", "children", "pregnant"};
	unsigned said = 0;
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		enum plural plural;
		char text[WORDS_TIME_MAX];
		if (show_number(body, counted[i]) == 0 || !words_of_count(counted[i], &plural))
			continue;
		words_count(lang, plural, show_number(body, counted[i]), text, sizeof text);
		html_add(html, "%s %s", said++ == 0 ? " –" : words_rtl(lang) ? "،" : ",", text);
	}
	static const char *const shown[] = {"headline", "item", "name", "text"};
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		const char *value = page_string(body, shown[i]);
		if (value[0] == '\0')
			continue;
		html_raw(html, " – ");
		show_short(x, value);
	}
}

void show_short(struct exchange *x, const char *text)
{
	char cut[SHOW_SHORT + 4];
	size_t len = strlen(text);
	if (len > SHOW_SHORT)
		for (len = SHOW_SHORT; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
			;
	memcpy(cut, text, len);
	strcpy(cut + len, text[len] != '\0' ? "…" : "");
	html_user(exchange_html(x), cut);
}

bool show_is_loud(const json_t *file)
{
	return json_is_true(json_object_get(file, "loud"));
}

void show_holder(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *claim = json_object_get(file, "claim"), *taken = json_object_get(file, "taken");
	if (json_is_object(taken)) {
		html_user(html, page_string(taken, "org"));
	} else if (!json_is_object(claim) || json_is_true(json_object_get(claim, "ran_out"))) {
		html_add(html, "<span class=\"%s\">%s</span>", show_is_loud(file) ? "late" : "n", words_get(lang, WORD_CONSOLE_NOBODY));
	} else if (json_is_true(json_object_get(claim, "mine"))) {
		html_add(html, "<b>%s</b>", words_get(lang, WORD_CONSOLE_YOU));
	} else if (json_is_false(json_object_get(claim, "ours"))) {
		html_user(html, page_string(claim, "org"));
	} else {
		html_user(html, page_string(claim, "by"));
	}
}
