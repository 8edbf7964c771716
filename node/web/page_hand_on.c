/* Barid for a neighbour: the package of this box, its signature, and the number to compare. */

#include "node/web/page.h"
#include "node/web/qrimage.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 256, KB = 1000 };

static void put_package(struct exchange *x, const struct front_package *package)
{
	struct html *html = exchange_html(x);
	char size[TEXT_MAX], digits[TEXT_MAX] = "";
	words_number(exchange_lang(x), package->len / KB + 1, size, sizeof size);
	page_text(x, WORD_HAND_ON_HINT);
	html_add(html, "<h2>%s</h2><p dir=\"ltr\"><b>%s</b></p>", words_get(exchange_lang(x), WORD_HAND_ON_NUMBER), package->fingerprint);
	for (const char *at = package->fingerprint; *at != '\0'; at++)
		if (*at != ' ')
			strncat(digits, at, 1);
	(void)qrimage_put(html, digits, words_get(exchange_lang(x), WORD_HAND_ON_NUMBER)); /* the number stands there too */
	html_add(html, "<a class=\"b green\" href=\"/hand-on/package\">%s<span class=\"n\" dir=\"ltr\"> %s, %s kB</span></a>",
		 words_get(exchange_lang(x), WORD_HAND_ON_GET), package->name, size);
	html_add(html, "<a class=\"b\" href=\"/hand-on/signature\">%s<span class=\"n\" dir=\"ltr\"> %s.sig</span></a>",
		 words_get(exchange_lang(x), WORD_HAND_ON_SIGNATURE), package->name);
}

static void get(struct exchange *x)
{
	const struct front_package *package = exchange_package(x);
	(void)page_begin(x, WORD_HAND_ON_TITLE);
	if (package != NULL)
		put_package(x, package);
	else
		page_text(x, WORD_HAND_ON_NONE);
	page_end(x, 200);
}

const struct page page_hand_on = {"/hand-on", PAGE_OPEN, get, NULL};

static void get_file(struct exchange *x)
{
	const struct front_package *package = exchange_package(x);
	char name[TEXT_MAX];
	bool whole = strcmp(exchange_rest(x), "package") == 0, signature = strcmp(exchange_rest(x), "signature") == 0;
	if (package == NULL || (!whole && !signature)) {
		(void)page_begin(x, WORD_WHAT_WAS_WRONG);
		page_wrong(x, WORD_ERROR_NO_PAGE);
		page_end(x, 404);
		return;
	}
	snprintf(name, sizeof name, "%s%s", package->name, signature ? ".sig" : "");
	if (signature)
		exchange_download(x, name, package->signature, strlen(package->signature));
	else
		exchange_download(x, name, package->bytes, package->len);
}

const struct page page_hand_on_file = {"/hand-on/", PAGE_OPEN, get_file, NULL};
