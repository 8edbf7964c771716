#include "node/post/post.h"

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "node/post/fresh.h"
#include "node/post/gossip.h"
#include "node/post/holdback.h"
#include "node/post/peers.h"
#include "proto/beacon.h"
#include "proto/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR_MS = 3600000,
	NOTES_MS = 1000,       /* notes of what was handed on may wait so long for a commit of their own */
	NONCE_MIN_MS = 600000, /* the beacon's nonce lives 10 to 20 minutes */
	NONCE_SPREAD_MS = 600000,
	SETTLED_MS = 10000, /* two links of one pair that opened less than this apart opened at once */
	USELESS_MS = 60000, /* a link that brought and took nothing for so long gives way when the table is full */
	CLOSED_MAX = 4 * POST_LINKS_MAX,
};

struct post {
	struct store *store;
	struct door door;
	struct gossip gossip;
	struct fresh fresh;
	struct holdback holdback;
	struct peers peers;
	struct tally tally;
	struct post_config config; /* without store_path */
	struct neighbour *links[POST_LINKS_MAX];
	uint32_t closed[CLOSED_MAX];
	size_t closed_count;
	uint8_t nonce[BEACON_NONCE_SIZE], shown[BEACON_SIZE];
	uint64_t nonce_until_ms, expire_at_ms, notes_since_ms, opened_ms;
	uint64_t generation;
};

static void new_nonce(struct post *post, struct moment now)
{
	random_fill(post->nonce, sizeof(post->nonce));
	post->nonce_until_ms = now.boot_ms + NONCE_MIN_MS + random_below(NONCE_SPREAD_MS);
}

enum err post_open(struct post **out, const struct post_config *config, struct moment now)
{
	*out = NULL;
	struct post *post = calloc(1, sizeof(*post));
	if (post == NULL)
		return ERR_MEMORY;
	enum err err = store_open(&post->store, config->store_path, now.boot_ms);
	if (err != ERR_OK) {
		free(post);
		return err;
	}
	post->config = *config;
	post->config.store_path = NULL;
	post->door = (struct door){.store = post->store, .tally = &post->tally, .max_bytes = config->store_max_bytes};
	post->gossip = (struct gossip){
		.door = &post->door,
		.fresh = &post->fresh,
		.tally = &post->tally,
		.nonce = post->nonce,
		.is_gateway = config->has_gateway_secret,
	};
	post->tally.count[TALLY_LETTERS_ROTTEN] = store_rotten(post->store);
	post->opened_ms = post->expire_at_ms = now.boot_ms;
	post->generation = 1;
	new_nonce(post, now);
	*out = post;
	return ERR_OK;
}

void post_reconfigure(struct post *post, const struct post_config *config)
{
	post->config.store_max_bytes = post->door.max_bytes = config->store_max_bytes;
	post->config.has_gateway_key = config->has_gateway_key;
	memcpy(post->config.gateway_key, config->gateway_key, sizeof(post->config.gateway_key));
	memcpy(post->config.psk, config->psk, sizeof(post->config.psk));
}

static void end_link(struct post *post, size_t i)
{
	gossip_end(post->links[i]);
	free(post->links[i]);
	post->links[i] = NULL;
}

void post_close(struct post *post)
{
	if (post == NULL)
		return;
	for (size_t i = 0; i < POST_LINKS_MAX; i++)
		if (post->links[i] != NULL)
			end_link(post, i);
	fresh_free(&post->fresh);
	store_close(post->store);
	wipe(&post->config, sizeof(post->config));
	free(post);
}

/* The place of a link in the table, or POST_LINKS_MAX. */
static size_t find_link(const struct post *post, uint32_t link)
{
	size_t i = 0;
	while (i < POST_LINKS_MAX && (post->links[i] == NULL || post->links[i]->link != link))
		i++;
	return i;
}

static void want_closed(struct post *post, size_t i)
{
	assert(post->closed_count < CLOSED_MAX);
	post->closed[post->closed_count++] = post->links[i]->link;
	end_link(post, i);
}

static bool shaking(const struct neighbour *neighbour)
{
	return neighbour->session.state == SESSION_HANDSHAKE;
}

bool post_sighting(struct post *post, const uint8_t beacon[static BEACON_SIZE], struct moment now)
{
	size_t up = 0;
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		if (post->links[i] == NULL)
			continue;
		up++;
		if (post->links[i]->met && memcmp(post->links[i]->nonce, beacon, BEACON_NONCE_SIZE) == 0)
			return false;
	}
	/* One of the two dials: the one with the lower nonce. */
	if (up == POST_LINKS_MAX || memcmp(post->nonce, beacon, BEACON_NONCE_SIZE) >= 0)
		return false;
	if (beacon_carries(beacon, catalogue_shown(store_catalogue(post->store))))
		return false;
	return peers_worth_dialling(&post->peers, beacon, post->generation, now.boot_ms);
}

static void start_session(const struct post *post, struct neighbour *neighbour)
{
	uint8_t ephemeral[DH_KEY_SIZE];
	random_fill(ephemeral, sizeof(ephemeral));
	struct session_setup setup = {
		.gateway = neighbour->kind == LINK_GATEWAY_DIALLED || neighbour->kind == LINK_GATEWAY_ANSWERED,
		.initiator = neighbour->kind == LINK_DIALLED || neighbour->kind == LINK_GATEWAY_DIALLED,
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
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		const struct neighbour *neighbour = post->links[i];
		if (neighbour == NULL || neighbour->kind == LINK_DIALLED || neighbour->kind == LINK_GATEWAY_DIALLED ||
		    shaking(neighbour) != half_open)
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
			half_open += shaking(post->links[i]);
	}
	bool crowded = half_open >= POST_HALF_OPEN_MAX;
	if (!crowded && free_place < POST_LINKS_MAX)
		return free_place;
	size_t victim = least_useful(post, crowded, now);
	if (victim < POST_LINKS_MAX) {
		post->tally.count[TALLY_LINKS_DISPLACED]++;
		want_closed(post, victim);
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

bool post_link_up(struct post *post, uint32_t link, enum link_kind kind, struct moment now)
{
	assert(find_link(post, link) == POST_LINKS_MAX);
	size_t place = has_key_for(post, kind) && post->closed_count < CLOSED_MAX / 2 ? place_for_link(post, now) : POST_LINKS_MAX;
	struct neighbour *neighbour = place < POST_LINKS_MAX ? calloc(1, sizeof(*neighbour)) : NULL;
	if (neighbour == NULL) {
		post->tally.count[TALLY_LINKS_REFUSED]++;
		return false;
	}
	neighbour->link = link;
	neighbour->kind = kind;
	neighbour->up_ms = neighbour->heard_ms = neighbour->sent_ms = neighbour->rekey_ms = neighbour->useful_ms = now.boot_ms;
	start_session(post, neighbour);
	post->links[place] = neighbour;
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

/* Two links between the same two posts are one too many. Also ends a link to oneself. */
static bool superfluous(struct post *post, size_t at)
{
	struct neighbour *mine = post->links[at];
	if (memcmp(mine->nonce, post->nonce, BEACON_NONCE_SIZE) == 0)
		return true;
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		struct neighbour *other = post->links[i];
		if (i == at || other == NULL || !other->met || memcmp(other->nonce, mine->nonce, BEACON_NONCE_SIZE) != 0)
			continue;
		if (other->kind >= LINK_GATEWAY_DIALLED || mine->kind >= LINK_GATEWAY_DIALLED)
			continue;
		if (yields(mine, other))
			return true;
		want_closed(post, i);
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
	post->door.hour = store_hour(post->store, now.boot_ms);
	bool good = gossip_input(&post->gossip, neighbour, bytes, len, now);
	if (good && !met_before && neighbour->met) {
		peers_met(&post->peers, neighbour->nonce, post->generation, now.boot_ms);
		good = !superfluous(post, i);
	}
	if (!good)
		end_link(post, i);
	return good;
}

void post_link_down(struct post *post, uint32_t link, struct moment now)
{
	size_t i = find_link(post, link);
	if (i == POST_LINKS_MAX)
		return;
	if (post->links[i]->met)
		peers_met(&post->peers, post->links[i]->nonce, post->generation, now.boot_ms);
	end_link(post, i);
}

size_t post_link_output(struct post *post, uint32_t link, uint8_t *buf, size_t cap, struct moment now)
{
	assert(cap >= POST_OUTPUT_MIN && !post->gossip.must_commit);
	size_t i = find_link(post, link);
	if (i == POST_LINKS_MAX)
		return 0;
	return gossip_output(&post->gossip, post->links[i], buf, cap, now);
}

static bool held_back(struct post *post, const struct admission *admission, uint8_t flags, struct moment now)
{
	const struct envelope_header *header = &admission->letter.header;
	if (header->kind != ENVELOPE_SEALED || (flags & (SUBMIT_SEND_NOW | SUBMIT_CARRIED)) != 0)
		return false;
	return holdback_add(&post->holdback, admission->letter.id, now.boot_ms + holdback_delay(header->class));
}

enum control_verdict post_submit(struct post *post, const uint8_t *envelope, size_t len, uint8_t flags, uint8_t id[static LETTER_ID_SIZE],
				 struct moment now)
{
	post->door.hour = store_hour(post->store, now.boot_ms);
	struct admission admission = door_admit(&post->door, envelope, len);
	memcpy(id, admission.letter.id, LETTER_ID_SIZE);
	if (admission.verdict != VERDICT_STORED)
		return admission.verdict;
	post->gossip.must_commit = true;
	if (held_back(post, &admission, flags, now))
		catalogue_show(store_catalogue(post->store), admission.slot, false);
	else
		fresh_add(&post->fresh, admission.slot, 0);
	return VERDICT_STORED;
}

/* The delay of a letter written here is over: from now on it is like any other. */
static void release(struct post *post, const uint8_t tag[static LETTER_TAG_SIZE])
{
	struct catalogue *catalogue = store_catalogue(post->store);
	uint32_t slot = catalogue_find(catalogue, tag);
	if (slot == CATALOGUE_NONE || catalogue_at(catalogue, slot)->state != CATALOGUE_HELD)
		return;
	catalogue_show(catalogue, slot, true);
	fresh_add(&post->fresh, slot, 0);
}

static void end_silent_links(struct post *post, struct moment now)
{
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		const struct neighbour *neighbour = post->links[i];
		if (neighbour == NULL)
			continue;
		uint64_t since = now.boot_ms - (shaking(neighbour) ? neighbour->up_ms : neighbour->heard_ms);
		if (since < (shaking(neighbour) ? POST_HANDSHAKE_MS : POST_IDLE_MS))
			continue;
		post->tally.count[TALLY_LINKS_TIMED_OUT]++;
		want_closed(post, i);
	}
}

/* Whoever opens many links and says nothing more must not make us hold a snapshot of the catalogue for each: the least useful of them end. */
static void end_costly_comparisons(struct post *post)
{
	for (;;) {
		size_t bytes = 0, holders = 0, worst = POST_LINKS_MAX;
		for (size_t i = 0; i < POST_LINKS_MAX; i++) {
			const struct neighbour *neighbour = post->links[i];
			if (neighbour == NULL || neighbour->compare == NULL || compare_memory(neighbour->compare) == 0)
				continue;
			bytes += compare_memory(neighbour->compare);
			holders++;
			if (worst == POST_LINKS_MAX || neighbour->useful_ms < post->links[worst]->useful_ms)
				worst = i;
		}
		if (bytes <= POST_SNAPSHOT_BYTES_MAX || holders <= 2)
			return;
		post->tally.count[TALLY_LINKS_DISPLACED]++;
		want_closed(post, worst);
	}
}

static void run_due(struct post *post, struct moment now)
{
	end_silent_links(post, now);
	end_costly_comparisons(post);
	uint8_t tag[LETTER_TAG_SIZE];
	while (holdback_due(&post->holdback, now.boot_ms, tag))
		release(post, tag);
	if (now.boot_ms >= post->nonce_until_ms)
		new_nonce(post, now);
	if (now.boot_ms >= post->expire_at_ms) {
		post->door.hour = store_hour(post->store, now.boot_ms);
		bool more = door_expire(&post->door);
		post->expire_at_ms = now.boot_ms + (more ? 0 : HOUR_MS);
		post->gossip.must_commit |= store_dirty(post->store);
	}
}

/* What this turn let in is durable: neighbours may hear of it. Slots that changed hands mean nothing to them any more. */
static void publish(struct post *post)
{
	struct catalogue *catalogue = store_catalogue(post->store);
	size_t freed_count;
	const uint32_t *freed = catalogue_freed(catalogue, &freed_count);
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		struct neighbour *neighbour = post->links[i];
		if (neighbour == NULL)
			continue;
		for (size_t j = 0; j < freed_count; j++)
			gossip_forget(neighbour, freed[j]);
		for (size_t j = 0; j < post->fresh.count; j++)
			gossip_tell(&post->gossip, neighbour, post->fresh.items[j].slot, post->fresh.items[j].link);
		sync_settled(&neighbour->sync);
	}
	post->fresh.count = 0;
	catalogue_recycle(catalogue);
}

/* Nothing of this turn was kept: whoever waits for an acknowledgement must not get one, so every link ends. */
static enum err undo_turn(struct post *post, enum err err, struct moment now)
{
	store_rollback(post->store);
	post->fresh.count = 0;
	post->gossip.must_commit = false;
	post->notes_since_ms = 0;
	post->expire_at_ms = now.boot_ms + HOUR_MS;
	post->tally.count[TALLY_COMMITS_FAILED]++;
	for (size_t i = 0; i < POST_LINKS_MAX; i++)
		if (post->links[i] != NULL)
			want_closed(post, i);
	return err;
}

enum err post_settle(struct post *post, struct moment now)
{
	run_due(post, now);
	bool dirty = store_dirty(post->store);
	if (dirty && post->notes_since_ms == 0)
		post->notes_since_ms = now.boot_ms;
	if (post->gossip.must_commit || (dirty && now.boot_ms - post->notes_since_ms >= NOTES_MS) || store_error(post->store) != ERR_OK) {
		enum err err = store_commit(post->store, now.boot_ms);
		if (err != ERR_OK)
			return undo_turn(post, err, now);
		post->tally.count[TALLY_COMMITS] += dirty;
		post->gossip.must_commit = false;
		post->notes_since_ms = 0;
		post->generation++;
	}
	publish(post);
	return ERR_OK;
}

bool post_next_closed(struct post *post, uint32_t *link)
{
	if (post->closed_count == 0)
		return false;
	*link = post->closed[--post->closed_count];
	return true;
}

bool post_beacon(struct post *post, uint8_t beacon[static BEACON_SIZE])
{
	beacon_make(post->nonce, catalogue_shown(store_catalogue(post->store)), beacon);
	bool changed = memcmp(beacon, post->shown, BEACON_SIZE) != 0;
	memcpy(post->shown, beacon, BEACON_SIZE);
	return changed;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t post_next_deadline(const struct post *post)
{
	uint64_t next = earlier(holdback_next(&post->holdback), earlier(post->nonce_until_ms, post->expire_at_ms));
	if (post->notes_since_ms != 0)
		next = earlier(next, post->notes_since_ms + NOTES_MS);
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		const struct neighbour *neighbour = post->links[i];
		if (neighbour == NULL)
			continue;
		if (shaking(neighbour))
			next = earlier(next, neighbour->up_ms + POST_HANDSHAKE_MS);
		else
			next = earlier(next, earlier(neighbour->heard_ms + POST_IDLE_MS, neighbour->sent_ms + POST_KEEPALIVE_MS));
	}
	return next;
}

void post_status(const struct post *post, struct control_status *status, struct moment now)
{
	static_assert((int)TALLY_ITEMS <= (int)CONTROL_COUNTERS_MAX, "every counter fits a status packet");
	const struct store_summary *summary = store_summary(post->store);
	const struct catalogue *catalogue = store_catalogue(post->store);
	*status = (struct control_status){
		.unix_s = now.unix_s,
		.uptime_s = (now.boot_ms - post->opened_ms) / 1000,
		.store_id = store_identity(post->store),
		.newest = summary->next_seq - 1,
		.known = catalogue_known(catalogue),
		.store_bytes = catalogue_bytes(catalogue),
		.store_max_bytes = post->config.store_max_bytes,
		.gateway_configured = post->config.has_gateway_key,
		.is_gateway = post->config.has_gateway_secret,
		.gateway_last = summary->gateway_last,
		.counters = TALLY_ITEMS,
	};
	for (unsigned c = 0; c < LETTER_CLASSES; c++)
		status->letters[c] = catalogue_held(catalogue, (enum letter_class)c);
	uint64_t held_sum = catalogue_held_sum(catalogue);
	digest_of("barid-held-v1", &held_sum, sizeof(held_sum), status->digest, sizeof(status->digest));
	memcpy(status->counter, post->tally.count, sizeof(post->tally.count));
	for (size_t i = 0; i < POST_LINKS_MAX; i++) {
		const struct neighbour *neighbour = post->links[i];
		if (neighbour == NULL || !neighbour->met)
			continue;
		status->neighbours++;
		status->gateway_linked |= neighbour->is_gateway;
	}
}

struct control_track post_track(struct post *post, const uint8_t id[static LETTER_ID_SIZE])
{
	return store_track(post->store, id);
}

bool post_feed(struct post *post, uint64_t after, uint8_t kinds, uint8_t *envelope, struct control_letter *letter)
{
	*letter = (struct control_letter){.end = true, .cursor = after, .store_id = store_identity(post->store)};
	size_t len;
	uint64_t seq;
	if (!store_arrived(post->store, after, kinds, envelope, &len, &seq)) {
		letter->cursor = store_summary(post->store)->next_seq - 1;
		return false;
	}
	*letter = (struct control_letter){.cursor = seq, .store_id = letter->store_id, .envelope = envelope, .envelope_len = len};
	return true;
}

uint64_t post_generation(const struct post *post)
{
	return post->generation;
}
