#include "tests/support/cluster.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "proto/record.h"
#include "proto/session.h"

#include <stdlib.h>
#include <string.h>

enum { ROOMY = 64 << 20 };

static void submit(struct cluster *cluster, size_t i, const struct sample *sample)
{
	ck_assert_int_eq(cluster_submit(cluster, i, sample->bytes, sample->len, SUBMIT_SEND_NOW), VERDICT_STORED);
}

START_TEST(a_letter_crosses_posts_that_are_never_all_connected)
{
	struct cluster cluster;
	cluster_open(&cluster, 4, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 1);
	submit(&cluster, 0, &letter);
	for (size_t i = 0; i + 1 < 4; i++) {
		size_t link = cluster_join(&cluster, i, i + 1);
		cluster_run(&cluster);
		cluster_cut(&cluster, link);
		ck_assert_int_eq(cluster_place(&cluster, i + 1, letter.id), PLACE_HELD);
		cluster_wait(&cluster, 2000);
		ck_assert_uint_eq(post_track(cluster.post[i], letter.id).copies, 1);
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(two_stores_become_equal_and_every_letter_crosses_once)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < 700; n++) {
		struct sample letter = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 3));
		if (n % 10 < 8)
			submit(&cluster, 0, &letter);
		if (n % 10 > 5)
			submit(&cluster, 1, &letter);
	}
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	for (uint32_t n = 0; n < 700; n++) {
		struct sample letter = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 3));
		ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
		ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_HELD);
	}
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), 420);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_SENT), 140);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_KNOWN) + cluster_count(&cluster, 1, TALLY_LETTERS_KNOWN), 0);
	cluster_close(&cluster);
}
END_TEST

START_TEST(equal_stores_offer_nothing)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < 200; n++) {
		struct sample letter = sample_sealed(n, CLASS_STATUS, 0);
		submit(&cluster, 0, &letter);
		submit(&cluster, 1, &letter);
	}
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	/* a handshake message and one HELLO each way */
	ck_assert_uint_eq(cluster.links[link].bytes_ab, HANDSHAKE_MESSAGE_SIZE + record_wire_len(1));
	ck_assert_uint_eq(cluster.links[link].bytes_ba, HANDSHAKE_MESSAGE_SIZE + record_wire_len(1));
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_urgent_letter_overtakes_bulk_that_is_under_way)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < 2000; n++) {
		struct sample bulk = sample_sealed(n, CLASS_ROUTINE, 1);
		submit(&cluster, 0, &bulk);
	}
	size_t link = cluster_join(&cluster, 0, 1);
	cluster.links[link].budget = 300000;
	cluster_run(&cluster);
	ck_assert(!cluster.links[link].up);
	uint64_t before = cluster_count(&cluster, 1, TALLY_LETTERS_STORED);
	ck_assert_uint_gt(before, 100);
	/* A new contact: the walk begins with bulk, then the urgent letter appears. */
	link = cluster_join(&cluster, 0, 1);
	cluster.links[link].budget = 60000;
	struct sample urgent = sample_sealed(999999, CLASS_URGENT, 3);
	uint8_t id[LETTER_ID_SIZE];
	ck_assert_int_eq(post_submit(cluster.post[0], urgent.bytes, urgent.len, SUBMIT_SEND_NOW, id, cluster.now), VERDICT_STORED);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, urgent.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_that_arrives_over_another_link_is_offered_at_once)
{
	struct cluster cluster;
	cluster_open(&cluster, 3, ROOMY);
	cluster_join(&cluster, 0, 1);
	cluster_join(&cluster, 1, 2);
	cluster_run(&cluster);
	struct sample letter = sample_sealed(5, CLASS_NEED, 0);
	submit(&cluster, 0, &letter);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 2, letter.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_cut_contact_goes_on_at_the_next_one)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < 300; n++) {
		struct sample letter = sample_sealed(n, CLASS_STATUS, 1);
		submit(&cluster, 0, &letter);
	}
	for (size_t contacts = 0; contacts < 12; contacts++) {
		size_t link = cluster_join(&cluster, 0, 1);
		cluster.links[link].budget = 30000;
		cluster_run(&cluster);
		cluster_cut(&cluster, link);
	}
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), 300);
	cluster_close(&cluster);
}
END_TEST

START_TEST(what_was_acknowledged_survives_a_crash_at_any_byte)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letters[40];
	for (uint32_t n = 0; n < 40; n++) {
		letters[n] = sample_sealed(n, CLASS_STATUS, 0);
		submit(&cluster, 0, &letters[n]);
	}
	for (size_t budget = 100; budget < 16000; budget += 701) {
		if (cluster.link_count == CLUSTER_LINKS)
			cluster.link_count = 0;
		size_t link = cluster_join(&cluster, 0, 1);
		cluster.links[link].budget = budget;
		cluster_run(&cluster);
		cluster_cut(&cluster, link);
		cluster_crash(&cluster, 1);
		cluster_wait(&cluster, 2000);
		for (uint32_t n = 0; n < 40; n++)
			if (post_track(cluster.post[0], letters[n].id).copies > 0)
				ck_assert_int_eq(cluster_place(&cluster, 1, letters[n].id), PLACE_HELD);
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(nothing_is_acknowledged_before_the_commit)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	uint8_t id[LETTER_ID_SIZE];
	ck_assert_int_eq(post_submit(cluster.post[0], letter.bytes, letter.len, 0, id, cluster.now), VERDICT_STORED);
	cluster_crash(&cluster, 0);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_UNKNOWN);
	submit(&cluster, 0, &letter);
	cluster_crash(&cluster, 0);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(one_s_own_letter_waits_before_it_leaves_unless_told_to_go)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	struct sample shy = sample_sealed(1, CLASS_STATUS, 0), bold = sample_sealed(2, CLASS_STATUS, 0);
	cluster_submit(&cluster, 0, shy.bytes, shy.len, 0);
	cluster_submit(&cluster, 0, bold.bytes, bold.len, SUBMIT_SEND_NOW);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 0, shy.id), PLACE_HELD);
	ck_assert_int_eq(cluster_place(&cluster, 1, shy.id), PLACE_UNKNOWN);
	ck_assert_int_eq(cluster_place(&cluster, 1, bold.id), PLACE_HELD);
	for (int i = 0; i < 20; i++) {
		cluster_wait(&cluster, 30000);
		cluster_run(&cluster);
	}
	ck_assert(cluster.links[link].up);
	ck_assert_int_eq(cluster_place(&cluster, 1, shy.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_full_store_gives_up_the_lesser_class_and_keeps_the_urgent)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, 100 * 512);
	for (uint32_t n = 0; n < 150; n++) {
		struct sample bulk = sample_sealed(n, CLASS_ROUTINE, 1);
		cluster_submit(&cluster, 0, bulk.bytes, bulk.len, 0);
	}
	for (uint32_t n = 0; n < 60; n++) {
		struct sample urgent = sample_sealed(1000 + n, CLASS_URGENT, 1);
		ck_assert_int_eq(cluster_submit(&cluster, 0, urgent.bytes, urgent.len, 0), VERDICT_STORED);
	}
	for (uint32_t n = 0; n < 200; n++) {
		struct sample bulk = sample_sealed(2000 + n, CLASS_STATUS, 1);
		cluster_submit(&cluster, 0, bulk.bytes, bulk.len, 0);
	}
	for (uint32_t n = 0; n < 60; n++) {
		struct sample urgent = sample_sealed(1000 + n, CLASS_URGENT, 1);
		ck_assert_int_eq(cluster_place(&cluster, 0, urgent.id), PLACE_HELD);
	}
	struct control_status status;
	post_status(cluster.post[0], &status, cluster.now);
	ck_assert_uint_le(status.store_bytes, 100 * 512);
	ck_assert_uint_eq(status.letters[CLASS_URGENT], 60);
	ck_assert_uint_eq(status.letters[CLASS_STATUS], 40);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_newer_notice_replaces_the_older_on_every_post)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample old = sample_notice(0, 1, 5, "bus at five"), new = sample_notice(0, 1, 6, "turned back"),
		      other = sample_notice(0, 2, 1, "line 2");
	submit(&cluster, 0, &old);
	submit(&cluster, 0, &other);
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, old.id), PLACE_HELD);
	submit(&cluster, 1, &new);
	cluster_run(&cluster);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(cluster_place(&cluster, i, old.id), PLACE_KNOWN);
		ck_assert_int_eq(cluster_place(&cluster, i, new.id), PLACE_HELD);
		ck_assert_int_eq(cluster_place(&cluster, i, other.id), PLACE_HELD);
	}
	cluster_cut(&cluster, link);
	cluster_crash(&cluster, 0);
	struct sample ancient = sample_notice(0, 1, 4, "bus at four");
	ck_assert_int_eq(cluster_submit(&cluster, 0, ancient.bytes, ancient.len, 0), VERDICT_STALE);
	cluster_close(&cluster);
}
END_TEST

START_TEST(two_notices_of_one_number_are_both_kept_as_proof)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample one = sample_notice(0, 1, 5, "go"), two = sample_notice(0, 1, 5, "stop");
	submit(&cluster, 0, &one);
	submit(&cluster, 0, &two);
	ck_assert_int_eq(cluster_place(&cluster, 0, one.id), PLACE_HELD);
	ck_assert_int_eq(cluster_place(&cluster, 0, two.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_receipt_purges_the_letter_everywhere_and_it_does_not_come_back)
{
	struct cluster cluster;
	cluster_open(&cluster, 3, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 1);
	submit(&cluster, 0, &letter);
	size_t first = cluster_join(&cluster, 0, 1), second = cluster_join(&cluster, 1, 2);
	cluster_run(&cluster);
	cluster_cut(&cluster, first);
	struct sample receipts = sample_receipts(&letter, 1);
	submit(&cluster, 2, &receipts);
	cluster_run(&cluster);
	cluster_cut(&cluster, second);
	ck_assert_int_eq(cluster_place(&cluster, 1, letter.id), PLACE_KNOWN);
	ck_assert_int_eq(cluster_place(&cluster, 2, letter.id), PLACE_KNOWN);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_KNOWN);
	ck_assert_int_eq(cluster_place(&cluster, 0, receipts.id), PLACE_HELD);
	ck_assert_int_eq(cluster_submit(&cluster, 1, letter.bytes, letter.len, 0), VERDICT_KNOWN);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_forged_receipt_purges_nothing_and_goes_no_further)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 1), forged = letter, stranger = sample_sealed(2, CLASS_URGENT, 1);
	submit(&cluster, 0, &letter);
	forged.secret[3] ^= 1;
	struct sample bad = sample_receipts(&forged, 1), unknown = sample_receipts(&stranger, 1);
	ck_assert_int_eq(cluster_submit(&cluster, 0, bad.bytes, bad.len, 0), VERDICT_UNMATCHED);
	ck_assert_int_eq(cluster_submit(&cluster, 0, unknown.bytes, unknown.len, 0), VERDICT_UNMATCHED);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
	ck_assert_int_eq(cluster_place(&cluster, 0, bad.id), PLACE_UNKNOWN);
	cluster_close(&cluster);
}
END_TEST

START_TEST(no_flipped_bit_is_let_in_or_remembered)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample kinds[4] = {sample_sealed(1, CLASS_URGENT, 0), sample_notice(1, 1, 1, "x"), sample_control(2, 1, 2), {.len = 0}};
	struct sample receipted = sample_sealed(7, CLASS_STATUS, 0);
	submit(&cluster, 0, &receipted);
	kinds[3] = sample_receipts(&receipted, 1);
	for (size_t kind = 0; kind < 4; kind++) {
		for (size_t bit = 0; bit < kinds[kind].len * 8; bit++) {
			struct sample spoilt = kinds[kind];
			spoilt.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			uint8_t id[LETTER_ID_SIZE];
			ck_assert_int_eq(post_submit(cluster.post[0], spoilt.bytes, spoilt.len, 0, id, cluster.now), VERDICT_MALFORMED);
		}
		submit(&cluster, 0, &kinds[kind]);
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_is_let_go_after_its_hours_and_its_id_is_remembered)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0); /* 72 hours */
	submit(&cluster, 0, &letter);
	cluster.now.unix_s = 0; /* the wall clock falls back to 1970: carrying does not care */
	for (int hour = 0; hour < 70; hour++)
		cluster_wait(&cluster, 3600000);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
	cluster.now.unix_s = 4102444800; /* and forward to 2100 */
	cluster_crash(&cluster, 0);
	cluster_wait(&cluster, 1000);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
	for (int hour = 0; hour < 6; hour++)
		cluster_wait(&cluster, 3600000);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_KNOWN);
	ck_assert_int_eq(cluster_submit(&cluster, 0, letter.bytes, letter.len, 0), VERDICT_KNOWN);
	for (int hour = 0; hour < 220; hour++)
		cluster_wait(&cluster, 3600000);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_UNKNOWN);
	cluster_close(&cluster);
}
END_TEST

START_TEST(silent_and_half_open_links_end_on_time)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	for (uint32_t link = 1; link <= POST_HALF_OPEN_MAX; link++)
		ck_assert(post_link_up(cluster.post[0], link, LINK_ANSWERED, cluster.now));
	uint32_t closed;
	ck_assert(post_link_up(cluster.post[0], 50, LINK_ANSWERED, cluster.now)); /* one more: the oldest goes */
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
	ck_assert(post_link_up(cluster.post[0], 99, LINK_ANSWERED, cluster.now));
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_crowd_of_half_open_links_cannot_keep_an_honest_one_out)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	submit(&cluster, 1, &letter);
	for (uint32_t link = 1000; link < 1100; link++)
		ck_assert(post_link_up(cluster.post[0], link, LINK_ANSWERED, cluster.now));
	cluster_join(&cluster, 1, 0);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_HELD);
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
	if (!post_link_up(cluster->post[0], link, LINK_ANSWERED, cluster->now))
		return false;
	size_t len = session_output(&guest, buf, sizeof(buf), false);
	ck_assert(post_link_input(cluster->post[0], link, buf, len, cluster->now));
	ck_assert_int_eq(post_settle(cluster->post[0], cluster->now), ERR_OK);
	len = post_link_output(cluster->post[0], link, buf, sizeof(buf), cluster->now);
	return len >= HANDSHAKE_MESSAGE_SIZE;
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
	ck_assert(post_link_up(cluster.post[0], 1, LINK_DIALLED, cluster.now));
	ck_assert(post_link_up(cluster.post[0], 2, LINK_ANSWERED, cluster.now));
	uint8_t buf[2 * RECORD_WIRE_MAX];
	bool up[3] = {false, true, true};
	for (int turn = 0; turn < 10; turn++)
		for (uint32_t link = 1; link <= 2; link++) {
			ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
			size_t len = post_link_output(cluster.post[0], link, buf, sizeof(buf), cluster.now);
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

START_TEST(a_dial_that_came_to_nothing_is_tried_again_soon)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0);
	submit(&cluster, 0, &letter);
	uint8_t beacons[2][BEACON_SIZE];
	size_t low = 0;
	for (size_t i = 0; i < 2; i++)
		ck_assert(post_beacon(cluster.post[i], beacons[i]));
	low = memcmp(beacons[0], beacons[1], BEACON_NONCE_SIZE) < 0 ? 0 : 1;
	ck_assert(post_sighting(cluster.post[low], beacons[1 - low], cluster.now));
	cluster_wait(&cluster, 9000);
	ck_assert(!post_sighting(cluster.post[low], beacons[1 - low], cluster.now));
	cluster_wait(&cluster, 2000);
	ck_assert(post_sighting(cluster.post[low], beacons[1 - low], cluster.now));
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
		ck_assert(!post_sighting(cluster.post[i], beacons[1 - i], cluster.now)); /* both empty: nothing to say */
	submit(&cluster, 0, &letter);
	ck_assert(post_beacon(cluster.post[0], beacons[0]));
	ck_assert(!post_beacon(cluster.post[0], beacons[0]));
	int dials = 0;
	for (size_t i = 0; i < 2; i++)
		dials += post_sighting(cluster.post[i], beacons[1 - i], cluster.now);
	ck_assert_int_eq(dials, 1);
	for (size_t i = 0; i < 2; i++)
		ck_assert(!post_sighting(cluster.post[i], beacons[1 - i], cluster.now)); /* just tried */
	cluster_close(&cluster);
}
END_TEST

START_TEST(the_feed_gives_everything_once_in_order_of_arrival)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample samples[3] = {sample_sealed(1, CLASS_STATUS, 0), sample_notice(0, 0, 1, "x"), sample_sealed(2, CLASS_URGENT, 1)};
	for (size_t i = 0; i < 3; i++)
		submit(&cluster, 0, &samples[i]);
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct control_letter letter;
	uint64_t after = 0;
	for (size_t i = 0; i < 3; i++) {
		ck_assert(post_feed(cluster.post[0], after, 0xff, envelope, &letter));
		ck_assert_uint_eq(letter.envelope_len, samples[i].len);
		ck_assert_mem_eq(envelope, samples[i].bytes, samples[i].len);
		after = letter.cursor;
	}
	ck_assert(!post_feed(cluster.post[0], after, 0xff, envelope, &letter));
	ck_assert(letter.end && letter.cursor == after);
	ck_assert(!post_feed(cluster.post[0], UINT64_MAX, 0xff, envelope, &letter));
	ck_assert(post_feed(cluster.post[0], 0, 1 << ENVELOPE_NOTICE, envelope, &letter));
	ck_assert_mem_eq(envelope, samples[1].bytes, samples[1].len);
	cluster_close(&cluster);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("post");
	TCase *test_case = tcase_create("post");
	tcase_set_timeout(test_case, 120);
	tcase_add_test(test_case, a_letter_crosses_posts_that_are_never_all_connected);
	tcase_add_test(test_case, two_stores_become_equal_and_every_letter_crosses_once);
	tcase_add_test(test_case, equal_stores_offer_nothing);
	tcase_add_test(test_case, an_urgent_letter_overtakes_bulk_that_is_under_way);
	tcase_add_test(test_case, a_letter_that_arrives_over_another_link_is_offered_at_once);
	tcase_add_test(test_case, a_cut_contact_goes_on_at_the_next_one);
	tcase_add_test(test_case, what_was_acknowledged_survives_a_crash_at_any_byte);
	tcase_add_test(test_case, nothing_is_acknowledged_before_the_commit);
	tcase_add_test(test_case, one_s_own_letter_waits_before_it_leaves_unless_told_to_go);
	tcase_add_test(test_case, a_full_store_gives_up_the_lesser_class_and_keeps_the_urgent);
	tcase_add_test(test_case, a_newer_notice_replaces_the_older_on_every_post);
	tcase_add_test(test_case, two_notices_of_one_number_are_both_kept_as_proof);
	tcase_add_test(test_case, a_receipt_purges_the_letter_everywhere_and_it_does_not_come_back);
	tcase_add_test(test_case, a_forged_receipt_purges_nothing_and_goes_no_further);
	tcase_add_test(test_case, no_flipped_bit_is_let_in_or_remembered);
	tcase_add_test(test_case, a_letter_is_let_go_after_its_hours_and_its_id_is_remembered);
	tcase_add_test(test_case, silent_and_half_open_links_end_on_time);
	tcase_add_test(test_case, a_crowd_of_half_open_links_cannot_keep_an_honest_one_out);
	tcase_add_test(test_case, a_table_full_of_idle_guests_gives_one_up_for_a_newcomer);
	tcase_add_test(test_case, a_quiet_link_is_kept_alive_and_a_dead_one_is_not);
	tcase_add_test(test_case, a_link_to_oneself_is_ended);
	tcase_add_test(test_case, of_two_links_between_two_posts_one_stays);
	tcase_add_test(test_case, a_second_link_later_does_not_end_the_first);
	tcase_add_test(test_case, a_dial_that_came_to_nothing_is_tried_again_soon);
	tcase_add_test(test_case, only_the_lower_nonce_dials_and_only_when_there_is_news);
	tcase_add_test(test_case, the_feed_gives_everything_once_in_order_of_arrival);
	suite_add_tcase(suite, test_case);
	return suite;
}
