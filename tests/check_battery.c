#include "platform/linux/battery.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 256 };

static char root[] = "/tmp/barid-battery-XXXXXX";
static struct battery battery;

static void start(void)
{
	strcpy(root + strlen(root) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	battery_open(&battery, root);
}

static void stop(void)
{
	char command[PATH_SIZE];
	ck_assert_int_lt(snprintf(command, sizeof command, "rm -r %s", root), PATH_SIZE);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *supply, const char *file, const char *word)
{
	char path[PATH_SIZE];
	ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", root, supply), PATH_SIZE);
	(void)mkdir(path, 0700); /* it may be there */
	ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s/%s", root, supply, file), PATH_SIZE);
	FILE *out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(word, out), 0);
	ck_assert_int_eq(fclose(out), 0);
}

static void put_battery(const char *supply, const char *percent, const char *status)
{
	put(supply, "type", "Battery\n");
	put(supply, "capacity", percent);
	put(supply, "status", status);
}

START_TEST(a_machine_without_supplies_runs_on_mains)
{
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_MAINS);
	battery_open(&battery, "/nowhere/at/all");
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_UNKNOWN);
	char longer[2 * BATTERY_ROOT_MAX];
	memset(longer, '/', sizeof longer);
	longer[sizeof longer - 1] = 0;
	battery_open(&battery, longer);
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_UNKNOWN);
}
END_TEST

START_TEST(the_fullest_battery_counts)
{
	put_battery("BAT0", "17\n", "Discharging\n");
	put_battery("BAT1", "64\n", "Not charging\n");
	put("AC", "type", "Mains\n");
	put("AC", "online", "0\n");
	ck_assert_uint_eq(battery_level(&battery, 1), 64);
}
END_TEST

START_TEST(a_charger_is_mains)
{
	put_battery("BAT0", "3\n", "Discharging\n");
	put("usb", "type", "USB\n");
	put("usb", "online", "1\n");
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_MAINS);
}
END_TEST

START_TEST(a_battery_that_charges_is_mains)
{
	put_battery("BAT0", "3\n", "Charging\n");
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_MAINS);
}
END_TEST

START_TEST(the_battery_of_a_mouse_is_not_ours)
{
	put_battery("hidpp_battery_0", "3\n", "Discharging\n");
	put("hidpp_battery_0", "scope", "Device\n");
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_MAINS);
}
END_TEST

START_TEST(nonsense_is_unknown)
{
	put_battery("BAT0", "101\n", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 1), DUTY_BATTERY_UNKNOWN);
	put_battery("BAT0", "5x\n", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 1 + BATTERY_LOOK_MS), DUTY_BATTERY_UNKNOWN);
	put_battery("BAT0", "", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 1 + 2 * BATTERY_LOOK_MS), DUTY_BATTERY_UNKNOWN);
	put_battery("BAT0", "7777777777777777777777777777777777777777777777777777\n", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 1 + 3 * BATTERY_LOOK_MS), DUTY_BATTERY_UNKNOWN);
}
END_TEST

START_TEST(it_looks_once_a_minute)
{
	put_battery("BAT0", "50\n", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 1000), 50);
	put_battery("BAT0", "49\n", "Discharging\n");
	ck_assert_uint_eq(battery_level(&battery, 999 + BATTERY_LOOK_MS), 50);
	ck_assert_uint_eq(battery_level(&battery, 1000 + BATTERY_LOOK_MS), 49);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("battery");
	TCase *tcase = tcase_create("battery");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_machine_without_supplies_runs_on_mains);
	tcase_add_test(tcase, the_fullest_battery_counts);
	tcase_add_test(tcase, a_charger_is_mains);
	tcase_add_test(tcase, a_battery_that_charges_is_mains);
	tcase_add_test(tcase, the_battery_of_a_mouse_is_not_ours);
	tcase_add_test(tcase, nonsense_is_unknown);
	tcase_add_test(tcase, it_looks_once_a_minute);
	suite_add_tcase(suite, tcase);
	return suite;
}
