#ifndef BARID_NODE_SIM_CHECKS_H
#define BARID_NODE_SIM_CHECKS_H
/*
 * What must be true while a run goes on, looked at from outside by somebody who knows everything. Each checker counts how often it looked, and keeps
 * the first thing that was wrong. A checker that never found anything to look at says so: it has shown nothing.
 */

#include "node/sim/actor.h"

#include <jansson.h>

struct world;
struct checks;

enum check {
	CHECK_KEPT,     /* what a post has acknowledged it holds after any crash, and gives up only for a reason */
	CHECK_PREIMAGE, /* no letter is purged before its addressee has published its receipt */
	CHECK_POOLS,    /* no pool is driven below its share by another */
	CHECK_BOUNDS,   /* no store, no catalogue and no file grows beyond what it may */
	CHECK_GO,       /* nobody is shown a GO that has ended, was replaced, or that a STOP has ended */
	CHECK_WINNERS,  /* nobody holds two notices of one issuer and topic; in the end all who could meet hold the newest */
	CHECK_ROTATION, /* nothing on the air stays the same when an address changes or from link to link */
	CHECK_ARRIVAL,  /* when faults have stopped, everything deliverable arrives */
	CHECKS
};

/* NULL: no memory. Borrows the world. */
struct checks *checks_new(struct world *world);
void checks_free(struct checks *checks);

/* What happens, as the world sees it. */
void checks_kept(struct checks *checks, const struct actor *actor, uint32_t number);
void checks_gave_up(struct checks *checks, const struct actor *actor, uint32_t number);
void checks_turned(struct checks *checks, struct actor *actor);
void checks_restarted(struct checks *checks, const struct actor *actor);
/* It could not be switched on. */
void checks_stuck(struct checks *checks, const struct actor *actor);
void checks_gone(struct checks *checks, const struct actor *actor); /* with its disk */
void checks_linked(struct checks *checks, uint32_t dialler, uint32_t answerer);
void checks_unlinked(struct checks *checks, uint32_t dialler, uint32_t answerer);
void checks_carried(struct checks *checks, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len);
void checks_shown(struct checks *checks, const struct air_overheard *overheard);
/* Once a minute, and once at the end. */
void checks_sample(struct checks *checks);
void checks_end(struct checks *checks);

bool checks_passed(const struct checks *checks);
/* {"name": true, ...} of all that looked at something; and the names of the others. NULL: no memory. */
json_t *checks_json(const struct checks *checks);
json_t *checks_idle_json(const struct checks *checks);
/* One line for each that failed: what, where and when; to be printed. */
void checks_print(const struct checks *checks);

#endif
