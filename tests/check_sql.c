/* sql.h, the same over SQLite and PostgreSQL; and what becomes of a transaction whose server goes away in the middle. */

#include "tests/support/pgcut.h"
#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sql *sql;
static char path[64];

static void open_room(void)
{
	relief_place(path);
	ck_assert_int_eq(sql_open(&sql, path), ERR_OK);
	ck_assert_int_eq(sql_exec(sql, "CREATE TABLE things(number BIGINT NOT NULL, bytes BYTEA, words TEXT, PRIMARY KEY(number));"
				       "CREATE TABLE others(number BIGINT NOT NULL, PRIMARY KEY(number))"),
			 ERR_OK);
}

static void close_room(void)
{
	sql_close(sql);
	relief_place_end(path);
}

static enum err put(struct sql *where, int64_t number, const char *bytes)
{
	struct sql_row *row = sql_prepare(where, "INSERT INTO things(number, bytes, words) VALUES(?, ?, '?')");
	sql_int(row, 1, number);
	sql_blob(row, 2, bytes, strlen(bytes));
	return sql_run(row);
}

/* What a statement counts. */
static int64_t counted(struct sql *where, const char *text)
{
	struct sql_row *row = sql_prepare(where, text);
	ck_assert_int_eq(sql_step(row), ERR_OK);
	int64_t n = sql_get_int(row, 0);
	sql_end(row);
	return n;
}

static int64_t things(void)
{
	return counted(sql, "SELECT count(*) FROM things");
}

START_TEST(values_come_back_as_they_were)
{
	static const int64_t numbers[] = {0, 1, -1, 127, 128, -32769, 2147483648, INT64_MIN, INT64_MAX};
	size_t len;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sql_row *row = sql_prepare(sql, "INSERT INTO things(number, bytes, words) VALUES(?, ?, ?)");
		sql_int(row, 1, numbers[i]);
		sql_blob(row, 2, "a\0?'\xff", i == 0 ? 0 : 5);
		if (i != 1)
			sql_text(row, 3, "قناص '?");
		ck_assert_int_eq(sql_run(row), ERR_OK);
		row = sql_prepare(sql, "SELECT number, bytes, words FROM things WHERE number = ?");
		sql_int(row, 1, numbers[i]);
		ck_assert_int_eq(sql_step(row), ERR_OK);
		ck_assert_int_eq(sql_get_int(row, 0), numbers[i]);
		const uint8_t *bytes = sql_get_blob(row, 1, &len);
		ck_assert_ptr_nonnull(bytes);
		ck_assert_uint_eq(len, i == 0 ? 0 : 5);
		ck_assert_mem_eq(bytes, "a\0?'\xff", len);
		if (i == 1)
			ck_assert_ptr_null(sql_get_text(row, 2));
		else
			ck_assert_str_eq(sql_get_text(row, 2), "قناص '?");
		ck_assert_int_eq(sql_step(row), ERR_NO_FILE);
		sql_end(row);
	}
	ck_assert_int_eq(things(), (int64_t)(sizeof(numbers) / sizeof(numbers[0])));
}
END_TEST

START_TEST(nothing_is_not_empty)
{
	size_t len = 9;
	ck_assert_int_eq(sql_exec(sql, "INSERT INTO things(number) VALUES(1)"), ERR_OK);
	struct sql_row *row = sql_prepare(sql, "SELECT bytes, words FROM things");
	ck_assert_int_eq(sql_step(row), ERR_OK);
	ck_assert_ptr_null(sql_get_blob(row, 0, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_null(sql_get_text(row, 1));
	sql_end(row);
}
END_TEST

START_TEST(a_wrong_statement_fails_at_its_first_step_and_harms_no_other)
{
	struct sql_row *row = sql_prepare(sql, "SELECT nonsense FROM nowhere");
	ck_assert_int_ne(sql_step(row), ERR_OK);
	sql_end(row);
	ck_assert_int_eq(put(sql, 1, "a"), ERR_OK);
	ck_assert_int_ne(put(sql, 1, "b"), ERR_OK);
	ck_assert_int_eq(things(), 1);
}
END_TEST

START_TEST(changed_rows_are_counted)
{
	for (int i = 1; i <= 3; i++)
		ck_assert_int_eq(put(sql, i, "a"), ERR_OK);
	struct sql_row *row = sql_prepare(sql, "UPDATE things SET words = 'x' WHERE number > ?");
	sql_int(row, 1, 1);
	ck_assert_int_eq(sql_run(row), ERR_OK);
	ck_assert_int_eq(sql_changes(sql), 2);
	ck_assert_int_eq(sql_run(sql_prepare(sql, "INSERT INTO things(number) VALUES(1) ON CONFLICT(number) DO NOTHING")), ERR_OK);
	ck_assert_int_eq(sql_changes(sql), 0);
}
END_TEST

START_TEST(what_is_rolled_back_or_fails_leaves_nothing)
{
	ck_assert_int_eq(sql_begin(sql), ERR_OK);
	ck_assert_int_eq(put(sql, 1, "a"), ERR_OK);
	sql_rollback(sql);
	sql_rollback(sql);
	ck_assert_int_eq(sql_begin(sql), ERR_OK);
	ck_assert_int_eq(put(sql, 2, "a"), ERR_OK);
	ck_assert_int_eq(sql_exec(sql, "CREATE TABLE more(number BIGINT)"), ERR_OK);
	sql_rollback(sql);
	ck_assert_int_eq(things(), 0);
	ck_assert_int_ne(sql_exec(sql, "DELETE FROM more"), ERR_OK);
}
END_TEST

START_TEST(a_statement_is_the_same_however_often_it_is_made)
{
	char text[64];
	for (int i = 0; i < 300; i++) {                                                                   /* more than are kept prepared */
		(void)snprintf(text, sizeof(text), "INSERT INTO things(number) VALUES(? + %d)", i % 150); /* fits */
		struct sql_row *row = sql_prepare(sql, text);
		sql_int(row, 1, 1000 * (i / 150));
		ck_assert_int_eq(sql_run(row), ERR_OK);
	}
	ck_assert_int_eq(things(), 300);
}
END_TEST

START_TEST(addresses_are_told_apart)
{
	struct sql *none;
	ck_assert(sql_is_server("postgresql://h/d") && sql_is_server("postgres://h/d"));
	ck_assert(!sql_is_server("/tmp/postgresql://h/d") && !sql_is_server("relief.db"));
	ck_assert_int_eq(sql_open(&none, "/nonexistent/relief.db"), ERR_NO_FILE);
	ck_assert_ptr_null(none);
#ifdef BARID_WITH_PG
	ck_assert(sql_has_password("postgresql://amal:secret@h/d") && sql_has_password("postgresql://h/d?password=x"));
	ck_assert(!sql_has_password("postgresql://amal@h/d") && !sql_has_password("/postgresql://amal:secret@h/d"));
	ck_assert_int_eq(sql_open(&none, "postgresql://h/d?nonsense=1"), ERR_LIMIT);
#else
	ck_assert_int_eq(sql_open(&none, "postgresql://h/d"), ERR_LIMIT);
#endif
}
END_TEST

START_TEST(a_server_that_refuses_is_not_waited_for)
{
	struct sql *none;
	ck_assert_int_eq(sql_open(&none, "postgresql:///nowhere_at_all"), ERR_NO_FILE);
	ck_assert_int_eq(sql_open(&none, "postgresql://stranger@/barid"), ERR_PERMISSION);
}
END_TEST

/* Ends every other connection to the same database, as a restart does. */
static void break_others(struct sql *own)
{
	(void)counted(own,
		      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");
}

START_TEST(a_transaction_survives_the_loss_of_its_connection)
{
	struct sql *other;
	ck_assert_int_eq(sql_open(&other, path), ERR_OK);
	ck_assert_int_eq(sql_begin(sql), ERR_OK);
	ck_assert_int_eq(put(sql, 1, "a"), ERR_OK);
	break_others(other);
	ck_assert_int_eq(put(sql, 2, "b"), ERR_OK);
	ck_assert_int_eq(things(), 2);
	break_others(other);
	ck_assert_int_eq(sql_commit(sql), ERR_OK);
	break_others(other);
	ck_assert_int_eq(things(), 2);
	break_others(other);
	ck_assert_int_eq(put(sql, 3, "c"), ERR_OK);
	ck_assert_int_eq(counted(other, "SELECT count(*) FROM things"), 3);
	sql_close(other);
}
END_TEST

START_TEST(a_transaction_does_not_go_on_upon_what_is_no_longer_true)
{
	struct sql *other;
	ck_assert_int_eq(sql_open(&other, path), ERR_OK);
	ck_assert_int_eq(sql_begin(sql), ERR_OK);
	ck_assert_int_eq(things(), 0); /* decides on that */
	break_others(other);
	ck_assert_int_eq(put(other, 7, "somebody else was quicker"), ERR_OK);
	ck_assert_int_eq(put(sql, 1, "a"), ERR_BUSY);
	ck_assert_int_eq(put(sql, 2, "a"), ERR_BUSY);
	ck_assert_int_eq(sql_commit(sql), ERR_BUSY);
	ck_assert_int_eq(things(), 1);
	ck_assert_int_eq(put(sql, 1, "a"), ERR_OK);
	sql_close(other);
}
END_TEST

static const char *const moments[] = {"b", "a", "bb", "aa", "ab", "ba", "baba", ".ab", "..bb"};

/* Whether the COMMIT or its answer is lost on the way, and however often: it is done once, and said to be done. */
START_TEST(a_commit_of_unknown_outcome_happens_once)
{
	struct pgcut cut;
	struct sql *over;
	char where[128];
	pgcut_start(&cut, "COMMIT", moments[_i]);
	(void)snprintf(where, sizeof(where), "%s?host=%s", path, cut.folder); /* fits */
	ck_assert_int_eq(sql_open(&over, where), ERR_OK);
	for (int64_t i = 1; i <= 4; i++) {
		ck_assert_int_eq(sql_begin(over), ERR_OK);
		struct sql_row *row = sql_prepare(over, "INSERT INTO things(number) SELECT coalesce(max(number), 0) + 1 FROM things");
		ck_assert_int_eq(sql_run(row), ERR_OK);
		ck_assert_int_eq(sql_commit(over), ERR_OK);
		ck_assert_int_eq(things(), i);
	}
	ck_assert_int_eq(counted(sql, "SELECT max(number) FROM things"), 4);
	sql_close(over);
	pgcut_end(&cut);
}
END_TEST

/* Single statements too are done once. */
START_TEST(a_lone_statement_of_unknown_outcome_happens_once)
{
	struct pgcut cut;
	struct sql *over;
	char where[128];
	pgcut_start(&cut, "COMMIT", moments[_i]);
	(void)snprintf(where, sizeof(where), "%s?host=%s", path, cut.folder); /* fits */
	ck_assert_int_eq(sql_open(&over, where), ERR_OK);
	for (int64_t i = 1; i <= 3; i++) {
		ck_assert_int_eq(sql_run(sql_prepare(over, "INSERT INTO things(number) SELECT coalesce(max(number), 0) + 1 FROM things")), ERR_OK);
		ck_assert_int_eq(things(), i);
	}
	sql_close(over);
	pgcut_end(&cut);
}
END_TEST

/* Takes one row, says so, waits to hear the same of the other, takes that one's. */
static bool cross(int64_t first, int64_t second, int say, int hear)
{
	struct sql *own;
	char byte = 0;
	bool good = sql_open(&own, path) == ERR_OK && sql_begin(own) == ERR_OK;
	for (int i = 0; i < 2 && good; i++) {
		struct sql_row *row = sql_prepare(own, "UPDATE others SET number = number + 10 WHERE number % 10 = ?");
		sql_int(row, 1, i == 0 ? first : second);
		good = sql_run(row) == ERR_OK && sql_changes(own) == 1;
		if (i == 0)
			good = good && write(say, "x", 1) == 1 && read(hear, &byte, 1) == 1;
	}
	good = good && sql_commit(own) == ERR_OK;
	sql_close(own);
	return good;
}

START_TEST(of_two_that_wait_for_each_other_both_get_through)
{
	int there[2], back[2], status;
	ck_assert_int_eq(sql_exec(sql, "INSERT INTO others(number) VALUES(1), (2)"), ERR_OK);
	ck_assert_int_eq(pipe(there), 0);
	ck_assert_int_eq(pipe(back), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(cross(1, 2, there[1], back[0]) ? 0 : 1);
	ck_assert(cross(2, 1, back[1], there[0]));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_eq(counted(sql, "SELECT CAST(sum(number) AS BIGINT) FROM others"), 43);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sql");
	TCase *tests = tcase_create("sql");
	int n = sizeof(moments) / sizeof(moments[0]);
	tcase_add_checked_fixture(tests, open_room, close_room);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, values_come_back_as_they_were);
	tcase_add_test(tests, nothing_is_not_empty);
	tcase_add_test(tests, a_wrong_statement_fails_at_its_first_step_and_harms_no_other);
	tcase_add_test(tests, changed_rows_are_counted);
	tcase_add_test(tests, what_is_rolled_back_or_fails_leaves_nothing);
	tcase_add_test(tests, a_statement_is_the_same_however_often_it_is_made);
	tcase_add_test(tests, addresses_are_told_apart);
	if (relief_on_server()) {
		tcase_add_test(tests, a_server_that_refuses_is_not_waited_for);
		tcase_add_test(tests, a_transaction_survives_the_loss_of_its_connection);
		tcase_add_test(tests, a_transaction_does_not_go_on_upon_what_is_no_longer_true);
		tcase_add_loop_test(tests, a_commit_of_unknown_outcome_happens_once, 0, n);
		tcase_add_loop_test(tests, a_lone_statement_of_unknown_outcome_happens_once, 0, n);
		tcase_add_test(tests, of_two_that_wait_for_each_other_both_get_through);
	}
	suite_add_tcase(suite, tests);
	return suite;
}
