#ifndef BARID_TESTS_SUPPORT_RELAY_H
#define BARID_TESTS_SUPPORT_RELAY_H
/*
 * A narrow link between two posts on one machine, for benchmarks: one post is told the relay's address as its neighbour's, the relay connects to the
 * other for it. Every byte waits for its turn at the link's rate and then for the delay, in a thread of its own. A contact is cut after a fixed time:
 * both connections are reset and what was on the way is lost. The next connection is the next contact.
 */

#include <stdatomic.h>
#include <stdint.h>

/* Tokens that a busy machine's late timer may catch up with; and what either side's TCP may push into the relay before it is that byte's turn. */
enum { RELAY_BURST = 2000, RELAY_WINDOW = 4096 };

struct relay_shape {
	unsigned bytes_per_s; /* each way */
	unsigned delay_ms;    /* each way */
	unsigned contact_ms;
};

struct relay {
	struct relay_shape shape;
	int listener;
	unsigned port;                  /* of 127.0.0.1; fill in as the neighbour's */
	unsigned to_port;               /* of 127.0.0.1 */
	_Atomic uint64_t up_us;         /* measure_now() in microseconds at which the contact began; 0 between contacts */
	atomic_uint begun, over, early; /* contacts; early: that a post ended itself */
	_Atomic uint64_t arrived[2];    /* bytes brought over the link so far: from who dialled, to who dialled */
};

/* Starts it. It lasts until the process ends. */
void relay_start(struct relay *relay, const struct relay_shape *shape, unsigned to_port);

#endif
