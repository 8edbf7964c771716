/* What happened to cases, without gaps. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/feed.h"

#include <string.h>

static struct reliefdb db;
static char path[64];
static const struct case_file file = {.number = 41, .type = LETTER_MEDEVAC, .revision = 3, .state = CASE_ASSIGNED, .status = STATUS_ACTUAL};

static void open_room(void)
{
	relief_room(&db, path);
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static void add(uint64_t at, enum feed_what what, const char *who)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(feed_add(&db, at, what, &file, who), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(an_event_says_what_and_who_and_which_case)
{
	struct feed_event event;
	size_t n;
	add(NOON, FEED_CLAIMED, "Rana");
	ck_assert_int_eq(feed_list(&db, 0, &event, 1, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(event.seq, 1);
	ck_assert_uint_eq(event.at, NOON);
	ck_assert_int_eq(event.what, FEED_CLAIMED);
	ck_assert_str_eq(feed_word(event.what), "claimed");
	ck_assert_uint_eq(event.number, 41);
	ck_assert_uint_eq(event.revision, 3);
	ck_assert_uint_eq(event.type, LETTER_MEDEVAC);
	ck_assert_int_eq(event.state, CASE_ASSIGNED);
	ck_assert_str_eq(event.who, "Rana");
}
END_TEST

START_TEST(whoever_read_up_to_a_number_gets_what_is_after_it)
{
	struct feed_event events[4];
	size_t n;
	uint64_t head;
	for (unsigned i = 0; i < 5; i++)
		add(NOON + i, FEED_NOTED, NULL);
	ck_assert_int_eq(feed_list(&db, 0, events, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_eq(events[3].seq, 4);
	ck_assert_int_eq(feed_list(&db, 4, events, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(events[0].seq, 5);
	ck_assert_int_eq(feed_list(&db, 5, events, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(feed_list(&db, UINT64_MAX, events, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(feed_head(&db, &head), ERR_OK);
	ck_assert_uint_eq(head, 5);
}
END_TEST

START_TEST(what_was_not_done_leaves_no_gap)
{
	struct feed_event events[4];
	size_t n;
	add(NOON, FEED_ARRIVED, "");
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(feed_add(&db, NOON, FEED_CLOSED, &file, "Rana"), ERR_OK);
	reliefdb_rollback(&db);
	add(NOON, FEED_OPENED, "Rana");
	ck_assert_int_eq(feed_list(&db, 0, events, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(events[1].seq, 2);
	ck_assert_int_eq(events[1].what, FEED_OPENED);
}
END_TEST

START_TEST(a_name_too_long_is_cut)
{
	struct feed_event event;
	size_t n;
	char who[200];
	memset(who, 'a', sizeof(who) - 1);
	who[sizeof(who) - 1] = '\0';
	add(NOON, FEED_CLAIMED, who);
	ck_assert_int_eq(feed_list(&db, 0, &event, 1, &n), ERR_OK);
	ck_assert_uint_eq(strlen(event.who), FEED_WHO_MAX);
}
END_TEST

START_TEST(events_cannot_be_swapped)
{
	struct feed_event events[2];
	size_t n;
	add(NOON, FEED_CLAIMED, "Rana");
	add(NOON, FEED_CLOSED, "Samir");
	struct sql_row *row =
		reliefdb_prepare_org(&db, "UPDATE feed SET sealed = (SELECT b.sealed FROM feed AS b WHERE b.org = feed.org AND b.seq = 1) "
					  "WHERE org = ? AND seq = 2");
	ck_assert_int_eq(reliefdb_run(&db, row), ERR_OK);
	ck_assert_int_eq(feed_list(&db, 1, events, 2, &n), ERR_DAMAGED);
}
END_TEST

START_TEST(every_event_has_a_word)
{
	for (int i = 1; i < FEED_WHATS; i++)
		ck_assert_uint_gt(strlen(feed_word((enum feed_what)i)), 3);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("feed");
	TCase *tcase = tcase_create("feed");
	tcase_add_checked_fixture(tcase, open_room, close_room);
	tcase_add_test(tcase, an_event_says_what_and_who_and_which_case);
	tcase_add_test(tcase, whoever_read_up_to_a_number_gets_what_is_after_it);
	tcase_add_test(tcase, what_was_not_done_leaves_no_gap);
	tcase_add_test(tcase, a_name_too_long_is_cut);
	tcase_add_test(tcase, events_cannot_be_swapped);
	tcase_add_test(tcase, every_event_has_a_word);
	suite_add_tcase(suite, tcase);
	return suite;
}
