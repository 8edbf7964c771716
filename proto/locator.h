#ifndef BARID_PROTO_LOCATOR_H
#define BARID_PROTO_LOCATOR_H
/*
 * From the odd power sums of a few ids to the ids (PinSketch: Dodis, Ostrovsky, Reyzin, Smith 2004): the polynomial whose roots they are, then its
 * roots. Called by proto/sketch.h for one cell at a time. Sums may be anything at all: what is no sum of that many ids is told from what is.
 */

#include <stdbool.h>
#include <stdint.h>

enum { LOCATOR_DEGREE_MAX = 12 };

/* The sum of at[i] * x^i, i = 0..degree. */
struct locator {
	uint8_t degree;
	uint32_t at[LOCATOR_DEGREE_MAX + 1];
};

/* Finds the only polynomial that fits power sums 1, 3, .. 2 * count - 1 of at most count ids, count 1..LOCATOR_DEGREE_MAX. False: none does. As many
 * sums as the degree leaves over confirm it; a degree of count is a guess. */
bool locator_fit(struct locator *locator, const uint32_t *sums, uint8_t count);
/* Fills roots with the degree roots of a fitted locator. False, and nothing filled, unless there are that many different ones; none is 0. */
bool locator_roots(const struct locator *locator, uint32_t roots[static LOCATOR_DEGREE_MAX]);

#endif
