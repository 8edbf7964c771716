#include "node/post/post_inside.h"

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
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
	POLL_MS = 1000,     /* how often what other stores before our shelf committed is looked for */
	URGENT_MS = 600000, /* how long an urgent letter that nobody has taken keeps the radios busy */
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
	const struct shelf_place place = {.kind = config->shelf, .owner = config->shelf_owner, .path = config->store_path};
	enum err err = store_open(&post->store, &place, now.boot_ms);
	if (err != ERR_OK) {
		free(post);
		return err;
	}
	post->config = *config;
	post->config.store_path = NULL;
	post->authority = authority_open(post->store);
	if (post->authority == NULL) {
		store_close(post->store);
		free(post);
		return ERR_MEMORY;
	}
	post->door = (struct door){.store = post->store, .authority = post->authority, .tally = &post->tally, .max_bytes = config->store_max_bytes};
	post->own = ingress_of(true, now.boot_ms);
	post->carried = ingress_of(false, now.boot_ms);
	post->gossip = (struct gossip){
		.door = &post->door,
		.fresh = &post->fresh,
		.tally = &post->tally,
		.lanes = &post->lanes,
		.nonce = post->nonce,
		.is_gateway = config->has_gateway_secret,
	};
	post->tally.count[TALLY_LETTERS_ROTTEN] = store_rotten(post->store);
	post->opened_ms = post->expire_at_ms = post->poll_at_ms = now.boot_ms;
	post->generation = 1;
	new_nonce(post, now);
	*out = post;
	return ERR_OK;
}

void post_reconfigure(struct post *post, const struct post_config *config)
{
	post->config.store_max_bytes = post->door.max_bytes = config->store_max_bytes;
	post->expire_at_ms = 0; /* what has no room any more goes at once */
	post->config.has_gateway_key = config->has_gateway_key;
	memcpy(post->config.gateway_key, config->gateway_key, sizeof(post->config.gateway_key));
	memcpy(post->config.psk, config->psk, sizeof(post->config.psk));
}

void post_close(struct post *post)
{
	if (post == NULL)
		return;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1))
		post_end_link(post, i);
	fresh_free(&post->fresh);
	authority_free(post->authority);
	store_close(post->store);
	wipe(&post->config, sizeof(post->config));
	free(post);
}

void post_clock(struct post *post, struct moment now)
{
	post->door.hour = store_hour(post->store, now.boot_ms);
	post->door.now_ms = now.boot_ms;
	authority_clock(post->authority, now.unix_s);
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
	post_clock(post, now);
	struct ingress *ingress = (flags & SUBMIT_CARRIED) != 0 ? &post->carried : &post->own;
	struct admission admission = door_admit(&post->door, ingress, envelope, len);
	memcpy(id, admission.letter.id, LETTER_ID_SIZE);
	if (admission.verdict != VERDICT_STORED)
		return admission.verdict;
	post->gossip.must_commit = true;
	if (admission.slot == CATALOGUE_NONE)
		return VERDICT_STORED; /* the turn has failed, and settling it will say so */
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

static void run_due(struct post *post, struct moment now)
{
	post_mind_silence(post, now);
	post_end_costly_comparisons(post);
	post_consider_lanes(post, now);
	uint8_t tag[LETTER_TAG_SIZE];
	while (holdback_due(&post->holdback, now.boot_ms, tag))
		release(post, tag);
	if (now.boot_ms >= post->nonce_until_ms)
		new_nonce(post, now);
	if (now.boot_ms >= post->poll_at_ms) {
		post->poll_at_ms = store_shared(post->store) ? now.boot_ms + POLL_MS : UINT64_MAX;
		post->generation += store_poll(post->store, now.boot_ms);
	}
	if (post->door.judging && now.boot_ms >= post->judge_at_ms) {
		post_clock(post, now);
		(void)door_judge_some(&post->door); /* the deadline says when to go on */
		post->gossip.must_commit |= store_dirty(post->store);
	}
	if (now.boot_ms >= post->expire_at_ms) {
		post_clock(post, now);
		(void)door_turn(&post->door); /* a turn that failed is told when it is settled */
		bool more = door_expire(&post->door);
		more |= authority_forget(post->authority, post->door.hour);
		post->expire_at_ms = now.boot_ms + (more ? 0 : HOUR_MS);
		post->gossip.must_commit |= store_dirty(post->store);
	}
}

static void note_urgent(struct post *post, struct moment now)
{
	if (post->gossip.urgent_handed)
		post->urgent_until_ms = 0;
	post->gossip.urgent_handed = false;
	for (size_t i = 0; i < post->fresh.count; i++)
		if (order_tier(catalogue_at(store_catalogue(post->store), post->fresh.items[i].slot)->rank) >= ORDER_TIER_URGENT)
			post->urgent_until_ms = now.boot_ms + URGENT_MS;
}

/* What this turn let in is durable: neighbours may hear of it. Slots that changed hands mean nothing to them any more. */
static void publish(struct post *post, struct moment now)
{
	struct catalogue *catalogue = store_catalogue(post->store);
	uint32_t slot;
	while (store_next_arrival(post->store, &slot))
		fresh_add(&post->fresh, slot, 0);
	size_t freed_count;
	const uint32_t *freed = catalogue_freed(catalogue, &freed_count);
	note_urgent(post, now);
	if (freed_count > 0 || post->fresh.count > 0 || catalogue_reordered(catalogue))
		post->speakers = post->linked;
	for (size_t i = post_place_from(post->speakers, 0); i < POST_LINKS_MAX; i = post_place_from(post->speakers, i + 1)) {
		struct neighbour *neighbour = post->links[i];
		for (size_t j = 0; j < freed_count; j++)
			gossip_forget(neighbour, freed[j]);
		if (catalogue_reordered(catalogue))
			gossip_reorder(neighbour);
		for (size_t j = 0; j < post->fresh.count; j++)
			gossip_tell(&post->gossip, neighbour, post->fresh.items[j].slot, post->fresh.items[j].link);
		sync_settled(&neighbour->sync);
	}
	post->fresh.count = 0;
	catalogue_recycle(catalogue);
}

/* A store that has become full, or is so no more, wants something else than before: every neighbour is told. */
static void speak_of_wants(struct post *post)
{
	struct wants wants = door_wants(&post->door);
	if (wants.rank == post->wants.rank && wants.day == post->wants.day)
		return;
	post->wants = wants;
	post->speakers = post->linked;
}

/* Nothing of this turn was kept: whoever waits for an acknowledgement must not get one, so every link ends. */
static enum err undo_turn(struct post *post, enum err err, struct moment now)
{
	store_rollback(post->store);
	if (err == ERR_AWAY) {
		store_authority_unread(post->store);
		post->generation += store_poll(post->store, now.boot_ms); /* a post to which letters keep coming finds it again, too */
	} else {
		authority_reload(post->authority);
	}
	door_judge_all(&post->door); /* what was moved is back; once the disk has had time to recover */
	post->judge_at_ms = now.boot_ms + HOUR_MS;
	post->fresh.count = 0;
	post->gossip.must_commit = false;
	post->notes_since_ms = 0;
	post->expire_at_ms = now.boot_ms + HOUR_MS;
	post->tally.count[TALLY_COMMITS_FAILED]++;
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1))
		post_want_closed(post, i);
	return err;
}

enum err post_settle(struct post *post, struct moment now)
{
	run_due(post, now);
	bool dirty = store_dirty(post->store);
	if (dirty && post->notes_since_ms == 0)
		post->notes_since_ms = now.boot_ms;
	/* A turn that others wait for does not wait for anything. */
	bool at_once = post->gossip.must_commit || (dirty && store_shared(post->store));
	if (at_once || (dirty && now.boot_ms - post->notes_since_ms >= NOTES_MS) || store_error(post->store) != ERR_OK) {
		enum err err = store_commit(post->store, now.boot_ms);
		if (err != ERR_OK)
			return undo_turn(post, err, now);
		post->tally.count[TALLY_COMMITS] += dirty;
		post->gossip.must_commit = false;
		post->notes_since_ms = 0;
		post->generation++;
	}
	publish(post, now);
	speak_of_wants(post);
	return ERR_OK;
}

void post_renew(struct post *post, struct moment now)
{
	new_nonce(post, now);
	post->nonce_until_ms = now.boot_ms + NONCE_MIN_MS + NONCE_SPREAD_MS;
}

bool post_urgent(const struct post *post, struct moment now)
{
	return now.boot_ms < post->urgent_until_ms;
}

bool post_beacon(struct post *post, uint8_t beacon[static BEACON_SIZE])
{
	/* Asked every turn: most find everything as it was, and need no digest. */
	const struct catalogue *catalogue = store_catalogue(post->store);
	uint64_t changes = catalogue_shown_changes(catalogue);
	bool same = memcmp(post->nonce, post->shown, BEACON_NONCE_SIZE) == 0 && changes == post->shown_changes;
	bool changed = false;
	if (!same || !post->has_shown) {
		beacon_make(post->nonce, catalogue_shown(catalogue), beacon);
		changed = memcmp(beacon, post->shown, BEACON_SIZE) != 0;
		memcpy(post->shown, beacon, BEACON_SIZE);
		post->shown_changes = changes;
		post->has_shown = true;
	}
	memcpy(beacon, post->shown, BEACON_SIZE);
	return changed;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t post_next_deadline(const struct post *post)
{
	uint64_t next = earlier(holdback_next(&post->holdback), earlier(post->nonce_until_ms, post->expire_at_ms));
	next = earlier(next, post->poll_at_ms);
	if (post->door.judging)
		next = earlier(next, post->judge_at_ms);
	if (post->notes_since_ms != 0)
		next = earlier(next, post->notes_since_ms + NOTES_MS);
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1))
		next = earlier(next, post->silent_ms[i]);
	return next;
}

void post_status(const struct post *post, struct control_status *status, struct moment now)
{
	static_assert((int)TALLY_ITEMS <= (int)CONTROL_COUNTERS_MAX, "every counter fits a status packet");
	const struct shelf_summary *summary = store_summary(post->store);
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
	for (size_t i = post_link_from(post, 0); i < POST_LINKS_MAX; i = post_link_from(post, i + 1)) {
		const struct neighbour *neighbour = post->links[i];
		if (!neighbour->met)
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

const struct catalogue *post_catalogue(const struct post *post)
{
	return store_catalogue(post->store);
}

uint64_t post_generation(const struct post *post)
{
	return post->generation;
}
