#include "crypto/stream.h"

#include <sodium.h>

#include <assert.h>

static_assert(STREAM_KEY_SIZE == crypto_stream_chacha20_ietf_KEYBYTES, "RFC 8439");

void stream_fill(const uint8_t key[static STREAM_KEY_SIZE], uint8_t *out, size_t len)
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
	(void)crypto_stream_chacha20_ietf(out, len, nonce, key); /* cannot fail */
}
