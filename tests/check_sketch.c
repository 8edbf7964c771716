#include "tests/support/suite.h"

#include "proto/field.h"
#include "proto/locator.h"
#include "proto/sketch.h"

#include <stdlib.h>
#include <string.h>

enum { SET_MAX = 2000 };

static uint64_t draw_state;
static uint32_t ids[SET_MAX], kept[SET_MAX]; /* kept: powers of the ids */
static struct sketch table, more;
static struct sketch_solution solution;

/* The same numbers in every run, and never 0. */
static uint32_t draw(void)
{
	uint32_t drawn = 0;
	while (drawn == 0) {
		draw_state = draw_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		drawn = (uint32_t)((draw_state >> 32) ^ (draw_state >> 13));
	}
	return drawn;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;
	return (one > two) - (one < two);
}

static bool is_one_of(const uint32_t *sorted, size_t count, uint32_t id)
{
	return bsearch(&id, sorted, count, sizeof(*sorted), by_value) != NULL;
}

/* count different ids, sorted. */
static void draw_ids(size_t count)
{
	bool again = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < count; i++)
			ids[i] = draw();
		qsort(ids, count, sizeof(*ids), by_value);
		for (size_t i = 1; i < count; i++)
			again = again || ids[i] == ids[i - 1];
	}
}

static void toggle(struct sketch *sketch, uint32_t id)
{
	uint32_t power;
	sketch_toggle(sketch, &id, &power, 1);
}

static void fill_table(size_t count, uint16_t cells, uint8_t capacity)
{
	sketch_start(&table, cells, capacity);
	sketch_toggle(&table, ids, kept, count);
}

static size_t wrong_found(size_t count)
{
	size_t wrong = 0;
	for (size_t i = 0; i < solution.count; i++)
		wrong += !is_one_of(ids, count, solution.found[i]);
	return wrong;
}

static bool found_exactly(size_t count)
{
	qsort(solution.found, solution.count, sizeof(*ids), by_value);
	return solution.count == count && memcmp(solution.found, ids, count * sizeof(*ids)) == 0;
}

static bool can_continue(void)
{
	return !solution.overrun && solution.rest.capacity < SKETCH_CAPACITY_MAX &&
	       solution.rest.cells * (solution.rest.capacity + 1) <= SKETCH_SUMS_MAX;
}

/* One more sum of each unsolved cell, and noise for the others. */
static bool continue_with(size_t count)
{
	sketch_start(&more, solution.rest.cells, 1);
	sketch_powers(ids, kept, count, solution.rest.capacity);
	sketch_toggle_next(&more, ids, kept, count);
	for (uint16_t cell = 0; cell < more.cells; cell++) {
		if (!sketch_unsolved(&solution, cell))
			more.sums[cell] = draw();
	}
	return sketch_solve_more(&solution, &more);
}

/* How a form of table does on many random differences of one size. */
struct outcome {
	unsigned at_once;  /* complete without a continuation */
	unsigned complete; /* in the end */
	unsigned mistaken; /* complete, and not the difference */
	unsigned misled;   /* found an id that is not of the difference before it was complete */
};

static struct outcome try_form(size_t count, uint16_t cells, uint8_t capacity, unsigned runs)
{
	struct outcome outcome = {0};
	draw_state = count * 1000003 + cells * 13u + capacity;
	for (unsigned run = 0; run < runs; run++) {
		draw_ids(count);
		fill_table(count, cells, capacity);
		bool complete = sketch_solve(&solution, &table);
		outcome.at_once += complete;
		bool misled = !complete && wrong_found(count) > 0;
		while (!complete && can_continue()) {
			complete = continue_with(count);
			misled = misled || (!complete && wrong_found(count) > 0);
		}
		outcome.misled += misled;
		outcome.complete += complete;
		outcome.mistaken += complete && !found_exactly(count);
	}
	return outcome;
}

START_TEST(sums_of_a_few_ids_give_the_ids)
{
	draw_state = 1;
	for (uint8_t count = 1; count <= LOCATOR_DEGREE_MAX; count++) {
		for (uint8_t degree = 0; degree <= count; degree++) {
			uint32_t sums[LOCATOR_DEGREE_MAX] = {0}, powers[LOCATOR_DEGREE_MAX], roots[LOCATOR_DEGREE_MAX];
			draw_ids(degree);
			for (size_t i = 0; i < degree; i++) {
				field_odd_powers(ids[i], powers, count);
				for (size_t n = 0; n < count; n++)
					sums[n] ^= powers[n];
			}
			struct locator locator;
			ck_assert(locator_fit(&locator, sums, count));
			ck_assert_uint_eq(locator.degree, degree);
			ck_assert(locator_roots(&locator, roots));
			qsort(roots, degree, sizeof(*roots), by_value);
			ck_assert_mem_eq(roots, ids, degree * sizeof(*roots));
		}
	}
}
END_TEST

/* x^2 + x + 1 has its roots in the field, x^3 + x + 1 has none there; (x + 5)^2 has one twice. */
START_TEST(only_different_roots_in_the_field_are_roots)
{
	uint32_t roots[LOCATOR_DEGREE_MAX] = {0};
	struct locator two = {.degree = 2, .at = {1, 1, 1}}, none = {.degree = 3, .at = {1, 1, 0, 1}}, twice = {.degree = 2, .at = {0x11, 0, 1}};
	ck_assert(locator_roots(&two, roots));
	ck_assert_uint_eq(roots[0] ^ roots[1], 1);
	ck_assert_uint_eq(field_multiply(roots[0], roots[1]), 1);
	ck_assert(!locator_roots(&none, roots));
	ck_assert(!locator_roots(&twice, roots));
	struct locator every = {.degree = 12, .at = {[0] = 1, [12] = 1}}; /* (x^3 + 1)^4 */
	ck_assert(!locator_roots(&every, roots));
}
END_TEST

/* Sums that begin as those of no id, or of one, and then turn out to be of more than there are sums. */
START_TEST(sums_of_more_ids_than_sums_fit_nothing)
{
	for (uint8_t count = 2; count <= LOCATOR_DEGREE_MAX; count++) {
		uint32_t sums[LOCATOR_DEGREE_MAX] = {0};
		struct locator locator;
		sums[count - 1] = 5;
		ck_assert(!locator_fit(&locator, sums, count));
		field_odd_powers(9, sums, count);
		sums[count - 1] ^= 5;
		ck_assert(locator_fit(&locator, sums, count) == (count == 2));
	}
}
END_TEST

/* Of random sums with one to spare a 2^32nd part is taken for ids; without one, one part in 3! for three. */
START_TEST(a_spare_sum_tells_ids_from_noise)
{
	unsigned fitted = 0, split = 0;
	draw_state = 3;
	for (unsigned run = 0; run < 3000; run++) {
		uint32_t sums[3] = {draw(), draw(), draw()}, roots[LOCATOR_DEGREE_MAX];
		struct locator locator;
		if (!locator_fit(&locator, sums, 3))
			continue;
		ck_assert_uint_eq(locator.degree, 3);
		fitted++;
		split += locator_roots(&locator, roots);
	}
	ck_assert_uint_gt(fitted, 2990);
	ck_assert_uint_gt(split, 400);
	ck_assert_uint_lt(split, 600);
}
END_TEST

START_TEST(no_ids_is_solved_at_once)
{
	for (uint16_t cells = 1; cells <= SKETCH_CELLS_MAX; cells += 11) {
		sketch_start(&table, cells, 3);
		ck_assert(sketch_solve(&solution, &table));
		ck_assert_uint_eq(solution.count, 0);
		for (uint16_t cell = 0; cell < cells; cell++)
			ck_assert(!sketch_unsolved(&solution, cell));
	}
}
END_TEST

START_TEST(one_id_is_found_in_a_table_of_any_form)
{
	draw_state = 4;
	for (uint16_t cells = 1; cells <= SKETCH_CELLS_MAX; cells++) {
		for (uint8_t capacity = 2; capacity <= SKETCH_CAPACITY_MAX && cells * capacity <= SKETCH_SUMS_MAX; capacity++) {
			draw_ids(1);
			fill_table(1, cells, capacity);
			ck_assert(sketch_solve(&solution, &table));
			ck_assert(found_exactly(1));
		}
	}
}
END_TEST

/* What both have cancels, over the wire too. */
START_TEST(two_large_sets_leave_their_difference)
{
	enum { SHARED = 20000, ONLY_HERE = 70, ONLY_THERE = 30, DIFFERENCE = ONLY_HERE + ONLY_THERE };
	static struct sketch here, there;
	uint8_t bytes[60 * 3 * 4];
	draw_state = 5;
	draw_ids(DIFFERENCE);
	sketch_start(&here, 60, 3);
	sketch_start(&there, 60, 3);
	for (size_t i = 0; i < SHARED; i++) {
		const uint32_t id = draw();
		toggle(&here, id);
		toggle(&there, id);
	}
	for (size_t i = 0; i < DIFFERENCE; i++)
		toggle(i < ONLY_HERE ? &here : &there, ids[i]);
	struct writer writer = writer_of(bytes, sizeof(bytes));
	sketch_encode(&there, &writer);
	ck_assert(writer_ok(&writer) && writer.len == sizeof(bytes));
	struct reader reader = reader_of(bytes, sizeof(bytes));
	sketch_start(&table, 60, 3);
	sketch_decode(&table, &reader);
	ck_assert(reader_done(&reader));
	ck_assert_mem_eq(table.sums, there.sums, sizeof(there.sums));
	sketch_merge(&table, &here);
	ck_assert(sketch_solve(&solution, &table));
	ck_assert(found_exactly(DIFFERENCE));
	sketch_merge(&here, &here);
	ck_assert(sketch_solve(&solution, &here) && solution.count == 0);
}
END_TEST

START_TEST(a_short_table_is_not_read)
{
	uint8_t bytes[8 * 3 * 4] = {1};
	sketch_start(&table, 8, 3);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct reader reader = reader_of(bytes, len);
		sketch_decode(&table, &reader);
		ck_assert(reader_done(&reader) == (len == sizeof(bytes)));
		struct writer writer = writer_of(bytes, len);
		sketch_encode(&table, &writer);
		ck_assert(writer_ok(&writer) == (len == sizeof(bytes)));
	}
}
END_TEST

/* With a sum to spare the one cell is always solved, without one never, and one more sum makes up for it. */
START_TEST(one_cell_holds_one_id_less_than_it_has_sums)
{
	for (uint8_t capacity = 2; capacity < SKETCH_CAPACITY_MAX; capacity++) {
		for (size_t count = 1; count < capacity; count++)
			ck_assert_uint_eq(try_form(count, 1, capacity, 40).at_once, 40);
		struct outcome full = try_form(capacity, 1, capacity, 40);
		ck_assert_uint_eq(full.at_once, 0);
		ck_assert_uint_eq(full.complete, 40);
		ck_assert_uint_eq(full.misled + full.mistaken, 0);
	}
	struct outcome over = try_form(SKETCH_CAPACITY_MAX, 1, 3, 200);
	ck_assert_uint_eq(over.complete + over.misled, 0);
}
END_TEST

/* How many ids a table of three sums a cell holds at once, with a margin below what many more seeds show. */
START_TEST(a_table_is_solved_up_to_its_load)
{
	static const struct {
		uint16_t cells;
		size_t ids;
		unsigned runs, at_once_min;
	} forms[] = {{8, 14, 1000, 880}, {12, 22, 600, 530}, {20, 36, 400, 375}, {50, 110, 200, 165}, {100, 220, 100, 90}, {320, 740, 20, 18}};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct outcome outcome = try_form(forms[i].ids, forms[i].cells, 3, forms[i].runs);
		ck_assert_msg(outcome.at_once >= forms[i].at_once_min, "%u of %u with %u cells", outcome.at_once, forms[i].runs, forms[i].cells);
		ck_assert_uint_eq(outcome.complete, forms[i].runs);
		ck_assert_uint_eq(outcome.mistaken, 0);
		ck_assert_uint_le(outcome.misled, forms[i].runs / 100);
	}
}
END_TEST

START_TEST(forms_of_all_sizes_are_never_mistaken)
{
	unsigned runs = 0, misled = 0, complete = 0;
	for (uint16_t cells = 1; cells <= 40; cells = (uint16_t)(cells + 3)) {
		for (uint8_t capacity = 3; capacity <= 5; capacity++) {
			for (size_t percent = 20; percent <= 140; percent += 30) {
				struct outcome outcome = try_form(cells * capacity * percent / 100, cells, capacity, 8);
				ck_assert_uint_eq(outcome.mistaken, 0);
				runs += 8;
				misled += outcome.misled;
				complete += outcome.complete;
			}
		}
	}
	ck_assert_uint_le(misled, runs / 50);
	ck_assert_uint_ge(complete, runs - runs / 50);
}
END_TEST

/* A guess that happens to fit is taken back when the cells it spoiled are solved. */
START_TEST(a_wrong_guess_is_taken_back)
{
	struct outcome outcome = try_form(30, 10, 3, 1500);
	ck_assert_uint_ge(outcome.misled, 3);
	ck_assert_uint_le(outcome.misled, 40);
	ck_assert_uint_ge(outcome.complete, 1499);
	ck_assert_uint_eq(outcome.mistaken, 0);
}
END_TEST

START_TEST(an_overloaded_table_yields_little_and_stops)
{
	static const uint16_t cells[] = {1, 2, 5, 8, 30, 100, 213};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct outcome outcome = try_form(cells[i] * 9u, cells[i], 3, 6);
		ck_assert_uint_eq(outcome.at_once, 0);
		ck_assert_uint_eq(outcome.mistaken, 0);
		ck_assert_uint_le(outcome.misled, 1);
	}
}
END_TEST

START_TEST(noise_is_not_taken_for_a_table)
{
	draw_state = 9;
	for (unsigned run = 0; run < 60; run++) {
		const uint16_t cells = run < 40 ? (uint16_t)(1 + draw() % 100) : 160;
		const uint8_t capacity = run < 40 ? (uint8_t)(1 + draw() % 4) : 12;
		sketch_start(&table, cells, capacity);
		for (size_t i = 0; i < (size_t)cells * capacity; i++)
			table.sums[i] = draw();
		bool complete = sketch_solve(&solution, &table);
		while (!complete && can_continue()) {
			sketch_start(&more, cells, 1);
			for (uint16_t cell = 0; cell < cells; cell++)
				more.sums[cell] = draw();
			complete = sketch_solve_more(&solution, &more);
		}
		ck_assert(!complete);
		ck_assert_uint_le(solution.count, cells / 8 + 3);
	}
}
END_TEST

/* True if the id is in this cell. */
static bool is_in(uint32_t id, uint16_t cell, uint16_t cells)
{
	sketch_start(&more, cells, 1);
	toggle(&more, id);
	return more.sums[cell] != 0;
}

START_TEST(a_crowded_cell_is_relieved_by_the_others)
{
	enum { CELLS = 50, CROWD = 60, CELL = 7 };
	draw_state = 10;
	size_t count = 0;
	while (count < CROWD) {
		const uint32_t id = draw();
		if (is_in(id, CELL, CELLS))
			ids[count++] = id;
	}
	qsort(ids, count, sizeof(*ids), by_value);
	fill_table(count, CELLS, 3);
	bool complete = sketch_solve(&solution, &table);
	ck_assert_uint_gt(solution.count, CROWD / 2);
	while (!complete && can_continue())
		complete = continue_with(count);
	ck_assert(complete && found_exactly(count));
}
END_TEST

START_TEST(ids_that_are_only_in_one_crowded_cell_stay_unfound)
{
	enum { CELLS = 20, CROWD = 13, OTHERS = 10, CELL = 3 };
	draw_state = 11;
	size_t count = 0, crowd = 0;
	while (count < CROWD + OTHERS) {
		const uint32_t id = draw();
		bool elsewhere = false;
		for (uint16_t cell = 0; cell < CELLS; cell++)
			elsewhere = elsewhere || (cell != CELL && is_in(id, cell, CELLS));
		if (elsewhere ? count - crowd == OTHERS : crowd == CROWD)
			continue;
		crowd += !elsewhere;
		ids[count++] = id;
	}
	qsort(ids, count, sizeof(*ids), by_value);
	fill_table(count, CELLS, 3);
	bool complete = sketch_solve(&solution, &table);
	while (!complete && can_continue())
		complete = continue_with(count);
	ck_assert(!complete && !solution.overrun);
	ck_assert_uint_eq(solution.count, OTHERS);
	ck_assert_uint_eq(wrong_found(count), 0);
	for (uint16_t cell = 0; cell < CELLS; cell++)
		ck_assert(sketch_unsolved(&solution, cell) == (cell == CELL));
}
END_TEST

START_TEST(more_than_the_most_that_may_be_found_is_an_overrun)
{
	draw_state = 12;
	draw_ids(SKETCH_FOUND_MAX);
	fill_table(SKETCH_FOUND_MAX, 160, 12);
	ck_assert(sketch_solve(&solution, &table) && found_exactly(SKETCH_FOUND_MAX));
	draw_ids(SKETCH_FOUND_MAX + 10);
	fill_table(SKETCH_FOUND_MAX + 10, 160, 11);
	ck_assert(!sketch_solve(&solution, &table));
	ck_assert(solution.overrun);
	ck_assert_uint_le(solution.count, SKETCH_FOUND_MAX);
	ck_assert(!continue_with(SKETCH_FOUND_MAX + 10));
}
END_TEST

START_TEST(a_table_is_continued_as_far_as_there_is_room)
{
	draw_state = 13;
	draw_ids(SET_MAX);
	fill_table(SET_MAX, SKETCH_CELLS_MAX, 5);
	ck_assert(!sketch_solve(&solution, &table));
	ck_assert(!continue_with(SET_MAX));
	ck_assert_uint_eq(solution.rest.capacity, 6);
	ck_assert(!continue_with(SET_MAX));
	ck_assert_uint_eq(solution.rest.capacity, 6);
}
END_TEST

/* First and second cells of many ids: each pair of cells as often as the others (chi-square, 64 * 64 - 1 degrees of freedom, six deviations). */
START_TEST(places_are_even_and_independent)
{
	enum { CELLS = 64, DRAWS = CELLS * CELLS * 40 };
	static unsigned pairs[CELLS][CELLS];
	unsigned same = 0;
	draw_state = 14;
	memset(pairs, 0, sizeof(pairs));
	for (unsigned i = 0; i < DRAWS; i++) {
		const uint32_t id = draw();
		uint16_t at[2] = {0}, count = 0;
		sketch_start(&more, CELLS, 1);
		toggle(&more, id);
		for (uint16_t cell = 0; cell < CELLS; cell++) {
			if (more.sums[cell] != 0)
				at[count++] = cell;
		}
		ck_assert(count == 1 || count == 2);
		same += count == 1;
		pairs[at[0]][at[count - 1]]++;
	}
	double square = 0;
	for (uint16_t a = 0; a < CELLS; a++) {
		for (uint16_t b = a; b < CELLS; b++) {
			const double expected = a == b ? 40 : 80;
			square += (pairs[a][b] - expected) * (pairs[a][b] - expected) / expected;
		}
	}
	ck_assert_double_lt(square, 2079 + 6 * 64.5);
	ck_assert_double_gt(square, 2079 - 6 * 64.5);
	ck_assert_uint_lt(same, DRAWS / CELLS + 320);
	ck_assert_uint_gt(same, DRAWS / CELLS - 320);
}
END_TEST

/* As many as go through in several pieces; and each power sum is that of the definition. */
START_TEST(many_ids_at_once_give_what_they_give_one_by_one)
{
	enum { MANY = 700, CELLS = 20, CAPACITY = 5 };
	static struct sketch one_by_one, next;
	uint32_t powers[MANY];
	draw_state = 15;
	draw_ids(MANY);
	fill_table(MANY, CELLS, CAPACITY);
	sketch_start(&one_by_one, CELLS, CAPACITY);
	for (size_t i = 0; i < MANY; i++)
		toggle(&one_by_one, ids[i]);
	ck_assert_mem_eq(table.sums, one_by_one.sums, CELLS * CAPACITY * sizeof(*table.sums));
	sketch_powers(ids, powers, MANY, CAPACITY);
	ck_assert_mem_eq(kept, powers, sizeof(powers));
	sketch_start(&next, CELLS, 1);
	sketch_toggle_next(&next, ids, kept, MANY);
	fill_table(MANY, CELLS, CAPACITY + 1);
	for (size_t cell = 0; cell < CELLS; cell++)
		ck_assert_uint_eq(next.sums[cell], table.sums[cell * (CAPACITY + 1) + CAPACITY]);
	for (size_t i = 0; i < MANY; i++) {
		uint32_t odd[CAPACITY];
		field_odd_powers(ids[i], odd, CAPACITY);
		ck_assert_uint_eq(powers[i], odd[CAPACITY - 1]);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sketch");
	TCase *test_case = tcase_create("sketch");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, sums_of_a_few_ids_give_the_ids);
	tcase_add_test(test_case, many_ids_at_once_give_what_they_give_one_by_one);
	tcase_add_test(test_case, only_different_roots_in_the_field_are_roots);
	tcase_add_test(test_case, sums_of_more_ids_than_sums_fit_nothing);
	tcase_add_test(test_case, a_spare_sum_tells_ids_from_noise);
	tcase_add_test(test_case, no_ids_is_solved_at_once);
	tcase_add_test(test_case, one_id_is_found_in_a_table_of_any_form);
	tcase_add_test(test_case, two_large_sets_leave_their_difference);
	tcase_add_test(test_case, a_short_table_is_not_read);
	tcase_add_test(test_case, one_cell_holds_one_id_less_than_it_has_sums);
	tcase_add_test(test_case, a_table_is_solved_up_to_its_load);
	tcase_add_test(test_case, forms_of_all_sizes_are_never_mistaken);
	tcase_add_test(test_case, a_wrong_guess_is_taken_back);
	tcase_add_test(test_case, an_overloaded_table_yields_little_and_stops);
	tcase_add_test(test_case, noise_is_not_taken_for_a_table);
	tcase_add_test(test_case, a_crowded_cell_is_relieved_by_the_others);
	tcase_add_test(test_case, ids_that_are_only_in_one_crowded_cell_stay_unfound);
	tcase_add_test(test_case, more_than_the_most_that_may_be_found_is_an_overrun);
	tcase_add_test(test_case, a_table_is_continued_as_far_as_there_is_room);
	tcase_add_test(test_case, places_are_even_and_independent);
	suite_add_tcase(suite, test_case);
	return suite;
}
