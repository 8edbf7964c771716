#ifndef BARID_PLATFORM_LINUX_WPA_SCOUT_H
#define BARID_PLATFORM_LINUX_WPA_SCOUT_H
/*
 * Looks for an interface on which wpa_supplicant can make groups beside the person's own network, and for what a program that was killed left behind
 * there. For wifi_direct.c. It looks when the folder of control sockets changes, and else rarely; between looks it holds no conversation. It never
 * touches a group or a stored network that does not bear our mark, and the mark is never on the air.
 */

#include "platform/loop.h"
#include "platform/radio.h"

#include <net/if.h>

enum {
	WPA_SCOUT_SETTLE_MS = 1000,    /* after a change in the folder */
	WPA_SCOUT_AGAIN_MS = 60000,    /* while there is none, or it can only while it is idle */
	WPA_SCOUT_CONFIRM_MS = 600000, /* while there is one */
};

/* The value of id_str, a remark in a stored network that wpa_supplicant only shows on its control socket. */
#define WPA_SCOUT_MARK "\"baridd\""

/* What there is. */
struct wpa_scout_found {
	enum radio_trouble trouble;   /* RADIO_FINE: the names are filled in */
	char management[IF_NAMESIZE]; /* whose conversation makes groups and hears of them: "p2p-dev-wlan0", or the station itself */
	char station[IF_NAMESIZE];    /* the person's own: "wlan0" */
	bool p2p;                     /* a group can be made or joined beside the person's own network */
	bool plain;                   /* the station is idle and has no network to wait for: it can be an access point or join one itself */
	bool private_device;          /* the device address that every group shows is not the card's own */
};

struct wpa_scout;

/* found has changed. */
typedef void wpa_scout_changed(void *owner);

/* interface: the station's name; or "auto" for any, but then there are no groups that would show the card's own address; folder: borrowed for
 * life. The first look is on a later turn. changed: called on later turns, when found has changed; must not close the scout. */
enum err wpa_scout_open(struct wpa_scout **scout, struct loop *loop, const char *folder, const char *interface, wpa_scout_changed *changed,
			void *owner);
/* Takes NULL. */
void wpa_scout_close(struct wpa_scout *scout);
/* Valid until the next change. */
const struct wpa_scout_found *wpa_scout_found(const struct wpa_scout *scout);
/* The service went away while it was used: nothing is found until the next look, which is soon. changed is not called for it. */
void wpa_scout_lost(struct wpa_scout *scout);
/* While busy it does not look: what bears our mark is in use. */
void wpa_scout_busy(struct wpa_scout *scout, bool busy);

#endif
