#include "platform/scout.h"
#include "tests/support/suite.h"

#include <string.h>

enum { BEGIN_MS = 1000000, ROTATION_MS = 900000 };

static struct scout scout;
static struct scout_view view;
static struct scout_orders orders;
static uint64_t now;

static struct near_address address_of(uint8_t who)
{
	return (struct near_address){.bytes = {who, 1}};
}

/* A radio that does at once what it is told. */
static void step(void)
{
	scout_step(&scout, &view, now, &orders);
	view.advertising = orders.advertise;
	view.listening = orders.listen;
}

static void run(uint64_t ms)
{
	uint64_t until = now + ms;
	while (now < until) {
		step();
		now = orders.next_ms > now ? orders.next_ms : now + 1;
		now = now < until ? now : until;
	}
	step();
}

static void start(void)
{
	uint8_t beacon[BEACON_SIZE] = {99};
	now = BEGIN_MS;
	view = (struct scout_view){.able = true, .can_advertise = true, .can_listen = true, .battery = DUTY_BATTERY_MAINS};
	scout_open(&scout, 5, ROTATION_MS, now);
	step();
	ck_assert(orders.renew && orders.silent && !orders.advertise && !orders.listen);
	ck_assert(scout_beacon(&scout, beacon, now));
}

static bool hear(uint8_t who, uint8_t digest)
{
	uint8_t beacon[BEACON_SIZE] = {who};
	struct near_address from = address_of(who);
	beacon[BEACON_NONCE_SIZE] = digest;
	return scout_heard(&scout, beacon, &from, now);
}

static void add_link(uint32_t number, bool up, bool accepted, uint8_t who)
{
	view.links[view.link_count++] = (struct scout_link){number, up, accepted, address_of(who), now};
}

START_TEST(an_identity_begins_by_listening)
{
	step();
	ck_assert(orders.listen && !orders.advertise && !orders.silent);
	step();
	ck_assert(orders.listen && orders.advertise);
	ck_assert_uint_eq(scout_shown(&scout)[0], 99);
	/* Who cannot listen need not wait. */
	start();
	view.can_listen = false;
	step();
	ck_assert(orders.advertise);
}
END_TEST

START_TEST(after_a_renewal_nothing_is_shown_before_there_is_a_beacon)
{
	uint8_t beacon[BEACON_SIZE] = {98};
	run(ROTATION_MS - DUTY_LEAD_MS);
	ck_assert(orders.silent && !orders.advertise && !orders.listen);
	while (!orders.renew) {
		now = orders.next_ms;
		step();
	}
	run(60000);
	ck_assert(orders.silent && !orders.advertise);
	ck_assert(scout_beacon(&scout, beacon, now));
	run(100);
	ck_assert(!orders.silent && orders.advertise);
}
END_TEST

START_TEST(our_own_beacon_is_not_heard)
{
	step();
	ck_assert(!hear(99, 1));
	ck_assert(hear(1, 1));
	ck_assert_uint_eq(scout_neighbours(&scout, now, 1000), 1);
}
END_TEST

START_TEST(a_changed_beacon_is_news_and_the_same_is_none)
{
	uint8_t beacon[BEACON_SIZE] = {99};
	run(DUTY_NEWS_MS + 1);
	hear(1, 1);
	struct near_address one = address_of(1);
	ck_assert(scout_up(&scout, 5, &one));
	step();
	ck_assert_int_eq(scout_pace(&scout), RADIO_PACE_SETTLED);
	ck_assert(!scout_beacon(&scout, beacon, now));
	step();
	ck_assert_int_eq(scout_pace(&scout), RADIO_PACE_SETTLED);
	beacon[BEACON_NONCE_SIZE] = 7;
	ck_assert(scout_beacon(&scout, beacon, now));
	step();
	ck_assert_int_eq(scout_pace(&scout), RADIO_PACE_SEARCH);
	ck_assert(scout_hurry(&scout, true));
	ck_assert(!scout_hurry(&scout, true));
	step();
	ck_assert_int_eq(scout_pace(&scout), RADIO_PACE_URGENT);
}
END_TEST

START_TEST(a_link_without_traffic_ends_and_one_with_traffic_does_not)
{
	step();
	add_link(4, true, false, 1);
	add_link(5, true, true, 2);
	add_link(6, false, false, 3);
	run(SCOUT_IDLE_MS - 1000);
	ck_assert_uint_eq(orders.idle_count, 0);
	view.links[1].traffic_ms = now;
	run(999);
	ck_assert_uint_eq(orders.idle_count, 0);
	now++;
	step();
	ck_assert_uint_eq(orders.idle_count, 1);
	ck_assert_uint_eq(orders.idle[0], 4);
	ck_assert_uint_le(orders.next_ms, now);
}
END_TEST

START_TEST(in_a_crowd_links_are_idle_sooner)
{
	step();
	for (uint8_t i = 0; i < SCOUT_LINKS_MAX; i++)
		add_link(10u + i, true, true, i);
	run(SCOUT_IDLE_CROWDED_MS);
	ck_assert_uint_eq(orders.idle_count, 0);
	hear(50, 1); /* somebody waits */
	step();
	ck_assert_uint_eq(orders.idle_count, SCOUT_LINKS_MAX);
}
END_TEST

START_TEST(a_dial_is_one_at_a_time)
{
	struct near_address one = address_of(1);
	step();
	hear(1, 1);
	hear(2, 1);
	ck_assert(scout_may_dial(&scout, &view, now));
	ck_assert_ptr_nonnull(scout_offer(&scout, now, 0));
	scout_dials(&scout, &view, 7, &one);
	ck_assert(!scout_may_dial(&scout, &view, now));
	ck_assert_ptr_null(scout_offer(&scout, now, 0));
	add_link(7, false, false, 1);
	step();
	ck_assert(!orders.listen);
	scout_down(&scout, 7, now, 0);
	view.link_count = 0;
	ck_assert(scout_let_go(&scout, &view, 7, &one, now));
	ck_assert(scout_may_dial(&scout, &view, now));
	ck_assert_ptr_nonnull(scout_offer(&scout, now, 0));
	/* Who failed or was let go rests. */
	hear(1, 1);
	ck_assert_ptr_null(scout_offer(&scout, now, 0));
	hear(1, 2);
	now += SCOUT_REST_MS - 1;
	ck_assert_ptr_null(scout_offer(&scout, now, 0));
	now += 1;
	ck_assert_ptr_nonnull(scout_offer(&scout, now, 0));
}
END_TEST

START_TEST(an_address_with_another_link_does_not_rest)
{
	struct near_address one = address_of(1);
	step();
	add_link(8, true, true, 1);
	ck_assert(!scout_let_go(&scout, &view, 7, &one, now));
	view.link_count = 0;
	ck_assert(scout_let_go(&scout, &view, 8, &one, now));
}
END_TEST

START_TEST(no_link_lives_through_silence)
{
	struct near_address one = address_of(1);
	step();
	ck_assert(scout_up(&scout, 3, &one));
	run(ROTATION_MS - DUTY_LEAD_MS);
	ck_assert(orders.silent);
	ck_assert(!scout_up(&scout, 4, &one));
	ck_assert(!scout_may_dial(&scout, &view, now));
}
END_TEST

/* An adapter that cannot dial while it has a link the other side opened. */
START_TEST(dials_that_a_link_seems_to_prevent_become_rare)
{
	struct near_address one = address_of(1);
	uint64_t waited_before = 0;
	step();
	add_link(3, true, true, 2);
	for (unsigned i = 1; i < SCOUT_TRAP_FAILS; i++) {
		scout_dials(&scout, &view, 100 + i, &one);
		scout_down(&scout, 100 + i, now, 0);
		ck_assert(scout_may_dial(&scout, &view, now)); /* the others may have walked on */
	}
	for (unsigned i = 0; i < SCOUT_TRAP_DOUBLINGS_MAX + 2; i++) {
		ck_assert(scout_may_dial(&scout, &view, now));
		scout_dials(&scout, &view, 10 + i, &one);
		scout_down(&scout, 10 + i, now, 0);
		uint64_t waited = 0;
		while (!scout_may_dial(&scout, &view, now + waited))
			waited += SCOUT_TRAP_MS;
		ck_assert_uint_eq(waited, i == 0 ? SCOUT_TRAP_MS : i <= SCOUT_TRAP_DOUBLINGS_MAX ? waited_before * 2 : waited_before);
		waited_before = waited;
		/* Without that link it may be tried. */
		view.link_count = 0;
		ck_assert(scout_may_dial(&scout, &view, now));
		view.link_count = 1;
		now += waited;
	}
	/* A dial that worked out beside one shows that this adapter can. */
	scout_dials(&scout, &view, 90, &one);
	ck_assert(scout_up(&scout, 90, &one));
	for (unsigned i = 0; i < 2 * SCOUT_TRAP_FAILS; i++) {
		scout_dials(&scout, &view, 91 + i, &one);
		scout_down(&scout, 91 + i, now, 0);
		ck_assert(scout_may_dial(&scout, &view, now));
	}
	/* Of another adapter nothing is known. */
	scout_address_lost(&scout);
	for (unsigned i = 0; i < SCOUT_TRAP_FAILS; i++) {
		ck_assert(scout_may_dial(&scout, &view, now));
		scout_dials(&scout, &view, 111 + i, &one);
		scout_down(&scout, 111 + i, now, 0);
	}
	ck_assert(!scout_may_dial(&scout, &view, now + SCOUT_TRAP_MS - 1));
	ck_assert(scout_may_dial(&scout, &view, now + SCOUT_TRAP_MS));
}
END_TEST

START_TEST(a_dial_without_such_a_link_is_no_trap)
{
	struct near_address one = address_of(1);
	step();
	scout_dials(&scout, &view, 10, &one);
	scout_down(&scout, 10, now, 0);
	add_link(3, true, true, 2);
	ck_assert(scout_may_dial(&scout, &view, now));
}
END_TEST

START_TEST(wakes_are_counted_once_a_moment)
{
	step();
	for (unsigned i = 0; i < 10; i++)
		scout_woke(&scout, now);
	scout_woke(&scout, now + 1);
	ck_assert_uint_eq(scout_airtime(&scout)[scout_pace(&scout)].wakes, 2);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("scout");
	TCase *tcase = tcase_create("scout");
	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, an_identity_begins_by_listening);
	tcase_add_test(tcase, after_a_renewal_nothing_is_shown_before_there_is_a_beacon);
	tcase_add_test(tcase, our_own_beacon_is_not_heard);
	tcase_add_test(tcase, a_changed_beacon_is_news_and_the_same_is_none);
	tcase_add_test(tcase, a_link_without_traffic_ends_and_one_with_traffic_does_not);
	tcase_add_test(tcase, in_a_crowd_links_are_idle_sooner);
	tcase_add_test(tcase, a_dial_is_one_at_a_time);
	tcase_add_test(tcase, an_address_with_another_link_does_not_rest);
	tcase_add_test(tcase, no_link_lives_through_silence);
	tcase_add_test(tcase, dials_that_a_link_seems_to_prevent_become_rare);
	tcase_add_test(tcase, a_dial_without_such_a_link_is_no_trap);
	tcase_add_test(tcase, wakes_are_counted_once_a_moment);
	suite_add_tcase(suite, tcase);
	return suite;
}
