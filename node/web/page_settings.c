/* Language first, then the lock, and the way to erasing. */

#include "node/web/page.h"

static void get(struct exchange *x)
{
	struct html *html = page_begin(x, WORD_BUTTON_SETTINGS);
	html_raw(html, "<h2>");
	icon_put(html, ICON_LANGUAGE);
	html_add(html, "%s</h2>", words_get(exchange_lang(x), WORD_LANGUAGE));
	for (enum words_lang lang = 0; lang < WORDS_LANGS; lang++)
		html_add(html, "<a class=\"b %s\" href=\"/settings?lang=%s\" lang=\"%s\" dir=\"%s\">%s</a>", lang == exchange_lang(x) ? "blue" : "",
			 words_tag(lang), words_tag(lang), words_rtl(lang) ? "rtl" : "ltr", words_native(lang));
	if (exchange_is_open(x) && exchange_wants_passphrase(x)) {
		page_form(x, "/settings");
		page_text(x, WORD_LOCKED_MEANS);
		page_form_end(x, ICON_LOCK, WORD_BUTTON_LOCK);
	}
	if (exchange_is_open(x))
		page_link(x, "/secret", ICON_LOCK, WORD_SECRET_TITLE, "", NULL);
	page_link(x, "/contacts", ICON_PEOPLE, WORD_BUTTON_CONTACTS, "", NULL);
	page_link(x, "/hand-on", ICON_SEND, WORD_HAND_ON_TITLE, "", NULL);
	page_link(x, "/wipe", ICON_WIPE, WORD_BUTTON_WIPE, "red", NULL);
	page_end(x, 200);
}

static void locked(struct exchange *x, const struct answer *answer)
{
	(void)answer; /* the keeper forgets whatever it says */
	exchange_drop_drafts(x);
	exchange_redirect(x, "/unlock?locked=1");
}

static void post(struct exchange *x)
{
	exchange_lock(x, locked);
}

const struct page page_settings = {"/settings", PAGE_OPEN, get, post};
