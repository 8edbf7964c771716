#include "node/sim/fastcrypto.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

/* libsodium's SHA-256 knows nothing of the instructions that most processors have for it, and half of what a contact costs is SHA-256: of the key
 * schedule of its handshake. Here it is with them; where there are none, or before fastcrypto_start(), it is libsodium's own. */

enum { BLOCK = 64, DIGEST = crypto_hash_sha256_BYTES };

int __real_crypto_hash_sha256(unsigned char *out, const unsigned char *in, unsigned long long len);
int __real_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len);
int __real_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __real_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len);
int __real_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len);
int __real_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);
int __wrap_crypto_hash_sha256(unsigned char *out, const unsigned char *in, unsigned long long len);
int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len);
int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len);
int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len);
int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);

static bool fast;

#ifdef __x86_64__
static const uint32_t rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
	0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* One block. The two halves of the state stand as the instructions want them: ABEF and CDGH. */
__attribute__((target("sha,sse4.1,ssse3"))) static void block(__m128i half[static 2], const uint8_t *in)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i words[4], abef = half[0], cdgh = half[1];
	for (int i = 0; i < 4; i++)
		words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(in + 16 * i)), swap);
	for (int i = 0; i < 16; i++) {
		__m128i now = words[i % 4];
		if (i >= 4) {
			__m128i early = words[(i + 1) % 4], late = words[(i + 3) % 4];
			now = _mm_sha256msg1_epu32(now, early);
			now = _mm_add_epi32(now, _mm_alignr_epi8(late, words[(i + 2) % 4], 4));
			now = _mm_sha256msg2_epu32(now, late);
			words[i % 4] = now;
		}
		__m128i keyed = _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)(const void *)(rounds + 4 * i)));
		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, keyed);
		abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(keyed, 0x0e));
	}
	half[0] = _mm_add_epi32(half[0], abef);
	half[1] = _mm_add_epi32(half[1], cdgh);
}

__attribute__((target("sha,sse4.1,ssse3"))) static void blocks(uint32_t state[static 8], const uint8_t *in, size_t count)
{
	__m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0xb1);
	__m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1b);
	__m128i half[2] = {_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xf0)};
	for (size_t i = 0; i < count; i++)
		block(half, in + i * BLOCK);
	low = _mm_shuffle_epi32(half[0], 0x1b);
	high = _mm_shuffle_epi32(half[1], 0xb1);
	_mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(low, high, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

static bool can_be_fast(void)
{
	unsigned a, b, c, d, c1, d1;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & bit_SHA) == 0)
		return false;
	return __get_cpuid(1, &a, &b, &c1, &d1) != 0 && (c1 & bit_SSE4_1) != 0;
}
#else
static void blocks(uint32_t state[static 8], const uint8_t *in, size_t count)
{
	(void)state; /* never called */
	(void)in;
	(void)count;
}

static bool can_be_fast(void)
{
	return false;
}
#endif

void fastsha_start(void)
{
	fast = can_be_fast();
}

/* As libsodium's: count is in bits. */
static void update(crypto_hash_sha256_state *state, const uint8_t *in, size_t len)
{
	size_t there = state->count >> 3 & (BLOCK - 1), room = BLOCK - there;
	state->count += (uint64_t)len << 3;
	if (len < room) {
		if (len > 0)
			memcpy(state->buf + there, in, len);
		return;
	}
	if (there > 0) {
		memcpy(state->buf + there, in, room);
		blocks(state->state, state->buf, 1);
		in += room;
		len -= room;
	}
	blocks(state->state, in, len / BLOCK);
	memcpy(state->buf, in + len / BLOCK * BLOCK, len % BLOCK);
}

static void final(crypto_hash_sha256_state *state, uint8_t *out)
{
	uint64_t bits = state->count;
	size_t there = bits >> 3 & (BLOCK - 1);
	state->buf[there++] = 0x80;
	if (there > BLOCK - 8) {
		memset(state->buf + there, 0, BLOCK - there);
		blocks(state->state, state->buf, 1);
		there = 0;
	}
	memset(state->buf + there, 0, BLOCK - 8 - there);
	for (int i = 0; i < 8; i++)
		state->buf[BLOCK - 1 - i] = (uint8_t)(bits >> 8 * i);
	blocks(state->state, state->buf, 1);
	for (int i = 0; i < DIGEST; i++)
		out[i] = (uint8_t)(state->state[i / 4] >> (24 - 8 * (i % 4)));
}

int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long len)
{
	if (!fast)
		return __real_crypto_hash_sha256_update(state, in, len);
	update(state, in, len);
	return 0;
}

int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out)
{
	if (!fast)
		return __real_crypto_hash_sha256_final(state, out);
	final(state, out);
	return 0;
}

int __wrap_crypto_hash_sha256(unsigned char *out, const unsigned char *in, unsigned long long len)
{
	if (!fast)
		return __real_crypto_hash_sha256(out, in, len);
	crypto_hash_sha256_state state;
	(void)crypto_hash_sha256_init(&state); /* cannot fail */
	update(&state, in, len);
	final(&state, out);
	return 0;
}

static void start_pad(crypto_hash_sha256_state *state, const uint8_t *key, size_t len, uint8_t with)
{
	uint8_t pad[BLOCK];
	memset(pad, with, sizeof(pad));
	for (size_t i = 0; i < len; i++)
		pad[i] ^= key[i];
	(void)crypto_hash_sha256_init(state); /* cannot fail */
	update(state, pad, sizeof(pad));
}

int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key, size_t len)
{
	if (!fast || len > BLOCK)
		return __real_crypto_auth_hmacsha256_init(state, key, len);
	start_pad(&state->ictx, key, len, 0x36);
	start_pad(&state->octx, key, len, 0x5c);
	return 0;
}

int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long len)
{
	if (!fast)
		return __real_crypto_auth_hmacsha256_update(state, in, len);
	update(&state->ictx, in, len);
	return 0;
}

int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out)
{
	if (!fast)
		return __real_crypto_auth_hmacsha256_final(state, out);
	uint8_t inner[DIGEST];
	final(&state->ictx, inner);
	update(&state->octx, inner, sizeof(inner));
	final(&state->octx, out);
	return 0;
}
