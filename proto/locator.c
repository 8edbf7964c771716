#include "proto/locator.h"

#include "proto/field.h"

#include <assert.h>
#include <string.h>

enum { FIELD_BITS = 32 };

/* As Berlekamp-Massey goes along: the shortest recurrence so far, and what was it before it last grew longer. */
struct recurrence {
	struct locator now, before;
	uint32_t miss;  /* by which before missed */
	uint8_t behind; /* sums ago */
};

/* now = miss * now - wrong * x^behind * before, so that nothing is divided. False: longer than count. */
static bool mend(struct recurrence *recurrence, uint32_t wrong, uint8_t sums_used, uint8_t count)
{
	const struct locator was = recurrence->now;
	const bool grows = 2 * was.degree <= sums_used;
	struct locator *now = &recurrence->now;
	if (grows)
		now->degree = (uint8_t)(sums_used + 1 - was.degree);
	if (now->degree > count)
		return false;
	for (unsigned i = 0; i <= now->degree; i++)
		now->at[i] = field_multiply(recurrence->miss, was.at[i]);
	for (unsigned i = recurrence->behind; i <= now->degree; i++)
		now->at[i] ^= field_multiply(wrong, recurrence->before.at[i - recurrence->behind]);
	if (grows) {
		recurrence->before = was;
		recurrence->miss = wrong;
		recurrence->behind = 0;
	}
	return true;
}

/* Over GF(2) an even sum is the square of an earlier one and never a surprise, so only the odd ones are looked at. */
bool locator_fit(struct locator *locator, const uint32_t *sums, uint8_t count)
{
	uint32_t all[2 * LOCATOR_DEGREE_MAX + 1]; /* all[i]: power sum i */
	assert(count >= 1 && count <= LOCATOR_DEGREE_MAX);
	struct recurrence recurrence = {.now = {.at = {1}}, .before = {.at = {1}}, .miss = 1, .behind = 1};
	for (unsigned n = 0; n < count; n++) {
		all[2 * n + 1] = sums[n];
		if (n > 0)
			all[2 * n] = field_square(all[n]);
		uint32_t wrong = 0;
		for (unsigned i = 0; i <= recurrence.now.degree; i++)
			wrong ^= field_multiply(recurrence.now.at[i], all[2 * n + 1 - i]);
		if (wrong != 0 && !mend(&recurrence, wrong, (uint8_t)(2 * n), count))
			return false;
		recurrence.behind = (uint8_t)(recurrence.behind + 2);
	}
	const uint8_t degree = recurrence.now.degree;
	if (recurrence.now.at[degree] == 0)
		return false;
	const uint32_t lead = field_inverse(recurrence.now.at[0]);
	*locator = (struct locator){.degree = degree};
	for (unsigned i = 0; i <= degree; i++)
		locator->at[i] = field_multiply(lead, recurrence.now.at[degree - i]);
	return true;
}

static void drop_zeros(struct locator *poly)
{
	while (poly->degree > 0 && poly->at[poly->degree] == 0)
		poly->degree--;
}

static void make_monic(struct locator *poly)
{
	const uint32_t lead = field_inverse(poly->at[poly->degree]);
	for (unsigned i = 0; i <= poly->degree; i++)
		poly->at[i] = field_multiply(lead, poly->at[i]);
}

/* The rest of a division by a monic polynomial; the quotient too unless that is NULL. */
static void divide(struct locator *poly, const struct locator *by, struct locator *quotient)
{
	assert(by->degree > 0);
	if (quotient != NULL)
		*quotient = (struct locator){.degree = (uint8_t)(poly->degree - by->degree)};
	for (unsigned top = poly->degree; top >= by->degree; top--) {
		const unsigned place = top - by->degree;
		const uint32_t factor = poly->at[top];
		for (unsigned i = 0; i <= by->degree; i++)
			poly->at[place + i] ^= field_multiply(factor, by->at[i]);
		if (quotient != NULL)
			quotient->at[place] = factor;
	}
	drop_zeros(poly);
}

/* Greatest common divisor, monic, of a monic polynomial of degree 1 or more and any other. */
static struct locator common(struct locator a, struct locator b)
{
	while (b.degree > 0) {
		make_monic(&b);
		divide(&a, &b, NULL);
		const struct locator rest = a;
		a = b;
		b = rest;
	}
	return b.at[0] == 0 ? a : (struct locator){.at = {1}};
}

/* x^(2^k) modulo a polynomial, for each k. */
struct images {
	uint32_t at[FIELD_BITS + 1][LOCATOR_DEGREE_MAX];
};

/* Squaring is linear: the squares of the coefficients times even[j], that is x^(2j), modulo the polynomial. */
static void images_fill(struct images *images, const struct locator *poly)
{
	const unsigned degree = poly->degree;
	uint32_t even[LOCATOR_DEGREE_MAX][LOCATOR_DEGREE_MAX], power[LOCATOR_DEGREE_MAX] = {1};
	for (unsigned n = 0; n < 2 * degree; n++) {
		if (n % 2 == 0)
			memcpy(even[n / 2], power, sizeof(power));
		const uint32_t over = power[degree - 1];
		memmove(power + 1, power, (degree - 1) * sizeof(power[0]));
		power[0] = 0;
		for (unsigned i = 0; over != 0 && i < degree; i++)
			power[i] ^= field_multiply(over, poly->at[i]);
	}
	memset(images->at, 0, sizeof(images->at));
	images->at[0][1] = 1;
	for (unsigned k = 0; k < FIELD_BITS; k++) {
		uint32_t *next = images->at[k + 1];
		for (unsigned j = 0; j < degree; j++) {
			const uint32_t squared = field_square(images->at[k][j]);
			if (2 * j < degree)
				next[2 * j] ^= squared;
			for (unsigned i = 0; 2 * j >= degree && i < degree; i++)
				next[i] ^= field_multiply(squared, even[j][i]);
		}
	}
}

/* The trace of times * x: 0 at about half of the elements, 1 at the others. */
static struct locator trace_of(const struct images *images, uint32_t times, uint8_t degree)
{
	struct locator trace = {.degree = (uint8_t)(degree - 1)};
	for (unsigned k = 0; k < FIELD_BITS; k++) {
		for (unsigned i = 0; i < degree; i++)
			trace.at[i] ^= field_multiply(times, images->at[k][i]);
		times = field_square(times);
	}
	drop_zeros(&trace);
	return trace;
}

/* Cuts each piece that has roots on both sides of a trace in two. */
static uint8_t cut(struct locator pieces[static LOCATOR_DEGREE_MAX], uint8_t count, const struct locator *trace)
{
	for (unsigned i = 0, end = count; i < end; i++) {
		struct locator piece = pieces[i], rest = *trace;
		if (piece.degree == 1)
			continue;
		divide(&rest, &piece, NULL);
		const struct locator part = common(piece, rest);
		if (part.degree == 0 || part.degree == piece.degree)
			continue;
		pieces[i] = part;
		divide(&piece, &part, &pieces[count]);
		count++;
	}
	return count;
}

/* Berlekamp's trace algorithm. The traces of times * x for a basis of times tell any two elements apart, so 32 cuts are always enough. */
bool locator_roots(const struct locator *locator, uint32_t roots[static LOCATOR_DEGREE_MAX])
{
	const uint8_t degree = locator->degree;
	struct locator pieces[LOCATOR_DEGREE_MAX] = {*locator};
	uint8_t count = degree > 0;
	if (degree > 1) {
		struct images images;
		images_fill(&images, locator);
		/* x^(2^32) = x holds for exactly the polynomials that have all their roots, each once. */
		if (memcmp(images.at[FIELD_BITS], images.at[0], sizeof(images.at[0])) != 0)
			return false;
		for (unsigned bit = 0; count < degree && bit < FIELD_BITS; bit++) {
			const struct locator trace = trace_of(&images, UINT32_C(1) << bit, degree);
			count = cut(pieces, count, &trace);
		}
	}
	assert(count == degree);
	for (unsigned i = 0; i < count; i++)
		roots[i] = pieces[i].at[0];
	return true;
}
