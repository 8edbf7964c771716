/* One contact: comparing numbers face to face, or removing them. /contacts/person/KEY */

#include "node/web/parts.h"

#include <string.h>

enum { PERSON };

static void nobody(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_CONTACTS);
	page_wrong(x, WORD_CONTACTS_GONE);
	page_link(x, "/contacts", ICON_PEOPLE, WORD_BUTTON_CONTACTS, "", NULL);
	page_end(x, 404);
}

static void number(struct exchange *x, enum word whose, const char *fingerprint)
{
	html_add(exchange_html(x), "<dt>%s</dt><dd><b><bdi dir=\"ltr\">%s</bdi></b></dd>", words_get(exchange_lang(x), whose), fingerprint);
}

static void compare(struct exchange *x, const json_t *person, const json_t *own)
{
	page_text(x, WORD_CONTACTS_VERIFY_HOW);
	html_raw(exchange_html(x), "<dl>");
	number(x, WORD_CONTACTS_NUMBER_MINE, page_string(own, "fingerprint"));
	number(x, WORD_CONTACTS_NUMBER_THEIRS, page_string(person, "fingerprint"));
	html_raw(exchange_html(x), "</dl>");
	page_form(x, exchange_path(x));
	page_hidden(x, "do", "verify");
	page_form_end(x, ICON_OK, WORD_CONTACTS_SAME);
	page_text(x, WORD_CONTACTS_DIFFERENT);
}

static void show(struct exchange *x, const struct answer *answer)
{
	const json_t *person = exchange_kept(x, PERSON);
	(void)page_begin_user(x, page_string(person, "name"));
	if (json_is_true(json_object_get(person, "verified")))
		page_good(x, WORD_CONTACTS_VERIFIED);
	else
		compare(x, person, json_array_get(answer->out, 0));
	page_link(x, "/write", ICON_LETTER, WORD_BUTTON_WRITE, "", NULL);
	page_form(x, exchange_path(x));
	page_hidden(x, "do", "remove");
	parts_button(x, "sure", "yes", ICON_WIPE, words_get(exchange_lang(x), WORD_CONTACTS_REMOVE), "red");
	parts_end_choices(x);
	page_end(x, 200);
}

static void done(struct exchange *x, const struct answer *answer)
{
	if (answer->code != 0) {
		(void)page_begin(x, WORD_BUTTON_CONTACTS);
		page_failed(x, answer);
		page_link(x, "/contacts", ICON_PEOPLE, WORD_BUTTON_CONTACTS, "", NULL);
		page_end(x, 200);
		return;
	}
	exchange_redirect(x, strcmp(exchange_field(x, "do"), "remove") == 0 ? "/contacts" : exchange_path(x));
}

static void have_list(struct exchange *x, const struct answer *answer)
{
	const json_t *person = NULL;
	for (size_t i = 0; i < json_array_size(answer->out) && person == NULL; i++)
		if (strcmp(page_string(json_array_get(answer->out, i), "key"), exchange_rest(x)) == 0)
			person = json_array_get(answer->out, i);
	if (person == NULL) {
		nobody(x);
		return;
	}
	exchange_keep(x, PERSON, person);
	if (!exchange_is_post(x) || exchange_is_old(x)) {
		exchange_verb(x, "id");
		exchange_run(x, show);
		return;
	}
	bool remove = strcmp(exchange_field(x, "do"), "remove") == 0;
	exchange_verb(x, "contact");
	exchange_word(x, remove ? "rm" : "verify");
	exchange_word(x, page_string(person, "name"));
	if (!remove)
		exchange_word(x, "--yes");
	exchange_run(x, done);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "contact");
	exchange_word(x, "list");
	exchange_run(x, have_list);
}

const struct page page_person = {"/contacts/person/", PAGE_PERSON, get, get};
