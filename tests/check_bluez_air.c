#include "platform/linux/bluez_devices.h"
#include "tests/support/bluezrig.h"
#include "tests/support/suite.h"

#include <sched.h>
#include <string.h>

enum { TRIES = 6 };

/* In place of platform/linux/clock.c. */
struct moment clock_now(void)
{
	return bluezrig_now();
}

START_TEST(the_advertisement_says_what_it_must_and_nothing_else)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	ck_assert_uint_eq(rig.fake.advert.properties, 3);
	ck_assert_str_eq(rig.fake.advert.type, "peripheral");
	ck_assert(rig.fake.advert.discoverable);
	ck_assert_str_eq(rig.fake.advert.uuid, bluezrig_uuid);
	ck_assert_uint_eq(rig.fake.advert.len, BEACON_SIZE);
}
END_TEST

START_TEST(a_new_beacon_is_changed_in_place_once_a_second)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluez_advertise(rig.bluez, bluezrig_b);
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.advert.changes, 0);
	rig.shift_ms += 1000;
	TURN_UNTIL(rig.fake.advert.changes == 1);
	ck_assert_mem_eq(rig.fake.advert.data, bluezrig_b, BEACON_SIZE);
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.advert.changes, 1);
	ck_assert_uint_eq(rig.fake.calls[FAKE_REGISTER], 1);
	ck_assert_uint_eq(rig.fake.calls[FAKE_UNREGISTER], 0);
}
END_TEST

START_TEST(a_beacon_can_be_shown_again)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	rig.shift_ms += 1000;
	bluez_show(rig.bluez);
	TURN_UNTIL(rig.fake.advert.changes == 1);
	ck_assert_mem_eq(rig.fake.advert.data, bluezrig_a, BEACON_SIZE);
	rig.shift_ms += HOUR_MS;
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.advert.changes, 1);
}
END_TEST

START_TEST(a_beacon_after_none_is_registered_anew_under_another_path)
{
	char before[64];
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	strcpy(before, rig.fake.advert.path);
	bluez_advertise(rig.bluez, NULL);
	bluezrig_advertise(bluezrig_b);
	ck_assert_str_ne(before, rig.fake.advert.path);
	ck_assert_uint_eq(rig.fake.calls[FAKE_UNREGISTER], 1);
	ck_assert_uint_eq(rig.fake.calls[FAKE_REGISTER], 2);
	bluez_advertise(rig.bluez, NULL);
	TURN_UNTIL(rig.fake.calls[FAKE_UNREGISTER] == 2);
	ck_assert(!bluez_adapter(rig.bluez)->advertising);
	ck_assert_str_eq(rig.fake.advert.path, "");
}
END_TEST

START_TEST(a_beacon_that_was_not_wanted_at_first_is_registered_once)
{
	bluezrig_open_fine();
	bluez_advertise(rig.bluez, NULL);
	bluezrig_settle();
	bluezrig_advertise(bluezrig_a);
	rig.shift_ms += HOUR_MS;
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.calls[FAKE_REGISTER], 1);
	ck_assert_uint_eq(rig.fake.calls[FAKE_UNREGISTER], 0);
}
END_TEST

START_TEST(a_busy_service_is_asked_again_after_growing_pauses)
{
	rig.fake.fault[FAKE_REGISTER] = "org.bluez.Error.NotPermitted";
	rig.fake.faults[FAKE_REGISTER] = TRIES;
	bluezrig_open_fine();
	bluez_advertise(rig.bluez, bluezrig_a);
	uint64_t pause_ms = 250;
	for (unsigned i = 1; i <= TRIES; i++, pause_ms *= 2) {
		TURN_UNTIL(rig.fake.calls[FAKE_REGISTER] == i);
		bluezrig_settle();
		ck_assert_uint_eq(rig.fake.calls[FAKE_REGISTER], i);
		/* Half of the pause is not enough; settling itself takes a little of it. */
		rig.shift_ms += pause_ms / 2;
		if (pause_ms >= 2000) {
			bluezrig_settle();
			ck_assert_uint_eq(rig.fake.calls[FAKE_REGISTER], i);
		}
		rig.shift_ms += pause_ms / 2;
	}
	TURN_UNTIL(bluez_adapter(rig.bluez)->advertising);
	ck_assert_int_eq(bluez_adapter(rig.bluez)->trouble, RADIO_FINE);
}
END_TEST

START_TEST(an_advertisement_that_is_released_comes_back)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	fakebluez_release(&rig.fake);
	TURN_UNTIL(!bluez_adapter(rig.bluez)->advertising);
	rig.shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(rig.bluez)->advertising);
}
END_TEST

START_TEST(a_discovery_listens_to_low_energy_and_to_every_report)
{
	bluezrig_open_fine();
	bluezrig_scan();
	ck_assert_str_eq(rig.fake.filter_transport, "le");
	ck_assert(rig.fake.filter_duplicates);
	bluez_scan(rig.bluez, false);
	TURN_UNTIL(!bluez_adapter(rig.bluez)->scanning);
	TURN_UNTIL(rig.fake.calls[FAKE_STOP] == 1);
}
END_TEST

START_TEST(a_discovery_that_BlueZ_counts_already_is_ended_first)
{
	rig.fake.fault[FAKE_START] = "org.bluez.Error.InProgress";
	rig.fake.faults[FAKE_START] = 1;
	bluezrig_open_fine();
	bluez_scan(rig.bluez, true);
	TURN_UNTIL(rig.fake.calls[FAKE_START] == 1);
	bluezrig_settle();
	ck_assert(!bluez_adapter(rig.bluez)->scanning);
	rig.shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(rig.bluez)->scanning);
	ck_assert_uint_eq(rig.fake.calls[FAKE_STOP], 1);
}
END_TEST

START_TEST(a_discovery_that_fell_silent_is_begun_anew)
{
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_discovering(&rig.fake, 0, false);
	bluezrig_settle();
	rig.shift_ms += 10000; /* BlueZ' own pauses are shorter than this */
	bluezrig_settle();
	ck_assert(bluez_adapter(rig.bluez)->scanning);
	ck_assert_uint_eq(rig.fake.calls[FAKE_START], 1);
	rig.shift_ms += 15000;
	bluezrig_settle();
	rig.shift_ms += HOUR_MS;
	TURN_UNTIL(rig.fake.calls[FAKE_START] == 2);
	TURN_UNTIL(bluez_adapter(rig.bluez)->scanning);
}
END_TEST

START_TEST(a_device_is_heard_once_a_second_at_most)
{
	bluezrig_open_fine();
	bluezrig_scan();
	for (unsigned i = 0; i < 4; i++) {
		fakebluez_tell_device(&rig.fake, &rig.fake.device);
		bluezrig_settle();
		rig.shift_ms += BLUEZ_REPORT_EVERY_MS / 5;
	}
	ck_assert_uint_eq(rig.heard, 1);
	ck_assert_mem_eq(rig.last.beacon, bluezrig_a, BEACON_SIZE);
	ck_assert_mem_eq(rig.last.address, bluezrig_key, sizeof bluezrig_key);
	ck_assert(rig.last.address_random);
	ck_assert_int_eq(rig.last.rssi_dbm, -60);
	rig.shift_ms += BLUEZ_REPORT_EVERY_MS;
	memcpy(rig.fake.device.data, bluezrig_b, sizeof bluezrig_b);
	fakebluez_report(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 2);
	ck_assert_mem_eq(rig.last.beacon, bluezrig_b, BEACON_SIZE);
}
END_TEST

START_TEST(a_device_that_was_there_before_is_asked_for_the_kind_of_its_address)
{
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_report(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 1);
	ck_assert_uint_eq(rig.fake.calls[FAKE_GET_ALL], 1);
	ck_assert(rig.last.address_random);
}
END_TEST

START_TEST(nothing_is_heard_while_not_scanning)
{
	bluezrig_open_fine();
	fakebluez_tell_device(&rig.fake, &rig.fake.device);
	fakebluez_report(&rig.fake, &rig.fake.device);
	bluezrig_settle();
	ck_assert_uint_eq(rig.heard, 0);
}
END_TEST

START_TEST(an_answer_that_comes_after_the_scan_is_not_heard)
{
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_report(&rig.fake, &rig.fake.device);
	for (unsigned i = 0; i < 1000; i++) {
		ck_assert_int_eq(loop_run_once(rig.loop), ERR_OK);
		sched_yield(); /* the bus is another process; bluetoothd is slow */
	}
	bluez_scan(rig.bluez, false);
	TURN_UNTIL(rig.fake.calls[FAKE_GET_ALL] == 1);
	bluezrig_settle();
	ck_assert_uint_eq(rig.heard, 0);
}
END_TEST

START_TEST(a_beacon_that_changed_while_not_scanning_is_asked_for)
{
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_tell_device(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 1);
	bluez_scan(rig.bluez, false);
	TURN_UNTIL(!bluez_adapter(rig.bluez)->scanning);
	bluezrig_scan();
	rig.shift_ms += HOUR_MS;
	memcpy(rig.fake.device.data, bluezrig_b, sizeof bluezrig_b);
	struct fakebluez_device silent = rig.fake.device;
	silent.uuid = NULL; /* an RSSI alone */
	fakebluez_report(&rig.fake, &silent);
	TURN_UNTIL(rig.heard == 2);
	ck_assert_mem_eq(rig.last.beacon, bluezrig_b, BEACON_SIZE);
}
END_TEST

START_TEST(service_data_that_is_no_beacon_is_counted_and_not_heard)
{
	bluezrig_open_fine();
	bluezrig_scan();
	for (size_t len = 0; len <= sizeof rig.fake.device.data; len++) {
		rig.fake.device.len = len;
		fakebluez_tell_device(&rig.fake, &rig.fake.device);
		rig.shift_ms += 2 * BLUEZ_REPORT_EVERY_MS;
		bluezrig_settle();
		ck_assert_uint_eq(rig.heard, len < BEACON_SIZE ? 0 : 1);
	}
	ck_assert_uint_eq(rig.malformed, sizeof rig.fake.device.data);
	ck_assert_mem_eq(rig.last.beacon, bluezrig_a, BEACON_SIZE);
}
END_TEST

START_TEST(a_device_that_somebody_paired_is_not_forgotten)
{
	bluezrig_open_fine();
	rig.fake.device.paired = true;
	bluez_forget(rig.bluez, bluezrig_key);
	TURN_UNTIL(rig.fake.calls[FAKE_GET_ALL] == 1);
	for (unsigned i = 0; i < 1000; i++)
		bluezrig_turn();
	ck_assert_uint_eq(rig.fake.calls[FAKE_REMOVE], 0);
}
END_TEST

START_TEST(a_device_that_is_forgotten_is_heard_afresh)
{
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_tell_device(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 1);
	bluez_forget(rig.bluez, bluezrig_key);
	TURN_UNTIL(rig.fake.calls[FAKE_REMOVE] == 1);
	fakebluez_tell_device(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 2);
}
END_TEST

START_TEST(a_discovery_that_is_never_answered_is_ended_by_leaving_the_bus)
{
	rig.fake.fault[FAKE_START] = SD_BUS_ERROR_NO_REPLY;
	rig.fake.faults[FAKE_START] = 1;
	bluezrig_open_fine();
	bluez_scan(rig.bluez, true);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_SERVICE);
	rig.shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(rig.bluez)->scanning);
	ck_assert_uint_eq(rig.fake.calls[FAKE_START], 2);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("bluez air");
	TCase *tcase = tcase_create("bluez air");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, bluezrig_start, bluezrig_stop);
	tcase_add_test(tcase, the_advertisement_says_what_it_must_and_nothing_else);
	tcase_add_test(tcase, a_new_beacon_is_changed_in_place_once_a_second);
	tcase_add_test(tcase, a_beacon_can_be_shown_again);
	tcase_add_test(tcase, a_beacon_after_none_is_registered_anew_under_another_path);
	tcase_add_test(tcase, a_beacon_that_was_not_wanted_at_first_is_registered_once);
	tcase_add_test(tcase, a_busy_service_is_asked_again_after_growing_pauses);
	tcase_add_test(tcase, an_advertisement_that_is_released_comes_back);
	tcase_add_test(tcase, a_discovery_listens_to_low_energy_and_to_every_report);
	tcase_add_test(tcase, a_discovery_that_BlueZ_counts_already_is_ended_first);
	tcase_add_test(tcase, a_discovery_that_fell_silent_is_begun_anew);
	tcase_add_test(tcase, a_device_is_heard_once_a_second_at_most);
	tcase_add_test(tcase, a_device_that_was_there_before_is_asked_for_the_kind_of_its_address);
	tcase_add_test(tcase, nothing_is_heard_while_not_scanning);
	tcase_add_test(tcase, an_answer_that_comes_after_the_scan_is_not_heard);
	tcase_add_test(tcase, a_beacon_that_changed_while_not_scanning_is_asked_for);
	tcase_add_test(tcase, service_data_that_is_no_beacon_is_counted_and_not_heard);
	tcase_add_test(tcase, a_device_that_somebody_paired_is_not_forgotten);
	tcase_add_test(tcase, a_device_that_is_forgotten_is_heard_afresh);
	tcase_add_test(tcase, a_discovery_that_is_never_answered_is_ended_by_leaving_the_bus);
	suite_add_tcase(suite, tcase);
	return suite;
}
