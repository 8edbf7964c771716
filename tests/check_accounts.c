/* Operators' accounts: who gets in, how wrong passwords slow down, and what whoever can write to the database still cannot do. */

#include "node/relief/accounts.h"
#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reliefdb db;
static char path[64];
static const struct safebox kept = {.data_key = {1, 2, 3}};

static struct passphrase words(const char *text)
{
	struct passphrase out = {.len = strlen(text)};
	strcpy(out.bytes, text);
	return out;
}

static enum err add(const char *name, enum account_role role, const char *password)
{
	struct account account = {.role = role, .made_at = NOON, .changed_at = NOON};
	const struct passphrase secret = words(password);
	strcpy(account.name, name);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	enum err err = accounts_add(&db, &account, &secret, &kept);
	if (err == ERR_OK)
		return reliefdb_commit(&db);
	reliefdb_rollback(&db);
	return err;
}

static void open_room(void)
{
	relief_room(&db, path);
	ck_assert_int_eq(add("Rana", ROLE_ADMIN, "sesame sesame"), ERR_OK);
	ck_assert_int_eq(add("Vera", ROLE_VIEWER, "vera's own words"), ERR_OK);
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

/* A log-in without the key, as the keeper has it. */
static enum err try_at(const char *name, const char *password, uint64_t now, uint64_t *wait_s)
{
	struct safebox got;
	struct reliefdb keyless = db;
	const struct passphrase secret = words(password);
	memset(keyless.key, 0, sizeof(keyless.key));
	enum err err = accounts_try(&keyless, name, &secret, now, &got, wait_s);
	if (err == ERR_OK)
		ck_assert_mem_eq(&got, &kept, sizeof(kept));
	return err;
}

static enum err try_once(const char *name, const char *password)
{
	uint64_t wait_s;
	return try_at(name, password, NOON, &wait_s);
}

static enum err enter(const char *name, struct account *account)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	enum err err = accounts_enter(&db, name, account);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	return err;
}

struct stolen {
	uint8_t name[16], sealed[512], boxed[1024];
	size_t name_len, sealed_len, boxed_len;
};

static void copy(const struct sql_row *row, int column, uint8_t *out, size_t cap, size_t *len)
{
	const uint8_t *bytes = sql_get_blob(row, column, len);
	ck_assert_uint_le(*len, cap);
	memcpy(out, bytes, *len);
}

/* What somebody does who can write to the database, but has not the key: the halves of the two operators' rows change places. The row of nobody is
 * the shortest. */
static void swap(bool sealed, bool boxed)
{
	struct stolen rows[2];
	struct sql_row *row = reliefdb_prepare(
		&db, "SELECT name, sealed, boxed FROM accounts WHERE length(sealed) > (SELECT min(length(sealed)) FROM accounts) ORDER BY name");
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(sql_step(row), ERR_OK);
		copy(row, 0, rows[i].name, sizeof(rows[i].name), &rows[i].name_len);
		copy(row, 1, rows[i].sealed, sizeof(rows[i].sealed), &rows[i].sealed_len);
		copy(row, 2, rows[i].boxed, sizeof(rows[i].boxed), &rows[i].boxed_len);
	}
	sql_end(row);
	for (unsigned i = 0; i < 2; i++) {
		const struct stolen *from = &rows[1 - i];
		row = reliefdb_prepare(&db, "UPDATE accounts SET sealed = ?, boxed = ? WHERE name = ?");
		sql_blob(row, 1, sealed ? from->sealed : rows[i].sealed, sealed ? from->sealed_len : rows[i].sealed_len);
		sql_blob(row, 2, boxed ? from->boxed : rows[i].boxed, boxed ? from->boxed_len : rows[i].boxed_len);
		sql_blob(row, 3, rows[i].name, rows[i].name_len);
		ck_assert_int_eq(sql_run(row), ERR_OK);
	}
}

static struct account found(const char *name)
{
	struct account account;
	ck_assert_int_eq(accounts_find(&db, name, &account), ERR_OK);
	return account;
}

START_TEST(a_password_opens_its_own_account_and_no_other)
{
	struct account account;
	ck_assert_int_eq(try_once("Rana", "sesame sesame"), ERR_OK);
	ck_assert_int_eq(try_once("Vera", "sesame sesame"), ERR_LOCKED);
	ck_assert_int_eq(try_once("Rana", "sesame sesam"), ERR_LOCKED);
	ck_assert_int_eq(try_once("Rana", ""), ERR_LOCKED);
	ck_assert_int_eq(try_once("Nobody", "sesame sesame"), ERR_NO_FILE);
	ck_assert_int_eq(try_once("", "sesame sesame"), ERR_NO_FILE);
	ck_assert_int_eq(enter("Rana", &account), ERR_OK);
	ck_assert_int_eq(account.role, ROLE_ADMIN);
	ck_assert_str_eq(account.name, "Rana");
}
END_TEST

START_TEST(names_that_people_call_the_same_are_one)
{
	ck_assert_int_eq(add(" RANA ", ROLE_VIEWER, "other words here"), ERR_PERMISSION);
	ck_assert_int_eq(try_once("rana", "sesame sesame"), ERR_OK);
	ck_assert_int_eq(add("رَنا", ROLE_VIEWER, "other words here"), ERR_OK);
	ck_assert_int_eq(try_once("رنا", "other words here"), ERR_OK);
	ck_assert(!accounts_name_ok("") && !accounts_name_ok("   ") && !accounts_name_ok("\xff") && accounts_name_ok("سمير"));
}
END_TEST

START_TEST(wrong_passwords_wait_longer_and_longer_also_after_a_new_start)
{
	uint64_t wait_s = 0;
	for (unsigned i = 1; i < ACCOUNTS_TRIES; i++)
		ck_assert(try_at("Rana", "wrong", NOON, &wait_s) == ERR_LOCKED && wait_s == 0);
	ck_assert_int_eq(try_at("Rana", "wrong", NOON, &wait_s), ERR_LOCKED);
	ck_assert_uint_eq(wait_s, 10);
	/* What counts stands in the database, not in this process. */
	ck_assert_int_eq(try_at("Rana", "sesame sesame", NOON + 1, &wait_s), ERR_LOCKED);
	ck_assert_uint_eq(wait_s, 9);
	ck_assert_int_eq(try_at("Rana", "wrong", NOON + 10, &wait_s), ERR_LOCKED);
	ck_assert_int_eq(try_at("Rana", "sesame sesame", NOON + 15, &wait_s), ERR_LOCKED);
	ck_assert_uint_eq(wait_s, 15);
	ck_assert_int_eq(try_at("Rana", "sesame sesame", NOON + 30, &wait_s), ERR_OK);
	ck_assert(accounts_delay_s(10) == 320 && accounts_delay_s(11) == 600 && accounts_delay_s(UINT64_MAX) == 600);
	ck_assert_int_eq(try_at("Vera", "vera's own words", NOON, &wait_s), ERR_OK);
}
END_TEST

START_TEST(a_clock_set_back_locks_nobody_out_for_ever)
{
	uint64_t wait_s = 0;
	for (unsigned i = 0; i < ACCOUNTS_TRIES; i++)
		(void)try_at("Rana", "wrong", NOON + 86400, &wait_s);
	ck_assert_int_eq(try_at("Rana", "sesame sesame", NOON, &wait_s), ERR_OK);
}
END_TEST

START_TEST(a_right_password_ends_the_waiting_and_tells_how_many_were_wrong)
{
	struct account account;
	for (unsigned i = 0; i < 3; i++)
		(void)try_once("Rana", "wrong");
	ck_assert_int_eq(enter("Rana", &account), ERR_OK);
	ck_assert_uint_eq(account.failed, 3);
	ck_assert_uint_eq(found("Rana").failed, 0);
}
END_TEST

START_TEST(guesses_are_noted_once_also_at_names_that_are_not_there)
{
	struct account account;
	char seen[128] = "";
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(try_once("Rana", "wrong"), ERR_LOCKED);
	ck_assert_int_eq(try_once("Nobody", "wrong"), ERR_NO_FILE);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	enum err err;
	while ((err = accounts_guessed(&db, &account)) == ERR_OK)
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s%u;", account.name, (unsigned)(account.failed - account.noted));
	ck_assert_int_eq(err, ERR_NO_FILE);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert_msg(strcmp(seen, "Rana2;1;") == 0 || strcmp(seen, "1;Rana2;") == 0, "%s", seen);
}
END_TEST

START_TEST(whoever_writes_to_the_database_cannot_promote_themself)
{
	struct account account;
	/* Vera knows her own password, and puts the sealed half of Rana's row into hers. */
	swap(true, false);
	ck_assert_int_eq(enter("Vera", &account), ERR_DAMAGED);
	ck_assert_int_eq(enter("Rana", &account), ERR_DAMAGED);
}
END_TEST

START_TEST(nor_put_their_own_password_into_another_s_account)
{
	struct account account;
	swap(false, true);
	ck_assert_int_eq(try_once("Rana", "vera's own words"), ERR_LOCKED);
	ck_assert_int_eq(try_once("Vera", "sesame sesame"), ERR_LOCKED);
	ck_assert_int_eq(enter("Rana", &account), ERR_DAMAGED);
}
END_TEST

START_TEST(nor_swap_names)
{
	struct account account;
	swap(true, true);
	ck_assert_int_eq(try_once("Rana", "vera's own words"), ERR_LOCKED);
	ck_assert_int_eq(enter("Vera", &account), ERR_DAMAGED);
}
END_TEST

static bool current(const struct account *before, enum account_role role)
{
	bool is_current = false;
	struct seat seat = {.role = role, .stamp = before->stamp};
	strcpy(seat.name, before->name);
	ck_assert_int_eq(accounts_current(&db, &seat, &is_current), ERR_OK);
	return is_current;
}

static void save(struct account *account, bool fresh)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(accounts_save(&db, account, fresh), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(what_changes_an_account_ends_its_sessions)
{
	const struct account before = found("Vera");
	struct account account = before;
	ck_assert(current(&before, ROLE_VIEWER));
	ck_assert(!current(&before, ROLE_ADMIN));
	save(&account, false);
	ck_assert(current(&before, ROLE_VIEWER));
	save(&account, true);
	ck_assert(!current(&before, ROLE_VIEWER));
	ck_assert(current(&account, ROLE_VIEWER));
	account.locked = true;
	save(&account, false);
	ck_assert(!current(&account, ROLE_VIEWER));
	const struct account rana = found("Rana");
	struct account changed = rana;
	const struct passphrase fresh = words("quite other words");
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(accounts_password(&db, &changed, &fresh, &kept), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert(!current(&rana, ROLE_ADMIN));
	ck_assert_int_eq(try_once("Rana", "sesame sesame"), ERR_LOCKED);
	ck_assert_int_eq(try_once("Rana", "quite other words"), ERR_OK);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(accounts_remove(&db, "Rana"), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert(!current(&changed, ROLE_ADMIN));
}
END_TEST

START_TEST(a_locked_account_is_refused_and_unlocked_again)
{
	struct account account = found("Vera"), entered;
	account.locked = true;
	save(&account, true);
	ck_assert_int_eq(enter("Vera", &entered), ERR_LOCKED);
	account.locked = false;
	save(&account, true);
	ck_assert_int_eq(enter("Vera", &entered), ERR_OK);
}
END_TEST

START_TEST(a_row_that_costs_too_much_is_not_tried)
{
	uint64_t wait_s;
	/* Costs stand in the open: 4 GiB of memory would end the keeper. */
	uint8_t boxed[1024];
	size_t len = 0;
	struct sql_row *row = reliefdb_prepare_org(&db, "SELECT boxed FROM accounts WHERE org = ?");
	ck_assert_int_eq(sql_step(row), ERR_OK);
	const uint8_t *bytes = sql_get_blob(row, 0, &len);
	ck_assert(len > 24 && len <= sizeof(boxed));
	memcpy(boxed, bytes, len);
	sql_end(row);
	memset(boxed + 20, 0x3F, 4);
	row = reliefdb_prepare(&db, "UPDATE accounts SET boxed = ?");
	sql_blob(row, 1, boxed, len);
	ck_assert_int_eq(sql_run(row), ERR_OK);
	ck_assert_int_eq(try_at("Rana", "sesame sesame", NOON, &wait_s), ERR_LOCKED);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("accounts");
	TCase *tests = tcase_create("accounts");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, open_room, close_room);
	tcase_add_test(tests, a_password_opens_its_own_account_and_no_other);
	tcase_add_test(tests, names_that_people_call_the_same_are_one);
	tcase_add_test(tests, wrong_passwords_wait_longer_and_longer_also_after_a_new_start);
	tcase_add_test(tests, a_clock_set_back_locks_nobody_out_for_ever);
	tcase_add_test(tests, a_right_password_ends_the_waiting_and_tells_how_many_were_wrong);
	tcase_add_test(tests, guesses_are_noted_once_also_at_names_that_are_not_there);
	tcase_add_test(tests, whoever_writes_to_the_database_cannot_promote_themself);
	tcase_add_test(tests, nor_put_their_own_password_into_another_s_account);
	tcase_add_test(tests, nor_swap_names);
	tcase_add_test(tests, what_changes_an_account_ends_its_sessions);
	tcase_add_test(tests, a_locked_account_is_refused_and_unlocked_again);
	tcase_add_test(tests, a_row_that_costs_too_much_is_not_tried);
	suite_add_tcase(suite, tests);
	return suite;
}
