#ifndef BARID_CRYPTO_GATEKEY_H
#define BARID_CRYPTO_GATEKEY_H
/* A gateway's own X25519 key pair: it names the machine, not a person. The one private key a post may hold. */

#include <stdbool.h>
#include <stdint.h>

void gatekey_make(uint8_t secret[static 32]);
bool gatekey_public(const uint8_t secret[static 32], uint8_t public_key[static 32]);

#endif
