#include "node/sim/fastcrypto.h"

#include "node/sim/bodies.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

/*
 * BLAKE2b of short inputs, remembered: in a crowd thousands of posts ask for the digest of the same letter, and all who carry the same letters for
 * that of one beacon. An input is kept in the state's own memory until it is whole; one that grows too long for that goes on as libsodium's.
 */

enum { WORD = sizeof(uint64_t), LANES = 4, STATE = sizeof(crypto_generichash_state), KEPT_MAX = 360, ANSWER_MAX = 32, ANSWERS = 1 << 17 };

/* In place of a state. The last byte of libsodium's own means nothing to it. */
struct kept {
	uint8_t bytes[KEPT_MAX]; /* the key, and the input so far */
	uint16_t len;
	uint8_t key_len, out_len;
	uint8_t unused[STATE - KEPT_MAX - 5];
	bool is_kept;
};

static_assert(sizeof(struct kept) == STATE, "one lies in the other's place");
static_assert(STATE >= 8 * WORD + 4 * WORD + 256 + WORD + 1 + 1, "the state of BLAKE2b with its buffer leaves a byte");

/* Two sums of all that a digest depends on, and the digest. */
struct answer {
	uint64_t question[2];
	uint8_t digest[ANSWER_MAX];
};
static struct answer *answers;
static uint64_t asked, made;

int __real_crypto_generichash_init(crypto_generichash_state *state, const unsigned char *key, size_t key_len, size_t out_len);
int __real_crypto_generichash_update(crypto_generichash_state *state, const unsigned char *in, unsigned long long len);
int __real_crypto_generichash_final(crypto_generichash_state *state, unsigned char *out, size_t out_len);
int __wrap_crypto_generichash_init(crypto_generichash_state *state, const unsigned char *key, size_t key_len, size_t out_len);
int __wrap_crypto_generichash_update(crypto_generichash_state *state, const unsigned char *in, unsigned long long len);
int __wrap_crypto_generichash_final(crypto_generichash_state *state, unsigned char *out, size_t out_len);

void fastdigest_start(void)
{
	answers = bodies_memory(answers, ANSWERS * sizeof(*answers));
	memset(answers, 0, ANSWERS * sizeof(*answers));
	asked = made = 0;
}

void fastdigest_count(struct fastcrypto_sums *sums)
{
	sums->digests = asked;
	sums->digests_made = made;
}

static struct kept *kept_of(crypto_generichash_state *state)
{
	return (struct kept *)(void *)state;
}

int __wrap_crypto_generichash_init(crypto_generichash_state *state, const unsigned char *key, size_t key_len, size_t out_len)
{
	struct kept *kept = kept_of(state);
	kept->is_kept = answers != NULL && key_len <= crypto_generichash_KEYBYTES_MAX && out_len <= ANSWER_MAX;
	if (!kept->is_kept)
		return __real_crypto_generichash_init(state, key, key_len, out_len);
	kept->len = kept->key_len = (uint8_t)key_len;
	kept->out_len = (uint8_t)out_len;
	if (key_len > 0)
		memcpy(kept->bytes, key, key_len);
	return 0;
}

/* From now on libsodium's. */
static int let_go(crypto_generichash_state *state)
{
	struct kept kept = *kept_of(state);
	int result = __real_crypto_generichash_init(state, kept.bytes, kept.key_len, kept.out_len);
	kept_of(state)->is_kept = false;
	return result | __real_crypto_generichash_update(state, kept.bytes + kept.key_len, kept.len - kept.key_len);
}

int __wrap_crypto_generichash_update(crypto_generichash_state *state, const unsigned char *in, unsigned long long len)
{
	struct kept *kept = kept_of(state);
	if (kept->is_kept && len <= (unsigned long long)(KEPT_MAX - kept->len)) {
		memcpy(kept->bytes + kept->len, in, (size_t)len);
		kept->len = (uint16_t)(kept->len + len);
		return 0;
	}
	int result = kept->is_kept ? let_go(state) : 0;
	return result | __real_crypto_generichash_update(state, in, len);
}

/* Each step is one to one in the bytes it takes. */
static void sum(uint64_t question[static 2], const struct kept *kept)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lanes[LANES] = {kept->len, kept->key_len, kept->out_len, 1};
	for (size_t at = 0; at < kept->len; at += LANES * WORD) {
		uint64_t words[LANES] = {0};
		size_t left = kept->len - at;
		memcpy(words, kept->bytes + at, left < sizeof(words) ? left : sizeof(words));
		for (size_t lane = 0; lane < LANES; lane++) {
			lanes[lane] = (lanes[lane] ^ words[lane]) * odd;
			lanes[lane] ^= lanes[lane] >> 32;
		}
	}
	question[0] = (lanes[0] * odd) ^ (lanes[1] + (lanes[2] >> 1) + (lanes[2] << 63));
	question[1] = (lanes[2] * odd) ^ (lanes[3] + (lanes[0] >> 1) + (lanes[0] << 63));
}

int __wrap_crypto_generichash_final(crypto_generichash_state *state, unsigned char *out, size_t out_len)
{
	struct kept *kept = kept_of(state);
	if (!kept->is_kept)
		return __real_crypto_generichash_final(state, out, out_len);
	assert(out_len == kept->out_len);
	asked++;
	uint64_t question[2];
	sum(question, kept);
	struct answer *answer = &answers[question[0] % ANSWERS];
	if (memcmp(answer->question, question, sizeof(question)) != 0) {
		made++;
		if (let_go(state) != 0 || __real_crypto_generichash_final(state, answer->digest, out_len) != 0)
			return -1;
		memcpy(answer->question, question, sizeof(question));
	}
	memcpy(out, answer->digest, out_len);
	return 0;
}
