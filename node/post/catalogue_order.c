#include "node/post/catalogue_order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HALF = ORDER_BLOCK_SLOTS / 2, SPARSE = ORDER_BLOCK_SLOTS / 4, MERGED_MAX = ORDER_BLOCK_SLOTS * 3 / 4 };

struct order_block {
	struct order_block *next; /* of the spare ones */
	uint32_t count;
	uint32_t slots[ORDER_BLOCK_SLOTS];
};

/* What letters are compared by: the higher key comes first. */
struct key {
	uint64_t head;
	uint64_t tail[2];
};

static uint64_t group_head(enum pool pool, uint16_t group)
{
	return (uint64_t)pool << 40 | (uint64_t)group << 24;
}

static struct key sort_key_of(const struct catalogue_order *order, uint8_t rank, uint16_t day, const uint8_t tag[static LETTER_TAG_SIZE])
{
	struct key key = {.head = (uint64_t)rank << 16 | day};
	memcpy(key.tail, tag, sizeof(key.tail)); /* an order of this store only: byte order does not matter */
	key.tail[0] ^= order->secret[0];
	key.tail[1] ^= order->secret[1];
	return key;
}

static struct key sort_key_at(const struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	struct key key = sort_key_of(order, entry->rank, entry->day, entry->tag);
	if (order->by_group)
		key.head |= group_head((enum pool)entry->pool, entry->group);
	return key;
}

static bool before(const struct key *a, const struct key *b)
{
	if (a->head != b->head)
		return a->head > b->head;
	return a->tail[0] != b->tail[0] ? a->tail[0] > b->tail[0] : a->tail[1] > b->tail[1];
}

bool catalogue_order_before(const struct catalogue_order *order, const struct catalogue_position *a, const struct catalogue_position *b)
{
	struct key a_key = sort_key_of(order, a->rank, a->day, a->tag), b_key = sort_key_of(order, b->rank, b->day, b->tag);
	return before(&a_key, &b_key);
}

void catalogue_order_start(struct catalogue_order *order, bool by_group, const uint8_t secret[static CATALOGUE_SECRET_SIZE])
{
	*order = (struct catalogue_order){.by_group = by_group};
	static_assert(sizeof(order->secret) == CATALOGUE_SECRET_SIZE, "the secret covers a tag");
	memcpy(order->secret, secret, sizeof(order->secret));
}

void catalogue_order_end(struct catalogue_order *order)
{
	for (uint32_t i = 0; i < order->count; i++)
		free(order->blocks[i]);
	free(order->blocks);
	catalogue_order_trim(order, 0);
}

static void add_spare(struct catalogue_order *order, struct order_block *block)
{
	block->next = order->spares;
	order->spares = block;
	order->spare_count++;
}

static struct order_block *take_spare(struct catalogue_order *order)
{
	struct order_block *block = order->spares;
	assert(block != NULL);
	order->spares = block->next;
	order->spare_count--;
	return block;
}

void catalogue_order_trim(struct catalogue_order *order, uint32_t inserts)
{
	while (order->spare_count > inserts)
		free(take_spare(order));
}

bool catalogue_order_reserve(struct catalogue_order *order, uint32_t inserts)
{
	while (order->spare_count < inserts) {
		struct order_block *block = malloc(sizeof(*block));
		if (block == NULL)
			return false;
		add_spare(order, block);
	}
	if (order->cap - order->count >= inserts)
		return true;
	uint32_t cap = order->cap < 16 ? 16 : order->cap * 2;
	while (cap - order->count < inserts)
		cap *= 2;
	struct order_block **blocks = realloc(order->blocks, cap * sizeof(*blocks));
	if (blocks == NULL)
		return false;
	order->blocks = blocks;
	order->cap = cap;
	return true;
}

/* Where the first slot stands that comes after a key; or_at: that does not come before it. */
static struct catalogue_place search(const struct catalogue_order *order, const struct catalogue *catalogue, const struct key *key, bool or_at)
{
	uint32_t low = 0, high = order->count; /* blocks below low begin before the place, those from high on do not */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct key first = sort_key_at(order, catalogue, order->blocks[middle]->slots[0]);
		if (or_at ? before(&first, key) : !before(key, &first))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return (struct catalogue_place){.block = 0, .at = 0};
	const struct order_block *block = order->blocks[low - 1];
	uint32_t from = 1, to = block->count;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		struct key there = sort_key_at(order, catalogue, block->slots[middle]);
		if (or_at ? before(&there, key) : !before(key, &there))
			from = middle + 1;
		else
			to = middle;
	}
	return (struct catalogue_place){.block = low - 1, .at = from}; /* at may be the count of the block */
}

static void insert_block(struct catalogue_order *order, uint32_t at)
{
	assert(order->count < order->cap);
	memmove(order->blocks + at + 1, order->blocks + at, (order->count - at) * sizeof(*order->blocks));
	order->blocks[at] = take_spare(order);
	order->blocks[at]->count = 0;
	order->count++;
}

static void remove_block(struct catalogue_order *order, uint32_t at)
{
	add_spare(order, order->blocks[at]); /* until it is trimmed: what is taken back may need it */
	order->count--;
	memmove(order->blocks + at, order->blocks + at + 1, (order->count - at) * sizeof(*order->blocks));
}

/* Makes room in a full block; returns where the place is now. What comes in at the very end leaves full blocks behind. */
static struct catalogue_place split(struct catalogue_order *order, struct catalogue_place place)
{
	insert_block(order, place.block + 1);
	struct order_block *full = order->blocks[place.block], *next = order->blocks[place.block + 1];
	if (place.block + 2 == order->count && place.at == full->count)
		return (struct catalogue_place){.block = place.block + 1, .at = 0};
	memcpy(next->slots, full->slots + HALF, HALF * sizeof(*next->slots));
	full->count = next->count = HALF;
	if (place.at <= HALF)
		return place;
	return (struct catalogue_place){.block = place.block + 1, .at = place.at - HALF};
}

void catalogue_order_insert(struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot)
{
	struct key key = sort_key_at(order, catalogue, slot);
	struct catalogue_place place = search(order, catalogue, &key, false);
	if (order->count == 0)
		insert_block(order, 0);
	if (order->blocks[place.block]->count == ORDER_BLOCK_SLOTS)
		place = split(order, place);
	struct order_block *block = order->blocks[place.block];
	memmove(block->slots + place.at + 1, block->slots + place.at, (block->count - place.at) * sizeof(*block->slots));
	block->slots[place.at] = slot;
	block->count++;
}

/* Puts a sparse block together with a neighbour if the two fit one with room to spare. */
static void merge(struct catalogue_order *order, uint32_t at)
{
	if (at + 1 == order->count && at > 0)
		at--;
	if (at + 1 == order->count)
		return;
	struct order_block *block = order->blocks[at], *next = order->blocks[at + 1];
	if (block->count + next->count > MERGED_MAX)
		return;
	memcpy(block->slots + block->count, next->slots, next->count * sizeof(*next->slots));
	block->count += next->count;
	remove_block(order, at + 1);
}

void catalogue_order_remove(struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot)
{
	struct catalogue_place place = catalogue_order_find(order, catalogue, slot);
	struct order_block *block = order->blocks[place.block];
	block->count--;
	memmove(block->slots + place.at, block->slots + place.at + 1, (block->count - place.at) * sizeof(*block->slots));
	if (block->count == 0)
		remove_block(order, place.block);
	else if (block->count < SPARSE)
		merge(order, place.block);
}

struct catalogue_place catalogue_order_find(const struct catalogue_order *order, const struct catalogue *catalogue, uint32_t slot)
{
	struct key key = sort_key_at(order, catalogue, slot);
	struct catalogue_place place = search(order, catalogue, &key, true);
	uint32_t there = catalogue_order_next(order, &place);
	while (there != slot) { /* forgotten and set anew before that was kept, a tag stands here twice */
		assert(there != CATALOGUE_NONE);
		there = catalogue_order_next(order, &place);
	}
	place.at--;
	return place;
}

struct catalogue_place catalogue_order_after(const struct catalogue_order *order, const struct catalogue *catalogue,
					     const struct catalogue_position *position)
{
	if (position == NULL)
		return (struct catalogue_place){.block = 0, .at = 0};
	struct key key = sort_key_of(order, position->rank, position->day, position->tag);
	return search(order, catalogue, &key, false);
}

struct catalogue_place catalogue_order_end_of_rank(const struct catalogue_order *order, const struct catalogue *catalogue, uint8_t rank)
{
	struct key lowest = {.head = (uint64_t)rank << 16};
	return search(order, catalogue, &lowest, false);
}

struct catalogue_place catalogue_order_end_of_group(const struct catalogue_order *order, const struct catalogue *catalogue, enum pool pool,
						    uint16_t group)
{
	struct key lowest = {.head = group_head(pool, group)};
	return search(order, catalogue, &lowest, false);
}

uint32_t catalogue_order_next(const struct catalogue_order *order, struct catalogue_place *place)
{
	if (place->block < order->count && place->at == order->blocks[place->block]->count)
		*place = (struct catalogue_place){.block = place->block + 1, .at = 0};
	if (place->block >= order->count)
		return CATALOGUE_NONE;
	return order->blocks[place->block]->slots[place->at++];
}

uint32_t catalogue_order_previous(const struct catalogue_order *order, struct catalogue_place *place)
{
	if (place->at == 0) {
		if (place->block == 0)
			return CATALOGUE_NONE;
		place->block--;
		place->at = order->blocks[place->block]->count;
	}
	return order->blocks[place->block]->slots[--place->at];
}

uint32_t catalogue_order_held_before(const struct catalogue_order *order, const struct catalogue *catalogue, struct catalogue_place place)
{
	uint32_t slot;
	do
		slot = catalogue_order_previous(order, &place);
	while (slot != CATALOGUE_NONE && catalogue_at(catalogue, slot)->state != CATALOGUE_HELD);
	return slot;
}

uint32_t catalogue_order_next_marked(const struct catalogue_order *order, const struct catalogue *catalogue, struct catalogue_place *place,
				     uint8_t rank, const struct marks *marks)
{
	for (; place->block < order->count; *place = (struct catalogue_place){.block = place->block + 1, .at = 0}) {
		const struct order_block *block = order->blocks[place->block];
		if (place->at == 0 && catalogue_at(catalogue, block->slots[0])->rank < rank)
			break;
		for (; place->at < block->count; place->at++) {
			uint32_t slot = block->slots[place->at];
			if (marks_has(marks, slot) && catalogue_at(catalogue, slot)->state == CATALOGUE_HELD)
				return catalogue_at(catalogue, slot)->rank < rank ? CATALOGUE_NONE : slot;
		}
	}
	return CATALOGUE_NONE;
}
