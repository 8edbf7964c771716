/* Whom this device knows: relief groups and people. */

#include "node/web/parts.h"

enum { ORGS };

static void organisation(struct exchange *x, const json_t *org)
{
	struct html *html = exchange_html(x);
	html_raw(html, "<div class=\"m\"><p>");
	icon_put(html, ICON_SHIELD);
	html_raw(html, "<b>");
	html_user(html, page_string(org, "name"));
	html_add(html, "</b></p><p class=\"n\">%s: <bdi dir=\"ltr\">%s</bdi></p></div>", words_get(exchange_lang(x), WORD_FINGERPRINT),
		 page_string(org, "fingerprint"));
}

static void person(struct exchange *x, const json_t *contact)
{
	struct html *html = exchange_html(x);
	bool verified = json_is_true(json_object_get(contact, "verified"));
	html_add(html, "<a class=\"b\" href=\"/contacts/person/%s\">", page_string(contact, "key"));
	icon_put(html, ICON_PEOPLE);
	html_user(html, page_string(contact, "name"));
	html_raw(html, "<span class=\"n\">");
	icon_put(html, verified ? ICON_OK : ICON_WAIT);
	html_add(html, "%s</span></a>", words_get(exchange_lang(x), verified ? WORD_CONTACTS_VERIFIED : WORD_CONTACTS_NOT_VERIFIED));
}

/* As many as there is room for, from the n-th of the page's both lists on. Returns how many entries are behind it. */
static size_t entries(struct exchange *x, const json_t *list, size_t n, void (*put)(struct exchange *x, const json_t *entry))
{
	size_t i = parts_from(x) > n ? parts_from(x) - n : 0;
	while (i < json_array_size(list) && parts_has_room(x))
		put(x, json_array_get(list, i++));
	return n + (i < json_array_size(list) ? i : json_array_size(list));
}

static void show(struct exchange *x, const struct answer *answer)
{
	struct html *html = page_begin(x, WORD_BUTTON_CONTACTS);
	const json_t *orgs = exchange_kept(x, ORGS);
	size_t all = json_array_size(orgs) + json_array_size(answer->out);
	if (exchange_query(x, "added")[0] != '\0')
		page_good(x, WORD_CONTACTS_ADDED);
	page_link(x, "/contacts/qr", ICON_QR, WORD_CONTACTS_MINE, "blue", NULL);
	page_link(x, "/contacts/add", ICON_PEOPLE, WORD_CONTACTS_ADD, "green", NULL);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_CONTACTS_ORGS));
	size_t next = entries(x, orgs, 0, organisation);
	if (json_array_size(orgs) == 0)
		page_text(x, WORD_CONTACTS_ORGS_NONE);
	html_add(html, "<h2>%s</h2>", words_get(exchange_lang(x), WORD_CONTACTS_PEOPLE));
	if (next == json_array_size(orgs))
		next = entries(x, answer->out, next, person);
	if (json_array_size(answer->out) == 0)
		page_text(x, WORD_CONTACTS_NONE);
	if (next < all)
		parts_go_on(x, "/contacts?", next);
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
