/* First use: a name, and a secret number if one is wanted. */

#include "node/web/page.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { NAME_MAX = 64, SECRET_MAX = 200, SECRET_LEAST = 6 };

static void tell_forgetting(struct exchange *x)
{
	char days[WORDS_TIME_MAX], text[4 * WORDS_TIME_MAX];
	words_count(exchange_lang(x), PLURAL_DAYS, exchange_forget_days(x), days, sizeof days);
	words_fill(exchange_lang(x), WORD_BOX_FORGETS, text, sizeof text, days);
	html_add(exchange_html(x), "<p>%s</p>", text);
}

static void show(struct exchange *x, const enum word *wrong, const struct answer *failed)
{
	(void)page_begin(x, WORD_START_TITLE);
	if (exchange_query(x, "wiped")[0] != '\0')
		page_good(x, WORD_WIPE_DONE);
	if (wrong != NULL)
		page_wrong(x, *wrong);
	if (failed != NULL)
		page_failed(x, failed);
	bool shared = exchange_is_shared(x);
	if (exchange_has_vault(x) && !shared) {
		page_text(x, WORD_START_TAKEN);
		page_link(x, "/", ICON_HOME, WORD_HOME, "blue", NULL);
		page_end(x, 200);
		return;
	}
	if (exchange_draft_path(x, 0)[0] != '\0')
		page_good(x, WORD_DRAFT_KEPT);
	page_form(x, "/start");
	page_hidden(x, "next", exchange_next(x));
	page_line(x, "name", WORD_START_NAME, NAME_MAX);
	page_text(x, WORD_START_NAME_HINT);
	page_secret(x, "pin", WORD_START_PIN);
	page_text(x, WORD_START_PIN_HINT);
	if (!shared)
		page_text(x, WORD_START_PIN_NONE);
	page_secret(x, "pin_again", WORD_START_PIN_AGAIN);
	page_form_end(x, ICON_OK, WORD_START_GO);
	page_text(x, WORD_BOX_CAN_READ);
	if (exchange_forget_days(x) > 0)
		tell_forgetting(x);
	if (shared)
		page_link(x, "/unlock", ICON_UNLOCK, WORD_UNLOCK_TITLE, "", NULL);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	show(x, NULL, NULL);
}

static void opened(struct exchange *x, const struct answer *answer)
{
	char next[200];
	if (answer->code != 0) {
		exchange_redirect(x, "/unlock");
		return;
	}
	if (strcmp(exchange_next(x), "/") == 0)
		snprintf(next, sizeof next, "/?ready=1");
	else
		exchange_kept_address(x, exchange_next(x), next, sizeof next);
	exchange_redirect(x, next);
}

static void made(struct exchange *x, const struct answer *answer)
{
	char name[4 * NAME_MAX], pin[SECRET_MAX + 1];
	enum word slow = WORD_UNLOCK_SLOW, taken = WORD_NAME_TAKEN;
	if (answer->wait_s > 0 && answer->code != 0) {
		show(x, &slow, NULL);
	} else if (exchange_is_shared(x) && answer->code == EX_CANTCREAT) {
		show(x, &taken, NULL);
	} else if (answer->code != 0) {
		show(x, NULL, answer);
	} else {
		(void)exchange_secret(x, "pin", pin, sizeof pin); /* it fitted before */
		exchange_unlock(x, exchange_trimmed(x, "name", name, sizeof name), pin, opened);
		explicit_bzero(pin, sizeof pin);
	}
}

/* What is wrong with the form; WORDS nothing. */
static enum word fault(const struct exchange *x, const char *name, const char *pin, const char *again)
{
	if (name[0] == '\0')
		return WORD_NAME_EMPTY;
	if (strlen(name) > NAME_MAX)
		return WORD_NAME_TOO_LONG;
	if (strcmp(pin, again) != 0)
		return WORD_PIN_DIFFERS;
	bool wanted = pin[0] != '\0' || exchange_is_shared(x);
	return wanted && strlen(pin) < SECRET_LEAST ? WORD_PIN_TOO_SHORT : WORDS;
}

static void post(struct exchange *x)
{
	char name[4 * NAME_MAX], pin[SECRET_MAX + 1], again[SECRET_MAX + 1];
	bool fits = exchange_secret(x, "pin", pin, sizeof pin) && exchange_secret(x, "pin_again", again, sizeof again);
	enum word wrong = fits ? fault(x, exchange_trimmed(x, "name", name, sizeof name), pin, again) : WORD_ERROR_TOO_LONG;
	if (wrong != WORDS) {
		show(x, &wrong, NULL);
	} else {
		exchange_verb(x, "init");
		exchange_option(x, "--name", name);
		exchange_passphrase(x, pin);
		exchange_run(x, made);
	}
	explicit_bzero(pin, sizeof pin);
	explicit_bzero(again, sizeof again);
}

const struct page page_start = {"/start", PAGE_OPEN, get, post};
