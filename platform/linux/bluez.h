#ifndef BARID_PLATFORM_LINUX_BLUEZ_H
#define BARID_PLATFORM_LINUX_BLUEZ_H
/*
 * BlueZ over D-Bus (org.bluez: Adapter1, LEAdvertisingManager1, Device1; BlueZ 5.66 doc/adapter-api.txt, doc/advertising-api.txt): which adapter
 * there is and what it can do, one advertisement of service data, and what others advertise under the same service. It keeps the system as it was
 * asked for: after bluetoothd or the bus restarts, the adapter goes away and comes back, or is switched off and on, it advertises and scans again by
 * itself. It never pairs, never opens a link, and never powers an adapter that somebody switched off while we ran. What it is asked for
 * while there is no adapter counts once there is one. Its calls upward may call everything here but bluez_close().
 */

#include "platform/loop.h"
#include "platform/radio.h"

enum { BLUEZ_ADDRESS_SIZE = 6, BLUEZ_ADAPTER_MAX = 16 };

struct bluez;

/* What is known of the adapter now. */
struct bluez_adapter {
	enum radio_trouble trouble;          /* RADIO_FINE: it is there and powered */
	uint8_t address[BLUEZ_ADDRESS_SIZE]; /* its identity, never shown; least significant byte first, as bdaddr_t */
	bool address_random;                 /* the identity is a static random address */
	bool low_energy;                     /* it can do LE at all */
	bool peripheral;                     /* it can advertise and be dialled */
	bool central;                        /* it can scan and dial */
	bool advertising;                    /* our advertisement is registered now */
	bool scanning;                       /* our discovery runs now */
};

struct bluez_sighting {
	uint8_t address[BLUEZ_ADDRESS_SIZE]; /* least significant byte first */
	bool address_random;
	int16_t rssi_dbm; /* 0: unknown */
	uint8_t beacon[BEACON_SIZE];
};

struct bluez_listener {
	void *owner;
	void (*changed)(void *owner); /* bluez_adapter() may say something else */
	void (*heard)(void *owner,
		      const struct bluez_sighting *sighting); /* at each report of a device with our service data while scanning; borrows */
};

/* adapter: "auto" for the first that serves, or a name such as "hci1". malformed counts service data that is none of ours. Both borrowed for life.
 * A system without a bus is no error: the trouble says so, and it is tried again. */
enum err bluez_open(struct bluez **bluez, struct loop *loop, const char *adapter, const struct bluez_listener *listener, uint64_t *malformed);
/* Withdraws the advertisement, stops the discovery. Takes NULL. */
void bluez_close(struct bluez *bluez);
const struct bluez_adapter *bluez_adapter(const struct bluez *bluez);
/*
 * Advertises this beacon from now on, in place of any before; NULL: stops. A beacon that follows another is changed in place, once a second at most,
 * and keeps the private address the kernel gave; one that follows NULL has a new address (seen with Linux 6.1).
 */
void bluez_advertise(struct bluez *bluez, const uint8_t *beacon);
/* Puts the advertisement on the air again: the kernel takes it off when somebody dials us, until that link ends. */
void bluez_show(struct bluez *bluez);
void bluez_scan(struct bluez *bluez, bool on);
/* Lets BlueZ end the connection with a device, ever sighted or not, and forget it, so that it is reported afresh. One that a person has paired is
 * left alone: it would have to be paired again. */
void bluez_forget(struct bluez *bluez, const uint8_t address[static BLUEZ_ADDRESS_SIZE]);
/*
 * Switches the adapter off and on again, so that the kernel takes a new private address and counts its age from now: the trouble is RADIO_UNPOWERED
 * for a moment. It does not if any device is connected, somebody's headphones say. False: the adapter is not fine, or it is being done already.
 */
bool bluez_refresh(struct bluez *bluez);

#endif
