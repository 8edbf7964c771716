#ifndef BARID_NODE_SIM_FAULTS_H
#define BARID_NODE_SIM_FAULTS_H
/* Bad luck: posts killed at any moment with disks torn, disks that are full for a while, phones seized, a city cut in two, and the ten minutes of
 * internet a day. Everything but the internet stops when the calm begins. */

#include "node/sim/world.h"

/* Plans all of it. NULL: no memory. Borrows the world. */
struct faults *faults_new(struct world *world);
void faults_free(struct faults *faults);
/* From now on nothing goes wrong, and what was killed comes back. */
void faults_stop(struct faults *faults);

#endif
