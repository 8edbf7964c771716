#include "node/post/store_inside.h"

#include "crypto/random.h"
#include "proto/bytes.h"
#include "proto/order.h"

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
				"PRAGMA cache_size = -4096;"
				"PRAGMA journal_size_limit = 16777216;"
				"PRAGMA wal_autocheckpoint = 2000;"; /* 16 MB: a page that changes often is copied back seldom */

/* Organisations believed, secrets revoked, tickets spent (node/post/store_authority.c). */
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

static const char *const statement_sql[STORE_STATEMENT_COUNT] = {
#define STORE_SQL(name, sql) [STORE_##name] = sql,
	STORE_STATEMENTS(STORE_SQL)
#undef STORE_SQL
};

static enum err run_script(sqlite3 *db, const char *sql)
{
	return store_err_of_sqlite(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static bool summary_decode(struct store_summary *summary, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	summary->next_seq = read_u64(&reader);
	summary->open_ms = read_u64(&reader);
	summary->gateway_last = read_u64(&reader);
	return reader_done(&reader) && summary->next_seq > 0 && summary->next_seq <= CATALOGUE_SEQ_MAX;
}

static enum err make_schema(struct store *store)
{
	enum err err = run_script(store->db, schema_sql);
	if (err != ERR_OK)
		return err;
	uint8_t blob[STORE_SUMMARY_SIZE];
	random_fill(store->secret, sizeof(store->secret));
	random_fill(&store->identity, sizeof(store->identity));
	store->summary = (struct store_summary){.next_seq = 1};
	store_summary_encode(&store->summary, blob);
	sqlite3_stmt *insert;
	int code = sqlite3_prepare_v2(store->db, "INSERT INTO meta VALUES (?1, ?2, ?3)", -1, &insert, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
	store_bind_u64(insert, 1, store->identity);
	(void)sqlite3_bind_blob(insert, 2, store->secret, sizeof(store->secret), SQLITE_STATIC);
	(void)sqlite3_bind_blob(insert, 3, blob, sizeof(blob), SQLITE_STATIC);
	code = sqlite3_step(insert);
	(void)sqlite3_finalize(insert); /* says again what step said */
	if (code != SQLITE_DONE)
		return store_err_of_sqlite(code);
	return run_script(store->db, "COMMIT");
}

static enum err load_meta(struct store *store)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(store->db, "SELECT identity, secret, summary FROM meta", -1, &select, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
	enum err err = ERR_DAMAGED;
	code = sqlite3_step(select);
	if (code == SQLITE_ROW && sqlite3_column_bytes(select, 1) == SHORTHASH_KEY_SIZE) {
		store->identity = (uint64_t)sqlite3_column_int64(select, 0);
		memcpy(store->secret, sqlite3_column_blob(select, 1), SHORTHASH_KEY_SIZE);
		if (summary_decode(&store->summary, sqlite3_column_blob(select, 2), (size_t)sqlite3_column_bytes(select, 2)))
			err = ERR_OK;
	} else if (code != SQLITE_ROW && code != SQLITE_DONE) {
		err = store_err_of_sqlite(code);
	}
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return err;
}

static enum err read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &select, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
	code = sqlite3_step(select);
	*version = code == SQLITE_ROW ? sqlite3_column_int(select, 0) : 0;
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return code == SQLITE_ROW ? ERR_OK : store_err_of_sqlite(code);
}

static enum err prepare_all(struct store *store)
{
	for (size_t i = 0; i < STORE_STATEMENT_COUNT; i++) {
		int code = sqlite3_prepare_v3(store->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL);
		if (code == SQLITE_ERROR)
			return ERR_DAMAGED; /* a table is not as we make it */
		if (code != SQLITE_OK)
			return store_err_of_sqlite(code);
	}
	return ERR_OK;
}

/* All or nothing: without COMMIT, what was moved is gone with the connection. */
static enum err migrate(struct store *store, int version)
{
	enum err err = run_script(store->db, "BEGIN IMMEDIATE");
	if (err == ERR_OK && version < 2)
		err = run_script(store->db, from_1_sql);
	if (err == ERR_OK)
		err = run_script(store->db, from_2_sql);
	if (err == ERR_OK)
		err = load_meta(store);
	return err != ERR_OK ? err : run_script(store->db, "COMMIT");
}

/* False: the disk has changed it, or it is here twice. */
static bool load_letter(struct store *store, uint64_t seq, sqlite3_stmt *row)
{
	const uint8_t *body;
	struct envelope_header header;
	size_t len = store_sound_body(row, 1, &body, &header);
	if (len == 0)
		return false;
	uint8_t id[LETTER_ID_SIZE];
	outside_id(body, len, id);
	if (seq > CATALOGUE_SEQ_MAX || catalogue_find(store->catalogue, id) != CATALOGUE_NONE)
		return false;
	struct judgement judgement = store_standing_decode(store, (uint32_t)sqlite3_column_int(row, 2), &header, id);
	struct catalogue_entry entry = store_entry(&header, id, &judgement);
	entry.seq = seq & CATALOGUE_SEQ_MAX;
	(void)store_note(store, &entry); /* an error is kept */
	return true;
}

static void let_go(struct store *store, const uint64_t *rows, size_t n)
{
	sqlite3_stmt *statement = store_statement(store, STORE_DELETE);
	for (size_t i = 0; i < n && store_begin(store); i++) {
		store_bind_u64(statement, 1, rows[i]);
		store_run(store, statement);
		store->rotten++;
	}
}

static void load_letters(struct store *store)
{
	sqlite3_stmt *statement = store_statement(store, STORE_ARRIVED);
	uint64_t after = 0, spoilt[STORE_BATCH];
	for (bool page = true; page && store->error == ERR_OK;) {
		size_t n = 0;
		page = false;
		store_bind_u64(statement, 1, after);
		while (store_row(store, statement)) {
			page = true;
			after = (uint64_t)sqlite3_column_int64(statement, 0);
			if (!load_letter(store, after, statement))
				spoilt[n++] = after;
		}
		let_go(store, spoilt, n);
		catalogue_keep(store->catalogue);
	}
}

static void load_known(struct store *store, sqlite3_stmt *select)
{
	while (store->error == ERR_OK && store_row(store, select)) {
		const void *tag = sqlite3_column_blob(select, 0);
		int rank = sqlite3_column_int(select, 1);
		struct catalogue_entry entry = {.state = CATALOGUE_KNOWN};
		if (rank >= 0 && rank < ORDER_RANKS)
			entry.rank = (uint8_t)rank;
		entry.day = order_day(entry.rank, (uint16_t)sqlite3_column_int(select, 2));
		if (tag == NULL || sqlite3_column_bytes(select, 0) != LETTER_TAG_SIZE)
			continue; /* the disk has changed it; it is forgotten when its time comes */
		memcpy(entry.tag, tag, sizeof(entry.tag));
		if (catalogue_find(store->catalogue, entry.tag) == CATALOGUE_NONE)
			(void)store_note(store, &entry); /* an error is kept */
		catalogue_keep(store->catalogue);
	}
}

static enum err count_latest(struct store *store)
{
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(store->db, "SELECT count(*) FROM latest", -1, &select, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
	code = sqlite3_step(select);
	store->latest_count = code == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(select, 0) : 0;
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	return code == SQLITE_ROW ? ERR_OK : store_err_of_sqlite(code);
}

static enum err load_catalogue(struct store *store, uint64_t boot_ms)
{
	uint8_t order_secret[CATALOGUE_SECRET_SIZE];
	random_fill(order_secret, sizeof(order_secret));
	store->catalogue = catalogue_new(order_secret);
	if (store->catalogue == NULL)
		return ERR_MEMORY;
	load_letters(store);
	sqlite3_stmt *select;
	int code = sqlite3_prepare_v2(store->db, "SELECT tag, rank, day FROM known", -1, &select, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
	load_known(store, select);
	(void)sqlite3_finalize(select); /* read only: nothing left to fail */
	enum err err = count_latest(store);
	store->latest_committed = store->latest_count;
	return err != ERR_OK ? err : store_commit(store, boot_ms);
}

static enum err open_inside(struct store *store, const char *path)
{
	int code = sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return store_err_of_sqlite(code);
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
	err = version == 0 ? make_schema(store) : version < STORE_VERSION ? migrate(store, version) : load_meta(store);
	return err != ERR_OK ? err : prepare_all(store);
}

enum err store_open(struct store **out, const char *path, uint64_t boot_ms)
{
	*out = NULL;
	struct store *store = calloc(1, sizeof(*store));
	if (store == NULL)
		return ERR_MEMORY;
	enum err err = open_inside(store, path);
	store->committed = store->summary;
	store->opened_boot_ms = boot_ms;
	store->opened_ms = store->summary.open_ms;
	if (err == ERR_OK)
		err = load_catalogue(store, boot_ms);
	if (err != ERR_OK) {
		store_close(store);
		return err;
	}
	*out = store;
	return ERR_OK;
}
