#include "node/sim/trace.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char error[TRACE_ERROR_MAX];

static struct trace *read_text(const char *text, size_t len)
{
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	rewind(file);
	*error = 0;
	return trace_read(file, "town.tsv", error);
}

static struct trace *taken(const char *text)
{
	struct trace *trace = read_text(text, strlen(text));
	ck_assert_msg(trace != NULL, "%s", error);
	return trace;
}

static void refused(const char *text, const char *where, const char *word)
{
	ck_assert_msg(read_text(text, strlen(text)) == NULL, "taken: %s", text);
	ck_assert_msg(!strncmp(error, where, strlen(where)), "%s", error);
	ck_assert_msg(strstr(error, word) != NULL, "%s", error);
}

START_TEST(nodes_are_numbered_as_they_appear)
{
	struct trace *trace = taken("# made up\n\n0\tCONN\t14\t9\tup\n2.5 CONN 9 1 up\r\n2.5 CONN 14 9 down\n10  CONN\t4000000000  1 up");
	ck_assert_uint_eq(trace_nodes(trace), 4);
	ck_assert_uint_eq(trace_name(trace, 0), 14);
	ck_assert_uint_eq(trace_name(trace, 1), 9);
	ck_assert_uint_eq(trace_name(trace, 2), 1);
	ck_assert_uint_eq(trace_name(trace, 3), 4000000000);
	ck_assert_uint_eq(trace_contacts(trace), 3);
	ck_assert_uint_eq(trace_end_ms(trace), 10000);
	trace_free(trace);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_line)
{
	refused("", "town.tsv:1: ", "not one contact");
	refused("# nothing\n", "town.tsv:2: ", "not one contact");
	refused("0 CONN 1 2 up\n5 M 1 2\n", "town.tsv:2: ", "not a contact");
	refused("0 CONN 1 2 up\n5\n", "town.tsv:2: ", "not a contact");
	refused("0 CONN 1 2\n", "town.tsv:1: ", "must read");
	refused("0 CONN 1 2 sideways\n", "town.tsv:1: ", "must read");
	refused("0 CONN 1 2 up now\n", "town.tsv:1: ", "must read");
	refused("noon CONN 1 2 up\n", "town.tsv:1: ", "time");
	refused("-1 CONN 1 2 up\n", "town.tsv:1: ", "time");
	refused("1. CONN 1 2 up\n", "town.tsv:1: ", "time");
	refused("99999999999999999999 CONN 1 2 up\n", "town.tsv:1: ", "time");
	refused("0 CONN one 2 up\n", "town.tsv:1: ", "whole numbers");
	refused("0 CONN 1 4294967296 up\n", "town.tsv:1: ", "whole numbers");
	refused("0 CONN 7 7 up\n", "town.tsv:1: ", "itself");
	refused("5 CONN 1 2 up\n4 CONN 1 2 down\n", "town.tsv:2: ", "order of time");
	char line[TRACE_LINE_MAX + 1];
	memset(line, ' ', sizeof line);
	line[TRACE_LINE_MAX] = 0;
	refused(line, "town.tsv:1: ", "too long");
	static const char zero[] = "0 CONN 1 2 up\n1 CO\0N 1 2 up\n";
	ck_assert_ptr_null(read_text(zero, sizeof zero - 1));
	ck_assert_ptr_nonnull(strstr(error, "town.tsv:2: this is not text"));
	ck_assert_ptr_null(trace_open("/there/is/no/such/file", error));
	ck_assert_ptr_nonnull(strstr(error, "--trace FILE"));
}
END_TEST

START_TEST(more_nodes_than_a_simulation_holds_are_refused)
{
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i < SCENARIO_NODES_MAX; i += 2)
		ck_assert_int_gt(fprintf(file, "%u CONN %u %u up\n", i, i * 7, i * 7 + 7), 0);
	rewind(file);
	struct trace *trace = trace_read(file, "town.tsv", error);
	ck_assert_ptr_nonnull(trace);
	ck_assert_uint_eq(trace_nodes(trace), SCENARIO_NODES_MAX);
	ck_assert_uint_eq(trace_name(trace, 777), 777 * 7);
	trace_free(trace);
	file = tmpfile();
	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i <= SCENARIO_NODES_MAX; i += 2)
		ck_assert_int_gt(fprintf(file, "%u CONN %u %u up\n", i, i * 7, i * 7 + 7), 0);
	rewind(file);
	ck_assert_ptr_null(trace_read(file, "town.tsv", error));
	ck_assert_ptr_nonnull(strstr(error, "200000"));
}
END_TEST

START_TEST(contacts_happen_at_their_time)
{
	struct trace *trace = taken("1 CONN 5 6 up\n1 CONN 7 6 up\n1 CONN 7 8 up\n3.25 CONN 5 6 down\n3.25 CONN 9 5 up\n");
	struct agenda *agenda = agenda_new(0);
	struct ether_config config = {.nodes = 10, .range_mm = 1};
	struct ether *ether = ether_new(&config);
	ck_assert(agenda && ether);
	trace_run(trace, agenda, ether, 2, 4);
	ck_assert(!agenda_step(agenda, 999999));
	ck_assert(agenda_step(agenda, 1000000));
	ck_assert(ether_reaches(ether, 2, 3) && ether_reaches(ether, 3, 4) && ether_reaches(ether, 5, 4) && !ether_reaches(ether, 2, 4));
	ck_assert(!agenda_step(agenda, 3249999));
	ck_assert(agenda_step(agenda, 3250000));
	ck_assert(!ether_reaches(ether, 2, 3) && ether_reaches(ether, 3, 4));
	/* The fifth was left out. */
	ck_assert(!ether_reaches(ether, 2, 6));
	ck_assert(!agenda_step(agenda, 9000000));
	ck_assert(!trace_broke(trace));
	trace_free(trace);
	ether_free(ether);
	agenda_free(agenda);
}
END_TEST

START_TEST(a_file_that_changes_under_way_is_noticed)
{
	static const char *const changed[] = {"1 CONN 5 6 up\n2 CONN 5 9 up\n", "1 CONN 5 6 up\n0 CONN 5 6 up\n", "1 CONN 5 6 up\n# so long a\n",
					      "1 CONN 5 6 up\n2 COMM 5 6 up\n"};
	for (unsigned i = 0; i < 4; i++) {
		FILE *file = tmpfile();
		ck_assert_ptr_nonnull(file);
		int fd = dup(fileno(file));
		ck_assert_int_gt(fputs("1 CONN 5 6 up\n2 CONN 5 6 up\n", file), 0);
		rewind(file);
		struct trace *trace = trace_read(file, "town.tsv", error);
		ck_assert_ptr_nonnull(trace);
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, changed[i], strlen(changed[i]), 0), (ssize_t)strlen(changed[i]));
		struct agenda *agenda = agenda_new(0);
		struct ether_config config = {.nodes = 3, .range_mm = 1};
		struct ether *ether = ether_new(&config);
		trace_run(trace, agenda, ether, 0, 3);
		while (agenda_step(agenda, 9000000))
			;
		ck_assert_msg(trace_broke(trace), "%u", i);
		trace_free(trace);
		ether_free(ether);
		agenda_free(agenda);
		(void)close(fd); /* only a test's */
	}
}
END_TEST

/* Somebody else's data is not in the tree; who has it beside the tree gets its figures checked. */
START_TEST(the_city_of_cambridge_is_read_whole)
{
	static const char path[] = TEST_SOURCE_DIR "/../shared/traces/cambridge-city.tsv";
	if (access(path, R_OK) != 0)
		return;
	struct trace *trace = trace_open(path, error);
	ck_assert_msg(trace != NULL, "%s", error);
	ck_assert_uint_eq(trace_nodes(trace), 52);
	ck_assert_uint_eq(trace_contacts(trace), 10873);
	ck_assert_uint_eq(trace_end_ms(trace), 987529000);
	ck_assert_uint_eq(trace_name(trace, 0), 14);
	struct agenda *agenda = agenda_new(0);
	struct ether_config config = {.nodes = 52, .range_mm = 1};
	struct ether *ether = ether_new(&config);
	trace_run(trace, agenda, ether, 0, 52);
	while (agenda_step(agenda, UINT64_C(1000000000000)))
		;
	ck_assert(!trace_broke(trace));
	trace_free(trace);
	ether_free(ether);
	agenda_free(agenda);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("trace");
	TCase *tcase = tcase_create("trace");
	tcase_add_test(tcase, nodes_are_numbered_as_they_appear);
	tcase_add_test(tcase, what_is_wrong_is_told_with_its_line);
	tcase_add_test(tcase, more_nodes_than_a_simulation_holds_are_refused);
	tcase_add_test(tcase, contacts_happen_at_their_time);
	tcase_add_test(tcase, a_file_that_changes_under_way_is_noticed);
	tcase_add_test(tcase, the_city_of_cambridge_is_read_whole);
	suite_add_tcase(suite, tcase);
	return suite;
}
