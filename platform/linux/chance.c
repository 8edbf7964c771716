#include "platform/chance.h"

#include <assert.h>
#include <sys/random.h>

uint32_t chance_below(uint32_t bound)
{
	assert(bound > 0);
	uint32_t drawn = 0;
	/* Fails only where the kernel has no random numbers at all; a fixed choice is then as good as any. */
	if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
		drawn = 0;
	return drawn % bound;
}
