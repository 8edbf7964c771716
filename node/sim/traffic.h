#ifndef BARID_NODE_SIM_TRAFFIC_H
#define BARID_NODE_SIM_TRAFFIC_H
/* Who writes what, and when: the letters and notices of the scenario, each handed in at its writer's own post at its time. */

#include "node/sim/world.h"

/* Plans all of it. NULL: no memory. Borrows the world. */
struct traffic *traffic_new(struct world *world);
void traffic_free(struct traffic *traffic);

#endif
