#include "node/relief/record.h"

#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { RECORD_VERSION = 1, LETTER_FLAG_OUTGOING = 1, LETTER_FLAG_REDUCED = 2, LETTER_FLAG_READ = 4 };
enum { LETTER_TICKET_SHIFT = 3, LETTER_TICKET_MASK = 7, LETTER_ROLE_SHIFT = 6 }; /* in the byte of the flags, zero in older rows */

size_t record_case_encode(const struct case_file *file, uint8_t out[static RELIEFDB_ROW_MAX])
{
	struct writer writer = writer_of(out, RELIEFDB_ROW_MAX);
	size_t operator_len = strlen(file->operator_name);
	write_u8(&writer, RECORD_VERSION);
	write_u32(&writer, file->number);
	write_u8(&writer, file->type);
	write_u8(&writer, (uint8_t)file->state);
	write_u8(&writer, (uint8_t)file->reason);
	write_bytes(&writer, file->letter, sizeof(file->letter));
	write_bytes(&writer, file->sender, sizeof(file->sender));
	write_u8(&writer, (uint8_t)operator_len);
	write_bytes(&writer, file->operator_name, operator_len);
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
	assert(writer_ok(&writer));
	return writer.len;
}

bool record_case_decode(const uint8_t *bytes, size_t len, struct case_file *out)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	bool version_ok = read_u8(&reader) == RECORD_VERSION;
	out->number = read_u32(&reader);
	out->type = read_u8(&reader);
	out->state = (enum case_state)read_u8(&reader);
	out->reason = (enum case_reason)read_u8(&reader);
	read_bytes(&reader, out->letter, sizeof(out->letter));
	read_bytes(&reader, out->sender, sizeof(out->sender));
	uint8_t operator_len = read_u8(&reader);
	if (operator_len > CASE_OPERATOR_MAX)
		return false;
	read_bytes(&reader, out->operator_name, operator_len);
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
	return version_ok && reader_done(&reader) && out->number > 0 && out->state < CASE_STATES && out->reason < CASE_REASONS &&
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
