/* Red cases that nobody acts on: what stands on top of every page of the console. */

#include "node/relief/loud.h"

#include "node/relief/triage.h"
#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include <string.h>

enum { MEDIC = 1, OTHER = 2, THIRD = 3 };

static struct reliefdb db;
static char path[64];
static struct letter said;

static void open_room(void)
{
	relief_room(&db, path);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	said.red = 1;
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static struct loud after(const struct case_file *file, uint64_t seconds)
{
	struct loud loud;
	ck_assert_int_eq(loud_read(&db, file->arrived + seconds, &loud), ERR_OK);
	return loud;
}

static void save(struct case_file *file)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_save(&db, file), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(a_red_case_is_loud_after_a_quarter_of_an_hour_and_not_before)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	ck_assert_uint_eq(after(&file, TRIAGE_LATE_S - 1).n, 0);
	struct loud loud = after(&file, TRIAGE_LATE_S);
	ck_assert_uint_eq(loud.n, 1);
	ck_assert_uint_eq(loud.number, file.number);
	ck_assert_uint_eq(loud.type, LETTER_MEDEVAC);
	ck_assert_uint_eq(loud.waiting_s, TRIAGE_LATE_S);
}
END_TEST

START_TEST(yellow_ones_exercises_and_closed_ones_are_not)
{
	struct case_file file;
	said.status = STATUS_EXERCISE;
	relief_keep(&db, &said, MEDIC, 1, &file);
	said.status = STATUS_ACTUAL;
	said.red = 0;
	said.yellow = 3;
	relief_keep(&db, &said, OTHER, 1, &file);
	said.red = 1;
	relief_keep(&db, &said, THIRD, 1, &file);
	ck_assert_uint_eq(after(&file, TRIAGE_LATE_S).n, 1);
	file.state = CASE_CLOSED;
	save(&file);
	ck_assert_uint_eq(after(&file, TRIAGE_LATE_S).n, 0);
}
END_TEST

START_TEST(of_several_the_one_that_waits_longest_is_named)
{
	struct case_file first, second;
	relief_keep(&db, &said, MEDIC, 1, &first);
	said.type = LETTER_INCIDENT;
	relief_keep(&db, &said, OTHER, 1, &second);
	second.arrived -= 60;
	save(&second);
	struct loud loud = after(&first, TRIAGE_LATE_S + 60);
	ck_assert_uint_eq(loud.n, 2);
	ck_assert_uint_eq(loud.number, second.number);
	ck_assert_uint_eq(loud.type, LETTER_INCIDENT);
	ck_assert_uint_eq(loud.waiting_s, TRIAGE_LATE_S + 120);
}
END_TEST

START_TEST(one_whose_claim_ran_out_is_loud_again)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	strcpy(file.operator_name, "Rana");
	file.state = CASE_ASSIGNED;
	file.touched_at = file.assigned_at = file.arrived + 60;
	file.lease_until = file.arrived + 3600;
	save(&file);
	ck_assert_uint_eq(after(&file, 3599).n, 0);
	ck_assert_uint_eq(after(&file, 3601).n, 1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *all = suite_create("loud");
	TCase *rooms = tcase_create("rooms");
	tcase_add_checked_fixture(rooms, open_room, close_room);
	tcase_add_test(rooms, a_red_case_is_loud_after_a_quarter_of_an_hour_and_not_before);
	tcase_add_test(rooms, yellow_ones_exercises_and_closed_ones_are_not);
	tcase_add_test(rooms, of_several_the_one_that_waits_longest_is_named);
	tcase_add_test(rooms, one_whose_claim_ran_out_is_loud_again);
	suite_add_tcase(all, rooms);
	return all;
}
