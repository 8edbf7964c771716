#include "node/post/store_inside.h"

#include "proto/order.h"

#include <assert.h>
#include <string.h>

/* Of the column `standing`. */
enum { STANDING_MASK = 3, POOL_SHIFT = 2, POOL_MASK = 7, GROUP_SHIFT = 8 };

enum control_place store_place(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t *slot)
{
	*slot = catalogue_find(store->catalogue, tag);
	if (*slot == CATALOGUE_NONE)
		return PLACE_UNKNOWN;
	switch ((enum catalogue_state)catalogue_at(store->catalogue, *slot)->state) {
	case CATALOGUE_HELD:
		return PLACE_HELD;
	case CATALOGUE_KNOWN:
		return PLACE_KNOWN;
	case CATALOGUE_REFUSED:
	case CATALOGUE_FREE:
		break;
	}
	*slot = CATALOGUE_NONE;
	return PLACE_UNKNOWN;
}

uint32_t store_standing_encode(const struct judgement *judgement)
{
	if (judgement->standing == STANDING_UNPROVEN)
		return 0;
	return (uint32_t)judgement->standing | (uint32_t)judgement->pool << POOL_SHIFT | (uint32_t)judgement->group << GROUP_SHIFT;
}

struct judgement store_standing_decode(const struct store *store, uint32_t standing, const struct envelope_header *header,
				       const uint8_t tag[static LETTER_TAG_SIZE])
{
	struct judgement judgement = {
		.standing = (enum standing)(standing & STANDING_MASK),
		.pool = (enum pool)(standing >> POOL_SHIFT & POOL_MASK),
		.group = (uint16_t)(standing >> GROUP_SHIFT),
	};
	if (judgement.standing == STANDING_UNPROVEN || judgement.pool >= POOL_OWN)
		judgement = pool_unproven(header, (uint16_t)(store_key(store, tag) % STORE_SPREAD_GROUPS));
	return judgement;
}

struct catalogue_entry store_entry(const struct envelope_header *header, const uint8_t tag[static LETTER_TAG_SIZE], const struct judgement *judgement)
{
	struct catalogue_entry entry = {
		.rank = order_rank(header, judgement->standing),
		.state = CATALOGUE_HELD,
		.group = judgement->group,
	};
	entry.pool = judgement->pool & POOL_MASK;
	entry.day = order_day(entry.rank, header->day);
	memcpy(entry.tag, tag, sizeof(entry.tag));
	return entry;
}

uint32_t store_note(struct store *store, const struct catalogue_entry *entry)
{
	uint32_t slot = catalogue_set(store->catalogue, entry);
	if (slot == CATALOGUE_NONE && store->error == ERR_OK)
		store->error = ERR_MEMORY;
	store_news_of(store, entry->tag);
	return slot;
}

void store_unnote(struct store *store, uint32_t slot)
{
	store_news_of(store, catalogue_at(store->catalogue, slot)->tag);
	if (!catalogue_forget(store->catalogue, slot) && store->error == ERR_OK)
		store->error = ERR_MEMORY;
}

uint32_t store_put(struct store *store, const struct store_letter *letter)
{
	if (!store_begin(store))
		return CATALOGUE_NONE;
	struct catalogue_entry entry = store_entry(&letter->outside->header, letter->outside->id, &letter->judgement);
	assert(order_size(entry.rank) == letter->len);
	const struct shelf_letter row = {
		.seq = store->summary.next_seq,
		.expires = letter->expires,
		.standing = store_standing_encode(&letter->judgement),
		.tag = letter->outside->id,
		.body = letter->envelope,
		.len = letter->len,
	};
	store->shelf->kind->put(store->shelf, &row);
	if (store->error != ERR_OK)
		return CATALOGUE_NONE;
	entry.seq = store->summary.next_seq++ & CATALOGUE_SEQ_MAX;
	return store_note(store, &entry);
}

/* True if it can be an envelope. */
static bool sized_body(size_t len)
{
	return len >= ENVELOPE_SIZE_MIN && len <= ENVELOPE_SIZE_MAX;
}

bool store_sound_body(const uint8_t *body, size_t len, struct envelope_header *header)
{
	return sized_body(len) && envelope_parse(body, len, header) == ENVELOPE_OK;
}

/* A view of the letter's bytes, good until the shelf is asked again; 0: it is not HELD, or the disk has lost it. */
static size_t view_of(struct store *store, uint32_t slot, const uint8_t **body)
{
	const struct catalogue_entry *entry = catalogue_at(store->catalogue, slot);
	return entry->state == CATALOGUE_HELD ? store->shelf->kind->get(store->shelf, entry->seq, body) : 0;
}

size_t store_get(struct store *store, uint32_t slot, uint8_t *envelope)
{
	const uint8_t *body;
	struct envelope_header header;
	size_t len = view_of(store, slot, &body);
	if (!store_sound_body(body, len, &header))
		return 0;
	memcpy(envelope, body, len);
	return len;
}

size_t store_get_as_is(struct store *store, uint32_t slot, uint8_t *envelope)
{
	const uint8_t *body;
	size_t len = view_of(store, slot, &body);
	if (!sized_body(len))
		return 0;
	memcpy(envelope, body, len);
	return len;
}

void store_restand(struct store *store, uint32_t slot, const struct judgement *judgement)
{
	assert(catalogue_at(store->catalogue, slot)->state == CATALOGUE_HELD);
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	if (!store_begin(store) || store_get(store, slot, envelope) == 0)
		return;
	const struct catalogue_entry *held = catalogue_at(store->catalogue, slot);
	struct envelope_header header;
	envelope_header_decode(envelope, &header);
	struct catalogue_entry entry = store_entry(&header, held->tag, judgement);
	store->shelf->kind->restand(store->shelf, held->seq, store_standing_encode(judgement));
	if (store->error == ERR_OK && !catalogue_move(store->catalogue, slot, &entry))
		store->error = ERR_MEMORY;
	store_news_of(store, held->tag);
}

bool store_arrived(struct store *store, uint64_t after, uint8_t kinds, uint8_t *envelope, size_t *len, uint64_t *seq)
{
	struct shelf *shelf = store->shelf;
	if (after > INT64_MAX)
		return false; /* a cursor nobody was ever given */
	for (bool page = true; page;) {
		struct shelf_letter letter;
		page = false;
		shelf->kind->walk(shelf, after);
		while (shelf->kind->next(shelf, &letter)) {
			struct envelope_header header;
			page = true;
			after = letter.seq;
			if (!store_sound_body(letter.body, letter.len, &header) || (kinds >> header.kind & 1) == 0)
				continue;
			*seq = after;
			*len = letter.len;
			memcpy(envelope, letter.body, letter.len);
			return true;
		}
	}
	return false;
}

void store_drop(struct store *store, uint32_t slot, uint32_t known_until)
{
	assert(catalogue_at(store->catalogue, slot)->state == CATALOGUE_HELD);
	/* What others committed by now may have dropped it already. */
	if (!store_begin(store) || catalogue_at(store->catalogue, slot)->state != CATALOGUE_HELD)
		return;
	struct store_known known = {.receipted = false};
	const uint8_t *body;
	struct envelope_header header;
	size_t len = view_of(store, slot, &body);
	bool sound = store_sound_body(body, len, &header);
	if (sound)
		memcpy(known.commitment, header.commitment, sizeof(known.commitment));
	const struct catalogue_entry *entry = catalogue_at(store->catalogue, slot);
	store->shelf->kind->drop(store->shelf, entry->seq, entry->tag);
	if (store->error != ERR_OK)
		return;
	if (sound) {
		struct catalogue_position letter = catalogue_position(store->catalogue, slot);
		store_remember(store, &letter, &known, known_until);
	} else {
		store_unnote(store, slot);
	}
}

/* The letter of a row, whose body tells its tag unless the disk has changed it. */
static uint32_t slot_of(const struct store *store, uint64_t seq, const uint8_t *body, size_t len)
{
	const struct catalogue *catalogue = store->catalogue;
	uint32_t slot = CATALOGUE_NONE;
	if (len > 0) {
		uint8_t id[LETTER_ID_SIZE];
		outside_id(body, len, id);
		slot = catalogue_find(catalogue, id);
	}
	for (uint32_t i = 0; slot == CATALOGUE_NONE && i < catalogue_slots(catalogue); i++)
		if (catalogue_at(catalogue, i)->state == CATALOGUE_HELD && catalogue_at(catalogue, i)->seq == seq)
			slot = i;
	if (slot == CATALOGUE_NONE || catalogue_at(catalogue, slot)->state != CATALOGUE_HELD || catalogue_at(catalogue, slot)->seq != seq)
		return CATALOGUE_NONE;
	return slot;
}

uint32_t store_expired(struct store *store, uint32_t hour)
{
	struct shelf_letter letter;
	struct envelope_header header;
	if (!store->shelf->kind->expired(store->shelf, hour, &letter))
		return CATALOGUE_NONE;
	uint32_t slot = slot_of(store, letter.seq, letter.body, store_sound_body(letter.body, letter.len, &header) ? letter.len : 0);
	if (slot == CATALOGUE_NONE && store->error == ERR_OK)
		store->error = ERR_DAMAGED; /* the disk has changed the table itself; opening the store anew makes it whole */
	return slot;
}
