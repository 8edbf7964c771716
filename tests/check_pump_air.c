/* Several links of one radio, whose air they share: who sends when. */
#include "node/post/pump.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <string.h>

enum {
	OURS = 0,
	LINKS = 3, /* link i of the radio leads to post i; 0 is not used */
	NUMBER_THERE = 7,
	BULK = 100,
	TRUSTED = 0,
	LONG_MS = 1000, /* as long as a link that takes nothing is waited for */
};

static struct cluster cluster;
static struct pump *pump;
/* What each link has not carried yet: while there is anything it has no room. */
static struct queue {
	uint8_t bytes[2 * RECORD_WIRE_MAX];
	size_t len;
} queues[LINKS];

static struct moment cluster_now(void *owner)
{
	(void)owner; /* one clock for all */
	return cluster.now;
}

static size_t air_room(struct radio *radio, uint32_t link)
{
	(void)radio;
	return queues[link].len > 0 ? 0 : POST_OUTPUT_MIN;
}

static void air_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	(void)radio;
	ck_assert_uint_eq(queues[link].len, 0);
	ck_assert_uint_le(len, POST_OUTPUT_MIN);
	memcpy(queues[link].bytes, bytes, len);
	queues[link].len = len;
}

static void air_close(struct radio *radio, uint32_t link)
{
	(void)radio;
	ck_abort_msg("link %u was closed", link);
}

static struct radio radio = {.name = "test", .room = air_room, .send = air_send, .close = air_close};

static const struct radio_listener *upward(void)
{
	return pump_listener(pump);
}

static void turn(void)
{
	pump_touch(pump);
	ck_assert_int_eq(pump_turn(pump), ERR_OK);
}

/* What the other end has to say comes in. */
static bool answer(uint32_t link)
{
	uint8_t said[POST_OUTPUT_MIN];
	ck_assert_int_eq(post_settle(cluster.post[link], cluster.now), ERR_OK);
	size_t len = post_link_output(cluster.post[link], NUMBER_THERE, true, said, sizeof said, cluster.now);
	if (len > 0)
		upward()->input(upward()->owner, &radio, link, said, len);
	return len > 0;
}

/* A link carries what it holds, and the answers to it. */
static void carry(uint32_t link)
{
	size_t len = queues[link].len;
	queues[link].len = 0;
	if (len > 0)
		ck_assert(post_link_input(cluster.post[link], NUMBER_THERE, queues[link].bytes, len, cluster.now));
	while (answer(link))
		;
	if (len > 0)
		upward()->writable(upward()->owner, &radio, link);
}

static unsigned links_sending(void)
{
	return (unsigned)(queues[1].len > 0) + (unsigned)(queues[2].len > 0);
}

static uint64_t letters_at(size_t post)
{
	return cluster_count(&cluster, post, TALLY_LETTERS_STORED);
}

static void open_air(bool slow)
{
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(TRUSTED, key);
	cluster_open(&cluster, LINKS, ROOMY);
	memset(queues, 0, sizeof queues);
	for (size_t i = 0; i < LINKS; i++)
		ck_assert(post_trust(cluster.post[i], key, 1, cluster.now));
	pump = pump_new(&(struct pump_config){.post = cluster.post[OURS], .now = cluster_now});
	ck_assert_ptr_nonnull(pump);
	radio.slow = slow;
	pump_add_radio(pump, &radio);
	for (uint32_t link = 1; link < LINKS; link++) {
		upward()->up(upward()->owner, &radio, link, LINK_DIALLED);
		ck_assert(post_link_up(cluster.post[link], NUMBER_THERE, LINK_ANSWERED, slow, cluster.now));
	}
	for (unsigned i = 0; i < 10; i++) {
		turn();
		carry(1);
		carry(2);
	}
	ck_assert_uint_eq(links_sending(), 0);
}

static void close_air(void)
{
	pump_free(pump);
	cluster_close(&cluster);
}

static void write_bulk(void)
{
	for (uint32_t n = 0; n < BULK; n++) {
		uint8_t id[LETTER_ID_SIZE];
		struct sample letter = sample_sealed(n, CLASS_ROUTINE, 1);
		ck_assert_int_eq(post_submit(cluster.post[OURS], letter.bytes, letter.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	}
}

static struct sample write_proven(void)
{
	uint8_t id[LETTER_ID_SIZE];
	struct sample notice = sample_notice(TRUSTED, 1, 1, "line 1 stops");
	ck_assert_int_eq(post_submit(cluster.post[OURS], notice.bytes, notice.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	return notice;
}

/* Turns until a link sends bulk that carries letters; that link. */
static uint32_t bulk_under_way(void)
{
	for (unsigned i = 0; i < 10; i++) {
		turn();
		ck_assert_uint_eq(links_sending(), 1);
		uint32_t link = queues[1].len > 0 ? 1 : 2;
		if (queues[link].len > POST_OUTPUT_MIN / 8)
			return link;
		carry(link);
	}
	ck_abort_msg("no letter was sent");
	return 0;
}

START_TEST(lesser_letters_go_by_one_link_of_a_slow_radio_at_a_time)
{
	open_air(true);
	write_bulk();
	uint64_t most = 0;
	for (unsigned i = 0; letters_at(1) + letters_at(2) < 2 * BULK; i++) {
		ck_assert_uint_lt(i, 20 * BULK);
		turn();
		ck_assert_uint_le(links_sending(), 1);
		uint64_t apart = letters_at(1) > letters_at(2) ? letters_at(1) - letters_at(2) : letters_at(2) - letters_at(1);
		most = apart > most ? apart : most;
		carry(queues[1].len > 0 ? 1 : 2);
	}
	/* And they take turns. */
	ck_assert_uint_lt(most, BULK / 4);
	close_air();
}
END_TEST

START_TEST(a_proven_letter_goes_by_every_link_at_once)
{
	open_air(true);
	write_bulk();
	uint32_t busy = bulk_under_way(), idle = busy == 1 ? 2 : 1;
	turn();
	ck_assert_uint_eq(queues[idle].len, 0);
	struct sample notice = write_proven();
	turn();
	ck_assert_uint_gt(queues[idle].len, 0);
	uint64_t before = letters_at(idle);
	carry(idle);
	ck_assert_int_eq(cluster_place(&cluster, idle, notice.id), PLACE_HELD);
	ck_assert_uint_eq(letters_at(idle), before + 1);
	carry(busy);
	turn();
	carry(busy);
	ck_assert_int_eq(cluster_place(&cluster, busy, notice.id), PLACE_HELD);
	close_air();
}
END_TEST

START_TEST(answers_wait_while_another_link_sends)
{
	open_air(true);
	write_bulk();
	uint32_t busy = bulk_under_way(), idle = busy == 1 ? 2 : 1;
	uint8_t id[LETTER_ID_SIZE];
	struct sample letter = sample_sealed(BULK, CLASS_URGENT, 1);
	ck_assert_int_eq(post_submit(cluster.post[idle], letter.bytes, letter.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	ck_assert(answer(idle));
	turn();
	ck_assert_int_eq(cluster_place(&cluster, OURS, letter.id), PLACE_HELD);
	ck_assert_uint_eq(queues[idle].len, 0);
	carry(busy);
	turn();
	ck_assert_uint_gt(queues[idle].len, 0);
	close_air();
}
END_TEST

START_TEST(a_link_that_takes_nothing_is_not_waited_for_long)
{
	open_air(true);
	write_bulk();
	uint32_t stuck = bulk_under_way(), other = stuck == 1 ? 2 : 1;
	turn();
	ck_assert_uint_eq(queues[other].len, 0);
	ck_assert_uint_le(pump_next_deadline(pump), cluster.now.boot_ms + LONG_MS);
	cluster.now.boot_ms += LONG_MS;
	ck_assert_int_eq(pump_turn(pump), ERR_OK);
	ck_assert_uint_gt(queues[other].len, 0);
	/* Nobody waits any more, and nobody is woken for it. */
	ck_assert_uint_gt(pump_next_deadline(pump), cluster.now.boot_ms + LONG_MS);
	close_air();
}
END_TEST

START_TEST(links_of_a_fast_radio_do_not_wait_for_each_other)
{
	open_air(false);
	write_bulk();
	turn();
	ck_assert_uint_eq(links_sending(), 2);
	close_air();
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("pump_air");
	TCase *tcase = tcase_create("pump_air");
	tcase_add_test(tcase, lesser_letters_go_by_one_link_of_a_slow_radio_at_a_time);
	tcase_add_test(tcase, a_proven_letter_goes_by_every_link_at_once);
	tcase_add_test(tcase, answers_wait_while_another_link_sends);
	tcase_add_test(tcase, a_link_that_takes_nothing_is_not_waited_for_long);
	tcase_add_test(tcase, links_of_a_fast_radio_do_not_wait_for_each_other);
	suite_add_tcase(suite, tcase);
	return suite;
}
