#include "node/sim/oracle.h"
#include "tests/support/suite.h"

#include <string.h>

enum { NODES = 6, LETTERS = 200 };

static struct ether *ether;
static struct oracle *oracle;
static struct fate fate;
static unsigned stores[LETTERS], drops[LETTERS], deliveries[LETTERS], delivered_at[LETTERS];
static uint32_t came_from[NODES][LETTERS];

static void on_stored(void *owner, uint32_t node, uint32_t letter, uint32_t from)
{
	(void)owner; /* everything is static here */
	stores[letter]++;
	came_from[node][letter] = from;
}

static void on_dropped(void *owner, uint32_t node, uint32_t letter, enum classic_drop why)
{
	(void)owner; /* as above */
	(void)node;
	ck_assert_int_eq(why, CLASSIC_DROP_EXPIRED);
	drops[letter]++;
}

static void on_delivered(void *owner, uint32_t node, uint32_t letter)
{
	(void)owner; /* as above */
	deliveries[letter]++;
	delivered_at[letter] = node;
}

static const struct classic_events events = {.stored = on_stored, .dropped = on_dropped, .delivered = on_delivered};

static void setup(void)
{
	memset(stores, 0, sizeof stores);
	memset(drops, 0, sizeof drops);
	memset(deliveries, 0, sizeof deliveries);
	ether = ether_new(&(struct ether_config){.nodes = NODES, .range_mm = 10000});
	ck_assert_ptr_nonnull(ether);
	fate_seed(&fate, 1, 2);
	oracle = oracle_new(
		&(struct oracle_config){.ether = ether, .nodes = NODES, .letters_max = LETTERS, .pause_ms = 1000, .fate = &fate, .events = &events});
	ck_assert_ptr_nonnull(oracle);
}

static void teardown(void)
{
	oracle_free(oracle);
	ether_free(ether);
}

static void write_at(uint32_t node, uint32_t number, uint32_t addressee)
{
	oracle_write(oracle, node, &(struct classic_letter){.number = number, .addressee = addressee, .bytes = 512, .expires_ms = 100000});
}

START_TEST(two_in_reach_have_everything_at_the_first_tick)
{
	for (uint32_t i = 0; i < LETTERS; i++)
		write_at(i % 2, i, 1 - i % 2);
	ether_meet(ether, 0, 1);
	oracle_tick(oracle, 1000);
	for (uint32_t i = 0; i < LETTERS; i++) {
		ck_assert(oracle_holds(oracle, 0, i) && oracle_holds(oracle, 1, i));
		ck_assert_uint_eq(stores[i], 2);
		ck_assert_uint_eq(deliveries[i], 1);
		ck_assert_uint_eq(delivered_at[i], 1 - i % 2);
	}
	ck_assert(!oracle_holds(oracle, 2, 0));
}
END_TEST

/* In a full circle of six one letter can at best double each second: 1, 2, 4, 6. */
START_TEST(a_node_exchanges_once_a_second)
{
	static const uint32_t best[] = {2, 4, 6};
	for (uint32_t a = 0; a < NODES; a++)
		for (uint32_t b = a + 1; b < NODES; b++)
			ether_meet(ether, a, b);
	write_at(0, 0, 5);
	for (unsigned second = 0; second < 3; second++) {
		oracle_tick(oracle, 1000 * (second + 1));
		ck_assert_uint_eq(stores[0], best[second]);
		oracle_tick(oracle, 1000 * (second + 1) + 500); /* too soon for all */
		ck_assert_uint_eq(stores[0], best[second]);
	}
	ck_assert_uint_eq(deliveries[0], 1);
}
END_TEST

START_TEST(a_line_passes_a_letter_on_each_second)
{
	for (uint32_t i = 0; i + 1 < NODES; i++)
		ether_meet(ether, i, i + 1);
	write_at(0, 7, 5);
	for (unsigned second = 1; second < NODES; second++) {
		oracle_tick(oracle, 1000 * second);
		ck_assert(oracle_holds(oracle, second, 7));
		ck_assert_uint_eq(stores[7], second + 1);
		ck_assert_uint_eq(came_from[second][7], second - 1);
	}
	ck_assert_uint_eq(deliveries[7], 1);
}
END_TEST

START_TEST(a_short_meeting_is_not_missed)
{
	write_at(0, 1, 1);
	oracle_met(oracle, 0, 1, 100);
	ck_assert_uint_eq(deliveries[1], 1);
	write_at(0, 2, 1);
	oracle_met(oracle, 0, 1, 1099); /* within the pause */
	ck_assert_uint_eq(deliveries[2], 0);
	oracle_met(oracle, 0, 1, 1100);
	ck_assert_uint_eq(deliveries[2], 1);
}
END_TEST

START_TEST(meetings_without_news_cost_nothing)
{
	oracle_met(oracle, 0, 1, 100);
	write_at(0, 1, 2);
	oracle_met(oracle, 0, 2, 200);
	ck_assert_uint_eq(deliveries[1], 1);
}
END_TEST

START_TEST(expired_letters_go_everywhere_at_once_and_are_passed_on_no_more)
{
	write_at(0, 1, 2);
	oracle_met(oracle, 0, 1, 100);
	oracle_tick(oracle, 99999);
	ck_assert_uint_eq(drops[1], 0);
	oracle_met(oracle, 1, 2, 100000);
	ck_assert_uint_eq(drops[1], 2);
	ck_assert_uint_eq(deliveries[1], 0);
	ck_assert(!oracle_holds(oracle, 0, 1));
}
END_TEST

START_TEST(the_internet_is_a_link_without_pause)
{
	write_at(0, 1, 5);
	write_at(1, 2, 5);
	write_at(5, 3, 0);
	oracle_online(oracle, 0, 5, true);
	oracle_online(oracle, 1, 5, true);
	oracle_tick(oracle, 1000);
	ck_assert_uint_eq(deliveries[1], 1);
	ck_assert_uint_eq(deliveries[2], 1);
	ck_assert_uint_eq(deliveries[3], 1);
	oracle_online(oracle, 0, 5, false);
	write_at(0, 4, 5);
	oracle_tick(oracle, 2000);
	ck_assert_uint_eq(deliveries[4], 0);
}
END_TEST

START_TEST(who_is_off_takes_no_part_and_keeps_what_it_has)
{
	write_at(0, 1, 1);
	ether_meet(ether, 0, 1);
	oracle_switch(oracle, 1, false);
	oracle_tick(oracle, 1000);
	oracle_met(oracle, 0, 1, 1500);
	ck_assert_uint_eq(deliveries[1], 0);
	oracle_switch(oracle, 1, true);
	oracle_tick(oracle, 2000);
	ck_assert_uint_eq(deliveries[1], 1);
	ck_assert(oracle_holds(oracle, 0, 1));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("oracle");
	TCase *tcase = tcase_create("oracle");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, two_in_reach_have_everything_at_the_first_tick);
	tcase_add_test(tcase, a_node_exchanges_once_a_second);
	tcase_add_test(tcase, a_line_passes_a_letter_on_each_second);
	tcase_add_test(tcase, a_short_meeting_is_not_missed);
	tcase_add_test(tcase, meetings_without_news_cost_nothing);
	tcase_add_test(tcase, expired_letters_go_everywhere_at_once_and_are_passed_on_no_more);
	tcase_add_test(tcase, the_internet_is_a_link_without_pause);
	tcase_add_test(tcase, who_is_off_takes_no_part_and_keeps_what_it_has);
	suite_add_tcase(suite, tcase);
	return suite;
}
