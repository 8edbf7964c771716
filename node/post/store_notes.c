#include "node/post/store_inside.h"

#include <string.h>

bool store_known(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], struct store_known *known)
{
	uint32_t slot;
	if (store_place(store, tag, &slot) != PLACE_KNOWN)
		return false;
	sqlite3_stmt *statement = store_statement(store, STORE_KNOWN);
	store_bind_u64(statement, 1, store_key(store, tag));
	if (!store_row(store, statement))
		return false;
	const void *stored_tag = sqlite3_column_blob(statement, 0), *commitment = sqlite3_column_blob(statement, 1);
	bool whole = stored_tag != NULL && commitment != NULL && sqlite3_column_bytes(statement, 0) == LETTER_TAG_SIZE &&
		     sqlite3_column_bytes(statement, 1) == RECEIPT_COMMITMENT_SIZE && memcmp(stored_tag, tag, LETTER_TAG_SIZE) == 0;
	if (whole) {
		memcpy(known->commitment, commitment, sizeof(known->commitment));
		known->receipted = sqlite3_column_int(statement, 2) != 0;
	}
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return whole;
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
	sqlite3_stmt *statement = store_statement(store, STORE_REMEMBER);
	store_bind_u64(statement, 1, store_key(store, letter->tag));
	store_bind_u64(statement, 2, until);
	(void)sqlite3_bind_blob(statement, 3, letter->tag, LETTER_TAG_SIZE, SQLITE_STATIC); /* cannot fail without a copy */
	(void)sqlite3_bind_blob(statement, 4, known->commitment, RECEIPT_COMMITMENT_SIZE, SQLITE_STATIC);
	store_bind_u64(statement, 5, known->receipted);
	store_bind_u64(statement, 6, letter->rank);
	store_bind_u64(statement, 7, letter->day);
	store_run(store, statement);
	if (store->error == ERR_OK)
		note_known(store, letter);
}

void store_mark_receipted(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	if (!store_begin(store))
		return;
	sqlite3_stmt *statement = store_statement(store, STORE_RECEIPTED);
	store_bind_u64(statement, 1, store_key(store, tag));
	store_run(store, statement);
}

struct forgettable {
	uint64_t key;
	uint8_t tag[LETTER_TAG_SIZE];
};

/* Fills ids with those whose time has come and returns how many. */
static size_t forgettable(struct store *store, uint32_t hour, struct forgettable ids[static STORE_BATCH])
{
	size_t n = 0;
	sqlite3_stmt *statement = store_statement(store, STORE_FORGETTABLE);
	store_bind_u64(statement, 1, hour);
	while (store_row(store, statement)) {
		const void *tag = sqlite3_column_blob(statement, 1);
		ids[n] = (struct forgettable){.key = (uint64_t)sqlite3_column_int64(statement, 0)};
		if (tag != NULL && sqlite3_column_bytes(statement, 1) == LETTER_TAG_SIZE)
			memcpy(ids[n].tag, tag, LETTER_TAG_SIZE);
		n++;
	}
	return n;
}

static void forget(struct store *store, const struct forgettable *id)
{
	static const enum store_statement both[] = {STORE_FORGET, STORE_UNTRACK};
	for (size_t i = 0; i < sizeof(both) / sizeof(*both); i++) {
		sqlite3_stmt *statement = store_statement(store, both[i]);
		store_bind_u64(statement, 1, id->key);
		store_run(store, statement);
	}
	uint32_t slot;
	if (store->error == ERR_OK && store_place(store, id->tag, &slot) == PLACE_KNOWN)
		store_unnote(store, slot);
}

bool store_forget_expired(struct store *store, uint32_t hour)
{
	sqlite3_stmt *latest = store_statement(store, STORE_FORGET_LATEST);
	store_bind_u64(latest, 1, hour);
	if (store_begin(store)) {
		store_run(store, latest);
		store->latest_count -= (uint32_t)sqlite3_changes(store->db);
	}
	struct forgettable ids[STORE_BATCH];
	bool crowded = catalogue_known(store->catalogue) > STORE_KNOWN_MAX;
	size_t n = forgettable(store, crowded ? UINT32_MAX : hour, ids);
	if (n == 0 || !store_begin(store))
		return false;
	for (size_t i = 0; i < n; i++)
		forget(store, &ids[i]);
	return n == STORE_BATCH;
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
	sqlite3_stmt *statement = store_statement(store, STORE_LATEST);
	store_bind_u64(statement, 1, topic_key(store, letter));
	if (!store_row(store, statement))
		return false;
	latest->seq = (uint32_t)sqlite3_column_int64(statement, 0);
	const void *tag = sqlite3_column_blob(statement, 1);
	bool whole = tag != NULL && sqlite3_column_bytes(statement, 1) == LETTER_TAG_SIZE;
	if (whole)
		memcpy(latest->tag, tag, LETTER_TAG_SIZE);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return whole;
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
	sqlite3_stmt *statement = store_statement(store, STORE_SET_LATEST);
	store_bind_u64(statement, 1, topic_key(store, letter));
	store_bind_u64(statement, 2, letter->seq);
	(void)sqlite3_bind_blob(statement, 3, letter->id, LETTER_TAG_SIZE, SQLITE_STATIC); /* cannot fail without a copy */
	store_bind_u64(statement, 4, until);
	store_run(store, statement);
}

void store_handed(struct store *store, uint64_t key, bool gateway, uint64_t unix_s)
{
	if (!store_begin(store))
		return;
	sqlite3_stmt *statement = store_statement(store, STORE_HANDED);
	store_bind_u64(statement, 1, key);
	store_bind_u64(statement, 2, gateway ? 0 : 1);
	store_bind_u64(statement, 3, gateway ? 0 : unix_s);
	store_bind_u64(statement, 4, gateway ? unix_s : 0);
	store_run(store, statement);
}

struct control_track store_track(struct store *store, const uint8_t id[static LETTER_ID_SIZE])
{
	uint32_t slot;
	struct control_track track = {.place = store_place(store, id, &slot)};
	sqlite3_stmt *statement = store_statement(store, STORE_TRACK);
	store_bind_u64(statement, 1, store_key(store, id));
	if (!store_row(store, statement))
		return track;
	track.copies = (uint32_t)sqlite3_column_int64(statement, 0);
	track.handed_at = (uint64_t)sqlite3_column_int64(statement, 1);
	track.gateway_at = (uint64_t)sqlite3_column_int64(statement, 2);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return track;
}

void store_set_gateway_last(struct store *store, uint64_t unix_s)
{
	if (store_begin(store))
		store->summary.gateway_last = unix_s;
}
