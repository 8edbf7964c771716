#ifndef BARID_PLATFORM_SIM_FATE_H
#define BARID_PLATFORM_SIM_FATE_H
/*
 * The simulator's chance: streams of numbers that follow from a seed and a name, the same on every machine (xoshiro256**, Blackman and Vigna 2018,
 * seeded by splitmix64). Every node, every road and every letter-writer has a stream of its own, so that what one draws moves no other. While a node
 * takes its turn, platform/chance.h and libsodium draw from that node's stream. Of no use for keys outside a simulation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fate {
	uint64_t state[4];
};

/* who: any number that tells streams of one seed apart. */
void fate_seed(struct fate *fate, uint64_t seed, uint64_t who);
uint64_t fate_draw(struct fate *fate);
/* Evenly 0..bound - 1; bound >= 1. */
uint32_t fate_below(struct fate *fate, uint32_t bound);
/* Evenly low..high; low <= high, not all 2^64 numbers. */
uint64_t fate_between(struct fate *fate, uint64_t low, uint64_t high);
/* True so many times in a million. */
bool fate_happens(struct fate *fate, uint32_t per_million);
void fate_fill(struct fate *fate, void *out, size_t len);

/* Whose stream platform/chance.h draws from until the next call; borrowed until then. */
void fate_enter(struct fate *fate);
/* The stream entered last. */
struct fate *fate_entered(void);

#endif
