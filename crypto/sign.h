#ifndef BARID_CRYPTO_SIGN_H
#define BARID_CRYPTO_SIGN_H
/* Making what crypto/verify.h checks. Only desks link this. */

#include <stddef.h>
#include <stdint.h>

/* Public key of a 32-byte seed. */
void sign_public(const uint8_t seed[static 32], uint8_t key[static 32]);
/* len <= SIGNED_MAX. */
void sign(const char *domain, const void *bytes, size_t len, const uint8_t seed[static 32], uint8_t signature[static 64]);

#endif
