/*
 * Several stores before one shelf. A turn tells, of each letter that it changed, what the catalogue says of it in the end: told twice, or told to its
 * own author, it changes nothing. Laid out as a head (version, flags, two zeros, the change of the number of topics) and items of 32 bytes: tag, row,
 * state, rank, day, pool, group, a zero. The database may be wrong as a disk may be: what is no news of ours is ERR_DAMAGED.
 */
#include "node/post/store_inside.h"

#include "proto/bytes.h"
#include "proto/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NEWS_VERSION = 1, NEWS_AUTHORITY = 1, HEAD_SIZE = 8, ITEM_SIZE = 32, TAGS_MIN = 64 };

bool store_shared(const struct store *store)
{
	return store->shelf->kind->heard != NULL;
}

static void add_tag(struct store *store, struct store_tags *tags, const uint8_t tag[static LETTER_TAG_SIZE])
{
	if (tags->count == tags->cap) {
		size_t cap = tags->cap == 0 ? TAGS_MIN : 2 * tags->cap;
		uint8_t(*at)[LETTER_TAG_SIZE] = realloc(tags->at, cap * sizeof(*at));
		if (at == NULL) {
			if (store->error == ERR_OK)
				store->error = ERR_MEMORY;
			return;
		}
		tags->at = at;
		tags->cap = cap;
	}
	memcpy(tags->at[tags->count++], tag, LETTER_TAG_SIZE);
}

void store_news_of(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	if (store_shared(store) && store->in_transaction)
		add_tag(store, &store->news.changed, tag);
}

/* As whoever opens the shelf would find it: by which link an unproven letter came is nobody's business. */
static void encode_item(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], struct writer *writer)
{
	struct catalogue_entry entry = {.state = CATALOGUE_FREE};
	uint32_t slot = catalogue_find(store->catalogue, tag);
	if (slot != CATALOGUE_NONE && catalogue_at(store->catalogue, slot)->state != CATALOGUE_REFUSED)
		entry = *catalogue_at(store->catalogue, slot);
	if (entry.state == CATALOGUE_HELD && !pool_is_proven((enum pool)entry.pool)) {
		entry.pool = (order_tier(entry.rank) == ORDER_TIER_URGENT ? POOL_CRIES : POOL_OTHERS) & 7u;
		entry.group = (uint16_t)(store_key(store, tag) % STORE_SPREAD_GROUPS);
	}
	write_bytes(writer, tag, LETTER_TAG_SIZE);
	write_u64(writer, entry.seq);
	write_u8(writer, entry.state);
	write_u8(writer, entry.rank);
	write_u16(writer, entry.day);
	write_u8(writer, entry.pool);
	write_u16(writer, entry.group);
	write_u8(writer, 0);
}

void store_news_tell(struct store *store)
{
	if (!store_shared(store) || store->error != ERR_OK)
		return;
	const struct store_tags *tags = &store->news.changed;
	size_t size = HEAD_SIZE + tags->count * ITEM_SIZE;
	assert(store->news.told == NULL);
	store->news.told = malloc(size);
	if (store->news.told == NULL) {
		store->error = ERR_MEMORY;
		return;
	}
	struct writer writer = writer_of(store->news.told, size);
	write_u8(&writer, NEWS_VERSION);
	write_u8(&writer, store->news.authority_changed ? NEWS_AUTHORITY : 0);
	write_zeros(&writer, 2);
	write_u32(&writer, store->latest_count - store->latest_committed);
	for (size_t i = 0; i < tags->count; i++)
		encode_item(store, tags->at[i], &writer);
	assert(writer_ok(&writer) && writer.len == size);
	store->shelf->kind->tell(store->shelf, store->news.told, size);
}

void store_news_end(struct store *store)
{
	free(store->news.told);
	store->news.told = NULL;
	store->news.changed.count = 0;
	store->news.authority_changed = false;
}

/* False: no entry of ours. */
static bool decode_item(struct reader *reader, struct catalogue_entry *entry)
{
	*entry = (struct catalogue_entry){.state = CATALOGUE_FREE};
	read_bytes(reader, entry->tag, sizeof(entry->tag));
	uint64_t seq = read_u64(reader);
	uint8_t state = read_u8(reader);
	entry->rank = read_u8(reader);
	entry->day = read_u16(reader);
	uint8_t pool = read_u8(reader);
	entry->group = read_u16(reader);
	read_zeros(reader, 1);
	entry->seq = seq & CATALOGUE_SEQ_MAX;
	entry->state = state & 3u;
	entry->pool = pool & 7u;
	return !reader->failed && seq <= CATALOGUE_SEQ_MAX && state <= CATALOGUE_KNOWN && entry->rank < ORDER_RANKS && pool < POOLS &&
	       (state != CATALOGUE_HELD || seq > 0);
}

static bool same_place(const struct catalogue_entry *a, const struct catalogue_entry *b)
{
	return a->rank == b->rank && a->day == b->day && a->pool == b->pool && a->group == b->group;
}

/* Makes the catalogue say of a letter what another store's does. False: no memory. */
static bool apply_item(struct store *store, const struct catalogue_entry *entry)
{
	uint32_t slot = catalogue_find(store->catalogue, entry->tag);
	const struct catalogue_entry *here = slot != CATALOGUE_NONE ? catalogue_at(store->catalogue, slot) : NULL;
	bool held = here != NULL && here->state == CATALOGUE_HELD;
	if (entry->state == CATALOGUE_FREE)
		return here == NULL || here->state == CATALOGUE_REFUSED || catalogue_forget(store->catalogue, slot);
	if (entry->state == CATALOGUE_KNOWN && here != NULL && here->state == CATALOGUE_KNOWN)
		return true;
	if (entry->state == CATALOGUE_HELD && held && here->seq == entry->seq)
		return same_place(here, entry) || catalogue_move(store->catalogue, slot, entry);
	if (entry->state == CATALOGUE_HELD && held && !catalogue_forget(store->catalogue, slot))
		return false; /* gone and come again, in another row */
	if (entry->state == CATALOGUE_HELD && !held)
		add_tag(store, &store->news.arrived, entry->tag);
	return catalogue_set(store->catalogue, entry) != CATALOGUE_NONE;
}

static void apply(struct store *store, const uint8_t *news, size_t len)
{
	struct reader reader = reader_of(news, len);
	uint8_t version = read_u8(&reader), flags = read_u8(&reader);
	read_zeros(&reader, 2);
	uint32_t topics = read_u32(&reader);
	if (reader.failed || version != NEWS_VERSION || flags > NEWS_AUTHORITY || reader.left % ITEM_SIZE != 0) {
		store->error = version > NEWS_VERSION ? ERR_NEWER : ERR_DAMAGED;
		return;
	}
	store->latest_count += topics;
	store->news.authority_heard |= (flags & NEWS_AUTHORITY) != 0;
	while (reader.left > 0 && store->error == ERR_OK) {
		struct catalogue_entry entry;
		if (!decode_item(&reader, &entry))
			store->error = ERR_DAMAGED;
		else if (!apply_item(store, &entry))
			store->error = ERR_MEMORY;
	}
}

/* True if anything was told. */
static bool take(struct store *store)
{
	const uint8_t *news;
	size_t len;
	bool any = false;
	while (store->error == ERR_OK && store->shelf->kind->heard(store->shelf, &news, &len)) {
		apply(store, news, len);
		any = true;
	}
	/* Theirs is committed, whatever becomes of our turn, which has changed nothing yet. */
	catalogue_keep(store->catalogue);
	store->shelf->kind->renew(store->shelf, &store->summary);
	store->committed = store->summary;
	store->latest_committed = store->latest_count;
	return any;
}

void store_news_take(struct store *store)
{
	if (store_shared(store))
		(void)take(store); /* whoever is to hear of it asks for arrivals */
}

bool store_turn(struct store *store)
{
	return !store_shared(store) || store_begin(store);
}

bool store_poll(struct store *store, uint64_t boot_ms)
{
	if (!store_shared(store) || store->in_transaction || store->error != ERR_OK)
		return false;
	store->shelf->kind->poll(store->shelf);
	bool any = take(store);
	uint64_t ours = store->opened_ms + (boot_ms > store->opened_boot_ms ? boot_ms - store->opened_boot_ms : 0);
	if (store->summary.open_ms > ours)
		store->opened_ms += store->summary.open_ms - ours; /* they were open when we were not */
	return any;
}

bool store_next_arrival(struct store *store, uint32_t *slot)
{
	struct store_tags *arrived = &store->news.arrived;
	while (arrived->count > 0)
		if (store_place(store, arrived->at[--arrived->count], slot) == PLACE_HELD)
			return true;
	return false;
}

void store_authority_unread(struct store *store)
{
	store->news.authority_heard = true;
}

bool store_authority_heard(struct store *store)
{
	bool heard = store->news.authority_heard;
	store->news.authority_heard = false;
	return heard;
}
