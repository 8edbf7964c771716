/* A command line that comes twice is done once. */

#include "node/relief/once.h"
#include "node/relief/role.h"
#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include <string.h>

static struct reliefdb db;
static char path[64], answer[ONCE_ANSWER_MAX + 1];
static const struct seat rana = {.name = "Rana", .role = ROLE_TRIAGER}, samir = {.name = "Samir", .role = ROLE_TRIAGER};

static void open_room(void)
{
	relief_room(&db, path);
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static struct cli line(const struct seat *seat, const char *key, const char *text)
{
	struct cli cli = {.seat = seat, .words_n = 2, .words = {"note", "M-0016"}, .options_n = 2};
	cli.options[0] = (struct cli_given){"text", text};
	cli.options[1] = (struct cli_given){"once", key};
	return cli;
}

static enum once look(const struct cli *cli)
{
	enum once once;
	strcpy(answer, "unset");
	ck_assert_int_eq(once_look(&db, cli, &once, answer), ERR_OK);
	return once;
}

static void note(const struct cli *cli, const char *says)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(once_note(&db, cli, NOON), ERR_OK);
	if (says != NULL)
		ck_assert_int_eq(once_answer(&db, cli, says, strlen(says)), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(what_was_done_is_answered_as_it_was)
{
	const struct cli cli = line(&rana, "key-00001", "called");
	ck_assert_int_eq(look(&cli), ONCE_NEW);
	note(&cli, NULL);
	ck_assert_int_eq(look(&cli), ONCE_DONE);
	ck_assert_str_eq(answer, "");
	note(&cli, "{\"v\":1}\n");
	ck_assert_int_eq(look(&cli), ONCE_DONE);
	ck_assert_str_eq(answer, "{\"v\":1}\n");
}
END_TEST

START_TEST(a_key_is_one_command_line_s_and_one_operator_s)
{
	const struct cli cli = line(&rana, "key-00001", "called"), other = line(&rana, "key-00001", "did not call");
	const struct cli his = line(&samir, "key-00001", "called"), another = line(&rana, "key-00002", "called");
	note(&cli, "done");
	ck_assert_int_eq(look(&other), ONCE_OTHER);
	ck_assert_int_eq(look(&his), ONCE_NEW);
	ck_assert_int_eq(look(&another), ONCE_NEW);
}
END_TEST

START_TEST(what_was_not_kept_is_not_known)
{
	const struct cli cli = line(&rana, "key-00001", "called");
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(once_note(&db, &cli, NOON), ERR_OK);
	reliefdb_rollback(&db);
	ck_assert_int_eq(look(&cli), ONCE_NEW);
}
END_TEST

static void forget(uint64_t now)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(once_forget(&db, now), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(after_a_day_it_is_forgotten_and_not_before)
{
	const struct cli cli = line(&rana, "key-00001", "called");
	note(&cli, "done");
	forget(NOON + ONCE_KEPT_S);
	ck_assert_int_eq(look(&cli), ONCE_DONE);
	forget(NOON + ONCE_KEPT_S + 1);
	ck_assert_int_eq(look(&cli), ONCE_NEW);
}
END_TEST

START_TEST(an_answer_too_long_to_keep_is_not_kept)
{
	static char longer[ONCE_ANSWER_MAX + 2];
	const struct cli cli = line(&rana, "key-00001", "called");
	memset(longer, 'a', sizeof(longer) - 1);
	note(&cli, longer);
	ck_assert_int_eq(look(&cli), ONCE_DONE);
	ck_assert_str_eq(answer, "");
	longer[ONCE_ANSWER_MAX] = '\0';
	note(&cli, longer);
	ck_assert_int_eq(look(&cli), ONCE_DONE);
	ck_assert_str_eq(answer, longer);
}
END_TEST

START_TEST(a_key_is_short_and_plain)
{
	ck_assert(once_key_ok("12345678") && once_key_ok("a-b_c.D9~!"));
	ck_assert(!once_key_ok("1234567") && !once_key_ok("1234 5678") && !once_key_ok("1234567\xc3\xa9") && !once_key_ok(""));
	char key[ONCE_KEY_MAX + 2];
	memset(key, 'k', sizeof(key) - 1);
	key[ONCE_KEY_MAX + 1] = '\0';
	ck_assert(!once_key_ok(key) && once_key_ok(key + 1));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("once");
	TCase *tests = tcase_create("once");
	tcase_add_checked_fixture(tests, open_room, close_room);
	tcase_add_test(tests, what_was_done_is_answered_as_it_was);
	tcase_add_test(tests, a_key_is_one_command_line_s_and_one_operator_s);
	tcase_add_test(tests, what_was_not_kept_is_not_known);
	tcase_add_test(tests, after_a_day_it_is_forgotten_and_not_before);
	tcase_add_test(tests, an_answer_too_long_to_keep_is_not_kept);
	tcase_add_test(tests, a_key_is_short_and_plain);
	suite_add_tcase(suite, tests);
	return suite;
}
