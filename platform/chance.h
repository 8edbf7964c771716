#ifndef BARID_PLATFORM_CHANCE_H
#define BARID_PLATFORM_CHANCE_H
/* Randomness for timing: back-off and beacon periods. Never for keys, which are crypto/'s. */

#include <stdint.h>

/* A number below bound, from the system; bound > 0. Slightly uneven for bounds near 2^32, which timing does not mind. */
uint32_t chance_below(uint32_t bound);

#endif
