#include "node/web/exchange_inside.h"

#include <assert.h>
#include <ctype.h>
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { PERMANENT_S = 365 * 86400, COOKIE_MAX = 160, HTTP_PORT = 80 };

enum words_lang exchange_lang(const struct exchange *x)
{
	return x->lang;
}

const char *exchange_path(const struct exchange *x)
{
	return x->path;
}

const char *exchange_rest(const struct exchange *x)
{
	return x->path + strlen(x->page->path);
}

/* Where fields come from: the form posted, else the draft of this page. */
static const struct form *fields_of(const struct exchange *x)
{
	const struct form *draft = x->form.n == 0 && x->visitor != NULL && x->is_open ? visitors_draft(x->visitor, x->path) : NULL;
	return draft != NULL ? draft : &x->form;
}

const char *exchange_field(const struct exchange *x, const char *name)
{
	return form_value(fields_of(x), name);
}

const char *exchange_field_nth(const struct exchange *x, const char *name, unsigned n)
{
	return form_nth(fields_of(x), name, n);
}

const char *exchange_trimmed(const struct exchange *x, const char *name, char *out, size_t cap)
{
	const char *value = exchange_field(x, name);
	while (isspace((unsigned char)*value))
		value++;
	size_t len = strlen(value);
	while (len > 0 && isspace((unsigned char)value[len - 1]))
		len--;
	if (len >= cap)
		len = cap - 1;
	memcpy(out, value, len);
	out[len] = '\0';
	return out;
}

/* The value of the digit at the head and its length; -1 if it is none. */
static int digit(const unsigned char *at, size_t *len)
{
	bool arabic = (at[0] == 0xD9 && at[1] >= 0xA0 && at[1] <= 0xA9) || (at[0] == 0xDB && at[1] >= 0xB0 && at[1] <= 0xB9); /* U+0660, U+06F0 */
	*len = arabic ? 2 : 1;
	if (arabic)
		return at[1] & 0x0F;
	return *at >= '0' && *at <= '9' ? *at - '0' : -1;
}

bool exchange_secret(const struct exchange *x, const char *name, char *out, size_t cap)
{
	const char *value = exchange_field(x, name);
	const unsigned char *at = (const unsigned char *)value;
	size_t len = 0, used = 0;
	for (; *at != '\0' && len + 1 < cap && digit(at, &used) >= 0; at += used)
		out[len++] = (char)('0' + digit(at, &used));
	out[len] = '\0';
	if (*at == '\0')
		return true;
	bool fits = strlen(value) < cap && strchr(value, '\n') == NULL;
	snprintf(out, cap, "%s", fits ? value : "");
	return fits;
}

const char *exchange_query(const struct exchange *x, const char *name)
{
	return form_value(&x->query, name);
}

bool exchange_is_post(const struct exchange *x)
{
	return x->is_post;
}

bool exchange_is_old(const struct exchange *x)
{
	return x->is_old;
}

uint64_t exchange_now(const struct exchange *x)
{
	return x->now_s;
}

void exchange_verb(struct exchange *x, const char *verb)
{
	assert(x->ask == NULL);
	x->ask = json_object();
	x->argv = json_array();
	(void)json_object_set_new(x->ask, "argv", x->argv); /* without memory the ask is NULL or not whole, and exchange_run() sees it */
	exchange_word(x, verb);
}

void exchange_word(struct exchange *x, const char *word)
{
	bool fits = strlen(word) <= LINE_WORD_SIZE_MAX && json_array_size(x->argv) < LINE_WORDS_MAX;
	json_t *text = fits ? json_string(word) : NULL;
	x->unfit = x->unfit || text == NULL;        /* the keeper ends a front that asks so; NULL too if it was cut within a letter */
	(void)json_array_append_new(x->argv, text); /* as above */
}

void exchange_option(struct exchange *x, const char *option, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	exchange_word(x, option);
	exchange_word(x, value);
}

void exchange_input(struct exchange *x, const char *text)
{
	(void)json_object_set_new(x->ask, "stdin", json_string(text)); /* as above */
}

void exchange_passphrase(struct exchange *x, const char *passphrase)
{
	(void)json_object_set_new(x->ask, "passphrase", json_string(passphrase)); /* as above */
}

struct answer exchange_answer(const json_t *message)
{
	const char *say = json_string_value(json_object_get(message, "say"));
	return (struct answer){
		.code = (int)json_integer_value(json_object_get(message, "code")),
		.out = json_object_get(message, "out"),
		.cut = json_is_true(json_object_get(message, "cut")),
		.text = json_string_value(json_object_get(message, "text")),
		.say = say != NULL ? say : "",
		.wait_s = (unsigned)json_integer_value(json_object_get(message, "wait")),
	};
}

static void heard_run(struct exchange *x, const json_t *message)
{
	struct answer answer = exchange_answer(message);
	if (json_is_true(json_object_get(message, "locked"))) {
		exchange_note_session(x, "");
		exchange_show_closed(x);
		return;
	}
	x->then(x, &answer);
}

const struct answer exchange_unfit = {.code = EX_DATAERR, .say = "barid: that is too long"};

json_t *exchange_take_ask(struct exchange *x)
{
	json_t *ask = x->ask;
	x->ask = x->argv = NULL;
	if (x->unfit) {
		json_decref(ask);
		ask = NULL;
	}
	x->unfit = false;
	return ask;
}

void exchange_run(struct exchange *x, exchange_then *then)
{
	json_t *ask = exchange_take_ask(x);
	if (ask == NULL) {
		then(x, &exchange_unfit);
		return;
	}
	x->then = then;
	if (x->visitor != NULL && x->visitor->session[0] != '\0')
		(void)json_object_set_new(ask, "session", json_string(x->visitor->session)); /* as above */
	(void)json_object_set_new(ask, "client", json_string(x->address));                   /* as above */
	exchange_ask(x, ask, heard_run);
}

static void heard_open(struct exchange *x, const json_t *message)
{
	struct answer answer = exchange_answer(message);
	const char *session = json_string_value(json_object_get(message, "session"));
	if (answer.code == 0 && session != NULL) {
		visitors_name(x->visitor, x->name);
		exchange_note_session(x, session);
	}
	x->then(x, &answer);
}

void exchange_unlock(struct exchange *x, const char *name, const char *passphrase, exchange_then *then)
{
	json_t *open = json_pack("{s:s}", "passphrase", passphrase);
	if (x->is_shared)
		(void)json_object_set_new(open, "name", json_string(name)); /* without memory the keeper refuses */
	snprintf(x->name, sizeof x->name, "%s", x->is_shared ? name : "");
	x->then = then;
	exchange_ask(x, json_pack("{s:o, s:s}", "open", open, "client", x->address), heard_open);
}

const char *exchange_name(const struct exchange *x)
{
	return x->visitor != NULL ? x->visitor->name : "";
}

static void heard_lock(struct exchange *x, const json_t *message)
{
	struct answer answer = exchange_answer(message);
	exchange_note_session(x, "");
	x->then(x, &answer);
}

void exchange_lock(struct exchange *x, exchange_then *then)
{
	x->then = then;
	exchange_ask(x, json_pack("{s:b, s:s}", "lock", true, "session", x->visitor->session), heard_lock);
}

void exchange_note_session(struct exchange *x, const char *session)
{
	snprintf(x->visitor->session, sizeof x->visitor->session, "%s", session);
	x->is_open = session[0] != '\0';
	x->visitor->exercise = false;
	visitors_renew(x->visitor);
	x->new_cookie = true;
}

void exchange_keep(struct exchange *x, unsigned n, const json_t *value)
{
	assert(n < EXCHANGE_KEPT_MAX);
	json_decref(x->kept[n]);
	x->kept[n] = json_deep_copy(value);
}

const json_t *exchange_kept(const struct exchange *x, unsigned n)
{
	assert(n < EXCHANGE_KEPT_MAX);
	return x->kept[n];
}

void exchange_note(struct exchange *x, int value)
{
	x->noted = value;
}

int exchange_noted(const struct exchange *x)
{
	return x->noted;
}

void exchange_later(struct exchange *x, void (*ready)(struct exchange *x))
{
	x->ready = ready;
}

void exchange_ready(struct exchange *x)
{
	x->ready(x);
}

const json_t *exchange_status(const struct exchange *x)
{
	return x->is_open || !x->front->site->status_private ? x->front->status : NULL;
}

const json_t *exchange_person(const struct exchange *x)
{
	return x->is_open ? x->person : NULL;
}

const struct page *exchange_page(const struct exchange *x, const char *path)
{
	return page_find(x->front->site, path);
}

const char *exchange_next(const struct exchange *x)
{
	const char *next = exchange_field(x, "next")[0] != '\0' ? exchange_field(x, "next") : exchange_query(x, "next");
	if (next[0] == '\0')
		next = x->path;
	const struct page *page = exchange_page(x, next);
	return page != NULL && page != x->front->site->start && page != x->front->site->closed ? next : "/";
}

bool exchange_exercise(const struct exchange *x)
{
	return x->visitor != NULL && x->visitor->exercise;
}

void exchange_set_exercise(struct exchange *x, bool on)
{
	if (x->visitor != NULL)
		x->visitor->exercise = on;
}

const struct site *exchange_site(const struct exchange *x)
{
	return x->front->site;
}

bool exchange_has_vault(const struct exchange *x)
{
	return x->has_vault;
}

bool exchange_wants_passphrase(const struct exchange *x)
{
	return x->wants_passphrase;
}

bool exchange_is_open(const struct exchange *x)
{
	return x->is_open;
}

bool exchange_is_shared(const struct exchange *x)
{
	return x->is_shared;
}

void exchange_address(const struct exchange *x, char *out, size_t cap)
{
	const char *format = strchr(x->ours, ':') != NULL ? "http://[%s]%s/" : "http://%s%s/";
	char port[8] = "";
	if (x->port != HTTP_PORT)
		snprintf(port, sizeof port, ":%u", x->port);
	snprintf(out, cap, format, x->ours, port);
}

unsigned exchange_forget_days(const struct exchange *x)
{
	return x->front->forget_days;
}

const struct front_package *exchange_package(const struct exchange *x)
{
	return x->front->package;
}

void exchange_pass_portal(struct exchange *x)
{
	portal_pass(&x->front->portal, x->address, x->now_ms);
}

void exchange_keep_draft(struct exchange *x, const char *path)
{
	if (x->visitor != NULL && x->form.n > 0 && x->page->access == PAGE_PERSON)
		visitors_keep_draft(x->visitor, path, &x->form);
}

const char *exchange_draft_path(const struct exchange *x, unsigned n)
{
	return x->visitor != NULL && n < VISITOR_DRAFTS_MAX ? x->visitor->drafts[n].path : "";
}

void exchange_kept_address(const struct exchange *x, const char *path, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s", path, x->visitor != NULL && visitors_draft(x->visitor, path) != NULL ? "?kept=1" : "");
}

bool exchange_is_draft(const struct exchange *x)
{
	return x->visitor != NULL && visitors_draft(x->visitor, x->path) != NULL;
}

void exchange_drop_draft(struct exchange *x)
{
	if (x->visitor != NULL)
		visitors_drop_draft(x->visitor, x->path);
}

void exchange_drop_drafts(struct exchange *x)
{
	if (x->visitor != NULL)
		visitors_drop_draft(x->visitor, NULL);
}

void exchange_refresh(struct exchange *x, unsigned seconds)
{
	x->refresh_s = seconds;
}

struct html *exchange_html(struct exchange *x)
{
	return &x->html;
}

const char *exchange_token(struct exchange *x)
{
	return x->visitor != NULL ? visitors_token(x->visitor) : "";
}

static void set_headers(struct exchange *x)
{
	static const char *const fixed[][2] = {
		{"Content-Type", "text/html; charset=utf-8"},
		{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; img-src 'self' data:; "
					    "frame-ancestors 'none'; base-uri 'none'"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "same-origin"}, /* a form of ours must show that it is ours: with no-referrer its Origin would be "null" */
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Cache-Control", "no-store"},
		{"Connection", "close"}, /* a connection that stays open would take another's place */
	};
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	char cookie[COOKIE_MAX];
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		(void)evhttp_add_header(headers, fixed[i][0], fixed[i][1]); /* fails without memory only, and then nothing can be sent either */
	evhttp_add_header(headers, "Content-Language", words_tag(x->lang));
	if (x->refresh_s > 0) {
		snprintf(cookie, sizeof cookie, "%u", x->refresh_s);
		evhttp_add_header(headers, "Refresh", cookie);
	}
	if (x->visitor != NULL && x->new_cookie) {
		snprintf(cookie, sizeof cookie, "%s%u=%s; HttpOnly; SameSite=Strict; Path=/%s", x->front->site->cookie, x->port, x->visitor->cookie,
			 x->front->origin != NULL ? "; Secure" : "");
		evhttp_add_header(headers, "Set-Cookie", cookie);
	}
	if (x->lang_chosen) {
		snprintf(cookie, sizeof cookie, "baridlang=%s; Max-Age=%d; HttpOnly; SameSite=Strict; Path=/", words_tag(x->lang), PERMANENT_S);
		evhttp_add_header(headers, "Set-Cookie", cookie);
	}
}

void exchange_reply(struct exchange *x, int status, struct evbuffer *body)
{
	char length[24];
	if (evhttp_request_get_command(x->request) == EVHTTP_REQ_HEAD && body != NULL && status != HTTP_NOCONTENT) {
		snprintf(length, sizeof length, "%zu", evbuffer_get_length(body));
		(void)evhttp_add_header(evhttp_request_get_output_headers(x->request), "Content-Length", length); /* as in set_headers() */
		(void)evbuffer_drain(body, evbuffer_get_length(body));                                            /* of a buffer of our own */
	}
	evhttp_send_reply(x->request, status, NULL, body);
	if (body != NULL)
		evbuffer_free(body);
	x->request = NULL;
}

static void reply(struct exchange *x, int status, const char *body, size_t len)
{
	struct evbuffer *buffer = evbuffer_new();
	if (buffer != NULL)
		(void)evbuffer_add(buffer, body, len); /* without memory the page stays empty */
	exchange_reply(x, status, buffer);
}

/* Those that sent the same form while it was being taken: they are led to what it led to, or, if it was not taken, their own copy is tried. */
static void wake_waiting(struct exchange *x)
{
	struct exchange *next;
	for (struct exchange *other = x->front->exchanges; other != NULL; other = next) {
		next = other->next;
		if (other->waits_for != x)
			continue;
		other->waits_for = NULL;
		other->new_cookie = true;
		other->is_open = x->is_open;
		exchange_serve(other);
		next = x->front->exchanges; /* it may have ended, and others with it */
	}
}

void exchange_finish(struct exchange *x)
{
	if (x->sent != NULL && x->waits_for == NULL)
		wake_waiting(x);
	exchange_end(x);
}

void exchange_send(struct exchange *x, int status)
{
	status = x->is_old ? 403 : status;
	if (x->html.full) {
		static const char sorry[] = "<!DOCTYPE html><title>Barid</title><p>500";
		set_headers(x);
		reply(x, HTTP_INTERNAL, sorry, sizeof sorry - 1);
	} else {
		set_headers(x);
		reply(x, status, x->html.bytes, x->html.len);
	}
	if (x->sent != NULL && x->sent->state == TOKEN_UNDER_WAY)
		x->sent->state = TOKEN_FRESH;
	exchange_finish(x);
}

void exchange_redirect(struct exchange *x, const char *path)
{
	assert(path[0] == '/' && path[1] != '/');
	if (x->is_post && x->front->site->status_private)
		x->front->has_status = false; /* what was taken may have changed it */
	if (x->sent != NULL && x->sent->state == TOKEN_UNDER_WAY) {
		x->sent->state = TOKEN_DONE;
		snprintf(x->sent->led_to, sizeof x->sent->led_to, "%s", path);
	}
	set_headers(x);
	(void)evhttp_add_header(evhttp_request_get_output_headers(x->request), "Location", path); /* as in set_headers() */
	reply(x, 303, "", 0);
	exchange_finish(x);
}

void exchange_lead_on(struct exchange *x, const char *path)
{
	if (x->sent != NULL)
		x->sent->state = TOKEN_FRESH;
	exchange_redirect(x, path);
}

void exchange_ask(struct exchange *x, json_t *message, exchange_heard *heard)
{
	assert(x->ask_id == 0);
	x->ask_id = ++x->front->last_id;
	x->heard = heard;
	(void)json_object_set_new(message, "id", json_integer(x->ask_id)); /* without it line_put() sends what the keeper refuses */
	if (!line_put(x->front->line, message))
		front_stop(x->front, EX_OSERR);
	front_flush(x->front);
}

void exchange_end(struct exchange *x)
{
	assert(x->request == NULL);
	for (struct exchange **link = &x->front->exchanges; *link != NULL; link = &(*link)->next) {
		if (*link != x)
			continue;
		*link = x->next;
		x->front->exchanges_n--;
		break;
	}
	if (x->visitor != NULL)
		x->visitor->pins--;
	if (x->wait != NULL) {
		event_free(x->wait);
		x->front->waits_n--;
	}
	for (unsigned i = 0; i < EXCHANGE_KEPT_MAX; i++)
		json_decref(x->kept[i]);
	json_decref(x->ask);
	json_decref(x->person);
	json_decref(x->body);
	explicit_bzero(x->session, sizeof x->session);
	form_free(&x->query);
	form_free(&x->form);
	html_close(&x->html);
	explicit_bzero(x->name, sizeof x->name);
	free(x);
}
