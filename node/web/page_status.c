/* How this device is: who is near, when the internet was reached, what it carries, its radios. */

#include "node/web/page.h"

#include <stdio.h>

static void radios(struct exchange *x, const json_t *list)
{
	struct html *html = exchange_html(x);
	html_raw(html, "<dl>");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *radio = json_array_get(list, i);
		html_add(html, "<dt>%s</dt><dd>%s</dd>", words_code(exchange_lang(x), "radio", page_string(radio, "name")),
			 words_code(exchange_lang(x), "trouble", page_string(radio, "trouble")));
	}
	html_raw(html, "</dl>");
}

static void numbers(struct exchange *x, const json_t *status)
{
	char text[2 * WORDS_TIME_MAX], used[WORDS_TIME_MAX], room[WORDS_TIME_MAX];
	enum words_lang lang = exchange_lang(x);
	struct html *html = exchange_html(x);
	json_int_t neighbours = json_integer_value(json_object_get(status, "neighbours"));
	words_count(lang, PLURAL_LINKED, (uint64_t)neighbours, text, sizeof text);
	html_add(html, "<p>%s</p>", text);
	if (neighbours == 0)
		page_text(x, WORD_STATUS_ALONE);
	page_ago(x, json_object_get(status, "gateway_last"), used);
	words_fill(lang, WORD_STATUS_GATEWAY_LAST, text, sizeof text, used);
	if (json_is_true(json_object_get(status, "is_gateway")))
		page_text(x, WORD_STATUS_GATEWAY_SELF);
	else if (json_is_true(json_object_get(status, "gateway_linked")))
		page_text(x, WORD_STATUS_GATEWAY_NOW);
	else if (used[0] != '\0')
		html_add(html, "<p>%s</p>", text);
	else
		page_text(x, json_is_true(json_object_get(status, "gateway_configured")) ? WORD_STATUS_GATEWAY_NEVER : WORD_STATUS_GATEWAY_NONE);
	words_count(lang, PLURAL_LETTERS_CARRIED, (uint64_t)json_integer_value(json_object_get(status, "letters")), text, sizeof text);
	html_add(html, "<p>%s</p>", text);
	words_number(lang, (uint64_t)json_integer_value(json_object_get(status, "store_bytes")) >> 20, used, sizeof used);
	words_number(lang, (uint64_t)json_integer_value(json_object_get(status, "store_max")) >> 20, room, sizeof room);
	words_fill(lang, WORD_STATUS_ROOM, text, sizeof text, used, room);
	html_add(html, "<p>%s</p>", text);
}

static void get(struct exchange *x)
{
	const json_t *status = exchange_status(x);
	(void)page_begin(x, WORD_BUTTON_STATUS);
	if (status == NULL) {
		page_wrong(x, WORD_STATUS_NOT_RUNNING);
	} else {
		numbers(x, status);
		radios(x, json_object_get(status, "radios"));
	}
	page_end(x, 200);
}

const struct page page_status = {"/status", PAGE_OPEN, get, NULL};
