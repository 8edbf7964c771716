#include "proto/places.h"

#include <string.h>

/* Ids go through eight at a time, in one register where the processor has such: a table is made of every letter of a store. */
enum { LANES = 8 };
typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

/* Which of the cells a hash, 0..2^32-1, falls into: hash * cells / 2^32. */
static inline __attribute__((always_inline)) void spread(lanes *hash, uint32_t cells)
{
	*hash = ((*hash >> 16) * cells + ((*hash & 0xffff) * cells >> 16)) >> 16;
}

/* The first step is the finaliser of MurmurHash3 (Appleby). */
static inline __attribute__((always_inline)) void find(const lanes *ids, uint32_t cells, lanes *one, lanes *two)
{
	*one = *ids ^ *ids >> 16;
	*one *= 0x85ebca6b;
	*one ^= *one >> 13;
	*one *= 0xc2b2ae35;
	*one ^= *one >> 16;
	*two = *one * 0x9e3779b1;
	*two ^= *two >> 15;
	spread(one, cells);
	spread(two, cells);
}

/* Of at most LANES ids. */
static inline __attribute__((always_inline)) void find_some(const uint32_t *ids, size_t count, uint32_t cells, uint32_t step, uint32_t *one,
							    uint32_t *two)
{
	lanes some = {0}, some_one, some_two;
	memcpy(&some, ids, count * sizeof(*ids));
	find(&some, cells, &some_one, &some_two);
	some_one *= step;
	some_two *= step;
	memcpy(one, &some_one, count * sizeof(*one));
	memcpy(two, &some_two, count * sizeof(*two));
}

static inline __attribute__((always_inline)) void find_all(const uint32_t *ids, size_t count, uint32_t cells, uint32_t step, uint32_t *one,
							   uint32_t *two)
{
	size_t i = 0;
	for (; i + LANES <= count; i += LANES)
		find_some(ids + i, LANES, cells, step, one + i, two + i);
	find_some(ids + i, count - i, cells, step, one + i, two + i);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void find_all_by_avx2(const uint32_t *ids, size_t count, uint32_t cells, uint32_t step, uint32_t *one,
							     uint32_t *two)
{
	find_all(ids, count, cells, step, one, two);
}
#endif

void places_of_all(const uint32_t *ids, size_t count, uint16_t cells, uint16_t step, uint32_t *one, uint32_t *two)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		find_all_by_avx2(ids, count, cells, step, one, two);
		return;
	}
#endif
	find_all(ids, count, cells, step, one, two);
}

struct places places_of(uint32_t id, uint16_t cells)
{
	struct places places;
	find_some(&id, 1, cells, 1, &places.cell[0], &places.cell[1]);
	return places;
}
