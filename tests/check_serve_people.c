/* Several people's vaults on one box: who is forgotten, and who is not. */

#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "node/desk/serve_people.h"
#include "node/desk/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, DAYS = 5 };

static const uint64_t start_s = (uint64_t)1480000000 / DAY_S * DAY_S;
static struct serve_people people;
static char dir[64];

static void arrange(void)
{
	strcpy(dir, "/tmp/check_people_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(serve_people_open(&people, dir), ERR_OK);
}

static void clear(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static unsigned on_day(unsigned day)
{
	return serve_people_forget(&people, start_s + (uint64_t)day * DAY_S, DAYS);
}

/* Makes and opens a vault; fills its folder. */
static void begin(const char *name, char folder[static SERVE_FOLDER_DIGITS + 1])
{
	static const struct passphrase none = {0};
	char home[FILES_PATH_MAX];
	struct vault vault;
	ck_assert(serve_people_folder(&people, name, folder) && serve_people_home(&people, folder, home));
	ck_assert_int_eq(vault_create(home, &none, people_person(name), &vault), ERR_OK);
	vault_close(&vault);
	serve_people_used(&people, folder);
}

static bool is_there(const char *folder)
{
	char home[FILES_PATH_MAX];
	return serve_people_home(&people, folder, home) && vault_exists(home);
}

START_TEST(what_nobody_opens_for_so_many_days_is_destroyed_and_nothing_of_it_stays)
{
	char amal[SERVE_FOLDER_DIGITS + 1], basma[SERVE_FOLDER_DIGITS + 1], command[256];
	(void)on_day(0);
	begin("Amal", amal);
	begin("Basma", basma);
	for (unsigned day = 1; day <= DAYS; day++) {
		ck_assert_uint_eq(on_day(day), 0);
		serve_people_used(&people, basma);
	}
	ck_assert(is_there(amal));
	ck_assert_uint_eq(on_day(DAYS + 1), 1);
	ck_assert(!is_there(amal) && is_there(basma));
	snprintf(command, sizeof command, "test ! -e %s/%s", dir, amal);
	ck_assert_int_eq(system(command), 0);
	ck_assert_uint_eq(on_day(2 * DAYS + 1), 0); /* one day the box ran, whatever the calendar says */
	ck_assert(is_there(basma));
}
END_TEST

START_TEST(a_clock_that_jumps_and_a_box_that_was_off_make_nobody_old)
{
	char amal[SERVE_FOLDER_DIGITS + 1];
	(void)on_day(0);
	begin("Amal", amal);
	ck_assert_uint_eq(on_day(4000), 0);
	ck_assert_uint_eq(on_day(4000), 0);
	ck_assert_uint_eq(on_day(0), 0);
	for (unsigned hour = 0; hour < 100; hour++)
		ck_assert_uint_eq(serve_people_forget(&people, start_s + hour * 600, DAYS), 0);
	ck_assert(is_there(amal));
}
END_TEST

START_TEST(the_days_are_still_known_after_a_start)
{
	char amal[SERVE_FOLDER_DIGITS + 1];
	(void)on_day(0);
	begin("Amal", amal);
	for (unsigned day = 1; day <= DAYS; day++) {
		ck_assert_int_eq(serve_people_open(&people, dir), ERR_OK);
		ck_assert_uint_eq(on_day(day), 0);
	}
	ck_assert_int_eq(serve_people_open(&people, dir), ERR_OK);
	ck_assert_uint_eq(on_day(DAYS + 1), 1);
}
END_TEST

START_TEST(one_that_says_nothing_of_its_use_counts_from_today)
{
	char amal[SERVE_FOLDER_DIGITS + 1], path[256];
	(void)on_day(0);
	begin("Amal", amal);
	for (unsigned day = 1; day <= DAYS; day++)
		(void)on_day(day);
	snprintf(path, sizeof path, "%s/%s/used", dir, amal);
	ck_assert_int_eq(remove(path), 0);
	ck_assert_uint_eq(on_day(DAYS + 1), 0);
	ck_assert_uint_eq(on_day(DAYS + 2), 0);
	snprintf(path, sizeof path, "echo nonsense >%s/days", dir);
	ck_assert_int_eq(system(path), 0);
	ck_assert_uint_eq(on_day(DAYS + 3), 0);
	ck_assert(is_there(amal));
}
END_TEST

START_TEST(without_a_number_of_days_nothing_is_forgotten)
{
	char amal[SERVE_FOLDER_DIGITS + 1];
	(void)on_day(0);
	begin("Amal", amal);
	for (unsigned day = 1; day < 4 * DAYS; day++)
		ck_assert_uint_eq(serve_people_forget(&people, start_s + (uint64_t)day * DAY_S, 0), 0);
	ck_assert(is_there(amal));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("serve_people");
	TCase *tests = tcase_create("forgetting");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, what_nobody_opens_for_so_many_days_is_destroyed_and_nothing_of_it_stays);
	tcase_add_test(tests, a_clock_that_jumps_and_a_box_that_was_off_make_nobody_old);
	tcase_add_test(tests, the_days_are_still_known_after_a_start);
	tcase_add_test(tests, one_that_says_nothing_of_its_use_counts_from_today);
	tcase_add_test(tests, without_a_number_of_days_nothing_is_forgotten);
	suite_add_tcase(suite, tests);
	return suite;
}
