/* Attacks on the order of letters, by real posts that talk to each other: floods, letters stripped, stamped anew, sent twice, revocations. */

#include "node/post/post_inside.h"
#include "proto/order.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { MEDICS = 0, BUSES = 1, DAY = 4032, GENUINE = 24, FLOOD = 10000, SMALL_STORE = 4 << 20 };

static struct cluster cluster;

static void believe(size_t post, uint8_t organisation)
{
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(organisation, key);
	ck_assert(post_trust(cluster.post[post], key, 1, cluster.now));
	ck_assert_int_eq(post_settle(cluster.post[post], cluster.now), ERR_OK);
}

static void open_posts(size_t n, uint64_t store_max_bytes)
{
	cluster_open(&cluster, n, store_max_bytes);
	for (size_t i = 0; i < n; i++)
		believe(i, MEDICS);
}

static void meet(size_t a, size_t b)
{
	size_t link = cluster_join(&cluster, a, b);
	cluster_run(&cluster);
	cluster_cut(&cluster, link);
}

/* The tier of a letter that a post holds, or -1. */
static int tier_at(size_t post, const struct sample *letter)
{
	uint32_t slot;
	if (store_place(cluster.post[post]->store, letter->id, &slot) != PLACE_HELD)
		return -1;
	return order_tier(catalogue_at(store_catalogue(cluster.post[post]->store), slot)->rank);
}

/* The same letter for the same number; made once, for signing takes its time. */
static struct sample genuine(uint32_t number)
{
	static struct sample made[GENUINE];
	static bool is_made[GENUINE];
	if (!is_made[number])
		made[number] = sample_ticketed(number, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 1, TICKET_MEDIC, DAY, (uint8_t)number});
	is_made[number] = true;
	return made[number];
}

/* Junk of every class and several sizes, some of it with tickets of an organisation that the flooder made up. */
static struct sample junk(uint32_t number)
{
	enum { MADE_UP = 50 };
	if (number % 10 == 9)
		return sample_ticketed(number, CLASS_URGENT, 1,
				       &(struct sample_ticket){MADE_UP, (uint8_t)(number / 32 % 64), TICKET_MEDIC,
							       (uint16_t)(DAY + number / 2048 % 32), number % 32});
	return sample_sealed(1000000 + number, (enum letter_class)(number % LETTER_CLASSES), (uint8_t)(number % 3));
}

static void flood(size_t post, uint32_t letters)
{
	for (uint32_t n = 0; n < letters; n++) {
		struct sample letter = junk(n);
		uint8_t id[LETTER_ID_SIZE];
		(void)post_submit(cluster.post[post], letter.bytes, letter.len, SUBMIT_SEND_NOW | SUBMIT_CARRIED, id, cluster.now);
		if (n % 512 == 511)
			ck_assert_int_eq(post_settle(cluster.post[post], cluster.now), ERR_OK);
	}
	ck_assert_int_eq(post_settle(cluster.post[post], cluster.now), ERR_OK);
}

/* Bytes of letters that reached a post up to the last genuine one; all of them must be there. */
static uint64_t bytes_until_all(size_t post)
{
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct control_letter letter = {.cursor = 0};
	uint64_t bytes = 0, until = 0;
	unsigned found = 0;
	while (post_feed(cluster.post[post], letter.cursor, UINT8_MAX, envelope, &letter)) {
		bytes += letter.envelope_len;
		for (uint32_t n = 0; n < GENUINE; n++) {
			struct sample wanted = genuine(n);
			if (letter.envelope_len == wanted.len && memcmp(envelope, wanted.bytes, wanted.len) == 0) {
				found++;
				until = bytes;
			}
		}
	}
	ck_assert_uint_eq(found, GENUINE);
	return until;
}

/* From a medic (0) and, if there are any, a flooder (1) over a carrier (2) to a gateway (3). */
static uint64_t day_of_the_carrier(uint32_t flood_letters, uint64_t store_max_bytes)
{
	open_posts(4, store_max_bytes);
	if (flood_letters > 0) {
		flood(1, flood_letters);
		meet(1, 2);
	}
	for (uint32_t n = 0; n < GENUINE; n++) {
		struct sample letter = genuine(n);
		cluster_give(&cluster, 0, &letter);
	}
	meet(0, 2);
	meet(2, 3);
	uint64_t bytes = bytes_until_all(3);
	for (uint32_t n = 0; n < GENUINE; n++) {
		struct sample letter = genuine(n);
		ck_assert_int_eq(tier_at(3, &letter), ORDER_TIER_PROVEN);
	}
	cluster_close(&cluster);
	return bytes;
}

START_TEST(ten_thousand_junk_letters_do_not_delay_twenty_four_genuine_ones)
{
	uint64_t quiet = day_of_the_carrier(0, ROOMY), flooded = day_of_the_carrier(FLOOD, ROOMY);
	ck_assert_uint_le(flooded * 10, quiet * 11);
}
END_TEST

START_TEST(nor_where_the_stores_are_full_of_junk)
{
	uint64_t quiet = day_of_the_carrier(0, SMALL_STORE), flooded = day_of_the_carrier(FLOOD, SMALL_STORE);
	ck_assert_uint_le(flooded * 10, quiet * 11);
}
END_TEST

START_TEST(a_cry_without_a_ticket_crosses_a_flood_that_came_over_another_link)
{
	open_posts(4, SMALL_STORE);
	flood(1, FLOOD);
	meet(1, 2);
	struct sample cry = sample_sealed(1, CLASS_URGENT, 1);
	cluster_give(&cluster, 0, &cry);
	meet(0, 2);
	ck_assert_int_eq(tier_at(2, &cry), ORDER_TIER_URGENT);
	for (uint32_t n = 0; n < 4; n++) {
		struct sample more = junk(2 * FLOOD + n);
		cluster_submit(&cluster, 1, more.bytes, more.len, SUBMIT_SEND_NOW | SUBMIT_CARRIED);
		meet(1, 2);
	}
	ck_assert_int_eq(tier_at(2, &cry), ORDER_TIER_URGENT);
	meet(2, 3);
	ck_assert_int_eq(tier_at(3, &cry), ORDER_TIER_URGENT);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_notice_leaves_a_full_store_that_does_not_know_its_organisation)
{
	for (uint32_t round = 0; round < 10; round++) {
		open_posts(2, SMALL_STORE);
		believe(1, BUSES);
		struct sample old = sample_notice(BUSES, 1, 1, "planned"), new = sample_notice(BUSES, 1, 2 + round, "turned back");
		cluster_give(&cluster, 0, &old);
		meet(0, 1);
		flood(0, FLOOD);
		cluster_give(&cluster, 0, &new);
		meet(0, 1);
		ck_assert_int_eq(tier_at(1, &new), ORDER_TIER_PROVEN);
		cluster_close(&cluster);
	}
}
END_TEST

START_TEST(a_greeting_passes_a_full_carrier_from_hand_to_hand)
{
	enum { LETTERS = 20 };
	open_posts(3, SMALL_STORE);
	flood(1, FLOOD);
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample greeting = sample_sealed(n, (enum letter_class)(n % 2), (uint8_t)(n % ENVELOPE_BUCKETS));
		cluster_give(&cluster, 0, &greeting);
		meet(0, 1);
		ck_assert_int_ne(tier_at(1, &greeting), -1);
		meet(1, 2);
		ck_assert_int_ne(tier_at(2, &greeting), -1);
		cluster.link_count = 0; /* all of them are cut: their places are free */
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(one_of_each_link_s_letters_is_offered_to_a_full_post_before_two_of_another)
{
	enum { LETTERS = 4, JUNK = 9000 };
	open_posts(2, SMALL_STORE);
	for (uint32_t n = 0; n < JUNK; n++) {
		struct sample letter = sample_sealed(1000 + n, CLASS_ROUTINE, 1);
		cluster_submit(&cluster, 1, letter.bytes, letter.len, SUBMIT_CARRIED);
	}
	meet(0, 1);
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample greeting = sample_sealed(n, CLASS_ROUTINE, 1);
		cluster_give(&cluster, 0, &greeting);
		meet(0, 1);
		ck_assert_int_ne(tier_at(1, &greeting), -1);
	}
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_letter_stripped_of_its_ticket_does_not_keep_the_genuine_one_out)
{
	open_posts(2, ROOMY);
	struct sample letter = genuine(3), stripped = letter;
	stripped.bytes[2] = CLASS_URGENT; /* no ticket, the same bytes behind */
	envelope_finish(stripped.bytes, stripped.len);
	ck_assert_int_eq(cluster_submit(&cluster, 0, stripped.bytes, stripped.len, SUBMIT_CARRIED | SUBMIT_SEND_NOW), VERDICT_STORED);
	cluster_give(&cluster, 0, &letter);
	ck_assert_int_eq(tier_at(0, &letter), ORDER_TIER_PROVEN);
	meet(0, 1);
	ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_PROVEN);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_ticketed_letter_with_another_day_class_or_ticket_is_refused)
{
	open_posts(1, ROOMY);
	static const uint16_t places[] = {2, 3, 4, 8, 40, 70, 72, 76, 100, 152, 216, 400};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct sample letter = genuine(3);
		letter.bytes[places[i]] ^= 1;
		envelope_finish(letter.bytes, letter.len);
		ck_assert_int_eq(cluster_submit(&cluster, 0, letter.bytes, letter.len, SUBMIT_CARRIED), VERDICT_MALFORMED);
	}
	struct sample letter = genuine(3), other = genuine(4);
	memcpy(letter.bytes + ENVELOPE_HEADER_SIZE, other.bytes + ENVELOPE_HEADER_SIZE, TICKET_BLOCK_SIZE);
	envelope_finish(letter.bytes, letter.len);
	ck_assert_int_eq(cluster_submit(&cluster, 0, letter.bytes, letter.len, SUBMIT_CARRIED), VERDICT_MALFORMED);
	letter = genuine(3);
	ck_assert_int_eq(cluster_submit(&cluster, 0, letter.bytes, letter.len, SUBMIT_CARRIED), VERDICT_STORED);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_ticket_spent_twice_on_two_sides_comes_to_one_winner_everywhere)
{
	open_posts(4, ROOMY);
	struct sample_ticket ticket = {MEDICS, 2, TICKET_MEDIC, DAY, 5};
	struct sample a = sample_ticketed(1, CLASS_URGENT, 1, &ticket), b = sample_ticketed(2, CLASS_URGENT, 1, &ticket);
	const struct sample *low = memcmp(a.id, b.id, LETTER_ID_SIZE) < 0 ? &a : &b, *high = low == &a ? &b : &a;
	cluster_give(&cluster, 0, &a);
	cluster_give(&cluster, 3, &b);
	meet(0, 1);
	meet(3, 2);
	meet(1, 2);
	meet(0, 1);
	meet(2, 3);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(tier_at(i, low), ORDER_TIER_PROVEN);
		ck_assert_int_eq(tier_at(i, high), ORDER_TIER_URGENT);
	}
	cluster_crash(&cluster, 1);
	ck_assert_int_eq(tier_at(1, low), ORDER_TIER_PROVEN);
	ck_assert_int_eq(tier_at(1, high), ORDER_TIER_URGENT);
	size_t link = cluster_join(&cluster, 1, 2);
	cluster_run(&cluster);
	ck_assert_uint_le(cluster.links[link].bytes_ab + cluster.links[link].bytes_ba, 1000); /* they agree: nothing crosses */
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_revocation_works_within_one_contact_and_spares_what_came_before)
{
	open_posts(3, ROOMY);
	struct sample today = sample_ticketed(1, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 2, TICKET_MEDIC, DAY, 1});
	struct sample yesterday = sample_ticketed(2, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 2, TICKET_MEDIC, DAY - 1, 1});
	struct sample thiefs = sample_ticketed(3, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 2, TICKET_MEDIC, DAY, 2});
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(2, DAY, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1);
	cluster_give(&cluster, 1, &today);
	cluster_give(&cluster, 1, &yesterday);
	cluster_give(&cluster, 0, &revocation);
	meet(0, 1);
	ck_assert_int_eq(tier_at(1, &revocation), ORDER_TIER_PROVEN);
	ck_assert_int_eq(tier_at(1, &today), ORDER_TIER_URGENT); /* carried on, but not proven any more */
	ck_assert_int_eq(tier_at(1, &yesterday), ORDER_TIER_PROVEN);
	cluster_give(&cluster, 1, &thiefs);
	ck_assert_int_eq(tier_at(1, &thiefs), ORDER_TIER_URGENT);
	meet(1, 2);
	ck_assert_int_eq(tier_at(2, &revocation), ORDER_TIER_PROVEN);
	ck_assert_int_eq(tier_at(2, &thiefs), ORDER_TIER_URGENT);
	cluster_crash(&cluster, 2);
	struct sample again = sample_ticketed(4, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 2, TICKET_MEDIC, DAY + 2, 2});
	cluster_give(&cluster, 2, &again);
	ck_assert_int_eq(tier_at(2, &again), ORDER_TIER_URGENT);
	cluster_close(&cluster);
}
END_TEST

START_TEST(a_revocation_is_the_first_letter_over_the_link)
{
	open_posts(2, ROOMY);
	for (uint32_t n = 0; n < GENUINE; n++) {
		struct sample letter = genuine(n);
		cluster_give(&cluster, 0, &letter);
	}
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(2, DAY, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1);
	cluster_give(&cluster, 0, &revocation);
	meet(0, 1);
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct control_letter first;
	ck_assert(post_feed(cluster.post[1], 0, UINT8_MAX, envelope, &first));
	ck_assert_mem_eq(envelope, revocation.bytes, revocation.len);
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_organisation_named_later_raises_what_is_held_already)
{
	open_posts(2, ROOMY);
	struct sample letter = sample_ticketed(1, CLASS_URGENT, 1, &(struct sample_ticket){BUSES, 2, TICKET_MEDIC, DAY, 1});
	struct sample notice = sample_notice(BUSES, 1, 1, "bus");
	cluster_give(&cluster, 0, &letter);
	cluster_give(&cluster, 0, &notice);
	meet(0, 1);
	ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_URGENT);
	ck_assert_int_eq(tier_at(1, &notice), 1);
	believe(1, BUSES);
	ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_PROVEN);
	ck_assert_int_eq(tier_at(1, &notice), ORDER_TIER_PROVEN);
	size_t link = cluster_join(&cluster, 0, 1); /* the two judge differently, and nothing is sent for that */
	cluster_run(&cluster);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), 2);
	ck_assert_uint_eq(cluster_count(&cluster, 1, TALLY_LETTERS_SENT), 0);
	cluster_cut(&cluster, link);
	cluster_crash(&cluster, 1);
	ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_PROVEN);
	cluster_close(&cluster);
}
END_TEST

START_TEST(an_old_bus_time_stays_old_after_a_restart_and_a_million_junk_ids)
{
	enum { JUNK = 1000000, UNTIL = 1000 };
	open_posts(1, ROOMY);
	struct sample old = sample_notice(MEDICS, 1, 1, "at five"), new = sample_notice(MEDICS, 1, 2, "turned back");
	cluster_give(&cluster, 0, &old);
	cluster_give(&cluster, 0, &new);
	cluster_crash(&cluster, 0);
	struct store *store = cluster.post[0]->store;
	for (uint32_t n = 0; n < JUNK; n++) {
		struct catalogue_position junk_id = {.rank = 0};
		memcpy(junk_id.tag, &n, sizeof n);
		store_remember(store, &junk_id, &(struct store_known){.receipted = false}, UNTIL);
		if (n % STORE_KNOWN_MAX == 0) {
			while (store_forget_expired(store, 0))
				;
			ck_assert_int_eq(store_commit(store, cluster.now.boot_ms), ERR_OK);
		}
	}
	while (store_forget_expired(store, 0))
		;
	ck_assert_uint_le(catalogue_known(store_catalogue(store)), STORE_KNOWN_MAX);
	ck_assert_int_eq(store_commit(store, cluster.now.boot_ms), ERR_OK);
	ck_assert_int_ne(cluster_submit(&cluster, 0, old.bytes, old.len, SUBMIT_CARRIED), VERDICT_STORED);
	cluster_crash(&cluster, 0);
	ck_assert_int_ne(cluster_submit(&cluster, 0, old.bytes, old.len, SUBMIT_CARRIED), VERDICT_STORED);
	ck_assert_int_eq(cluster_place(&cluster, 0, new.id), PLACE_HELD);
	cluster_close(&cluster);
}
END_TEST

START_TEST(posts_whose_clocks_are_wrong_carry_and_prove_as_others)
{
	static const uint64_t clocks[] = {0, INT32_MAX, 4294967295u, 2085978496, SAMPLE_ISSUED - 10 * 86400};
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		open_posts(2, ROOMY);
		cluster.now.unix_s = clocks[i];
		struct sample letter = genuine(1), cry = sample_sealed(1, CLASS_URGENT, 1), card = sample_control(MEDICS, 1, 2);
		cluster_give(&cluster, 0, &card);
		cluster_give(&cluster, 0, &letter);
		cluster_give(&cluster, 0, &cry);
		cluster_wait(&cluster, 3600000);
		meet(0, 1);
		ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_PROVEN);
		ck_assert_int_eq(tier_at(1, &cry), ORDER_TIER_URGENT);
		cluster_close(&cluster);
	}
}
END_TEST

START_TEST(ten_thousand_forged_receipts_purge_nothing_and_stay_where_they_are)
{
	enum { FORGED = 10000 };
	open_posts(2, ROOMY);
	struct sample letter = genuine(1);
	cluster_give(&cluster, 0, &letter);
	for (uint32_t n = 0; n < FORGED; n++) {
		struct sample false_letter = letter;
		memcpy(false_letter.secret, &n, sizeof n);
		struct sample receipts = sample_receipts(&false_letter, 1);
		uint8_t id[LETTER_ID_SIZE];
		ck_assert_int_eq(post_submit(cluster.post[0], receipts.bytes, receipts.len, SUBMIT_CARRIED, id, cluster.now), VERDICT_UNMATCHED);
	}
	meet(0, 1);
	ck_assert_int_eq(tier_at(1, &letter), ORDER_TIER_PROVEN);
	ck_assert_uint_eq(cluster_count(&cluster, 0, TALLY_LETTERS_SENT), 1);
	struct sample receipt = sample_receipts(&letter, 1);
	ck_assert_int_eq(cluster_submit(&cluster, 1, receipt.bytes, receipt.len, SUBMIT_SEND_NOW), VERDICT_STORED);
	meet(0, 1);
	ck_assert_int_eq(cluster_place(&cluster, 0, letter.id), PLACE_KNOWN);
	ck_assert_int_eq(cluster_submit(&cluster, 0, letter.bytes, letter.len, SUBMIT_CARRIED), VERDICT_KNOWN);
	cluster_close(&cluster);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("siege");
	TCase *tcase = tcase_create("siege");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, ten_thousand_junk_letters_do_not_delay_twenty_four_genuine_ones);
	tcase_add_test(tcase, nor_where_the_stores_are_full_of_junk);
	tcase_add_test(tcase, a_cry_without_a_ticket_crosses_a_flood_that_came_over_another_link);
	tcase_add_test(tcase, a_notice_leaves_a_full_store_that_does_not_know_its_organisation);
	tcase_add_test(tcase, a_greeting_passes_a_full_carrier_from_hand_to_hand);
	tcase_add_test(tcase, one_of_each_link_s_letters_is_offered_to_a_full_post_before_two_of_another);
	tcase_add_test(tcase, a_letter_stripped_of_its_ticket_does_not_keep_the_genuine_one_out);
	tcase_add_test(tcase, a_ticketed_letter_with_another_day_class_or_ticket_is_refused);
	tcase_add_test(tcase, a_ticket_spent_twice_on_two_sides_comes_to_one_winner_everywhere);
	tcase_add_test(tcase, a_revocation_works_within_one_contact_and_spares_what_came_before);
	tcase_add_test(tcase, a_revocation_is_the_first_letter_over_the_link);
	tcase_add_test(tcase, an_organisation_named_later_raises_what_is_held_already);
	tcase_add_test(tcase, an_old_bus_time_stays_old_after_a_restart_and_a_million_junk_ids);
	tcase_add_test(tcase, posts_whose_clocks_are_wrong_carry_and_prove_as_others);
	tcase_add_test(tcase, ten_thousand_forged_receipts_purge_nothing_and_stay_where_they_are);
	suite_add_tcase(suite, tcase);
	return suite;
}
