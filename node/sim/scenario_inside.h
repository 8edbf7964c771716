#ifndef BARID_NODE_SIM_SCENARIO_INSIDE_H
#define BARID_NODE_SIM_SCENARIO_INSIDE_H
/* What the files of the scenario share: reading (scenario_read.c), looking at the whole (scenario_check.c), and the texts that ship, which the build
 * makes from tests/sim. For nobody else. */

#include "node/sim/scenario.h"

struct scenario_text {
	const char *name, *about;
	const char *text;
};

/* Ends with a name of NULL. */
extern const struct scenario_text scenario_texts[];

/* What a file need not say. */
void scenario_defaults(struct scenario *scenario);
/* Fills in what depends on other keys and looks whether all goes together. False: error says what does not. */
bool scenario_check(struct scenario *scenario, const char *origin, char error[static SCENARIO_ERROR_MAX]);

#endif
