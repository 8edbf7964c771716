/* What is told about a case: nothing here changes it. */

#include "node/console/case.h"

#include "node/web/rows.h"

#include <string.h>

/* Up to how many kB of the page each part may go; what is older is a press away. */
enum { PATIENTS_KB = 24, LETTERS_KB = 40, NOTES_KB = 48 };

static void sender(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *from = json_object_get(file, "from");
	enum word word;
	html_add(html, "<p class=\"n\">");
	if (page_string(from, "name")[0] != '\0')
		page_named(x, WORD_FROM, page_string(from, "name"));
	else
		html_text(html, words_get(lang, WORD_UNKNOWN_SENDER));
	if (words_of_code("verified", page_string(file, "verified"), &word))
		html_add(html, " – %s", words_get(lang, word));
	html_add(html, " – <bdi dir=\"ltr\">%s</bdi></p>", page_string(from, "fingerprint"));
	bool urgent = json_integer_value(json_object_get(file, "priority")) >= 2;
	if (urgent && strcmp(page_string(file, "verified"), "no") == 0 && strcmp(page_string(from, "kind"), "organisation") != 0)
		html_add(html, "<p class=\"late\">%s</p>", words_get(lang, WORD_CASE_UNVERIFIED_SENDER));
}

void case_facts(struct exchange *x, const json_t *file, bool precise)
{
	struct html *html = exchange_html(x);
	show_section(x, WORD_CASE_SAYS);
	if (json_is_true(json_object_get(file, "understood")))
		rows_put(x, page_string(file, "type"), json_object_get(file, "body"));
	else
		page_text(x, WORD_LETTER_NOT_UNDERSTOOD);
	sender(x, file);
	if (precise) {
		page_good(x, WORD_CASE_PLACE_SHOWN);
	} else if (show_may(x, SHOW_TRIAGER)) {
		case_form(x, file, "place");
		html_add(html, "<p class=\"n\">%s</p>", words_get(exchange_lang(x), WORD_CASE_PLACE_AUDITED));
		show_button(x, NULL, NULL, WORD_CASE_SHOW_PLACE, "q", "l");
		html_raw(html, "</form>");
	}
	html_raw(html, "</section>");
}

void case_patients(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *patients = json_object_get(file, "patients");
	if (json_array_size(patients) == 0)
		return;
	show_section(x, WORD_CASE_PATIENTS);
	size_t shown = 0;
	for (size_t i = 0; i < json_array_size(patients) && show_has_room(x, PATIENTS_KB); i++, shown++) {
		const json_t *one = json_array_get(patients, i);
		html_raw(html, "<div class=\"card\">");
		if (json_is_true(json_object_get(one, "gone")))
			html_add(html, "<p class=\"n\">%s</p>", words_get(exchange_lang(x), WORD_CONSOLE_WITHDRAWN));
		rows_put(x, "patient", one);
		html_raw(html, "</div>");
	}
	if (shown < json_array_size(patients))
		show_all_link(x);
	html_raw(html, "</section>");
}

static void letter(struct exchange *x, const json_t *one)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	bool ours = strcmp(page_string(one, "direction"), "out") == 0;
	char when[WORDS_TIME_MAX];
	enum word word;
	page_when(x, json_object_get(one, ours || json_object_get(one, "received") == NULL ? "created" : "received"), when);
	html_add(html, "<div class=\"%s\"><p class=\"n\"><b>%s</b> – %s", ours ? "out1" : "in1",
		 words_get(lang, ours ? WORD_CASE_WE_WROTE : WORD_CASE_THEY_WROTE), when);
	html_add(html, " – %s", words_get(lang, rows_type(page_string(one, "type"))));
	if (words_of_code("action", page_string(one, "action"), &word))
		html_add(html, " (%s)", words_get(lang, word));
	if (page_string(one, "of")[0] != '\0') {
		html_raw(html, " ");
		show_ref(x, page_string(one, "of"));
	}
	html_raw(html, "</p>");
	if (json_is_true(json_object_get(one, "understood")))
		rows_put(x, page_string(one, "type"), json_object_get(one, "body"));
	else
		page_text(x, WORD_LETTER_NOT_UNDERSTOOD);
	html_raw(html, "</div>");
}

void case_letters(struct exchange *x, const json_t *file)
{
	const json_t *letters = json_object_get(file, "letters");
	show_section(x, WORD_CASE_LETTERS);
	size_t left = json_array_size(letters);
	for (; left > 0 && show_has_room(x, LETTERS_KB); left--)
		letter(x, json_array_get(letters, left - 1));
	if (left > 0)
		show_all_link(x);
	html_raw(exchange_html(x), "</section>");
}

/* "Rana, today 05:00 dawn" */
static void by_and_when(struct exchange *x, const json_t *one)
{
	char when[WORDS_TIME_MAX];
	page_when(x, json_object_get(one, "at"), when);
	html_raw(exchange_html(x), "<span class=\"n\">");
	html_user(exchange_html(x), page_string(one, "by"));
	html_add(exchange_html(x), " – %s</span> ", when);
}

void case_notes(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *notes = json_object_get(file, "notes");
	html_raw(html, "<ul class=\"l\">");
	size_t left = json_array_size(notes);
	for (; left > 0 && show_has_room(x, NOTES_KB); left--) {
		html_raw(html, "<li>");
		by_and_when(x, json_array_get(notes, left - 1));
		html_raw(html, "<br>");
		html_user_lines(html, page_string(json_array_get(notes, left - 1), "text"));
		html_raw(html, "</li>");
	}
	html_raw(html, "</ul>");
	if (left > 0)
		show_all_link(x);
}

static void partners(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *partners = json_object_get(file, "partners");
	if (json_array_size(partners) == 0)
		return;
	show_section(x, WORD_CASE_PARTNERS);
	html_raw(html, "<ul class=\"l\">");
	for (size_t i = 0; i < json_array_size(partners); i++) {
		const json_t *one = json_array_get(partners, i);
		char until[WORDS_TIME_MAX], text[2 * WORDS_TIME_MAX];
		html_raw(html, "<li><b>");
		html_user(html, page_string(one, "org"));
		html_add(html, "</b>: %s ", words_code(exchange_lang(x), "claim_word", page_string(one, "word")));
		html_user(html, page_string(one, "who"));
		page_when(x, json_object_get(one, "until"), until);
		words_fill(exchange_lang(x), WORD_BOARD_UNTIL, text, sizeof text, until);
		html_add(html, " <span class=\"n\">%s</span></li>", until[0] != '\0' ? text : "");
	}
	html_raw(html, "</ul></section>");
}

void case_links(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *links = json_object_get(file, "links");
	partners(x, file);
	if (json_array_size(links) == 0)
		return;
	show_section(x, WORD_CASE_LINKS);
	html_raw(html, "<ul class=\"l\">");
	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *one = json_array_get(links, i);
		html_raw(html, "<li>");
		show_ref(x, page_string(one, "ref"));
		if (strncmp(page_string(one, "kind"), "merged", 6) == 0)
			html_add(html, " <span class=\"n\">%s</span>", words_get(exchange_lang(x), WORD_DID_MERGED));
		html_raw(html, "</li>");
	}
	html_raw(html, "</ul></section>");
}

void case_history(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	const json_t *history = json_object_get(file, "history");
	size_t left = json_array_size(history);
	show_section(x, WORD_CASE_HISTORY);
	html_raw(html, "<ul class=\"l\">");
	for (; left > 0 && show_has_room(x, SHOW_PAGE_KB); left--) {
		const json_t *one = json_array_get(history, left - 1);
		html_raw(html, "<li>");
		by_and_when(x, one);
		html_add(html, "%s ", words_code(exchange_lang(x), "did", page_string(one, "what")));
		show_short(x, page_string(one, "detail"));
		html_raw(html, "</li>");
	}
	html_raw(html, "</ul>");
	if (left > 0)
		show_all_link(x);
	html_raw(html, "</section>");
}
