#include "node/web/recipients.h"

#include "node/web/page.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { ORGS, CONTACTS, TAKEN, CARD_MAX = 4000 };

static void have_contacts(struct exchange *x, const struct answer *answer)
{
	exchange_keep(x, CONTACTS, answer->out);
	exchange_ready(x);
}

static void have_orgs(struct exchange *x, const struct answer *answer)
{
	exchange_keep(x, ORGS, answer->out);
	exchange_verb(x, "contact");
	exchange_word(x, "list");
	exchange_run(x, have_contacts);
}

void recipients_load(struct exchange *x, void (*ready)(struct exchange *x))
{
	exchange_later(x, ready);
	exchange_verb(x, "org");
	exchange_word(x, "list");
	exchange_run(x, have_orgs);
}

static bool was_ticked(const struct exchange *x, const char *field, const char *name)
{
	const char *value;
	for (unsigned i = 0; (value = exchange_field_nth(x, field, i)) != NULL; i++)
		if (strcmp(value, name) == 0)
			return true;
	return false;
}

static void ticks(struct exchange *x, const json_t *list, const char *field, bool all)
{
	size_t i;
	const json_t *entry;
	bool filled = exchange_field(x, "asked")[0] != '\0'; /* shown before: in a form of several steps not every one that was posted */
	json_array_foreach((json_t *)(uintptr_t)list, i, entry)
	{
		const char *name = page_string(entry, "name");
		page_tick(x, field, name, name, true, filled ? was_ticked(x, field, name) : all);
	}
}

void recipients_fields(struct exchange *x, bool orgs, bool contacts)
{
	struct html *html = exchange_html(x);
	const json_t *org_list = exchange_kept(x, ORGS), *contact_list = exchange_kept(x, CONTACTS);
	bool nobody = json_array_size(org_list) + json_array_size(contact_list) == 0;
	page_hidden(x, "asked", "1");
	html_add(html, "<fieldset><legend>%s</legend>", words_get(exchange_lang(x), WORD_WHO_GETS_IT));
	bool only = json_array_size(org_list) + json_array_size(contact_list) == 1;
	ticks(x, org_list, "org", orgs || only);
	ticks(x, contact_list, "to", contacts || only);
	html_raw(html, "</fieldset>");
	if (!nobody)
		return;
	page_text(x, WORD_CARD_ASK);
	page_area(x, "card", WORD_CARD_HERE, CARD_MAX);
}

/* How many digits of a card the line behind an end of line has; 0: it is something else. */
static size_t digits_of_line(const char *line)
{
	size_t digits = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
	return line[digits] == '\n' || line[digits] == '\0' ? digits : 0;
}

void recipients_card(struct exchange *x)
{
	static const char begins[] = "BARID:";
	const char *from = exchange_field(x, "card");
	char card[CARD_MAX + 1];
	size_t len = 0;
	while (*from != '\0' && strncasecmp(from, begins, sizeof begins - 1) != 0)
		from++;
	while (len < CARD_MAX) {
		if (isalnum((unsigned char)*from) || *from == ':')
			card[len++] = *from++;
		else if (*from == '\n' && digits_of_line(from + 1) > 0)
			from++;
		else
			break;
	}
	card[len] = '\0';
	exchange_input(x, card);
}

bool recipients_given(const struct exchange *x)
{
	return exchange_field(x, "org")[0] != '\0' || exchange_field(x, "to")[0] != '\0' || exchange_field(x, "card")[0] != '\0';
}

/* What came of the card: {"option": "--org", "name": "Medics"}; nothing is kept if it is none. */
static void card_taken(struct exchange *x, const struct answer *answer)
{
	const json_t *entry = json_array_get(answer->out, 0);
	bool person = json_object_get(entry, "own_name") != NULL;
	json_t *taken = json_pack("{s:s, s:s}", "option", person ? "--to" : "--org", "name", page_string(entry, "name"));
	if (answer->code == 0)
		exchange_keep(x, TAKEN, taken);
	json_decref(taken);
	exchange_ready(x);
}

static void card_read(struct exchange *x, const struct answer *answer)
{
	const json_t *entry = json_array_get(answer->out, 0);
	bool person = strcmp(page_string(entry, "kind"), "person") == 0;
	if (answer->code != 0) {
		exchange_ready(x);
		return;
	}
	exchange_verb(x, person ? "contact" : "org");
	exchange_word(x, person ? "add" : "trust");
	if (person)
		exchange_word(x, page_string(entry, "name"));
	exchange_word(x, "-");
	recipients_card(x);
	exchange_run(x, card_taken);
}

void recipients_take(struct exchange *x, void (*ready)(struct exchange *x))
{
	exchange_later(x, ready);
	if (exchange_field(x, "card")[0] == '\0') {
		ready(x);
		return;
	}
	exchange_verb(x, "card");
	exchange_word(x, "-");
	recipients_card(x);
	exchange_run(x, card_read);
}

bool recipients_bad_card(const struct exchange *x)
{
	return exchange_field(x, "card")[0] != '\0' && exchange_kept(x, TAKEN) == NULL;
}

void recipients_options(struct exchange *x)
{
	static const char *const fields[][2] = {{"org", "--org"}, {"to", "--to"}};
	const char *value;
	for (unsigned field = 0; field < 2; field++)
		for (unsigned i = 0; (value = exchange_field_nth(x, fields[field][0], i)) != NULL; i++)
			exchange_option(x, fields[field][1], value);
	const json_t *taken = exchange_kept(x, TAKEN);
	if (taken != NULL)
		exchange_option(x, page_string(taken, "option"), page_string(taken, "name"));
}
