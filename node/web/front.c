#include "node/web/front.h"

#include "node/web/exchange_inside.h"
#include "node/web/guard.h"
#include "platform/linux/confine.h"
#include "platform/log.h"

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum {
	HEADERS_MAX = 8 << 10,
	BODY_MAX = 4 * FORM_SIZE_MAX, /* what is longer than FORM_SIZE_MAX is refused by a page of ours, in the reader's language */
};

void front_stop(struct front *front, int code)
{
	if (front->exit_code == 0)
		front->exit_code = code;
	(void)event_base_loopbreak(front->base); /* it runs: a callback of its own calls */
}

void front_flush(struct front *front)
{
	if (line_write(front->line) != LINE_OPEN) {
		front_stop(front, EX_UNAVAILABLE);
		return;
	}
	if (line_waits(front->line))
		(void)event_add(front->line_out_event, NULL); /* without memory the next message tries again */
	else
		(void)event_del(front->line_out_event); /* of an event that is there */
}

static void hear(struct front *front, const char *bytes, size_t len)
{
	json_t *message = json_loadb(bytes, len, 0, NULL);
	json_int_t id = json_integer_value(json_object_get(message, "id"));
	struct exchange *x = front->exchanges;
	while (x != NULL && (id == 0 || x->ask_id != id))
		x = x->next;
	if (x != NULL) {
		x->ask_id = 0;
		x->heard(x, message);
	}
	json_decref(message);
}

static void line_readable(evutil_socket_t fd, short what, void *owner)
{
	struct front *front = owner;
	const char *bytes;
	size_t len = 0;
	(void)fd; /* the line's */
	(void)what;
	enum line_state state = line_read(front->line);
	while (line_next(front->line, &bytes, &len))
		hear(front, bytes, len);
	if (state == LINE_BROKEN)
		log_error("the line to the keeper broke");
	if (state != LINE_OPEN)
		front_stop(front, state == LINE_ENDED ? 0 : EX_UNAVAILABLE);
}

static void line_writable(evutil_socket_t fd, short what, void *owner)
{
	(void)fd; /* the line's */
	(void)what;
	front_flush(owner);
}

static void request_came(struct evhttp_request *request, void *owner)
{
	exchange_begin(owner, request);
}

static void free_wiped(void *bytes)
{
	if (bytes != NULL)
		explicit_bzero(bytes, malloc_usable_size(bytes));
	free(bytes);
}

static void *realloc_wiped(void *bytes, size_t size)
{
	void *more = malloc(size);
	if (more == NULL || bytes == NULL)
		return more;
	size_t had = malloc_usable_size(bytes);
	memcpy(more, bytes, had < size ? had : size);
	free_wiped(bytes);
	return more;
}

/* What people type passes through here: nothing that is let go of keeps it. */
static void wipe_memory(void)
{
	event_set_mem_functions(malloc, realloc_wiped, free_wiped);
	line_wipe_json();
}

static bool is_answering(void *owner, int fd)
{
	const struct front *front = owner;
	for (const struct exchange *x = front->exchanges; x != NULL; x = x->next) {
		struct evhttp_connection *connection = x->request != NULL ? evhttp_request_get_connection(x->request) : NULL;
		if (connection != NULL && bufferevent_getfd(evhttp_connection_get_bufferevent(connection)) == fd)
			return true;
	}
	return false;
}

static struct evhttp *open_server(struct front *front, int fd, struct guard **guard)
{
	struct evhttp *http = evhttp_new(front->base);
	if (http == NULL)
		return NULL;
	struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(http, fd);
	*guard = bound != NULL ? guard_new(front->base, http, evhttp_bound_socket_get_listener(bound), is_answering, front) : NULL;
	if (*guard == NULL) {
		evhttp_free(http);
		return NULL;
	}
	if (front->site->crowd)
		guard_trust_own(*guard);
	evhttp_set_max_headers_size(http, HEADERS_MAX);
	evhttp_set_max_body_size(http, BODY_MAX);
	evhttp_set_timeout(http, GUARD_IDLE_S);
	/* Those that are not for us get a page that says so. */
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
						 EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(http, request_came, front);
	return http;
}

static bool open_line(struct front *front, int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return false;
	front->line = line_new(fd, LINE_REPLY_MAX);
	front->line_event = event_new(front->base, fd, EV_READ | EV_PERSIST, line_readable, front);
	front->line_out_event = event_new(front->base, fd, EV_WRITE | EV_PERSIST, line_writable, front);
	return front->line != NULL && front->line_event != NULL && front->line_out_event != NULL && event_add(front->line_event, NULL) == 0;
}

bool front_takes_origin(const char *origin)
{
	return origin_is_tls(origin);
}

int front_run(const struct front_config *config)
{
	wipe_memory();
	tzset();                        /* reads a file, which cannot be read later */
	(void)signal(SIGPIPE, SIG_IGN); /* of a number that exists */
	struct front *front = calloc(1, sizeof *front);
	struct guard *guard = NULL;
	struct evhttp *http = NULL;
	int code = EX_OSERR;
	if (front == NULL)
		return code;
	front->site = config->site;
	front->portal.mode = config->portal;
	front->package = config->package;
	front->forget_days = config->forget_days;
	front->origin = config->origin;
	front->base = event_base_new();
	if (front->base == NULL || fcntl(config->listener, F_SETFL, O_NONBLOCK) != 0 || !open_line(front, config->line))
		goto done;
	http = open_server(front, config->listener, &guard);
	if (http == NULL || confine_front() != ERR_OK)
		goto done;
	code = event_base_dispatch(front->base) < 0 ? EX_OSERR : front->exit_code;
done:
	while (front->exchanges != NULL) {
		front->exchanges->request = NULL; /* evhttp_free() lets go of it */
		exchange_end(front->exchanges);
	}
	if (http != NULL)
		evhttp_free(http);
	guard_free(guard);
	if (front->line_event != NULL)
		event_free(front->line_event);
	if (front->line_out_event != NULL)
		event_free(front->line_out_event);
	line_free(front->line);
	json_decref(front->status);
	if (front->base != NULL)
		event_base_free(front->base);
	explicit_bzero(front, sizeof *front);
	free(front);
	return code;
}
