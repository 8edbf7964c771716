#include "proto/order.h"

#include "tests/support/meeting.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 60 };

static struct meeting meeting;

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left, right;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

/* Two stores of these sizes meet, many times. */
static void meet_many(uint32_t both, uint32_t only_a, uint32_t only_b, bool mixed, unsigned seeds)
{
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		meeting_open(&meeting, seed * 1000003 + both + only_a);
		meeting_fill(&meeting, both, only_a, only_b, mixed);
		meeting_run(&meeting);
		ck_assert_msg(!meeting.ended && meeting_mistakes(&meeting) == 0, "seed %u of %u/%u/%u: %u mistakes", (unsigned)seed, both, only_a,
			      only_b, meeting_mistakes(&meeting));
		meeting_close(&meeting);
	}
}

START_TEST(what_differs_is_found_whatever_the_sizes)
{
	static const uint32_t sizes[][3] = {{0, 0, 0},     {0, 1, 0},    {0, 0, 1},      {0, 40, 0},    {0, 0, 40},       {1, 1, 1},
					    {16, 1, 0},    {17, 0, 1},   {50, 3, 4},     {300, 10, 10}, {300, 0, 200},    {1000, 0, 7},
					    {1000, 90, 0}, {2000, 1, 1}, {2000, 30, 70}, {3000, 5, 2},  {3000, 400, 400}, {4000, 0, 0}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], false, SEEDS);
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], true, SEEDS);
	}
}
END_TEST

START_TEST(random_pairs_of_stores_are_compared_without_a_mistake)
{
	meeting_open(&meeting, 77);
	uint32_t sizes[600][3];
	for (size_t i = 0; i < 600; i++)
		for (size_t j = 0; j < 3; j++)
			sizes[i][j] = (uint32_t)(meeting_draw() % (1u << meeting_draw() % 12));
	meeting_close(&meeting);
	for (size_t i = 0; i < 600; i++)
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], i % 2 == 0, 2);
}
END_TEST

START_TEST(thousands_of_differences_are_found_in_parts)
{
	meet_many(20000, 2500, 2500, false, 3);
	meet_many(20000, 5000, 100, true, 3);
	meet_many(3000, 0, 30000, false, 2);
	meet_many(0, 20000, 20000, true, 2);
}
END_TEST

/* Bytes are counted, not times: these are the goals that the design was chosen by, means over many meetings. */
static double mean_bytes(uint32_t n, uint32_t d)
{
	size_t bytes = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, n - d, d / 2, d - d / 2, false);
		meeting_run(&meeting);
		ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
		bytes += meeting.a.said_bytes + meeting.b.said_bytes;
		meeting_close(&meeting);
	}
	return (double)bytes / SEEDS;
}

START_TEST(a_comparison_costs_at_most_twice_the_hash_bound)
{
	/* n, d, bytes of the bound: log2 of C(2^w, d), w = log2(n d) + 20, a failure in 2^20 (see bench_sync). */
	ck_assert_double_le(mean_bytes(1000, 10), 2 * 38.9 + 96);
	ck_assert_double_le(mean_bytes(1000, 100), 2 * 392.0 + 96);
	ck_assert_double_le(mean_bytes(10000, 10), 2 * 43.0 + 96);
	ck_assert_double_le(mean_bytes(10000, 100), 2 * 433.5 + 96);
}
END_TEST

START_TEST(equal_stores_say_so_in_one_round_trip_and_few_bytes)
{
	meeting_open(&meeting, 5);
	meeting_fill(&meeting, 3000, 0, 0, true);
	meeting_run(&meeting);
	ck_assert_uint_le(meeting.flights, 2);
	ck_assert_uint_le(meeting.a.said_bytes, 24);
	ck_assert_uint_le(meeting.b.said_bytes, 24);
	meeting_close(&meeting);
}
END_TEST

START_TEST(an_urgent_letter_is_known_missing_in_the_first_flights)
{
	for (unsigned way = 0; way < 2; way++) {
		meeting_open(&meeting, way + 9);
		meeting_fill(&meeting, 2000, 30, 30, false);
		uint8_t tag[LETTER_TAG_SIZE] = {42};
		struct meeting_side *has = way == 0 ? &meeting.a : &meeting.b;
		for (uint8_t i = 0; i < 20; i++) { /* urgent letters that both have */
			uint8_t common[LETTER_TAG_SIZE] = {i, 1};
			meeting_put(&meeting.a, common, 60, 3980);
			meeting_put(&meeting.b, common, 60, 3980);
		}
		uint32_t slot = meeting_put(has, tag, 62, 3981);
		meeting_run_flights(&meeting, way == 0 ? 1 : 2);
		ck_assert(marks_has(&has->sent, slot));
		meeting_close(&meeting);
	}
}
END_TEST

/* Knowledge of letters ends by itself, at any time, and stays in the catalogue as being forgotten until the turn is kept. */
START_TEST(letters_may_be_forgotten_in_the_midst_of_a_comparison)
{
	for (unsigned at = 2; at < 10; at++) {
		meeting_open(&meeting, at);
		meeting_fill(&meeting, 400, 60, 60, true);
		meeting_forget(&meeting, at);
		meeting_run(&meeting);
		ck_assert(!meeting.ended);
		struct meeting_side *sides[] = {&meeting.a, &meeting.b};
		for (unsigned i = 0; i < 2; i++)
			for (uint32_t slot = 0; slot < catalogue_slots(sides[i]->catalogue); slot++)
				if (catalogue_at(sides[i]->catalogue, slot)->state == CATALOGUE_FREE)
					ck_assert(!catalogue_at(sides[i]->catalogue, slot)->shown);
		meeting_close(&meeting);
	}
}
END_TEST

/* A letter that a side knows and does not want costs at the first contact only. */
START_TEST(what_is_known_and_not_wanted_is_told_once)
{
	meeting_open(&meeting, 11);
	meeting_fill(&meeting, 500, 0, 0, false);
	for (uint8_t i = 0; i < 30; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {i, 7};
		struct catalogue_entry known = {.state = CATALOGUE_KNOWN, .rank = 2, .day = 3980};
		memcpy(known.tag, tag, sizeof(tag));
		meeting_put(&meeting.a, tag, 2, 3980);
		ck_assert_uint_ne(catalogue_set(meeting.b.catalogue, &known), CATALOGUE_NONE);
	}
	catalogue_keep(meeting.b.catalogue);
	meeting_run(&meeting);
	ck_assert_uint_eq(meeting.a.sent.count, 0); /* asked for by nobody */
	meeting_run(&meeting);
	ck_assert_uint_le(meeting.a.said_bytes, 24);
	ck_assert_uint_le(meeting.b.said_bytes, 24);
	/* Somebody new, who has none of them, asks for them once and gets none. */
	struct meeting_side a = meeting.a;
	struct meeting other;
	meeting_open(&other, 12);
	meeting.a = other.a;
	other.a = a;
	meeting_run(&meeting);
	ck_assert(!meeting.ended);
	for (uint32_t slot = 0; slot < catalogue_slots(meeting.b.catalogue); slot++)
		if (catalogue_at(meeting.b.catalogue, slot)->state == CATALOGUE_KNOWN)
			ck_assert(!catalogue_at(meeting.b.catalogue, slot)->shown && !marks_has(&meeting.b.sent, slot));
	meeting_close(&meeting);
	meeting_close(&other);
}
END_TEST

/* A store of a million bytes' room meets one that is much larger: only what fits is spoken of. */
START_TEST(a_small_store_does_not_pay_for_a_large_one)
{
	meeting_open(&meeting, 13);
	for (uint32_t i = 0; i < 30000; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8), 3};
		uint16_t day = (uint16_t)(3900 + i / 300);
		meeting_put(&meeting.a, tag, 2, day);
		if (i >= 29000)
			meeting_put(&meeting.b, tag, 2, day);
	}
	for (uint8_t i = 0; i < 10; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {i, 9, 9};
		meeting_put(&meeting.b, tag, 18, 3999);
	}
	meeting.b.wants = (struct wants){.rank = 2, .day = 3997, .capacity = wants_capacity(1010 * 512)};
	meeting_run(&meeting);
	ck_assert(!meeting.ended);
	ck_assert_uint_eq(meeting.b.sent.count, 10);
	ck_assert_uint_eq(meeting.a.sent.count, 0);
	ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 400);
	meeting_close(&meeting);
}
END_TEST

/* Two letters whose short ids are equal under one key: whoever minted them cannot have known the next one. */
START_TEST(letters_that_hide_each_other_in_one_contact_do_not_in_the_next)
{
	uint8_t binding[32] = {1}, key[SHORTHASH_KEY_SIZE], next[SHORTHASH_KEY_SIZE], a[LETTER_TAG_SIZE] = {0}, b[LETTER_TAG_SIZE] = {0};
	short_id_key(binding, key);
	binding[0] = 2;
	short_id_key(binding, next);
	/* A collision by the birthday of 2^18 ids, found by sorting. */
	enum { MINTED = 1 << 18 };
	uint64_t *minted = calloc(MINTED, sizeof(*minted));
	for (uint32_t i = 0; i < MINTED; i++) {
		memcpy(a, &i, sizeof(i));
		minted[i] = (uint64_t)short_id(key, a) << 32 | i;
	}
	qsort(minted, MINTED, sizeof(*minted), compare_numbers);
	size_t collisions = 0;
	for (size_t i = 1; i < MINTED; i++) {
		if (minted[i] >> 32 != minted[i - 1] >> 32)
			continue;
		memcpy(a, &minted[i], 4);
		memcpy(b, &minted[i - 1], 4);
		ck_assert_uint_eq(short_id(key, a), short_id(key, b));
		ck_assert_uint_ne(short_id(next, a), short_id(next, b));
		collisions++;
	}
	ck_assert_uint_gt(collisions, 0);
	free(minted);
}
END_TEST

/* Whatever a neighbour says, the answer is bounded, and the link ends or goes on. */
START_TEST(noise_for_tables_and_lies_for_estimates_cost_bounded_work)
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, 400, 20, 20, true);
		meeting_corrupt(&meeting, 1 + (unsigned)(seed % 3));
		meeting_run(&meeting);
		ck_assert_uint_le(meeting.flights, 2000);
		ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 2000000);
		meeting_close(&meeting);
	}
}
END_TEST

static unsigned heard(enum message_type type)
{
	return meeting.a.heard[type] + meeting.b.heard[type];
}

static unsigned verdicts(enum need_verdict verdict)
{
	return meeting.a.verdicts[verdict] + meeting.b.verdicts[verdict];
}

START_TEST(a_table_that_is_a_little_too_small_is_continued_not_sent_again)
{
	unsigned continued = 0, described = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, 3000, 60, 60, false);
		meeting_run(&meeting);
		ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
		ck_assert_uint_eq(heard(MESSAGE_MORE), verdicts(NEED_MORE));
		continued += heard(MESSAGE_MORE) > 0;
		described += heard(MESSAGE_SKETCH) + heard(MESSAGE_LIST);
		meeting_close(&meeting);
	}
	ck_assert_uint_gt(continued, SEEDS / 4);
	ck_assert_uint_le(described, SEEDS * 5 / 2); /* the responder's urgent letters and the rest; hardly ever one of them again */
}
END_TEST

/* Both believe that nothing differs, and send the smallest table there is. */
START_TEST(a_table_that_is_far_too_small_is_followed_by_larger_ones_until_all_is_found)
{
	static const uint32_t sizes[][3] = {{2000, 1, 1},   {2000, 3, 2},   {2000, 5, 6},    {2000, 20, 20},
					    {2000, 200, 0}, {2000, 0, 300}, {9000, 900, 900}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		unsigned larger = 0, more = 0, lists = 0;
		for (uint64_t seed = 1; seed <= 10; seed++) {
			meeting_open(&meeting, seed + i);
			meeting_fill(&meeting, sizes[i][0], sizes[i][1], sizes[i][2], seed % 2 == 0);
			meeting_understate(&meeting);
			meeting_run(&meeting);
			ck_assert(!meeting.ended);
			ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
			ck_assert_uint_le(meeting.flights, 150);
			ck_assert_uint_eq(heard(MESSAGE_MORE), verdicts(NEED_MORE));
			/* A list of everything is the worst that can follow. */
			ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 8000 + 6 * (sizes[i][0] + sizes[i][1] + sizes[i][2]));
			larger += verdicts(NEED_LARGER);
			more += verdicts(NEED_MORE);
			lists += heard(MESSAGE_LIST);
			meeting_close(&meeting);
		}
		uint32_t difference = sizes[i][1] + sizes[i][2];
		ck_assert(difference < 5 || larger >= 5);
		ck_assert(difference < 20 || more >= 5);
		ck_assert(difference < 300 || lists > 10);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("compare");
	TCase *test_case = tcase_create("compare");
	tcase_set_timeout(test_case, 250);
	tcase_add_test(test_case, what_differs_is_found_whatever_the_sizes);
	tcase_add_test(test_case, random_pairs_of_stores_are_compared_without_a_mistake);
	tcase_add_test(test_case, thousands_of_differences_are_found_in_parts);
	tcase_add_test(test_case, a_comparison_costs_at_most_twice_the_hash_bound);
	tcase_add_test(test_case, equal_stores_say_so_in_one_round_trip_and_few_bytes);
	tcase_add_test(test_case, an_urgent_letter_is_known_missing_in_the_first_flights);
	tcase_add_test(test_case, letters_may_be_forgotten_in_the_midst_of_a_comparison);
	tcase_add_test(test_case, what_is_known_and_not_wanted_is_told_once);
	tcase_add_test(test_case, a_small_store_does_not_pay_for_a_large_one);
	tcase_add_test(test_case, letters_that_hide_each_other_in_one_contact_do_not_in_the_next);
	tcase_add_test(test_case, noise_for_tables_and_lies_for_estimates_cost_bounded_work);
	tcase_add_test(test_case, a_table_that_is_a_little_too_small_is_continued_not_sent_again);
	tcase_add_test(test_case, a_table_that_is_far_too_small_is_followed_by_larger_ones_until_all_is_found);
	suite_add_tcase(suite, test_case);
	return suite;
}
