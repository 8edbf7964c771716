/* One letter: what became of one that was sent, with times; what is in one that came, and answering it. */

#include "node/web/parts.h"
#include "node/web/rows.h"
#include "node/web/send.h"

#include <stdio.h>
#include <string.h>

enum { LETTER, ANSWERS, TEXT_MAX = 1500, SCRATCH = 1024 };

/* The stages a letter may come to, in their order; an expired one stays where it was. */
static const char *const ladder[] = {"saved", "carried", "gateway", "received", "opened", "assigned", "answered", "closed"};

enum { LADDER = sizeof ladder / sizeof ladder[0] };

enum word page_stage(const json_t *letter)
{
	enum word word = WORD_STAGE_WAITING;
	if (json_object_get(letter, "cancelled") != NULL)
		return WORD_STAGE_CANCELLED;
	(void)words_of_code("stage", page_string(letter, "stage"), &word); /* none: no post has it yet */
	return word;
}

static const json_t *step_of(const json_t *letter, const char *stage)
{
	const json_t *history = json_object_get(letter, "history");
	for (size_t i = 0; i < json_array_size(history); i++)
		if (strcmp(page_string(json_array_get(history, i), "stage"), stage) == 0)
			return json_array_get(history, i);
	return NULL;
}

/* One step that was reached: its word, when we heard of it, and what else is known. */
static void step(struct exchange *x, const json_t *letter, unsigned n, const json_t *reached)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX], said[WORDS_TIME_MAX], text[SCRATCH];
	page_when(x, json_object_get(reached, "at"), when);
	page_when(x, json_object_get(reached, "said"), said);
	html_raw(html, "<li class=\"done\">");
	icon_put(html, ICON_OK);
	if (strcmp(ladder[n], "carried") == 0)
		words_count(exchange_lang(x), PLURAL_CARRIED_BY, (uint64_t)json_integer_value(json_object_get(letter, "copies")), text, sizeof text);
	else
		snprintf(text, sizeof text, "%s", words_code(exchange_lang(x), "stage", ladder[n]));
	html_add(html, "%s <span class=\"n\">%s", text, when);
	if (said[0] != '\0') {
		words_fill(exchange_lang(x), WORD_STAGE_THEY_SAY, text, sizeof text, said);
		html_add(html, " (%s)", text);
	}
	html_raw(html, "</span></li>");
}

static void ladder_put(struct exchange *x, const json_t *letter)
{
	struct html *html = exchange_html(x);
	unsigned last = 0;
	for (unsigned i = 0; i < LADDER; i++)
		last = step_of(letter, ladder[i]) != NULL ? i : last;
	html_add(html, "<h2>%s</h2><ol class=\"l\">", words_get(exchange_lang(x), WORD_LADDER_TITLE));
	for (unsigned i = 0; i < LADDER; i++) {
		const json_t *reached = step_of(letter, ladder[i]);
		if (reached != NULL) {
			step(x, letter, i, reached);
		} else if (i > last || page_stage(letter) == WORD_STAGE_WAITING) {
			html_raw(html, "<li>");
			icon_put(html, ICON_WAIT);
			html_add(html, "%s</li>", words_code(exchange_lang(x), "stage", ladder[i]));
		}
	}
	html_raw(html, "</ol>");
}

/* What to expect, in one sentence, and whether it needs sending again. */
static void expectation(struct exchange *x, const json_t *letter)
{
	enum word stage = page_stage(letter);
	if (stage == WORD_STAGE_CANCELLED || stage == WORD_STAGE_EXPIRED) {
		page_wrong(x, stage);
		return;
	}
	enum word word = WORD_LADDER_RECEIVED;
	if (stage == WORD_STAGE_WAITING)
		word = WORD_ERROR_NOT_CARRIED_YET;
	else if (stage == WORD_STAGE_SAVED)
		word = WORD_LADDER_WAIT;
	else if (stage == WORD_STAGE_CARRIED || stage == WORD_STAGE_GATEWAY)
		word = WORD_LADDER_CARRIED;
	page_good(x, word);
}

/* Letters that answer this one, the newest first, and what its receiver wrote along with a stage. */
static void answers_put(struct exchange *x, const json_t *letter)
{
	struct html *html = exchange_html(x);
	const json_t *notes = json_object_get(letter, "notes"), *came = exchange_kept(x, ANSWERS);
	for (size_t i = 0; i < json_array_size(notes); i++) {
		html_add(html, "<h2>%s</h2><p class=\"good\">", words_get(exchange_lang(x), WORD_RECEIVER_NOTE));
		html_user_lines(html, page_string(json_array_get(notes, i), "text"));
		html_raw(html, "</p>");
	}
	for (size_t i = json_array_size(came); i > 0; i--) {
		const json_t *other = json_array_get(came, i - 1);
		if (strcmp(page_string(other, "ref"), page_string(letter, "id")) != 0 || strcmp(page_string(other, "type"), "receipt") == 0)
			continue;
		if (!parts_has_room(x)) {
			html_add(html, "<p><a href=\"/inbox\">%s</a></p>", words_get(exchange_lang(x), WORD_OLDER));
			break;
		}
		html_add(html, "<a class=\"b\" href=\"/m/%s\">", page_string(other, "id"));
		icon_put(html, ICON_LETTER);
		page_named(x, WORD_FROM, page_string(other, "from"));
		html_raw(html, "<span class=\"n\">");
		rows_summary(x, json_object_get(other, "body"));
		html_raw(html, "</span></a>");
	}
}

static void action(struct exchange *x, const char *what)
{
	page_form(x, exchange_path(x));
	page_hidden(x, "do", what);
}

/* What is good to hear when a letter has just been sent. */
static enum word sent_word(const json_t *letter)
{
	static const struct {
		const char *type;
		enum word word;
	} words[] = {{"medevac", WORD_MEDEVAC_SENT}, {"safe", WORD_SAFE_SENT}, {"seek", WORD_SEEK_SENT}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(page_string(letter, "type"), words[i].type) == 0)
			return words[i].word;
	return WORD_SENT;
}

/* What could not be asked in three questions. */
static void details_link(struct exchange *x, const json_t *letter)
{
	char path[SCRATCH];
	snprintf(path, sizeof path, "/medevac/%s", page_string(letter, "id"));
	page_link(x, path, ICON_MEDICAL, WORD_MEDEVAC_MORE, "", NULL);
	snprintf(path, sizeof path, "/report/patient/%s", page_string(letter, "id"));
	page_link(x, path, ICON_LYING, WORD_REPORT_PATIENT, "", NULL);
}

static void show_sent(struct exchange *x, const json_t *letter)
{
	struct html *html = page_begin(x, rows_type(page_string(letter, "type")));
	char when[WORDS_TIME_MAX];
	enum word stage = page_stage(letter);
	if (stage == WORD_STAGE_WAITING)
		page_wrong(x, stage); /* no post has it: nothing was sent */
	else if (exchange_query(x, "sent")[0] != '\0')
		page_good(x, strcmp(exchange_query(x, "sent"), "more") == 0 ? WORD_UPDATE_SENT : sent_word(letter));
	html_raw(html, "<p>");
	page_named(x, WORD_SENT_TO, page_string(letter, "to"));
	page_when(x, json_object_get(letter, "created"), when);
	html_add(html, " – %s</p>", when);
	expectation(x, letter);
	if (json_is_true(json_object_get(letter, "reduced")))
		page_wrong(x, WORD_REDUCED);
	if (strcmp(page_string(letter, "type"), "medevac") == 0 && stage != WORD_STAGE_CANCELLED)
		details_link(x, letter);
	ladder_put(x, letter);
	answers_put(x, letter);
	if (stage != WORD_STAGE_CANCELLED && stage != WORD_STAGE_EXPIRED && stage != WORD_STAGE_CLOSED) {
		action(x, "cancel");
		page_text(x, WORD_TAKE_BACK_MEANS);
		/* Not the button that catches the eye. */
		html_raw(html, "<button type=\"submit\" class=\"b\">");
		icon_put(html, ICON_WRONG);
		html_add(html, "%s</button></form>", words_get(exchange_lang(x), WORD_LETTER_TAKE_BACK));
	}
	page_end(x, 200);
}

static void vouched(struct exchange *x, const json_t *letter)
{
	enum word word;
	if (words_of_code("verified", page_string(letter, "verified"), &word))
		page_good(x, word);
	bool urgent = strcmp(page_string(letter, "class"), "urgent") == 0, verified = strcmp(page_string(letter, "verified"), "no") != 0;
	if (urgent && !verified && strcmp(page_string(letter, "sender"), "organisation") != 0)
		page_wrong(x, WORD_UNVERIFIED);
}

static void show_received(struct exchange *x, const json_t *letter, const struct answer *failed)
{
	struct html *html = page_begin(x, rows_type(page_string(letter, "type")));
	char when[WORDS_TIME_MAX];
	if (failed != NULL)
		page_failed(x, failed);
	html_raw(html, "<p>");
	if (strcmp(page_string(letter, "sender"), "unknown") == 0)
		html_text(html, words_get(exchange_lang(x), WORD_UNKNOWN_SENDER));
	else
		page_named(x, WORD_FROM, page_string(letter, "from"));
	page_when(x, json_object_get(letter, "created"), when);
	html_add(html, " – %s</p>", when);
	vouched(x, letter);
	if (strcmp(page_string(letter, "status"), "exercise") == 0)
		page_wrong(x, WORD_EXERCISE);
	else if (strcmp(page_string(letter, "status"), "test") == 0)
		page_wrong(x, WORD_TEST);
	if (strcmp(page_string(letter, "state"), "cancelled") == 0)
		page_wrong(x, WORD_STATE_CANCELLED);
	if (json_is_false(json_object_get(letter, "understood")))
		page_text(x, WORD_LETTER_NOT_UNDERSTOOD);
	rows_put(x, page_string(letter, "type"), json_object_get(letter, "body"));
	if (json_object_get(letter, "ref") != NULL)
		html_add(html, "<p><a href=\"/m/%s\">%s</a></p>", page_string(letter, "ref"), words_get(exchange_lang(x), WORD_LADDER_TITLE));
	action(x, "reply");
	page_area(x, "text", WORD_LETTER_REPLY, TEXT_MAX);
	page_form_end(x, ICON_SEND, WORD_SEND);
	page_end(x, 200);
}

static void show_notice(struct exchange *x, const json_t *notice)
{
	struct html *html = page_begin(x, rows_type(page_string(notice, "type")));
	char when[WORDS_TIME_MAX];
	html_raw(html, "<p>");
	page_named(x, WORD_FROM, page_string(notice, "issuer"));
	page_when(x, json_object_get(notice, "issued"), when);
	html_add(html, " – %s</p>", when);
	rows_put(x, page_string(notice, "type"), json_object_get(notice, "body"));
	page_end(x, 200);
}

static void no_letter(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_INBOX);
	page_wrong(x, WORD_ERROR_NO_LETTER);
	page_link(x, "/inbox", ICON_LETTER, WORD_BUTTON_INBOX, "", NULL);
	page_end(x, 404);
}

static void have_answers(struct exchange *x, const struct answer *answer)
{
	exchange_keep(x, ANSWERS, answer->out);
	show_sent(x, exchange_kept(x, LETTER));
}

static void have_letter(struct exchange *x, const struct answer *answer)
{
	const json_t *letter = json_array_get(answer->out, 0);
	if (letter == NULL) {
		no_letter(x);
	} else if (json_object_get(letter, "history") != NULL) {
		exchange_keep(x, LETTER, letter);
		exchange_verb(x, "inbox");
		exchange_run(x, have_answers);
	} else if (json_object_get(letter, "issuer") != NULL) {
		show_notice(x, letter);
	} else {
		show_received(x, letter, NULL);
	}
}

static void get(struct exchange *x)
{
	if (!parts_rest_is_id(x)) {
		no_letter(x);
		return;
	}
	exchange_verb(x, "show");
	exchange_word(x, exchange_rest(x));
	exchange_run(x, have_letter);
}

static void failed(struct exchange *x, const struct answer *answer)
{
	(void)page_begin(x, WORD_WHAT_WAS_WRONG);
	page_failed(x, answer);
	action(x, "reply");
	page_area(x, "text", WORD_LETTER_REPLY, TEXT_MAX);
	page_form_end(x, ICON_SEND, WORD_SEND);
	page_end(x, 200);
}

static void cancelled(struct exchange *x, const struct answer *answer)
{
	if (answer->code == 0 || json_array_size(answer->out) > 0)
		exchange_redirect(x, exchange_path(x));
	else
		get(x);
}

static void replied(struct exchange *x, const struct answer *answer)
{
	if (!send_follow(x, answer, "1"))
		failed(x, answer);
}

static void post(struct exchange *x)
{
	if (!parts_rest_is_id(x)) {
		no_letter(x);
	} else if (strcmp(exchange_field(x, "do"), "cancel") == 0) {
		exchange_verb(x, "cancel");
		exchange_word(x, exchange_rest(x));
		exchange_run(x, cancelled);
	} else if (send_is_blank(x, "text")) {
		get(x);
	} else {
		exchange_verb(x, "reply");
		exchange_word(x, exchange_rest(x));
		exchange_option(x, "--text", exchange_field(x, "text"));
		exchange_option(x, "--lang", words_tag(exchange_lang(x)));
		exchange_run(x, replied);
	}
}

const struct page page_letter = {"/m/", PAGE_PERSON, get, post};
