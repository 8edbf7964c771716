/* Hooks and deliveries as sealed rows. */
#include "node/relief/webhooks_inside.h"

#include "crypto/wipe.h"
#include "node/relief/feed.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_VERSION = 1 };

static struct row_context context_of(const char *table, uint64_t number)
{
	uint8_t row[8];
	struct writer writer = writer_of(row, sizeof(row));
	write_u64(&writer, number);
	assert(writer_ok(&writer));
	return row_context(table, row, writer.len);
}

static void write_line(struct writer *writer, const char *text)
{
	size_t len = strlen(text);
	write_u16(writer, (uint16_t)len);
	write_bytes(writer, text, len);
}

/* False: longer than cap - 1. */
static bool read_line(struct reader *reader, char *out, size_t cap)
{
	uint16_t len = read_u16(reader);
	if (len >= cap)
		return false;
	read_bytes(reader, out, len);
	out[len] = '\0';
	return true;
}

static size_t hook_encode(const struct webhook *hook, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, ROW_VERSION);
	write_line(&writer, hook->url);
	write_line(&writer, hook->secret);
	write_u64(&writer, hook->after);
	write_u64(&writer, hook->made);
	write_u64(&writer, hook->last_at);
	write_u16(&writer, hook->last_code);
	write_u32(&writer, hook->failed);
	assert(writer_ok(&writer));
	return writer.len;
}

static bool hook_decode(const uint8_t *bytes, size_t len, struct webhook *out)
{
	struct reader reader = reader_of(bytes, len);
	if (read_u8(&reader) != ROW_VERSION || !read_line(&reader, out->url, sizeof(out->url)) ||
	    !read_line(&reader, out->secret, sizeof(out->secret)))
		return false;
	out->after = read_u64(&reader);
	out->made = read_u64(&reader);
	out->last_at = read_u64(&reader);
	out->last_code = read_u16(&reader);
	out->failed = read_u32(&reader);
	return reader_done(&reader);
}

static enum err put_hook(struct reliefdb *db, const struct webhook *hook, const char *text)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	struct row_context context = context_of("webhook", hook->number);
	size_t len = hook_encode(hook, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	wipe(plain, sizeof(plain));
	struct sql_row *row = reliefdb_prepare(db, text);
	sql_blob(row, 1, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 2, db->org, RELIEFDB_ORG);
	sql_int(row, 3, hook->number);
	return reliefdb_run(db, row);
}

enum err webhooks_save(struct reliefdb *db, const struct webhook *hook)
{
	return put_hook(db, hook, "UPDATE webhooks SET sealed = ? WHERE org = ? AND number = ?");
}

enum err webhooks_add(struct reliefdb *db, struct webhook *hook)
{
	int64_t have = 0, number = 0;
	enum err err = reliefdb_number(db, "SELECT COUNT(*) FROM webhooks WHERE org = ?", &have);
	if (err == ERR_OK && have >= WEBHOOKS_MAX)
		return ERR_LIMIT;
	if (err == ERR_OK)
		err = reliefdb_next(db, "webhooks", &number);
	if (err == ERR_OK)
		err = feed_head(db, &hook->after);
	hook->number = (uint32_t)number;
	return err == ERR_OK ? put_hook(db, hook, "INSERT INTO webhooks(sealed, org, number) VALUES(?, ?, ?)") : err;
}

enum err webhooks_list(struct reliefdb *db, struct webhook *hooks, size_t *n)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	enum err err = ERR_OK;
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number, sealed FROM webhooks WHERE org = ? ORDER BY number");
	while (*n < WEBHOOKS_MAX && (err = sql_step(row)) == ERR_OK) {
		struct webhook *hook = &hooks[*n];
		memset(hook, 0, sizeof(*hook));
		hook->number = (uint32_t)sql_get_int(row, 0);
		struct row_context context = context_of("webhook", hook->number);
		if (!reliefdb_unseal(db, &context, row, 1, plain, &len) || !hook_decode(plain, len, hook)) {
			err = ERR_DAMAGED;
			break;
		}
		++*n;
	}
	sql_end(row);
	wipe(plain, sizeof(plain));
	return err == ERR_NO_FILE ? ERR_OK : err;
}

enum err webhooks_remove(struct reliefdb *db, uint32_t number)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM deliveries WHERE org = ? AND hook = ?");
	sql_int(row, 2, number);
	enum err err = reliefdb_run(db, row);
	if (err != ERR_OK)
		return err;
	row = reliefdb_prepare_org(db, "DELETE FROM webhooks WHERE org = ? AND number = ?");
	sql_int(row, 2, number);
	err = reliefdb_run(db, row);
	return err == ERR_OK && sql_changes(db->sql) == 0 ? ERR_NO_FILE : err;
}

static size_t delivery_encode(const struct delivery *delivery, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, ROW_VERSION);
	write_u64(&writer, delivery->made);
	write_u64(&writer, delivery->event);
	write_u16(&writer, delivery->code);
	write_line(&writer, delivery->ref);
	write_line(&writer, delivery->error);
	write_line(&writer, delivery->body);
	assert(writer_ok(&writer));
	return writer.len;
}

static bool delivery_decode(const uint8_t *bytes, size_t len, struct delivery *out)
{
	struct reader reader = reader_of(bytes, len);
	bool version_ok = read_u8(&reader) == ROW_VERSION;
	out->made = read_u64(&reader);
	out->event = read_u64(&reader);
	out->code = read_u16(&reader);
	return version_ok && read_line(&reader, out->ref, sizeof(out->ref)) && read_line(&reader, out->error, sizeof(out->error)) &&
	       read_line(&reader, out->body, sizeof(out->body)) && reader_done(&reader);
}

static enum err put_delivery(struct reliefdb *db, const struct delivery *delivery, const char *text)
{
	uint8_t plain[RELIEFDB_ROW_MAX], sealed[RELIEFDB_ROW_MAX + RELIEFDB_SEAL];
	struct row_context context = context_of("delivery", delivery->seq);
	size_t len = delivery_encode(delivery, plain);
	reliefdb_seal(db, &context, plain, len, sealed);
	struct sql_row *row = reliefdb_prepare(db, text);
	sql_int(row, 1, delivery->hook);
	sql_int(row, 2, (int64_t)delivery->due);
	sql_int(row, 3, delivery->attempt);
	sql_int(row, 4, (int64_t)delivery->state);
	sql_blob(row, 5, sealed, len + RELIEFDB_SEAL);
	sql_blob(row, 6, db->org, RELIEFDB_ORG);
	sql_int(row, 7, (int64_t)delivery->seq);
	return reliefdb_run(db, row);
}

enum err deliveries_save(struct reliefdb *db, const struct delivery *delivery)
{
	return put_delivery(db, delivery, "UPDATE deliveries SET hook = ?, due = ?, attempt = ?, state = ?, sealed = ? WHERE org = ? AND seq = ?");
}

enum err deliveries_add(struct reliefdb *db, struct delivery *delivery)
{
	int64_t seq = 0;
	enum err err = reliefdb_next(db, "deliveries", &seq);
	delivery->seq = (uint64_t)seq;
	return err == ERR_OK
		       ? put_delivery(db, delivery, "INSERT INTO deliveries(hook, due, attempt, state, sealed, org, seq) VALUES(?, ?, ?, ?, ?, ?, ?)")
		       : err;
}

enum err deliveries_delete(struct reliefdb *db, uint64_t seq)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM deliveries WHERE org = ? AND seq = ?");
	sql_int(row, 2, (int64_t)seq);
	return reliefdb_run(db, row);
}

/* Of the columns seq, hook, due, attempt, state, sealed. */
static enum err read_delivery(struct reliefdb *db, const struct sql_row *row, struct delivery *out)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	memset(out, 0, sizeof(*out));
	out->seq = (uint64_t)sql_get_int(row, 0);
	out->hook = (uint32_t)sql_get_int(row, 1);
	out->due = (uint64_t)sql_get_int(row, 2);
	out->attempt = (uint8_t)sql_get_int(row, 3);
	out->state = sql_get_int(row, 4) == DELIVERY_DEAD ? DELIVERY_DEAD : DELIVERY_WAITS;
	struct row_context context = context_of("delivery", out->seq);
	return reliefdb_unseal(db, &context, row, 5, plain, &len) && delivery_decode(plain, len, out) ? ERR_OK : ERR_DAMAGED;
}

static enum err read_all(struct reliefdb *db, struct sql_row *row, struct delivery *out, size_t cap, size_t *n)
{
	enum err err = ERR_OK;
	*n = 0;
	while (*n < cap && (err = sql_step(row)) == ERR_OK) {
		err = read_delivery(db, row, &out[*n]);
		if (err != ERR_OK)
			break;
		++*n;
	}
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

enum err deliveries_of(struct reliefdb *db, uint32_t hook, enum delivery_state state, struct delivery *out, size_t cap, size_t *n)
{
	struct sql_row *row = reliefdb_prepare_org(
		db, "SELECT seq, hook, due, attempt, state, sealed FROM deliveries WHERE org = ? AND hook = ? AND state = ? ORDER BY seq LIMIT ?");
	sql_int(row, 2, hook);
	sql_int(row, 3, (int64_t)state);
	sql_int(row, 4, (int64_t)cap);
	return read_all(db, row, out, cap, n);
}

enum err webhooks_deliveries(struct reliefdb *db, enum delivery_state state, struct delivery **out, size_t *n)
{
	*n = 0;
	*out = calloc(WEBHOOK_DEAD_MAX, sizeof(**out));
	if (*out == NULL)
		return ERR_MEMORY;
	struct sql_row *row = reliefdb_prepare_org(
		db, "SELECT seq, hook, due, attempt, state, sealed FROM deliveries WHERE org = ? AND state = ? ORDER BY seq LIMIT ?");
	sql_int(row, 2, (int64_t)state);
	sql_int(row, 3, WEBHOOK_DEAD_MAX);
	return read_all(db, row, *out, WEBHOOK_DEAD_MAX, n);
}

enum err webhooks_retry(struct reliefdb *db, uint64_t seq, uint64_t now, size_t *n)
{
	struct sql_row *row =
		reliefdb_prepare(db, "UPDATE deliveries SET state = ?, attempt = 0, due = ? WHERE org = ? AND state = ? AND seq BETWEEN ? AND ?");
	sql_int(row, 1, DELIVERY_WAITS);
	sql_int(row, 2, (int64_t)now);
	sql_blob(row, 3, db->org, RELIEFDB_ORG);
	sql_int(row, 4, DELIVERY_DEAD);
	sql_int(row, 5, (int64_t)seq);
	sql_int(row, 6, seq != 0 ? (int64_t)seq : INT64_MAX);
	enum err err = reliefdb_run(db, row);
	*n = err == ERR_OK ? (size_t)sql_changes(db->sql) : 0;
	return err;
}
