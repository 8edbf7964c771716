#include "node/sim/shelf_shared_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 8 };

static const uint32_t row_sizes[SHARED_TABLES] = {
	[TABLE_KNOWN] = sizeof(struct row_known),
	[TABLE_LATEST] = sizeof(struct row_latest),
	[TABLE_HANDED] = sizeof(struct row_handed),
	[TABLE_SPENT] = sizeof(struct row_spent),
};

static struct shelf_shared *self_of(struct shelf *shelf)
{
	return (struct shelf_shared *)shelf;
}

struct shelf_shared *shelf_shared_new(void)
{
	struct shelf_shared *self = bodies_memory(NULL, sizeof(*self));
	*self = (struct shelf_shared){.soonest = UINT32_MAX};
	for (unsigned i = 0; i < SHARED_TABLES; i++)
		self->tables[i].size = row_sizes[i];
	return self;
}

void shelf_shared_free(struct shelf_shared *self)
{
	if (self == NULL)
		return;
	assert(!self->open);
	for (uint32_t i = 0; i < self->held_count; i++)
		if (self->held[i].body != BODIES_NONE)
			bodies_release(self->held[i].body);
	free(self->held);
	for (unsigned i = 0; i < SHARED_TABLES; i++)
		rows_free(&self->tables[i]);
	for (unsigned i = 0; i < SHARED_LISTS; i++)
		free(self->lists[i].rows);
	free(self);
}

size_t shelf_shared_bytes(const struct shelf_shared *self)
{
	size_t bytes = sizeof(*self) + self->held_cap * sizeof(*self->held);
	for (unsigned i = 0; i < SHARED_TABLES; i++)
		bytes += (size_t)self->tables[i].cap * self->tables[i].size;
	for (unsigned i = 0; i < SHARED_LISTS; i++)
		bytes += self->lists[i].cap * sizeof(*self->lists[i].rows);
	return bytes;
}

static enum err open_shared(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	struct shelf_shared *self = owner;
	(void)path; /* files have one */
	assert(!self->open);
	self->open = true;
	self->shelf = (struct shelf){.kind = &shelf_shared, .error = error};
	if (!self->made)
		self->meta = *meta;
	self->made = true;
	*meta = self->meta;
	*shelf = &self->shelf;
	return ERR_OK;
}

static void close_shared(struct shelf *shelf)
{
	struct shelf_shared *self = self_of(shelf);
	shared_rollback(shelf);
	free(self->scan);
	self->scan = NULL;
	self->scan_at = self->scan_count = 0;
	self->open = false;
}

/* The first place whose row does not come before that one. Rows are numbered one after the other, so that there are not many places where it can be.
 */
static uint32_t lower(const struct shelf_shared *self, uint64_t seq)
{
	if (self->held_count == 0 || seq <= self->held[0].seq)
		return 0;
	uint32_t last = self->held[self->held_count - 1].seq;
	if (seq > last)
		return self->held_count;
	uint64_t from_first = seq - self->held[0].seq, to_last = last - seq;
	uint32_t low = to_last < self->held_count ? self->held_count - 1 - (uint32_t)to_last : 0;
	uint32_t high = from_first < self->held_count ? (uint32_t)from_first : self->held_count - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (self->held[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t shared_place(const struct shelf_shared *self, uint64_t seq)
{
	uint32_t place = lower(self, seq);
	assert(place < self->held_count && self->held[place].seq == seq);
	return place;
}

/* NULL: it is not there. */
static struct held *held_of(struct shelf_shared *self, uint64_t seq)
{
	uint32_t place = lower(self, seq);
	if (place == self->held_count || self->held[place].seq != seq || self->held[place].body == BODIES_NONE)
		return NULL;
	return &self->held[place];
}

static void put(struct shelf *shelf, const struct shelf_letter *letter)
{
	struct shelf_shared *self = self_of(shelf);
	assert(letter->seq < UINT32_MAX);
	assert(self->held_count == 0 || letter->seq > self->held[self->held_count - 1].seq);
	if (self->held_count == self->held_cap) {
		self->held_cap = self->held_cap < FIRST_CAP ? FIRST_CAP : self->held_cap + self->held_cap / 2;
		self->held = bodies_memory(self->held, self->held_cap * sizeof(*self->held));
	}
	struct held held = {.seq = (uint32_t)letter->seq, .expires = letter->expires, .standing = letter->standing};
	held.body = bodies_hold(letter->tag, letter->body, letter->len);
	self->held[self->held_count++] = held;
	self->soonest = held.expires < self->soonest ? held.expires : self->soonest;
	shared_change(self, CHANGE_PUT)->old.held = held;
}

static size_t get(struct shelf *shelf, uint64_t seq, const uint8_t **body)
{
	const struct held *held = held_of(self_of(shelf), seq);
	return held != NULL ? bodies_at(held->body, body) : 0;
}

static void restand(struct shelf *shelf, uint64_t seq, uint32_t standing)
{
	struct held *held = held_of(self_of(shelf), seq);
	if (held == NULL)
		return;
	shared_change(self_of(shelf), CHANGE_RESTAND)->old.held = *held;
	held->standing = standing;
}

/* The body stays until the turn is committed. */
static void drop(struct shelf *shelf, uint64_t seq, const uint8_t *tag)
{
	(void)tag; /* the row says it */
	struct held *held = held_of(self_of(shelf), seq);
	if (held == NULL)
		return;
	shared_change(self_of(shelf), CHANGE_DELETE)->old.held = *held;
	held->body = BODIES_NONE;
	self_of(shelf)->held_gone++;
}

static void walk(struct shelf *shelf, uint64_t after)
{
	self_of(shelf)->at = lower(self_of(shelf), after + 1);
	self_of(shelf)->walk_left = SHELF_PAGE;
}

static void fill(const struct held *held, struct shelf_letter *letter)
{
	letter->seq = held->seq;
	letter->standing = held->standing;
	letter->len = bodies_at(held->body, &letter->body);
}

static bool next(struct shelf *shelf, struct shelf_letter *letter)
{
	struct shelf_shared *self = self_of(shelf);
	while (self->at < self->held_count && self->held[self->at].body == BODIES_NONE)
		self->at++;
	if (self->at == self->held_count || self->walk_left == 0)
		return false;
	self->walk_left--;
	fill(&self->held[self->at++], letter);
	return true;
}

static bool expired(struct shelf *shelf, uint32_t hour, struct shelf_letter *letter)
{
	struct shelf_shared *self = self_of(shelf);
	const struct held *first = NULL;
	if (hour < self->soonest)
		return false;
	for (uint32_t i = 0; i < self->held_count; i++)
		if (self->held[i].body != BODIES_NONE && (first == NULL || self->held[i].expires < first->expires))
			first = &self->held[i];
	self->soonest = first != NULL ? first->expires : UINT32_MAX;
	if (first == NULL || first->expires > hour)
		return false;
	fill(first, letter);
	return true;
}

static void *row_at(struct shelf *shelf, enum shared_table table, uint64_t key)
{
	return rows_find(&self_of(shelf)->tables[table], key);
}

/* Keeps how the row of that key was. */
static void note(struct shelf_shared *self, enum shared_table table, uint64_t key)
{
	struct change *change = shared_change(self, CHANGE_ROW);
	const void *row = rows_find(&self->tables[table], key);
	change->where = (uint8_t)table;
	change->was = row != NULL;
	if (row != NULL)
		memcpy(&change->old.row, row, self->tables[table].size);
	else
		change->old.row.row = row_of(key, 0);
}

/* row: as large as those of the table. */
static void set(struct shelf *shelf, enum shared_table table, const struct row *row)
{
	note(self_of(shelf), table, row_key(row));
	rows_set(&self_of(shelf)->tables[table], row);
}

static void unset(struct shelf *shelf, enum shared_table table, uint64_t key)
{
	if (row_at(shelf, table, key) == NULL)
		return;
	note(self_of(shelf), table, key);
	rows_remove(&self_of(shelf)->tables[table], key);
}

static struct row hours_row(uint64_t key, uint32_t hours)
{
	assert(hours < ROWS_WORD_MAX);
	return row_of(key, hours);
}

/* The first page of those whose time has come; keys is to be freed. */
static uint32_t due(struct shelf *shelf, enum shared_table table, uint32_t hour, uint64_t **keys)
{
	return rows_due(&self_of(shelf)->tables[table], hour < ROWS_WORD_MAX ? hour : ROWS_WORD_MAX, SHELF_PAGE, keys);
}

static uint32_t unset_due(struct shelf *shelf, enum shared_table table, uint32_t hour)
{
	uint64_t *keys;
	uint32_t n = due(shelf, table, hour, &keys);
	for (uint32_t i = 0; i < n; i++)
		unset(shelf, table, keys[i]);
	free(keys);
	return n;
}

static bool known(struct shelf *shelf, uint64_t key, struct shelf_known *out)
{
	const struct row_known *row = row_at(shelf, TABLE_KNOWN, key);
	if (row == NULL)
		return false;
	memcpy(out->tag, row->tag, sizeof(out->tag));
	memcpy(out->commitment, row->commitment, sizeof(out->commitment));
	out->receipted = row->receipted;
	return true;
}

static void remember(struct shelf *shelf, const struct shelf_known *in)
{
	struct row_known row = {.row = hours_row(in->key, in->expires), .receipted = in->receipted, .rank = in->rank, .day = in->day};
	memcpy(row.tag, in->tag, sizeof(row.tag));
	memcpy(row.commitment, in->commitment, sizeof(row.commitment));
	set(shelf, TABLE_KNOWN, &row.row);
}

static void receipted(struct shelf *shelf, uint64_t key)
{
	struct row_known *row = row_at(shelf, TABLE_KNOWN, key);
	if (row == NULL)
		return;
	note(self_of(shelf), TABLE_KNOWN, key);
	row->receipted = true;
}

static void forget(struct shelf *shelf, uint64_t key)
{
	unset(shelf, TABLE_KNOWN, key);
}

static size_t forgettable(struct shelf *shelf, uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE])
{
	uint64_t *keys;
	uint32_t n = due(shelf, TABLE_KNOWN, hour, &keys);
	for (uint32_t i = 0; i < n; i++) {
		const struct row_known *row = row_at(shelf, TABLE_KNOWN, keys[i]);
		ids[i].key = keys[i];
		memcpy(ids[i].tag, row->tag, sizeof(ids[i].tag));
	}
	free(keys);
	return n;
}

static bool next_known(struct shelf *shelf, struct shelf_known *out)
{
	struct shelf_shared *self = self_of(shelf);
	if (self->scan == NULL) {
		self->scan = rows_keys(&self->tables[TABLE_KNOWN]);
		self->scan_count = self->tables[TABLE_KNOWN].count;
		self->scan_at = 0;
	}
	if (self->scan_at == self->scan_count) {
		free(self->scan);
		self->scan = NULL;
		return false;
	}
	const struct row_known *row = row_at(shelf, TABLE_KNOWN, self->scan[self->scan_at++]);
	memcpy(out->tag, row->tag, sizeof(out->tag));
	out->rank = row->rank;
	out->day = row->day;
	return true;
}

static bool latest(struct shelf *shelf, uint64_t topic, struct shelf_latest *out)
{
	const struct row_latest *row = row_at(shelf, TABLE_LATEST, topic);
	if (row == NULL)
		return false;
	out->number = row->number;
	memcpy(out->tag, row->tag, sizeof(out->tag));
	return true;
}

static void set_latest(struct shelf *shelf, const struct shelf_latest *in)
{
	struct row_latest row = {.row = hours_row(in->topic, in->expires), .number = in->number};
	memcpy(row.tag, in->tag, sizeof(row.tag));
	set(shelf, TABLE_LATEST, &row.row);
}

static uint32_t forget_latest(struct shelf *shelf, uint32_t hour)
{
	return unset_due(shelf, TABLE_LATEST, hour);
}

static uint32_t latest_count(struct shelf *shelf)
{
	return self_of(shelf)->tables[TABLE_LATEST].count;
}

static void add_handed(struct shelf *shelf, const struct shelf_handed *more)
{
	const struct row_handed *old = row_at(shelf, TABLE_HANDED, more->key);
	struct row_handed row = {.row = row_of(more->key, more->copies + (old != NULL ? old->row.word : 0))};
	assert(more->first_at <= UINT32_MAX && more->gateway_at <= UINT32_MAX);
	row.first_at = old != NULL && old->first_at != 0 ? old->first_at : (uint32_t)more->first_at;
	row.gateway_at = old != NULL && old->gateway_at != 0 ? old->gateway_at : (uint32_t)more->gateway_at;
	set(shelf, TABLE_HANDED, &row.row);
}

static bool handed(struct shelf *shelf, uint64_t key, struct shelf_handed *out)
{
	const struct row_handed *row = row_at(shelf, TABLE_HANDED, key);
	if (row == NULL)
		return false;
	out->copies = row->row.word;
	out->first_at = row->first_at;
	out->gateway_at = row->gateway_at;
	return true;
}

static void forget_handed(struct shelf *shelf, uint64_t key)
{
	unset(shelf, TABLE_HANDED, key);
}

static bool spent(struct shelf *shelf, uint64_t key, uint8_t tag[static LETTER_TAG_SIZE])
{
	const struct row_spent *row = row_at(shelf, TABLE_SPENT, key);
	if (row != NULL)
		memcpy(tag, row->tag, LETTER_TAG_SIZE);
	return row != NULL;
}

static void spend(struct shelf *shelf, uint64_t key, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	struct row_spent row = {.row = hours_row(key, expires)};
	memcpy(row.tag, tag, LETTER_TAG_SIZE);
	set(shelf, TABLE_SPENT, &row.row);
}

static uint32_t forget_authority(struct shelf *shelf, uint32_t hour)
{
	struct shelf_shared *self = self_of(shelf);
	return shared_forget_named(self, LIST_TRUSTED, hour) + shared_forget_named(self, LIST_REVOKED, hour) + unset_due(shelf, TABLE_SPENT, hour);
}

const struct shelf_kind shelf_shared = {
	.open = open_shared,
	.close = close_shared,
	.begin = shared_begin,
	.commit = shared_commit,
	.rollback = shared_rollback,
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
	.trusted = shared_trusted,
	.revoked = shared_revoked,
	.trust = shared_trust,
	.revoke = shared_revoke,
	.spent = spent,
	.spend = spend,
	.forget_authority = forget_authority,
};
