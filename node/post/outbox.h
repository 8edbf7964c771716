#ifndef BARID_NODE_POST_OUTBOX_H
#define BARID_NODE_POST_OUTBOX_H
/*
 * The letters one neighbour lacks, and which of them goes next: chosen anew for every letter, the most urgent first (SPEC.md 7.6). After a burst of
 * one tier the lesser ones that wait get a share of the air, so that a flood of urgent letters cannot starve them.
 */

#include "node/post/catalogue.h"
#include "node/post/marks.h"
#include "proto/hello.h"

enum {
	OUTBOX_BURST = 65536, /* bytes that a tier may send before lesser ones get a share */
	OUTBOX_SHARE_NUM = 2, /* the lesser ones' share against the first tier's: two bytes for three */
	OUTBOX_SHARE_DEN = 3,
};

struct outbox {
	struct marks lacks;
	struct marks asked; /* of these, which it asked for by name: they go whatever it says it wants */
	struct {
		struct catalogue_position at; /* looked through down to here */
		bool done, again;             /* to the end; something was marked above */
	} walks[LETTER_TIERS];
	uint32_t burst;  /* bytes sent lately while lesser ones waited */
	uint32_t credit; /* bytes due to lesser ones */
	uint8_t turn;    /* whose turn it is among the lesser ones */
};

void outbox_start(struct outbox *outbox);
void outbox_free(struct outbox *outbox);
/* The neighbour lacks this letter. Out of memory: it is left for the next contact. */
void outbox_mark(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot);
/* The same, and it asked for this one by name. */
void outbox_ask(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot);
/* Letters were moved in the order: what is marked may be where the walk has passed. */
void outbox_reorder(struct outbox *outbox);
/* It does not lack it any more, or the slot means another letter. */
void outbox_clear(struct outbox *outbox, uint32_t slot);
/* The letter to send now, of those that the neighbour wants; CATALOGUE_NONE: none. It stays next until outbox_sent(). */
uint32_t outbox_next(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants);
/* The same of the proven ones alone. */
uint32_t outbox_next_proven(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants);
/* It went out. */
void outbox_sent(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot);

#endif
