#include "node/relief/noticelog.h"

#include "crypto/digest.h"
#include "node/desk/letter.h"
#include "node/desk/text.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum {
	LOG_VERSION = 1,
	ENTRY_SIZE = 4 + 4 + LETTER_ID_SIZE,
	LOG_SIZE = 1 + NOTICELOG_MAX * ENTRY_SIZE,
	SPEAKER_BYTES = 8,
	NAME_MAX_LEN = 48,
	SEEN_SIZE = 16
};

struct log {
	unsigned n;
	struct noticelog_entry entries[NOTICELOG_MAX]; /* by seq */
};

static void name_of(const uint8_t issuer[static SIGN_KEY_SIZE], const uint8_t topic[static NOTICE_TOPIC_SIZE], char out[static NAME_MAX_LEN])
{
	(void)strcpy(out, "notices-"); /* 8 + 16 + 16 + 1 fit */
	text_hex(issuer, SPEAKER_BYTES, out + strlen(out));
	text_hex(topic, NOTICE_TOPIC_SIZE, out + strlen(out));
}

static enum err read_log(struct reliefdb *db, const char *name, struct log *out)
{
	uint8_t value[LOG_SIZE];
	size_t len = 0;
	memset(out, 0, sizeof(*out));
	enum err err = reliefdb_fact(db, name, value, sizeof(value), &len);
	if (err != ERR_OK)
		return err == ERR_NO_FILE ? ERR_OK : err;
	struct reader reader = reader_of(value, len);
	if (read_u8(&reader) != LOG_VERSION || (len - 1) % ENTRY_SIZE != 0)
		return ERR_DAMAGED;
	for (out->n = 0; out->n < (len - 1) / ENTRY_SIZE; out->n++) {
		struct noticelog_entry *entry = &out->entries[out->n];
		entry->seq = read_u32(&reader);
		entry->issued = read_u32(&reader);
		read_bytes(&reader, entry->id, LETTER_ID_SIZE);
	}
	return reader_done(&reader) ? ERR_OK : ERR_DAMAGED;
}

static enum err write_log(struct reliefdb *db, const char *name, const struct log *log)
{
	uint8_t value[LOG_SIZE];
	struct writer writer = writer_of(value, sizeof(value));
	write_u8(&writer, LOG_VERSION);
	for (unsigned i = 0; i < log->n; i++) {
		write_u32(&writer, log->entries[i].seq);
		write_u32(&writer, log->entries[i].issued);
		write_bytes(&writer, log->entries[i].id, LETTER_ID_SIZE);
	}
	assert(writer_ok(&writer));
	return reliefdb_fact_set(db, name, value, writer.len);
}

enum err noticelog_note(struct reliefdb *db, const uint8_t issuer[static SIGN_KEY_SIZE], const uint8_t topic[static NOTICE_TOPIC_SIZE],
			const struct noticelog_entry *entry)
{
	char name[NAME_MAX_LEN];
	struct log log;
	name_of(issuer, topic, name);
	enum err err = read_log(db, name, &log);
	if (err != ERR_OK)
		return err;
	/* what comes late, out of order, was replaced before it came and was never on the board */
	if (log.n > 0 && log.entries[log.n - 1].seq >= entry->seq)
		return ERR_OK;
	if (log.n == NOTICELOG_MAX)
		memmove(&log.entries[0], &log.entries[1], --log.n * sizeof(log.entries[0]));
	log.entries[log.n++] = *entry;
	return write_log(db, name, &log);
}

/* Of all notices there are, so that a fetch that brought none costs one question. */
static void all_of(const struct keyring *ring, uint8_t out[static SEEN_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-noticelog-v1", SEEN_SIZE);
	for (unsigned i = 0; i < ring->notices_n; i++)
		digest_add(&digest, ring->notices[i].id, LETTER_ID_SIZE);
	digest_end(&digest, out);
}

enum err noticelog_take(struct reliefdb *db, struct keyring *ring)
{
	uint8_t all[SEEN_SIZE], seen[SEEN_SIZE];
	size_t len = 0;
	all_of(ring, all);
	enum err err = reliefdb_fact(db, "notices-seen", seen, sizeof(seen), &len);
	if (err == ERR_OK && len == sizeof(seen) && memcmp(seen, all, sizeof(seen)) == 0)
		return ERR_OK;
	if (err == ERR_NO_FILE)
		err = ERR_OK;
	for (unsigned i = 0; i < ring->notices_n && err == ERR_OK; i++) {
		const struct kept_notice *notice = &ring->notices[i];
		bool kind = notice->type == LETTER_TRANSPORT || notice->type == LETTER_ALERT;
		if (!kind || notice->verb == NOTICE_HEARTBEAT || notice->extra == EXTRA_TICKET ||
		    keyring_org_name(ring, notice->organisation) == NULL)
			continue;
		struct noticelog_entry entry = {.seq = notice->seq, .issued = notice->issued};
		memcpy(entry.id, notice->id, LETTER_ID_SIZE);
		err = noticelog_note(db, notice->issuer, notice->topic, &entry);
	}
	return err == ERR_OK ? reliefdb_fact_set(db, "notices-seen", all, sizeof(all)) : err;
}

enum err noticelog_before(struct reliefdb *db, const struct kept_notice *notice, struct noticelog_entry out[static NOTICELOG_MAX], unsigned *n)
{
	char name[NAME_MAX_LEN];
	struct log log;
	*n = 0;
	name_of(notice->issuer, notice->topic, name);
	enum err err = read_log(db, name, &log);
	for (unsigned i = 0; i < log.n && err == ERR_OK; i++)
		if (log.entries[i].seq < notice->seq)
			out[(*n)++] = log.entries[i];
	return err;
}
