#ifndef BARID_PROTO_LANE_GROUP_H
#define BARID_PROTO_LANE_GROUP_H
/*
 * What two posts that are linked by a slow radio say about a fast one (SPEC.md 7.10): the network that one of them made for the other, and that a
 * link over it is theirs. Messages LANE, LANE_ANSWER and TWIN.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LANE_SSID_MAX = 32, /* bytes */
	LANE_PASSPHRASE_MIN = 8,
	LANE_PASSPHRASE_MAX = 63, /* of printable ASCII characters */
	LANE_ADDRESS_SIZE = 16,
	LANE_BSSID_SIZE = 6,
	LANE_FREQUENCY_MIN = 2412, /* MHz */
	LANE_FREQUENCY_MAX = 7115,
	LANE_GROUP_SIZE_MAX = 2 + 2 + LANE_ADDRESS_SIZE + LANE_BSSID_SIZE + 1 + LANE_SSID_MAX + 1 + LANE_PASSPHRASE_MAX,
	TWIN_SIZE = 16,
};

/* What a radio can do for a fast lane. */
enum { LANE_CAN_JOIN = 1, LANE_CAN_MAKE = 2 };

/* All that the other side needs to join. */
struct lane_group {
	uint16_t frequency_mhz;
	uint16_t port;                      /* TCP, at which the maker answers links; not 0 */
	uint8_t address[LANE_ADDRESS_SIZE]; /* the maker's IPv6 link-local address, fe80::/10: nobody can be made to dial anything else */
	uint8_t bssid[LANE_BSSID_SIZE];     /* the maker's P2P device address; zero: a plain access point */
	uint8_t ssid_len, passphrase_len;
	uint8_t ssid[LANE_SSID_MAX];             /* any bytes */
	uint8_t passphrase[LANE_PASSPHRASE_MAX]; /* printable ASCII */
};

/* The payload of LANE. group is of the form that lane_group_decode() demands. Returns its length. */
size_t lane_group_encode(const struct lane_group *group, uint8_t out[static LANE_GROUP_SIZE_MAX]);
/* False: not exactly of the form. */
bool lane_group_decode(struct lane_group *group, const uint8_t *bytes, size_t len);
/* The payload of TWIN for a link: D("barid-twin-v1", 16, its handshake hash). */
void lane_group_twin(const uint8_t binding[static 32], uint8_t twin[static TWIN_SIZE]);

#endif
