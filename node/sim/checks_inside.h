#ifndef BARID_NODE_SIM_CHECKS_INSIDE_H
#define BARID_NODE_SIM_CHECKS_INSIDE_H
/* The inside of the checkers: checks.c, what is looked at while a run goes on, and checks_end.c, what is looked at when it is over. */

#include "node/post/store.h"
#include "node/sim/reach.h"
#include "node/sim/readers.h"
#include "node/sim/world.h"

enum {
	START_SIZE = 52,    /* of a handshake's first message */
	GIVEN_UP_MAX = 512, /* letters of one turn that are looked at one by one */
};

/* What is remembered of each node. */
struct watched {
	uint64_t held_sum; /* of the first 8 bytes of the tags it has made durable */
	uint64_t pool_bytes[POOLS];
	uint64_t evicted, expired, purged, undone; /* its post's counters when last looked at */
	uint8_t address[AIR_NAME_SIZE], beacon[BEACON_SIZE];
	bool shown;
	uint32_t opening; /* whom it has just opened a link to and 1, or 0 */
};

/* The newest notice of each organisation and topic that came to a reader's post: its number and 1, or 0. */
struct told {
	uint32_t newest[SCENARIO_ORGANISATIONS_MAX][UINT8_MAX + 1];
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
	struct reach *reach;
	struct agenda_item follow;
	bool follows;
	uint32_t follow_next; /* the first letter that reach knows nothing of yet */
	struct told told[READERS_MAX];
	uint64_t seen[CHECKS], failed[CHECKS];
	struct failure first[CHECKS];
	uint32_t given_up[GIVEN_UP_MAX]; /* by the actor whose turn it is */
	unsigned given_up_count;
	bool kept_any;
	uint64_t start_count;
	uint32_t start_values[START_SIZE][256]; /* how many of them had which value there */
};

/* One look of a checker; otherwise: what to say if it was not good, all but the time. */
void checks_look(struct checks *checks, enum check check, bool good, const struct failure *otherwise);
/* It is calm from now on: how far could letters get? */
void checks_follow(struct checks *checks);
const char *checks_name(enum check check);

#endif
