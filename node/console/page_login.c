/* An operator's name and password, asked wherever they are needed; and the way out. */

#include "node/console/show.h"

#include <string.h>

enum { NAME_MAX = 64, PASSWORD_MAX = 200 };

static void show(struct exchange *x, const struct answer *failed)
{
	struct html *html = page_begin(x, WORD_CONSOLE_LOGIN);
	if (failed != NULL && failed->wait_s > 0) {
		char seconds[WORDS_TIME_MAX], text[4 * WORDS_TIME_MAX];
		words_number(exchange_lang(x), failed->wait_s, seconds, sizeof seconds);
		words_fill(exchange_lang(x), WORD_UNLOCK_WAIT, text, sizeof text, seconds);
		html_add(html, "<p class=\"wrong\" role=\"status\">%s</p>", text);
	} else if (failed != NULL) {
		page_wrong(x, WORD_CONSOLE_LOGIN_WRONG);
	} else if (exchange_query(x, "out")[0] != '\0') {
		page_good(x, WORD_CONSOLE_LOGGED_OUT);
	}
	if (exchange_draft_path(x, 0)[0] != '\0')
		page_good(x, WORD_DRAFT_KEPT);
	html_raw(html, "<section style=\"max-width:28em\">");
	show_form(x, "/login");
	page_hidden(x, "next", exchange_next(x));
	page_line(x, "name", WORD_CONSOLE_NAME, NAME_MAX);
	page_secret(x, "password", WORD_CONSOLE_PASSWORD);
	show_button(x, NULL, NULL, WORD_CONSOLE_LOGIN, "", NULL);
	html_raw(html, "</form></section>");
	page_end(x, failed != NULL ? (failed->wait_s > 0 ? 429 : 403) : exchange_is_post(x) ? 403 : 200);
}

static void get(struct exchange *x)
{
	if (exchange_is_open(x))
		exchange_redirect(x, "/queue");
	else
		show(x, NULL);
}

static void opened(struct exchange *x, const struct answer *answer)
{
	const char *next = exchange_next(x);
	if (answer->code == 0)
		exchange_redirect(x, strcmp(next, "/") == 0 ? "/queue" : next);
	else
		show(x, answer);
}

static void post(struct exchange *x)
{
	char name[NAME_MAX + 1], password[PASSWORD_MAX + 1];
	(void)exchange_secret(x, "password", password, sizeof password); /* one too long is as wrong as any */
	exchange_unlock(x, exchange_trimmed(x, "name", name, sizeof name), password, opened);
	explicit_bzero(password, sizeof password);
}

const struct page console_login = {"/login", PAGE_OPEN, get, post};

static void left(struct exchange *x, const struct answer *answer)
{
	(void)answer; /* whatever it was, the front has forgotten the session */
	exchange_redirect(x, "/login?out=1");
}

static void to_queue(struct exchange *x)
{
	exchange_redirect(x, "/queue");
}

static void leave(struct exchange *x)
{
	exchange_lock(x, left);
}

const struct page console_logout = {"/logout", PAGE_SECRET, to_queue, leave};
/* The first page is the queue. */
const struct page console_home = {"/", PAGE_PERSON, to_queue, NULL};

/* Exercises on and off, for this visitor only. */
static void change_mode(struct exchange *x)
{
	exchange_set_exercise(x, exchange_field(x, "on")[0] != '\0');
	exchange_redirect(x, "/queue");
}

const struct page console_exercise = {"/exercise", PAGE_SECRET, to_queue, change_mode};
