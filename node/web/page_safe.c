/* "I am well": how many, where, a few words. The pattern of every page that sends a letter. */

#include "node/web/parts.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

enum { LINE_MAX = 120, TEXT_MAX = 600 };

static void show(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_SAFE);
	send_trouble(x);
	page_form(x, "/safe");
	recipients_fields(x, false, true);
	page_area(x, "text", WORD_SAFE_WORDS, TEXT_MAX);
	page_number(x, "people", WORD_SAFE_QUESTION);
	page_line(x, "place", WORD_SAFE_PLACE, LINE_MAX);
	page_line(x, "going_to", WORD_SAFE_GOING, LINE_MAX);
	parts_ticks(x, "share", "family-tracing", WORD_SHARE_QUESTION);
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
	char people[40];
	exchange_verb(x, "safe");
	exchange_option(x, "--people", exchange_trimmed(x, "people", people, sizeof people));
	exchange_option(x, "--place", exchange_field(x, "place"));
	exchange_option(x, "--going-to", exchange_field(x, "going_to"));
	exchange_option(x, "--text", exchange_field(x, "text"));
	exchange_option(x, "--share", exchange_field(x, "share"));
}

static void post(struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, "people");
	if (wrong != WORDS)
		send_refuse(x, wrong, show);
	else
		send_letter(x, compose, show);
}

const struct page page_safe = {"/safe", PAGE_PERSON, get, post};
