#ifndef BARID_NODE_POST_CATALOGUE_GROUPS_H
#define BARID_NODE_POST_CATALOGUE_GROUPS_H
/*
 * What each group of each pool (node/post/pools.h) holds: bytes, and the letter that goes first. Part of the catalogue and used by nothing else.
 * Groups that hold nothing any more are forgotten when the table would have to grow, but not within a turn, so that taking changes back needs no
 * memory.
 */

#include "node/post/pools.h"

struct catalogue_group {
	uint64_t bytes; /* of letters HELD */
	uint32_t last;  /* slot of the last of them in the order; CATALOGUE_NONE: there is none */
	uint16_t number;
	uint8_t pool;
	bool used;
};

struct catalogue_groups {
	struct catalogue_group *table; /* a place for each and as many free ones; where it stands follows from pool and number */
	uint32_t cap, count;
};

/* Takes one with nothing in it. */
void catalogue_groups_free(struct catalogue_groups *groups);
/* Afterwards one catalogue_groups_get() cannot fail. forget: groups without letters may go. False: out of memory. */
bool catalogue_groups_reserve(struct catalogue_groups *groups, bool forget);
/* NULL: nobody knows it. */
struct catalogue_group *catalogue_groups_find(const struct catalogue_groups *groups, enum pool pool, uint16_t number);
/* Adds it, empty, if nobody knows it; after catalogue_groups_reserve(). */
struct catalogue_group *catalogue_groups_get(struct catalogue_groups *groups, enum pool pool, uint16_t number);

#endif
