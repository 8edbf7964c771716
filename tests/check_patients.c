/* Patients of a request, news of people, needs: how what belongs together becomes one case, and what that weighs. */
#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>

enum { MEDIC = 1, STRANGER = 2 };

static struct reliefdb db;
static char path[64];
static struct letter said; /* what a test's letter says; zeroed before each */

static void open_room(void)
{
	relief_room(&db, path);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

/* A patient of the medic's first letter. */
static void say_patient(uint64_t number, enum triage triage)
{
	memset(&said, 0, sizeof(said));
	said.type = LETTER_PATIENT;
	said.number = number;
	said.triage = triage;
	relief_refer(&said, MEDIC, 1, ACTION_NEW);
}

START_TEST(patients_join_their_request_and_the_worse_count_stands)
{
	struct case_file file;
	said.red = 1;
	said.yellow = 1;
	relief_keep(&db, &said, MEDIC, 1, &file);
	say_patient(1, TRIAGE_YELLOW);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_JOINED);
	say_patient(2, TRIAGE_RED);
	relief_keep(&db, &said, MEDIC, 3, &file);
	ck_assert_uint_eq(file.red, 1);
	say_patient(1, TRIAGE_RED);
	relief_refer(&said, MEDIC, 2, ACTION_UPDATE);
	relief_keep(&db, &said, MEDIC, 4, &file);
	ck_assert_uint_eq(file.number, 1);
	ck_assert_uint_eq(file.red, 2);
	ck_assert_uint_eq(file.yellow, 1);
	ck_assert_int_eq(file.type, LETTER_MEDEVAC);
	struct letter *now = relief_merged(&db, &file);
	ck_assert_int_eq(now->type, LETTER_MEDEVAC);
	ck_assert_uint_eq(now->triage, TRIAGE_UNSAID);
	free(now);
}
END_TEST

START_TEST(a_patient_taken_back_does_not_withdraw_the_request)
{
	struct case_file file;
	said.yellow = 1;
	relief_keep(&db, &said, MEDIC, 1, &file);
	say_patient(1, TRIAGE_RED);
	relief_keep(&db, &said, MEDIC, 2, &file);
	ck_assert_uint_eq(file.red, 1);
	say_patient(0, TRIAGE_UNSAID);
	relief_refer(&said, MEDIC, 2, ACTION_CANCEL);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 3, &file), CASES_JOINED);
	ck_assert_uint_eq(file.red, 0);
	ck_assert_uint_eq(file.yellow, 1);
	ck_assert_uint_eq(file.withdrawn_at, 0);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	relief_refer(&said, MEDIC, 1, ACTION_CANCEL);
	relief_keep(&db, &said, MEDIC, 4, &file);
	ck_assert_uint_ne(file.withdrawn_at, 0);
}
END_TEST

START_TEST(a_patient_before_their_request_is_found_by_both_names)
{
	struct case_file file;
	char before[REF_TEXT], after[REF_TEXT];
	say_patient(1, TRIAGE_RED);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_OPENED);
	ck_assert_int_eq(file.type, LETTER_PATIENT);
	ck_assert_uint_eq(file.red, 1);
	ref_text(file.type, file.number, before);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	(void)strcpy(said.place, "Sector 4");
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_JOINED);
	ck_assert_int_eq(file.type, LETTER_MEDEVAC);
	ref_text(file.type, file.number, after);
	ck_assert_uint_eq(relief_found(&db, before).number, file.number);
	ck_assert_uint_eq(relief_found(&db, after).number, file.number);
	struct letter *now = relief_merged(&db, &file);
	ck_assert_str_eq(now->place, "Sector 4");
	free(now);
}
END_TEST

START_TEST(two_patients_are_never_told_as_one)
{
	struct case_file file;
	say_patient(1, TRIAGE_RED);
	relief_keep(&db, &said, MEDIC, 2, &file);
	say_patient(2, TRIAGE_GREEN);
	(void)strcpy(said.injuries, "arm");
	relief_keep(&db, &said, MEDIC, 3, &file);
	relief_refer(&said, MEDIC, 3, ACTION_UPDATE);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 4, &file), CASES_JOINED);
	struct letter *now = relief_merged(&db, &file);
	ck_assert_uint_eq(now->number, 1);
	ck_assert_str_eq(now->injuries, "");
	free(now);
	ck_assert_uint_eq(file.red, 1);
}
END_TEST

START_TEST(patients_alone_are_withdrawn_with_the_last)
{
	struct case_file file;
	say_patient(1, TRIAGE_RED);
	relief_keep(&db, &said, MEDIC, 2, &file);
	say_patient(2, TRIAGE_YELLOW);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 3, &file), CASES_JOINED);
	say_patient(0, TRIAGE_UNSAID);
	relief_refer(&said, MEDIC, 2, ACTION_CANCEL);
	relief_keep(&db, &said, MEDIC, 4, &file);
	ck_assert_uint_eq(file.withdrawn_at, 0);
	ck_assert_uint_eq(file.red, 0);
	relief_refer(&said, MEDIC, 3, ACTION_CANCEL);
	relief_keep(&db, &said, MEDIC, 5, &file);
	ck_assert_uint_ne(file.withdrawn_at, 0);
}
END_TEST

START_TEST(a_patient_taken_back_before_they_came_stays_taken_back)
{
	struct case_file file;
	say_patient(0, TRIAGE_UNSAID);
	relief_refer(&said, MEDIC, 2, ACTION_CANCEL);
	relief_keep(&db, &said, MEDIC, 3, &file);
	say_patient(1, TRIAGE_RED);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_JOINED);
	ck_assert_uint_ne(file.withdrawn_at, 0);
	ck_assert_uint_eq(file.red, 0);
}
END_TEST

START_TEST(news_of_somebody_elses_search_is_a_case_of_its_own)
{
	struct case_file file;
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SEEK;
	(void)strcpy(said.name, "مُحَمَّد");
	relief_keep(&db, &said, STRANGER, 1, &file);
	ck_assert_int_eq(ref_letter(file.type), 'Q');
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SEEN;
	relief_refer(&said, STRANGER, 1, ACTION_NEW);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_OPENED);
	ck_assert_int_eq(ref_letter(file.type), 'K');
}
END_TEST

START_TEST(a_need_comes_before_what_asks_for_nothing)
{
	struct case_file files[2] = {{.number = 1, .type = LETTER_SAFE, .class = CLASS_STATUS, .arrived = NOON},
				     {.number = 2, .type = LETTER_NEED, .class = CLASS_STATUS, .arrived = NOON + 1}};
	char why[TRIAGE_REASON_MAX];
	triage_sort(files, 2);
	ck_assert_uint_eq(files[0].number, 2);
	ck_assert_int_eq(triage_priority(&files[0], NOON, why), 1);
	ck_assert_str_eq(why, "sent as a need");
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("patients");
	TCase *tests = tcase_create("patients");
	tcase_add_checked_fixture(tests, open_room, close_room);
	tcase_add_test(tests, patients_join_their_request_and_the_worse_count_stands);
	tcase_add_test(tests, a_patient_taken_back_does_not_withdraw_the_request);
	tcase_add_test(tests, a_patient_before_their_request_is_found_by_both_names);
	tcase_add_test(tests, two_patients_are_never_told_as_one);
	tcase_add_test(tests, patients_alone_are_withdrawn_with_the_last);
	tcase_add_test(tests, a_patient_taken_back_before_they_came_stays_taken_back);
	tcase_add_test(tests, news_of_somebody_elses_search_is_a_case_of_its_own);
	tcase_add_test(tests, a_need_comes_before_what_asks_for_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
