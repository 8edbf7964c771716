#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/export.h"
#include "node/relief/export_aggregate.h"
#include "node/relief/export_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reliefdb db;
static char path[64];
static struct keyring *ring;
static struct letter said;
static struct dossier dossier;

static void open_room(void)
{
	relief_room(&db, path);
	ring = keyring_new();
	ck_assert_ptr_nonnull(ring);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	said.red = 1;
	said.yellow = 2;
	said.hazards = HAZARD_SNIPER | HAZARD_FIRE;
	said.equip = EQUIP_OXYGEN;
	said.security = SECURITY_DANGER;
	(void)strcpy(said.place, "Sector 4, cellar of the school");
	(void)strcpy(said.callback, "CALLBACK-SECRET");
	(void)strcpy(said.marking, "MARKING-SECRET");
	(void)strcpy(said.text, "قناص على الطريق");
}

static void close_room(void)
{
	dossier_free(&dossier);
	keyring_free(ring);
	relief_room_end(&db, path);
}

/* Keeps the letter, unless it was before, and exports its case; the caller frees. */
static char *export_as(const char *format_name, enum place_grain grain)
{
	struct case_file file;
	enum cases_found found;
	char *text = NULL;
	size_t len = 0;
	const struct export_format *format = export_format_named(format_name);
	ck_assert_ptr_nonnull(format);
	relief_keep(&db, &said, 1, 1, &file);
	ck_assert_int_eq(cases_find(&db, "M-0016", &found, &file), ERR_OK);
	ck_assert_int_eq(dossier_read(&db, &file, &dossier), ERR_OK);
	struct caseview view = {.ring = ring, .dossier = &dossier, .now = NOON + 60, .grain = grain};
	FILE *out = open_memstream(&text, &len);
	format->begin(out);
	ck_assert_int_eq(format->row(&view, true, out), EXPORT_WRITTEN);
	format->end(out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_uint_eq(strlen(text), len); /* free of NUL */
	return text;
}

static void cell_is(const char *text, const char *wanted)
{
	char cell[256];
	export_csv_cell(text, cell, sizeof(cell));
	ck_assert_str_eq(cell, wanted);
}

START_TEST(plain_text_stands_as_it_is)
{
	cell_is("", "");
	cell_is("Sector 4", "Sector 4");
	cell_is("قناص على الطريق", "قناص على الطريق");
}
END_TEST

START_TEST(quotes_commas_and_line_breaks_are_quoted)
{
	cell_is("a,b", "\"a,b\"");
	cell_is("say \"now\"", "\"say \"\"now\"\"\"");
	cell_is("two\nlines", "\"two\nlines\"");
	cell_is("a;b", "\"a;b\"");
}
END_TEST

START_TEST(what_a_spreadsheet_would_run_gets_a_guard)
{
	cell_is("=1+1", "'=1+1");
	cell_is("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
	cell_is("+4915", "'+4915");
	cell_is("-2", "'-2");
	cell_is("@SUM(A1)", "'@SUM(A1)");
	cell_is("\t=1", "' =1");
	cell_is("\n=1", "\"'\n=1\"");
	cell_is("\r=1", "'\xEF\xBF\xBD=1");
	cell_is("  =1+1", "'  =1+1");
	cell_is("\xEF\xBC\x9D"
		"1+1",
		"'\xEF\xBC\x9D"
		"1+1");
	cell_is("\xEF\xBC\xA0"
		"SUM(A1)",
		"'\xEF\xBC\xA0"
		"SUM(A1)");
	cell_is("a=1", "a=1");
}
END_TEST

START_TEST(control_and_direction_marks_are_made_inert)
{
	cell_is("a\x1b[31mb", "a\xEF\xBF\xBD[31mb");
	cell_is("a\xE2\x80\xAE"
		"b",
		"a\xEF\xBF\xBD"
		"b"); /* U+202E */
}
END_TEST

START_TEST(a_long_text_is_never_written_past_its_cell)
{
	char cell[64], text[200];
	memset(text, '"', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t cap = 8; cap <= sizeof(cell); cap++) {
		memset(cell, 'x', sizeof(cell));
		export_csv_cell(text, cell, cap);
		ck_assert_uint_lt(strlen(cell), cap);
	}
}
END_TEST

static unsigned count_commas(const char *line, size_t len)
{
	unsigned commas = 0;
	for (size_t i = 0; i < len; i++)
		commas += line[i] == ',';
	return commas;
}

START_TEST(csv_begins_with_a_mark_and_two_rows_of_the_same_width)
{
	char *text = export_as("csv-hxl", PLACE_COARSE);
	ck_assert_int_eq(memcmp(text, "\xEF\xBB\xBFref,", 7), 0);
	const char *second = strstr(text, "\r\n") + 2, *third = strstr(second, "\r\n") + 2;
	ck_assert_int_eq(memcmp(second, "#meta+code,", 11), 0);
	ck_assert_int_eq(memcmp(third, "M-0016,", 7), 0);
	ck_assert_uint_eq(count_commas(text, (size_t)(second - text)), count_commas(second, (size_t)(third - second)));
	ck_assert_ptr_nonnull(strstr(third, "\r\n"));
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	free(text);
}
END_TEST

START_TEST(an_export_is_coarse_unless_precise_is_asked_for)
{
	static const char *const formats[] = {"csv-hxl", "geojson", "jsonl", "9line"};
	char *text = export_as(formats[_i], PLACE_COARSE);
	ck_assert_ptr_nonnull(strstr(text, "Sector 4"));
	ck_assert_ptr_null(strstr(text, "cellar"));
	ck_assert_ptr_null(strstr(text, "SECRET"));
	ck_assert_ptr_nonnull(strstr(text, "قناص على الطريق"));
	free(text);
	dossier_free(&dossier);
	text = export_as(formats[_i], PLACE_AS_WRITTEN);
	ck_assert_ptr_nonnull(strstr(text, "cellar of the school"));
	free(text);
}
END_TEST

/* Names of people under siege leave no more easily than places. */
START_TEST(who_it_is_about_is_told_only_precisely)
{
	static const char *const formats[] = {"csv-hxl", "geojson", "jsonl"};
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SAFE;
	said.age = 2;
	(void)strcpy(said.name, "NAME-SECRET");
	(void)strcpy(said.father, "FATHER-SECRET");
	(void)strcpy(said.origin, "ORIGIN-SECRET");
	(void)strcpy(said.going_to, "Sector 4, GOING-SECRET");
	(void)strcpy(said.place, "Sector 4, PLACE-SECRET");
	struct case_file file;
	enum cases_found found;
	relief_keep(&db, &said, 1, 1, &file);
	char ref[REF_TEXT];
	ref_text(file.type, file.number, ref);
	ck_assert_int_eq(cases_find(&db, ref, &found, &file), ERR_OK);
	ck_assert_int_eq(dossier_read(&db, &file, &dossier), ERR_OK);
	ck_assert(caseview_tells_place(&dossier));
	for (int grain = PLACE_AS_WRITTEN; grain <= PLACE_COARSE; grain++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		struct caseview view = {.ring = ring, .dossier = &dossier, .now = NOON, .grain = (enum place_grain)grain};
		ck_assert_int_eq(export_format_named(formats[_i])->row(&view, true, out), EXPORT_WRITTEN);
		ck_assert_int_eq(fclose(out), 0);
		ck_assert((strstr(text, "NAME-SECRET") != NULL) == (grain == PLACE_AS_WRITTEN));
		ck_assert((strstr(text, "SECRET") != NULL) == (grain == PLACE_AS_WRITTEN));
		ck_assert_ptr_nonnull(strstr(text, "child"));
		free(text);
	}
}
END_TEST

START_TEST(a_need_has_columns_of_its_own)
{
	memset(&said, 0, sizeof(said));
	said.type = LETTER_NEED;
	said.sector = 1U << 0 | 1U << 3;
	said.quantity = 10;
	(void)strcpy(said.item, "insulin");
	(void)strcpy(said.unit, "=vials");
	struct case_file file;
	relief_keep(&db, &said, 1, 1, &file);
	ck_assert_int_eq(dossier_read(&db, &file, &dossier), ERR_OK);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct caseview view = {.ring = ring, .dossier = &dossier, .now = NOON, .grain = PLACE_COARSE};
	ck_assert_int_eq(export_csv_row(&view, true, out), EXPORT_WRITTEN);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_ptr_nonnull(strstr(text, ",water medicine,insulin,10,'=vials,"));
	free(text);
}
END_TEST

START_TEST(coordinates_leave_as_a_cell_with_the_point_inside)
{
	(void)strcpy(said.place, "36.2012, 37.1543");
	char *text = export_as("geojson", PLACE_COARSE);
	json_error_t error;
	json_t *collection = json_loads(text, 0, &error);
	ck_assert_msg(collection != NULL, "%s", error.text);
	json_t *feature = json_array_get(json_object_get(collection, "features"), 0);
	json_t *polygon = json_array_get(json_object_get(json_object_get(feature, "geometry"), "coordinates"), 0);
	ck_assert_uint_eq(json_array_size(polygon), 5);
	ck_assert(json_equal(json_array_get(polygon, 0), json_array_get(polygon, 4)));
	json_t *corner = json_array_get(polygon, 0);
	ck_assert_double_eq_tol(json_real_value(json_array_get(corner, 0)), 37.15, 1e-9); /* longitude first */
	ck_assert_double_eq_tol(json_real_value(json_array_get(corner, 1)), 36.20, 1e-9);
	ck_assert_ptr_null(strstr(text, "36.2012"));
	json_decref(collection);
	free(text);
}
END_TEST

START_TEST(a_place_that_is_no_coordinate_has_no_geometry)
{
	char *text = export_as("geojson", PLACE_AS_WRITTEN);
	json_t *collection = json_loads(text, 0, NULL);
	json_t *feature = json_array_get(json_object_get(collection, "features"), 0);
	ck_assert(json_is_null(json_object_get(feature, "geometry")));
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(feature, "properties"), "red")), 1);
	json_decref(collection);
	free(text);
}
END_TEST

START_TEST(json_lines_hold_the_whole_record)
{
	char *text = export_as("jsonl", PLACE_AS_WRITTEN);
	json_t *record = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(record);
	ck_assert_int_eq(json_integer_value(json_object_get(record, "v")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(record, "ref")), "M-0016");
	ck_assert_str_eq(json_string_value(json_object_get(record, "state")), "new");
	ck_assert_str_eq(json_string_value(json_object_get(record, "created")), "2016-12-14T12:00:01Z");
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(record, "id"))), 64);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(record, "body"), "text")), "قناص على الطريق");
	ck_assert_uint_eq(json_array_size(json_object_get(record, "history")), 1);
	ck_assert_ptr_null(strchr(text, '\r'));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	json_decref(record);
	free(text);
}
END_TEST

START_TEST(nine_lines_are_numbered_and_have_no_nationality)
{
	char *text = export_as("9line", PLACE_AS_WRITTEN);
	ck_assert_ptr_nonnull(strstr(text, "\n1 Place: Sector 4, cellar of the school\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n2 Call back: CALLBACK-SECRET\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n3 Patients: 1 red, 2 yellow, 0 green\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n4 Equipment: oxygen\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n6 Security: danger\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n8 Children 0, pregnant 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n9 Hazards: fire, sniper\n"));
	free(text);
}
END_TEST

START_TEST(an_exercise_says_so_in_every_format)
{
	static const char *const formats[] = {"csv-hxl", "geojson", "jsonl", "9line"};
	said.status = STATUS_EXERCISE;
	char *text = export_as(formats[_i], PLACE_COARSE);
	ck_assert(strstr(text, ",exercise,") != NULL || strstr(text, "\"exercise\"") != NULL || strstr(text, "*** EXERCISE ***") != NULL);
	free(text);
}
END_TEST

START_TEST(a_case_of_another_type_is_told_in_the_summary)
{
	memset(&said, 0, sizeof(said));
	said.type = LETTER_ALERT;
	(void)strcpy(said.headline, "HEADLINE");
	(void)strcpy(said.area, "AREA");
	char *text = export_as("csv-hxl", PLACE_COARSE);
	ck_assert_ptr_nonnull(strstr(text, "HEADLINE"));
	ck_assert_ptr_nonnull(strstr(text, "AREA"));
	free(text);
}
END_TEST

START_TEST(nine_lines_have_no_place_for_other_types)
{
	struct case_file file;
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SAFE;
	said.people = 4;
	relief_keep(&db, &said, 1, 1, &file);
	ck_assert_int_eq(dossier_read(&db, &file, &dossier), ERR_OK);
	struct caseview view = {.ring = ring, .dossier = &dossier, .now = NOON, .grain = PLACE_COARSE};
	ck_assert_int_eq(export_nine_row(&view, true, stdout), EXPORT_NO_PLACE);
}
END_TEST

/* What a format makes of the case of a letter by person n; the caller frees it. */
static char *export_letter(const char *format_name, uint8_t person, enum place_grain grain, enum export_result *result)
{
	struct case_file file;
	char *text = NULL;
	size_t len = 0;
	relief_keep(&db, &said, person, 1, &file);
	dossier_free(&dossier);
	ck_assert_int_eq(dossier_read(&db, &file, &dossier), ERR_OK);
	FILE *out = open_memstream(&text, &len);
	struct caseview view = {.ring = ring, .dossier = &dossier, .now = NOON, .grain = grain};
	*result = export_format_named(format_name)->row(&view, true, out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void say_seek(void)
{
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SEEK;
	said.age = 2;
	(void)strcpy(said.name, "Rima <&> ]]>");
	(void)strcpy(said.father, "Omar");
	(void)strcpy(said.place, "Sector 4, cellar");
}

START_TEST(people_leave_only_by_consent)
{
	enum export_result result;
	say_seek();
	char *text = export_letter("pfif", 2, PLACE_COARSE, &result);
	ck_assert_int_eq(result, EXPORT_NO_PLACE);
	ck_assert_str_eq(text, "");
	free(text);
	said.share = 1U << 4; /* something a newer sender agrees to is not this */
	text = export_letter("pfif", 3, PLACE_COARSE, &result);
	ck_assert_int_eq(result, EXPORT_NO_PLACE);
	free(text);
	said.share = SHARE_FAMILY_TRACING;
	text = export_letter("pfif", 4, PLACE_COARSE, &result);
	ck_assert_int_eq(result, EXPORT_WRITTEN);
	ck_assert_ptr_nonnull(strstr(text, "<pfif:full_name>Rima &lt;&amp;&gt; ]]&gt;</pfif:full_name>"));
	ck_assert_ptr_nonnull(strstr(text, "<pfif:status>information_sought</pfif:status>"));
	ck_assert_ptr_nonnull(strstr(text, "<pfif:age>2-11</pfif:age>"));
	ck_assert_ptr_nonnull(strstr(text, "<pfif:last_known_location>Sector 4</pfif:last_known_location>"));
	ck_assert_ptr_null(strstr(text, "cellar"));
	free(text);
}
END_TEST

START_TEST(what_was_taken_back_or_is_false_is_not_passed_on)
{
	enum export_result result;
	say_seek();
	said.share = SHARE_FAMILY_TRACING;
	free(export_letter("pfif", 2, PLACE_COARSE, &result));
	ck_assert(export_pfif_has(&dossier));
	dossier.file.withdrawn_at = NOON;
	ck_assert(!export_pfif_has(&dossier));
	dossier.file.withdrawn_at = 0;
	dossier.file.reason = REASON_FALSE;
	ck_assert(!export_pfif_has(&dossier));
	dossier.file.reason = REASON_DONE;
	ck_assert(export_pfif_has(&dossier));
}
END_TEST

START_TEST(somebody_nobody_can_name_is_no_record)
{
	enum export_result result;
	memset(&said, 0, sizeof(said));
	said.type = LETTER_SAFE;
	said.people = 4;
	said.share = SHARE_FAMILY_TRACING;
	char *text = export_letter("pfif", 2, PLACE_COARSE, &result);
	ck_assert_int_eq(result, EXPORT_NO_PLACE);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(xml_takes_every_text)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	xml_element(out, 1, "x", "a<b>&\"]]>\x01\x1b\xEF\xBF\xBE\xFF\n\xF0\x9F\x8F\xA5");
	xml_element(out, 0, "none", "");
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, "\t<x>a&lt;b&gt;&amp;&quot;]]&gt;\uFFFD\uFFFD\uFFFD\uFFFD\n\xF0\x9F\x8F\xA5</x>\n");
	free(text);
}
END_TEST

/* The rows of the counts of needs for water by n people at a place and m elsewhere. */
static char *counts_of(unsigned n, unsigned m)
{
	struct aggregate *aggregate = aggregate_new();
	char *text = NULL;
	size_t len = 0;
	ck_assert_ptr_nonnull(aggregate);
	for (unsigned i = 0; i < n + m; i++) {
		struct dossier one = {.file = {.type = LETTER_NEED, .arrived = NOON + i}, .said = {.type = LETTER_NEED, .sector = 1, .people = 3}};
		(void)snprintf(one.said.place, sizeof(one.said.place), "%s 4, house %u", i < n ? "Sector" : "Zone", i);
		ck_assert_int_eq(aggregate_add(aggregate, &one), ERR_OK);
	}
	FILE *out = open_memstream(&text, &len);
	aggregate_write(aggregate, "=Medics", out);
	ck_assert_int_eq(fclose(out), 0);
	aggregate_free(aggregate);
	return text;
}

START_TEST(counts_tell_of_five_and_more)
{
	char *text = counts_of(5, 0);
	ck_assert_ptr_nonnull(strstr(text, "\r\n2016-12-14,'=Medics,wash,need,Sector 4,open,5,15,0,0,0,0,0,0\r\n"));
	ck_assert_ptr_null(strstr(text, "house"));
	free(text);
	text = counts_of(4, 0);
	ck_assert_ptr_nonnull(strstr(text, "\r\n2016-12-14,'=Medics,wash,need,,open,,,,,,,,\r\n"));
	ck_assert_ptr_null(strstr(text, "Sector"));
	free(text);
	text = counts_of(4, 3);
	ck_assert_ptr_nonnull(strstr(text, ",wash,need,,open,7,21,"));
	free(text);
	text = counts_of(6, 2);
	ck_assert_ptr_nonnull(strstr(text, ",wash,need,Sector 4,open,6,18,"));
	ck_assert_ptr_nonnull(strstr(text, ",wash,need,,open,,,"));
	free(text);
	text = counts_of(0, 0);
	ck_assert_ptr_null(strstr(text, "2016"));
	free(text);
}
END_TEST

START_TEST(there_is_no_format_but_these)
{
	static const char *const formats[] = {"csv-hxl", "geojson", "jsonl", "9line", "pfif"};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		ck_assert_ptr_nonnull(export_format_named(formats[i]));
	ck_assert_ptr_null(export_format_named("csv"));
	ck_assert_ptr_null(export_format_named(""));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("exports");
	TCase *cells = tcase_create("cells");
	tcase_add_test(cells, plain_text_stands_as_it_is);
	tcase_add_test(cells, quotes_commas_and_line_breaks_are_quoted);
	tcase_add_test(cells, what_a_spreadsheet_would_run_gets_a_guard);
	tcase_add_test(cells, control_and_direction_marks_are_made_inert);
	tcase_add_test(cells, a_long_text_is_never_written_past_its_cell);
	suite_add_tcase(suite, cells);
	TCase *exports = tcase_create("exports");
	tcase_add_checked_fixture(exports, open_room, close_room);
	tcase_add_test(exports, csv_begins_with_a_mark_and_two_rows_of_the_same_width);
	tcase_add_loop_test(exports, an_export_is_coarse_unless_precise_is_asked_for, 0, 4);
	tcase_add_loop_test(exports, who_it_is_about_is_told_only_precisely, 0, 3);
	tcase_add_test(exports, a_need_has_columns_of_its_own);
	tcase_add_test(exports, coordinates_leave_as_a_cell_with_the_point_inside);
	tcase_add_test(exports, a_place_that_is_no_coordinate_has_no_geometry);
	tcase_add_test(exports, json_lines_hold_the_whole_record);
	tcase_add_test(exports, nine_lines_are_numbered_and_have_no_nationality);
	tcase_add_loop_test(exports, an_exercise_says_so_in_every_format, 0, 4);
	tcase_add_test(exports, a_case_of_another_type_is_told_in_the_summary);
	tcase_add_test(exports, nine_lines_have_no_place_for_other_types);
	tcase_add_test(exports, people_leave_only_by_consent);
	tcase_add_test(exports, what_was_taken_back_or_is_false_is_not_passed_on);
	tcase_add_test(exports, somebody_nobody_can_name_is_no_record);
	tcase_add_test(exports, xml_takes_every_text);
	tcase_add_test(exports, counts_tell_of_five_and_more);
	tcase_add_test(exports, there_is_no_format_but_these);
	suite_add_tcase(suite, exports);
	return suite;
}
