#ifndef BARID_WEB_GUARD_H
#define BARID_WEB_GUARD_H
/*
 * Keeps one phone from starving the others: bounds how many connections there are, in all and of one address, and how long each may last. When there
 * are too many the oldest of whoever has most is ended, so that connections which only wait cannot keep others out. Works
 * beside evhttp, which knows neither bound: it hears of each connection when it is made, and ends one by shutting its socket down.
 */

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

enum {
	GUARD_CONNECTIONS_MAX = 96,
	GUARD_ADDRESS_MAX = 12, /* a browser opens six */
	GUARD_LIFE_S = 45,      /* of a connection, which carries one request */
	GUARD_IDLE_S = 10,      /* without a byte */
};

struct guard;

/* Watches what the server takes from now on. listener: the one it listens with; borrowed, as is the rest. NULL: no memory. */
struct guard *guard_new(struct event_base *base, struct evhttp *http, struct evconnlistener *listener);
/* Takes NULL. */
void guard_free(struct guard *guard);

#endif
