#ifndef BARID_NODE_SIM_SHELF_WATCH_H
#define BARID_NODE_SIM_SHELF_WATCH_H
/*
 * A shelf (node/post/shelf.h) that is another one and tells somebody, once a turn is durable, which letters came and which went; of a turn that was
 * taken back it tells nothing. So the simulator knows what each post holds without asking it.
 */

#include "node/post/shelf.h"

struct shelf_watch_event {
	uint8_t tag[LETTER_TAG_SIZE];
	bool put; /* came; otherwise went */
};

/* The owner of the shelf; fill in the first three and zero the rest. One post at a time. */
struct shelf_watch {
	struct shelf_place below; /* what it really is; its path is the one that open() is given */
	/* Once a turn, in the order in which it happened: a letter may come and go in one turn. What the disk has spoilt goes unsaid. Must not call
	 * the post. */
	void (*happened)(void *owner, const struct shelf_watch_event *events, size_t count);
	void *owner;

	struct shelf shelf;
	struct shelf *real;
	struct shelf_watch_event *events;
	uint32_t count, cap;
};

extern const struct shelf_kind shelf_watch;

#endif
