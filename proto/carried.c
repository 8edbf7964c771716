#include "proto/carried.h"

#include "crypto/digest.h"
#include "crypto/stream.h"
#include "proto/bytes.h"

#include <assert.h>

/* sign: 1 adds, UINT64_MAX (that is -1 modulo 2^64) takes away. */
static void account(struct carried *carried, uint8_t tier, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t sign)
{
	uint8_t key[STREAM_KEY_SIZE], spread[CARRIED_LANES * sizeof(uint64_t)];
	assert(tier < LETTER_TIERS);
	digest_of("barid-carry-v1", tag, LETTER_TAG_SIZE, key, sizeof(key));
	stream_fill(key, spread, sizeof(spread));
	struct reader reader = reader_of(spread, sizeof(spread));
	for (size_t lane = 0; lane < CARRIED_LANES; lane++)
		carried->sum[tier][lane] += sign * read_u64(&reader);
}

void carried_add(struct carried *carried, uint8_t tier, const uint8_t tag[static LETTER_TAG_SIZE])
{
	account(carried, tier, tag, 1);
	carried->count[tier]++;
}

void carried_remove(struct carried *carried, uint8_t tier, const uint8_t tag[static LETTER_TAG_SIZE])
{
	assert(carried->count[tier] > 0);
	account(carried, tier, tag, UINT64_MAX);
	carried->count[tier]--;
}

static void add_sum(struct digest *digest, uint32_t count, const uint64_t sum[static CARRIED_LANES])
{
	uint8_t plain[4 + CARRIED_LANES * sizeof(uint64_t)];
	struct writer writer = writer_of(plain, sizeof(plain));
	write_u32(&writer, count);
	for (size_t lane = 0; lane < CARRIED_LANES; lane++)
		write_u64(&writer, sum[lane]);
	assert(writer_ok(&writer) && writer.len == sizeof(plain));
	digest_add(digest, plain, sizeof(plain));
}

void carried_tier_digest(const struct carried *carried, uint8_t tier, const uint8_t salt[static 32], uint8_t out[static CARRIED_DIGEST_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-class-v1", CARRIED_DIGEST_SIZE);
	digest_add(&digest, salt, 32);
	digest_add(&digest, &tier, 1);
	add_sum(&digest, carried->count[tier], carried->sum[tier]);
	digest_end(&digest, out);
}

void carried_digest(const struct carried *carried, const void *salt, size_t salt_len, uint8_t out[static CARRIED_DIGEST_SIZE])
{
	struct digest digest;
	uint32_t count = 0;
	uint64_t sum[CARRIED_LANES] = {0};
	for (uint8_t tier = 0; tier < LETTER_TIERS; tier++) {
		count += carried->count[tier];
		for (size_t lane = 0; lane < CARRIED_LANES; lane++)
			sum[lane] += carried->sum[tier][lane];
	}
	digest_start(&digest, "barid-carried-v1", CARRIED_DIGEST_SIZE);
	digest_add(&digest, salt, salt_len);
	add_sum(&digest, count, sum);
	digest_end(&digest, out);
}
