#ifndef BARID_NODE_POST_COMPARE_H
#define BARID_NODE_POST_COMPARE_H
/*
 * Finds out, with one neighbour, which letters only one of the two has (SPEC.md 7.5), and puts those that the neighbour lacks into its outbox; the
 * ones we lack are asked for by short id and simply come. Each side describes some letters (a table of power sums, or a list) and answers what the
 * other describes. Gossip drives it; it touches the catalogue only. It holds a snapshot of short ids, twelve bytes a letter, until every tier has
 * been compared.
 *
 * The two may believe different organisations, and then hold one letter in different tiers. Whoever is told of a letter that it has in another tier
 * takes note that both have it. What seems to be lacking, while there are tiers that differ and have not been compared, is in doubt but for a few
 * letters.
 */

#include "node/post/catalogue.h"
#include "node/post/outbox.h"
#include "proto/reconcile.h"

struct compare;

struct compare_setup {
	struct catalogue *catalogue; /* borrowed while the compare lives */
	struct outbox *outbox;       /* borrowed likewise: the letters the neighbour lacks are marked in it */
	/* Borrowed likewise: the letters that it lacks unless it holds them in another tier are marked in one, those that are proven here, or the
	 * other, until every tier is compared; what is left in them then goes into the outbox. */
	struct marks *suspects, *doubts;
	const uint8_t *binding; /* 32: handshake hash */
	struct wants ours;
};

/* NULL: out of memory. */
struct compare *compare_new(const struct compare_setup *setup);
/* Takes NULL. */
void compare_free(struct compare *compare);

/* The responder opens the comparison when the glance differed. False: out of memory. */
bool compare_open(struct compare *compare);
/* What the neighbour wants, and in which tiers the two differ as far as the greeting tells. Returns what it wants of ours: no more, most urgent
 * first, than fits its capacity. */
struct wants compare_learn(struct compare *compare, const struct wants *theirs, uint8_t tiers);
/* An ESTIMATE, SKETCH, MORE, LIST or NEED. False: not of the protocol, or more of them than a session may hold: end the link. */
bool compare_input(struct compare *compare, const struct message *message);
/* Writes what there is to say as far as the session has room. */
void compare_output(struct compare *compare, struct session *session);
/* This slot means another letter from now on, or none. */
void compare_forget(struct compare *compare, uint32_t slot);
/* The neighbour has this letter, in whatever tier. */
void compare_both_have(struct compare *compare, uint32_t slot);
/* Bytes of the snapshot held now. */
size_t compare_memory(const struct compare *compare);
/* Down to where the two compare, as the last ESTIMATE tells: 0, 0 until one has come. The other side sets it as well, by what we have room for. */
struct wants compare_floor(const struct compare *compare);
/* True while either side waits for the other. */
bool compare_busy(const struct compare *compare);

#endif
