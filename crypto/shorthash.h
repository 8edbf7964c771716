#ifndef BARID_CRYPTO_SHORTHASH_H
#define BARID_CRYPTO_SHORTHASH_H
/* SipHash-2-4: 64-bit names for things, unpredictable to whoever does not have the key. */

#include <stddef.h>
#include <stdint.h>

enum { SHORTHASH_KEY_SIZE = 16 };

uint64_t shorthash(const uint8_t key[static SHORTHASH_KEY_SIZE], const void *bytes, size_t len);

#endif
