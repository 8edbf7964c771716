#include "node/post/shelf_pg_inside.h"

#include <stdlib.h>
#include <string.h>

enum { WALK_FIRST = 2, WALK_MORE = 4 };

/* The first value of a statement, or its only one. */
static struct pglink_values *with(struct pglink_values *values, uint64_t number)
{
	values->count = 0;
	pglink_u64(values, number);
	return values;
}

/* The rows of a statement with one number; NULL: none, or an error. */
static PGresult *ask_for(struct shelf *shelf, enum shelf_pg_statement which, uint64_t number)
{
	struct pglink_values values;
	PGresult *rows = shelf_pg_ask(shelf, which, with(&values, number));
	if (rows == NULL || pq.ntuples(rows) > 0)
		return rows;
	pq.clear(rows);
	return NULL;
}

static void change_for(struct shelf *shelf, enum shelf_pg_statement which, uint64_t number)
{
	struct pglink_values values;
	shelf_pg_change(shelf, which, with(&values, number));
}

/* False: it is not what we wrote. */
static bool get_bytes(const PGresult *rows, int row, int column, void *out, size_t size)
{
	size_t len;
	const uint8_t *bytes = pglink_get_bytes(rows, row, column, &len);
	if (len != size)
		return false;
	memcpy(out, bytes, size);
	return true;
}

static uint32_t get_u32(const PGresult *rows, int row, int column)
{
	return (uint32_t)pglink_get_u64(rows, row, column);
}

/* Rows that views are given of until the next call. */
static PGresult *show(struct shelf *shelf, PGresult *rows)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	self->shown = rows;
	self->shown_at = 0;
	return rows;
}

void shelf_pg_forget_near(struct shelf_pg *self)
{
	for (size_t i = 0; i < SHELF_PG_NEAR; i++)
		self->near[i].seq = 0;
}

static struct shelf_pg_near *near_of(struct shelf *shelf, uint64_t seq)
{
	return &((struct shelf_pg *)shelf)->near[seq % SHELF_PG_NEAR];
}

static void keep_near(struct shelf *shelf, uint64_t seq, const uint8_t *body, size_t len)
{
	struct shelf_pg_near *near = near_of(shelf, seq);
	if (len > sizeof(near->body))
		return; /* no letter of ours */
	near->seq = seq;
	near->len = len;
	memcpy(near->body, body, len);
}

static void put(struct shelf *shelf, const struct shelf_letter *letter)
{
	struct pglink_values values;
	pglink_u64(with(&values, letter->seq), letter->expires);
	pglink_bytes(&values, letter->body, letter->len);
	pglink_u64(&values, letter->standing);
	shelf_pg_change(shelf, SHELF_PG_PUT, &values);
	keep_near(shelf, letter->seq, letter->body, letter->len);
}

static size_t get(struct shelf *shelf, uint64_t seq, const uint8_t **body)
{
	size_t len = 0;
	const struct shelf_pg_near *near = near_of(shelf, seq);
	if (near->seq == seq && seq != 0 && *shelf->error == ERR_OK) {
		*body = near->body;
		return near->len;
	}
	PGresult *rows = show(shelf, ask_for(shelf, SHELF_PG_GET, seq));
	if (rows == NULL)
		return 0;
	*body = pglink_get_bytes(rows, 0, 0, &len);
	keep_near(shelf, seq, *body, len);
	return len;
}

static void restand(struct shelf *shelf, uint64_t seq, uint32_t standing)
{
	struct pglink_values values;
	pglink_u64(with(&values, seq), standing);
	shelf_pg_change(shelf, SHELF_PG_RESTAND, &values);
}

static void drop(struct shelf *shelf, uint64_t seq, const uint8_t *tag)
{
	(void)tag; /* the row says it */
	if (near_of(shelf, seq)->seq == seq)
		near_of(shelf, seq)->seq = 0;
	change_for(shelf, SHELF_PG_DELETE, seq);
}

/* More rows of a page: most who walk look at the next letter only, so they begin with few. */
static void walk_on(struct shelf *shelf, uint64_t after, int rows)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	struct pglink_values values;
	self->walk_asked = rows < self->walk_left ? rows : self->walk_left;
	self->walk_left -= self->walk_asked;
	pglink_u64(with(&values, after), (uint64_t)self->walk_asked);
	(void)show(shelf, shelf_pg_ask(shelf, SHELF_PG_WALK, &values)); /* next() looks at it */
}

static void walk(struct shelf *shelf, uint64_t after)
{
	((struct shelf_pg *)shelf)->walk_left = SHELF_PAGE;
	walk_on(shelf, after, WALK_FIRST);
}

static bool next(struct shelf *shelf, struct shelf_letter *letter)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	int count = pq.ntuples(self->shown);
	if (self->shown_at == count && count > 0 && count == self->walk_asked && self->walk_left > 0)
		walk_on(shelf, pglink_get_u64(self->shown, count - 1, 0), WALK_MORE * self->walk_asked);
	if (self->shown_at >= pq.ntuples(self->shown))
		return false;
	int row = self->shown_at++;
	letter->seq = pglink_get_u64(self->shown, row, 0);
	letter->body = pglink_get_bytes(self->shown, row, 1, &letter->len);
	letter->standing = get_u32(self->shown, row, 2);
	return true;
}

static bool expired(struct shelf *shelf, uint32_t hour, struct shelf_letter *letter)
{
	PGresult *rows = show(shelf, ask_for(shelf, SHELF_PG_EXPIRED, hour));
	if (rows == NULL)
		return false;
	letter->seq = pglink_get_u64(rows, 0, 0);
	letter->body = pglink_get_bytes(rows, 0, 1, &letter->len);
	return true;
}

static bool known(struct shelf *shelf, uint64_t key, struct shelf_known *out)
{
	PGresult *rows = ask_for(shelf, SHELF_PG_KNOWN, key);
	bool good =
		rows != NULL && get_bytes(rows, 0, 0, out->tag, sizeof(out->tag)) && get_bytes(rows, 0, 1, out->commitment, sizeof(out->commitment));
	if (good)
		out->receipted = pglink_get_u64(rows, 0, 2) != 0;
	pq.clear(rows);
	return good;
}

static void remember(struct shelf *shelf, const struct shelf_known *row)
{
	struct pglink_values values;
	pglink_u64(with(&values, row->key), row->expires);
	pglink_bytes(&values, row->tag, sizeof(row->tag));
	pglink_bytes(&values, row->commitment, sizeof(row->commitment));
	pglink_u64(&values, row->receipted);
	pglink_u64(&values, row->rank);
	pglink_u64(&values, row->day);
	shelf_pg_change(shelf, SHELF_PG_REMEMBER, &values);
}

static void receipted(struct shelf *shelf, uint64_t key)
{
	change_for(shelf, SHELF_PG_RECEIPTED, key);
}

static void forget(struct shelf *shelf, uint64_t key)
{
	change_for(shelf, SHELF_PG_FORGET, key);
}

static size_t forgettable(struct shelf *shelf, uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE])
{
	PGresult *rows = ask_for(shelf, SHELF_PG_FORGETTABLE, hour);
	size_t n = rows != NULL ? (size_t)pq.ntuples(rows) : 0;
	for (size_t i = 0; i < n; i++) {
		ids[i] = (struct shelf_forgettable){.key = pglink_get_u64(rows, (int)i, 0)};
		(void)get_bytes(rows, (int)i, 1, ids[i].tag, sizeof(ids[i].tag)); /* zeros if it cannot be read */
	}
	pq.clear(rows);
	return n;
}

/* The page that begins with a key; false: there is nothing, or an error. */
static bool scan_from(struct shelf *shelf, uint64_t key)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	pq.clear(self->scan);
	self->scan = ask_for(shelf, SHELF_PG_SCAN, key);
	self->scan_at = 0;
	return self->scan != NULL;
}

/* The next row of the walk through all that is known, -1 at its end. Each page but the first begins with the last row of the one before. */
static int next_row(struct shelf *shelf)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	if (self->scan == NULL && !scan_from(shelf, (uint64_t)INT64_MIN))
		return -1;
	int count = pq.ntuples(self->scan);
	if (self->scan_at == SHELF_PG_KNOWN_PAGE && scan_from(shelf, pglink_get_u64(self->scan, count - 1, 0))) {
		self->scan_at = 1;
		count = pq.ntuples(self->scan);
	}
	if (self->scan != NULL && self->scan_at < count)
		return self->scan_at++;
	pq.clear(self->scan);
	self->scan = NULL;
	return -1;
}

static bool next_known(struct shelf *shelf, struct shelf_known *out)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	for (int row; (row = next_row(shelf)) >= 0;) {
		uint64_t rank = pglink_get_u64(self->scan, row, 2);
		out->rank = rank < SHELF_RANK_NONE ? (uint8_t)rank : SHELF_RANK_NONE;
		out->day = (uint16_t)pglink_get_u64(self->scan, row, 3);
		if (get_bytes(self->scan, row, 1, out->tag, sizeof(out->tag)))
			return true;
	}
	return false;
}

static bool latest(struct shelf *shelf, uint64_t topic, struct shelf_latest *out)
{
	PGresult *rows = ask_for(shelf, SHELF_PG_LATEST, topic);
	bool good = rows != NULL && get_bytes(rows, 0, 1, out->tag, sizeof(out->tag));
	if (good)
		out->number = get_u32(rows, 0, 0);
	pq.clear(rows);
	return good;
}

static void set_latest(struct shelf *shelf, const struct shelf_latest *row)
{
	struct pglink_values values;
	pglink_u64(with(&values, row->topic), row->number);
	pglink_bytes(&values, row->tag, sizeof(row->tag));
	pglink_u64(&values, row->expires);
	shelf_pg_change(shelf, SHELF_PG_SET_LATEST, &values);
}

/* Runs a statement that deletes, and says how many rows. */
static uint32_t delete_until(struct shelf *shelf, enum shelf_pg_statement which, uint32_t hour)
{
	struct pglink_values values;
	PGresult *done = shelf_pg_ask(shelf, which, with(&values, hour));
	uint32_t gone = done != NULL ? (uint32_t)strtoul(pq.cmdTuples(done), NULL, 10) : 0;
	((struct shelf_pg *)shelf)->changed |= gone > 0;
	pq.clear(done);
	return gone;
}

static uint32_t forget_latest(struct shelf *shelf, uint32_t hour)
{
	return delete_until(shelf, SHELF_PG_FORGET_LATEST, hour);
}

static uint32_t latest_count(struct shelf *shelf)
{
	PGresult *rows = shelf_pg_ask(shelf, SHELF_PG_LATEST_COUNT, NULL);
	uint32_t count = rows != NULL ? get_u32(rows, 0, 0) : 0;
	pq.clear(rows);
	return count;
}

static void add_handed(struct shelf *shelf, const struct shelf_handed *more)
{
	struct pglink_values values;
	pglink_u64(with(&values, more->key), more->copies);
	pglink_u64(&values, more->first_at);
	pglink_u64(&values, more->gateway_at);
	shelf_pg_change(shelf, SHELF_PG_ADD_HANDED, &values);
}

static bool handed(struct shelf *shelf, uint64_t key, struct shelf_handed *out)
{
	PGresult *rows = ask_for(shelf, SHELF_PG_HANDED, key);
	if (rows == NULL)
		return false;
	out->copies = get_u32(rows, 0, 0);
	out->first_at = pglink_get_u64(rows, 0, 1);
	out->gateway_at = pglink_get_u64(rows, 0, 2);
	pq.clear(rows);
	return true;
}

static void forget_handed(struct shelf *shelf, uint64_t key)
{
	change_for(shelf, SHELF_PG_FORGET_HANDED, key);
}

static size_t trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap)
{
	size_t n = 0;
	PGresult *rows = shelf_pg_ask(shelf, SHELF_PG_TRUSTED, NULL);
	for (int i = 0; rows != NULL && i < pq.ntuples(rows) && n < cap; i++) {
		if (!get_bytes(rows, i, 0, out[n].signing, SIGN_KEY_SIZE))
			continue; /* it is forgotten when its time comes */
		out[n].number = (uint16_t)pglink_get_u64(rows, i, 1);
		out[n].issued = get_u32(rows, i, 2);
		out[n++].expires = get_u32(rows, i, 3);
	}
	pq.clear(rows);
	return n;
}

static size_t revoked(struct shelf *shelf, struct revocation_entry *out, size_t cap)
{
	size_t n = 0;
	PGresult *rows = ask_for(shelf, SHELF_PG_REVOKED, cap);
	for (int i = 0; rows != NULL && i < pq.ntuples(rows); i++)
		if (get_bytes(rows, i, 0, out[n].secret, LINKAGE_SEED_SIZE))
			out[n++].day = (uint16_t)pglink_get_u64(rows, i, 1);
	pq.clear(rows);
	return n;
}

static void trust(struct shelf *shelf, const struct shelf_trusted *row)
{
	struct pglink_values values = {0};
	pglink_bytes(&values, row->signing, SIGN_KEY_SIZE);
	pglink_u64(&values, row->number);
	pglink_u64(&values, row->issued);
	pglink_u64(&values, row->expires);
	shelf_pg_change(shelf, SHELF_PG_TRUST, &values);
}

static void revoke(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires)
{
	struct pglink_values values = {0};
	pglink_bytes(&values, entry->secret, LINKAGE_SEED_SIZE);
	pglink_u64(&values, entry->day);
	pglink_u64(&values, expires);
	shelf_pg_change(shelf, SHELF_PG_REVOKE, &values);
}

static bool spent(struct shelf *shelf, uint64_t key, uint8_t tag[static LETTER_TAG_SIZE])
{
	PGresult *rows = ask_for(shelf, SHELF_PG_SPENT, key);
	bool good = rows != NULL && get_bytes(rows, 0, 0, tag, LETTER_TAG_SIZE);
	pq.clear(rows);
	return good;
}

static void spend(struct shelf *shelf, uint64_t key, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	struct pglink_values values;
	pglink_bytes(with(&values, key), tag, LETTER_TAG_SIZE);
	pglink_u64(&values, expires);
	shelf_pg_change(shelf, SHELF_PG_SPEND, &values);
}

static uint32_t forget_authority(struct shelf *shelf, uint32_t hour)
{
	static const enum shelf_pg_statement all[] = {SHELF_PG_FORGET_TRUSTED, SHELF_PG_FORGET_REVOKED, SHELF_PG_FORGET_SPENT};
	uint32_t gone = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && *shelf->error == ERR_OK; i++)
		gone += delete_until(shelf, all[i], hour);
	return gone;
}

const struct shelf_kind shelf_pg = {
	.open = shelf_pg_open,
	.close = shelf_pg_close,
	.begin = shelf_pg_begin,
	.commit = shelf_pg_commit,
	.rollback = shelf_pg_rollback,
	.put = put,
	.get = get,
	.restand = restand,
	.drop = drop,
	.walk = walk,
	.next = next,
	.expired = expired,
	.known = known,
	.remember = remember,
	.receipted = receipted,
	.forget = forget,
	.forgettable = forgettable,
	.next_known = next_known,
	.latest = latest,
	.set_latest = set_latest,
	.forget_latest = forget_latest,
	.latest_count = latest_count,
	.add_handed = add_handed,
	.handed = handed,
	.forget_handed = forget_handed,
	.trusted = trusted,
	.revoked = revoked,
	.trust = trust,
	.revoke = revoke,
	.spent = spent,
	.spend = spend,
	.forget_authority = forget_authority,
	.renew = shelf_pg_renew,
	.heard = shelf_pg_heard,
	.tell = shelf_pg_tell,
	.poll = shelf_pg_poll,
};
