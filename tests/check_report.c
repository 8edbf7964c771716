#include "node/sim/journal.h"
#include "node/sim/report.h"
#include "node/sim/report_inside.h"
#include "proto/envelope.h"
#include "tests/support/suite.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { NODES = 40, MINUTE = 60000, OUTPUT_MAX = 1 << 20 };

static char folder[64];
static char run_path[96], page_path[96], out_path[96], err_path[96];
static char output[OUTPUT_MAX];
static struct journal *journal;

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/barid-report-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(run_path, sizeof run_path, "%s/run.db", folder);
	snprintf(page_path, sizeof page_path, "%s/page.html", folder);
	snprintf(out_path, sizeof out_path, "%s/out", folder);
	snprintf(err_path, sizeof err_path, "%s/err", folder);
}

static void teardown(void)
{
	const char *const paths[] = {run_path, page_path, out_path, err_path};
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
		(void)unlink(paths[i]); /* not every test makes all */
	ck_assert_int_eq(rmdir(folder), 0);
}

static void begin_run(const char *name)
{
	static struct scenario scenario;
	scenario = (struct scenario){.seed = 42, .width_mm = 100000, .height_mm = 100000, .place_count = 1};
	snprintf(scenario.name, sizeof scenario.name, "%s", name);
	snprintf(scenario.places[0].name, sizeof scenario.places[0].name, "%s", name);
	scenario.places[0].radius_mm = 5000;
	scenario.places[0].kind = PLACE_CLINIC;
	ck_assert_int_eq(journal_open(&journal, run_path, &scenario, "spray", "abc1234"), ERR_OK);
	for (uint32_t i = 0; i < NODES; i++)
		journal_node(journal, i, i == 0 ? "gateway" : i < 4 ? "box" : i == 4 ? "medic" : i == 5 ? "civilian+liar" : "civilian");
}

static void note(enum journal_event event, uint64_t at_ms, uint32_t node, uint32_t letter, uint64_t value)
{
	struct journal_entry entry = {.at_ms = at_ms, .node = node, .other = 0, .letter = letter, .value = value, .event = event};
	journal_note(journal, &entry);
}

static void write_letter(uint64_t at_ms, uint32_t writer, uint32_t letter, unsigned class, unsigned kind)
{
	note(JOURNAL_WRITTEN, at_ms, writer, letter, class | kind << 8 | 512 << 16);
	note(JOURNAL_STORED, at_ms, writer, letter, 0);
}

/* Four urgent letters, of which three arrive after 10, 40 and 400 min by 6 copies each, a status that does not arrive, a foe's letter that does, and
 * a notice that takes a minute from node to node. */
static void make_run(const char *name)
{
	static const unsigned took_min[] = {10, 40, 400};
	begin_run(name);
	for (uint32_t letter = 0; letter < 4; letter++) {
		write_letter(MINUTE, 6, letter, CLASS_URGENT, ENVELOPE_SEALED);
		for (uint32_t node = 10; node < 16; node++)
			note(JOURNAL_STORED, 2 * MINUTE, node, letter, 0);
	}
	write_letter(MINUTE, 4, 4, CLASS_STATUS, ENVELOPE_SEALED);
	note(JOURNAL_WRITTEN, MINUTE, 5, 5, (CLASS_URGENT | ENVELOPE_SEALED << 8 | 512 << 16) | JOURNAL_WRITTEN_IDLE);
	note(JOURNAL_DELIVERED, MINUTE, 0, 5, 1);
	write_letter(MINUTE, 0, 6, CLASS_URGENT, ENVELOPE_NOTICE);
	for (uint32_t node = 1; node < 30; node++)
		note(JOURNAL_STORED, MINUTE * (1 + node), node, 6, 0);
	for (uint32_t letter = 0; letter < 3; letter++)
		note(JOURNAL_DELIVERED, MINUTE * (1 + took_min[letter]), 0, letter, MINUTE * took_min[letter]);
	for (unsigned i = 0; i < 3; i++)
		note(JOURNAL_CRASHED, 500 * MINUTE, 7, JOURNAL_NONE, 0);
	for (uint32_t minute = 0; minute <= 60; minute++) {
		for (int32_t node = 0; node < NODES; node++)
			journal_place(journal, minute * MINUTE, (uint32_t)node, node * 1000, (int32_t)minute * 1000);
		const struct journal_sample sample = {.at_ms = minute * MINUTE,
						      .store_bytes = minute * 10,
						      .store_max_bytes = 1000,
						      .le_bytes = minute * 1000,
						      .advertise_ms = minute * 39000,
						      .scan_ms = minute * 3900,
						      .linked_ms = minute * 390};
		journal_sample(journal, &sample);
	}
	journal_result(journal, "{\"checkers\": {\"nothing lost\": true, \"<i>floors\": false}}");
	ck_assert_int_eq(journal_close(journal), ERR_OK);
}

static const char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	size_t len = fread(output, 1, sizeof output - 1, file);
	ck_assert_uint_lt(len, sizeof output - 1);
	output[len] = '\0';
	fclose(file);
	return output;
}

static void onto(int fd, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(file, 0);
	ck_assert_int_ge(dup2(file, fd), 0);
	close(file);
}

/* Runs the report with what it prints in two files; NULL ends the arguments. */
static int report(const char *first, const char *second, const char *third, const char *fourth)
{
	const char *const given[] = {"report", first, second, third, fourth};
	char *argv[6] = {NULL};
	int argc = 0;
	while (argc < 5 && given[argc] != NULL) {
		argv[argc] = strdup(given[argc]);
		argc++;
	}
	fflush(stdout);
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	onto(STDOUT_FILENO, out_path);
	onto(STDERR_FILENO, err_path);
	int code = report_main(argc, argv);
	fflush(stdout);
	ck_assert_int_ge(dup2(out, STDOUT_FILENO), 0);
	ck_assert_int_ge(dup2(err, STDERR_FILENO), 0);
	close(out);
	close(err);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return code;
}

static void expect_in(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "not there: %s", part);
}

static void expect_not_in(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "there: %s", part);
}

/* One line on stderr, nothing on stdout. */
static void expect_one_sentence(void)
{
	ck_assert_uint_eq(strlen(read_file(out_path)), 0);
	const char *text = read_file(err_path);
	const char *end = strchr(text, '\n');
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(end, "\n");
	expect_in(text, "barid-sim: ");
}

/* Elements open and close in order, attributes are quoted, no bare ampersand: what a browser must see as text cannot be anything else. The texts of
 * elements in which anything may stand do not occur. */
static void expect_well_formed(const char *page)
{
	char open[64][32];
	unsigned depth = 0;
	const char *at = page;
	ck_assert_int_eq(strncmp(at, "<!DOCTYPE html>", 15), 0);
	for (at += 15; *at != '\0';) {
		if (*at == '&') {
			const char *end = strchr(at, ';');
			ck_assert(end != NULL && end - at <= 5);
		}
		if (*at++ != '<')
			continue;
		bool closes = *at == '/';
		at += closes;
		char name[32] = "";
		for (size_t len = 0; isalnum((unsigned char)*at) != 0; at++) {
			ck_assert_uint_lt(len, sizeof name - 1);
			name[len++] = *at;
		}
		ck_assert_str_ne(name, "");
		while (*at != '>' && *at != '/') {
			ck_assert(*at != '\0' && *at != '<');
			if (*at == '"') {
				size_t len = strcspn(at + 1, "\"<");
				ck_assert_int_eq(at[1 + len], '"');
				at += 1 + len;
			}
			at++;
		}
		if (closes) {
			ck_assert_uint_gt(depth, 0);
			ck_assert_str_eq(open[--depth], name);
		} else if (*at != '/') {
			ck_assert_uint_lt(depth, 64);
			memcpy(open[depth++], name, sizeof name);
		}
	}
	ck_assert_uint_eq(depth, 0);
}

START_TEST(tables_say_what_happened)
{
	make_run("pocket");
	ck_assert_int_eq(report(run_path, NULL, NULL, NULL), EX_OK);
	const char *text = read_file(out_path);
	expect_in(text, "pocket: 40 nodes");
	expect_in(text, "seed 42, commit abc1234");
	expect_in(text, "  urgent          4   3 (75 %)    1 (25 %)   2 (50 %)   2 (50 %)");
	expect_in(text, "40 min          6 h 40 min           6.0\n");
	expect_in(text, "  status          1    0 (0 %)");
	expect_in(text, "  posts crashed ");
	expect_in(text, "number 6");
	expect_in(text, "30 (75 %)");
	expect_in(text, "check: nothing lost ");
	expect_in(text, "BROKEN");
}
END_TEST

/* 39 radios, one hour: beacons 60 s each, listening 6 s at 20 mA, which is 0.8 mAh a day. */
START_TEST(airtime_and_energy_are_of_one_radio)
{
	make_run("pocket");
	ck_assert_int_eq(report(run_path, "--csv", NULL, NULL), EX_OK);
	const char *text = read_file(out_path);
	expect_in(text, "\"air\",\"showing the beacon\",\"each, in an hour\",\"60.0 s\"\r\n");
	expect_in(text, "\"air\",\"listening\",\"each, in an hour\",\"6.0 s\"\r\n");
	expect_in(text, "\"air\",\"listening\",\"energy a day\",\"0.8 mAh, 0.00 Wh\"\r\n");
	expect_in(text, "\"arrival\",\"urgent\",\"arrived\",\"3 (75 %)\"\r\n");
	expect_in(text, "\"trouble\",\"posts crashed\",\"times\",\"3\"\r\n");
	expect_in(text, "\"writers\",\"civilians\",\"urgent\",\"4\"\r\n");
	expect_in(text, "\"writers\",\"civilians\",\"of no account\",\"1\"\r\n");
	expect_in(text, "\"writers\",\"medics\",\"status\",\"1\"\r\n");
	expect_in(text, "\"writers\",\"gateways\",\"notices\",\"1\"\r\n");
}
END_TEST

START_TEST(the_page_is_well_formed_and_needs_nothing_else)
{
	make_run("pocket");
	ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_OK);
	const char *page = read_file(page_path);
	expect_well_formed(page);
	expect_in(page, "Of 4 urgent letters, 3 reached the one they were for; half of these within 40 min.");
	expect_in(page, "Of 2 rules that were watched during the run, 1 did not hold: see the last table.");
	expect_in(page, "How one public notice spread: number 6");
	expect_in(page, "Of 40 nodes, 30 have held it; half of all within 19 min.");
	expect_in(page, "after 17 min: 18 nodes");
	expect_in(page, "after 28 min: 29 nodes");
	expect_in(page, "<svg");
	expect_not_in(page, "<script");
	expect_not_in(page, "src=");
	expect_not_in(page, "url(");
	expect_not_in(page, "href");
}
END_TEST

START_TEST(any_letter_can_be_asked_for)
{
	make_run("pocket");
	ck_assert_int_eq(report(run_path, "--letter=2", "--html", page_path), EX_OK);
	const char *page = read_file(page_path);
	expect_in(page, "How one urgent letter spread: number 2");
	expect_in(page, "Of 40 nodes, 7 have held it.");
	ck_assert_int_eq(report(run_path, "--letter=99", NULL, NULL), EX_DATAERR);
	expect_one_sentence();
	ck_assert_int_eq(report(run_path, "--letter=x", NULL, NULL), EX_USAGE);
}
END_TEST

START_TEST(hostile_names_are_text_and_nothing_else)
{
	make_run("<script>'\"&\x1b[31m");
	ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_OK);
	ck_assert_ptr_null(strchr(read_file(out_path), '\x1b'));
	const char *page = read_file(page_path);
	expect_well_formed(page);
	expect_in(page, "&lt;script&gt;&#39;&quot;&amp;");
	expect_in(page, "&lt;i&gt;floors");
	expect_not_in(page, "<script");
	expect_not_in(page, "\x1b");
}
END_TEST

START_TEST(a_run_without_anything_is_reported_too)
{
	begin_run("empty");
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_OK);
	const char *page = read_file(page_path);
	expect_well_formed(page);
	expect_in(page, "No letters to anybody were written.");
	expect_in(page, "No letter spread.");
}
END_TEST

START_TEST(a_run_without_places_has_no_map_but_a_curve)
{
	begin_run("trace");
	write_letter(MINUTE, 6, 0, CLASS_URGENT, ENVELOPE_SEALED);
	ck_assert_int_eq(journal_close(journal), ERR_OK);
	ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_OK);
	const char *page = read_file(page_path);
	expect_well_formed(page);
	expect_in(page, "There is no map: this run knows who met whom, but not where.");
}
END_TEST

static void make_file(const char *text)
{
	FILE *file = fopen(run_path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_is_not_a_run_is_refused_in_one_sentence)
{
	ck_assert_int_eq(report(run_path, NULL, NULL, NULL), EX_NOINPUT);
	expect_one_sentence();
	make_file("this is a letter to somebody and not a database of anything at all, however long one reads in it; and it goes on for a while yet");
	ck_assert_int_eq(report(run_path, NULL, NULL, NULL), EX_DATAERR);
	expect_one_sentence();
	make_file(""); /* SQLite takes that for an empty database */
	ck_assert_int_eq(report(run_path, NULL, NULL, NULL), EX_DATAERR);
	expect_one_sentence();
	ck_assert_int_eq(report(folder, NULL, NULL, NULL), EX_DATAERR);
	expect_one_sentence();
}
END_TEST

static void change_run(const char *sql)
{
	sqlite3 *db = NULL;
	ck_assert_int_eq(sqlite3_open(run_path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

START_TEST(a_run_with_numbers_that_cannot_be_is_refused)
{
	static const char *const changes[] = {
		"INSERT INTO node VALUES(4000000000, 'civilian')",
		"INSERT INTO event VALUES(1, 0, 1, 2, 4000000000, 0)",
		"INSERT INTO event VALUES(1, 77, 1, 2, 3, 0)",
		"INSERT INTO event VALUES(1, -1, 1, 2, 3, 0)",
		"DROP TABLE sample",
		"DROP VIEW story; DROP VIEW letter; DROP TABLE event",
		"INSERT INTO event VALUES(900000, 1, 3999, 2, 6, 0)",
	};
	for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
		make_run("pocket");
		change_run(changes[i]);
		ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_DATAERR);
		expect_one_sentence();
		ck_assert_int_eq(unlink(run_path), 0);
	}
}
END_TEST

START_TEST(a_database_of_something_else_is_refused)
{
	make_run("pocket");
	change_run("PRAGMA application_id = 5");
	ck_assert_int_eq(report(run_path, NULL, NULL, NULL), EX_DATAERR);
	expect_one_sentence();
	expect_in(read_file(err_path), "is not a log of barid-sim");
}
END_TEST

/* Numbers that are merely odd must do no harm: run with the sanitizers. */
START_TEST(odd_numbers_do_no_harm)
{
	make_run("pocket");
	change_run("UPDATE place SET x_mm = x_mm * 1000000, at_ms = -at_ms WHERE node % 3 = 0; UPDATE sample SET scan_ms = -1, at_ms = 7 WHERE at_ms "
		   "> 900000;"
		   " UPDATE event SET at_ms = 9223372036854775807 WHERE event = 1 AND node > 20; UPDATE site SET radius_mm = -5, x_mm = 9e18;"
		   " UPDATE event SET value = -1 WHERE event = 3; UPDATE run SET value = x'00ff' WHERE name = 'seed';"
		   " UPDATE run SET value = '[1' WHERE name = 'result'");
	ck_assert_int_eq(report(run_path, "--html", page_path, NULL), EX_OK);
	expect_well_formed(read_file(page_path));
}
END_TEST

START_TEST(the_run_itself_is_never_written_over)
{
	make_run("pocket");
	struct stat before, after;
	ck_assert_int_eq(stat(run_path, &before), 0);
	ck_assert_int_eq(report(run_path, "--html", run_path, NULL), EX_USAGE);
	ck_assert_int_eq(stat(run_path, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
	char nowhere[128];
	snprintf(nowhere, sizeof nowhere, "%s/no/page.html", folder);
	ck_assert_int_eq(report(run_path, "--html", nowhere, NULL), EX_CANTCREAT);
}
END_TEST

START_TEST(durations_and_numbers_read_easily)
{
	char text[REPORT_CELL];
	static const struct {
		uint64_t ms;
		const char *text;
	} lines[] = {{0, "0 s"},       {40000, "40 s"},        {119000, "119 s"},  {120000, "2 min"},
		     {7200000, "2 h"}, {7260000, "2 h 1 min"}, {REPORT_NEVER, "-"}};
	for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
		report_duration(lines[i].ms, text);
		ck_assert_str_eq(text, lines[i].text);
	}
	report_number(1234567, text);
	ck_assert_str_eq(text, "1,234,567");
	report_number(123, text);
	ck_assert_str_eq(text, "123");
	report_number(UINT64_MAX, text);
	ck_assert_str_eq(text, "18,446,744,073,709,551,615");
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("report");
	TCase *tcase = tcase_create("report");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, tables_say_what_happened);
	tcase_add_test(tcase, airtime_and_energy_are_of_one_radio);
	tcase_add_test(tcase, the_page_is_well_formed_and_needs_nothing_else);
	tcase_add_test(tcase, any_letter_can_be_asked_for);
	tcase_add_test(tcase, hostile_names_are_text_and_nothing_else);
	tcase_add_test(tcase, a_run_without_anything_is_reported_too);
	tcase_add_test(tcase, a_run_without_places_has_no_map_but_a_curve);
	tcase_add_test(tcase, what_is_not_a_run_is_refused_in_one_sentence);
	tcase_add_test(tcase, a_run_with_numbers_that_cannot_be_is_refused);
	tcase_add_test(tcase, a_database_of_something_else_is_refused);
	tcase_add_test(tcase, odd_numbers_do_no_harm);
	tcase_add_test(tcase, the_run_itself_is_never_written_over);
	tcase_add_test(tcase, durations_and_numbers_read_easily);
	suite_add_tcase(suite, tcase);
	return suite;
}
