#ifndef BARID_PLATFORM_LINUX_DIAL_H
#define BARID_PLATFORM_LINUX_DIAL_H
/*
 * Keeps one link open to each of a few known addresses: static peers and the gateway. Tries at once, then after 1 s doubling to 60 s, and at once
 * again when the network changes.
 */

#include "platform/linux/resolve.h"
#include "platform/linux/tcp.h"

enum { DIAL_MAX = 17, DIAL_PAUSE_MIN_MS = 1000, DIAL_PAUSE_MAX_MS = 60000, DIAL_GOOD_MS = 30000 };

struct dial_target {
	struct address address;
	enum link_kind kind; /* LINK_DIALLED or LINK_GATEWAY_DIALLED */
};

struct dial;

enum err dial_open(struct dial **dial, struct loop *loop, struct tcp *tcp, struct resolve *resolve);
/* Ends its links, and the listener hears of it. Before tcp_close(). Takes NULL. */
void dial_close(struct dial *dial);
/* These and no others from now on, at most DIAL_MAX. Links to a target that was there before stay; those to one that is gone end, and the listener
 * hears of it. */
void dial_set(struct dial *dial, const struct dial_target *targets, unsigned count);
/* Tries whatever has no link now, from the shortest pause. */
void dial_network_changed(struct dial *dial);

#endif
