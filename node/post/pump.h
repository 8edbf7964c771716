#ifndef BARID_NODE_POST_PUMP_H
#define BARID_NODE_POST_PUMP_H
/*
 * Between the post's core and the radios: what radios report becomes post_*() calls, and at the end of a turn the post is settled and its output
 * carried to every link with room; links of one slow radio take turns. Knows no loop and no clock of its own: a daemon and a
 * simulator run the same file. The post and the radios are the caller's to free.
 */

#include "node/post/post.h"
#include "platform/lane.h"

enum { PUMP_RADIOS_MAX = 4, PUMP_LINKS_MAX = 128, PUMP_DIALS_MAX = 16 };

struct pump_config {
	struct post *post;
	struct moment (*now)(void *owner); /* the moment of this turn, the same at every call of a turn */
	void *owner;
};

struct pump;

/* NULL: no memory. Borrows the post until pump_free(). */
struct pump *pump_new(const struct pump_config *config);
void pump_free(struct pump *pump);

/* What radios are to be given; lives as long as the pump. Its turn_end is pump_turn() without the answer. */
const struct radio_listener *pump_listener(struct pump *pump);
/* From the next turn on it shows the post's beacon. At most PUMP_RADIOS_MAX; before its first report. */
void pump_add_radio(struct pump *pump, struct radio *radio);

/* The fast lane that slow links may use, and what it is to report to. At most one; lives as long as the pump. */
void pump_set_lane(struct pump *pump, struct lane *lane);
const struct lane_listener *pump_lane_listener(struct pump *pump);
/* The radios added so far, in that order. A view. */
struct radio *const *pump_radios(const struct pump *pump, unsigned *count);

/* Something was handed to the post past the pump (post_submit()): the next pump_turn() settles. */
void pump_touch(struct pump *pump);

/*
 * Ends a turn: settles if there is reason to, closes what the post wants closed, sends. What post_settle() returned; ERR_OK also if it was not
 * called. On ERR_FULL and ERR_AWAY nothing of this turn was kept, and the pump goes on; on any other error the post is not to be used any more.
 */
enum err pump_turn(struct pump *pump);
/* boot_ms at which pump_turn() should be called even if nothing happens; UINT64_MAX: never. */
uint64_t pump_next_deadline(const struct pump *pump);

#endif
