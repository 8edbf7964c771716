#include "node/post/peers.h"

#include "crypto/random.h"

#include <string.h>

/* The place of a peer in the table, or PEERS_MAX. */
static size_t place_of(const struct peers *peers, const uint8_t nonce[static BEACON_NONCE_SIZE])
{
	for (size_t i = 0; i < peers->count; i++)
		if (memcmp(peers->table[i].nonce, nonce, BEACON_NONCE_SIZE) == 0)
			return i;
	return PEERS_MAX;
}

static struct peer *find(struct peers *peers, const uint8_t nonce[static BEACON_NONCE_SIZE])
{
	size_t place = place_of(peers, nonce);
	return place < PEERS_MAX ? &peers->table[place] : NULL;
}

/* A place for one more: the oldest gives way if there is none. */
static struct peer *place_for_peer(struct peers *peers)
{
	if (peers->count < PEERS_MAX)
		return &peers->table[peers->count++];
	struct peer *oldest = &peers->table[0];
	for (size_t i = 1; i < PEERS_MAX; i++)
		if (peers->table[i].tried_ms < oldest->tried_ms)
			oldest = &peers->table[i];
	return oldest;
}

/* The side whose turn it is may be unable to dial, or may not hear us. */
static bool waited(struct peer *peer, uint64_t now_ms)
{
	if (peer->ours_from_ms == 0)
		peer->ours_from_ms = now_ms + PEERS_TURN_MS + random_below(PEERS_TURN_SPREAD_MS);
	return now_ms >= peer->ours_from_ms;
}

/* Soon after a try that came to nothing, or with nothing new since the last contact. */
static bool is_too_soon(const struct peer *peer, const uint8_t *digest, uint64_t generation, uint64_t now_ms)
{
	uint64_t age_ms = now_ms - peer->tried_ms;
	bool changed = peer->ours != generation || memcmp(peer->digest, digest, BEACON_DIGEST_SIZE) != 0;
	return peer->failed ? age_ms < PEERS_REDIAL_MS : !changed && age_ms < PEERS_STALE_MS;
}

bool peers_resting(const struct peers *peers, const uint8_t beacon[static BEACON_SIZE], bool our_turn, uint64_t generation, uint64_t now_ms)
{
	size_t place = place_of(peers, beacon);
	if (place == PEERS_MAX)
		return false;
	const struct peer *peer = &peers->table[place];
	bool awaited = !our_turn && peer->ours_from_ms != 0 && now_ms < peer->ours_from_ms;
	return awaited || is_too_soon(peer, beacon + BEACON_NONCE_SIZE, generation, now_ms);
}

bool peers_worth_dialling(struct peers *peers, const uint8_t beacon[static BEACON_SIZE], bool our_turn, uint64_t generation, uint64_t now_ms)
{
	const uint8_t *digest = beacon + BEACON_NONCE_SIZE;
	struct peer *peer = find(peers, beacon);
	if (peer != NULL) {
		if (is_too_soon(peer, digest, generation, now_ms))
			return false;
	} else {
		peer = place_for_peer(peers);
		*peer = (struct peer){.tried_ms = now_ms};
		memcpy(peer->nonce, beacon, BEACON_NONCE_SIZE);
	}
	if (!our_turn && !waited(peer, now_ms))
		return false;
	*peer = (struct peer){.failed = true, .ours = generation, .tried_ms = now_ms};
	memcpy(peer->nonce, beacon, BEACON_NONCE_SIZE);
	memcpy(peer->digest, digest, BEACON_DIGEST_SIZE);
	return true;
}

void peers_met(struct peers *peers, const uint8_t nonce[static BEACON_NONCE_SIZE], uint64_t generation, uint64_t now_ms)
{
	struct peer *peer = find(peers, nonce);
	if (peer == NULL)
		return;
	peer->failed = false;
	peer->ours_from_ms = 0;
	peer->ours = generation;
	peer->tried_ms = now_ms;
}
