#ifndef BARID_NODE_SIM_WORLD_H
#define BARID_NODE_SIM_WORLD_H
/*
 * A whole simulation: the crowd, the air between them, the truth about their letters, and the agenda that moves it all. It is the one place that
 * sees both what posts do and what is true; its parts (traffic, mail, faults, foes, checks) each see the world and not each other.
 */

#include "node/sim/actor.h"
#include "node/sim/checks.h"
#include "node/sim/ground.h"
#include "node/sim/journal.h"
#include "node/sim/ledger.h"
#include "node/sim/oracle.h"
#include "node/sim/trace.h"
#include "node/sim/writer.h"

struct foes;
struct faults;
struct mail;
struct traffic;

struct world_config {
	const struct scenario *scenario; /* borrowed for the life of the world */
	struct journal *journal;         /* likewise */
	bool oracle;                     /* no posts: what would be possible at best */
	bool classic;                    /* no posts: classics of this policy */
	enum classic_policy policy;
};

struct world {
	const struct scenario *scenario;
	struct journal *journal;
	struct ledger *ledger;
	struct writer writer;
	struct agenda *agenda;
	struct ether *ether;
	struct ether_listener ether_listener;
	struct air_observer observer;
	struct actor_listener actor_listener;
	struct stage stage;
	struct ground *ground; /* NULL with a trace */
	struct trace *trace;
	struct oracle *oracle;
	struct traffic *traffic;
	struct mail *mail;
	struct faults *faults;
	struct foes *foes;
	struct checks *checks;
	struct actor *actors; /* gateways, boxes, medics, civilians: scenario_nodes() of them */
	uint32_t count, alive, foe_count;
	uint32_t boxes_at, medics_at, civilians_at; /* first of its kind; actors[0..boxes_at) are gateways */
	uint8_t **letters;                          /* their bytes by number, for desks that open them and foes that send them again */
	uint32_t letter_cap;
	bool calm;        /* foes and faults have stopped */
	struct fate fate; /* the oracle's */
	struct classic_events classic_events;
	struct agenda_item sample, calm_begins, tick;
};

/* NULL: error says in one sentence why. */
struct world *world_new(const struct world_config *config, char error[static SCENARIO_ERROR_MAX]);
/* Takes NULL. */
void world_free(struct world *world);
/* Lets everything happen up to a time. False: error says why it could not go on; a failed check is not that. */
bool world_run(struct world *world, uint64_t until_ms, char error[static SCENARIO_ERROR_MAX]);
/* The run is over: the last looks of the checkers. */
void world_end(struct world *world);

/* For its parts. */
uint64_t world_now_ms(const struct world *world);
void world_note(struct world *world, enum journal_event event, uint32_t node, uint32_t other, uint32_t letter, uint64_t value);
/* A letter has been written: numbers it, before the post of its writer takes it. It is not of account if a foe wrote it. */
uint32_t world_wrote(struct world *world, const struct written *letter, const struct ledger_writing *writing);
/* Fills in a letter as it was written. */
void world_letter(const struct world *world, uint32_t number, struct written *out);
/* An actor's desk hands in a letter that has a number. False: its post is off, or did not take it. */
bool world_submit(struct world *world, struct actor *actor, uint32_t number, uint8_t flags);
/* Switches an actor on; the disk may refuse, then it stays off. */
void world_on(struct world *world, struct actor *actor);
/* Kills it. gone: it takes its disk along and is never back. */
void world_off(struct world *world, struct actor *actor, bool torn, bool gone);
/* True if its post is on; for the oracle everybody always takes part. */
bool world_takes_part(const struct world *world, uint32_t node);
/* Reaches the internet from now on, or no more. */
void world_online(struct world *world, struct actor *actor, bool online);
/* Somebody who means well and whose post is on now or will be: with a stream of chance of the caller's. Of those from first to before last;
 * UINT32_MAX if there is none. */
uint32_t world_pick(struct world *world, struct fate *fate, uint32_t first, uint32_t last);

#endif
