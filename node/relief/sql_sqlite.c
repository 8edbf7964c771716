/* SQLite behind sql.h: one file, which survives a power cut after every commit. */

#include "node/relief/sql_inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

struct sqlite {
	struct sql sql;
	sqlite3 *handle;
};

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
static enum err err_now(const struct sqlite *self, int code)
{
	int cause = (code & 0xFF) == SQLITE_IOERR ? sqlite3_system_errno(self->handle) : 0;
	return cause == ENOSPC || cause == EDQUOT ? ERR_FULL : err_of(code);
}

static enum err sqlite_exec(struct sql *sql, const char *text)
{
	struct sqlite *self = (struct sqlite *)sql;
	return err_now(self, sqlite3_exec(self->handle, text, NULL, NULL, NULL));
}

static void sqlite_close(struct sql *sql)
{
	struct sqlite *self = (struct sqlite *)sql;
	(void)sqlite3_close(self->handle); /* every statement was ended */
	free(self);
}

static enum err sqlite_begin(struct sql *sql)
{
	return sqlite_exec(sql, "BEGIN IMMEDIATE");
}

static void sqlite_rollback(struct sql *sql)
{
	if (!sqlite3_get_autocommit(((struct sqlite *)sql)->handle))
		(void)sqlite_exec(sql, "ROLLBACK"); /* if even that fails the transaction is gone with the connection */
}

static enum err sqlite_commit(struct sql *sql)
{
	enum err err = sqlite_exec(sql, "COMMIT");
	if (err != ERR_OK)
		sqlite_rollback(sql);
	return err;
}

static enum err sqlite_step(struct sql_row *row)
{
	struct sqlite *self = (struct sqlite *)row->sql;
	sqlite3_stmt *statement = row->inside;
	if (statement == NULL) {
		int prepared = sqlite3_prepare_v2(self->handle, row->text, -1, &statement, NULL);
		if (prepared != SQLITE_OK)
			return err_now(self, prepared);
		row->inside = statement;
		for (int i = 0; i < row->values_n; i++) {
			const struct sql_value *value = &row->values[i];
			if (value->kind == SQL_INT)
				(void)sqlite3_bind_int64(statement, i + 1, value->number); /* failed binds show in the step */
			else if (value->kind == SQL_BLOB)
				(void)sqlite3_bind_blob64(statement, i + 1, value->bytes, value->len, SQLITE_STATIC);
			else if (value->kind == SQL_TEXT)
				(void)sqlite3_bind_text64(statement, i + 1, value->bytes, value->len, SQLITE_STATIC, SQLITE_UTF8);
		}
	}
	int code = sqlite3_step(statement);
	if (code == SQLITE_DONE)
		self->sql.changes = sqlite3_changes64(self->handle);
	return code == SQLITE_ROW ? ERR_OK : code == SQLITE_DONE ? ERR_NO_FILE : err_now(self, code);
}

static int64_t sqlite_get_int(const struct sql_row *row, int column)
{
	return sqlite3_column_int64(row->inside, column);
}

static const uint8_t *sqlite_get_blob(const struct sql_row *row, int column, size_t *len)
{
	static const uint8_t empty[1];
	const uint8_t *bytes = sqlite3_column_blob(row->inside, column);
	*len = (size_t)sqlite3_column_bytes(row->inside, column);
	return bytes == NULL && sqlite3_column_type(row->inside, column) != SQLITE_NULL ? empty : bytes;
}

static const char *sqlite_get_text(const struct sql_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->inside, column);
}

static void sqlite_end(struct sql_row *row)
{
	(void)sqlite3_finalize(row->inside); /* says again what its last step said */
}

/* A file without a version and with tables in it is not ours. */
static enum err sqlite_version(struct sql *sql, int64_t *version)
{
	int64_t tables = 0;
	struct sql_row *row = sql_prepare(sql, "PRAGMA user_version");
	enum err err = sql_step(row);
	if (err == ERR_OK)
		*version = sql_get_int(row, 0);
	sql_end(row);
	if (err != ERR_OK || *version != 0)
		return err;
	row = sql_prepare(sql, "SELECT count(*) FROM sqlite_master");
	err = sql_step(row);
	if (err == ERR_OK)
		tables = sql_get_int(row, 0);
	sql_end(row);
	return err == ERR_OK && tables > 0 ? ERR_DAMAGED : err;
}

static enum err sqlite_set_version(struct sql *sql, int64_t version)
{
	char text[64];
	(void)snprintf(text, sizeof(text), "PRAGMA user_version=%lld", (long long)version); /* fits */
	return sqlite_exec(sql, text);
}

static enum err sqlite_only_grows(struct sql *sql, const char *table)
{
	char text[SQL_TEXT_MAX];
	int len = snprintf(text, sizeof(text),
			   "CREATE TRIGGER %s_stays BEFORE UPDATE ON %s BEGIN SELECT RAISE(ABORT, 'the %s only grows'); END;"
			   "CREATE TRIGGER %s_keeps BEFORE DELETE ON %s BEGIN SELECT RAISE(ABORT, 'the %s only grows'); END;",
			   table, table, table, table, table, table);
	assert(len > 0 && (size_t)len < sizeof(text));
	return sqlite_exec(sql, text);
}

static const struct sql_kind kind = {
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.exec = sqlite_exec,
	.version = sqlite_version,
	.set_version = sqlite_set_version,
	.only_grows = sqlite_only_grows,
	.step = sqlite_step,
	.get_int = sqlite_get_int,
	.get_blob = sqlite_get_blob,
	.get_text = sqlite_get_text,
	.end = sqlite_end,
};

enum err sql_sqlite_open(struct sql **out, const char *where)
{
	int fd = open(where, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	(void)close(fd); /* nothing was written */
	struct sqlite *self = calloc(1, sizeof(*self));
	if (self == NULL)
		return ERR_MEMORY;
	self->sql.kind = &kind;
	enum err err = err_now(self, sqlite3_open_v2(where, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (err == ERR_OK)
		err = err_now(self, sqlite3_busy_timeout(self->handle, BUSY_MS));
	if (err == ERR_OK)
		err = sqlite_exec(&self->sql, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; "
					      "PRAGMA trusted_schema=OFF;");
	if (err != ERR_OK)
		sqlite_close(&self->sql);
	else
		*out = &self->sql;
	return err;
}
