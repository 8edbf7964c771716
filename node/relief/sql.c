#include "node/relief/sql_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct sql_row without_memory;

bool sql_is_server(const char *where)
{
	return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

#ifndef BARID_WITH_PG
enum err sql_pg_open(struct sql **out, const char *where)
{
	(void)where; /* no such kind of address in this build */
	*out = NULL;
	return ERR_LIMIT;
}

bool sql_pg_has_password(const char *where)
{
	(void)where; /* it is refused as a whole */
	return false;
}
#endif

bool sql_has_password(const char *where)
{
	return sql_is_server(where) && sql_pg_has_password(where);
}

enum err sql_open(struct sql **out, const char *where)
{
	*out = NULL;
	if (strlen(where) >= SQL_WHERE_MAX)
		return ERR_LIMIT;
	return sql_is_server(where) ? sql_pg_open(out, where) : sql_sqlite_open(out, where);
}

void sql_close(struct sql *sql)
{
	if (sql != NULL)
		sql->kind->close(sql);
}

enum err sql_begin(struct sql *sql)
{
	return sql->kind->begin(sql);
}

enum err sql_commit(struct sql *sql)
{
	return sql->kind->commit(sql);
}

void sql_rollback(struct sql *sql)
{
	sql->kind->rollback(sql);
}

enum err sql_exec(struct sql *sql, const char *text)
{
	return sql->kind->exec(sql, text);
}

enum err sql_version(struct sql *sql, int64_t *version)
{
	return sql->kind->version(sql, version);
}

enum err sql_set_version(struct sql *sql, int64_t version)
{
	return sql->kind->set_version(sql, version);
}

enum err sql_only_grows(struct sql *sql, const char *table)
{
	return sql->kind->only_grows(sql, table);
}

struct sql_row *sql_prepare(struct sql *sql, const char *text)
{
	struct sql_row *row = calloc(1, sizeof(*row));
	assert(strlen(text) < SQL_TEXT_MAX);
	if (row == NULL)
		return &without_memory;
	row->sql = sql;
	row->text = text;
	return row;
}

static void bind(struct sql_row *row, int n, struct sql_value value)
{
	assert(n >= 1 && n <= SQL_VALUES_MAX);
	assert(row->inside == NULL);
	if (row->sql == NULL)
		return;
	row->values[n - 1] = value;
	if (n > row->values_n)
		row->values_n = n;
}

void sql_int(struct sql_row *row, int n, int64_t value)
{
	bind(row, n, (struct sql_value){.kind = SQL_INT, .number = value});
}

void sql_blob(struct sql_row *row, int n, const void *bytes, size_t len)
{
	bind(row, n, (struct sql_value){.kind = SQL_BLOB, .bytes = len > 0 ? bytes : "", .len = len});
}

void sql_text(struct sql_row *row, int n, const char *text)
{
	bind(row, n, (struct sql_value){.kind = SQL_TEXT, .bytes = text, .len = strlen(text)});
}

enum err sql_step(struct sql_row *row)
{
	return row->sql == NULL ? ERR_MEMORY : row->sql->kind->step(row);
}

int64_t sql_get_int(const struct sql_row *row, int column)
{
	return row->sql->kind->get_int(row, column);
}

const uint8_t *sql_get_blob(const struct sql_row *row, int column, size_t *len)
{
	return row->sql->kind->get_blob(row, column, len);
}

const char *sql_get_text(const struct sql_row *row, int column)
{
	return row->sql->kind->get_text(row, column);
}

void sql_end(struct sql_row *row)
{
	if (row->sql == NULL)
		return;
	if (row->inside != NULL)
		row->sql->kind->end(row);
	free(row);
}

enum err sql_run(struct sql_row *row)
{
	enum err err = sql_step(row);
	assert(err != ERR_OK); /* a row, where there is none */
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

int64_t sql_changes(const struct sql *sql)
{
	return sql->changes;
}
