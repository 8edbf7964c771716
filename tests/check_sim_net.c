#include "tests/support/airrig.h"
#include "tests/support/suite.h"

enum { GATEWAY = 0, RATE_BPS = 1000000, LATENCY_MS = 100, LAPSE_LOW_MS = 30000, LAPSE_HIGH_MS = 75000, PAUSE_MAX_MS = 60000 };

static struct airrig_node *on(uint32_t number, bool is_gateway)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->net = net_on(airrig.net, &(struct net_port_config){
					       .node = number,
					       .listener = &node->listener,
					       .fate = &node->fate,
					       .is_gateway = is_gateway,
					       .gateway = GATEWAY,
				       });
	ck_assert_ptr_nonnull(node->net);
	return node;
}

static void start(void)
{
	airrig_open(1, NULL);
	on(GATEWAY, true);
}

static void stop(void)
{
	airrig_close();
}

START_TEST(who_is_online_dials_the_gateway_and_keeps_the_link)
{
	const struct airrig_node *a = on(1, false);
	airrig_run(60000);
	ck_assert_uint_eq(a->ups, 0);
	net_online(a->net, true);
	airrig_run(1000);
	ck_assert_uint_eq(a->ups, 1);
	ck_assert_int_eq(a->kind, LINK_GATEWAY_DIALLED);
	ck_assert_int_eq(airrig.nodes[GATEWAY].kind, LINK_GATEWAY_ANSWERED);
	airrig_run(600000);
	ck_assert_uint_eq(a->ups, 1);
	ck_assert_uint_eq(a->downs, 0);
	net_online(a->net, true);
	airrig_run(1000);
	ck_assert_uint_eq(a->ups, 1);
}
END_TEST

START_TEST(bytes_take_the_rate_of_the_narrow_end_and_the_latency)
{
	const struct airrig_node *a = on(1, false);
	net_online(a->net, true);
	airrig_run(1000);
	uint32_t bytes = 100 * RECORD_WIRE_MAX;
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 8 * 1000 / RATE_BPS + LATENCY_MS;
	airrig_send(1, bytes);
	airrig_run(10000);
	ck_assert_uint_eq(airrig.nodes[GATEWAY].received, bytes);
	uint64_t took = airrig.nodes[GATEWAY].input_ms - began;
	ck_assert(took >= least && took <= least * 108 / 100);
	ck_assert_uint_eq(airrig.air.sums.net_bytes, bytes);
}
END_TEST

START_TEST(a_gateway_serves_many_at_once)
{
	uint32_t bytes = 50 * RECORD_WIRE_MAX;
	for (uint32_t i = 1; i < AIRRIG_NODES; i++)
		net_online(on(i, false)->net, true);
	airrig_run(1000);
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 8 * 1000 / RATE_BPS;
	for (uint32_t i = 1; i < AIRRIG_NODES; i++)
		airrig_send(i, bytes);
	airrig_run(20000);
	ck_assert_uint_eq(airrig.nodes[GATEWAY].received, bytes * (AIRRIG_NODES - 1));
	ck_assert_uint_le(airrig.nodes[GATEWAY].input_ms - began, least * 14 / 10);
}
END_TEST

START_TEST(a_window_that_closes_says_nothing_to_either_end)
{
	const struct airrig_node *a = on(1, false), *gateway = &airrig.nodes[GATEWAY];
	net_online(a->net, true);
	airrig_run(1000);
	airrig_send(1, 100 * RECORD_WIRE_MAX);
	airrig_run(500);
	size_t received = gateway->received;
	net_online(a->net, false);
	airrig_run(LAPSE_LOW_MS - 1);
	ck_assert_uint_eq(a->downs + gateway->downs, 0);
	ck_assert_uint_eq(gateway->received, received);
	airrig_run(LAPSE_HIGH_MS - LAPSE_LOW_MS + 1);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(gateway->downs, 1);
	airrig_run(600000);
	ck_assert_uint_eq(a->ups, 1);
	net_online(a->net, true);
	airrig_run(1000);
	ck_assert_uint_eq(a->ups, 2);
}
END_TEST

START_TEST(a_gateway_that_is_off_is_dialled_again_ever_more_rarely)
{
	const struct airrig_node *a = on(1, false);
	net_off(airrig.nodes[GATEWAY].net);
	airrig.nodes[GATEWAY].net = NULL;
	net_online(a->net, true);
	airrig_run(600000);
	/* Each try takes 5 s; pauses of 1, 2, 4 ... 60 s, or a quarter less. */
	ck_assert(a->downs >= 10 && a->downs <= 18);
	on(GATEWAY, true);
	airrig_run(PAUSE_MAX_MS + 6000);
	ck_assert_uint_eq(a->ups, 1);
}
END_TEST

START_TEST(who_is_no_gateway_refuses_at_once)
{
	const struct airrig_node *a = on(1, false), *b = on(2, false);
	net_online(a->net, true);
	airrig_run(1000);
	net_off(airrig.nodes[GATEWAY].net);
	airrig.nodes[GATEWAY].net = NULL;
	on(GATEWAY, false); /* the machine is there, and no gateway any more */
	net_online(airrig.nodes[GATEWAY].net, true);
	net_online(b->net, true);
	airrig_run(1000);
	ck_assert_uint_eq(b->ups, 0);
	ck_assert_uint_ge(b->downs, 1);
}
END_TEST

START_TEST(whom_the_post_hangs_up_on_waits_a_minute)
{
	struct airrig_node *a = on(1, false);
	a->hangs_up = true;
	net_online(a->net, true);
	airrig_run(40000);
	ck_assert_uint_eq(a->ups, 1);
	ck_assert_uint_eq(airrig.nodes[GATEWAY].downs, 1);
	airrig_run(22000);
	ck_assert_uint_eq(a->ups, 2);
}
END_TEST

START_TEST(a_gateway_misses_who_was_switched_off)
{
	const struct airrig_node *a = on(1, false);
	net_online(a->net, true);
	airrig_run(1000);
	net_off(a->net);
	airrig.nodes[1].net = NULL;
	airrig_run(LAPSE_HIGH_MS);
	ck_assert_uint_eq(airrig.nodes[GATEWAY].downs, 1);
	ck_assert_uint_eq(airrig.air.sums.links, 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_net");
	TCase *tcase = tcase_create("sim_net");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, who_is_online_dials_the_gateway_and_keeps_the_link);
	tcase_add_test(tcase, bytes_take_the_rate_of_the_narrow_end_and_the_latency);
	tcase_add_test(tcase, a_gateway_serves_many_at_once);
	tcase_add_test(tcase, a_window_that_closes_says_nothing_to_either_end);
	tcase_add_test(tcase, a_gateway_that_is_off_is_dialled_again_ever_more_rarely);
	tcase_add_test(tcase, who_is_no_gateway_refuses_at_once);
	tcase_add_test(tcase, whom_the_post_hangs_up_on_waits_a_minute);
	tcase_add_test(tcase, a_gateway_misses_who_was_switched_off);
	suite_add_tcase(suite, tcase);
	return suite;
}
