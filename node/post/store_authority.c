#include "node/post/store_authority.h"

#include "node/post/store_inside.h"

#include <string.h>

/* Everything a table holds, read when the store opens or a turn is taken back. NULL: the turn has failed. */
static sqlite3_stmt *select_all(struct store *store, const char *sql)
{
	sqlite3_stmt *select = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &select, NULL);
	if (code != SQLITE_OK && store->error == ERR_OK)
		store->error = store_err_of_sqlite(code);
	return select;
}

static bool blob_column(sqlite3_stmt *row, int column, void *out, size_t len)
{
	const void *blob = sqlite3_column_blob(row, column);
	if (blob == NULL || (size_t)sqlite3_column_bytes(row, column) != len)
		return false; /* the disk has changed it; it is forgotten when its time comes */
	memcpy(out, blob, len);
	return true;
}

size_t store_trusted(struct store *store, struct store_trusted *out, size_t cap)
{
	size_t n = 0;
	sqlite3_stmt *select = select_all(store, "SELECT key, number, issued, expires FROM trusted");
	while (select != NULL && n < cap && store_row(store, select)) {
		if (!blob_column(select, 0, out[n].signing, SIGN_KEY_SIZE))
			continue;
		out[n].number = (uint16_t)sqlite3_column_int(select, 1);
		out[n].issued = (uint32_t)sqlite3_column_int64(select, 2);
		out[n++].expires = (uint32_t)sqlite3_column_int64(select, 3);
	}
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return n;
}

size_t store_revoked(struct store *store, struct revocation_entry *out, size_t cap)
{
	size_t n = 0;
	sqlite3_stmt *select = select_all(store, "SELECT secret, day FROM revoked");
	while (select != NULL && n < cap && store_row(store, select)) {
		if (blob_column(select, 0, out[n].secret, LINKAGE_SEED_SIZE))
			out[n++].day = (uint16_t)sqlite3_column_int(select, 1);
	}
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return n;
}

void store_trust(struct store *store, const struct store_trusted *trusted)
{
	if (!store_begin(store))
		return;
	sqlite3_stmt *statement = store_statement(store, STORE_TRUST);
	(void)sqlite3_bind_blob(statement, 1, trusted->signing, SIGN_KEY_SIZE, SQLITE_STATIC); /* cannot fail without a copy */
	store_bind_u64(statement, 2, trusted->number);
	store_bind_u64(statement, 3, trusted->issued);
	store_bind_u64(statement, 4, trusted->expires);
	store_run(store, statement);
}

void store_revoke(struct store *store, const struct revocation_entry *entry, uint32_t expires)
{
	if (!store_begin(store))
		return;
	sqlite3_stmt *statement = store_statement(store, STORE_REVOKE);
	(void)sqlite3_bind_blob(statement, 1, entry->secret, LINKAGE_SEED_SIZE, SQLITE_STATIC); /* cannot fail without a copy */
	store_bind_u64(statement, 2, entry->day);
	store_bind_u64(statement, 3, expires);
	store_run(store, statement);
}

static uint64_t ticket_key(const struct store *store, const uint8_t key[static SIGN_KEY_SIZE])
{
	return shorthash(store->secret, key, SIGN_KEY_SIZE);
}

bool store_spent(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], uint8_t tag[static LETTER_TAG_SIZE])
{
	sqlite3_stmt *statement = store_statement(store, STORE_SPENT);
	store_bind_u64(statement, 1, ticket_key(store, key));
	if (!store_row(store, statement))
		return false;
	bool whole = blob_column(statement, 0, tag, LETTER_TAG_SIZE);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return whole;
}

void store_spend(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	if (!store_begin(store))
		return;
	sqlite3_stmt *statement = store_statement(store, STORE_SPEND);
	store_bind_u64(statement, 1, ticket_key(store, key));
	(void)sqlite3_bind_blob(statement, 2, tag, LETTER_TAG_SIZE, SQLITE_STATIC); /* cannot fail without a copy */
	store_bind_u64(statement, 3, expires);
	store_run(store, statement);
}

bool store_forget_authority(struct store *store, uint32_t hour)
{
	static const enum store_statement all[] = {STORE_FORGET_TRUSTED, STORE_FORGET_REVOKED, STORE_FORGET_SPENT};
	int gone = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && store_begin(store); i++) {
		sqlite3_stmt *statement = store_statement(store, all[i]);
		store_bind_u64(statement, 1, hour);
		store_run(store, statement);
		gone += sqlite3_changes(store->db);
	}
	return gone > 0;
}
