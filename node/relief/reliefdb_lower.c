/* The way back from version 3 of relief.db to version 2, for who must go on with an older program. */

#include "node/relief/cases.h"
#include "node/relief/reliefdb_schema.h"
#include "node/relief/sql_sqlite_old.h"

#include "crypto/wipe.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const moves_down[] = {
	"INSERT INTO cases(number, type, state, link, sealed) SELECT number, type, state, link, sealed FROM aside_cases WHERE org = ?",
	"INSERT INTO letters(seq, id, number, sealed) SELECT seq, id, number, sealed FROM aside_letters WHERE org = ?",
	"INSERT INTO looks(number, who) SELECT number, who FROM aside_looks WHERE org = ?",
	"INSERT INTO outgoing(seq, id, envelope) SELECT seq, id, envelope FROM aside_outgoing WHERE org = ?",
	"INSERT INTO facts(name, sealed) SELECT name, sealed FROM aside_facts WHERE org = ?",
	"INSERT INTO audit(seq, sealed, chain) SELECT seq, sealed, chain FROM aside_audit WHERE org = ?",
	"INSERT INTO members(number, sealed) SELECT number, sealed FROM aside_members WHERE org = ?",
	"INSERT INTO revoked(seq, until, sealed) SELECT seq, until, sealed FROM aside_revoked WHERE org = ?",
};

/* What a version before 3 has no place for, in words. */
static const struct {
	const char *what, *count;
} losses[] = {
	{"notes", "SELECT count(*) FROM notes WHERE org = ?"},
	{"links between cases", "SELECT count(*) FROM links WHERE org = ?"},
	{"claims shared with others", "SELECT count(*) FROM claims WHERE org = ?"},
	{"accounts", "SELECT count(*) FROM accounts WHERE org = ?"},
	{"webhooks", "SELECT count(*) FROM webhooks WHERE org = ?"},
	{"another organisation's cases", "SELECT count(*) FROM orgs WHERE org <> ?"},
};

enum err reliefdb_losses(struct reliefdb *db, struct reliefdb_loss out[static RELIEFDB_LOSSES], size_t *n)
{
	static_assert(sizeof(losses) / sizeof(losses[0]) == RELIEFDB_LOSSES, "one each");
	enum err err = ERR_OK;
	*n = 0;
	for (size_t i = 0; i < RELIEFDB_LOSSES && err == ERR_OK; i++) {
		int64_t count = 0;
		err = reliefdb_number(db, losses[i].count, &count);
		if (err == ERR_OK && count > 0)
			out[(*n)++] = (struct reliefdb_loss){losses[i].what, count};
	}
	return err;
}

/* A case as the programs of before wrote it: record version 1. */
static size_t encode_old(const struct case_file *file, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	size_t operator_len = strlen(file->operator_name);
	write_u8(&writer, 1);
	write_u32(&writer, file->number);
	write_u8(&writer, file->type);
	write_u8(&writer, (uint8_t)file->state);
	write_u8(&writer, (uint8_t)file->reason);
	write_bytes(&writer, file->letter, sizeof(file->letter));
	write_bytes(&writer, file->sender, sizeof(file->sender));
	write_u8(&writer, (uint8_t)operator_len);
	write_bytes(&writer, file->operator_name, operator_len);
	const uint64_t times[] = {file->arrived,     file->changed,   file->opened_at,   file->assigned_at,
				  file->answered_at, file->closed_at, file->withdrawn_at};
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		write_u64(&writer, times[i]);
	write_u8(&writer, file->told);
	write_u16(&writer, file->letters);
	write_u16(&writer, file->unread);
	write_u8(&writer, (uint8_t)file->class);
	write_u8(&writer, file->status);
	write_u32(&writer, file->red);
	write_u32(&writer, file->yellow);
	write_u8(&writer, file->danger);
	assert(writer_ok(&writer));
	return writer.len;
}

static enum err save_old(struct reliefdb *db, const struct case_file *file)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL], number[4];
	struct writer writer = writer_of(number, sizeof(number));
	write_u32(&writer, file->number);
	struct row_context context = row_context("case", number, sizeof(number));
	size_t len = encode_old(file, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare(db, "UPDATE cases SET sealed = ? WHERE org = ? AND number = ?");
	sql_blob(row, 1, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 2, db->org, sizeof(db->org));
	sql_int(row, 3, file->number);
	return reliefdb_run(db, row);
}

static enum err rewrite_cases(struct reliefdb *db)
{
	struct case_file *files = NULL;
	struct cases_filter every = {.all = true, .type = -1, .state = -1};
	size_t n = 0;
	enum err err = cases_list(db, &every, &files, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = save_old(db, &files[i]);
	free(files);
	return err;
}

enum err reliefdb_lower(struct reliefdb *db)
{
	enum err err = reliefdb_begin(db);
	if (err == ERR_OK)
		err = rewrite_cases(db);
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_new_aside);
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_old_schema);
	if (err == ERR_OK)
		err = reliefdb_run_all(db, moves_down, sizeof(moves_down) / sizeof(moves_down[0]));
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_new_drop);
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_old_indexes);
	if (err == ERR_OK)
		err = sql_only_grows(db->sql, "audit");
	if (err == ERR_OK)
		err = sql_set_version(db->sql, 2);
	if (err == ERR_OK)
		err = reliefdb_commit(db);
	reliefdb_rollback(db);
	return err;
}
