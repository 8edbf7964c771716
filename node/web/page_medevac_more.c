/* What else is known of a call for medical help, as an update of that letter: /medevac/ID. */

#include "node/web/parts.h"
#include "node/web/send.h"

#include <string.h>

enum { TEXT_MAX = 600 };

static void show(struct exchange *x, enum word wrong, const struct answer *failed)
{
	(void)page_begin(x, WORD_MEDEVAC_MORE_QUESTION);
	if (failed != NULL)
		page_failed(x, failed);
	else if (wrong != WORDS)
		page_wrong(x, wrong);
	page_form(x, exchange_path(x));
	parts_ticks(x, "hazards", "sniper fire rubble uxo chemical", WORD_HAZARD_QUESTION);
	parts_choices(x, "security", "safe possible danger no-approach", WORD_SECURITY_QUESTION);
	parts_ticks(x, "equip", "stretcher oxygen ventilator incubator wheelchair dialysis blood", WORD_EQUIP_QUESTION);
	page_number(x, "children", WORD_CHILDREN_QUESTION);
	page_number(x, "pregnant", WORD_PREGNANT_QUESTION);
	page_area(x, "text", WORD_WORDS_QUESTION, TEXT_MAX);
	page_form_end(x, ICON_SEND, WORD_SEND);
	page_end(x, 200);
}

static void no_letter(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_MEDEVAC);
	page_wrong(x, WORD_ERROR_NO_LETTER);
	page_link(x, "/inbox", ICON_LETTER, WORD_BUTTON_INBOX, "", NULL);
	page_end(x, 404);
}

static void get(struct exchange *x)
{
	if (parts_rest_is_id(x))
		show(x, WORDS, NULL);
	else
		no_letter(x);
}

static void sent(struct exchange *x, const struct answer *answer)
{
	if (!send_follow(x, answer, "more"))
		show(x, WORDS, answer);
}

static void add_all(struct exchange *x, const char *field, const char *option)
{
	const char *value;
	for (unsigned i = 0; (value = exchange_field_nth(x, field, i)) != NULL; i++)
		exchange_option(x, option, value);
}

static bool says_nothing(const struct exchange *x)
{
	static const char *const fields[] = {"hazards", "security", "equip", "children", "pregnant", "text"};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!send_is_blank(x, fields[i]))
			return false;
	return true;
}

static void post(struct exchange *x)
{
	char number[40];
	enum word wrong = parts_numbers_fault(x, "children pregnant");
	if (!parts_rest_is_id(x)) {
		no_letter(x);
	} else if (wrong != WORDS) {
		show(x, wrong, NULL);
	} else if (says_nothing(x)) {
		show(x, WORD_ERROR_NOTHING, NULL);
	} else {
		exchange_verb(x, "medevac");
		exchange_option(x, "--update", exchange_rest(x));
		add_all(x, "hazards", "--hazard");
		add_all(x, "equip", "--equip");
		exchange_option(x, "--security", exchange_field(x, "security"));
		exchange_option(x, "--children", exchange_trimmed(x, "children", number, sizeof number));
		exchange_option(x, "--pregnant", exchange_trimmed(x, "pregnant", number, sizeof number));
		exchange_option(x, "--text", exchange_field(x, "text"));
		exchange_option(x, "--lang", words_tag(exchange_lang(x)));
		exchange_run(x, sent);
	}
}

const struct page page_medevac_more = {"/medevac/", PAGE_PERSON, get, post};
