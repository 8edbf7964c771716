#include "crypto/channel.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

/* Names of functions and variables follow the Noise specification, revision 34, section 5, where it has one. */

enum { MESSAGES_MAX = 2, TOKENS_MAX = 4, NONCE_SIZE = crypto_aead_chacha20poly1305_ietf_NPUBBYTES };

static_assert(CHANNEL_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA256");
static_assert(CHANNEL_TAG_SIZE == crypto_aead_chacha20poly1305_ietf_ABYTES, "ChaChaPoly");
static_assert(CHANNEL_KEY_SIZE == crypto_scalarmult_BYTES, "25519");

enum token { TOKEN_END = 0, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SS, TOKEN_PSK };

struct pattern {
	const char *name;
	bool responder_known;        /* pre-message "<- s" */
	bool initiator_known_inside; /* the initiator sends its static key */
	uint8_t messages;
	uint8_t tokens[MESSAGES_MAX][TOKENS_MAX];
};

static const struct pattern patterns[] = {
	[CHANNEL_NNPSK0] = {"Noise_NNpsk0_25519_ChaChaPoly_SHA256", false, false, 2, {{TOKEN_PSK, TOKEN_E}, {TOKEN_E, TOKEN_EE}}},
	[CHANNEL_NK] = {"Noise_NK_25519_ChaChaPoly_SHA256", true, false, 2, {{TOKEN_E, TOKEN_ES}, {TOKEN_E, TOKEN_EE}}},
	[CHANNEL_X] = {"Noise_X_25519_ChaChaPoly_SHA256", true, true, 1, {{TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS}}},
};

/* Nonce 2^64-1 is kept for REKEY. */
static const uint64_t nonce_last = UINT64_MAX;

static void put_nonce(uint8_t out[static NONCE_SIZE], uint64_t nonce)
{
	memset(out, 0, 4);
	for (int i = 0; i < 8; i++)
		out[4 + i] = (uint8_t)(nonce >> (8 * i));
}

/* ENCRYPT; ad is a hash or NULL; out gets len + 16 bytes and may be plain itself. */
static bool encrypt(struct cipher *cipher, const uint8_t *ad, const uint8_t *plain, size_t len, uint8_t *out)
{
	assert(cipher->keyed);
	if (cipher->nonce == nonce_last)
		return false;
	uint8_t nonce[NONCE_SIZE];
	put_nonce(nonce, cipher->nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, len, ad, ad == NULL ? 0 : CHANNEL_HASH_SIZE, NULL, nonce, cipher->key);
	cipher->nonce++;
	return true;
}

/* DECRYPT; out gets len - 16 bytes and may be sealed itself. Nothing is written unless the tag fits. */
static bool decrypt(struct cipher *cipher, const uint8_t *ad, const uint8_t *sealed, size_t len, uint8_t *out)
{
	assert(cipher->keyed && len >= CHANNEL_TAG_SIZE);
	if (cipher->nonce == nonce_last)
		return false;
	uint8_t nonce[NONCE_SIZE];
	put_nonce(nonce, cipher->nonce);
	size_t plain_len = len - CHANNEL_TAG_SIZE, ad_len = ad == NULL ? 0 : CHANNEL_HASH_SIZE;
	const uint8_t *tag = sealed + plain_len;
	/* Verify first: libsodium's one-step call would zero the output of a forged message. */
	if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(NULL, NULL, sealed, plain_len, tag, ad, ad_len, nonce, cipher->key) != 0)
		return false;
	cipher->nonce++;
	if (plain_len == 0)
		return true;
	return crypto_stream_chacha20_ietf_xor_ic(out, sealed, plain_len, nonce, 1, cipher->key) == 0;
}

/* HMAC-HASH(key, bytes || counter); counter 0 is left out. keyed: as crypto_auth_hmacsha256_init() leaves it for the key, which is half of the work.
 */
static void hmac(const crypto_auth_hmacsha256_state *keyed, const uint8_t *bytes, size_t len, uint8_t counter, uint8_t out[static 32])
{
	crypto_auth_hmacsha256_state state = *keyed;
	crypto_auth_hmacsha256_update(&state, bytes, len);
	if (counter != 0)
		crypto_auth_hmacsha256_update(&state, &counter, 1);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

/* HKDF with two or three outputs of 32 bytes; out[0] may be the chaining key itself. */
static void hkdf(const uint8_t chaining_key[static 32], const uint8_t *input, size_t len, uint8_t *const out[], uint8_t outputs)
{
	assert(outputs == 2 || outputs == 3);
	crypto_auth_hmacsha256_state keyed;
	uint8_t block[32];
	crypto_auth_hmacsha256_init(&keyed, chaining_key, 32);
	hmac(&keyed, input, len, 0, block);
	crypto_auth_hmacsha256_init(&keyed, block, sizeof block);
	for (uint8_t i = 1; i <= outputs; i++) {
		hmac(&keyed, block, i == 1 ? 0 : sizeof block, i, block);
		memcpy(out[i - 1], block, sizeof block);
	}
	sodium_memzero(&keyed, sizeof keyed);
	sodium_memzero(block, sizeof block);
}

static void cipher_key(struct cipher *cipher)
{
	cipher->nonce = 0;
	cipher->keyed = true;
}

static void mix_hash(struct channel *channel, const uint8_t *data, size_t len)
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, channel->hash, sizeof channel->hash);
	if (len > 0)
		crypto_hash_sha256_update(&state, data, len);
	crypto_hash_sha256_final(&state, channel->hash);
}

static void mix_key(struct channel *channel, const uint8_t input[static 32])
{
	hkdf(channel->chaining_key, input, 32, (uint8_t *const[]){channel->chaining_key, channel->handshake.key}, 2);
	cipher_key(&channel->handshake);
}

static void mix_key_and_hash(struct channel *channel, const uint8_t input[static 32])
{
	uint8_t extra[32];
	hkdf(channel->chaining_key, input, 32, (uint8_t *const[]){channel->chaining_key, extra, channel->handshake.key}, 3);
	mix_hash(channel, extra, sizeof extra);
	cipher_key(&channel->handshake);
	sodium_memzero(extra, sizeof extra);
}

/* MixKey(DH(secret, point)). False for a point of low order, whose result everybody knows. */
static bool mix_dh(struct channel *channel, const uint8_t secret[static 32], const uint8_t point[static 32])
{
	uint8_t shared[crypto_scalarmult_BYTES];
	if (crypto_scalarmult(shared, secret, point) != 0)
		return false;
	mix_key(channel, shared);
	sodium_memzero(shared, sizeof shared);
	return true;
}

static bool encrypt_and_hash(struct channel *channel, const uint8_t *plain, size_t len, uint8_t *out)
{
	if (!encrypt(&channel->handshake, channel->hash, plain, len, out))
		return false;
	mix_hash(channel, out, len + CHANNEL_TAG_SIZE);
	return true;
}

static bool decrypt_and_hash(struct channel *channel, const uint8_t *sealed, size_t len, uint8_t *out)
{
	if (!decrypt(&channel->handshake, channel->hash, sealed, len, out))
		return false;
	mix_hash(channel, sealed, len);
	return true;
}

static void mix_ephemeral(struct channel *channel, const uint8_t key[static 32])
{
	mix_hash(channel, key, 32);
	/* Patterns with a pre-shared key feed the ephemeral key into the chain too (Noise section 9.2). */
	if (channel->pattern == CHANNEL_NNPSK0)
		mix_key(channel, key);
}

/* The tokens that put nothing on the wire, the same for writer and reader. */
static bool mix_token(struct channel *channel, enum token token)
{
	bool initiator = channel->role == CHANNEL_INITIATOR;
	switch (token) {
	case TOKEN_EE:
		return mix_dh(channel, channel->ephemeral_secret, channel->remote_ephemeral);
	case TOKEN_ES:
		return initiator ? mix_dh(channel, channel->ephemeral_secret, channel->remote_static)
				 : mix_dh(channel, channel->static_secret, channel->remote_ephemeral);
	case TOKEN_SS:
		return mix_dh(channel, channel->static_secret, channel->remote_static);
	case TOKEN_PSK:
		mix_key_and_hash(channel, channel->psk);
		return true;
	case TOKEN_E:
	case TOKEN_S:
	case TOKEN_END:
		break;
	}
	/* Tokens with bytes of their own are the caller's. */
	assert(false);
	return false;
}

/* Bytes a message adds to its payload. Every payload of these patterns is encrypted. */
static size_t message_extra(const struct pattern *pattern, uint8_t step)
{
	size_t extra = CHANNEL_TAG_SIZE;
	for (size_t i = 0; i < TOKENS_MAX; i++) {
		if (pattern->tokens[step][i] == TOKEN_E)
			extra += CHANNEL_KEY_SIZE;
		if (pattern->tokens[step][i] == TOKEN_S)
			extra += CHANNEL_KEY_SIZE + CHANNEL_TAG_SIZE;
	}
	return extra;
}

static bool is_turn_to_write(const struct channel *channel)
{
	return (channel->step % 2 == 0) == (channel->role == CHANNEL_INITIATOR);
}

static bool in_handshake(const struct channel *channel)
{
	return !channel->failed && !channel->done && channel->step < patterns[channel->pattern].messages;
}

/* Split() after the last message; of the handshake only its hash and the peer's static key, which it has proved, outlive it. */
static void finish_step(struct channel *channel)
{
	channel->step++;
	if (channel->step < patterns[channel->pattern].messages)
		return;
	struct cipher from_initiator, from_responder;
	hkdf(channel->chaining_key, NULL, 0, (uint8_t *const[]){from_initiator.key, from_responder.key}, 2);
	cipher_key(&from_initiator);
	cipher_key(&from_responder);
	bool initiator = channel->role == CHANNEL_INITIATOR;
	channel->send = initiator ? from_initiator : from_responder;
	channel->receive = initiator ? from_responder : from_initiator;
	if (patterns[channel->pattern].messages == 1)
		sodium_memzero(initiator ? &channel->receive : &channel->send, sizeof(struct cipher));
	sodium_memzero(&from_initiator, sizeof from_initiator);
	sodium_memzero(&from_responder, sizeof from_responder);
	sodium_memzero(channel->chaining_key, sizeof channel->chaining_key);
	sodium_memzero(&channel->handshake, sizeof channel->handshake);
	sodium_memzero(channel->psk, sizeof channel->psk);
	sodium_memzero(channel->static_secret, sizeof channel->static_secret);
	sodium_memzero(channel->ephemeral_secret, sizeof channel->ephemeral_secret);
	channel->done = true;
}

static bool take_key_pair(const uint8_t *from, uint8_t secret[static 32], uint8_t public_key[static 32])
{
	memcpy(secret, from, CHANNEL_KEY_SIZE);
	return crypto_scalarmult_base(public_key, secret) == 0;
}

void channel_start(struct channel *channel, const struct channel_setup *setup)
{
	const struct pattern *pattern = &patterns[setup->pattern];
	bool initiator = setup->role == CHANNEL_INITIATOR;
	bool needs_static = initiator ? pattern->initiator_known_inside : pattern->responder_known;
	assert((setup->psk != NULL) == (setup->pattern == CHANNEL_NNPSK0));
	assert((setup->static_secret != NULL) == needs_static);
	assert((setup->remote_static != NULL) == (initiator && pattern->responder_known));
	assert((setup->ephemeral_secret != NULL) == (initiator || pattern->messages > 1));
	assert(setup->prologue != NULL || setup->prologue_len == 0);

	memset(channel, 0, sizeof *channel);
	channel->pattern = setup->pattern;
	channel->role = setup->role;
	bool usable = true;
	if (setup->psk != NULL)
		memcpy(channel->psk, setup->psk, sizeof channel->psk);
	if (setup->static_secret != NULL)
		usable = usable && take_key_pair(setup->static_secret, channel->static_secret, channel->static_public);
	if (setup->ephemeral_secret != NULL)
		usable = usable && take_key_pair(setup->ephemeral_secret, channel->ephemeral_secret, channel->ephemeral_public);
	if (setup->remote_static != NULL)
		memcpy(channel->remote_static, setup->remote_static, sizeof channel->remote_static);
	if (!usable) {
		channel_wipe(channel);
		return;
	}

	size_t name_len = strlen(pattern->name);
	if (name_len <= sizeof channel->hash)
		memcpy(channel->hash, pattern->name, name_len);
	else
		crypto_hash_sha256(channel->hash, (const uint8_t *)pattern->name, name_len);
	memcpy(channel->chaining_key, channel->hash, sizeof channel->chaining_key);
	mix_hash(channel, setup->prologue, setup->prologue_len);
	if (pattern->responder_known)
		mix_hash(channel, initiator ? channel->remote_static : channel->static_public, CHANNEL_KEY_SIZE);
}

size_t channel_write_handshake(struct channel *channel, const uint8_t *payload, size_t len, uint8_t *out, size_t cap)
{
	if (!in_handshake(channel) || !is_turn_to_write(channel))
		goto err0;
	const struct pattern *pattern = &patterns[channel->pattern];
	size_t extra = message_extra(pattern, channel->step);
	if (cap < extra || cap - extra < len)
		goto err0;
	uint8_t *at = out;
	for (size_t i = 0; i < TOKENS_MAX && pattern->tokens[channel->step][i] != TOKEN_END; i++) {
		enum token token = pattern->tokens[channel->step][i];
		if (token == TOKEN_E) {
			memcpy(at, channel->ephemeral_public, CHANNEL_KEY_SIZE);
			mix_ephemeral(channel, channel->ephemeral_public);
			at += CHANNEL_KEY_SIZE;
		} else if (token == TOKEN_S) {
			if (!encrypt_and_hash(channel, channel->static_public, CHANNEL_KEY_SIZE, at))
				goto err0;
			at += CHANNEL_KEY_SIZE + CHANNEL_TAG_SIZE;
		} else if (!mix_token(channel, token)) {
			goto err0;
		}
	}
	if (!encrypt_and_hash(channel, payload, len, at))
		goto err0;
	at += len + CHANNEL_TAG_SIZE;
	assert((size_t)(at - out) == len + extra);
	finish_step(channel);
	return len + extra;

err0:
	channel_wipe(channel);
	return 0;
}

bool channel_read_handshake(struct channel *channel, const uint8_t *message, size_t len, uint8_t *payload, size_t cap, size_t *payload_len)
{
	if (!in_handshake(channel) || is_turn_to_write(channel))
		goto err0;
	const struct pattern *pattern = &patterns[channel->pattern];
	size_t extra = message_extra(pattern, channel->step);
	if (len < extra || len - extra > cap)
		goto err0;
	const uint8_t *at = message;
	for (size_t i = 0; i < TOKENS_MAX && pattern->tokens[channel->step][i] != TOKEN_END; i++) {
		enum token token = pattern->tokens[channel->step][i];
		if (token == TOKEN_E) {
			memcpy(channel->remote_ephemeral, at, CHANNEL_KEY_SIZE);
			mix_ephemeral(channel, channel->remote_ephemeral);
			at += CHANNEL_KEY_SIZE;
		} else if (token == TOKEN_S) {
			if (!decrypt_and_hash(channel, at, CHANNEL_KEY_SIZE + CHANNEL_TAG_SIZE, channel->remote_static))
				goto err0;
			at += CHANNEL_KEY_SIZE + CHANNEL_TAG_SIZE;
		} else if (!mix_token(channel, token)) {
			goto err0;
		}
	}
	if (!decrypt_and_hash(channel, at, len - extra + CHANNEL_TAG_SIZE, payload))
		goto err0;
	*payload_len = len - extra;
	finish_step(channel);
	return true;

err0:
	channel_wipe(channel);
	*payload_len = 0;
	return false;
}

bool channel_encrypt(struct channel *channel, const uint8_t *plain, size_t len, uint8_t *out)
{
	if (!channel->failed && channel->done && channel->send.keyed && encrypt(&channel->send, NULL, plain, len, out))
		return true;
	/* A caller that forgot to ask must not send what it meant to seal in place. */
	sodium_memzero(out, len + CHANNEL_TAG_SIZE);
	channel_wipe(channel);
	return false;
}

bool channel_decrypt(struct channel *channel, const uint8_t *sealed, size_t len, uint8_t *out)
{
	if (channel->failed || !channel->done || !channel->receive.keyed || len < CHANNEL_TAG_SIZE ||
	    !decrypt(&channel->receive, NULL, sealed, len, out)) {
		channel_wipe(channel);
		return false;
	}
	return true;
}

void channel_rekey(struct cipher *cipher)
{
	assert(cipher->keyed);
	static const uint8_t zeros[CHANNEL_KEY_SIZE];
	uint8_t nonce[NONCE_SIZE], sealed[CHANNEL_KEY_SIZE + CHANNEL_TAG_SIZE];
	put_nonce(nonce, nonce_last);
	crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, zeros, sizeof zeros, NULL, 0, NULL, nonce, cipher->key);
	memcpy(cipher->key, sealed, sizeof cipher->key);
	sodium_memzero(sealed, sizeof sealed);
}

void channel_wipe(struct channel *channel)
{
	sodium_memzero(channel, sizeof *channel);
	channel->failed = true;
}
