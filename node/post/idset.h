#ifndef BARID_NODE_POST_IDSET_H
#define BARID_NODE_POST_IDSET_H
/* A small set of short ids that is asked about once for every letter of a store: a filter in front of a sorted list. */

#include "proto/reconcile.h"

enum { IDSET_MAX = SKETCH_FOUND_MAX, IDSET_FILTER_BITS = 16384 };

struct idset {
	uint16_t count;
	bool taken[IDSET_MAX];
	uint32_t ids[IDSET_MAX]; /* sorted */
	uint64_t filter[IDSET_FILTER_BITS / 64];
};

/* Makes the set of count <= IDSET_MAX ids, in any order; one that is there twice counts once. */
void idset_make(struct idset *set, const uint32_t *ids, uint16_t count);
/* False if the id is certainly not in the set; asked first, for every letter of a store. */
static inline bool idset_may_have(const struct idset *set, uint32_t id)
{
	return (set->filter[id % IDSET_FILTER_BITS / 64] >> id % 64 & 1) != 0;
}

/* True if the id is in the set, taken or not; it is taken from now on. */
bool idset_take(struct idset *set, uint32_t id);

#endif
