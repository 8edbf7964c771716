/* Medical help in three questions: how many are hurt and how badly, whether they can walk, where they are. Then it is sent; what else is known
 * follows as an update of that letter (page_medevac_more.c). */

#include "node/web/parts.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX = 120, SECTORS = 9, NUMBER_TEXT = 12, QUESTIONS = 3 };

static const char path[] = "/medevac", counts[] = "red yellow green";

static unsigned hurt(const struct exchange *x)
{
	return parts_number(x, "red") + parts_number(x, "yellow") + parts_number(x, "green");
}

/* "2 of 3", so that whoever is frightened sees the end of it. */
static void begin(struct exchange *x, unsigned question, enum word title, enum word wrong)
{
	char at[WORDS_TIME_MAX], of[WORDS_TIME_MAX], text[2 * WORDS_TIME_MAX];
	struct html *html = page_begin(x, title);
	words_number(exchange_lang(x), question, at, sizeof at);
	words_number(exchange_lang(x), QUESTIONS, of, sizeof of);
	words_fill(exchange_lang(x), WORD_STEP, text, sizeof text, at, of);
	html_add(html, "<p class=\"n\">%s</p>", text);
	if (wrong != WORDS)
		page_wrong(x, wrong);
}

static void show_counts(struct exchange *x, enum word wrong)
{
	bool further = exchange_field(x, "step")[0] != '\0' && strcmp(exchange_field(x, "step"), "counts") != 0;
	begin(x, 1, WORD_MEDEVAC_HOW_MANY, wrong);
	if (further && exchange_is_draft(x) && !exchange_is_post(x))
		page_good(x, WORD_DRAFT_KEPT);
	parts_form(x, path, "counts");
	parts_amount(x, "red", ICON_LYING, WORD_RED_NAME, WORD_RED_HINT, "mr");
	parts_amount(x, "yellow", ICON_SITTING, WORD_YELLOW_NAME, WORD_YELLOW_HINT, "my");
	parts_amount(x, "green", ICON_STANDING, WORD_GREEN_NAME, WORD_GREEN_HINT, "mg");
	parts_end(x, ICON_OK, WORD_NEXT);
	page_end(x, 200);
}

/* What was answered so far, in words. */
static void show_hurt(struct exchange *x)
{
	static const struct {
		const char *field;
		enum plural plural;
	} colours[] = {{"red", PLURAL_RED}, {"yellow", PLURAL_YELLOW}, {"green", PLURAL_GREEN}};
	struct html *html = exchange_html(x);
	const char *separator = "";
	html_raw(html, "<p><b>");
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++) {
		char text[WORDS_TIME_MAX];
		unsigned n = parts_number(x, colours[i].field);
		words_count(exchange_lang(x), colours[i].plural, n, text, sizeof text);
		html_raw(html, n > 0 ? separator : "");
		html_raw(html, n > 0 ? text : "");
		separator = n > 0 ? "<br>" : separator;
	}
	html_raw(html, "</b></p>");
	parts_change(x, "/medevac?step=counts");
}

static void show_walk(struct exchange *x)
{
	begin(x, 2, WORD_MEDEVAC_CAN_WALK, WORDS);
	show_hurt(x);
	parts_form(x, path, "walk");
	parts_carry(x, counts);
	parts_button(x, "walk", "all", ICON_STANDING, words_get(exchange_lang(x), WORD_WALK_ALL), "green");
	if (hurt(x) > 1)
		parts_button(x, "walk", "some", ICON_SITTING, words_get(exchange_lang(x), WORD_WALK_SOME), "");
	parts_button(x, "walk", "none", ICON_LYING, words_get(exchange_lang(x), WORD_WALK_NONE), "red");
	parts_end_choices(x);
	page_end(x, 200);
}

static void show_carried(struct exchange *x, enum word wrong)
{
	begin(x, 2, WORD_WALK_SOME_HOW_MANY, wrong);
	show_hurt(x);
	parts_form(x, path, "carried");
	parts_carry(x, counts);
	parts_carry(x, "walk");
	parts_amount(x, "carried", ICON_LYING, WORD_FIELD_LITTER, WORD_WALK_SOME_HOW_MANY, "");
	parts_end(x, ICON_OK, WORD_NEXT);
	page_end(x, 200);
}

static void show_where(struct exchange *x)
{
	struct html *html;
	begin(x, 3, WORD_MEDEVAC_WHERE, WORDS);
	html = exchange_html(x);
	send_trouble(x);
	show_hurt(x);
	parts_form(x, path, "where");
	parts_carry(x, counts);
	parts_carry(x, "walk carried");
	page_text(x, WORD_PLACE_PRESS);
	html_raw(html, "<div class=\"s\">");
	for (unsigned i = 1; i <= SECTORS; i++) {
		char value[NUMBER_TEXT], number[WORDS_TIME_MAX], text[WORDS_TIME_MAX];
		snprintf(value, sizeof value, "%u", i);
		words_number(exchange_lang(x), i, number, sizeof number);
		words_fill(exchange_lang(x), WORD_SECTOR_BUTTON, text, sizeof text, number);
		parts_button(x, "sector", value, ICONS, text, "red");
	}
	html_raw(html, "</div>");
	page_line(x, "place", WORD_PLACE_WRITE, LINE_MAX);
	html_add(html, "<p class=\"n\">%s</p>", words_get(exchange_lang(x), WORD_PLACE_EXAMPLE));
	recipients_fields(x, true, false);
	html_add(html, "<p class=\"n\">%s %s</p>", words_get(exchange_lang(x), WORD_PLACE_SEALED), words_get(exchange_lang(x), WORD_CARRIED_LOCKED));
	parts_end(x, ICON_SEND, WORD_SEND_NOW);
	page_end(x, 200);
}

/* "Sector 4, beside the school" in the writer's language; "" if nothing was said. */
static void place_text(const struct exchange *x, char *out, size_t cap)
{
	char number[WORDS_TIME_MAX], sector[WORDS_TIME_MAX], place[4 * LINE_MAX + 1];
	words_number(exchange_lang(x), parts_number(x, "sector"), number, sizeof number);
	words_fill(exchange_lang(x), WORD_SECTOR_BUTTON, sector, sizeof sector, number);
	(void)exchange_trimmed(x, "place", place, sizeof place);
	if (parts_number(x, "sector") == 0)
		snprintf(out, cap, "%s", place);
	else if (place[0] == '\0')
		snprintf(out, cap, "%s", sector);
	else
		words_fill(exchange_lang(x), WORD_LIST, out, cap, sector, place);
}

static void number_option(struct exchange *x, const char *option, unsigned n)
{
	char text[NUMBER_TEXT];
	snprintf(text, sizeof text, "%u", n);
	exchange_option(x, option, n > 0 ? text : "");
}

static void compose(struct exchange *x)
{
	char place[4 * LINE_MAX + WORDS_TIME_MAX];
	unsigned all = hurt(x), carried = 0;
	if (strcmp(exchange_field(x, "walk"), "none") == 0)
		carried = all;
	else if (strcmp(exchange_field(x, "walk"), "some") == 0)
		carried = parts_number(x, "carried");
	place_text(x, place, sizeof place);
	exchange_verb(x, "medevac");
	number_option(x, "--red", parts_number(x, "red"));
	number_option(x, "--yellow", parts_number(x, "yellow"));
	number_option(x, "--green", parts_number(x, "green"));
	number_option(x, "--litter", carried);
	number_option(x, "--walking", all - carried);
	exchange_option(x, "--place", place);
}

/* What is wrong with the numbers; WORDS: nothing, and somebody is hurt. */
static enum word counts_fault(const struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, counts);
	return wrong == WORDS && hurt(x) == 0 ? WORD_MEDEVAC_NONE_HURT : wrong;
}

static void get(struct exchange *x)
{
	const char *step = send_step(x);
	if (counts_fault(x) != WORDS)
		show_counts(x, WORDS);
	else if (strcmp(step, "where") == 0)
		recipients_load(x, show_where);
	else if (strcmp(step, "walk") == 0)
		show_walk(x);
	else if (strcmp(step, "carried") == 0)
		show_carried(x, WORDS);
	else
		show_counts(x, WORDS);
}

/* The button for one less or one more. */
static bool is_changing(const struct exchange *x)
{
	return exchange_field(x, "less")[0] != '\0' || exchange_field(x, "more")[0] != '\0';
}

static void counted(struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, counts);
	if (wrong != WORDS)
		show_counts(x, wrong);
	else if (is_changing(x))
		send_on(x, path);
	else if (hurt(x) == 0)
		show_counts(x, WORD_MEDEVAC_NONE_HURT);
	else
		send_on(x, "/medevac?step=walk");
}

static void carried(struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, "carried");
	if (wrong != WORDS)
		show_carried(x, wrong);
	else if (is_changing(x))
		send_on(x, "/medevac?step=carried");
	else if (parts_number(x, "carried") > hurt(x))
		show_carried(x, WORD_MEDEVAC_TOO_MANY_CARRIED);
	else
		send_on(x, "/medevac?step=where");
}

static void located(struct exchange *x)
{
	char place[4 * LINE_MAX + WORDS_TIME_MAX];
	place_text(x, place, sizeof place);
	if (counts_fault(x) != WORDS || !parts_number_ok(x, "carried") || parts_number(x, "carried") > hurt(x))
		show_counts(x, WORD_MEDEVAC_NONE_HURT);
	else if (place[0] == '\0')
		send_refuse(x, WORD_MEDEVAC_NO_PLACE, show_where);
	else
		send_letter(x, compose, show_where);
}

static void post(struct exchange *x)
{
	const char *step = exchange_field(x, "step");
	if (strcmp(step, "where") == 0)
		located(x);
	else if (strcmp(step, "carried") == 0)
		carried(x);
	else if (strcmp(step, "walk") != 0 || counts_fault(x) != WORDS)
		counted(x);
	else if (strcmp(exchange_field(x, "walk"), "some") == 0)
		send_on(x, "/medevac?step=carried");
	else
		send_on(x, "/medevac?step=where");
}

const struct page page_medevac = {"/medevac", PAGE_PERSON, get, post};
