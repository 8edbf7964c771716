#include "crypto/random.h"

#include <sodium/randombytes.h>

void random_fill(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint32_t random_below(uint32_t bound)
{
	return randombytes_uniform(bound);
}
