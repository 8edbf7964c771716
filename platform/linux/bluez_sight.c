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

/* A place for a question about that device. NULL: all are taken, or it is asked already. */
static struct bluez_lookup *free_lookup(struct bluez_lookup *lookups, unsigned count, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	struct bluez_lookup *lookup = NULL;
	for (unsigned i = 0; i < count; i++) {
		if (!lookups[i].call)
			lookup = &lookups[i];
		else if (!memcmp(lookups[i].key, key, BLUEZ_ADDRESS_SIZE))
			return NULL;
	}
	return lookup;
}

static void ask(struct bluez *bluez, struct bluez_lookup *lookup, const uint8_t key[static BLUEZ_ADDRESS_SIZE], sd_bus_message_handler_t answered)
{
	char path[BLUEZ_PATH_MAX * 2];
	bluez_path_to_device(path, sizeof path, bluez->path, key);
	sd_bus_message *message = bluez_message(bluez, path, "org.freedesktop.DBus.Properties", "GetAll");
	if (message && sd_bus_message_append(message, "s", bluez_device_interface) < 0)
		message = sd_bus_message_unref(message);
	memcpy(lookup->key, key, BLUEZ_ADDRESS_SIZE);
	lookup->bluez = bluez;
	(void)bluez_send(bluez, message, &lookup->call, answered, lookup); /* without memory there is no answer, and nothing is done */
}

void bluez_sight_note(struct bluez *bluez, const uint8_t key[static BLUEZ_ADDRESS_SIZE], const struct bluez_facts *facts)
{
	if (facts->known & BLUEZ_KNOWS_MALFORMED)
		++*bluez->malformed;
	struct bluez_device *device = bluez_devices_note(&bluez->devices, key, facts, bluez_now_ms(bluez));
	if (!device || !(facts->known & (BLUEZ_KNOWS_RSSI | BLUEZ_KNOWS_BEACON)))
		return;
	if (bluez_devices_complete(device)) {
		hear(bluez, device);
		return;
	}
	/* If too many questions are open, its next advertisement asks again. */
	struct bluez_lookup *lookup = free_lookup(bluez->lookups, BLUEZ_LOOKUPS_MAX, key);
	if (lookup)
		ask(bluez, lookup, key, looked_up);
}

void bluez_sight_report(struct bluez *bluez, sd_bus_message *message)
{
	struct bluez_object object;
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	const char *path = sd_bus_message_get_path(message);
	if (path && bluez->chosen && bluez_path_of_device(path, bluez->path, key) && bluez_parse_change(message, &object) && object.device)
		bluez_sight_note(bluez, key, &object.facts);
}

static int forgettable(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez_lookup *lookup = owner;
	struct bluez *bluez = lookup->bluez;
	(void)error; /* nobody gets an answer to an answer */
	struct bluez_facts facts;
	memset(&facts, 0, sizeof facts);
	if (!bluez_answered(bluez, answer, &lookup->call) || !bluez_parse_properties(answer, &facts) || facts.paired)
		return 0;
	char path[BLUEZ_PATH_MAX * 2];
	bluez_path_to_device(path, sizeof path, bluez->path, lookup->key);
	sd_bus_message *message = bluez_message(bluez, bluez->path, bluez_adapter_interface, "RemoveDevice");
	if (message && sd_bus_message_append(message, "o", path) < 0)
		message = sd_bus_message_unref(message);
	(void)bluez_send(bluez, message, NULL, NULL, NULL); /* BlueZ forgets it by itself after a while, too */
	return 0;
}

void bluez_forget(struct bluez *bluez, const uint8_t address[static BLUEZ_ADDRESS_SIZE])
{
	if (!bluez->chosen)
		return;
	bluez_devices_drop(&bluez->devices, address);
	struct bluez_lookup *lookup = free_lookup(bluez->forgets, BLUEZ_FORGETS_MAX, address);
	if (lookup)
		ask(bluez, lookup, address, forgettable);
	bus_settle(bluez->bus);
}

void bluez_sight_reset(struct bluez *bluez)
{
	bluez->devices.count = 0;
	for (unsigned i = 0; i < BLUEZ_LOOKUPS_MAX; i++)
		bluez_release(&bluez->lookups[i].call);
	for (unsigned i = 0; i < BLUEZ_FORGETS_MAX; i++)
		bluez_release(&bluez->forgets[i].call);
}
