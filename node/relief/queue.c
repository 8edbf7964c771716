#include "node/relief/queue.h"

#include <string.h>

enum err queue_add(struct reliefdb *db, const struct composed *composed)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "INSERT OR IGNORE INTO outgoing(id, envelope) VALUES(?, ?)");
	if (statement != NULL) {
		(void)sqlite3_bind_blob(statement, 1, composed->id, LETTER_ID_SIZE, SQLITE_STATIC); /* failed binds show in the step */
		(void)sqlite3_bind_blob(statement, 2, composed->envelope, (int)composed->len, SQLITE_STATIC);
	}
	return reliefdb_run(db, statement);
}

enum err queue_count(struct reliefdb *db, uint64_t *waiting)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT count(*) FROM outgoing");
	if (statement == NULL)
		return reliefdb_last(db);
	int code = sqlite3_step(statement);
	*waiting = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	(void)sqlite3_finalize(statement); /* only read */
	return reliefdb_err(db, code);
}

/* The oldest one; ERR_NO_FILE: none waits. */
static enum err first_waiting(struct reliefdb *db, int64_t *seq, uint8_t envelope[static ENVELOPE_SIZE_MAX], size_t *len)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "SELECT seq, envelope FROM outgoing ORDER BY seq LIMIT 1");
	if (statement == NULL)
		return reliefdb_last(db);
	int code = sqlite3_step(statement);
	enum err err = code == SQLITE_ROW ? ERR_OK : code == SQLITE_DONE ? ERR_NO_FILE : reliefdb_err(db, code);
	if (err == ERR_OK) {
		*seq = sqlite3_column_int64(statement, 0);
		*len = (size_t)sqlite3_column_bytes(statement, 1);
		if (*len > ENVELOPE_SIZE_MAX)
			err = ERR_DAMAGED;
		else if (*len > 0)
			memcpy(envelope, sqlite3_column_blob(statement, 1), *len);
	}
	(void)sqlite3_finalize(statement); /* only read */
	return err;
}

static enum err take_out(struct reliefdb *db, int64_t seq)
{
	sqlite3_stmt *statement = reliefdb_prepare(db, "DELETE FROM outgoing WHERE seq = ?");
	if (statement != NULL)
		(void)sqlite3_bind_int64(statement, 1, seq); /* a failed bind shows in the step */
	return reliefdb_run(db, statement);
}

enum err queue_flush(struct reliefdb *db, struct postlink *link, unsigned *handed, unsigned *refused)
{
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	size_t len = 0;
	int64_t seq = 0;
	enum err err;
	*handed = 0;
	*refused = 0;
	while ((err = first_waiting(db, &seq, envelope, &len)) == ERR_OK) {
		struct control_submitted answer;
		err = postlink_submit(link, envelope, len, SUBMIT_SEND_NOW, &answer);
		if (err == ERR_OK && answer.verdict == VERDICT_FULL)
			err = ERR_FULL;
		if (err == ERR_OK)
			err = take_out(db, seq);
		if (err != ERR_OK)
			return err;
		if (answer.verdict == VERDICT_STORED || answer.verdict == VERDICT_KNOWN)
			++*handed;
		else
			++*refused;
	}
	return err == ERR_NO_FILE ? ERR_OK : err;
}
