#include "crypto/keys.h"

#include "crypto/digest.h"

#include <sodium.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { GROUPS = 8, GROUP_MODULUS = 100000 };

static uint64_t load_u64(const uint8_t bytes[static 8])
{
	uint64_t value = 0;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

void key_random(uint8_t *out, size_t len)
{
	assert(len > 0);
	randombytes_buf(out, len);
}

bool key_public(const uint8_t secret[static KEY_SIZE], uint8_t public_key[static KEY_SIZE])
{
	return crypto_scalarmult_base(public_key, secret) == 0;
}

void key_fingerprint(const uint8_t key[static KEY_SIZE], char out[static FINGERPRINT_TEXT])
{
	uint8_t hash[GROUPS * 8];
	digest_of("barid-fingerprint-v1", key, KEY_SIZE, hash, sizeof hash);
	for (size_t i = 0; i < GROUPS; i++) {
		/* 64 bits a group make the remainder's bias negligible. */
		uint64_t group = load_u64(hash + 8 * i) % GROUP_MODULUS;
		int len = snprintf(out + 6 * i, 7, "%05" PRIu64 "%s", group, i + 1 < GROUPS ? " " : "");
		assert(len == (i + 1 < GROUPS ? 6 : 5));
	}
}
