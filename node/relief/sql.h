#ifndef BARID_RELIEF_SQL_H
#define BARID_RELIEF_SQL_H
/*
 * A database, SQLite or PostgreSQL, behind one interface: what reliefdb.h and everything on it speaks. Texts are the SQL that both understand (types
 * BIGINT, BYTEA, TEXT; "?" for a value; upserts by ON CONFLICT; no PRAGMA, no triggers, no sequences, no clock), which tests/tidy checks; what only
 * one of them knows stands in its back end. Nothing here reads a row's meaning or holds a key.
 */

#include "platform/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SQL_VALUES_MAX = 16, SQL_TEXT_MAX = 2048, SQL_WHERE_MAX = 1024 };

struct sql;     /* a connection; of one process, never taken over a fork */
struct sql_row; /* a statement, and the row it stands on */

/* True for "postgresql://..." and "postgres://...". */
bool sql_is_server(const char *where);
/* True if the address of a server holds a password, which does not belong where others can read it. */
bool sql_has_password(const char *where);

/* where: a file, made (0600) if it is not there, or the address of a server, whose password comes from libpq's own files (~/.pgpass, PGPASSFILE, a
 * service). A server that does not answer is waited for some seconds. ERR_AWAY: it did not come; ERR_PERMISSION: it refuses us; ERR_NO_FILE: no such
 * database there; ERR_LIMIT: no such kind of address, or built without PostgreSQL. */
enum err sql_open(struct sql **out, const char *where);
/* Takes NULL. Every statement was ended. */
void sql_close(struct sql *sql);

/* Transactions do not nest. If the connection is lost inside one, it is waited for and what was done is done again, provided the database answers
 * as it did before; else the statement fails with ERR_AWAY or ERR_BUSY and nothing is kept. */
enum err sql_begin(struct sql *sql);
/* ERR_OK: durable, and so it is said of a commit whose answer was lost on the way only after it was looked up; any other: nothing is kept. */
enum err sql_commit(struct sql *sql);
/* Does nothing outside a transaction. */
void sql_rollback(struct sql *sql);

/* Without values or rows; several statements. */
enum err sql_exec(struct sql *sql, const char *text);
/* Never NULL: without memory or with a wrong text the first step fails. text is borrowed until sql_end(). */
struct sql_row *sql_prepare(struct sql *sql, const char *text);
/* Values, n from 1 to SQL_VALUES_MAX, before the first step. Bytes are borrowed until sql_end(); a value never given is NULL. */
void sql_int(struct sql_row *row, int n, int64_t value);
void sql_blob(struct sql_row *row, int n, const void *bytes, size_t len);
void sql_text(struct sql_row *row, int n, const char *text);
/* ERR_OK: stands on a row; ERR_NO_FILE: no more; else what went wrong. */
enum err sql_step(struct sql_row *row);
/* Of the row it stands on, columns from 0, until the next step. A NULL is 0, or NULL with len 0; empty bytes are not NULL. A sum is of no kind we
 * know: CAST(sum(x) AS BIGINT). */
int64_t sql_get_int(const struct sql_row *row, int column);
const uint8_t *sql_get_blob(const struct sql_row *row, int column, size_t *len);
const char *sql_get_text(const struct sql_row *row, int column);
/* Frees. */
void sql_end(struct sql_row *row);

/* Steps a statement that gives no rows, and ends it. */
enum err sql_run(struct sql_row *row);
/* Rows changed by the last sql_run(). */
int64_t sql_changes(const struct sql *sql);

/* The version of what is in the database, 0 if there is nothing; where it is kept is the back end's business. */
enum err sql_version(struct sql *sql, int64_t *version);
enum err sql_set_version(struct sql *sql, int64_t version);
/* A back end that can refuses from now on to change or delete rows of the table. */
enum err sql_only_grows(struct sql *sql, const char *table);

#endif
