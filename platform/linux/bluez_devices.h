#ifndef BARID_PLATFORM_LINUX_BLUEZ_DEVICES_H
#define BARID_PLATFORM_LINUX_BLUEZ_DEVICES_H
/* The devices that advertise under our service, for bluez.c: a table of fixed size, whatever the air says. It knows no bus and reads no clock. */

#include "platform/linux/bluez_parse.h"

enum { BLUEZ_DEVICES_MAX = 256, BLUEZ_REPORT_EVERY_MS = 1000 };

struct bluez_device {
	uint8_t key[BLUEZ_ADDRESS_SIZE]; /* the address in its path */
	bool reported;
	bool stale; /* its beacon may have changed unheard */
	uint64_t heard_ms;
	uint64_t reported_ms;
	struct bluez_facts facts;
};

struct bluez_devices {
	unsigned count;
	struct bluez_device all[BLUEZ_DEVICES_MAX];
};

/* Notes what was heard of a device. Its entry, valid until the next call here; NULL if it does not show our beacon (any more). A full table forgets
 * who was silent for longest. */
struct bluez_device *bluez_devices_note(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE], const struct bluez_facts *facts,
					uint64_t now_ms);
/* Whether the entry is enough for a sighting; otherwise all its properties have to be asked for. */
bool bluez_devices_complete(const struct bluez_device *device);
/* Fills the sighting, at most once per BLUEZ_REPORT_EVERY_MS. The entry must be complete. */
bool bluez_devices_report(struct bluez_device *device, uint64_t now_ms, struct bluez_sighting *sighting);
void bluez_devices_drop(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE]);
/* Nothing was listened to for a while. */
void bluez_devices_stale(struct bluez_devices *devices);

#endif
