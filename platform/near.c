#include "platform/near.h"

#include <string.h>

enum rank { RANK_STRANGER, RANK_CHANGED, RANK_REST, RANK_NOBODY };

static uint64_t nonce_of(const uint8_t *beacon)
{
	uint64_t nonce = 0;
	for (unsigned i = 0; i < BEACON_NONCE_SIZE; i++)
		nonce = nonce << 8 | beacon[i];
	return nonce;
}

/* NEAR_MAX: nobody. */
static unsigned find(const struct near *near, uint64_t nonce)
{
	for (unsigned i = 0; i < near->used; i++)
		if (near->nonces[i] == nonce)
			return i;
	return NEAR_MAX;
}

static struct near_neighbour *find_address(struct near *near, const struct near_address *address)
{
	for (unsigned i = 0; i < near->used; i++)
		if (!memcmp(near->all[i].address.bytes, address->bytes, sizeof address->bytes))
			return &near->all[i];
	return NULL;
}

static unsigned place_for(struct near *near)
{
	if (near->used < NEAR_MAX)
		return near->used++;
	unsigned oldest = 0;
	for (unsigned i = 1; i < NEAR_MAX; i++)
		if (near->heard_ms[i] < near->heard_ms[oldest])
			oldest = i;
	return oldest;
}

static void freshen(struct near *near, unsigned at, uint64_t until_ms)
{
	near->all[at].fresh_until_ms = until_ms;
	near->all[at].failed = 0;
	near->offered_ms[at] = 0;
}

bool near_heard(struct near *near, const uint8_t beacon[static BEACON_SIZE], const struct near_address *from, uint64_t now_ms, uint64_t fresh_ms)
{
	uint64_t nonce = nonce_of(beacon);
	unsigned at = find(near, nonce);
	bool fresh = at == NEAR_MAX || memcmp(near->all[at].beacon, beacon, BEACON_SIZE) != 0;
	if (at == NEAR_MAX) {
		at = place_for(near);
		near->nonces[at] = nonce;
		near->all[at] = (struct near_neighbour){.failed = 0};
		near->offered_ms[at] = 0;
	}
	struct near_neighbour *neighbour = &near->all[at];
	memcpy(neighbour->beacon, beacon, BEACON_SIZE);
	neighbour->address = *from;
	near->heard_ms[at] = now_ms;
	if (fresh)
		freshen(near, at, now_ms + fresh_ms);
	return fresh;
}

void near_news(struct near *near, uint64_t now_ms, uint64_t fresh_ms)
{
	for (unsigned i = 0; i < near->used; i++)
		freshen(near, i, now_ms + fresh_ms);
}

static bool in_reach(const struct near *near, unsigned at, uint64_t now_ms)
{
	uint64_t heard = near->heard_ms[at];
	return now_ms - heard < NEAR_REACH_MS && heard >= near->since_ms && heard > near->offered_ms[at];
}

static enum rank rank_of(const struct near *near, unsigned at, uint64_t now_ms)
{
	const struct near_neighbour *neighbour = &near->all[at];
	if (!in_reach(near, at, now_ms) || now_ms < neighbour->wait_until_ms)
		return RANK_NOBODY;
	if (!neighbour->linked)
		return RANK_STRANGER;
	return now_ms < neighbour->fresh_until_ms ? RANK_CHANGED : RANK_REST;
}

struct near_counts near_count(const struct near *near, uint64_t now_ms, uint64_t heard_within_ms)
{
	struct near_counts counts = {.next_wait_ms = UINT64_MAX};
	for (unsigned i = 0; i < near->used; i++) {
		const struct near_neighbour *neighbour = &near->all[i];
		if (now_ms - near->heard_ms[i] >= heard_within_ms)
			continue;
		counts.heard++;
		counts.present = (uint16_t)(counts.present + (now_ms - near->heard_ms[i] < NEAR_REACH_MS));
		if (now_ms < neighbour->fresh_until_ms && neighbour->failed < NEAR_FRESH_FAILS_MAX)
			counts.fresh++;
		if (rank_of(near, i, now_ms) != RANK_NOBODY)
			counts.waiting++;
		if (now_ms < neighbour->wait_until_ms && in_reach(near, i, neighbour->wait_until_ms) &&
		    neighbour->wait_until_ms < counts.next_wait_ms)
			counts.next_wait_ms = neighbour->wait_until_ms;
	}
	return counts;
}

const struct near_neighbour *near_choose(struct near *near, uint64_t now_ms, uint32_t chance)
{
	enum rank best = RANK_NOBODY;
	unsigned equals[NEAR_MAX], count = 0;
	for (unsigned i = 0; i < near->used; i++) {
		enum rank rank = rank_of(near, i, now_ms);
		count = rank < best ? 0 : count;
		best = rank < best ? rank : best;
		if (rank == best && rank != RANK_NOBODY)
			equals[count++] = i;
	}
	if (best == RANK_NOBODY)
		return NULL;
	unsigned chosen = equals[chance % count];
	near->offered_ms[chosen] = now_ms;
	return &near->all[chosen];
}

void near_linked(struct near *near, const struct near_address *address)
{
	struct near_neighbour *neighbour = find_address(near, address);
	if (!neighbour)
		return;
	neighbour->linked = true;
	neighbour->fresh_until_ms = 0;
	neighbour->failed = 0;
}

void near_failed(struct near *near, const struct near_address *address, uint64_t now_ms, uint32_t chance)
{
	struct near_neighbour *neighbour = find_address(near, address);
	if (!neighbour)
		return;
	uint32_t most = (uint32_t)NEAR_RETRY_MS << (neighbour->failed < NEAR_RETRIES_MAX ? neighbour->failed : NEAR_RETRIES_MAX);
	neighbour->wait_until_ms = now_ms + most / 2 + chance % (most / 2);
	if (neighbour->failed < UINT8_MAX)
		neighbour->failed++;
}

void near_rest(struct near *near, const struct near_address *address, uint64_t until_ms)
{
	struct near_neighbour *neighbour = find_address(near, address);
	if (neighbour && neighbour->wait_until_ms < until_ms)
		neighbour->wait_until_ms = until_ms;
}

void near_begin(struct near *near, uint64_t now_ms)
{
	near->since_ms = now_ms;
}
