#include "node/console/frame.h"

#include "node/console/show.h"

#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 512 };

static const char style[] =
	"body{margin:0;font:15px/1.45 sans-serif;color:#14202e;background:#f1f4f7;overflow-wrap:break-word}"
	"a{color:#0b4a8f}h1{font-size:1.35em;margin:.6em 0 .4em}h2{font-size:1.05em;margin:0 0 .4em}p{margin:.4em 0}"
	"h1:first-letter,h2:first-letter,th:first-letter,.u:first-letter{text-transform:uppercase}"
	".u{display:inline-block}"
	".skip{position:absolute;clip:rect(0 0 0 0)}.skip:focus{position:static;clip:auto;display:block;padding:8px;background:#ffd35c;color:#000}"
	"header{background:#10263f;color:#fff}header nav,.who{padding:4px 12px}header nav a,.who a{display:inline-block;color:#fff;"
	"padding:6px 9px;border-radius:4px;text-decoration:none}header nav a:hover,.who a:hover{text-decoration:underline}"
	"header nav a[aria-current]{background:#fff;color:#10263f;font-weight:bold}"
	".who{background:#1b3757;font-size:.92em}.who form{display:inline}.who button{min-height:0;padding:3px 10px;margin:0 6px;background:#fff;"
	"color:#10263f}.bar{display:flex;flex-wrap:wrap;align-items:center}.bar .end{margin-left:auto}[dir=rtl] .bar .end{margin:0 auto 0 0}"
	".loud{margin:0;padding:9px 14px;background:#b00020;color:#fff;font-weight:bold;font-size:1.1em}.loud a{color:#fff;margin:0 8px}"
	".drill{margin:0;padding:7px 14px;background:#ffd35c;color:#2b1f00;font-weight:bold}"
	"main{max-width:1280px;margin:0 auto;padding:2px 14px 24px}main:focus{outline:0}"
	"section,.card{background:#fff;border:1px solid #c6d0da;border-radius:6px;padding:10px 14px;margin:10px 0}"
	".two{display:flex;flex-wrap:wrap;margin:0 -6px}.two>div{flex:1 1 420px;min-width:0;margin:0 6px}"
	".scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;background:#fff}"
	"th,td{text-align:left;vertical-align:top;padding:6px 8px;border-bottom:1px solid #d5dde5}[dir=rtl] th,[dir=rtl] td{text-align:right}"
	"thead th{background:#e6ebf0;font-size:.88em;white-space:nowrap}tr.loudrow>*{background:#fdecee}"
	"tr.loudrow>:first-child{box-shadow:inset 4px 0 #b00020}[dir=rtl] tr.loudrow>:first-child{box-shadow:inset -4px 0 #b00020}"
	".nw{white-space:nowrap}.n{color:#44525f;font-size:.9em}"
	".k{display:inline-block;border-radius:4px;padding:1px 9px;font-weight:bold;background:#e3e8ee;color:#14202e;white-space:nowrap}"
	".k3{background:#b00020;color:#fff}.k2{background:#ffd35c;color:#2b1f00}.k1{background:#0b4a8f;color:#fff}"
	".kg{background:#0a6b2d;color:#fff}.late{color:#b00020;font-weight:bold}"
	".ref{font-family:monospace;font-weight:bold;white-space:nowrap;font-size:1.05em}"
	"svg{width:1.1em;height:1.1em;vertical-align:-.15em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;"
	"stroke-linejoin:round;margin:0 4px}"
	"button{font:inherit;font-weight:bold;min-height:38px;padding:6px 16px;margin:4px 0;border:1px solid #0b4a8f;border-radius:5px;"
	"background:#0b4a8f;color:#fff;cursor:pointer}button.q{background:#fff;color:#0b4a8f}button.r{background:#b00020;border-color:#b00020}"
	"button.g{background:#0a6b2d;border-color:#0a6b2d}button.s{min-height:30px;padding:3px 10px;margin:0;white-space:nowrap}"
	"label,legend{display:block;margin:6px 0 3px;font-weight:bold}fieldset{min-width:0;border:0;margin:0;padding:0}"
	"input[type=text],input[type=password],textarea,select{display:block;width:100%;box-sizing:border-box;min-height:38px;padding:6px 8px;"
	"border:1px solid #5a6b7b;border-radius:5px;font:inherit;background:#fff;color:#14202e}textarea{min-height:84px}"
	".t,.opt{display:inline-block;font-weight:normal;margin:2px 12px 2px 0;padding:4px 0}[dir=rtl] .t,[dir=rtl] .opt{margin:2px 0 2px 12px}"
	".t input,.opt input{width:18px;height:18px;vertical-align:-3px;margin:0 6px}.in{display:inline-block;margin:0 10px 0 0;max-width:100%}"
	"[dir=rtl] .in{margin:0 0 0 10px}.in input{width:18em!important;max-width:100%}.row form{display:inline-block;margin:0 8px 0 0}"
	"[dir=rtl] .row form{margin:0 0 0 8px}"
	".wrong,.good{border:2px solid #b00020;background:#fdecee;border-radius:6px;padding:8px 12px;font-weight:bold}"
	".good{border-color:#0a6b2d;background:#e9f7ee}.hint{border-left:5px solid #0b4a8f;background:#e8f0fa;padding:8px 12px;font-size:1.08em}"
	"[dir=rtl] .hint{border-left:0;border-right:5px solid #0b4a8f}"
	"dl{display:grid;grid-template-columns:max-content 1fr;margin:0}dt{font-weight:bold;padding:2px 14px 2px 0}"
	"[dir=rtl] dt{padding:2px 0 2px 14px}dd{margin:0;padding:2px 0;min-width:0}"
	".l{list-style:none;margin:0;padding:0}.l li{padding:6px 0;border-bottom:1px solid #e3e8ee}.l li:last-child{border:0}"
	".in1,.out1{border-radius:6px;padding:6px 10px;margin:6px 0;max-width:88%}.in1{background:#eef2f6}.out1{background:#e2efe6;margin-left:12%}"
	"[dir=rtl] .out1{margin-left:0;margin-right:12%}.f a{display:inline-block;padding:4px 10px;border:1px solid #c6d0da;border-radius:5px;"
	"background:#fff;text-decoration:none;margin:2px 0}.f a[aria-current]{background:#10263f;color:#fff}"
	".cells{display:flex;flex-wrap:wrap;margin:0 -6px}.cells>div{flex:1 1 260px;margin:0 6px}"
	".map{width:100%;height:auto;max-width:1000px;margin:0;stroke:none}"
	".v{position:absolute;width:1px;height:1px;min-height:0;overflow:hidden;clip:rect(0 0 0 0);padding:0;border:0;margin:0}"
	"footer{max-width:1280px;margin:0 auto;padding:6px 14px 18px;border-top:1px solid #c6d0da}footer a{display:inline-block;padding:4px 8px}"
	".who a{padding:2px 4px;text-decoration:underline}a:focus,button:focus,input:focus,textarea:focus,select:focus{outline:3px solid "
	"#e68a00;outline-offset:1px}"
	"@media print{header,footer,form,button{display:none}body{background:#fff}}";

struct way {
	const char *path;
	const char *key;
	enum word word;
	enum show_role role; /* who is shown the way */
};

static const struct way ways[] = {
	{"/queue", "q", WORD_CONSOLE_QUEUE, SHOW_VIEWER},         {"/people", "p", WORD_CONSOLE_PEOPLE, SHOW_VIEWER},
	{"/transport", "t", WORD_CONSOLE_TRANSPORT, SHOW_VIEWER}, {"/map", "m", WORD_CONSOLE_MAP, SHOW_VIEWER},
	{"/publish", "u", WORD_CONSOLE_PUBLISH, SHOW_PUBLISHER},  {"/export", "e", WORD_CONSOLE_EXPORT, SHOW_TRIAGER},
	{"/audit", "a", WORD_CONSOLE_AUDIT, SHOW_ADMIN},          {"/accounts", "o", WORD_CONSOLE_ACCOUNTS, SHOW_ADMIN},
	{"/webhooks", "w", WORD_CONSOLE_WEBHOOKS, SHOW_ADMIN},    {"/help", "h", WORD_CONSOLE_HELP, SHOW_VIEWER},
};

enum { WAYS = sizeof ways / sizeof ways[0] };

const char *show_key(unsigned n, const char **path, enum word *word)
{
	if (n >= WAYS)
		return NULL;
	*path = ways[n].path;
	*word = ways[n].word;
	return ways[n].key;
}

static json_int_t loud_of(const struct exchange *x, const json_t **loud)
{
	*loud = json_object_get(exchange_status(x), "loud");
	return json_integer_value(json_object_get(*loud, "n"));
}

/* Red cases that wait for somebody: real ones, whatever mode one is in. */
static void loud_line(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *loud;
	json_int_t n = loud_of(x, &loud);
	char text[LINE_SIZE], wait[WORDS_TIME_MAX];
	if (n <= 0)
		return;
	html_raw(html, "<p class=\"loud\" role=\"alert\">");
	icon_put(html, ICON_ALERT);
	if (exchange_exercise(x))
		html_add(html, "%s ", words_get(lang, WORD_CONSOLE_LOUD_REAL));
	words_count(lang, PLURAL_CONSOLE_LOUD, (uint64_t)n, text, sizeof text);
	show_duration(lang, (uint64_t)json_integer_value(json_object_get(loud, "waiting_s")), wait);
	html_add(html, "%s. <a accesskey=\"x\" href=\"/case/%s\">", text, page_string(loud, "ref"));
	words_fill(lang, WORD_CONSOLE_LOUD_FIRST, text, sizeof text, page_string(loud, "ref"), wait);
	html_add(html, "%s</a></p>", text);
}

static bool stands_at(const struct exchange *x, const char *path)
{
	const char *here = exchange_path(x);
	return strcmp(here, path) == 0 || (strcmp(path, "/queue") == 0 && strncmp(here, "/case/", 6) == 0);
}

static void menu(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	html_add(html, "<nav aria-label=\"%s\">", words_get(lang, WORD_CONSOLE_MENU));
	for (size_t i = 0; i < WAYS; i++) {
		if (!show_may(x, ways[i].role))
			continue;
		html_add(html, "<a href=\"%s\" accesskey=\"%s\"", ways[i].path, ways[i].key);
		html_raw(html, stands_at(x, ways[i].path) ? " aria-current=\"page\">" : ">");
		html_add(html, "%s</a>", words_get(lang, ways[i].word));
	}
	html_raw(html, "</nav>");
}

static void mode_button(struct exchange *x)
{
	bool on = exchange_exercise(x);
	show_form(x, "/exercise");
	page_hidden(x, "on", on ? "" : "1");
	html_add(exchange_html(x), "<button type=\"submit\">%s</button></form>",
		 words_get(exchange_lang(x), on ? WORD_CONSOLE_EXERCISE_OFF : WORD_CONSOLE_EXERCISE_ON));
}

static void who(struct exchange *x)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *person = exchange_person(x);
	html_raw(html, "<div class=\"who bar\"><span><b>");
	html_user(html, page_string(person, "org"));
	html_raw(html, "</b> – <a href=\"/accounts\">");
	html_user(html, page_string(person, "name"));
	html_add(html, "</a> (%s)</span><span class=\"end\">", words_code(lang, "operator_role", page_string(person, "role")));
	mode_button(x);
	show_form(x, "/logout");
	html_add(html, "<button type=\"submit\">%s</button></form></span></div>", words_get(lang, WORD_CONSOLE_LOGOUT));
	if (exchange_exercise(x)) {
		html_raw(html, "<p class=\"drill\">");
		icon_put(html, ICON_SHIELD);
		html_add(html, "%s</p>", words_get(lang, WORD_CONSOLE_EXERCISE));
	}
}

void frame_console_begin(struct exchange *x, const char *title, bool user)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const json_t *loud;
	json_int_t n = loud_of(x, &loud);
	html_add(html, "<!DOCTYPE html><html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\">", words_tag(lang),
		 words_rtl(lang) ? "rtl" : "ltr");
	html_raw(html, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
	if (n > 0)
		html_add(html, "(!%u) ", (unsigned)n);
	html_add(html, "%s – %s</title><link rel=\"icon\" href=\"data:,\"><style>", title, words_get(lang, WORD_BARID));
	html_raw(html, style);
	html_add(html, "</style></head><body><header><a class=\"skip\" href=\"#main\">%s</a>", words_get(lang, WORD_CONSOLE_SKIP));
	loud_line(x);
	if (exchange_person(x) != NULL) {
		menu(x);
		who(x);
	}
	html_raw(html, "</header><main id=\"main\" tabindex=\"-1\"><h1>");
	if (user)
		html_user(html, title);
	else
		html_text(html, title);
	html_raw(html, "</h1>");
}

void frame_console_end(struct exchange *x)
{
	struct html *html = exchange_html(x);
	const char *next = exchange_query(x, "next")[0] != '\0' ? exchange_next(x) : "";
	html_raw(html, "</main><footer><p>");
	for (enum words_lang other = 0; other < WORDS_LANGS; other++)
		if (other != exchange_lang(x))
			html_add(html, "<a href=\"?lang=%s%s%s\" lang=\"%s\" dir=\"%s\">%s</a> ", words_tag(other), next[0] != '\0' ? "&next=" : "",
				 next, words_tag(other), words_rtl(other) ? "rtl" : "ltr", words_native(other));
	html_raw(html, "</p></footer></body></html>");
}
