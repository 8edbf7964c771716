#include "node/relief/reliefdb.h"

#include "crypto/safebox.h"
#include "crypto/wipe.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

static const char schema[] =
	"CREATE TABLE cases(number INTEGER PRIMARY KEY, type INTEGER NOT NULL, state INTEGER NOT NULL, link BLOB NOT NULL UNIQUE, sealed BLOB NOT "
	"NULL);"
	"CREATE INDEX cases_by_state ON cases(state, number);"
	"CREATE TABLE letters(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, number INTEGER NOT NULL REFERENCES cases, sealed BLOB NOT NULL);"
	"CREATE INDEX letters_by_case ON letters(number, seq);"
	"CREATE TABLE looks(number INTEGER NOT NULL REFERENCES cases, who BLOB NOT NULL, PRIMARY KEY(number, who)) WITHOUT ROWID;"
	"CREATE TABLE outgoing(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, envelope BLOB NOT NULL);"
	"CREATE TABLE facts(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE audit(seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL, chain BLOB NOT NULL);"
	"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;"
	"CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;"
	"PRAGMA user_version=1;";

/* Version 2 came with roles. */
static const char schema_roles[] = "CREATE TABLE members(number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
				   "CREATE TABLE revoked(seq INTEGER PRIMARY KEY, until INTEGER NOT NULL, sealed BLOB NOT NULL);"
				   "PRAGMA user_version=2;";

static enum err err_of(int code)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
	case SQLITE_CANTOPEN:
		return ERR_PERMISSION;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return ERR_DAMAGED;
	default:
		return ERR_IO;
	}
}

/* A full disk may show as a failed write of SQLite's own files. */
enum err reliefdb_err(const struct reliefdb *db, int code)
{
	int cause = (code & 0xFF) == SQLITE_IOERR ? sqlite3_system_errno(db->handle) : 0;
	return cause == ENOSPC || cause == EDQUOT ? ERR_FULL : err_of(code);
}

enum err reliefdb_last(const struct reliefdb *db)
{
	return reliefdb_err(db, sqlite3_extended_errcode(db->handle));
}

sqlite3_stmt *reliefdb_prepare(struct reliefdb *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	return statement;
}

enum err reliefdb_run(struct reliefdb *db, sqlite3_stmt *statement)
{
	if (statement == NULL)
		return reliefdb_last(db);
	int code = sqlite3_step(statement);
	(void)sqlite3_finalize(statement); /* repeats the code of the step */
	return reliefdb_err(db, code);
}

static enum err run_sql(struct reliefdb *db, const char *sql)
{
	return reliefdb_err(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

enum err reliefdb_begin(struct reliefdb *db)
{
	return run_sql(db, "BEGIN IMMEDIATE");
}

void reliefdb_rollback(struct reliefdb *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		(void)run_sql(db, "ROLLBACK"); /* if even that fails the transaction is gone with the connection */
}

enum err reliefdb_commit(struct reliefdb *db)
{
	enum err err = run_sql(db, "COMMIT");
	if (err != ERR_OK)
		reliefdb_rollback(db);
	return err;
}

struct row_context row_context(const char *table, const void *row, size_t len)
{
	struct row_context context = {.len = strlen(table) + 1 + len};
	assert(context.len <= sizeof(context.bytes));
	memcpy(context.bytes, table, strlen(table) + 1);
	memcpy(context.bytes + strlen(table) + 1, row, len);
	return context;
}

void reliefdb_seal(const struct reliefdb *db, const struct row_context *context, const uint8_t *plain, size_t len, uint8_t *sealed)
{
	assert(len <= RELIEFDB_ROW_MAX);
	rowbox_close(db->key, context->bytes, context->len, plain, len, sealed);
}

bool reliefdb_unseal(const struct reliefdb *db, const struct row_context *context, sqlite3_stmt *statement, int column, uint8_t *plain, size_t *len)
{
	const uint8_t *sealed = sqlite3_column_blob(statement, column);
	int sealed_len = sqlite3_column_bytes(statement, column);
	if (sealed == NULL || sealed_len < RELIEFDB_SEAL || sealed_len > RELIEFDB_ROW_MAX + RELIEFDB_SEAL)
		return false;
	*len = (size_t)sealed_len - RELIEFDB_SEAL;
	return rowbox_open(db->key, context->bytes, context->len, sealed, (size_t)sealed_len, plain);
}

enum err reliefdb_fact_set(struct reliefdb *db, const char *name, const uint8_t *value, size_t len)
{
	uint8_t sealed[256 + RELIEFDB_SEAL];
	assert(len <= 256);
	struct row_context context = row_context("fact", name, strlen(name));
	reliefdb_seal(db, &context, value, len, sealed);
	sqlite3_stmt *statement = reliefdb_prepare(db, "INSERT OR REPLACE INTO facts(name, sealed) VALUES(?, ?)");
	if (statement != NULL) {
		(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC); /* a failed bind shows in the step */
		(void)sqlite3_bind_blob(statement, 2, sealed, (int)(len + RELIEFDB_SEAL), SQLITE_STATIC);
	}
	return reliefdb_run(db, statement);
}

enum err reliefdb_fact(struct reliefdb *db, const char *name, uint8_t *value, size_t cap, size_t *len)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	struct row_context context = row_context("fact", name, strlen(name));
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT sealed FROM facts WHERE name = ?");
	if (statement == NULL)
		return reliefdb_last(db);
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC); /* a failed bind shows in the step */
	int code = sqlite3_step(statement);
	enum err err = code == SQLITE_ROW ? ERR_OK : code == SQLITE_DONE ? ERR_NO_FILE : reliefdb_err(db, code);
	if (err == ERR_OK && (!reliefdb_unseal(db, &context, statement, 0, plain, len) || *len > cap))
		err = ERR_DAMAGED;
	if (err == ERR_OK)
		memcpy(value, plain, *len);
	(void)sqlite3_finalize(statement); /* only read */
	wipe(plain, sizeof(plain));
	return err;
}

static enum err read_number(struct reliefdb *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, sql);
	if (statement == NULL)
		return reliefdb_last(db);
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement); /* only read */
	return code == SQLITE_ROW ? ERR_OK : reliefdb_err(db, code);
}

/* A new file gets the schema and a fact that only the right key opens, in one transaction. */
static enum err make_schema(struct reliefdb *db)
{
	static const uint8_t owner[] = {'b', 'a', 'r', 'i', 'd'};
	enum err err = reliefdb_begin(db);
	if (err == ERR_OK)
		err = run_sql(db, schema);
	if (err == ERR_OK)
		err = run_sql(db, schema_roles);
	if (err == ERR_OK)
		err = reliefdb_fact_set(db, "owner", owner, sizeof(owner));
	if (err == ERR_OK)
		err = reliefdb_commit(db);
	reliefdb_rollback(db);
	return err;
}

/* Brings a file of version 1 up, once it is known to be of this vault. */
static enum err add_roles(struct reliefdb *db)
{
	enum err err = reliefdb_begin(db);
	if (err == ERR_OK)
		err = run_sql(db, schema_roles);
	if (err == ERR_OK)
		err = reliefdb_commit(db);
	reliefdb_rollback(db);
	return err;
}

static enum err check_version(struct reliefdb *db)
{
	int64_t version = 0, tables = 0;
	enum err err = read_number(db, "PRAGMA user_version", &version);
	if (err == ERR_OK)
		err = read_number(db, "SELECT count(*) FROM sqlite_master", &tables);
	if (err != ERR_OK)
		return err;
	if (version > RELIEFDB_VERSION)
		return ERR_NEWER;
	if (version == 0 && tables == 0)
		return make_schema(db);
	if (version < 1)
		return ERR_DAMAGED;
	uint8_t owner[16];
	size_t len;
	err = reliefdb_fact(db, "owner", owner, sizeof(owner), &len);
	if (err == ERR_OK && version < RELIEFDB_VERSION)
		return add_roles(db);
	return err == ERR_NO_FILE ? ERR_DAMAGED : err;
}

enum err reliefdb_open(struct reliefdb *db, const char *path, const uint8_t key[static 32])
{
	memset(db, 0, sizeof(*db));
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	(void)close(fd); /* nothing was written */
	memcpy(db->key, key, sizeof(db->key));
	enum err err = reliefdb_err(db, sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (err == ERR_OK)
		err = reliefdb_err(db, sqlite3_busy_timeout(db->handle, BUSY_MS));
	if (err == ERR_OK)
		err = run_sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; PRAGMA "
				  "trusted_schema=OFF;");
	if (err == ERR_OK)
		err = check_version(db);
	if (err != ERR_OK)
		reliefdb_close(db);
	return err;
}

void reliefdb_close(struct reliefdb *db)
{
	(void)sqlite3_close(db->handle); /* every statement was finalized; takes NULL */
	db->handle = NULL;
	wipe(db->key, sizeof(db->key));
}
