/* Adding somebody: paste their card, look whose it is, then keep it. */

#include "node/web/parts.h"
#include "node/web/recipients.h"

#include <string.h>
#include <sysexits.h>

enum { CARD, CARD_MAX = 4000, NAME_MAX_LEN = 60, NAME_BYTES_MAX = 64 };

static const char path[] = "/contacts/add";

static void show_paste(struct exchange *x, enum word wrong)
{
	(void)page_begin(x, WORD_CONTACTS_ADD);
	if (wrong != WORDS)
		page_wrong(x, wrong);
	parts_form(x, path, "card");
	page_area(x, "card", WORD_CONTACTS_PASTE, CARD_MAX);
	parts_end(x, ICON_OK, WORD_NEXT);
	page_text(x, WORD_CARD_ASK);
	page_end(x, 200);
}

static bool is_person(const json_t *card)
{
	return strcmp(page_string(card, "kind"), "person") == 0;
}

/* Whose card it is, before anything is done with it. */
static void show_whose(struct exchange *x, enum word wrong)
{
	const json_t *card = exchange_kept(x, CARD);
	bool person = is_person(card);
	struct html *html = page_begin(x, person ? WORD_CONTACTS_ADD : WORD_CONTACTS_ORG_ADD);
	if (wrong != WORDS)
		page_wrong(x, wrong);
	html_raw(html, "<p>");
	icon_put(html, person ? ICON_PEOPLE : ICON_SHIELD);
	html_raw(html, "<b>");
	html_user(html, page_string(card, "name"));
	html_add(html, "</b></p><p class=\"n\">%s: <bdi dir=\"ltr\">%s</bdi></p>", words_get(exchange_lang(x), WORD_FINGERPRINT),
		 page_string(card, "fingerprint"));
	parts_form(x, path, "keep");
	page_hidden(x, "card", exchange_field(x, "card"));
	if (person)
		page_line(x, "name", WORD_CONTACTS_NAME, NAME_MAX_LEN);
	else
		page_text(x, WORD_CONTACTS_ORG_MEANS);
	parts_end(x, ICON_OK, person ? WORD_SAVE : WORD_CONTACTS_ORG_ADD);
	page_end(x, 200);
}

static void kept(struct exchange *x, const struct answer *answer)
{
	if (answer->code == 0)
		exchange_redirect(x, "/contacts?added=1");
	else if (strstr(answer->say, "your own card") != NULL)
		show_paste(x, WORD_CONTACTS_OWN_CARD);
	else if (answer->code == EX_DATAERR)
		show_whose(x, WORD_CONTACTS_ORG_TWICE);
	else
		show_whose(x, answer->code == EX_USAGE ? WORD_CONTACTS_NAME_TAKEN : WORD_ERROR_NOT_DONE);
}

static void keep(struct exchange *x, bool person, const char *name)
{
	exchange_verb(x, person ? "contact" : "org");
	exchange_word(x, person ? "add" : "trust");
	if (person)
		exchange_word(x, name);
	exchange_word(x, "-");
	recipients_card(x);
	exchange_run(x, kept);
}

static void have_card(struct exchange *x, const struct answer *answer)
{
	const json_t *card = json_array_get(answer->out, 0);
	char name[NAME_MAX_LEN * 4 + 1];
	if (answer->code != 0 || card == NULL) {
		show_paste(x, WORD_CONTACTS_BAD_CARD);
		return;
	}
	exchange_keep(x, CARD, card);
	(void)exchange_trimmed(x, "name", name, sizeof name);
	if (strcmp(exchange_field(x, "step"), "keep") != 0 || exchange_is_old(x))
		show_whose(x, WORDS);
	else if (is_person(card) && (name[0] == '\0' || name[0] == '-'))
		show_whose(x, WORD_CONTACTS_NO_NAME);
	else if (is_person(card) && strlen(name) > NAME_BYTES_MAX)
		show_whose(x, WORD_NAME_TOO_LONG);
	else
		keep(x, is_person(card), name);
}

static void look(struct exchange *x)
{
	exchange_verb(x, "card");
	exchange_word(x, "-");
	recipients_card(x);
	exchange_run(x, have_card);
}

static void get(struct exchange *x)
{
	if (exchange_field(x, "card")[0] != '\0')
		look(x); /* of a draft, or of a form that was too old */
	else
		show_paste(x, WORDS);
}

static void post(struct exchange *x)
{
	if (exchange_field(x, "card")[0] == '\0')
		show_paste(x, WORD_CONTACTS_BAD_CARD);
	else
		look(x);
}

const struct page page_contact_add = {"/contacts/add", PAGE_PERSON, get, post};
