#ifndef BARID_CRYPTO_HMAC_H
#define BARID_CRYPTO_HMAC_H
/* HMAC with SHA-256 (RFC 2104), which is what other people's programs check a webhook's signature with. Nothing of the protocol uses it. */

#include <stddef.h>
#include <stdint.h>

enum { HMAC_SIZE = 32 };

/* Of the parts one behind the other, under a key of any length. Fills out. */
void hmac_sha256(const void *key, size_t key_len, const void *const *parts, const size_t *lens, size_t parts_n, uint8_t out[static HMAC_SIZE]);

#endif
