#include "platform/sim/ether.h"
#include "platform/sim/fate.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { NODES = 60, RANGE_MM = 10000, FIELD_MM = 40000, MOVES = 20000 };

static struct ether *ether;
static struct fate fate;
/* What the listener was told, and what the test believes. */
static bool told[NODES][NODES];
static unsigned meetings, partings;
static struct ether_place places[NODES];
static bool placed[NODES], traced[NODES][NODES];
static uint8_t sides[NODES];

static bool is_near(uint32_t node, uint32_t other)
{
	size_t count;
	const uint32_t *near = ether_near(ether, node, &count);
	unsigned times = 0;
	for (size_t i = 0; i < count; i++)
		times += near[i] == other;
	if (times > 1)
		ck_abort_msg("%u has %u more than once", node, other);
	return times == 1;
}

static void met(void *owner, uint32_t a, uint32_t b)
{
	ck_assert_ptr_eq(owner, &fate);
	ck_assert_uint_lt(a, b);
	ck_assert(!told[a][b]);
	ck_assert(is_near(a, b) && is_near(b, a));
	told[a][b] = true;
	meetings++;
}

static void parted(void *owner, uint32_t a, uint32_t b)
{
	ck_assert_ptr_eq(owner, &fate);
	ck_assert_uint_lt(a, b);
	ck_assert(told[a][b]);
	ck_assert(!is_near(a, b) && !is_near(b, a));
	told[a][b] = false;
	partings++;
}

static void start(void)
{
	fate_seed(&fate, 1, 1);
	memset(told, 0, sizeof told);
	memset(placed, 0, sizeof placed);
	memset(traced, 0, sizeof traced);
	memset(sides, 0, sizeof sides);
	meetings = partings = 0;
	ether = ether_new(&(struct ether_config){NODES, RANGE_MM});
	ether_listen(ether, &(struct ether_listener){&fate, met, parted});
}

static void stop(void)
{
	ether_free(ether);
}

static void move(uint32_t node, int32_t x_mm, int32_t y_mm)
{
	places[node] = (struct ether_place){x_mm, y_mm};
	placed[node] = true;
	ether_move(ether, node, places[node]);
}

static bool close_by(uint32_t a, uint32_t b, int64_t range)
{
	int64_t dx = (int64_t)places[a].x_mm - places[b].x_mm, dy = (int64_t)places[a].y_mm - places[b].y_mm;
	return placed[a] && placed[b] && sides[a] == sides[b] && dx * dx + dy * dy <= range * range;
}

static bool expected(uint32_t a, uint32_t b)
{
	return traced[a][b] ? sides[a] == sides[b] : close_by(a, b, RANGE_MM);
}

static void check_all(void)
{
	for (uint32_t a = 0; a < NODES; a++)
		for (uint32_t b = a + 1; b < NODES; b++) {
			bool reach = expected(a, b);
			bool agrees = told[a][b] == reach && ether_reaches(ether, a, b) == reach && ether_reaches(ether, b, a) == reach &&
				      is_near(a, b) == reach && is_near(b, a) == reach;
			if (!agrees)
				ck_abort_msg("%u and %u", a, b);
		}
}

static int32_t anywhere(void)
{
	return (int32_t)fate_below(&fate, FIELD_MM) - FIELD_MM / 2;
}

START_TEST(random_moves_agree_with_comparing_everybody)
{
	for (unsigned i = 0; i < MOVES; i++) {
		uint32_t node = fate_below(&fate, NODES);
		uint32_t what = fate_below(&fate, 20);
		if (what == 0) {
			sides[node] = (uint8_t)fate_below(&fate, 3);
			ether_side(ether, node, sides[node]);
		} else if (what < 5 || !placed[node]) {
			move(node, anywhere(), anywhere());
		} else {
			move(node, places[node].x_mm + (int32_t)fate_below(&fate, 2001) - 1000,
			     places[node].y_mm + (int32_t)fate_below(&fate, 2001) - 1000);
		}
		if (i % 32 == 0)
			check_all();
	}
	check_all();
	ck_assert_uint_gt(meetings, 10000);
	ck_assert_uint_gt(partings, 10000);
}
END_TEST

START_TEST(a_trace_agrees_with_a_table)
{
	for (unsigned i = 0; i < MOVES; i++) {
		uint32_t a = fate_below(&fate, NODES), b = fate_below(&fate, NODES);
		uint32_t what = fate_below(&fate, 10);
		if (what == 0) {
			sides[a] = (uint8_t)fate_below(&fate, 2);
			ether_side(ether, a, sides[a]);
		} else if (what < 5) {
			ether_meet(ether, a, b);
			traced[a][b] = traced[b][a] = a != b;
		} else {
			ether_part(ether, a, b);
			traced[a][b] = traced[b][a] = false;
		}
		if (i % 32 == 0)
			check_all();
	}
	ck_assert(ether_within(ether, 0, 1, 1) == expected(0, 1));
	ck_assert(!ether_has_place(ether, 0));
}
END_TEST

START_TEST(reach_ends_at_the_range_exactly_and_far_off_too)
{
	move(0, 0, 0);
	move(1, 6000, 8000);
	ck_assert(ether_reaches(ether, 0, 1));
	move(1, 6000, 8001);
	ck_assert(!ether_reaches(ether, 0, 1));
	move(0, -1, -1);
	move(1, -1 - RANGE_MM, -1);
	ck_assert(ether_reaches(ether, 0, 1));
	move(0, INT32_MIN, INT32_MIN);
	move(1, INT32_MAX, INT32_MAX);
	ck_assert(!ether_reaches(ether, 0, 1));
	ck_assert(!ether_within(ether, 0, 1, 1 << 30));
	move(1, INT32_MIN + RANGE_MM, INT32_MIN);
	ck_assert(ether_reaches(ether, 0, 1));
	check_all();
	ck_assert(ether_has_place(ether, 0) && !ether_has_place(ether, 2));
	ck_assert_int_eq(ether_place_of(ether, 1).x_mm, INT32_MIN + RANGE_MM);
}
END_TEST

START_TEST(a_wider_range_is_measured_without_meeting)
{
	move(0, 0, 0);
	move(1, 25000, 0);
	ck_assert(!ether_reaches(ether, 0, 1));
	ck_assert(ether_within(ether, 0, 1, 25000));
	ck_assert(!ether_within(ether, 0, 1, 24999));
	ether_side(ether, 1, 1);
	ck_assert(!ether_within(ether, 0, 1, 25000));
}
END_TEST

START_TEST(who_is_tied_is_where_the_leader_is)
{
	ether_tie(ether, 5, 4);
	ether_tie(ether, 6, 4);
	move(0, 0, 0);
	ether_move(ether, 5, (struct ether_place){0, 0});
	ck_assert(!ether_has_place(ether, 5) && meetings == 0);
	ether_move(ether, 4, (struct ether_place){3000, 0});
	ck_assert_uint_eq(meetings, 6); /* four nodes, each with each */
	ck_assert(ether_reaches(ether, 0, 6) && ether_reaches(ether, 5, 6));
	ether_move(ether, 6, (struct ether_place){90000, 0});
	ck_assert_int_eq(ether_place_of(ether, 6).x_mm, 3000);
	ether_move(ether, 4, (struct ether_place){0, 50000});
	ck_assert(!ether_reaches(ether, 0, 5) && !ether_reaches(ether, 0, 6) && ether_reaches(ether, 4, 5) && ether_reaches(ether, 5, 6));
}
END_TEST

START_TEST(the_worst_noise_in_range_counts)
{
	move(0, 0, 0);
	move(1, 50000, 0);
	ck_assert_uint_eq(ether_loss(ether, 0), 0);
	ether_jam(ether, 0, (struct ether_place){100, 0}, 100, 300000);
	ether_jam(ether, 63, (struct ether_place){5000, 0}, 20000, 900000);
	ether_jam(ether, 1, (struct ether_place){0, 0}, 20000, 500000);
	ck_assert_uint_eq(ether_loss(ether, 0), 900000);
	ck_assert_uint_eq(ether_loss(ether, 1), 0);
	ck_assert_uint_eq(ether_loss(ether, 2), 0);
	ether_jam(ether, 63, (struct ether_place){5000, 0}, 4999, 900000);
	ck_assert_uint_eq(ether_loss(ether, 0), 500000);
	ether_jam(ether, 1, (struct ether_place){0, 0}, 20000, 0);
	ck_assert_uint_eq(ether_loss(ether, 0), 300000);
}
END_TEST

/* The order of neighbours decides who is heard first, and so everything after it. */
START_TEST(the_same_moves_give_the_same_order)
{
	uint32_t first[NODES];
	size_t first_count = 0;
	for (unsigned round = 0; round < 2; round++) {
		struct ether *mine = ether_new(&(struct ether_config){NODES, RANGE_MM});
		fate_seed(&fate, 1, 2);
		for (unsigned i = 0; i < 2000; i++) {
			struct ether_place place = {anywhere(), anywhere()};
			ether_move(mine, i % NODES, place);
		}
		size_t count;
		const uint32_t *near = ether_near(mine, 0, &count);
		ck_assert_uint_gt(count, 1);
		if (round == 0) {
			first_count = count;
			memcpy(first, near, count * sizeof *near);
		}
		ck_assert_uint_eq(count, first_count);
		ck_assert_mem_eq(first, near, count * sizeof *near);
		ether_free(mine);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ether");
	TCase *tcase = tcase_create("ether");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, random_moves_agree_with_comparing_everybody);
	tcase_add_test(tcase, a_trace_agrees_with_a_table);
	tcase_add_test(tcase, reach_ends_at_the_range_exactly_and_far_off_too);
	tcase_add_test(tcase, a_wider_range_is_measured_without_meeting);
	tcase_add_test(tcase, who_is_tied_is_where_the_leader_is);
	tcase_add_test(tcase, the_worst_noise_in_range_counts);
	tcase_add_test(tcase, the_same_moves_give_the_same_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
