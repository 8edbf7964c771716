#include "node/post/store_inside.h"

#include "crypto/random.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY_SIZE = 8 + LETTER_CLASSES * (4 + 32) + 8 + 4 + 8 + 8, HOUR_MS = 3600000 };

/* Page size 8192: fifteen 512-byte letters fill a page with little left over. */
static const char setup_sql[] = "PRAGMA page_size = 8192;"
				"PRAGMA journal_mode = WAL;"
				"PRAGMA synchronous = FULL;"
				"PRAGMA secure_delete = ON;"
				"PRAGMA cell_size_check = ON;"
				"PRAGMA trusted_schema = OFF;"
				"PRAGMA mmap_size = 0;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA cache_size = -4096;"
				"PRAGMA journal_size_limit = 16777216;"
				"PRAGMA wal_autocheckpoint = 2000;"; /* 16 MB: a page that changes often is copied back seldom */

static const char schema_sql[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE meta (identity INTEGER NOT NULL, secret BLOB NOT NULL, summary BLOB NOT NULL);"
	"CREATE TABLE letters (seq INTEGER PRIMARY KEY, key INTEGER NOT NULL, rank INTEGER NOT NULL, day INTEGER NOT NULL, expires INTEGER NOT NULL, "
	"body BLOB NOT NULL);"
	"CREATE INDEX letters_by_key ON letters (key);"
	"CREATE INDEX letters_in_order ON letters (rank, day, key);"
	"CREATE INDEX letters_by_expiry ON letters (expires);"
	"CREATE TABLE known (key INTEGER PRIMARY KEY, expires INTEGER NOT NULL, tag BLOB NOT NULL, commitment BLOB NOT NULL, receipted INTEGER NOT "
	"NULL);"
	"CREATE INDEX known_by_expiry ON known (expires);"
	"CREATE TABLE latest (topic INTEGER PRIMARY KEY, number INTEGER NOT NULL, tag BLOB NOT NULL, expires INTEGER NOT NULL);"
	"CREATE INDEX latest_by_expiry ON latest (expires);"
	"CREATE TABLE handed (key INTEGER PRIMARY KEY, copies INTEGER NOT NULL, first_at INTEGER NOT NULL, gateway_at INTEGER NOT NULL);"
	"PRAGMA user_version = 1;";

static const char *const statement_sql[STORE_STATEMENT_COUNT] = {
#define STORE_SQL(name, sql) [STORE_##name] = sql,
	STORE_STATEMENTS(STORE_SQL)
#undef STORE_SQL
};

static enum err err_of_sqlite(int code)
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

static enum err run_script(sqlite3 *db, const char *sql)
{
	return err_of_sqlite(sqlite3_exec(db, sql, NULL, NULL, NULL));
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
		store->error = err_of_sqlite(code);
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

static void summary_encode(const struct store_summary *summary, uint8_t out[static SUMMARY_SIZE])
{
	struct writer writer = writer_of(out, SUMMARY_SIZE);
	write_u64(&writer, summary->bytes);
	for (size_t i = 0; i < LETTER_CLASSES; i++) {
		write_u32(&writer, summary->count[i]);
		for (size_t lane = 0; lane < 4; lane++)
			write_u64(&writer, summary->sum[i][lane]);
	}
	write_u64(&writer, summary->next_seq);
	write_u32(&writer, summary->known);
	write_u64(&writer, summary->open_ms);
	write_u64(&writer, summary->gateway_last);
	assert(writer_ok(&writer) && writer.len == SUMMARY_SIZE);
}

static bool summary_decode(struct store_summary *summary, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	summary->bytes = read_u64(&reader);
	for (size_t i = 0; i < LETTER_CLASSES; i++) {
		summary->count[i] = read_u32(&reader);
		for (size_t lane = 0; lane < 4; lane++)
			summary->sum[i][lane] = read_u64(&reader);
	}
	summary->next_seq = read_u64(&reader);
	summary->known = read_u32(&reader);
	summary->open_ms = read_u64(&reader);
	summary->gateway_last = read_u64(&reader);
	return reader_done(&reader) && summary->next_seq > 0;
}

static enum err make_schema(struct store *store)
{
	enum err err = run_script(store->db, schema_sql);
	if (err != ERR_OK)
		return err;
	uint8_t blob[SUMMARY_SIZE];
	random_fill(store->secret, sizeof(store->secret));
	random_fill(&store->identity, sizeof(store->identity));
	store->summary = (struct store_summary){.next_seq = 1};
	summary_encode(&store->summary, blob);
	sqlite3_stmt *insert;
	int code = sqlite3_prepare_v2(store->db, "INSERT INTO meta VALUES (?1, ?2, ?3)", -1, &insert, NULL);
	if (code != SQLITE_OK)
		return err_of_sqlite(code);
	store_bind_u64(insert, 1, store->identity);
	(void)sqlite3_bind_blob(insert, 2, store->secret, sizeof(store->secret), SQLITE_STATIC);
	(void)sqlite3_bind_blob(insert, 3, blob, sizeof(blob), SQLITE_STATIC);
	code = sqlite3_step(insert);
	(void)sqlite3_finalize(insert); /* says again what step said */
	if (code != SQLITE_DONE)
		return err_of_sqlite(code);
	return run_script(store->db, "COMMIT");
}

static enum err load_meta(struct store *store)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(store->db, "SELECT identity, secret, summary FROM meta", -1, &select, NULL);
	if (code != SQLITE_OK)
		return err_of_sqlite(code);
	enum err err = ERR_DAMAGED;
	code = sqlite3_step(select);
	if (code == SQLITE_ROW && sqlite3_column_bytes(select, 1) == SHORTHASH_KEY_SIZE) {
		store->identity = (uint64_t)sqlite3_column_int64(select, 0);
		memcpy(store->secret, sqlite3_column_blob(select, 1), SHORTHASH_KEY_SIZE);
		if (summary_decode(&store->summary, sqlite3_column_blob(select, 2), (size_t)sqlite3_column_bytes(select, 2)))
			err = ERR_OK;
	} else if (code != SQLITE_ROW && code != SQLITE_DONE) {
		err = err_of_sqlite(code);
	}
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return err;
}

static enum err read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &select, NULL);
	if (code != SQLITE_OK)
		return err_of_sqlite(code);
	code = sqlite3_step(select);
	*version = code == SQLITE_ROW ? sqlite3_column_int(select, 0) : 0;
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return code == SQLITE_ROW ? ERR_OK : err_of_sqlite(code);
}

static enum err prepare_all(struct store *store)
{
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++) {
		int code = sqlite3_prepare_v3(store->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL);
		if (code == SQLITE_ERROR)
			return ERR_DAMAGED; /* a table is not as we make it */
		if (code != SQLITE_OK)
			return err_of_sqlite(code);
	}
	return ERR_OK;
}

static enum err open_inside(struct store *store, const char *path)
{
	int code = sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return err_of_sqlite(code);
	(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL); /* defence in depth: an old library may not know it */
	/* Before the file is first read: a store that one process has for itself needs no shared memory file. */
	enum err err = run_script(store->db, "PRAGMA locking_mode = EXCLUSIVE");
	if (err != ERR_OK)
		return err;
	int version;
	err = read_version(store->db, &version);
	if (err != ERR_OK)
		return err;
	if (version > STORE_VERSION)
		return ERR_NEWER;
	err = run_script(store->db, setup_sql);
	if (err != ERR_OK)
		return err;
	err = version == 0 ? make_schema(store) : load_meta(store);
	return err != ERR_OK ? err : prepare_all(store);
}

enum err store_open(struct store **out, const char *path, uint64_t boot_ms)
{
	*out = NULL;
	struct store *store = calloc(1, sizeof(*store));
	if (store == NULL)
		return ERR_MEMORY;
	enum err err = open_inside(store, path);
	if (err != ERR_OK) {
		store_close(store);
		return err;
	}
	store->committed = store->summary;
	store->opened_boot_ms = boot_ms;
	store->opened_ms = store->summary.open_ms;
	*out = store;
	return ERR_OK;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++)
		(void)sqlite3_finalize(store->statements[i]); /* says again what its last step said */
	(void)sqlite3_close(store->db);                       /* every statement is gone: it cannot refuse */
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
	if (!store->in_transaction || store->error != ERR_OK)
		return store->error;
	store->summary.open_ms = open_ms(store, boot_ms);
	uint8_t blob[SUMMARY_SIZE];
	summary_encode(&store->summary, blob);
	sqlite3_stmt *save = store_statement(store, STORE_SAVE);
	(void)sqlite3_bind_blob(save, 1, blob, sizeof(blob), SQLITE_TRANSIENT); /* no memory: the column is NULL and its constraint fails the step */
	store_run(store, save);
	if (store->error == ERR_OK)
		store_run(store, store_statement(store, STORE_COMMIT));
	if (store->error != ERR_OK)
		return store->error;
	store->in_transaction = false;
	store->committed = store->summary;
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
}

const struct store_summary *store_summary(const struct store *store)
{
	return &store->summary;
}

uint64_t store_identity(const struct store *store)
{
	return store->identity;
}

uint32_t store_hour(const struct store *store, uint64_t boot_ms)
{
	return (uint32_t)(open_ms(store, boot_ms) / HOUR_MS);
}

uint64_t store_key(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	return shorthash(store->secret, tag, LETTER_TAG_SIZE);
}
