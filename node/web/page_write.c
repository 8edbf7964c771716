/* A letter in one's own words. */

#include "node/web/page.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

enum { TEXT_MAX = 2000 }; /* what a letter holds of two-byte letters, and a form in any script */

static void show(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_WRITE);
	send_trouble(x);
	page_form(x, "/write");
	page_area(x, "text", WORD_LETTER_TEXT, TEXT_MAX);
	recipients_fields(x, false, false);
	page_form_end(x, ICON_SEND, WORD_SEND);
	page_text(x, WORD_CARRIED_LOCKED);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	recipients_load(x, show);
}

static void compose(struct exchange *x)
{
	exchange_verb(x, "send");
	exchange_option(x, "--text", exchange_field(x, "text"));
}

static void post(struct exchange *x)
{
	if (send_is_blank(x, "text"))
		send_refuse(x, WORD_LETTER_EMPTY, show);
	else
		send_letter(x, compose, show);
}

const struct page page_write = {"/write", PAGE_PERSON, get, post};
