#include "crypto/shorthash.h"

#include <sodium/crypto_shorthash.h>

#include <assert.h>

uint64_t shorthash(const uint8_t key[static SHORTHASH_KEY_SIZE], const void *bytes, size_t len)
{
	uint64_t value;
	static_assert(sizeof(value) == crypto_shorthash_BYTES, "all of it");
	crypto_shorthash((uint8_t *)&value, bytes, len, key);
	return value;
}
