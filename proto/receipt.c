#include "proto/receipt.h"

#include "proto/bytes.h"

#include <assert.h>

/* SPEC.md 8.1: header 32 | count 1 | zero 15 | count times (tag 16 | secret 16) | zeros. */

size_t receipts_max(uint8_t bucket)
{
	return (envelope_size(bucket) - ENVELOPE_HEADER_SIZE - RECEIPTS_HEADER_SIZE) / RECEIPT_ENTRY_SIZE;
}

size_t receipts_encode(uint16_t day, enum letter_class class, const struct receipt *receipts, size_t n, uint8_t *envelope)
{
	assert(n >= 1 && n <= RECEIPTS_MAX);
	int bucket = envelope_bucket_for(ENVELOPE_HEADER_SIZE + RECEIPTS_HEADER_SIZE + n * RECEIPT_ENTRY_SIZE);
	assert(bucket >= 0);
	struct envelope_header header = {.kind = ENVELOPE_RECEIPTS, .class = class, .ttl = TTL_72_HOURS, .bucket = (uint8_t)bucket, .day = day};
	struct writer writer = writer_of(envelope, envelope_size(header.bucket));
	uint8_t head[ENVELOPE_HEADER_SIZE];
	envelope_header_encode(&header, head);
	write_bytes(&writer, head, sizeof(head));
	write_u8(&writer, (uint8_t)n);
	write_zeros(&writer, RECEIPTS_HEADER_SIZE - 1);
	for (size_t i = 0; i < n; i++) {
		write_bytes(&writer, receipts[i].tag, LETTER_TAG_SIZE);
		write_bytes(&writer, receipts[i].secret, RECEIPT_SECRET_SIZE);
	}
	write_zeros(&writer, writer.cap - writer.len);
	assert(writer_ok(&writer));
	envelope_finish(envelope, writer.cap);
	return writer.cap;
}

bool receipts_parse(const uint8_t *envelope, size_t len, struct receipt out[static RECEIPTS_MAX], size_t *n)
{
	struct reader reader = reader_of(envelope, len);
	(void)read_view(&reader, ENVELOPE_HEADER_SIZE);
	size_t count = read_u8(&reader);
	read_zeros(&reader, RECEIPTS_HEADER_SIZE - 1);
	if (reader.failed || count == 0 || count > RECEIPTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		read_bytes(&reader, out[i].tag, LETTER_TAG_SIZE);
		read_bytes(&reader, out[i].secret, RECEIPT_SECRET_SIZE);
	}
	read_zeros(&reader, reader.left);
	*n = count;
	return reader_done(&reader);
}
