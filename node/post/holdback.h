#ifndef BARID_NODE_POST_HOLDBACK_H
#define BARID_NODE_POST_HOLDBACK_H
/*
 * The random delay before a letter written here is first offered, so that whoever watches a contact cannot tell a letter's author from its carriers.
 * Only in memory: on disk one's own letters look like all others, and a restart ends every delay.
 */

#include "proto/envelope.h"

enum { HOLDBACK_MAX = 64 };

struct holdback {
	size_t count;
	struct {
		uint8_t tag[LETTER_TAG_SIZE];
		uint64_t release_ms;
	} held[HOLDBACK_MAX];
};

/* Draws a delay in ms: urgent at most 10 s, everything else about a minute on average and at most ten. */
uint64_t holdback_delay(enum letter_class class);
/* False if the table is full: the letter is offered at once. */
bool holdback_add(struct holdback *holdback, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t release_ms);
/* Takes one letter that is due; false if none is. */
bool holdback_due(struct holdback *holdback, uint64_t now_ms, uint8_t tag[static LETTER_TAG_SIZE]);
/* When the next one is due, UINT64_MAX: none. */
uint64_t holdback_next(const struct holdback *holdback);

#endif
