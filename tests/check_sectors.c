/* Where help is wanted, coarsely; and the end of a case's retention. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/feed.h"
#include "node/relief/purge.h"
#include "node/relief/sectors.h"

#include <string.h>

static struct sectors sectors;

static void open_room(void)
{
	sectors = (struct sectors){.sectors = NULL};
}

static void close_room(void)
{
	sectors_free(&sectors);
}

static void add(const char *place, uint32_t red, uint32_t yellow)
{
	struct dossier dossier = {.file = {.type = LETTER_MEDEVAC, .number = 1, .arrived = NOON, .red = red, .yellow = yellow},
				  .said = {.type = LETTER_MEDEVAC}};
	(void)strcpy(dossier.said.place, place);
	ck_assert_int_eq(sectors_add(&sectors, &dossier, red > 0, yellow > 0), ERR_OK);
}

START_TEST(an_area_is_one_however_it_is_spelt)
{
	add("Sector 4, cellar", 1, 0);
	add("sector ٤", 0, 2);
	add("SECTOR 4 house", 0, 0);
	ck_assert_uint_eq(sectors.n, 1);
	ck_assert_uint_eq(sectors.sectors[0].open, 3);
	ck_assert_uint_eq(sectors.sectors[0].red, 1);
	ck_assert_uint_eq(sectors.sectors[0].yellow, 2);
	ck_assert_uint_eq(sectors.sectors[0].loud, 1);
	ck_assert_uint_eq(sectors.sectors[0].claimed, 1);
	ck_assert_str_eq(sectors.sectors[0].name, "Sector 4");
}
END_TEST

START_TEST(the_greatest_danger_comes_first_and_the_unknown_last)
{
	add("behind the mosque", 9, 9);
	add("Sector 1", 0, 5);
	add("Sector 2", 2, 0);
	add("Sector 3", 1, 0);
	sectors_sort(&sectors);
	ck_assert_str_eq(sectors.sectors[0].name, "Sector 2");
	ck_assert_str_eq(sectors.sectors[1].name, "Sector 3");
	ck_assert_str_eq(sectors.sectors[2].name, "Sector 1");
	ck_assert_str_eq(sectors.sectors[3].name, "");
}
END_TEST

START_TEST(coordinates_are_a_cell_and_never_a_point)
{
	add("36.2012, 37.1543", 1, 0);
	add("36.2499, 37.1999", 0, 1);
	add("-36.2012, 37.1543", 0, 1);
	ck_assert_uint_eq(sectors.n, 2);
	ck_assert_str_eq(sectors.sectors[0].name, "36.20, 37.15");
	ck_assert(sectors.sectors[0].has_cell);
	ck_assert_int_eq(sectors.sectors[0].cell.south, 36200000);
	ck_assert_int_eq(sectors.sectors[0].cell.east, 37200000);
	ck_assert_str_eq(sectors.sectors[1].name, "-36.25, 37.15");
}
END_TEST

START_TEST(the_newest_public_count_stands_beside_the_cases)
{
	add("Sector 4", 1, 0);
	sectors_counted(&sectors, "Sector 4, all of it", 4000, NOON, "Medics");
	sectors_counted(&sectors, "Sector 4", 3000, NOON - 60, "Buses");
	sectors_counted(&sectors, "Sector 5", 9, NOON, "Buses");
	ck_assert_uint_eq(sectors.n, 1);
	ck_assert_uint_eq(sectors.sectors[0].counted, 4000);
	ck_assert_str_eq(sectors.sectors[0].counted_by, "Medics");
}
END_TEST

START_TEST(only_what_was_closed_long_ago_is_due)
{
	struct case_file file = {.state = CASE_CLOSED, .closed_at = NOON};
	ck_assert(!purge_due(&file, 30, NOON + 30 * 86400 - 1));
	ck_assert(purge_due(&file, 30, NOON + 30 * 86400));
	ck_assert(!purge_due(&file, 0, NOON - 1));
	file.state = CASE_ANSWERED;
	ck_assert(!purge_due(&file, 30, NOON + 90 * 86400));
}
END_TEST

START_TEST(an_erased_case_leaves_its_name_and_nothing_else)
{
	static const char *const tables[] = {"cases", "letters", "looks", "notes", "links"};
	struct reliefdb db;
	char path[64], text[80];
	struct letter letter = {.type = LETTER_NEED, .place = "Sector 4"};
	struct case_file file, other;
	struct feed_event events[8];
	size_t n;
	bool first;
	relief_room(&db, path);
	ck_assert_int_eq(relief_keep(&db, &letter, 1, 1, &file), CASES_OPENED);
	ck_assert_int_eq(relief_keep(&db, &letter, 2, 1, &other), CASES_OPENED);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_first_look(&db, &file, "Rana", &first), ERR_OK);
	ck_assert_int_eq(purge_case(&db, &file, NOON + 9, "Rana"), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		int64_t rows = -1;
		(void)snprintf(text, sizeof(text), "SELECT COUNT(*) FROM %s WHERE org = ?", tables[i]);
		ck_assert_int_eq(reliefdb_number(&db, text, &rows), ERR_OK);
		ck_assert_int_eq(rows, i < 2 ? 1 : 0);
	}
	ck_assert_int_eq(feed_list(&db, 0, events, 8, &n), ERR_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(events[2].what, FEED_ERASED);
	ck_assert_uint_eq(events[2].number, file.number);
	ck_assert_int_eq(cases_numbered(&db, file.number, &file), ERR_NO_FILE);
	ck_assert_int_eq(relief_keep(&db, &letter, 3, 1, &file), CASES_OPENED);
	ck_assert_uint_eq(file.number, 3); /* a number is never used twice */
	relief_room_end(&db, path);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sectors");
	TCase *tcase = tcase_create("sectors");
	tcase_add_checked_fixture(tcase, open_room, close_room);
	tcase_add_test(tcase, an_area_is_one_however_it_is_spelt);
	tcase_add_test(tcase, the_greatest_danger_comes_first_and_the_unknown_last);
	tcase_add_test(tcase, coordinates_are_a_cell_and_never_a_point);
	tcase_add_test(tcase, the_newest_public_count_stands_beside_the_cases);
	tcase_add_test(tcase, only_what_was_closed_long_ago_is_due);
	tcase_add_test(tcase, an_erased_case_leaves_its_name_and_nothing_else);
	suite_add_tcase(suite, tcase);
	return suite;
}
