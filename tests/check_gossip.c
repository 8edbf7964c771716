/* One link between whole posts: what is said when, and what it costs. */
#include "node/post/door.h"
#include "tests/support/cluster.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "proto/order.h"
#include "proto/outside.h"
#include "proto/record.h"

#include <string.h>

enum { HOUR_MS = 3600000, ONE_MESSAGE = 1 };

static struct cluster cluster;

static void submit(size_t i, const struct sample *sample)
{
	cluster_give(&cluster, i, sample);
}

/* The same, one of many: not on disk before the next turn. */
static void carry(size_t i, const struct sample *sample)
{
	uint8_t id[LETTER_ID_SIZE];
	ck_assert_int_eq(post_submit(cluster.post[i], sample->bytes, sample->len, SUBMIT_CARRIED, id, cluster.now), VERDICT_STORED);
}

static void carry_many(size_t i, uint32_t from, uint32_t n, enum letter_class class, uint8_t bucket)
{
	for (uint32_t number = from; number < from + n; number++) {
		struct sample letter = sample_sealed(number, class, bucket);
		carry(i, &letter);
	}
}

/* The post opens its store anew, with room for so much. */
static void resize(size_t i, uint64_t store_max_bytes)
{
	cluster_shut(&cluster, i);
	cluster.store_max_bytes = store_max_bytes;
	cluster_reopen(&cluster, i);
}

/* One contact from beginning to end; a dials. */
static struct cluster_link contact(size_t a, size_t b)
{
	if (cluster.link_count == CLUSTER_LINKS)
		cluster.link_count = 0; /* all of them are cut */
	size_t link = cluster_join(&cluster, a, b);
	cluster_run(&cluster);
	ck_assert(cluster.links[link].up);
	cluster_cut(&cluster, link);
	return cluster.links[link];
}

/* Glance, greeting and HELLO, and nothing else. */
static bool was_short(struct cluster_link link)
{
	return link.bytes_ab == HANDSHAKE_FIRST_SIZE + record_wire_len(ONE_MESSAGE) && link.bytes_ba == HANDSHAKE_SECOND_SIZE;
}

static uint64_t sent(void)
{
	uint64_t count = 0;
	for (size_t i = 0; i < cluster.posts; i++)
		count += cluster_count(&cluster, i, TALLY_LETTERS_SENT);
	return count;
}

START_TEST(urgent_news_is_pushed_to_the_next_post_without_an_offer)
{
	cluster_open(&cluster, 3, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_join(&cluster, 1, 2);
	cluster_run(&cluster);
	struct cluster_link before[2] = {cluster.links[0], cluster.links[1]};
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	submit(0, &letter);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 2, letter.id), PLACE_HELD);
	for (size_t i = 0; i < 2; i++) {
		/* the letter takes one unit; an ACK comes back */
		ck_assert_uint_eq(cluster.links[i].bytes_ab - before[i].bytes_ab, record_wire_len(1));
		ck_assert_uint_eq(cluster.links[i].bytes_ba - before[i].bytes_ba, record_wire_len(1));
	}
	ck_assert_uint_eq(sent(), 2);
	cluster_close(&cluster);
}
END_TEST

START_TEST(urgent_news_comes_after_one_record_of_bulk_at_most)
{
	cluster_open(&cluster, 3, ROOMY);
	for (uint32_t n = 0; n < 1500; n++) {
		struct sample bulk = sample_sealed(n, (enum letter_class)(n % CLASS_URGENT), 1);
		carry(1, &bulk);
	}
	size_t bulk = cluster_join(&cluster, 1, 2);
	for (int turn = 0; turn < 6; turn++)
		cluster_turn(&cluster);
	uint64_t through = cluster_count(&cluster, 2, TALLY_LETTERS_STORED);
	ck_assert(through > 100 && through < 1000);
	/* It comes in over another link, from somebody who has nothing else. */
	size_t other = cluster_join(&cluster, 0, 1);
	struct sample urgent = sample_sealed(99999, CLASS_URGENT, 2);
	submit(0, &urgent);
	while (cluster_place(&cluster, 1, urgent.id) != PLACE_HELD)
		cluster_turn(&cluster);
	ck_assert(cluster.links[other].up);
	ck_assert_int_eq(cluster_place(&cluster, 2, urgent.id), PLACE_UNKNOWN);
	cluster.links[bulk].budget = 2 * RECORD_WIRE_MAX;
	cluster_turn(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 2, urgent.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(lesser_news_is_offered_and_comes_when_it_is_picked)
{
	cluster_open(&cluster, 2, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	struct cluster_link before = cluster.links[0];
	struct sample letter = sample_sealed(1, CLASS_NEED, 0);
	submit(0, &letter);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
	ck_assert_uint_eq(cluster.links[0].bytes_ab - before.bytes_ab, 2 * record_wire_len(1));
	ck_assert_uint_eq(cluster.links[0].bytes_ba - before.bytes_ba, 2 * record_wire_len(1));
	ck_assert_uint_eq(sent(), 1);
	cluster_close(&cluster);
}
END_TEST

START_TEST(lesser_news_that_both_have_is_offered_and_not_sent)
{
	cluster_open(&cluster, 2, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	for (uint32_t n = 0; n < 200; n++) {
		struct sample letter = sample_sealed(n, CLASS_STATUS, 0);
		carry(0, &letter);
		if (n % 4 != 0)
			carry(1, &letter);
	}
	cluster_run(&cluster);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), 200);
	ck_assert_uint_eq(sent(), 50);
	cluster_cut(&cluster, 0);
	ck_assert(was_short(contact(0, 1)));
	cluster_close(&cluster);
}
END_TEST

START_TEST(more_news_than_all_offers_hold_comes_over_all_the_same)
{
	enum { LETTERS = 2 * OFFER_SLOTS * OFFER_IDS_MAX };
	cluster_open(&cluster, 2, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample letter = sample_sealed(n, (enum letter_class)(n % CLASS_URGENT), 0);
		carry(0, &letter);
	}
	cluster_run(&cluster);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), LETTERS);
	ck_assert_uint_eq(sent(), LETTERS);
	cluster_close(&cluster);
}
END_TEST

/* How many of these letters a post holds. */
static uint32_t held(size_t i, uint32_t from, uint32_t n, enum letter_class class, uint8_t bucket)
{
	uint32_t count = 0;
	for (uint32_t number = from; number < from + n; number++) {
		struct sample letter = sample_sealed(number, class, bucket);
		count += cluster_place(&cluster, i, letter.id) == PLACE_HELD;
	}
	return count;
}

START_TEST(news_below_what_the_neighbour_wants_is_offered_and_finds_the_room_that_is_due_to_it)
{
	enum { ROOM = 400, LESSER = 100, OTHERS_DUE = ROOM * 16 / 100 };
	cluster_open(&cluster, 2, ROOMY);
	resize(1, ROOM * 256);
	for (uint32_t n = 0; n < ROOM; n++) {
		struct sample letter = sample_sealed(n, CLASS_URGENT, 0);
		carry(0, &letter);
		carry(1, &letter);
	}
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert_uint_eq(sent(), 0);
	carry_many(0, 1000, LESSER, CLASS_STATUS, 0);
	size_t before = cluster.links[0].bytes_ab;
	cluster_run(&cluster);
	ck_assert_uint_eq(held(1, 1000, LESSER, CLASS_STATUS, 0), OTHERS_DUE);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_EVICTED), OTHERS_DUE);
	ck_assert_uint_gt(cluster.links[0].bytes_ab - before, LESSER * LETTER_TAG_SIZE);
	/* Of its own kind it has enough, from one who brought no less than is brought now. */
	before = cluster_count(&cluster, 0, TALLY_LETTERS_SENT);
	struct sample cry = sample_sealed(5000, CLASS_URGENT, 0);
	submit(0, &cry);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, cry.id), PLACE_HELD); /* a link that brought no cry yet has its share to fill */
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT) - before, 1);
	cluster_close(&cluster);
}
END_TEST

/* Letters of two tiers that one side lacks, too many to be compared in one go: what seems to be missing in the first may be in the other until that
 * is compared too, and then all of it goes, in its order and without having been offered. */
START_TEST(what_is_in_doubt_until_all_is_compared_is_sent_not_offered)
{
	enum { LETTERS = 3000, COMMON = 300, SPARE = 10000 };
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample letter = sample_sealed(n, n % 2 == 0 ? CLASS_NEED : CLASS_ROUTINE, 0);
		carry(0, &letter);
		if (n < COMMON)
			carry(1, &letter);
	}
	cluster_run(&cluster);
	struct cluster_link link = contact(0, 1);
	for (uint32_t n = COMMON; n < LETTERS; n++) {
		struct sample letter = sample_sealed(n, n % 2 == 0 ? CLASS_NEED : CLASS_ROUTINE, 0);
		ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
	}
	ck_assert_uint_eq(sent(), LETTERS - COMMON);
	uint64_t letter_bytes = (uint64_t)(LETTERS - COMMON) * (MESSAGE_HEADER_SIZE + 256), records = letter_bytes / RECORD_DATA_MAX + 1;
	ck_assert_uint_le(link.bytes_ab, letter_bytes + records * (RECORD_WIRE_MAX - RECORD_DATA_MAX) + SPARE);
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_urgent_letter_that_both_came_by_at_once_crosses_once)
{
	cluster_open(&cluster, 2, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	submit(0, &letter);
	submit(1, &letter);
	cluster_run(&cluster);
	ck_assert_uint_eq(sent(), 1);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_that_two_neighbours_bring_is_offered_to_neither)
{
	cluster_open(&cluster, 3, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_join(&cluster, 2, 1);
	cluster_run(&cluster);
	struct cluster_link before = cluster.links[1];
	struct sample letter = sample_sealed(1, CLASS_NEED, 0);
	submit(0, &letter);
	submit(2, &letter);
	cluster_run(&cluster);
	ck_assert_uint_eq(sent(), 2); /* both were picked before either came */
	ck_assert_uint_eq(cluster.links[1].bytes_ab - before.bytes_ab, 2 * record_wire_len(1));
	ck_assert_uint_eq(cluster.links[1].bytes_ba - before.bytes_ba, 2 * record_wire_len(1));
	cluster_close(&cluster);
}
END_TEST

START_TEST(refused_receipts_are_not_sent_again)
{
	for (size_t dialler = 0; dialler < 2; dialler++) {
		cluster_open(&cluster, 2, ROOMY);
		struct sample letter = sample_sealed(1, CLASS_STATUS, 0), receipts = sample_receipts(&letter, 1);
		submit(0, &letter);
		submit(0, &receipts);
		(void)contact(dialler, 1 - dialler); /* looked at by what it left behind */
		ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_UNMATCHED), 1);
		ck_assert_int_eq(cluster_place(&cluster, 1, receipts.id), PLACE_UNKNOWN);
		ck_assert(was_short(contact(dialler, 1 - dialler)));
		ck_assert(was_short(contact(1 - dialler, dialler)));
		ck_assert_uint_eq(sent(), 1);
		/* Refused is not for ever: once the letter is there they are let in. */
		submit(1, &letter);
		submit(1, &receipts);
		cluster_close(&cluster);
	}
}
END_TEST

/* A large letter that would have to push out more urgent ones. */
START_TEST(letters_refused_for_want_of_room_are_not_sent_again)
{
	for (size_t dialler = 0; dialler < 2; dialler++) {
		cluster_open(&cluster, 2, ROOMY);
		resize(1, 20 * 256);
		for (uint32_t n = 0; n < 20; n++) {
			struct sample letter = sample_sealed(n, n == 0 ? CLASS_ROUTINE : CLASS_URGENT, 0);
			carry(0, &letter);
			carry(1, &letter);
		}
		struct sample large = sample_sealed(100, CLASS_STATUS, 3);
		submit(0, &large);
		(void)contact(dialler, 1 - dialler); /* looked at by what it left behind */
		ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_FULL), 1);
		ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_EVICTED), 0);
		ck_assert(was_short(contact(dialler, 1 - dialler)));
		ck_assert(was_short(contact(1 - dialler, dialler)));
		ck_assert_uint_eq(sent(), 1);
		cluster_close(&cluster);
	}
}
END_TEST

/* Post 1 had these letters long before post 0: there their time is over. */
static void let_expire_at_1(uint32_t letters, uint32_t common)
{
	carry_many(1, 0, letters, CLASS_STATUS, 0);
	for (int hour = 0; hour < 60; hour++)
		cluster_wait(&cluster, HOUR_MS);
	for (uint32_t n = 0; n < letters + common; n++) {
		struct sample letter = sample_sealed(n, CLASS_STATUS, 0);
		carry(0, &letter);
		if (n >= letters)
			carry(1, &letter);
	}
	for (int hour = 0; hour < 14; hour++)
		cluster_wait(&cluster, HOUR_MS);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_EXPIRED), letters);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_EXPIRED), 0);
}

START_TEST(letters_whose_time_is_over_on_one_side_cost_at_the_first_contact_only)
{
	static const uint32_t sizes[][2] = {{1, 0}, {5, 3}, {3, 100}, {40, 100}};
	for (size_t i = 0; i < 8; i++) {
		const uint32_t *size = sizes[i / 2];
		size_t dialler = i % 2;
		cluster_open(&cluster, 2, ROOMY);
		let_expire_at_1(size[0], size[1]);
		ck_assert(!was_short(contact(dialler, 1 - dialler)));
		uint64_t once = sent();
		ck_assert_uint_le(once, size[0]);
		ck_assert_msg(was_short(contact(dialler, 1 - dialler)), "%u of %u, dialler %zu", size[0], size[0] + size[1], dialler);
		ck_assert(was_short(contact(1 - dialler, dialler)));
		ck_assert_uint_eq(sent(), once);
		ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), size[0] + size[1]);
		cluster_close(&cluster);
	}
}
END_TEST

START_TEST(news_of_a_letter_whose_time_is_over_here_costs_nothing_at_the_next_contact)
{
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0);
	submit(1, &letter);
	for (int hour = 0; hour < 74; hour++)
		cluster_wait(&cluster, HOUR_MS);
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_KNOWN);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	submit(0, &letter);
	cluster_run(&cluster);
	cluster_cut(&cluster, 0);
	ck_assert(was_short(contact(0, 1)) && was_short(contact(1, 0)));
	ck_assert_uint_eq(sent(), 0);
	cluster_close(&cluster);
}
END_TEST

/* What one has to say now, to the other, over a link of the test's own. */
static size_t pass(size_t from, size_t to, uint32_t link)
{
	static uint8_t buf[16 * RECORD_WIRE_MAX];
	ck_assert_int_eq(post_settle(cluster.post[from], cluster.now), ERR_OK);
	size_t len = post_link_output(cluster.post[from], link, true, buf, sizeof(buf), cluster.now);
	ck_assert(len == 0 || post_link_input(cluster.post[to], link, buf, len, cluster.now));
	return len;
}

START_TEST(a_letter_that_comes_in_during_the_handshake_is_not_missed)
{
	enum { LINK = 100 };
	for (uint32_t common = 3; common < 100; common += 90) {
		for (size_t taker = 0; taker < 2; taker++) {
			cluster_open(&cluster, 2, ROOMY);
			for (uint32_t n = 0; n < common; n++) {
				struct sample letter = sample_sealed(n, CLASS_STATUS, 0);
				carry(0, &letter);
				carry(1, &letter);
			}
			ck_assert(post_link_up(cluster.post[0], LINK, LINK_DIALLED, false, cluster.now));
			ck_assert(post_link_up(cluster.post[1], LINK, LINK_ANSWERED, false, cluster.now));
			struct sample late = sample_sealed(1000, CLASS_STATUS, 0);
			ck_assert_uint_eq(pass(0, 1, LINK), HANDSHAKE_FIRST_SIZE); /* the glance says that both show the same */
			if (taker == 1)
				submit(1, &late);
			static uint8_t greeting[16 * RECORD_WIRE_MAX];
			ck_assert_int_eq(post_settle(cluster.post[1], cluster.now), ERR_OK);
			size_t len = post_link_output(cluster.post[1], LINK, true, greeting, sizeof(greeting), cluster.now);
			if (taker == 0)
				submit(0, &late);
			ck_assert(post_link_input(cluster.post[0], LINK, greeting, len, cluster.now));
			while (pass(0, 1, LINK) + pass(1, 0, LINK) > 0)
				;
			ck_assert_int_eq(cluster_place(&cluster, 1 - taker, late.id), PLACE_HELD);
			ck_assert_uint_eq(sent(), 1);
			cluster_close(&cluster);
		}
	}
}
END_TEST

/* A post that is full of what came by one way, and another that has letters below what it wants: neither compares those, each offers some of its own,
 * and at the full one they find as much room as one link may make. */
START_TEST(below_what_a_full_post_wants_both_sides_offer_some_of_theirs)
{
	enum { TAIL = 256, BELOW = 600, DUE = INGRESS_BURST / 512 };
	static const uint32_t kept[] = {300, 1500};
	for (size_t i = 0; i < 4; i++) {
		size_t dialler = i % 2;
		uint32_t room = kept[i / 2];
		cluster_open(&cluster, 2, ROOMY);
		resize(1, room * 512);
		carry_many(1, 0, room, CLASS_STATUS, 1);
		carry_many(0, 10000, BELOW, CLASS_ROUTINE, 1);
		(void)contact(dialler, 1 - dialler); /* looked at by what it left behind */
		ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), TAIL);
		ck_assert_uint_eq(held(1, 10000, BELOW, CLASS_ROUTINE, 1), DUE);
		ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_FULL), TAIL - DUE);
		uint64_t back = cluster_count(&cluster, 1, TALLY_LETTERS_SENT); /* some of what was offered has made room meanwhile */
		ck_assert(back <= TAIL && back >= TAIL - DUE);
		ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_STORED), BELOW + back);
		cluster_close(&cluster);
	}
}
END_TEST

/* Post 1 says what it wants, and then it turns out that not even that would fit: the floor rises, and what was offered below it counts on. */
START_TEST(a_floor_that_rises_does_not_double_what_is_offered_below_it)
{
	enum { TAIL = 256, BELOW = 600, ROOM = 1 << 20, LARGE = 4096, MANY = ROOM / LARGE + 100 };
	for (size_t dialler = 0; dialler < 2; dialler++) {
		cluster_open(&cluster, 2, ROOMY);
		resize(1, ROOM);
		carry_many(1, 0, ROOM / 512, CLASS_STATUS, 1);
		carry_many(0, 10000, MANY, CLASS_URGENT, 3);
		carry_many(0, 20000, BELOW, CLASS_ROUTINE, 1);
		(void)contact(dialler, 1 - dialler); /* looked at by what it left behind */
		ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), MANY + TAIL);
		cluster_close(&cluster);
	}
}
END_TEST

START_TEST(bulk_stops_when_the_other_side_says_in_mid_session_that_it_is_full)
{
	enum { ROOM = 600, BULK = 2000 };
	cluster_open(&cluster, 2, ROOMY);
	resize(1, ROOM * 512);
	carry_many(0, 0, BULK, CLASS_ROUTINE, 1);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	/* what was on its way already: a turn, and the one in which they heard of it */
	ck_assert_uint_le(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), ROOM + 2 * 16 * RECORD_DATA_MAX / 512);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), ROOM);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_held_back_changes_neither_beacon_nor_digest_until_it_is_released)
{
	cluster_open(&cluster, 2, ROOMY);
	struct sample common = sample_sealed(1, CLASS_URGENT, 0), shy = sample_sealed(2, CLASS_URGENT, 0);
	submit(0, &common);
	submit(1, &common);
	uint8_t before[BEACON_SIZE], after[BEACON_SIZE];
	ck_assert(post_beacon(cluster.post[0], before));
	ck_assert_int_eq(cluster_submit(&cluster, 0, shy.bytes, shy.len, 0), VERDICT_STORED);
	ck_assert(!post_beacon(cluster.post[0], after));
	ck_assert_mem_eq(before, after, BEACON_SIZE);
	ck_assert(was_short(contact(0, 1)) && was_short(contact(1, 0)));
	ck_assert_int_eq(cluster_place(&cluster, 1, shy.id), PLACE_UNKNOWN);
	cluster_wait(&cluster, 11000);
	ck_assert(post_beacon(cluster.post[0], after));
	ck_assert_mem_eq(before, after, BEACON_NONCE_SIZE);
	ck_assert(!was_short(contact(1, 0)));
	ck_assert_int_eq(cluster_place(&cluster, 1, shy.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

/* Contact after contact, each cut 500 bytes later than the one before: what came before a cut is kept, and only what was in the air is sent again. */
START_TEST(contacts_cut_anywhere_carry_every_letter_over_and_none_that_is_stored_again)
{
	enum { LETTERS = 300, STEP = 500 };
	for (uint32_t common = 0; common <= LETTERS; common += LETTERS) {
		cluster_open(&cluster, 2, ROOMY);
		for (uint32_t n = 0; n < 2 * LETTERS + common; n++) {
			struct sample letter = sample_sealed(n, (enum letter_class)(n / 2 % 4), 0);
			if (n % 2 == 0 || n >= 2 * LETTERS)
				carry(0, &letter);
			if (n % 2 == 1 || n >= 2 * LETTERS)
				carry(1, &letter);
		}
		size_t contacts = 0;
		uint64_t stored = 0;
		for (size_t budget = STEP; stored < 2 * (2 * LETTERS + common); budget += STEP, contacts++) {
			ck_assert_uint_lt(contacts, 60);
			if (cluster.link_count == CLUSTER_LINKS)
				cluster.link_count = 0;
			size_t link = cluster_join(&cluster, contacts % 2, 1 - contacts % 2);
			cluster.links[link].budget = budget;
			cluster_run(&cluster);
			cluster_cut(&cluster, link);
			stored = cluster_count(&cluster, 0, TALLY_LETTERS_STORED) + cluster_count(&cluster, 1, TALLY_LETTERS_STORED);
			ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_KNOWN) + cluster_count(&cluster, 1, TALLY_LETTERS_KNOWN), 0);
		}
		ck_assert_uint_gt(contacts, 20);
		ck_assert(was_short(contact(0, 1)));
		cluster_close(&cluster);
	}
}
END_TEST

/* Of what is lower than all that would fit here the gateway does not compare anything. */
START_TEST(a_gateway_that_holds_more_than_fits_here_gets_what_is_lower_all_the_same)
{
	enum { ROOM = 2 << 20, LARGE = 4096, MANY = ROOM / LARGE + 200, LESSER = 600 };
	static uint8_t lesser[LESSER][LETTER_ID_SIZE];
	uint8_t id[LETTER_ID_SIZE];
	cluster_open_with_gateway(&cluster, 2, ROOM);
	for (uint32_t n = 0; n < MANY; n++) {
		struct sample cry = sample_sealed(n, CLASS_URGENT, 3);
		ck_assert_int_eq(post_submit(cluster.post[1], cry.bytes, cry.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	}
	for (uint32_t n = 0; n < LESSER; n++) {
		struct sample letter = sample_sealed(MANY + n, n % 2 == 0 ? CLASS_STATUS : CLASS_ROUTINE, 0);
		ck_assert_int_eq(post_submit(cluster.post[0], letter.bytes, letter.len, SUBMIT_SEND_NOW, lesser[n], cluster.now), VERDICT_STORED);
	}
	cluster_wait(&cluster, 0);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	for (uint32_t n = 0; n < LESSER; n++)
		ck_assert_int_eq(cluster_place(&cluster, 1, lesser[n]), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("gossip");
	TCase *test_case = tcase_create("gossip");
	tcase_set_timeout(test_case, 120);
	tcase_add_test(test_case, urgent_news_is_pushed_to_the_next_post_without_an_offer);
	tcase_add_test(test_case, urgent_news_comes_after_one_record_of_bulk_at_most);
	tcase_add_test(test_case, lesser_news_is_offered_and_comes_when_it_is_picked);
	tcase_add_test(test_case, lesser_news_that_both_have_is_offered_and_not_sent);
	tcase_add_test(test_case, more_news_than_all_offers_hold_comes_over_all_the_same);
	tcase_add_test(test_case, news_below_what_the_neighbour_wants_is_offered_and_finds_the_room_that_is_due_to_it);
	tcase_add_test(test_case, what_is_in_doubt_until_all_is_compared_is_sent_not_offered);
	tcase_add_test(test_case, an_urgent_letter_that_both_came_by_at_once_crosses_once);
	tcase_add_test(test_case, a_letter_that_two_neighbours_bring_is_offered_to_neither);
	tcase_add_test(test_case, refused_receipts_are_not_sent_again);
	tcase_add_test(test_case, letters_refused_for_want_of_room_are_not_sent_again);
	tcase_add_test(test_case, letters_whose_time_is_over_on_one_side_cost_at_the_first_contact_only);
	tcase_add_test(test_case, news_of_a_letter_whose_time_is_over_here_costs_nothing_at_the_next_contact);
	tcase_add_test(test_case, a_letter_that_comes_in_during_the_handshake_is_not_missed);
	tcase_add_test(test_case, below_what_a_full_post_wants_both_sides_offer_some_of_theirs);
	tcase_add_test(test_case, a_floor_that_rises_does_not_double_what_is_offered_below_it);
	tcase_add_test(test_case, bulk_stops_when_the_other_side_says_in_mid_session_that_it_is_full);
	tcase_add_test(test_case, a_letter_held_back_changes_neither_beacon_nor_digest_until_it_is_released);
	tcase_add_test(test_case, contacts_cut_anywhere_carry_every_letter_over_and_none_that_is_stored_again);
	tcase_add_test(test_case, a_gateway_that_holds_more_than_fits_here_gets_what_is_lower_all_the_same);
	suite_add_tcase(suite, test_case);
	return suite;
}
