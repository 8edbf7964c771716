#include "node/post/room.h"

#include "proto/order.h"

#include <assert.h>

/* Bytes held in a pool, or in all (POOLS), but for those that go. */
static uint64_t bytes_left(const struct room *room, const struct catalogue *catalogue, enum pool pool)
{
	uint64_t bytes = pool == POOLS ? catalogue_bytes(catalogue) : catalogue_pool_bytes(catalogue, pool);
	for (size_t i = 0; i < room->gone_count; i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, room->gone[i]);
		if (pool == POOLS || entry->pool == pool)
			bytes -= order_size(entry->rank);
	}
	return bytes;
}

static struct catalogue_gone gone_of(const struct room *room)
{
	return (struct catalogue_gone){.slots = room->gone, .count = room->gone_count};
}

/* The last letter of the heaviest group of the pool that is furthest above its share, of those that have one that may go. */
static uint32_t furthest_above(const struct room *room, const struct catalogue *catalogue)
{
	struct catalogue_gone gone = gone_of(room);
	uint64_t most = 0, bytes;
	uint32_t victim = CATALOGUE_NONE;
	for (unsigned p = 0; p < POOLS; p++) {
		enum pool pool = (enum pool)p;
		uint64_t held = bytes_left(room, catalogue, pool), share = pool_share(pool, room->max_bytes);
		uint16_t group;
		if (held <= share || held - share <= most || !catalogue_heaviest_group(catalogue, pool, &gone, &group, &bytes))
			continue;
		most = held - share;
		victim = catalogue_last_of(catalogue, pool, group, &gone);
	}
	return victim;
}

/* True if the letter comes before one that is held, whatever the order of equals. */
static bool precedes(const struct catalogue_position *letter, const struct catalogue_entry *held)
{
	return letter->rank > held->rank || (letter->rank == held->rank && letter->day > held->day);
}

/* The last letter of the group that would hold most of the letter's own pool. */
static uint32_t within_pool(struct room *room, const struct catalogue *catalogue)
{
	struct catalogue_gone gone = gone_of(room);
	uint64_t own = catalogue_group_bytes(catalogue, room->pool, room->group, &gone) + order_size(room->letter.rank), heaviest;
	uint16_t group;
	bool kept = room->pool == POOL_AUTHORITY && (room->group & POOL_KEPT) != 0; /* these go before all others and never give way themselves */
	bool any = catalogue_heaviest_group(catalogue, room->pool, &gone, &group, &heaviest);
	if (kept && !any)
		return CATALOGUE_NONE;
	bool other = any && group != room->group && (kept || heaviest > own);
	uint32_t victim = catalogue_last_of(catalogue, room->pool, other ? group : room->group, &gone);
	if (victim == CATALOGUE_NONE)
		return CATALOGUE_NONE;
	const struct catalogue_entry *entry = catalogue_at(catalogue, victim);
	if (!other)
		return precedes(&room->letter, entry) ? victim : CATALOGUE_NONE;
	if (pool_is_proven(room->pool))
		return victim;
	uint32_t price = (uint32_t)order_size(entry->rank);
	if (price > room->tokens)
		return CATALOGUE_NONE;
	room->tokens -= price;
	return victim;
}

bool room_find(struct room *room, const struct catalogue *catalogue)
{
	size_t size = order_size(room->letter.rank), before = room->gone_count;
	while (bytes_left(room, catalogue, POOLS) + size > room->max_bytes) {
		if (room->gone_count - before == ROOM_VICTIMS_MAX)
			return false;
		bool below = bytes_left(room, catalogue, room->pool) + size <= pool_share(room->pool, room->max_bytes);
		uint32_t victim = below ? furthest_above(room, catalogue) : within_pool(room, catalogue);
		if (victim == CATALOGUE_NONE)
			return false;
		room->gone[room->gone_count++] = victim;
	}
	return true;
}

uint32_t room_excess(const struct catalogue *catalogue, uint64_t max_bytes)
{
	const struct room nothing = {.max_bytes = max_bytes};
	return catalogue_bytes(catalogue) > max_bytes ? furthest_above(&nothing, catalogue) : CATALOGUE_NONE;
}
