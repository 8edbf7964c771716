#ifndef BARID_NODE_POST_FRESH_H
#define BARID_NODE_POST_FRESH_H
/* The letters a turn let in, until it is committed and neighbours may hear of them. */

#include <stddef.h>
#include <stdint.h>

struct fresh_item {
	uint32_t slot;
	uint32_t link; /* the link it came by, 0 if none: no need to tell it there */
};

struct fresh {
	struct fresh_item *items; /* owned */
	size_t count, cap;
};

/* Out of memory: neighbours hear of it at the next contact. */
void fresh_add(struct fresh *fresh, uint32_t slot, uint32_t link);
void fresh_free(struct fresh *fresh);

#endif
