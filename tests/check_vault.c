/* The vault file: saved whole or not at all, opened with the passphrase or not at all. */

#include "tests/support/people.h"
#include "tests/support/suite.h"

#include "node/desk/vault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[64], path[96];
static const struct passphrase none = {0}, right = {.len = 5, .bytes = "right"}, wrong = {.len = 5, .bytes = "wrong"};

static void arrange(void)
{
	strcpy(home, "/tmp/check_vault_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(path, sizeof path, "%s/vault", home);
}

static void clear(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

static struct vault create(const struct passphrase *passphrase)
{
	struct vault vault;
	ck_assert_int_eq(vault_create(home, passphrase, people_person("Amal"), &vault), ERR_OK);
	return vault;
}

START_TEST(what_was_saved_is_there_when_opened)
{
	struct vault vault = create(&none);
	vault.ring->cursor = 77;
	ck_assert_int_eq(vault_save(&vault), ERR_OK);
	vault.ring->cursor = 78; /* not saved */
	vault_close(&vault);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	ck_assert_uint_eq(vault.ring->cursor, 77);
	ck_assert_str_eq(vault.ring->name, "Amal");
	vault_close(&vault);
}
END_TEST

START_TEST(the_file_is_one_mebibyte_private_and_looks_random)
{
	struct vault vault = create(&none);
	vault_close(&vault);
	struct stat info;
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_int_eq(info.st_size, 1 << 20);
	ck_assert_int_eq(info.st_mode & 0777, 0600);
	FILE *file = fopen(path, "r");
	unsigned counts[256] = {0};
	for (int byte; (byte = fgetc(file)) != EOF;)
		counts[byte]++;
	fclose(file);
	for (unsigned i = 0; i < 256; i++)
		ck_assert(counts[i] > 3700 && counts[i] < 4500);
}
END_TEST

START_TEST(wrong_passphrase_opens_nothing)
{
	struct vault vault = create(&right);
	vault_close(&vault);
	bool wants = false;
	ck_assert_int_eq(vault_wants_passphrase(home, &wants), ERR_OK);
	ck_assert(wants);
	ck_assert_int_eq(vault_open(home, &wrong, &vault), ERR_LOCKED);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_LOCKED);
	ck_assert_int_eq(vault_open(home, &right, &vault), ERR_OK);
	vault_close(&vault);
}
END_TEST

START_TEST(what_was_unlocked_once_opens_again_without_the_passphrase)
{
	struct vault vault = create(&right), again;
	struct safebox kept = vault.box;
	vault_close(&vault);
	ck_assert_int_eq(vault_reopen(home, &kept, &vault), ERR_OK);
	ck_assert_str_eq(vault.ring->name, "Amal");
	ck_assert(vault.has_passphrase);
	vault.ring->cursor = 77;
	ck_assert_int_eq(vault_save(&vault), ERR_OK);
	vault_close(&vault);
	ck_assert_int_eq(vault_open(home, &right, &again), ERR_OK); /* what was saved then still has the passphrase */
	ck_assert_uint_eq(again.ring->cursor, 77);
	vault_close(&again);
	kept.data_key[5] ^= 1;
	ck_assert_int_eq(vault_reopen(home, &kept, &vault), ERR_DAMAGED);
}
END_TEST

START_TEST(a_vault_made_anew_is_not_opened_by_what_unlocked_the_old_one)
{
	struct vault vault = create(&right);
	struct safebox kept = vault.box;
	vault_close(&vault);
	ck_assert_int_eq(vault_destroy(home), ERR_OK);
	ck_assert_int_eq(vault_reopen(home, &kept, &vault), ERR_NO_FILE);
	vault = create(&right);
	vault_close(&vault);
	ck_assert_int_eq(vault_reopen(home, &kept, &vault), ERR_LOCKED);
}
END_TEST

START_TEST(another_passphrase_keeps_everything_and_the_old_one_opens_nothing_more)
{
	const struct passphrase other = {.len = 5, .bytes = "other"};
	struct vault vault = create(&right);
	struct safebox kept = vault.box;
	uint8_t before[352], after[352];
	bool wants = true;
	int fd = open(path, O_RDONLY);
	vault.ring->cursor = 77;
	ck_assert_int_eq(pread(fd, before, sizeof before, 0), (int)sizeof before);
	ck_assert_int_eq(vault_rekey(&vault, &other), ERR_OK);
	ck_assert_mem_ne(vault.box.data_key, kept.data_key, sizeof kept.data_key);
	vault_close(&vault);
	ck_assert_int_eq(pread(fd, after, sizeof after, 0), (int)sizeof after); /* the old file has no name any more, its blocks are still here */
	close(fd);
	for (size_t slot = 0; slot < 4; slot++)
		ck_assert_mem_ne(before + 32 + slot * 80, after + 32 + slot * 80, 80);
	ck_assert_int_eq(vault_open(home, &right, &vault), ERR_LOCKED);
	ck_assert_int_eq(vault_reopen(home, &kept, &vault), ERR_LOCKED);
	ck_assert_int_eq(vault_open(home, &other, &vault), ERR_OK);
	ck_assert_uint_eq(vault.ring->cursor, 77);
	ck_assert_int_eq(vault_rekey(&vault, &none), ERR_OK);
	vault_close(&vault);
	ck_assert_int_eq(vault_wants_passphrase(home, &wants), ERR_OK);
	ck_assert(!wants);
}
END_TEST

START_TEST(a_passphrase_that_cannot_be_saved_is_not_taken)
{
	const struct passphrase other = {.len = 5, .bytes = "other"};
	struct vault vault = create(&right);
	char blocking[128];
	snprintf(blocking, sizeof blocking, "%s/vault.new", home);
	ck_assert_int_eq(mkdir(blocking, 0700), 0); /* where the new file would be written */
	ck_assert_int_ne(vault_rekey(&vault, &other), ERR_OK);
	ck_assert_int_eq(rmdir(blocking), 0);
	vault.ring->cursor = 5;
	ck_assert_int_eq(vault_save(&vault), ERR_OK); /* by the old one still */
	vault_close(&vault);
	ck_assert_int_eq(vault_open(home, &other, &vault), ERR_LOCKED);
	ck_assert_int_eq(vault_open(home, &right, &vault), ERR_OK);
	ck_assert_uint_eq(vault.ring->cursor, 5);
	vault_close(&vault);
}
END_TEST

START_TEST(a_vault_without_passphrase_says_so)
{
	struct vault vault = create(&none);
	vault_close(&vault);
	bool wants = true;
	ck_assert_int_eq(vault_wants_passphrase(home, &wants), ERR_OK);
	ck_assert(!wants);
}
END_TEST

START_TEST(a_vault_is_never_made_over_another)
{
	struct vault vault = create(&none), other;
	vault_close(&vault);
	struct keyring *ring = people_person("Impostor");
	ck_assert_int_eq(vault_create(home, &none, ring, &other), ERR_PERMISSION);
	keyring_free(ring);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	ck_assert_str_eq(vault.ring->name, "Amal");
	vault_close(&vault);
}
END_TEST

START_TEST(a_damaged_or_cut_file_is_refused)
{
	struct vault vault = create(&none);
	vault_close(&vault);
	int fd = open(path, O_RDWR);
	uint8_t byte = 0;
	ck_assert_int_eq(pread(fd, &byte, 1, 500000), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, 500000), 1);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_DAMAGED);
	ck_assert_int_eq(ftruncate(fd, 1000), 0);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_DAMAGED);
	ck_assert_int_eq(ftruncate(fd, (1 << 20) + 1), 0);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_DAMAGED);
	close(fd);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_NO_FILE);
}
END_TEST

START_TEST(a_save_that_fails_leaves_the_old_vault)
{
	struct vault vault = create(&none);
	char blocking[128];
	snprintf(blocking, sizeof blocking, "%s/vault.new", home);
	ck_assert_int_eq(mkdir(blocking, 0700), 0); /* where the new file would be written */
	vault.ring->cursor = 5;
	ck_assert_int_ne(vault_save(&vault), ERR_OK);
	vault_close(&vault);
	ck_assert_int_eq(rmdir(blocking), 0);
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	ck_assert_uint_eq(vault.ring->cursor, 0);
	vault_close(&vault);
}
END_TEST

START_TEST(killed_while_saving_it_is_the_old_or_the_new)
{
	struct vault vault = create(&none);
	vault_close(&vault);
	for (unsigned round = 0; round < 20; round++) {
		pid_t child = fork();
		if (child == 0) {
			if (vault_open(home, &none, &vault) != ERR_OK)
				_exit(1);
			for (uint64_t i = 1;; i++) {
				vault.ring->cursor = vault.ring->store_id = i;
				if (vault_save(&vault) != ERR_OK)
					_exit(2);
			}
		}
		usleep(3000 + round * 1500);
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
		ck_assert_uint_eq(vault.ring->cursor, vault.ring->store_id);
		vault_close(&vault);
	}
}
END_TEST

START_TEST(destroying_leaves_nothing_to_open)
{
	struct vault vault = create(&right);
	vault_close(&vault);
	int fd = open(path, O_RDONLY);
	uint8_t before[352], after[352];
	ck_assert_int_eq(pread(fd, before, sizeof before, 0), (int)sizeof before);
	ck_assert_int_eq(vault_destroy(home), ERR_OK);
	ck_assert_int_eq(pread(fd, after, sizeof after, 0), (int)sizeof after); /* the file has no name any more, its blocks are still here */
	close(fd);
	for (size_t slot = 0; slot < 4; slot++)
		ck_assert_mem_ne(before + 32 + slot * 80, after + 32 + slot * 80, 80);
	ck_assert(!vault_exists(home));
	ck_assert_int_eq(vault_open(home, &right, &vault), ERR_NO_FILE);
	ck_assert_int_eq(vault_destroy(home), ERR_NO_FILE);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("vault");
	TCase *tests = tcase_create("vault");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, what_was_saved_is_there_when_opened);
	tcase_add_test(tests, the_file_is_one_mebibyte_private_and_looks_random);
	tcase_add_test(tests, wrong_passphrase_opens_nothing);
	tcase_add_test(tests, what_was_unlocked_once_opens_again_without_the_passphrase);
	tcase_add_test(tests, a_vault_made_anew_is_not_opened_by_what_unlocked_the_old_one);
	tcase_add_test(tests, another_passphrase_keeps_everything_and_the_old_one_opens_nothing_more);
	tcase_add_test(tests, a_passphrase_that_cannot_be_saved_is_not_taken);
	tcase_add_test(tests, a_vault_without_passphrase_says_so);
	tcase_add_test(tests, a_vault_is_never_made_over_another);
	tcase_add_test(tests, a_damaged_or_cut_file_is_refused);
	tcase_add_test(tests, a_save_that_fails_leaves_the_old_vault);
	tcase_add_test(tests, killed_while_saving_it_is_the_old_or_the_new);
	tcase_add_test(tests, destroying_leaves_nothing_to_open);
	suite_add_tcase(suite, tests);
	return suite;
}
