#ifndef BARID_NODE_SIM_ORACLE_H
#define BARID_NODE_SIM_ORACLE_H
/*
 * The best that anybody could do with the same contacts: whenever two nodes are in reach they know at once what the other lacks and hand over all of
 * it in no time, from stores without end, and each node does so at most once in a while (a second, by custom). No radio schedule, no range of links,
 * no bytes. The world tells it who is in reach (through the ether, and by oracle_met() at the moment itself), what is written, and lets it tick; it
 * tells the world where letters are, with the events of classics.h. Of several neighbours who would gain, chance chooses.
 */

#include "node/sim/classics.h"
#include "platform/sim/ether.h"
#include "platform/sim/fate.h"

struct oracle;

struct oracle_config {
	const struct ether *ether; /* borrowed for the life */
	uint32_t nodes;
	uint32_t letters_max; /* so many bits for each node */
	uint32_t pause_ms;    /* between two exchanges of one node; 0: none */
	struct fate *fate;    /* borrowed for the life */
	const struct classic_events *events;
};

/* NULL: no memory. */
struct oracle *oracle_new(const struct oracle_config *config);
/* Takes NULL. */
void oracle_free(struct oracle *oracle);

/* A letter is written at node; its number is below letters_max and new. bytes do not matter. */
void oracle_write(struct oracle *oracle, uint32_t node, const struct classic_letter *letter);
/* Two nodes have just come into reach: they exchange now if they may. */
void oracle_met(struct oracle *oracle, uint32_t a, uint32_t b, uint64_t now_ms);
/* node, which may be anybody, reaches gateway over the internet as long as this is so; such a link has no pause. */
void oracle_online(struct oracle *oracle, uint32_t node, uint32_t gateway, bool online);
/* node takes part or not; what it holds it keeps. */
void oracle_switch(struct oracle *oracle, uint32_t node, bool on);
/* Everybody who may exchange does; once a pause, or more often. Time never goes back. */
void oracle_tick(struct oracle *oracle, uint64_t now_ms);

/* True if node holds the letter. */
bool oracle_holds(const struct oracle *oracle, uint32_t node, uint32_t letter);

#endif
