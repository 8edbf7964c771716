/* From a request of evhttp's to an exchange: what is refused, whose it is, in which language, and whether the vault is open. */

#include "node/web/exchange_inside.h"
#include "platform/clock.h"

#include <arpa/inet.h>
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { COOKIE_NAME_SIZE = 32 };

static const char *header(const struct exchange *x, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(x->request), name);
}

/* Two of one header: whoever reads the other one is told something else. */
static bool is_doubled(const struct exchange *x, const char *name)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(x->request);
	unsigned n = 0;
	for (const struct evkeyval *entry = headers->tqh_first; entry != NULL; entry = entry->next.tqe_next)
		n += strcasecmp(entry->key, name) == 0;
	return n > 1;
}

/* The value of a cookie; "" if there is none or it does not fit. */
static void cookie_value(const struct exchange *x, const char *name, char *out, size_t cap)
{
	const char *at = header(x, "Cookie");
	size_t name_len = strlen(name);
	out[0] = '\0';
	while (at != NULL && *at != '\0') {
		at += strspn(at, " ;");
		size_t len = strcspn(at, ";");
		if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=' && len - name_len - 1 < cap) {
			memcpy(out, at + name_len + 1, len - name_len - 1);
			out[len - name_len - 1] = '\0';
			return;
		}
		at += len;
	}
}

static void choose_language(struct exchange *x)
{
	char remembered[16];
	cookie_value(x, "baridlang", remembered, sizeof remembered);
	x->lang = WORDS_AR;
	x->lang_chosen = words_of_tag(form_value(&x->query, "lang"), &x->lang);
	if (!x->lang_chosen && !words_of_tag(remembered, &x->lang))
		x->lang = words_accept(header(x, "Accept-Language"));
}

/* The address of ours that the connection came in at, and whose it is. */
static bool find_ends(struct exchange *x)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(x->request);
	struct sockaddr_storage name = {0};
	socklen_t len = sizeof name;
	char *peer = NULL;
	uint16_t peer_port;
	if (connection == NULL)
		return false;
	evhttp_connection_get_peer(connection, &peer, &peer_port);
	snprintf(x->address, sizeof x->address, "%s", peer != NULL ? peer : "");
	if (getsockname(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), (struct sockaddr *)&name, &len) != 0)
		return false;
	const struct sockaddr_in *four = (const struct sockaddr_in *)&name;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&name;
	x->port = ntohs(name.ss_family == AF_INET6 ? six->sin6_port : four->sin_port);
	if (name.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], x->ours, sizeof x->ours) != NULL;
	return inet_ntop(name.ss_family, name.ss_family == AF_INET6 ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr, x->ours,
			 sizeof x->ours) != NULL;
}

struct origin_site exchange_origin_site(const struct exchange *x)
{
	return (struct origin_site){.address = x->ours, .port = x->port, .before = x->front->origin};
}

/* Whether it was meant for us, whatever it asks. */
static bool is_for_us(struct exchange *x, const struct evhttp_uri *uri)
{
	const char *host = header(x, "Host");
	if (uri == NULL || evhttp_uri_get_host(uri) != NULL || is_doubled(x, "Host") || x->ours[0] == '\0')
		return false;
	const struct origin_site site = exchange_origin_site(x);
	if (!origin_host_ours(&site, host))
		return false;
	snprintf(x->host, sizeof x->host, "%s", host);
	return true;
}

static bool take_query(struct exchange *x, const struct evhttp_uri *uri)
{
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	if (path == NULL || strlen(path) >= sizeof x->path)
		return false;
	strcpy(x->path, path[0] != '\0' ? path : "/");
	return query == NULL || form_parse(query, strlen(query), &x->query);
}

/* What a browser says of where a form came from. All of it may be missing in an old one; then the token decides alone. */
static bool is_from_us(const struct exchange *x)
{
	const char *origin = header(x, "Origin"), *referer = header(x, "Referer"), *site = header(x, "Sec-Fetch-Site");
	if (is_doubled(x, "Origin") || is_doubled(x, "Referer") || is_doubled(x, "Sec-Fetch-Site"))
		return false;
	if (site != NULL && strcmp(site, "same-origin") != 0)
		return false;
	const struct origin_site ours = exchange_origin_site(x);
	if (origin != NULL && !origin_same(&ours, x->host, origin))
		return false;
	return referer == NULL || origin_same(&ours, x->host, referer);
}

/* Somebody typed the address into their browser, which sends no Origin then. */
static bool is_by_hand(const struct exchange *x)
{
	const char *site = header(x, "Sec-Fetch-Site");
	bool doubled = is_doubled(x, "Origin") || is_doubled(x, "Referer") || is_doubled(x, "Sec-Fetch-Site");
	return !doubled && site != NULL && strcmp(site, "none") == 0 && header(x, "Origin") == NULL && header(x, "Referer") == NULL;
}

/* Whether the browser itself says that the form was ours: then it is an old one, and not forged. */
static bool shows_origin(const struct exchange *x)
{
	return header(x, "Origin") != NULL || header(x, "Sec-Fetch-Site") != NULL;
}

static int take_form(struct exchange *x)
{
	static const char urlencoded[] = "application/x-www-form-urlencoded";
	const char *type = header(x, "Content-Type");
	struct evbuffer *body = evhttp_request_get_input_buffer(x->request);
	size_t len = evbuffer_get_length(body);
	if (type == NULL || strncasecmp(type, urlencoded, sizeof urlencoded - 1) != 0 || strchr(" ;", type[sizeof urlencoded - 1]) == NULL)
		return 415;
	if (len > FORM_SIZE_MAX)
		return HTTP_ENTITYTOOLARGE;
	const char *bytes = (const char *)evbuffer_pullup(body, -1);
	return len == 0 || (bytes != NULL && form_parse(bytes, len, &x->form)) ? 0 : HTTP_BADREQUEST;
}

/* What is wrong with the request as such; 0 nothing. */
static int fault(struct exchange *x, const struct evhttp_uri *uri)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(x->request);
	if (!is_for_us(x, uri))
		return 421;
	x->is_post = method == EVHTTP_REQ_POST;
	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD && !x->is_post)
		return HTTP_BADMETHOD;
	if (!take_query(x, uri))
		return HTTP_BADREQUEST;
	x->page = page_find(x->front->site, x->path);
	if (x->page == NULL)
		return HTTP_NOTFOUND;
	if (!x->is_post)
		return 0;
	if (x->page->post == NULL)
		return HTTP_BADMETHOD;
	return is_from_us(x) ? take_form(x) : 403;
}

static struct visitor *find_visitor(struct exchange *x)
{
	char name[COOKIE_NAME_SIZE], cookie[VISITOR_DIGITS + 2];
	snprintf(name, sizeof name, "%s%u", x->front->site->cookie, x->port);
	cookie_value(x, name, cookie, sizeof cookie);
	return visitors_find(&x->front->visitors, cookie, x->now_ms);
}

const struct visitor *exchange_known(struct exchange *x)
{
	return find_visitor(x);
}

static bool take_visitor(struct exchange *x)
{
	x->visitor = find_visitor(x);
	x->new_cookie = x->visitor == NULL;
	if (x->visitor == NULL)
		x->visitor = visitors_add(&x->front->visitors, x->now_ms);
	if (x->visitor != NULL)
		x->visitor->pins++;
	return x->visitor != NULL;
}

static bool is_too_much(const struct front *front, const struct exchange *x)
{
	unsigned n = 0;
	bool ours = strncmp(x->address, "127.", 4) == 0 || strcmp(x->address, "::1") == 0 || strncmp(x->address, "::ffff:127.", 11) == 0;
	for (const struct exchange *other = front->exchanges; other != NULL; other = other->next)
		n += strcmp(other->address, x->address) == 0;
	return front->exchanges_n > EXCHANGES_MAX || (n > EXCHANGES_ADDRESS_MAX && !(front->site->crowd && ours));
}

static void heard_opened(struct exchange *x, const json_t *message)
{
	const char *session = json_string_value(json_object_get(message, "session"));
	if (session != NULL && session[0] != '\0')
		exchange_note_session(x, session);
	exchange_serve(x);
}

static void go_on(struct exchange *x)
{
	bool may_open = x->has_vault && !x->wants_passphrase && !x->is_open && x->page->access != PAGE_OPEN;
	if (may_open) /* no passphrase: nobody need be asked for one */
		exchange_ask(x, json_pack("{s:{s:s}}", "open", "passphrase", ""), heard_opened);
	else
		exchange_serve(x);
}

static void heard_status(struct exchange *x, const json_t *message)
{
	struct front *front = x->front;
	json_decref(front->status);
	front->status = json_incref(json_array_get(json_object_get(message, "out"), 0)); /* NULL if it said nothing */
	front->status_ms = x->now_ms;
	front->has_status = true;
	go_on(x);
}

static void heard_state(struct exchange *x, const json_t *message)
{
	x->has_vault = json_is_true(json_object_get(message, "vault"));
	x->wants_passphrase = json_is_true(json_object_get(message, "wants"));
	x->is_open = json_is_true(json_object_get(message, "open"));
	x->is_shared = json_is_true(json_object_get(message, "people"));
	if (!x->is_open && x->visitor->session[0] != '\0')
		exchange_note_session(x, "");
	x->person = json_incref(json_object_get(message, "person")); /* NULL if it names nobody */
	bool known = x->front->has_status && x->now_ms < x->front->status_ms + EXCHANGE_STATUS_MS;
	if (known || (x->front->site->status_private && !x->is_open))
		go_on(x);
	else
		exchange_ask(x, json_pack("{s:[s], s:s}", "argv", "status", "session", x->visitor->session), heard_status);
}

/* Whether it asks below the path of programs: then it is seen through elsewhere. */
static bool take_program(struct exchange *x, const struct evhttp_uri *uri)
{
	const struct api *api = x->front->site->api;
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	if (api == NULL || path == NULL || strncmp(path, api->prefix, strlen(api->prefix)) != 0)
		return false;
	const struct exchange_fault fault = {
		.not_us = !is_for_us(x, uri),
		.bad_query = !take_query(x, uri),
		.too_much = is_too_much(x->front, x),
		.other_origin = !is_from_us(x) && !is_by_hand(x),
	};
	exchange_api(x, &fault);
	return true;
}

static void admit(struct exchange *x)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(x->request);
	if (!find_ends(x))
		x->ours[0] = '\0'; /* nothing is for us */
	else if (exchange_probe(x, uri))
		return;
	if (take_program(x, uri))
		return;
	int status = fault(x, uri);
	choose_language(x);
	if (status == HTTP_BADMETHOD)
		(void)evhttp_add_header(evhttp_request_get_output_headers(x->request), "Allow", /* fails without memory only */
					x->page != NULL && x->page->post == NULL ? "GET, HEAD" : "GET, HEAD, POST");
	if (status != 0) {
		exchange_refuse(x, status,
				status == HTTP_NOTFOUND         ? WORD_ERROR_NO_PAGE
				: status == HTTP_ENTITYTOOLARGE ? WORD_ERROR_TOO_LONG
								: WORD_ERROR_NOT_DONE);
		return;
	}
	if (is_too_much(x->front, x) || !take_visitor(x)) {
		exchange_refuse(x, HTTP_SERVUNAVAIL, WORD_ERROR_BUSY);
		return;
	}
	if (x->is_post) {
		x->sent = visitors_form(x->visitor, form_value(&x->form, "token"));
		x->is_old = x->sent == NULL;
		if (x->is_old && (x->page->access != PAGE_PERSON || !shows_origin(x))) {
			x->is_old = false; /* it is not shown again */
			exchange_refuse(x, 403, WORD_ERROR_OLD_PAGE);
			return;
		}
	}
	exchange_ask(x, json_pack("{s:b, s:s}", "state", true, "session", x->visitor->session), heard_state);
}

void exchange_begin(struct front *front, struct evhttp_request *request)
{
	struct exchange *x = calloc(1, sizeof *x);
	if (x == NULL || !html_open(&x->html, front->site->page_size_max)) {
		free(x);
		evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
		return;
	}
	struct moment now = clock_now();
	x->front = front;
	x->request = request;
	x->now_s = now.unix_s;
	x->now_ms = now.boot_ms;
	x->next = front->exchanges;
	front->exchanges = x;
	front->exchanges_n++;
	admit(x);
}

/* "/m/0123?again=1", which says that it was sent already; who came in by it is told nothing. */
static void lead_again(struct exchange *x)
{
	char path[VISITOR_PATH_MAX + 8];
	const char *again = strchr(x->sent->led_to, '?') != NULL ? "&again=1" : "?again=1";
	snprintf(path, sizeof path, "%s%s", x->sent->led_to, x->page->access != PAGE_OPEN ? again : "");
	exchange_redirect(x, path);
}

static struct exchange *taking(const struct exchange *x)
{
	for (struct exchange *other = x->front->exchanges; other != NULL; other = other->next)
		if (other != x && other->sent == x->sent && other->waits_for == NULL)
			return other;
	return NULL;
}

/* Whether the form is this exchange's to take. Its token is marked then. */
static bool take_turn(struct exchange *x)
{
	if (x->sent->state == TOKEN_DONE) {
		lead_again(x);
		return false;
	}
	if (x->sent->state == TOKEN_UNDER_WAY) {
		x->waits_for = taking(x);
		if (x->waits_for != NULL)
			return false;
	}
	x->sent->state = TOKEN_UNDER_WAY;
	return true;
}

/* "/login?next=/case/M-0418" */
static void lead_to(struct exchange *x, const struct page *closed)
{
	char path[2 * VISITOR_PATH_MAX];
	const char *next = exchange_next(x); /* of letters that mean nothing in an address: page_find() */
	bool far = strcmp(next, "/") != 0;
	snprintf(path, sizeof path, "%s%s%s", closed->path, far ? "?next=" : "", far ? next : "");
	exchange_redirect(x, path);
}

void exchange_show_closed(struct exchange *x)
{
	if (x->is_post)
		exchange_keep_draft(x, x->path);
	const struct page *closed = x->has_vault ? x->front->site->closed : x->front->site->start;
	if (x->front->site->leads && !x->is_post && x->page != closed)
		lead_to(x, closed);
	else
		closed->get(x);
}

/* The same form again with what was written, and that it was not sent. */
static void show_old(struct exchange *x)
{
	exchange_keep_draft(x, x->path);
	if (!x->is_open)
		exchange_show_closed(x);
	else
		x->page->get(x);
}

void exchange_serve(struct exchange *x)
{
	if (x->is_old) {
		show_old(x);
		return;
	}
	if (x->is_post && !take_turn(x))
		return;
	if (x->page->access != PAGE_OPEN && !x->is_open)
		exchange_show_closed(x);
	else if (x->is_post)
		x->page->post(x);
	else
		x->page->get(x);
}

void exchange_refuse(struct exchange *x, int status, enum word word)
{
	if (x->sent == NULL && x->visitor != NULL)
		x->new_cookie = false; /* no visitor by a refused request */
	(void)page_begin(x, WORD_WHAT_WAS_WRONG);
	page_wrong(x, word);
	page_end(x, status);
}
