#ifndef BARID_NODE_POST_ROOM_H
#define BARID_NODE_POST_ROOM_H
/*
 * Who must go so that a letter finds room (SPEC.md 12.5). Part of the door. A pool below its share takes room from the one furthest above its own;
 * any other must find it among its own letters, in the group that holds most: if that is the letter's own, it has to come before what goes; if it is
 * another one of an unproven pool, driving it out is paid for with what the way in may still drive out, so that whoever opens link after link gains
 * by each no more than the share of one, and not at once.
 */

#include "node/post/catalogue.h"
#include "proto/limits.h"

enum { ROOM_VICTIMS_MAX = ENVELOPE_SIZE_MAX / ENVELOPE_SIZE_MIN };

struct room {
	/* Asked for: */
	uint64_t max_bytes;
	struct catalogue_position letter;
	enum pool pool;
	uint16_t group;
	uint32_t tokens; /* bytes that may be driven out of other groups; on return what is left of them */
	/* Who goes: first those that were given as gone already, then the others. */
	uint32_t gone[RECEIPTS_MAX + ROOM_VICTIMS_MAX];
	size_t gone_count;
};

/* Changes nothing. Adds to gone who else must go; false: there is no room. */
bool room_find(struct room *room, const struct catalogue *catalogue);
/* The first that must go where the store is larger than it may be; CATALOGUE_NONE: it is not, or nothing may go. */
uint32_t room_excess(const struct catalogue *catalogue, uint64_t max_bytes);

#endif
