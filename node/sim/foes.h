#ifndef BARID_NODE_SIM_FOES_H
#define BARID_NODE_SIM_FOES_H
/*
 * Bad people: those who take letters and keep none, who write forged urgent ones without end, whose clocks are wrong by years, who are one device in
 * many guises, who send again what they have heard, and who make noise. They run real posts, since that is what does most harm for least work.
 */

#include "node/sim/world.h"

/* Chooses who is a foe, before anybody is switched on: some of the civilians. NULL: no memory. Borrows the world. */
struct foes *foes_new(struct world *world);
void foes_free(struct foes *foes);
/* A foe's post has been switched on for the first time. */
void foes_on(struct foes *foes, struct actor *actor);
/* From now on they are quiet: their posts are off and there is no noise. */
void foes_stop(struct foes *foes);

#endif
