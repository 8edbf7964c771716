#include "node/relief/feed.h"

#include "crypto/wipe.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { EVENT_VERSION = 1 };

static const char *const words[FEED_WHATS] = {"",        "arrived",  "joined", "opened", "claimed",  "released", "assigned", "noted",
					      "replied", "verified", "merged", "closed", "reopened", "taken",    "erased"};

const char *feed_word(enum feed_what what)
{
	assert(what > 0);
	assert(what < FEED_WHATS);
	return words[what];
}

static struct row_context event_context(uint64_t seq)
{
	uint8_t row[8];
	struct writer writer = writer_of(row, sizeof(row));
	write_u64(&writer, seq);
	assert(writer_ok(&writer));
	return row_context("feed", row, writer.len);
}

static size_t event_encode(const struct feed_event *event, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	size_t who_len = strlen(event->who);
	write_u8(&writer, EVENT_VERSION);
	write_u64(&writer, event->at);
	write_u8(&writer, (uint8_t)event->what);
	write_u32(&writer, event->number);
	write_u32(&writer, event->revision);
	write_u8(&writer, event->type);
	write_u8(&writer, event->status);
	write_u8(&writer, (uint8_t)event->state);
	write_u8(&writer, (uint8_t)who_len);
	write_bytes(&writer, event->who, who_len);
	assert(writer_ok(&writer));
	return writer.len;
}

static bool event_decode(const uint8_t *bytes, size_t len, struct feed_event *out)
{
	struct reader reader = reader_of(bytes, len);
	bool version_ok = read_u8(&reader) == EVENT_VERSION;
	out->at = read_u64(&reader);
	out->what = (enum feed_what)read_u8(&reader);
	out->number = read_u32(&reader);
	out->revision = read_u32(&reader);
	out->type = read_u8(&reader);
	out->status = read_u8(&reader);
	out->state = (enum case_state)read_u8(&reader);
	uint8_t who_len = read_u8(&reader);
	if (who_len > FEED_WHO_MAX)
		return false;
	read_bytes(&reader, out->who, who_len);
	return version_ok && reader_done(&reader) && out->what > 0 && out->what < FEED_WHATS && out->state < CASE_STATES &&
	       out->status <= STATUS_TEST;
}

static enum err insert(struct reliefdb *db, const struct feed_event *event)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	struct row_context context = event_context(event->seq);
	size_t len = event_encode(event, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO feed(org, seq, at, number, sealed) VALUES(?, ?, ?, ?, ?)");
	sql_int(row, 2, (int64_t)event->seq);
	sql_int(row, 3, (int64_t)event->at);
	sql_int(row, 4, event->number);
	sql_blob(row, 5, sealed, len + RELIEFDB_SEAL);
	return reliefdb_run(db, row);
}

enum err feed_add(struct reliefdb *db, uint64_t at, enum feed_what what, const struct case_file *file, const char *who)
{
	assert(what > 0);
	assert(what < FEED_WHATS);
	struct feed_event event = {.at = at,
				   .what = what,
				   .number = file->number,
				   .revision = file->revision,
				   .type = file->type,
				   .status = file->status,
				   .state = file->state};
	int64_t seq = 0;
	size_t len = who != NULL ? strnlen(who, FEED_WHO_MAX) : 0;
	if (len > 0)
		memcpy(event.who, who, len);
	enum err err = reliefdb_next(db, "feed", &seq);
	if (err != ERR_OK)
		return err;
	event.seq = (uint64_t)seq;
	return insert(db, &event);
}

static enum err read_event(struct reliefdb *db, const struct sql_row *row, struct feed_event *out)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	memset(out, 0, sizeof(*out));
	out->seq = (uint64_t)sql_get_int(row, 0);
	struct row_context context = event_context(out->seq);
	bool good = reliefdb_unseal(db, &context, row, 1, plain, &len) && event_decode(plain, len, out);
	wipe(plain, sizeof(plain));
	return good ? ERR_OK : ERR_DAMAGED;
}

enum err feed_list(struct reliefdb *db, uint64_t after, struct feed_event *events, size_t cap, size_t *n)
{
	enum err err = ERR_OK;
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT seq, sealed FROM feed WHERE org = ? AND "
						       "seq > ? ORDER BY seq LIMIT ?");
	sql_int(row, 2, after < INT64_MAX ? (int64_t)after : INT64_MAX);
	sql_int(row, 3, cap < INT64_MAX ? (int64_t)cap : INT64_MAX);
	while (*n < cap && (err = sql_step(row)) == ERR_OK) {
		err = read_event(db, row, &events[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

enum err feed_head(struct reliefdb *db, uint64_t *seq)
{
	int64_t newest = 0;
	enum err err = reliefdb_number(db, "SELECT COALESCE(MAX(seq), 0) FROM feed WHERE org = ?", &newest);
	*seq = (uint64_t)newest;
	return err;
}
