#ifndef BARID_PLATFORM_LINUX_WPA_TEXT_H
#define BARID_PLATFORM_LINUX_WPA_TEXT_H
/*
 * What wpa_supplicant writes on its control socket: events and replies, as far as a fast lane needs them. Pure text in, values out; whatever is not
 * of the expected form is false, never an error. For wpa_scout.c and wifi_direct.c. It never logs: some of these texts hold a passphrase.
 */

#include "platform/lane.h"

#include <net/if.h>
#include <stddef.h>

enum { WPA_TEXT_VALUE_SIZE = 64, WPA_TEXT_NETWORK_MAX = 65535 };

/* A group that has begun: P2P-GROUP-STARTED. Holds a secret: wipe it. */
struct wpa_text_group {
	char interface[IF_NAMESIZE];
	bool maker; /* we are its owner, else a client */
	uint16_t frequency_mhz;
	uint8_t device[6];                /* the owner's P2P device address; zero: it has none */
	uint8_t ssid_len, passphrase_len; /* passphrase_len 0: not told */
	uint8_t ssid[LANE_SSID_MAX];
	uint8_t passphrase[LANE_PASSPHRASE_MAX];
};

/* The event without its level, "<3>". */
const char *wpa_text_event(const char *text);
/* Whether the event's first word is this one. */
bool wpa_text_is(const char *event, const char *word);
bool wpa_text_group(const char *event, struct wpa_text_group *group);
/* Whether P2P-GROUP-REMOVED tells of this interface. */
bool wpa_text_removed(const char *event, const char *interface);

/* The value of "key=value" in a reply of such lines. False: not there, or too long. */
bool wpa_text_value(const char *reply, const char *key, char value[static WPA_TEXT_VALUE_SIZE]);
/* Whether a reply has exactly this line. */
bool wpa_text_line(const char *reply, const char *line);
/* The interface names of a reply to INTERFACES, one a call; *at begins with the reply and ends as NULL. False: no more. Lines that are no name are
 * passed over. */
bool wpa_text_interface(const char **at, char interface[static IF_NAMESIZE]);
/* The numbers in a reply to LIST_NETWORKS, in the same way; group: it is a stored group, not a network to connect to by itself. */
bool wpa_text_network(const char **at, unsigned *network, bool *group);
/* A decimal number and nothing else, 0..most. */
bool wpa_text_number(const char *text, unsigned most, unsigned *number);

#endif
