#include "tests/support/cluster.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "proto/record.h"

#include <stdlib.h>
#include <string.h>

START_TEST(a_letter_crosses_posts_that_are_never_all_connected)
{
	struct cluster cluster;
	cluster_open(&cluster, 4, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_URGENT, 1);
	cluster_give(&cluster, 0, &letter);
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
			cluster_give(&cluster, 0, &letter);
		if (n % 10 > 5)
			cluster_give(&cluster, 1, &letter);
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
		cluster_give(&cluster, 0, &letter);
		cluster_give(&cluster, 1, &letter);
	}
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	/* a handshake message and one HELLO each way */
	ck_assert_uint_eq(cluster.links[link].bytes_ab, HANDSHAKE_FIRST_SIZE + record_wire_len(1));
	ck_assert_uint_eq(cluster.links[link].bytes_ba, HANDSHAKE_SECOND_SIZE);
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_urgent_letter_overtakes_bulk_that_is_under_way)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	for (uint32_t n = 0; n < 2000; n++) {
		struct sample bulk = sample_sealed(n, CLASS_ROUTINE, 1);
		cluster_give(&cluster, 0, &bulk);
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
	cluster_give(&cluster, 0, &letter);
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
		cluster_give(&cluster, 0, &letter);
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
		cluster_give(&cluster, 0, &letters[n]);
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
	cluster_give(&cluster, 0, &letter);
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

START_TEST(a_letter_that_waits_is_not_offered_to_a_link_that_opens_meanwhile)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample shy = sample_sealed(1, CLASS_STATUS, 0), other = sample_sealed(2, CLASS_STATUS, 0);
	cluster_submit(&cluster, 0, shy.bytes, shy.len, 0);
	cluster_give(&cluster, 0, &other);
	cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, shy.id), PLACE_UNKNOWN);
	ck_assert_int_eq(cluster_place(&cluster, 1, other.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(news_of_a_class_that_was_equal_is_offered_while_the_walk_is_elsewhere)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	struct sample same = sample_sealed(1, CLASS_ROUTINE, 0), late = sample_sealed(2, CLASS_ROUTINE, 0);
	cluster_give(&cluster, 0, &same);
	cluster_give(&cluster, 1, &same);
	for (uint32_t n = 10; n < 1500; n++) {
		struct sample backlog = sample_sealed(n, CLASS_STATUS, 1);
		cluster_give(&cluster, 0, &backlog);
	}
	cluster_join(&cluster, 0, 1);
	for (int turn = 0; turn < 6; turn++)
		cluster_turn(&cluster);
	uint64_t through = cluster_count(&cluster, 1, TALLY_LETTERS_STORED);
	ck_assert(through > 1 && through < 1000); /* the walk is under way */
	cluster_give(&cluster, 0, &late);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, late.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_is_not_offered_back_to_where_it_came_from)
{
	struct cluster cluster;
	cluster_open(&cluster, 2, ROOMY);
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	size_t before = cluster.links[link].bytes_ba;
	for (uint32_t n = 0; n < 60; n++) {
		struct sample letter = sample_sealed(n, CLASS_NEED, 0);
		cluster_give(&cluster, 0, &letter);
	}
	cluster_run(&cluster);
	/* small records with a WANT and an ACK: an OFFER of sixty tags would not fit into them */
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_STORED), 60);
	ck_assert_uint_lt(cluster.links[link].bytes_ba - before, record_wire_len(4));
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_store_full_of_urgent_letters_takes_no_lesser_one)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, 10 * 256);
	for (uint32_t n = 0; n < 10; n++) {
		struct sample urgent = sample_sealed(n, CLASS_URGENT, 0);
		cluster_give(&cluster, 0, &urgent);
	}
	struct sample lesser = sample_sealed(100, CLASS_NEED, 0), urgent = sample_sealed(101, CLASS_URGENT, 0);
	ck_assert_int_eq(cluster_submit(&cluster, 0, lesser.bytes, lesser.len, 0), VERDICT_FULL);
	ck_assert_int_eq(cluster_submit(&cluster, 0, urgent.bytes, urgent.len, 0), VERDICT_FULL); /* none is older */
	ck_assert_int_eq(cluster_place(&cluster, 0, lesser.id), PLACE_UNKNOWN);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_EVICTED), 0);
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
	cluster_give(&cluster, 0, &old);
	cluster_give(&cluster, 0, &other);
	size_t link = cluster_join(&cluster, 0, 1);
	cluster_run(&cluster);
	ck_assert_int_eq(cluster_place(&cluster, 1, old.id), PLACE_HELD);
	cluster_give(&cluster, 1, &new);
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
	cluster_give(&cluster, 0, &one);
	cluster_give(&cluster, 0, &two);
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
	cluster_give(&cluster, 0, &letter);
	size_t first = cluster_join(&cluster, 0, 1), second = cluster_join(&cluster, 1, 2);
	cluster_run(&cluster);
	cluster_cut(&cluster, first);
	struct sample receipts = sample_receipts(&letter, 1);
	cluster_give(&cluster, 2, &receipts);
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
	cluster_give(&cluster, 0, &letter);
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
	cluster_give(&cluster, 0, &receipted);
	kinds[3] = sample_receipts(&receipted, 1);
	for (size_t kind = 0; kind < 4; kind++) {
		for (size_t bit = 0; bit < kinds[kind].len * 8; bit++) {
			struct sample spoilt = kinds[kind];
			spoilt.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			uint8_t id[LETTER_ID_SIZE];
			ck_assert_int_eq(post_submit(cluster.post[0], spoilt.bytes, spoilt.len, 0, id, cluster.now), VERDICT_MALFORMED);
		}
		cluster_give(&cluster, 0, &kinds[kind]);
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_is_let_go_after_its_hours_and_its_id_is_remembered)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample letter = sample_sealed(1, CLASS_STATUS, 0); /* 72 hours */
	cluster_give(&cluster, 0, &letter);
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

START_TEST(the_feed_gives_everything_once_in_order_of_arrival)
{
	struct cluster cluster;
	cluster_open(&cluster, 1, ROOMY);
	struct sample samples[3] = {sample_sealed(1, CLASS_STATUS, 0), sample_notice(0, 0, 1, "x"), sample_sealed(2, CLASS_URGENT, 1)};
	for (size_t i = 0; i < 3; i++)
		cluster_give(&cluster, 0, &samples[i]);
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
	tcase_add_test(test_case, a_letter_that_waits_is_not_offered_to_a_link_that_opens_meanwhile);
	tcase_add_test(test_case, news_of_a_class_that_was_equal_is_offered_while_the_walk_is_elsewhere);
	tcase_add_test(test_case, a_letter_is_not_offered_back_to_where_it_came_from);
	tcase_add_test(test_case, a_store_full_of_urgent_letters_takes_no_lesser_one);
	tcase_add_test(test_case, a_full_store_gives_up_the_lesser_class_and_keeps_the_urgent);
	tcase_add_test(test_case, a_newer_notice_replaces_the_older_on_every_post);
	tcase_add_test(test_case, two_notices_of_one_number_are_both_kept_as_proof);
	tcase_add_test(test_case, a_receipt_purges_the_letter_everywhere_and_it_does_not_come_back);
	tcase_add_test(test_case, a_forged_receipt_purges_nothing_and_goes_no_further);
	tcase_add_test(test_case, no_flipped_bit_is_let_in_or_remembered);
	tcase_add_test(test_case, a_letter_is_let_go_after_its_hours_and_its_id_is_remembered);
	tcase_add_test(test_case, the_feed_gives_everything_once_in_order_of_arrival);
	suite_add_tcase(suite, test_case);
	return suite;
}
