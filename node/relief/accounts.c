#include "node/relief/accounts.h"

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/safebox.h"
#include "crypto/wipe.h"
#include "node/desk/text.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_VERSION = 1, KEY_LEN = 16, FOLDED_MAX = 512, BOXED_SIZE = sizeof(struct safebox) + PASSBOX_OVER, BOXED_DIGEST = 32, ROW_MAX = 256 };

static const char columns[] = "SELECT name, sealed, boxed, failed, locked_until FROM accounts WHERE org = ?";

bool accounts_name_ok(const char *name)
{
	char folded[FOLDED_MAX];
	size_t len = strlen(name);
	if (len == 0 || len > SEAT_NAME_MAX || !text_utf8_ok(name, len))
		return false;
	text_fold(name, folded, sizeof(folded));
	return folded[0] != '\0';
}

/* What a row goes by: a listing of the table names nobody. "": the row of nobody. */
static void row_key(const struct reliefdb *db, const char *name, uint8_t key[static KEY_LEN])
{
	char folded[FOLDED_MAX] = "";
	struct digest digest;
	if (name[0] != '\0')
		text_fold(name, folded, sizeof(folded));
	digest_start(&digest, "barid-account-v1", KEY_LEN);
	digest_add(&digest, db->org, sizeof(db->org));
	digest_add(&digest, folded, strlen(folded));
	digest_end(&digest, key);
}

/* As read from the table. */
struct row {
	uint8_t key[KEY_LEN], boxed[BOXED_SIZE];
	struct account account;
};

static size_t encode(const struct row *row, uint8_t out[static ROW_MAX])
{
	const struct account *account = &row->account;
	uint8_t boxed[BOXED_DIGEST];
	struct writer writer = writer_of(out, ROW_MAX);
	digest_of("barid-account-box-v1", row->boxed, sizeof(row->boxed), boxed, sizeof(boxed));
	write_u8(&writer, ROW_VERSION);
	write_u8(&writer, (uint8_t)account->role);
	write_u8(&writer, account->locked);
	write_u64(&writer, account->made_at);
	write_u64(&writer, account->changed_at);
	write_u64(&writer, account->noted);
	write_bytes(&writer, account->stamp, ACCOUNT_STAMP);
	write_bytes(&writer, boxed, sizeof(boxed));
	write_u8(&writer, (uint8_t)strlen(account->name));
	write_bytes(&writer, account->name, strlen(account->name));
	assert(writer_ok(&writer));
	return writer.len;
}

/* The row of nobody has no name and no role. */
static bool decode(const uint8_t *bytes, size_t len, struct row *row)
{
	struct account *account = &row->account;
	uint8_t boxed[BOXED_DIGEST], expected[BOXED_DIGEST];
	struct reader reader = reader_of(bytes, len);
	bool version_ok = read_u8(&reader) == ROW_VERSION;
	uint8_t role = read_u8(&reader), locked = read_u8(&reader);
	account->made_at = read_u64(&reader);
	account->changed_at = read_u64(&reader);
	account->noted = read_u64(&reader);
	read_bytes(&reader, account->stamp, ACCOUNT_STAMP);
	read_bytes(&reader, boxed, sizeof(boxed));
	uint8_t name_len = read_u8(&reader);
	if (!version_ok || role >= ROLES_END || locked > 1 || name_len > SEAT_NAME_MAX)
		return false;
	read_bytes(&reader, account->name, name_len);
	account->name[name_len] = '\0';
	account->role = (enum account_role)role;
	account->locked = locked == 1;
	digest_of("barid-account-box-v1", row->boxed, sizeof(row->boxed), expected, sizeof(expected));
	return reader_done(&reader) && memcmp(boxed, expected, sizeof(boxed)) == 0 && (role == 0) == (name_len == 0);
}

/* What can be read without the key. */
static bool read_open(const struct sql_row *found, struct row *row)
{
	size_t key_len, boxed_len;
	const uint8_t *key = sql_get_blob(found, 0, &key_len), *boxed = sql_get_blob(found, 2, &boxed_len);
	if (key_len != KEY_LEN || boxed_len != BOXED_SIZE)
		return false;
	memcpy(row->key, key, KEY_LEN);
	memcpy(row->boxed, boxed, BOXED_SIZE);
	row->account.failed = (uint64_t)sql_get_int(found, 3);
	row->account.locked_until = (uint64_t)sql_get_int(found, 4);
	return true;
}

static bool read_whole(struct reliefdb *db, const struct sql_row *found, struct row *row)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	*row = (struct row){0};
	if (!read_open(found, row))
		return false;
	struct row_context context = row_context("account", row->key, KEY_LEN);
	return reliefdb_unseal(db, &context, found, 1, plain, &len) && decode(plain, len, row);
}

/* sealed: false where nobody has the key. */
static enum err find_row(struct reliefdb *db, const char *name, bool sealed, struct row *row)
{
	uint8_t key[KEY_LEN];
	*row = (struct row){0};
	row_key(db, name, key);
	struct sql_row *found = reliefdb_prepare_org(db, "SELECT name, sealed, boxed, failed, locked_until FROM accounts WHERE org = ? AND name = ?");
	sql_blob(found, 2, key, sizeof(key));
	enum err err = sql_step(found);
	if (err == ERR_OK && !(sealed ? read_whole(db, found, row) : read_open(found, row)))
		err = ERR_DAMAGED;
	sql_end(found);
	return err;
}

enum err accounts_find(struct reliefdb *db, const char *name, struct account *out)
{
	struct row row;
	enum err err = accounts_name_ok(name) ? find_row(db, name, true, &row) : ERR_NO_FILE;
	if (err == ERR_OK)
		*out = row.account;
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct account *)a)->name, ((const struct account *)b)->name);
}

enum err accounts_list(struct reliefdb *db, struct account **list, size_t *n)
{
	struct row row;
	*n = 0;
	*list = calloc(ACCOUNTS_MAX, sizeof(**list));
	if (*list == NULL)
		return ERR_MEMORY;
	struct sql_row *found = reliefdb_prepare_org(db, columns);
	enum err err;
	while ((err = sql_step(found)) == ERR_OK && *n < ACCOUNTS_MAX) {
		if (!read_whole(db, found, &row)) {
			err = ERR_DAMAGED;
			break;
		}
		if (row.account.name[0] != '\0')
			(*list)[(*n)++] = row.account;
	}
	sql_end(found);
	if (err == ERR_NO_FILE || err == ERR_OK) {
		qsort(*list, *n, sizeof(**list), by_name);
		return ERR_OK;
	}
	free(*list);
	*list = NULL;
	return err;
}

static enum err write_row(struct reliefdb *db, const struct row *row)
{
	uint8_t plain[ROW_MAX], sealed[ROW_MAX + RELIEFDB_SEAL];
	struct row_context context = row_context("account", row->key, KEY_LEN);
	size_t len = encode(row, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	struct sql_row *put = reliefdb_prepare_org(
		db,
		"INSERT INTO accounts(org, name, sealed, boxed, failed, locked_until) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(org, name) DO UPDATE SET "
		"sealed = excluded.sealed, boxed = excluded.boxed, failed = excluded.failed, locked_until = excluded.locked_until");
	sql_blob(put, 2, row->key, KEY_LEN);
	sql_blob(put, 3, sealed, len + RELIEFDB_SEAL);
	sql_blob(put, 4, row->boxed, BOXED_SIZE);
	sql_int(put, 5, (int64_t)row->account.failed);
	sql_int(put, 6, (int64_t)row->account.locked_until);
	enum err err = sql_run(put);
	wipe(plain, sizeof(plain));
	return err;
}

static enum err close_box(struct row *row, const struct passphrase *password, const struct safebox *kept)
{
	const struct passbox_words words = {password->bytes, password->len, row->key, KEY_LEN};
	enum safebox_result result = passbox_close(&words, safebox_cost_default(), (const uint8_t *)kept, sizeof(*kept), row->boxed);
	return result == SAFEBOX_OK ? ERR_OK : ERR_MEMORY;
}

/* A row that no password opens, so that a wrong name costs what a wrong password does. */
static enum err make_nobody(struct reliefdb *db)
{
	struct row row;
	struct safebox nothing = {.head = {0}};
	struct passphrase chance = {.len = 32};
	enum err err = find_row(db, "", true, &row);
	if (err != ERR_NO_FILE)
		return err;
	row_key(db, "", row.key);
	key_random((uint8_t *)chance.bytes, chance.len);
	err = close_box(&row, &chance, &nothing);
	wipe(&chance, sizeof(chance));
	return err == ERR_OK ? write_row(db, &row) : err;
}

enum err accounts_add(struct reliefdb *db, struct account *account, const struct passphrase *password, const struct safebox *kept)
{
	struct row row;
	int64_t rows = 0;
	assert(accounts_name_ok(account->name));
	enum err err = find_row(db, account->name, true, &row);
	if (err == ERR_OK)
		return ERR_PERMISSION;
	if (err == ERR_NO_FILE)
		err = reliefdb_number(db, "SELECT count(*) FROM accounts WHERE org = ?", &rows);
	if (err == ERR_OK && rows >= ACCOUNTS_MAX)
		return ERR_FULL;
	if (err == ERR_OK)
		err = make_nobody(db);
	if (err != ERR_OK)
		return err;
	key_random(account->stamp, sizeof(account->stamp));
	row = (struct row){.account = *account};
	row_key(db, account->name, row.key);
	err = close_box(&row, password, kept);
	return err == ERR_OK ? write_row(db, &row) : err;
}

enum err accounts_save(struct reliefdb *db, struct account *account, bool fresh)
{
	struct row row;
	enum err err = find_row(db, account->name, true, &row);
	if (err != ERR_OK)
		return err;
	if (fresh)
		key_random(account->stamp, sizeof(account->stamp));
	row.account = *account;
	return write_row(db, &row);
}

enum err accounts_password(struct reliefdb *db, struct account *account, const struct passphrase *password, const struct safebox *kept)
{
	struct row row;
	enum err err = find_row(db, account->name, true, &row);
	if (err == ERR_OK)
		err = close_box(&row, password, kept);
	if (err != ERR_OK)
		return err;
	key_random(account->stamp, sizeof(account->stamp));
	account->failed = account->noted = account->locked_until = 0;
	row.account = *account;
	return write_row(db, &row);
}

enum err accounts_remove(struct reliefdb *db, const char *name)
{
	uint8_t key[KEY_LEN];
	row_key(db, name, key);
	struct sql_row *gone = reliefdb_prepare_org(db, "DELETE FROM accounts WHERE org = ? AND name = ?");
	sql_blob(gone, 2, key, sizeof(key));
	return sql_run(gone);
}

uint64_t accounts_delay_s(uint64_t wrong)
{
	uint64_t wait_s = wrong < ACCOUNTS_TRIES ? 0 : ACCOUNTS_WAIT_FIRST_S;
	for (uint64_t i = ACCOUNTS_TRIES; i < wrong && wait_s < ACCOUNTS_WAIT_MAX_S; i++)
		wait_s *= 2;
	return wait_s < ACCOUNTS_WAIT_MAX_S ? wait_s : ACCOUNTS_WAIT_MAX_S;
}

/* A wrong password more. One statement, since nobody has the key and so nobody's turn is asked for. */
static enum err count_wrong(struct reliefdb *db, const struct row *row, uint64_t now, uint64_t wait_s)
{
	struct sql_row *put = reliefdb_prepare(db, "UPDATE accounts SET failed = accounts.failed + 1, locked_until = ? WHERE org = ? AND name = ?");
	sql_int(put, 1, (int64_t)(now + wait_s));
	sql_blob(put, 2, db->org, sizeof(db->org));
	sql_blob(put, 3, row->key, KEY_LEN);
	return sql_run(put);
}

enum err accounts_try(struct reliefdb *db, const char *name, const struct passphrase *password, uint64_t now, struct safebox *kept, uint64_t *wait_s)
{
	struct row row;
	*wait_s = 0;
	enum err err = accounts_name_ok(name) ? find_row(db, name, false, &row) : ERR_NO_FILE;
	bool nobody = err == ERR_NO_FILE;
	if (nobody)
		err = find_row(db, "", false, &row);
	if (err == ERR_NO_FILE)
		return ERR_NO_FILE; /* there are no accounts at all */
	if (err != ERR_OK)
		return err;
	/* A clock that was set back must not lock anybody out for longer than the longest wait. Nobody's row counts what is tried, and makes no two
	 * wrong names wait for each other: the keeper does that, name by name. */
	uint64_t until = row.account.locked_until;
	if (!nobody && until > now && until <= now + ACCOUNTS_WAIT_MAX_S) {
		*wait_s = until - now;
		return ERR_LOCKED;
	}
	const struct passbox_words words = {password->bytes, password->len, row.key, KEY_LEN};
	enum safebox_result result = passbox_open(&words, row.boxed, sizeof(row.boxed), (uint8_t *)kept);
	if (result == SAFEBOX_OK && !nobody)
		return ERR_OK;
	wipe(kept, sizeof(*kept));
	if (result == SAFEBOX_NO_MEMORY)
		return ERR_MEMORY;
	uint64_t next_s = accounts_delay_s(row.account.failed + 1);
	err = count_wrong(db, &row, now, next_s);
	if (err != ERR_OK || nobody)
		return err == ERR_OK ? ERR_NO_FILE : err;
	*wait_s = next_s;
	return ERR_LOCKED;
}

enum err accounts_enter(struct reliefdb *db, const char *name, struct account *out)
{
	struct row row;
	enum err err = find_row(db, name, true, &row);
	if (err != ERR_OK)
		return err == ERR_NO_FILE ? ERR_LOCKED : err;
	*out = row.account;
	if (row.account.locked)
		return ERR_LOCKED;
	if (row.account.failed == 0)
		return ERR_OK;
	row.account.failed = row.account.noted = row.account.locked_until = 0;
	return write_row(db, &row);
}

enum err accounts_current(struct reliefdb *db, const struct seat *seat, bool *current)
{
	struct account account;
	*current = false;
	enum err err = accounts_find(db, seat->name, &account);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	*current = err == ERR_OK && !account.locked && account.role == seat->role && memcmp(account.stamp, seat->stamp, ACCOUNT_STAMP) == 0;
	return err;
}

enum err accounts_guessed(struct reliefdb *db, struct account *out)
{
	struct row row = {.key = {0}};
	bool found = false;
	struct sql_row *each = reliefdb_prepare_org(db, columns);
	enum err err;
	while (!found && (err = sql_step(each)) == ERR_OK) {
		if (!read_whole(db, each, &row))
			err = ERR_DAMAGED;
		if (err != ERR_OK)
			break;
		found = row.account.failed > row.account.noted;
	}
	sql_end(each);
	if (!found)
		return err;
	*out = row.account;
	row.account.noted = row.account.failed;
	return write_row(db, &row);
}
