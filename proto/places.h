#ifndef BARID_PROTO_PLACES_H
#define BARID_PROTO_PLACES_H
/* In which cells of a table an id is (SPEC.md 7.5). */

#include <stddef.h>
#include <stdint.h>

/* The two cells of an id, which may be the same one; each below cells. */
struct places {
	uint32_t cell[2];
};

/* cells >= 1. */
struct places places_of(uint32_t id, uint16_t cells);
/* The same for many: one[i] and two[i] become the cells of ids[i], times step. */
void places_of_all(const uint32_t *ids, size_t count, uint16_t cells, uint16_t step, uint32_t *one, uint32_t *two);

#endif
