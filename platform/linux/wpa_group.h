#ifndef BARID_PLATFORM_LINUX_WPA_GROUP_H
#define BARID_PLATFORM_LINUX_WPA_GROUP_H
/*
 * A network of two, made or joined through wpa_supplicant 2.10, for wifi_direct.c. Never WPS, never a search, never a negotiation; nothing is saved,
 * and a station that has a network of the person's own is not touched. Two kinds: plain   a station that is idle is an access point itself, or joins
 * one. It shows addresses and a name drawn anew each time and nothing of Wi-Fi Direct, so two of them cannot be told to be the same machine's. P2P a
 * group (README-P2P) on an interface of its own, beside whatever the station does. To join, a stored group is described for as long as it takes to
 * start it, which makes the service enter it without WPS. It shows the machine's P2P device address. One kind cannot join the other.
 */

#include "platform/linux/wpa_scout.h"
#include "platform/linux/wpa_text.h"

enum {
	WPA_GROUP_FORM_MS = 11000, /* a second is usual; the service itself gives up after ten */
	WPA_GROUP_SCAN_MS = 2000,  /* one channel takes 150 ms */
	WPA_GROUP_SSID = 8,        /* characters of a plain one */
	WPA_GROUP_PASSPHRASE = 32,
};

enum wpa_group_end {
	WPA_GROUP_ENDED,   /* by wpa_group_end() */
	WPA_GROUP_REFUSED, /* it could not be made or joined */
	WPA_GROUP_UNFIT,   /* it cannot be beside what the station does now */
	WPA_GROUP_REMOVED, /* somebody else ended it, or it broke */
	WPA_GROUP_GONE,    /* the service went away */
};

struct wpa_group_listener {
	void *owner;
	void (*formed)(void *owner, const struct wpa_text_group *group); /* borrows */
	/* The other one has gone off the air; it may come back. */
	void (*left)(void *owner);
	/* Comes once, and nothing after it; wpa_group_close() is allowed in it. */
	void (*ended)(void *owner, enum wpa_group_end how);
};

struct wpa_group;

/* Fills with randomness that is fit for a key: for the passphrase of an access point. */
typedef void wpa_group_random(void *out, size_t len);

/* The folder and the listener are borrowed for life, found is copied; its trouble is RADIO_FINE. Errors are those of wpa_open(). */
enum err wpa_group_open(struct wpa_group **group, struct loop *loop, const char *folder, const struct wpa_scout_found *found,
			const struct wpa_group_listener *listener);
/* Forgets it. For the end of the program: what there is of a group is told to end; a second may be spent on finding out what that is. Takes NULL. */
void wpa_group_close(struct wpa_group *group);

/* Each at most once, and only one of the two. Makes a plain one where it can. */
void wpa_group_make(struct wpa_group *group, wpa_group_random *random);
/* other: of the form lane_group_decode() demands, copied; a plain one if its bssid is zero. */
void wpa_group_join(struct wpa_group *group, const struct lane_group *other);
/* Begins to end it; ended() follows, unless it has come. */
void wpa_group_end(struct wpa_group *group);

#endif
