#ifndef BARID_CRYPTO_CHANNEL_H
#define BARID_CRYPTO_CHANNEL_H
/*
 * Noise (revision 34) with 25519, ChaChaPoly and SHA256, for the three patterns Barid uses:
 *   NNpsk0  between two posts: nobody shows an identity;
 *   NK      from a post to a gateway whose key it knows;
 *   X       one sealed letter (crypto/seal.h is built on it).
 * Pure: no clock, no randomness (ephemeral keys are arguments), no allocation. Every failure leaves the struct wiped and unusable.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHANNEL_KEY_SIZE = 32,
	CHANNEL_TAG_SIZE = 16,
	CHANNEL_HASH_SIZE = 32,
};

enum channel_pattern { CHANNEL_NNPSK0, CHANNEL_NK, CHANNEL_X };
enum channel_role { CHANNEL_INITIATOR, CHANNEL_RESPONDER };

/* A Noise CipherState. */
struct cipher {
	uint8_t key[CHANNEL_KEY_SIZE];
	uint64_t nonce;
	bool keyed;
};

/* What a handshake needs; unused pointers are NULL. All are borrowed until channel_start() returns. */
struct channel_setup {
	enum channel_pattern pattern;
	enum channel_role role;
	const uint8_t *prologue;
	size_t prologue_len;
	const uint8_t *psk;              /* 32: NNpsk0 */
	const uint8_t *static_secret;    /* 32: NK responder, X both */
	const uint8_t *remote_static;    /* 32: NK and X initiator */
	const uint8_t *ephemeral_secret; /* 32: fresh randomness; not for the X responder */
};

struct channel {
	enum channel_pattern pattern;
	enum channel_role role;
	uint8_t step; /* handshake messages done */
	bool done;
	bool failed;
	uint8_t chaining_key[32];
	uint8_t hash[CHANNEL_HASH_SIZE];
	struct cipher handshake;
	uint8_t psk[32];
	uint8_t static_secret[32], static_public[32];
	uint8_t ephemeral_secret[32], ephemeral_public[32];
	uint8_t remote_static[32], remote_ephemeral[32];
	struct cipher send, receive; /* valid when done */
};

void channel_start(struct channel *channel, const struct channel_setup *setup);
/* Writes the next handshake message (payload may be empty) into out; returns its length, 0 on failure or when it is not our turn or cap is too small.
 * NNpsk0 and NK messages with empty payload are 48 bytes each; an X message is payload + 96. */
size_t channel_write_handshake(struct channel *channel, const uint8_t *payload, size_t len, uint8_t *out, size_t cap);
/* Reads the peer's next handshake message; fills payload[*payload_len]. False: forged, damaged, or out of turn. */
bool channel_read_handshake(struct channel *channel, const uint8_t *message, size_t len, uint8_t *payload, size_t cap, size_t *payload_len);
/* After channel->done: out gets len + 16 bytes. plain and out may be the same. False, which is final, if the channel is not done or has failed,
 * cannot send (the responder of X), or spent its 2^64 - 1 nonces; out is then all zero. */
bool channel_encrypt(struct channel *channel, const uint8_t *plain, size_t len, uint8_t *out);
/* out gets len - 16 bytes; false and nothing written if the tag does not fit. A failure is final for the channel. sealed and out may be the same. */
bool channel_decrypt(struct channel *channel, const uint8_t *sealed, size_t len, uint8_t *out);
/* Noise REKEY of one direction. */
void channel_rekey(struct cipher *cipher);
void channel_wipe(struct channel *channel);

#endif
