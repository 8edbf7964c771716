#include "node/sim/shelf_watch.h"

#include "node/sim/bodies.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 8 };

static struct shelf_watch *watch_of(struct shelf *shelf)
{
	return (struct shelf_watch *)(void *)((char *)shelf - offsetof(struct shelf_watch, shelf));
}

static struct shelf *real(struct shelf *shelf)
{
	return watch_of(shelf)->real;
}

static void note(struct shelf *shelf, const uint8_t tag[static LETTER_TAG_SIZE], bool is_put)
{
	struct shelf_watch *self = watch_of(shelf);
	if (self->count == self->cap) {
		self->cap = self->cap == 0 ? FIRST_CAP : self->cap * 2;
		self->events = bodies_memory(self->events, self->cap * sizeof(*self->events));
	}
	struct shelf_watch_event *event = &self->events[self->count++];
	memcpy(event->tag, tag, sizeof(event->tag));
	event->put = is_put;
}

/* Not kept for the next turn: there are many posts, and few in a turn. */
static void unnote(struct shelf_watch *self)
{
	free(self->events);
	self->events = NULL;
	self->count = self->cap = 0;
}

static enum err open_watch(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	struct shelf_watch *self = owner;
	assert(self->real == NULL);
	*shelf = NULL;
	self->shelf = (struct shelf){.kind = &shelf_watch, .error = error};
	const struct shelf_kind *kind = self->below.kind != NULL ? self->below.kind : &shelf_sqlite;
	enum err err = kind->open(&self->real, self->below.owner, path, meta, error);
	if (err == ERR_OK)
		*shelf = &self->shelf;
	return err;
}

static void close_watch(struct shelf *shelf)
{
	struct shelf_watch *self = watch_of(shelf);
	self->real->kind->close(self->real);
	self->real = NULL;
	unnote(self);
}

static void begin(struct shelf *shelf)
{
	real(shelf)->kind->begin(real(shelf));
}

static void commit(struct shelf *shelf, const struct shelf_summary *summary)
{
	struct shelf_watch *self = watch_of(shelf);
	self->real->kind->commit(self->real, summary);
	if (*shelf->error != ERR_OK || self->count == 0)
		return;
	self->happened(self->owner, self->events, self->count);
	unnote(self);
}

static void rollback(struct shelf *shelf)
{
	unnote(watch_of(shelf));
	real(shelf)->kind->rollback(real(shelf));
}

static void put(struct shelf *shelf, const struct shelf_letter *letter)
{
	real(shelf)->kind->put(real(shelf), letter);
	note(shelf, letter->tag, true);
}

static void drop(struct shelf *shelf, uint64_t seq, const uint8_t *tag)
{
	real(shelf)->kind->drop(real(shelf), seq, tag);
	if (tag != NULL)
		note(shelf, tag, false);
}

static void restand(struct shelf *shelf, uint64_t seq, uint32_t standing)
{
	real(shelf)->kind->restand(real(shelf), seq, standing);
}

static size_t get(struct shelf *shelf, uint64_t seq, const uint8_t **body)
{
	return real(shelf)->kind->get(real(shelf), seq, body);
}

static void walk(struct shelf *shelf, uint64_t after)
{
	real(shelf)->kind->walk(real(shelf), after);
}

static bool next(struct shelf *shelf, struct shelf_letter *letter)
{
	return real(shelf)->kind->next(real(shelf), letter);
}

static bool expired(struct shelf *shelf, uint32_t hour, struct shelf_letter *letter)
{
	return real(shelf)->kind->expired(real(shelf), hour, letter);
}

static bool known(struct shelf *shelf, uint64_t key, struct shelf_known *out)
{
	return real(shelf)->kind->known(real(shelf), key, out);
}

static void remember(struct shelf *shelf, const struct shelf_known *row)
{
	real(shelf)->kind->remember(real(shelf), row);
}

static void receipted(struct shelf *shelf, uint64_t key)
{
	real(shelf)->kind->receipted(real(shelf), key);
}

static void forget(struct shelf *shelf, uint64_t key)
{
	real(shelf)->kind->forget(real(shelf), key);
}

static size_t forgettable(struct shelf *shelf, uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE])
{
	return real(shelf)->kind->forgettable(real(shelf), hour, ids);
}

static bool next_known(struct shelf *shelf, struct shelf_known *out)
{
	return real(shelf)->kind->next_known(real(shelf), out);
}

static bool latest(struct shelf *shelf, uint64_t topic, struct shelf_latest *out)
{
	return real(shelf)->kind->latest(real(shelf), topic, out);
}

static void set_latest(struct shelf *shelf, const struct shelf_latest *row)
{
	real(shelf)->kind->set_latest(real(shelf), row);
}

static uint32_t forget_latest(struct shelf *shelf, uint32_t hour)
{
	return real(shelf)->kind->forget_latest(real(shelf), hour);
}

static uint32_t latest_count(struct shelf *shelf)
{
	return real(shelf)->kind->latest_count(real(shelf));
}

static void add_handed(struct shelf *shelf, const struct shelf_handed *row)
{
	real(shelf)->kind->add_handed(real(shelf), row);
}

static bool handed(struct shelf *shelf, uint64_t key, struct shelf_handed *out)
{
	return real(shelf)->kind->handed(real(shelf), key, out);
}

static void forget_handed(struct shelf *shelf, uint64_t key)
{
	real(shelf)->kind->forget_handed(real(shelf), key);
}

static size_t trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap)
{
	return real(shelf)->kind->trusted(real(shelf), out, cap);
}

static size_t revoked(struct shelf *shelf, struct revocation_entry *out, size_t cap)
{
	return real(shelf)->kind->revoked(real(shelf), out, cap);
}

static void trust(struct shelf *shelf, const struct shelf_trusted *row)
{
	real(shelf)->kind->trust(real(shelf), row);
}

static void revoke(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires)
{
	real(shelf)->kind->revoke(real(shelf), entry, expires);
}

static bool spent(struct shelf *shelf, uint64_t key, uint8_t tag[static LETTER_TAG_SIZE])
{
	return real(shelf)->kind->spent(real(shelf), key, tag);
}

static void spend(struct shelf *shelf, uint64_t key, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	real(shelf)->kind->spend(real(shelf), key, tag, expires);
}

static uint32_t forget_authority(struct shelf *shelf, uint32_t hour)
{
	return real(shelf)->kind->forget_authority(real(shelf), hour);
}

const struct shelf_kind shelf_watch = {
	.open = open_watch,
	.close = close_watch,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.put = put,
	.drop = drop,
	.restand = restand,
	.get = get,
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
};
