#include "crypto/shorthash.h"

#include <sodium/crypto_shorthash.h>

#include <string.h>

uint64_t shorthash(const uint8_t key[static SHORTHASH_KEY_SIZE], const void *bytes, size_t len)
{
	uint8_t out[crypto_shorthash_BYTES];
	crypto_shorthash(out, bytes, len, key);
	uint64_t value;
	memcpy(&value, out, sizeof(value));
	return value;
}
