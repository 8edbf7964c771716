#ifndef BARID_NODE_POST_COUNTER_H
#define BARID_NODE_POST_COUNTER_H
/*
 * The post's counter: where desks on the same machine hand in letters and ask for them (node/control.h). Desks may be slow, many or broken; each has
 * a bounded share of memory and time, and the counter never waits for one. A letter handed in is answered only after the post has it durably.
 */

#include "node/post/pump.h"
#include "platform/loop.h"

enum {
	COUNTER_CLIENTS_MAX = 16,
	COUNTER_SUBMITS_MAX = 64,       /* of one client awaiting an answer; they share one commit */
	COUNTER_LETTERS_PER_TURN = 128, /* to one client that feeds */
	COUNTER_WATCH_MS_MAX = 60000,
	COUNTER_IDLE_MS = 5000, /* an idle client makes room for a new one after this, if all places are taken */
};

struct counter;

struct counter_config {
	const char *path; /* of the socket; borrowed for the life of the counter */
	struct loop *loop;
	struct pump *pump;
	struct post *post;
	struct tally *outside; /* what is counted outside the post: added to every status, and malformed requests go here; borrowed for the life of
				  the counter */
};

/*
 * Makes the socket, 0660. A socket left by a crash is replaced; ERR_BUSY if somebody answers there, ERR_LIMIT if the path is too long for a socket.
 * Admitted are processes of the same user, root, and the group the socket belongs to.
 */
enum err counter_open(struct counter **counter, const struct counter_config *config);
/* Removes the socket. Takes NULL. */
void counter_close(struct counter *counter);
/* After pump_turn() in every turn, with what it returned (ERR_OK, ERR_FULL or ERR_AWAY): gives the answers that were waiting for it. */
void counter_answer(struct counter *counter, enum err settled);

#endif
