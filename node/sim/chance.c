#include "node/sim/chance.h"

#include "platform/sim/fate.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static struct fate own;
static uint8_t secrets[SIM_CHANCE_SECRETS][SIM_CHANCE_SECRET_SIZE];

static const char *name(void)
{
	return "barid-sim";
}

static uint32_t draw(void)
{
	return (uint32_t)(fate_draw(fate_entered()) >> 32);
}

static void fill(void *const out, const size_t len)
{
	if (len == SIM_CHANCE_SECRET_SIZE)
		memcpy(out, secrets[fate_below(fate_entered(), SIM_CHANCE_SECRETS)], len);
	else
		fate_fill(fate_entered(), out, len);
}

void sim_chance_start(uint64_t seed)
{
	static struct randombytes_implementation ours = {.implementation_name = name, .random = draw, .buf = fill};
	fate_seed(&own, seed, UINT64_MAX);
	fate_fill(&own, secrets, sizeof(secrets));
	fate_enter(&own);
	int taken = randombytes_set_implementation(&ours);
	assert(taken == 0);
}

const uint8_t *sim_chance_secret(uint32_t i)
{
	assert(i < SIM_CHANCE_SECRETS);
	return secrets[i];
}
