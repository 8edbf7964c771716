#include "crypto/epoch.h"

#include <sodium.h>

#include <assert.h>
#include <string.h>

static const char domain[] = "barid-epoch-v1";

enum { DOMAIN_LEN = sizeof domain - 1, INPUT_SIZE = DOMAIN_LEN + 3, OUTPUT_SIZE = 2 * KEY_SIZE };

/* One day's step (SPEC.md 6.3): the first half of the output is the day's secret, the second the next day's seed. */
static void derive_day(const struct epoch_chain *chain, uint8_t out[static OUTPUT_SIZE])
{
	uint8_t input[INPUT_SIZE];
	memcpy(input, domain, DOMAIN_LEN);
	input[DOMAIN_LEN] = chain->lane;
	input[DOMAIN_LEN + 1] = (uint8_t)(chain->day & 0xff);
	input[DOMAIN_LEN + 2] = (uint8_t)(chain->day >> 8);
	int result = crypto_generichash(out, OUTPUT_SIZE, input, sizeof input, chain->seed, sizeof chain->seed);
	assert(result == 0);
}

static void step(struct epoch_chain *chain)
{
	assert(chain->day < UINT16_MAX);
	uint8_t out[OUTPUT_SIZE];
	derive_day(chain, out);
	memcpy(chain->seed, out + KEY_SIZE, KEY_SIZE);
	chain->day++;
	sodium_memzero(out, sizeof out);
}

bool epoch_secret(const struct epoch_chain *chain, uint16_t day, uint8_t secret[static KEY_SIZE])
{
	assert(chain->lane <= 1);
	if (day < chain->day || day - chain->day > EPOCH_AHEAD_MAX)
		return false;
	struct epoch_chain walk = *chain;
	while (walk.day < day)
		step(&walk);
	uint8_t out[OUTPUT_SIZE];
	derive_day(&walk, out);
	memcpy(secret, out, KEY_SIZE);
	sodium_memzero(out, sizeof out);
	sodium_memzero(&walk, sizeof walk);
	return true;
}

bool epoch_public(const struct epoch_chain *chain, uint16_t day, uint8_t public_key[static KEY_SIZE])
{
	uint8_t secret[KEY_SIZE];
	if (!epoch_secret(chain, day, secret))
		return false;
	bool usable = key_public(secret, public_key);
	sodium_memzero(secret, sizeof secret);
	return usable;
}

void epoch_forget_before(struct epoch_chain *chain, uint16_t day)
{
	assert(chain->lane <= 1);
	for (int i = 0; i < EPOCH_AHEAD_MAX && chain->day < day; i++)
		step(chain);
}
