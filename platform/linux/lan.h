#ifndef BARID_PLATFORM_LINUX_LAN_H
#define BARID_PLATFORM_LINUX_LAN_H
/*
 * Neighbours on the same network: a radio that shows its beacon by UDP multicast and hears those of others. The links themselves are tcp.c's. Every
 * datagram is 14 bytes: version 1, zero, the TCP port to dial (u16, little-endian), the beacon. A beacon counts only if it comes from a machine on
 * the very link it was heard on, so nobody on the internet can make a post dial.
 */

#include "platform/linux/routes.h"
#include "platform/linux/tcp.h"

enum {
	LAN_PORT = 4747,
	LAN_DATAGRAM_SIZE = 4 + BEACON_SIZE,
	LAN_NEWS_MS = 2000,     /* a changed beacon is sent at most so often */
	LAN_PERIOD_MS = 120000, /* and an unchanged one after this, and up to half as long again */
	LAN_KNOWN_MAX = 64,     /* neighbours remembered */
	LAN_FRESH_MS = 600000,  /* a neighbour heard in this time may still be there */
	LAN_ANSWERS_MAX = 8,    /* answers in a burst; one more each second */
};

struct lan;

struct lan_config {
	const struct routes *routes; /* borrowed for the life of it */
	uint64_t *malformed;         /* counts datagrams that are none of ours; borrowed for the life of it */
};

/* A lan that is off: no socket is open. The listener is borrowed for the life of it. */
enum err lan_open(struct lan **lan, struct loop *loop, struct tcp *tcp, const struct radio_listener *listener, const struct lan_config *config);
void lan_close(struct lan *lan);
struct radio *lan_radio(struct lan *lan);

/* Which interfaces to use from now on: "all" (those with neighbours), one by name, or "off". tcp_port: the listener to announce. ERR_IO...: no socket
 * could be had. */
enum err lan_set(struct lan *lan, const char *which, uint16_t tcp_port);
/* Joins what came, forgets what went, and shows the beacon on what is new. */
void lan_network_changed(struct lan *lan);

/* What a datagram says. False: not exactly of the form. */
bool lan_datagram_decode(const uint8_t *bytes, size_t len, uint16_t *tcp_port, uint8_t beacon[static BEACON_SIZE]);
void lan_datagram_encode(uint16_t tcp_port, const uint8_t beacon[static BEACON_SIZE], uint8_t out[static LAN_DATAGRAM_SIZE]);

#endif
