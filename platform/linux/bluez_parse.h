#ifndef BARID_PLATFORM_LINUX_BLUEZ_PARSE_H
#define BARID_PLATFORM_LINUX_BLUEZ_PARSE_H
/*
 * What messages of BlueZ say of adapters and devices, for bluez*.c. Properties of a type that is not the documented one are passed over like unknown
 * ones; every function that reads returns false only if the message itself cannot be read on. Nothing is allocated.
 */

#include "platform/linux/bluez.h"

#include <systemd/sd-bus.h>

enum { BLUEZ_PATH_MAX = 32 }; /* with its zero; "/org/bluez/" and an adapter's name */

/* Which of the facts a message gave. */
enum {
	BLUEZ_KNOWS_ADDRESS = 1,
	BLUEZ_KNOWS_ADDRESS_TYPE = 2,
	BLUEZ_KNOWS_POWERED = 4,
	BLUEZ_KNOWS_ROLES = 8,
	BLUEZ_KNOWS_DISCOVERING = 16,
	BLUEZ_KNOWS_INSTANCES_FREE = 32,
	BLUEZ_KNOWS_INSTANCES_USED = 64,
	BLUEZ_KNOWS_RSSI = 128,
	BLUEZ_KNOWS_BEACON = 256,
	BLUEZ_KNOWS_MALFORMED = 512, /* service data under our service that is no beacon */
	BLUEZ_KNOWS_CONNECTED = 1024,
	BLUEZ_KNOWS_PAIRED = 2048,
};

struct bluez_facts {
	unsigned known; /* BLUEZ_KNOWS_... */
	uint8_t address[BLUEZ_ADDRESS_SIZE];
	bool address_random;
	bool powered;
	bool central;
	bool peripheral;
	bool discovering;
	uint8_t instances_free;
	uint8_t instances_used;
	bool connected;
	bool paired;
	int16_t rssi_dbm;
	uint8_t beacon[BEACON_SIZE];
};

/* An object of BlueZ: the interfaces among ours it has, and their properties. */
struct bluez_object {
	bool adapter;
	bool manager; /* of advertisements */
	bool device;
	struct bluez_facts facts;
};

extern const char bluez_adapter_interface[];
extern const char bluez_manager_interface[];
extern const char bluez_device_interface[];
extern const char bluez_service_uuid[];

/* Reads a{sv}: what it says replaces what the facts said of the same. */
bool bluez_parse_properties(sd_bus_message *message, struct bluez_facts *facts);
/* Reads a{sa{sv}} into an object, from nothing. */
bool bluez_parse_interfaces(sd_bus_message *message, struct bluez_object *object);
/* Reads the as of InterfacesRemoved: which of ours are gone. */
bool bluez_parse_interface_names(sd_bus_message *message, struct bluez_object *gone);
/* Reads the sa{sv} that PropertiesChanged begins with; the facts from nothing. */
bool bluez_parse_change(sd_bus_message *message, struct bluez_object *object);

/* What newer says, and what it leaves out as it was. */
void bluez_facts_merge(struct bluez_facts *facts, const struct bluez_facts *newer);

/* "/org/bluez/hci0": the name, true. False for any other path. */
bool bluez_path_of_adapter(const char *path, char name[static BLUEZ_ADAPTER_MAX]);
/* The path of a device of that adapter: the address in it, as bdaddr_t. */
bool bluez_path_of_device(const char *path, const char *adapter, uint8_t key[static BLUEZ_ADDRESS_SIZE]);
/* The other way. */
void bluez_path_to_device(char *path, size_t size, const char *adapter, const uint8_t key[static BLUEZ_ADDRESS_SIZE]);

#endif
