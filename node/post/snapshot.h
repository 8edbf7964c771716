#ifndef BARID_NODE_POST_SNAPSHOT_H
#define BARID_NODE_POST_SNAPSHOT_H
/* The short ids of everything in the catalogue at one moment, under the key of one session: twelve bytes a letter, while two neighbours compare. What
 * is described in parts and rounds is described of this, whatever comes and goes meanwhile. */

#include "node/post/catalogue.h"
#include "proto/reconcile.h"

struct snapshot_item {
	uint32_t id;    /* 0: no letter, and none shown */
	uint32_t power; /* kept between the rounds of a table */
	uint16_t day;
	uint8_t rank;
	uint8_t shown : 1;
	uint8_t told : 1; /* the neighbour is known to lack it: it is in the outbox, or was */
	uint8_t : 6;
};

struct snapshot {
	struct snapshot_item *items; /* owned, one for each slot; NULL: none taken */
	uint32_t count;
	const void *powers_of; /* whose table the powers belong to */
};

/* Does nothing if one is taken already. False: out of memory. */
bool snapshot_take(struct snapshot *snapshot, const struct catalogue *catalogue, const uint8_t key[static SHORTHASH_KEY_SIZE]);
void snapshot_drop(struct snapshot *snapshot);
/* This slot means another letter from now on. */
void snapshot_forget(struct snapshot *snapshot, uint32_t slot);

/* Of the letters shown in a unit: how many they are; */
uint32_t snapshot_count(const struct snapshot *snapshot, const struct unit *unit);
/* their estimate; */
struct estimate snapshot_estimate(const struct snapshot *snapshot, const struct unit *unit);
/* their ids, at most cap of them; returns how many; */
size_t snapshot_ids(const struct snapshot *snapshot, const struct unit *unit, uint32_t *ids, size_t cap);
/* their table; owner: any address, the same for all rounds of one table; */
void snapshot_table(struct snapshot *snapshot, const struct unit *unit, struct sketch *table, const void *owner);
/* and, in a table of capacity 1, the next power sum of each cell of a table that has come to the given capacity. */
void snapshot_more(struct snapshot *snapshot, const struct unit *unit, struct sketch *more, uint8_t capacity, const void *owner);

#endif
