#include "platform/sim/fate.h"

#include "platform/chance.h"

#include <assert.h>
#include <string.h>

enum { MILLION = 1000000 };

static struct fate *entered;

static uint64_t splitmix(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

void fate_seed(struct fate *fate, uint64_t seed, uint64_t who)
{
	uint64_t state = seed, name = who;
	state ^= splitmix(&name);
	for (unsigned i = 0; i < 4; i++)
		fate->state[i] = splitmix(&state);
}

uint64_t fate_draw(struct fate *fate)
{
	uint64_t *s = fate->state;
	uint64_t drawn = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return drawn;
}

static uint64_t below(struct fate *fate, uint64_t bound)
{
	assert(bound > 0);
	/* What is below this would make small numbers a little more likely. */
	uint64_t uneven = -bound % bound;
	uint64_t drawn = fate_draw(fate);
	while (drawn < uneven)
		drawn = fate_draw(fate);
	return drawn % bound;
}

uint32_t fate_below(struct fate *fate, uint32_t bound)
{
	return (uint32_t)below(fate, bound);
}

uint64_t fate_between(struct fate *fate, uint64_t low, uint64_t high)
{
	assert(low <= high && high - low < UINT64_MAX);
	return low + below(fate, high - low + 1);
}

bool fate_happens(struct fate *fate, uint32_t per_million)
{
	return fate_below(fate, MILLION) < per_million;
}

void fate_fill(struct fate *fate, void *out, size_t len)
{
	uint8_t *bytes = out;
	for (size_t at = 0; at < len; at += 8) {
		uint64_t drawn = fate_draw(fate);
		for (size_t i = 0; i < 8 && at + i < len; i++)
			bytes[at + i] = (uint8_t)(drawn >> 8 * i);
	}
}

void fate_enter(struct fate *fate)
{
	entered = fate;
}

struct fate *fate_entered(void)
{
	assert(entered);
	return entered;
}

uint32_t chance_below(uint32_t bound)
{
	return fate_below(fate_entered(), bound);
}
