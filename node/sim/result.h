#ifndef BARID_NODE_SIM_RESULT_H
#define BARID_NODE_SIM_RESULT_H
/* What a run came to, as the one JSON line that it ends with (barid-sim(1)), and in words. */

#include "node/sim/world.h"

struct result_run {
	const char *policy; /* borrowed, as the rest */
	const char *commit;
	bool fast_crypto;
	double wall_seconds;
};

/* The line without its end, to be freed by the caller. NULL: no memory. */
char *result_json(const struct world *world, const struct result_run *run);
/* The same for a person, to standard output. */
void result_print(const struct world *world, const struct result_run *run);

#endif
