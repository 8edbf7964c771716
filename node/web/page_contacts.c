/* Whom this device knows: relief groups and people. */

#include "node/web/page.h"

enum { ORGS };

static void orgs(struct exchange *x, const json_t *list)
{
	struct html *html = exchange_html(x);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_CONTACTS_ORGS));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *org = json_array_get(list, i);
		html_raw(html, "<div class=\"m\"><p>");
		icon_put(html, ICON_SHIELD);
		html_raw(html, "<b>");
		html_user(html, page_string(org, "name"));
		html_add(html, "</b></p><p class=\"n\">%s: <bdi dir=\"ltr\">%s</bdi></p></div>", words_get(exchange_lang(x), WORD_FINGERPRINT),
			 page_string(org, "fingerprint"));
	}
	if (json_array_size(list) == 0)
		page_text(x, WORD_CONTACTS_ORGS_NONE);
}

static void people(struct exchange *x, const json_t *list)
{
	struct html *html = exchange_html(x);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_CONTACTS_PEOPLE));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *person = json_array_get(list, i);
		bool verified = json_is_true(json_object_get(person, "verified"));
		html_add(html, "<a class=\"b\" href=\"/contacts/person/%s\">", page_string(person, "key"));
		icon_put(html, ICON_PEOPLE);
		html_user(html, page_string(person, "name"));
		html_raw(html, "<span class=\"n\">");
		icon_put(html, verified ? ICON_OK : ICON_WAIT);
		html_add(html, "%s</span></a>", words_get(exchange_lang(x), verified ? WORD_CONTACTS_VERIFIED : WORD_CONTACTS_NOT_VERIFIED));
	}
	if (json_array_size(list) == 0)
		page_text(x, WORD_CONTACTS_NONE);
}

static void show(struct exchange *x, const struct answer *answer)
{
	(void)page_begin(x, WORD_BUTTON_CONTACTS);
	if (exchange_query(x, "added")[0] != '\0')
		page_good(x, WORD_CONTACTS_ADDED);
	page_link(x, "/contacts/qr", ICON_QR, WORD_CONTACTS_MINE, "blue", NULL);
	page_link(x, "/contacts/add", ICON_PEOPLE, WORD_CONTACTS_ADD, "green", NULL);
	orgs(x, exchange_kept(x, ORGS));
	people(x, answer->out);
	page_end(x, 200);
}

static void have_orgs(struct exchange *x, const struct answer *answer)
{
	exchange_keep(x, ORGS, answer->out);
	exchange_verb(x, "contact");
	exchange_word(x, "list");
	exchange_run(x, show);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "org");
	exchange_word(x, "list");
	exchange_run(x, have_orgs);
}

const struct page page_contacts = {"/contacts", PAGE_PERSON, get, NULL};
