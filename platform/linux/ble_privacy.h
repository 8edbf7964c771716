#ifndef BARID_PLATFORM_LINUX_BLE_PRIVACY_H
#define BARID_PLATFORM_LINUX_BLE_PRIVACY_H
/*
 * Whether an adapter shows addresses that change. bluetoothd does not say so on the bus; the kernel does on its control channel for adapters, whose
 * questions anybody may ask. It asks and never changes anything, and never waits: the kernel answers at once.
 */

#include "platform/linux/ble_link.h"

enum ble_privacy {
	BLE_PRIVACY_UNKNOWN, /* no such adapter, or the kernel does not say */
	BLE_PRIVACY_OFF,     /* it shows its identity */
	BLE_PRIVACY_ON,
};

/* Of the adapter of this identity. */
enum ble_privacy ble_privacy_of(const uint8_t identity[static BLE_LINK_ADDRESS_SIZE]);

enum { BLE_PRIVACY_ANSWER_MAX = 64 };
/* What an answer of len bytes says of that adapter, BLE_PRIVACY_UNKNOWN if it is of another or is none; for tests, too. */
enum ble_privacy ble_privacy_read(const uint8_t *answer, size_t len, const uint8_t identity[static BLE_LINK_ADDRESS_SIZE]);

#endif
