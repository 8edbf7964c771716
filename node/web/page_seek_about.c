/* Telling whoever looks for somebody what one knows: /seek/about/ID of their question. */

#include "node/web/parts.h"
#include "node/web/rows.h"
#include "node/web/send.h"

#include <string.h>

enum { QUESTION, LINE_MAX = 120, TEXT_MAX = 600 };

static void no_letter(struct exchange *x)
{
	(void)page_begin(x, WORD_BUTTON_SEEK);
	page_wrong(x, WORD_ERROR_NO_LETTER);
	page_link(x, "/seek", ICON_SEEK, WORD_BUTTON_SEEK, "", NULL);
	page_end(x, 404);
}

static void show(struct exchange *x, enum word wrong, const struct answer *failed)
{
	const json_t *question = exchange_kept(x, QUESTION);
	(void)page_begin(x, WORD_SEEK_I_KNOW);
	if (failed != NULL)
		page_failed(x, failed);
	else if (wrong != WORDS)
		page_wrong(x, wrong);
	html_raw(exchange_html(x), "<p>");
	page_named(x, WORD_FROM, page_string(question, "from"));
	html_raw(exchange_html(x), "</p>");
	rows_put(x, page_string(question, "type"), json_object_get(question, "body"));
	page_form(x, exchange_path(x));
	parts_choices(x, "news", "believed_alive believed_missing believed_dead", WORD_SEEN_WHAT);
	parts_choices(x, "source", "self saw heard", WORD_SEEN_HOW);
	page_line(x, "place", WORD_NEED_PLACE, LINE_MAX);
	page_area(x, "text", WORD_WORDS_QUESTION, TEXT_MAX);
	parts_ticks(x, "share", "family-tracing", WORD_SHARE_QUESTION);
	page_form_end(x, ICON_SEND, WORD_SEND);
	page_text(x, WORD_CARRIED_LOCKED);
	page_end(x, 200);
}

static void sent(struct exchange *x, const struct answer *answer)
{
	if (!send_follow(x, answer, "1"))
		show(x, WORDS, answer);
}

static void have_question(struct exchange *x, const struct answer *answer)
{
	const json_t *question = json_array_get(answer->out, 0);
	if (question == NULL || strcmp(page_string(question, "type"), "seek") != 0 || json_object_get(question, "history") != NULL) {
		no_letter(x);
		return;
	}
	exchange_keep(x, QUESTION, question);
	if (!exchange_is_post(x) || exchange_is_old(x)) {
		show(x, WORDS, NULL);
	} else if (exchange_field(x, "news")[0] == '\0') {
		show(x, WORD_SEEN_NO_NEWS, NULL);
	} else {
		exchange_verb(x, "seen");
		exchange_option(x, "--about", exchange_rest(x));
		exchange_option(x, "--news", exchange_field(x, "news"));
		exchange_option(x, "--source", exchange_field(x, "source"));
		exchange_option(x, "--place", exchange_field(x, "place"));
		exchange_option(x, "--text", exchange_field(x, "text"));
		exchange_option(x, "--share", exchange_field(x, "share"));
		exchange_option(x, "--lang", words_tag(exchange_lang(x)));
		exchange_run(x, sent);
	}
}

static void get(struct exchange *x)
{
	if (!parts_rest_is_id(x)) {
		no_letter(x);
		return;
	}
	exchange_verb(x, "show");
	exchange_word(x, exchange_rest(x));
	exchange_run(x, have_question);
}

const struct page page_seek_about = {"/seek/about/", PAGE_PERSON, get, get};
