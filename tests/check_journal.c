#include "node/sim/journal.h"
#include "tests/support/suite.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char path[96];
static struct scenario scenario;

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/barid-journal-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/run.db", folder);
	scenario = (struct scenario){.name = "pocket", .seed = UINT64_MAX, .run_ms = 1000, .width_mm = 5000, .height_mm = 6000, .place_count = 1};
	scenario.places[0] = (struct scenario_place){.name = "Clinic '1'", .kind = PLACE_CLINIC, .x_mm = -3, .y_mm = 4, .radius_mm = 5};
}

static void teardown(void)
{
	(void)unlink(path); /* not every test makes it */
	ck_assert_int_eq(rmdir(folder), 0);
}

static struct journal *open_journal(const char *file)
{
	struct journal *journal = NULL;
	ck_assert_int_eq(journal_open(&journal, file, &scenario, "spray", "abc123"), ERR_OK);
	return journal;
}

static struct journal_entry entry_number(unsigned i)
{
	return (struct journal_entry){.at_ms = i * 7,
				      .value = (uint64_t)i << 33,
				      .node = i % 5 == 0 ? JOURNAL_NONE : i,
				      .other = i + 1,
				      .letter = i / 3,
				      .event = (enum journal_event)(i % JOURNAL_EVENTS)};
}

static void note_many(struct journal *journal, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct journal_entry entry = entry_number(i);
		journal_note(journal, &entry);
	}
}

static void hash_of(const struct journal_entry *entries, size_t count, char text[static JOURNAL_HASH_TEXT])
{
	struct journal *journal = open_journal(NULL);
	for (size_t i = 0; i < count; i++)
		journal_note(journal, &entries[i]);
	journal_hash(journal, text);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
}

static sqlite3 *open_file(void)
{
	sqlite3 *db = NULL;
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	return db;
}

/* The first column of the first row, as text. */
static void expect(const char *sql, const char *text)
{
	sqlite3 *db = open_file();
	sqlite3_stmt *statement = NULL;
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	ck_assert_str_eq((const char *)sqlite3_column_text(statement, 0), text);
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

START_TEST(the_same_events_give_the_same_hash)
{
	char one[JOURNAL_HASH_TEXT], other[JOURNAL_HASH_TEXT];
	for (unsigned count = 0; count < 1000; count += 111) {
		struct journal *a = open_journal(NULL), *b = open_journal(NULL);
		note_many(a, count);
		note_many(b, count);
		journal_hash(a, one);
		journal_hash(b, other);
		ck_assert_str_eq(one, other);
		ck_assert_uint_eq(strlen(one), JOURNAL_HASH_TEXT - 1);
		ck_assert_int_eq(journal_close(a), ERR_OK);
		ck_assert_int_eq(journal_close(b), ERR_OK);
	}
}
END_TEST

/* Computed once elsewhere from the layout that is documented: it must never change by itself, nor differ between machines. */
START_TEST(the_hash_is_that_of_the_documented_bytes)
{
	char text[JOURNAL_HASH_TEXT];
	struct journal_entry entry = {.at_ms = 0x0102030405060708,
				      .value = 0x1112131415161718,
				      .node = 0x21222324,
				      .other = 0x31323334,
				      .letter = 0x41424344,
				      .event = JOURNAL_CRASHED};
	hash_of(&entry, 1, text);
	ck_assert_str_eq(text, "793740b1f015360dff1c22d25d13dab244f814695acbe646a27b7fabd4dbf793");
}
END_TEST

START_TEST(every_bit_of_an_event_counts)
{
	const struct journal_entry plain = {.at_ms = 1, .value = 2, .node = 3, .other = 4, .letter = 5, .event = JOURNAL_STORED};
	char first[JOURNAL_HASH_TEXT], text[JOURNAL_HASH_TEXT];
	hash_of(&plain, 1, first);
	for (unsigned bit = 0; bit < 64; bit++) {
		struct journal_entry at = plain, value = plain;
		at.at_ms ^= UINT64_C(1) << bit;
		value.value ^= UINT64_C(1) << bit;
		hash_of(&at, 1, text);
		ck_assert_str_ne(text, first);
		hash_of(&value, 1, text);
		ck_assert_str_ne(text, first);
	}
	for (unsigned bit = 0; bit < 32; bit++) {
		struct journal_entry node = plain, other = plain, letter = plain;
		node.node ^= 1U << bit;
		other.other ^= 1U << bit;
		letter.letter ^= 1U << bit;
		hash_of(&node, 1, text);
		ck_assert_str_ne(text, first);
		hash_of(&other, 1, text);
		ck_assert_str_ne(text, first);
		hash_of(&letter, 1, text);
		ck_assert_str_ne(text, first);
	}
	struct journal_entry event = plain;
	event.event = JOURNAL_DROPPED;
	hash_of(&event, 1, text);
	ck_assert_str_ne(text, first);
}
END_TEST

START_TEST(an_event_long_ago_counts_as_much_as_the_last)
{
	static struct journal_entry entries[1000]; /* more than are hashed at once */
	char one[JOURNAL_HASH_TEXT], other[JOURNAL_HASH_TEXT];
	hash_of(entries, 1000, one);
	for (unsigned i = 0; i < 1000; i += 37) {
		entries[i].node = 1;
		hash_of(entries, 1000, other);
		ck_assert_str_ne(one, other);
		entries[i].node = 0;
	}
}
END_TEST

START_TEST(order_counts_and_so_does_the_number_of_events)
{
	const struct journal_entry forth[] = {{.at_ms = 1, .event = JOURNAL_MET}, {.at_ms = 1, .event = JOURNAL_PARTED}, {0}};
	const struct journal_entry back[] = {{.at_ms = 1, .event = JOURNAL_PARTED}, {.at_ms = 1, .event = JOURNAL_MET}};
	char one[JOURNAL_HASH_TEXT], other[JOURNAL_HASH_TEXT], longer[JOURNAL_HASH_TEXT];
	hash_of(forth, 2, one);
	hash_of(back, 2, other);
	hash_of(forth, 3, longer);
	ck_assert_str_ne(one, other);
	ck_assert_str_ne(one, longer);
}
END_TEST

START_TEST(asking_for_the_hash_changes_nothing)
{
	char now[JOURNAL_HASH_TEXT], again[JOURNAL_HASH_TEXT], whole[JOURNAL_HASH_TEXT];
	struct journal *asked = open_journal(NULL), *left = open_journal(NULL);
	note_many(asked, 300);
	journal_hash(asked, now);
	journal_hash(asked, again);
	ck_assert_str_eq(now, again);
	note_many(asked, 300);
	note_many(left, 300);
	note_many(left, 300);
	journal_hash(asked, now);
	journal_hash(left, whole);
	ck_assert_str_eq(now, whole);
	ck_assert_uint_eq(journal_count(asked), 600);
	ck_assert_int_eq(journal_close(asked), ERR_OK);
	ck_assert_int_eq(journal_close(left), ERR_OK);
}
END_TEST

START_TEST(a_file_changes_nothing_in_the_hash)
{
	char bare[JOURNAL_HASH_TEXT], filed[JOURNAL_HASH_TEXT];
	struct journal *journal = open_journal(NULL);
	note_many(journal, 700);
	journal_hash(journal, bare);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	journal = open_journal(path);
	journal_node(journal, 1, "box");
	note_many(journal, 700);
	journal_place(journal, 5, 1, 2, 3);
	journal_sample(journal, &(struct journal_sample){.at_ms = 1});
	journal_result(journal, "{}");
	journal_hash(journal, filed);
	ck_assert_str_eq(bare, filed);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	expect("SELECT value FROM run WHERE name = 'event_hash'", bare);
}
END_TEST

START_TEST(rows_are_what_was_noted)
{
	const unsigned count = 60000; /* more than a batch */
	struct journal *journal = open_journal(path);
	note_many(journal, count);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	sqlite3 *db = open_file();
	sqlite3_stmt *statement = NULL;
	const char *sql = "SELECT at_ms, event, node, other, letter, value FROM event ORDER BY rowid";
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	for (unsigned i = 0; i < count; i++) {
		struct journal_entry entry = entry_number(i);
		ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
		ck_assert_uint_eq((uint64_t)sqlite3_column_int64(statement, 0), entry.at_ms);
		ck_assert_int_eq(sqlite3_column_int(statement, 1), (int)entry.event);
		if (entry.node == JOURNAL_NONE)
			ck_assert_int_eq(sqlite3_column_type(statement, 2), SQLITE_NULL);
		else
			ck_assert_uint_eq((uint64_t)sqlite3_column_int64(statement, 2), entry.node);
		ck_assert_uint_eq((uint64_t)sqlite3_column_int64(statement, 3), entry.other);
		ck_assert_uint_eq((uint64_t)sqlite3_column_int64(statement, 4), entry.letter);
		ck_assert_uint_eq((uint64_t)sqlite3_column_int64(statement, 5), entry.value);
	}
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	expect("SELECT value FROM run WHERE name = 'events'", "60000");
}
END_TEST

START_TEST(what_a_run_was_is_noted_beside_its_events)
{
	struct journal *journal = open_journal(path);
	journal_node(journal, 7, "civilian+liar");
	journal_place(journal, 60000, 7, -12, 34);
	const struct journal_sample sample = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	journal_sample(journal, &sample);
	struct journal_entry written = {.at_ms = 9, .node = 7, .other = JOURNAL_NONE, .letter = 0, .value = 3 | 1 << 8 | 512 << 16};
	journal_note(journal, &written);
	journal_result(journal, "{\"nodes\": 1}");
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	expect("SELECT value FROM run WHERE name = 'seed'", "18446744073709551615");
	expect("SELECT value FROM run WHERE name = 'policy'", "spray");
	expect("SELECT value FROM run WHERE name = 'commit'", "abc123");
	expect("SELECT value FROM run WHERE name = 'scenario'", "pocket");
	expect("SELECT value FROM run WHERE name = 'result'", "{\"nodes\": 1}");
	expect("SELECT what FROM node WHERE node = 7", "civilian+liar");
	expect("SELECT at_ms || ' ' || node || ' ' || x_mm || ' ' || y_mm FROM place", "60000 7 -12 34");
	expect("SELECT name || ' ' || kind || ' ' || x_mm || ' ' || y_mm || ' ' || radius_mm FROM site", "Clinic '1' clinic -3 4 5");
	expect("SELECT at_ms || store_bytes || store_max_bytes || letters_held || le_bytes || wifi_bytes || net_bytes || advertise_ms || scan_ms"
	       " || linked_ms || alive || links FROM sample",
	       "123456789101112");
	expect("SELECT class || ' ' || kind || ' ' || bytes || ' ' || writer FROM letter", "3 1 512 7");
	expect("SELECT event FROM story", "written");
}
END_TEST

START_TEST(nothing_is_noted_after_the_result)
{
	char before[JOURNAL_HASH_TEXT], after[JOURNAL_HASH_TEXT];
	struct journal *journal = open_journal(path);
	note_many(journal, 3);
	journal_hash(journal, before);
	journal_result(journal, "{}");
	note_many(journal, 2);
	journal_hash(journal, after);
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(journal_count(journal), 3);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	expect("SELECT value FROM run WHERE name = 'event_hash'", before);
	expect("SELECT COUNT(*) FROM event", "3");
}
END_TEST

START_TEST(a_file_that_is_there_is_refused_and_left_alone)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs("precious", file), 0);
	ck_assert_int_eq(fclose(file), 0);
	struct journal *journal = NULL;
	ck_assert_int_eq(journal_open(&journal, path, &scenario, "barid", "x"), ERR_BUSY);
	ck_assert_ptr_null(journal);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_size, 8);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_an_error)
{
	char nowhere[128];
	snprintf(nowhere, sizeof nowhere, "%s/no/run.db", folder);
	struct journal *journal = NULL;
	ck_assert_int_eq(journal_open(&journal, nowhere, &scenario, "barid", "x"), ERR_NO_FILE);
	ck_assert_ptr_null(journal);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_same_events_give_the_same_hash);
	tcase_add_test(tcase, the_hash_is_that_of_the_documented_bytes);
	tcase_add_test(tcase, every_bit_of_an_event_counts);
	tcase_add_test(tcase, an_event_long_ago_counts_as_much_as_the_last);
	tcase_add_test(tcase, order_counts_and_so_does_the_number_of_events);
	tcase_add_test(tcase, asking_for_the_hash_changes_nothing);
	tcase_add_test(tcase, a_file_changes_nothing_in_the_hash);
	tcase_add_test(tcase, rows_are_what_was_noted);
	tcase_add_test(tcase, what_a_run_was_is_noted_beside_its_events);
	tcase_add_test(tcase, nothing_is_noted_after_the_result);
	tcase_add_test(tcase, a_file_that_is_there_is_refused_and_left_alone);
	tcase_add_test(tcase, a_folder_that_is_not_there_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite;
}
