#include "node/web/guard.h"

#include "node/web/bare.h"
#include "platform/clock.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { TICK_MS = 200, FULL_MS = 20 }; /* how often it is looked, and while every place is taken */

/* A connection. Its file is evhttp's, which closes it without telling: the socket's cookie, unique while the machine is up, shows whether the number
 * still means the same socket. */
struct place {
	struct guard *guard;
	struct bufferevent *connection; /* evhttp's, there as long as the file is open; NULL: none, or not listened to */
	bool spoke;                     /* it is about to send something, which nobody has looked at; a reference of ours */
	struct bufferevent *unseen;     /* just made, its file not known yet; a reference of ours */
	int fd;                         /* -1: none, unless unseen */
	uint64_t cookie;
	struct in6_addr address;
	uint64_t until_ms;
	bool ending; /* shut down: evhttp will see it */
	bool waits;  /* nothing came for some time, nothing goes, and nothing is being answered; as of the last look */
};

struct guard {
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *look, *tick, *listen;
	unsigned tick_ms; /* 0: it does not tick */
	bool trusts_own;
	guard_busy *busy;
	void *owner;
	struct place places[GUARD_CONNECTIONS_MAX];
};

static bool is_alive(const struct place *place)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof cookie;
	return place->fd >= 0 && getsockopt(place->fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 && cookie == place->cookie;
}

/* Of IPv6 the network counts: whoever has one has all its addresses. */
static struct in6_addr peer_of(int fd)
{
	struct sockaddr_storage peer = {0};
	socklen_t len = sizeof peer;
	struct in6_addr address = {0};
	if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
		return address;
	if (peer.ss_family == AF_INET6)
		memcpy(&address, &((struct sockaddr_in6 *)&peer)->sin6_addr, sizeof address / 2);
	else if (peer.ss_family == AF_INET)
		memcpy(&address.s6_addr[12], &((struct sockaddr_in *)&peer)->sin_addr, sizeof(struct in_addr));
	return address;
}

/* ms: from now, unless it ticks sooner; 0: not at all. */
static void set_tick(struct guard *guard, unsigned ms)
{
	const struct timeval pause = {.tv_usec = ms * 1000};
	if (ms > 0 && (guard->tick_ms == 0 || ms < guard->tick_ms))
		(void)event_add(guard->tick, &pause); /* fails without memory only; the next connection tries again */
	if (ms == 0 && guard->tick_ms > 0)
		(void)event_del(guard->tick); /* of an event that is there */
	guard->tick_ms = ms;
}

static unsigned clear_ended(struct guard *guard)
{
	unsigned used = 0;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
		struct place *place = &guard->places[i];
		if (place->unseen == NULL && !place->spoke && place->fd >= 0 && !is_alive(place))
			*place = (struct place){.fd = -1};
		used += place->unseen != NULL || place->spoke || place->fd >= 0;
	}
	return used;
}

/* As long as every place is taken nobody else is let in: the kernel keeps some waiting. */
static void set_listening(struct guard *guard, unsigned used)
{
	if (used == GUARD_CONNECTIONS_MAX)
		(void)evconnlistener_disable(guard->listener); /* fails if it is so already */
	else
		(void)evconnlistener_enable(guard->listener); /* as above */
	set_tick(guard, used == GUARD_CONNECTIONS_MAX ? FULL_MS : used > 0 ? TICK_MS : 0);
}

static void end(struct place *place)
{
	(void)shutdown(place->fd, SHUT_RDWR); /* evhttp sees the end and closes it */
	place->ending = true;
}

static bool counts(const struct place *place)
{
	return place->unseen == NULL && place->fd >= 0 && !place->ending;
}

/* How many the address has, or only how many of its wait; the oldest of them. */
static unsigned of_address(struct guard *guard, const struct in6_addr *address, bool waiting, struct place **oldest)
{
	unsigned n = 0;
	*oldest = NULL;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
		struct place *place = &guard->places[i];
		if (!counts(place) || (waiting && !place->waits) || memcmp(&place->address, address, sizeof *address) != 0)
			continue;
		n++;
		if (*oldest == NULL || place->until_ms < (*oldest)->until_ms)
			*oldest = place;
	}
	return n;
}

/* The oldest of whoever has most, or only of those that wait. False: there is none. */
static bool end_one(struct guard *guard, bool waiting)
{
	struct place *oldest = NULL;
	unsigned most = 0;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
		struct place *candidate = NULL;
		unsigned n = counts(&guard->places[i]) ? of_address(guard, &guard->places[i].address, waiting, &candidate) : 0;
		if (n > most) {
			most = n;
			oldest = candidate;
		}
	}
	if (oldest != NULL)
		end(oldest);
	return oldest != NULL;
}

static bool waits(const struct guard *guard, const struct place *place)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof info;
	return counts(place) && getsockopt(place->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_last_data_recv >= GUARD_WAITING_MS &&
	       info.tcpi_unacked == 0 && !guard->busy(guard->owner, place->fd);
}

/* Those that only wait make room as soon as places run out; the others one at a time, and only for who would find none. */
static void make_room(struct guard *guard, unsigned used, bool full)
{
	unsigned left = used;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		left -= guard->places[i].ending;
	if (left > GUARD_CONNECTIONS_MAX - GUARD_SPARE)
		for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
			guard->places[i].waits = waits(guard, &guard->places[i]);
	while (left > GUARD_CONNECTIONS_MAX - GUARD_SPARE && end_one(guard, true))
		left--;
	if (full && left == GUARD_CONNECTIONS_MAX)
		(void)end_one(guard, false); /* else all are so new that they are not known yet */
}

/* How many connections an address may have, as peer_of() says it. */
static unsigned most_of(const struct guard *guard, const struct in6_addr *address)
{
	static const uint8_t nothing[12];
	bool own = memcmp(address, nothing, sizeof nothing) == 0 && (address->s6_addr[12] == 127 || IN6_IS_ADDR_UNSPECIFIED(address)); /* ::1 */
	return guard->trusts_own && own ? GUARD_CONNECTIONS_MAX - GUARD_SPARE : GUARD_ADDRESS_MAX;
}

/* evhttp has given it its file by now. */
static void look_at(struct guard *guard, struct place *place)
{
	socklen_t len = sizeof place->cookie;
	int fd = bufferevent_getfd(place->unseen);
	bufferevent_decref(place->unseen);
	place->unseen = NULL;
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &place->cookie, &len) != 0)
		return;
	place->address = peer_of(fd);
	place->until_ms = clock_now().boot_ms + GUARD_LIFE_S * 1000;
	struct place *oldest;
	if (of_address(guard, &place->address, false, &oldest) >= most_of(guard, &place->address))
		end(oldest);
	place->fd = fd;
}

static void look(evutil_socket_t fd, short what, void *owner)
{
	struct guard *guard = owner;
	(void)fd; /* none */
	(void)what;
	unsigned used = clear_ended(guard);
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		if (guard->places[i].unseen != NULL)
			look_at(guard, &guard->places[i]);
	make_room(guard, used, false);
	set_listening(guard, used);
}

static void tick(evutil_socket_t fd, short what, void *owner)
{
	struct guard *guard = owner;
	(void)fd; /* none */
	(void)what;
	uint64_t now_ms = clock_now().boot_ms;
	guard->tick_ms = 0;
	unsigned used = clear_ended(guard);
	set_listening(guard, used);
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		if (counts(&guard->places[i]) && now_ms >= guard->places[i].until_ms)
			end(&guard->places[i]);
	make_room(guard, used, true);
}

/* Something is about to be sent; what it is shows when all of it is there. Both happen before sockets are looked at again. */
static void speaks(struct evbuffer *output, const struct evbuffer_cb_info *info, void *owner)
{
	struct place *place = owner;
	if (info->n_added == 0 || place->spoke || place->connection == NULL || bufferevent_get_output(place->connection) != output)
		return;
	place->spoke = true;
	bufferevent_incref(place->connection);
	event_active(place->guard->listen, EV_TIMEOUT, 0);
}

static void listen_to(evutil_socket_t fd, short what, void *owner)
{
	struct guard *guard = owner;
	(void)fd; /* none */
	(void)what;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
		struct place *place = &guard->places[i];
		if (!place->spoke)
			continue;
		bare_mend(bufferevent_get_output(place->connection));
		place->spoke = false;
		bufferevent_decref(place->connection);
	}
}

static struct bufferevent *made(struct event_base *base, void *owner)
{
	struct guard *guard = owner;
	struct bufferevent *connection = bufferevent_socket_new(base, -1, 0);
	struct place *place = NULL;
	unsigned used = clear_ended(guard);
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX && place == NULL; i++)
		if (guard->places[i].unseen == NULL && !guard->places[i].spoke && guard->places[i].fd < 0)
			place = &guard->places[i];
	set_listening(guard, used + (place != NULL));
	if (connection == NULL || place == NULL) {
		/* evhttp makes one of its own then, which is idle for GUARD_IDLE_S at most; it cannot be refused here. */
		if (connection != NULL)
			bufferevent_free(connection);
		return NULL;
	}
	bufferevent_incref(connection);
	*place = (struct place){.guard = guard, .unseen = connection, .connection = connection, .fd = -1};
	if (evbuffer_add_cb(bufferevent_get_output(connection), speaks, place) == NULL)
		place->connection = NULL; /* without memory evhttp's own pages stay as they are */
	event_active(guard->look, EV_TIMEOUT, 0);
	return connection;
}

struct guard *guard_new(struct event_base *base, struct evhttp *http, struct evconnlistener *listener, guard_busy *busy, void *owner)
{
	struct guard *guard = calloc(1, sizeof *guard);
	if (guard == NULL)
		return NULL;
	guard->base = base;
	guard->listener = listener;
	guard->busy = busy;
	guard->owner = owner;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		guard->places[i].fd = -1;
	guard->look = event_new(base, -1, 0, look, guard);
	guard->tick = event_new(base, -1, 0, tick, guard);
	guard->listen = event_new(base, -1, 0, listen_to, guard);
	if (guard->look == NULL || guard->tick == NULL || guard->listen == NULL) {
		guard_free(guard);
		return NULL;
	}
	evhttp_set_bevcb(http, made, guard);
	return guard;
}

void guard_trust_own(struct guard *guard)
{
	guard->trusts_own = true;
}

void guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		if (guard->places[i].unseen != NULL)
			bufferevent_decref(guard->places[i].unseen);
	for (unsigned i = 0; i < GUARD_CONNECTIONS_MAX; i++)
		if (guard->places[i].spoke)
			bufferevent_decref(guard->places[i].connection);
	if (guard->listen != NULL)
		event_free(guard->listen);
	if (guard->look != NULL)
		event_free(guard->look);
	if (guard->tick != NULL)
		event_free(guard->tick);
	free(guard);
}
