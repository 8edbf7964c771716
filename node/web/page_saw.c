/* "I saw it": the word of a witness on a bus or a danger, which takes a ticket and names nobody. /bus/saw/ID and /alerts/saw/ID of a notice on the
 * same matter, or /saw/new. */

#include "node/web/parts.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { NOTICE, LINE_MAX = 120 };

static bool of_bus(const struct exchange *x)
{
	return strncmp(exchange_path(x), "/bus/", 5) == 0;
}

/* The line or area it is about: written now, or that of the notice. */
static const char *matter(const struct exchange *x)
{
	const char *name = of_bus(x) ? "line" : "area";
	const char *posted = exchange_field(x, "about");
	return posted[0] != '\0' ? posted : page_string(exchange_kept(x, NOTICE), name);
}

static void bus_form(struct exchange *x)
{
	static const char *const verbs[] = {"planned", "boarding", "departed", "turned_back", "cancelled", "arrived"};
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		parts_button(x, "verb", verbs[i], ICON_BUS, words_code(exchange_lang(x), "verb", verbs[i]), "");
	parts_end_choices(x);
}

static void alert_form(struct exchange *x)
{
	page_line(x, "event", WORD_BOARD_SAW_QUESTION, LINE_MAX);
	parts_end(x, ICON_EYE, WORD_BOARD_SAW_IT);
}

/* What a failed answer means here. */
static enum word trouble(const struct answer *failed)
{
	if (failed->code == EX_UNAVAILABLE)
		return WORD_STATUS_NOT_RUNNING;
	return failed->code == 1 && strstr(failed->say, "ticket") != NULL ? WORD_BOARD_NO_TICKET : WORD_ERROR_NOT_DONE;
}

static void show(struct exchange *x, enum word wrong, const struct answer *failed)
{
	const json_t *notice = exchange_kept(x, NOTICE);
	const char *about = page_string(notice, of_bus(x) ? "line" : "area");
	struct html *html = page_begin(x, WORD_BOARD_SAW_QUESTION);
	if (failed != NULL)
		page_wrong(x, trouble(failed));
	else if (wrong != WORDS)
		page_wrong(x, wrong);
	parts_form(x, exchange_path(x), "saw");
	if (about[0] != '\0') {
		html_raw(html, "<p><b>");
		if (of_bus(x))
			page_named(x, WORD_BUS_LINE, about);
		else
			html_user(html, about);
		html_raw(html, "</b></p>");
	} else {
		page_line(x, "about", of_bus(x) ? WORD_FIELD_LINE : WORD_FIELD_AREA, LINE_MAX);
	}
	if (of_bus(x))
		bus_form(x);
	else
		alert_form(x);
	page_text(x, WORD_BOARD_WITNESS_PUBLIC);
	page_end(x, 200);
}

static void sent(struct exchange *x, const struct answer *answer)
{
	if (answer->code == 0)
		exchange_redirect(x, of_bus(x) ? "/bus?sent=1" : "/alerts?sent=1");
	else
		show(x, WORDS, answer);
}

static void publish(struct exchange *x)
{
	exchange_verb(x, of_bus(x) ? "bus" : "alert");
	if (of_bus(x))
		exchange_word(x, "post");
	exchange_word(x, "--public");
	exchange_option(x, of_bus(x) ? "--line" : "--area", matter(x));
	exchange_option(x, "--verb", of_bus(x) ? exchange_field(x, "verb") : "");
	exchange_option(x, "--event", of_bus(x) ? "" : exchange_field(x, "event"));
	exchange_option(x, "--source", "seen");
	exchange_run(x, sent);
}

/* With the notice it is about, if there is one. */
static void go_on(struct exchange *x)
{
	if (!exchange_is_post(x) || exchange_is_old(x))
		show(x, WORDS, NULL);
	else if (matter(x)[0] == '\0')
		show(x, of_bus(x) ? WORD_BOARD_NO_LINE : WORD_BOARD_NO_AREA, NULL);
	else if (exchange_field(x, of_bus(x) ? "verb" : "event")[0] == '\0')
		show(x, WORD_ERROR_NOTHING, NULL);
	else
		publish(x);
}

static void have_notice(struct exchange *x, const struct answer *answer)
{
	const json_t *notice = json_array_get(answer->out, 0);
	if (notice != NULL && json_object_get(notice, "issuer") != NULL)
		exchange_keep(x, NOTICE, notice);
	go_on(x);
}

static void get(struct exchange *x)
{
	if (!parts_rest_is_id(x)) {
		go_on(x);
		return;
	}
	exchange_verb(x, "show");
	exchange_word(x, exchange_rest(x));
	exchange_run(x, have_notice);
}

const struct page page_saw_bus = {"/bus/saw/", PAGE_PERSON, get, get};
const struct page page_saw_alert = {"/alerts/saw/", PAGE_PERSON, get, get};
