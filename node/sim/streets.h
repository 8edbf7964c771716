#ifndef BARID_NODE_SIM_STREETS_H
#define BARID_NODE_SIM_STREETS_H
/* A town of straight streets that cross at even distances, with houses along them, and the ways through it. For ground.c. Pure. */

#include "platform/sim/ether.h"
#include "platform/sim/fate.h"

enum { STREETS_PATH_MAX = 6 };

struct streets {
	int32_t width_mm, height_mm;
	int32_t street_mm; /* between two streets; one runs along each of the two near edges */
};

/* Anywhere on the ground. */
struct ether_place streets_anywhere(const struct streets *streets, struct fate *fate);
/* The door of a house: a few metres beside a street. */
struct ether_place streets_house(const struct streets *streets, struct fate *fate);
/* Somewhere at most radius_mm away, to the east, west, north and south each; on the ground. */
struct ether_place streets_about(const struct streets *streets, struct ether_place place, uint32_t radius_mm, struct fate *fate);
/* Fills in where to turn on the way along the streets; the last is the aim. Returns how many. */
unsigned streets_path(const struct streets *streets, struct ether_place from, struct ether_place to,
		      struct ether_place path[static STREETS_PATH_MAX]);
/* Rounded up: whoever takes so long never walks too fast. */
uint64_t streets_distance_mm(struct ether_place a, struct ether_place b);

#endif
