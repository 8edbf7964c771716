#include "node/post/store_inside.h"

#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000 };

enum err store_err_of_sqlite(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ERR_PERMISSION;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_DAMAGED;
	}
	return ERR_IO;
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement which)
{
	return store->statements[which];
}

void store_bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
	int64_t stored;
	memcpy(&stored, &value, sizeof(stored));
	(void)sqlite3_bind_int64(statement, index, stored); /* fails only for an index that is not in the SQL */
}

bool store_row(struct store *store, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return true;
	(void)sqlite3_reset(statement); /* says again what step said */
	if (code != SQLITE_DONE && store->error == ERR_OK)
		store->error = store_err_of_sqlite(code);
	return false;
}

void store_run(struct store *store, sqlite3_stmt *statement)
{
	bool row = store_row(store, statement);
	assert(!row);
}

bool store_begin(struct store *store)
{
	if (store->error != ERR_OK)
		return false;
	if (!store->in_transaction) {
		store_run(store, store_statement(store, STORE_BEGIN));
		store->in_transaction = store->error == ERR_OK;
	}
	return store->in_transaction;
}

void store_summary_encode(const struct store_summary *summary, uint8_t out[static STORE_SUMMARY_SIZE])
{
	struct writer writer = writer_of(out, STORE_SUMMARY_SIZE);
	write_u64(&writer, summary->next_seq);
	write_u64(&writer, summary->open_ms);
	write_u64(&writer, summary->gateway_last);
	assert(writer_ok(&writer) && writer.len == STORE_SUMMARY_SIZE);
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++)
		(void)sqlite3_finalize(store->statements[i]); /* says again what its last step said */
	(void)sqlite3_close(store->db);                       /* every statement is gone: it cannot refuse */
	catalogue_free(store->catalogue);
	free(store);
}

bool store_dirty(const struct store *store)
{
	return store->in_transaction;
}

enum err store_error(const struct store *store)
{
	return store->error;
}

static uint64_t open_ms(const struct store *store, uint64_t boot_ms)
{
	return store->opened_ms + (boot_ms > store->opened_boot_ms ? boot_ms - store->opened_boot_ms : 0);
}

enum err store_commit(struct store *store, uint64_t boot_ms)
{
	if (store->error != ERR_OK)
		return store->error;
	if (!store->in_transaction) {
		catalogue_keep(store->catalogue); /* what was refused is in memory only */
		return ERR_OK;
	}
	store->summary.open_ms = open_ms(store, boot_ms);
	uint8_t blob[STORE_SUMMARY_SIZE];
	store_summary_encode(&store->summary, blob);
	sqlite3_stmt *save = store_statement(store, STORE_SAVE);
	(void)sqlite3_bind_blob(save, 1, blob, sizeof(blob), SQLITE_TRANSIENT); /* no memory: the column is NULL and its constraint fails the step */
	store_run(store, save);
	if (store->error == ERR_OK)
		store_run(store, store_statement(store, STORE_COMMIT));
	if (store->error != ERR_OK)
		return store->error;
	store->in_transaction = false;
	store->committed = store->summary;
	store->latest_committed = store->latest_count;
	catalogue_keep(store->catalogue);
	return ERR_OK;
}

void store_rollback(struct store *store)
{
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++)
		(void)sqlite3_reset(store->statements[i]); /* the error is already kept */
	store->error = ERR_OK;
	if (!sqlite3_get_autocommit(store->db))
		store_run(store, store_statement(store, STORE_ROLLBACK));
	store->in_transaction = false;
	store->summary = store->committed;
	store->latest_count = store->latest_committed;
	catalogue_undo(store->catalogue);
}

struct catalogue *store_catalogue(struct store *store)
{
	return store->catalogue;
}

const struct store_summary *store_summary(const struct store *store)
{
	return &store->summary;
}

uint64_t store_identity(const struct store *store)
{
	return store->identity;
}

uint32_t store_rotten(const struct store *store)
{
	return store->rotten;
}

uint32_t store_hour(const struct store *store, uint64_t boot_ms)
{
	return (uint32_t)(open_ms(store, boot_ms) / HOUR_MS);
}

uint64_t store_key(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	return shorthash(store->secret, tag, LETTER_TAG_SIZE);
}
