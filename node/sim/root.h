#ifndef BARID_NODE_SIM_ROOT_H
#define BARID_NODE_SIM_ROOT_H
/* Square roots of whole numbers, the same on every machine: for whoever in node/sim/ works with distances. Never floating point. */

#include <stdint.h>

static inline uint64_t root_floor(uint64_t of)
{
	uint64_t root = 0;
	for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1)
		if ((root + bit) * (root + bit) <= of)
			root += bit;
	return root;
}

#endif
