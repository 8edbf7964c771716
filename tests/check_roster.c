/* The roster: what members get, what colleagues can take back, and what is forgotten. */

#include "tests/support/people.h"
#include "tests/support/relief.h"
#include "tests/support/roles.h"
#include "tests/support/suite.h"

#include "node/relief/reliefdb_schema.h"
#include "proto/linkage.h"
#include "proto/share.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, MEMBERS = 20 };

static struct keyring *amal, *medics;
static struct reliefdb db;
static char room[64];
static struct member members[MEMBERS];

static void arrange(void)
{
	amal = people_person("Amal");
	medics = people_organisation("Medics");
	relief_room(&db, room);
	for (unsigned i = 0; i < MEMBERS; i++) {
		char name[GRANT_NAME_MAX];
		snprintf(name, sizeof name, "Member %u", i);
		members[i] = roles_member(medics, amal, name, MEMBER_MEDIC);
		roster_enroll(&members[i], members, i, roles_today());
	}
}

static void clear(void)
{
	keyring_free(amal);
	keyring_free(medics);
	relief_room_end(&db, room);
}

static struct ticket first_ticket(const struct member *member, uint16_t day)
{
	struct grant grant;
	roster_tickets(member, medics, day, 0, 1, &grant);
	struct ticket ticket = {.role = grant.role, .slot = 0, .day = day};
	memcpy(ticket.linkage, grant.tickets[0].linkage, sizeof ticket.linkage);
	return ticket;
}

START_TEST(a_days_tickets_are_the_same_however_often_they_are_made)
{
	uint8_t first[GRANT_SIZE_MAX], again[GRANT_SIZE_MAX];
	uint16_t day = (uint16_t)(roles_today() + 2);
	size_t len = roles_grant(medics, &members[0], day, first);
	roster_turn(&members[0], (uint16_t)(roles_today() + 1));
	ck_assert_uint_eq(roles_grant(medics, &members[0], day, again), len);
	ck_assert_mem_eq(first, again, len);
}
END_TEST

START_TEST(the_secrets_of_days_gone_by_are_forgotten)
{
	struct member then = members[0];
	roster_turn(&members[0], (uint16_t)(roles_today() + 1));
	ck_assert_uint_eq(members[0].day, roles_today() + 1);
	ck_assert_ptr_null(memmem(&members[0], sizeof members[0], then.linkage, sizeof then.linkage));
	ck_assert_ptr_null(memmem(&members[0], sizeof members[0], then.keys, sizeof then.keys));
}
END_TEST

START_TEST(what_is_kept_is_read_as_it_was)
{
	struct member *read = NULL;
	size_t n = 0;
	members[1].role = MEMBER_ANNOUNCER;
	roster_certify(&members[1], medics, PEOPLE_NOW);
	for (unsigned i = 0; i < MEMBERS; i++)
		ck_assert_int_eq(roster_save(&db, &members[i]), ERR_OK);
	members[2].granted_until = 400;
	ck_assert_int_eq(roster_save(&db, &members[2]), ERR_OK);
	ck_assert_int_eq(roster_remove(&db, &members[3]), ERR_OK);
	ck_assert_int_eq(roster_list(&db, &read, &n), ERR_OK);
	ck_assert_uint_eq(n, MEMBERS - 1);
	ck_assert_mem_eq(&read[1].certificate, &members[1].certificate, CERTIFICATE_SIZE);
	ck_assert_mem_eq(&read[1].secret, &members[1].secret, LINKAGE_SEED_SIZE);
	ck_assert_uint_eq(read[2].granted_until, 400);
	ck_assert_str_eq(read[3].name, "Member 4");
	ck_assert_mem_eq(read[3].linkage, members[4].linkage, LINKAGE_SEED_SIZE);
	ck_assert_mem_eq(&read[3].card, &members[4].card, sizeof(struct card));
	ck_assert_uint_eq(read[3].x, 5);
	ck_assert_ptr_eq(roster_named(read, n, "member ٤"), &read[3]);
	ck_assert_ptr_null(roster_named(read, n, "Member 3"));
	free(read);
}
END_TEST

START_TEST(a_row_in_anothers_place_does_not_open)
{
	struct member *read = NULL;
	size_t n = 0;
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(roster_save(&db, &members[i]), ERR_OK);
	ck_assert_int_eq(sql_exec(db.sql, "UPDATE members SET sealed = (SELECT sealed FROM members WHERE number = 2)"), ERR_OK);
	ck_assert_int_eq(roster_list(&db, &read, &n), ERR_DAMAGED);
	ck_assert_ptr_null(read);
}
END_TEST

START_TEST(a_database_from_before_there_were_roles_is_brought_up)
{
	uint8_t key[32];
	struct member *read = NULL;
	size_t n = 0;
	memcpy(key, db.key, sizeof key);
	ck_assert_int_eq(reliefdb_lower(&db), ERR_OK);
	ck_assert_int_eq(sql_exec(db.sql, "DROP TABLE members; DROP TABLE revoked"), ERR_OK);
	ck_assert_int_eq(sql_set_version(db.sql, 1), ERR_OK);
	reliefdb_close(&db);
	ck_assert_int_eq(reliefdb_open(&db, room, key), ERR_OK);
	ck_assert_int_eq(roster_save(&db, &members[0]), ERR_OK);
	reliefdb_close(&db);
	ck_assert_int_eq(reliefdb_open(&db, room, key), ERR_OK);
	ck_assert_int_eq(roster_list(&db, &read, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	free(read);
}
END_TEST

START_TEST(sixteen_colleagues_hold_shares_of_everybody_and_nobody_of_themselves)
{
	members[5].role = MEMBER_CIVILIAN;
	for (unsigned about = 0; about < MEMBERS; about++) {
		unsigned holders = 0;
		for (unsigned holder = 0; holder < MEMBERS; holder++)
			holders += roster_holds(members, MEMBERS, &members[holder], &members[about]);
		ck_assert_uint_eq(holders, about == 5 ? 0 : GRANT_SHARES_MAX);
		ck_assert(!roster_holds(members, MEMBERS, &members[about], &members[about]));
		ck_assert(!roster_holds(members, MEMBERS, &members[5], &members[about]));
	}
}
END_TEST

/* What two holders' shares join to. */
static void join(const struct member *about, uint16_t day, uint8_t secret[static SHARE_SIZE])
{
	struct grant a = {.role = TICKET_MEDIC}, b = {.role = TICKET_MEDIC};
	ck_assert(roster_share(&members[0], about, day, &a));
	/* of a certificate the shares fit together whenever they were given */
	ck_assert(roster_share(&members[1], about, (uint16_t)(day + (about->role == MEMBER_ANNOUNCER)), &b));
	ck_assert(share_join(a.shares[0].x, a.shares[0].value, b.shares[0].x, b.shares[0].value, secret));
	ck_assert_uint_eq(a.shares[0].day, about->role == MEMBER_ANNOUNCER ? 0 : day);
	ck_assert_mem_ne(a.shares[0].value, secret, SHARE_SIZE);
}

START_TEST(two_shares_take_a_colleagues_tickets_back_and_none_of_the_days_before)
{
	uint8_t secret[SHARE_SIZE];
	uint16_t tomorrow = (uint16_t)(roles_today() + 1);
	struct ticket today = first_ticket(&members[7], roles_today()), next = first_ticket(&members[7], tomorrow),
		      other = first_ticket(&members[8], tomorrow);
	join(&members[7], tomorrow, secret);
	ck_assert(linkage_kills(secret, tomorrow, &next));
	ck_assert(!linkage_kills(secret, tomorrow, &today));
	ck_assert(!linkage_kills(secret, tomorrow, &other));
}
END_TEST

START_TEST(two_shares_take_an_announcers_certificate_back)
{
	uint8_t secret[SHARE_SIZE], named[REVOCATION_COMMITMENT_SIZE];
	struct certificate certificate;
	members[7].role = MEMBER_ANNOUNCER;
	roster_certify(&members[7], medics, PEOPLE_NOW);
	join(&members[7], roles_today(), secret);
	revocation_commitment(secret, named);
	ck_assert(certificate_parse(members[7].certificate, &certificate));
	ck_assert_mem_eq(named, certificate.revocation, sizeof named);
}
END_TEST

START_TEST(what_the_organisation_revokes_is_dead_from_today_on)
{
	struct revocation_entry entry;
	uint16_t tomorrow = (uint16_t)(roles_today() + 1);
	struct ticket today = first_ticket(&members[0], roles_today()), next = first_ticket(&members[0], tomorrow);
	roster_turn(&members[0], tomorrow);
	ck_assert_uint_eq(roster_revoke(&members[0], tomorrow, &entry), 1);
	ck_assert(linkage_kills(entry.secret, entry.day, &next));
	ck_assert(!linkage_kills(entry.secret, entry.day, &today));
}
END_TEST

START_TEST(revocations_are_remembered_for_thirty_days)
{
	struct revocation_entry entry = {.day = 300}, all[REVOCATIONS_MAX];
	uint8_t n = 0;
	for (unsigned i = 0; i < REVOCATIONS_MAX + 5; i++) {
		entry.secret[0] = (uint8_t)i;
		ck_assert_int_eq(roster_note_revoked(&db, &entry, 1, PEOPLE_NOW + i * 3600), ERR_OK);
	}
	ck_assert_int_eq(roster_revoked(&db, PEOPLE_NOW, all, &n), ERR_OK);
	ck_assert_uint_eq(n, REVOCATIONS_MAX);
	ck_assert_uint_eq(all[0].secret[0], REVOCATIONS_MAX + 4); /* the newest of them */
	ck_assert_uint_eq(all[0].day, 300);
	ck_assert_int_eq(roster_revoked(&db, PEOPLE_NOW + 30 * DAY_S + 50 * 3600, all, &n), ERR_OK);
	ck_assert_uint_eq(n, REVOCATIONS_MAX + 5 - 50);
	ck_assert_int_eq(roster_revoked(&db, PEOPLE_NOW + 60 * DAY_S, all, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("roster");
	TCase *tests = tcase_create("roster");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, a_days_tickets_are_the_same_however_often_they_are_made);
	tcase_add_test(tests, the_secrets_of_days_gone_by_are_forgotten);
	tcase_add_test(tests, what_is_kept_is_read_as_it_was);
	tcase_add_test(tests, a_row_in_anothers_place_does_not_open);
	if (!relief_on_server()) /* there was none before */
		tcase_add_test(tests, a_database_from_before_there_were_roles_is_brought_up);
	tcase_add_test(tests, sixteen_colleagues_hold_shares_of_everybody_and_nobody_of_themselves);
	tcase_add_test(tests, two_shares_take_a_colleagues_tickets_back_and_none_of_the_days_before);
	tcase_add_test(tests, two_shares_take_an_announcers_certificate_back);
	tcase_add_test(tests, what_the_organisation_revokes_is_dead_from_today_on);
	tcase_add_test(tests, revocations_are_remembered_for_thirty_days);
	suite_add_tcase(suite, tests);
	return suite;
}
