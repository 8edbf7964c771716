#include "node/post/store_inside.h"

#include "proto/bytes.h"
#include "proto/order.h"

#include <assert.h>
#include <string.h>

static bool find(struct store *store, uint64_t key, uint64_t *seq)
{
	sqlite3_stmt *statement = store_statement(store, STORE_FIND);
	store_bind_u64(statement, 1, key);
	if (!store_row(store, statement))
		return false;
	*seq = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return true;
}

enum control_place store_place(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t *seq)
{
	if (find(store, store_key(store, tag), seq))
		return PLACE_HELD;
	struct store_known known;
	return store_known(store, tag, &known) ? PLACE_KNOWN : PLACE_UNKNOWN;
}

/* Adds (sign +1) or takes away (sign -1) one letter from what is carried. */
static void account(struct store_summary *summary, uint8_t rank, const uint8_t id[static LETTER_ID_SIZE], int sign)
{
	enum letter_class class = order_class(rank);
	struct reader reader = reader_of(id, LETTER_ID_SIZE);
	for (size_t lane = 0; lane < 4; lane++) {
		uint64_t part = read_u64(&reader);
		summary->sum[class][lane] += sign > 0 ? part : -part;
	}
	summary->count[class] += (uint32_t)sign;
	summary->bytes += sign > 0 ? order_size(rank) : -order_size(rank);
}

uint64_t store_put(struct store *store, const struct outside *letter, const uint8_t *envelope, size_t len, uint32_t expires)
{
	if (!store_begin(store))
		return 0;
	uint8_t rank = order_rank(&letter->header);
	assert(order_size(rank) == len);
	uint64_t seq = store->summary.next_seq;
	sqlite3_stmt *statement = store_statement(store, STORE_PUT);
	store_bind_u64(statement, 1, seq);
	store_bind_u64(statement, 2, store_key(store, letter->id));
	store_bind_u64(statement, 3, rank);
	store_bind_u64(statement, 4, letter->header.day);
	store_bind_u64(statement, 5, expires);
	(void)sqlite3_bind_blob(statement, 6, envelope, (int)len, SQLITE_STATIC); /* cannot fail without a copy */
	store_run(store, statement);
	if (store->error != ERR_OK)
		return 0;
	store->summary.next_seq++;
	account(&store->summary, rank, letter->id, +1);
	return seq;
}

/* A body as the store gave it, whether or not the disk has changed it. */
static size_t copy_body(sqlite3_stmt *statement, int column, uint8_t *envelope)
{
	size_t len = (size_t)sqlite3_column_bytes(statement, column);
	const void *body = sqlite3_column_blob(statement, column);
	if (body == NULL || len < ENVELOPE_SIZE_MIN || len > ENVELOPE_SIZE_MAX)
		return 0;
	memcpy(envelope, body, len);
	return len;
}

/* 0 if the disk has changed it. */
static size_t sound_body(sqlite3_stmt *statement, int column, uint8_t *envelope)
{
	struct envelope_header header;
	size_t len = copy_body(statement, column, envelope);
	return len > 0 && envelope_parse(envelope, len, &header) == ENVELOPE_OK ? len : 0;
}

static size_t get(struct store *store, enum store_statement which, uint64_t id, uint8_t *envelope, size_t (*body)(sqlite3_stmt *, int, uint8_t *))
{
	sqlite3_stmt *statement = store_statement(store, which);
	store_bind_u64(statement, 1, id);
	if (!store_row(store, statement))
		return 0;
	size_t len = body(statement, 0, envelope);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return len;
}

size_t store_get(struct store *store, uint64_t seq, uint8_t *envelope)
{
	return get(store, STORE_GET, seq, envelope, sound_body);
}

size_t store_get_as_is(struct store *store, uint64_t key, uint8_t *envelope)
{
	return get(store, STORE_GET_BY_KEY, key, envelope, copy_body);
}

bool store_key_of(struct store *store, uint64_t seq, uint64_t *key)
{
	sqlite3_stmt *statement = store_statement(store, STORE_KEY_OF);
	store_bind_u64(statement, 1, seq);
	*key = 0;
	if (!store_row(store, statement))
		return false;
	*key = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return true;
}

bool store_before(const struct store_position *a, const struct store_position *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	if (a->day != b->day)
		return a->day > b->day;
	int64_t a_key, b_key; /* keys are signed in the database */
	memcpy(&a_key, &a->key, sizeof(a_key));
	memcpy(&b_key, &b->key, sizeof(b_key));
	return a_key > b_key;
}

static struct store_entry entry_of(sqlite3_stmt *statement)
{
	return (struct store_entry){
		.seq = (uint64_t)sqlite3_column_int64(statement, 0),
		.position =
			{
				.rank = (uint8_t)sqlite3_column_int(statement, 1),
				.day = (uint16_t)sqlite3_column_int(statement, 2),
				.key = (uint64_t)sqlite3_column_int64(statement, 3),
			},
	};
}

size_t store_next(struct store *store, const struct store_position *after, struct store_entry *entries, size_t cap)
{
	sqlite3_stmt *statement = store_statement(store, after == NULL ? STORE_FIRST : STORE_NEXT);
	store_bind_u64(statement, 1, cap);
	if (after != NULL) {
		store_bind_u64(statement, 2, after->rank);
		store_bind_u64(statement, 3, after->day);
		store_bind_u64(statement, 4, after->key);
	}
	size_t n = 0;
	while (n < cap && store_row(store, statement))
		entries[n++] = entry_of(statement);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return n;
}

bool store_last(struct store *store, struct store_entry *entry)
{
	sqlite3_stmt *statement = store_statement(store, STORE_LAST);
	if (!store_row(store, statement))
		return false;
	*entry = entry_of(statement);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return true;
}

bool store_arrived(struct store *store, uint64_t after, uint64_t ranks, uint8_t *envelope, size_t *len, uint64_t *seq)
{
	sqlite3_stmt *statement = store_statement(store, STORE_ARRIVED);
	if (after > INT64_MAX)
		return false; /* a cursor nobody was ever given */
	for (bool page = true; page;) {
		page = false;
		store_bind_u64(statement, 1, after);
		while (store_row(store, statement)) {
			page = true;
			after = (uint64_t)sqlite3_column_int64(statement, 0);
			unsigned rank = (unsigned)sqlite3_column_int(statement, 1);
			if (rank >= ORDER_RANKS || (ranks >> rank & 1) == 0)
				continue;
			*len = sound_body(statement, 2, envelope);
			*seq = after;
			if (*len == 0)
				continue;
			(void)sqlite3_reset(statement); /* read only: nothing left to fail */
			return true;
		}
	}
	return false;
}

/* After a letter was lost to the disk its id is not known any more: add up what is left. */
static void recount(struct store *store)
{
	struct store_summary *summary = &store->summary;
	memset(summary->count, 0, sizeof(summary->count));
	memset(summary->sum, 0, sizeof(summary->sum));
	summary->bytes = 0;
	uint8_t envelope[ENVELOPE_SIZE_MAX], id[LETTER_ID_SIZE];
	size_t len;
	uint64_t seq = 0;
	while (store_arrived(store, seq, UINT64_MAX, envelope, &len, &seq)) {
		struct envelope_header header;
		(void)envelope_parse(envelope, len, &header); /* store_arrived() yields only sound ones */
		outside_id(envelope, len, id);
		account(summary, order_rank(&header), id, +1);
	}
}

void store_drop(struct store *store, uint64_t seq, uint32_t known_until)
{
	if (!store_begin(store))
		return;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	sqlite3_stmt *row = store_statement(store, STORE_ROW);
	store_bind_u64(row, 1, seq);
	if (!store_row(store, row))
		return;
	uint8_t rank = (uint8_t)sqlite3_column_int(row, 0);
	size_t len = sound_body(row, 1, envelope);
	(void)sqlite3_reset(row); /* read only: nothing left to fail */
	sqlite3_stmt *statement = store_statement(store, STORE_DELETE);
	store_bind_u64(statement, 1, seq);
	store_run(store, statement);
	if (len == 0) {
		recount(store);
		return;
	}
	uint8_t id[LETTER_ID_SIZE];
	outside_id(envelope, len, id);
	account(&store->summary, rank, id, -1);
	struct envelope_header header;
	(void)envelope_parse(envelope, len, &header); /* sound_body() has just parsed it */
	struct store_known known = {.receipted = false};
	memcpy(known.commitment, header.commitment, sizeof(known.commitment));
	store_remember(store, id, &known, known_until);
}

uint64_t store_expired(struct store *store, uint32_t hour)
{
	sqlite3_stmt *statement = store_statement(store, STORE_EXPIRED);
	store_bind_u64(statement, 1, hour);
	if (!store_row(store, statement))
		return 0;
	uint64_t seq = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement); /* read only: nothing left to fail */
	return seq;
}
