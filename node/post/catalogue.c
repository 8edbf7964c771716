#include "node/post/catalogue.h"

#include "crypto/random.h"
#include "crypto/shorthash.h"
#include "node/post/catalogue_groups.h"
#include "node/post/catalogue_order.h"
#include "proto/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 128, BUCKETS_MIN = 128, CHANGES_MIN = 64, CHANGES_KEPT = 4096 };

static_assert(sizeof(struct catalogue_entry) == 32, "what a letter costs");
static_assert(POOLS <= 8, "a pool has three bits");

struct change {
	struct catalogue_entry was;
	uint32_t slot;
};

struct catalogue {
	struct catalogue_entry **chunks; /* of CHUNK entries each, which never move */
	uint32_t chunk_count, slots;
	uint32_t unused; /* first of a chain of slots that may be used again */
	uint32_t *buckets, bucket_count, entries;
	uint8_t hash_key[SHORTHASH_KEY_SIZE];
	struct catalogue_order order, eviction; /* what is HELD, and what was when changes were last kept; by rank, by group */
	struct catalogue_groups groups;
	uint64_t pool_bytes[POOLS];
	uint32_t moves; /* places given up since changes were last kept: so many inserts it takes to take them back */
	bool reordered;
	uint32_t *refused; /* CATALOGUE_REFUSED_MAX of them, made for the first */
	uint64_t refusals; /* the n-th refusal has its slot at n modulo 4096, as long as an entry REFUSED with seq n is there */
	struct carried shown;
	uint64_t shown_changes;
	uint32_t held[LETTER_CLASSES], known;
	uint64_t held_sum; /* of the first eight bytes of the tags, modulo 2^64 */
	uint64_t bytes;
	struct change *changes;
	uint32_t *freed;
	size_t change_count, change_cap, freed_count, freed_cap;
};

static struct catalogue_entry *entry_at(const struct catalogue *catalogue, uint32_t slot)
{
	assert(slot < catalogue->slots);
	return &catalogue->chunks[slot / CHUNK][slot % CHUNK];
}

static uint32_t *bucket_of(const struct catalogue *catalogue, const uint8_t tag[static LETTER_TAG_SIZE])
{
	return &catalogue->buckets[shorthash(catalogue->hash_key, tag, LETTER_TAG_SIZE) & (catalogue->bucket_count - 1)];
}

struct catalogue *catalogue_new(const uint8_t order_secret[static CATALOGUE_SECRET_SIZE])
{
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));
	if (catalogue == NULL)
		return NULL;
	catalogue_order_start(&catalogue->order, false, order_secret);
	catalogue_order_start(&catalogue->eviction, true, order_secret);
	random_fill(catalogue->hash_key, sizeof(catalogue->hash_key));
	catalogue->unused = CATALOGUE_NONE;
	catalogue->bucket_count = BUCKETS_MIN;
	catalogue->buckets = malloc(BUCKETS_MIN * sizeof(*catalogue->buckets));
	if (catalogue->buckets == NULL) {
		catalogue_free(catalogue);
		return NULL;
	}
	memset(catalogue->buckets, 0xff, BUCKETS_MIN * sizeof(*catalogue->buckets)); /* CATALOGUE_NONE */
	return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	for (uint32_t i = 0; i < catalogue->chunk_count; i++)
		free(catalogue->chunks[i]);
	free(catalogue->chunks);
	free(catalogue->buckets);
	free(catalogue->refused);
	free(catalogue->changes);
	free(catalogue->freed);
	catalogue_order_end(&catalogue->order);
	catalogue_order_end(&catalogue->eviction);
	catalogue_groups_free(&catalogue->groups);
	free(catalogue);
}

uint32_t catalogue_slots(const struct catalogue *catalogue)
{
	return catalogue->slots;
}

const struct catalogue_entry *catalogue_at(const struct catalogue *catalogue, uint32_t slot)
{
	return entry_at(catalogue, slot);
}

uint32_t catalogue_find(const struct catalogue *catalogue, const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint32_t slot = *bucket_of(catalogue, tag);
	while (slot != CATALOGUE_NONE && memcmp(entry_at(catalogue, slot)->tag, tag, LETTER_TAG_SIZE) != 0)
		slot = entry_at(catalogue, slot)->chain;
	return slot;
}

struct catalogue_position catalogue_position(const struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = entry_at(catalogue, slot);
	struct catalogue_position position = {.rank = entry->rank, .day = entry->day};
	memcpy(position.tag, entry->tag, sizeof(position.tag));
	return position;
}

bool catalogue_before(const struct catalogue *catalogue, const struct catalogue_position *a, const struct catalogue_position *b)
{
	return catalogue_order_before(&catalogue->order, a, b);
}

size_t catalogue_walk(const struct catalogue *catalogue, const struct catalogue_position *after, uint32_t *slots, size_t cap)
{
	struct catalogue_place place = catalogue_order_after(&catalogue->order, catalogue, after);
	size_t n = 0;
	while (n < cap) {
		uint32_t slot = catalogue_order_next(&catalogue->order, &place);
		if (slot == CATALOGUE_NONE)
			break;
		if (entry_at(catalogue, slot)->state == CATALOGUE_HELD)
			slots[n++] = slot;
	}
	return n;
}

uint32_t catalogue_next_marked(const struct catalogue *catalogue, struct catalogue_position *after, uint8_t tier, const struct marks *marks)
{
	struct catalogue_place place = catalogue_order_after(&catalogue->order, catalogue, after);
	uint32_t slot = catalogue_order_next_marked(&catalogue->order, catalogue, &place, (uint8_t)(tier * ORDER_TIER_RANKS), marks);
	uint32_t before = slot != CATALOGUE_NONE ? catalogue_order_held_before(&catalogue->order, catalogue, place) : CATALOGUE_NONE;
	if (before == CATALOGUE_NONE)
		return slot;
	struct catalogue_position passed = catalogue_position(catalogue, before);
	if (catalogue_before(catalogue, after, &passed))
		*after = passed;
	return slot;
}

uint32_t catalogue_last_of_tier(const struct catalogue *catalogue, uint8_t tier)
{
	const struct catalogue_order *order = &catalogue->order;
	struct catalogue_place end = catalogue_order_end_of_rank(order, catalogue, (uint8_t)(tier * ORDER_TIER_RANKS));
	uint32_t slot = catalogue_order_held_before(order, catalogue, end);
	return slot != CATALOGUE_NONE && order_tier(entry_at(catalogue, slot)->rank) == tier ? slot : CATALOGUE_NONE;
}

/* The letter HELD before one in its group, HELD or not. */
static uint32_t previous_of_group(const struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = entry_at(catalogue, slot);
	const struct catalogue_order *order = &catalogue->eviction;
	uint32_t before = catalogue_order_held_before(order, catalogue, catalogue_order_find(order, catalogue, slot));
	if (before == CATALOGUE_NONE || entry_at(catalogue, before)->pool != entry->pool || entry_at(catalogue, before)->group != entry->group)
		return CATALOGUE_NONE;
	return before;
}

uint64_t catalogue_pool_bytes(const struct catalogue *catalogue, enum pool pool)
{
	return catalogue->pool_bytes[pool];
}

static uint64_t bytes_without(const struct catalogue *catalogue, const struct catalogue_group *group, const struct catalogue_gone *gone)
{
	uint64_t bytes = group->bytes;
	for (size_t i = 0; i < gone->count; i++) {
		const struct catalogue_entry *entry = entry_at(catalogue, gone->slots[i]);
		if (entry->pool == group->pool && entry->group == group->number)
			bytes -= order_size(entry->rank);
	}
	return bytes;
}

bool catalogue_heaviest_group(const struct catalogue *catalogue, enum pool pool, const struct catalogue_gone *gone, uint16_t *group, uint64_t *bytes)
{
	*bytes = 0;
	for (uint32_t i = 0; i < catalogue->groups.cap; i++) {
		const struct catalogue_group *one = &catalogue->groups.table[i];
		if (!one->used || one->pool != pool || one->bytes <= *bytes || (pool == POOL_AUTHORITY && (one->number & POOL_KEPT) != 0))
			continue;
		uint64_t left = bytes_without(catalogue, one, gone);
		if (left <= *bytes)
			continue;
		*bytes = left;
		*group = one->number;
	}
	return *bytes > 0;
}

uint64_t catalogue_group_bytes(const struct catalogue *catalogue, enum pool pool, uint16_t group, const struct catalogue_gone *gone)
{
	const struct catalogue_group *one = catalogue_groups_find(&catalogue->groups, pool, group);
	return one == NULL ? 0 : bytes_without(catalogue, one, gone);
}

static bool is_gone(const struct catalogue_gone *gone, uint32_t slot)
{
	for (size_t i = 0; i < gone->count; i++)
		if (gone->slots[i] == slot)
			return true;
	return false;
}

uint32_t catalogue_last_of(const struct catalogue *catalogue, enum pool pool, uint16_t group, const struct catalogue_gone *gone)
{
	const struct catalogue_group *one = catalogue_groups_find(&catalogue->groups, pool, group);
	uint32_t slot = one == NULL ? CATALOGUE_NONE : one->last;
	while (slot != CATALOGUE_NONE && is_gone(gone, slot))
		slot = previous_of_group(catalogue, slot);
	return slot;
}

/* Twice as many buckets when each has an entry on average. Where there is no memory for that the chains grow longer. */
static void spread(struct catalogue *catalogue)
{
	uint32_t before = catalogue->bucket_count;
	if (catalogue->entries < before)
		return;
	uint32_t *buckets = realloc(catalogue->buckets, 2 * (size_t)before * sizeof(*buckets));
	if (buckets == NULL)
		return;
	memset(buckets + before, 0xff, before * sizeof(*buckets)); /* CATALOGUE_NONE */
	catalogue->buckets = buckets;
	catalogue->bucket_count = 2 * before;
	for (uint32_t i = 0; i < before; i++) {
		uint32_t slot = buckets[i];
		buckets[i] = CATALOGUE_NONE;
		while (slot != CATALOGUE_NONE) {
			struct catalogue_entry *entry = entry_at(catalogue, slot);
			uint32_t next = entry->chain;
			uint32_t *bucket = bucket_of(catalogue, entry->tag);
			entry->chain = *bucket;
			*bucket = slot;
			slot = next;
		}
	}
}

static void hash_in(struct catalogue *catalogue, uint32_t slot)
{
	spread(catalogue);
	struct catalogue_entry *entry = entry_at(catalogue, slot);
	uint32_t *bucket = bucket_of(catalogue, entry->tag);
	entry->chain = *bucket;
	*bucket = slot;
	catalogue->entries++;
}

static void hash_out(struct catalogue *catalogue, uint32_t slot)
{
	struct catalogue_entry *entry = entry_at(catalogue, slot);
	uint32_t *link = bucket_of(catalogue, entry->tag);
	while (*link != slot)
		link = &entry_at(catalogue, *link)->chain;
	*link = entry->chain;
	catalogue->entries--;
}

/* Adds (by 1) or takes away (by UINT32_MAX, that is -1) an entry in what is counted. */
static void count(struct catalogue *catalogue, const struct catalogue_entry *entry, uint32_t by)
{
	if (entry->state == CATALOGUE_HELD) {
		uint64_t size = order_size(entry->rank);
		catalogue->held[order_class(entry->rank)] += by;
		catalogue->bytes += by == 1 ? size : -size;
		catalogue->pool_bytes[entry->pool] += by == 1 ? size : -size;
		catalogue_groups_get(&catalogue->groups, (enum pool)entry->pool, entry->group)->bytes += by == 1 ? size : -size;
		uint64_t word;
		memcpy(&word, entry->tag, sizeof(word));
		catalogue->held_sum += by == 1 ? word : -word;
	}
	if (entry->state == CATALOGUE_KNOWN)
		catalogue->known += by;
}

/* An entry that is not HELD any more keeps its place until that is kept, but not another's. */
static bool gives_up_place(const struct catalogue_entry *entry, const struct catalogue_entry *to)
{
	bool same = entry->rank == to->rank && entry->day == to->day && entry->pool == to->pool && entry->group == to->group;
	return entry->ordered && to->state != CATALOGUE_FREE && !same;
}

/* A letter that is HELD now stands in both orders, perhaps at the end of its group. */
static void order_in(struct catalogue *catalogue, uint32_t slot)
{
	struct catalogue_entry *entry = entry_at(catalogue, slot);
	if (!entry->ordered) {
		catalogue_order_insert(&catalogue->order, catalogue, slot);
		catalogue_order_insert(&catalogue->eviction, catalogue, slot);
	}
	entry->ordered = 1;
	struct catalogue_group *group = catalogue_groups_find(&catalogue->groups, (enum pool)entry->pool, entry->group);
	struct catalogue_position position = catalogue_position(catalogue, slot), last;
	if (group->last != CATALOGUE_NONE)
		last = catalogue_position(catalogue, group->last);
	if (group->last == CATALOGUE_NONE || catalogue_before(catalogue, &last, &position))
		group->last = slot;
}

static void order_out(struct catalogue *catalogue, uint32_t slot)
{
	catalogue_order_remove(&catalogue->order, catalogue, slot);
	catalogue_order_remove(&catalogue->eviction, catalogue, slot);
	entry_at(catalogue, slot)->ordered = 0;
}

/* It is not HELD any more, or not where it was. */
static void leave_group(struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = entry_at(catalogue, slot);
	struct catalogue_group *group = catalogue_groups_find(&catalogue->groups, (enum pool)entry->pool, entry->group);
	if (group->last == slot)
		group->last = previous_of_group(catalogue, slot);
}

/* Makes the entry in a slot what is said, FREE or not, and everything that follows from it. A FREE one keeps its tag and its place in the orders. */
static void become(struct catalogue *catalogue, uint32_t slot, const struct catalogue_entry *to)
{
	struct catalogue_entry *entry = entry_at(catalogue, slot);
	bool was_free = entry->state == CATALOGUE_FREE;
	bool same_sum = entry->shown && to->shown && order_tier(entry->rank) == order_tier(to->rank);
	count(catalogue, entry, UINT32_MAX);
	if (entry->state == CATALOGUE_HELD)
		leave_group(catalogue, slot);
	if (gives_up_place(entry, to))
		order_out(catalogue, slot);
	catalogue->shown_changes += !same_sum;
	if (entry->shown && !same_sum)
		carried_remove(&catalogue->shown, order_tier(entry->rank), entry->tag);
	if (!was_free && to->state == CATALOGUE_FREE)
		hash_out(catalogue, slot);
	entry->state = to->state;
	entry->shown = to->shown;
	entry->seq = to->seq;
	if (to->state != CATALOGUE_FREE) {
		memcpy(entry->tag, to->tag, sizeof(entry->tag));
		entry->rank = to->rank;
		entry->day = to->day;
		entry->pool = to->pool;
		entry->group = to->group;
	}
	if (was_free && to->state != CATALOGUE_FREE)
		hash_in(catalogue, slot);
	if (entry->shown && !same_sum)
		carried_add(&catalogue->shown, order_tier(entry->rank), entry->tag);
	count(catalogue, entry, 1);
	if (entry->state == CATALOGUE_HELD)
		order_in(catalogue, slot);
}

/* Room to note so many changes, and to free what they touch. */
static bool reserve(struct catalogue *catalogue, size_t more)
{
	size_t need = catalogue->change_count + more;
	if (need > catalogue->change_cap) {
		size_t cap = need < CHANGES_MIN ? CHANGES_MIN : 2 * need;
		struct change *changes = realloc(catalogue->changes, cap * sizeof(*changes));
		if (changes == NULL)
			return false;
		catalogue->changes = changes;
		catalogue->change_cap = cap;
	}
	need += catalogue->freed_count;
	if (need > catalogue->freed_cap) {
		size_t cap = need < CHANGES_MIN ? CHANGES_MIN : 2 * need;
		uint32_t *freed = realloc(catalogue->freed, cap * sizeof(*freed));
		if (freed == NULL)
			return false;
		catalogue->freed = freed;
		catalogue->freed_cap = cap;
	}
	return true;
}

/* Room for a letter in both orders, and in its group; gives_up: for taking back that it leaves its place, too. */
static bool reserve_place(struct catalogue *catalogue, bool gives_up)
{
	uint32_t inserts = catalogue->moves + 1 + gives_up;
	return catalogue_order_reserve(&catalogue->order, inserts) && catalogue_order_reserve(&catalogue->eviction, inserts) &&
	       catalogue_groups_reserve(&catalogue->groups, catalogue->change_count == 0);
}

static void change(struct catalogue *catalogue, uint32_t slot, const struct catalogue_entry *to)
{
	assert(catalogue->change_count < catalogue->change_cap);
	catalogue->moves += gives_up_place(entry_at(catalogue, slot), to);
	catalogue->changes[catalogue->change_count++] = (struct change){.was = *entry_at(catalogue, slot), .slot = slot};
	become(catalogue, slot, to);
}

/* A slot nobody uses; CATALOGUE_NONE: out of memory. */
static uint32_t take_slot(struct catalogue *catalogue)
{
	uint32_t slot = catalogue->unused;
	if (slot != CATALOGUE_NONE) {
		catalogue->unused = entry_at(catalogue, slot)->chain;
		return slot;
	}
	assert(catalogue->slots < CATALOGUE_NONE);
	if (catalogue->slots == catalogue->chunk_count * CHUNK) {
		struct catalogue_entry **chunks = realloc(catalogue->chunks, (catalogue->chunk_count + 1) * sizeof(*chunks));
		if (chunks == NULL)
			return CATALOGUE_NONE;
		catalogue->chunks = chunks;
		chunks[catalogue->chunk_count] = calloc(CHUNK, sizeof(**chunks));
		if (chunks[catalogue->chunk_count] == NULL)
			return CATALOGUE_NONE;
		catalogue->chunk_count++;
	}
	return catalogue->slots++;
}

/* The number of a new refusal; the one of 4096 refusals ago is forgotten unless it has become something else. */
static uint64_t refuse(struct catalogue *catalogue, uint32_t slot)
{
	static const struct catalogue_entry nothing;
	uint64_t number = catalogue->refusals++;
	uint32_t *place = &catalogue->refused[number % CATALOGUE_REFUSED_MAX], oldest = *place;
	*place = slot;
	if (number < CATALOGUE_REFUSED_MAX)
		return number;
	const struct catalogue_entry *entry = entry_at(catalogue, oldest);
	if (entry->state == CATALOGUE_REFUSED && entry->seq == number - CATALOGUE_REFUSED_MAX)
		change(catalogue, oldest, &nothing);
	return number;
}

uint32_t catalogue_set(struct catalogue *catalogue, const struct catalogue_entry *entry)
{
	assert(entry->state != CATALOGUE_FREE && entry->rank < ORDER_RANKS && entry->pool < POOLS);
	uint32_t slot = catalogue_find(catalogue, entry->tag);
	struct catalogue_entry to = *entry;
	if (slot != CATALOGUE_NONE && to.state != CATALOGUE_HELD) {
		to.pool = entry_at(catalogue, slot)->pool;
		to.group = entry_at(catalogue, slot)->group;
	}
	bool gives_up = slot != CATALOGUE_NONE && gives_up_place(entry_at(catalogue, slot), &to);
	if (!reserve(catalogue, 2) || ((to.state == CATALOGUE_HELD || gives_up) && !reserve_place(catalogue, gives_up)))
		return CATALOGUE_NONE;
	if (to.state == CATALOGUE_REFUSED && catalogue->refused == NULL)
		catalogue->refused = calloc(CATALOGUE_REFUSED_MAX, sizeof(*catalogue->refused));
	if (to.state == CATALOGUE_REFUSED && catalogue->refused == NULL)
		return CATALOGUE_NONE;
	if (slot == CATALOGUE_NONE)
		slot = take_slot(catalogue);
	if (slot == CATALOGUE_NONE)
		return CATALOGUE_NONE;
	to.shown = to.state != CATALOGUE_KNOWN;
	if (to.state == CATALOGUE_KNOWN)
		to.seq = 0;
	if (to.state == CATALOGUE_REFUSED)
		to.seq = refuse(catalogue, slot) & CATALOGUE_SEQ_MAX;
	change(catalogue, slot, &to);
	return slot;
}

bool catalogue_move(struct catalogue *catalogue, uint32_t slot, const struct catalogue_entry *to)
{
	struct catalogue_entry moved = *entry_at(catalogue, slot);
	assert(moved.state == CATALOGUE_HELD && to->rank < ORDER_RANKS && to->pool < POOLS);
	if (!reserve(catalogue, 1) || !reserve_place(catalogue, true))
		return false;
	moved.rank = to->rank;
	moved.day = to->day;
	moved.pool = to->pool;
	moved.group = to->group;
	change(catalogue, slot, &moved);
	catalogue->reordered = true;
	return true;
}

bool catalogue_reordered(const struct catalogue *catalogue)
{
	return catalogue->reordered;
}

bool catalogue_forget(struct catalogue *catalogue, uint32_t slot)
{
	static const struct catalogue_entry nothing;
	assert(entry_at(catalogue, slot)->state != CATALOGUE_FREE);
	if (!reserve(catalogue, 1))
		return false;
	change(catalogue, slot, &nothing);
	return true;
}

void catalogue_show(struct catalogue *catalogue, uint32_t slot, bool shown)
{
	struct catalogue_entry *entry = entry_at(catalogue, slot);
	if (entry->state == CATALOGUE_FREE || entry->shown == shown)
		return;
	entry->shown = shown;
	catalogue->shown_changes++;
	if (shown)
		carried_add(&catalogue->shown, order_tier(entry->rank), entry->tag);
	else
		carried_remove(&catalogue->shown, order_tier(entry->rank), entry->tag);
}

void catalogue_keep(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->change_count; i++) {
		uint32_t slot = catalogue->changes[i].slot;
		struct catalogue_entry *entry = entry_at(catalogue, slot);
		if (entry->ordered && entry->state != CATALOGUE_HELD)
			order_out(catalogue, slot);
		if (entry->state == CATALOGUE_FREE && !entry->freed) {
			entry->freed = 1;
			catalogue->freed[catalogue->freed_count++] = slot;
		}
	}
	catalogue->change_count = catalogue->moves = 0;
	catalogue_order_trim(&catalogue->order, 1);
	catalogue_order_trim(&catalogue->eviction, 1);
	if (catalogue->change_cap > CHANGES_KEPT) {
		free(catalogue->changes);
		catalogue->changes = NULL;
		catalogue->change_cap = 0;
	}
}

void catalogue_undo(struct catalogue *catalogue)
{
	for (size_t i = catalogue->change_count; i-- > 0;) {
		const struct change *undone = &catalogue->changes[i];
		const struct catalogue_entry *entry = entry_at(catalogue, undone->slot);
		if (entry->state == CATALOGUE_REFUSED)
			catalogue->refusals = entry->seq;
		if (undone->was.state == CATALOGUE_REFUSED)
			catalogue->refused[undone->was.seq % CATALOGUE_REFUSED_MAX] = undone->slot;
		become(catalogue, undone->slot, &undone->was);
	}
	catalogue_keep(catalogue);
}

const uint32_t *catalogue_freed(const struct catalogue *catalogue, size_t *number)
{
	*number = catalogue->freed_count;
	return catalogue->freed;
}

void catalogue_recycle(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->freed_count; i++) {
		struct catalogue_entry *entry = entry_at(catalogue, catalogue->freed[i]);
		entry->freed = 0;
		entry->chain = catalogue->unused;
		catalogue->unused = catalogue->freed[i];
	}
	catalogue->freed_count = 0;
	catalogue->reordered = false;
	if (catalogue->change_count == 0 && catalogue->freed_cap > CHANGES_KEPT) {
		free(catalogue->freed);
		catalogue->freed = NULL;
		catalogue->freed_cap = 0;
	}
}

const struct carried *catalogue_shown(const struct catalogue *catalogue)
{
	return &catalogue->shown;
}

uint64_t catalogue_shown_changes(const struct catalogue *catalogue)
{
	return catalogue->shown_changes;
}

uint32_t catalogue_held(const struct catalogue *catalogue, enum letter_class class)
{
	return catalogue->held[class];
}

uint64_t catalogue_bytes(const struct catalogue *catalogue)
{
	return catalogue->bytes;
}

uint64_t catalogue_held_sum(const struct catalogue *catalogue)
{
	return catalogue->held_sum;
}

uint32_t catalogue_known(const struct catalogue *catalogue)
{
	return catalogue->known;
}
