#include "proto/envelope.h"

#include "crypto/digest.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum {
	ENVELOPE_VERSION = 1,
	BUCKET_OFFSET = 3,
	CHECK_OFFSET = 28,
	CHECK_SIZE = 4,
	MUTABLE_OFFSET = 24, /* nonce and check: outside the id and the seal */
	MUTABLE_SIZE = 8,
	EPOCH_2016_UNIX = 1451606400, /* 2016-01-01 00:00:00 UTC */
	DAY_SECONDS = 86400,
	EXTRA_SHIFT = 4, /* in the byte of the class */
};

static const size_t bucket_sizes[ENVELOPE_BUCKETS] = {256, 512, 1024, 4096};

size_t envelope_size(uint8_t bucket)
{
	assert(bucket < ENVELOPE_BUCKETS);
	return bucket_sizes[bucket];
}

int envelope_bucket_for(size_t len)
{
	for (int bucket = 0; bucket < ENVELOPE_BUCKETS; bucket++)
		if (len <= bucket_sizes[bucket])
			return bucket;
	return -1;
}

size_t envelope_extra_size(enum envelope_kind kind, enum envelope_extra extra)
{
	switch (extra) {
	case EXTRA_NONE:
		return 0;
	case EXTRA_TICKET:
		return kind == ENVELOPE_SEALED ? TICKET_BLOCK_SIZE : TICKET_SIZE;
	case EXTRA_CERTIFICATE:
		return CERTIFICATE_SIZE;
	}
	assert(!"no such extra");
	return 0;
}

uint32_t ttl_hours(enum ttl_class ttl)
{
	static const uint32_t hours[TTL_CLASSES] = {6, 24, 72, 168};
	assert((unsigned)ttl < TTL_CLASSES);
	return hours[ttl];
}

uint16_t day_of_unix(uint64_t unix_s)
{
	if (unix_s < EPOCH_2016_UNIX)
		return 0;
	uint64_t day = (unix_s - EPOCH_2016_UNIX) / DAY_SECONDS;
	return day > UINT16_MAX ? UINT16_MAX : (uint16_t)day;
}

void envelope_header_encode(const struct envelope_header *header, uint8_t out[static ENVELOPE_HEADER_SIZE])
{
	assert(header->bucket < ENVELOPE_BUCKETS);
	struct writer writer = writer_of(out, ENVELOPE_HEADER_SIZE);
	write_u8(&writer, ENVELOPE_VERSION);
	write_u8(&writer, (uint8_t)header->kind);
	write_u8(&writer, (uint8_t)(header->class | header->extra << EXTRA_SHIFT));
	write_u8(&writer, (uint8_t)(header->bucket | (header->ttl << 4)));
	write_u16(&writer, header->day);
	write_u16(&writer, 0);
	write_bytes(&writer, header->commitment, RECEIPT_COMMITMENT_SIZE);
	write_zeros(&writer, MUTABLE_SIZE);
	assert(writer_ok(&writer) && writer.len == ENVELOPE_HEADER_SIZE);
}

static void check_of(const uint8_t *envelope, size_t len, uint8_t check[static CHECK_SIZE])
{
	static const uint8_t zeros[CHECK_SIZE];
	struct digest digest;
	digest_start(&digest, "barid-check-v1", CHECK_SIZE);
	digest_add(&digest, envelope, CHECK_OFFSET);
	digest_add(&digest, zeros, CHECK_SIZE);
	digest_add(&digest, envelope + ENVELOPE_HEADER_SIZE, len - ENVELOPE_HEADER_SIZE);
	digest_end(&digest, check);
}

void envelope_finish(uint8_t *envelope, size_t len)
{
	assert(len >= ENVELOPE_SIZE_MIN);
	check_of(envelope, len, envelope + CHECK_OFFSET);
}

/* SPEC.md 3.2: every field is known and every reserved bit is zero, or the envelope is refused. */
static bool header_parse(const uint8_t *bytes, size_t len, struct envelope_header *header)
{
	struct reader reader = reader_of(bytes, ENVELOPE_HEADER_SIZE);
	uint8_t version = read_u8(&reader);
	uint8_t kind = read_u8(&reader);
	uint8_t class_and_extra = read_u8(&reader);
	uint8_t bucket_and_ttl = read_u8(&reader);
	header->day = read_u16(&reader);
	read_zeros(&reader, 2);
	read_bytes(&reader, header->commitment, RECEIPT_COMMITMENT_SIZE);
	read_zeros(&reader, 4);
	(void)read_u32(&reader); /* the check, verified over the whole envelope */
	uint8_t bucket = bucket_and_ttl & 0x0f, ttl = bucket_and_ttl >> 4, class = class_and_extra & 0x0f, extra = class_and_extra >> EXTRA_SHIFT;
	if (!reader_done(&reader) || version != ENVELOPE_VERSION || class >= LETTER_CLASSES || bucket >= ENVELOPE_BUCKETS || ttl >= TTL_CLASSES)
		return false;
	if (kind < ENVELOPE_SEALED || kind > ENVELOPE_RECEIPTS || bucket_sizes[bucket] != len)
		return false;
	if (extra > EXTRA_CERTIFICATE || (extra == EXTRA_CERTIFICATE && kind != ENVELOPE_NOTICE) ||
	    (extra == EXTRA_TICKET && (kind == ENVELOPE_RECEIPTS || (kind == ENVELOPE_SEALED && bucket == 0))))
		return false;
	static const uint8_t none[RECEIPT_COMMITMENT_SIZE];
	if ((kind == ENVELOPE_SEALED) == (memcmp(header->commitment, none, sizeof(none)) == 0))
		return false;
	header->kind = (enum envelope_kind)kind;
	header->class = (enum letter_class) class;
	header->extra = (enum envelope_extra)extra;
	header->bucket = bucket;
	header->ttl = (enum ttl_class)ttl;
	return true;
}

void envelope_header_decode(const uint8_t *envelope, struct envelope_header *header)
{
	bool good = header_parse(envelope, bucket_sizes[envelope[BUCKET_OFFSET] & 0x0f], header);
	assert(good);
}

enum envelope_fault envelope_parse(const uint8_t *bytes, size_t len, struct envelope_header *header)
{
	int bucket = envelope_bucket_for(len);
	if (bucket < 0 || bucket_sizes[bucket] != len)
		return ENVELOPE_BAD_SIZE;
	if (!header_parse(bytes, len, header))
		return ENVELOPE_BAD_HEADER;
	uint8_t check[CHECK_SIZE];
	check_of(bytes, len, check);
	if (memcmp(check, bytes + CHECK_OFFSET, CHECK_SIZE) != 0)
		return ENVELOPE_BAD_CHECK;
	return ENVELOPE_OK;
}

size_t envelope_sign_bytes(const uint8_t *envelope, size_t signed_len, uint8_t *out, size_t cap)
{
	struct writer writer = writer_of(out, cap);
	write_bytes(&writer, envelope, MUTABLE_OFFSET);
	write_zeros(&writer, MUTABLE_SIZE);
	write_bytes(&writer, envelope + ENVELOPE_HEADER_SIZE, signed_len - ENVELOPE_HEADER_SIZE);
	assert(writer_ok(&writer));
	return writer.len;
}

/* A sealed letter's ticket counts, the signature that spends it does not: it is made over the id. */
static size_t counted_end(const uint8_t *envelope)
{
	enum { KIND_OFFSET = 1, EXTRA_OFFSET = 2 };
	bool spends = envelope[KIND_OFFSET] == ENVELOPE_SEALED && envelope[EXTRA_OFFSET] >> EXTRA_SHIFT == EXTRA_TICKET;
	return ENVELOPE_HEADER_SIZE + (spends ? TICKET_SIZE : 0);
}

void envelope_id(const uint8_t *envelope, size_t signed_len, uint8_t id[static LETTER_ID_SIZE])
{
	static const uint8_t zeros[MUTABLE_SIZE];
	size_t end = counted_end(envelope), begin = end > ENVELOPE_HEADER_SIZE ? end + SIGNATURE_SIZE : end;
	assert(signed_len >= begin && signed_len <= ENVELOPE_SIZE_MAX);
	struct digest digest;
	digest_start(&digest, "barid-letter-v1", LETTER_ID_SIZE);
	digest_add(&digest, envelope, MUTABLE_OFFSET);
	digest_add(&digest, zeros, MUTABLE_SIZE);
	digest_add(&digest, envelope + ENVELOPE_HEADER_SIZE, end - ENVELOPE_HEADER_SIZE);
	digest_add(&digest, envelope + begin, signed_len - begin);
	digest_end(&digest, id);
}

void receipt_commitment(const uint8_t secret[static RECEIPT_SECRET_SIZE], uint8_t out[static RECEIPT_COMMITMENT_SIZE])
{
	digest_of("barid-receipt-v1", secret, RECEIPT_SECRET_SIZE, out, RECEIPT_COMMITMENT_SIZE);
}
