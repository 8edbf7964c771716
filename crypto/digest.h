#ifndef BARID_CRYPTO_DIGEST_H
#define BARID_CRYPTO_DIGEST_H
/* Hashes under a domain: BLAKE2b (RFC 7693) keyed with an ASCII domain string of 8 to 64 bytes, so that no digest of one use is one of another. */

#include <sodium/crypto_generichash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32 };

/* Prepares the library. Call once before anything in crypto/. False if the system gives no randomness. */
bool crypto_start(void);

struct digest {
	crypto_generichash_state state;
	size_t size;
};

/* size: 4..64 bytes; sizes below 16 are a 16-byte digest cut short. */
void digest_start(struct digest *digest, const char *domain, size_t size);
void digest_add(struct digest *digest, const void *bytes, size_t len);
/* Fills out[size]. */
void digest_end(struct digest *digest, uint8_t *out);
/* All three in one. */
void digest_of(const char *domain, const void *bytes, size_t len, uint8_t *out, size_t size);

#endif
