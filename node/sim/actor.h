#ifndef BARID_NODE_SIM_ACTOR_H
#define BARID_NODE_SIM_ACTOR_H
/*
 * One node of the crowd: a shipped post and its pump (or a classic in their place), virtual radios, a clock that may be wrong, a stream of chance and
 * a disk. It is switched on and off, killed and started again; everything it does happens in turns of its own. It knows nothing of the truth
 * (ledger.h): what it keeps and gives up is told to a listener once that is durable.
 */

#include "node/post/pump.h"
#include "node/sim/classics.h"
#include "node/sim/scenario.h"
#include "node/sim/shelf_shared.h"
#include "node/sim/shelf_watch.h"
#include "platform/sim/le.h"
#include "platform/sim/net.h"
#include "platform/sim/wifi.h"

enum actor_kind { ACTOR_GATEWAY, ACTOR_BOX, ACTOR_MEDIC, ACTOR_CIVILIAN };
enum actor_foe { FOE_NONE, FOE_BLACK_HOLE, FOE_FLOODER, FOE_LIAR, FOE_SYBIL, FOE_REPLAYER };

struct actor;

/* What an actor tells of itself, at the end of a turn that was made durable. Must not call back into it but where it says so. */
struct actor_listener {
	void *owner;
	void (*kept)(void *owner, struct actor *actor, const uint8_t tag[static LETTER_TAG_SIZE]);
	void (*gave_up)(void *owner, struct actor *actor, const uint8_t tag[static LETTER_TAG_SIZE]);
	void (*turned)(void *owner, struct actor *actor); /* after these, if there were any */
	/* Its disk failed it, and it does nothing any more. On a turn of its own: here it may be killed and switched on. */
	void (*failed)(void *owner, struct actor *actor);
};

/* What all actors share; borrowed for their lives. */
struct stage {
	struct air air;
	struct le *le;
	struct wifi *wifi;
	struct net *net;
	const struct actor_listener *listener;
	const struct scenario *scenario;
	bool shared;                           /* all posts lie in memory once; else each has an SQLite file on a virtual disk */
	const struct classic_events *classics; /* NULL: posts; else classics in their place, by this policy */
	enum classic_policy policy;
	const uint8_t *trusted; /* organisations' keys, and how many */
	size_t trusted_count;
	uint8_t gateway_key[DH_KEY_SIZE], gateway_secret[DH_KEY_SIZE];
	uint32_t gateway; /* the node everybody online dials */
};

struct actor {
	struct stage *stage;
	uint32_t number;
	enum actor_kind kind;
	enum actor_foe foe;
	bool crashed; /* when it last ended, and its disk was left */
	bool on, online, lane, trusting, low;
	int64_t clock_off_s; /* what its clock is wrong by */
	uint64_t booted_us;
	struct fate fate;
	struct post *post;
	struct pump *pump;
	struct classic *classic;
	struct le_port *le;
	struct wifi_port *wifi;
	struct net_port *net;
	struct shelf_shared *shelf;
	struct shelf_watch watch;
	struct agenda_item due;
	uint32_t heard_from;    /* whose bytes came last */
	unsigned kept, gave_up; /* this turn */
	uint64_t lives;         /* times switched on */
	enum err failed;        /* why the post ended; ERR_OK: it has not */
};

enum {
	ACTOR_BOOT_MS = 1000000, /* what the boot clock of a machine says when it is switched on */
	ACTOR_PATH_SIZE = 32,
};

/* Fills in what never changes; switches nothing on. kind, foe, trusting, lane and low are the caller's to set before the first actor_on(). */
void actor_make(struct actor *actor, struct stage *stage, uint32_t number, uint64_t seed);
/* Starts the post on what its disk holds, and its radios. What post_open() returned. */
enum err actor_on(struct actor *actor);
/* Ends everything in an instant, between two turns; what was not committed is gone. torn: its disk keeps what chance leaves of what was not synced.
 */
void actor_kill(struct actor *actor, bool torn);
/* Takes the disk away, too. */
void actor_wipe(struct actor *actor);
void actor_free(struct actor *actor);

/* The name of its database on its virtual disk. */
void actor_path(const struct actor *actor, char path[static ACTOR_PATH_SIZE]);

/* Around everything that happens at the actor: chance is its own from now on; and the turn ends. */
void actor_begin(struct actor *actor);
void actor_end(struct actor *actor);

/* What its store may hold, in bytes. */
uint64_t actor_room(const struct actor *actor);
/* Its own clocks. */
struct moment actor_now(const struct actor *actor);
/* Reaches the internet from now on, or no more. */
void actor_online(struct actor *actor, bool online);
/* Its desk hands in a letter; a whole turn. Only while it is on. flags as for post_submit(). */
enum control_verdict actor_submit(struct actor *actor, const uint8_t *envelope, size_t len, uint8_t flags);
/* The same at a classic. */
void actor_write(struct actor *actor, const struct classic_letter *letter);

#endif
