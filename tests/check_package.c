/* Signing what is handed on, and what is not taken for signed. */

#include "node/desk/package.h"
#include "platform/files.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[64], file[128], beside[160], key_file[128];
static uint8_t seed[32];

static void arrange(void)
{
	struct package package;
	strcpy(folder, "/tmp/check_package_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/barid.deb", folder);
	snprintf(beside, sizeof beside, "%s.sig", file);
	snprintf(key_file, sizeof key_file, "%s/key", folder);
	ck_assert_int_eq(files_replace(file, "the package", 11, 0644), ERR_OK);
	ck_assert_int_eq(package_key_make(key_file, seed), ERR_OK);
	ck_assert_int_eq(package_read(file, &package), ERR_OK);
	ck_assert_int_eq(package_sign(file, &package, seed), ERR_OK);
	package_free(&package);
}

static void clear(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* The check of the file as it is now; fills the fingerprint. */
static enum err check(char fingerprint[static FINGERPRINT_TEXT])
{
	struct package package;
	ck_assert_int_eq(package_read(file, &package), ERR_OK);
	enum err err = package_check(file, &package);
	strcpy(fingerprint, package.fingerprint);
	package_free(&package);
	return err;
}

START_TEST(what_was_signed_is_good_and_names_its_key)
{
	char fingerprint[FINGERPRINT_TEXT], ours[FINGERPRINT_TEXT];
	uint8_t again[32];
	struct stat info;
	ck_assert_int_eq(check(fingerprint), ERR_OK);
	package_key_fingerprint(seed, ours);
	ck_assert_str_eq(fingerprint, ours);
	ck_assert_int_eq(package_key_read(key_file, again), ERR_OK);
	ck_assert_mem_eq(again, seed, sizeof seed);
	ck_assert(stat(key_file, &info) == 0 && (info.st_mode & 0777) == 0600);
	ck_assert_int_eq(package_key_make(key_file, again), ERR_BUSY);
}
END_TEST

/* What was handed on years ago must still be good: this signature never changes. */
START_TEST(a_signature_is_written_as_it_always_was)
{
	static const char expected[] =
		"barid package v1\nkey 03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8\nsignature "
		"ab3fc7b74f7eac1dd20a427c67b86d4fd89509c4ae70458d003b9758c56d06cbf20c5ba965e07d6bad73d344f90846a85bc4e1d5aa4d9059c7ade8af92fda10b\n";
	struct package package;
	for (uint8_t i = 0; i < sizeof seed; i++)
		seed[i] = i;
	ck_assert_int_eq(package_read(file, &package), ERR_OK);
	ck_assert_int_eq(package_sign(file, &package, seed), ERR_OK);
	ck_assert_str_eq(package.signature, expected);
	package_free(&package);
}
END_TEST

START_TEST(another_file_or_another_key_is_not_what_was_signed)
{
	char fingerprint[FINGERPRINT_TEXT], ours[FINGERPRINT_TEXT];
	struct package package;
	uint8_t other[32] = {7};
	ck_assert_int_eq(files_replace(file, "the packagE", 11, 0644), ERR_OK);
	ck_assert_int_eq(check(fingerprint), ERR_DAMAGED);
	ck_assert_int_eq(package_read(file, &package), ERR_OK);
	ck_assert_int_eq(package_sign(file, &package, other), ERR_OK);
	package_free(&package);
	package_key_fingerprint(seed, ours);
	ck_assert_int_eq(check(fingerprint), ERR_OK);
	ck_assert_str_ne(fingerprint, ours);
}
END_TEST

START_TEST(a_signature_cut_or_changed_anywhere_is_none)
{
	char fingerprint[FINGERPRINT_TEXT];
	uint8_t *bytes = NULL;
	size_t len = 0;
	ck_assert_int_eq(files_read(beside, PACKAGE_SIGNATURE_MAX, &bytes, &len), ERR_OK);
	for (size_t at = 0; at < len; at++) {
		ck_assert_int_eq(files_replace(beside, bytes, at, 0644), ERR_OK);
		ck_assert_int_eq(check(fingerprint), ERR_DAMAGED);
		bytes[at] ^= 1;
		ck_assert_int_eq(files_replace(beside, bytes, len, 0644), ERR_OK);
		ck_assert_msg(check(fingerprint) == ERR_DAMAGED, "byte %zu", at);
		bytes[at] ^= 1;
	}
	bytes[len] = '\0'; /* which files_read() leaves room for */
	ck_assert_int_eq(files_replace(beside, bytes, len + 1, 0644), ERR_OK);
	ck_assert_int_eq(check(fingerprint), ERR_DAMAGED);
	free(bytes);
	ck_assert_int_eq(files_replace(beside, "x", 1, 0644), ERR_OK);
	ck_assert_int_eq(check(fingerprint), ERR_DAMAGED);
	ck_assert_int_eq(remove(beside), 0);
	ck_assert_int_eq(check(fingerprint), ERR_NO_FILE);
}
END_TEST

START_TEST(what_is_no_key_signs_nothing)
{
	uint8_t again[32];
	ck_assert_int_eq(files_replace(key_file, "barid package key v1\nabc\n", 25, 0600), ERR_OK);
	ck_assert_int_eq(package_key_read(key_file, again), ERR_DAMAGED);
	ck_assert_int_eq(files_replace(key_file, "", 0, 0600), ERR_OK);
	ck_assert_int_eq(package_key_read(key_file, again), ERR_DAMAGED);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("package");
	TCase *tests = tcase_create("package");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, what_was_signed_is_good_and_names_its_key);
	tcase_add_test(tests, a_signature_is_written_as_it_always_was);
	tcase_add_test(tests, another_file_or_another_key_is_not_what_was_signed);
	tcase_add_test(tests, a_signature_cut_or_changed_anywhere_is_none);
	tcase_add_test(tests, what_is_no_key_signs_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
