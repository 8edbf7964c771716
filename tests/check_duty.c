#include "platform/duty.h"
#include "tests/support/suite.h"

#include <string.h>

enum {
	HOUR_MS = 3600 * 1000,
	ROTATION_MS = 900 * 1000,
	SEEDS = 1000,
	CROWD = 50,
	LINKS_MAX = 7,
	STARTS_WITHIN_MS = 120 * 1000, /* two nodes were switched on at any time of this span */
};

/* A node whose system does at once what it is told. */
struct node {
	struct duty duty;
	struct duty_view view;
	struct duty_orders orders;
	uint64_t beacon_ms; /* the next one, while it advertises */
	unsigned steps, renewals, dials;
	uint64_t silent_since_ms; /* 0: it is not */
};

static struct duty_view able(void)
{
	return (struct duty_view){.able = true, .can_advertise = true, .can_listen = true, .battery = DUTY_BATTERY_MAINS, .links_max = LINKS_MAX};
}

static void step(struct node *node, uint64_t now)
{
	bool was = node->view.advertising;
	/* The second time is for what the first one changed. */
	for (unsigned i = 0; i < 3; i++) {
		duty_step(&node->duty, &node->view, now, &node->orders);
		node->steps++;
		node->dials += node->orders.dial;
		if (node->orders.renew) {
			node->renewals++;
			duty_renewed(&node->duty);
			duty_step(&node->duty, &node->view, now, &node->orders);
			node->dials += node->orders.dial;
		}
		if (node->view.advertising == node->orders.advertise && node->view.listening == node->orders.listen)
			break;
		node->view.advertising = node->orders.advertise;
		node->view.listening = node->orders.listen;
	}
	ck_assert_uint_gt(node->orders.next_ms, now);
	if (node->view.advertising && !was)
		node->beacon_ms = now + 20;
}

static void open_node(struct node *node, uint32_t seed, struct duty_view view, uint64_t now)
{
	memset(node, 0, sizeof *node);
	node->view = view;
	duty_open(&node->duty, seed, ROTATION_MS);
	step(node, now);
}

static void run(struct node *node, uint64_t from, uint64_t until)
{
	uint64_t now = from;
	while (now < until) {
		now = node->orders.next_ms < until ? node->orders.next_ms : until;
		step(node, now);
	}
}

/* When one of them first hears the other, from the moment they are in reach of each other on. */
static uint64_t meet(struct node *nodes, uint64_t from, uint64_t until)
{
	uint64_t now = from;
	while (now < until) {
		now = until;
		for (unsigned i = 0; i < 2; i++) {
			now = nodes[i].orders.next_ms < now ? nodes[i].orders.next_ms : now;
			if (nodes[i].view.advertising && nodes[i].beacon_ms < now)
				now = nodes[i].beacon_ms;
		}
		for (unsigned i = 0; i < 2; i++) {
			if (!nodes[i].view.advertising || nodes[i].beacon_ms > now)
				continue;
			if (now >= from && nodes[1 - i].view.listening)
				return now - from;
			nodes[i].beacon_ms += DUTY_BEACON_MS;
		}
		for (unsigned i = 0; i < 2; i++)
			if (nodes[i].orders.next_ms <= now)
				step(&nodes[i], now);
	}
	return until - from;
}

/* How many of SEEDS pairs took longer than limit_ms. */
static unsigned late_pairs(struct duty_view view, uint64_t limit_ms)
{
	unsigned late = 0;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct node nodes[2];
		uint32_t apart = seed * 2654435761u % STARTS_WITHIN_MS;
		open_node(&nodes[0], seed, view, 1);
		run(&nodes[0], 1, 1 + apart);
		open_node(&nodes[1], seed + SEEDS, view, 1 + apart);
		uint64_t from = STARTS_WITHIN_MS + seed * 40503u % STARTS_WITHIN_MS;
		run(&nodes[0], 1 + apart, from);
		run(&nodes[1], 1 + apart, from);
		for (unsigned i = 0; i < 2; i++)
			if (nodes[i].view.advertising)
				nodes[i].beacon_ms = from + seed * 7919u * (i + 3) % DUTY_BEACON_MS;
		late += meet(nodes, from, from + limit_ms) >= limit_ms;
	}
	return late;
}

START_TEST(searching_strangers_hear_each_other_in_three_seconds)
{
	ck_assert_uint_eq(late_pairs(able(), 3000), 0);
	ck_assert_uint_le(late_pairs(able(), 1500), SEEDS / 10);
}
END_TEST

START_TEST(urgent_strangers_hear_each_other_in_three_seconds)
{
	struct duty_view view = able();
	view.urgent = true;
	view.heard = 3;
	ck_assert_uint_eq(late_pairs(view, 3000), 0);
}
END_TEST

START_TEST(settled_strangers_hear_each_other_in_a_minute)
{
	struct duty_view view = able();
	view.heard = 2;
	ck_assert_uint_eq(late_pairs(view, 65000), 0);
	ck_assert_uint_le(late_pairs(view, 30000), SEEDS / 3);
}
END_TEST

START_TEST(saving_strangers_hear_each_other_in_minutes)
{
	struct duty_view view = able();
	view.battery = DUTY_BATTERY_LOW;
	/* Half of the time nobody could hear them. */
	ck_assert_uint_le(late_pairs(view, 200 * 1000), SEEDS / 10);
	ck_assert_uint_le(late_pairs(view, 600 * 1000), SEEDS / 200);
}
END_TEST

START_TEST(a_stranger_who_searches_is_heard_in_three_seconds_by_the_settled)
{
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct duty_view settled = able();
		settled.heard = 20;
		struct node nodes[2];
		open_node(&nodes[0], seed, settled, 1);
		run(&nodes[0], 1, STARTS_WITHIN_MS);
		open_node(&nodes[1], seed + 1, able(), STARTS_WITHIN_MS);
		ck_assert_uint_lt(meet(nodes, STARTS_WITHIN_MS, STARTS_WITHIN_MS + 10000), 4000);
	}
}
END_TEST

static uint64_t total(const struct node *node, size_t offset)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < RADIO_PACES; i++)
		sum += *(const uint64_t *)(const void *)((const char *)&duty_airtime(&node->duty)[i] + offset);
	return sum;
}

/* An hour of one node; returns the seconds it listened. */
static uint64_t listened_s(struct node *node, struct duty_view view)
{
	open_node(node, 5, view, 1);
	run(node, 1, 1 + HOUR_MS);
	ck_assert_uint_eq(total(node, offsetof(struct radio_airtime, in_ms)), HOUR_MS);
	return total(node, offsetof(struct radio_airtime, scan_ms)) / 1000;
}

START_TEST(a_settled_node_listens_little_and_a_searching_one_mostly)
{
	struct node node;
	struct duty_view view = able();
	ck_assert_uint_ge(listened_s(&node, view), 3600 * 2 / 3);
	view.heard = 3;
	ck_assert_uint_le(listened_s(&node, view), 300);
	ck_assert_uint_ge(listened_s(&node, view), 150);
	/* Who was just switched on searches. */
	ck_assert_uint_ge(duty_airtime(&node.duty)[RADIO_PACE_SETTLED].in_ms, HOUR_MS - DUTY_NEWS_MS - 1);
	view.heard = CROWD;
	ck_assert_uint_le(listened_s(&node, view), 120);
	view.battery = DUTY_BATTERY_LOW;
	view.heard = 3;
	ck_assert_uint_le(listened_s(&node, view), 150);
	ck_assert_uint_ge(listened_s(&node, view), 75);
	ck_assert_uint_le(duty_airtime(&node.duty)[RADIO_PACE_SAVING].advertise_ms, HOUR_MS * 6ull / 10);
	ck_assert_uint_ge(duty_airtime(&node.duty)[RADIO_PACE_SAVING].advertise_ms, HOUR_MS * 4ull / 10);
}
END_TEST

START_TEST(deadlines_are_few)
{
	struct node node;
	struct duty_view view = able();
	view.urgent = true;
	(void)listened_s(&node, view); /* its assertions are not what is looked at here */
	ck_assert_uint_le(node.steps, 3 * 3600);
	view.urgent = false;
	view.heard = 3;
	(void)listened_s(&node, view);
	ck_assert_uint_le(node.steps, 600);
	view.able = false;
	(void)listened_s(&node, view);
	ck_assert_uint_le(node.steps, 2);
	ck_assert_uint_eq(node.renewals, 0);
}
END_TEST

START_TEST(accounting_follows_what_the_system_does_and_not_what_was_ordered)
{
	struct duty duty;
	struct duty_orders orders;
	struct duty_view view = able();
	duty_open(&duty, 1, ROTATION_MS);
	duty_step(&duty, &view, 1000, &orders);
	ck_assert(orders.renew);
	duty_renewed(&duty);
	duty_step(&duty, &view, 1000, &orders);
	ck_assert(orders.advertise && orders.listen);
	view.advertising = true;
	duty_step(&duty, &view, 1500, &orders);
	view.listening = true;
	view.links = 1;
	duty_step(&duty, &view, 2500, &orders);
	view.advertising = view.listening = false;
	duty_step(&duty, &view, 2600, &orders);
	duty_woke(&duty);
	const struct radio_airtime *airtime = &duty_airtime(&duty)[RADIO_PACE_SEARCH];
	ck_assert_uint_eq(airtime->in_ms, 1600);
	ck_assert_uint_eq(airtime->advertise_ms, 1100);
	ck_assert_uint_eq(airtime->scan_ms, 100);
	ck_assert_uint_eq(airtime->linked_ms, 100);
	ck_assert_uint_eq(airtime->wakes, 1);
}
END_TEST

/* The kernel makes an address with the first thing sent, and another when that one is ROTATION_MS old and something is sent. */
START_TEST(no_identity_outlives_its_address_nor_an_address_its_identity)
{
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct node node;
		open_node(&node, seed, able(), 1);
		uint64_t made = 1;
		unsigned address = 1;
		for (uint64_t now = 1; now < 6ull * ROTATION_MS;) {
			now = node.orders.next_ms;
			step(&node, now);
			if (!node.view.advertising && !node.view.listening)
				continue;
			if (now >= made + ROTATION_MS) {
				made = now;
				address++;
			}
			ck_assert_uint_eq(node.renewals, address);
			ck_assert(!node.orders.silent);
		}
		ck_assert_uint_ge(node.renewals, 6);
	}
}
END_TEST

START_TEST(silence_is_random_and_follows_what_the_system_was_late_with)
{
	uint64_t least = UINT64_MAX, most = 0;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct duty duty;
		struct duty_orders orders;
		struct duty_view view = able();
		duty_open(&duty, seed, ROTATION_MS);
		duty_step(&duty, &view, 1, &orders);
		duty_renewed(&duty);
		duty_step(&duty, &view, 1, &orders);
		view.advertising = true;
		duty_step(&duty, &view, 9000, &orders); /* nine seconds late */
		for (unsigned i = 0; !orders.silent; i++) {
			ck_assert_uint_lt(i, 1000);
			duty_step(&duty, &view, orders.next_ms, &orders);
		}
		uint64_t end = orders.next_ms;
		ck_assert_uint_ge(end, 9000 + ROTATION_MS + DUTY_REST_MS);
		ck_assert_uint_le(end, 9000 + ROTATION_MS + DUTY_REST_MS + DUTY_REST_MORE_MS);
		ck_assert(!orders.renew && !orders.dial && !orders.advertise && !orders.listen);
		view.advertising = false;
		duty_step(&duty, &view, end - 1, &orders);
		ck_assert(!orders.renew && orders.silent);
		duty_step(&duty, &view, end, &orders);
		ck_assert(orders.renew && orders.silent);
		duty_step(&duty, &view, end + 1, &orders);
		ck_assert(!orders.renew && orders.silent); /* until there is a beacon */
		least = end < least ? end : least;
		most = end > most ? end : most;
	}
	ck_assert_uint_gt(most - least, DUTY_REST_MORE_MS / 2);
}
END_TEST

START_TEST(a_lost_address_is_a_new_identity_at_once)
{
	struct node node;
	open_node(&node, 3, able(), 1);
	run(&node, 1, 100000);
	ck_assert_uint_eq(node.renewals, 1);
	node.view.able = false;
	step(&node, 100001);
	ck_assert(!node.view.advertising && !node.view.listening);
	duty_address_lost(&node.duty);
	step(&node, 100002);
	ck_assert_uint_eq(node.renewals, 1);
	node.view.able = true;
	step(&node, 100003);
	ck_assert_uint_eq(node.renewals, 2);
	ck_assert(node.view.advertising && node.view.listening);
}
END_TEST

START_TEST(an_adapter_does_only_what_it_can)
{
	struct node node;
	struct duty_view view = able();
	view.can_advertise = false;
	view.waiting = view.heard = view.fresh = 1;
	open_node(&node, 3, view, 1);
	run(&node, 1, 60000);
	ck_assert_uint_eq(total(&node, offsetof(struct radio_airtime, advertise_ms)), 0);
	ck_assert_uint_gt(total(&node, offsetof(struct radio_airtime, scan_ms)), 30000);
	ck_assert_uint_gt(node.dials, 0);
	view.can_advertise = true;
	view.can_listen = false;
	open_node(&node, 3, view, 1);
	run(&node, 1, 60000);
	ck_assert_uint_eq(total(&node, offsetof(struct radio_airtime, scan_ms)), 0);
	ck_assert_uint_gt(total(&node, offsetof(struct radio_airtime, advertise_ms)), 50000);
	ck_assert_uint_eq(node.dials, 0);
}
END_TEST

START_TEST(own_news_ends_a_long_pause)
{
	for (uint32_t seed = 1; seed <= 100; seed++) {
		struct node node;
		struct duty_view view = able();
		view.heard = 2;
		open_node(&node, seed, view, 1);
		uint64_t now = 100000 + seed * 777;
		run(&node, 1, now);
		node.view.news_ms = now;
		step(&node, now);
		ck_assert_int_eq(node.orders.pace, RADIO_PACE_SEARCH);
		for (uint64_t until = now + 4001; !node.view.listening;) {
			now = node.orders.next_ms;
			ck_assert_uint_le(now, until);
			step(&node, now);
		}
		run(&node, now, now + DUTY_NEWS_MS);
		ck_assert_int_eq(node.orders.pace, RADIO_PACE_SETTLED);
	}
}
END_TEST

START_TEST(an_urgent_letter_is_worth_a_low_battery_for_minutes_only)
{
	struct node node;
	struct duty_view view = able();
	view.battery = 10;
	view.heard = 1;
	view.urgent = true;
	open_node(&node, 3, view, 1);
	ck_assert_int_eq(node.orders.pace, RADIO_PACE_URGENT);
	run(&node, 1, DUTY_URGENT_ON_LOW_MS + 10000);
	ck_assert_int_eq(node.orders.pace, RADIO_PACE_SAVING);
	/* It saves until the battery is well again, not just above the mark. */
	node.view.urgent = false;
	node.view.battery = DUTY_BATTERY_LOW + 1;
	step(&node, DUTY_URGENT_ON_LOW_MS + 10001);
	ck_assert_int_eq(node.orders.pace, RADIO_PACE_SAVING);
	node.view.battery = DUTY_BATTERY_WELL;
	step(&node, DUTY_URGENT_ON_LOW_MS + 10002);
	ck_assert_int_eq(node.orders.pace, RADIO_PACE_SETTLED);
}
END_TEST

START_TEST(dials_keep_to_the_limits)
{
	struct node node;
	struct duty_view view = able();
	view.waiting = view.heard = view.fresh = 5;
	view.links = view.dialled = DUTY_DIALLED_MAX;
	open_node(&node, 3, view, 1);
	run(&node, 1, 60000);
	ck_assert_uint_eq(node.dials, 0);
	node.view.dialled = 0;
	node.view.links = LINKS_MAX;
	run(&node, 60000, 120000);
	ck_assert_uint_eq(node.dials, 0);
	node.view.links = 0;
	node.view.dialling = true;
	run(&node, 120000, 180000);
	ck_assert_uint_eq(node.dials, 0);
	ck_assert(!node.view.listening);
	node.view.dialling = false;
	step(&node, 180000);
	run(&node, 180000, 190000);
	ck_assert_uint_gt(node.dials, 0);
}
END_TEST

START_TEST(failed_dials_become_rarer)
{
	unsigned failed = 0, opened = 0;
	for (uint32_t seed = 1; seed <= 10; seed++) {
		struct node node;
		struct duty_view view = able();
		view.waiting = view.heard = view.fresh = 1;
		open_node(&node, seed, view, 1);
		for (unsigned before = 0; node.orders.next_ms < 300000; before = node.dials) {
			step(&node, node.orders.next_ms);
			if (node.dials > before)
				duty_dialled(&node.duty, false);
		}
		ck_assert(node.dials >= 10 && node.dials <= 50);
		failed += node.dials;
		for (uint64_t now = 300000; now < 370000; now = node.orders.next_ms > now ? node.orders.next_ms : now + 1) {
			duty_dialled(&node.duty, true);
			step(&node, now);
		}
		opened += node.dials;
	}
	ck_assert_uint_ge(opened, failed + 10 * 20);
}
END_TEST

/* Fifty nodes hear the same news at the same moment; each dials once. */
START_TEST(a_crowd_does_not_dial_at_once)
{
	unsigned in_second[DUTY_DIAL_SPREAD_MAX_MS / 1000 + 1] = {0};
	for (uint32_t seed = 1; seed <= CROWD; seed++) {
		struct node node;
		struct duty_view view = able();
		view.heard = view.present = CROWD - 1;
		open_node(&node, seed, view, 1);
		run(&node, 1, 10000);
		node.view.waiting = node.view.fresh = 1;
		step(&node, 10000);
		uint64_t now = 10000;
		while (node.dials == 0) {
			now = node.orders.next_ms;
			step(&node, now);
		}
		ck_assert_uint_le(now, 10000 + DUTY_DIAL_SPREAD_MAX_MS);
		in_second[(now - 10000) / 1000]++;
	}
	for (unsigned i = 0; i <= DUTY_DIAL_SPREAD_MAX_MS / 1000; i++)
		ck_assert_uint_le(in_second[i], CROWD / 4);
}
END_TEST

START_TEST(without_rotation_an_identity_stays)
{
	struct duty duty;
	struct duty_orders orders;
	struct duty_view view = able();
	duty_open(&duty, 7, 0);
	duty_step(&duty, &view, 1, &orders);
	ck_assert(orders.renew);
	duty_renewed(&duty);
	for (uint64_t now = 1; now < 24ull * HOUR_MS; now = orders.next_ms) {
		duty_step(&duty, &view, now, &orders);
		ck_assert(!orders.renew && !orders.silent);
	}
}
END_TEST

START_TEST(no_link_is_opened_that_would_end_at_once)
{
	for (uint32_t seed = 1; seed <= 100; seed++) {
		struct node node;
		struct duty_view view = able();
		view.waiting = view.heard = view.fresh = 1;
		open_node(&node, seed, view, 1);
		uint64_t dialled_ms = 0;
		uint64_t now = 1;
		while (!node.orders.silent) {
			unsigned dials = node.dials;
			now = node.orders.next_ms;
			step(&node, now);
			dialled_ms = node.dials > dials ? now : dialled_ms;
		}
		ck_assert_uint_eq(now, 1 + ROTATION_MS - DUTY_LEAD_MS);
		ck_assert_uint_le(dialled_ms, now - DUTY_LAST_DIAL_MS);
		ck_assert_uint_ge(dialled_ms, now - 2 * DUTY_LAST_DIAL_MS);
	}
}
END_TEST

START_TEST(half_a_battery_listens_less_than_mains)
{
	struct node node;
	struct duty_view view = able();
	view.fresh = view.heard = 1;
	uint64_t mains_s = listened_s(&node, view);
	view.battery = DUTY_BATTERY_UNKNOWN;
	ck_assert_uint_ge(listened_s(&node, view), mains_s * 95 / 100);
	view.battery = DUTY_BATTERY_HALF - 1;
	uint64_t half_s = listened_s(&node, view);
	ck_assert_uint_le(half_s, mains_s * 85 / 100);
	ck_assert_uint_ge(half_s, mains_s / 2);
}
END_TEST

/* A window that a dial cut short is not taken up again when the dial ends. */
START_TEST(a_dial_ends_the_window)
{
	struct node node;
	open_node(&node, 3, able(), 1);
	ck_assert(node.view.listening);
	node.view.dialling = true;
	step(&node, 100);
	ck_assert(!node.view.listening);
	node.view.dialling = false;
	step(&node, 101);
	ck_assert(!node.view.listening);
}
END_TEST

START_TEST(a_busy_link_has_most_of_the_air)
{
	struct node node;
	struct duty_view view = able();
	view.heard = view.fresh = 1;
	view.links = 1;
	view.busy = true;
	uint64_t busy_s = listened_s(&node, view);
	ck_assert_uint_le(busy_s, 3600 / 3);
	ck_assert_uint_ge(busy_s, 3600 / 6);
	ck_assert_uint_ge(total(&node, offsetof(struct radio_airtime, linked_ms)), HOUR_MS);
}
END_TEST

START_TEST(an_identity_ends_in_time_though_the_service_is_away)
{
	struct node node;
	open_node(&node, 3, able(), 1);
	run(&node, 1, 100000);
	node.view.able = false;
	step(&node, 100001);
	ck_assert(!node.orders.silent);
	run(&node, 100001, 1 + ROTATION_MS - DUTY_LEAD_MS);
	ck_assert(node.orders.silent);
	run(&node, ROTATION_MS, 2 * ROTATION_MS);
	ck_assert_uint_eq(node.renewals, 1);
	node.view.able = true;
	step(&node, 2 * ROTATION_MS);
	ck_assert_uint_eq(node.renewals, 2);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("duty");
	TCase *tcase = tcase_create("duty");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, searching_strangers_hear_each_other_in_three_seconds);
	tcase_add_test(tcase, urgent_strangers_hear_each_other_in_three_seconds);
	tcase_add_test(tcase, settled_strangers_hear_each_other_in_a_minute);
	tcase_add_test(tcase, saving_strangers_hear_each_other_in_minutes);
	tcase_add_test(tcase, a_stranger_who_searches_is_heard_in_three_seconds_by_the_settled);
	tcase_add_test(tcase, a_settled_node_listens_little_and_a_searching_one_mostly);
	tcase_add_test(tcase, deadlines_are_few);
	tcase_add_test(tcase, accounting_follows_what_the_system_does_and_not_what_was_ordered);
	tcase_add_test(tcase, no_identity_outlives_its_address_nor_an_address_its_identity);
	tcase_add_test(tcase, silence_is_random_and_follows_what_the_system_was_late_with);
	tcase_add_test(tcase, a_lost_address_is_a_new_identity_at_once);
	tcase_add_test(tcase, an_adapter_does_only_what_it_can);
	tcase_add_test(tcase, own_news_ends_a_long_pause);
	tcase_add_test(tcase, an_urgent_letter_is_worth_a_low_battery_for_minutes_only);
	tcase_add_test(tcase, dials_keep_to_the_limits);
	tcase_add_test(tcase, failed_dials_become_rarer);
	tcase_add_test(tcase, a_crowd_does_not_dial_at_once);
	tcase_add_test(tcase, without_rotation_an_identity_stays);
	tcase_add_test(tcase, no_link_is_opened_that_would_end_at_once);
	tcase_add_test(tcase, half_a_battery_listens_less_than_mains);
	tcase_add_test(tcase, a_dial_ends_the_window);
	tcase_add_test(tcase, a_busy_link_has_most_of_the_air);
	tcase_add_test(tcase, an_identity_ends_in_time_though_the_service_is_away);
	suite_add_tcase(suite, tcase);
	return suite;
}
