/* One's own card, to be scanned or copied: /contacts/qr. */

#include "node/web/page.h"
#include "node/web/qrimage.h"

static void show(struct exchange *x, const struct answer *answer)
{
	const json_t *own = json_array_get(answer->out, 0);
	struct html *html = page_begin(x, WORD_CONTACTS_MINE);
	enum words_lang lang = exchange_lang(x);
	if (own == NULL) {
		page_failed(x, answer);
		page_end(x, 200);
		return;
	}
	page_text(x, WORD_CONTACTS_MINE_HINT);
	html_raw(html, "<p><b>");
	html_user(html, page_string(own, "name"));
	html_raw(html, "</b></p>");
	if (!qrimage_put(html, page_string(own, "card"), words_get(lang, WORD_CONTACTS_MINE)))
		page_text(x, WORD_CONTACTS_NO_QR);
	html_add(html, "<p class=\"n\">%s: <bdi dir=\"ltr\">%s</bdi></p>", words_get(lang, WORD_FINGERPRINT), page_string(own, "fingerprint"));
	html_add(html, "<label for=\"card\">%s</label><textarea id=\"card\" rows=\"6\" dir=\"ltr\" readonly>%s</textarea>",
		 words_get(lang, WORD_CONTACTS_MINE_TEXT), page_string(own, "card"));
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "id");
	exchange_word(x, "--qr"); /* the card with few days' keys, which fits a QR code */
	exchange_run(x, show);
}

const struct page page_card = {"/contacts/qr", PAGE_PERSON, get, NULL};
