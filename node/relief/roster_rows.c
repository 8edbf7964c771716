/* The roster's rows in relief.db. */

#include "node/relief/roster.h"

#include "crypto/wipe.h"
#include "node/desk/text.h"
#include "proto/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_VERSION = 1, DAY_S = 86400, REVOKED_ROW = 2 + LINKAGE_SEED_SIZE };

static struct row_context member_context(uint32_t number)
{
	uint8_t row[4];
	struct writer writer = writer_of(row, sizeof(row));
	write_u32(&writer, number);
	return row_context("member", row, writer.len);
}

static size_t encode(const struct member *member, uint8_t out[static RELIEFDB_ROW_MAX])
{
	uint8_t card[CARD_SIZE_MAX];
	size_t card_len = card_encode(&member->card, card, sizeof(card));
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, ROW_VERSION);
	write_u8(&writer, (uint8_t)member->role);
	write_u8(&writer, member->x);
	write_u8(&writer, member->scope);
	write_u16(&writer, member->day);
	write_u16(&writer, member->granted_until);
	write_bytes(&writer, member->name, sizeof(member->name));
	write_bytes(&writer, member->linkage, sizeof(member->linkage));
	write_bytes(&writer, member->keys, sizeof(member->keys));
	write_bytes(&writer, member->secret, sizeof(member->secret));
	write_bytes(&writer, member->slope, sizeof(member->slope));
	write_bytes(&writer, member->certificate, sizeof(member->certificate));
	write_bytes(&writer, member->certificate_seed, sizeof(member->certificate_seed));
	write_bytes(&writer, card, card_len);
	return writer_ok(&writer) ? writer.len : 0;
}

static bool decode(const uint8_t *bytes, size_t len, struct member *out)
{
	struct reader reader = reader_of(bytes, len);
	size_t used = 0;
	uint8_t version = read_u8(&reader), role = read_u8(&reader);
	out->role = (enum member_role)role;
	out->x = read_u8(&reader);
	out->scope = read_u8(&reader);
	out->day = read_u16(&reader);
	out->granted_until = read_u16(&reader);
	read_bytes(&reader, out->name, sizeof(out->name));
	read_bytes(&reader, out->linkage, sizeof(out->linkage));
	read_bytes(&reader, out->keys, sizeof(out->keys));
	read_bytes(&reader, out->secret, sizeof(out->secret));
	read_bytes(&reader, out->slope, sizeof(out->slope));
	read_bytes(&reader, out->certificate, sizeof(out->certificate));
	read_bytes(&reader, out->certificate_seed, sizeof(out->certificate_seed));
	return !reader.failed && version == ROW_VERSION && role >= MEMBER_MEDIC && role <= MEMBER_ANNOUNCER && out->name[0] != '\0' &&
	       out->name[GRANT_NAME_MAX] == '\0' && card_parse(reader.at, reader.left, &out->card, &used) && used == reader.left;
}

static enum err read_member(struct reliefdb *db, const struct sql_row *row, struct member *out)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len = 0;
	*out = (struct member){.number = (uint32_t)sql_get_int(row, 0)};
	struct row_context context = member_context(out->number);
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && decode(plain, len, out);
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

/* Room for one more, twice as much each time. */
static struct member *grown(struct member *members, size_t n, size_t *room)
{
	if (n < *room)
		return members;
	size_t more = *room == 0 ? 16 : 2 * *room;
	struct member *moved = realloc(members, more * sizeof(*members));
	if (moved != NULL)
		*room = more;
	return moved;
}

enum err roster_list(struct reliefdb *db, struct member **members, size_t *n)
{
	size_t room = 0;
	*members = NULL;
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number, sealed FROM members WHERE org = ? ORDER BY number");
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		struct member *moved = grown(*members, *n, &room);
		if (moved == NULL) {
			err = ERR_MEMORY;
			break;
		}
		*members = moved;
		err = read_member(db, row, &moved[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	free(*members);
	*members = NULL;
	*n = 0;
	return err;
}

static enum err next_number(struct reliefdb *db, uint32_t *number)
{
	int64_t next = 0;
	enum err err = reliefdb_next(db, "members", &next);
	*number = (uint32_t)next;
	return err;
}

enum err roster_save(struct reliefdb *db, struct member *member)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	enum err err = member->number == 0 ? next_number(db, &member->number) : ERR_OK;
	if (err != ERR_OK)
		return err;
	size_t len = encode(member, plain);
	struct row_context context = member_context(member->number);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare_org(
		db, "INSERT INTO members(org, number, sealed) VALUES(?, ?, ?) ON CONFLICT(org, number) DO UPDATE SET sealed = excluded.sealed");
	sql_int(row, 2, member->number);
	sql_blob(row, 3, sealed, len + RELIEFDB_SEAL);
	return reliefdb_run(db, row);
}

enum err roster_remove(struct reliefdb *db, const struct member *member)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM members WHERE org = ? AND number = ?");
	sql_int(row, 2, member->number);
	return reliefdb_run(db, row);
}

/* What is published is no secret, but the time it stands under is nobody's business either: the row is sealed like the others. */
static struct row_context revoked_context(void)
{
	return row_context("revoked", "", 0);
}

enum err roster_note_revoked(struct reliefdb *db, const struct revocation_entry *entries, uint8_t n, uint64_t now)
{
	struct row_context context = revoked_context();
	enum err err = ERR_OK;
	for (uint8_t i = 0; i < n && err == ERR_OK; i++) {
		uint8_t plain[REVOKED_ROW], sealed[REVOKED_ROW + RELIEFDB_SEAL];
		struct writer writer = writer_of(plain, sizeof(plain));
		write_u16(&writer, entries[i].day);
		write_bytes(&writer, entries[i].secret, LINKAGE_SEED_SIZE);
		reliefdb_seal(db, &context, plain, sizeof(plain), sealed);
		int64_t seq;
		err = reliefdb_next(db, "revoked", &seq);
		if (err != ERR_OK)
			break;
		struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO revoked(org, seq, until, sealed) VALUES(?, ?, ?, ?)");
		sql_int(row, 2, seq);
		sql_int(row, 3, (int64_t)(now + ROSTER_REVOKED_DAYS * DAY_S));
		sql_blob(row, 4, sealed, sizeof(sealed));
		err = reliefdb_run(db, row);
	}
	return err;
}

enum err roster_revoked(struct reliefdb *db, uint64_t now, struct revocation_entry *entries, uint8_t *n)
{
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM revoked WHERE org = ? AND until < ?");
	sql_int(row, 2, (int64_t)now);
	enum err err = reliefdb_run(db, row);
	if (err != ERR_OK)
		return err;
	row = reliefdb_prepare_org(db, "SELECT sealed FROM revoked WHERE org = ? ORDER BY seq DESC");
	struct row_context context = revoked_context();
	while (*n < REVOCATIONS_MAX && (err = sql_step(row)) == ERR_OK) {
		uint8_t plain[RELIEFDB_ROW_MAX];
		size_t len = 0;
		if (!reliefdb_unseal(db, &context, row, 0, plain, &len) || len != REVOKED_ROW) {
			err = ERR_DAMAGED;
			break;
		}
		struct reader reader = reader_of(plain, len);
		entries[*n].day = read_u16(&reader);
		read_bytes(&reader, entries[*n].secret, LINKAGE_SEED_SIZE);
		++*n;
	}
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}
