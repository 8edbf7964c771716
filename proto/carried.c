#include "proto/carried.h"

#include "crypto/digest.h"
#include "crypto/stream.h"
#include "proto/bytes.h"

#include <assert.h>

/* sign: 1 adds, UINT64_MAX (that is -1 modulo 2^64) takes away. */
static void account(struct carried *carried, uint8_t class, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t sign)
{
	uint8_t key[STREAM_KEY_SIZE], spread[CARRIED_LANES * sizeof(uint64_t)];
	assert(class < LETTER_CLASSES);
	digest_of("barid-carry-v1", tag, LETTER_TAG_SIZE, key, sizeof(key));
	stream_fill(key, spread, sizeof(spread));
	struct reader reader = reader_of(spread, sizeof(spread));
	for (size_t lane = 0; lane < CARRIED_LANES; lane++)
		carried->sum[class][lane] += sign * read_u64(&reader);
}

void carried_add(struct carried *carried, uint8_t class, const uint8_t tag[static LETTER_TAG_SIZE])
{
	account(carried, class, tag, 1);
	carried->count[class]++;
}

void carried_remove(struct carried *carried, uint8_t class, const uint8_t tag[static LETTER_TAG_SIZE])
{
	assert(carried->count[class] > 0);
	account(carried, class, tag, UINT64_MAX);
	carried->count[class]--;
}

static void add_class(struct digest *digest, const struct carried *carried, uint8_t class)
{
	uint8_t plain[4 + CARRIED_LANES * sizeof(uint64_t)];
	struct writer writer = writer_of(plain, sizeof(plain));
	write_u32(&writer, carried->count[class]);
	for (size_t lane = 0; lane < CARRIED_LANES; lane++)
		write_u64(&writer, carried->sum[class][lane]);
	assert(writer_ok(&writer) && writer.len == sizeof(plain));
	digest_add(digest, plain, sizeof(plain));
}

void carried_class_digest(const struct carried *carried, uint8_t class, const uint8_t salt[static 32], uint8_t out[static CARRIED_DIGEST_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-class-v1", CARRIED_DIGEST_SIZE);
	digest_add(&digest, salt, 32);
	digest_add(&digest, &class, 1);
	add_class(&digest, carried, class);
	digest_end(&digest, out);
}

void carried_digest(const struct carried *carried, const void *salt, size_t salt_len, uint8_t out[static CARRIED_DIGEST_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-carried-v1", CARRIED_DIGEST_SIZE);
	digest_add(&digest, salt, salt_len);
	for (uint8_t c = 0; c < LETTER_CLASSES; c++)
		add_class(&digest, carried, c);
	digest_end(&digest, out);
}
