#ifndef BARID_WEB_GUARD_H
#define BARID_WEB_GUARD_H
/*
 * Keeps one phone from starving the others: bounds how many connections there are, in all and of one address, and how long each may last. Some places
 * are always kept free, at the cost of connections that only wait: those are ended at once, first of whoever has most. When all the same every place
 * is taken the oldest of whoever has most is ended. Works beside evhttp, which knows neither bound: it hears of each connection when it is made, and
 * ends one by shutting its socket down.
 */

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdbool.h>

enum {
	GUARD_CONNECTIONS_MAX = 96,
	GUARD_ADDRESS_MAX = 12, /* a browser opens six */
	GUARD_LIFE_S = 45,      /* of a connection, which carries one request */
	GUARD_IDLE_S = 10,      /* without a byte */
	GUARD_SPARE = 16,       /* places that connections without a byte for GUARD_WAITING_MS do not get */
	GUARD_WAITING_MS = 1000,
};

struct guard;

/* Whether a request that came over this file is still being answered. */
typedef bool guard_busy(void *owner, int fd);

/* Watches what the server takes from now on. listener: the one it listens with; borrowed, as is the rest. NULL: no memory. */
struct guard *guard_new(struct event_base *base, struct evhttp *http, struct evconnlistener *listener, guard_busy *busy, void *owner);
/* This machine's own address may have every place but those that are kept free. */
void guard_trust_own(struct guard *guard);
/* Takes NULL. */
void guard_free(struct guard *guard);

#endif
