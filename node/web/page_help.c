/* What Barid does, and what it does not protect against, in plain words. */

#include "node/web/page.h"

struct section {
	enum icon icon;
	enum word title;
	enum word texts[6]; /* ended by WORDS */
};

static const struct section sections[] = {
	{ICON_LETTER, WORD_HELP_WHAT_TITLE, {WORD_HELP_WHAT, WORD_HELP_LOCKED, WORD_HELP_FIRST, WORDS}},
	{ICON_PEOPLE, WORD_HELP_FRIEND_TITLE, {WORD_HELP_FRIEND, WORDS}},
	{ICON_WAIT, WORD_HELP_ALONE_TITLE, {WORD_HELP_ALONE, WORDS}},
	{ICON_SEND, WORD_HELP_HAND_TITLE, {WORD_HELP_HAND, WORDS}},
	{ICON_ALERT,
	 WORD_HELP_NOT_TITLE,
	 {WORD_HELP_NOT_SEEN, WORD_HELP_NOT_TAKEN, WORD_HELP_NOT_LIES, WORD_HELP_NOT_SURE, WORD_HELP_NOT_JAM, WORDS}},
};

static void get(struct exchange *x)
{
	struct html *html = page_begin(x, WORD_BUTTON_HELP);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		html_raw(html, "<h2>");
		icon_put(html, sections[i].icon);
		html_add(html, "%s</h2>", words_get(exchange_lang(x), sections[i].title));
		for (const enum word *text = sections[i].texts; *text != WORDS; text++)
			page_text(x, *text);
	}
	if (exchange_is_open(x))
		page_link(x, "/wipe", ICON_WIPE, WORD_BUTTON_WIPE, "red", NULL);
	page_end(x, 200);
}

const struct page page_help = {"/help", PAGE_OPEN, get, NULL};
