#include "platform/files.h"
#include "tests/support/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[FILES_PATH_MAX];

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/barid-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(files_join(path, folder, "file"));
}

static void remove_folder(void)
{
	DIR *dir = opendir(folder);
	ck_assert_ptr_nonnull(dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char name[FILES_PATH_MAX];
		ck_assert(files_join(name, folder, entry->d_name));
		if (entry->d_name[0] != '.' && unlink(name))
			ck_assert_int_eq(rmdir(name), 0);
	}
	closedir(dir);
	ck_assert_int_eq(rmdir(folder), 0);
}

static unsigned files_in_folder(void)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	ck_assert_ptr_nonnull(dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void expect_content(const char *content)
{
	uint8_t *bytes;
	size_t len;
	ck_assert_int_eq(files_read(path, 4096, &bytes, &len), ERR_OK);
	ck_assert_uint_eq(len, strlen(content));
	ck_assert_str_eq((const char *)bytes, content);
	free(bytes);
}

START_TEST(what_was_replaced_is_read_back_and_only_the_owner_may)
{
	ck_assert_int_eq(files_replace(path, "first", 5, 0600), ERR_OK);
	ck_assert_int_eq(files_replace(path, "second one", 10, 0600), ERR_OK);
	expect_content("second one");
	struct stat stat_now;
	ck_assert_int_eq(stat(path, &stat_now), 0);
	ck_assert_uint_eq(stat_now.st_mode & 0777, 0600);
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_limit_is_the_largest_size_that_is_read)
{
	ck_assert_int_eq(files_replace(path, "12345678", 8, 0600), ERR_OK);
	uint8_t *bytes;
	size_t len;
	ck_assert_int_eq(files_read(path, 8, &bytes, &len), ERR_OK);
	ck_assert_uint_eq(len, 8);
	free(bytes);
	ck_assert_int_eq(files_read(path, 7, &bytes, &len), ERR_LIMIT);
	ck_assert_ptr_null(bytes);
}
END_TEST

START_TEST(an_empty_file_and_a_missing_one_are_different)
{
	uint8_t *bytes;
	size_t len;
	ck_assert_int_eq(files_read(path, 8, &bytes, &len), ERR_NO_FILE);
	ck_assert_int_eq(files_replace(path, NULL, 0, 0600), ERR_OK);
	ck_assert_int_eq(files_read(path, 8, &bytes, &len), ERR_OK);
	ck_assert_uint_eq(len, 0);
	free(bytes);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_leaves_the_old_one)
{
	ck_assert_int_eq(files_replace(path, "old", 3, 0600), ERR_OK);
	/* A limit on the size of files stands for a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit small = {2, RLIM_INFINITY};
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum err err = files_replace(path, "the new", 7, 0600);
	small.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(err, ERR_FULL);
	expect_content("old");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_created_file_is_never_overwritten)
{
	ck_assert_int_eq(files_create(path, "mine", 4, 0600), ERR_OK);
	ck_assert_int_eq(files_create(path, "yours", 5, 0600), ERR_BUSY);
	expect_content("mine");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_private_folder_is_made_with_its_parents_for_the_owner_alone)
{
	char parent[FILES_PATH_MAX];
	char inner[FILES_PATH_MAX];
	ck_assert(files_join(parent, folder, "parent"));
	ck_assert(files_join(inner, parent, "inner"));
	mode_t before = umask(0);
	enum err err = files_private_dir(inner);
	umask(before);
	ck_assert_int_eq(err, ERR_OK);
	struct stat stat_now;
	ck_assert_int_eq(stat(inner, &stat_now), 0);
	ck_assert_uint_eq(stat_now.st_mode & 0777, 0700);
	ck_assert_int_eq(files_private_dir(inner), ERR_OK);
	ck_assert_int_eq(rmdir(inner), 0);
	ck_assert_int_eq(stat(parent, &stat_now), 0);
	ck_assert_uint_eq(stat_now.st_mode & 0777, 0700);
}
END_TEST

START_TEST(a_file_where_a_folder_should_be_is_refused)
{
	ck_assert_int_eq(files_replace(path, "x", 1, 0600), ERR_OK);
	ck_assert_int_eq(files_private_dir(path), ERR_NO_FILE);
	char below[FILES_PATH_MAX];
	ck_assert(files_join(below, path, "below"));
	ck_assert_int_eq(files_private_dir(below), ERR_NO_FILE);
}
END_TEST

static int lock_in_another_process(void)
{
	pid_t child = fork();
	if (child == 0) {
		int lock;
		_exit(files_lock(path, &lock) == ERR_BUSY ? 7 : 0);
	}
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

START_TEST(a_lock_keeps_another_process_out_until_it_ends)
{
	int lock;
	ck_assert_int_eq(files_lock(path, &lock), ERR_OK);
	ck_assert_int_eq(lock_in_another_process(), 7);
	files_unlock(lock);
	ck_assert_int_eq(lock_in_another_process(), 0);
	files_unlock(-1);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused_everywhere)
{
	char name[FILES_PATH_MAX + 1];
	memset(name, 'x', FILES_PATH_MAX);
	name[FILES_PATH_MAX] = 0;
	ck_assert(!files_join(path, folder, name));
	ck_assert_int_eq(files_replace(name, "x", 1, 0600), ERR_LIMIT);
	ck_assert_int_eq(files_create(name, "x", 1, 0600), ERR_LIMIT);
	ck_assert_int_eq(files_private_dir(name), ERR_LIMIT);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("files");
	TCase *tcase = tcase_create("files");
	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_add_test(tcase, what_was_replaced_is_read_back_and_only_the_owner_may);
	tcase_add_test(tcase, a_limit_is_the_largest_size_that_is_read);
	tcase_add_test(tcase, an_empty_file_and_a_missing_one_are_different);
	tcase_add_test(tcase, a_file_that_cannot_be_written_leaves_the_old_one);
	tcase_add_test(tcase, a_created_file_is_never_overwritten);
	tcase_add_test(tcase, a_private_folder_is_made_with_its_parents_for_the_owner_alone);
	tcase_add_test(tcase, a_file_where_a_folder_should_be_is_refused);
	tcase_add_test(tcase, a_lock_keeps_another_process_out_until_it_ends);
	tcase_add_test(tcase, a_path_that_is_too_long_is_refused_everywhere);
	suite_add_tcase(suite, tcase);
	return suite;
}
