#include "crypto/digest.h"

#include <sodium.h>

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { DOMAIN_MIN = 8, DOMAIN_MAX = 64, SIZE_MIN = 4, SIZE_MAX_BYTES = 64, SIZE_COMPUTED_MIN = 16 };

bool crypto_start(void)
{
	/* sodium_init() would abort the program where there is no randomness; asking first, and waiting for the pool, lets the caller say so. */
	uint8_t probe[16];
	ssize_t got;
	do {
		got = getrandom(probe, sizeof probe, 0);
	} while (got < 0 && errno == EINTR);
	sodium_memzero(probe, sizeof probe);
	if (got != (ssize_t)sizeof probe)
		return false;
	return sodium_init() >= 0;
}

void digest_start(struct digest *digest, const char *domain, size_t size)
{
	assert(size >= SIZE_MIN && size <= SIZE_MAX_BYTES);
	size_t domain_len = strnlen(domain, DOMAIN_MAX + 1);
	assert(domain_len >= DOMAIN_MIN && domain_len <= DOMAIN_MAX);
	digest->size = size;
	size_t computed = size < SIZE_COMPUTED_MIN ? SIZE_COMPUTED_MIN : size;
	int result = crypto_generichash_init(&digest->state, (const uint8_t *)domain, domain_len, computed);
	assert(result == 0);
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
	assert(bytes != NULL || len == 0);
	if (len == 0)
		return;
	int result = crypto_generichash_update(&digest->state, bytes, len);
	assert(result == 0);
}

void digest_end(struct digest *digest, uint8_t *out)
{
	uint8_t whole[SIZE_MAX_BYTES];
	size_t computed = digest->size < SIZE_COMPUTED_MIN ? SIZE_COMPUTED_MIN : digest->size;
	assert(computed <= sizeof whole);
	int result = crypto_generichash_final(&digest->state, whole, computed);
	assert(result == 0);
	memcpy(out, whole, digest->size);
	/* The hashed bytes may have been a secret (a receipt's, a seed). */
	sodium_memzero(whole, sizeof whole);
	sodium_memzero(digest, sizeof *digest);
}

void digest_of(const char *domain, const void *bytes, size_t len, uint8_t *out, size_t size)
{
	struct digest digest;
	digest_start(&digest, domain, size);
	digest_add(&digest, bytes, len);
	digest_end(&digest, out);
}
