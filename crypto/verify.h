#ifndef BARID_CRYPTO_VERIFY_H
#define BARID_CRYPTO_VERIFY_H
/* Checking an Ed25519 signature (RFC 8032). The signed message is the domain string, a zero byte, then the bytes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNED_MAX = 4096 };

/* len <= SIGNED_MAX. */
bool signature_ok(const char *domain, const void *bytes, size_t len, const uint8_t signature[static 64], const uint8_t key[static 32]);

#endif
