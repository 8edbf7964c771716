#include "crypto/hmac.h"

#include <assert.h>
#include <sodium.h>

static_assert((int)HMAC_SIZE == (int)crypto_auth_hmacsha256_BYTES, "an HMAC is as long as its hash");

void hmac_sha256(const void *key, size_t key_len, const void *const *parts, const size_t *lens, size_t parts_n, uint8_t out[static HMAC_SIZE])
{
	crypto_auth_hmacsha256_state state;
	(void)crypto_auth_hmacsha256_init(&state, key, key_len); /* these never fail */
	for (size_t i = 0; i < parts_n; i++)
		(void)crypto_auth_hmacsha256_update(&state, parts[i], lens[i]);
	(void)crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}
