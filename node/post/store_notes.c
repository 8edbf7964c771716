#include "node/post/store_inside.h"

#include <string.h>

bool store_known(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], struct store_known *known)
{
	uint32_t slot;
	if (store_place(store, tag, &slot) != PLACE_KNOWN)
		return false;
	struct shelf_known row;
	if (!store->shelf->kind->known(store->shelf, store_key(store, tag), &row) || memcmp(row.tag, tag, LETTER_TAG_SIZE) != 0)
		return false;
	memcpy(known->commitment, row.commitment, sizeof(known->commitment));
	known->receipted = row.receipted;
	return true;
}

static void note_known(struct store *store, const struct catalogue_position *letter)
{
	struct catalogue_entry entry = {.rank = letter->rank, .day = letter->day, .state = CATALOGUE_KNOWN};
	memcpy(entry.tag, letter->tag, sizeof(entry.tag));
	(void)store_note(store, &entry); /* its slot is of no use here; an error is kept */
}

void store_remember(struct store *store, const struct catalogue_position *letter, const struct store_known *known, uint32_t until)
{
	if (!store_begin(store))
		return;
	struct shelf_known row = {
		.key = store_key(store, letter->tag),
		.expires = until,
		.receipted = known->receipted,
		.rank = letter->rank,
		.day = letter->day,
	};
	memcpy(row.tag, letter->tag, sizeof(row.tag));
	memcpy(row.commitment, known->commitment, sizeof(row.commitment));
	store->shelf->kind->remember(store->shelf, &row);
	if (store->error == ERR_OK)
		note_known(store, letter);
}

void store_mark_receipted(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	if (store_begin(store))
		store->shelf->kind->receipted(store->shelf, store_key(store, tag));
}

static void forget(struct store *store, const struct shelf_forgettable *id)
{
	store->shelf->kind->forget(store->shelf, id->key);
	store->shelf->kind->forget_handed(store->shelf, id->key);
	uint32_t slot;
	if (store->error == ERR_OK && store_place(store, id->tag, &slot) == PLACE_KNOWN)
		store_unnote(store, slot);
}

bool store_forget_expired(struct store *store, uint32_t hour)
{
	if (store_begin(store))
		store->latest_count -= store->shelf->kind->forget_latest(store->shelf, hour);
	struct shelf_forgettable ids[SHELF_PAGE];
	bool crowded = catalogue_known(store->catalogue) > STORE_KNOWN_MAX;
	size_t n = store->shelf->kind->forgettable(store->shelf, crowded ? UINT32_MAX : hour, ids);
	if (n == 0 || !store_begin(store))
		return false;
	for (size_t i = 0; i < n; i++)
		forget(store, &ids[i]);
	return n == SHELF_PAGE;
}

static uint64_t topic_key(const struct store *store, const struct outside *letter)
{
	uint8_t name[1 + SIGN_KEY_SIZE + NOTICE_TOPIC_SIZE];
	name[0] = (uint8_t)letter->header.kind;
	memcpy(name + 1, letter->issuer, SIGN_KEY_SIZE);
	memcpy(name + 1 + SIGN_KEY_SIZE, letter->topic, NOTICE_TOPIC_SIZE);
	return shorthash(store->secret, name, sizeof(name));
}

bool store_latest(struct store *store, const struct outside *letter, struct store_latest *latest)
{
	struct shelf_latest row;
	if (!store->shelf->kind->latest(store->shelf, topic_key(store, letter), &row))
		return false;
	latest->seq = row.number;
	memcpy(latest->tag, row.tag, sizeof(latest->tag));
	return true;
}

uint32_t store_latest_count(const struct store *store)
{
	return store->latest_count;
}

void store_set_latest(struct store *store, const struct outside *letter, uint32_t until)
{
	struct store_latest before;
	if (!store_begin(store))
		return;
	store->latest_count += !store_latest(store, letter, &before);
	struct shelf_latest row = {.topic = topic_key(store, letter), .number = letter->seq, .expires = until};
	memcpy(row.tag, letter->id, sizeof(row.tag));
	store->shelf->kind->set_latest(store->shelf, &row);
}

void store_handed(struct store *store, uint64_t key, bool gateway, uint64_t unix_s)
{
	if (!store_begin(store))
		return;
	struct shelf_handed more = {.key = key};
	if (gateway) {
		more.gateway_at = unix_s;
	} else {
		more.copies = 1;
		more.first_at = unix_s;
	}
	store->shelf->kind->add_handed(store->shelf, &more);
}

struct control_track store_track(struct store *store, const uint8_t id[static LETTER_ID_SIZE])
{
	uint32_t slot;
	struct control_track track = {.place = store_place(store, id, &slot)};
	struct shelf_handed row;
	if (!store->shelf->kind->handed(store->shelf, store_key(store, id), &row))
		return track;
	track.copies = row.copies;
	track.handed_at = row.first_at;
	track.gateway_at = row.gateway_at;
	return track;
}

void store_set_gateway_last(struct store *store, uint64_t unix_s)
{
	if (store_begin(store))
		store->summary.gateway_last = unix_s;
}
