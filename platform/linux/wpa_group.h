#ifndef BARID_PLATFORM_LINUX_WPA_GROUP_H
#define BARID_PLATFORM_LINUX_WPA_GROUP_H
/*
 * One Wi-Fi Direct group, made or joined through wpa_supplicant 2.10 (its README-P2P), for wifi_direct.c. Never WPS, never a search, never a
 * negotiation. To join, a stored group is described for as long as it takes to start it, which makes wpa_supplicant enter it as a client on an
 * interface of its own; the person's own networks are not touched, and nothing is saved. What a group shows on the air is made empty or random first.
 */

#include "platform/linux/wpa_scout.h"
#include "platform/linux/wpa_text.h"

enum {
	WPA_GROUP_FORM_MS = 8000,  /* a second is usual; a client that has to look at every channel takes 5 s */
	WPA_GROUP_SCAN_MS = 2000,  /* one channel takes 150 ms */
	WPA_GROUP_PASSPHRASE = 32, /* characters; all of it is drawn by the service */
};

enum wpa_group_end {
	WPA_GROUP_ENDED,   /* by wpa_group_end() */
	WPA_GROUP_REFUSED, /* it could not be made or joined */
	WPA_GROUP_LEFT,    /* by the only other one in it */
	WPA_GROUP_REMOVED, /* somebody else ended it, or it broke */
	WPA_GROUP_GONE,    /* the service went away */
};

struct wpa_group_listener {
	void *owner;
	void (*formed)(void *owner, const struct wpa_text_group *group); /* borrows */
	/* Comes once, and nothing after it; wpa_group_close() is allowed in it. */
	void (*ended)(void *owner, enum wpa_group_end how);
};

struct wpa_group;

/* The folder and the listener are borrowed for life, found is copied; its trouble is RADIO_FINE. Errors are those of wpa_open(). */
enum err wpa_group_open(struct wpa_group **group, struct loop *loop, const char *folder, const struct wpa_scout_found *found,
			const struct wpa_group_listener *listener);
/* Forgets it. For the end of the program: what there is of a group is told to end; a second may be spent on finding out what that is. Takes NULL. */
void wpa_group_close(struct wpa_group *group);

/* Each at most once, and only one of the two. What other has to join: ssid, passphrase and frequency; copied. */
void wpa_group_make(struct wpa_group *group);
void wpa_group_join(struct wpa_group *group, const struct lane_group *other);
/* Begins to end it; ended() follows, unless it has come. */
void wpa_group_end(struct wpa_group *group);

#endif
