#include "node/sim/ledger.h"
#include "proto/envelope.h"
#include "tests/support/suite.h"

#include <string.h>

enum { NODES = 200, ADDRESSEE = 150 };

static struct ledger *ledger;

static void setup(void)
{
	ledger = ledger_new(NODES);
	ck_assert_ptr_nonnull(ledger);
}

static void teardown(void)
{
	ledger_free(ledger);
}

static struct ledger_writing writing_of(uint32_t number, uint8_t class)
{
	struct ledger_writing writing = {.class = class, .kind = ENVELOPE_SEALED, .writer = 1, .addressee = ADDRESSEE, .bytes = 512, .at_ms = 1000};
	memcpy(writing.id, &number, sizeof number);
	return writing;
}

static uint32_t write_letter(uint32_t number, uint8_t class)
{
	struct ledger_writing writing = writing_of(number, class);
	return ledger_write(ledger, &writing);
}

static uint32_t write_notice(uint32_t number)
{
	struct ledger_writing writing = writing_of(number, CLASS_URGENT);
	writing.kind = ENVELOPE_NOTICE;
	writing.addressee = LEDGER_NONE;
	writing.notice.seq = 3;
	return ledger_write(ledger, &writing);
}

START_TEST(letters_are_numbered_as_they_are_written_and_found_by_tag)
{
	for (uint32_t i = 0; i < 20000; i++)
		ck_assert_uint_eq(write_letter(i * 2 + 1, CLASS_NEED), i);
	ck_assert_uint_eq(ledger_count(ledger), 20000);
	for (uint32_t i = 0; i < 20000; i++) {
		struct ledger_writing there = writing_of(i * 2 + 1, CLASS_NEED), missing = writing_of(i * 2, CLASS_NEED);
		ck_assert_uint_eq(ledger_find(ledger, there.id), i);
		ck_assert_uint_eq(ledger_find(ledger, missing.id), LEDGER_NONE);
	}
}
END_TEST

START_TEST(a_letter_written_twice_keeps_its_number_and_what_is_known)
{
	uint32_t number = write_letter(7, CLASS_NEED);
	ck_assert(ledger_delivered(ledger, number, 2000));
	ck_assert_uint_eq(write_letter(7, CLASS_URGENT), number);
	ck_assert_uint_eq(ledger_count(ledger), 1);
	ck_assert_uint_eq(ledger_letter(ledger, number)->writing.class, CLASS_NEED);
	ck_assert_uint_eq(ledger_letter(ledger, number)->delivered_ms, 2000);
}
END_TEST

START_TEST(copies_are_what_others_than_the_writer_took)
{
	uint32_t number = write_letter(1, CLASS_STATUS);
	ledger_stored(ledger, 1, number, 1000);
	ledger_stored(ledger, 2, number, 1500);
	ledger_stored(ledger, 3, number, 1500);
	ledger_dropped(ledger, 2, number);
	ck_assert_uint_eq(ledger_letter(ledger, number)->held, 2);
	ck_assert_uint_eq(ledger_letter(ledger, number)->copies, 2);
	ledger_stored(ledger, 2, number, 1600);
	ck_assert_uint_eq(ledger_letter(ledger, number)->held, 3);
	ck_assert_uint_eq(ledger_letter(ledger, number)->copies, 3);
}
END_TEST

START_TEST(percentiles_are_of_the_nearest_rank)
{
	/* 200 letters that took 200, 199, ... 1 s, 50 that never came. */
	for (uint32_t i = 0; i < 250; i++) {
		uint32_t number = write_letter(i, CLASS_NEED);
		if (i < 200)
			ck_assert(ledger_delivered(ledger, number, 1000 + (200 - i) * 1000));
	}
	struct ledger_results results = ledger_results(ledger, CLASS_NEED);
	ck_assert_uint_eq(results.sent, 250);
	ck_assert_uint_eq(results.delivered, 200);
	ck_assert_uint_eq(results.t50_ms, 100000);
	ck_assert_uint_eq(results.t99_ms, 198000);
	ck_assert_uint_eq(ledger_results(ledger, CLASS_URGENT).sent, 0);
}
END_TEST

START_TEST(one_letter_is_its_own_middle_and_none_has_no_time)
{
	ck_assert_uint_eq(ledger_results(ledger, CLASS_ROUTINE).t50_ms, LEDGER_NEVER);
	uint32_t number = write_letter(1, CLASS_ROUTINE);
	ck_assert_uint_eq(ledger_results(ledger, CLASS_ROUTINE).t99_ms, LEDGER_NEVER);
	ck_assert(ledger_delivered(ledger, number, 6000));
	struct ledger_results results = ledger_results(ledger, CLASS_ROUTINE);
	ck_assert_uint_eq(results.t50_ms, 5000);
	ck_assert_uint_eq(results.t99_ms, 5000);
}
END_TEST

START_TEST(shares_by_time_count_the_last_moment_in)
{
	static const uint64_t took_ms[] = {900000, 900001, 3600000, 3600001, 21600000, 21600001};
	for (uint32_t i = 0; i < 6; i++)
		ck_assert(ledger_delivered(ledger, write_letter(i, CLASS_URGENT), 1000 + took_ms[i]));
	struct ledger_results results = ledger_results(ledger, CLASS_URGENT);
	ck_assert_uint_eq(results.in_15_min, 1);
	ck_assert_uint_eq(results.in_1_h, 3);
	ck_assert_uint_eq(results.in_6_h, 5);
}
END_TEST

START_TEST(a_letter_arrives_once_and_is_receipted_once)
{
	uint32_t number = write_letter(1, CLASS_URGENT);
	ck_assert(ledger_delivered(ledger, number, 5000));
	ck_assert(!ledger_delivered(ledger, number, 9000));
	ck_assert_uint_eq(ledger_letter(ledger, number)->delivered_ms, 5000);
	ck_assert(ledger_receipted(ledger, number, 6000));
	ck_assert(!ledger_receipted(ledger, number, 9000));
	ck_assert_uint_eq(ledger_letter(ledger, number)->receipted_ms, 6000);
}
END_TEST

START_TEST(reach_counts_each_node_once_and_notes_half_and_most)
{
	uint32_t number = write_notice(1);
	for (uint32_t node = 0; node < NODES; node++) {
		ledger_stored(ledger, node, number, 1000 + node);
		ledger_dropped(ledger, node, number);
		ledger_stored(ledger, node, number, 1000 + node);
	}
	/* The hundredth node is number 99; of 200 nodes 198 are 99 in a hundred. */
	const struct ledger_letter *letter = ledger_letter(ledger, number);
	ck_assert_uint_eq(letter->reached, NODES);
	ck_assert_uint_eq(letter->half_ms, 1099);
	ck_assert_uint_eq(letter->most_ms, 1197);
	struct ledger_results results = ledger_notices(ledger);
	ck_assert_uint_eq(results.sent, 1);
	ck_assert_uint_eq(results.reach50_ms, 99);
	ck_assert_uint_eq(results.reach99_ms, 197);
}
END_TEST

START_TEST(half_means_half_of_those_alive)
{
	uint32_t number = write_letter(1, CLASS_URGENT);
	ledger_alive(ledger, 3);
	ledger_stored(ledger, 1, number, 1000);
	ck_assert_uint_eq(ledger_letter(ledger, number)->half_ms, LEDGER_NEVER);
	ledger_stored(ledger, 64, number, 2000);
	ck_assert_uint_eq(ledger_letter(ledger, number)->half_ms, 2000);
	ck_assert_uint_eq(ledger_letter(ledger, number)->most_ms, LEDGER_NEVER);
	ledger_stored(ledger, 128, number, 3000);
	ck_assert_uint_eq(ledger_letter(ledger, number)->most_ms, 3000);
	ck_assert(ledger_has_reached(ledger, 64, number));
	ck_assert(!ledger_has_reached(ledger, 65, number));
}
END_TEST

START_TEST(only_urgent_letters_and_notices_are_followed_node_by_node)
{
	uint32_t number = write_letter(1, CLASS_NEED);
	ledger_stored(ledger, 1, number, 1000);
	ck_assert_uint_eq(ledger_letter(ledger, number)->track, LEDGER_NONE);
	ck_assert(!ledger_has_reached(ledger, 1, number));
	for (uint32_t i = 0; i <= LEDGER_TRACKED_MAX; i++)
		number = write_letter(100 + i, CLASS_URGENT);
	ck_assert_uint_eq(ledger_letter(ledger, number)->track, LEDGER_NONE);
	ck_assert_uint_eq(ledger_letter(ledger, number - 1)->track, LEDGER_TRACKED_MAX - 1);
}
END_TEST

START_TEST(what_foes_write_is_in_no_result)
{
	struct ledger_writing writing = writing_of(1, CLASS_URGENT);
	writing.idle = true;
	uint32_t number = ledger_write(ledger, &writing);
	ledger_stored(ledger, 5, number, 1000);
	ck_assert(ledger_delivered(ledger, number, 2000));
	ck_assert_uint_eq(ledger_results(ledger, CLASS_URGENT).sent, 0);
	ck_assert_uint_eq(ledger_results(ledger, CLASS_URGENT).delivered, 0);
}
END_TEST

START_TEST(the_result_line_has_every_class)
{
	uint32_t number = write_letter(1, CLASS_URGENT);
	ledger_stored(ledger, 1, number, 1000);
	for (uint32_t node = 2; node < 5; node++)
		ledger_stored(ledger, node, number, 1000);
	ck_assert(ledger_delivered(ledger, number, 2500));
	(void)write_letter(2, CLASS_URGENT);
	json_t *classes = ledger_classes_json(ledger);
	json_t *urgent = json_object_get(classes, "urgent"), *status = json_object_get(classes, "status");
	ck_assert_int_eq(json_integer_value(json_object_get(urgent, "sent")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(urgent, "delivered")), 1);
	ck_assert(json_real_value(json_object_get(urgent, "t50")) == 1.5);
	ck_assert(json_real_value(json_object_get(urgent, "t99")) == 1.5);
	ck_assert(json_real_value(json_object_get(urgent, "share")) == 0.5);
	ck_assert(json_real_value(json_object_get(urgent, "copies")) == 3.0);
	ck_assert(json_is_null(json_object_get(urgent, "reach50")));
	ck_assert(json_is_null(json_object_get(status, "t50")));
	ck_assert(json_is_null(json_object_get(status, "copies")));
	ck_assert_int_eq(json_integer_value(json_object_get(status, "sent")), 0);
	ck_assert_ptr_nonnull(json_object_get(classes, "need"));
	ck_assert_ptr_nonnull(json_object_get(classes, "routine"));
	json_decref(classes);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tcase = tcase_create("ledger");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, letters_are_numbered_as_they_are_written_and_found_by_tag);
	tcase_add_test(tcase, a_letter_written_twice_keeps_its_number_and_what_is_known);
	tcase_add_test(tcase, copies_are_what_others_than_the_writer_took);
	tcase_add_test(tcase, percentiles_are_of_the_nearest_rank);
	tcase_add_test(tcase, one_letter_is_its_own_middle_and_none_has_no_time);
	tcase_add_test(tcase, shares_by_time_count_the_last_moment_in);
	tcase_add_test(tcase, a_letter_arrives_once_and_is_receipted_once);
	tcase_add_test(tcase, reach_counts_each_node_once_and_notes_half_and_most);
	tcase_add_test(tcase, half_means_half_of_those_alive);
	tcase_add_test(tcase, only_urgent_letters_and_notices_are_followed_node_by_node);
	tcase_add_test(tcase, what_foes_write_is_in_no_result);
	tcase_add_test(tcase, the_result_line_has_every_class);
	suite_add_tcase(suite, tcase);
	return suite;
}
