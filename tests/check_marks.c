#include "node/post/marks.h"

#include "node/post/fresh.h"
#include "node/post/idset.h"

#include "tests/support/suite.h"

#include <string.h>

/* The next of a fixed row of numbers (SplitMix64). */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

START_TEST(a_set_of_slots_is_what_was_set_and_not_cleared)
{
	enum { SLOTS = 5000, CHANGES = 40000 };
	static bool model[SLOTS];
	struct marks marks = {.words = NULL};
	uint64_t state = 1;
	uint32_t count = 0;
	for (size_t i = 0; i < CHANGES; i++) {
		/* slots come in growing reach, so that the set has to grow between */
		uint32_t slot = (uint32_t)(draw(&state) % (1 + SLOTS * (i + 1) / CHANGES % SLOTS));
		bool set = draw(&state) % 3 != 0;
		count = count + (set && !model[slot]) - (!set && model[slot]);
		model[slot] = set;
		if (set)
			ck_assert(marks_set(&marks, slot));
		else
			marks_clear(&marks, slot);
		ck_assert_uint_eq(marks.count, count);
	}
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		ck_assert(marks_has(&marks, slot) == model[slot]);
	marks_free(&marks);
	ck_assert(marks.count == 0 && !marks_has(&marks, 0));
}
END_TEST

START_TEST(slots_are_taken_lowest_first_though_lower_ones_come_in_between)
{
	struct marks marks = {.words = NULL};
	uint32_t slot;
	ck_assert(!marks_take(&marks, &slot));
	static const uint32_t slots[] = {70000, 63, 64, 3, 5000};
	for (size_t i = 0; i < 5; i++)
		ck_assert(marks_set(&marks, slots[i]));
	ck_assert(marks_take(&marks, &slot) && slot == 3);
	ck_assert(marks_take(&marks, &slot) && slot == 63);
	ck_assert(marks_take(&marks, &slot) && slot == 64);
	ck_assert(marks_take(&marks, &slot) && slot == 5000);
	ck_assert(marks_set(&marks, 2)); /* below where it has looked */
	ck_assert(marks_take(&marks, &slot) && slot == 2);
	ck_assert(marks_take(&marks, &slot) && slot == 70000);
	ck_assert(!marks_take(&marks, &slot));
	ck_assert_uint_eq(marks.count, 0);
	marks_free(&marks);
}
END_TEST

START_TEST(clearing_what_is_not_marked_changes_nothing)
{
	struct marks marks = {.words = NULL};
	marks_clear(&marks, 5);
	marks_clear(&marks, UINT32_MAX);
	ck_assert(!marks_has(&marks, UINT32_MAX));
	ck_assert(marks_set(&marks, 5) && marks_set(&marks, 5));
	ck_assert_uint_eq(marks.count, 1);
	marks_clear(&marks, 6);
	marks_clear(&marks, UINT32_MAX);
	ck_assert(marks.count == 1 && marks_has(&marks, 5));
	marks_clear(&marks, 5);
	ck_assert(marks.count == 0 && !marks_has(&marks, 5));
	marks_free(&marks);
}
END_TEST

START_TEST(a_set_of_ids_knows_exactly_its_own)
{
	static struct idset set;
	static uint32_t ids[IDSET_MAX];
	static const uint16_t counts[] = {0, 1, 2, 100, IDSET_MAX};
	uint64_t state = 2;
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		for (uint16_t i = 0; i < counts[c]; i++)
			ids[i] = (uint32_t)draw(&state);
		idset_make(&set, ids, counts[c]);
		ck_assert_uint_eq(set.count, counts[c]);
		for (uint16_t i = 0; i < counts[c]; i++) {
			/* the same place in the filter, the next in the list */
			ck_assert(!idset_take(&set, ids[i] ^ 1u << 31) && !idset_take(&set, ids[i] + 1));
			ck_assert(idset_take(&set, ids[i]));
			ck_assert(idset_take(&set, ids[i])); /* taken or not */
		}
		ck_assert(!idset_take(&set, 12345));
		for (uint16_t i = 0; i < set.count; i++)
			ck_assert(set.taken[i]);
	}
}
END_TEST

START_TEST(an_id_that_is_there_twice_counts_once_and_the_extremes_are_ids_too)
{
	static struct idset set;
	static const uint32_t ids[] = {7, UINT32_MAX, 7, 1, 7, UINT32_MAX, 0};
	idset_make(&set, ids, 7);
	ck_assert_uint_eq(set.count, 4);
	ck_assert(idset_take(&set, 7) && idset_take(&set, UINT32_MAX) && idset_take(&set, 0));
	size_t left = 0;
	for (uint16_t i = 0; i < set.count; i++)
		if (!set.taken[i]) {
			ck_assert_uint_eq(set.ids[i], 1);
			left++;
		}
	ck_assert_uint_eq(left, 1);
}
END_TEST

START_TEST(what_a_turn_let_in_is_kept_in_order_however_much_it_is)
{
	struct fresh fresh = {.items = NULL};
	for (uint32_t i = 0; i < 3000; i++)
		fresh_add(&fresh, i * 3, i % 7);
	ck_assert_uint_eq(fresh.count, 3000);
	for (uint32_t i = 0; i < 3000; i++)
		ck_assert(fresh.items[i].slot == i * 3 && fresh.items[i].link == i % 7);
	fresh_free(&fresh);
	ck_assert(fresh.count == 0 && fresh.items == NULL);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("marks");
	TCase *test_case = tcase_create("marks");
	tcase_add_test(test_case, a_set_of_slots_is_what_was_set_and_not_cleared);
	tcase_add_test(test_case, slots_are_taken_lowest_first_though_lower_ones_come_in_between);
	tcase_add_test(test_case, clearing_what_is_not_marked_changes_nothing);
	tcase_add_test(test_case, a_set_of_ids_knows_exactly_its_own);
	tcase_add_test(test_case, an_id_that_is_there_twice_counts_once_and_the_extremes_are_ids_too);
	tcase_add_test(test_case, what_a_turn_let_in_is_kept_in_order_however_much_it_is);
	suite_add_tcase(suite, test_case);
	return suite;
}
