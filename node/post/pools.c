#include "node/post/pools.h"

#include <assert.h>

/* Of a hundred. Unproven letters have two fifths between them, for at first nobody is believed; one's own are few and must not be lost before
 * somebody has taken them. */
static const uint8_t percent[POOLS] = {
	[POOL_AUTHORITY] = 10, [POOL_URGENT] = 25, [POOL_SPONSORED] = 25, [POOL_OWN] = 12, [POOL_CRIES] = 12, [POOL_OTHERS] = 16,
};

struct judgement pool_unproven(const struct envelope_header *header, uint16_t group)
{
	bool cry = order_tier(order_rank(header, STANDING_UNPROVEN)) == ORDER_TIER_URGENT;
	return (struct judgement){.standing = STANDING_UNPROVEN, .pool = cry ? POOL_CRIES : POOL_OTHERS, .group = group};
}

bool pool_is_proven(enum pool pool)
{
	return pool < POOL_OWN;
}

static uint64_t part(enum pool pool, uint64_t max_bytes)
{
	return max_bytes / 100 * percent[pool] + max_bytes % 100 * percent[pool] / 100;
}

uint64_t pool_share(enum pool pool, uint64_t max_bytes)
{
	assert(pool < POOLS);
	if (pool != POOL_OTHERS)
		return part(pool, max_bytes);
	uint64_t rest = max_bytes; /* what rounding leaves is theirs */
	for (unsigned other = 0; other < POOL_OTHERS; other++)
		rest -= part((enum pool)other, max_bytes);
	return rest;
}
