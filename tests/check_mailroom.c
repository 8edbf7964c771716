/* Fetching and handing over, with crashes, broken lines and a post that began anew in between. */

#include "tests/support/fakepost.h"
#include "tests/support/people.h"
#include "tests/support/suite.h"
#include "tests/support/voices.h"

#include "node/desk/mailroom.h"
#include "node/desk/outbox.h"
#include "node/desk/track.h"
#include "proto/certificate.h"

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

static const uint8_t secret[LINKAGE_SEED_SIZE] = {9};
static const struct letter turned_back = {.type = LETTER_TRANSPORT, .line = "1", .verb = TRANSPORT_TURNED_BACK};

/* The post brings a notice; returns how many the desk keeps. */
static unsigned bring(const struct composed *composed)
{
	fakepost_put(post, composed->envelope, composed->len);
	ck_assert_uint_eq(fetch_at(PEOPLE_NOW), 0);
	return vault.ring->notices_n;
}

static struct composed announced(struct held_certificate *held, const struct letter *letter)
{
	struct notice_signer signer = {.certificate = held};
	return voices_say(other, &signer, letter, compose_verb(letter), PEOPLE_NOW, 1);
}

static struct composed witnessed(const struct keyring *organisation, uint8_t slot)
{
	struct wallet_ticket ticket = voices_ticket(organisation, TICKET_CIVILIAN, slot, secret);
	struct notice_signer signer = {.ticket = &ticket};
	return voices_say(other, &signer, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1);
}

static bool trusted(unsigned i)
{
	return keyring_org_name(vault.ring, vault.ring->notices[i].organisation) != NULL;
}

START_TEST(the_voices_of_pinned_organisations_are_kept_as_theirs)
{
	struct keyring *medics = people_organisation("Medics");
	people_trust(vault.ring, medics);
	struct held_certificate held = voices_announcer(medics, SCOPE_TRANSPORT, secret);
	struct composed own = voices_say(medics, NULL, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1), announcers = announced(&held, &turned_back),
			witness = witnessed(medics, 3);
	ck_assert_uint_eq(bring(&own), 1);
	ck_assert_uint_eq(bring(&announcers), 2);
	ck_assert_uint_eq(bring(&witness), 3);
	close_desk(); /* and comes back from the vault */
	open_desk();
	static const uint8_t extras[] = {EXTRA_NONE, EXTRA_CERTIFICATE, EXTRA_TICKET};
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_str_eq(keyring_org_name(vault.ring, vault.ring->notices[i].organisation), "Medics");
		ck_assert_uint_eq(vault.ring->notices[i].extra, extras[i]);
	}
	ck_assert_uint_eq(vault.ring->notices[2].role, TICKET_CIVILIAN);
	ck_assert_uint_eq(vault.ring->notices[2].slot, 3);
	keyring_free(medics);
}
END_TEST

START_TEST(strangers_announcers_and_witnesses_are_nobodys_word_and_few)
{
	struct keyring *stranger = people_organisation("Strangers");
	struct held_certificate held = voices_announcer(stranger, SCOPE_ALL, secret);
	struct composed announcers = announced(&held, &turned_back);
	ck_assert_uint_eq(bring(&announcers), 1);
	ck_assert(!trusted(0));
	for (unsigned i = 0; i < 2 * KEYRING_STRANGER_NOTICES_MAX; i++) {
		struct composed witness = witnessed(stranger, (uint8_t)(i % TICKET_SLOTS));
		(void)bring(&witness); /* counted below */
	}
	ck_assert_uint_eq(vault.ring->notices_n, KEYRING_STRANGER_NOTICES_MAX);
	ck_assert(!trusted(KEYRING_STRANGER_NOTICES_MAX - 1));
	keyring_free(stranger);
}
END_TEST

START_TEST(a_forged_certificate_or_ticket_is_no_voice)
{
	struct keyring *medics = people_organisation("Medics"), *forger = people_organisation("Medics");
	people_trust(vault.ring, medics);
	struct held_certificate held = voices_announcer(medics, SCOPE_ALL, secret), forged = voices_announcer(forger, SCOPE_ALL, secret);
	memcpy(forged.bytes + SIGN_KEY_SIZE, held.bytes + SIGN_KEY_SIZE, SIGN_KEY_SIZE); /* names the true organisation */
	struct composed announcers = announced(&forged, &turned_back);
	ck_assert_uint_eq(bring(&announcers), 0);
	struct wallet_ticket good = voices_ticket(medics, TICKET_MEDIC, 0, secret), bad = voices_ticket(forger, TICKET_MEDIC, 0, secret);
	memcpy(bad.bytes + SIGN_KEY_SIZE, good.bytes + SIGN_KEY_SIZE, TICKET_ISSUER_SIZE);
	struct notice_signer signer = {.ticket = &bad};
	struct composed witness = voices_say(other, &signer, &turned_back, NOTICE_STOP, PEOPLE_NOW, 1);
	ck_assert_uint_eq(bring(&witness), 1);
	ck_assert(!trusted(0));
	keyring_free(medics);
	keyring_free(forger);
}
END_TEST

START_TEST(an_announcer_speaks_only_of_what_the_certificate_is_for)
{
	struct keyring *medics = people_organisation("Medics");
	people_trust(vault.ring, medics);
	struct held_certificate held = voices_announcer(medics, SCOPE_ALERT | SCOPE_HEADCOUNT, secret);
	struct letter count = {.type = LETTER_HEADCOUNT, .place = "Sector 4", .people = 4000};
	struct composed bus = announced(&held, &turned_back), people = announced(&held, &count);
	ck_assert_uint_eq(bring(&bus), 0);
	ck_assert_uint_eq(bring(&people), 1);
	keyring_free(medics);
}
END_TEST

START_TEST(only_an_organisations_own_key_moves_the_clock)
{
	struct keyring *medics = people_organisation("Medics");
	people_trust(vault.ring, medics);
	uint64_t noted = vault.ring->noted, ahead = PEOPLE_NOW + 7200;
	struct held_certificate held = voices_announcer(medics, SCOPE_ALL, secret);
	struct notice_signer signer = {.certificate = &held};
	struct composed announcers = voices_say(other, &signer, &turned_back, NOTICE_STOP, ahead, 1);
	(void)bring(&announcers); /* the clock is looked at */
	ck_assert_uint_eq(vault.ring->noted, noted);
	struct composed own = voices_say(medics, NULL, &turned_back, NOTICE_STOP, ahead, 1);
	(void)bring(&own); /* as above */
	ck_assert_uint_eq(vault.ring->noted, ahead);
	keyring_free(medics);
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
	tcase_add_test(person, the_voices_of_pinned_organisations_are_kept_as_theirs);
	tcase_add_test(person, strangers_announcers_and_witnesses_are_nobodys_word_and_few);
	tcase_add_test(person, a_forged_certificate_or_ticket_is_no_voice);
	tcase_add_test(person, an_announcer_speaks_only_of_what_the_certificate_is_for);
	tcase_add_test(person, only_an_organisations_own_key_moves_the_clock);
	tcase_add_checked_fixture(organisation, arrange_organisation, clear);
	tcase_add_test(organisation, an_organisation_confirms_everybody_at_once);
	tcase_add_test(organisation, an_organisations_card_goes_out_every_week);
	suite_add_tcase(suite, person);
	suite_add_tcase(suite, organisation);
	return suite;
}
