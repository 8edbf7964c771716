#ifndef BARID_TESTS_SUPPORT_CABLE_H
#define BARID_TESTS_SUPPORT_CABLE_H
/*
 * Two networks of a benchmark's own, joined by a cable (veth) that nobody else sends on, so that its interface counts exactly what two posts say.
 * Made with unshare(2) and ip(8), as root or through a user namespace; all of it vanishes with the last process in it.
 */

#include <stdbool.h>
#include <stdint.h>

#define CABLE_ADDRESS "10.47.0.1" /* of end 0; end 1 is 10.47.0.2 */

struct cable {
	int ends[2]; /* the networks */
};

/* Leaves the calling process, which must have one thread, at end 0. offload: the interface is given up to 64 KiB at once, as hardware takes it, and
 * counts one header for that; without it every frame of 1500 bytes is made and counted. False: not possible here, with one line said. */
bool cable_make(struct cable *cable, bool offload);
/* The calling process and what it starts from now on is at this end, 0 or 1. */
void cable_enter(const struct cable *cable, unsigned end);
/* Bytes of all frames that went over it so far, both ways. */
uint64_t cable_bytes(void);

#endif
