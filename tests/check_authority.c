#include "node/post/authority.h"
#include "node/post/store_authority.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEDICS = 0, BUSES = 1, STRANGERS = 7, HOUR = 10, DAY = SAMPLE_DAY };

static char path[96];
static struct store *store;
static struct authority *authority;

static void believe(uint8_t organisation)
{
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(organisation, key);
	ck_assert_int_ne(authority_trust(authority, key, HOUR), AUTHORITY_FULL);
}

static void start(void)
{
	char folder[] = "/tmp/barid-authority-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/store.db", folder);
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_OK);
	authority = authority_open(store);
	ck_assert_ptr_nonnull(authority);
	believe(MEDICS);
}

static void shut(void)
{
	authority_free(authority);
	store_close(store);
}

static void stop(void)
{
	shut();
	ck_assert_int_eq(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(rmdir(path), 0);
}

static void come_again(void)
{
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	shut();
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_OK);
	authority = authority_open(store);
	ck_assert_ptr_nonnull(authority);
}

static struct outside seen(const struct sample *sample)
{
	struct outside letter;
	ck_assert(outside_examine(sample->bytes, sample->len, &letter));
	return letter;
}

static struct judgement judged(const struct sample *sample)
{
	struct outside letter = seen(sample);
	return authority_judge(authority, &letter, false);
}

static struct authority_effects noted(const struct sample *sample)
{
	struct outside letter = seen(sample);
	struct judgement judgement = authority_judge(authority, &letter, false);
	struct authority_effects effects;
	authority_note(authority, &letter, sample->bytes, sample->len, &judgement, HOUR, &effects);
	return effects;
}

static struct sample ticketed(uint32_t number, enum letter_class class, enum ticket_role role, uint8_t slot)
{
	return sample_ticketed(number, class, 1, &(struct sample_ticket){MEDICS, 3, role, DAY, slot});
}

START_TEST(a_ticket_of_a_believed_organisation_proves_and_only_a_medics_makes_urgent)
{
	static const struct {
		enum letter_class class;
		enum ticket_role role;
		enum standing standing;
		enum pool pool;
	} cases[] = {
		{CLASS_URGENT, TICKET_MEDIC, STANDING_URGENT, POOL_URGENT},       {CLASS_NEED, TICKET_MEDIC, STANDING_PROVEN, POOL_SPONSORED},
		{CLASS_URGENT, TICKET_MARSHAL, STANDING_PROVEN, POOL_SPONSORED},  {CLASS_URGENT, TICKET_CIVILIAN, STANDING_PROVEN, POOL_SPONSORED},
		{CLASS_STATUS, TICKET_CIVILIAN, STANDING_PROVEN, POOL_SPONSORED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sample letter = ticketed((uint32_t)i, cases[i].class, cases[i].role, (uint8_t)i);
		ck_assert_int_eq(judged(&letter).standing, cases[i].standing);
		ck_assert_int_eq(judged(&letter).pool, cases[i].pool);
	}
}
END_TEST

START_TEST(a_ticket_of_an_organisation_nobody_named_proves_nothing_until_it_is_named)
{
	struct sample letter = sample_ticketed(1, CLASS_URGENT, 1, &(struct sample_ticket){STRANGERS, 3, TICKET_MEDIC, DAY, 0});
	struct sample notice = sample_notice(STRANGERS, 1, 1, "x"), card = sample_control(STRANGERS, 1, 3);
	ck_assert_int_eq(judged(&letter).standing, STANDING_UNPROVEN);
	ck_assert_int_eq(judged(&notice).standing, STANDING_UNPROVEN);
	ck_assert_int_eq(judged(&card).standing, STANDING_UNPROVEN);
	believe(STRANGERS);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
	ck_assert_int_eq(judged(&notice).standing, STANDING_PROVEN);
	ck_assert_int_eq(judged(&card).standing, STANDING_CONTROL);
	ck_assert_uint_ne(judged(&letter).group, 0);
}
END_TEST

START_TEST(a_ticket_that_another_signed_in_a_believed_organisations_name_proves_nothing)
{
	uint8_t ticket[TICKET_SIZE], seed[SIGN_KEY_SIZE], key[SIGN_KEY_SIZE];
	sample_ticket_bytes(&(struct sample_ticket){STRANGERS, 3, TICKET_MEDIC, DAY, 0}, ticket, seed);
	struct sample letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	struct outside forged = seen(&letter);
	sample_organisation(MEDICS, key);
	memcpy(forged.ticket_bytes, ticket, sizeof ticket);
	ticket_issuer(key, forged.ticket_bytes + SIGN_KEY_SIZE);
	ck_assert(ticket_parse(forged.ticket_bytes, &forged.ticket));
	ck_assert_int_eq(authority_judge(authority, &forged, false).standing, STANDING_UNPROVEN);
}
END_TEST

START_TEST(of_two_letters_on_one_ticket_the_lower_id_stands_whichever_comes_first)
{
	struct sample a = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 5), b = ticketed(2, CLASS_URGENT, TICKET_MEDIC, 5);
	struct sample *low = memcmp(a.id, b.id, LETTER_ID_SIZE) < 0 ? &a : &b, *high = low == &a ? &b : &a;
	ck_assert_int_eq(judged(high).standing, STANDING_URGENT);
	ck_assert(!noted(high).displaces);
	ck_assert_int_eq(judged(high).standing, STANDING_URGENT); /* itself */
	ck_assert_int_eq(judged(low).standing, STANDING_URGENT);
	struct authority_effects effects = noted(low);
	ck_assert(effects.displaces);
	ck_assert_mem_eq(effects.displaced, high->id, LETTER_TAG_SIZE);
	ck_assert_int_eq(judged(high).standing, STANDING_UNPROVEN);
	ck_assert(!noted(high).displaces);
	ck_assert_int_eq(judged(low).standing, STANDING_URGENT);
	come_again();
	ck_assert_int_eq(judged(high).standing, STANDING_UNPROVEN);
}
END_TEST

START_TEST(a_published_seed_kills_its_day_and_later_and_nothing_before)
{
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(3, DAY, entry.secret);
	struct sample before = sample_ticketed(1, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 3, TICKET_MEDIC, DAY - 1, 0});
	struct sample same = sample_ticketed(2, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 3, TICKET_MEDIC, DAY, 0});
	struct sample later = sample_ticketed(3, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 3, TICKET_MEDIC, DAY + 2, 9});
	struct sample other = sample_ticketed(4, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 4, TICKET_MEDIC, DAY, 0});
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1);
	ck_assert_int_eq(judged(&revocation).standing, STANDING_CONTROL);
	ck_assert(noted(&revocation).revokes);
	ck_assert(!noted(&revocation).revokes); /* no news any more */
	come_again();
	ck_assert_int_eq(judged(&before).standing, STANDING_URGENT);
	ck_assert_int_eq(judged(&same).standing, STANDING_UNPROVEN);
	ck_assert_int_eq(judged(&later).standing, STANDING_UNPROVEN);
	ck_assert_int_eq(judged(&other).standing, STANDING_URGENT);
}
END_TEST

START_TEST(a_revocation_nobody_believed_vouches_for_revokes_nothing)
{
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(3, DAY, entry.secret);
	struct sample strangers = sample_revocation(STRANGERS, SAMPLE_ISSUED, &entry, 1), letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	ck_assert(!noted(&strangers).revokes);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
	/* two colleagues, with the ticket of one of them */
	struct sample colleagues = sample_ticketed_revocation(&(struct sample_ticket){MEDICS, 9, TICKET_MEDIC, DAY, 1}, &entry, 1);
	ck_assert(noted(&colleagues).revokes);
	ck_assert_int_eq(judged(&letter).standing, STANDING_UNPROVEN);
}
END_TEST

START_TEST(an_older_or_shorter_revocation_takes_nothing_back)
{
	struct revocation_entry both[2] = {{.day = DAY}, {.day = DAY}}, one = {.day = DAY + 1};
	sample_linkage_seed(3, DAY, both[0].secret);
	sample_linkage_seed(4, DAY, both[1].secret);
	sample_linkage_seed(3, DAY + 1, one.secret);
	struct sample full = sample_revocation(MEDICS, SAMPLE_ISSUED, both, 2), fork = sample_revocation(MEDICS, SAMPLE_ISSUED, &one, 1);
	struct sample older = sample_revocation(MEDICS, SAMPLE_ISSUED - 90000, &one, 1);
	(void)noted(&full);
	(void)noted(&fork);
	(void)noted(&older);
	struct sample letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	struct sample other = sample_ticketed(2, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, 4, TICKET_MEDIC, DAY, 0});
	ck_assert_int_eq(judged(&letter).standing, STANDING_UNPROVEN);
	ck_assert_int_eq(judged(&other).standing, STANDING_UNPROVEN);
}
END_TEST

START_TEST(an_announcer_speaks_for_its_organisation_until_revoked)
{
	struct sample notice = sample_certified_notice(MEDICS, 2, 1, 1, "x"), later = sample_certified_notice(MEDICS, 2, 1, 2, "y");
	ck_assert_int_eq(judged(&notice).standing, STANDING_PROVEN);
	ck_assert_int_eq(judged(&notice).pool, POOL_AUTHORITY);
	struct revocation_entry entry = {.day = DAY};
	sample_certificate_secret(2, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1);
	ck_assert(noted(&revocation).revokes);
	ck_assert_int_eq(judged(&later).standing, STANDING_UNPROVEN);
	struct outside held = seen(&notice);
	ck_assert_int_eq(authority_judge(authority, &held, true).standing, STANDING_PROVEN);
	struct sample strangers = sample_certified_notice(STRANGERS, 2, 1, 1, "x");
	ck_assert_int_eq(judged(&strangers).standing, STANDING_UNPROVEN);
}
END_TEST

/* Lets an organisation sign a card at a time of its choice. */
static void speaks(uint8_t organisation, uint32_t issued)
{
	struct sample card = sample_control(organisation, 1, 1);
	struct outside letter = seen(&card);
	letter.issued = issued;
	struct judgement judgement = authority_judge(authority, &letter, false);
	struct authority_effects effects;
	authority_note(authority, &letter, card.bytes, card.len, &judgement, HOUR, &effects);
}

START_TEST(no_single_voice_moves_the_day_by_more_than_one)
{
	enum { NOW = 1800000000, YEAR_2106 = 4294967295, A_DAY = 86400 };
	believe(BUSES);
	static const uint64_t clocks[] = {0, INT32_MAX, YEAR_2106, NOW - 10 * A_DAY, (uint64_t)1 << 40};
	speaks(MEDICS, NOW);
	speaks(BUSES, NOW - 600);
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		authority_clock(authority, clocks[i]);
		ck_assert_uint_ge(authority_day(authority), day_of_unix(NOW - 600));
		ck_assert_uint_le(authority_day(authority), day_of_unix(NOW + A_DAY));
	}
	authority_clock(authority, NOW);
	speaks(BUSES, YEAR_2106); /* a stolen key */
	ck_assert_uint_le(authority_day(authority), day_of_unix(NOW + A_DAY));
	come_again();
	authority_clock(authority, 0);
	ck_assert_uint_le(authority_day(authority), day_of_unix(NOW + A_DAY));
	ck_assert_uint_ge(authority_day(authority), day_of_unix(NOW));
}
END_TEST

START_TEST(a_ticket_grows_old_only_by_what_two_voices_say)
{
	struct sample letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	const uint32_t midnight = (uint32_t)(1451606400 + (uint64_t)DAY * 86400);
	authority_clock(authority, 4294967295u);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
	speaks(MEDICS, midnight + AUTHORITY_DAYS_OLD * 86400);
	authority_clock(authority, midnight + AUTHORITY_DAYS_OLD * 86400);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
	speaks(MEDICS, midnight + (AUTHORITY_DAYS_OLD + 1) * 86400);
	authority_clock(authority, midnight + (AUTHORITY_DAYS_OLD + 1) * 86400);
	ck_assert_int_eq(judged(&letter).standing, STANDING_UNPROVEN);
	authority_clock(authority, 0);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
}
END_TEST

START_TEST(as_many_organisations_as_it_can_and_no_more)
{
	for (uint8_t i = 1; i < AUTHORITY_ORGANISATIONS_MAX; i++)
		believe(i);
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(AUTHORITY_ORGANISATIONS_MAX, key);
	ck_assert_int_eq(authority_trust(authority, key, HOUR), AUTHORITY_FULL);
	ck_assert(!authority_trusts(authority, key));
	sample_organisation(MEDICS, key);
	ck_assert_int_eq(authority_trust(authority, key, HOUR), AUTHORITY_KNEW);
	come_again();
	ck_assert(authority_trusts(authority, key));
}
END_TEST

START_TEST(who_is_named_at_every_run_of_a_desk_costs_the_disk_nothing_until_a_day_has_passed)
{
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(MEDICS, key);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	ck_assert_int_eq(authority_trust(authority, key, HOUR + 23), AUTHORITY_KNEW);
	ck_assert(!store_dirty(store));
	ck_assert_int_eq(authority_trust(authority, key, HOUR + 24), AUTHORITY_KNEW);
	ck_assert(store_dirty(store));
	ck_assert(!authority_forget(authority, HOUR + 23 + AUTHORITY_TRUST_HOURS));
	ck_assert(authority_forget(authority, HOUR + 24 + AUTHORITY_TRUST_HOURS));
}
END_TEST

START_TEST(who_is_named_no_more_is_forgotten_and_so_are_old_secrets)
{
	uint8_t key[SIGN_KEY_SIZE];
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(3, DAY, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1), letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	(void)noted(&revocation);
	sample_organisation(MEDICS, key);
	ck_assert(!authority_forget(authority, HOUR + AUTHORITY_TRUST_HOURS - 1));
	ck_assert(authority_trusts(authority, key));
	ck_assert(authority_forget(authority, HOUR + AUTHORITY_TRUST_HOURS));
	ck_assert(!authority_trusts(authority, key));
	ck_assert_int_eq(authority_trust(authority, key, HOUR + AUTHORITY_TRUST_HOURS), AUTHORITY_NEWS);
	ck_assert_int_eq(judged(&letter).standing, STANDING_UNPROVEN);
	ck_assert(authority_forget(authority, HOUR + 63 * 24));
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
}
END_TEST

START_TEST(what_a_failed_turn_noted_is_taken_back)
{
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(3, DAY, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1), letter = ticketed(1, CLASS_URGENT, TICKET_MEDIC, 0);
	(void)noted(&revocation);
	believe(BUSES);
	store_rollback(store);
	authority_reload(authority);
	ck_assert_int_eq(judged(&letter).standing, STANDING_URGENT);
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(BUSES, key);
	ck_assert(!authority_trusts(authority, key));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("authority");
	TCase *tcase = tcase_create("authority");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_ticket_of_a_believed_organisation_proves_and_only_a_medics_makes_urgent);
	tcase_add_test(tcase, a_ticket_of_an_organisation_nobody_named_proves_nothing_until_it_is_named);
	tcase_add_test(tcase, a_ticket_that_another_signed_in_a_believed_organisations_name_proves_nothing);
	tcase_add_test(tcase, of_two_letters_on_one_ticket_the_lower_id_stands_whichever_comes_first);
	tcase_add_test(tcase, a_published_seed_kills_its_day_and_later_and_nothing_before);
	tcase_add_test(tcase, a_revocation_nobody_believed_vouches_for_revokes_nothing);
	tcase_add_test(tcase, an_older_or_shorter_revocation_takes_nothing_back);
	tcase_add_test(tcase, an_announcer_speaks_for_its_organisation_until_revoked);
	tcase_add_test(tcase, no_single_voice_moves_the_day_by_more_than_one);
	tcase_add_test(tcase, a_ticket_grows_old_only_by_what_two_voices_say);
	tcase_add_test(tcase, as_many_organisations_as_it_can_and_no_more);
	tcase_add_test(tcase, who_is_named_at_every_run_of_a_desk_costs_the_disk_nothing_until_a_day_has_passed);
	tcase_add_test(tcase, who_is_named_no_more_is_forgotten_and_so_are_old_secrets);
	tcase_add_test(tcase, what_a_failed_turn_noted_is_taken_back);
	suite_add_tcase(suite, tcase);
	return suite;
}
