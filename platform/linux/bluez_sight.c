#include "platform/linux/bluez_inside.h"

#include <string.h>

static void hear(struct bluez *bluez, struct bluez_device *device)
{
	struct bluez_sighting sighting;
	if (bluez->scan.wanted && bluez_devices_report(device, bluez_now_ms(bluez), &sighting))
		bluez->listener->heard(bluez->listener->owner, &sighting);
}

static int looked_up(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez_lookup *lookup = owner;
	struct bluez *bluez = lookup->bluez;
	(void)error; /* nobody gets an answer to an answer */
	struct bluez_facts facts;
	memset(&facts, 0, sizeof facts);
	bool good = bluez_answered(bluez, answer, &lookup->call) && bluez_parse_properties(answer, &facts);
	struct bluez_device *device = good ? bluez_devices_note(&bluez->devices, lookup->key, &facts, bluez_now_ms(bluez)) : NULL;
	if (device && bluez_devices_complete(device))
		hear(bluez, device);
	else
		bluez_devices_drop(&bluez->devices, lookup->key);
	return 0;
}

/* Asks for all of a device's properties. If too many questions are open, its next advertisement asks again. */
static void look_up(struct bluez *bluez, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	struct bluez_lookup *lookup = NULL;
	for (unsigned i = 0; i < BLUEZ_LOOKUPS_MAX; i++) {
		if (!bluez->lookups[i].call)
			lookup = &bluez->lookups[i];
		else if (!memcmp(bluez->lookups[i].key, key, BLUEZ_ADDRESS_SIZE))
			return;
	}
	if (!lookup)
		return;
	char path[BLUEZ_PATH_MAX * 2];
	bluez_path_to_device(path, sizeof path, bluez->path, key);
	sd_bus_message *message = bluez_message(bluez, path, "org.freedesktop.DBus.Properties", "GetAll");
	if (message && sd_bus_message_append(message, "s", bluez_device_interface) < 0)
		message = sd_bus_message_unref(message);
	memcpy(lookup->key, key, BLUEZ_ADDRESS_SIZE);
	lookup->bluez = bluez;
	(void)bluez_send(bluez, message, &lookup->call, looked_up, lookup); /* its next advertisement asks again */
}

void bluez_sight_note(struct bluez *bluez, const uint8_t key[static BLUEZ_ADDRESS_SIZE], const struct bluez_facts *facts)
{
	if (facts->known & BLUEZ_KNOWS_MALFORMED)
		++*bluez->malformed;
	struct bluez_device *device = bluez_devices_note(&bluez->devices, key, facts, bluez_now_ms(bluez));
	if (!device || !(facts->known & (BLUEZ_KNOWS_RSSI | BLUEZ_KNOWS_BEACON)))
		return;
	if (bluez_devices_complete(device))
		hear(bluez, device);
	else
		look_up(bluez, key);
}

void bluez_sight_report(struct bluez *bluez, sd_bus_message *message)
{
	struct bluez_object object;
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	const char *path = sd_bus_message_get_path(message);
	if (path && bluez->chosen && bluez_path_of_device(path, bluez->path, key) && bluez_parse_change(message, &object) && object.device)
		bluez_sight_note(bluez, key, &object.facts);
}
