/* What people lack: first which kind, by picture; then what, how much, for how many, where. */

#include "node/web/parts.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

#include <string.h>

enum { LINE_MAX = 120, TEXT_MAX = 600 };

static const struct {
	const char *code;
	enum icon icon;
} sectors[] = {
	{"water", ICON_WATER},     {"food", ICON_FOOD}, {"infant", ICON_BABY},       {"medicine", ICON_PILL},
	{"shelter", ICON_SHELTER}, {"fuel", ICON_FUEL}, {"protection", ICON_SHIELD},
};

static bool sector_ok(const char *code)
{
	enum word word;
	return words_of_code("sector", code, &word);
}

static void show_sectors(struct exchange *x, enum word wrong)
{
	(void)page_begin(x, WORD_NEED_QUESTION);
	if (wrong != WORDS)
		page_wrong(x, wrong);
	parts_form(x, "/need", "sector");
	for (size_t i = 0; i < sizeof sectors / sizeof sectors[0]; i++)
		parts_button(x, "sector", sectors[i].code, sectors[i].icon, words_code(exchange_lang(x), "sector", sectors[i].code), "");
	parts_end_choices(x);
	page_end(x, 200);
}

static void show_details(struct exchange *x)
{
	enum word sector = WORD_NEED_ITEM;
	(void)words_of_code("sector", exchange_field(x, "sector"), &sector); /* looked at before: sector_ok() */
	struct html *html = page_begin(x, sector);
	send_trouble(x);
	parts_change(x, "/need?step=sector");
	parts_form(x, "/need", "details");
	parts_carry(x, "sector");
	page_line(x, "item", WORD_NEED_ITEM, LINE_MAX);
	page_number(x, "quantity", WORD_NEED_QUANTITY);
	page_line(x, "unit", WORD_FIELD_UNIT, LINE_MAX);
	html_add(html, "<p class=\"n\">%s</p>", words_get(exchange_lang(x), WORD_NEED_UNIT_EXAMPLE));
	page_number(x, "people", WORD_NEED_PEOPLE);
	page_line(x, "place", WORD_NEED_PLACE, LINE_MAX);
	page_area(x, "text", WORD_WORDS_QUESTION, TEXT_MAX);
	recipients_fields(x, true, false);
	parts_end(x, ICON_SEND, WORD_SEND);
	page_text(x, WORD_CARRIED_LOCKED);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	if (strcmp(send_step(x), "details") == 0 && sector_ok(exchange_field(x, "sector")))
		recipients_load(x, show_details);
	else
		show_sectors(x, WORDS);
}

static void compose(struct exchange *x)
{
	char number[40];
	exchange_verb(x, "need");
	exchange_option(x, "--sector", exchange_field(x, "sector"));
	exchange_option(x, "--item", exchange_field(x, "item"));
	exchange_option(x, "--quantity", exchange_trimmed(x, "quantity", number, sizeof number));
	exchange_option(x, "--unit", exchange_field(x, "unit"));
	exchange_option(x, "--people", exchange_trimmed(x, "people", number, sizeof number));
	exchange_option(x, "--place", exchange_field(x, "place"));
	exchange_option(x, "--text", exchange_field(x, "text"));
}

static void post(struct exchange *x)
{
	enum word wrong = parts_numbers_fault(x, "quantity people");
	if (!sector_ok(exchange_field(x, "sector")))
		show_sectors(x, WORD_NEED_NO_SECTOR);
	else if (strcmp(exchange_field(x, "step"), "details") != 0)
		send_on(x, "/need?step=details");
	else if (wrong != WORDS)
		send_refuse(x, wrong, show_details);
	else
		send_letter(x, compose, show_details);
}

const struct page page_need = {"/need", PAGE_PERSON, get, post};
