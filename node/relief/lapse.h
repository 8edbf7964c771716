#ifndef BARID_RELIEF_LAPSE_H
#define BARID_RELIEF_LAPSE_H
/* Claims whose lease ran out are told once, in the case's history and to everybody who follows the feed; the case shows it by itself. */

#include "node/relief/office.h"

/* Looks through the open cases. Wants no transaction open. Fills told with how many there were. */
enum err lapse_sweep(struct office *office, unsigned *told);

#endif
