#ifndef BARID_NODE_POST_POOLS_H
#define BARID_NODE_POST_POOLS_H
/*
 * The shares of the store (SPEC.md 12.5). Every letter held belongs to one pool and, in it, to one group: an organisation, or the link it came by. A
 * pool may use room that nobody else needs, but never takes another's guaranteed share; when the store is full what must go is taken from the pool
 * that is furthest above its share, there from the group that holds most, there from the end of the order. Nothing is counted by what is free to
 * mint: names and keys that nobody vouches for count for nothing, links count only against each other inside the two unproven pools.
 */

#include "proto/order.h"

#include <stdbool.h>
#include <stdint.h>

enum pool {
	POOL_AUTHORITY, /* cards, revocations, notices of organisations believed here; revocations are never evicted */
	POOL_URGENT,    /* urgent letters of medics */
	POOL_SPONSORED, /* other letters with a ticket, witness notices among them */
	POOL_OWN,       /* written at this post's own desks, until the post restarts */
	POOL_CRIES,     /* unproven, urgent */
	POOL_OTHERS,    /* unproven, the rest */
	POOLS
};

/* Of a group in POOL_AUTHORITY: the revocations of that organisation, of which none is ever evicted. */
enum { POOL_KEPT = 0x8000 };

/* What the door found out about a letter before it looks for room. */
struct judgement {
	enum standing standing;
	enum pool pool;
	uint16_t group; /* proven pools: of the organisation; unproven: of the link */
};

/* What an unproven letter is worth that was not written here. */
struct judgement pool_unproven(const struct envelope_header *header, uint16_t group);
/* True for the pools of letters that somebody believed here vouches for. */
bool pool_is_proven(enum pool pool);
/* Guaranteed bytes of a pool in a store of so many. The shares add up to the whole. */
uint64_t pool_share(enum pool pool, uint64_t max_bytes);

#endif
