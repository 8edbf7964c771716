#include "platform/linux/bluez_parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char bluez_adapter_interface[] = "org.bluez.Adapter1";
const char bluez_manager_interface[] = "org.bluez.LEAdvertisingManager1";
const char bluez_device_interface[] = "org.bluez.Device1";
const char bluez_service_uuid[] = "7b1e6b53-9d2a-4c0f-8f3e-2a5d94c1e0b7";

static const char path_prefix[] = "/org/bluez/";

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "00:11:22:33:44:55", most significant byte first. */
static bool address_of(const char *text, char separator, uint8_t address[static BLUEZ_ADDRESS_SIZE])
{
	if (strnlen(text, BLUEZ_ADDRESS_SIZE * 3) != BLUEZ_ADDRESS_SIZE * 3 - 1)
		return false;
	for (unsigned i = 0; i < BLUEZ_ADDRESS_SIZE; i++) {
		int high = hex_digit(text[i * 3]);
		int low = hex_digit(text[i * 3 + 1]);
		if (high < 0 || low < 0 || (i > 0 && text[i * 3 - 1] != separator))
			return false;
		address[BLUEZ_ADDRESS_SIZE - 1 - i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* Readers of one property's value, which is of the type given beside them. They return an errno below zero if the message cannot be read. */
typedef int property_read(sd_bus_message *message, struct bluez_facts *facts);

static int read_address(sd_bus_message *message, struct bluez_facts *facts)
{
	const char *text;
	int error = sd_bus_message_read_basic(message, 's', &text);
	if (error > 0 && address_of(text, ':', facts->address))
		facts->known |= BLUEZ_KNOWS_ADDRESS;
	return error;
}

static int read_address_type(sd_bus_message *message, struct bluez_facts *facts)
{
	const char *text;
	int error = sd_bus_message_read_basic(message, 's', &text);
	if (error > 0) {
		facts->address_random = !strcmp(text, "random");
		facts->known |= BLUEZ_KNOWS_ADDRESS_TYPE;
	}
	return error;
}

static int read_flag(sd_bus_message *message, struct bluez_facts *facts, bool *flag, unsigned knows)
{
	int value;
	int error = sd_bus_message_read_basic(message, 'b', &value);
	if (error > 0) {
		*flag = value != 0;
		facts->known |= knows;
	}
	return error;
}

static int read_powered(sd_bus_message *message, struct bluez_facts *facts)
{
	return read_flag(message, facts, &facts->powered, BLUEZ_KNOWS_POWERED);
}

static int read_discovering(sd_bus_message *message, struct bluez_facts *facts)
{
	return read_flag(message, facts, &facts->discovering, BLUEZ_KNOWS_DISCOVERING);
}

static int read_connected(sd_bus_message *message, struct bluez_facts *facts)
{
	return read_flag(message, facts, &facts->connected, BLUEZ_KNOWS_CONNECTED);
}

static int read_paired(sd_bus_message *message, struct bluez_facts *facts)
{
	return read_flag(message, facts, &facts->paired, BLUEZ_KNOWS_PAIRED);
}

static int read_roles(sd_bus_message *message, struct bluez_facts *facts)
{
	facts->central = facts->peripheral = false;
	facts->known |= BLUEZ_KNOWS_ROLES;
	int error = sd_bus_message_enter_container(message, 'a', "s");
	const char *role;
	while (error >= 0 && (error = sd_bus_message_read_basic(message, 's', &role)) > 0) {
		bool both = !strcmp(role, "central-peripheral");
		facts->central = facts->central || both || !strcmp(role, "central");
		facts->peripheral = facts->peripheral || both || !strcmp(role, "peripheral");
	}
	return error < 0 ? error : sd_bus_message_exit_container(message);
}

static int read_instances_free(sd_bus_message *message, struct bluez_facts *facts)
{
	facts->known |= BLUEZ_KNOWS_INSTANCES_FREE;
	return sd_bus_message_read_basic(message, 'y', &facts->instances_free);
}

static int read_instances_used(sd_bus_message *message, struct bluez_facts *facts)
{
	facts->known |= BLUEZ_KNOWS_INSTANCES_USED;
	return sd_bus_message_read_basic(message, 'y', &facts->instances_used);
}

static int read_rssi(sd_bus_message *message, struct bluez_facts *facts)
{
	facts->known |= BLUEZ_KNOWS_RSSI;
	return sd_bus_message_read_basic(message, 'n', &facts->rssi_dbm);
}

/* The value under our service: a beacon if it is bytes, and as many as a beacon has. */
static int read_beacon(sd_bus_message *message, struct bluez_facts *facts)
{
	const char *type;
	facts->known &= ~(unsigned)BLUEZ_KNOWS_BEACON;
	facts->known |= BLUEZ_KNOWS_MALFORMED;
	int error = sd_bus_message_peek_type(message, NULL, &type);
	if (error <= 0 || strcmp(type, "ay"))
		return error < 0 ? error : sd_bus_message_skip(message, "v");
	const void *bytes = NULL;
	size_t len = 0;
	if ((error = sd_bus_message_enter_container(message, 'v', "ay")) < 0 || (error = sd_bus_message_read_array(message, 'y', &bytes, &len)) < 0)
		return error;
	if (len == BEACON_SIZE) {
		memcpy(facts->beacon, bytes, BEACON_SIZE);
		facts->known = (facts->known & ~(unsigned)BLUEZ_KNOWS_MALFORMED) | BLUEZ_KNOWS_BEACON;
	}
	return sd_bus_message_exit_container(message);
}

static int read_service_data(sd_bus_message *message, struct bluez_facts *facts)
{
	int error = sd_bus_message_enter_container(message, 'a', "{sv}");
	while (error >= 0 && (error = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		const char *uuid;
		error = sd_bus_message_read_basic(message, 's', &uuid);
		if (error >= 0)
			error = strcasecmp(uuid, bluez_service_uuid) ? sd_bus_message_skip(message, "v") : read_beacon(message, facts);
		if (error >= 0)
			error = sd_bus_message_exit_container(message);
	}
	return error < 0 ? error : sd_bus_message_exit_container(message);
}

static const struct {
	const char *name;
	const char *type;
	property_read *read;
} properties[] = {
	{"Address", "s", read_address},
	{"AddressType", "s", read_address_type},
	{"Powered", "b", read_powered},
	{"Roles", "as", read_roles},
	{"Discovering", "b", read_discovering},
	{"SupportedInstances", "y", read_instances_free},
	{"ActiveInstances", "y", read_instances_used},
	{"Connected", "b", read_connected},
	{"Paired", "b", read_paired},
	{"RSSI", "n", read_rssi},
	{"ServiceData", "a{sv}", read_service_data},
};

static property_read *reader_of(const char *name, const char *type)
{
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		if (!strcmp(properties[i].name, name))
			return strcmp(properties[i].type, type) ? NULL : properties[i].read;
	return NULL;
}

/* Reads sv. */
static int read_property(sd_bus_message *message, struct bluez_facts *facts)
{
	const char *name;
	const char *type;
	int error = sd_bus_message_read_basic(message, 's', &name);
	if (error >= 0)
		error = sd_bus_message_peek_type(message, NULL, &type);
	if (error <= 0)
		return error < 0 ? error : -EBADMSG;
	property_read *read = reader_of(name, type);
	if (!read)
		return sd_bus_message_skip(message, "v");
	error = sd_bus_message_enter_container(message, 'v', type);
	if (error >= 0)
		error = read(message, facts);
	return error < 0 ? error : sd_bus_message_exit_container(message);
}

bool bluez_parse_properties(sd_bus_message *message, struct bluez_facts *facts)
{
	int error = sd_bus_message_enter_container(message, 'a', "{sv}");
	while (error >= 0 && (error = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		error = read_property(message, facts);
		if (error >= 0)
			error = sd_bus_message_exit_container(message);
	}
	return error >= 0 && sd_bus_message_exit_container(message) >= 0;
}

/* Notes that the object has this interface; false if it is none of ours. */
static bool note_interface(const char *name, struct bluez_object *object)
{
	bool adapter = !strcmp(name, bluez_adapter_interface);
	bool manager = !strcmp(name, bluez_manager_interface);
	bool device = !strcmp(name, bluez_device_interface);
	object->adapter = object->adapter || adapter;
	object->manager = object->manager || manager;
	object->device = object->device || device;
	return adapter || manager || device;
}

bool bluez_parse_interfaces(sd_bus_message *message, struct bluez_object *object)
{
	memset(object, 0, sizeof *object);
	int error = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");
	while (error >= 0 && (error = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0) {
		const char *name;
		error = sd_bus_message_read_basic(message, 's', &name);
		if (error >= 0 && !note_interface(name, object))
			error = sd_bus_message_skip(message, "a{sv}");
		else if (error >= 0 && !bluez_parse_properties(message, &object->facts))
			return false;
		if (error >= 0)
			error = sd_bus_message_exit_container(message);
	}
	return error >= 0 && sd_bus_message_exit_container(message) >= 0;
}

bool bluez_parse_interface_names(sd_bus_message *message, struct bluez_object *gone)
{
	memset(gone, 0, sizeof *gone);
	int error = sd_bus_message_enter_container(message, 'a', "s");
	const char *name;
	while (error >= 0 && (error = sd_bus_message_read_basic(message, 's', &name)) > 0)
		(void)note_interface(name, gone); /* others are of no interest */
	return error >= 0 && sd_bus_message_exit_container(message) >= 0;
}

bool bluez_parse_change(sd_bus_message *message, struct bluez_object *object)
{
	memset(object, 0, sizeof *object);
	const char *name;
	if (sd_bus_message_read_basic(message, 's', &name) <= 0)
		return false;
	return !note_interface(name, object) || bluez_parse_properties(message, &object->facts);
}

void bluez_facts_merge(struct bluez_facts *facts, const struct bluez_facts *newer)
{
	unsigned beacon = BLUEZ_KNOWS_BEACON | BLUEZ_KNOWS_MALFORMED;
	if (newer->known & BLUEZ_KNOWS_ADDRESS)
		memcpy(facts->address, newer->address, sizeof facts->address);
	if (newer->known & BLUEZ_KNOWS_ADDRESS_TYPE)
		facts->address_random = newer->address_random;
	if (newer->known & BLUEZ_KNOWS_POWERED)
		facts->powered = newer->powered;
	if (newer->known & BLUEZ_KNOWS_ROLES) {
		facts->central = newer->central;
		facts->peripheral = newer->peripheral;
	}
	if (newer->known & BLUEZ_KNOWS_DISCOVERING)
		facts->discovering = newer->discovering;
	if (newer->known & BLUEZ_KNOWS_INSTANCES_FREE)
		facts->instances_free = newer->instances_free;
	if (newer->known & BLUEZ_KNOWS_INSTANCES_USED)
		facts->instances_used = newer->instances_used;
	if (newer->known & BLUEZ_KNOWS_CONNECTED)
		facts->connected = newer->connected;
	if (newer->known & BLUEZ_KNOWS_PAIRED)
		facts->paired = newer->paired;
	if (newer->known & BLUEZ_KNOWS_RSSI)
		facts->rssi_dbm = newer->rssi_dbm;
	if (newer->known & BLUEZ_KNOWS_BEACON)
		memcpy(facts->beacon, newer->beacon, sizeof facts->beacon);
	facts->known = (newer->known & beacon ? facts->known & ~beacon : facts->known) | newer->known;
}

bool bluez_path_of_adapter(const char *path, char name[static BLUEZ_ADAPTER_MAX])
{
	if (strncmp(path, path_prefix, sizeof path_prefix - 1))
		return false;
	const char *rest = path + sizeof path_prefix - 1;
	size_t len = strnlen(rest, BLUEZ_ADAPTER_MAX);
	if (len == 0 || len == BLUEZ_ADAPTER_MAX || strchr(rest, '/'))
		return false;
	memcpy(name, rest, len + 1);
	return true;
}

bool bluez_path_of_device(const char *path, const char *adapter, uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	size_t len = strlen(adapter);
	return !strncmp(path, adapter, len) && !strncmp(path + len, "/dev_", 5) && address_of(path + len + 5, '_', key);
}

void bluez_path_to_device(char *path, size_t size, const char *adapter, const uint8_t key[static BLUEZ_ADDRESS_SIZE])
{
	(void)snprintf(path, size, "%s/dev_%02X_%02X_%02X_%02X_%02X_%02X", adapter, key[5], key[4], key[3], key[2], key[1], key[0]);
}
