#ifndef BARID_CRYPTO_EPOCH_H
#define BARID_CRYPTO_EPOCH_H
/*
 * Forward secrecy without a conversation: each mailbox lane has a chain of seeds, one a day. seed(day) gives by BLAKE2b-512 that day's X25519
 * secret and the next day's seed; nothing goes backwards. Whoever deletes seed(day) and the day's secret can no longer open that day's letters, nor
 * can a thief.
 */

#include "crypto/keys.h"

enum {
	EPOCH_KEEP_FAST = 3, /* days a day's FAST secret is kept after that day */
	EPOCH_KEEP_SLOW = 9,
	EPOCH_AHEAD_MAX = 400, /* furthest day whose key can be asked for, counted from the chain's first day */
};

struct epoch_chain {
	uint16_t day; /* the oldest day whose secret can still be derived */
	uint8_t lane; /* 0 fast, 1 slow; separates the two chains */
	uint8_t seed[KEY_SIZE];
};

/* The day's secret key; false if the day is before the chain's day or more than EPOCH_AHEAD_MAX after it. */
bool epoch_secret(const struct epoch_chain *chain, uint16_t day, uint8_t secret[static KEY_SIZE]);
bool epoch_public(const struct epoch_chain *chain, uint16_t day, uint8_t public_key[static KEY_SIZE]);
/* Forgets every day before the given one, for good. Never goes back. Stops after EPOCH_AHEAD_MAX days: chain->day tells how far it came. */
void epoch_forget_before(struct epoch_chain *chain, uint16_t day);

#endif
