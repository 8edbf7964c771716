#include "node/relief/notes.h"

#include "crypto/wipe.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_VERSION = 1, ROW_ID = 12 };

static const char *const words[NOTE_KINDS] = {"note",     "opened", "claimed",  "released", "ran_out",  "assigned", "replied",
					      "verified", "merged", "unmerged", "closed",   "reopened", "taken",    "partner"};

const char *note_word(enum note_kind kind)
{
	assert(kind < NOTE_KINDS);
	return words[kind];
}

static struct row_context note_context(uint32_t number, int64_t seq)
{
	uint8_t row[ROW_ID];
	struct writer writer = writer_of(row, sizeof(row));
	write_u32(&writer, number);
	write_u64(&writer, (uint64_t)seq);
	return row_context("note", row, sizeof(row));
}

static size_t encode(const struct note *note, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, NOTE_VERSION);
	write_u64(&writer, note->at);
	write_u8(&writer, (uint8_t)note->kind);
	write_u8(&writer, (uint8_t)strlen(note->by));
	write_bytes(&writer, note->by, strlen(note->by));
	write_u16(&writer, (uint16_t)strlen(note->text));
	write_bytes(&writer, note->text, strlen(note->text));
	assert(writer_ok(&writer));
	return writer.len;
}

static bool decode(const uint8_t *bytes, size_t len, struct note *out)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	bool version_ok = read_u8(&reader) == NOTE_VERSION;
	out->at = read_u64(&reader);
	out->kind = (enum note_kind)read_u8(&reader);
	uint8_t by_len = read_u8(&reader);
	if (by_len > CASE_OPERATOR_MAX)
		return false;
	read_bytes(&reader, out->by, by_len);
	uint16_t text_len = read_u16(&reader);
	if (text_len > NOTE_TEXT_MAX)
		return false;
	read_bytes(&reader, out->text, text_len);
	return version_ok && reader_done(&reader) && out->kind < NOTE_KINDS;
}

enum err notes_add(struct reliefdb *db, uint32_t number, const struct note *note)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	int64_t seq = 0;
	enum err err = reliefdb_next(db, "notes", &seq);
	if (err != ERR_OK)
		return err;
	size_t len = encode(note, plain);
	struct row_context context = note_context(number, seq);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO notes(org, number, seq, sealed) VALUES(?, ?, ?, ?)");
	sql_int(row, 2, number);
	sql_int(row, 3, seq);
	sql_blob(row, 4, sealed, len + RELIEFDB_SEAL);
	return reliefdb_run(db, row);
}

static enum err read_note(struct reliefdb *db, const struct sql_row *row, uint32_t number, struct note *note)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len = 0;
	struct row_context context = note_context(number, sql_get_int(row, 0));
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && decode(plain, len, note);
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

enum err notes_list(struct reliefdb *db, uint32_t number, struct note **notes, size_t *n)
{
	size_t cap = 0;
	*notes = NULL;
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT seq, sealed FROM notes WHERE org = ? AND number = ? ORDER BY seq LIMIT ?");
	sql_int(row, 2, number);
	sql_int(row, 3, NOTES_MAX);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK) {
		if (*n == cap) {
			cap = cap == 0 ? 16 : 2 * cap;
			struct note *more = reallocarray(*notes, cap, sizeof(**notes));
			err = more == NULL ? ERR_MEMORY : ERR_OK;
			*notes = more != NULL ? more : *notes;
		}
		if (err == ERR_OK)
			err = read_note(db, row, number, &(*notes)[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	if (err == ERR_NO_FILE)
		return ERR_OK;
	free(*notes);
	*notes = NULL;
	*n = 0;
	return err;
}
