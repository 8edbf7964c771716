#include "node/sim/reach.h"
#include "tests/support/suite.h"

enum { NODES = 6 };

static struct reach *reach;

static void setup(void)
{
	reach = reach_new(NODES);
	ck_assert_ptr_nonnull(reach);
}

static void teardown(void)
{
	reach_free(reach);
}

START_TEST(a_letter_gets_along_links_that_last)
{
	uint32_t place = reach_letter(reach, 70);
	reach_held(reach, 0, place);
	reach_up(reach, 1, 0);
	reach_up(reach, 1, 2);
	reach_count(reach);
	ck_assert(!reach_could(reach, 1, place)); /* the links have just come up */
	reach_count(reach);
	ck_assert(reach_could(reach, 1, place));
	ck_assert(!reach_could(reach, 2, place)); /* one link at a time */
	reach_count(reach);
	ck_assert(reach_could(reach, 2, place));
	ck_assert(!reach_could(reach, 3, place));
}
END_TEST

START_TEST(a_link_that_ended_carries_nothing)
{
	uint32_t place = reach_letter(reach, 1);
	reach_up(reach, 0, 1);
	reach_up(reach, 0, 2);
	reach_count(reach);
	reach_down(reach, 0, 1);
	reach_held(reach, 0, place);
	reach_count(reach);
	ck_assert(!reach_could(reach, 1, place));
	ck_assert(reach_could(reach, 2, place));
	/* Cut and opened again between two counts: not long enough. */
	reach_down(reach, 0, 2);
	reach_up(reach, 0, 3);
	reach_count(reach);
	ck_assert(!reach_could(reach, 3, place));
}
END_TEST

START_TEST(letters_beyond_the_bound_do_not_count)
{
	for (uint32_t i = 0; i < REACH_LETTERS_MAX; i++)
		ck_assert_uint_eq(reach_letter(reach, 1000 + i), i);
	ck_assert_uint_eq(reach_letter(reach, 9), REACH_LETTERS_MAX);
	ck_assert_uint_eq(reach_find(reach, 9), REACH_LETTERS_MAX);
	ck_assert_uint_eq(reach_find(reach, 1000 + REACH_LETTERS_MAX - 1), REACH_LETTERS_MAX - 1);
	reach_held(reach, 5, REACH_LETTERS_MAX - 1);
	ck_assert(reach_could(reach, 5, REACH_LETTERS_MAX - 1));
	ck_assert(!reach_could(reach, 5, REACH_LETTERS_MAX - 2));
}
END_TEST

START_TEST(links_beyond_the_bound_are_not_known)
{
	uint32_t place = reach_letter(reach, 1);
	reach_held(reach, 0, place);
	for (unsigned i = 0; i < REACH_LINKS_MAX; i++)
		reach_up(reach, 0, 1);
	reach_up(reach, 0, 2);
	reach_count(reach);
	reach_count(reach);
	ck_assert(reach_could(reach, 1, place));
	ck_assert(!reach_could(reach, 2, place));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("reach");
	TCase *tcase = tcase_create("reach");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_letter_gets_along_links_that_last);
	tcase_add_test(tcase, a_link_that_ended_carries_nothing);
	tcase_add_test(tcase, letters_beyond_the_bound_do_not_count);
	tcase_add_test(tcase, links_beyond_the_bound_are_not_known);
	suite_add_tcase(suite, tcase);
	return suite;
}
