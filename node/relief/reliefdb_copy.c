/* All rows of one organisation from one database to another, as they are: nothing is opened on the way. */

#include "node/relief/reliefdb_schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* "?, ?, ?" */
static void write_marks(size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		out += sprintf(out, i > 0 ? ", ?" : "?");
}

static void copy_value(struct sql_row *to, const struct sql_row *from, int column, char kind)
{
	size_t len;
	switch (kind) {
	case 'n':
		sql_int(to, column + 1, sql_get_int(from, column));
		break;
	case 't':
		sql_text(to, column + 1, sql_get_text(from, column));
		break;
	default: {
		const uint8_t *bytes = sql_get_blob(from, column, &len);
		sql_blob(to, column + 1, bytes, len);
	}
	}
}

static enum err copy_table(struct reliefdb *to, struct reliefdb *from, const struct reliefdb_table *table)
{
	char select[512], insert[512], marks[3 * SQL_VALUES_MAX + 1];
	int columns = (int)strlen(table->kinds);
	write_marks((size_t)columns, marks);
	(void)snprintf(select, sizeof(select), "SELECT %s FROM %s WHERE org = ?", table->columns, table->name); /* fit */
	/* of a request that another organisation there has claimed, theirs stays */
	(void)snprintf(insert, sizeof(insert), "INSERT INTO %s(%s) VALUES(%s)%s", table->name, table->columns, marks,
		       table->org != 0 ? " ON CONFLICT(id) DO NOTHING" : "");
	struct sql_row *row = reliefdb_prepare_org(from, select);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		struct sql_row *added = reliefdb_prepare(to, insert);
		for (int i = 0; i < columns; i++)
			copy_value(added, row, i, table->kinds[i]);
		err = reliefdb_run(to, added);
		if (err != ERR_OK)
			break;
	}
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

enum err reliefdb_copy(struct reliefdb *to, struct reliefdb *from)
{
	int64_t cases = 0, entries = 0;
	assert(memcmp(to->org, from->org, sizeof(to->org)) == 0);
	enum err err = reliefdb_number(to, "SELECT count(*) FROM cases WHERE org = ?", &cases);
	if (err == ERR_OK)
		err = reliefdb_number(to, "SELECT count(*) FROM audit WHERE org = ?", &entries);
	if (err == ERR_OK && (cases > 0 || entries > 0))
		return ERR_LIMIT;
	if (err == ERR_OK)
		err = reliefdb_begin(to);
	if (err == ERR_OK)
		err = reliefdb_run(to, reliefdb_prepare_org(to, "DELETE FROM facts WHERE org = ?"));
	for (const struct reliefdb_table *table = reliefdb_tables; table->name != NULL && err == ERR_OK; table++)
		err = copy_table(to, from, table);
	if (err == ERR_OK)
		err = reliefdb_commit(to);
	reliefdb_rollback(to);
	return err;
}
