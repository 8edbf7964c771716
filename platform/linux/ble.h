#ifndef BARID_PLATFORM_LINUX_BLE_H
#define BARID_PLATFORM_LINUX_BLE_H
/*
 * Bluetooth as a radio: beacon and sightings by bluez.c, links by ble_link.c (L2CAP connection-oriented channels), when to do which by duty.c.
 * Address, beacon and links change together (SPEC.md 7.10): the kernel takes a new private address when the one before is so many seconds old and
 * something is to be sent, so this radio falls silent shortly before and starts anew shortly after, with a beacon of another nonce.
 */

#include "platform/loop.h"
#include "platform/radio.h"

enum {
	BLE_LINKS_MAX = 7,
	BLE_ROTATION_S = 900, /* the kernel's default life of a private address */
	BLE_ROTATION_S_LEAST = 10,
	BLE_ROTATION_S_MOST = 3600,
};

struct ble;

struct ble_config {
	const char *adapter; /* "auto" or a name such as "hci0"; borrowed during the call */
	bool classic;        /* also be found and dialled over BR/EDR, whose address never changes */
	unsigned rotation_s; /* what the kernel's rpa_timeout is set to */
	uint64_t *malformed; /* counts adverts under our service that are none of ours; borrowed for life */
};

/* The listener is borrowed for the life of it. A machine without Bluetooth is no error: the report says so, and it is tried again. */
enum err ble_open(struct ble **ble, struct loop *loop, const struct radio_listener *listener, const struct ble_config *config);
/* Ends every link without a word upward. Takes NULL. */
void ble_close(struct ble *ble);
struct radio *ble_radio(struct ble *ble);

#endif
