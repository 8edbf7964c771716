#include "platform/chance.h"
#include "platform/sim/fate.h"
#include "tests/support/suite.h"

#include <string.h>

enum { DRAWS = 700000, SIDES = 7 };

/* The reference program of the generator's authors, from the state 1, 2, 3, 4. */
START_TEST(numbers_are_those_of_the_published_generator)
{
	struct fate fate = {.state = {1, 2, 3, 4}};
	ck_assert_uint_eq(fate_draw(&fate), 11520);
	ck_assert_uint_eq(fate_draw(&fate), 0);
	ck_assert_uint_eq(fate_draw(&fate), 1509978240);
	ck_assert_uint_eq(fate_draw(&fate), UINT64_C(1215971899390074240));
}
END_TEST

START_TEST(a_stream_follows_from_its_seed_and_name_and_no_other_moves_it)
{
	struct fate a, b, other;
	fate_seed(&a, 5, 9);
	fate_seed(&b, 5, 9);
	fate_seed(&other, 5, 10);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t drawn = fate_draw(&a);
		ck_assert_uint_ne(drawn, fate_draw(&other));
		ck_assert_uint_eq(drawn, fate_draw(&b));
	}
	fate_seed(&other, 6, 9);
	ck_assert_uint_ne(fate_draw(&a), fate_draw(&other));
	fate_seed(&a, 9, 5);
	fate_seed(&b, 5, 9);
	ck_assert_uint_ne(fate_draw(&a), fate_draw(&b));
}
END_TEST

/* Neighbouring names are as far from each other as any: about half of their bits are the same. */
START_TEST(streams_of_neighbouring_names_are_independent)
{
	unsigned same = 0;
	for (uint64_t who = 0; who < 1000; who++) {
		struct fate a, b;
		fate_seed(&a, 1, who);
		fate_seed(&b, 1, who + 1);
		uint64_t differ = fate_draw(&a) ^ fate_draw(&b);
		for (; differ; differ &= differ - 1)
			same++;
	}
	ck_assert_uint_ge(same, 31500);
	ck_assert_uint_le(same, 32500);
}
END_TEST

START_TEST(below_is_even)
{
	struct fate fate;
	unsigned fell[SIDES] = {0};
	fate_seed(&fate, 3, 3);
	for (unsigned i = 0; i < DRAWS; i++)
		fell[fate_below(&fate, SIDES)]++;
	for (unsigned i = 0; i < SIDES; i++) {
		ck_assert_uint_ge(fell[i], DRAWS / SIDES - 1500);
		ck_assert_uint_le(fell[i], DRAWS / SIDES + 1500);
	}
	for (unsigned i = 0; i < 100; i++)
		ck_assert_uint_eq(fate_below(&fate, 1), 0);
}
END_TEST

START_TEST(between_has_both_ends)
{
	struct fate fate;
	unsigned fell[3] = {0};
	fate_seed(&fate, 3, 4);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t drawn = fate_between(&fate, 10, 12);
		ck_assert(drawn >= 10 && drawn <= 12);
		fell[drawn - 10]++;
	}
	ck_assert(fell[0] > 250 && fell[1] > 250 && fell[2] > 250);
	ck_assert_uint_eq(fate_between(&fate, 8, 8), 8);
}
END_TEST

START_TEST(between_may_be_months_of_milliseconds)
{
	const uint64_t low = 1000, high = low + UINT64_C(90) * 24 * 3600 * 1000;
	struct fate fate;
	unsigned late = 0;
	fate_seed(&fate, 3, 4);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t drawn = fate_between(&fate, low, high);
		ck_assert(drawn >= low && drawn <= high);
		late += drawn > high / 2;
	}
	ck_assert(late > 400 && late < 600);
}
END_TEST

START_TEST(what_happens_once_in_a_million_happens_so_often)
{
	struct fate fate;
	unsigned often = 0;
	fate_seed(&fate, 1, 4);
	for (unsigned i = 0; i < 100000; i++) {
		ck_assert(!fate_happens(&fate, 0));
		ck_assert(fate_happens(&fate, 1000000));
		often += fate_happens(&fate, 250000);
	}
	ck_assert(often > 24500 && often < 25500);
}
END_TEST

START_TEST(filling_is_drawing_and_stops_at_the_end)
{
	struct fate a, b;
	uint8_t bytes[20];
	fate_seed(&a, 1, 5);
	fate_seed(&b, 1, 5);
	memset(bytes, 0xee, sizeof bytes);
	fate_fill(&a, bytes, 11);
	uint64_t first = fate_draw(&b), second = fate_draw(&b);
	for (unsigned i = 0; i < 11; i++)
		ck_assert_uint_eq(bytes[i], (uint8_t)((i < 8 ? first : second) >> 8 * (i % 8)));
	for (unsigned i = 11; i < sizeof bytes; i++)
		ck_assert_uint_eq(bytes[i], 0xee);
	ck_assert_uint_eq(fate_draw(&a), fate_draw(&b));
}
END_TEST

START_TEST(timing_draws_from_whoever_has_the_turn)
{
	struct fate a, b, copy;
	fate_seed(&a, 1, 6);
	fate_seed(&b, 1, 7);
	copy = b;
	fate_enter(&a);
	fate_enter(&b);
	ck_assert_ptr_eq(fate_entered(), &b);
	uint32_t drawn = chance_below(1000000000);
	ck_assert_uint_eq(drawn, fate_below(&copy, 1000000000));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("fate");
	TCase *tcase = tcase_create("fate");
	tcase_add_test(tcase, numbers_are_those_of_the_published_generator);
	tcase_add_test(tcase, a_stream_follows_from_its_seed_and_name_and_no_other_moves_it);
	tcase_add_test(tcase, streams_of_neighbouring_names_are_independent);
	tcase_add_test(tcase, below_is_even);
	tcase_add_test(tcase, between_has_both_ends);
	tcase_add_test(tcase, between_may_be_months_of_milliseconds);
	tcase_add_test(tcase, what_happens_once_in_a_million_happens_so_often);
	tcase_add_test(tcase, filling_is_drawing_and_stops_at_the_end);
	tcase_add_test(tcase, timing_draws_from_whoever_has_the_turn);
	suite_add_tcase(suite, tcase);
	return suite;
}
