/* Accounts: who may come in, and what they may do. Passwords stand in no command line. */

#include "node/console/show.h"

#include <string.h>
#include <sysexits.h>

enum { FAULT, NAME_MAX = 64, PASSWORD_MAX = 200 };

static const char *const roles[] = {"viewer", "triager", "publisher", "admin"};

static void role_select(struct exchange *x, const char *id, const char *chosen)
{
	struct html *html = exchange_html(x);
	html_add(html, "<select id=\"%s\" name=\"role\" aria-label=\"%s\">", id, words_get(exchange_lang(x), WORD_ACCOUNT_ROLE));
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		html_add(html, "<option value=\"%s\"", roles[i]);
		html_raw(html, strcmp(roles[i], chosen) == 0 ? " selected>" : ">");
		html_add(html, "%s</option>", words_code(exchange_lang(x), "operator_role", roles[i]));
	}
	html_raw(html, "</select>");
}

static void account_form(struct exchange *x, const char *what, const char *name)
{
	show_form(x, "/accounts");
	page_hidden(x, "do", what);
	page_hidden(x, "account", name);
}

static void act(struct exchange *x, const char *what, const char *name, enum word word)
{
	account_form(x, what, name);
	show_button(x, NULL, NULL, word, "q s", NULL);
	html_raw(exchange_html(x), "</form>");
}

static void row(struct exchange *x, const json_t *one, unsigned n)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	const char *name = page_string(one, "name");
	bool locked = json_is_true(json_object_get(one, "locked"));
	html_raw(html, "<tr><th scope=\"row\">");
	html_user(html, name);
	if (locked)
		html_add(html, " <span class=\"k k2\">%s</span>", words_get(lang, WORD_ACCOUNT_LOCKED));
	html_raw(html, "</th><td class=\"row\">");
	account_form(x, "role", name);
	html_raw(html, "<span class=\"in\">");
	char id[] = {'r', (char)('a' + n / 26 % 26), (char)('a' + n % 26), '\0'};
	role_select(x, id, page_string(one, "role"));
	html_raw(html, "</span>");
	show_button(x, NULL, NULL, WORD_ACCOUNT_SET_ROLE, "q s", NULL);
	html_raw(html, "</form></td><td class=\"row\">");
	account_form(x, "password", name);
	id[0] = 'p';
	html_add(html,
		 "<span class=\"in\"><input type=\"password\" id=\"%s\" name=\"secret\" maxlength=\"200\" autocomplete=\"new-password\" "
		 "aria-label=\"%s\"></span>",
		 id, words_get(lang, WORD_ACCOUNT_PASSWORD));
	show_button(x, NULL, NULL, WORD_ACCOUNT_SET_PASSWORD, "q s", NULL);
	html_raw(html, "</form></td><td class=\"row\">");
	act(x, locked ? "unlock" : "lock", name, locked ? WORD_ACCOUNT_UNLOCK : WORD_ACCOUNT_LOCK);
	act(x, "remove", name, WORD_ACCOUNT_REMOVE);
	html_raw(html, "</td></tr>");
}

static void add_form(struct exchange *x)
{
	struct html *html = exchange_html(x);
	show_section(x, WORD_ACCOUNT_ADD);
	show_form(x, "/accounts");
	page_hidden(x, "do", "add");
	html_raw(html, "<div class=\"in\">");
	page_line(x, "account", WORD_FIELD_NAME, NAME_MAX);
	html_add(html, "</div><div class=\"in\"><label for=\"role\">%s</label>", words_get(exchange_lang(x), WORD_ACCOUNT_ROLE));
	role_select(x, "role", "triager");
	html_raw(html, "</div><div class=\"in\">");
	page_secret(x, "secret", WORD_ACCOUNT_PASSWORD);
	html_raw(html, "</div>");
	show_button(x, NULL, NULL, WORD_ACCOUNT_ADD, "", NULL);
	html_raw(html, "</form></section>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	static const enum word heads[] = {WORD_FIELD_NAME, WORD_ACCOUNT_ROLE, WORD_CONSOLE_PASSWORD, WORD_CONSOLE_STATE, WORDS};
	const json_t *fault = exchange_kept(x, FAULT);
	(void)page_begin(x, WORD_CONSOLE_ACCOUNTS);
	if (fault != NULL) {
		struct answer failed = {.code = (int)json_integer_value(json_object_get(fault, "code")), .say = page_string(fault, "say")};
		show_failed(x, &failed);
	} else if (exchange_query(x, "done")[0] != '\0') {
		page_good(x, WORD_CASE_DONE_OTHER);
	}
	if (answer->code != 0) {
		show_failed(x, answer);
		page_end(x, show_status(answer->code));
		return;
	}
	page_text(x, WORD_ACCOUNT_MEANS);
	show_table(x, WORD_CONSOLE_ACCOUNTS, heads);
	for (size_t i = 0; i < json_array_size(answer->out); i++)
		row(x, json_array_get(answer->out, i), (unsigned)i);
	show_table_end(x);
	add_form(x);
	page_end(x, fault != NULL ? show_status((int)json_integer_value(json_object_get(fault, "code"))) : 200);
}

/* Whoever is no admin changes their own password here, and nothing else. */
static void own(struct exchange *x)
{
	const json_t *fault = exchange_kept(x, FAULT);
	(void)page_begin(x, WORD_CONSOLE_ACCOUNTS);
	if (fault != NULL) {
		struct answer failed = {.code = (int)json_integer_value(json_object_get(fault, "code")), .say = page_string(fault, "say")};
		show_failed(x, &failed);
	} else if (exchange_query(x, "done")[0] != '\0') {
		page_good(x, WORD_CASE_DONE_OTHER);
	}
	html_raw(exchange_html(x), "<section>");
	account_form(x, "password", page_string(exchange_person(x), "name"));
	page_secret(x, "secret", WORD_ACCOUNT_PASSWORD);
	show_button(x, NULL, NULL, WORD_ACCOUNT_SET_PASSWORD, "", NULL);
	html_raw(exchange_html(x), "</form></section>");
	page_end(x, fault != NULL ? show_status((int)json_integer_value(json_object_get(fault, "code"))) : 200);
}

static void get(struct exchange *x)
{
	if (!show_may(x, SHOW_ADMIN)) {
		own(x);
		return;
	}
	exchange_verb(x, "account");
	exchange_word(x, "list");
	exchange_run(x, show);
}

static void acted(struct exchange *x, const struct answer *answer)
{
	if (answer->code == 0) {
		exchange_redirect(x, "/accounts?done=1");
		return;
	}
	json_t *fault = json_pack("{s:i, s:s}", "code", answer->code, "say", answer->say);
	exchange_keep(x, FAULT, fault);
	json_decref(fault);
	get(x);
}

static void post(struct exchange *x)
{
	static const char *const verbs[] = {"add", "role", "password", "lock", "unlock", "remove"};
	char name[NAME_MAX + 1], secret[PASSWORD_MAX + 1];
	const char *what = exchange_field(x, "do");
	bool known = false;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		known = known || strcmp(what, verbs[i]) == 0;
	if (!known || exchange_trimmed(x, "account", name, sizeof name)[0] == '\0' || name[0] == '-') {
		get(x);
		return;
	}
	bool adds = strcmp(what, "add") == 0;
	exchange_verb(x, "account");
	exchange_word(x, what);
	exchange_word(x, name);
	if (adds || strcmp(what, "role") == 0)
		exchange_option(x, "--role", exchange_field(x, "role"));
	if (adds || strcmp(what, "password") == 0) {
		(void)exchange_secret(x, "secret", secret, sizeof secret); /* one too long is refused as empty */
		exchange_passphrase(x, secret);
		explicit_bzero(secret, sizeof secret);
	}
	exchange_run(x, acted);
}

const struct page console_accounts = {"/accounts", PAGE_SECRET, get, post};
