/* Erasing everything: by the passphrase once more, or, without one, by a word that is typed. */

#include "node/web/page.h"

#include <string.h>
#include <sysexits.h>

enum { WORD_SIZE_MAX = 60, SECRET_MAX = 200 };

static void show(struct exchange *x, const enum word *wrong, const struct answer *failed)
{
	struct html *html = page_begin(x, exchange_is_shared(x) ? WORD_WIPE_QUESTION_MINE : WORD_WIPE_QUESTION);
	enum words_lang lang = exchange_lang(x);
	char text[4 * WORDS_TIME_MAX];
	if (wrong != NULL)
		page_wrong(x, *wrong);
	if (failed != NULL)
		page_failed(x, failed);
	page_text(x, WORD_WIPE_MEANS);
	page_form(x, "/wipe");
	if (exchange_wants_passphrase(x)) {
		page_secret(x, "pin", WORD_UNLOCK_PIN);
	} else {
		words_fill(lang, WORD_WIPE_TYPE, text, sizeof text, words_get(lang, WORD_WIPE_WORD));
		html_add(html, "<p>%s</p>", text);
		page_line(x, "word", WORD_CONTINUE, WORD_SIZE_MAX);
	}
	page_form_end(x, ICON_WIPE, WORD_BUTTON_WIPE);
	page_link(x, "/", ICON_HOME, WORD_CANCEL, "", NULL);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	show(x, NULL, NULL);
}

static void wiped(struct exchange *x, const struct answer *answer)
{
	enum word wrong = answer->wait_s > 0 ? WORD_UNLOCK_SLOW : WORD_UNLOCK_WRONG;
	if (answer->code == EX_NOPERM) {
		show(x, &wrong, NULL);
	} else if (answer->code != 0) {
		show(x, NULL, answer);
	} else {
		exchange_drop_drafts(x);
		exchange_redirect(x, "/start?wiped=1");
	}
}

static void post(struct exchange *x)
{
	char word[4 * WORD_SIZE_MAX], pin[SECRET_MAX + 1];
	enum word wrong = WORD_WIPE_NOT_TYPED;
	exchange_trimmed(x, "word", word, sizeof word);
	if (!exchange_wants_passphrase(x) && strcmp(word, words_get(exchange_lang(x), WORD_WIPE_WORD)) != 0) {
		show(x, &wrong, NULL);
		return;
	}
	exchange_verb(x, "wipe");
	(void)exchange_secret(x, "pin", pin, sizeof pin); /* one too long is as wrong as any */
	exchange_passphrase(x, pin);
	explicit_bzero(pin, sizeof pin);
	exchange_run(x, wiped);
}

const struct page page_wipe = {"/wipe", PAGE_SECRET, get, post};
