#include "node/sim/shelf_shared_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

/* Turns seldom overlap, so that a few records do for any number of posts. */
static struct turn *spare;

struct change *shared_change(struct shelf_shared *self, enum change_what what)
{
	struct turn *turn = self->turn;
	assert(turn != NULL);
	if (turn->count == turn->cap) {
		turn->cap = turn->cap == 0 ? FIRST_CAP : turn->cap * 2;
		turn->changes = bodies_memory(turn->changes, turn->cap * sizeof(*turn->changes));
	}
	struct change *change = &turn->changes[turn->count++];
	change->what = (uint8_t)what;
	return change;
}

void shared_begin(struct shelf *shelf)
{
	struct shelf_shared *self = (struct shelf_shared *)shelf;
	assert(self->turn == NULL);
	self->turn = spare;
	if (self->turn != NULL) {
		spare = self->turn->next;
		return;
	}
	self->turn = bodies_memory(NULL, sizeof(*self->turn));
	*self->turn = (struct turn){.count = 0};
}

static void end(struct shelf_shared *self)
{
	self->turn->count = 0;
	self->turn->next = spare;
	spare = self->turn;
	self->turn = NULL;
}

/* Closes the gaps of letters that are gone, when half of all are. */
static void close_gaps(struct shelf_shared *self)
{
	if (self->held_gone * 2 < self->held_count)
		return;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < self->held_count; i++)
		if (self->held[i].body != BODIES_NONE)
			self->held[kept++] = self->held[i];
	self->held_count = kept;
	self->held_gone = 0;
	if (kept < self->held_cap / 4) {
		self->held_cap = kept + kept / 2;
		if (self->held_cap > 0) {
			self->held = bodies_memory(self->held, self->held_cap * sizeof(*self->held));
		} else {
			free(self->held);
			self->held = NULL;
		}
	}
}

void shared_commit(struct shelf *shelf, const struct shelf_summary *summary)
{
	struct shelf_shared *self = (struct shelf_shared *)shelf;
	assert(self->turn != NULL);
	self->meta.summary = *summary;
	for (uint32_t i = 0; i < self->turn->count; i++)
		if (self->turn->changes[i].what == CHANGE_DELETE)
			bodies_release(self->turn->changes[i].old.held.body);
	close_gaps(self);
	end(self);
}

static void take_back(struct shelf_shared *self, const struct change *change)
{
	switch ((enum change_what)change->what) {
	case CHANGE_PUT:
		self->held_count--; /* later ones are taken back already, and no gap is closed before the turn is over */
		assert(self->held[self->held_count].seq == change->old.held.seq);
		bodies_release(self->held[self->held_count].body);
		return;
	case CHANGE_DELETE:
		self->held_gone--;
		self->soonest = change->old.held.expires < self->soonest ? change->old.held.expires : self->soonest;
		self->held[shared_place(self, change->old.held.seq)] = change->old.held;
		return;
	case CHANGE_RESTAND:
		self->held[shared_place(self, change->old.held.seq)].standing = change->old.held.standing;
		return;
	case CHANGE_ROW:
		if (change->was)
			rows_set(&self->tables[change->where], &change->old.row.row);
		else
			rows_remove(&self->tables[change->where], row_key(&change->old.row.row));
		return;
	case CHANGE_NAMED:
		if (change->was)
			shared_set_named(&self->lists[change->where], &change->old.named);
		else
			shared_remove_named(&self->lists[change->where], change->old.named.name);
		return;
	}
	assert(false);
}

void shared_rollback(struct shelf *shelf)
{
	struct shelf_shared *self = (struct shelf_shared *)shelf;
	if (self->turn == NULL)
		return;
	for (uint32_t i = self->turn->count; i > 0; i--)
		take_back(self, &self->turn->changes[i - 1]);
	end(self);
}
