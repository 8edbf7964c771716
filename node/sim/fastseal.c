#include "node/sim/fastcrypto.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

/*
 * Records of a simulated link are not encrypted: nobody listens but the program itself, and a tenth of its time would go into that. A sum stands for
 * the tag, so that a spoilt, replayed or missing record is noticed as ever. Handshakes stay libsodium's, because what the two sides say later
 * depends on their hash; they are told by their associated data, and the new key of a rekey by being shorter than any record.
 */

enum { RECORD_MIN = 254, LANES = 4, WORD = sizeof(uint64_t), TAG = crypto_aead_chacha20poly1305_ietf_ABYTES };

int __real_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *out, unsigned long long *out_len, const unsigned char *in, unsigned long long len,
						     const unsigned char *ad, unsigned long long ad_len, const unsigned char *secret_nonce,
						     const unsigned char *nonce, const unsigned char *key);
int __real_crypto_aead_chacha20poly1305_ietf_decrypt_detached(unsigned char *out, unsigned char *secret_nonce, const unsigned char *in,
							      unsigned long long len, const unsigned char *tag, const unsigned char *ad,
							      unsigned long long ad_len, const unsigned char *nonce, const unsigned char *key);
int __real_crypto_stream_chacha20_ietf_xor_ic(unsigned char *out, const unsigned char *in, unsigned long long len, const unsigned char *nonce,
					      uint32_t counter, const unsigned char *key);
int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *out, unsigned long long *out_len, const unsigned char *in, unsigned long long len,
						     const unsigned char *ad, unsigned long long ad_len, const unsigned char *secret_nonce,
						     const unsigned char *nonce, const unsigned char *key);
int __wrap_crypto_aead_chacha20poly1305_ietf_decrypt_detached(unsigned char *out, unsigned char *secret_nonce, const unsigned char *in,
							      unsigned long long len, const unsigned char *tag, const unsigned char *ad,
							      unsigned long long ad_len, const unsigned char *nonce, const unsigned char *key);
int __wrap_crypto_stream_chacha20_ietf_xor_ic(unsigned char *out, const unsigned char *in, unsigned long long len, const unsigned char *nonce,
					      uint32_t counter, const unsigned char *key);

static bool started;
static bool plain_next; /* the record verified last is as it is */

void fastseal_start(void)
{
	started = true;
}

static uint64_t word_at(const uint8_t *bytes, size_t len)
{
	uint64_t word = 0;
	memcpy(&word, bytes, len < WORD ? len : WORD);
	return word;
}

/* Each step is one to one in the bytes it takes, so that no single change can go unnoticed. */
static void sum(uint8_t tag[static TAG], const uint8_t *bytes, size_t len, const uint8_t *nonce, const uint8_t *key)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lanes[LANES];
	for (size_t lane = 0; lane < LANES; lane++)
		lanes[lane] = (word_at(key + lane * WORD, WORD) ^ word_at(nonce + 4, WORD)) * odd + len;
	size_t at = 0;
	for (; at + LANES * WORD <= len; at += LANES * WORD)
		for (size_t lane = 0; lane < LANES; lane++)
			lanes[lane] = (lanes[lane] ^ word_at(bytes + at + lane * WORD, WORD)) * odd;
	for (; at < len; at += WORD)
		lanes[0] = (lanes[0] ^ word_at(bytes + at, len - at)) * odd;
	uint64_t halves[TAG / WORD] = {lanes[0] + (lanes[2] >> 1) + (lanes[2] << 63), lanes[1] + (lanes[3] >> 1) + (lanes[3] << 63)};
	memcpy(tag, halves, TAG);
}

int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *out, unsigned long long *out_len, const unsigned char *in, unsigned long long len,
						     const unsigned char *ad, unsigned long long ad_len, const unsigned char *secret_nonce,
						     const unsigned char *nonce, const unsigned char *key)
{
	if (!started || ad != NULL || len < RECORD_MIN)
		return __real_crypto_aead_chacha20poly1305_ietf_encrypt(out, out_len, in, len, ad, ad_len, secret_nonce, nonce, key);
	if (out != in)
		memmove(out, in, len);
	sum(out + len, out, len, nonce, key);
	if (out_len != NULL)
		*out_len = len + TAG;
	return 0;
}

int __wrap_crypto_aead_chacha20poly1305_ietf_decrypt_detached(unsigned char *out, unsigned char *secret_nonce, const unsigned char *in,
							      unsigned long long len, const unsigned char *tag, const unsigned char *ad,
							      unsigned long long ad_len, const unsigned char *nonce, const unsigned char *key)
{
	uint8_t expected[TAG];
	plain_next = started && ad == NULL && len >= RECORD_MIN && out == NULL;
	if (!plain_next)
		return __real_crypto_aead_chacha20poly1305_ietf_decrypt_detached(out, secret_nonce, in, len, tag, ad, ad_len, nonce, key);
	sum(expected, in, len, nonce, key);
	return memcmp(expected, tag, TAG) == 0 ? 0 : -1;
}

int __wrap_crypto_stream_chacha20_ietf_xor_ic(unsigned char *out, const unsigned char *in, unsigned long long len, const unsigned char *nonce,
					      uint32_t counter, const unsigned char *key)
{
	if (!plain_next)
		return __real_crypto_stream_chacha20_ietf_xor_ic(out, in, len, nonce, counter, key);
	plain_next = false;
	memmove(out, in, len);
	return 0;
}
