/* Another secret number: by the old one once more. Whoever else had the letters open is locked out. */

#include "node/web/page.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { SECRET_MAX = 200, SECRET_LEAST = 6 };

static void show(struct exchange *x, const enum word *wrong, const struct answer *failed)
{
	(void)page_begin(x, WORD_SECRET_TITLE);
	if (wrong != NULL)
		page_wrong(x, *wrong);
	if (failed != NULL)
		page_failed(x, failed);
	if (exchange_query(x, "done")[0] != '\0' && wrong == NULL && failed == NULL) {
		page_good(x, WORD_SECRET_CHANGED);
		page_link(x, "/", ICON_HOME, WORD_HOME, "blue", NULL);
		page_end(x, 200);
		return;
	}
	page_form(x, "/secret");
	if (exchange_wants_passphrase(x))
		page_secret(x, "pin", WORD_UNLOCK_PIN);
	page_secret(x, "new", WORD_SECRET_NEW);
	page_text(x, WORD_START_PIN_HINT);
	if (!exchange_is_shared(x))
		page_text(x, WORD_START_PIN_NONE);
	page_secret(x, "again", WORD_START_PIN_AGAIN);
	page_form_end(x, ICON_LOCK, WORD_SAVE);
	page_text(x, WORD_SECRET_MEANS);
	page_link(x, "/settings", ICON_SETTINGS, WORD_CANCEL, "", NULL);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	show(x, NULL, NULL);
}

static void opened(struct exchange *x, const struct answer *answer)
{
	exchange_redirect(x, answer->code == 0 ? "/secret?done=1" : "/unlock");
}

static void changed(struct exchange *x, const struct answer *answer)
{
	enum word wrong = answer->wait_s > 0 ? WORD_UNLOCK_SLOW : WORD_UNLOCK_WRONG;
	char new[SECRET_MAX + 1];
	if (answer->code == EX_NOPERM) {
		show(x, &wrong, NULL);
	} else if (answer->code != 0) {
		show(x, NULL, answer);
	} else {
		(void)exchange_secret(x, "new", new, sizeof new); /* it fitted before */
		exchange_unlock(x, exchange_name(x), new, opened);
		explicit_bzero(new, sizeof new);
	}
}

/* What is wrong with the form; WORDS nothing. */
static enum word fault(const struct exchange *x, const char *new, const char *again)
{
	if (strcmp(new, again) != 0)
		return WORD_PIN_DIFFERS;
	bool wanted = new[0] != '\0' || exchange_is_shared(x);
	return wanted && strlen(new) < SECRET_LEAST ? WORD_PIN_TOO_SHORT : WORDS;
}

static void post(struct exchange *x)
{
	char pin[SECRET_MAX + 1], new[SECRET_MAX + 1], again[SECRET_MAX + 1], line[SECRET_MAX + 2];
	(void)exchange_secret(x, "pin", pin, sizeof pin); /* one too long is as wrong as any */
	bool fits = exchange_secret(x, "new", new, sizeof new) && exchange_secret(x, "again", again, sizeof again);
	enum word wrong = fits ? fault(x, new, again) : WORD_ERROR_TOO_LONG;
	if (wrong != WORDS) {
		show(x, &wrong, NULL);
	} else {
		exchange_verb(x, "passphrase");
		exchange_word(x, "-");
		exchange_passphrase(x, pin);
		snprintf(line, sizeof line, "%s\n", new);
		exchange_input(x, line);
		exchange_run(x, changed);
	}
	explicit_bzero(pin, sizeof pin);
	explicit_bzero(new, sizeof new);
	explicit_bzero(again, sizeof again);
	explicit_bzero(line, sizeof line);
}

const struct page page_secret_change = {"/secret", PAGE_SECRET, get, post};
