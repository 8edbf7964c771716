#include "node/post/idset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
	uint32_t left, right;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

void idset_make(struct idset *set, const uint32_t *ids, uint16_t count)
{
	assert(count <= IDSET_MAX);
	set->count = 0;
	memset(set->taken, 0, count * sizeof(*set->taken));
	memset(set->filter, 0, sizeof(set->filter));
	memcpy(set->ids, ids, count * sizeof(*ids));
	qsort(set->ids, count, sizeof(*ids), compare_ids);
	for (uint16_t i = 0; i < count; i++)
		if (i == 0 || set->ids[i] != set->ids[set->count - 1])
			set->ids[set->count++] = set->ids[i];
	for (uint16_t i = 0; i < set->count; i++)
		set->filter[set->ids[i] % IDSET_FILTER_BITS / 64] |= UINT64_C(1) << set->ids[i] % 64;
}

bool idset_take(struct idset *set, uint32_t id)
{
	if (!idset_may_have(set, id))
		return false;
	const uint32_t *at = bsearch(&id, set->ids, set->count, sizeof(id), compare_ids);
	if (at == NULL)
		return false;
	set->taken[at - set->ids] = true;
	return true;
}
