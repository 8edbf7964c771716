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
	return slot;
}

void store_unnote(struct store *store, uint32_t slot)
{
	if (!catalogue_forget(store->catalogue, slot) && store->error == ERR_OK)
		store->error = ERR_MEMORY;
}

uint32_t store_put(struct store *store, const struct store_letter *letter)
{
	if (!store_begin(store))
		return CATALOGUE_NONE;
	struct catalogue_entry entry = store_entry(&letter->outside->header, letter->outside->id, &letter->judgement);
	assert(order_size(entry.rank) == letter->len);
	sqlite3_stmt *statement = store_statement(store, STORE_PUT);
	store_bind_u64(statement, 1, store->summary.next_seq);
	store_bind_u64(statement, 2, letter->expires);
	(void)sqlite3_bind_blob(statement, 3, letter->envelope, (int)letter->len, SQLITE_STATIC); /* cannot fail without a copy */
	store_bind_u64(statement, 4, store_standing_encode(&letter->judgement));
	store_run(store, statement);
	if (store->error != ERR_OK)
		return CATALOGUE_NONE;
	entry.seq = store->summary.next_seq++ & CATALOGUE_SEQ_MAX;
	return store_note(store, &entry);
}

/* A view of what stands in a column. 0: it cannot be an envelope. */
static size_t view_body(sqlite3_stmt *statement, int column, const uint8_t **body)
{
	*body = sqlite3_column_blob(statement, column);
	size_t len = (size_t)sqlite3_column_bytes(statement, column);
	return *body != NULL && len >= ENVELOPE_SIZE_MIN && len <= ENVELOPE_SIZE_MAX ? len : 0;
}

size_t store_sound_body(sqlite3_stmt *statement, int column, const uint8_t **body, struct envelope_header *header)
{
	size_t len = view_body(statement, column, body);
	return len > 0 && envelope_parse(*body, len, header) == ENVELOPE_OK ? len : 0;
}

/* The row of a HELD letter; NULL: there is none. The caller resets. */
static sqlite3_stmt *row_of(struct store *store, uint32_t slot)
{
	const struct catalogue_entry *entry = catalogue_at(store->catalogue, slot);
	if (entry->state != CATALOGUE_HELD)
		return NULL;
	sqlite3_stmt *statement = store_statement(store, STORE_GET);
	store_bind_u64(statement, 1, entry->seq);
	return store_row(store, statement) ? statement : NULL;
}

size_t store_get(struct store *store, uint32_t slot, uint8_t *envelope)
{
	sqlite3_stmt *row = row_of(store, slot);
	if (row == NULL)
		return 0;
	const uint8_t *body;
	struct envelope_header header;
	size_t len = store_sound_body(row, 0, &body, &header);
	if (len > 0)
		memcpy(envelope, body, len);
	(void)sqlite3_reset(row); /* read only: nothing left to fail */
	return len;
}

size_t store_get_as_is(struct store *store, uint32_t slot, uint8_t *envelope)
{
	sqlite3_stmt *row = row_of(store, slot);
	if (row == NULL)
		return 0;
	const uint8_t *body;
	size_t len = view_body(row, 0, &body);
	if (len > 0)
		memcpy(envelope, body, len);
	(void)sqlite3_reset(row); /* read only: nothing left to fail */
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
	sqlite3_stmt *statement = store_statement(store, STORE_RESTAND);
	store_bind_u64(statement, 1, held->seq);
	store_bind_u64(statement, 2, store_standing_encode(judgement));
	store_run(store, statement);
	if (store->error == ERR_OK && !catalogue_move(store->catalogue, slot, &entry))
		store->error = ERR_MEMORY;
}

bool store_arrived(struct store *store, uint64_t after, uint8_t kinds, uint8_t *envelope, size_t *len, uint64_t *seq)
{
	sqlite3_stmt *statement = store_statement(store, STORE_ARRIVED);
	if (after > INT64_MAX)
		return false; /* a cursor nobody was ever given */
	for (bool page = true; page;) {
		page = false;
		store_bind_u64(statement, 1, after);
		while (store_row(store, statement)) {
			const uint8_t *body;
			struct envelope_header header;
			page = true;
			after = (uint64_t)sqlite3_column_int64(statement, 0);
			*len = store_sound_body(statement, 1, &body, &header);
			if (*len == 0 || (kinds >> header.kind & 1) == 0)
				continue;
			*seq = after;
			memcpy(envelope, body, *len);
			(void)sqlite3_reset(statement); /* read only: nothing left to fail */
			return true;
		}
	}
	return false;
}

void store_drop(struct store *store, uint32_t slot, uint32_t known_until)
{
	assert(catalogue_at(store->catalogue, slot)->state == CATALOGUE_HELD);
	if (!store_begin(store))
		return;
	struct store_known known = {.receipted = false};
	bool sound = false;
	sqlite3_stmt *row = row_of(store, slot);
	if (row != NULL) {
		const uint8_t *body;
		struct envelope_header header;
		sound = store_sound_body(row, 0, &body, &header) > 0;
		if (sound)
			memcpy(known.commitment, header.commitment, sizeof(known.commitment));
		(void)sqlite3_reset(row); /* read only: nothing left to fail */
	}
	sqlite3_stmt *statement = store_statement(store, STORE_DELETE);
	store_bind_u64(statement, 1, catalogue_at(store->catalogue, slot)->seq);
	store_run(store, statement);
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
	sqlite3_stmt *statement = store_statement(store, STORE_EXPIRED);
	store_bind_u64(statement, 1, hour);
	if (!store_row(store, statement))
		return CATALOGUE_NONE;
	const uint8_t *body;
	struct envelope_header header;
	size_t len = store_sound_body(statement, 1, &body, &header);
	uint32_t slot = slot_of(store, (uint64_t)sqlite3_column_int64(statement, 0), body, len);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	if (slot == CATALOGUE_NONE && store->error == ERR_OK)
		store->error = ERR_DAMAGED; /* the disk has changed the table itself; opening the store anew makes it whole */
	return slot;
}
