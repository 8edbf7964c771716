#ifndef BARID_NODE_POST_CATALOGUE_ORDER_H
#define BARID_NODE_POST_CATALOGUE_ORDER_H
/*
 * An order of letters as an array of sorted blocks of slots: that of letters on their way, or that of eviction, which is the same within each group
 * of each pool. Part of the catalogue and used by nothing else: entries are compared where they are, in the catalogue, so that a letter costs four
 * bytes here and what its block has free.
 */

#include "node/post/catalogue.h"
#include "node/post/marks.h"

enum { ORDER_BLOCK_SLOTS = 256 };

struct order_block;

struct catalogue_order {
	struct order_block **blocks; /* none is empty */
	uint32_t count, cap;
	struct order_block *spares; /* a chain */
	uint32_t spare_count;
	uint64_t secret[2];
	bool by_group;
};

/* Where a slot stands; block == count of blocks: at the end. */
struct catalogue_place {
	uint32_t block, at;
};

/* Makes it empty; whatever was in it before is not looked at. by_group: pool and group come before the rank. */
void catalogue_order_start(struct catalogue_order *order, bool by_group, const uint8_t secret[static CATALOGUE_SECRET_SIZE]);
/* Frees all it took. Afterwards only catalogue_order_start() may follow. */
void catalogue_order_end(struct catalogue_order *order);

/* Afterwards so many inserts cannot fail, whatever is removed between them. False: out of memory. */
bool catalogue_order_reserve(struct catalogue_order *order, uint32_t inserts);
/* Gives back what was reserved for more than so many. */
void catalogue_order_trim(struct catalogue_order *order, uint32_t inserts);
/* After catalogue_order_reserve(). The slot is not in it. */
void catalogue_order_insert(struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot);
/* The slot is in it, and its tag, rank, day, pool and group are what they were when it came in. Never takes memory. */
void catalogue_order_remove(struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot);

/* By letters on their way, whichever order this is. */
bool catalogue_order_before(const struct catalogue_order *order, const struct catalogue_position *a, const struct catalogue_position *b);
/* The place of a slot that is in it. */
struct catalogue_place catalogue_order_find(const struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot);
/* The place of the first slot after a position, NULL: of the first. Not by group. */
struct catalogue_place catalogue_order_after(const struct catalogue_order *order, const struct catalogue *catalogue,
					     const struct catalogue_position *position);
/* The place after the last slot of this rank or higher; not by group. After the last one of a group; by group. */
struct catalogue_place catalogue_order_end_of_rank(const struct catalogue_order *order, const struct catalogue *catalogue, uint8_t rank);
struct catalogue_place catalogue_order_end_of_group(const struct catalogue_order *order, const struct catalogue *catalogue, enum pool pool,
						    uint16_t group);
/* The slot at a place, which moves on; CATALOGUE_NONE at the end. */
uint32_t catalogue_order_next(const struct catalogue_order *order, struct catalogue_place *place);
/* The slot just before a place, which moves there; CATALOGUE_NONE at the start. */
uint32_t catalogue_order_previous(const struct catalogue_order *order, struct catalogue_place *place);
/* The first slot HELD going back from a place; CATALOGUE_NONE at the start. */
uint32_t catalogue_order_held_before(const struct catalogue_order *order, const struct catalogue *catalogue, struct catalogue_place place);
/* The first slot HELD and marked, of this rank or higher, from a place on, which moves there; CATALOGUE_NONE: there is none. Looks at no entry but of
 * those that are marked, and of one in each block. Not by group. */
uint32_t catalogue_order_next_marked(const struct catalogue_order *order, const struct catalogue *catalogue, struct catalogue_place *place,
				     uint8_t rank, const struct marks *marks);

#endif
