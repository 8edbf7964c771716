/* The queue: what waits, the most urgent first, and why it stands where it stands. Looks again by itself. */

#include "node/console/case.h"
#include "node/console/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_CASES = 50, REFRESH_S = 30, PATH_SIZE = 256, VALUE_MAX = 64 };

static const char *const types[] = {"medevac", "patient",   "incident",  "need",     "seek",  "seen",
				    "safe",    "transport", "headcount", "facility", "alert", "letter"};
static const char *const states[] = {"new", "opened", "assigned", "answered", "closed"};

/* A filter behind the question mark, if it is one of ours. */
static const char *chosen(const struct exchange *x, const char *name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(exchange_query(x, name), words[i]) == 0)
			return words[i];
	return "";
}

#define CHOSEN(x, name, words) chosen(x, name, words, sizeof(words) / sizeof((words)[0]))

static unsigned first_of(const struct exchange *x)
{
	const char *from = exchange_query(x, "from");
	size_t digits = strspn(from, "0123456789");
	return digits > 0 && digits < 6 && from[digits] == '\0' ? (unsigned)strtoul(from, NULL, 10) : 0;
}

/* One filter as a link. */
static void link_to(struct exchange *x, const char *name, const char *value, const char *text, bool on)
{
	struct html *html = exchange_html(x);
	html_raw(html, "<a href=\"/queue");
	if (name[0] != '\0')
		html_add(html, "?%s=%s", name, value);
	html_raw(html, on ? "\" aria-current=\"true\">" : "\">");
	html_add(html, "<span class=\"u\">%s</span></a> ", text);
}

static void filters(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const char *show = exchange_query(x, "show"), *type = CHOSEN(x, "type", types), *state = CHOSEN(x, "state", states);
	bool none = show[0] == '\0' && type[0] == '\0' && state[0] == '\0' && exchange_query(x, "place")[0] == '\0';
	html_add(html, "<nav class=\"f\" aria-label=\"%s\"><p>", words_get(lang, WORD_CONSOLE_SHOW));
	link_to(x, "", "", words_get(lang, WORD_CONSOLE_ALL), none);
	link_to(x, "show", "unclaimed", words_get(lang, WORD_CONSOLE_UNCLAIMED), strcmp(show, "unclaimed") == 0);
	link_to(x, "show", "mine", words_get(lang, WORD_CONSOLE_MINE), strcmp(show, "mine") == 0);
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		link_to(x, "state", states[i], words_code(lang, "case_state", states[i]), strcmp(state, states[i]) == 0);
	html_raw(html, "</p><p>");
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		link_to(x, "type", types[i], words_code(lang, "type", types[i]), strcmp(type, types[i]) == 0);
	html_raw(html, "</p></nav>");
}

static void take(struct exchange *x, const json_t *file)
{
	const json_t *claim = json_object_get(file, "claim");
	bool held = json_is_object(claim) && !json_is_true(json_object_get(claim, "ran_out"));
	char value[VALUE_MAX];
	if (held || json_is_object(json_object_get(file, "taken")) || strcmp(page_string(file, "state"), "closed") == 0 || !show_may(x, SHOW_TRIAGER))
		return;
	snprintf(value, sizeof value, "%s %u", page_string(file, "ref"), (unsigned)show_number(file, "revision"));
	html_add(exchange_html(x), " <button type=\"submit\" class=\"s\" name=\"take\" value=\"%s\" aria-label=\"%s %s\">%s</button>", value,
		 words_get(exchange_lang(x), WORD_CONSOLE_TAKE), page_string(file, "ref"), words_get(exchange_lang(x), WORD_CONSOLE_TAKE));
}

static void row(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	char wait[WORDS_TIME_MAX];
	html_raw(html, show_is_loud(file) ? "<tr class=\"loudrow\"><td>" : "<tr><td>");
	show_urgency(x, file);
	html_raw(html, "</td><th scope=\"row\">");
	show_ref(x, page_string(file, "ref"));
	html_raw(html, "</th><td>");
	show_brief(x, file);
	html_raw(html, "</td><td>");
	html_user(html, page_string(file, "place"));
	show_duration(exchange_lang(x), show_number(file, "waiting_s"), wait);
	html_add(html, "</td><td class=\"nw%s\">%s</td><td>", show_is_loud(file) ? " late" : "", wait);
	show_why(x, file);
	html_add(html, "</td><td class=\"nw\"><span class=\"u\">%s</span></td><td>",
		 words_code(exchange_lang(x), "case_state", page_string(file, "state")));
	show_holder(x, file);
	take(x, file);
	html_raw(html, "</td></tr>");
}

static bool wanted(const struct exchange *x, const json_t *file)
{
	const char *place = exchange_query(x, "place");
	return place[0] == '\0' || strcmp(place, page_string(file, "place")) == 0;
}

/* next: where the page after this one begins; n: how many there are. */
static void more(struct exchange *x, unsigned first, unsigned next, unsigned n)
{
	static const char *const kept[] = {"show", "state", "type", "place"};
	struct html *html = exchange_html(x);
	html_raw(html, "<p class=\"f\">");
	for (int turn = 0; turn < 2; turn++) {
		if (turn == 0 ? first == 0 : n <= next)
			continue;
		html_add(html, "<a href=\"/queue?from=%u", turn == 0 ? 0 : next);
		for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
			if (exchange_query(x, kept[i])[0] != '\0')
				show_query(x, kept[i], exchange_query(x, kept[i]));
		html_add(html, "\">%s</a> ", words_get(exchange_lang(x), turn == 0 ? WORD_CONSOLE_FIRST_PAGE : WORD_CONSOLE_NEXT_PAGE));
	}
	html_raw(html, "</p>");
}

/* more: there are others, which did not fit. */
static void as_of(struct exchange *x, unsigned n, bool more)
{
	char text[4 * WORDS_TIME_MAX], when[WORDS_TIME_MAX], count[WORDS_TIME_MAX];
	show_clock(x, exchange_now(x), when);
	words_count(exchange_lang(x), PLURAL_CONSOLE_CASES, n, count, sizeof count);
	words_fill(exchange_lang(x), WORD_CONSOLE_REFRESHES, text, sizeof text, when);
	html_add(exchange_html(x), "<p class=\"n\">%s%s. %s</p>", count, more ? " +" : "", text);
}

static void table(struct exchange *x, const json_t *cases, bool cut)
{
	static const enum word heads[] = {WORD_CONSOLE_URGENCY, WORD_CONSOLE_CASE,  WORD_CONSOLE_WHAT,
					  WORD_FIELD_PLACE,     WORD_CONSOLE_WAITS, WORD_CONSOLE_WHY,
					  WORD_CONSOLE_STATE,   WORD_CONSOLE_WHO,   WORDS};
	unsigned first = first_of(x), next = first, n = 0;
	show_form(x, "/queue");
	show_table(x, WORD_CONSOLE_QUEUE, heads);
	for (size_t i = 0; i < json_array_size(cases); i++) {
		const json_t *file = json_array_get(cases, i);
		if (!wanted(x, file))
			continue;
		if (n == next && next < first + PAGE_CASES && show_has_room(x, SHOW_PAGE_KB)) {
			row(x, file);
			next++;
		}
		n++;
	}
	show_table_end(x);
	html_raw(exchange_html(x), "</form>");
	if (n == 0)
		page_text(x, WORD_CONSOLE_QUEUE_EMPTY);
	more(x, first, next, n);
	as_of(x, n, cut);
}

static void show(struct exchange *x, const struct answer *answer)
{
	(void)page_begin(x, WORD_CONSOLE_QUEUE);
	if (answer->code != 0)
		show_failed(x, answer);
	else if (show_may(x, SHOW_TRIAGER))
		page_text(x, WORD_CONSOLE_QUEUE_HINT);
	filters(x);
	table(x, answer->out, answer->cut);
	if (!exchange_is_post(x))
		exchange_refresh(x, REFRESH_S);
	page_end(x, show_status(answer->code));
}

static void get(struct exchange *x)
{
	const char *state = CHOSEN(x, "state", states);
	exchange_verb(x, "queue");
	exchange_option(x, "--type", CHOSEN(x, "type", types));
	exchange_option(x, "--state", state);
	if (strcmp(state, "closed") == 0)
		exchange_word(x, "--all");
	if (strcmp(exchange_query(x, "show"), "mine") == 0)
		exchange_word(x, "--mine");
	if (strcmp(exchange_query(x, "show"), "unclaimed") == 0)
		exchange_word(x, "--unclaimed");
	show_mode(x);
	exchange_run(x, show);
}

/* "M-0016 3" of a button: the case, and how new it was when it was shown. It goes on at the case's page, which takes it. */
static void post(struct exchange *x)
{
	case_take(x, exchange_field(x, "take"));
}

const struct page console_queue = {"/queue", PAGE_PERSON, get, post};
