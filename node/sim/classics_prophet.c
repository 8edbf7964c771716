#include "node/sim/classics_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* RFC 6693's values, in thousand millionths. It leaves the unit of time and the typical interval to the place: with these a meeting is half forgotten
 * in two hours, and who meets again within five minutes gains the less the sooner it is. */
enum { ONE = 1000000000, ENCOUNTER_MAX = 700000000, ENCOUNTER_FIRST = 500000000, FIRST_THRESHOLD = 100000000, BETA = 900000000, GAMMA = 999000000 };
enum { DELTA = 10000000, UNIT_MS = 10000, TYPICAL_MS = 300000, FIRST = 8 };

static uint64_t times(uint64_t a, uint64_t b)
{
	return a * b / ONE;
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
	uint64_t result = ONE;
	for (; exponent > 0 && result > 0; exponent >>= 1, base = times(base, base))
		if (exponent & 1)
			result = times(result, base);
	return result;
}

static uint32_t place_of(const struct prophet *prophet, uint32_t node)
{
	uint32_t low = 0, high = prophet->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (prophet->all[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct expected *find(const struct prophet *prophet, uint32_t node)
{
	uint32_t place = place_of(prophet, node);
	return place < prophet->count && prophet->all[place].node == node ? &prophet->all[place] : NULL;
}

uint32_t prophet_of(const struct prophet *prophet, uint32_t node)
{
	const struct expected *expected = find(prophet, node);
	return expected == NULL ? 0 : expected->probability;
}

/* Whoever is hardly expected any more is forgotten, as RFC 6693 has it, which bounds the table. */
void prophet_age(struct prophet *prophet, uint64_t now_ms)
{
	uint64_t units = (now_ms - prophet->aged_ms) / UNIT_MS;
	if (units == 0)
		return;
	prophet->aged_ms += units * UNIT_MS;
	uint64_t factor = power(GAMMA, units);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < prophet->count; i++) {
		struct expected expected = prophet->all[i];
		expected.probability = (uint32_t)times(expected.probability, factor);
		if (expected.probability >= FIRST_THRESHOLD)
			prophet->all[kept++] = expected;
	}
	prophet->count = kept;
}

static void forget_least(struct prophet *prophet)
{
	uint32_t least = 0;
	for (uint32_t i = 1; i < prophet->count; i++)
		if (prophet->all[i].probability < prophet->all[least].probability)
			least = i;
	memmove(&prophet->all[least], &prophet->all[least + 1], (--prophet->count - least) * sizeof *prophet->all);
}

static struct expected *add(struct prophet *prophet, uint32_t node, uint32_t probability)
{
	if (prophet->count == CLASSIC_EXPECTED_MAX)
		forget_least(prophet);
	if (prophet->count == prophet->cap) {
		prophet->cap = prophet->cap == 0 ? FIRST : prophet->cap * 2;
		prophet->all = classic_need(realloc(prophet->all, prophet->cap * sizeof *prophet->all));
	}
	uint32_t place = place_of(prophet, node);
	memmove(&prophet->all[place + 1], &prophet->all[place], (prophet->count++ - place) * sizeof *prophet->all);
	prophet->all[place] = (struct expected){.node = node, .probability = probability, .met_ms = UINT64_MAX};
	return &prophet->all[place];
}

void prophet_meet(struct prophet *prophet, uint32_t node, uint64_t now_ms)
{
	struct expected *expected = find(prophet, node);
	if (expected == NULL) {
		add(prophet, node, ENCOUNTER_FIRST)->met_ms = now_ms;
		return;
	}
	uint64_t interval = expected->met_ms == UINT64_MAX ? TYPICAL_MS : now_ms - expected->met_ms;
	uint64_t encounter = interval < TYPICAL_MS ? (uint64_t)ENCOUNTER_MAX * interval / TYPICAL_MS : ENCOUNTER_MAX;
	if (expected->probability < ONE - DELTA)
		expected->probability += (uint32_t)times(ONE - DELTA - expected->probability, encounter);
	expected->met_ms = now_ms;
}

void prophet_hear(struct prophet *prophet, uint32_t self, uint32_t peer, uint32_t node, uint32_t probability)
{
	if (node == self || node == peer || probability > ONE)
		return;
	uint64_t through = times(times(prophet_of(prophet, peer), probability), BETA);
	struct expected *expected = find(prophet, node);
	if (expected == NULL && through >= FIRST_THRESHOLD)
		(void)add(prophet, node, (uint32_t)through); /* nothing more is to be said of it */
	else if (expected != NULL && through > expected->probability)
		expected->probability = (uint32_t)through;
}

void prophet_free(struct prophet *prophet)
{
	free(prophet->all);
	*prophet = (struct prophet){0};
}
