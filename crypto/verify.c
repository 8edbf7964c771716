#include "crypto/verify.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

enum { DOMAIN_MAX = 64 };

bool signature_ok(const char *domain, const void *bytes, size_t len, const uint8_t signature[static 64], const uint8_t key[static 32])
{
	size_t domain_size = strnlen(domain, DOMAIN_MAX + 1) + 1;
	assert(domain_size > 1 && domain_size <= DOMAIN_MAX + 1);
	assert(len <= SIGNED_MAX);
	uint8_t message[DOMAIN_MAX + 1 + SIGNED_MAX];
	memcpy(message, domain, domain_size); /* its NUL is the separating zero byte */
	if (len > 0)
		memcpy(message + domain_size, bytes, len);
	return crypto_sign_verify_detached(signature, message, domain_size + len, key) == 0;
}
