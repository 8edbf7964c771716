#include "node/post/fresh.h"

#include <stdlib.h>

enum { ITEMS_MIN = 256 };

void fresh_add(struct fresh *fresh, uint32_t slot, uint32_t link)
{
	if (fresh->count == fresh->cap) {
		size_t cap = fresh->cap == 0 ? ITEMS_MIN : fresh->cap * 2;
		struct fresh_item *items = realloc(fresh->items, cap * sizeof(*items));
		if (items == NULL)
			return;
		fresh->items = items;
		fresh->cap = cap;
	}
	fresh->items[fresh->count++] = (struct fresh_item){.slot = slot, .link = link};
}

void fresh_free(struct fresh *fresh)
{
	free(fresh->items);
	*fresh = (struct fresh){.items = NULL};
}
