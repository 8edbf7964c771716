#ifndef BARID_NODE_POST_PEERS_H
#define BARID_NODE_POST_PEERS_H
/* Whom we heard or met lately, by beacon nonce, so that a neighbour with nothing new is not dialled again and again. Forgets the oldest first. */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PEERS_MAX = 256,
	PEERS_REDIAL_MS = 10000,
	PEERS_STALE_MS = 300000,
	PEERS_TURN_MS = 6000,        /* how long, ... */
	PEERS_TURN_SPREAD_MS = 4000, /* ... and up to so much longer, the side that should dial is waited for */
};

struct peer {
	uint8_t nonce[BEACON_NONCE_SIZE];
	uint8_t digest[BEACON_DIGEST_SIZE]; /* theirs when we last were linked or tried */
	uint64_t ours;                      /* our own generation then */
	uint64_t tried_ms;
	uint64_t ours_from_ms; /* it is their turn to dial; if they have not by then, it is ours; 0: nobody waits */
	bool failed;           /* the last try has not led to a greeting */
};

struct peers {
	size_t count; /* of places in use, the first ones: there is no need to look at the others */
	struct peer table[PEERS_MAX];
};

/* True if peers_worth_dialling() would say no and note nothing: cheap, and in a crowd the answer of nearly always. */
bool peers_resting(const struct peers *peers, const uint8_t beacon[static BEACON_SIZE], bool our_turn, uint64_t generation, uint64_t now_ms);
/* True if this beacon is worth dialling now: unknown, or either side has changed since the last contact, or that is long ago; but not soon after a
 * try that came to nothing, nor, if it is not our turn, before the other side had time to dial. Notes the try if so. */
bool peers_worth_dialling(struct peers *peers, const uint8_t beacon[static BEACON_SIZE], bool our_turn, uint64_t generation, uint64_t now_ms);
/* They greeted us, or the contact is over: what was exchanged with them is no reason to dial again. */
void peers_met(struct peers *peers, const uint8_t nonce[static BEACON_NONCE_SIZE], uint64_t generation, uint64_t now_ms);

#endif
