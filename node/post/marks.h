#ifndef BARID_NODE_POST_MARKS_H
#define BARID_NODE_POST_MARKS_H
/* A set of catalogue slots: which letters a neighbour lacks, which are to be offered to it. One bit a letter; grows with the catalogue. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct marks {
	uint64_t *words; /* owned */
	size_t len;      /* of words */
	uint32_t count;  /* of slots marked */
	size_t hint;     /* no word below this one has a mark */
};

/* False: out of memory, nothing changed. */
bool marks_set(struct marks *marks, uint32_t slot);
void marks_clear(struct marks *marks, uint32_t slot);
static inline bool marks_has(const struct marks *marks, uint32_t slot)
{
	return slot / 64 < marks->len && (marks->words[slot / 64] >> slot % 64 & 1) != 0;
}
/* Takes the lowest slot marked; false if there is none. */
bool marks_take(struct marks *marks, uint32_t *slot);
/* Empties it and gives its memory back. */
void marks_free(struct marks *marks);

#endif
