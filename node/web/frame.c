#include "node/web/frame.h"

#include "node/web/page.h"

#include <stdio.h>

void frame_begin(struct exchange *x, const char *title, bool user)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_add(html, "<!DOCTYPE html><html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\">", words_tag(lang),
		 words_rtl(lang) ? "rtl" : "ltr");
	html_add(html, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>%s – %s</title>", title,
		 words_get(lang, WORD_BARID));
	html_raw(html, "<link rel=\"icon\" href=\"data:,\"><style>");
	html_raw(html, page_style);
	html_raw(html, "</style></head><body><header><a href=\"/\">");
	icon_put(html, ICON_HOME);
	html_add(html, "%s</a></header><main><h1>", words_get(lang, WORD_BARID));
	if (user)
		html_user(html, title);
	else
		html_text(html, title);
	html_raw(html, "</h1>");
}

static void gateway_line(struct exchange *x, const json_t *status, char *out, size_t cap)
{
	enum words_lang lang = exchange_lang(x);
	char ago[WORDS_TIME_MAX];
	page_ago(x, json_object_get(status, "gateway_last"), ago);
	if (json_is_true(json_object_get(status, "is_gateway")))
		snprintf(out, cap, "%s", words_get(lang, WORD_STATUS_GATEWAY_SELF));
	else if (json_is_true(json_object_get(status, "gateway_linked")))
		snprintf(out, cap, "%s", words_get(lang, WORD_STATUS_GATEWAY_NOW));
	else if (ago[0] != '\0')
		words_fill(lang, WORD_STATUS_GATEWAY_LAST, out, cap, ago);
	else
		snprintf(out, cap, "%s", words_get(lang, WORD_STATUS_GATEWAY_NEVER));
}

static void status_line(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *status = exchange_status(x);
	char linked[WORDS_TIME_MAX], gateway[2 * WORDS_TIME_MAX];
	html_raw(html, "<p>");
	icon_put(html, status != NULL ? ICON_STATUS : ICON_WRONG);
	if (status == NULL) {
		html_add(html, "%s</p>", words_get(lang, WORD_STATUS_NOT_RUNNING));
		return;
	}
	words_count(lang, PLURAL_LINKED, (uint64_t)json_integer_value(json_object_get(status, "neighbours")), linked, sizeof linked);
	gateway_line(x, status, gateway, sizeof gateway);
	html_add(html, "%s – %s</p>", linked, gateway);
}

void frame_end(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_raw(html, "</main><footer>");
	status_line(x);
	html_add(html, "<p><a href=\"/status\">%s</a> <a href=\"/settings\">%s</a> <a href=\"/help\">%s</a></p><p>",
		 words_get(lang, WORD_BUTTON_STATUS), words_get(lang, WORD_BUTTON_SETTINGS), words_get(lang, WORD_BUTTON_HELP));
	for (enum words_lang other = 0; other < WORDS_LANGS; other++)
		if (other != lang)
			html_add(html, "<a href=\"?lang=%s\" lang=\"%s\" dir=\"%s\">%s</a> ", words_tag(other), words_tag(other),
				 words_rtl(other) ? "rtl" : "ltr", words_native(other));
	html_raw(html, "</p></footer></body></html>");
}
