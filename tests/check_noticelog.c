/* What a later word on a matter takes back, by name. */

#include "tests/support/people.h"
#include "tests/support/relief.h"
#include "tests/support/suite.h"
#include "tests/support/voices.h"

#include "node/relief/noticelog.h"

#include <string.h>

static struct reliefdb db;
static char path[64];
static struct keyring *amal, *medics;
static const struct letter crossing = {.type = LETTER_ALERT, .area = "Crossing", .headline = "out"};
static const struct letter people = {.type = LETTER_HEADCOUNT, .place = "Crossing", .people = 4};

static void open_room(void)
{
	relief_room(&db, path);
	amal = people_person("Amal");
	medics = people_organisation("Medics");
	people_trust(amal, medics);
}

static void close_room(void)
{
	keyring_free(amal);
	keyring_free(medics);
	relief_room_end(&db, path);
}

/* The organisation says it at that time, amal hears it, and it is noted. */
static void hear(const struct letter *letter, uint64_t now)
{
	struct composed composed = voices_say(medics, NULL, letter, NOTICE_INFO, now, 1);
	ck_assert(voices_hear(amal, &composed, now));
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(noticelog_take(&db, amal), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

static unsigned before(struct noticelog_entry out[static NOTICELOG_MAX])
{
	unsigned n = 0;
	ck_assert_uint_eq(amal->notices_n, 1);
	ck_assert_int_eq(noticelog_before(&db, &amal->notices[0], out, &n), ERR_OK);
	return n;
}

START_TEST(a_first_word_takes_nothing_back)
{
	struct noticelog_entry entries[NOTICELOG_MAX];
	hear(&crossing, PEOPLE_NOW);
	ck_assert_uint_eq(before(entries), 0);
}
END_TEST

START_TEST(a_later_word_takes_back_those_before_in_their_order)
{
	struct noticelog_entry entries[NOTICELOG_MAX];
	hear(&crossing, PEOPLE_NOW);
	hear(&crossing, PEOPLE_NOW + 60);
	hear(&crossing, PEOPLE_NOW + 120);
	ck_assert_uint_eq(before(entries), 2);
	ck_assert_uint_eq(entries[0].seq, 1);
	ck_assert_uint_eq(entries[0].issued, PEOPLE_NOW);
	ck_assert_uint_eq(entries[1].seq, 2);
	ck_assert_uint_eq(entries[1].issued, PEOPLE_NOW + 60);
	ck_assert_int_ne(memcmp(entries[0].id, entries[1].id, LETTER_ID_SIZE), 0);
}
END_TEST

START_TEST(what_is_heard_again_is_noted_once)
{
	struct noticelog_entry entries[NOTICELOG_MAX];
	hear(&crossing, PEOPLE_NOW);
	ck_assert_int_eq(noticelog_take(&db, amal), ERR_OK);
	hear(&crossing, PEOPLE_NOW + 60);
	ck_assert_int_eq(noticelog_take(&db, amal), ERR_OK);
	ck_assert_uint_eq(before(entries), 1);
}
END_TEST

START_TEST(only_the_newest_are_kept)
{
	struct noticelog_entry entries[NOTICELOG_MAX];
	for (unsigned i = 0; i < 2 * NOTICELOG_MAX; i++)
		hear(&crossing, PEOPLE_NOW + 60 * i);
	ck_assert_uint_eq(before(entries), NOTICELOG_MAX - 1);
	ck_assert_uint_eq(entries[0].seq, NOTICELOG_MAX + 1);
	ck_assert_uint_eq(entries[NOTICELOG_MAX - 2].seq, 2 * NOTICELOG_MAX - 1);
}
END_TEST

START_TEST(counts_of_people_are_no_alerts)
{
	struct noticelog_entry entries[NOTICELOG_MAX];
	hear(&people, PEOPLE_NOW);
	hear(&people, PEOPLE_NOW + 60);
	ck_assert_uint_eq(before(entries), 0);
}
END_TEST

START_TEST(what_we_sign_ourselves_is_noted_with_it)
{
	struct noticelog_entry entries[NOTICELOG_MAX], one = {.seq = 1, .issued = PEOPLE_NOW, .id = {7}};
	struct composed composed = voices_say(medics, NULL, &crossing, NOTICE_INFO, PEOPLE_NOW, 1);
	ck_assert(voices_hear(amal, &composed, PEOPLE_NOW));
	ck_assert_int_eq(noticelog_note(&db, amal->notices[0].issuer, amal->notices[0].topic, &one), ERR_OK);
	hear(&crossing, PEOPLE_NOW + 60);
	ck_assert_uint_eq(before(entries), 1);
	ck_assert_uint_eq(entries[0].id[0], 7);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("noticelog");
	TCase *tcase = tcase_create("noticelog");
	tcase_add_checked_fixture(tcase, open_room, close_room);
	tcase_add_test(tcase, a_first_word_takes_nothing_back);
	tcase_add_test(tcase, a_later_word_takes_back_those_before_in_their_order);
	tcase_add_test(tcase, what_is_heard_again_is_noted_once);
	tcase_add_test(tcase, only_the_newest_are_kept);
	tcase_add_test(tcase, counts_of_people_are_no_alerts);
	tcase_add_test(tcase, what_we_sign_ourselves_is_noted_with_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
