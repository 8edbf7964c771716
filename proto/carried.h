#ifndef BARID_PROTO_CARRIED_H
#define BARID_PROTO_CARRIED_H
/*
 * A few bytes that are equal on two posts exactly when both carry the same letters (SPEC.md 7.3), kept up to date on every change. Each letter is
 * spread from its tag to 32 numbers and these are added up: a sum of 2048 bits, because a shorter one can be steered by whoever mints letters
 * (generalised birthday, Wagner 2002; the construction is AdHash, Bellare and Micciancio 1997). What goes over a link is a digest of the sums under
 * that link's own salt.
 */

#include "proto/limits.h"

#include <stddef.h>
#include <stdint.h>

enum { CARRIED_LANES = 32, CARRIED_DIGEST_SIZE = 4 };

struct carried {
	uint32_t count[LETTER_TIERS];
	uint64_t sum[LETTER_TIERS][CARRIED_LANES];
};

/* tier: 0..3. */
void carried_add(struct carried *carried, uint8_t tier, const uint8_t tag[static LETTER_TAG_SIZE]);
void carried_remove(struct carried *carried, uint8_t tier, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Digest of one tier under a salt of 32 bytes. */
void carried_tier_digest(const struct carried *carried, uint8_t tier, const uint8_t salt[static 32], uint8_t digest[static CARRIED_DIGEST_SIZE]);
/* Digest of everything, in whatever tiers it is, under a salt of any length: equal on two posts that judge the same letters differently. */
void carried_digest(const struct carried *carried, const void *salt, size_t salt_len, uint8_t digest[static CARRIED_DIGEST_SIZE]);

#endif
