/* What an operator can do with a case: forms, each with the revision of the case that was shown. */

#include "node/console/case.h"

#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 64, TEXT_MAX = 1500, NAME_MAX = 64, LINE_SIZE = 512 };

void case_form(struct exchange *x, const json_t *file, const char *what)
{
	char path[PATH_SIZE], revision[WORDS_TIME_MAX];
	snprintf(path, sizeof path, "/case/%s", page_string(file, "ref"));
	snprintf(revision, sizeof revision, "%u", (unsigned)show_number(file, "revision"));
	show_form(x, path);
	page_hidden(x, "do", what);
	page_hidden(x, "revision", revision);
}

bool case_is_closed(const json_t *file)
{
	return strcmp(page_string(file, "state"), "closed") == 0;
}

bool case_is_held(const json_t *file)
{
	const json_t *claim = json_object_get(file, "claim");
	return json_is_object(json_object_get(file, "taken")) || (json_is_object(claim) && !json_is_true(json_object_get(claim, "ran_out")));
}

bool case_is_mine(const json_t *file)
{
	return case_is_held(file) && json_is_true(json_object_get(json_object_get(file, "claim"), "mine"));
}

static void button_form(struct exchange *x, const json_t *file, const char *what, enum word word, const char *colour, const char *key)
{
	case_form(x, file, what);
	show_button(x, NULL, NULL, word, colour, key);
	html_raw(exchange_html(x), "</form>");
}

void case_claim(struct exchange *x, const json_t *file)
{
	const json_t *claim = json_object_get(file, "claim");
	bool theirs = json_is_object(json_object_get(file, "taken")) || (json_is_object(claim) && json_is_false(json_object_get(claim, "ours")));
	html_raw(exchange_html(x), "<div class=\"row\">");
	if (page_string(file, "merged_into")[0] != '\0') {
		show_ref(x, page_string(file, "merged_into"));
		html_raw(exchange_html(x), " ");
		button_form(x, file, "unmerge", WORD_CASE_UNMERGE, "q", NULL);
	} else if (case_is_closed(file)) {
		button_form(x, file, "reopen", WORD_CASE_REOPEN, "q", "c");
	} else if (case_is_mine(file)) {
		button_form(x, file, "keep", WORD_CASE_KEEP, "q", "k");
		button_form(x, file, "release", WORD_CASE_RELEASE, "q", NULL);
	} else if (!case_is_held(file)) {
		button_form(x, file, "claim", WORD_CONSOLE_TAKE, "g", "c");
	} else if (!theirs) {
		button_form(x, file, "takeover", WORD_CASE_TAKE_OVER, "q", NULL);
	}
	html_raw(exchange_html(x), "</div>");
}

void case_reply(struct exchange *x, const json_t *file)
{
	show_section(x, WORD_CASE_REPLY);
	case_form(x, file, "reply");
	html_add(exchange_html(x), "<label class=\"v\" for=\"reply\">%s</label>", words_get(exchange_lang(x), WORD_CASE_REPLY));
	html_raw(exchange_html(x), "<textarea id=\"reply\" name=\"reply\" rows=\"3\" maxlength=\"1500\" dir=\"auto\" accesskey=\"r\">\n");
	html_text(exchange_html(x), exchange_field(x, "reply"));
	html_add(exchange_html(x), "</textarea><p class=\"n\">%s</p>", words_get(exchange_lang(x), WORD_CASE_REPLY_MEANS));
	show_button(x, NULL, NULL, WORD_CASE_REPLY_GO, "", NULL);
	html_raw(exchange_html(x), "</form></section>");
}

void case_note(struct exchange *x, const json_t *file)
{
	case_form(x, file, "note");
	page_area(x, "note", WORD_CASE_NOTE, TEXT_MAX);
	show_button(x, NULL, NULL, WORD_CASE_NOTE_GO, "q", NULL);
	html_raw(exchange_html(x), "</form>");
}

/* One of several words of a group, to choose from. */
static void choice(struct exchange *x, const char *name, const char *group, const char *code, bool on)
{
	html_add(exchange_html(x), "<label class=\"opt\"><input type=\"radio\" name=\"%s\" value=\"%s\"", name, code);
	html_raw(exchange_html(x), on ? " checked>" : ">");
	html_add(exchange_html(x), "<span class=\"u\">%s</span></label>", words_code(exchange_lang(x), group, code));
}

void case_verify(struct exchange *x, const json_t *file)
{
	static const char *const words[] = {"unverified", "plausible", "confirmed", "contradicted"};
	show_section(x, WORD_CASE_VERIFY);
	case_form(x, file, "verify");
	html_add(exchange_html(x), "<fieldset><legend class=\"v\">%s</legend>", words_get(exchange_lang(x), WORD_CASE_VERIFY));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		choice(x, "as", "verification", words[i], strcmp(page_string(file, "verification"), words[i]) == 0);
	html_raw(exchange_html(x), "</fieldset>");
	show_button(x, NULL, NULL, WORD_CASE_VERIFY_GO, "q", NULL);
	html_raw(exchange_html(x), "</form></section>");
}

void case_assign(struct exchange *x, const json_t *file)
{
	html_raw(exchange_html(x), "<section>");
	case_form(x, file, "assign");
	page_line(x, "to", WORD_CASE_ASSIGN, NAME_MAX);
	show_button(x, NULL, NULL, WORD_CASE_ASSIGN_GO, "q", NULL);
	html_raw(exchange_html(x), "</form></section>");
}

void case_merge(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *suggestions = json_object_get(file, "suggestions");
	char text[LINE_SIZE], minutes[WORDS_TIME_MAX];
	if (json_array_size(suggestions) == 0)
		return;
	show_section(x, WORD_CASE_MERGE);
	page_text(x, WORD_CASE_MERGE_MEANS);
	for (size_t i = 0; i < json_array_size(suggestions); i++) {
		const json_t *one = json_array_get(suggestions, i);
		html_raw(html, "<div class=\"row\">");
		show_ref(x, page_string(one, "ref"));
		html_raw(html, " ");
		html_user(html, page_string(one, "area"));
		show_duration(exchange_lang(x), 60 * show_number(one, "minutes"), minutes);
		html_add(html, " <span class=\"n\">± %s</span> ", minutes);
		case_form(x, file, "merge");
		page_hidden(x, "other", page_string(one, "ref"));
		words_fill(exchange_lang(x), WORD_CASE_MERGE_GO, text, sizeof text, page_string(one, "ref"));
		html_add(html, "<button type=\"submit\" class=\"q s\">%s</button></form></div>", text);
	}
	html_raw(html, "</section>");
}

void case_close(struct exchange *x, const json_t *file)
{
	static const char *const words[] = {"done", "moved_on", "duplicate", "false", "unreachable", "expired"};
	html_raw(exchange_html(x), "<section>");
	case_form(x, file, "close");
	html_add(exchange_html(x), "<fieldset><legend>%s</legend>", words_get(exchange_lang(x), WORD_CASE_CLOSE));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		choice(x, "reason", "case_reason", words[i], false);
	html_raw(exchange_html(x), "</fieldset>");
	show_button(x, NULL, NULL, WORD_CASE_CLOSE_GO, "r", NULL);
	html_raw(exchange_html(x), "</form></section>");
}
