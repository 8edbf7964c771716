#include "node/relief/queue.h"

#include <string.h>

enum err queue_add(struct reliefdb *db, const struct composed *composed)
{
	int64_t seq;
	enum err err = reliefdb_next(db, "outgoing", &seq);
	if (err != ERR_OK)
		return err;
	struct sql_row *row =
		reliefdb_prepare_org(db, "INSERT INTO outgoing(org, seq, id, envelope) VALUES(?, ?, ?, ?) ON CONFLICT(org, id) DO NOTHING");
	sql_int(row, 2, seq);
	sql_blob(row, 3, composed->id, LETTER_ID_SIZE);
	sql_blob(row, 4, composed->envelope, composed->len);
	return reliefdb_run(db, row);
}

enum err queue_count(struct reliefdb *db, uint64_t *waiting)
{
	int64_t n = 0;
	enum err err = reliefdb_number(db, "SELECT count(*) FROM outgoing WHERE org = ?", &n);
	*waiting = (uint64_t)n;
	return err;
}

/* The oldest one; ERR_NO_FILE: none waits. */
static enum err first_waiting(struct reliefdb *db, int64_t *seq, uint8_t envelope[static ENVELOPE_SIZE_MAX], size_t *len)
{
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT seq, envelope FROM outgoing WHERE org = ? ORDER BY seq LIMIT 1");
	enum err err = sql_step(row);
	if (err == ERR_OK) {
		*seq = sql_get_int(row, 0);
		const uint8_t *bytes = sql_get_blob(row, 1, len);
		if (bytes == NULL || *len > ENVELOPE_SIZE_MAX)
			err = ERR_DAMAGED;
		else
			memcpy(envelope, bytes, *len);
	}
	sql_end(row);
	return err;
}

static enum err take_out(struct reliefdb *db, int64_t seq)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM outgoing WHERE org = ? AND seq = ?");
	sql_int(row, 2, seq);
	return reliefdb_run(db, row);
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
