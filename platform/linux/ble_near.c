#include "platform/linux/ble_near.h"

#include <string.h>

enum rank { RANK_STRANGER, RANK_CHANGED, RANK_REST, RANK_NOBODY };

static struct ble_near_neighbour *find(struct ble_near *near, const uint8_t *nonce)
{
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++)
		if (near->all[i].used && !memcmp(near->all[i].beacon, nonce, BEACON_NONCE_SIZE))
			return &near->all[i];
	return NULL;
}

static struct ble_near_neighbour *find_address(struct ble_near *near, const struct ble_link_address *address)
{
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++)
		if (near->all[i].used && near->all[i].address.kind == address->kind &&
		    !memcmp(near->all[i].address.bytes, address->bytes, sizeof address->bytes))
			return &near->all[i];
	return NULL;
}

static struct ble_near_neighbour *place_for(struct ble_near *near)
{
	struct ble_near_neighbour *oldest = &near->all[0];
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++) {
		if (!near->all[i].used)
			return &near->all[i];
		if (near->all[i].heard_ms < oldest->heard_ms)
			oldest = &near->all[i];
	}
	return oldest;
}

static void freshen(struct ble_near_neighbour *neighbour, uint64_t until_ms)
{
	neighbour->fresh_until_ms = until_ms;
	neighbour->offered_ms = 0;
	neighbour->failed = 0;
}

bool ble_near_heard(struct ble_near *near, const uint8_t beacon[static BEACON_SIZE], const struct ble_link_address *from, uint64_t now_ms,
		    uint64_t fresh_ms)
{
	struct ble_near_neighbour *neighbour = find(near, beacon);
	bool fresh = !neighbour || memcmp(neighbour->beacon, beacon, BEACON_SIZE) != 0;
	if (!neighbour) {
		neighbour = place_for(near);
		*neighbour = (struct ble_near_neighbour){.used = true};
	}
	memcpy(neighbour->beacon, beacon, BEACON_SIZE);
	neighbour->address = *from;
	neighbour->heard_ms = now_ms;
	if (fresh)
		freshen(neighbour, now_ms + fresh_ms);
	return fresh;
}

void ble_near_news(struct ble_near *near, uint64_t now_ms, uint64_t fresh_ms)
{
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++)
		if (near->all[i].used)
			freshen(&near->all[i], now_ms + fresh_ms);
}

static bool in_reach(const struct ble_near *near, const struct ble_near_neighbour *neighbour, uint64_t now_ms)
{
	return neighbour->used && now_ms - neighbour->heard_ms < BLE_NEAR_REACH_MS && neighbour->heard_ms > neighbour->offered_ms &&
	       neighbour->heard_ms >= near->since_ms;
}

static enum rank rank_of(const struct ble_near *near, const struct ble_near_neighbour *neighbour, uint64_t now_ms)
{
	if (!in_reach(near, neighbour, now_ms) || now_ms < neighbour->wait_until_ms)
		return RANK_NOBODY;
	if (!neighbour->linked)
		return RANK_STRANGER;
	return now_ms < neighbour->fresh_until_ms ? RANK_CHANGED : RANK_REST;
}

struct ble_near_counts ble_near_count(const struct ble_near *near, uint64_t now_ms, uint64_t heard_within_ms)
{
	struct ble_near_counts counts = {.next_wait_ms = UINT64_MAX};
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++) {
		const struct ble_near_neighbour *neighbour = &near->all[i];
		if (!neighbour->used || now_ms - neighbour->heard_ms >= heard_within_ms)
			continue;
		counts.heard++;
		if (now_ms < neighbour->fresh_until_ms && neighbour->failed < BLE_NEAR_FRESH_FAILS_MAX)
			counts.fresh++;
		if (rank_of(near, neighbour, now_ms) != RANK_NOBODY)
			counts.waiting++;
		if (now_ms < neighbour->wait_until_ms && in_reach(near, neighbour, neighbour->wait_until_ms) &&
		    neighbour->wait_until_ms < counts.next_wait_ms)
			counts.next_wait_ms = neighbour->wait_until_ms;
	}
	return counts;
}

const struct ble_near_neighbour *ble_near_choose(struct ble_near *near, uint64_t now_ms, uint32_t chance)
{
	enum rank best = RANK_NOBODY;
	uint32_t equals = 0;
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++) {
		enum rank rank = rank_of(near, &near->all[i], now_ms);
		equals = rank < best ? 1 : equals + (rank == best && rank != RANK_NOBODY);
		best = rank < best ? rank : best;
	}
	if (best == RANK_NOBODY)
		return NULL;
	uint32_t pick = chance % equals;
	for (unsigned i = 0; i < BLE_NEAR_MAX; i++) {
		struct ble_near_neighbour *neighbour = &near->all[i];
		if (rank_of(near, neighbour, now_ms) != best || pick-- > 0)
			continue;
		neighbour->offered_ms = now_ms;
		return neighbour;
	}
	return NULL;
}

void ble_near_linked(struct ble_near *near, const struct ble_link_address *address)
{
	struct ble_near_neighbour *neighbour = find_address(near, address);
	if (!neighbour)
		return;
	neighbour->linked = true;
	neighbour->fresh_until_ms = 0;
	neighbour->failed = 0;
}

void ble_near_failed(struct ble_near *near, const struct ble_link_address *address, uint64_t now_ms, uint32_t chance)
{
	struct ble_near_neighbour *neighbour = find_address(near, address);
	if (!neighbour)
		return;
	uint32_t most = (uint32_t)BLE_NEAR_RETRY_MS << (neighbour->failed < BLE_NEAR_RETRIES_MAX ? neighbour->failed : BLE_NEAR_RETRIES_MAX);
	neighbour->wait_until_ms = now_ms + most / 2 + chance % (most / 2);
	neighbour->failed++;
}

void ble_near_rest(struct ble_near *near, const struct ble_link_address *address, uint64_t until_ms)
{
	struct ble_near_neighbour *neighbour = find_address(near, address);
	if (neighbour && neighbour->wait_until_ms < until_ms)
		neighbour->wait_until_ms = until_ms;
}

void ble_near_begin(struct ble_near *near, uint64_t now_ms)
{
	near->since_ms = now_ms;
}
