#ifndef BARID_NODE_SIM_CHECKS_INSIDE_H
#define BARID_NODE_SIM_CHECKS_INSIDE_H
/* The inside of the checkers: checks.c, what is looked at while a run goes on, and checks_end.c, what is looked at when it is over. */

#include "node/post/store.h"
#include "node/sim/readers.h"
#include "node/sim/world.h"

enum { GIVEN_UP_MAX = 512 }; /* letters of one turn that are looked at one by one */

/* What is remembered of each node. */
struct watched {
	uint64_t held_sum; /* of the first 8 bytes of the tags it has made durable */
	uint64_t pool_bytes[POOLS];
	uint64_t evicted, expired, purged, undone; /* its post's counters when last looked at */
	uint64_t met_ms;                           /* when it was last linked with anybody */
	uint8_t address[AIR_NAME_SIZE], beacon[BEACON_SIZE];
	bool shown;
};

struct failure {
	uint64_t at_ms, value;
	uint32_t node, letter;
	const char *words;
};

struct checks {
	struct world *world;
	struct watched *watched;
	struct readers *readers;
	uint64_t seen[CHECKS], failed[CHECKS];
	struct failure first[CHECKS];
	uint32_t given_up[GIVEN_UP_MAX]; /* by the actor whose turn it is */
	unsigned given_up_count;
	bool kept_any;
};

/* One look of a checker; otherwise: what to say if it was not good, all but the time. */
void checks_look(struct checks *checks, enum check check, bool good, const struct failure *otherwise);
const char *checks_name(enum check check);

#endif
