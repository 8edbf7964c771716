#include "tests/support/airrig.h"
#include "tests/support/suite.h"

#include <string.h>

enum { SETUP_MS = 3000, JOIN_MS = 25000, IDLE_MS = 10000, LIFE_MS = 120000, RATE_BPS = 20000000, RANGE_MM = 60000 };

static struct airrig_node *a, *b;

static struct airrig_node *on(uint32_t number, int32_t x_mm)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->wifi = wifi_on(airrig.wifi, &(struct wifi_port_config){number, &node->listener, &node->lane_listener, &node->fate});
	ck_assert_ptr_nonnull(node->wifi);
	airrig_place(number, x_mm);
	return node;
}

static struct lane *lane_of(const struct airrig_node *node)
{
	return wifi_lane(node->wifi);
}

static void start(void)
{
	airrig_open(1, NULL);
	a = on(0, 0);
	b = on(1, RANGE_MM - 1);
}

static void stop(void)
{
	airrig_close();
}

static void make(void)
{
	lane_of(a)->make(lane_of(a));
	airrig_run(SETUP_MS * 2);
	ck_assert_uint_eq(a->made, 1);
}

static void open_lane(void)
{
	make();
	lane_of(b)->join(lane_of(b), &a->group);
	for (unsigned waited = 0; !b->link; waited += 10) {
		ck_assert_uint_le(waited, SETUP_MS * 2);
		airrig_run(10);
	}
}

START_TEST(one_makes_a_group_and_the_other_joins_it)
{
	ck_assert_uint_eq(lane_of(a)->can(lane_of(a)), LANE_CAN_JOIN | LANE_CAN_MAKE);
	uint64_t began = airrig_now();
	lane_of(a)->make(lane_of(a));
	airrig_run(SETUP_MS / 2 - 1);
	ck_assert_uint_eq(a->made, 0);
	airrig_run(SETUP_MS + 2);
	ck_assert_uint_eq(a->made, 1);
	ck_assert_uint_eq(lane_of(a)->can(lane_of(a)), 0);
	uint8_t bytes[LANE_GROUP_SIZE_MAX];
	struct lane_group read;
	ck_assert(lane_group_decode(&read, bytes, lane_group_encode(&a->group, bytes)));
	lane_of(b)->join(lane_of(b), &read);
	airrig_run(SETUP_MS * 3 / 2 + 1);
	ck_assert_uint_eq(a->ups, 1);
	ck_assert_uint_eq(b->ups, 1);
	ck_assert_int_eq(a->kind, LINK_ANSWERED);
	ck_assert_int_eq(b->kind, LINK_DIALLED);
	ck_assert_uint_ge(airrig_now(), began + SETUP_MS);
}
END_TEST

START_TEST(a_lane_is_fast)
{
	open_lane();
	uint32_t bytes = 500 * RECORD_WIRE_MAX;
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 8 * 1000 / RATE_BPS;
	airrig_send(1, bytes);
	airrig_run(3000);
	ck_assert_uint_eq(a->received, bytes);
	ck_assert(a->input_ms - began >= least && a->input_ms - began <= least * 12 / 10);
	ck_assert_uint_eq(airrig.air.sums.wifi_bytes, bytes);
}
END_TEST

START_TEST(an_idle_lane_is_over)
{
	open_lane();
	uint64_t began = airrig_now();
	airrig_run(IDLE_MS - 100);
	ck_assert_uint_eq(a->overs + b->overs, 0);
	airrig_run(5000);
	ck_assert_uint_eq(a->overs, 1);
	ck_assert_uint_eq(b->overs, 1);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(b->downs, 1);
	ck_assert_uint_eq(lane_of(a)->can(lane_of(a)), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_uint_ge(a->ables, 1);
	ck_assert_uint_ge(a->down_ms, began + IDLE_MS - 100);
}
END_TEST

START_TEST(a_busy_lane_ends_with_its_time)
{
	uint64_t began = airrig_now();
	open_lane();
	while (a->link) {
		airrig_send(1, 1000);
		airrig_run(1000);
		ck_assert_uint_le(airrig_now(), began + LIFE_MS + SETUP_MS * 3);
	}
	ck_assert_uint_ge(airrig_now(), began + LIFE_MS);
	airrig_run(10000);
	ck_assert_uint_eq(a->overs, 1);
	ck_assert_uint_eq(b->overs, 1);
}
END_TEST

START_TEST(out_of_range_a_lane_is_over)
{
	open_lane();
	airrig_send(1, 4000 * RECORD_WIRE_MAX);
	airrig_run(500);
	airrig_place(1, RANGE_MM + 1);
	airrig_run(1001);
	size_t received = a->received;
	airrig_run(20000);
	ck_assert_uint_eq(a->received, received);
	ck_assert_uint_eq(a->overs, 1);
	ck_assert_uint_eq(b->overs, 1);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(b->downs, 1);
}
END_TEST

START_TEST(a_maker_does_not_wait_for_ever)
{
	make();
	airrig_run(JOIN_MS - SETUP_MS * 2);
	ck_assert_uint_eq(a->overs, 0);
	airrig_run(SETUP_MS * 2 + 1000);
	ck_assert_uint_eq(a->overs, 1);
}
END_TEST

START_TEST(who_knows_no_secret_or_is_too_far_does_not_join)
{
	make();
	struct lane_group wrong = a->group;
	wrong.passphrase[0] ^= 1;
	lane_of(b)->join(lane_of(b), &wrong);
	struct airrig_node *far = on(2, -1);
	airrig_place(2, -RANGE_MM - 1);
	lane_of(far)->join(lane_of(far), &a->group);
	airrig_run(JOIN_MS + 1000);
	ck_assert_uint_eq(b->ups + far->ups + a->ups, 0);
	ck_assert_uint_eq(b->overs, 1);
	ck_assert_uint_eq(far->overs, 1);
	ck_assert_uint_eq(b->downs, 0);
}
END_TEST

START_TEST(a_group_is_of_two)
{
	open_lane();
	struct airrig_node *third = on(2, 100);
	lane_of(third)->join(lane_of(third), &a->group);
	airrig_run(9000);
	ck_assert_uint_eq(third->ups, 0);
}
END_TEST

START_TEST(what_the_post_ends_is_not_said_to_be_over)
{
	open_lane();
	lane_of(a)->end(lane_of(a));
	airrig_run(100);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(b->downs, 1);
	airrig_run(10000);
	ck_assert_uint_eq(a->overs, 0);
	ck_assert_uint_eq(b->overs, 1);
	ck_assert_uint_eq(lane_of(a)->can(lane_of(a)), LANE_CAN_JOIN | LANE_CAN_MAKE);
	/* Before it was made, too; and with nothing to end. */
	lane_of(a)->make(lane_of(a));
	lane_of(a)->end(lane_of(a));
	lane_of(b)->end(lane_of(b));
	airrig_run(SETUP_MS * 2);
	ck_assert_uint_eq(a->made, 1);
	ck_assert_uint_eq(a->overs, 0);
}
END_TEST

START_TEST(what_cannot_begin_is_over)
{
	make();
	lane_of(a)->end(lane_of(a));
	lane_of(a)->make(lane_of(a)); /* the old group takes a moment to end */
	airrig_run(100);
	ck_assert_uint_eq(a->overs, 1);
	lane_of(a)->make(lane_of(a));
	airrig_run(SETUP_MS * 2);
	ck_assert_uint_eq(a->made, 2);
}
END_TEST

START_TEST(who_is_switched_off_is_missed)
{
	open_lane();
	wifi_off(b->wifi);
	b->wifi = NULL;
	airrig_run(15000);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(a->overs, 1);
	ck_assert_uint_eq(airrig.air.sums.links, 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_wifi");
	TCase *tcase = tcase_create("sim_wifi");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, one_makes_a_group_and_the_other_joins_it);
	tcase_add_test(tcase, a_lane_is_fast);
	tcase_add_test(tcase, an_idle_lane_is_over);
	tcase_add_test(tcase, a_busy_lane_ends_with_its_time);
	tcase_add_test(tcase, out_of_range_a_lane_is_over);
	tcase_add_test(tcase, a_maker_does_not_wait_for_ever);
	tcase_add_test(tcase, who_knows_no_secret_or_is_too_far_does_not_join);
	tcase_add_test(tcase, a_group_is_of_two);
	tcase_add_test(tcase, what_the_post_ends_is_not_said_to_be_over);
	tcase_add_test(tcase, what_cannot_begin_is_over);
	tcase_add_test(tcase, who_is_switched_off_is_missed);
	suite_add_tcase(suite, tcase);
	return suite;
}
