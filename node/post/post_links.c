#include "node/post/post_inside.h"

#include "crypto/random.h"
#include "crypto/wipe.h"
#include "node/post/snapshot.h"
#include "proto/beacon.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
	SETTLED_MS = 10000, /* two links of one pair that opened less than this apart opened at once */
	USELESS_MS = 60000, /* a link that brought and took nothing for so long gives way when the table is full */
};

static uint64_t bit_of(size_t place)
{
	return UINT64_C(1) << place;
}

void post_end_link(struct post *post, size_t i)
{
	lanes_link_down(&post->lanes, post->links[i]->link);
	gossip_end(post->links[i]);
	free(post->links[i]);
	post->links[i] = NULL;
	post->linked &= ~bit_of(i);
	post->speakers &= ~bit_of(i);
}

/* The place of a link in the table, or POST_LINKS_MAX. */
static size_t find_link(const struct post *post, uint32_t link)
{
	size_t i = post_link_from(post, 0);
	while (i < POST_LINKS_MAX && post->numbers[i] != link)
		i = post_link_from(post, i + 1);
	return i;
}

void post_want_closed(struct post *post, size_t i)
{
	assert(post->closed_count < POST_CLOSED_MAX);
	post->closed[post->closed_count++] = post->links[i]->link;
	post_end_link(post, i);
}

bool post_is_shaking(const struct neighbour *neighbour)
{
	return neighbour->session.state == SESSION_HANDSHAKE;
}

/* When a link has been silent for too long, on either side. */
static uint64_t silence_ends(const struct neighbour *neighbour)
{
	if (post_is_shaking(neighbour))
		return neighbour->up_ms + POST_HANDSHAKE_MS;
	uint64_t heard_until = neighbour->heard_ms + POST_IDLE_MS, sent_until = neighbour->sent_ms + POST_KEEPALIVE_MS;
	/* What is owed already waits for room, and no clock makes any. */
	return neighbour->keepalive_owed || heard_until < sent_until ? heard_until : sent_until;
}

/* Something was heard or said on a link. */
static void note_silence(struct post *post, size_t i)
{
	post->silent_ms[i] = silence_ends(post->links[i]);
}

/* True if they show the very letters that we carry. */
static bool shows_ours(struct post *post, const uint8_t beacon[static BEACON_SIZE])
{
	const struct catalogue *catalogue = store_catalogue(post->store);
	uint64_t changes = catalogue_shown_changes(catalogue);
	struct post_seen *seen = &post->seen[beacon[BEACON_NONCE_SIZE - 1] % POST_SEEN_MAX];
	if (post->seen_changes != changes) {
		memset(post->seen, 0, sizeof(post->seen));
		post->seen_changes = changes;
	}
	if (!seen->heard || memcmp(seen->beacon, beacon, BEACON_SIZE) != 0) {
		*seen = (struct post_seen){.heard = true, .same = beacon_carries(beacon, catalogue_shown(catalogue))};
		memcpy(seen->beacon, beacon, BEACON_SIZE);
	}
	return seen->same;
}

bool post_sighting(struct post *post, const uint8_t beacon[static BEACON_SIZE], bool unseen, struct moment now)
{
	size_t up = 0;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		up++;
		if (post->links[i]->met && memcmp(post->links[i]->nonce, beacon, BEACON_NONCE_SIZE) == 0)
			return false;
	}
	int order = memcmp(post->nonce, beacon, BEACON_NONCE_SIZE);
	/* One of the two dials: the one with the lower nonce, if it can. */
	bool our_turn = unseen || order < 0;
	if (up == POST_LINKS_MAX || order == 0 || peers_resting(&post->peers, beacon, our_turn, post->generation, now.boot_ms))
		return false;
	if (shows_ours(post, beacon))
		return false;
	return peers_worth_dialling(&post->peers, beacon, our_turn, post->generation, now.boot_ms);
}

static void start_session(const struct post *post, struct neighbour *neighbour)
{
	uint8_t ephemeral[DH_KEY_SIZE];
	random_fill(ephemeral, sizeof(ephemeral));
	struct session_setup setup = {
		.gateway = neighbour->kind == LINK_GATEWAY_DIALLED || neighbour->kind == LINK_GATEWAY_ANSWERED,
		.initiator = neighbour->kind == LINK_DIALLED || neighbour->kind == LINK_GATEWAY_DIALLED,
		.slow = neighbour->aside.slow,
		.ephemeral_secret = ephemeral,
	};
	if (!setup.gateway)
		setup.psk = post->config.psk;
	else if (setup.initiator)
		setup.remote_static = post->config.gateway_key;
	else
		setup.static_secret = post->config.gateway_secret;
	gossip_start(neighbour, &setup);
	wipe(ephemeral, sizeof(ephemeral));
}

/* Who must go so that a new link may come, or POST_LINKS_MAX. Of the handshakes that strangers left half done, the oldest: an honest one takes one
 * round trip. Of the links that strangers opened, the one that has been of no use for longest, if that is long. */
static size_t least_useful(const struct post *post, bool half_open, struct moment now)
{
	size_t worst = POST_LINKS_MAX;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		const struct neighbour *neighbour = post->links[i];
		if (neighbour->kind == LINK_DIALLED || neighbour->kind == LINK_GATEWAY_DIALLED || post_is_shaking(neighbour) != half_open)
			continue;
		if (!half_open && now.boot_ms - neighbour->useful_ms < USELESS_MS)
			continue;
		if (worst == POST_LINKS_MAX || neighbour->useful_ms < post->links[worst]->useful_ms)
			worst = i;
	}
	return worst;
}

/* A free place in the table, made if need be; POST_LINKS_MAX if there is none. */
static size_t place_for_link(struct post *post, struct moment now)
{
	size_t free_place = POST_LINKS_MAX, half_open = 0;
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		if (post->links[i] == NULL)
			free_place = i;
		else
			half_open += post_is_shaking(post->links[i]);
	}
	bool crowded = half_open >= POST_HALF_OPEN_MAX;
	if (!crowded && free_place < POST_LINKS_MAX)
		return free_place;
	size_t victim = least_useful(post, crowded, now);
	if (victim < POST_LINKS_MAX) {
		post->tally.count[TALLY_LINKS_DISPLACED]++;
		post_want_closed(post, victim);
	}
	return victim;
}

static bool has_key_for(const struct post *post, enum link_kind kind)
{
	switch (kind) {
	case LINK_GATEWAY_DIALLED:
		return post->config.has_gateway_key;
	case LINK_GATEWAY_ANSWERED:
		return post->config.has_gateway_secret;
	case LINK_DIALLED:
	case LINK_ANSWERED:
		break;
	}
	return true;
}

bool post_link_up(struct post *post, uint32_t link, enum link_kind kind, bool slow, struct moment now)
{
	assert(find_link(post, link) == POST_LINKS_MAX);
	size_t place = has_key_for(post, kind) && post->closed_count < POST_CLOSED_MAX / 2 ? place_for_link(post, now) : POST_LINKS_MAX;
	struct neighbour *neighbour = place < POST_LINKS_MAX ? malloc(sizeof(*neighbour)) : NULL;
	if (neighbour == NULL) {
		post->tally.count[TALLY_LINKS_REFUSED]++;
		return false;
	}
	memset(neighbour, 0, offsetof(struct neighbour, sync));
	neighbour->link = link;
	neighbour->kind = kind;
	neighbour->aside = (struct aside){.slow = slow, .initiator = kind == LINK_DIALLED};
	neighbour->up_ms = neighbour->heard_ms = neighbour->sent_ms = neighbour->rekey_ms = neighbour->useful_ms = now.boot_ms;
	neighbour->ingress = ingress_of(false, now.boot_ms);
	start_session(post, neighbour);
	post->links[place] = neighbour;
	post->numbers[place] = link;
	post->linked |= bit_of(place);
	post->speakers |= bit_of(place);
	note_silence(post, place);
	post->tally.count[TALLY_LINKS_UP]++;
	return true;
}

/* Of two links that opened at once the one with the higher handshake hash is too many; of an old and a new one, the new. Both ends see it alike. */
static bool yields(const struct neighbour *mine, const struct neighbour *other)
{
	uint64_t apart_ms = mine->up_ms > other->up_ms ? mine->up_ms - other->up_ms : other->up_ms - mine->up_ms;
	if (apart_ms >= SETTLED_MS)
		return mine->up_ms > other->up_ms;
	return memcmp(session_binding(&mine->session), session_binding(&other->session), CHANNEL_HASH_SIZE) > 0;
}

static bool are_twins(const struct neighbour *a, const struct neighbour *b)
{
	return a->met && b->met && a->kind < LINK_GATEWAY_DIALLED && b->kind < LINK_GATEWAY_DIALLED && !memcmp(a->nonce, b->nonce, BEACON_NONCE_SIZE);
}

/* Anybody may show a nonce: the slow one of two links ends only when its own other end names the fast one. */
static void name_faster(struct neighbour *a, struct neighbour *b)
{
	struct neighbour *slow = a->aside.slow ? a : b, *fast = a->aside.slow ? b : a;
	lanes_double(&slow->aside, session_binding(&fast->session));
}

/* The other end of a slow link has named a fast one of ours. */
static bool is_outdone(struct post *post, struct neighbour *slow)
{
	if (!slow->aside.slow || !slow->aside.twin_heard)
		return false;
	slow->aside.twin_heard = false;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		const struct neighbour *other = post->links[i];
		uint8_t twin[TWIN_SIZE];
		if (other->aside.slow || post_is_shaking(other))
			continue;
		lane_group_twin(session_binding(&other->session), twin);
		if (!memcmp(twin, slow->aside.heard_twin, TWIN_SIZE))
			return true;
	}
	return false;
}

/* Two links between the same two posts are one too many. Also ends a link to oneself. */
static bool superfluous(struct post *post, size_t at)
{
	struct neighbour *mine = post->links[at];
	if (memcmp(mine->nonce, post->nonce, BEACON_NONCE_SIZE) == 0)
		return true;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		struct neighbour *other = post->links[i];
		if (i == at || !are_twins(mine, other))
			continue;
		if (mine->aside.slow != other->aside.slow) {
			name_faster(mine, other);
			post->speakers |= bit_of(i);
			continue;
		}
		if (yields(mine, other))
			return true;
		post_want_closed(post, i);
	}
	return false;
}

bool post_link_input(struct post *post, uint32_t link, const uint8_t *bytes, size_t len, struct moment now)
{
	size_t i = find_link(post, link);
	if (i == POST_LINKS_MAX)
		return false;
	struct neighbour *neighbour = post->links[i];
	bool met_before = neighbour->met;
	post_clock(post, now);
	post->speakers |= bit_of(i);
	bool good = gossip_input(&post->gossip, neighbour, bytes, len, now);
	note_silence(post, i);
	if (good && !met_before && neighbour->met) {
		peers_met(&post->peers, neighbour->nonce, post->generation, now.boot_ms);
		good = !superfluous(post, i);
	}
	if (good && is_outdone(post, neighbour)) {
		peers_met(&post->peers, neighbour->nonce, post->generation, now.boot_ms);
		good = false;
	}
	if (!good)
		post_end_link(post, i);
	return good;
}

void post_link_down(struct post *post, uint32_t link, struct moment now)
{
	size_t i = find_link(post, link);
	if (i == POST_LINKS_MAX)
		return;
	if (post->links[i]->met)
		peers_met(&post->peers, post->links[i]->nonce, post->generation, now.boot_ms);
	post_end_link(post, i);
}

size_t post_link_output(struct post *post, uint32_t link, bool lesser, uint8_t *buf, size_t cap, struct moment now)
{
	assert(cap >= POST_OUTPUT_MIN && !post->gossip.must_commit);
	size_t i = find_link(post, link);
	if (i == POST_LINKS_MAX)
		return 0;
	size_t len = gossip_output(&post->gossip, post->links[i], lesser, buf, cap, now);
	note_silence(post, i);
	if (len == 0 && (lesser || !gossip_holds_lesser(post->links[i])))
		post->speakers &= ~bit_of(i);
	return len;
}

bool post_link_may_speak(const struct post *post, uint32_t link)
{
	size_t i = find_link(post, link);
	return i < POST_LINKS_MAX && (post->speakers & bit_of(i)) != 0;
}

bool post_next_closed(struct post *post, uint32_t *link)
{
	if (post->closed_count == 0)
		return false;
	*link = post->closed[--post->closed_count];
	return true;
}

void post_mind_silence(struct post *post, struct moment now)
{
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		struct neighbour *neighbour = post->links[i];
		if (now.boot_ms < post->silent_ms[i])
			continue;
		if (post_is_shaking(neighbour) || now.boot_ms - neighbour->heard_ms >= POST_IDLE_MS) {
			post->tally.count[TALLY_LINKS_TIMED_OUT]++;
			post_want_closed(post, i);
			continue;
		}
		neighbour->keepalive_owed = true;
		post->speakers |= bit_of(i);
		note_silence(post, i);
	}
}

void post_end_costly_comparisons(struct post *post)
{
	/* Most stores are so small that a snapshot for each link would do no harm. */
	size_t links = (size_t)__builtin_popcountll(post->linked);
	if (links * catalogue_slots(store_catalogue(post->store)) * sizeof(struct snapshot_item) <= POST_SNAPSHOT_BYTES_MAX)
		return;
	for (;;) {
		size_t bytes = 0, holders = 0, worst = POST_LINKS_MAX;
		for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
			const struct neighbour *neighbour = post->links[i];
			if (neighbour->compare == NULL || compare_memory(neighbour->compare) == 0)
				continue;
			bytes += compare_memory(neighbour->compare);
			holders++;
			if (worst == POST_LINKS_MAX || neighbour->useful_ms < post->links[worst]->useful_ms)
				worst = i;
		}
		if (bytes <= POST_SNAPSHOT_BYTES_MAX || holders <= 2)
			return;
		post->tally.count[TALLY_LINKS_DISPLACED]++;
		post_want_closed(post, worst);
	}
}

void post_consider_lanes(struct post *post, struct moment now)
{
	if (post->lanes.can == 0)
		return;
	const struct catalogue *catalogue = store_catalogue(post->store);
	uint64_t held = 0;
	for (unsigned c = 0; c < LETTER_CLASSES; c++)
		held += catalogue_held(catalogue, (enum letter_class)c);
	if (held == 0)
		return;
	uint64_t letter_bytes = catalogue_bytes(catalogue) / held;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		struct neighbour *neighbour = post->links[i];
		if (neighbour->outbox.lacks.count > 0 && neighbour->aside.slow && neighbour->met)
			lanes_consider(&post->lanes, &neighbour->aside, neighbour->link, neighbour->outbox.lacks.count * letter_bytes, now.boot_ms);
		if (neighbour->aside.ask_owed)
			post->speakers |= bit_of(i);
	}
}

void post_lane_can(struct post *post, uint8_t can)
{
	post->lanes.can = can;
}

void post_lane_made(struct post *post, const struct lane_group *group)
{
	lanes_made(&post->lanes, group);
	post->speakers = post->linked;
}

void post_lane_over(struct post *post, struct moment now)
{
	lanes_over(&post->lanes, now.boot_ms);
}

enum lanes_wish post_lane_wish(struct post *post, struct lane_group *group)
{
	return lanes_next_wish(&post->lanes, group);
}
