#ifndef BARID_RELIEF_SQL_INSIDE_H
#define BARID_RELIEF_SQL_INSIDE_H
/* What the two back ends of sql.h and sql.c share; nobody else includes it. Says nothing about rows' meaning. */

#include "node/relief/sql.h"

enum sql_value_kind { SQL_NULL, SQL_INT, SQL_BLOB, SQL_TEXT };

/* A value for a "?". */
struct sql_value {
	enum sql_value_kind kind;
	int64_t number;
	const void *bytes; /* borrowed */
	size_t len;
};

struct sql_kind {
	void (*close)(struct sql *sql);
	enum err (*begin)(struct sql *sql);
	enum err (*commit)(struct sql *sql);
	void (*rollback)(struct sql *sql);
	enum err (*exec)(struct sql *sql, const char *text);
	enum err (*version)(struct sql *sql, int64_t *version);
	enum err (*set_version)(struct sql *sql, int64_t version);
	enum err (*only_grows)(struct sql *sql, const char *table);
	/* The first step finds the values in row->values. */
	enum err (*step)(struct sql_row *row);
	int64_t (*get_int)(const struct sql_row *row, int column);
	const uint8_t *(*get_blob)(const struct sql_row *row, int column, size_t *len);
	const char *(*get_text)(const struct sql_row *row, int column);
	/* Frees what step made of row->inside. */
	void (*end)(struct sql_row *row);
};

struct sql {
	const struct sql_kind *kind;
	int64_t changes;
};

struct sql_row {
	struct sql *sql; /* NULL: there was no memory */
	const char *text;
	void *inside; /* the back end's, NULL before the first step */
	int at;       /* of the rows it was given, for a back end that has them all at once */
	struct sql_value values[SQL_VALUES_MAX];
	int values_n;
};

/* The back ends; sql_pg_open() only where there is libpq. */
enum err sql_sqlite_open(struct sql **out, const char *where);
enum err sql_pg_open(struct sql **out, const char *where);
bool sql_pg_has_password(const char *where);

#endif
