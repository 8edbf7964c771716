/* Fetching and handing over, with crashes, broken lines and a post that began anew in between. */

#include "tests/support/fakepost.h"
#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "node/desk/mailroom.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char home[64];
static const struct passphrase none;
static struct fakepost *post;
static struct vault vault;
static struct postlink line;
static struct keyring *other;
static struct opened opened;

static void open_desk(void)
{
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	ck_assert_int_eq(postlink_open(&line, post->path), ERR_OK);
}

static void close_desk(void)
{
	postlink_close(&line);
	vault_close(&vault);
}

/* A desk of this kind that knows `other`, a person. */
static void arrange(struct keyring *ring)
{
	strcpy(home, "/tmp/check_mailroom_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	other = people_person("Other");
	people_meet(ring, other, "Other");
	ck_assert_int_eq(vault_create(home, &none, ring, &vault), ERR_OK);
	vault_close(&vault);
	post = fakepost_start();
	open_desk();
}

static void arrange_person(void)
{
	arrange(people_person("Amal"));
}

static void arrange_organisation(void)
{
	struct keyring *ring = people_organisation("Medics");
	ring->org.card_published_at = PEOPLE_NOW;
	arrange(ring);
}

static void clear(void)
{
	close_desk();
	fakepost_stop(post);
	keyring_free(other);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

static void put_letter(struct keyring *writer)
{
	struct letter letter = {.type = LETTER_LETTER, .text = "hello"};
	struct composed composed = people_compose(writer, vault.ring, &letter, PEOPLE_NOW);
	fakepost_put(post, composed.envelope, composed.len);
}

/* Fetches everything, keeps it nowhere; returns how many letters came. */
static unsigned fetch_at(uint64_t now)
{
	struct mailroom room;
	unsigned n = 0;
	int got;
	mailroom_start(&room, &vault, &line, now);
	do {
		while ((got = mailroom_next(&room, &opened)) == MAILROOM_LETTER)
			n++;
		ck_assert_int_ge(got, 0);
		ck_assert_int_eq(mailroom_settle(&room), ERR_OK);
	} while (got == MAILROOM_MORE);
	return n;
}

START_TEST(letters_come_once_even_over_many_batches)
{
	for (unsigned i = 0; i < 2 * MAILROOM_BATCH + 5; i++)
		put_letter(other);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 2 * MAILROOM_BATCH + 5);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 0);
	close_desk();
	open_desk();
	ck_assert_uint_eq(vault.ring->cursor, 2 * MAILROOM_BATCH + 5);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 0);
}
END_TEST

START_TEST(what_was_not_settled_comes_again_and_no_receipt_left)
{
	struct mailroom room;
	put_letter(other);
	mailroom_start(&room, &vault, &line, PEOPLE_NOW);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_DONE);
	ck_assert_uint_eq(post->submitted_n, 0);
	close_desk(); /* killed here */
	open_desk();
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 1);
}
END_TEST

START_TEST(a_line_that_breaks_moves_no_cursor)
{
	struct mailroom room;
	put_letter(other);
	put_letter(other);
	post->hang_up_after = 1;
	mailroom_start(&room, &vault, &line, PEOPLE_NOW);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_lt(mailroom_next(&room, &opened), 0);
	post->hang_up_after = 0;
	close_desk();
	open_desk();
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 2);
}
END_TEST

START_TEST(a_post_that_began_anew_is_read_from_the_start)
{
	put_letter(other);
	put_letter(other);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 2);
	post->store_id = 12;
	post->feed_n = 1; /* it has one of the old ones and a new one */
	put_letter(other);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 1);
	ck_assert_uint_eq(vault.ring->store_id, 12);
	put_letter(other);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 1);
}
END_TEST

START_TEST(a_refused_letter_comes_again_and_the_later_ones_do_not)
{
	struct mailroom room;
	put_letter(other);
	put_letter(other);
	put_letter(other);
	mailroom_start(&room, &vault, &line, PEOPLE_NOW);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	mailroom_refuse(&room, &opened);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_DONE);
	ck_assert_int_eq(mailroom_settle(&room), ERR_OK);
	ck_assert_uint_eq(vault.ring->cursor, 1);
	ck_assert_uint_eq(vault.ring->releases_n, 2);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 1);
}
END_TEST

START_TEST(a_person_confirms_contacts_later_and_strangers_never)
{
	struct keyring *stranger = people_person("Stranger");
	put_letter(other);
	put_letter(stranger);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 2);
	ck_assert_uint_eq(post->submitted_n, 0);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 29 * 60), 0);
	ck_assert_uint_eq(post->submitted_n, 0);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 91 * 60), 0);
	ck_assert_uint_eq(post->submitted_n, 1);
	struct receipt receipts[RECEIPTS_MAX];
	size_t n = 0;
	ck_assert(receipts_parse(post->submitted[0].bytes, post->submitted[0].len, receipts, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 200 * 60), 0);
	ck_assert_uint_eq(post->submitted_n, 1);
	keyring_free(stranger);
}
END_TEST

START_TEST(an_organisation_confirms_everybody_at_once)
{
	struct keyring *stranger = people_person("Stranger");
	put_letter(other);
	put_letter(stranger);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 2);
	ck_assert_uint_eq(post->submitted_n, 1);
	struct receipt receipts[RECEIPTS_MAX];
	size_t n = 0;
	ck_assert(receipts_parse(post->submitted[0].bytes, post->submitted[0].len, receipts, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(vault.ring->releases_n, 0);
	keyring_free(stranger);
}
END_TEST

START_TEST(an_organisations_card_goes_out_every_week)
{
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 6 * 86400), 0);
	ck_assert_uint_eq(post->submitted_n, 0);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 7 * 86400), 0);
	ck_assert_uint_eq(post->submitted_n, 1);
	struct envelope_header header;
	ck_assert_int_eq(envelope_parse(post->submitted[0].bytes, post->submitted[0].len, &header), ENVELOPE_OK);
	ck_assert_int_eq(header.kind, ENVELOPE_CONTROL);
}
END_TEST

static struct sent *send_letter(void)
{
	struct letter letter = {.type = LETTER_LETTER, .text = "hello"};
	struct card card = people_card(other);
	struct recipient to = {.card = &card, .identity = card.identity};
	struct composed composed;
	struct sent fresh, *sent = NULL;
	ck_assert_int_eq(compose_letter(vault.ring, &to, &letter, PEOPLE_NOW, &composed), COMPOSE_OK);
	compose_sent(&composed, &to, &letter, PEOPLE_NOW, true, &fresh);
	ck_assert_int_eq(outbox_add(&vault, &fresh, PEOPLE_NOW, &sent), ERR_OK);
	return sent;
}

START_TEST(a_letter_is_in_the_vault_before_the_post_hears_of_it)
{
	uint8_t id[LETTER_ID_SIZE];
	memcpy(id, send_letter()->id, sizeof id);
	ck_assert_uint_eq(post->submitted_n, 0);
	close_desk(); /* killed here */
	open_desk();
	struct sent *sent = keyring_sent(vault.ring, id);
	ck_assert_ptr_nonnull(sent);
	ck_assert_uint_gt(sent->pending_len, 0);
	unsigned handed = 0;
	ck_assert_int_eq(outbox_flush(&vault, &line, PEOPLE_NOW + 1, &handed), ERR_OK);
	ck_assert_uint_eq(handed, 1);
	ck_assert_uint_eq(sent->at[STAGE_SAVED], PEOPLE_NOW + 1);
	close_desk();
	open_desk();
	ck_assert_uint_eq(keyring_sent(vault.ring, id)->pending_len, 0);
	ck_assert_int_eq(outbox_flush(&vault, &line, PEOPLE_NOW + 2, &handed), ERR_OK);
	ck_assert_uint_eq(handed, 0);
	ck_assert_uint_eq(post->submitted_n, 1);
}
END_TEST

START_TEST(a_post_without_room_leaves_it_waiting)
{
	struct sent *sent = send_letter();
	post->verdict = VERDICT_FULL;
	ck_assert_int_eq(outbox_submit(&vault, &line, sent, PEOPLE_NOW), ERR_FULL);
	ck_assert_uint_gt(sent->pending_len, 0);
	ck_assert_uint_eq(sent->at[STAGE_SAVED], 0);
	post->verdict = VERDICT_KNOWN;
	ck_assert_int_eq(outbox_submit(&vault, &line, sent, PEOPLE_NOW), ERR_OK);
	ck_assert_uint_eq(sent->pending_len, 0);
}
END_TEST

START_TEST(receipts_and_answers_in_the_feed_move_what_we_sent)
{
	struct sent *sent = send_letter();
	struct receipt receipts[2];
	memset(receipts, 7, sizeof receipts);
	memcpy(receipts[1].tag, sent->id, LETTER_TAG_SIZE);
	memcpy(receipts[1].secret, sent->secret, RECEIPT_SECRET_SIZE);
	struct composed composed;
	compose_receipts(receipts, 2, CLASS_ROUTINE, PEOPLE_NOW, &composed);
	fakepost_put(post, composed.envelope, composed.len);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 5), 0);
	ck_assert_uint_eq(sent->at[STAGE_RECEIVED], PEOPLE_NOW + 5);
	struct letter answer = {.type = LETTER_LETTER, .has_ref = true, .text = "hi"};
	memcpy(answer.ref, sent->id, LETTER_TAG_SIZE);
	composed = people_compose(other, vault.ring, &answer, PEOPLE_NOW);
	fakepost_put(post, composed.envelope, composed.len);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW + 9), 1);
	ck_assert_uint_eq(sent->at[STAGE_ANSWERED], PEOPLE_NOW + 9);
}
END_TEST

/* Fetches a letter in which `writer` hands over the card of `owner`. */
static void hand_over_card(struct keyring *writer, struct keyring *owner)
{
	struct letter letter = {.type = LETTER_CARD};
	letter.card_len = (uint16_t)keyring_card(owner, letter.card);
	struct composed composed = people_compose(writer, vault.ring, &letter, PEOPLE_NOW);
	fakepost_put(post, composed.envelope, composed.len);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 1);
}

START_TEST(a_contacts_own_new_card_replaces_the_old_and_nobody_elses_does)
{
	struct keyring *stranger = people_person("Stranger"), *third = people_person("Third");
	people_meet(vault.ring, third, "Third");
	(void)keyring_turn(other, PEOPLE_NOW + 86400); /* a new card */
	hand_over_card(stranger, other);
	hand_over_card(stranger, stranger);
	hand_over_card(third, other);
	ck_assert_uint_eq(vault.ring->contacts[0].card.seq, 1);
	hand_over_card(other, other);
	ck_assert_uint_eq(vault.ring->contacts[0].card.seq, 2);
	ck_assert_uint_eq(vault.ring->contacts_n, 2);
	keyring_free(stranger);
	keyring_free(third);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("mailroom");
	TCase *person = tcase_create("person"), *organisation = tcase_create("organisation");
	tcase_set_timeout(person, 60);
	tcase_add_checked_fixture(person, arrange_person, clear);
	tcase_add_test(person, letters_come_once_even_over_many_batches);
	tcase_add_test(person, what_was_not_settled_comes_again_and_no_receipt_left);
	tcase_add_test(person, a_line_that_breaks_moves_no_cursor);
	tcase_add_test(person, a_post_that_began_anew_is_read_from_the_start);
	tcase_add_test(person, a_refused_letter_comes_again_and_the_later_ones_do_not);
	tcase_add_test(person, a_person_confirms_contacts_later_and_strangers_never);
	tcase_add_test(person, a_letter_is_in_the_vault_before_the_post_hears_of_it);
	tcase_add_test(person, a_post_without_room_leaves_it_waiting);
	tcase_add_test(person, receipts_and_answers_in_the_feed_move_what_we_sent);
	tcase_add_test(person, a_contacts_own_new_card_replaces_the_old_and_nobody_elses_does);
	tcase_add_checked_fixture(organisation, arrange_organisation, clear);
	tcase_add_test(organisation, an_organisation_confirms_everybody_at_once);
	tcase_add_test(organisation, an_organisations_card_goes_out_every_week);
	suite_add_tcase(suite, person);
	suite_add_tcase(suite, organisation);
	return suite;
}
