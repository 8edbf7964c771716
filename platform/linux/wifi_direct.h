#ifndef BARID_PLATFORM_LINUX_WIFI_DIRECT_H
#define BARID_PLATFORM_LINUX_WIFI_DIRECT_H
/*
 * Wi-Fi Direct as a fast lane, by wpa_supplicant's control socket (wpa_supplicant 2.10 README-P2P): the maker starts an autonomous group, the
 * joiner enters it as a P2P client that knows the passphrase. Never WPS, never a negotiation, no network of the person's own is touched: both
 * sides work on a group interface of their own, which ends with the lane. Nothing is saved to wpa_supplicant's settings.
 */

#include "platform/lane.h"
#include "platform/linux/tcp.h"

enum {
	WIFI_DIRECT_MAKE_MS = 10000,
	WIFI_DIRECT_JOIN_MS = 25000,  /* until a link is up */
	WIFI_DIRECT_IDLE_MS = 10000,  /* nothing crossed for so long: over */
	WIFI_DIRECT_LIFE_MS = 120000, /* over after this in any case */
};

struct wifi_direct;

struct wifi_direct_config {
	const char *interface; /* "auto" for the first that can, or a name such as "wlan0"; borrowed during the call */
	const char *folder;    /* of wpa_supplicant's control sockets, usually /run/wpa_supplicant; borrowed for life */
	uint16_t port;         /* at which our TCP listener answers links on every address */
};

enum err wifi_direct_open(struct wifi_direct **wifi_direct, struct loop *loop, struct tcp *tcp, const struct radio_listener *listener,
			  const struct lane_listener *lane_listener, const struct wifi_direct_config *config);
/* Ends the group, if any. Takes NULL. */
void wifi_direct_close(struct wifi_direct *wifi_direct);
struct lane *wifi_direct_lane(struct wifi_direct *wifi_direct);
/* Its links are tcp.c's; it has no beacon and cannot be asked to connect(). */
struct radio *wifi_direct_radio(struct wifi_direct *wifi_direct);

#endif
