#ifndef BARID_TESTS_SUPPORT_FAKEBLUEZ_H
#define BARID_TESTS_SUPPORT_FAKEBLUEZ_H
/*
 * A message bus of the test's own and a peer on it that answers as bluetoothd does, for faults that the real one shows seldom: refusals, restarts,
 * properties of odd types. It says nothing about how bluetoothd behaves; tests/radio asks the real one. It runs in the test's thread:
 * fakebluez_turn() between turns of the loop. Whatever goes wrong in it ends the test.
 */

#include "platform/linux/bluez.h"

#include <systemd/sd-bus.h>

enum { FAKEBLUEZ_ADAPTERS = 4, FAKEBLUEZ_ADVERT_MAX = 64 };

/* Methods that can be counted and made to fail. */
enum fakebluez_method {
	FAKE_LIST,
	FAKE_GET_ALL,
	FAKE_SET,
	FAKE_REGISTER,
	FAKE_UNREGISTER,
	FAKE_FILTER,
	FAKE_START,
	FAKE_STOP,
	FAKE_REMOVE,
	FAKE_METHODS
};

struct fakebluez_adapter {
	char name[8];      /* empty: there is none */
	const char *roles; /* "central", "peripheral", "central-peripheral" or "" */
	bool powered;
	bool discovering;
	bool odd; /* its properties are of other types than they should be, and huge */
};

struct fakebluez_device {
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	const char *uuid; /* NULL: no service data */
	uint8_t data[32];
	size_t len;
	int16_t rssi_dbm;
	bool connected;
	bool paired;
};

/* An advertisement as it was read when it was registered. */
struct fakebluez_advert {
	char path[64]; /* empty: none */
	char sender[64];
	unsigned properties; /* how many it has */
	char type[16];
	bool discoverable;
	char uuid[64];
	uint8_t data[FAKEBLUEZ_ADVERT_MAX];
	size_t len;
	unsigned changes; /* how often it was changed in place */
};

struct fakebluez {
	sd_bus *bus; /* NULL: bluetoothd does not run */
	struct fakebluez_adapter adapters[FAKEBLUEZ_ADAPTERS];
	struct fakebluez_device device; /* the one that is listed and looked up */
	struct fakebluez_advert advert;
	sd_bus_message *registering; /* waits for its advertisement to be read */
	unsigned calls[FAKE_METHODS];
	const char *fault[FAKE_METHODS]; /* the name of the error that the next faults[] calls get */
	unsigned faults[FAKE_METHODS];
	char filter_transport[16];
	bool filter_duplicates;
};

/* A bus at a fresh address, which is the system bus of this process from now on. */
void fakebluez_bus_start(void);
/* The same address again. */
void fakebluez_bus_restart(void);
void fakebluez_bus_kill(void);
/* Kills it and leaves nothing behind. */
void fakebluez_bus_stop(void);

/* bluetoothd takes its name; what it knows was put into the struct before. */
void fakebluez_start(struct fakebluez *fake);
/* It leaves the bus. */
void fakebluez_stop(struct fakebluez *fake);
/* Answers what has come. */
void fakebluez_turn(struct fakebluez *fake);

/* Sends InterfacesAdded for an adapter or for a device of the first adapter. */
void fakebluez_tell_adapter(struct fakebluez *fake, unsigned index);
void fakebluez_tell_device(struct fakebluez *fake, const struct fakebluez_device *device);
/* InterfacesRemoved for the adapter, which is no more. */
void fakebluez_unplug(struct fakebluez *fake, unsigned index);
/* PropertiesChanged with the device's service data and RSSI, without its address. */
void fakebluez_report(struct fakebluez *fake, const struct fakebluez_device *device);
/* The same with ServiceData of a type that none is. */
void fakebluez_report_odd(struct fakebluez *fake, const struct fakebluez_device *device);
/* Switches an adapter as a person would. */
void fakebluez_power(struct fakebluez *fake, unsigned index, bool powered);
void fakebluez_discovering(struct fakebluez *fake, unsigned index, bool discovering);
/* Drops the advertisement and says so to its owner. */
void fakebluez_release(struct fakebluez *fake);

#endif
