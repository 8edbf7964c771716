#ifndef BARID_NODE_POST_COMPARE_INSIDE_H
#define BARID_NODE_POST_COMPARE_INSIDE_H
/* What the three files of a comparison share and nobody else sees: compare.c decides what is compared, compare_describe.c says what we have,
 * compare_solve.c finds out from what they say what is missing where. */

#include "node/post/compare.h"
#include "node/post/idset.h"
#include "node/post/snapshot.h"

enum { SCOPES_MAX = LETTER_TIERS + 2 };

/* Letters we are to describe, part after part. */
struct scope {
	struct unit next; /* the part to describe next */
	struct plan plan;
	uint32_t count; /* of our letters in it */
	uint8_t attempts;
	bool tentative; /* if the neighbour cannot solve it, it will describe these letters itself */
};

struct describing {
	struct scope scopes[SCOPES_MAX]; /* [0] is at work */
	size_t count;
	bool out, more_due; /* its next part is out; the neighbour wants more of it */
	uint8_t capacity;   /* of the table that is out, continuations included */
	uint8_t unsolved[UNIT_CELLS_BYTES_MAX];
};

/* What it takes to solve a part. Links live long and this is 18 kB, so it is there only meanwhile. */
struct solving_work {
	uint16_t need_count, said_count; /* ids of theirs that we need; how many of them have been said */
	uint32_t needs[IDSET_MAX];
	struct sketch_solution solution;
};

/* What the neighbour describes: one part at a time. */
struct solving {
	bool open, answer_due;
	struct unit unit;
	uint16_t cells; /* 0: a list */
	enum need_verdict verdict;
	struct solving_work *work; /* while open */
};

struct compare {
	struct catalogue *catalogue;
	struct outbox *outbox;
	struct marks *suspects, *doubts;
	uint8_t key[SHORTHASH_KEY_SIZE];
	struct wants ours, theirs;
	struct wants floor; /* of what was last spoken of in an ESTIMATE */
	uint8_t tiers;      /* in which we differ and have not compared yet */
	bool cut_off;       /* letters below a floor were not compared */
	uint32_t units_left;
	uint32_t ventured;              /* letters told of though the neighbour may have them in another tier */
	struct snapshot snapshot;       /* taken while anything is open */
	struct unit asks[LETTER_TIERS]; /* estimates to send */
	size_t ask_count;
	struct describing describing;
	struct solving solving;
};

/* The neighbour lacks this letter: into the outbox with it, once. What we do not hold it cannot have, and we need not show it any more. */
void compare_tell(struct compare *compare, uint32_t slot);
/* The neighbour shows no such letter in the unit that is being solved: the same; but if it may have it elsewhere, that goes for a few only, and the
 * others are in doubt. */
void compare_suspect(struct compare *compare, uint32_t slot);
/* A unit is compared. Once all tiers are, from the top to the bottom, nothing is in doubt any more: what still seems to be lacking is. */
void compare_done(struct compare *compare, const struct unit *unit);

/* node/post/compare_describe.c */

/* One more scope to describe. False: more at once than a neighbour that keeps to the protocol asks for. */
bool describe_scope(struct compare *compare, const struct unit *unit, const struct plan *plan, uint32_t count);
/* Takes a NEED. */
bool describe_input(struct compare *compare, const struct message *message);
void describe_output(struct compare *compare, struct session *session);

/* node/post/compare_solve.c */

/* Gives the memory of what is being solved back. */
void solve_end(struct compare *compare);
/* Each takes a message of its kind, unread. */
bool solve_list(struct compare *compare, struct reader *reader);
bool solve_sketch(struct compare *compare, struct reader *reader);
bool solve_more(struct compare *compare, struct reader *reader);
void solve_output(struct compare *compare, struct session *session);

#endif
