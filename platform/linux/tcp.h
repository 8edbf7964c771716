#ifndef BARID_PLATFORM_LINUX_TCP_H
#define BARID_PLATFORM_LINUX_TCP_H
/*
 * Links over TCP: a radio without beacons of its own. Links are opened by neighbours (listeners), by lan.c for the neighbours it heard, and by dial.c
 * for static peers and the gateway. It never reads more than a link's share a turn nor queues more than a bound, so one link cannot starve another.
 */

#include "platform/linux/resolve.h"
#include "platform/linux/routes.h"
#include "platform/loop.h"
#include "platform/radio.h"

enum {
	TCP_LINKS_MAX = 64,
	TCP_ACCEPTED_MAX = 56,                /* the rest is for links we open ourselves */
	TCP_ACCEPTED_PER_SOURCE = 4,          /* from one IPv4 address or IPv6 /64, this machine's own excepted */
	TCP_ACCEPTED_PER_SOURCE_GATEWAY = 16, /* a mobile network may put thousands of phones behind one address */
	TCP_LISTENERS_MAX = 3,
	TCP_CONNECT_MS = 5000,
	TCP_INPUT_PER_TURN = 256 * 1024, /* of one link */
	/* Not yet on the wire, of one link. The least is for a slow one: what waits here keeps a more urgent letter waiting. */
	TCP_QUEUE_MIN = RECORD_WIRE_MAX + 2048,
	TCP_QUEUE_MAX = 32 * 1024, /* while it takes all at once */
};

struct tcp;

enum tcp_end_reason {
	TCP_END_NEVER_UP,
	TCP_END_LOST,   /* by the other side or the network */
	TCP_END_CLOSED, /* by radio->close() */
};

/* On whose behalf a link is opened. */
struct tcp_origin {
	struct radio *radio; /* whose link it is for the listener */
	enum link_kind kind;
	bool asked; /* by the listener, with radio->connect(): it hears of a failure too */
	/* NULL, or called when the link is over for any reason, how says for which; lived_ms since it was up, or since it began. Must not call tcp.
	 */
	void (*ended)(void *owner, enum tcp_end_reason how, uint64_t lived_ms);
	void *owner;
};

/* The listener is borrowed for the life of it and gets no turn_end from here. */
enum err tcp_open(struct tcp **tcp, struct loop *loop, const struct radio_listener *listener);
/* Ends every link without a word upward. Takes NULL. */
void tcp_close(struct tcp *tcp);
struct radio *tcp_radio(struct tcp *tcp);

/* Listens at an address; links accepted there are of the given kind. Fills bound with the real port. */
enum err tcp_listen(struct tcp *tcp, const struct resolve_address *at, enum link_kind kind, struct resolve_address *bound);
/* Opens a link. Returns its number, or 0 if it cannot now. Unless radio->close() comes first, radio->up() follows or, if origin was asked,
 * radio->down(). */
uint32_t tcp_connect(struct tcp *tcp, const struct resolve_address *to, const struct tcp_origin *origin);
/* Ends the links whose own address the machine no longer has. */
void tcp_network_changed(struct tcp *tcp, const struct routes_table *table);

/* The rest of a struct radio, for radios whose links are opened with tcp_connect(). */
size_t tcp_room(struct tcp *tcp, uint32_t link);
void tcp_send(struct tcp *tcp, uint32_t link, const uint8_t *bytes, size_t len);
void tcp_end(struct tcp *tcp, uint32_t link);
/* Ends a link for a reason of the caller's own, as if it had broken: the listener hears of it. Not from a downward call. */
void tcp_lose(struct tcp *tcp, uint32_t link);
/* Of the links that are up and whose own address is an IPv6 link-local one of that interface: how many there are (filled), and a number that changes
 * when bytes cross them. */
uint64_t tcp_traffic_at(const struct tcp *tcp, unsigned interface, unsigned *links);

#endif
