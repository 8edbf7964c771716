#include "tests/support/bluezrig.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

/* In place of platform/linux/clock.c. */
struct moment clock_now(void)
{
	return bluezrig_now();
}

START_TEST(an_adapter_is_found_and_described)
{
	bluezrig_open_fine();
	const struct bluez_adapter *adapter = bluez_adapter(rig.bluez);
	static const uint8_t address[] = {0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
	ck_assert_mem_eq(adapter->address, address, sizeof address);
	ck_assert(!adapter->address_random && adapter->low_energy && adapter->central && adapter->peripheral);
	ck_assert(!adapter->advertising && !adapter->scanning);
	ck_assert_uint_ge(rig.changes, 1);
}
END_TEST

START_TEST(the_first_adapter_by_name_that_serves_is_taken)
{
	rig.fake.adapters[0] = (struct fakebluez_adapter){.name = "hci1", .roles = "", .powered = true};
	rig.fake.adapters[1] = (struct fakebluez_adapter){.name = "hci10", .roles = "peripheral", .powered = true};
	rig.fake.adapters[2] = (struct fakebluez_adapter){.name = "hci2", .roles = "central", .powered = true};
	bluezrig_open_fine();
	ck_assert(bluez_adapter(rig.bluez)->central && !bluez_adapter(rig.bluez)->peripheral);
}
END_TEST

START_TEST(adapters_may_come_and_go_under_ever_new_names)
{
	bluezrig_open_fine();
	for (unsigned i = 1; i < 40; i++) {
		fakebluez_unplug(&rig.fake, 0);
		TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_ADAPTER);
		rig.fake.adapters[0] = (struct fakebluez_adapter){.roles = "central", .powered = true};
		(void)snprintf(rig.fake.adapters[0].name, sizeof rig.fake.adapters[0].name, "hci%u", i);
		fakebluez_tell_adapter(&rig.fake, 0);
		TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
	}
}
END_TEST

START_TEST(an_adapter_without_low_energy_is_of_no_use)
{
	rig.fake.adapters[0].roles = "";
	fakebluez_start(&rig.fake);
	bluezrig_open("auto");
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_UNABLE);
	ck_assert(!bluez_adapter(rig.bluez)->low_energy);
}
END_TEST

START_TEST(a_named_adapter_is_waited_for)
{
	fakebluez_start(&rig.fake);
	bluezrig_open("hci7");
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_ADAPTER);
	rig.fake.adapters[1] = (struct fakebluez_adapter){.name = "hci7", .roles = "central", .powered = true};
	fakebluez_tell_adapter(&rig.fake, 1);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
}
END_TEST

START_TEST(properties_of_odd_types_are_as_good_as_none)
{
	rig.fake.adapters[1] = (struct fakebluez_adapter){.name = "hci1", .roles = "central", .odd = true};
	bluezrig_open_fine();
	bluezrig_scan();
	fakebluez_report_odd(&rig.fake, &rig.fake.device);
	fakebluez_tell_adapter(&rig.fake, 1);
	bluezrig_settle();
	ck_assert_uint_eq(rig.heard, 0);
	ck_assert_uint_eq(rig.malformed, 1);
	ck_assert_int_eq(bluez_adapter(rig.bluez)->trouble, RADIO_FINE);
	fakebluez_tell_device(&rig.fake, &rig.fake.device);
	TURN_UNTIL(rig.heard == 1);
}
END_TEST

START_TEST(an_adapter_that_is_off_is_switched_on_once_and_never_again)
{
	rig.fake.adapters[0].powered = false;
	bluezrig_open_fine();
	ck_assert_uint_eq(rig.fake.calls[FAKE_SET], 1);
	fakebluez_power(&rig.fake, 0, false);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_UNPOWERED);
	for (unsigned i = 0; i < 3; i++) {
		rig.shift_ms += HOUR_MS;
		bluezrig_settle();
	}
	/* Not even after the service was restarted. */
	fakebluez_stop(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_SERVICE);
	fakebluez_start(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_UNPOWERED);
	rig.shift_ms += HOUR_MS;
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.calls[FAKE_SET], 1);
}
END_TEST

START_TEST(an_adapter_switched_off_by_the_end_of_the_service_is_switched_on_again)
{
	bluezrig_open_fine();
	fakebluez_power(&rig.fake, 0, false);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_UNPOWERED);
	rig.shift_ms += 5000; /* it takes its time to end */
	fakebluez_stop(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_SERVICE);
	fakebluez_start(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
	ck_assert_uint_eq(rig.fake.calls[FAKE_SET], 1);
}
END_TEST

static void all_is_back(void)
{
	TURN_UNTIL(bluez_adapter(rig.bluez)->advertising && bluez_adapter(rig.bluez)->scanning);
	TURN_UNTIL(rig.fake.advert.path[0] && rig.fake.adapters[0].discovering);
	ck_assert_mem_eq(rig.fake.advert.data, bluezrig_a, BEACON_SIZE);
}

START_TEST(all_is_restored_when_the_power_returns)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluezrig_scan();
	fakebluez_power(&rig.fake, 0, false);
	fakebluez_discovering(&rig.fake, 0, false);
	TURN_UNTIL(!bluez_adapter(rig.bluez)->advertising && !bluez_adapter(rig.bluez)->scanning);
	ck_assert_int_eq(bluez_adapter(rig.bluez)->trouble, RADIO_UNPOWERED);
	fakebluez_power(&rig.fake, 0, true);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_adapter_returns)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluezrig_scan();
	fakebluez_unplug(&rig.fake, 0);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_ADAPTER);
	ck_assert(!bluez_adapter(rig.bluez)->advertising && !bluez_adapter(rig.bluez)->scanning);
	rig.fake.adapters[0] = (struct fakebluez_adapter){.name = "hci0", .roles = "central-peripheral", .powered = true};
	fakebluez_tell_adapter(&rig.fake, 0);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_service_restarts)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluezrig_scan();
	fakebluez_stop(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_SERVICE);
	rig.fake.adapters[0].discovering = false;
	fakebluez_start(&rig.fake);
	all_is_back();
}
END_TEST

START_TEST(all_is_restored_when_the_bus_restarts)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluezrig_scan();
	fakebluez_bus_kill();
	fakebluez_stop(&rig.fake);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_SERVICE);
	rig.shift_ms += HOUR_MS;
	for (unsigned i = 0; i < 100; i++)
		bluezrig_turn();
	rig.fake.adapters[0].discovering = false;
	fakebluez_bus_restart();
	fakebluez_start(&rig.fake);
	rig.shift_ms += HOUR_MS;
	all_is_back();
}
END_TEST

START_TEST(a_refusal_is_told_until_we_are_let_in)
{
	rig.fake.fault[FAKE_LIST] = "org.freedesktop.DBus.Error.AccessDenied";
	rig.fake.faults[FAKE_LIST] = 1;
	fakebluez_start(&rig.fake);
	bluezrig_open("auto");
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_NO_PERMISSION);
	rig.shift_ms += HOUR_MS;
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
}
END_TEST

START_TEST(a_refresh_switches_off_and_on_unless_somebody_is_connected)
{
	bluezrig_open_fine();
	rig.fake.device.connected = true;
	ck_assert(bluez_refresh(rig.bluez));
	ck_assert(!bluez_refresh(rig.bluez));
	TURN_UNTIL(rig.fake.calls[FAKE_LIST] == 2);
	bluezrig_settle();
	ck_assert_uint_eq(rig.fake.calls[FAKE_SET], 0);
	rig.fake.device.connected = false;
	ck_assert(bluez_refresh(rig.bluez));
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_UNPOWERED);
	TURN_UNTIL(bluez_adapter(rig.bluez)->trouble == RADIO_FINE);
	ck_assert_uint_eq(rig.fake.calls[FAKE_SET], 2);
}
END_TEST

START_TEST(it_waits_without_turning_when_nothing_happens)
{
	bluezrig_open_fine();
	bluezrig_advertise(bluezrig_a);
	bluezrig_scan();
	bluezrig_settle();
	unsigned before = rig.changes;
	unsigned calls = 0;
	for (unsigned i = 0; i < FAKE_METHODS; i++)
		calls += rig.fake.calls[i];
	for (unsigned i = 0; i < 100; i++) {
		rig.shift_ms += HOUR_MS;
		bluezrig_turn();
	}
	for (unsigned i = 0; i < FAKE_METHODS; i++)
		calls -= rig.fake.calls[i];
	ck_assert_uint_eq(calls, 0);
	ck_assert_uint_eq(rig.changes, before);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("bluez");
	TCase *tcase = tcase_create("bluez");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, bluezrig_start, bluezrig_stop);
	tcase_add_test(tcase, an_adapter_is_found_and_described);
	tcase_add_test(tcase, the_first_adapter_by_name_that_serves_is_taken);
	tcase_add_test(tcase, adapters_may_come_and_go_under_ever_new_names);
	tcase_add_test(tcase, an_adapter_without_low_energy_is_of_no_use);
	tcase_add_test(tcase, a_named_adapter_is_waited_for);
	tcase_add_test(tcase, properties_of_odd_types_are_as_good_as_none);
	tcase_add_test(tcase, an_adapter_that_is_off_is_switched_on_once_and_never_again);
	tcase_add_test(tcase, an_adapter_switched_off_by_the_end_of_the_service_is_switched_on_again);
	tcase_add_test(tcase, all_is_restored_when_the_power_returns);
	tcase_add_test(tcase, all_is_restored_when_the_adapter_returns);
	tcase_add_test(tcase, all_is_restored_when_the_service_restarts);
	tcase_add_test(tcase, all_is_restored_when_the_bus_restarts);
	tcase_add_test(tcase, a_refusal_is_told_until_we_are_let_in);
	tcase_add_test(tcase, a_refresh_switches_off_and_on_unless_somebody_is_connected);
	tcase_add_test(tcase, it_waits_without_turning_when_nothing_happens);
	suite_add_tcase(suite, tcase);
	return suite;
}
