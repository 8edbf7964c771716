/* Which role may run which command line. */

#include "tests/support/suite.h"

#include "node/relief/role.h"

#include <string.h>

static struct cli line_of(const char *verb, const char *word, const char *option)
{
	struct cli cli = {.program = "barid-relief", .words_n = 1};
	cli.words[0] = verb;
	if (word != NULL)
		cli.words[cli.words_n++] = word;
	if (option != NULL)
		cli.options[cli.options_n++] = (struct cli_given){.name = option};
	return cli;
}

static bool may(enum account_role role, const char *verb, const char *word, const char *option)
{
	struct cli cli = line_of(verb, word, option);
	return role_may(role, &cli);
}

START_TEST(a_viewer_sees_and_changes_nothing)
{
	static const char *const seen[] = {"queue", "case", "people", "transport", "map", "feed"};
	static const char *const changed[] = {"claim", "release", "assign", "note",   "reply",  "verify",
					      "merge", "unmerge", "close",  "reopen", "publish"};
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		ck_assert_msg(may(ROLE_VIEWER, seen[i], "M-0016", NULL), "%s", seen[i]);
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		ck_assert_msg(!may(ROLE_VIEWER, changed[i], "M-0016", NULL), "%s", changed[i]);
	ck_assert(!role_sees_places(ROLE_VIEWER));
}
END_TEST

START_TEST(a_triager_works_on_cases_and_speaks_for_nobody)
{
	ck_assert(may(ROLE_TRIAGER, "claim", "M-0016", "take"));
	ck_assert(may(ROLE_TRIAGER, "close", "M-0016", NULL));
	ck_assert(may(ROLE_TRIAGER, "export", NULL, NULL));
	ck_assert(!may(ROLE_TRIAGER, "export", NULL, "precise"));
	ck_assert(!may(ROLE_TRIAGER, "publish", "transport", NULL));
	ck_assert(may(ROLE_PUBLISHER, "publish", "transport", NULL));
	ck_assert(role_sees_places(ROLE_TRIAGER));
}
END_TEST

START_TEST(what_the_table_does_not_know_wants_an_admin)
{
	static const char *const theirs[] = {"audit", "account", "webhook", "purge", "org", "role", "partner", "db", "what-comes-next"};
	for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		ck_assert_msg(!may(ROLE_PUBLISHER, theirs[i], "add", NULL), "%s", theirs[i]);
		ck_assert_msg(may(ROLE_ADMIN, theirs[i], "add", NULL), "%s", theirs[i]);
	}
	ck_assert(may(ROLE_TRIAGER, "partner", "list", NULL));
	ck_assert(!may(ROLE_TRIAGER, "partner", "remove", NULL));
}
END_TEST

START_TEST(roles_have_words)
{
	for (int role = ROLE_VIEWER; role < ROLES_END; role++)
		ck_assert_int_eq(role_of_word(role_word((enum account_role)role)), role);
	ck_assert_int_eq(role_of_word(""), 0);
	ck_assert_int_eq(role_of_word("root"), 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("role");
	TCase *test_case = tcase_create("role");
	tcase_add_test(test_case, a_viewer_sees_and_changes_nothing);
	tcase_add_test(test_case, a_triager_works_on_cases_and_speaks_for_nobody);
	tcase_add_test(test_case, what_the_table_does_not_know_wants_an_admin);
	tcase_add_test(test_case, roles_have_words);
	suite_add_tcase(suite, test_case);
	return suite;
}
