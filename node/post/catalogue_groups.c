#include "node/post/catalogue_groups.h"

#include <assert.h>
#include <stdlib.h>

enum { TABLE_MIN = 16 };

void catalogue_groups_free(struct catalogue_groups *groups)
{
	free(groups->table);
	*groups = (struct catalogue_groups){.count = 0};
}

/* Its place, or the free one where it belongs. Numbers are random, or few: nobody gains by choosing them. */
static struct catalogue_group *place_of(const struct catalogue_groups *groups, enum pool pool, uint16_t number)
{
	uint32_t at = ((uint32_t)number * POOLS + pool) * 0x9e3779b1u >> 8;
	for (;; at++) {
		struct catalogue_group *group = &groups->table[at & (groups->cap - 1)];
		if (!group->used || (group->number == number && group->pool == pool))
			return group;
	}
}

static struct catalogue_group *add(struct catalogue_groups *groups, enum pool pool, uint16_t number)
{
	struct catalogue_group *group = place_of(groups, pool, number);
	if (!group->used) {
		*group = (struct catalogue_group){.last = UINT32_MAX, .number = number, .pool = (uint8_t)pool, .used = true};
		groups->count++;
	}
	return group;
}

bool catalogue_groups_reserve(struct catalogue_groups *groups, bool forget)
{
	if (groups->count < groups->cap / 2)
		return true;
	uint32_t live = 0;
	for (uint32_t i = 0; i < groups->cap; i++)
		live += groups->table[i].used && (!forget || groups->table[i].bytes > 0);
	struct catalogue_groups next = {.cap = TABLE_MIN};
	while (next.cap < 4 * (live + 1)) /* half of it stays free for long */
		next.cap *= 2;
	next.table = calloc(next.cap, sizeof(*next.table));
	if (next.table == NULL)
		return false;
	for (uint32_t i = 0; i < groups->cap; i++) {
		const struct catalogue_group *group = &groups->table[i];
		if (group->used && (!forget || group->bytes > 0))
			*add(&next, (enum pool)group->pool, group->number) = *group;
	}
	catalogue_groups_free(groups);
	*groups = next;
	return true;
}

struct catalogue_group *catalogue_groups_find(const struct catalogue_groups *groups, enum pool pool, uint16_t number)
{
	if (groups->cap == 0)
		return NULL;
	struct catalogue_group *group = place_of(groups, pool, number);
	return group->used ? group : NULL;
}

struct catalogue_group *catalogue_groups_get(struct catalogue_groups *groups, enum pool pool, uint16_t number)
{
	assert(groups->count < groups->cap);
	return add(groups, pool, number);
}
