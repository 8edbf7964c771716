/* The vault's passphrase, asked wherever it is needed. */

#include "node/web/page.h"

#include <string.h>

extern const struct page page_start;

enum { NAME_MAX = 64, SECRET_MAX = 200, ADDRESS_MAX = 200 };

static void show(struct exchange *x, const struct answer *failed)
{
	struct html *html = page_begin(x, WORD_UNLOCK_TITLE);
	if (failed != NULL && failed->wait_s > 0) {
		char seconds[WORDS_TIME_MAX], text[4 * WORDS_TIME_MAX];
		words_number(exchange_lang(x), failed->wait_s, seconds, sizeof seconds);
		words_fill(exchange_lang(x), WORD_UNLOCK_WAIT, text, sizeof text, seconds);
		html_add(html, "<p class=\"wrong\" role=\"status\">%s</p>", text);
	} else if (failed != NULL) {
		page_wrong(x, exchange_is_shared(x) ? WORD_UNLOCK_WRONG_WHO : WORD_UNLOCK_WRONG);
	} else if (exchange_query(x, "locked")[0] != '\0') {
		page_good(x, WORD_LOCKED_NOW);
	}
	if (exchange_draft_path(x, 0)[0] != '\0')
		page_good(x, WORD_DRAFT_KEPT);
	page_form(x, "/unlock");
	page_hidden(x, "next", exchange_next(x));
	if (exchange_is_shared(x))
		page_line(x, "name", WORD_UNLOCK_WHO, NAME_MAX);
	page_secret(x, "pin", WORD_UNLOCK_PIN);
	page_form_end(x, ICON_UNLOCK, WORD_UNLOCK_GO);
	page_text(x, WORD_BOX_CAN_READ);
	if (exchange_is_shared(x)) {
		page_address(x);
		page_link(x, "/start", ICON_PEOPLE, WORD_UNLOCK_NEW, "", NULL);
	}
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	if (!exchange_has_vault(x))
		page_start.get(x);
	else if (exchange_is_open(x))
		exchange_redirect(x, "/");
	else
		show(x, NULL);
}

static void opened(struct exchange *x, const struct answer *answer)
{
	char next[ADDRESS_MAX];
	exchange_kept_address(x, exchange_next(x), next, sizeof next);
	if (answer->code == 0)
		exchange_redirect(x, next);
	else
		show(x, answer);
}

static void post(struct exchange *x)
{
	char name[NAME_MAX + 1], pin[SECRET_MAX + 1];
	(void)exchange_secret(x, "pin", pin, sizeof pin); /* one too long is as wrong as any */
	exchange_unlock(x, exchange_trimmed(x, "name", name, sizeof name), pin, opened);
	explicit_bzero(pin, sizeof pin);
}

const struct page page_unlock = {"/unlock", PAGE_OPEN, get, post};
