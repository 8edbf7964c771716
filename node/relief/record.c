#include "node/relief/record.h"

#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { RECORD_VERSION = 1, CASE_VERSION = 2, LETTER_FLAG_OUTGOING = 1, LETTER_FLAG_REDUCED = 2, LETTER_FLAG_READ = 4 };
enum { LETTER_TICKET_SHIFT = 3, LETTER_TICKET_MASK = 7, LETTER_ROLE_SHIFT = 6 }; /* in the byte of the flags, zero in older rows */

/* A text of at most CASE_OPERATOR_MAX bytes. */
static void write_name(struct writer *writer, const char *name)
{
	size_t len = strlen(name);
	assert(len <= CASE_OPERATOR_MAX);
	write_u8(writer, (uint8_t)len);
	write_bytes(writer, name, len);
}

static bool read_name(struct reader *reader, char name[static CASE_OPERATOR_MAX + 1])
{
	uint8_t len = read_u8(reader);
	if (len > CASE_OPERATOR_MAX)
		return false;
	read_bytes(reader, name, len);
	return memchr(name, '\0', len) == NULL;
}

/* What came with version 2. */
static void write_work(struct writer *writer, const struct case_file *file)
{
	const uint64_t times[] = {file->claimed_at, file->lease_until, file->told_until, file->waiting_since, file->touched_at, file->taken_at};
	write_u32(writer, file->revision);
	write_u8(writer, (uint8_t)file->verification);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		write_u64(writer, times[i]);
	write_u32(writer, file->lease_s);
	write_u8(writer, file->lapse_told);
	write_u32(writer, file->merged_into);
	write_bytes(writer, file->claim, sizeof(file->claim));
	write_name(writer, file->taken_by);
}

static bool read_work(struct reader *reader, struct case_file *out)
{
	uint64_t *const times[] = {&out->claimed_at, &out->lease_until, &out->told_until, &out->waiting_since, &out->touched_at, &out->taken_at};
	out->revision = read_u32(reader);
	out->verification = (enum case_verification)read_u8(reader);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = read_u64(reader);
	out->lease_s = read_u32(reader);
	uint8_t lapse_told = read_u8(reader);
	out->lapse_told = lapse_told == 1;
	out->merged_into = read_u32(reader);
	read_bytes(reader, out->claim, sizeof(out->claim));
	return read_name(reader, out->taken_by) && out->verification < CASE_VERIFICATIONS && lapse_told <= 1 && out->lease_s <= CASE_LEASE_MAX_S &&
	       out->merged_into <= REF_NUMBER_MAX && out->merged_into != out->number;
}

/* A row of version 1 knew no leases: who had claimed has the usual one from then on, and what was claimed or answered was touched. */
static void work_of_old(struct case_file *out)
{
	bool claimed = out->operator_name[0] != '\0';
	out->claimed_at = claimed ? out->assigned_at : 0;
	out->lease_s = claimed ? CASE_LEASE_S : 0;
	out->lease_until = claimed ? out->assigned_at + CASE_LEASE_S : 0;
	out->touched_at = out->assigned_at != 0 ? out->assigned_at : out->answered_at != 0 ? out->answered_at : out->closed_at;
}

size_t record_case_encode(const struct case_file *file, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, CASE_VERSION);
	write_u32(&writer, file->number);
	write_u8(&writer, file->type);
	write_u8(&writer, (uint8_t)file->state);
	write_u8(&writer, (uint8_t)file->reason);
	write_bytes(&writer, file->letter, sizeof(file->letter));
	write_bytes(&writer, file->sender, sizeof(file->sender));
	write_name(&writer, file->operator_name);
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
	write_work(&writer, file);
	assert(writer_ok(&writer));
	return writer.len;
}

bool record_case_decode(const uint8_t *bytes, size_t len, struct case_file *out)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	uint8_t version = read_u8(&reader);
	out->number = read_u32(&reader);
	out->type = read_u8(&reader);
	out->state = (enum case_state)read_u8(&reader);
	out->reason = (enum case_reason)read_u8(&reader);
	read_bytes(&reader, out->letter, sizeof(out->letter));
	read_bytes(&reader, out->sender, sizeof(out->sender));
	if (!read_name(&reader, out->operator_name))
		return false;
	uint64_t *const times[] = {&out->arrived,     &out->changed,   &out->opened_at,   &out->assigned_at,
				   &out->answered_at, &out->closed_at, &out->withdrawn_at};
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = read_u64(&reader);
	out->told = read_u8(&reader);
	out->letters = read_u16(&reader);
	out->unread = read_u16(&reader);
	out->class = (enum letter_class)read_u8(&reader);
	out->status = read_u8(&reader);
	out->red = read_u32(&reader);
	out->yellow = read_u32(&reader);
	uint8_t danger = read_u8(&reader);
	out->danger = danger == 1;
	if (version == 1)
		work_of_old(out);
	bool work_ok = version == 1 || (version == CASE_VERSION && read_work(&reader, out));
	return work_ok && reader_done(&reader) && out->number > 0 && out->state < CASE_STATES && out->reason < CASE_REASONS &&
	       out->class <= CLASS_URGENT && out->status <= STATUS_TEST && danger <= 1;
}

size_t record_letter_encode(const struct case_letter *letter, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	write_u8(&writer, RECORD_VERSION);
	write_u8(&writer,
		 (uint8_t)((letter->outgoing ? LETTER_FLAG_OUTGOING : 0) | (letter->reduced ? LETTER_FLAG_REDUCED : 0) |
			   (letter->read ? LETTER_FLAG_READ : 0) | letter->ticket << LETTER_TICKET_SHIFT | letter->role << LETTER_ROLE_SHIFT));
	write_u8(&writer, (uint8_t)letter->class);
	write_u8(&writer, (uint8_t)letter->ttl);
	write_u16(&writer, letter->day);
	write_u8(&writer, letter->type);
	write_u32(&writer, letter->sent_at);
	write_u32(&writer, letter->seq);
	write_u64(&writer, letter->arrived);
	write_u16(&writer, letter->body_len);
	write_bytes(&writer, letter->body, letter->body_len);
	assert(writer_ok(&writer));
	return writer.len;
}

bool record_letter_decode(const uint8_t *bytes, size_t len, struct case_letter *out)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	bool version_ok = read_u8(&reader) == RECORD_VERSION;
	uint8_t flags = read_u8(&reader);
	out->outgoing = (flags & LETTER_FLAG_OUTGOING) != 0;
	out->reduced = (flags & LETTER_FLAG_REDUCED) != 0;
	out->read = (flags & LETTER_FLAG_READ) != 0;
	out->ticket = flags >> LETTER_TICKET_SHIFT & LETTER_TICKET_MASK;
	out->role = (uint8_t)(flags >> LETTER_ROLE_SHIFT);
	out->class = (enum letter_class)read_u8(&reader);
	out->ttl = (enum ttl_class)read_u8(&reader);
	out->day = read_u16(&reader);
	out->type = read_u8(&reader);
	out->sent_at = read_u32(&reader);
	out->seq = read_u32(&reader);
	out->arrived = read_u64(&reader);
	out->body_len = read_u16(&reader);
	if (out->body_len > BODY_SIZE_MAX)
		return false;
	read_bytes(&reader, out->body, out->body_len);
	return version_ok && reader_done(&reader) && out->ticket <= RECEIVED_REVOKED && out->class <= CLASS_URGENT && out->ttl <= TTL_7_DAYS;
}
