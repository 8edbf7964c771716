#include "node/post/holdback.h"

#include "crypto/random.h"

#include <string.h>

enum {
	URGENT_MAX_MS = 10000,
	HALF_LIFE_MS = 41589, /* 60 s times ln 2 */
	DELAY_MAX_MS = 600000,
};

uint64_t holdback_delay(enum letter_class class)
{
	if (class == CLASS_URGENT)
		return random_below(URGENT_MAX_MS);
	/* Coin flips give an exponential distribution without floating point, the same on every machine. */
	uint64_t delay = random_below(HALF_LIFE_MS);
	while (delay < DELAY_MAX_MS && random_below(2) == 0)
		delay += HALF_LIFE_MS;
	return delay < DELAY_MAX_MS ? delay : DELAY_MAX_MS;
}

bool holdback_add(struct holdback *holdback, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t release_ms)
{
	if (holdback->count == HOLDBACK_MAX)
		return false;
	memcpy(holdback->held[holdback->count].tag, tag, LETTER_TAG_SIZE);
	holdback->held[holdback->count].release_ms = release_ms;
	holdback->count++;
	return true;
}

bool holdback_due(struct holdback *holdback, uint64_t now_ms, uint8_t tag[static LETTER_TAG_SIZE])
{
	for (size_t i = 0; i < holdback->count; i++) {
		if (holdback->held[i].release_ms > now_ms)
			continue;
		memcpy(tag, holdback->held[i].tag, LETTER_TAG_SIZE);
		holdback->held[i] = holdback->held[--holdback->count];
		return true;
	}
	return false;
}

uint64_t holdback_next(const struct holdback *holdback)
{
	uint64_t next = UINT64_MAX;
	for (size_t i = 0; i < holdback->count; i++)
		if (holdback->held[i].release_ms < next)
			next = holdback->held[i].release_ms;
	return next;
}
