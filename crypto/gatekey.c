#include "crypto/gatekey.h"

#include <sodium.h>

void gatekey_make(uint8_t secret[static 32])
{
	randombytes_buf(secret, 32);
}

bool gatekey_public(const uint8_t secret[static 32], uint8_t public_key[static 32])
{
	return crypto_scalarmult_base(public_key, secret) == 0;
}
