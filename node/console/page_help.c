/* How the console works, in five sentences, and its keys. For everybody: nothing of the organisation stands there. */

#include "node/console/show.h"

static void get(struct exchange *x)
{
	static const enum word sentences[] = {WORD_CONSOLE_HELP_1, WORD_CONSOLE_HELP_2, WORD_CONSOLE_HELP_3,
					      WORD_CONSOLE_HELP_4, WORD_CONSOLE_HELP_5, WORD_ACCOUNT_MEANS};
	static const struct {
		const char *key;
		enum word word;
	} more[] = {{"X", WORD_MAP_LOUD}, {"C", WORD_CONSOLE_TAKE}, {"K", WORD_CASE_KEEP}, {"R", WORD_CASE_REPLY}, {"L", WORD_CASE_SHOW_PLACE}};
	struct html *html = page_begin(x, WORD_CONSOLE_HELP);
	enum words_lang lang = exchange_lang(x);
	const char *key, *path;
	enum word word;
	html_raw(html, "<section><ul class=\"l\">");
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		html_add(html, "<li>%s</li>", words_get(lang, sentences[i]));
	html_raw(html, "</ul></section>");
	show_section(x, WORD_CONSOLE_HELP_KEYS);
	html_raw(html, "<dl>");
	for (unsigned i = 0; (key = show_key(i, &path, &word)) != NULL; i++) {
		char capital[] = {(char)(key[0] - 'a' + 'A'), '\0'};
		html_add(html, "<dt><kbd>%s</kbd></dt><dd><a href=\"%s\">%s</a></dd>", capital, path, words_get(lang, word));
	}
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		html_add(html, "<dt><kbd>%s</kbd></dt><dd><span class=\"u\">%s</span></dd>", more[i].key, words_get(lang, more[i].word));
	html_raw(html, "</dl></section>");
	page_end(x, 200);
}

const struct page console_help = {"/help", PAGE_OPEN, get, NULL};

/* For whoever watches that it runs. */
static void health(struct exchange *x)
{
	(void)page_begin(x, WORD_BARID);
	page_good(x, WORD_CONSOLE_HEALTHY);
	page_end(x, 200);
}

const struct page console_health = {"/health", PAGE_OPEN, health, NULL};
