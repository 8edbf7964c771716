/* From a request of a program to an exchange: what is refused, and who asks. Nothing here makes a visitor. */

#include "node/web/api.h"

#include "node/web/basic.h"
#include "node/web/exchange_inside.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

enum { BODY_MEMBERS_MAX = 12, HEADER_MAX = 64 };

bool api_wants_head(const struct exchange *x)
{
	return evhttp_request_get_command(x->request) == EVHTTP_REQ_HEAD;
}

static void reply(struct exchange *x, int status, const char *type, const void *bytes, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	struct evbuffer *buffer = evbuffer_new();
	if (type != NULL)
		(void)evhttp_add_header(headers, "Content-Type", type);        /* fails without memory only, and then nothing can be sent either */
	(void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff"); /* as above, and below */
	(void)evhttp_add_header(headers, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	(void)evhttp_add_header(headers, "Cross-Origin-Resource-Policy", "same-origin");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	(void)evhttp_add_header(headers, "Connection", "close");
	if (buffer != NULL && len > 0 && !api_wants_head(x))
		(void)evbuffer_add(buffer, bytes, len); /* without memory the answer stays empty */
	evhttp_send_reply(x->request, status, NULL, buffer);
	if (buffer != NULL)
		evbuffer_free(buffer);
	x->request = NULL;
	exchange_end(x);
}

enum api_method api_method(const struct exchange *x)
{
	return x->api_method;
}

const json_t *api_body(const struct exchange *x)
{
	return x->body;
}

const char *api_header(const struct exchange *x, const char *name)
{
	const char *value = NULL;
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(x->request);
	for (const struct evkeyval *entry = headers->tqh_first; entry != NULL; entry = entry->next.tqe_next) {
		if (strcasecmp(entry->key, name) != 0)
			continue;
		if (value != NULL)
			return "";
		value = entry->value;
	}
	return value != NULL ? value : "";
}

void api_add_header(struct exchange *x, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(x->request), name, value); /* as in reply() */
}

void api_send(struct exchange *x, int status, json_t *object)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	bool lost = object != NULL && text == NULL;
	json_decref(object);
	if (text == NULL)
		reply(x, lost ? HTTP_SERVUNAVAIL : status, NULL, NULL, 0);
	else
		reply(x, status, "application/json", text, strlen(text));
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void api_send_bytes(struct exchange *x, const char *type, const void *bytes, size_t len)
{
	reply(x, HTTP_OK, type, bytes, len);
}

void api_fail(struct exchange *x, int status, const char *error, const char *say)
{
	api_send(x, status, json_pack("{s:s, s:s}", "error", error, "say", say));
}

void api_not_there(struct exchange *x, const char *allowed)
{
	api_add_header(x, "Allow", allowed);
	api_fail(x, HTTP_BADMETHOD, "method", "That is not done there.");
}

static void who(struct exchange *x)
{
	api_add_header(x, "WWW-Authenticate", "Basic realm=\"barid-relief\", charset=\"UTF-8\"");
	api_fail(x, 401, "unauthorized", "Say who you are by name and password. A browser that is in may read, no more.");
}

static void woke(evutil_socket_t fd, short what, void *owner)
{
	struct exchange *x = owner;
	(void)fd; /* none */
	(void)what;
	event_free(x->wait);
	x->wait = NULL;
	x->front->waits_n--;
	if (evhttp_request_get_connection(x->request) == NULL) /* gone meanwhile */
		reply(x, HTTP_OK, NULL, NULL, 0);
	else
		x->again(x);
}

bool api_wait(struct exchange *x, unsigned ms, void (*again)(struct exchange *x))
{
	const struct timeval pause = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
	if (x->front->waits_n >= API_WAITS_MAX)
		return false;
	x->wait = event_new(x->front->base, -1, 0, woke, x);
	if (x->wait == NULL || event_add(x->wait, &pause) != 0) {
		if (x->wait != NULL)
			event_free(x->wait);
		x->wait = NULL;
		return false;
	}
	x->again = again;
	x->front->waits_n++;
	return true;
}

static void heard_open(struct exchange *x, const json_t *message)
{
	struct answer answer = exchange_answer(message);
	const char *session = json_string_value(json_object_get(message, "session"));
	char seconds[16];
	if (answer.code == 0 && session != NULL && session[0] != '\0') {
		snprintf(x->session, sizeof x->session, "%s", session);
		x->front->site->api->serve(x);
	} else if (answer.wait_s > 0) {
		snprintf(seconds, sizeof seconds, "%u", answer.wait_s);
		api_add_header(x, "Retry-After", seconds);
		api_fail(x, 429, "too_many", "Too many wrong passwords. Wait, then try again.");
	} else if (answer.code == EX_TEMPFAIL) {
		api_fail(x, HTTP_SERVUNAVAIL, "busy", "Too much is asked for at once. Try again.");
	} else {
		who(x);
	}
}

static bool is_flat(const json_t *body)
{
	const char *name;
	json_t *value;
	if (!json_is_object(body) || json_object_size(body) > BODY_MEMBERS_MAX)
		return false;
	json_object_foreach((json_t *)(uintptr_t)body, name,
			    value) if (!json_is_string(value) && !json_is_integer(value) && !json_is_boolean(value)) return false;
	return true;
}

json_t *exchange_api_body(const char *bytes, size_t len)
{
	/* The parser of JSON goes down 2048 brackets and no further. */
	json_t *body = len <= API_BODY_MAX ? json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (body != NULL && is_flat(body))
		return body;
	json_decref(body);
	return NULL;
}

/* False: refused, and answered. */
static bool take_body(struct exchange *x)
{
	static const char json[] = "application/json";
	const char *type = api_header(x, "Content-Type");
	struct evbuffer *buffer = evhttp_request_get_input_buffer(x->request);
	size_t len = evbuffer_get_length(buffer);
	if (strncasecmp(type, json, sizeof json - 1) != 0 || strchr(" ;", type[sizeof json - 1]) == NULL) {
		api_fail(x, 415, "not_json", "Send a JSON object, as application/json.");
		return false;
	}
	if (len > API_BODY_MAX) {
		api_fail(x, HTTP_ENTITYTOOLARGE, "too_large", "That is too long.");
		return false;
	}
	const char *bytes = (const char *)evbuffer_pullup(buffer, -1);
	x->body = bytes != NULL ? exchange_api_body(bytes, len) : NULL;
	if (x->body != NULL)
		return true;
	api_fail(x, HTTP_BADREQUEST, "not_json", "Send one flat JSON object, without a member twice."); /* the exchange has ended */
	return false;
}

static bool take_method(struct exchange *x)
{
	switch ((int)evhttp_request_get_command(x->request)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		x->api_method = API_GET;
		return true;
	case EVHTTP_REQ_POST:
		x->api_method = API_POST;
		return true;
	case EVHTTP_REQ_PATCH:
		x->api_method = API_PATCH;
		return true;
	default:
		return false;
	}
}

/* Who asks. The session of a browser is only read by: another page could make the browser send its cookie. */
static void ask_who(struct exchange *x)
{
	struct basic basic;
	const char *value = api_header(x, "Authorization");
	const struct visitor *visitor = value[0] == '\0' && x->api_method == API_GET ? exchange_known(x) : NULL;
	if (visitor != NULL && visitor->session[0] != '\0') {
		snprintf(x->session, sizeof x->session, "%s", visitor->session);
		x->front->site->api->serve(x);
		return;
	}
	if (!basic_parse(value, &basic)) {
		who(x);
		return;
	}
	json_t *open = json_pack("{s:s, s:s, s:b}", "name", basic.name, "passphrase", basic.password, "again", true);
	explicit_bzero(&basic, sizeof basic);
	exchange_ask(x, json_pack("{s:o, s:s}", "open", open, "client", x->address), heard_open);
}

static void heard_run(struct exchange *x, const json_t *message)
{
	struct answer answer = exchange_answer(message);
	bool locked = json_is_true(json_object_get(message, "locked")), again = !x->is_again && api_header(x, "Authorization")[0] != '\0';
	x->is_again = x->is_again || (locked && again);
	if (!locked)
		x->then(x, &answer);
	else if (again)
		ask_who(x); /* a change of the account ended the session, and nothing was done: name and password decide */
	else
		who(x);
}

void api_run(struct exchange *x, exchange_then *then)
{
	json_t *ask = exchange_take_ask(x);
	if (ask == NULL) {
		then(x, &exchange_unfit);
		return;
	}
	x->then = then;
	(void)json_object_set_new(ask, "session", json_string(x->session)); /* without memory the keeper finds none */
	(void)json_object_set_new(ask, "client", json_string(x->address));  /* as above */
	exchange_ask(x, ask, heard_run);
}

void exchange_api(struct exchange *x, const struct exchange_fault *fault)
{
	x->is_api = true;
	if (fault->not_us)
		api_fail(x, 421, "misdirected", "That is not this machine's name.");
	else if (!take_method(x))
		api_not_there(x, "GET, HEAD, POST, PATCH");
	else if (fault->bad_query)
		api_fail(x, HTTP_BADREQUEST, "query", "What stands behind the question mark is not of the form name=value.");
	else if (fault->too_much)
		api_fail(x, HTTP_SERVUNAVAIL, "busy", "Too much is asked for at once. Try again.");
	else if (fault->other_origin)
		api_fail(x, 403, "origin", "A page of somewhere else may not ask here.");
	else if (api_header(x, "Authorization")[0] == '\0' && x->api_method != API_GET)
		who(x);
	else if (x->api_method == API_GET || take_body(x))
		ask_who(x);
}
