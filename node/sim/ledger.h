#ifndef BARID_NODE_SIM_LEDGER_H
#define BARID_NODE_SIM_LEDGER_H
/*
 * The truth about letters, kept by the simulator beside the posts, which know none of it: who wrote what to whom, where it is, when it arrived. The
 * world tells it what happens and asks it for the numbers of letters and for the results; it never decides anything. Letters are numbered from 0 in
 * the order in which they were written, so that no result depends on a ciphertext. One letter costs about 180 bytes, whatever the number of nodes;
 * only urgent letters and notices, the first LEDGER_TRACKED_MAX of them, take one bit more for each node.
 */

#include "platform/error.h"
#include "proto/limits.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEDGER_TRACKED_MAX = 2048, LEDGER_LETTERS_MAX = 1 << 26 };
/* No node, no letter, everybody. */
#define LEDGER_NONE UINT32_MAX
#define LEDGER_NEVER UINT64_MAX

/* What a public notice is beyond a letter. */
struct ledger_notice {
	uint8_t topic, issuer; /* the scenario's numbers */
	uint8_t verb;          /* enum notice_verb */
	uint32_t seq;
	uint64_t valid_until_ms; /* since the run began */
};

/* What the world says of a letter when it is written; times in milliseconds since the run began. */
struct ledger_writing {
	uint8_t id[LETTER_ID_SIZE];
	uint8_t class;              /* enum letter_class */
	uint8_t kind;               /* enum envelope_kind */
	bool idle;                  /* written by a foe, or for any other reason of no account: known by number and tag, in no result */
	uint32_t writer, addressee; /* nodes; addressee LEDGER_NONE: nobody in particular */
	uint32_t bytes;
	uint64_t at_ms, expires_ms;
	struct ledger_notice notice; /* of meaning with ENVELOPE_NOTICE */
};

struct ledger_letter {
	struct ledger_writing writing;
	uint64_t delivered_ms, receipted_ms; /* LEDGER_NEVER: not yet */
	uint64_t half_ms, most_ms;           /* when half and 99 % of the live nodes had held it; LEDGER_NEVER: not yet, or not tracked */
	uint32_t held;                       /* by so many posts now */
	uint32_t copies;                     /* so many times a post other than the writer's took it over the air */
	uint32_t reached;                    /* so many nodes have held it, the writer's too; only of tracked letters */
	uint32_t track;                      /* LEDGER_NONE: not tracked */
};

struct ledger;

/* nodes: how many there are, live or not, numbered from 0; all are live at first. NULL: no memory. */
struct ledger *ledger_new(uint32_t nodes);
/* Takes NULL. */
void ledger_free(struct ledger *ledger);

/* Returns the letter's number. A tag that is known already keeps its number, and nothing is changed. No memory ends the program. */
uint32_t ledger_write(struct ledger *ledger, const struct ledger_writing *writing);
/* The letter of a tag, LETTER_TAG_SIZE bytes: its number, or LEDGER_NONE. */
uint32_t ledger_find(const struct ledger *ledger, const uint8_t tag[static LETTER_TAG_SIZE]);
/* A view, good until the next ledger_write(); number < ledger_count(). */
const struct ledger_letter *ledger_letter(const struct ledger *ledger, uint32_t number);
uint32_t ledger_count(const struct ledger *ledger);

/* node holds the letter from now on, and did not before. The writer's own store is no copy the first time. */
void ledger_stored(struct ledger *ledger, uint32_t node, uint32_t number, uint64_t at_ms);
/* node, which held it, does not any more. A node that forgets everything at once is as many calls. */
void ledger_dropped(struct ledger *ledger, uint32_t node, uint32_t number);
/* The addressee has read it. False: it had already, and nothing is changed. */
bool ledger_delivered(struct ledger *ledger, uint32_t number, uint64_t at_ms);
/* Its receipt was released. False: it had been already. */
bool ledger_receipted(struct ledger *ledger, uint32_t number, uint64_t at_ms);
/* So many nodes are live from now on: what half of them means. At least 1. */
void ledger_alive(struct ledger *ledger, uint32_t nodes);
/* True if a tracked letter has ever been held by node. */
bool ledger_has_reached(const struct ledger *ledger, uint32_t node, uint32_t number);

/* Results of the letters to somebody of one class. Times are milliseconds from writing, by nearest rank; LEDGER_NEVER: there is none. */
struct ledger_results {
	uint32_t sent, delivered;
	uint32_t in_15_min, in_1_h, in_6_h; /* of the delivered */
	uint64_t t50_ms, t99_ms;            /* over the letters delivered */
	uint64_t copies;                    /* of all delivered letters together */
	uint32_t half, most;                /* how many letters half and 99 % of the live nodes have held */
	uint64_t reach50_ms, reach99_ms;    /* the middle one's time until then, over the letters that got so far */
};
/* class: enum letter_class. */
struct ledger_results ledger_results(const struct ledger *ledger, uint8_t class);
/* The same of all notices: sent, half, most, reach50_ms and reach99_ms; the rest says nothing. */
struct ledger_results ledger_notices(const struct ledger *ledger);

/* A new object: by class name, from "urgent" to "routine", the results; times in seconds, null if there is none. NULL: no memory. */
json_t *ledger_classes_json(const struct ledger *ledger);
/* A new object: sent, half, most, reach50, reach99 of the notices. NULL: no memory. */
json_t *ledger_notices_json(const struct ledger *ledger);

#endif
