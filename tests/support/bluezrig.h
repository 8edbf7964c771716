#ifndef BARID_TESTS_SUPPORT_BLUEZRIG_H
#define BARID_TESTS_SUPPORT_BLUEZRIG_H
/* A bluez on a loop, with a fake bluetoothd on a bus of the test's own, under a clock that the test moves; for tests/check_bluez*.c only. */

#include "tests/support/fakebluez.h"

#include <check.h>

enum { BLUEZRIG_TURNS_MAX = 300000, HOUR_MS = 3600000 };

struct bluezrig {
	struct loop *loop;
	struct bluez *bluez;
	struct fakebluez fake; /* with one adapter that can everything, and a device that shows bluezrig_a */
	uint64_t malformed;
	uint64_t shift_ms; /* how far the clock was moved on */
	unsigned changes;
	unsigned heard;
	struct bluez_sighting last;
};

extern struct bluezrig rig;
extern const uint8_t bluezrig_a[BEACON_SIZE];
extern const uint8_t bluezrig_b[BEACON_SIZE];
extern const uint8_t bluezrig_key[BLUEZ_ADDRESS_SIZE]; /* the device's */
extern const char bluezrig_uuid[];

/* The fixture: a bus and a loop; bluez is opened and bluetoothd is started by the test. */
void bluezrig_start(void);
void bluezrig_stop(void);
/* What clock_now() has to return in place of platform/linux/clock.c. */
struct moment bluezrig_now(void);

/* One turn of everybody. */
void bluezrig_turn(void);
#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_msg(turns < BLUEZRIG_TURNS_MAX, "never: %s", #condition); \
		bluezrig_turn(); \
	}
/* Turns until what was sent before has been taken. Needs an adapter. */
void bluezrig_settle(void);

/* Opens it, and nothing more. */
void bluezrig_open(const char *adapter);
/* Opens it and turns until the adapter is fine. */
void bluezrig_open_fine(void);
/* Turns until it scans. */
void bluezrig_scan(void);
/* Turns until bluetoothd has the beacon. */
void bluezrig_advertise(const uint8_t *beacon);

#endif
