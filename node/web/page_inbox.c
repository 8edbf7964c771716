/* My letters: those that came and those that were sent, the newest first. */

#include "node/web/page.h"
#include "node/web/rows.h"

#include <stdlib.h>
#include <string.h>

enum { CAME, STEP = 7 };

/* How many of a list are skipped, by the address. */
static size_t skipped(const struct exchange *x, const char *name)
{
	const char *text = exchange_query(x, name);
	return strspn(text, "0123456789") == strlen(text) && strlen(text) < 4 ? (size_t)atoi(text) : 0;
}

static void item_begin(struct exchange *x, const json_t *letter, enum icon icon)
{
	struct html *html = exchange_html(x);
	html_add(html, "<a class=\"b\" href=\"/m/%s\">", page_string(letter, "id"));
	icon_put(html, icon);
	html_text(html, words_get(exchange_lang(x), rows_type(page_string(letter, "type"))));
}

static void came_item(struct exchange *x, const json_t *letter)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX];
	bool unknown = strcmp(page_string(letter, "sender"), "unknown") == 0, fresh = strcmp(page_string(letter, "state"), "new") == 0;
	item_begin(x, letter, fresh ? ICON_LETTER : ICON_OK);
	html_add(html, " – %s<span class=\"n\">", words_code(exchange_lang(x), "letter_state", page_string(letter, "state")));
	if (unknown)
		html_text(html, words_get(exchange_lang(x), WORD_UNKNOWN_SENDER));
	else
		page_named(x, WORD_FROM, page_string(letter, "from"));
	page_when(x, json_object_get(letter, "arrived"), when);
	html_add(html, " – %s<br>", when);
	rows_summary(x, json_object_get(letter, "body"));
	html_raw(html, "</span></a>");
}

static void sent_item(struct exchange *x, const json_t *letter)
{
	struct html *html = exchange_html(x);
	char when[WORDS_TIME_MAX];
	item_begin(x, letter, ICON_SEND);
	html_add(html, " – %s<span class=\"n\">", words_get(exchange_lang(x), page_stage(letter)));
	page_named(x, WORD_SENT_TO, page_string(letter, "to"));
	page_when(x, json_object_get(letter, "created"), when);
	html_add(html, " – %s</span></a>", when);
}

/* The newest stand last in the list. */
static void list(struct exchange *x, const json_t *letters, const char *name, void (*item)(struct exchange *x, const json_t *letter))
{
	size_t n = json_array_size(letters), skip = skipped(x, name);
	for (size_t i = skip; i < n && i < skip + STEP; i++)
		item(x, json_array_get(letters, n - 1 - i));
	if (skip + STEP < n)
		html_add(exchange_html(x), "<p><a href=\"/inbox?%s=%u\">%s</a></p>", name, (unsigned)(skip + STEP),
			 words_get(exchange_lang(x), WORD_OLDER));
	if (n == 0)
		page_text(x, WORD_INBOX_EMPTY);
}

static void show(struct exchange *x, const struct answer *answer)
{
	struct html *html = page_begin(x, WORD_BUTTON_INBOX);
	const json_t *newest = json_array_get(answer->out, json_array_size(answer->out) - 1);
	if (exchange_query(x, "sent")[0] != '\0' && page_stage(newest) == WORD_STAGE_WAITING)
		page_wrong(x, WORD_STAGE_WAITING);
	else if (exchange_query(x, "sent")[0] != '\0')
		page_good(x, WORD_SENT);
	page_link(x, "/write", ICON_LETTER, WORD_BUTTON_WRITE, "blue", NULL);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_INBOX_CAME));
	list(x, exchange_kept(x, CAME), "came", came_item);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_INBOX_SENT));
	list(x, answer->out, "mine", sent_item);
	page_end(x, 200);
}

static void have_came(struct exchange *x, const struct answer *answer)
{
	exchange_keep(x, CAME, answer->out);
	exchange_verb(x, "track");
	exchange_run(x, show);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "inbox");
	exchange_run(x, have_came);
}

const struct page page_inbox = {"/inbox", PAGE_PERSON, get, NULL};
