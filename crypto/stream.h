#ifndef BARID_CRYPTO_STREAM_H
#define BARID_CRYPTO_STREAM_H
/* Many bytes that look random out of a key: the keystream of ChaCha20 (RFC 8439), nonce and counter zero. For spreading digests, never for hiding. */

#include <stddef.h>
#include <stdint.h>

enum { STREAM_KEY_SIZE = 32 };

void stream_fill(const uint8_t key[static STREAM_KEY_SIZE], uint8_t *out, size_t len);

#endif
