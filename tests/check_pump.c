#include "node/post/pump.h"
#include "tests/support/cluster.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 1 << 20 };

/* A radio on one end of a wire. It has one link at most, and what is sent waits until the test carries it. */
struct end {
	struct radio radio;
	struct pump *pump;
	uint32_t link; /* 0: none */
	bool open;
	size_t room;
	bool fails; /* connect() finds nobody */
	unsigned connects, closes, rooms_asked;
	uint8_t shown[BEACON_SIZE];
	unsigned shows;
	uint8_t *queue;
	size_t queued;
};

static struct cluster cluster;
static struct pump *pumps[2];
static struct end ends[2];
static struct end other_end; /* a second radio of post 0 */

static struct moment cluster_now(void *owner)
{
	(void)owner; /* one clock for all */
	return cluster.now;
}

static void end_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	struct end *end = radio->state;
	memcpy(end->shown, beacon, BEACON_SIZE);
	end->shows++;
}

static uint32_t end_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	struct end *end = radio->state;
	ck_assert_uint_eq(len, 1);
	ck_assert_uint_eq(*address, 'x');
	end->connects++;
	end->link = 100 + end->connects;
	return end->fails ? 0 : end->link;
}

static size_t end_room(struct radio *radio, uint32_t link)
{
	struct end *end = radio->state;
	ck_assert_uint_eq(link, end->link);
	end->rooms_asked++;
	return end->room;
}

static void end_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct end *end = radio->state;
	ck_assert_uint_eq(link, end->link);
	ck_assert_uint_le(len, end->room);
	ck_assert_uint_le(end->queued + len, QUEUE_MAX);
	memcpy(end->queue + end->queued, bytes, len);
	end->queued += len;
}

static void end_close(struct radio *radio, uint32_t link)
{
	struct end *end = radio->state;
	ck_assert_uint_eq(link, end->link);
	end->closes++;
	end->open = false;
	end->queued = 0;
}

static void open_end(struct end *end, struct pump *pump)
{
	*end = (struct end){.pump = pump, .room = 65536, .queue = malloc(QUEUE_MAX)};
	end->radio = (struct radio){
		.name = "test",
		.state = end,
		.beacon = end_beacon,
		.connect = end_connect,
		.room = end_room,
		.send = end_send,
		.close = end_close,
	};
	pump_add_radio(pump, &end->radio);
}

/* A lane that does nothing but say what it was asked. */
static struct {
	unsigned can, makes, joins, ends;
	struct lane_group joined;
} road;

static unsigned road_can(const struct lane *lane)
{
	(void)lane; /* there is one */
	return road.can;
}

static void road_make(struct lane *lane)
{
	(void)lane;
	road.makes++;
}

static void road_join(struct lane *lane, const struct lane_group *group)
{
	(void)lane;
	road.joins++;
	road.joined = *group;
}

static void road_end(struct lane *lane)
{
	(void)lane;
	road.ends++;
}

static struct lane lane = {.can = road_can, .make = road_make, .join = road_join, .end = road_end};

static void start(void)
{
	memset(&road, 0, sizeof road);
	cluster_open(&cluster, 2, ROOMY);
	for (unsigned i = 0; i < 2; i++) {
		pumps[i] = pump_new(&(struct pump_config){.post = cluster.post[i], .now = cluster_now});
		ck_assert_ptr_nonnull(pumps[i]);
		open_end(&ends[i], pumps[i]);
	}
	open_end(&other_end, pumps[0]);
}

static void stop(void)
{
	for (unsigned i = 0; i < 2; i++) {
		pump_free(pumps[i]);
		free(ends[i].queue);
	}
	free(other_end.queue);
	cluster_close(&cluster);
}

static const struct radio_listener *upward(struct end *end)
{
	return pump_listener(end->pump);
}

static void up(struct end *end, uint32_t link, enum link_kind kind)
{
	end->link = link;
	end->open = true;
	upward(end)->up(upward(end)->owner, &end->radio, link, kind);
}

static void down(struct end *end)
{
	end->open = false;
	end->queued = 0;
	upward(end)->down(upward(end)->owner, &end->radio, end->link);
}

static void input(struct end *end, const uint8_t *bytes, size_t len)
{
	upward(end)->input(upward(end)->owner, &end->radio, end->link, bytes, len);
}

static void sight(struct end *end, const uint8_t *beacon)
{
	struct radio_sighting sighting = {.address = {'x'}, .address_len = 1};
	memcpy(sighting.beacon, beacon, BEACON_SIZE);
	upward(end)->sighting(upward(end)->owner, &end->radio, &sighting);
}

static void turns(void)
{
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(pump_turn(pumps[i]), ERR_OK);
}

/* Moves what was sent to the other end. True if there was anything. */
static bool carry(struct end *from, struct end *to)
{
	size_t len = from->queued;
	if (len == 0 || !to->open)
		return false;
	from->queued = 0;
	input(to, from->queue, len);
	return true;
}

static void run(void)
{
	turns();
	for (unsigned i = 0; i < 1000; i++) {
		bool moved = carry(&ends[0], &ends[1]);
		moved = carry(&ends[1], &ends[0]) || moved;
		turns();
		if (!moved)
			return;
	}
	ck_abort_msg("they never fell silent");
}

static struct sample submit(unsigned post, uint32_t number)
{
	struct sample letter = sample_sealed(number, CLASS_NEED, 1);
	uint8_t id[LETTER_ID_SIZE];
	ck_assert_int_eq(post_submit(cluster.post[post], letter.bytes, letter.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	pump_touch(pumps[post]);
	return letter;
}

/* A beacon the post at the other end would show, with its news, and such that it is post 0 who dials. */
static void foreign_beacon(uint8_t beacon[static BEACON_SIZE])
{
	memset(beacon, 0xff, BEACON_SIZE);
}

START_TEST(letters_cross_from_pump_to_pump)
{
	struct sample letter = submit(0, 1);
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	run();
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
	struct sample answer = submit(1, 2);
	run();
	ck_assert_int_eq(cluster_place(&cluster, 0, answer.id), PLACE_HELD);
}
END_TEST

START_TEST(a_link_without_room_gets_nothing_until_it_is_writable)
{
	struct sample letter = submit(0, 1);
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	ends[0].room = POST_OUTPUT_MIN - 1;
	run();
	ck_assert_uint_eq(ends[0].queued, 0);
	ends[0].room = POST_OUTPUT_MIN;
	ck_assert_uint_gt(pump_next_deadline(pumps[0]), cluster.now.boot_ms);
	upward(&ends[0])->writable(upward(&ends[0])->owner, &ends[0].radio, 1);
	ck_assert_uint_eq(pump_next_deadline(pumps[0]), 0);
	run();
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
}
END_TEST

START_TEST(a_link_the_post_does_not_want_is_closed_once)
{
	up(&ends[0], 1, LINK_GATEWAY_ANSWERED); /* post 0 is no gateway */
	ck_assert_uint_eq(ends[0].closes, 0);
	input(&ends[0], (const uint8_t *)"hello", 5);
	turns();
	ck_assert_uint_eq(ends[0].closes, 1);
	turns();
	ck_assert_uint_eq(ends[0].closes, 1);
}
END_TEST

START_TEST(noise_on_a_link_ends_it)
{
	uint8_t noise[HANDSHAKE_FIRST_SIZE];
	memset(noise, 0x55, sizeof noise);
	up(&ends[0], 1, LINK_ANSWERED);
	input(&ends[0], noise, sizeof noise);
	input(&ends[0], noise, sizeof noise);
	turns();
	ck_assert_uint_eq(ends[0].closes, 1);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_HANDSHAKES_FAILED), 1);
}
END_TEST

START_TEST(a_silent_link_is_closed_when_its_time_is_over)
{
	up(&ends[0], 1, LINK_ANSWERED);
	turns();
	ck_assert_uint_le(pump_next_deadline(pumps[0]), cluster.now.boot_ms + POST_HANDSHAKE_MS);
	cluster.now.boot_ms += POST_HANDSHAKE_MS;
	turns();
	ck_assert_uint_eq(ends[0].closes, 1);
}
END_TEST

START_TEST(an_idle_link_without_room_wakes_nobody)
{
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	run();
	ends[0].room = 0;
	cluster.now.boot_ms += POST_KEEPALIVE_MS;
	ck_assert_int_eq(pump_turn(pumps[0]), ERR_OK);
	ck_assert_uint_gt(pump_next_deadline(pumps[0]), cluster.now.boot_ms);
	ends[0].room = 65536;
	upward(&ends[0])->writable(upward(&ends[0])->owner, &ends[0].radio, ends[0].link);
	ck_assert_int_eq(pump_turn(pumps[0]), ERR_OK);
	ck_assert_uint_gt(ends[0].queued, 0);
}
END_TEST

START_TEST(a_link_that_went_down_is_not_touched_again)
{
	up(&ends[0], 1, LINK_DIALLED);
	turns();
	down(&ends[0]);
	unsigned asked = ends[0].rooms_asked;
	submit(0, 1);
	turns();
	cluster.now.boot_ms += POST_HANDSHAKE_MS;
	turns();
	ck_assert_uint_eq(ends[0].rooms_asked, asked);
	ck_assert_uint_eq(ends[0].closes, 0);
}
END_TEST

START_TEST(a_neighbour_heard_by_two_radios_is_dialled_by_one)
{
	uint8_t beacon[BEACON_SIZE];
	foreign_beacon(beacon);
	sight(&ends[0], beacon);
	cluster.now.boot_ms += 3600000; /* the post itself would dial again by now */
	sight(&other_end, beacon);
	ck_assert_uint_eq(ends[0].connects, 1);
	ck_assert_uint_eq(other_end.connects, 0);
}
END_TEST

START_TEST(a_neighbour_that_could_not_be_dialled_is_dialled_again_later)
{
	uint8_t beacon[BEACON_SIZE];
	foreign_beacon(beacon);
	sight(&ends[0], beacon);
	down(&ends[0]);
	cluster.now.boot_ms += 3600000;
	sight(&ends[0], beacon);
	ck_assert_uint_eq(ends[0].connects, 2);
	down(&ends[0]);
	ends[0].fails = true;
	cluster.now.boot_ms += 3600000;
	sight(&ends[0], beacon);
	cluster.now.boot_ms += 3600000;
	sight(&ends[0], beacon);
	ck_assert_uint_eq(ends[0].connects, 4);
}
END_TEST

START_TEST(every_radio_shows_the_beacon_and_shows_it_anew_when_there_is_news)
{
	turns();
	ck_assert_uint_eq(ends[0].shows, 1);
	ck_assert_uint_eq(other_end.shows, 1);
	uint8_t before[BEACON_SIZE];
	memcpy(before, ends[0].shown, BEACON_SIZE);
	ck_assert_mem_eq(other_end.shown, before, BEACON_SIZE);
	submit(0, 1);
	turns();
	ck_assert_uint_eq(ends[0].shows, 2);
	ck_assert_mem_ne(ends[0].shown, before, BEACON_SIZE);
	ck_assert_mem_eq(other_end.shown, ends[0].shown, BEACON_SIZE);
}
END_TEST

START_TEST(a_turn_in_which_nothing_happened_does_nothing)
{
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	submit(0, 1);
	run();
	unsigned asked = ends[0].rooms_asked;
	uint64_t commits = cluster_count(&cluster, 0, TALLY_COMMITS);
	for (unsigned i = 0; i < 10; i++)
		turns();
	ck_assert_uint_eq(ends[0].rooms_asked, asked);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_COMMITS), commits);
	ck_assert_uint_gt(pump_next_deadline(pumps[0]), cluster.now.boot_ms);
}
END_TEST

START_TEST(many_letters_of_one_turn_share_a_commit)
{
	uint64_t commits = cluster_count(&cluster, 0, TALLY_COMMITS);
	for (uint32_t n = 0; n < 50; n++)
		submit(0, n);
	turns();
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_COMMITS), commits + 1);
}
END_TEST

START_TEST(a_lane_is_made_for_a_backlog_and_told_of_once_it_is_there)
{
	static const struct lane_group group = {
		.frequency_mhz = 2437, .port = 1, .address = {0xfe, 0x80}, .ssid_len = 1, .passphrase_len = 8, .ssid = "x", .passphrase = "password"};
	for (uint32_t n = 0; n < LANES_WORTH_BYTES / 512 + 200; n++)
		submit(0, n);
	pump_set_lane(pumps[0], &lane);
	road.can = LANE_CAN_MAKE; /* as a radio that finds its device later */
	pump_lane_listener(pumps[0])->able(pumps[0]);
	post_lane_can(cluster.post[1], LANE_CAN_JOIN);
	ends[0].radio.slow = ends[1].radio.slow = true;
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	for (unsigned i = 0; i < 20 && road.makes == 0; i++) {
		turns();
		carry(&ends[0], &ends[1]);
		carry(&ends[1], &ends[0]);
	}
	ck_assert(road.makes == 1 && road.joins == 0 && road.ends == 1); /* whatever was there is ended first */
	pump_lane_listener(pumps[0])->made(pumps[0], &group);
	run();
	struct lane_group told;
	ck_assert_int_eq(post_lane_wish(cluster.post[1], &told), LANES_WISH_JOIN);
	ck_assert_mem_eq(&told, &group, sizeof group);
	pump_lane_listener(pumps[0])->over(pumps[0]);
	turns();
	ck_assert_uint_eq(road.makes, 1);
}
END_TEST

START_TEST(a_radio_that_renews_its_address_gets_another_nonce_to_show)
{
	turns();
	uint8_t before[BEACON_SIZE];
	memcpy(before, ends[0].shown, BEACON_SIZE);
	upward(&ends[0])->renew(upward(&ends[0])->owner, &ends[0].radio);
	turns();
	ck_assert_mem_ne(ends[0].shown, before, BEACON_NONCE_SIZE);
	ck_assert_mem_eq(ends[0].shown, other_end.shown, BEACON_SIZE);
}
END_TEST

static unsigned hurried, calmed;

static void end_hurry(struct radio *radio, bool urgent)
{
	(void)radio;
	*(urgent ? &hurried : &calmed) += 1;
}

START_TEST(radios_are_told_once_that_an_urgent_letter_waits)
{
	hurried = calmed = 0;
	ends[0].radio.hurry = end_hurry;
	turns();
	ck_assert_uint_eq(hurried + calmed, 0);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	uint8_t id[LETTER_ID_SIZE];
	ck_assert_int_eq(post_submit(cluster.post[0], letter.bytes, letter.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	pump_touch(pumps[0]);
	turns();
	pump_touch(pumps[0]);
	turns();
	ck_assert(hurried == 1 && calmed == 0);
	up(&ends[0], 1, LINK_DIALLED);
	up(&ends[1], 9, LINK_ANSWERED);
	run();
	ck_assert(hurried == 1 && calmed == 1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("pump");
	TCase *tcase = tcase_create("pump");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, letters_cross_from_pump_to_pump);
	tcase_add_test(tcase, a_link_without_room_gets_nothing_until_it_is_writable);
	tcase_add_test(tcase, a_link_the_post_does_not_want_is_closed_once);
	tcase_add_test(tcase, noise_on_a_link_ends_it);
	tcase_add_test(tcase, a_silent_link_is_closed_when_its_time_is_over);
	tcase_add_test(tcase, an_idle_link_without_room_wakes_nobody);
	tcase_add_test(tcase, a_link_that_went_down_is_not_touched_again);
	tcase_add_test(tcase, a_neighbour_heard_by_two_radios_is_dialled_by_one);
	tcase_add_test(tcase, a_neighbour_that_could_not_be_dialled_is_dialled_again_later);
	tcase_add_test(tcase, every_radio_shows_the_beacon_and_shows_it_anew_when_there_is_news);
	tcase_add_test(tcase, a_turn_in_which_nothing_happened_does_nothing);
	tcase_add_test(tcase, many_letters_of_one_turn_share_a_commit);
	tcase_add_test(tcase, a_lane_is_made_for_a_backlog_and_told_of_once_it_is_there);
	tcase_add_test(tcase, a_radio_that_renews_its_address_gets_another_nonce_to_show);
	tcase_add_test(tcase, radios_are_told_once_that_an_urgent_letter_waits);
	suite_add_tcase(suite, tcase);
	return suite;
}
