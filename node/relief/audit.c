#include "node/relief/audit.h"

#include "crypto/digest.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { ENTRY_VERSION = 1, HEAD_SIZE = 8 + AUDIT_CHAIN_SIZE };

static const char *const words[AUDIT_ACTIONS] = {
	[AUDIT_CREATED] = "created",     [AUDIT_LOOKED] = "looked",     [AUDIT_EXPORTED] = "exported",   [AUDIT_CLAIMED] = "claimed",
	[AUDIT_REPLIED] = "replied",     [AUDIT_CLOSED] = "closed",     [AUDIT_PUBLISHED] = "published", [AUDIT_GRANTED] = "granted",
	[AUDIT_REVOKED] = "revoked",     [AUDIT_RELEASED] = "released", [AUDIT_ASSIGNED] = "assigned",   [AUDIT_NOTED] = "noted",
	[AUDIT_VERIFIED] = "verified",   [AUDIT_MERGED] = "merged",     [AUDIT_UNMERGED] = "unmerged",   [AUDIT_REOPENED] = "reopened",
	[AUDIT_PARTNERED] = "partnered", [AUDIT_TAKEN] = "taken",       [AUDIT_ENTERED] = "logged_in",   [AUDIT_GUESSED] = "wrong_password",
	[AUDIT_ACCOUNTED] = "account",   [AUDIT_PASSWORD] = "password", [AUDIT_BARRED] = "barred",       [AUDIT_LOCKED] = "locked",
	[AUDIT_ERASED] = "erased",       [AUDIT_HOOKED] = "hooked",
};

const char *audit_word(enum audit_action action)
{
	assert(action > 0);
	assert(action < AUDIT_ACTIONS);
	return words[action] != NULL ? words[action] : "";
}

/* An entry is sealed to its place and to the entry before it. */
static struct row_context entry_context(uint64_t seq, const uint8_t before[static AUDIT_CHAIN_SIZE])
{
	uint8_t row[HEAD_SIZE];
	struct writer writer = writer_of(row, sizeof(row));
	write_u64(&writer, seq);
	write_bytes(&writer, before, AUDIT_CHAIN_SIZE);
	assert(writer_ok(&writer));
	return row_context("audit", row, writer.len);
}

static void chain_on(const struct row_context *context, const uint8_t *sealed, size_t len, uint8_t out[static AUDIT_CHAIN_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-audit-v1", AUDIT_CHAIN_SIZE);
	digest_add(&digest, context->bytes, context->len);
	digest_add(&digest, sealed, len);
	digest_end(&digest, out);
}

static size_t entry_encode(const struct audit_entry *entry, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	size_t who_len = strlen(entry->who), detail_len = strlen(entry->detail);
	write_u8(&writer, ENTRY_VERSION);
	write_u64(&writer, entry->at);
	write_u8(&writer, (uint8_t)entry->action);
	write_u8(&writer, (uint8_t)who_len);
	write_bytes(&writer, entry->who, who_len);
	write_u16(&writer, (uint16_t)detail_len);
	write_bytes(&writer, entry->detail, detail_len);
	assert(writer_ok(&writer));
	return writer.len;
}

static bool entry_decode(const uint8_t *bytes, size_t len, struct audit_entry *out)
{
	struct reader reader = reader_of(bytes, len);
	bool version_ok = read_u8(&reader) == ENTRY_VERSION;
	out->at = read_u64(&reader);
	out->action = (enum audit_action)read_u8(&reader);
	uint8_t who_len = read_u8(&reader);
	if (who_len > AUDIT_WHO_MAX)
		return false;
	read_bytes(&reader, out->who, who_len);
	uint16_t detail_len = read_u16(&reader);
	if (detail_len > AUDIT_DETAIL_MAX)
		return false;
	read_bytes(&reader, out->detail, detail_len);
	return version_ok && reader_done(&reader) && out->action > 0 && out->action < AUDIT_ACTIONS;
}

enum err audit_head(struct reliefdb *db, uint64_t *entries, uint8_t chain[static AUDIT_CHAIN_SIZE])
{
	uint8_t head[HEAD_SIZE];
	size_t len;
	*entries = 0;
	memset(chain, 0, AUDIT_CHAIN_SIZE);
	enum err err = reliefdb_fact(db, "audit", head, sizeof(head), &len);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	struct reader reader = reader_of(head, len);
	*entries = read_u64(&reader);
	read_bytes(&reader, chain, AUDIT_CHAIN_SIZE);
	return reader_done(&reader) ? ERR_OK : ERR_DAMAGED;
}

static enum err set_head(struct reliefdb *db, const struct audit_entry *entry)
{
	uint8_t head[HEAD_SIZE];
	struct writer writer = writer_of(head, sizeof(head));
	write_u64(&writer, entry->seq);
	write_bytes(&writer, entry->chain, AUDIT_CHAIN_SIZE);
	assert(writer_ok(&writer));
	return reliefdb_fact_set(db, "audit", head, writer.len);
}

enum err audit_add(struct reliefdb *db, struct audit_entry *entry)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL], before[AUDIT_CHAIN_SIZE];
	uint64_t entries;
	enum err err = audit_head(db, &entries, before);
	if (err != ERR_OK)
		return err;
	entry->seq = entries + 1;
	struct row_context context = entry_context(entry->seq, before);
	size_t len = entry_encode(entry, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	chain_on(&context, sealed, len + RELIEFDB_SEAL, entry->chain);
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO audit(org, seq, sealed, chain) VALUES(?, ?, ?, ?)");
	sql_int(row, 2, (int64_t)entry->seq);
	sql_blob(row, 3, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 4, entry->chain, AUDIT_CHAIN_SIZE);
	err = reliefdb_run(db, row);
	return err == ERR_OK ? set_head(db, entry) : err;
}

enum err audit_start(struct audit_walk *walk, struct reliefdb *db)
{
	memset(walk, 0, sizeof(*walk));
	walk->db = db;
	walk->row = reliefdb_prepare_org(db, "SELECT seq, sealed, chain FROM audit WHERE org = ? ORDER BY seq");
	return ERR_OK;
}

/* At the end the newest hash kept apart must be the one arrived at. */
static enum err check_end(struct audit_walk *walk)
{
	uint64_t entries;
	uint8_t chain[AUDIT_CHAIN_SIZE];
	enum err err = audit_head(walk->db, &entries, chain);
	if (err != ERR_OK)
		return err;
	return entries == walk->seq && memcmp(chain, walk->chain, sizeof(chain)) == 0 ? ERR_NO_FILE : ERR_DAMAGED;
}

enum err audit_next(struct audit_walk *walk, struct audit_entry *entry)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len, sealed_len, chain_len;
	enum err err = sql_step(walk->row);
	if (err != ERR_OK)
		return err == ERR_NO_FILE ? check_end(walk) : err;
	memset(entry, 0, sizeof(*entry));
	entry->seq = walk->seq + 1;
	struct row_context context = entry_context(entry->seq, walk->chain);
	if ((uint64_t)sql_get_int(walk->row, 0) != entry->seq || !reliefdb_unseal(walk->db, &context, walk->row, 1, plain, &len) ||
	    !entry_decode(plain, len, entry))
		return ERR_DAMAGED;
	const uint8_t *sealed = sql_get_blob(walk->row, 1, &sealed_len);
	chain_on(&context, sealed, sealed_len, entry->chain);
	const uint8_t *chain = sql_get_blob(walk->row, 2, &chain_len);
	if (chain_len != AUDIT_CHAIN_SIZE || memcmp(chain, entry->chain, AUDIT_CHAIN_SIZE) != 0)
		return ERR_DAMAGED;
	walk->seq = entry->seq;
	memcpy(walk->chain, entry->chain, sizeof(walk->chain));
	return ERR_OK;
}

void audit_end(struct audit_walk *walk)
{
	sql_end(walk->row);
	walk->row = NULL;
}
