#include "crypto/sign.h"

#include "crypto/verify.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

enum { DOMAIN_MAX = 64 };

void sign_public(const uint8_t seed[static 32], uint8_t key[static 32])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	int result = crypto_sign_seed_keypair(key, secret, seed);
	assert(result == 0);
	sodium_memzero(secret, sizeof secret);
}

void sign(const char *domain, const void *bytes, size_t len, const uint8_t seed[static 32], uint8_t signature[static 64])
{
	size_t domain_size = strnlen(domain, DOMAIN_MAX + 1) + 1;
	assert(domain_size > 1 && domain_size <= DOMAIN_MAX + 1);
	assert(len <= SIGNED_MAX);
	uint8_t message[DOMAIN_MAX + 1 + SIGNED_MAX];
	memcpy(message, domain, domain_size); /* its NUL is the separating zero byte */
	if (len > 0)
		memcpy(message + domain_size, bytes, len);

	uint8_t key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	int result = crypto_sign_seed_keypair(key, secret, seed);
	assert(result == 0);
	result = crypto_sign_detached(signature, NULL, message, domain_size + len, secret);
	assert(result == 0);
	sodium_memzero(secret, sizeof secret);
}
