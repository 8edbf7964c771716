#include "node/web/page.h"

#include "node/web/site.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum { NAMED_MAX = 1024 };

/* For browsers from Android 4 on: no grid, no properties that follow the direction of writing. */
const char page_style[] =
	"body{margin:0;overflow-wrap:break-word;word-wrap:break-word;font:20px/1.5 sans-serif;color:#111;background:#fff}"
	"header{background:#10263f}header a{display:inline-block;color:#fff;text-decoration:none;font-weight:bold;padding:8px 14px;min-height:32px}"
	"main{max-width:36em;margin:0 auto;padding:4px 14px 20px}"
	"h1:first-letter,.u:first-letter{text-transform:uppercase}.u{display:inline-block;max-width:100%}"
	"h1{font-size:1.4em;line-height:1.3;margin:.5em 0}h2{font-size:1.15em;margin:1.2em 0 .3em}p{margin:.5em 0}"
	"svg{width:1.5em;height:1.5em;vertical-align:middle;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;"
	"stroke-linejoin:round;margin-right:10px}[dir=rtl] svg{margin-right:0;margin-left:10px}"
	".b,button{display:block;width:100%;box-sizing:border-box;min-height:60px;margin:10px 0;padding:12px;border:2px solid #10263f;"
	"border-radius:10px;background:#fff;color:#10263f;font:inherit;font-weight:bold;text-align:left;text-decoration:none}"
	"[dir=rtl] .b,[dir=rtl] button{text-align:right}"
	"button,.blue{background:#0b4a8f;border-color:#0b4a8f;color:#fff}.red{background:#b00020;border-color:#b00020;color:#fff}"
	".green{background:#0a6b2d;border-color:#0a6b2d;color:#fff}"
	"label,legend{display:block;margin:14px 0 "
	"4px;font-weight:bold}legend{max-width:100%;padding:0}fieldset{min-width:0;border:0;margin:0;padding:0}"
	"input[type=text],input[type=password],textarea{display:block;width:100%;box-sizing:border-box;min-height:52px;padding:10px;"
	"border:2px solid #555;border-radius:8px;font:inherit;background:#fff;color:#111}"
	".t{font-weight:normal;border:2px solid #ccc;border-radius:8px;padding:10px;margin:6px 0}.t input{width:26px;height:26px;"
	"vertical-align:middle;margin:0 10px}"
	".wrong,.good{border:2px solid #b00020;background:#fdecee;border-radius:8px;padding:10px}.good{border-color:#0a6b2d;background:#e9f7ee}"
	".n{font-size:.85em;color:#333;font-weight:normal}.b .n,button .n{color:inherit;display:block}"
	"dt{font-weight:bold;margin-top:8px}dd{margin:0}ol,ul{list-style:none;margin:0;padding:0}"
	".l li{padding:8px 0;color:#555}.l .done{color:#0a6b2d;font-weight:bold}.l .now{color:#111}"
	".m{border:3px solid #555;border-radius:10px;margin:10px 0;padding:4px 12px 10px}.mr{border-color:#b00020}.my{border-color:#b38600}"
	".m .n{display:block}.mr>label{color:#b00020}.my>label{color:#755200}.mg>label{color:#0a6b2d}"
	".mg{border-color:#0a6b2d}.m .b{min-height:0}.m button{display:inline-block;width:64px;min-height:56px;margin:0;padding:8px}"
	".m input{display:inline-block!important;width:84px!important;margin:0 8px;vertical-align:middle}.m button,.m input,.s button,"
	"[dir=rtl] .m button,[dir=rtl] .s button{text-align:center}.s button{display:inline-block;width:31%;margin:1%;padding:8px 2px}"
	".v{position:absolute;width:1px;height:1px;min-height:0;overflow:hidden;clip:rect(0 0 0 0);padding:0;border:0;margin:0}"
	".q{display:block;width:100%;max-width:420px;margin:10px auto;border:1px solid #ccc;image-rendering:pixelated}"
	"footer{border-top:2px solid #ccc;max-width:36em;margin:0 auto;padding:8px 14px}footer a{display:inline-block;padding:10px 8px;"
	"min-height:28px;color:#0b4a8f}a:focus,button:focus,input:focus,textarea:focus{outline:3px solid #e68a00}";

static struct html *begin(struct exchange *x, const char *title, bool user)
{
	exchange_site(x)->begin(x, title, user);
	if (exchange_is_old(x))
		page_wrong(x, WORD_ERROR_OLD_PAGE);
	if (exchange_query(x, "again")[0] != '\0')
		page_good(x, WORD_ALREADY_SENT);
	return exchange_html(x);
}

struct html *page_begin(struct exchange *x, enum word title)
{
	return begin(x, words_get(exchange_lang(x), title), false);
}

struct html *page_begin_user(struct exchange *x, const char *title)
{
	return begin(x, title, true);
}

void page_end(struct exchange *x, int status)
{
	exchange_site(x)->end(x);
	exchange_send(x, status);
}

/* The example that a sentence about a wrong value gives; "" for sentences without one. */
static void example(const struct exchange *x, enum word word, char out[static WORDS_TIME_MAX])
{
	const char *text = "";
	if (word == WORD_ERROR_NUMBER)
		text = "4";
	else if (word == WORD_ERROR_TOO_MANY)
		text = "999999";
	else if (word == WORD_SEEK_TOO_LONG_AGO)
		text = "3650";
	else if (word == WORD_ERROR_TIME)
		text = "17:30";
	words_digits(exchange_lang(x), text, out, WORDS_TIME_MAX);
}

static void paragraph(struct exchange *x, const char *class, enum icon icon, enum word word)
{
	struct html *html = exchange_html(x);
	html_add(html, "<p class=\"%s\" role=\"status\">", class);
	icon_put(html, icon);
	char value[WORDS_TIME_MAX], text[NAMED_MAX];
	example(x, word, value);
	words_fill(exchange_lang(x), word, text, sizeof text, value);
	html_add(html, "%s</p>", text);
}

void page_text(struct exchange *x, enum word word)
{
	html_add(exchange_html(x), "<p>%s</p>", words_get(exchange_lang(x), word));
}

void page_wrong(struct exchange *x, enum word word)
{
	paragraph(x, "wrong", ICON_WRONG, word);
}

void page_good(struct exchange *x, enum word word)
{
	paragraph(x, "good", ICON_OK, word);
}

void page_failed(struct exchange *x, const struct answer *answer)
{
	enum word word = WORD_ERROR_NOT_DONE;
	if (answer->code == EX_DATAERR && strstr(answer->say, "too long") != NULL)
		word = WORD_ERROR_TOO_LONG;
	else if (answer->code == EX_UNAVAILABLE)
		word = WORD_ERROR_NOT_CARRIED_YET;
	else if (answer->code == EX_TEMPFAIL)
		word = WORD_ERROR_BUSY;
	page_wrong(x, word);
	if (answer->say[0] != '\0')
		html_add(exchange_html(x), "<p class=\"n\" lang=\"en\" dir=\"ltr\">%s</p>", answer->say);
}

void page_link(struct exchange *x, const char *href, enum icon icon, enum word word, const char *colour, const char *note)
{
	struct html *html = exchange_html(x);
	html_add(html, "<a class=\"b %s\" href=\"%s\">", colour, href);
	icon_put(html, icon);
	html_text(html, words_get(exchange_lang(x), word));
	if (note != NULL)
		html_add(html, "<span class=\"n\">%s</span>", note);
	html_raw(html, "</a>");
}

void page_form(struct exchange *x, const char *action)
{
	html_add(exchange_html(x), "<form method=\"post\" action=\"%s\" accept-charset=\"utf-8\">", action);
	page_hidden(x, "token", exchange_token(x));
}

void page_form_end(struct exchange *x, enum icon icon, enum word word)
{
	struct html *html = exchange_html(x);
	html_raw(html, "<button type=\"submit\">");
	icon_put(html, icon);
	html_add(html, "%s</button></form>", words_get(exchange_lang(x), word));
}

void page_hidden(struct exchange *x, const char *name, const char *value)
{
	struct html *html = exchange_html(x);
	html_add(html, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_value(html, value);
	html_raw(html, "\">");
}

static void label(struct exchange *x, const char *name, enum word word)
{
	html_add(exchange_html(x), "<label for=\"%s\">%s</label>", name, words_get(exchange_lang(x), word));
}

void page_line(struct exchange *x, const char *name, enum word word, unsigned size_max)
{
	label(x, name, word);
	struct html *html = exchange_html(x);
	html_add(html, "<input type=\"text\" id=\"%s\" name=\"%s\" maxlength=\"%u\" dir=\"auto\" autocomplete=\"off\" value=\"", name, name,
		 size_max);
	html_text(html, exchange_field(x, name));
	html_raw(html, "\">");
}

void page_number(struct exchange *x, const char *name, enum word word)
{
	label(x, name, word);
	/* Not type=number, which refuses the digits of other scripts. */
	html_add(exchange_html(x),
		 "<input type=\"text\" inputmode=\"numeric\" id=\"%s\" name=\"%s\" maxlength=\"9\" autocomplete=\"off\" value=\"%s\">", name, name,
		 exchange_field(x, name));
}

void page_area(struct exchange *x, const char *name, enum word word, unsigned size_max)
{
	label(x, name, word);
	struct html *html = exchange_html(x);
	html_add(html, "<textarea id=\"%s\" name=\"%s\" rows=\"4\" maxlength=\"%u\" dir=\"auto\">\n", name, name, size_max);
	html_text(html, exchange_field(x, name));
	html_raw(html, "</textarea>");
}

void page_secret(struct exchange *x, const char *name, enum word word)
{
	label(x, name, word);
	html_add(exchange_html(x), "<input type=\"password\" id=\"%s\" name=\"%s\" maxlength=\"200\" autocomplete=\"off\" dir=\"auto\">", name, name);
}

static void option(struct exchange *x, const char *type, const char *name, const char *value, const char *text, bool user, bool on)
{
	struct html *html = exchange_html(x);
	html_add(html, "<label class=\"t\"><input type=\"%s\" name=\"%s\" value=\"", type, name);
	html_value(html, value);
	html_raw(html, on ? "\" checked>" : "\">");
	if (user)
		html_user(html, text);
	else
		html_add(html, "<span class=\"u\">%s</span>", text);
	html_raw(html, "</label>");
}

void page_tick(struct exchange *x, const char *name, const char *value, const char *text, bool user, bool ticked)
{
	option(x, "checkbox", name, value, text, user, ticked);
}

void page_choice(struct exchange *x, const char *name, const char *value, const char *text, bool chosen)
{
	option(x, "radio", name, value, text, false, chosen);
}

uint64_t page_unix(const json_t *time)
{
	const char *text = json_string_value(time);
	struct tm tm = {0};
	const char *end = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
	time_t when = end != NULL && *end == '\0' ? timegm(&tm) : 0;
	return when > 0 ? (uint64_t)when : 0;
}

static struct words_moment local(uint64_t unix_s)
{
	time_t when = (time_t)unix_s;
	struct tm tm = {0};
	localtime_r(&when, &tm);
	return (struct words_moment){.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday, .hour = tm.tm_hour, .minute = tm.tm_min};
}

void page_when(const struct exchange *x, const json_t *time, char out[static WORDS_TIME_MAX])
{
	uint64_t unix_s = page_unix(time);
	struct words_moment when = local(unix_s), now = local(exchange_now(x));
	out[0] = '\0';
	if (unix_s != 0)
		words_when(exchange_lang(x), &when, &now, out, WORDS_TIME_MAX);
}

void page_ago(const struct exchange *x, const json_t *time, char out[static WORDS_TIME_MAX])
{
	uint64_t unix_s = page_unix(time), now = exchange_now(x);
	out[0] = '\0';
	if (unix_s != 0)
		words_ago(exchange_lang(x), now > unix_s ? now - unix_s : 0, out, WORDS_TIME_MAX);
}

void page_named(struct exchange *x, enum word word, const char *name)
{
	struct html user;
	char text[NAMED_MAX];
	if (!html_open(&user, NAMED_MAX / 2))
		return;
	html_user(&user, name);
	words_fill(exchange_lang(x), word, text, sizeof text, user.full ? "" : user.bytes);
	html_raw(exchange_html(x), text);
	html_close(&user);
}

const char *page_string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

const struct page *page_find(const struct site *site, const char *path)
{
	/* No others stand in paths of ours, and some would do harm in a header. */
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789/-ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t plain = strspn(path, letters), small = strcspn(path, strchr(letters, 'A'));
	if (path[plain] != '\0' || (!site->capitals && path[small] != '\0'))
		return NULL;
	for (const struct page *const *pages = site->pages; *pages != NULL; pages++) {
		size_t len = strlen((*pages)->path);
		bool below = len > 1 && (*pages)->path[len - 1] == '/';
		if (below ? strncmp(path, (*pages)->path, len) == 0 && path[len] != '\0' : strcmp(path, (*pages)->path) == 0)
			return *pages;
	}
	return NULL;
}
