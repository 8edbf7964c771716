#include "node/relief/claims.h"

#include "crypto/digest.h"
#include "crypto/safebox.h"
#include "crypto/wipe.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { PLAIN_MAX = 2 + LETTER_ORG_MAX + CASE_OPERATOR_MAX, ROW_KEY = 32 };

void claims_id(const uint8_t sender[static DH_KEY_SIZE], const struct case_letter *letter, uint8_t out[static CASE_CLAIM_SIZE])
{
	uint8_t sent_at[4];
	struct writer writer = writer_of(sent_at, sizeof(sent_at));
	struct digest digest;
	write_u32(&writer, letter->sent_at);
	digest_start(&digest, "barid-claim-v1", CASE_CLAIM_SIZE);
	digest_add(&digest, sender, DH_KEY_SIZE);
	digest_add(&digest, &letter->type, 1);
	digest_add(&digest, sent_at, sizeof(sent_at));
	digest_add(&digest, letter->body, letter->body_len);
	digest_end(&digest, out);
}

bool claims_named(const uint8_t id[static CASE_CLAIM_SIZE])
{
	uint8_t any = 0;
	for (size_t i = 0; i < CASE_CLAIM_SIZE; i++)
		any |= id[i];
	return any != 0;
}

bool claims_loses(const struct claims_bid *ours, const struct claims_bid *theirs)
{
	if (ours->at != theirs->at)
		return theirs->at < ours->at;
	return memcmp(theirs->identity, ours->identity, DH_KEY_SIZE) < 0;
}

/* The column that holds the row's key to the database: a thief of the database reads no names, whoever got the request does. */
static void row_names(const struct case_file *file, uint8_t id[static CASE_CLAIM_SIZE], uint8_t key[static ROW_KEY])
{
	digest_of("barid-claim-row-v1", file->claim, CASE_CLAIM_SIZE, id, CASE_CLAIM_SIZE);
	digest_of("barid-claim-key-v1", file->claim, CASE_CLAIM_SIZE, key, ROW_KEY);
}

enum err claims_take(struct reliefdb *db, const struct case_file *file, uint64_t now, const struct claims_row *row, bool *won)
{
	uint8_t id[CASE_CLAIM_SIZE], key[ROW_KEY], plain[PLAIN_MAX], sealed[PLAIN_MAX + RELIEFDB_SEAL];
	struct writer writer = writer_of(plain, sizeof(plain));
	*won = true;
	if (!claims_named(file->claim))
		return ERR_OK;
	row_names(file, id, key);
	write_u8(&writer, (uint8_t)strlen(row->org));
	write_bytes(&writer, row->org, strlen(row->org));
	write_u8(&writer, (uint8_t)strlen(row->who));
	write_bytes(&writer, row->who, strlen(row->who));
	assert(writer_ok(&writer));
	struct row_context context = row_context("claim", id, sizeof(id));
	rowbox_close(key, context.bytes, context.len, plain, writer.len, sealed);
	wipe(key, sizeof(key));
	/* One statement, so that of two who ask at once one waits for the other's row and then sees it. */
	struct sql_row *statement = reliefdb_prepare(
		db,
		"INSERT INTO claims(id, org, at, until, revision, sealed) VALUES(?, ?, ?, ?, 1, ?) ON CONFLICT(id) DO UPDATE SET org = excluded.org, "
		"at = excluded.at, until = excluded.until, revision = claims.revision + 1, sealed = excluded.sealed WHERE claims.org = excluded.org "
		"OR claims.until < ?");
	sql_blob(statement, 1, id, sizeof(id));
	sql_blob(statement, 2, db->org, sizeof(db->org));
	sql_int(statement, 3, (int64_t)row->at);
	sql_int(statement, 4, (int64_t)row->until);
	sql_blob(statement, 5, sealed, writer.len + RELIEFDB_SEAL);
	sql_int(statement, 6, (int64_t)now);
	enum err err = reliefdb_run(db, statement);
	*won = err == ERR_OK && sql_changes(db->sql) > 0;
	return err;
}

enum err claims_release(struct reliefdb *db, const struct case_file *file)
{
	uint8_t id[CASE_CLAIM_SIZE], key[ROW_KEY];
	if (!claims_named(file->claim))
		return ERR_OK;
	row_names(file, id, key);
	wipe(key, sizeof(key));
	struct sql_row *statement = reliefdb_prepare(db, "DELETE FROM claims WHERE id = ? AND org = ?");
	sql_blob(statement, 1, id, sizeof(id));
	sql_blob(statement, 2, db->org, sizeof(db->org));
	return reliefdb_run(db, statement);
}

/* At most size - 1 bytes; what is longer, or no text, leaves it empty. */
static void read_text(struct reader *reader, char *out, size_t size)
{
	uint8_t len = read_u8(reader);
	out[0] = '\0';
	if (len >= size || reader->failed)
		return;
	read_bytes(reader, out, len);
	out[reader->failed ? 0 : len] = '\0';
}

static void open_names(const struct case_file *file, const uint8_t *sealed, size_t len, struct claims_row *row)
{
	uint8_t id[CASE_CLAIM_SIZE], key[ROW_KEY], plain[PLAIN_MAX];
	row_names(file, id, key);
	struct row_context context = row_context("claim", id, sizeof(id));
	bool fits = sealed != NULL && len > RELIEFDB_SEAL && len <= PLAIN_MAX + RELIEFDB_SEAL;
	if (fits && rowbox_open(key, context.bytes, context.len, sealed, len, plain)) {
		struct reader reader = reader_of(plain, len - RELIEFDB_SEAL);
		read_text(&reader, row->org, sizeof(row->org));
		read_text(&reader, row->who, sizeof(row->who));
	}
	wipe(key, sizeof(key));
}

enum err claims_look(struct reliefdb *db, const struct case_file *file, struct claims_row *row)
{
	uint8_t id[CASE_CLAIM_SIZE], key[ROW_KEY];
	memset(row, 0, sizeof(*row));
	if (!claims_named(file->claim))
		return ERR_NO_FILE;
	row_names(file, id, key);
	wipe(key, sizeof(key));
	struct sql_row *statement = reliefdb_prepare(db, "SELECT org, at, until, sealed FROM claims WHERE id = ?");
	sql_blob(statement, 1, id, sizeof(id));
	enum err err = sql_step(statement);
	if (err == ERR_OK) {
		size_t org_len = 0, sealed_len = 0;
		const uint8_t *org = sql_get_blob(statement, 0, &org_len);
		row->ours = org_len == sizeof(db->org) && memcmp(org, db->org, org_len) == 0;
		row->at = (uint64_t)sql_get_int(statement, 1);
		row->until = (uint64_t)sql_get_int(statement, 2);
		const uint8_t *sealed = sql_get_blob(statement, 3, &sealed_len);
		open_names(file, sealed, sealed_len, row);
	}
	sql_end(statement);
	return err;
}
