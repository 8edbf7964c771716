#include "platform/scout.h"
#include "tests/support/airrig.h"
#include "tests/support/suite.h"

#include <string.h>

enum { RATE_BPS = 500000, LATENCY_MS = 30, LAPSE_MOST_MS = 4000, ROTATION_MS = 900000, MEGA = 1000000, SEEDS = 40 };
/* A beacon, and the turn to dial. */
enum { AT_ONCE_MS = DUTY_BEACON_MS + DUTY_DIAL_SPREAD_MS };

static void stop(void)
{
	airrig_close();
}

START_TEST(a_newcomer_is_heard_within_one_beacon_by_who_listens)
{
	unsigned early[2] = {0};
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		airrig_open(seed, NULL);
		airrig_le(0);
		airrig_le(1);
		airrig_place(0, 0);
		airrig_place(1, 100000);
		airrig_run(60000 + seed * 777);
		ck_assert_uint_eq(airrig.nodes[0].sightings, 0);
		airrig_place(1, 10000);
		airrig_run(AT_ONCE_MS);
		for (unsigned i = 0; i < 2; i++)
			early[i] += airrig.nodes[i].sightings > 0;
		/* A pause of both at most, a beacon, the turn to dial. */
		airrig_run(1000);
		ck_assert(airrig.nodes[0].sightings || airrig.nodes[1].sightings);
		if (seed < SEEDS)
			airrig_close();
	}
	/* A window that is open at first lasts long enough about half of the time. */
	ck_assert_uint_ge(early[0], SEEDS * 2 / 5);
	ck_assert_uint_ge(early[1], SEEDS * 2 / 5);
}
END_TEST

START_TEST(who_listens_hears_a_change_and_who_comes_on_the_air_at_once)
{
	unsigned changed = 0, came = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		airrig_open(seed, NULL);
		const struct airrig_node *a = airrig_le(0);
		airrig_place(0, 0);
		airrig_place(1, 10000);
		airrig_run(20000 + seed * 777);
		airrig_le(1);
		airrig_run(AT_ONCE_MS);
		came += a->sightings > 0;
		airrig_run(20000);
		airrig_news(1);
		airrig_run(AT_ONCE_MS);
		changed += !memcmp(a->sighting.beacon, airrig.nodes[1].beacon, BEACON_SIZE);
		if (seed < SEEDS)
			airrig_close();
	}
	ck_assert_uint_ge(came, SEEDS * 2 / 5);
	ck_assert_uint_ge(changed, SEEDS * 2 / 5);
}
END_TEST

START_TEST(who_went_off_the_air_is_not_heard)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		airrig_open(seed, NULL);
		const struct airrig_node *a = airrig_le(0);
		airrig_le(1);
		airrig_place(0, 0);
		airrig_run(20000 + seed * 777);
		airrig_place(1, 10000);
		le_off(airrig.nodes[1].le);
		airrig.nodes[1].le = NULL;
		airrig_run(10000);
		ck_assert_uint_eq(a->sightings, 0);
		if (seed < SEEDS)
			airrig_close();
	}
}
END_TEST

START_TEST(what_is_seen_is_the_beacon_and_it_can_be_dialled)
{
	airrig_open(1, NULL);
	airrig_pair();
	const struct airrig_node *a = &airrig.nodes[0], *b = &airrig.nodes[1];
	ck_assert_mem_eq(a->sighting.beacon, b->beacon, BEACON_SIZE);
	ck_assert_uint_eq(a->sighting.address_len, AIR_NAME_SIZE);
	ck_assert_int_eq(a->kind, LINK_DIALLED);
	ck_assert_int_eq(b->kind, LINK_ANSWERED);
	ck_assert_uint_ge(a->up_ms, a->sighted_ms + 50);
	ck_assert_uint_le(a->up_ms, a->sighted_ms + DUTY_BEACON_MS + 150);
	ck_assert_uint_eq(airrig.links_up, 1);
	ck_assert_uint_eq(airrig.air.sums.links, 1);
	ck_assert_uint_eq(airrig.air.sums.dials, 1);
	ck_assert_uint_eq(airrig.air.sums.dials_failed, 0);
}
END_TEST

START_TEST(nobody_out_of_reach_is_seen)
{
	airrig_open(1, NULL);
	airrig_le(0);
	airrig_le(1);
	airrig_place(0, 0);
	airrig_place(1, AIRRIG_RANGE_MM + 1);
	airrig_run(120000);
	ck_assert_uint_eq(airrig.nodes[0].sightings + airrig.nodes[1].sightings, 0);
	airrig_place(1, AIRRIG_RANGE_MM);
	airrig_run(10000);
	ck_assert_uint_gt(airrig.nodes[0].sightings + airrig.nodes[1].sightings, 0);
}
END_TEST

START_TEST(bytes_arrive_whole_in_order_and_at_the_rate)
{
	airrig_open(1, NULL);
	airrig_pair();
	const struct airrig_node *b = &airrig.nodes[1];
	uint64_t began = airrig_now();
	uint32_t bytes = 200 * RECORD_WIRE_MAX;
	airrig_send(0, bytes);
	airrig_run(20000);
	ck_assert_uint_eq(b->received, bytes);
	for (uint32_t i = 0; i < bytes; i++)
		ck_assert_uint_eq(b->inbox[i], (uint8_t)i);
	uint64_t took = b->input_ms - began, least = (uint64_t)bytes * 8 * 1000 / RATE_BPS;
	ck_assert_uint_ge(took, least);
	ck_assert_uint_le(took, least * 110 / 100 + LATENCY_MS);
	ck_assert_uint_eq(airrig.air.sums.le_bytes, bytes);
	ck_assert_uint_eq(airrig.carried, bytes);
	ck_assert_uint_eq(le_bytes(airrig.nodes[0].le), bytes);
	ck_assert_uint_eq(le_bytes(b->le), bytes);
}
END_TEST

START_TEST(a_latency_passes_before_a_byte_arrives)
{
	airrig_open(1, &(struct le_config){.rate_bps = RATE_BPS, .latency_ms = 500, .rotation_ms = ROTATION_MS});
	airrig_pair();
	uint64_t began = airrig_now();
	airrig_send(0, 100);
	airrig_run(499);
	ck_assert_uint_eq(airrig.nodes[1].received, 0);
	airrig_run(10);
	ck_assert_uint_eq(airrig.nodes[1].received, 100);
	ck_assert_uint_ge(airrig.nodes[1].input_ms, began + 500);
}
END_TEST

START_TEST(both_ways_share_the_air)
{
	airrig_open(1, NULL);
	airrig_pair();
	uint32_t bytes = 100 * RECORD_WIRE_MAX;
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 2 * 8 * 1000 / RATE_BPS;
	airrig_send(0, bytes);
	airrig_send(1, bytes);
	airrig_run(least * 3 / 4);
	ck_assert_uint_lt(airrig.nodes[0].received + airrig.nodes[1].received, 2 * bytes * 4 / 5);
	airrig_run(10000);
	ck_assert_uint_eq(airrig.nodes[0].received, bytes);
	ck_assert_uint_eq(airrig.nodes[1].received, bytes);
	ck_assert_uint_ge(airrig.nodes[1].input_ms - began, least * 95 / 100);
}
END_TEST

START_TEST(a_radio_serves_its_links_in_turn)
{
	airrig_open(1, NULL);
	for (uint32_t i = 0; i < 3; i++) {
		airrig_le(i)->dials = i > 0;
		airrig_place(i, i == 0 ? 0 : i == 1 ? 20000 : -20000);
	}
	while (!airrig.nodes[1].link || !airrig.nodes[2].link)
		airrig_run(100);
	uint32_t bytes = 50 * RECORD_WIRE_MAX;
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 2 * 8 * 1000 / RATE_BPS;
	airrig_send(1, bytes);
	airrig_send(2, bytes);
	airrig_run(15000);
	ck_assert_uint_eq(airrig.nodes[0].received, 2 * bytes);
	ck_assert_uint_ge(airrig.nodes[0].input_ms - began, least);
}
END_TEST

START_TEST(loss_costs_time_and_loses_nothing)
{
	airrig_open(2, &(struct le_config){.rate_bps = RATE_BPS, .latency_ms = LATENCY_MS, .loss = MEGA / 2, .rotation_ms = ROTATION_MS});
	airrig_pair();
	uint32_t bytes = 50 * RECORD_WIRE_MAX;
	uint64_t began = airrig_now(), least = (uint64_t)bytes * 2 * 8 * 1000 / RATE_BPS;
	airrig_send(0, bytes);
	airrig_run(20000);
	ck_assert_uint_eq(airrig.nodes[1].received, bytes);
	ck_assert_uint_ge(airrig.nodes[1].input_ms - began, least);
}
END_TEST

START_TEST(no_room_is_followed_by_writable_if_asked_for)
{
	airrig_open(1, NULL);
	airrig_pair();
	struct airrig_node *a = &airrig.nodes[0];
	ck_assert_uint_eq(a->radio->room(a->radio, a->link), RECORD_WIRE_MAX);
	airrig_send(0, RECORD_WIRE_MAX);
	airrig_run(1000);
	/* Nobody asked for room after the last byte. */
	ck_assert_uint_eq(a->writables, 0);
	airrig_send(0, RECORD_WIRE_MAX + 1);
	ck_assert_uint_eq(a->radio->room(a->radio, a->link), 0);
	airrig_run(1000);
	ck_assert_uint_eq(a->writables, 1);
	ck_assert_uint_eq(airrig.nodes[1].received, 2 * RECORD_WIRE_MAX + 1);
	ck_assert_uint_eq(a->radio->room(a->radio, 77), 0);
}
END_TEST

START_TEST(nothing_arrives_after_parting_and_both_ends_notice)
{
	airrig_open(1, NULL);
	airrig_pair();
	const struct airrig_node *a = &airrig.nodes[0], *b = &airrig.nodes[1];
	airrig_send(0, 100 * RECORD_WIRE_MAX);
	airrig_run(2000);
	ck_assert_uint_gt(b->received, 0);
	size_t received = b->received;
	uint64_t parted = airrig_now();
	airrig_place(1, 100000);
	airrig_run(900);
	ck_assert_uint_eq(a->downs + b->downs, 0);
	airrig_run(LAPSE_MOST_MS);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(b->downs, 1);
	ck_assert_uint_ge(a->down_ms, parted + 1000);
	ck_assert_uint_ge(b->down_ms, parted + 1000);
	ck_assert_uint_eq(b->received, received);
	ck_assert_uint_eq(airrig.links_down, 1);
	ck_assert_uint_eq(airrig.link_bytes, received);
	ck_assert_uint_eq(airrig.air.sums.links, 0);
	/* Meeting again does not bring it back. */
	airrig_place(1, 10000);
	airrig_run(1000);
	ck_assert_uint_eq(b->received, received);
}
END_TEST

START_TEST(the_other_end_learns_of_a_hang_up_after_a_latency)
{
	airrig_open(1, NULL);
	airrig_pair();
	struct airrig_node *a = &airrig.nodes[0];
	const struct airrig_node *b = &airrig.nodes[1];
	airrig_send(0, 500);
	airrig_run(15); /* it has left, and did not arrive */
	airrig_send(0, RECORD_WIRE_MAX);
	uint64_t began = airrig_now();
	a->radio->close(a->radio, a->link);
	airrig_run(1000);
	ck_assert_uint_eq(b->received, 500);
	ck_assert_uint_eq(b->downs, 1);
	ck_assert_uint_eq(b->down_ms, began + LATENCY_MS);
	ck_assert_uint_eq(a->downs, 0);
	ck_assert_uint_eq(airrig.air.sums.links, 0);
}
END_TEST

START_TEST(who_is_switched_off_is_missed_by_the_other_end)
{
	airrig_open(1, NULL);
	airrig_pair();
	const struct airrig_node *b = &airrig.nodes[1];
	airrig_send(0, 100 * RECORD_WIRE_MAX);
	airrig_run(1000);
	le_off(airrig.nodes[0].le);
	airrig.nodes[0].le = NULL;
	airrig.nodes[0].link = 0;
	size_t received = b->received;
	airrig_run(900);
	ck_assert_uint_eq(b->downs, 0);
	ck_assert_uint_le(b->received, received + RECORD_WIRE_MAX);
	airrig_run(LAPSE_MOST_MS);
	ck_assert_uint_eq(b->downs, 1);
	/* And is found when it is back. */
	unsigned sightings = b->sightings;
	airrig_le(0);
	airrig_run(10000);
	ck_assert_uint_gt(b->sightings + airrig.nodes[0].sightings, sightings);
}
END_TEST

START_TEST(a_dial_to_who_went_away_fails_in_its_time)
{
	airrig_open(1, NULL);
	struct airrig_node *a = airrig_le(0);
	airrig_le(1);
	airrig_place(0, 0);
	airrig_place(1, 10000);
	a->dials = true;
	while (!a->sightings)
		airrig_run(1);
	airrig_place(1, 100000);
	airrig_run(5990);
	ck_assert_uint_eq(a->downs, 0);
	airrig_run(20);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(a->down_ms, a->sighted_ms + 6000);
	ck_assert_uint_eq(a->ups, 0);
	ck_assert_uint_eq(airrig.air.sums.dials_failed, 1);
}
END_TEST

START_TEST(a_controller_has_seven_links)
{
	airrig_open(1, NULL);
	for (uint32_t i = 0; i < AIRRIG_NODES; i++) {
		airrig_le(i)->dials = true;
		airrig_place(i, 0);
	}
	unsigned most = 0;
	for (unsigned i = 0; i < 400; i++) {
		airrig_run(100);
		for (uint32_t node = 0; node < AIRRIG_NODES; node++) {
			struct radio_report report;
			le_radio(airrig.nodes[node].le)->report(le_radio(airrig.nodes[node].le), &report);
			most = report.links > most ? report.links : most;
			ck_assert_uint_le(report.links, SCOUT_LINKS_MAX);
		}
	}
	ck_assert_uint_eq(most, SCOUT_LINKS_MAX);
}
END_TEST

START_TEST(address_beacon_and_links_change_together)
{
	airrig_open(1, NULL);
	airrig_pair();
	const struct airrig_node *a = &airrig.nodes[0];
	ck_assert_uint_eq(a->renewals, 1);
	struct air_overheard before = airrig.overheard;
	/* Kept busy, it lives as long as the address. */
	for (unsigned i = 0; a->link && i < 1000; i++) {
		airrig_send(0, 100);
		airrig_run(1000);
	}
	ck_assert_uint_eq(a->link, 0);
	ck_assert_uint_eq(a->downs, 1);
	ck_assert_uint_eq(airrig.nodes[1].downs, 1);
	ck_assert_uint_le(airrig_now(), MEGA + ROTATION_MS);
	unsigned shown = airrig.shown;
	airrig_run(60000);
	ck_assert_uint_eq(a->renewals, 2);
	ck_assert_uint_eq(airrig.nodes[1].renewals, 2);
	ck_assert_uint_eq(airrig.shown, shown + 2);
	ck_assert_mem_ne(airrig.overheard.address, before.address, AIR_NAME_SIZE);
	ck_assert_mem_ne(airrig.overheard.beacon, before.beacon, BEACON_NONCE_SIZE);
}
END_TEST

START_TEST(every_change_of_the_beacon_is_shown_and_seen)
{
	airrig_open(1, NULL);
	airrig_le(0);
	airrig_le(1);
	airrig_place(0, 0);
	airrig_place(1, 10000);
	airrig_run(20000);
	ck_assert_uint_eq(airrig.shown, 2);
	airrig_news(1);
	ck_assert_uint_eq(airrig.shown, 3);
	ck_assert_mem_eq(airrig.overheard.beacon, airrig.nodes[1].beacon, BEACON_SIZE);
	ck_assert_uint_eq(airrig.overheard.node, 1);
	airrig_run(10000);
	ck_assert_mem_eq(airrig.nodes[0].sighting.beacon, airrig.nodes[1].beacon, BEACON_SIZE);
}
END_TEST

START_TEST(noise_keeps_nodes_from_hearing_and_ends_links)
{
	airrig_open(1, NULL);
	airrig_pair();
	airrig_run(1000);
	ether_jam(airrig.ether, 0, (struct ether_place){0, 0}, 5000, MEGA);
	airrig_send(0, 100);
	airrig_run(5000);
	ck_assert_uint_eq(airrig.nodes[1].received, 0);
	ck_assert_uint_eq(airrig.nodes[0].downs, 1);
	ck_assert_uint_eq(airrig.nodes[1].downs, 1);
	airrig_run(20000);
	unsigned sightings = airrig.nodes[0].sightings + airrig.nodes[1].sightings;
	airrig_run(60000);
	ck_assert_uint_eq(airrig.nodes[0].sightings + airrig.nodes[1].sightings, sightings);
	ether_jam(airrig.ether, 0, (struct ether_place){0, 0}, 5000, 0);
	airrig_run(70000);
	ck_assert_uint_gt(airrig.nodes[0].sightings + airrig.nodes[1].sightings, sightings);
}
END_TEST

/* How many bytes of what node 0 sent came otherwise than sent. */
static size_t damage(enum air_tamper tamper, size_t *received)
{
	uint32_t bytes = 100 * RECORD_WIRE_MAX;
	airrig_open(5, NULL);
	airrig_pair();
	le_tamper(airrig.nodes[0].le, tamper);
	airrig_send(0, bytes);
	airrig_run(20000);
	size_t wrong = 0;
	*received = airrig.nodes[1].received;
	for (size_t i = 0; i < *received && i < bytes; i++)
		wrong += airrig.nodes[1].inbox[i] != (uint8_t)i;
	return wrong;
}

START_TEST(who_meddles_does_it_now_and_then)
{
	size_t received, all = 100 * RECORD_WIRE_MAX;
	ck_assert_uint_eq(damage(AIR_HONEST, &received), 0);
	ck_assert_uint_eq(received, all);
	airrig_close();
	size_t wrong = damage(AIR_FLIP, &received);
	ck_assert(wrong >= 1 && wrong <= 20 && received == all);
	airrig_close();
	damage(AIR_MUTE, &received);
	ck_assert(received < all && received > all * 3 / 4);
	airrig_close();
	damage(AIR_REPLAY, &received);
	ck_assert(received > all && received < all * 5 / 4);
	airrig_close();
	ck_assert_uint_gt(damage(AIR_REORDER, &received), 1000);
	ck_assert(received == all || received == all - RECORD_WIRE_MAX);
}
END_TEST

static uint64_t crowd(uint64_t seed)
{
	airrig_open(seed, NULL);
	struct fate walk;
	fate_seed(&walk, seed, 1000);
	for (uint32_t i = 0; i < AIRRIG_NODES; i++) {
		airrig_le(i)->dials = true;
		airrig_place(i, (int32_t)fate_below(&walk, 100000));
	}
	for (unsigned i = 0; i < 300; i++) {
		uint32_t who = fate_below(&walk, AIRRIG_NODES);
		airrig_place(who, (int32_t)fate_below(&walk, 100000));
		airrig_send(who, fate_below(&walk, 20000));
		if (i % 10 == 0 && airrig.nodes[who].renewals)
			airrig_news(who);
		airrig_run(fate_below(&walk, 5000));
	}
	ck_assert_uint_gt(airrig.air.sums.le_bytes, 100000);
	ck_assert_uint_eq(airrig.air.sums.links, airrig.links_up - airrig.links_down);
	return airrig.digest;
}

START_TEST(the_same_seed_gives_the_same_calls)
{
	uint64_t first = crowd(1);
	airrig_close();
	ck_assert_uint_eq(crowd(1), first);
	airrig_close();
	ck_assert_uint_ne(crowd(2), first);
}
END_TEST

START_TEST(energy_is_counted)
{
	airrig_open(1, NULL);
	airrig_le(0);
	airrig_place(0, 0);
	airrig_run(600000);
	const struct air_sums *sums = &airrig.air.sums;
	ck_assert_uint_ge(sums->advertise_ms, 590000);
	ck_assert_uint_le(sums->advertise_ms, 600000);
	/* Alone, it searches: 4 s of 5.25. */
	ck_assert(sums->scan_ms > 600000 * 2 / 3 && sums->scan_ms < 600000 * 85 / 100);
	ck_assert_uint_eq(sums->linked_ms, 0);
}
END_TEST

START_TEST(an_idle_link_ends)
{
	airrig_open(1, NULL);
	airrig_pair();
	uint64_t began = airrig_now();
	airrig_run(29000);
	ck_assert_uint_eq(airrig.nodes[0].downs + airrig.nodes[1].downs, 0);
	airrig_run(2000);
	ck_assert_uint_eq(airrig.nodes[0].downs, 1);
	ck_assert_uint_eq(airrig.nodes[1].downs, 1);
	ck_assert_uint_ge(airrig.nodes[0].down_ms, began + SCOUT_IDLE_MS - 20);
	ck_assert_uint_ge(airrig.air.sums.linked_ms, 2 * 29900);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_le");
	TCase *tcase = tcase_create("sim_le");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, NULL, stop);
	tcase_add_test(tcase, a_newcomer_is_heard_within_one_beacon_by_who_listens);
	tcase_add_test(tcase, who_listens_hears_a_change_and_who_comes_on_the_air_at_once);
	tcase_add_test(tcase, who_went_off_the_air_is_not_heard);
	tcase_add_test(tcase, a_radio_serves_its_links_in_turn);
	tcase_add_test(tcase, what_is_seen_is_the_beacon_and_it_can_be_dialled);
	tcase_add_test(tcase, nobody_out_of_reach_is_seen);
	tcase_add_test(tcase, bytes_arrive_whole_in_order_and_at_the_rate);
	tcase_add_test(tcase, a_latency_passes_before_a_byte_arrives);
	tcase_add_test(tcase, both_ways_share_the_air);
	tcase_add_test(tcase, loss_costs_time_and_loses_nothing);
	tcase_add_test(tcase, no_room_is_followed_by_writable_if_asked_for);
	tcase_add_test(tcase, nothing_arrives_after_parting_and_both_ends_notice);
	tcase_add_test(tcase, the_other_end_learns_of_a_hang_up_after_a_latency);
	tcase_add_test(tcase, who_is_switched_off_is_missed_by_the_other_end);
	tcase_add_test(tcase, a_dial_to_who_went_away_fails_in_its_time);
	tcase_add_test(tcase, a_controller_has_seven_links);
	tcase_add_test(tcase, address_beacon_and_links_change_together);
	tcase_add_test(tcase, every_change_of_the_beacon_is_shown_and_seen);
	tcase_add_test(tcase, noise_keeps_nodes_from_hearing_and_ends_links);
	tcase_add_test(tcase, who_meddles_does_it_now_and_then);
	tcase_add_test(tcase, the_same_seed_gives_the_same_calls);
	tcase_add_test(tcase, energy_is_counted);
	tcase_add_test(tcase, an_idle_link_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
