#include "node/web/sign.h"

#include "node/web/html.h"
#include "node/web/qrimage.h"
#include "node/words/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_MAX = 64 << 10 };

static char *put_escaped(char *at, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\;,:\"", *text) != NULL)
			*at++ = '\\';
		*at++ = *text;
	}
	return at;
}

void sign_wifi(const struct sign *sign, char out[static SIGN_WIFI_MAX])
{
	assert(strlen(sign->name) <= SIGN_NAME_MAX && strlen(sign->passphrase) <= SIGN_PASS_MAX);
	char *at = stpcpy(out, "WIFI:S:");
	at = stpcpy(put_escaped(at, sign->name), ";T:WPA;P:");
	(void)stpcpy(put_escaped(at, sign->passphrase), ";;"); /* it fits: see SIGN_WIFI_MAX */
}

static void put_language(struct html *html, enum words_lang lang, const char *address)
{
	html_add(html, "<section lang=\"%s\" dir=\"%s\"><h2>%s</h2>", words_tag(lang), words_rtl(lang) ? "rtl" : "ltr",
		 words_get(lang, WORD_SIGN_TITLE));
	html_add(html, "<p>1. %s</p><p>2. %s <b dir=\"ltr\">%s</b></p>", words_get(lang, WORD_SIGN_JOIN), words_get(lang, WORD_SIGN_OPEN), address);
	html_add(html, "<p class=\"n\">%s %s</p></section>", words_get(lang, WORD_PORTAL_NO_INTERNET), words_get(lang, WORD_BOX_CAN_READ));
}

static bool put_sign(struct html *html, const struct sign *sign)
{
	char wifi[SIGN_WIFI_MAX], address[80];
	sign_wifi(sign, wifi);
	snprintf(address, sizeof address, "http://%s/", sign->address);
	html_raw(html, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Barid</title><style>@page{size:A4;margin:12mm}"
		       "body{font-family:sans-serif;font-size:11pt;margin:0 auto;max-width:186mm}h2{font-size:13pt;margin:4mm 0 1mm}p{margin:1mm 0}"
		       ".n{font-size:9pt}.q{width:52mm;height:52mm;image-rendering:pixelated}table{width:100%;table-layout:fixed;text-align:center}"
		       "b{font-size:14pt}[dir=rtl]{text-align:right}section{border-top:1px solid #999}</style></head><body><table><tr><td>");
	bool drawn = qrimage_put(html, wifi, "1. Wi-Fi");
	html_add(html, "<p>1. Wi-Fi: <b><bdi>%s</bdi></b><br><b dir=\"ltr\">%s</b></p></td><td>", sign->name, sign->passphrase);
	drawn = qrimage_put(html, address, "2.") && drawn;
	html_add(html, "<p>2. <b dir=\"ltr\">%s</b></p></td></tr></table>", address);
	for (enum words_lang lang = 0; lang < WORDS_LANGS; lang++)
		put_language(html, lang, address);
	html_raw(html, "</body></html>\n");
	return drawn && !html->full;
}

bool sign_print(const struct sign *sign, FILE *out)
{
	struct html html;
	if (!html_open(&html, PAGE_MAX))
		return false;
	bool whole = put_sign(&html, sign) && fwrite(html.bytes, 1, html.len, out) == html.len && fflush(out) == 0;
	html_close(&html);
	return whole;
}
