#include "node/post/shelf_sqlite_inside.h"

#include "node/post/catalogue.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Page size 8192: fifteen 512-byte letters fill a page with little left over. */
static const char setup_sql[] = "PRAGMA page_size = 8192;"
				"PRAGMA journal_mode = WAL;"
				"PRAGMA synchronous = FULL;"
				"PRAGMA secure_delete = ON;"
				"PRAGMA cell_size_check = ON;"
				"PRAGMA trusted_schema = OFF;"
				"PRAGMA mmap_size = 0;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA cache_size = -3072;"
				"PRAGMA journal_size_limit = 16777216;"
				"PRAGMA wal_autocheckpoint = 2000;"; /* 16 MB: a page that changes often is copied back seldom */

/* Organisations believed, secrets revoked, tickets spent. */
#define AUTHORITY_TABLES \
	"CREATE TABLE trusted (key BLOB PRIMARY KEY, number INTEGER NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL) " \
	"WITHOUT ROWID;" \
	"CREATE INDEX trusted_by_expiry ON trusted (expires);" \
	"CREATE TABLE revoked (secret BLOB PRIMARY KEY, day INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;" \
	"CREATE INDEX revoked_by_expiry ON revoked (expires);" \
	"CREATE TABLE spent (key INTEGER PRIMARY KEY, tag BLOB NOT NULL, expires INTEGER NOT NULL);" \
	"CREATE INDEX spent_by_expiry ON spent (expires);"

static const char schema_sql[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE meta (identity INTEGER NOT NULL, secret BLOB NOT NULL, summary BLOB NOT NULL);"
	"CREATE TABLE letters (seq INTEGER PRIMARY KEY, expires INTEGER NOT NULL, body BLOB NOT NULL, standing INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX letters_by_expiry ON letters (expires);"
	"CREATE TABLE known (key INTEGER PRIMARY KEY, expires INTEGER NOT NULL, tag BLOB NOT NULL, commitment BLOB NOT NULL, receipted INTEGER NOT "
	"NULL, rank INTEGER NOT NULL, day INTEGER NOT NULL);"
	"CREATE INDEX known_by_expiry ON known (expires);"
	"CREATE TABLE latest (topic INTEGER PRIMARY KEY, number INTEGER NOT NULL, tag BLOB NOT NULL, expires INTEGER NOT NULL);"
	"CREATE INDEX latest_by_expiry ON latest (expires);"
	"CREATE TABLE handed (key INTEGER PRIMARY KEY, copies INTEGER NOT NULL, first_at INTEGER NOT NULL, gateway_at INTEGER NOT "
	"NULL);" AUTHORITY_TABLES "PRAGMA user_version = 3;";

/* From version 1, which had indexes by key and in order, and more in its summary: bytes, counts and sums of four classes, next_seq at byte 152, the
 * number of known ids, open_ms at byte 164, gateway_last. Rank and day of what is only known were not kept: zero. */
static const char from_1_sql[] = "CREATE TABLE moved (seq INTEGER PRIMARY KEY, expires INTEGER NOT NULL, body BLOB NOT NULL);"
				 "INSERT INTO moved (seq, expires, body) SELECT seq, expires, body FROM letters ORDER BY seq;"
				 "DROP TABLE letters;"
				 "ALTER TABLE moved RENAME TO letters;"
				 "CREATE INDEX letters_by_expiry ON letters (expires);"
				 "ALTER TABLE known ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;"
				 "ALTER TABLE known ADD COLUMN day INTEGER NOT NULL DEFAULT 0;"
				 "UPDATE meta SET summary = CAST(substr(summary, 153, 8) || substr(summary, 165, 16) AS BLOB);";

/* From version 2, which believed nobody: every letter is unproven until somebody is named. Its ranks were class * 16 + kind * 4 + (3 - bucket), kinds
 * SEALED, NOTICE, RECEIPTS, CONTROL. */
static const char from_2_sql[] =
	"ALTER TABLE letters ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;"
	"UPDATE known SET day = 0, rank = CASE rank / 16 WHEN 0 THEN 0 WHEN 3 THEN 32 ELSE 16 END + rank % 4 + 4 * "
	"CASE WHEN rank / 16 = 2 THEN 2 + (rank % 16 >= 4) WHEN rank % 16 / 4 = 2 AND rank / 16 <> 1 THEN 2 ELSE rank % 16 >= 4 END;" AUTHORITY_TABLES
	"PRAGMA user_version = 3;";

static const char *const statement_sql[SHELF_STATEMENT_COUNT] = {
#define SHELF_SQL(name, sql) [SHELF_##name] = sql,
	SHELF_STATEMENTS(SHELF_SQL)
#undef SHELF_SQL
};

static enum err run_script(sqlite3 *db, const char *sql)
{
	return shelf_err_of_sqlite(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

void shelf_summary_encode(const struct shelf_summary *summary, uint8_t out[static SHELF_SUMMARY_SIZE])
{
	struct writer writer = writer_of(out, SHELF_SUMMARY_SIZE);
	write_u64(&writer, summary->next_seq);
	write_u64(&writer, summary->open_ms);
	write_u64(&writer, summary->gateway_last);
	assert(writer_ok(&writer) && writer.len == SHELF_SUMMARY_SIZE);
}

static bool summary_decode(struct shelf_summary *summary, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	summary->next_seq = read_u64(&reader);
	summary->open_ms = read_u64(&reader);
	summary->gateway_last = read_u64(&reader);
	return reader_done(&reader) && summary->next_seq > 0 && summary->next_seq <= CATALOGUE_SEQ_MAX;
}

static enum err make_schema(sqlite3 *db, const struct shelf_meta *meta)
{
	enum err err = run_script(db, schema_sql);
	if (err != ERR_OK)
		return err;
	uint8_t blob[SHELF_SUMMARY_SIZE];
	shelf_summary_encode(&meta->summary, blob);
	sqlite3_stmt *insert;
	int code = sqlite3_prepare_v2(db, "INSERT INTO meta VALUES (?1, ?2, ?3)", -1, &insert, NULL);
	if (code != SQLITE_OK)
		return shelf_err_of_sqlite(code);
	shelf_bind_u64(insert, 1, meta->identity);
	(void)sqlite3_bind_blob(insert, 2, meta->secret, sizeof(meta->secret), SQLITE_STATIC);
	(void)sqlite3_bind_blob(insert, 3, blob, sizeof(blob), SQLITE_STATIC);
	code = sqlite3_step(insert);
	(void)sqlite3_finalize(insert); /* says again what step said */
	if (code != SQLITE_DONE)
		return shelf_err_of_sqlite(code);
	return run_script(db, "COMMIT");
}

static enum err load_meta(sqlite3 *db, struct shelf_meta *meta)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(db, "SELECT identity, secret, summary FROM meta", -1, &select, NULL);
	if (code != SQLITE_OK)
		return shelf_err_of_sqlite(code);
	enum err err = ERR_DAMAGED;
	code = sqlite3_step(select);
	if (code == SQLITE_ROW && sqlite3_column_bytes(select, 1) == SHORTHASH_KEY_SIZE) {
		meta->identity = (uint64_t)sqlite3_column_int64(select, 0);
		memcpy(meta->secret, sqlite3_column_blob(select, 1), SHORTHASH_KEY_SIZE);
		if (summary_decode(&meta->summary, sqlite3_column_blob(select, 2), (size_t)sqlite3_column_bytes(select, 2)))
			err = ERR_OK;
	} else if (code != SQLITE_ROW && code != SQLITE_DONE) {
		err = shelf_err_of_sqlite(code);
	}
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return err;
}

static enum err read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &select, NULL);
	if (code != SQLITE_OK)
		return shelf_err_of_sqlite(code);
	code = sqlite3_step(select);
	*version = code == SQLITE_ROW ? sqlite3_column_int(select, 0) : 0;
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return code == SQLITE_ROW ? ERR_OK : shelf_err_of_sqlite(code);
}

static enum err prepare_all(struct shelf_sqlite *self)
{
	for (size_t i = 0; i < SHELF_STATEMENT_COUNT; i++) {
		int code = sqlite3_prepare_v3(self->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL);
		if (code == SQLITE_ERROR)
			return ERR_DAMAGED; /* a table is not as we make it */
		if (code != SQLITE_OK)
			return shelf_err_of_sqlite(code);
	}
	return ERR_OK;
}

/* All or nothing: without COMMIT, what was moved is gone with the connection. */
static enum err migrate(sqlite3 *db, int version, struct shelf_meta *meta)
{
	enum err err = run_script(db, "BEGIN IMMEDIATE");
	if (err == ERR_OK && version < 2)
		err = run_script(db, from_1_sql);
	if (err == ERR_OK)
		err = run_script(db, from_2_sql);
	if (err == ERR_OK)
		err = load_meta(db, meta);
	return err != ERR_OK ? err : run_script(db, "COMMIT");
}

static enum err open_inside(struct shelf_sqlite *self, const char *path, const char *vfs, struct shelf_meta *meta)
{
	int code = sqlite3_open_v2(path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs);
	if (code != SQLITE_OK)
		return shelf_err_of_sqlite(code);
	(void)sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL); /* defence in depth: an old library may not know it */
	/* Before the file is first read: a store that one process has for itself needs no shared memory file. */
	enum err err = run_script(self->db, "PRAGMA locking_mode = EXCLUSIVE");
	if (err != ERR_OK)
		return err;
	int version;
	err = read_version(self->db, &version);
	if (err != ERR_OK)
		return err;
	if (version > SHELF_SQLITE_VERSION)
		return ERR_NEWER;
	err = run_script(self->db, setup_sql);
	if (err != ERR_OK)
		return err;
	if (version == 0)
		err = make_schema(self->db, meta);
	else if (version < SHELF_SQLITE_VERSION)
		err = migrate(self->db, version, meta);
	else
		err = load_meta(self->db, meta);
	return err != ERR_OK ? err : prepare_all(self);
}

enum err shelf_sqlite_open(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	*shelf = NULL;
	struct shelf_sqlite *self = calloc(1, sizeof(*self));
	if (self == NULL)
		return ERR_MEMORY;
	self->shelf = (struct shelf){.kind = &shelf_sqlite, .error = error};
	enum err err = open_inside(self, path, owner, meta);
	if (err != ERR_OK) {
		shelf_sqlite_close(&self->shelf);
		return err;
	}
	*shelf = &self->shelf;
	return ERR_OK;
}

void shelf_sqlite_close(struct shelf *shelf)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	for (size_t i = 0; i < SHELF_STATEMENT_COUNT; i++)
		(void)sqlite3_finalize(self->statements[i]); /* says again what its last step said */
	(void)sqlite3_finalize(self->scan);                  /* likewise */
	(void)sqlite3_close(self->db);                       /* every statement is gone: it cannot refuse */
	free(self);
}
