#include "node/post/shelf_sqlite_inside.h"

#include <assert.h>
#include <string.h>

enum err shelf_err_of_sqlite(int code)
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

void shelf_bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
	int64_t stored;
	memcpy(&stored, &value, sizeof(stored));
	(void)sqlite3_bind_int64(statement, index, stored); /* fails only for an index that is not in the SQL */
}

static void bind_bytes(sqlite3_stmt *statement, int index, const uint8_t *bytes, size_t len)
{
	(void)sqlite3_bind_blob(statement, index, bytes, (int)len, SQLITE_STATIC); /* cannot fail without a copy */
}

/* The number may be anything that the disk has made of it: it is cut, as it always was. */
static uint64_t column_u64(sqlite3_stmt *row, int column)
{
	return (uint64_t)sqlite3_column_int64(row, column);
}

/* False: the disk has changed it. */
static bool column_bytes(sqlite3_stmt *row, int column, void *out, size_t len)
{
	const void *blob = sqlite3_column_blob(row, column);
	if (blob == NULL || (size_t)sqlite3_column_bytes(row, column) != len)
		return false;
	memcpy(out, blob, len);
	return true;
}

/* Nobody looks at the last row any more. */
static struct shelf_sqlite *turned(struct shelf *shelf)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	if (self->shown != NULL)
		(void)sqlite3_reset(self->shown); /* it gave a row: nothing left to fail */
	self->shown = NULL;
	return self;
}

/* A statement ready to bind. */
static sqlite3_stmt *ready(struct shelf *shelf, enum shelf_statement which)
{
	return turned(shelf)->statements[which];
}

/* The same, with its first number. */
static sqlite3_stmt *ready_for(struct shelf *shelf, enum shelf_statement which, uint64_t key)
{
	sqlite3_stmt *statement = ready(shelf, which);
	shelf_bind_u64(statement, 1, key);
	return statement;
}

/* One row: true with columns to read until the next call; false at the end or on an error, which is kept. */
static bool row_of(struct shelf *shelf, sqlite3_stmt *statement)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	int code = sqlite3_step(statement);
	self->shown = code == SQLITE_ROW ? statement : NULL;
	if (code == SQLITE_ROW)
		return true;
	(void)sqlite3_reset(statement); /* says again what step said */
	if (code != SQLITE_DONE)
		shelf_fail(shelf, shelf_err_of_sqlite(code));
	return false;
}

/* Runs a statement that returns no row. */
static void run(struct shelf *shelf, sqlite3_stmt *statement)
{
	bool row = row_of(shelf, statement);
	assert(!row);
}

/* The same, for one that deletes; how many it deleted. */
static uint32_t run_counted(struct shelf *shelf, sqlite3_stmt *statement)
{
	run(shelf, statement);
	return *shelf->error == ERR_OK ? (uint32_t)sqlite3_changes(((struct shelf_sqlite *)shelf)->db) : 0;
}

static void begin(struct shelf *shelf)
{
	run(shelf, ready(shelf, SHELF_BEGIN));
}

static void commit(struct shelf *shelf, const struct shelf_summary *summary)
{
	uint8_t blob[SHELF_SUMMARY_SIZE];
	shelf_summary_encode(summary, blob);
	sqlite3_stmt *save = ready(shelf, SHELF_SAVE);
	bind_bytes(save, 1, blob, sizeof(blob));
	run(shelf, save);
	(void)sqlite3_clear_bindings(save); /* always SQLITE_OK; the bytes go with this function */
	if (*shelf->error == ERR_OK)
		run(shelf, ready(shelf, SHELF_COMMIT));
}

static void rollback(struct shelf *shelf)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	for (size_t i = 0; i < SHELF_STATEMENT_COUNT; i++)
		(void)sqlite3_reset(self->statements[i]); /* the error was kept */
	self->shown = NULL;
	if (!sqlite3_get_autocommit(self->db))
		run(shelf, ready(shelf, SHELF_ROLLBACK));
}

static void put(struct shelf *shelf, const struct shelf_letter *letter)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_PUT, letter->seq);
	shelf_bind_u64(statement, 2, letter->expires);
	bind_bytes(statement, 3, letter->body, letter->len);
	shelf_bind_u64(statement, 4, letter->standing);
	run(shelf, statement);
}

static size_t view(sqlite3_stmt *row, int column, const uint8_t **body)
{
	*body = sqlite3_column_blob(row, column);
	return *body != NULL ? (size_t)sqlite3_column_bytes(row, column) : 0;
}

static size_t get(struct shelf *shelf, uint64_t seq, const uint8_t **body)
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_GET, seq);
	return row_of(shelf, row) ? view(row, 0, body) : 0;
}

static void restand(struct shelf *shelf, uint64_t seq, uint32_t standing)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_RESTAND, seq);
	shelf_bind_u64(statement, 2, standing);
	run(shelf, statement);
}

static void drop(struct shelf *shelf, uint64_t seq, const uint8_t *tag)
{
	(void)tag; /* the row says it */
	run(shelf, ready_for(shelf, SHELF_DELETE, seq));
}

static void walk(struct shelf *shelf, uint64_t after)
{
	(void)ready_for(shelf, SHELF_WALK, after); /* next() runs it */
}

static bool next(struct shelf *shelf, struct shelf_letter *letter)
{
	sqlite3_stmt *row = ((struct shelf_sqlite *)shelf)->statements[SHELF_WALK];
	if (!row_of(shelf, row))
		return false;
	letter->seq = column_u64(row, 0);
	letter->len = view(row, 1, &letter->body);
	letter->standing = (uint32_t)sqlite3_column_int(row, 2);
	return true;
}

static bool expired(struct shelf *shelf, uint32_t hour, struct shelf_letter *letter)
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_EXPIRED, hour);
	if (!row_of(shelf, row))
		return false;
	letter->seq = column_u64(row, 0);
	letter->len = view(row, 1, &letter->body);
	return true;
}

static bool known(struct shelf *shelf, uint64_t key, struct shelf_known *out)
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_KNOWN, key);
	if (!row_of(shelf, row) || !column_bytes(row, 0, out->tag, sizeof(out->tag)) ||
	    !column_bytes(row, 1, out->commitment, sizeof(out->commitment)))
		return false;
	out->receipted = sqlite3_column_int(row, 2) != 0;
	return true;
}

static void remember(struct shelf *shelf, const struct shelf_known *row)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_REMEMBER, row->key);
	shelf_bind_u64(statement, 2, row->expires);
	bind_bytes(statement, 3, row->tag, sizeof(row->tag));
	bind_bytes(statement, 4, row->commitment, sizeof(row->commitment));
	shelf_bind_u64(statement, 5, row->receipted);
	shelf_bind_u64(statement, 6, row->rank);
	shelf_bind_u64(statement, 7, row->day);
	run(shelf, statement);
}

static void receipted(struct shelf *shelf, uint64_t key)
{
	run(shelf, ready_for(shelf, SHELF_RECEIPTED, key));
}

static void forget(struct shelf *shelf, uint64_t key)
{
	run(shelf, ready_for(shelf, SHELF_FORGET, key));
}

static size_t forgettable(struct shelf *shelf, uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE])
{
	size_t n = 0;
	sqlite3_stmt *row = ready_for(shelf, SHELF_FORGETTABLE, hour);
	while (row_of(shelf, row)) {
		ids[n] = (struct shelf_forgettable){.key = column_u64(row, 0)};
		(void)column_bytes(row, 1, ids[n].tag, sizeof(ids[n].tag)); /* zeros if it cannot be read */
		n++;
	}
	return n;
}

/* A statement for one use; NULL: the error is kept. */
static sqlite3_stmt *prepared(struct shelf *shelf, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(turned(shelf)->db, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		shelf_fail(shelf, shelf_err_of_sqlite(code));
	return statement;
}

static void finish(struct shelf *shelf, sqlite3_stmt *statement)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	if (self->shown == statement)
		self->shown = NULL;
	(void)sqlite3_finalize(statement); /* read only: nothing left to fail */
}

static bool next_known(struct shelf *shelf, struct shelf_known *out)
{
	struct shelf_sqlite *self = (struct shelf_sqlite *)shelf;
	if (self->scan == NULL)
		self->scan = prepared(shelf, "SELECT tag, rank, day FROM known ORDER BY key");
	while (self->scan != NULL && row_of(shelf, self->scan)) {
		int rank = sqlite3_column_int(self->scan, 1);
		out->rank = rank >= 0 && rank < SHELF_RANK_NONE ? (uint8_t)rank : SHELF_RANK_NONE;
		out->day = (uint16_t)sqlite3_column_int(self->scan, 2);
		if (column_bytes(self->scan, 0, out->tag, sizeof(out->tag)))
			return true;
	}
	finish(shelf, self->scan);
	self->scan = NULL;
	return false;
}

static bool latest(struct shelf *shelf, uint64_t topic, struct shelf_latest *out)
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_LATEST, topic);
	if (!row_of(shelf, row))
		return false;
	out->number = (uint32_t)column_u64(row, 0);
	return column_bytes(row, 1, out->tag, sizeof(out->tag));
}

static void set_latest(struct shelf *shelf, const struct shelf_latest *row)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_SET_LATEST, row->topic);
	shelf_bind_u64(statement, 2, row->number);
	bind_bytes(statement, 3, row->tag, sizeof(row->tag));
	shelf_bind_u64(statement, 4, row->expires);
	run(shelf, statement);
}

static uint32_t forget_latest(struct shelf *shelf, uint32_t hour)
{
	return run_counted(shelf, ready_for(shelf, SHELF_FORGET_LATEST, hour));
}

static uint32_t latest_count(struct shelf *shelf)
{
	sqlite3_stmt *select = prepared(shelf, "SELECT count(*) FROM latest");
	uint32_t count = select != NULL && row_of(shelf, select) ? (uint32_t)column_u64(select, 0) : 0;
	finish(shelf, select);
	return count;
}

static void add_handed(struct shelf *shelf, const struct shelf_handed *more)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_ADD_HANDED, more->key);
	shelf_bind_u64(statement, 2, more->copies);
	shelf_bind_u64(statement, 3, more->first_at);
	shelf_bind_u64(statement, 4, more->gateway_at);
	run(shelf, statement);
}

static bool handed(struct shelf *shelf, uint64_t key, struct shelf_handed *out)
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_HANDED, key);
	if (!row_of(shelf, row))
		return false;
	out->copies = (uint32_t)column_u64(row, 0);
	out->first_at = column_u64(row, 1);
	out->gateway_at = column_u64(row, 2);
	return true;
}

static void forget_handed(struct shelf *shelf, uint64_t key)
{
	run(shelf, ready_for(shelf, SHELF_FORGET_HANDED, key));
}

static size_t trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap)
{
	size_t n = 0;
	sqlite3_stmt *row = prepared(shelf, "SELECT key, number, issued, expires FROM trusted ORDER BY key");
	while (row != NULL && n < cap && row_of(shelf, row)) {
		if (!column_bytes(row, 0, out[n].signing, SIGN_KEY_SIZE))
			continue; /* it is forgotten when its time comes */
		out[n].number = (uint16_t)sqlite3_column_int(row, 1);
		out[n].issued = (uint32_t)column_u64(row, 2);
		out[n++].expires = (uint32_t)column_u64(row, 3);
	}
	finish(shelf, row);
	return n;
}

static size_t revoked(struct shelf *shelf, struct revocation_entry *out, size_t cap)
{
	size_t n = 0;
	sqlite3_stmt *row = prepared(shelf, "SELECT secret, day FROM revoked ORDER BY secret");
	while (row != NULL && n < cap && row_of(shelf, row)) {
		if (column_bytes(row, 0, out[n].secret, LINKAGE_SEED_SIZE))
			out[n++].day = (uint16_t)sqlite3_column_int(row, 1);
	}
	finish(shelf, row);
	return n;
}

static void trust(struct shelf *shelf, const struct shelf_trusted *row)
{
	sqlite3_stmt *statement = ready(shelf, SHELF_TRUST);
	bind_bytes(statement, 1, row->signing, SIGN_KEY_SIZE);
	shelf_bind_u64(statement, 2, row->number);
	shelf_bind_u64(statement, 3, row->issued);
	shelf_bind_u64(statement, 4, row->expires);
	run(shelf, statement);
}

static void revoke(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires)
{
	sqlite3_stmt *statement = ready(shelf, SHELF_REVOKE);
	bind_bytes(statement, 1, entry->secret, LINKAGE_SEED_SIZE);
	shelf_bind_u64(statement, 2, entry->day);
	shelf_bind_u64(statement, 3, expires);
	run(shelf, statement);
}

static bool spent(struct shelf *shelf, uint64_t key, uint8_t tag[static LETTER_TAG_SIZE])
{
	sqlite3_stmt *row = ready_for(shelf, SHELF_SPENT, key);
	return row_of(shelf, row) && column_bytes(row, 0, tag, LETTER_TAG_SIZE);
}

static void spend(struct shelf *shelf, uint64_t key, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	sqlite3_stmt *statement = ready_for(shelf, SHELF_SPEND, key);
	bind_bytes(statement, 2, tag, LETTER_TAG_SIZE);
	shelf_bind_u64(statement, 3, expires);
	run(shelf, statement);
}

static uint32_t forget_authority(struct shelf *shelf, uint32_t hour)
{
	static const enum shelf_statement all[] = {SHELF_FORGET_TRUSTED, SHELF_FORGET_REVOKED, SHELF_FORGET_SPENT};
	uint32_t gone = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && *shelf->error == ERR_OK; i++)
		gone += run_counted(shelf, ready_for(shelf, all[i], hour));
	return gone;
}

const struct shelf_kind shelf_sqlite = {
	.open = shelf_sqlite_open,
	.close = shelf_sqlite_close,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.put = put,
	.get = get,
	.restand = restand,
	.drop = drop,
	.walk = walk,
	.next = next,
	.expired = expired,
	.known = known,
	.remember = remember,
	.receipted = receipted,
	.forget = forget,
	.forgettable = forgettable,
	.next_known = next_known,
	.latest = latest,
	.set_latest = set_latest,
	.forget_latest = forget_latest,
	.latest_count = latest_count,
	.add_handed = add_handed,
	.handed = handed,
	.forget_handed = forget_handed,
	.trusted = trusted,
	.revoked = revoked,
	.trust = trust,
	.revoke = revoke,
	.spent = spent,
	.spend = spend,
	.forget_authority = forget_authority,
};
