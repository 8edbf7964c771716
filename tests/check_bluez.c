#include "platform/linux/bluez_devices.h"
#include "tests/support/fakebluez.h"
#include "tests/support/suite.h"

#include <sched.h>
#include <string.h>
#include <time.h>

enum { TURNS_MAX = 300000, HOUR_MS = 3600000, TRIES = 6 };

static const uint8_t beacon_a[BEACON_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t beacon_b[BEACON_SIZE] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
static const uint8_t key[BLUEZ_ADDRESS_SIZE] = {0x55, 0x44, 0x33, 0x22, 0x11, 0x40};
static const char uuid[] = "7b1e6b53-9d2a-4c0f-8f3e-2a5d94c1e0b7";

static struct loop *loop;
static struct bluez *bluez;
static struct fakebluez fake;
static uint64_t malformed;
static uint64_t shift_ms;
static unsigned changes;
static unsigned heard;
static struct bluez_sighting last;

/* In place of platform/linux/clock.c: the test moves it on. */
struct moment clock_now(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return (struct moment){.boot_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + shift_ms};
}

static void on_changed(void *owner)
{
	(void)owner; /* everything is static here */
	changes++;
}

static void on_heard(void *owner, const struct bluez_sighting *sighting)
{
	(void)owner;
	heard++;
	last = *sighting;
}

static const struct bluez_listener listener = {.changed = on_changed, .heard = on_heard};

static void turn(void)
{
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	fakebluez_turn(&fake);
	sched_yield(); /* the bus is another process */
}

#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_msg(turns < TURNS_MAX, "never: %s", #condition); \
		turn(); \
	}

/* Until what was sent before has been taken: the bus keeps the order, so a question of our own that is answered ends it. */
static void settle(void)
{
	static const struct fakebluez_device nobody = {.key = {1, 1, 1, 1, 1, 1}};
	unsigned asked = fake.calls[FAKE_REMOVE];
	for (unsigned i = 0; i < 3; i++) {
		fakebluez_report(&fake, &nobody);
		bluez_forget(bluez, nobody.key);
		TURN_UNTIL(fake.calls[FAKE_REMOVE] == asked + i + 1);
	}
	for (unsigned i = 0; i < 100; i++)
		turn();
}

static void start(void)
{
	memset(&fake, 0, sizeof fake);
	fake.adapters[0] = (struct fakebluez_adapter){.name = "hci0", .roles = "central-peripheral", .powered = true};
	fake.device = (struct fakebluez_device){.uuid = uuid, .len = BEACON_SIZE, .rssi_dbm = -60};
	memcpy(fake.device.key, key, sizeof key);
	memcpy(fake.device.data, beacon_a, sizeof beacon_a);
	fakebluez_bus_start();
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
}

static void stop(void)
{
	bluez_close(bluez);
	loop_close(loop);
	fakebluez_stop(&fake);
	fakebluez_bus_stop();
}

static void open_on(const char *adapter)
{
	ck_assert_int_eq(bluez_open(&bluez, loop, adapter, &listener, &malformed), ERR_OK);
	ck_assert_int_eq(bluez_adapter(bluez)->trouble, RADIO_NO_SERVICE);
}

static void open_fine(void)
{
	fakebluez_start(&fake);
	open_on("auto");
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_FINE);
}

static void scan(void)
{
	bluez_scan(bluez, true);
	TURN_UNTIL(bluez_adapter(bluez)->scanning);
}

static void advertise(const uint8_t *beacon)
{
	bluez_advertise(bluez, beacon);
	TURN_UNTIL(bluez_adapter(bluez)->advertising && fake.advert.path[0] && !memcmp(fake.advert.data, beacon, BEACON_SIZE));
}

START_TEST(an_adapter_is_found_and_described)
{
	open_fine();
	const struct bluez_adapter *adapter = bluez_adapter(bluez);
	static const uint8_t address[] = {0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
	ck_assert_mem_eq(adapter->address, address, sizeof address);
	ck_assert(!adapter->address_random && adapter->low_energy && adapter->central && adapter->peripheral);
	ck_assert(!adapter->advertising && !adapter->scanning);
	ck_assert_uint_ge(changes, 1);
}
END_TEST

START_TEST(the_first_adapter_by_name_that_serves_is_taken)
{
	fake.adapters[0] = (struct fakebluez_adapter){.name = "hci1", .roles = "", .powered = true};
	fake.adapters[1] = (struct fakebluez_adapter){.name = "hci10", .roles = "peripheral", .powered = true};
	fake.adapters[2] = (struct fakebluez_adapter){.name = "hci2", .roles = "central", .powered = true};
	open_fine();
	ck_assert(bluez_adapter(bluez)->central && !bluez_adapter(bluez)->peripheral);
}
END_TEST

START_TEST(an_adapter_without_low_energy_is_of_no_use)
{
	fake.adapters[0].roles = "";
	fakebluez_start(&fake);
	open_on("auto");
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_UNABLE);
	ck_assert(!bluez_adapter(bluez)->low_energy);
}
END_TEST

START_TEST(a_named_adapter_is_waited_for)
{
	fakebluez_start(&fake);
	open_on("hci7");
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_ADAPTER);
	fake.adapters[1] = (struct fakebluez_adapter){.name = "hci7", .roles = "central", .powered = true};
	fakebluez_tell_adapter(&fake, 1);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_FINE);
}
END_TEST

START_TEST(the_advertisement_says_what_it_must_and_nothing_else)
{
	open_fine();
	advertise(beacon_a);
	ck_assert_uint_eq(fake.advert.properties, 3);
	ck_assert_str_eq(fake.advert.type, "peripheral");
	ck_assert(fake.advert.discoverable);
	ck_assert_str_eq(fake.advert.uuid, uuid);
	ck_assert_uint_eq(fake.advert.len, BEACON_SIZE);
}
END_TEST

START_TEST(a_new_beacon_is_changed_in_place_once_a_second)
{
	open_fine();
	advertise(beacon_a);
	bluez_advertise(bluez, beacon_b);
	settle();
	ck_assert_uint_eq(fake.advert.changes, 0);
	shift_ms += 1000;
	TURN_UNTIL(fake.advert.changes == 1);
	ck_assert_mem_eq(fake.advert.data, beacon_b, BEACON_SIZE);
	settle();
	ck_assert_uint_eq(fake.advert.changes, 1);
	ck_assert_uint_eq(fake.calls[FAKE_REGISTER], 1);
	ck_assert_uint_eq(fake.calls[FAKE_UNREGISTER], 0);
}
END_TEST

START_TEST(a_beacon_can_be_shown_again)
{
	open_fine();
	advertise(beacon_a);
	shift_ms += 1000;
	bluez_show(bluez);
	TURN_UNTIL(fake.advert.changes == 1);
	ck_assert_mem_eq(fake.advert.data, beacon_a, BEACON_SIZE);
	shift_ms += HOUR_MS;
	settle();
	ck_assert_uint_eq(fake.advert.changes, 1);
}
END_TEST

START_TEST(a_beacon_after_none_is_registered_anew_under_another_path)
{
	char before[64];
	open_fine();
	advertise(beacon_a);
	strcpy(before, fake.advert.path);
	bluez_advertise(bluez, NULL);
	advertise(beacon_b);
	ck_assert_str_ne(before, fake.advert.path);
	ck_assert_uint_eq(fake.calls[FAKE_UNREGISTER], 1);
	ck_assert_uint_eq(fake.calls[FAKE_REGISTER], 2);
	bluez_advertise(bluez, NULL);
	TURN_UNTIL(fake.calls[FAKE_UNREGISTER] == 2);
	ck_assert(!bluez_adapter(bluez)->advertising);
	ck_assert_str_eq(fake.advert.path, "");
}
END_TEST

START_TEST(a_busy_service_is_asked_again_after_growing_pauses)
{
	fake.fault[FAKE_REGISTER] = "org.bluez.Error.NotPermitted";
	fake.faults[FAKE_REGISTER] = TRIES;
	open_fine();
	bluez_advertise(bluez, beacon_a);
	uint64_t pause_ms = 250;
	for (unsigned i = 1; i <= TRIES; i++, pause_ms *= 2) {
		TURN_UNTIL(fake.calls[FAKE_REGISTER] == i);
		settle();
		ck_assert_uint_eq(fake.calls[FAKE_REGISTER], i);
		/* Half of the pause is not enough; settling itself takes a little of it. */
		shift_ms += pause_ms / 2;
		if (pause_ms >= 2000) {
			settle();
			ck_assert_uint_eq(fake.calls[FAKE_REGISTER], i);
		}
		shift_ms += pause_ms / 2;
	}
	TURN_UNTIL(bluez_adapter(bluez)->advertising);
	ck_assert_int_eq(bluez_adapter(bluez)->trouble, RADIO_FINE);
}
END_TEST

START_TEST(an_advertisement_that_is_released_comes_back)
{
	open_fine();
	advertise(beacon_a);
	fakebluez_release(&fake);
	TURN_UNTIL(!bluez_adapter(bluez)->advertising);
	shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(bluez)->advertising);
}
END_TEST

START_TEST(a_discovery_listens_to_low_energy_and_to_every_report)
{
	open_fine();
	scan();
	ck_assert_str_eq(fake.filter_transport, "le");
	ck_assert(fake.filter_duplicates);
	bluez_scan(bluez, false);
	TURN_UNTIL(!bluez_adapter(bluez)->scanning);
	TURN_UNTIL(fake.calls[FAKE_STOP] == 1);
}
END_TEST

START_TEST(a_discovery_that_BlueZ_counts_already_is_ended_first)
{
	fake.fault[FAKE_START] = "org.bluez.Error.InProgress";
	fake.faults[FAKE_START] = 1;
	open_fine();
	bluez_scan(bluez, true);
	TURN_UNTIL(fake.calls[FAKE_START] == 1);
	settle();
	ck_assert(!bluez_adapter(bluez)->scanning);
	shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(bluez)->scanning);
	ck_assert_uint_eq(fake.calls[FAKE_STOP], 1);
}
END_TEST

START_TEST(a_discovery_that_fell_silent_is_begun_anew)
{
	open_fine();
	scan();
	fakebluez_discovering(&fake, 0, false);
	settle();
	shift_ms += 10000; /* BlueZ' own pauses are shorter than this */
	settle();
	ck_assert(bluez_adapter(bluez)->scanning);
	ck_assert_uint_eq(fake.calls[FAKE_START], 1);
	shift_ms += 15000;
	settle();
	shift_ms += HOUR_MS;
	TURN_UNTIL(fake.calls[FAKE_START] == 2);
	TURN_UNTIL(bluez_adapter(bluez)->scanning);
}
END_TEST

START_TEST(a_device_is_heard_once_a_second_at_most)
{
	open_fine();
	scan();
	for (unsigned i = 0; i < 4; i++) {
		fakebluez_tell_device(&fake, &fake.device);
		settle();
		shift_ms += BLUEZ_REPORT_EVERY_MS / 5;
	}
	ck_assert_uint_eq(heard, 1);
	ck_assert_mem_eq(last.beacon, beacon_a, BEACON_SIZE);
	ck_assert_mem_eq(last.address, key, sizeof key);
	ck_assert(last.address_random);
	ck_assert_int_eq(last.rssi_dbm, -60);
	shift_ms += BLUEZ_REPORT_EVERY_MS;
	memcpy(fake.device.data, beacon_b, sizeof beacon_b);
	fakebluez_report(&fake, &fake.device);
	TURN_UNTIL(heard == 2);
	ck_assert_mem_eq(last.beacon, beacon_b, BEACON_SIZE);
}
END_TEST

START_TEST(a_device_that_was_there_before_is_asked_for_the_kind_of_its_address)
{
	open_fine();
	scan();
	fakebluez_report(&fake, &fake.device);
	TURN_UNTIL(heard == 1);
	ck_assert_uint_eq(fake.calls[FAKE_GET_ALL], 1);
	ck_assert(last.address_random);
}
END_TEST

START_TEST(nothing_is_heard_while_not_scanning)
{
	open_fine();
	fakebluez_tell_device(&fake, &fake.device);
	fakebluez_report(&fake, &fake.device);
	settle();
	ck_assert_uint_eq(heard, 0);
}
END_TEST

START_TEST(a_beacon_that_changed_while_not_scanning_is_asked_for)
{
	open_fine();
	scan();
	fakebluez_tell_device(&fake, &fake.device);
	TURN_UNTIL(heard == 1);
	bluez_scan(bluez, false);
	TURN_UNTIL(!bluez_adapter(bluez)->scanning);
	scan();
	shift_ms += HOUR_MS;
	memcpy(fake.device.data, beacon_b, sizeof beacon_b);
	struct fakebluez_device silent = fake.device;
	silent.uuid = NULL; /* an RSSI alone */
	fakebluez_report(&fake, &silent);
	TURN_UNTIL(heard == 2);
	ck_assert_mem_eq(last.beacon, beacon_b, BEACON_SIZE);
}
END_TEST

START_TEST(service_data_that_is_no_beacon_is_counted_and_not_heard)
{
	open_fine();
	scan();
	for (size_t len = 0; len <= sizeof fake.device.data; len++) {
		fake.device.len = len;
		fakebluez_tell_device(&fake, &fake.device);
		shift_ms += 2 * BLUEZ_REPORT_EVERY_MS;
		settle();
		ck_assert_uint_eq(heard, len < BEACON_SIZE ? 0 : 1);
	}
	ck_assert_uint_eq(malformed, sizeof fake.device.data);
	ck_assert_mem_eq(last.beacon, beacon_a, BEACON_SIZE);
}
END_TEST

START_TEST(properties_of_odd_types_are_as_good_as_none)
{
	fake.adapters[1] = (struct fakebluez_adapter){.name = "hci1", .roles = "central", .odd = true};
	open_fine();
	scan();
	fakebluez_report_odd(&fake, &fake.device);
	fakebluez_tell_adapter(&fake, 1);
	settle();
	ck_assert_uint_eq(heard, 0);
	ck_assert_uint_eq(malformed, 1);
	ck_assert_int_eq(bluez_adapter(bluez)->trouble, RADIO_FINE);
	fakebluez_tell_device(&fake, &fake.device);
	TURN_UNTIL(heard == 1);
}
END_TEST

START_TEST(an_adapter_that_is_off_is_switched_on_once_and_never_again)
{
	fake.adapters[0].powered = false;
	open_fine();
	ck_assert_uint_eq(fake.calls[FAKE_SET], 1);
	fakebluez_power(&fake, 0, false);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_UNPOWERED);
	for (unsigned i = 0; i < 3; i++) {
		shift_ms += HOUR_MS;
		settle();
	}
	/* Not even after the service was restarted. */
	fakebluez_stop(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_SERVICE);
	fakebluez_start(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_UNPOWERED);
	shift_ms += HOUR_MS;
	settle();
	ck_assert_uint_eq(fake.calls[FAKE_SET], 1);
}
END_TEST

START_TEST(an_adapter_switched_off_by_the_end_of_the_service_is_switched_on_again)
{
	open_fine();
	fakebluez_power(&fake, 0, false);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_UNPOWERED);
	shift_ms += 5000; /* it takes its time to end */
	fakebluez_stop(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_SERVICE);
	fakebluez_start(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_FINE);
	ck_assert_uint_eq(fake.calls[FAKE_SET], 1);
}
END_TEST

static void all_is_back(void)
{
	TURN_UNTIL(bluez_adapter(bluez)->advertising && bluez_adapter(bluez)->scanning);
	TURN_UNTIL(fake.advert.path[0] && fake.adapters[0].discovering);
	ck_assert_mem_eq(fake.advert.data, beacon_a, BEACON_SIZE);
}

START_TEST(all_is_restored_when_the_power_returns)
{
	open_fine();
	advertise(beacon_a);
	scan();
	fakebluez_power(&fake, 0, false);
	fakebluez_discovering(&fake, 0, false);
	TURN_UNTIL(!bluez_adapter(bluez)->advertising && !bluez_adapter(bluez)->scanning);
	ck_assert_int_eq(bluez_adapter(bluez)->trouble, RADIO_UNPOWERED);
	fakebluez_power(&fake, 0, true);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_adapter_returns)
{
	open_fine();
	advertise(beacon_a);
	scan();
	fakebluez_unplug(&fake, 0);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_ADAPTER);
	ck_assert(!bluez_adapter(bluez)->advertising && !bluez_adapter(bluez)->scanning);
	fake.adapters[0] = (struct fakebluez_adapter){.name = "hci0", .roles = "central-peripheral", .powered = true};
	fakebluez_tell_adapter(&fake, 0);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_service_restarts)
{
	open_fine();
	advertise(beacon_a);
	scan();
	fakebluez_stop(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_SERVICE);
	fake.adapters[0].discovering = false;
	fakebluez_start(&fake);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_bus_restarts)
{
	open_fine();
	advertise(beacon_a);
	scan();
	fakebluez_bus_kill();
	fakebluez_stop(&fake);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_SERVICE);
	shift_ms += HOUR_MS;
	for (unsigned i = 0; i < 100; i++)
		turn();
	fake.adapters[0].discovering = false;
	fakebluez_bus_restart();
	fakebluez_start(&fake);
	shift_ms += HOUR_MS;
	all_is_back();
}
END_TEST

START_TEST(a_refusal_is_told_until_we_are_let_in)
{
	fake.fault[FAKE_LIST] = "org.freedesktop.DBus.Error.AccessDenied";
	fake.faults[FAKE_LIST] = 1;
	fakebluez_start(&fake);
	open_on("auto");
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_NO_PERMISSION);
	shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_FINE);
}
END_TEST

START_TEST(a_device_that_is_forgotten_is_heard_afresh)
{
	open_fine();
	scan();
	fakebluez_tell_device(&fake, &fake.device);
	TURN_UNTIL(heard == 1);
	bluez_forget(bluez, key);
	TURN_UNTIL(fake.calls[FAKE_REMOVE] == 1);
	fakebluez_tell_device(&fake, &fake.device);
	TURN_UNTIL(heard == 2);
}
END_TEST

START_TEST(a_refresh_switches_off_and_on_unless_somebody_is_connected)
{
	open_fine();
	fake.device.connected = true;
	ck_assert(bluez_refresh(bluez));
	ck_assert(!bluez_refresh(bluez));
	TURN_UNTIL(fake.calls[FAKE_LIST] == 2);
	settle();
	ck_assert_uint_eq(fake.calls[FAKE_SET], 0);
	fake.device.connected = false;
	ck_assert(bluez_refresh(bluez));
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_UNPOWERED);
	TURN_UNTIL(bluez_adapter(bluez)->trouble == RADIO_FINE);
	ck_assert_uint_eq(fake.calls[FAKE_SET], 2);
}
END_TEST

START_TEST(it_waits_without_turning_when_nothing_happens)
{
	open_fine();
	advertise(beacon_a);
	scan();
	settle();
	unsigned before = changes;
	unsigned calls = 0;
	for (unsigned i = 0; i < FAKE_METHODS; i++)
		calls += fake.calls[i];
	for (unsigned i = 0; i < 100; i++) {
		shift_ms += HOUR_MS;
		turn();
	}
	for (unsigned i = 0; i < FAKE_METHODS; i++)
		calls -= fake.calls[i];
	ck_assert_uint_eq(calls, 0);
	ck_assert_uint_eq(changes, before);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("bluez");
	TCase *tcase = tcase_create("bluez");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, an_adapter_is_found_and_described);
	tcase_add_test(tcase, the_first_adapter_by_name_that_serves_is_taken);
	tcase_add_test(tcase, an_adapter_without_low_energy_is_of_no_use);
	tcase_add_test(tcase, a_named_adapter_is_waited_for);
	tcase_add_test(tcase, the_advertisement_says_what_it_must_and_nothing_else);
	tcase_add_test(tcase, a_new_beacon_is_changed_in_place_once_a_second);
	tcase_add_test(tcase, a_beacon_can_be_shown_again);
	tcase_add_test(tcase, a_beacon_after_none_is_registered_anew_under_another_path);
	tcase_add_test(tcase, a_busy_service_is_asked_again_after_growing_pauses);
	tcase_add_test(tcase, an_advertisement_that_is_released_comes_back);
	tcase_add_test(tcase, a_discovery_listens_to_low_energy_and_to_every_report);
	tcase_add_test(tcase, a_discovery_that_BlueZ_counts_already_is_ended_first);
	tcase_add_test(tcase, a_discovery_that_fell_silent_is_begun_anew);
	tcase_add_test(tcase, a_device_is_heard_once_a_second_at_most);
	tcase_add_test(tcase, a_device_that_was_there_before_is_asked_for_the_kind_of_its_address);
	tcase_add_test(tcase, nothing_is_heard_while_not_scanning);
	tcase_add_test(tcase, a_beacon_that_changed_while_not_scanning_is_asked_for);
	tcase_add_test(tcase, service_data_that_is_no_beacon_is_counted_and_not_heard);
	tcase_add_test(tcase, properties_of_odd_types_are_as_good_as_none);
	tcase_add_test(tcase, an_adapter_that_is_off_is_switched_on_once_and_never_again);
	tcase_add_test(tcase, an_adapter_switched_off_by_the_end_of_the_service_is_switched_on_again);
	tcase_add_test(tcase, all_is_restored_when_the_power_returns);
	tcase_add_test(tcase, all_is_restored_when_the_adapter_returns);
	tcase_add_test(tcase, all_is_restored_when_the_service_restarts);
	tcase_add_test(tcase, all_is_restored_when_the_bus_restarts);
	tcase_add_test(tcase, a_refusal_is_told_until_we_are_let_in);
	tcase_add_test(tcase, a_device_that_is_forgotten_is_heard_afresh);
	tcase_add_test(tcase, a_refresh_switches_off_and_on_unless_somebody_is_connected);
	tcase_add_test(tcase, it_waits_without_turning_when_nothing_happens);
	suite_add_tcase(suite, tcase);
	return suite;
}
