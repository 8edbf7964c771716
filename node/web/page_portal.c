/* What a phone shows by itself when it joined a box's hotspot: where it is now, and what not to expect. */

#include "node/web/page.h"

#include <stdio.h>

enum { ADDRESS_MAX = 96, TEXT_MAX = 640 };

void page_address(struct exchange *x)
{
	char address[ADDRESS_MAX], marked[ADDRESS_MAX + 32], text[TEXT_MAX];
	exchange_address(x, address, sizeof address);
	snprintf(marked, sizeof marked, "<b dir=\"ltr\">%s</b>", address);
	words_fill(exchange_lang(x), WORD_PORTAL_ADDRESS, text, sizeof text, marked);
	html_raw(exchange_html(x), "<p>");
	html_raw(exchange_html(x), text);
	html_raw(exchange_html(x), "</p>");
}

static void get(struct exchange *x)
{
	(void)page_begin(x, WORD_PORTAL_TITLE);
	page_text(x, WORD_PORTAL_NO_INTERNET);
	page_form(x, "/portal");
	page_form_end(x, ICON_OK, WORD_CONTINUE);
	page_address(x);
	page_text(x, WORD_BOX_CAN_READ);
	page_end(x, 200);
}

static void post(struct exchange *x)
{
	exchange_pass_portal(x);
	exchange_redirect(x, "/");
}

const struct page page_portal = {"/portal", PAGE_OPEN, get, post};
