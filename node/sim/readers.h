#ifndef BARID_NODE_SIM_READERS_H
#define BARID_NODE_SIM_READERS_H
/*
 * A few of the crowd with a real desk's board (node/desk/board.h), to see what people are shown: notices are put into a real keyring as they come to
 * their post, and the board is asked what stands.
 */

#include "node/sim/actor.h"
#include "node/sim/writer.h"

enum { READERS_MAX = 8, READERS_WORDS_MAX = 64 };

struct readers;

/* What one of them is shown. */
struct reader_word {
	uint32_t node;
	uint8_t topic, organisation;
	enum notice_verb verb;
	uint32_t seq;
	bool current;
};

/* Desks that trust the first so many organisations. NULL: no memory. */
struct readers *readers_new(const struct writer *writer, unsigned organisations);
void readers_free(struct readers *readers);
/* A desk at that node, if there is room for one more. */
void readers_add(struct readers *readers, uint32_t node);
/* Its place among them, or READERS_MAX: it is none. */
unsigned readers_place(const struct readers *readers, uint32_t node);
/* A notice has come to the post of one of them. unix_s by the clock of the node. */
void readers_take(struct readers *readers, uint32_t node, const struct written *notice, uint64_t unix_s);
/* What each is shown now; returns how many words. */
unsigned readers_look(struct readers *readers, uint32_t node, uint64_t unix_s, struct reader_word words[static READERS_WORDS_MAX]);

#endif
