#include "tests/support/bluezrig.h"

#include <sched.h>
#include <string.h>
#include <time.h>

struct bluezrig rig;
const uint8_t bluezrig_a[BEACON_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
const uint8_t bluezrig_b[BEACON_SIZE] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
const uint8_t bluezrig_key[BLUEZ_ADDRESS_SIZE] = {0x55, 0x44, 0x33, 0x22, 0x11, 0x40};
const char bluezrig_uuid[] = "7b1e6b53-9d2a-4c0f-8f3e-2a5d94c1e0b7";

struct moment bluezrig_now(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return (struct moment){.boot_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + rig.shift_ms};
}

static void on_changed(void *owner)
{
	(void)owner; /* everything is static here */
	rig.changes++;
}

static void on_heard(void *owner, const struct bluez_sighting *sighting)
{
	(void)owner;
	rig.heard++;
	rig.last = *sighting;
}

static const struct bluez_listener listener = {.changed = on_changed, .heard = on_heard};

void bluezrig_turn(void)
{
	ck_assert_int_eq(loop_run_once(rig.loop), ERR_OK);
	fakebluez_turn(&rig.fake);
	sched_yield(); /* the bus is another process */
}

/* Until what was sent before has been taken: the bus keeps the order, so a question of our own that is answered ends it. */
void bluezrig_settle(void)
{
	static const struct fakebluez_device nobody = {.key = {1, 1, 1, 1, 1, 1}};
	unsigned asked = rig.fake.calls[FAKE_REMOVE];
	for (unsigned i = 0; i < 3; i++) {
		fakebluez_report(&rig.fake, &nobody);
		bluez_forget(rig.bluez, nobody.key);
		TURN_UNTIL(rig.fake.calls[FAKE_REMOVE] == asked + i + 1);
	}
	for (unsigned i = 0; i < 100; i++)
		bluezrig_turn();
}

void bluezrig_start(void)
{
	memset(&rig, 0, sizeof rig);
	rig.fake.adapters[0] = (struct fakebluez_adapter){.name = "hci0", .roles = "central-peripheral", .powered = true};
	rig.fake.device = (struct fakebluez_device){.uuid = bluezrig_uuid, .len = BEACON_SIZE, .rssi_dbm = -60};
	memcpy(rig.fake.device.key, bluezrig_key, sizeof bluezrig_key);
	memcpy(rig.fake.device.data, bluezrig_a, sizeof bluezrig_a);
	fakebluez_bus_start();
	ck_assert_int_eq(loop_open(&rig.loop), ERR_OK);
}

void bluezrig_stop(void)
{
	bluez_close(rig.bluez);
	loop_close(rig.loop);
	fakebluez_stop(&rig.fake);
	fakebluez_bus_stop();
}

void bluezrig_open(const char *adapter)
{
	ck_assert_int_eq(bluez_open(&rig.bluez, rig.loop, adapter, &listener, &rig.malformed), ERR_OK);
	ck_assert_int_eq(bluez_adapter(rig.bluez)->trouble, RADIO_NO_SERVICE);
}

void bluezrig_open_fine(void)
{
	fakebluez_start(&rig.fake);
	bluezrig_open("auto");
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
}

void bluezrig_scan(void)
{
	bluez_scan(rig.bluez, true);
	TURN_UNTIL(bluez_adapter(rig.bluez)->scanning);
}

void bluezrig_advertise(const uint8_t *beacon)
{
	bluez_advertise(rig.bluez, beacon);
	TURN_UNTIL(bluez_adapter(rig.bluez)->advertising && rig.fake.advert.path[0] && !memcmp(rig.fake.advert.data, beacon, BEACON_SIZE));
}
