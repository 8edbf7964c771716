/* The relief desk's database: organisations beside each other, numbers without gaps, moving house, and the way back to an older version. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/audit.h"
#include "node/relief/reliefdb_place.h"
#include "node/relief/reliefdb_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 4, TURNS = 25, MEDIC = 1 };

static struct reliefdb db;
static char path[64];
static const uint8_t other_key[32] = {9};

static void open_room(void)
{
	relief_room(&db, path);
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static int64_t count(struct reliefdb *where, const char *text)
{
	int64_t n = -1;
	ck_assert_int_eq(reliefdb_number(where, text, &n), ERR_OK);
	return n;
}

/* A case with a letter, a look, something to send and an entry of the audit. */
static struct case_file fill(struct reliefdb *where, uint32_t seq)
{
	struct letter letter = {.type = LETTER_MEDEVAC, .red = 1};
	struct case_file file;
	struct audit_entry entry = {.at = NOON, .action = AUDIT_CLAIMED, .who = "Rana", .detail = "M-0016"};
	bool first;
	ck_assert_int_eq(relief_keep(where, &letter, MEDIC, seq, &file), CASES_OPENED);
	ck_assert_int_eq(reliefdb_begin(where), ERR_OK);
	ck_assert_int_eq(cases_first_look(where, &file, "Rana", &first), ERR_OK);
	ck_assert_int_eq(audit_add(where, &entry), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(where), ERR_OK);
	return file;
}

static uint64_t walked(struct reliefdb *where)
{
	struct audit_walk walk;
	struct audit_entry entry;
	ck_assert_int_eq(audit_start(&walk, where), ERR_OK);
	enum err err;
	while ((err = audit_next(&walk, &entry)) == ERR_OK)
		;
	ck_assert_int_eq(err, ERR_NO_FILE);
	audit_end(&walk);
	return walk.seq;
}

START_TEST(organisations_in_one_database_do_not_see_each_other)
{
	struct reliefdb other;
	struct cases_filter every = {.all = true, .type = -1, .state = -1};
	struct case_file *files;
	size_t n;
	fill(&db, 1);
	fill(&db, 2);
	ck_assert_int_eq(reliefdb_open(&other, path, other_key), ERR_DAMAGED);
	ck_assert_int_eq(reliefdb_join(&other, path, other_key), ERR_OK);
	ck_assert_int_eq(cases_list(&other, &every, &files, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	free(files);
	struct case_file file = fill(&other, 1);
	ck_assert_uint_eq(file.number, 1);
	ck_assert_uint_eq(walked(&other), 1);
	ck_assert_uint_eq(walked(&db), 2);
	ck_assert_int_eq(count(&db, "SELECT count(*) FROM cases WHERE org = ?"), 2);
	reliefdb_close(&other);
	ck_assert_int_eq(reliefdb_open(&other, path, other_key), ERR_OK);
	ck_assert_int_eq(count(&other, "SELECT count(*) FROM cases WHERE org = ?"), 1);
	reliefdb_close(&other);
}
END_TEST

/* One event of the feed; every fifth is taken back. */
static bool write_event(struct reliefdb *where, int turn)
{
	int64_t seq;
	if (reliefdb_begin(where) != ERR_OK || reliefdb_next(where, "feed", &seq) != ERR_OK)
		return false;
	struct sql_row *row = reliefdb_prepare_org(where, "INSERT INTO feed(org, seq, at, number, sealed) VALUES(?, ?, ?, ?, ?)");
	sql_int(row, 2, seq);
	sql_int(row, 3, NOON);
	sql_int(row, 4, 1);
	sql_blob(row, 5, "", 0);
	if (reliefdb_run(where, row) != ERR_OK)
		return false;
	if (turn % 5 == 4) {
		reliefdb_rollback(where);
		return true;
	}
	return reliefdb_commit(where) == ERR_OK;
}

static void writer(void)
{
	struct reliefdb own;
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	bool good = reliefdb_open(&own, path, key) == ERR_OK;
	for (int turn = 0; turn < TURNS && good; turn++)
		good = write_event(&own, turn);
	reliefdb_close(&own);
	_exit(good ? 0 : 1);
}

/* Reads on from the last number it saw, as whoever follows the feed does; false if a number was left out. */
static bool read_on(int64_t *last)
{
	bool whole = true;
	struct sql_row *row = reliefdb_prepare_org(&db, "SELECT seq FROM feed WHERE org = ? AND seq > ? ORDER BY seq");
	sql_int(row, 2, *last);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		whole = whole && sql_get_int(row, 0) == *last + 1;
		*last = sql_get_int(row, 0);
	}
	sql_end(row);
	return whole && err == ERR_NO_FILE;
}

START_TEST(who_follows_concurrent_writers_misses_no_number)
{
	pid_t pids[WRITERS];
	int64_t last = 0;
	int running = WRITERS, status;
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0)
			writer();
	}
	while (running > 0) {
		ck_assert(read_on(&last));
		pid_t ended = waitpid(-1, &status, WNOHANG);
		running -= ended > 0;
		ck_assert(ended <= 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
	}
	ck_assert(read_on(&last));
	ck_assert_int_eq(last, WRITERS * TURNS * 4 / 5);
}
END_TEST

START_TEST(everything_moves_to_another_database_and_back)
{
	struct reliefdb next, back;
	char next_path[64], back_path[64];
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	struct case_file file = fill(&db, 1);
	fill(&db, 2);
	/* to a file, also from a server, and from there to where rooms are */
	char folder[] = "/tmp/barid-relief-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(next_path, sizeof(next_path), "%s/relief.db", folder); /* fits */
	relief_place(back_path);
	ck_assert_int_eq(reliefdb_join(&next, next_path, key), ERR_OK);
	ck_assert_int_eq(reliefdb_join(&back, back_path, key), ERR_OK);
	ck_assert_int_eq(reliefdb_copy(&next, &db), ERR_OK);
	ck_assert_int_eq(reliefdb_copy(&next, &db), ERR_LIMIT);
	ck_assert_int_eq(reliefdb_copy(&back, &next), ERR_OK);
	struct case_file found = relief_found(&back, "M-0016");
	ck_assert_mem_eq(found.letter, file.letter, sizeof(file.letter));
	ck_assert_uint_eq(walked(&back), 2);
	ck_assert_int_eq(count(&back, "SELECT count(*) FROM looks WHERE org = ?"), 2);
	ck_assert_uint_eq(fill(&back, 3).number, 3);
	reliefdb_close(&back);
	relief_place_end(back_path);
	reliefdb_close(&next);
	relief_place_end(next_path);
}
END_TEST

START_TEST(where_an_organisation_has_left_nothing_can_be_written)
{
	fill(&db, 1);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(reliefdb_leave(&db), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_DAMAGED);
	ck_assert_int_eq(count(&db, "SELECT count(*) FROM cases WHERE org = ?"), 1);
}
END_TEST

static void expect_version(int64_t wanted)
{
	int64_t version = 0;
	ck_assert_int_eq(sql_version(db.sql, &version), ERR_OK);
	ck_assert_int_eq(version, wanted);
}

START_TEST(the_way_back_to_version_2_and_up_again_keeps_everything_it_can)
{
	struct reliefdb_loss losses[RELIEFDB_LOSSES];
	size_t n;
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	struct case_file file = fill(&db, 1);
	fill(&db, 2);
	ck_assert_int_eq(reliefdb_losses(&db, losses, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	struct sql_row *row = reliefdb_prepare_org(&db, "INSERT INTO notes(org, number, seq, sealed) VALUES(?, 1, 1, ?)");
	sql_blob(row, 2, "x", 1);
	ck_assert_int_eq(reliefdb_run(&db, row), ERR_OK);
	ck_assert_int_eq(reliefdb_losses(&db, losses, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(losses[0].what, "notes");
	ck_assert_int_eq(losses[0].count, 1);
	ck_assert_int_eq(reliefdb_lower(&db), ERR_OK);
	expect_version(2);
	ck_assert_int_ne(sql_exec(db.sql, "DELETE FROM audit"), ERR_OK); /* its guard is back too */
	reliefdb_close(&db);
	ck_assert_int_eq(reliefdb_open(&db, path, other_key), ERR_DAMAGED);
	ck_assert_int_eq(reliefdb_open(&db, path, key), ERR_OK);
	expect_version(RELIEFDB_VERSION);
	struct case_file found = relief_found(&db, "M-0016");
	ck_assert_mem_eq(found.sender, file.sender, sizeof(file.sender));
	ck_assert_uint_eq(walked(&db), 2);
	ck_assert_int_eq(count(&db, "SELECT count(*) FROM looks WHERE org = ?"), 2);
	ck_assert_uint_eq(fill(&db, 3).number, 3);
	ck_assert_int_ne(sql_exec(db.sql, "DELETE FROM audit"), ERR_OK);
}
END_TEST

static void write_place(const char *home, const char *text)
{
	char name[80];
	(void)snprintf(name, sizeof(name), "%s/database", home); /* fits */
	FILE *file = fopen(name, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	fclose(file);
}

START_TEST(a_home_says_where_its_database_is)
{
	static const char *const wrong[] = {"",
					    "\n",
					    "0011223344556677",
					    "0011223344556677 \n",
					    "001122334455667g /x\n",
					    "0011223344556677 /x",
					    "0011223344556677\t/x\n",
					    "0011223344556677 /x\n/y\n"};
	struct reliefdb_place place;
	struct reliefdb peeked;
	char home[] = "/tmp/barid-relief-XXXXXX", name[80];
	uint8_t key[32];
	struct stat stat_of;
	memset(key, 7, sizeof(key));
	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(reliefdb_place_read(&place, home), ERR_OK);
	ck_assert(!place.named);
	ck_assert_ptr_nonnull(strstr(place.where, "/relief.db"));
	ck_assert_int_eq(reliefdb_place_peek(&peeked, home), ERR_NO_FILE);
	ck_assert_int_eq(reliefdb_place_write(&db, path, home), ERR_OK);
	(void)snprintf(name, sizeof(name), "%s/database", home); /* fits */
	ck_assert_int_eq(stat(name, &stat_of), 0);
	ck_assert_uint_eq(stat_of.st_mode & 0777, 0600);
	ck_assert_int_eq(reliefdb_place_read(&place, home), ERR_OK);
	ck_assert(place.named);
	ck_assert_str_eq(place.where, path);
	ck_assert_int_eq(reliefdb_place_peek(&peeked, home), ERR_OK);
	ck_assert_mem_eq(peeked.org, db.org, sizeof(db.org));
	reliefdb_close(&peeked);
	ck_assert_int_eq(reliefdb_place_open(&peeked, home, key), ERR_OK);
	reliefdb_close(&peeked);
	ck_assert_int_eq(reliefdb_place_open(&peeked, home, other_key), ERR_DAMAGED);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_place(home, wrong[i]);
		ck_assert_msg(reliefdb_place_read(&place, home) == ERR_DAMAGED, "%zu", i);
	}
	ck_assert_int_eq(unlink(name), 0);
	ck_assert_int_eq(rmdir(home), 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("reliefdb");
	TCase *tests = tcase_create("reliefdb");
	tcase_add_checked_fixture(tests, open_room, close_room);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, organisations_in_one_database_do_not_see_each_other);
	tcase_add_test(tests, who_follows_concurrent_writers_misses_no_number);
	tcase_add_test(tests, everything_moves_to_another_database_and_back);
	tcase_add_test(tests, where_an_organisation_has_left_nothing_can_be_written);
	if (!relief_on_server()) /* there was none before */
		tcase_add_test(tests, the_way_back_to_version_2_and_up_again_keeps_everything_it_can);
	tcase_add_test(tests, a_home_says_where_its_database_is);
	suite_add_tcase(suite, tests);
	return suite;
}
