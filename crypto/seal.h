#ifndef BARID_CRYPTO_SEAL_H
#define BARID_CRYPTO_SEAL_H
/* Sealing a letter with Noise_X_25519_ChaChaPoly_SHA256: the reader learns who wrote it, but could have forged it. Only desks link this. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEAL_EXTRA = 96 };

struct seal_keys {
	const uint8_t *sender_secret;    /* 32 */
	const uint8_t *recipient_public; /* 32 */
	const uint8_t *ephemeral_secret; /* 32, fresh */
};

/* bound: bytes outside the seal that it is bound to (the envelope header). out gets len + 96. False only if the recipient key is no usable point. */
bool seal(const struct seal_keys *keys, const uint8_t *bound, size_t bound_len, const uint8_t *plain, size_t len, uint8_t *out);
/* Tries to open with one key; fills plain[len - 96] and the sender's public key. False: not for this key, or damaged (indistinguishable). */
bool unseal(const uint8_t recipient_secret[static 32], const uint8_t *bound, size_t bound_len, const uint8_t *sealed, size_t len, uint8_t *plain,
	    uint8_t sender[static 32]);

#endif
