#ifndef BARID_PLATFORM_LINUX_BLE_H
#define BARID_PLATFORM_LINUX_BLE_H
/*
 * Bluetooth as a radio: beacon and sightings by bluez.c, links by ble_link.c (L2CAP connection-oriented channels), when to do which by
 * platform/scout.h. Address, beacon and links change together (SPEC.md 7.10): the kernel takes a new private address when the one before is so many
 * seconds old and something is to be sent, so this radio falls silent shortly before and starts anew shortly after, with a beacon of another nonce.
 * It never shows a beacon between radio_listener's renew() and the beacon() that follows.
 */

#include "platform/linux/ble_link.h"
#include "platform/loop.h"
#include "platform/radio.h"

struct ble;

struct ble_config {
	const char *adapter;  /* "auto" or a name such as "hci0"; borrowed during the call */
	unsigned rotation_s;  /* what the kernel's rpa_timeout is set to */
	uint64_t *malformed;  /* counts adverts under our service that are none of ours; borrowed for life */
	const char *supplies; /* for tests: where batteries are found; NULL: the system's; borrowed during the call */
};

/* The listener is borrowed for the life of it and gets no turn_end from here. A machine without Bluetooth is no error: the report says so, and it is
 * tried again. */
enum err ble_open(struct ble **ble, struct loop *loop, const struct radio_listener *listener, const struct ble_config *config);
/* Ends every link without a word upward. Takes NULL. Not from within a call upward. */
void ble_close(struct ble *ble);
struct radio *ble_radio(struct ble *ble);

#endif
