/* The keyring: what it holds, what it drops, how it is written. */

#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "crypto/digest.h"
#include "node/desk/track.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

static struct keyring *ring, *again;
static uint8_t *bytes;

static void arrange(void)
{
	ring = people_person("Amal");
	again = keyring_new();
	bytes = malloc(KEYRING_ENCODED_MAX);
	ck_assert_ptr_nonnull(bytes);
}

static void clear(void)
{
	keyring_free(ring);
	keyring_free(again);
	free(bytes);
}

/* A wallet, revocations and spends at their bounds. */
static void fill_roles(void)
{
	for (unsigned left = KEYRING_TICKETS_MAX; ring->batches_n < KEYRING_BATCHES_MAX; ring->batches_n++) {
		struct ticket_batch *batch = &ring->batches[ring->batches_n];
		*batch = (struct ticket_batch){.role = TICKET_CIVILIAN, .day = UINT16_MAX, .revoked = true, .slots = UINT32_MAX};
		batch->tickets_n = (uint8_t)(left < GRANT_TICKETS_MAX ? left : GRANT_TICKETS_MAX);
		left -= batch->tickets_n;
		for (unsigned i = 0; i < batch->tickets_n; i++)
			batch->tickets[i].slot = (uint8_t)i;
	}
	for (; ring->certificates_n < KEYRING_CERTIFICATES_MAX; ring->certificates_n++) {
		struct held_certificate *held = &ring->certificates[ring->certificates_n];
		for (held->topics_n = 0; held->topics_n < KEYRING_CERTIFICATE_TOPICS_MAX; held->topics_n++)
			held->topics[held->topics_n].seq = UINT32_MAX;
	}
	for (; ring->shares_n < KEYRING_SHARES_MAX; ring->shares_n++) {
		struct grant_share *share = &ring->shares[ring->shares_n].share;
		*share = (struct grant_share){.x = UINT8_MAX, .day = UINT16_MAX};
		memset(share->colleague, 's', GRANT_NAME_MAX);
	}
	for (; ring->revocations_n < KEYRING_REVOCATIONS_MAX; ring->revocations_n++)
		ring->revocations[ring->revocations_n].day = UINT16_MAX;
	for (; ring->spends_n < KEYRING_SPENDS_MAX; ring->spends_n++)
		ring->spends[ring->spends_n].day = UINT16_MAX;
}

/* Fills everything to its bounds with values that take most room. */
static void fill_up(void)
{
	keyring_make_organisation(ring, "Medics", PEOPLE_NOW);
	struct card card = people_card(ring);
	memset(card.name, 'n', CARD_NAME_MAX);
	card.name_len = CARD_NAME_MAX;
	card.seq = card.issued = UINT32_MAX;
	ring->store_id = ring->cursor = UINT64_MAX;
	ring->letter_seq = UINT32_MAX;
	ring->org.topics_n = KEYRING_TOPICS_MAX;
	for (unsigned i = 0; i < KEYRING_TOPICS_MAX; i++)
		ring->org.topics[i].seq = UINT32_MAX;
	for (ring->orgs_n = 0; ring->orgs_n < KEYRING_ORGS_MAX; ring->orgs_n++)
		ring->orgs[ring->orgs_n] = (struct pinned_org){.added_at = UINT32_MAX, .card = card};
	card.kind = CARD_PERSON;
	for (ring->contacts_n = 0; ring->contacts_n < KEYRING_CONTACTS_MAX; ring->contacts_n++) {
		struct contact *contact = &ring->contacts[ring->contacts_n];
		*contact = (struct contact){.verified = true, .card_sent_at = UINT32_MAX, .added_at = UINT32_MAX, .card = card};
		memset(contact->name, 'c', CONTACT_NAME_MAX);
	}
	for (ring->sent_n = 0; ring->sent_n < KEYRING_SENT_MAX; ring->sent_n++) {
		struct sent *sent = &ring->sent[ring->sent_n];
		*sent = (struct sent){.type = UINT8_MAX,
				      .class = CLASS_URGENT,
				      .ttl = TTL_7_DAYS,
				      .day = UINT16_MAX,
				      .has_ref = true,
				      .created = UINT32_MAX,
				      .cancelled_at = UINT32_MAX,
				      .copies = UINT32_MAX,
				      .pending_len = ring->sent_n < KEYRING_PENDING_MAX ? ENVELOPE_SIZE_MAX : 0};
		for (unsigned i = 0; i < STAGE_EXPIRED; i++)
			sent->at[i] = sent->said[i] = UINT32_MAX;
	}
	static struct received received = {.arrived = UINT32_MAX,
					   .sent_at = UINT32_MAX,
					   .seq = UINT32_MAX,
					   .answered = UINT32_MAX,
					   .cancelled = UINT32_MAX,
					   .type = UINT8_MAX,
					   .body_len = 450};
	while (ring->received_n < KEYRING_RECEIVED_MAX && keyring_add_received(ring, &received))
		ring->received[ring->received_n - 1].read = false;
	for (ring->notices_n = 0; ring->notices_n < KEYRING_NOTICES_MAX; ring->notices_n++)
		ring->notices[ring->notices_n] = (struct kept_notice){.seq = UINT32_MAX,
								      .issued = UINT32_MAX,
								      .not_after = UINT32_MAX,
								      .verb = NOTICE_SAFE,
								      .arrived = UINT32_MAX,
								      .extra = EXTRA_CERTIFICATE,
								      .role = TICKET_CIVILIAN,
								      .day = UINT16_MAX,
								      .slot = TICKET_SLOTS - 1,
								      .type = UINT8_MAX,
								      .body_len = 700};
	for (ring->releases_n = 0; ring->releases_n < KEYRING_RELEASES_MAX; ring->releases_n++)
		ring->releases[ring->releases_n] = (struct release){.due = UINT32_MAX, .class = CLASS_URGENT};
	ring->opened_n = KEYRING_OPENED_MAX;
	fill_roles();
}

START_TEST(it_round_trips_empty_and_full)
{
	for (int full = 0; full < 2; full++) {
		if (full)
			fill_up();
		size_t len = keyring_encode(ring, bytes, KEYRING_ENCODED_MAX);
		ck_assert_uint_gt(len, 0);
		ck_assert(keyring_decode(again, bytes, len, NULL));
		ck_assert_mem_eq(ring, again, sizeof *ring);
	}
	ck_assert_uint_eq(ring->received_n, KEYRING_RECEIVED_MAX);
}
END_TEST

START_TEST(cut_or_flipped_bytes_never_decode_to_the_same)
{
	struct keyring *other = people_person("Other");
	people_meet(ring, other, "Other");
	keyring_free(other);
	size_t len = keyring_encode(ring, bytes, KEYRING_ENCODED_MAX);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!keyring_decode(again, bytes, cut, NULL));
	for (size_t at = 0; at < len; at++) {
		bytes[at] ^= 1;
		if (keyring_decode(again, bytes, len, NULL))
			ck_assert_mem_ne(again, ring, sizeof *ring);
		bytes[at] ^= 1;
	}
}
END_TEST

/* Takes size bytes away at the place in bytes[*len] that pattern ends at. */
static void cut_behind(size_t *len, const void *pattern, size_t pattern_len, size_t size)
{
	uint8_t *at = memmem(bytes, *len, pattern, pattern_len);
	ck_assert_ptr_nonnull(at);
	at += pattern_len;
	memmove(at, at + size, *len - (size_t)(at - bytes) - size);
	*len -= size;
}

START_TEST(a_vault_from_before_there_were_tickets_is_read_whole)
{
	/* cancelled and arrived, as they are written, mark where the new fields stand */
	static const uint8_t cancelled[] = {0x1A, 0x11, 0x22, 0x33, 0x44}, arrived[] = {0x1A, 0x55, 0x66, 0x77, 0x08};
	enum { ROLES = 5, RECEIVED_NEW = 2, NOTICE_NEW = 34 + 1 + 1 + 17 + 3 + 1 + 13 };
	ring->received_n = ring->notices_n = 1;
	ring->received[0] = (struct received){.cancelled = 0x11223344, .type = LETTER_LETTER, .body_len = 3, .body = "abc"};
	ring->notices[0] = (struct kept_notice){.issued = PEOPLE_NOW, .verb = NOTICE_GO, .arrived = 0x55667708, .type = LETTER_ALERT};
	memset(ring->notices[0].issuer, 7, SIGN_KEY_SIZE);
	memset(ring->notices[0].organisation, 7, SIGN_KEY_SIZE);
	ring->notices[0].day = day_of_unix(PEOPLE_NOW);
	size_t len = keyring_encode(ring, bytes, KEYRING_ENCODED_MAX) - ROLES;
	cut_behind(&len, cancelled, sizeof cancelled, RECEIVED_NEW);
	cut_behind(&len, arrived, sizeof arrived, NOTICE_NEW);
	bytes[0] = 1;
	ck_assert(keyring_decode(again, bytes, len, NULL));
	ck_assert_mem_eq(ring, again, sizeof *ring);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!keyring_decode(again, bytes, cut, NULL));
}
END_TEST

START_TEST(a_newer_version_is_told_apart)
{
	size_t len = keyring_encode(ring, bytes, KEYRING_ENCODED_MAX);
	bool newer = false;
	bytes[0] = 3;
	ck_assert(!keyring_decode(again, bytes, len, &newer));
	ck_assert(newer);
}
END_TEST

START_TEST(a_wrong_clock_moves_nothing)
{
	enum clock_trust trust;
	ck_assert_uint_eq(keyring_time(ring, 1000, &trust), PEOPLE_NOW);
	ck_assert_int_eq(trust, CLOCK_BEHIND);
	ck_assert_uint_eq(keyring_time(ring, 2145916800, &trust), PEOPLE_NOW);
	ck_assert_int_eq(trust, CLOCK_AHEAD);
	ck_assert_uint_eq(keyring_time(ring, PEOPLE_NOW + 44 * (uint64_t)DAY_S, &trust), PEOPLE_NOW + 44 * (uint64_t)DAY_S);
	ck_assert_int_eq(trust, CLOCK_GOOD);
	uint16_t day = ring->fast.day;
	(void)keyring_turn(ring, 2145916800); /* 2038 */
	ck_assert_uint_eq(ring->fast.day, day);
	(void)keyring_turn(ring, 0); /* 1970 */
	ck_assert_uint_eq(ring->fast.day, day);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW);
}
END_TEST

START_TEST(a_desk_made_with_the_clock_at_1970_believes_the_first_good_clock)
{
	keyring_make_person(ring, "Amal", 0);
	ck_assert_uint_eq(keyring_turn(ring, PEOPLE_NOW + 3650 * (uint64_t)DAY_S), PEOPLE_NOW + 3650 * (uint64_t)DAY_S);
	struct card card = people_card(ring);
	ck_assert_uint_eq(card.days, CARD_DAYS_MAX);
}
END_TEST

START_TEST(the_owner_may_overrule_the_clock_check_both_ways)
{
	keyring_trust_clock(ring, PEOPLE_NOW + 1000 * (uint64_t)DAY_S);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW + 1000 * (uint64_t)DAY_S);
	keyring_trust_clock(ring, PEOPLE_NOW);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW);
	ck_assert_uint_eq(people_card(ring).days, CARD_DAYS_MAX);
}
END_TEST

START_TEST(a_signature_moves_the_time_by_a_day_at_most)
{
	keyring_note_issued(ring, PEOPLE_NOW - 5);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW);
	keyring_note_issued(ring, PEOPLE_NOW + 100);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW + 100);
	keyring_note_issued(ring, UINT32_MAX);
	ck_assert_uint_eq(ring->noted, PEOPLE_NOW + 100 + DAY_S);
}
END_TEST

START_TEST(the_card_is_new_each_day_and_the_same_within_one)
{
	uint8_t one[CARD_SIZE_MAX], two[CARD_SIZE_MAX];
	size_t len = keyring_card(ring, one);
	(void)keyring_turn(ring, PEOPLE_NOW + 3600); /* the same day */
	ck_assert_uint_eq(keyring_card(ring, two), len);
	ck_assert_mem_eq(one, two, len);
	(void)keyring_turn(ring, PEOPLE_NOW + DAY_S); /* the next */
	struct card card = people_card(ring);
	ck_assert_uint_eq(card.seq, 2);
	ck_assert_uint_eq(card.first_day, day_of_unix(PEOPLE_NOW) + 1);
	ck_assert_uint_eq(card.days, CARD_DAYS_MAX);
}
END_TEST

static struct sent sent_numbered(unsigned i, uint64_t received_at)
{
	struct sent sent = {.type = LETTER_SAFE, .created = PEOPLE_NOW, .ttl = TTL_7_DAYS};
	sent.at[STAGE_SAVED] = PEOPLE_NOW;
	sent.at[STAGE_RECEIVED] = received_at;
	memcpy(sent.id, &i, sizeof i);
	return sent;
}

START_TEST(a_full_keyring_drops_the_oldest_finished_letter_and_never_an_unfinished_one)
{
	for (unsigned i = 0; i < KEYRING_SENT_MAX; i++) {
		struct sent sent = sent_numbered(i, i == 7 || i == 9 ? PEOPLE_NOW : 0);
		ck_assert_ptr_nonnull(keyring_add_sent(ring, &sent, PEOPLE_NOW));
	}
	struct sent more = sent_numbered(1000, 0), seven = sent_numbered(7, 0), eight = sent_numbered(8, 0);
	ck_assert_ptr_nonnull(keyring_add_sent(ring, &more, PEOPLE_NOW));
	ck_assert_ptr_null(keyring_sent(ring, seven.id));
	ck_assert_ptr_nonnull(keyring_sent(ring, eight.id));
	more = sent_numbered(1001, 0);
	ck_assert_ptr_nonnull(keyring_add_sent(ring, &more, PEOPLE_NOW));
	more = sent_numbered(1002, 0);
	ck_assert_ptr_null(keyring_add_sent(ring, &more, PEOPLE_NOW));
	ck_assert_uint_eq(ring->sent_n, KEYRING_SENT_MAX);
}
END_TEST

START_TEST(letters_that_wait_for_a_post_are_bounded)
{
	for (unsigned i = 0; i <= KEYRING_PENDING_MAX; i++) {
		struct sent sent = sent_numbered(i, 0);
		sent.pending_len = 256;
		ck_assert((keyring_add_sent(ring, &sent, PEOPLE_NOW) != NULL) == (i < KEYRING_PENDING_MAX));
	}
}
END_TEST

START_TEST(unread_letters_of_people_we_know_are_never_dropped)
{
	struct keyring *other = people_person("Other");
	people_meet(ring, other, "Other");
	static struct received received = {.body_len = BODY_SIZE_MAX};
	memcpy(received.sender, other->identity, sizeof received.sender);
	unsigned n = 0;
	while (keyring_add_received(ring, &received))
		received.id[0] = (uint8_t)++n;
	ck_assert_uint_eq(ring->received_n, n);
	ring->received[3].read = true;
	ck_assert(keyring_add_received(ring, &received));
	ck_assert_uint_eq(ring->received_n, n);
	ck_assert_uint_eq(ring->received[3].id[0], 4);
	keyring_free(other);
}
END_TEST

START_TEST(strangers_letters_go_before_those_of_people_we_know)
{
	static struct received stranger = {.body_len = BODY_SIZE_MAX};
	unsigned n = 0;
	for (; ring->received_n == n; n++)
		ck_assert(keyring_add_received(ring, &stranger));
	ck_assert_uint_lt(ring->received_n, n);
}
END_TEST

START_TEST(names_fold_and_do_not_collide)
{
	struct keyring *one = people_person("x"), *two = people_person("y");
	people_meet(ring, one, "أحمد  الحلبي");
	struct card card = people_card(two);
	ck_assert_ptr_nonnull(keyring_contact_named(ring, "احمد الحلبى"));
	ck_assert_int_eq(keyring_add_contact(ring, "احمد الحلبي", &card, PEOPLE_NOW), KEYRING_NAME_TAKEN);
	card = people_card(one);
	ck_assert_int_eq(keyring_add_contact(ring, "Ahmad", &card, PEOPLE_NOW), KEYRING_SAME);
	ck_assert_ptr_nonnull(keyring_contact_named(ring, "AHMAD"));
	ck_assert_uint_eq(ring->contacts_n, 1);
	ck_assert(keyring_remove_contact(ring, "ahmad"));
	ck_assert_uint_eq(ring->contacts_n, 0);
	keyring_free(one);
	keyring_free(two);
}
END_TEST

START_TEST(an_older_card_does_not_replace_a_newer_one)
{
	struct keyring *org = people_organisation("Medics");
	struct card older = people_card(org);
	(void)keyring_turn(org, PEOPLE_NOW + DAY_S); /* a new card */
	struct card newer = people_card(org);
	ck_assert_int_eq(keyring_trust_org(ring, &older, PEOPLE_NOW), KEYRING_ADDED);
	ck_assert_int_eq(keyring_trust_org(ring, &newer, PEOPLE_NOW), KEYRING_UPDATED);
	ck_assert_int_eq(keyring_trust_org(ring, &older, PEOPLE_NOW), KEYRING_OLDER);
	ck_assert_uint_eq(ring->orgs[0].card.seq, newer.seq);
	struct keyring *impostor = people_organisation("MEDICS");
	struct card false_card = people_card(impostor);
	ck_assert_int_eq(keyring_trust_org(ring, &false_card, PEOPLE_NOW), KEYRING_NAME_TAKEN);
	keyring_free(org);
	keyring_free(impostor);
}
END_TEST

START_TEST(what_was_opened_is_remembered_within_bounds)
{
	uint8_t tag[LETTER_TAG_SIZE] = {0};
	for (unsigned i = 0; i < KEYRING_OPENED_MAX + 10; i++) {
		memcpy(tag, &i, sizeof i);
		keyring_remember_opened(ring, tag);
	}
	ck_assert(keyring_opened_before(ring, tag));
	unsigned first = 0;
	memcpy(tag, &first, sizeof first);
	ck_assert(!keyring_opened_before(ring, tag));
	ck_assert_uint_eq(ring->opened_n, KEYRING_OPENED_MAX);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("keyring");
	TCase *tests = tcase_create("keyring");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, it_round_trips_empty_and_full);
	tcase_add_test(tests, cut_or_flipped_bytes_never_decode_to_the_same);
	tcase_add_test(tests, a_vault_from_before_there_were_tickets_is_read_whole);
	tcase_add_test(tests, a_newer_version_is_told_apart);
	tcase_add_test(tests, a_wrong_clock_moves_nothing);
	tcase_add_test(tests, a_desk_made_with_the_clock_at_1970_believes_the_first_good_clock);
	tcase_add_test(tests, the_owner_may_overrule_the_clock_check_both_ways);
	tcase_add_test(tests, a_signature_moves_the_time_by_a_day_at_most);
	tcase_add_test(tests, the_card_is_new_each_day_and_the_same_within_one);
	tcase_add_test(tests, a_full_keyring_drops_the_oldest_finished_letter_and_never_an_unfinished_one);
	tcase_add_test(tests, letters_that_wait_for_a_post_are_bounded);
	tcase_add_test(tests, unread_letters_of_people_we_know_are_never_dropped);
	tcase_add_test(tests, strangers_letters_go_before_those_of_people_we_know);
	tcase_add_test(tests, names_fold_and_do_not_collide);
	tcase_add_test(tests, an_older_card_does_not_replace_a_newer_one);
	tcase_add_test(tests, what_was_opened_is_remembered_within_bounds);
	suite_add_tcase(suite, tests);
	return suite;
}
