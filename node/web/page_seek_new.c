/* Asking about a person: who it is, then where they were last seen and whom to ask. */

#include "node/web/parts.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX = 120, TEXT_MAX = 600, DAYS_MAX = 3650, DAY_S = 86400, TIME_TEXT = 24 };

static const char path[] = "/seek/new", who[] = "name father origin age sex";

static void show_who(struct exchange *x, enum word wrong)
{
	(void)page_begin(x, WORD_SEEK_QUESTION);
	if (wrong != WORDS)
		page_wrong(x, wrong);
	parts_form(x, path, "who");
	page_line(x, "name", WORD_FIELD_NAME, LINE_MAX);
	page_line(x, "father", WORD_SEEK_FATHER, LINE_MAX);
	page_line(x, "origin", WORD_SEEK_ORIGIN, LINE_MAX);
	parts_choices(x, "age", "infant child youth adult elder", WORD_SEEK_AGE);
	parts_choices(x, "sex", "female male", WORD_SEEK_SEX);
	parts_end(x, ICON_OK, WORD_NEXT);
	page_end(x, 200);
}

static void show_last(struct exchange *x)
{
	(void)page_begin(x, WORD_SEEK_LAST_PLACE);
	send_trouble(x);
	html_raw(exchange_html(x), "<p><b>");
	html_user(exchange_html(x), exchange_field(x, "name"));
	html_raw(exchange_html(x), "</b></p>");
	parts_change(x, "/seek/new?step=who");
	parts_form(x, path, "last");
	parts_carry(x, who);
	page_line(x, "place", WORD_FIELD_LAST_PLACE, LINE_MAX);
	page_number(x, "days", WORD_SEEK_DAYS);
	page_area(x, "text", WORD_WORDS_QUESTION, TEXT_MAX);
	parts_ticks(x, "share", "family-tracing", WORD_SHARE_QUESTION);
	recipients_fields(x, true, true);
	parts_end(x, ICON_SEND, WORD_SEND);
	page_text(x, WORD_CARRIED_LOCKED);
	page_end(x, 200);
}

static bool named(const struct exchange *x)
{
	char name[4 * LINE_MAX + 1];
	return exchange_trimmed(x, "name", name, sizeof name)[0] != '\0';
}

static void get(struct exchange *x)
{
	if (strcmp(send_step(x), "last") == 0 && named(x))
		recipients_load(x, show_last);
	else
		show_who(x, WORDS);
}

static void compose(struct exchange *x)
{
	char when[TIME_TEXT] = "";
	unsigned days = parts_number(x, "days");
	if (exchange_field(x, "days")[0] != '\0')
		snprintf(when, sizeof when, "%llu", (unsigned long long)(exchange_now(x) - (uint64_t)days * DAY_S));
	exchange_verb(x, "seek");
	exchange_option(x, "--name", exchange_field(x, "name"));
	exchange_option(x, "--father", exchange_field(x, "father"));
	exchange_option(x, "--origin", exchange_field(x, "origin"));
	exchange_option(x, "--age", exchange_field(x, "age"));
	exchange_option(x, "--sex", exchange_field(x, "sex"));
	exchange_option(x, "--place", exchange_field(x, "place"));
	exchange_option(x, "--time", when);
	exchange_option(x, "--text", exchange_field(x, "text"));
	exchange_option(x, "--share", exchange_field(x, "share"));
}

static void post(struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, "days");
	if (wrong == WORDS && parts_number(x, "days") > DAYS_MAX)
		wrong = WORD_SEEK_TOO_LONG_AGO;
	if (!named(x))
		show_who(x, WORD_SEEK_NO_NAME);
	else if (strcmp(exchange_field(x, "step"), "last") != 0)
		send_on(x, "/seek/new?step=last");
	else if (wrong != WORDS)
		send_refuse(x, wrong, show_last);
	else
		send_letter(x, compose, show_last);
}

const struct page page_seek_new = {"/seek/new", PAGE_PERSON, get, post};
