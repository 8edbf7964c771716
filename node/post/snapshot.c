#include "node/post/snapshot.h"

#include <stdlib.h>

static_assert(sizeof(struct snapshot_item) == 12, "as the header says");

enum { SOME = 256 };

bool snapshot_take(struct snapshot *snapshot, const struct catalogue *catalogue, const uint8_t key[static SHORTHASH_KEY_SIZE])
{
	if (snapshot->items != NULL)
		return true;
	uint32_t count = catalogue_slots(catalogue);
	snapshot->items = calloc((size_t)count + 1, sizeof(*snapshot->items));
	if (snapshot->items == NULL)
		return false;
	snapshot->count = count;
	for (uint32_t slot = 0; slot < count; slot++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
		if (entry->state == CATALOGUE_FREE)
			continue;
		snapshot->items[slot] =
			(struct snapshot_item){.id = short_id(key, entry->tag), .day = entry->day, .rank = entry->rank, .shown = entry->shown};
	}
	return true;
}

void snapshot_drop(struct snapshot *snapshot)
{
	free(snapshot->items);
	*snapshot = (struct snapshot){.items = NULL};
}

void snapshot_forget(struct snapshot *snapshot, uint32_t slot)
{
	if (slot >= snapshot->count)
		return;
	snapshot->items[slot].id = 0;
	snapshot->items[slot].shown = 0;
}

static bool shows(const struct snapshot_item *item, const struct unit_filter *filter)
{
	return item->shown && unit_has(filter, item->rank, item->day, item->id);
}

/* Letters of a unit, some at a time. */
struct some {
	uint32_t count;
	uint32_t slots[SOME], ids[SOME], powers[SOME];
};

/* Finds the next letters shown in a unit, from a slot on; returns where to go on. */
static uint32_t find_some(const struct snapshot *snapshot, const struct unit_filter *filter, uint32_t slot, struct some *some)
{
	const struct snapshot_item *items = snapshot->items;
	const struct unit_filter own = *filter; /* what is written below cannot change it: it stays in registers */
	uint32_t count = 0, end = snapshot->count - slot < SOME ? snapshot->count : slot + SOME;
	for (; slot < end; slot++) {
		/* Written over by the next one unless it is counted. */
		some->slots[count] = slot;
		some->ids[count] = items[slot].id;
		count += shows(&items[slot], &own);
	}
	some->count = count;
	return slot;
}

uint32_t snapshot_count(const struct snapshot *snapshot, const struct unit *unit)
{
	struct unit_filter filter = unit_filter(unit);
	uint32_t count = 0;
	for (uint32_t slot = 0; slot < snapshot->count; slot++)
		count += shows(&snapshot->items[slot], &filter);
	return count;
}

struct estimate snapshot_estimate(const struct snapshot *snapshot, const struct unit *unit)
{
	struct unit_filter filter = unit_filter(unit);
	struct estimate estimate = {.count = 0};
	struct some some;
	for (uint32_t slot = 0; slot < snapshot->count;) {
		slot = find_some(snapshot, &filter, slot, &some);
		estimate_add(&estimate, some.ids, some.count);
	}
	return estimate;
}

size_t snapshot_ids(const struct snapshot *snapshot, const struct unit *unit, uint32_t *ids, size_t cap)
{
	struct unit_filter filter = unit_filter(unit);
	size_t count = 0;
	for (uint32_t slot = 0; slot < snapshot->count && count < cap; slot++)
		if (shows(&snapshot->items[slot], &filter))
			ids[count++] = snapshot->items[slot].id;
	return count;
}

static void keep_powers(struct snapshot *snapshot, const struct some *some)
{
	for (uint32_t i = 0; i < some->count; i++)
		snapshot->items[some->slots[i]].power = some->powers[i];
}

void snapshot_table(struct snapshot *snapshot, const struct unit *unit, struct sketch *table, const void *owner)
{
	struct unit_filter filter = unit_filter(unit);
	struct some some;
	for (uint32_t slot = 0; slot < snapshot->count;) {
		slot = find_some(snapshot, &filter, slot, &some);
		sketch_toggle(table, some.ids, some.powers, some.count);
		keep_powers(snapshot, &some);
	}
	snapshot->powers_of = owner;
}

static void recall_powers(const struct snapshot *snapshot, struct some *some)
{
	for (uint32_t i = 0; i < some->count; i++)
		some->powers[i] = snapshot->items[some->slots[i]].power;
}

void snapshot_more(struct snapshot *snapshot, const struct unit *unit, struct sketch *more, uint8_t capacity, const void *owner)
{
	struct unit_filter filter = unit_filter(unit);
	bool kept = snapshot->powers_of == owner;
	struct some some;
	for (uint32_t slot = 0; slot < snapshot->count;) {
		slot = find_some(snapshot, &filter, slot, &some);
		if (kept)
			recall_powers(snapshot, &some);
		else
			sketch_powers(some.ids, some.powers, some.count, capacity);
		sketch_toggle_next(more, some.ids, some.powers, some.count);
		if (kept)
			keep_powers(snapshot, &some);
	}
}
