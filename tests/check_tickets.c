/* Letters with a ticket on them, from the writer's wallet to the reader's eyes, with crashes and cheats in between. */

#include "tests/support/fakepost.h"
#include "tests/support/people.h"
#include "tests/support/roles.h"
#include "tests/support/suite.h"

#include "crypto/sign.h"
#include "node/desk/mailroom.h"
#include "node/desk/outbox.h"
#include "proto/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, SPEND_AT = ENVELOPE_HEADER_SIZE + TICKET_SIZE };

static const struct passphrase none;
static char home[64];
static struct keyring *amal, *bashar, *medics;
static struct member member;
static struct fakepost *post;
static struct vault vault; /* bashar's */
static struct postlink line;
static struct opened opened;

static void open_desk(void)
{
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	ck_assert_int_eq(postlink_open(&line, post->path), ERR_OK);
	bashar = vault.ring;
}

static void close_desk(void)
{
	postlink_close(&line);
	vault_close(&vault);
}

/* Amal is a medic; Bashar trusts who made her one. */
static void arrange(void)
{
	strcpy(home, "/tmp/check_tickets_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	amal = people_person("Amal");
	medics = people_organisation("Medics");
	bashar = people_person("Bashar");
	people_trust(amal, medics);
	people_trust(bashar, medics);
	people_meet(bashar, amal, "Amal");
	people_meet(amal, bashar, "Bashar");
	member = roles_member(medics, amal, "Amal", MEMBER_MEDIC);
	ck_assert_int_eq(roles_give(medics, &member, amal, roles_today()), WALLET_TAKEN);
	ck_assert_int_eq(vault_create(home, &none, bashar, &vault), ERR_OK);
	vault_close(&vault);
	post = fakepost_start();
	open_desk();
}

static void clear(void)
{
	close_desk();
	fakepost_stop(post);
	keyring_free(amal);
	keyring_free(medics);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

static struct wallet_ticket take_ticket(void)
{
	struct wallet_ticket ticket;
	ck_assert(wallet_spend(amal, TICKET_MEDIC, roles_today(), &ticket));
	return ticket;
}

static enum compose_result write_to(const struct keyring *reader, const struct wallet_ticket *ticket, size_t text_len, struct composed *out)
{
	struct letter letter = {.type = LETTER_LETTER};
	struct envelope_header wish = {.class = CLASS_URGENT, .ttl = TTL_24_HOURS};
	struct card card = people_card(reader);
	struct recipient to = {.card = &card, .identity = card.identity, .ticket = ticket};
	memset(letter.text, 'a', text_len);
	return compose_letter_as(amal, &to, &letter, &wish, PEOPLE_NOW, out);
}

static struct composed write_urgent(const struct keyring *reader, const struct wallet_ticket *ticket)
{
	struct composed composed;
	ck_assert_int_eq(write_to(reader, ticket, 20, &composed), COMPOSE_OK);
	return composed;
}

START_TEST(a_ticket_names_the_writers_role_to_those_who_trust_its_organisation)
{
	struct wallet_ticket ticket = take_ticket();
	struct composed composed = write_urgent(bashar, &ticket);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_GOOD);
	ck_assert_int_eq(opened.role, TICKET_MEDIC);
	ck_assert_str_eq(opened.sender.name, "Amal");
	bashar->orgs_n = 0;
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_UNKNOWN);
	ck_assert_int_eq(opened.role, 0);
	composed = write_urgent(medics, &ticket);
	ck_assert(people_open(medics, &composed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_GOOD); /* its own */
	composed = write_urgent(bashar, NULL);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_PLAIN);
}
END_TEST

START_TEST(every_carrier_can_check_it)
{
	struct wallet_ticket ticket = take_ticket();
	struct composed composed = write_urgent(bashar, &ticket);
	struct outside outside;
	ck_assert(outside_examine(composed.envelope, composed.len, &outside));
	ck_assert_int_eq(outside.header.extra, EXTRA_TICKET);
	ck_assert_mem_eq(outside.ticket_bytes, ticket.bytes, TICKET_SIZE);
	ck_assert_mem_eq(outside.id, composed.id, LETTER_ID_SIZE);
}
END_TEST

START_TEST(a_ticket_takes_its_room_from_the_text)
{
	static const struct {
		size_t len;
		uint8_t bucket;
	} sizes[] = {{1, 1}, {168, 1}, {169, 2}, {700, 3}};
	struct wallet_ticket ticket = take_ticket();
	struct composed composed;
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		ck_assert_int_eq(write_to(bashar, &ticket, sizes[i].len, &composed), COMPOSE_OK);
		ck_assert_uint_eq(composed.header.bucket, sizes[i].bucket);
		ck_assert(people_open(bashar, &composed, &opened));
		ck_assert_uint_eq(strlen(opened.letter.text), sizes[i].len);
	}
	struct letter longest = {.type = LETTER_LETTER};
	memset(longest.text, 'a', BODY_SIZE_MAX - TICKET_BLOCK_SIZE - 6);
	size_t spare = BODY_SIZE_MAX - TICKET_BLOCK_SIZE - letter_encoded_len(&longest), fits = strlen(longest.text) + spare;
	ck_assert_int_eq(write_to(bashar, &ticket, fits, &composed), COMPOSE_OK);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_uint_eq(strlen(opened.letter.text), fits);
	ck_assert_int_eq(write_to(bashar, &ticket, fits + 3, &composed), COMPOSE_TOO_LONG);
	ck_assert_uint_eq(composed.excess, 3);
}
END_TEST

START_TEST(a_ticket_cannot_be_put_on_somebody_elses_letter)
{
	struct wallet_ticket ticket = take_ticket(), other = take_ticket();
	struct composed composed = write_urgent(bashar, &ticket), changed = composed;
	memcpy(changed.envelope + ENVELOPE_HEADER_SIZE, other.bytes, TICKET_SIZE);
	envelope_finish(changed.envelope, changed.len);
	ck_assert(!people_open(bashar, &changed, &opened)); /* the seal is bound to the ticket */
	changed = composed;
	sign(TICKET_SPEND_DOMAIN, composed.id, LETTER_ID_SIZE, other.seed, changed.envelope + SPEND_AT);
	envelope_finish(changed.envelope, changed.len);
	ck_assert(people_open(bashar, &changed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_PLAIN);
}
END_TEST

START_TEST(a_ticket_of_another_day_is_worth_nothing)
{
	struct wallet_ticket ticket = take_ticket();
	struct letter letter = {.type = LETTER_LETTER, .text = "late"};
	struct envelope_header wish = {.class = CLASS_URGENT, .ttl = TTL_24_HOURS};
	struct card card = people_card(bashar);
	struct recipient to = {.card = &card, .identity = card.identity, .ticket = &ticket};
	struct composed composed;
	ck_assert_int_eq(compose_letter_as(amal, &to, &letter, &wish, PEOPLE_NOW + DAY_S, &composed), COMPOSE_OK);
	ck_assert(people_open(bashar, &composed, &opened));
	ck_assert_int_eq(opened.ticket, RECEIVED_PLAIN);
}
END_TEST

/* Fetches everything into the keyring as a person's desk does; returns how many letters came. */
static unsigned fetch(struct mailroom *room)
{
	unsigned n = 0;
	int got;
	mailroom_start(room, &vault, &line, PEOPLE_NOW);
	while ((got = mailroom_next(room, &opened)) == MAILROOM_LETTER) {
		struct received received = {.ticket = (uint8_t)opened.ticket, .role = (uint8_t)opened.role};
		memcpy(received.id, opened.id, sizeof received.id);
		ck_assert(keyring_add_received(vault.ring, &received));
		n++;
	}
	ck_assert_int_eq(got, MAILROOM_DONE);
	ck_assert_int_eq(mailroom_settle(room), ERR_OK);
	return n;
}

START_TEST(a_ticket_on_two_letters_verifies_neither)
{
	static struct mailroom room;
	struct wallet_ticket ticket = take_ticket(), honest = take_ticket();
	struct composed first = write_urgent(bashar, &ticket), second = write_urgent(bashar, &ticket), third = write_urgent(bashar, &honest);
	fakepost_put(post, first.envelope, first.len);
	fakepost_put(post, third.envelope, third.len);
	ck_assert_uint_eq(fetch(&room), 2);
	ck_assert_uint_eq(vault.ring->received[0].ticket, RECEIVED_GOOD);
	fakepost_put(post, second.envelope, second.len);
	close_desk();
	open_desk();
	ck_assert_uint_eq(fetch(&room), 1);
	ck_assert_uint_eq(vault.ring->received[0].ticket, RECEIVED_TWICE);
	ck_assert_uint_eq(vault.ring->received[1].ticket, RECEIVED_GOOD);
	ck_assert_uint_eq(vault.ring->received[2].ticket, RECEIVED_TWICE);
}
END_TEST

START_TEST(a_ticket_spent_on_somebody_elses_letter_is_seen_as_well)
{
	static struct mailroom room;
	struct wallet_ticket ticket = take_ticket();
	struct composed theirs = write_urgent(medics, &ticket), ours = write_urgent(bashar, &ticket);
	fakepost_put(post, theirs.envelope, theirs.len);
	fakepost_put(post, ours.envelope, ours.len);
	ck_assert_uint_eq(fetch(&room), 1);
	ck_assert_uint_eq(vault.ring->received[0].ticket, RECEIVED_TWICE);
}
END_TEST

/* A letter of type grant from an organisation to Bashar. */
static void put_grant(struct keyring *organisation, const struct member *of)
{
	struct letter letter = {.type = LETTER_GRANT};
	letter.grant_len = (uint16_t)roles_grant(organisation, of, roles_today(), letter.grant);
	struct composed composed = people_compose(organisation, bashar, &letter, PEOPLE_NOW);
	ck_assert_int_eq(composed.header.class, CLASS_STATUS);
	ck_assert_int_eq(composed.header.ttl, TTL_72_HOURS);
	fakepost_put(post, composed.envelope, composed.len);
}

START_TEST(a_grant_in_the_mail_fills_the_wallet)
{
	static struct mailroom room;
	unsigned granted = 0;
	struct member him = roles_member(medics, bashar, "Bashar", MEMBER_MARSHAL);
	put_grant(medics, &him);
	mailroom_start(&room, &vault, &line, PEOPLE_NOW);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_eq(room.granted, WALLET_TAKEN);
	ck_assert_uint_eq(room.grant.ticket_count, 12);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_DONE);
	ck_assert_int_eq(room.granted, WALLET_NONE);
	ck_assert_uint_eq(room.grant.ticket_count, 0); /* wiped */
	ck_assert_int_eq(mailroom_settle(&room), ERR_OK);
	close_desk();
	open_desk();
	ck_assert_uint_eq(wallet_left(vault.ring, TICKET_MARSHAL, roles_today(), &granted), 12);
}
END_TEST

START_TEST(a_grant_of_an_organisation_that_is_not_trusted_leaves_nothing)
{
	static struct mailroom room;
	struct keyring *buses = people_organisation("Buses");
	struct member him = roles_member(buses, bashar, "Bashar", MEMBER_MEDIC);
	put_grant(buses, &him);
	mailroom_start(&room, &vault, &line, PEOPLE_NOW);
	ck_assert_int_eq(mailroom_next(&room, &opened), MAILROOM_LETTER);
	ck_assert_int_eq(room.granted, WALLET_REFUSED);
	ck_assert_uint_eq(vault.ring->batches_n, 0);
	keyring_free(buses);
}
END_TEST

/* A revocation signed by a key, which is that of the ticket if there is one. */
static void put_revocation(const struct revocation_entry *entry, const uint8_t seed[static SIGN_KEY_SIZE], const uint8_t *ticket)
{
	struct revocation revocation = {.issued = PEOPLE_NOW, .count = 1, .entries = {*entry}};
	uint8_t envelope[ENVELOPE_SIZE_MAX], plain[ENVELOPE_SIZE_MAX];
	size_t len = 0;
	sign_public(seed, revocation.issuer);
	size_t signed_len = revocation_encode(&revocation, ticket, envelope, &len);
	size_t plain_len = envelope_sign_bytes(envelope, signed_len, plain, sizeof plain);
	sign(REVOCATION_DOMAIN, plain, plain_len, seed, envelope + signed_len);
	envelope_finish(envelope, len);
	fakepost_put(post, envelope, len);
}

START_TEST(what_is_revoked_is_unverified_from_then_on_and_stays_what_it_was_before)
{
	static struct mailroom room;
	struct revocation_entry entry;
	struct wallet_ticket early = take_ticket(), late = take_ticket();
	struct composed first = write_urgent(bashar, &early), second = write_urgent(bashar, &late);
	(void)roster_revoke(&member, roles_today(), &entry); /* one entry */
	fakepost_put(post, first.envelope, first.len);
	ck_assert_uint_eq(fetch(&room), 1);
	fakepost_put(post, second.envelope, second.len); /* faster on the way than the word that kills its ticket */
	put_revocation(&entry, medics->org.sign_seed, NULL);
	ck_assert_uint_eq(fetch(&room), 1);
	ck_assert_uint_eq(vault.ring->received[0].ticket, RECEIVED_GOOD);
	ck_assert_uint_eq(vault.ring->received[1].ticket, RECEIVED_REVOKED);
	ck_assert_uint_eq(vault.ring->revocations_n, 1);
}
END_TEST

START_TEST(only_those_who_are_trusted_or_hold_a_good_ticket_revoke)
{
	static struct mailroom room;
	struct revocation_entry entry = {.day = roles_today(), .secret = {1}}, second = {.day = roles_today(), .secret = {2}}, own;
	struct wallet_ticket ticket = take_ticket(), dead = take_ticket();
	struct keyring *buses = people_organisation("Buses");
	put_revocation(&entry, buses->org.sign_seed, NULL);
	ck_assert_uint_eq(fetch(&room), 0);
	ck_assert_uint_eq(vault.ring->revocations_n, 0);
	put_revocation(&entry, ticket.seed, ticket.bytes);
	ck_assert_uint_eq(fetch(&room), 0);
	ck_assert_uint_eq(vault.ring->revocations_n, 1);
	ck_assert_mem_eq(vault.ring->revocations[0].secret, entry.secret, LINKAGE_SEED_SIZE);
	(void)roster_revoke(&member, roles_today(), &own); /* one entry */
	put_revocation(&own, medics->org.sign_seed, NULL);
	put_revocation(&second, dead.seed, dead.bytes);
	ck_assert_uint_eq(fetch(&room), 0);
	ck_assert_uint_eq(vault.ring->revocations_n, 2);
	ck_assert_mem_eq(vault.ring->revocations[1].secret, own.secret, LINKAGE_SEED_SIZE);
	keyring_free(buses);
}
END_TEST

/* Bashar as a medic who writes to the organisation. */
static struct sent *spend_and_keep(enum err *err)
{
	struct wallet_ticket ticket;
	struct composed composed;
	struct sent fresh, *sent = NULL;
	struct letter letter = {.type = LETTER_MEDEVAC, .red = 1};
	struct card card = people_card(medics);
	ck_assert(wallet_spend(vault.ring, TICKET_MEDIC, roles_today(), &ticket));
	struct recipient to = {.card = &card, .identity = card.identity, .ticket = &ticket};
	ck_assert_int_eq(compose_letter(vault.ring, &to, &letter, PEOPLE_NOW, &composed), COMPOSE_OK);
	compose_sent(&composed, &to, &letter, PEOPLE_NOW, true, &fresh);
	*err = outbox_add(&vault, &fresh, PEOPLE_NOW, &sent);
	return sent;
}

START_TEST(a_crash_between_keeping_and_handing_over_spends_no_ticket_twice)
{
	struct member him = roles_member(medics, bashar, "Bashar", MEMBER_MEDIC);
	unsigned granted = 0, handed = 0;
	enum err err = ERR_OK;
	ck_assert_int_eq(roles_give(medics, &him, bashar, roles_today()), WALLET_TAKEN);
	ck_assert_int_eq(vault_save(&vault), ERR_OK);
	(void)spend_and_keep(&err); /* kept below */
	ck_assert_int_eq(err, ERR_OK);
	ck_assert_uint_eq(post->submitted_n, 0);
	close_desk(); /* killed here */
	open_desk();
	ck_assert_uint_eq(wallet_left(vault.ring, TICKET_MEDIC, roles_today(), &granted), 23);
	ck_assert_int_eq(outbox_flush(&vault, &line, PEOPLE_NOW, &handed), ERR_OK);
	(void)spend_and_keep(&err); /* a second letter */
	ck_assert_int_eq(outbox_flush(&vault, &line, PEOPLE_NOW, &handed), ERR_OK);
	ck_assert_uint_eq(post->submitted_n, 2);
	struct outside first, second;
	ck_assert(outside_examine(post->submitted[0].bytes, post->submitted[0].len, &first));
	ck_assert(outside_examine(post->submitted[1].bytes, post->submitted[1].len, &second));
	ck_assert_mem_ne(first.ticket.key, second.ticket.key, SIGN_KEY_SIZE);
}
END_TEST

START_TEST(a_desk_tells_its_post_whom_it_trusts)
{
	uint8_t key[SIGN_KEY_SIZE];
	sign_public(medics->org.sign_seed, key);
	ck_assert_int_eq(outbox_trust(&vault, &line, post->path), ERR_OK);
	ck_assert_uint_eq(post->trusted_n, 1);
	ck_assert_mem_eq(post->trusted[0], key, sizeof key);
	post->before_trust = true;
	struct control_status status;
	ck_assert_int_eq(outbox_trust(&vault, &line, post->path), ERR_OK);
	ck_assert_int_eq(postlink_status(&line, &status), ERR_OK); /* the line is whole */
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("tickets");
	TCase *tests = tcase_create("tickets");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_ticket_names_the_writers_role_to_those_who_trust_its_organisation);
	tcase_add_test(tests, every_carrier_can_check_it);
	tcase_add_test(tests, a_ticket_takes_its_room_from_the_text);
	tcase_add_test(tests, a_ticket_cannot_be_put_on_somebody_elses_letter);
	tcase_add_test(tests, a_ticket_of_another_day_is_worth_nothing);
	tcase_add_test(tests, a_ticket_on_two_letters_verifies_neither);
	tcase_add_test(tests, a_ticket_spent_on_somebody_elses_letter_is_seen_as_well);
	tcase_add_test(tests, a_grant_in_the_mail_fills_the_wallet);
	tcase_add_test(tests, a_grant_of_an_organisation_that_is_not_trusted_leaves_nothing);
	tcase_add_test(tests, what_is_revoked_is_unverified_from_then_on_and_stays_what_it_was_before);
	tcase_add_test(tests, only_those_who_are_trusted_or_hold_a_good_ticket_revoke);
	tcase_add_test(tests, a_crash_between_keeping_and_handing_over_spends_no_ticket_twice);
	tcase_add_test(tests, a_desk_tells_its_post_whom_it_trusts);
	suite_add_tcase(suite, tests);
	return suite;
}
