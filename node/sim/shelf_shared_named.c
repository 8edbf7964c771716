#include "node/sim/shelf_shared_inside.h"

#include <stdlib.h>
#include <string.h>

static_assert(SIGN_KEY_SIZE == LINKAGE_SEED_SIZE, "one list for keys and secrets");

enum { FIRST_CAP = 4 };

/* The first row that does not come before the name. */
static uint32_t place_of(const struct named *list, const uint8_t name[static SIGN_KEY_SIZE])
{
	uint32_t low = 0, high = list->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (memcmp(list->rows[middle].name, name, SIGN_KEY_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct row_named *find(const struct named *list, const uint8_t name[static SIGN_KEY_SIZE])
{
	uint32_t place = place_of(list, name);
	bool found = place < list->count && memcmp(list->rows[place].name, name, SIGN_KEY_SIZE) == 0;
	return found ? &list->rows[place] : NULL;
}

void shared_set_named(struct named *list, const struct row_named *row)
{
	uint32_t place = place_of(list, row->name);
	if (find(list, row->name) == NULL) {
		if (list->count == list->cap) {
			list->cap = list->cap == 0 ? FIRST_CAP : list->cap + list->cap / 2;
			list->rows = bodies_memory(list->rows, list->cap * sizeof(*list->rows));
		}
		memmove(&list->rows[place + 1], &list->rows[place], (list->count - place) * sizeof(*list->rows));
		list->count++;
	}
	list->rows[place] = *row;
}

void shared_remove_named(struct named *list, const uint8_t name[static SIGN_KEY_SIZE])
{
	uint32_t place = place_of(list, name);
	if (find(list, name) == NULL)
		return;
	list->count--;
	memmove(&list->rows[place], &list->rows[place + 1], (list->count - place) * sizeof(*list->rows));
}

/* Keeps how the row of that name was. */
static void note(struct shelf_shared *self, enum shared_list list, const uint8_t name[static SIGN_KEY_SIZE])
{
	struct change *change = shared_change(self, CHANGE_NAMED);
	const struct row_named *row = find(&self->lists[list], name);
	change->where = (uint8_t)list;
	change->was = row != NULL;
	if (row != NULL)
		change->old.named = *row;
	else
		memcpy(change->old.named.name, name, SIGN_KEY_SIZE);
}

size_t shared_trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap)
{
	const struct named *list = &((struct shelf_shared *)shelf)->lists[LIST_TRUSTED];
	size_t n = list->count < cap ? list->count : cap;
	for (size_t i = 0; i < n; i++) {
		const struct row_named *row = &list->rows[i];
		out[i] = (struct shelf_trusted){.number = row->number, .issued = row->issued, .expires = row->expires};
		memcpy(out[i].signing, row->name, SIGN_KEY_SIZE);
	}
	return n;
}

size_t shared_revoked(struct shelf *shelf, struct revocation_entry *out, size_t cap)
{
	const struct named *list = &((struct shelf_shared *)shelf)->lists[LIST_REVOKED];
	size_t n = list->count < cap ? list->count : cap;
	for (size_t i = 0; i < n; i++) {
		out[i].day = list->rows[i].number;
		memcpy(out[i].secret, list->rows[i].name, LINKAGE_SEED_SIZE);
	}
	return n;
}

void shared_trust(struct shelf *shelf, const struct shelf_trusted *trusted)
{
	struct shelf_shared *self = (struct shelf_shared *)shelf;
	struct row_named row = {.expires = trusted->expires, .issued = trusted->issued, .number = trusted->number};
	memcpy(row.name, trusted->signing, SIGN_KEY_SIZE);
	note(self, LIST_TRUSTED, row.name);
	shared_set_named(&self->lists[LIST_TRUSTED], &row);
}

void shared_revoke(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires)
{
	struct shelf_shared *self = (struct shelf_shared *)shelf;
	struct row_named row = {.expires = expires, .number = entry->day};
	memcpy(row.name, entry->secret, LINKAGE_SEED_SIZE);
	note(self, LIST_REVOKED, row.name);
	shared_set_named(&self->lists[LIST_REVOKED], &row);
}

/* The first by hour and then by name whose time has come, or NULL. */
static const struct row_named *first_due(const struct named *list, uint32_t hour)
{
	const struct row_named *first = NULL;
	for (uint32_t i = 0; i < list->count; i++)
		if (list->rows[i].expires <= hour && (first == NULL || list->rows[i].expires < first->expires))
			first = &list->rows[i];
	return first;
}

uint32_t shared_forget_named(struct shelf_shared *self, enum shared_list list, uint32_t hour)
{
	uint32_t gone = 0;
	for (const struct row_named *row; gone < SHELF_PAGE && (row = first_due(&self->lists[list], hour)) != NULL; gone++) {
		uint8_t name[SIGN_KEY_SIZE];
		memcpy(name, row->name, sizeof(name));
		note(self, list, name);
		shared_remove_named(&self->lists[list], name);
	}
	return gone;
}
