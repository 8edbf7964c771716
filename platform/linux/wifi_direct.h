#ifndef BARID_PLATFORM_LINUX_WIFI_DIRECT_H
#define BARID_PLATFORM_LINUX_WIFI_DIRECT_H
/*
 * A network of two over Wi-Fi as a fast lane, by wpa_supplicant's control socket: one side makes it, the other joins it, both for as long as the lane
 * lives, and they speak TCP over IPv6 link-local addresses there. A machine whose Wi-Fi is idle uses it as a plain access point or station; else it
 * is a Wi-Fi Direct group beside the person's own network (wpa_group.h). Never WPS, never a search; no network of the person's own is touched and
 * nothing is saved. It needs no privilege beside the right to write to the control sockets. Between lanes it holds no conversation, is woken by
 * changes in their folder, and looks again rarely.
 */

#include "platform/lane.h"
#include "platform/linux/tcp.h"

enum {
	WIFI_DIRECT_MAKE_MS = 10000,      /* until the group has an address */
	WIFI_DIRECT_JOIN_MS = 25000,      /* until a link is up; a maker waits for one as long */
	WIFI_DIRECT_TRIES = 6,            /* to join, in that time */
	WIFI_DIRECT_ALONE_MS = 3000,      /* the last link ended so long ago: over */
	WIFI_DIRECT_IDLE_MS = 10000,      /* nothing crossed for so long: over */
	WIFI_DIRECT_LIFE_MS = 120000,     /* over after this in any case */
	WIFI_DIRECT_PAUSE_MS = 60000,     /* no group is made for so long after one that could not be; doubles each time, ... */
	WIFI_DIRECT_PAUSE_MOST = 3600000, /* ... up to this */
};

struct wifi_direct;

struct wifi_direct_config {
	/* A name such as "wlan0", or "auto" for the first that can without showing the card's own P2P device address; borrowed during the call. */
	const char *interface;
	const char *folder;                    /* of wpa_supplicant's control sockets, usually /run/wpa_supplicant; borrowed for life */
	uint16_t port;                         /* at which our TCP listener answers links on every address */
	void (*random)(void *out, size_t len); /* fills with randomness that is fit for a key */
};

/* The listeners are borrowed for life; listener gets no turn_end from here. A machine that cannot is no error: can() says so, and report() why. */
enum err wifi_direct_open(struct wifi_direct **wifi_direct, struct loop *loop, struct tcp *tcp, const struct radio_listener *listener,
			  const struct lane_listener *lane_listener, const struct wifi_direct_config *config);
/* Ends the group, if any, without a word upward; the TCP listener goes on. Before tcp_close(). Takes NULL. */
void wifi_direct_close(struct wifi_direct *wifi_direct);
struct lane *wifi_direct_lane(struct wifi_direct *wifi_direct);
/* Its links are tcp.c's, opened by join(); it has no beacon and connect() refuses. */
struct radio *wifi_direct_radio(struct wifi_direct *wifi_direct);

#endif
