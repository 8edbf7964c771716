#ifndef BARID_PLATFORM_LANE_H
#define BARID_PLATFORM_LANE_H
/*
 * A fast lane: a network of two that lives for one contact. Two posts that are linked by a slow radio agree on it: one makes it, tells the other over
 * their session what it needs to join, and the other joins and opens a link. platform/linux/wifi_direct.h is one. Links over a lane are
 * ordinary links of an ordinary radio. A post has at most one lane at a time. Downward calls go through struct lane, upward ones through struct
 * lane_listener, on a later turn of the loop.
 */

#include "proto/lane_group.h"

struct lane_listener {
	void *owner;
	void (*made)(void *owner, const struct lane_group *group); /* after make(); borrows group */
	/* The lane is over: it could not be made or joined, was idle or had its time, or broke. Its links have gone down or will. Not after end(). */
	void (*over)(void *owner);
	/* What can() says may have changed. */
	void (*able)(void *owner);
};

struct lane {
	void *state;
	/* LANE_CAN_ bits of proto/lane_group.h; 0 while there is no use in asking. */
	unsigned (*can)(const struct lane *lane);
	/* Begins to make a group; made() or over() follows. Only while there is no lane. */
	void (*make)(struct lane *lane);
	/* Begins to join one and to open a link to its maker; up() of a radio or over() follows. Only while there is no lane. */
	void (*join)(struct lane *lane, const struct lane_group *group);
	/* Ends what there is; no over() follows. Always allowed. */
	void (*end)(struct lane *lane);
};

#endif
