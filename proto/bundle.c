#include "proto/bundle.h"

#include "crypto/digest.h"
#include "proto/bytes.h"
#include "proto/envelope.h"

#include <string.h>

static const uint8_t magic[BUNDLE_HEADER_SIZE] = "BARID-BUNDLE\n\1\0\0";
static const char domain[] = "barid-bundle-v1";

void bundle_header(uint8_t out[static BUNDLE_HEADER_SIZE])
{
	memcpy(out, magic, BUNDLE_HEADER_SIZE);
}

static bool header_ok(const uint8_t bytes[static BUNDLE_HEADER_SIZE])
{
	return memcmp(bytes, magic, BUNDLE_HEADER_SIZE) == 0;
}

void bundle_trailer(uint64_t count, const uint8_t digest[static 32], uint8_t out[static BUNDLE_TRAILER_SIZE])
{
	struct writer writer = writer_of(out, BUNDLE_TRAILER_SIZE);
	write_u64(&writer, count);
	write_bytes(&writer, digest, 32);
}

static bool trailer_ok(const uint8_t bytes[static BUNDLE_TRAILER_SIZE], uint64_t count, const uint8_t digest[static 32])
{
	uint8_t expected[BUNDLE_TRAILER_SIZE];
	bundle_trailer(count, digest, expected);
	return memcmp(bytes, expected, BUNDLE_TRAILER_SIZE) == 0;
}

size_t bundle_entry_len(uint8_t entry)
{
	return entry < ENVELOPE_BUCKETS ? envelope_size(entry) : 0;
}

/* Length of everything before the trailer, and how many envelopes it frames; 0 if the framing is broken. */
static size_t framed_len(const uint8_t *file, size_t len, uint64_t *count)
{
	size_t at = BUNDLE_HEADER_SIZE;
	*count = 0;
	while (at < len) {
		uint8_t entry = file[at++];
		if (entry == BUNDLE_END)
			return at;
		size_t envelope = bundle_entry_len(entry);
		if (envelope == 0 || len - at < envelope)
			return 0;
		at += envelope;
		++*count;
	}
	return 0;
}

bool bundle_open(const uint8_t *file, size_t len, struct bundle_cursor *cursor)
{
	if (len < BUNDLE_HEADER_SIZE + BUNDLE_ENTRY_HEADER_SIZE + BUNDLE_TRAILER_SIZE || !header_ok(file))
		return false;
	uint64_t count;
	size_t framed = framed_len(file, len, &count);
	if (framed == 0 || len - framed != BUNDLE_TRAILER_SIZE)
		return false;
	uint8_t digest[DIGEST_SIZE];
	digest_of(domain, file, framed, digest, sizeof(digest));
	if (!trailer_ok(file + framed, count, digest))
		return false;
	*cursor = (struct bundle_cursor){.at = file + BUNDLE_HEADER_SIZE, .left = framed - BUNDLE_HEADER_SIZE, .count = count};
	return true;
}

bool bundle_next(struct bundle_cursor *cursor, const uint8_t **envelope, size_t *len)
{
	if (cursor->left == 0)
		return false;
	*len = bundle_entry_len(cursor->at[0]);
	if (*len == 0 || cursor->left - 1 < *len)
		return false;
	*envelope = cursor->at + 1;
	cursor->at += 1 + *len;
	cursor->left -= 1 + *len;
	return true;
}
