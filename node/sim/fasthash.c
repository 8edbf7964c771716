/* OpenSSL's own interface to a single block is called old, and there is no other: the processor's instructions for SHA-256 are behind it. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "node/sim/fastcrypto.h"

#include <assert.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

/*
 * SHA-256 by OpenSSL, which uses what the processor has for it; libsodium's takes eight times as long, and a crowd's handshakes are a hundred blocks
 * each. States are laid out as libsodium's, so that what one function began another may go on with.
 */

enum { BLOCK = 64, HASH = crypto_hash_sha256_BYTES, LENGTH_AT = BLOCK - 8 };

int __real_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len);
int __real_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __real_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len);
int __real_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len);
int __real_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);
int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len);
int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len);
int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len);
int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);

static bool started;

void fasthash_start(void)
{
	started = true;
}

static void take_block(crypto_hash_sha256_state *state, const uint8_t block[static BLOCK])
{
	SHA256_CTX other;
	static_assert(sizeof other.h == sizeof state->state, "the same words");
	memcpy(other.h, state->state, sizeof other.h);
	SHA256_Transform(&other, block);
	memcpy(state->state, other.h, sizeof other.h);
}

static void take(crypto_hash_sha256_state *state, const uint8_t *in, size_t len)
{
	size_t at = (size_t)(state->count / 8 % BLOCK);
	state->count += (uint64_t)len * 8;
	while (len > 0) {
		size_t part = BLOCK - at < len ? BLOCK - at : len;
		memcpy(state->buf + at, in, part);
		in += part;
		len -= part;
		at = (at + part) % BLOCK;
		if (at == 0)
			take_block(state, state->buf);
	}
}

static void put_big_endian(uint8_t *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static void finish(crypto_hash_sha256_state *state, uint8_t out[static HASH])
{
	static const uint8_t pad[BLOCK] = {0x80};
	uint8_t length[BLOCK - LENGTH_AT];
	size_t at = (size_t)(state->count / 8 % BLOCK);
	put_big_endian(length, state->count, sizeof length);
	take(state, pad, at < LENGTH_AT ? LENGTH_AT - at : BLOCK + LENGTH_AT - at);
	take(state, length, sizeof length);
	for (size_t i = 0; i < HASH / sizeof *state->state; i++)
		put_big_endian(out + i * sizeof *state->state, state->state[i], sizeof *state->state);
}

int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len)
{
	if (!started)
		return __real_crypto_hash_sha256_update(state, in, len);
	take(state, in, (size_t)len);
	return 0;
}

int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out)
{
	if (!started)
		return __real_crypto_hash_sha256_final(state, out);
	finish(state, out);
	return 0;
}

static void begin_with(crypto_hash_sha256_state *state, const uint8_t *key, size_t len, uint8_t with)
{
	uint8_t block[BLOCK];
	memset(block, with, sizeof block);
	for (size_t i = 0; i < len; i++)
		block[i] ^= key[i];
	(void)crypto_hash_sha256_init(state); /* cannot fail */
	take(state, block, sizeof block);
}

int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len)
{
	if (!started || len > BLOCK)
		return __real_crypto_auth_hmacsha256_init(state, key, len);
	begin_with(&state->ictx, key, len, 0x36);
	begin_with(&state->octx, key, len, 0x5c);
	return 0;
}

int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len)
{
	if (!started)
		return __real_crypto_auth_hmacsha256_update(state, in, len);
	take(&state->ictx, in, (size_t)len);
	return 0;
}

int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out)
{
	uint8_t inner[HASH];
	if (!started)
		return __real_crypto_auth_hmacsha256_final(state, out);
	finish(&state->ictx, inner);
	take(&state->octx, inner, sizeof inner);
	finish(&state->octx, out);
	return 0;
}
