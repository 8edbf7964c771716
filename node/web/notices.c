#include "node/web/notices.h"

#include "node/web/parts.h"

#include <stdio.h>
#include <string.h>

enum { SILENT_S = 3 * 3600 + 15 * 60, PATH_MAX_LEN = 40 };

/* What is shown, a page at a time. */
struct board {
	const struct notices *notices;
	const json_t *rows;
	size_t at;   /* entries passed */
	size_t from; /* the first of this page */
	size_t next; /* the first of the next one; 0: all the others are here */
	bool begun;  /* the heading of the matter stands on this page */
};

static bool says(const json_t *row, const char *name, const char *value)
{
	return strcmp(page_string(row, name), value) == 0;
}

static bool is_old(const struct exchange *x, const json_t *row)
{
	return says(row, "state", "expired") || says(row, "state", "superseded") || page_unix(json_object_get(row, "until")) < exchange_now(x);
}

static bool shown(const struct exchange *x, const json_t *row)
{
	return !says(row, "type", "silence") && (exchange_query(x, "old")[0] != '\0' || !is_old(x, row));
}

static bool stops(const json_t *row)
{
	return says(row, "says", "stop") || says(row, "says", "cancel");
}

/* Red for what stops people, green for what is confirmed, yellow for what is doubtful. */
static const char *colour(const json_t *row)
{
	if (stops(row))
		return "mr";
	if (says(row, "state", "unconfirmed") || says(row, "state", "conflict"))
		return "my";
	return says(row, "says", "go") || says(row, "says", "safe") ? "mg" : "";
}

/* In words of the table, or as somebody wrote it. */
static void claim(struct exchange *x, const char *text)
{
	char words[WORDS_TIME_MAX];
	if (words_of_claim(exchange_lang(x), text, words, sizeof words))
		html_text(exchange_html(x), words);
	else
		html_user(exchange_html(x), text);
}

/* What happened: GO, a state of the bus with its time, a headline. */
static void what(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	const json_t *body = json_object_get(row, "body");
	static const char *const texts[] = {"event", "headline", "instruction", "stop", "reason", "text"};
	char when[WORDS_TIME_MAX];
	html_raw(html, "<p><b>");
	if (!says(row, "says", "info"))
		html_add(html, "%s. ", words_code(exchange_lang(x), "says", page_string(row, "says")));
	if (page_string(body, "verb")[0] != '\0')
		html_add(html, "%s ", words_code(exchange_lang(x), "verb", page_string(body, "verb")));
	page_when(x, json_object_get(body, "time"), when);
	html_add(html, "%s</b>", when);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (page_string(body, texts[i])[0] == '\0')
			continue;
		html_raw(html, "<br>");
		html_user(html, page_string(body, texts[i]));
	}
	html_raw(html, "</p>");
}

/* Who says so, and when. */
static void who(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	char ago[WORDS_TIME_MAX], until[WORDS_TIME_MAX], text[2 * WORDS_TIME_MAX];
	html_raw(html, "<p class=\"n\">");
	icon_put(html, ICON_PEOPLE);
	if (says(row, "role", "announcer"))
		page_named(x, WORD_WHO_ANNOUNCER, page_string(row, "organisation"));
	else if (says(row, "role", "witness"))
		page_named(x, WORD_WHO_VOUCHED, page_string(row, "organisation"));
	else
		html_user(html, page_string(row, "organisation"));
	words_ago(lang, (uint64_t)json_integer_value(json_object_get(row, "age_s")), ago, sizeof ago);
	page_when(x, json_object_get(row, "until"), until);
	words_fill(lang, WORD_BOARD_UNTIL, text, sizeof text, until);
	html_add(html, " – %s – %s</p>", ago, text);
}

static void mark(struct exchange *x, enum word word, bool bad)
{
	struct html *html = exchange_html(x);
	html_add(html, "<p class=\"%s\">", bad ? "wrong" : "good");
	icon_put(html, bad ? ICON_ALERT : ICON_OK);
	html_add(html, "%s</p>", words_get(exchange_lang(x), word));
}

/* How sure it is. */
static void worth(struct exchange *x, const json_t *row)
{
	enum word word;
	if (!says(row, "state", "current") && words_of_code("board_state", page_string(row, "state"), &word))
		mark(x, word, true);
	if (json_is_true(json_object_get(row, "revoked")))
		mark(x, WORD_SIGNER_REVOKED, true);
	if (says(row, "status", "exercise"))
		mark(x, WORD_EXERCISE, true);
	else if (says(row, "status", "test"))
		mark(x, WORD_TEST, true);
}

/* Before the n-th line of a box. */
static void box(struct exchange *x, unsigned n, const char *class, enum icon icon)
{
	if (n > 0) {
		html_raw(exchange_html(x), "<br>");
		return;
	}
	html_add(exchange_html(x), "<p class=\"%s\">", class);
	icon_put(exchange_html(x), icon);
}

/* What others say beside it: a box for those who confirm it, one for those who contradict it. */
static void beside(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	const json_t *confirmed = json_object_get(row, "confirmed_by"), *against = json_object_get(row, "contradicted_by");
	unsigned n = 0;
	for (size_t i = 0; i < json_array_size(confirmed); i++) {
		box(x, n++, "good", ICON_OK);
		page_named(x, WORD_CONFIRMED_BY, json_string_value(json_array_get(confirmed, i)));
	}
	html_raw(html, n > 0 ? "</p>" : "");
	n = 0;
	for (size_t i = 0; i < json_array_size(against); i++) {
		const json_t *other = json_array_get(against, i);
		if (says(other, "role", "witness"))
			continue; /* counted below */
		box(x, n++, "wrong", ICON_ALERT);
		page_named(x, WORD_OPPOSITE_OF, page_string(other, "issuer"));
		html_raw(html, " ");
		claim(x, page_string(other, "says"));
	}
	html_raw(html, n > 0 ? "</p>" : "");
}

static void witnesses(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	const json_t *claims = json_object_get(row, "witnesses");
	for (size_t i = 0; i < json_array_size(claims); i++) {
		const json_t *one = json_array_get(claims, i);
		char text[WORDS_TIME_MAX];
		words_count(exchange_lang(x), PLURAL_WITNESSES_SAY, (uint64_t)json_integer_value(json_object_get(one, "count")), text, sizeof text);
		html_raw(html, "<p>");
		icon_put(html, ICON_EYE);
		html_add(html, "%s: ", text);
		claim(x, page_string(one, "claim"));
		html_raw(html, "</p>");
	}
}

static void notice(struct exchange *x, const json_t *row)
{
	struct html *html = exchange_html(x);
	html_add(html, "<div class=\"m %s\">", is_old(x, row) ? "" : colour(row));
	worth(x, row);
	what(x, row);
	who(x, row);
	beside(x, row);
	witnesses(x, row);
	html_raw(html, "</div>");
}

/* The name of a matter, or what kind it is where it has none. */
static void heading(struct exchange *x, const struct notices *notices, const json_t *row)
{
	struct html *html = exchange_html(x);
	const char *name = page_string(row, notices->about);
	html_raw(html, "<h2>");
	icon_put(html, notices->icon);
	if (name[0] == '\0')
		html_text(html, words_get(exchange_lang(x), notices->title));
	else if (notices->matter != WORDS)
		page_named(x, notices->matter, name);
	else
		html_user(html, name);
	html_raw(html, "</h2>");
}

/* Whether the next entry of the board stands on this page. One always does. */
static bool has_turn(struct exchange *x, struct board *board)
{
	size_t at = board->at++;
	if (at < board->from || board->next > 0)
		return false;
	if (at > board->from && !parts_has_room(x))
		board->next = at;
	return board->next == 0;
}

/* The heading of a matter whose first row is this, before the first of its entries on a page. */
static void begin_matter(struct exchange *x, struct board *board, size_t first)
{
	if (!board->begun)
		heading(x, board->notices, json_array_get(board->rows, first));
	board->begun = true;
}

/* What organisations say of a matter: those who stop people, or the others. Returns how many. */
static unsigned voices(struct exchange *x, struct board *board, size_t first, bool stopping)
{
	unsigned n = 0;
	const char *matter = page_string(json_array_get(board->rows, first), "topic");
	for (size_t i = 0; i < json_array_size(board->rows); i++) {
		const json_t *row = json_array_get(board->rows, i);
		if (!shown(x, row) || !says(row, "topic", matter) || says(row, "role", "witness") || stops(row) != stopping)
			continue;
		n++;
		if (!has_turn(x, board))
			continue;
		begin_matter(x, board, first);
		notice(x, row);
	}
	return n;
}

static const json_t *witness_of(const struct exchange *x, const json_t *rows, const char *matter)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		if (shown(x, row) && says(row, "topic", matter) && says(row, "role", "witness"))
			return row;
	}
	return NULL;
}

/* All of a matter: what organisations say, each, STOP above all; what witnesses say is counted beside, or stands alone. */
static void topic(struct exchange *x, struct board *board, size_t first)
{
	struct html *html = exchange_html(x);
	const json_t *begins = json_array_get(board->rows, first);
	board->begun = false;
	unsigned heard = voices(x, board, first, true);
	heard += voices(x, board, first, false);
	const json_t *alone = heard == 0 ? witness_of(x, board->rows, page_string(begins, "topic")) : NULL;
	if (alone != NULL && has_turn(x, board)) {
		begin_matter(x, board, first);
		html_raw(html, "<div class=\"m my\">");
		witnesses(x, alone);
		who(x, alone);
		html_raw(html, "</div>");
	}
	if (!board->begun)
		return;
	html_add(html, "<a class=\"b\" href=\"%s/saw/%s\">", board->notices->path, page_string(begins, "id"));
	icon_put(html, ICON_EYE);
	html_add(html, "%s</a>", words_get(exchange_lang(x), WORD_BOARD_SAW_IT));
}

static bool begun_before(const struct exchange *x, const json_t *rows, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (shown(x, json_array_get(rows, i)) && says(json_array_get(rows, i), "topic", page_string(json_array_get(rows, at), "topic")))
			return true;
	return false;
}

/* An organisation that should have spoken by now. */
static bool is_silent(const json_t *row)
{
	return says(row, "type", "silence") && json_integer_value(json_object_get(row, "age_s")) > SILENT_S;
}

static void silence(struct exchange *x, const json_t *row)
{
	char ago[WORDS_TIME_MAX];
	words_ago(exchange_lang(x), (uint64_t)json_integer_value(json_object_get(row, "age_s")), ago, sizeof ago);
	html_raw(exchange_html(x), "<p class=\"n\">");
	icon_put(exchange_html(x), ICON_WAIT);
	page_named(x, WORD_SILENT_ORG, page_string(row, "organisation"));
	html_add(exchange_html(x), " %s</p>", ago);
}

/* The matters, and who is silent. Returns how much of it is old. */
static size_t board_put(struct exchange *x, struct board *board)
{
	size_t n = json_array_size(board->rows), matters = 0, old = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(board->rows, i);
		old += !says(row, "type", "silence") && is_old(x, row);
		if (!shown(x, row) || begun_before(x, board->rows, i))
			continue;
		topic(x, board, i);
		matters++;
	}
	if (matters == 0)
		page_text(x, WORD_BOARD_NOTHING);
	for (size_t i = 0; i < n; i++)
		if (is_silent(json_array_get(board->rows, i)) && has_turn(x, board))
			silence(x, json_array_get(board->rows, i));
	return old;
}

void notices_show(struct exchange *x, const struct notices *notices, const json_t *rows)
{
	struct html *html = page_begin(x, notices->title);
	struct board board = {.notices = notices, .rows = rows, .from = parts_from(x)};
	char further[PATH_MAX_LEN];
	bool all = exchange_query(x, "old")[0] != '\0';
	if (exchange_query(x, "sent")[0] != '\0')
		page_good(x, WORD_SENT);
	page_text(x, WORD_BOARD_TWO_NEEDED);
	size_t old = board_put(x, &board);
	snprintf(further, sizeof further, "%s%s", notices->path, all ? "?old=1&" : "?");
	if (board.next > 0)
		parts_go_on(x, further, board.next);
	if (old > 0)
		html_add(html, "<p><a class=\"b\" href=\"%s%s\">%s</a></p>", notices->path, all ? "" : "?old=1",
			 words_get(exchange_lang(x), all ? WORD_BOARD_HIDE_OLD : WORD_BOARD_SHOW_OLD));
	html_add(html, "<p><a class=\"b\" href=\"%s/saw/new\">%s</a></p>", notices->path, words_get(exchange_lang(x), WORD_BOARD_SAW_OTHER));
	page_end(x, 200);
}
