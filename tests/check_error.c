#include "platform/error.h"
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

static const enum err all[] = {
	ERR_OK,   ERR_MEMORY,  ERR_IO,     ERR_FULL,    ERR_NO_FILE,  ERR_PERMISSION, ERR_DAMAGED, ERR_NEWER,
	ERR_BUSY, ERR_NO_POST, ERR_LOCKED, ERR_TIMEOUT, ERR_PROTOCOL, ERR_LIMIT,      ERR_AWAY,
};

START_TEST(every_error_has_a_text_of_its_own_that_fits_a_sentence)
{
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *text = err_text(all[i]);
		ck_assert_uint_gt(strlen(text), 3);
		ck_assert_int_ne(text[strlen(text) - 1], '.');
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(text, err_text(all[j]));
	}
}
END_TEST

START_TEST(exit_codes_are_those_of_sysexits)
{
	ck_assert_int_eq(err_exit_code(ERR_OK), EX_OK);
	ck_assert_int_eq(err_exit_code(ERR_MEMORY), EX_SOFTWARE);
	ck_assert_int_eq(err_exit_code(ERR_IO), EX_IOERR);
	ck_assert_int_eq(err_exit_code(ERR_FULL), EX_CANTCREAT);
	ck_assert_int_eq(err_exit_code(ERR_NO_FILE), EX_NOINPUT);
	ck_assert_int_eq(err_exit_code(ERR_PERMISSION), EX_NOPERM);
	ck_assert_int_eq(err_exit_code(ERR_LOCKED), EX_NOPERM);
	ck_assert_int_eq(err_exit_code(ERR_DAMAGED), EX_DATAERR);
	ck_assert_int_eq(err_exit_code(ERR_NEWER), EX_DATAERR);
	ck_assert_int_eq(err_exit_code(ERR_NO_POST), EX_UNAVAILABLE);
	ck_assert_int_eq(err_exit_code(ERR_TIMEOUT), EX_TEMPFAIL);
	ck_assert_int_eq(err_exit_code(ERR_BUSY), EX_TEMPFAIL);
	ck_assert_int_eq(err_exit_code(ERR_AWAY), EX_TEMPFAIL);
}
END_TEST

START_TEST(a_full_disk_is_told_apart_from_a_broken_one)
{
	ck_assert_int_eq(err_from_errno(ENOSPC), ERR_FULL);
	ck_assert_int_eq(err_from_errno(EDQUOT), ERR_FULL);
	ck_assert_int_eq(err_from_errno(EIO), ERR_IO);
	ck_assert_int_eq(err_from_errno(EROFS), ERR_PERMISSION);
	ck_assert_int_eq(err_from_errno(ENOENT), ERR_NO_FILE);
	ck_assert_int_eq(err_from_errno(0), ERR_OK);
	ck_assert_int_eq(err_from_errno(12345), ERR_IO);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("error");
	TCase *tcase = tcase_create("error");
	tcase_add_test(tcase, every_error_has_a_text_of_its_own_that_fits_a_sentence);
	tcase_add_test(tcase, exit_codes_are_those_of_sysexits);
	tcase_add_test(tcase, a_full_disk_is_told_apart_from_a_broken_one);
	suite_add_tcase(suite, tcase);
	return suite;
}
