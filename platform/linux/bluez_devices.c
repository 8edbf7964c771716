#include "platform/linux/bluez_devices.h"

#include <assert.h>
#include <string.h>

static struct bluez_device *find(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	for (unsigned i = 0; i < devices->count; i++)
		if (!memcmp(devices->all[i].key, key, BLUEZ_ADDRESS_SIZE))
			return &devices->all[i];
	return NULL;
}

static struct bluez_device *add(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	struct bluez_device *device = &devices->all[0];
	if (devices->count < BLUEZ_DEVICES_MAX)
		device = &devices->all[devices->count++];
	else
		for (unsigned i = 1; i < devices->count; i++)
			if (devices->all[i].heard_ms < device->heard_ms)
				device = &devices->all[i];
	memset(device, 0, sizeof *device);
	memcpy(device->key, key, BLUEZ_ADDRESS_SIZE);
	memcpy(device->facts.address, key, BLUEZ_ADDRESS_SIZE);
	return device;
}

struct bluez_device *bluez_devices_note(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE], const struct bluez_facts *facts,
					uint64_t now_ms)
{
	struct bluez_device *device = find(devices, key);
	if (facts->known & BLUEZ_KNOWS_MALFORMED) {
		bluez_devices_drop(devices, key);
		return NULL;
	}
	if (!device && (facts->known & BLUEZ_KNOWS_BEACON))
		device = add(devices, key);
	if (!device)
		return NULL;
	bluez_facts_merge(&device->facts, facts);
	device->heard_ms = now_ms;
	if (facts->known & BLUEZ_KNOWS_BEACON)
		device->stale = false;
	return device;
}

bool bluez_devices_complete(const struct bluez_device *device)
{
	return !device->stale && (device->facts.known & BLUEZ_KNOWS_ADDRESS_TYPE);
}

bool bluez_devices_report(struct bluez_device *device, uint64_t now_ms, struct bluez_sighting *sighting)
{
	assert(bluez_devices_complete(device));
	if (device->reported && now_ms - device->reported_ms < BLUEZ_REPORT_EVERY_MS)
		return false;
	device->reported = true;
	device->reported_ms = now_ms;
	memset(sighting, 0, sizeof *sighting);
	memcpy(sighting->address, device->facts.address, sizeof sighting->address);
	memcpy(sighting->beacon, device->facts.beacon, sizeof sighting->beacon);
	sighting->address_random = device->facts.address_random;
	/* 127 is the controller's word for "not measured". */
	sighting->rssi_dbm = (device->facts.known & BLUEZ_KNOWS_RSSI) && device->facts.rssi_dbm != 127 ? device->facts.rssi_dbm : 0;
	return true;
}

void bluez_devices_drop(struct bluez_devices *devices, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	struct bluez_device *device = find(devices, key);
	if (device)
		*device = devices->all[--devices->count];
}

void bluez_devices_stale(struct bluez_devices *devices)
{
	for (unsigned i = 0; i < devices->count; i++)
		devices->all[i].stale = true;
}
