#include "node/post/snapshot.h"

#include <stdlib.h>

static_assert(sizeof(struct snapshot_item) == 12, "as the header says");

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
	if (slot < snapshot->count)
		snapshot->items[slot].id = 0;
}

static bool shows(const struct snapshot_item *item, const struct unit_filter *filter)
{
	return unit_has(filter, item->rank, item->day, item->id) && item->shown && item->id != 0;
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
	for (uint32_t slot = 0; slot < snapshot->count; slot++)
		if (shows(&snapshot->items[slot], &filter))
			estimate_add(&estimate, snapshot->items[slot].id);
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

void snapshot_table(struct snapshot *snapshot, const struct unit *unit, struct sketch *table, const void *owner)
{
	struct unit_filter filter = unit_filter(unit);
	for (uint32_t slot = 0; slot < snapshot->count; slot++) {
		struct snapshot_item *item = &snapshot->items[slot];
		if (shows(item, &filter))
			item->power = sketch_toggle(table, item->id);
	}
	snapshot->powers_of = owner;
}

void snapshot_more(struct snapshot *snapshot, const struct unit *unit, struct sketch *more, uint8_t capacity, const void *owner)
{
	struct unit_filter filter = unit_filter(unit);
	bool kept = snapshot->powers_of == owner;
	for (uint32_t slot = 0; slot < snapshot->count; slot++) {
		struct snapshot_item *item = &snapshot->items[slot];
		if (!shows(item, &filter))
			continue;
		if (kept)
			sketch_toggle_kept(more, item->id, &item->power);
		else
			sketch_toggle_next(more, item->id, capacity);
	}
}
