/* The wallet: what gets in, what a ticket is worth, and that none is there after it was spent. */

#include "tests/support/people.h"
#include "tests/support/roles.h"
#include "tests/support/suite.h"

#include "crypto/sign.h"
#include "proto/linkage.h"
#include "proto/share.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

static struct keyring *amal, *medics, *buses, *before;
static struct member member;

static void arrange(void)
{
	amal = people_person("Amal");
	medics = people_organisation("Medics");
	buses = people_organisation("Buses");
	before = keyring_new();
	people_trust(amal, medics);
	member = roles_member(medics, amal, "Amal", MEMBER_MEDIC);
}

static void clear(void)
{
	keyring_free(amal);
	keyring_free(medics);
	keyring_free(buses);
	keyring_free(before);
}

static unsigned left(enum ticket_role role, uint16_t day)
{
	unsigned granted = 0;
	return wallet_left(amal, role, day, &granted);
}

START_TEST(a_grant_of_a_pinned_organisation_is_kept)
{
	ck_assert_int_eq(roles_give(medics, &member, amal, roles_today()), WALLET_TAKEN);
	ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), 24);
	ck_assert_uint_eq(left(TICKET_MEDIC, (uint16_t)(roles_today() + 1)), 0);
	ck_assert_uint_eq(left(TICKET_MARSHAL, roles_today()), 0);
}
END_TEST

START_TEST(strangers_grant_nothing)
{
	struct member theirs = roles_member(buses, amal, "Amal", MEMBER_MEDIC);
	uint8_t bytes[GRANT_SIZE_MAX];
	struct grant grant;
	*before = *amal;
	ck_assert_int_eq(roles_give(buses, &theirs, amal, roles_today()), WALLET_REFUSED);
	size_t len = roles_grant(medics, &member, roles_today(), bytes);
	ck_assert_int_eq(wallet_take(amal, buses->identity, bytes, len, &grant), WALLET_REFUSED);
	people_trust(amal, buses);
	*before = *amal;
	ck_assert_int_eq(wallet_take(amal, buses->identity, bytes, len, &grant), WALLET_REFUSED); /* in another's name */
	ck_assert_mem_eq(amal, before, sizeof *amal);
}
END_TEST

START_TEST(a_grant_with_any_byte_changed_is_refused_or_says_nothing_wrong)
{
	uint8_t bytes[GRANT_SIZE_MAX];
	struct grant grant;
	member.role = MEMBER_CIVILIAN;
	size_t len = roles_grant(medics, &member, roles_today(), bytes);
	*before = *amal;
	for (size_t at = 0; at < len; at++) {
		bytes[at] ^= 1;
		ck_assert_int_eq(wallet_take(amal, medics->identity, bytes, len, &grant), WALLET_REFUSED);
		ck_assert_mem_eq(amal, before, sizeof *amal);
		bytes[at] ^= 1;
	}
	ck_assert_int_eq(wallet_take(amal, medics->identity, bytes, len, &grant), WALLET_TAKEN);
}
END_TEST

START_TEST(a_colleagues_name_that_is_no_text_is_refused)
{
	/* It would be written into the vault, which then could not be read. */
	uint8_t bytes[GRANT_SIZE_MAX];
	struct grant grant;
	roster_tickets(&member, medics, roles_today(), 0, 1, &grant);
	grant.share_count = 1;
	grant.shares[0] = (struct grant_share){.colleague = {0xC3, 'x'}, .x = 1};
	size_t len = grant_encode(&grant, bytes, sizeof bytes);
	ck_assert_int_eq(wallet_take(amal, medics->identity, bytes, len, &grant), WALLET_REFUSED);
}
END_TEST

START_TEST(a_spent_ticket_is_good_and_leaves_nothing_behind)
{
	struct wallet_ticket ticket;
	struct ticket parsed;
	uint8_t key[SIGN_KEY_SIZE], signing[SIGN_KEY_SIZE], organisation[SIGN_KEY_SIZE];
	sign_public(medics->org.sign_seed, signing);
	(void)roles_give(medics, &member, amal, roles_today()); /* tested above */
	uint32_t slots = 0;
	for (unsigned n = 24; n > 0; n--) {
		ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), n);
		ck_assert(wallet_spend(amal, TICKET_MEDIC, roles_today(), &ticket));
		ck_assert(ticket_ok(ticket.bytes, signing));
		ck_assert(keyring_ticket_organisation(amal, ticket.bytes, organisation));
		ck_assert_mem_eq(organisation, signing, sizeof signing);
		ck_assert(ticket_parse(ticket.bytes, &parsed));
		sign_public(ticket.seed, key);
		ck_assert_mem_eq(parsed.key, key, sizeof key);
		ck_assert_uint_eq(slots >> parsed.slot & 1, 0);
		slots |= (uint32_t)1 << parsed.slot;
		ck_assert_ptr_null(memmem(amal, sizeof *amal, ticket.seed, sizeof ticket.seed));
		ck_assert_ptr_null(memmem(amal, sizeof *amal, parsed.linkage, sizeof parsed.linkage));
	}
	ck_assert(!wallet_spend(amal, TICKET_MEDIC, roles_today(), &ticket));
}
END_TEST

START_TEST(a_grant_that_comes_twice_brings_no_spent_ticket_back)
{
	struct wallet_ticket ticket;
	(void)roles_give(medics, &member, amal, roles_today()); /* tested above */
	for (unsigned n = 0; n < 20; n++)
		ck_assert(wallet_spend(amal, TICKET_MEDIC, roles_today(), &ticket));
	ck_assert_int_eq(roles_give(medics, &member, amal, roles_today()), WALLET_HAD);
	ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), 4);
}
END_TEST

START_TEST(tickets_of_days_gone_by_are_wiped)
{
	for (uint16_t ahead = 0; ahead < 3; ahead++)
		ck_assert_int_eq(roles_give(medics, &member, amal, (uint16_t)(roles_today() + ahead)), WALLET_TAKEN);
	struct held_ticket held = amal->batches[0].tickets[0];
	(void)keyring_turn(amal, PEOPLE_NOW + DAY_S); /* the time is not asked for */
	ck_assert_uint_eq(amal->batches_n, 2);
	ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), 0);
	ck_assert_uint_eq(left(TICKET_MEDIC, (uint16_t)(roles_today() + 1)), 24);
	ck_assert_ptr_null(memmem(amal, sizeof *amal, held.seed, sizeof held.seed));
	ck_assert_int_eq(roles_give(medics, &member, amal, roles_today()), WALLET_HAD); /* a day that is over */
}
END_TEST

START_TEST(a_full_wallet_says_so_and_keeps_what_it_has)
{
	uint16_t day = roles_today();
	enum wallet_result result = WALLET_TAKEN;
	while (result == WALLET_TAKEN)
		result = roles_give(medics, &member, amal, day++);
	ck_assert_int_eq(result, WALLET_FULL);
	ck_assert_uint_eq(day - roles_today(), KEYRING_TICKETS_MAX / 24 + 1);
	ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), 24);
}
END_TEST

/* A wallet with these many tickets of each role for today. */
static void stock(unsigned medic, unsigned marshal, unsigned civilian)
{
	const unsigned wanted[] = {0, medic, marshal, civilian};
	struct wallet_ticket ticket;
	for (unsigned role = TICKET_MEDIC; role <= TICKET_CIVILIAN; role++) {
		struct member of = roles_member(medics, amal, "Amal", (enum member_role)role);
		ck_assert_int_eq(roles_give(medics, &of, amal, roles_today()), WALLET_TAKEN);
		while (left((enum ticket_role)role, roles_today()) > wanted[role])
			ck_assert(wallet_spend(amal, (enum ticket_role)role, roles_today(), &ticket));
	}
}

static const struct {
	unsigned medic, marshal, civilian;
	enum letter_class class;
	enum wallet_wish wish;
	unsigned role;
} choices[] = {
	{24, 12, 4, CLASS_URGENT, WALLET_AS_USUAL, TICKET_MEDIC},
	{0, 12, 4, CLASS_URGENT, WALLET_AS_USUAL, TICKET_MARSHAL},
	{0, 0, 4, CLASS_URGENT, WALLET_AS_USUAL, TICKET_CIVILIAN},
	{0, 0, 0, CLASS_URGENT, WALLET_ALWAYS, 0},
	{24, 12, 4, CLASS_URGENT, WALLET_NEVER, 0},
	{24, 12, 4, CLASS_NEED, WALLET_AS_USUAL, TICKET_MARSHAL},
	{24, 0, 4, CLASS_NEED, WALLET_AS_USUAL, TICKET_CIVILIAN},
	{24, 0, 0, CLASS_NEED, WALLET_AS_USUAL, 0},
	{24, 0, 0, CLASS_NEED, WALLET_ALWAYS, TICKET_MEDIC},
	{24, 12, 4, CLASS_STATUS, WALLET_AS_USUAL, TICKET_CIVILIAN},
	{24, 12, 1, CLASS_STATUS, WALLET_AS_USUAL, 0},
	{24, 12, 2, CLASS_STATUS, WALLET_AS_USUAL, TICKET_CIVILIAN},
	{0, 0, 1, CLASS_STATUS, WALLET_ALWAYS, TICKET_CIVILIAN},
	{24, 12, 4, CLASS_ROUTINE, WALLET_AS_USUAL, 0},
	{0, 0, 1, CLASS_ROUTINE, WALLET_ALWAYS, TICKET_CIVILIAN},
};

START_TEST(which_ticket_a_letter_takes)
{
	stock(choices[_i].medic, choices[_i].marshal, choices[_i].civilian);
	ck_assert_uint_eq(wallet_choose(amal, choices[_i].class, roles_today(), choices[_i].wish), choices[_i].role);
	ck_assert_uint_eq(wallet_choose(amal, choices[_i].class, (uint16_t)(roles_today() + 1), choices[_i].wish), 0);
}
END_TEST

START_TEST(a_certificate_is_kept_if_its_key_and_organisation_fit)
{
	struct member announcer = roles_member(medics, amal, "Amal", MEMBER_ANNOUNCER);
	ck_assert_int_eq(roles_give(medics, &announcer, amal, roles_today()), WALLET_TAKEN);
	ck_assert_int_eq(roles_give(medics, &announcer, amal, roles_today()), WALLET_HAD);
	ck_assert_uint_eq(amal->certificates_n, 1);
	roster_certify(&announcer, medics, PEOPLE_NOW + DAY_S);
	ck_assert_int_eq(roles_give(medics, &announcer, amal, roles_today()), WALLET_TAKEN);
	ck_assert_uint_eq(amal->certificates_n, 1); /* the newer one */
	ck_assert_mem_eq(amal->certificates[0].bytes, announcer.certificate, CERTIFICATE_SIZE);
	roster_certify(&announcer, medics, PEOPLE_NOW + 2 * DAY_S);
	announcer.certificate_seed[0] ^= 1;
	ck_assert_int_eq(roles_give(medics, &announcer, amal, roles_today()), WALLET_REFUSED);
	roster_certify(&announcer, buses, PEOPLE_NOW + 2 * DAY_S);
	ck_assert_int_eq(roles_give(medics, &announcer, amal, roles_today()), WALLET_REFUSED);
	(void)keyring_turn(amal, PEOPLE_NOW + 32 * DAY_S); /* the time is not asked for */
	ck_assert_uint_eq(amal->certificates_n, 0);
}
END_TEST

/* Two colleagues' shares of one secret. */
static void make_shares(const uint8_t secret[static SHARE_SIZE], uint16_t day, struct held_share *a, struct held_share *b)
{
	uint8_t slope[SHARE_SIZE];
	memset(slope, 0x5A, sizeof slope);
	*a = *b = (struct held_share){.share = {.colleague = "Samir", .x = 3, .day = day}};
	b->share.x = 9;
	share_make(secret, slope, a->share.x, a->share.value);
	share_make(secret, slope, b->share.x, b->share.value);
}

START_TEST(two_shares_join_to_the_seed_of_today)
{
	uint8_t secret[SHARE_SIZE], later[SHARE_SIZE];
	struct held_share a, b;
	struct revoked revoked;
	memset(secret, 7, sizeof secret);
	make_shares(secret, (uint16_t)(roles_today() - 1), &a, &b);
	ck_assert(wallet_join(amal, &a, &b, &revoked));
	linkage_next(secret, later);
	ck_assert_uint_eq(revoked.day, roles_today());
	ck_assert_mem_eq(revoked.secret, later, sizeof later);
	make_shares(secret, 0, &a, &b); /* a certificate's secret has no day, and no step */
	ck_assert(wallet_join(amal, &a, &b, &revoked));
	ck_assert_uint_eq(revoked.day, roles_today());
	ck_assert_mem_eq(revoked.secret, secret, sizeof secret);
	ck_assert(!wallet_join(amal, &a, &a, &revoked));
	b.share.day = 1;
	ck_assert(!wallet_join(amal, &a, &b, &revoked));
}
END_TEST

START_TEST(a_share_survives_paper_and_a_mistyped_digit_is_noticed)
{
	uint8_t secret[SHARE_SIZE] = {1, 2, 3};
	struct held_share a, b, read;
	char text[WALLET_SHARE_TEXT];
	make_shares(secret, roles_today(), &a, &b);
	memset(a.organisation, 0xC3, sizeof a.organisation);
	wallet_share_text(&a, text);
	ck_assert_int_eq(strncmp(text, "BARID:SHARE:", 12), 0);
	ck_assert(wallet_share_parse(text, &read));
	ck_assert_mem_eq(&read, &a, sizeof a);
	size_t len = strlen(text);
	for (size_t at = 0; at < len; at++) {
		char was = text[at];
		text[at] = was == 'A' ? 'B' : 'A';
		ck_assert(!wallet_share_parse(text, &read));
		text[at] = '\0';
		ck_assert(!wallet_share_parse(text, &read));
		text[at] = was;
	}
}
END_TEST

START_TEST(the_share_to_give_is_todays_and_older_ones_go)
{
	uint8_t secret[SHARE_SIZE] = {1};
	struct held_share other;
	for (unsigned i = 0; i < 3; i++)
		make_shares(secret, (uint16_t)(roles_today() + i), &amal->shares[amal->shares_n++], &other);
	ck_assert_uint_eq(wallet_share(amal, "samir")->share.day, roles_today());
	ck_assert_ptr_null(wallet_share(amal, "Rana"));
	other.share.day = (uint16_t)(roles_today() + 1);
	ck_assert_ptr_eq(wallet_share_beside(amal, &other), &amal->shares[1]);
	(void)keyring_turn(amal, PEOPLE_NOW + DAY_S); /* the time is not asked for */
	ck_assert_uint_eq(amal->shares_n, 2);
	ck_assert_uint_eq(wallet_share(amal, "Samir")->share.day, roles_today() + 1);
}
END_TEST

START_TEST(what_was_revoked_is_wiped_and_does_not_come_back)
{
	struct revocation_entry entry;
	struct revoked revoked;
	(void)roles_give(medics, &member, amal, roles_today()); /* tested above */
	ck_assert_uint_eq(roster_revoke(&member, roles_today(), &entry), 1);
	revoked.day = entry.day;
	memcpy(revoked.secret, entry.secret, sizeof revoked.secret);
	ck_assert(!wallet_drop_revoked(amal));
	ck_assert(keyring_add_revocation(amal, &revoked));
	ck_assert(!keyring_add_revocation(amal, &revoked));
	ck_assert(wallet_drop_revoked(amal));
	ck_assert_uint_eq(left(TICKET_MEDIC, roles_today()), 0);
	ck_assert(amal->batches[0].revoked);
	ck_assert_int_eq(roles_give(medics, &member, amal, roles_today()), WALLET_HAD);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("wallet");
	TCase *tests = tcase_create("wallet");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_grant_of_a_pinned_organisation_is_kept);
	tcase_add_test(tests, strangers_grant_nothing);
	tcase_add_test(tests, a_grant_with_any_byte_changed_is_refused_or_says_nothing_wrong);
	tcase_add_test(tests, a_colleagues_name_that_is_no_text_is_refused);
	tcase_add_test(tests, a_spent_ticket_is_good_and_leaves_nothing_behind);
	tcase_add_test(tests, a_grant_that_comes_twice_brings_no_spent_ticket_back);
	tcase_add_test(tests, tickets_of_days_gone_by_are_wiped);
	tcase_add_test(tests, a_full_wallet_says_so_and_keeps_what_it_has);
	tcase_add_loop_test(tests, which_ticket_a_letter_takes, 0, sizeof choices / sizeof choices[0]);
	tcase_add_test(tests, a_certificate_is_kept_if_its_key_and_organisation_fit);
	tcase_add_test(tests, two_shares_join_to_the_seed_of_today);
	tcase_add_test(tests, a_share_survives_paper_and_a_mistyped_digit_is_noticed);
	tcase_add_test(tests, the_share_to_give_is_todays_and_older_ones_go);
	tcase_add_test(tests, what_was_revoked_is_wiped_and_does_not_come_back);
	suite_add_tcase(suite, tests);
	return suite;
}
