/* The links of a post: who may come, who must go, whom to dial. */
#include "tests/support/cluster.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "proto/hello.h"
#include "proto/session.h"

#include <string.h>

START_TEST(silent_and_half_open_links_end_on_time)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	for (uint32_t link = 1; link <= POST_HALF_OPEN_MAX; link++)
		ck_assert(post_link_up(cluster.post[0], link, LINK_ANSWERED, false, cluster.now));
	uint32_t closed;
	ck_assert(post_link_up(cluster.post[0], 50, LINK_ANSWERED, false, cluster.now)); /* one more: the oldest goes */
	ck_assert(post_next_closed(cluster.post[0], &closed) && closed != 50);
	ck_assert(!post_next_closed(cluster.post[0], &closed));
	ck_assert_uint_eq(post_next_deadline(cluster.post[0]), cluster.now.boot_ms); /* housekeeping first */
	ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
	ck_assert_uint_eq(post_next_deadline(cluster.post[0]), cluster.now.boot_ms + POST_HANDSHAKE_MS);
	cluster.now.boot_ms += POST_HANDSHAKE_MS;
	ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
	for (size_t n = 0; n < POST_HALF_OPEN_MAX; n++)
		ck_assert(post_next_closed(cluster.post[0], &closed));
	ck_assert(!post_next_closed(cluster.post[0], &closed));
	ck_assert(post_link_up(cluster.post[0], 99, LINK_ANSWERED, false, cluster.now));
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_crowd_of_half_open_links_cannot_keep_an_honest_one_out)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	cluster_give(&cluster, 1, &letter);
	for (uint32_t link = 1000; link < 1100; link++)
		ck_assert(post_link_up(cluster.post[0], link, LINK_ANSWERED, false, cluster.now));
	cluster_join(&cluster, 1, 0);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(half_open_links_do_not_push_out_one_that_is_open)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	size_t open = cluster_join(&cluster, 1, 0);
	cluster_run(&cluster);
	for (uint32_t link = 1000; link < 1050; link++)
		ck_assert(post_link_up(cluster.post[0], link, LINK_ANSWERED, false, cluster.now));
	cluster_run(&cluster);
	ck_assert(cluster.links[open].up);
	cluster_close(&cluster);
}
END_TEST

/* One endless guest: shakes hands with the post and says nothing more. Returns false if the post would not have it. */
static bool sit(struct cluster *cluster, uint32_t link)
{
	static struct session guest;
	static const uint8_t psk[PSK_SIZE], ephemeral[32] = {3};
	uint8_t buf[2 * RECORD_WIRE_MAX];
	struct session_setup setup = {.initiator = true, .psk = psk, .ephemeral_secret = ephemeral};
	session_start(&guest, &setup);
	if (!post_link_up(cluster->post[0], link, LINK_ANSWERED, false, cluster->now))
		return false;
	memset(session_greeting(&guest), 0, GLANCE_SIZE);
	size_t len = session_output(&guest, buf, sizeof(buf), false);
	ck_assert(post_link_input(cluster->post[0], link, buf, len, cluster->now));
	ck_assert_int_eq(post_settle(cluster->post[0], cluster->now), ERR_OK);
	len = post_link_output(cluster->post[0], link, true, buf, sizeof(buf), cluster->now);
	return len >= HANDSHAKE_SECOND_SIZE;
}

START_TEST(a_table_full_of_idle_guests_gives_one_up_for_a_newcomer)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	for (uint32_t link = 1; link <= POST_LINKS_MAX; link++)
		ck_assert(sit(&cluster, link));
	ck_assert(!sit(&cluster, 1000)); /* all have just come */
	cluster.now.boot_ms += 61000;
	ck_assert(sit(&cluster, 1001));
	uint32_t closed;
	ck_assert(post_next_closed(cluster.post[0], &closed) && closed <= POST_LINKS_MAX);
	cluster_close(&cluster);
}
END_TEST

/* A snapshot of 40,000 letters takes half a megabyte: not every silent guest can have one. */
START_TEST(silent_guests_cannot_make_a_post_hold_a_snapshot_for_each)
{
	enum { LETTERS = 40000, GUESTS = 60, FIT = POST_SNAPSHOT_BYTES_MAX / (LETTERS * 12) };
	struct cluster cluster;
	cluster_open(&cluster, 1, (uint64_t)LETTERS * 512);
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample letter = sample_sealed(n, CLASS_ROUTINE, 0);
		uint8_t id[LETTER_ID_SIZE];
		ck_assert_int_eq(post_submit(cluster.post[0], letter.bytes, letter.len, SUBMIT_CARRIED, id, cluster.now), VERDICT_STORED);
	}
	ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
	uint32_t closed, ended = 0;
	for (uint32_t link = 1; link <= GUESTS; link++) {
		cluster.now.boot_ms++;
		ck_assert(sit(&cluster, link));
		ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
		while (post_next_closed(cluster.post[0], &closed)) {
			ended++;
			ck_assert_uint_eq(closed, ended); /* the one that has been of no use for longest */
		}
	}
	ck_assert_uint_ge(GUESTS - ended, 2);
	ck_assert_uint_le(GUESTS - ended, FIT);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_quiet_link_is_kept_alive_and_a_dead_one_is_not)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	size_t link = cluster_join(&cluster, 0, 1);
	for (int minutes = 0; minutes < 30; minutes++) {
		cluster_run(&cluster);
		cluster_wait(&cluster, 60000);
	}
	ck_assert(cluster.links[link].up);
	cluster_wait(&cluster, POST_IDLE_MS + 1);
	ck_assert(!cluster.links[link].up);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_link_to_oneself_is_ended)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	ck_assert(post_link_up(cluster.post[0], 1, LINK_DIALLED, false, cluster.now));
	ck_assert(post_link_up(cluster.post[0], 2, LINK_ANSWERED, false, cluster.now));
	uint8_t buf[2 * RECORD_WIRE_MAX];
	bool up[3] = {false, true, true};
	for (int turn = 0; turn < 10; turn++)
		for (uint32_t link = 1; link <= 2; link++) {
			ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
			size_t len = post_link_output(cluster.post[0], link, true, buf, sizeof(buf), cluster.now);
			if (len > 0 && up[3 - link])
				up[3 - link] = post_link_input(cluster.post[0], 3 - link, buf, len, cluster.now);
		}
	ck_assert(!up[1] || !up[2]);
	cluster_close(&cluster);
}
END_TEST

START_TEST(of_two_links_between_two_posts_one_stays)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	size_t first = cluster_join(&cluster, 0, 1), second = cluster_join(&cluster, 1, 0);
	cluster_run(&cluster);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster.links[first].up + cluster.links[second].up, 1);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_second_link_later_does_not_end_the_first)
{
	for (int round = 0; round < 8; round++) { /* whichever handshake hash is the higher */
		struct cluster cluster;
		cluster_open(&cluster, 2, ROOMY);
		size_t first = cluster_join(&cluster, 0, 1);
		cluster_run(&cluster);
		cluster_wait(&cluster, 11000);
		size_t second = cluster_join(&cluster, 1, 0);
		cluster_run(&cluster);
		cluster_run(&cluster);
		ck_assert(cluster.links[first].up && !cluster.links[second].up);
		cluster_close(&cluster);
	}
}
END_TEST

/* Two posts of which one has a letter, and the beacons they show. */
static void open_strangers(struct cluster *cluster, uint8_t beacons[2][BEACON_SIZE])
{
	cluster_open(cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0);
	cluster_give(cluster, 0, &letter);
	for (size_t i = 0; i < 2; i++)
		ck_assert(post_beacon(cluster->post[i], beacons[i]));
}

START_TEST(a_dial_that_came_to_nothing_is_tried_again_soon)
{
	struct cluster cluster;
	uint8_t beacons[2][BEACON_SIZE];
	open_strangers(&cluster, beacons);
	size_t low = memcmp(beacons[0], beacons[1], BEACON_NONCE_SIZE) < 0 ? 0 : 1;
	ck_assert(post_sighting(cluster.post[low], beacons[1 - low], false, cluster.now));
	cluster_wait(&cluster, 9000);
	ck_assert(!post_sighting(cluster.post[low], beacons[1 - low], false, cluster.now));
	cluster_wait(&cluster, 2000);
	ck_assert(post_sighting(cluster.post[low], beacons[1 - low], false, cluster.now));
	cluster_close(&cluster);
}
END_TEST

START_TEST(only_the_lower_nonce_dials_and_only_when_there_is_news)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0);
	uint8_t beacons[2][BEACON_SIZE];
	ck_assert(post_beacon(cluster.post[0], beacons[0]) && post_beacon(cluster.post[1], beacons[1]));
	for (size_t i = 0; i < 2; i++)
		ck_assert(!post_sighting(cluster.post[i], beacons[1 - i], false, cluster.now)); /* both empty: nothing to say */
	cluster_give(&cluster, 0, &letter);
	ck_assert(post_beacon(cluster.post[0], beacons[0]));
	ck_assert(!post_beacon(cluster.post[0], beacons[0]));
	int dials = 0;
	for (size_t i = 0; i < 2; i++)
		dials += post_sighting(cluster.post[i], beacons[1 - i], false, cluster.now);
	ck_assert_int_eq(dials, 1);
	for (size_t i = 0; i < 2; i++)
		ck_assert(!post_sighting(cluster.post[i], beacons[1 - i], false, cluster.now)); /* just tried */
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_beacon_that_was_not_worth_dialling_is_once_we_have_news)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0);
	uint8_t beacon[BEACON_SIZE];
	ck_assert(post_beacon(cluster.post[1], beacon));
	for (size_t i = 0; i < 3; i++)
		ck_assert(!post_sighting(cluster.post[0], beacon, true, cluster.now));
	cluster_give(&cluster, 0, &letter);
	ck_assert(post_sighting(cluster.post[0], beacon, true, cluster.now));
	cluster_close(&cluster);
}
END_TEST

START_TEST(the_other_side_dials_if_the_one_whose_turn_it_is_does_not)
{
	struct cluster cluster;
	uint8_t beacons[2][BEACON_SIZE];
	open_strangers(&cluster, beacons);
	size_t high = memcmp(beacons[0], beacons[1], BEACON_NONCE_SIZE) > 0 ? 0 : 1;
	ck_assert(!post_sighting(cluster.post[high], beacons[1 - high], false, cluster.now));
	cluster_wait(&cluster, 5999);
	ck_assert(!post_sighting(cluster.post[high], beacons[1 - high], false, cluster.now));
	cluster_wait(&cluster, 4001);
	ck_assert(post_sighting(cluster.post[high], beacons[1 - high], false, cluster.now));
	ck_assert(!post_sighting(cluster.post[high], beacons[1 - high], false, cluster.now)); /* just tried */
	cluster_close(&cluster);
}
END_TEST

START_TEST(who_shows_no_beacon_dials_at_once)
{
	struct cluster cluster;
	uint8_t beacons[2][BEACON_SIZE];
	open_strangers(&cluster, beacons);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(post_sighting(cluster.post[i], beacons[1 - i], true, cluster.now));
		ck_assert(!post_sighting(cluster.post[i], beacons[i], true, cluster.now)); /* itself */
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_slow_link_ends_when_a_fast_one_to_the_same_post_is_up)
{
	for (unsigned slow_first = 0; slow_first < 2; slow_first++)
		for (size_t dialler = 0; dialler < 2; dialler++) {
			struct cluster cluster;
			cluster_open(&cluster, 2, ROOMY);
			size_t slow = 0, fast = 0;
			if (slow_first)
				slow = cluster_join_slow(&cluster, 0, 1);
			else
				fast = cluster_join(&cluster, dialler, 1 - dialler);
			cluster_run(&cluster);
			if (slow_first)
				fast = cluster_join(&cluster, dialler, 1 - dialler);
			else
				slow = cluster_join_slow(&cluster, 0, 1);
			cluster_run(&cluster);
			cluster_run(&cluster);
			ck_assert(cluster.links[fast].up && !cluster.links[slow].up);
			cluster_close(&cluster);
		}
}
END_TEST

/* A stranger on the fast network shows the nonce of the post at the other end of our slow link. */
START_TEST(nobody_ends_a_slow_link_by_showing_anothers_nonce)
{
	struct cluster cluster;
	cluster_open(&cluster, 3, ROOMY);
	size_t slow = cluster_join_slow(&cluster, 0, 1);
	cluster_join(&cluster, 2, 1); /* a fast link, but another one */
	cluster_run(&cluster);
	uint8_t beacon[BEACON_SIZE], buf[2 * RECORD_WIRE_MAX];
	ck_assert(post_beacon(cluster.post[1], beacon));
	static struct session stranger;
	static const uint8_t psk[PSK_SIZE], ephemeral[DH_KEY_SIZE] = {5};
	enum { FAST = 900 };
	session_start(&stranger, &(struct session_setup){.initiator = true, .psk = psk, .ephemeral_secret = ephemeral});
	ck_assert(post_link_up(cluster.post[0], FAST, LINK_ANSWERED, false, cluster.now));
	memset(session_greeting(&stranger), 0, GLANCE_SIZE);
	size_t len = session_output(&stranger, buf, sizeof(buf), false);
	ck_assert(post_link_input(cluster.post[0], FAST, buf, len, cluster.now));
	ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
	len = post_link_output(cluster.post[0], FAST, true, buf, sizeof(buf), cluster.now);
	session_input(&stranger, buf, len);
	struct hello hello = {.wants = {.capacity = 96}};
	memcpy(hello.nonce, beacon, BEACON_NONCE_SIZE);
	hello_encode(&hello, 0, session_message(&stranger, MESSAGE_HELLO, HELLO_SIZE));
	len = session_output(&stranger, buf, sizeof(buf), false);
	ck_assert(post_link_input(cluster.post[0], FAST, buf, len, cluster.now));
	cluster_run(&cluster); /* the TWIN of the stranger's link reaches post 1, which does not know that link */
	ck_assert(cluster.links[slow].up);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	cluster_give(&cluster, 0, &letter);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_backlog_on_a_slow_link_makes_a_lane_and_on_a_fast_one_none)
{
	static const struct lane_group group = {
		.frequency_mhz = 2437, .port = 1, .address = {0xfe, 0x80}, .ssid_len = 1, .passphrase_len = 8, .ssid = "x", .passphrase = "password"};
	for (unsigned slow = 0; slow < 2; slow++) {
		struct cluster cluster;
		struct lane_group told;
		cluster_open(&cluster, 2, ROOMY);
		for (uint32_t n = 0; n < LANES_WORTH_BYTES / 4096 + 40; n++) {
			struct sample letter = sample_sealed(n, CLASS_ROUTINE, 3);
			cluster_give(&cluster, 0, &letter);
		}
		for (size_t i = 0; i < 2; i++)
			post_lane_can(cluster.post[i], LANE_CAN_JOIN | LANE_CAN_MAKE);
		if (slow)
			cluster_join_slow(&cluster, 1, 0);
		else
			cluster_join(&cluster, 1, 0);
		enum lanes_wish wish = LANES_WISH_NONE;
		for (unsigned turn = 0; turn < 6 && wish == LANES_WISH_NONE; turn++) {
			cluster_turn(&cluster);
			wish = post_lane_wish(cluster.post[0], &told);
		}
		ck_assert_int_eq(wish, slow ? LANES_WISH_MAKE : LANES_WISH_NONE);
		cluster_run(&cluster);
		ck_assert(!post_link_may_speak(cluster.post[0], 1));
		post_lane_made(cluster.post[0], &group);
		cluster_run(&cluster);
		ck_assert_int_eq(post_lane_wish(cluster.post[1], &told), slow ? LANES_WISH_JOIN : LANES_WISH_NONE);
		if (slow)
			ck_assert_mem_eq(&told, &group, sizeof(group));
		cluster_close(&cluster);
	}
}
END_TEST

START_TEST(a_renewed_post_shows_another_nonce_and_keeps_it_until_the_next)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	uint8_t before[BEACON_SIZE], after[BEACON_SIZE];
	ck_assert(post_beacon(cluster.post[0], before));
	for (unsigned round = 0; round < 16; round++) {
		post_renew(cluster.post[0], cluster.now);
		ck_assert(post_beacon(cluster.post[0], after));
		ck_assert_mem_ne(before, after, BEACON_NONCE_SIZE);
		cluster_wait(&cluster, 920000); /* the longest life of an address and its silence */
		ck_assert(!post_beacon(cluster.post[0], before));
	}
	cluster_wait(&cluster, 280000);
	ck_assert(post_beacon(cluster.post[0], after));
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_urgent_letter_is_hurried_until_somebody_has_it)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample routine = sample_sealed(1, CLASS_NEED, 0), urgent = sample_sealed(2, CLASS_URGENT, 0),
		      lonely = sample_sealed(3, CLASS_URGENT, 0);
	cluster_give(&cluster, 0, &routine);
	ck_assert(!post_urgent(cluster.post[0], cluster.now));
	cluster_give(&cluster, 0, &urgent);
	ck_assert(post_urgent(cluster.post[0], cluster.now));
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert(!post_urgent(cluster.post[0], cluster.now));
	ck_assert(post_urgent(cluster.post[1], cluster.now)); /* whose turn it is now */
	cluster_cut(&cluster, 0);
	cluster_give(&cluster, 0, &lonely);
	ck_assert(post_urgent(cluster.post[0], cluster.now));
	cluster_wait(&cluster, 600000);
	ck_assert(!post_urgent(cluster.post[0], cluster.now));
	cluster_close(&cluster);
}
END_TEST

static size_t say(struct cluster *cluster, size_t from, bool lesser)
{
	static uint8_t buf[2 * RECORD_WIRE_MAX];
	ck_assert_int_eq(post_settle(cluster->post[from], cluster->now), ERR_OK);
	return post_link_output(cluster->post[from], 1, lesser, buf, sizeof(buf), cluster->now);
}

START_TEST(a_link_on_which_nothing_is_to_be_said_need_not_be_asked)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert(!post_link_may_speak(cluster.post[0], 1) && !post_link_may_speak(cluster.post[1], 1));
	ck_assert(!post_link_may_speak(cluster.post[0], 2)); /* there is none */
	struct sample letter = sample_sealed(1, CLASS_ROUTINE, 3);
	cluster_give(&cluster, 0, &letter);
	ck_assert_uint_eq(say(&cluster, 0, false), 0);
	ck_assert(post_link_may_speak(cluster.post[0], 1)); /* an offer, when its turn comes */
	cluster_run(&cluster);
	ck_assert(!post_link_may_speak(cluster.post[0], 1));
	cluster.now.boot_ms += POST_KEEPALIVE_MS;
	ck_assert_uint_gt(say(&cluster, 0, false), 0);
	ck_assert_uint_eq(say(&cluster, 0, false), 0);
	ck_assert(!post_link_may_speak(cluster.post[0], 1));
	cluster_close(&cluster);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("links");
	TCase *test_case = tcase_create("links");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, silent_and_half_open_links_end_on_time);
	tcase_add_test(test_case, a_crowd_of_half_open_links_cannot_keep_an_honest_one_out);
	tcase_add_test(test_case, half_open_links_do_not_push_out_one_that_is_open);
	tcase_add_test(test_case, a_table_full_of_idle_guests_gives_one_up_for_a_newcomer);
	tcase_add_test(test_case, silent_guests_cannot_make_a_post_hold_a_snapshot_for_each);
	tcase_add_test(test_case, a_quiet_link_is_kept_alive_and_a_dead_one_is_not);
	tcase_add_test(test_case, a_link_on_which_nothing_is_to_be_said_need_not_be_asked);
	tcase_add_test(test_case, a_link_to_oneself_is_ended);
	tcase_add_test(test_case, of_two_links_between_two_posts_one_stays);
	tcase_add_test(test_case, a_second_link_later_does_not_end_the_first);
	tcase_add_test(test_case, a_dial_that_came_to_nothing_is_tried_again_soon);
	tcase_add_test(test_case, only_the_lower_nonce_dials_and_only_when_there_is_news);
	tcase_add_test(test_case, a_beacon_that_was_not_worth_dialling_is_once_we_have_news);
	tcase_add_test(test_case, the_other_side_dials_if_the_one_whose_turn_it_is_does_not);
	tcase_add_test(test_case, who_shows_no_beacon_dials_at_once);
	tcase_add_test(test_case, a_slow_link_ends_when_a_fast_one_to_the_same_post_is_up);
	tcase_add_test(test_case, nobody_ends_a_slow_link_by_showing_anothers_nonce);
	tcase_add_test(test_case, a_backlog_on_a_slow_link_makes_a_lane_and_on_a_fast_one_none);
	tcase_add_test(test_case, a_renewed_post_shows_another_nonce_and_keeps_it_until_the_next);
	tcase_add_test(test_case, an_urgent_letter_is_hurried_until_somebody_has_it);
	suite_add_tcase(suite, test_case);
	return suite;
}
