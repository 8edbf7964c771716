#include "node/relief/reliefdb.h"

#include "crypto/digest.h"
#include "crypto/safebox.h"
#include "crypto/wipe.h"
#include "node/relief/reliefdb_schema.h"

#include <assert.h>
#include <string.h>

struct sql_row *reliefdb_prepare(struct reliefdb *db, const char *text)
{
	return sql_prepare(db->sql, text);
}

struct sql_row *reliefdb_prepare_org(struct reliefdb *db, const char *text)
{
	struct sql_row *row = sql_prepare(db->sql, text);
	sql_blob(row, 1, db->org, sizeof(db->org));
	return row;
}

enum err reliefdb_run(struct reliefdb *db, struct sql_row *row)
{
	(void)db; /* the row knows its connection */
	return sql_run(row);
}

/* A turn below zero: the organisation has moved to another database. */
enum err reliefdb_begin(struct reliefdb *db)
{
	enum err err = sql_begin(db->sql);
	if (err != ERR_OK)
		return err;
	err = reliefdb_run(db, reliefdb_prepare_org(db, "UPDATE orgs SET turn = turn + 1 WHERE org = ? AND turn > 0"));
	if (err == ERR_OK && sql_changes(db->sql) != 1)
		err = ERR_DAMAGED;
	if (err != ERR_OK)
		sql_rollback(db->sql);
	return err;
}

enum err reliefdb_leave(struct reliefdb *db)
{
	return reliefdb_run(db, reliefdb_prepare_org(db, "UPDATE orgs SET turn = 0 - turn WHERE org = ?"));
}

enum err reliefdb_commit(struct reliefdb *db)
{
	return sql_commit(db->sql);
}

void reliefdb_rollback(struct reliefdb *db)
{
	sql_rollback(db->sql);
}

/* The one number that a statement gives; ends it. */
static enum err one_number(struct sql_row *row, int64_t *number)
{
	enum err err = sql_step(row);
	if (err == ERR_OK)
		*number = sql_get_int(row, 0);
	sql_end(row);
	return err;
}

enum err reliefdb_number(struct reliefdb *db, const char *text, int64_t *number)
{
	return one_number(reliefdb_prepare_org(db, text), number);
}

enum err reliefdb_next(struct reliefdb *db, const char *name, int64_t *number)
{
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO counters(org, name, next) VALUES(?, ?, 1) ON CONFLICT(org, name) DO UPDATE SET "
						       "next = counters.next + 1 RETURNING next");
	sql_text(row, 2, name);
	return one_number(row, number);
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

bool reliefdb_unseal(const struct reliefdb *db, const struct row_context *context, const struct sql_row *row, int column, uint8_t *plain, size_t *len)
{
	size_t sealed_len;
	const uint8_t *sealed = sql_get_blob(row, column, &sealed_len);
	if (sealed == NULL || sealed_len < RELIEFDB_SEAL || sealed_len > RELIEFDB_ROW_MAX + RELIEFDB_SEAL)
		return false;
	*len = sealed_len - RELIEFDB_SEAL;
	return rowbox_open(db->key, context->bytes, context->len, sealed, sealed_len, plain);
}

enum err reliefdb_fact_set(struct reliefdb *db, const char *name, const uint8_t *value, size_t len)
{
	uint8_t sealed[256 + RELIEFDB_SEAL];
	assert(len <= 256);
	struct row_context context = row_context("fact", name, strlen(name));
	reliefdb_seal(db, &context, value, len, sealed);
	struct sql_row *row = reliefdb_prepare_org(
		db, "INSERT INTO facts(org, name, sealed) VALUES(?, ?, ?) ON CONFLICT(org, name) DO UPDATE SET sealed = excluded.sealed");
	sql_text(row, 2, name);
	sql_blob(row, 3, sealed, len + RELIEFDB_SEAL);
	return reliefdb_run(db, row);
}

enum err reliefdb_fact(struct reliefdb *db, const char *name, uint8_t *value, size_t cap, size_t *len)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	struct row_context context = row_context("fact", name, strlen(name));
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT sealed FROM facts WHERE org = ? AND name = ?");
	sql_text(row, 2, name);
	enum err err = sql_step(row);
	if (err == ERR_OK && (!reliefdb_unseal(db, &context, row, 0, plain, len) || *len > cap))
		err = ERR_DAMAGED;
	if (err == ERR_OK)
		memcpy(value, plain, *len);
	sql_end(row);
	wipe(plain, sizeof(plain));
	return err;
}

/* A place for the organisation, and a fact that only the right key opens; inside a transaction. */
static enum err take_place(struct reliefdb *db)
{
	static const uint8_t owner[] = {'b', 'a', 'r', 'i', 'd'};
	enum err err = reliefdb_run(db, reliefdb_prepare_org(db, "INSERT INTO orgs(org, turn) VALUES(?, 1) ON CONFLICT(org) DO NOTHING"));
	return err == ERR_OK && sql_changes(db->sql) == 1 ? reliefdb_fact_set(db, "owner", owner, sizeof(owner)) : err;
}

static enum err make_schema(struct reliefdb *db)
{
	enum err err = sql_exec(db->sql, reliefdb_schema);
	if (err == ERR_OK)
		err = sql_only_grows(db->sql, "audit");
	return err == ERR_OK ? sql_set_version(db->sql, RELIEFDB_VERSION) : err;
}

/* What is not of this version yet, or has no place for us, is brought there in one transaction. */
static enum err settle(struct reliefdb *db, int64_t version, bool join)
{
	enum err err = sql_begin(db->sql);
	if (err == ERR_OK && version == 0)
		err = make_schema(db);
	else if (err == ERR_OK && version < RELIEFDB_VERSION)
		err = reliefdb_raise(db, version);
	if (err == ERR_OK && (version == 0 || join))
		err = take_place(db);
	if (err == ERR_OK)
		err = sql_commit(db->sql);
	sql_rollback(db->sql);
	return err;
}

static enum err check(struct reliefdb *db, bool join)
{
	int64_t version = 0;
	uint8_t owner[16];
	size_t len;
	enum err err = sql_version(db->sql, &version);
	if (err != ERR_OK)
		return err;
	if (version > RELIEFDB_VERSION)
		return ERR_NEWER;
	if (version < RELIEFDB_VERSION || join) {
		err = settle(db, version, join);
		/* somebody else may have made the tables at the same moment */
		if (err != ERR_OK && version == 0 && sql_version(db->sql, &version) == ERR_OK && version == RELIEFDB_VERSION)
			err = join ? settle(db, version, join) : ERR_OK;
	}
	if (err == ERR_OK)
		err = reliefdb_fact(db, "owner", owner, sizeof(owner), &len);
	return err == ERR_NO_FILE ? ERR_DAMAGED : err;
}

static enum err open_it(struct reliefdb *db, const char *where, const uint8_t key[static 32], bool join)
{
	memset(db, 0, sizeof(*db));
	memcpy(db->key, key, sizeof(db->key));
	digest_of("barid-relief-org-v1", key, sizeof(db->key), db->org, sizeof(db->org));
	enum err err = sql_open(&db->sql, where);
	if (err == ERR_OK)
		err = check(db, join);
	if (err != ERR_OK)
		reliefdb_close(db);
	return err;
}

enum err reliefdb_open(struct reliefdb *db, const char *where, const uint8_t key[static 32])
{
	return open_it(db, where, key, false);
}

enum err reliefdb_join(struct reliefdb *db, const char *where, const uint8_t key[static 32])
{
	return open_it(db, where, key, true);
}

void reliefdb_close(struct reliefdb *db)
{
	sql_close(db->sql);
	db->sql = NULL;
	wipe(db->key, sizeof(db->key));
}
