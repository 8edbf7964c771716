#include "platform/sim/agenda.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* A heap of four children a parent: half the depth of one of two, and the four lie side by side in memory. */
enum { CHILDREN = 4, FIRST_CAP = 1024 };

/* The key stands beside the pointer so that comparing does not fetch the item. */
struct slot {
	uint64_t at_us, order;
	struct agenda_item *item;
};

struct agenda {
	uint64_t now_us, next_order, count;
	uint32_t used, cap;
	bool vacant;       /* the item of heap[0] is happening: its slot stays, before all others, until one is set and takes it */
	struct slot *heap; /* [0] is place 1 */
};

struct agenda *agenda_new(uint64_t begin_us)
{
	struct agenda *agenda = calloc(1, sizeof *agenda);
	if (!agenda)
		return NULL;
	agenda->now_us = begin_us;
	return agenda;
}

void agenda_free(struct agenda *agenda)
{
	if (!agenda)
		return;
	for (uint32_t i = agenda->vacant; i < agenda->used; i++)
		agenda->heap[i].item->place = 0;
	free(agenda->heap);
	free(agenda);
}

uint64_t agenda_now_us(const struct agenda *agenda)
{
	return agenda->now_us;
}

uint64_t agenda_now_ms(const struct agenda *agenda)
{
	return agenda->now_us / 1000;
}

static bool before(const struct slot *a, const struct slot *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void put(struct agenda *agenda, uint32_t at, const struct slot *slot)
{
	agenda->heap[at] = *slot;
	slot->item->place = at + 1;
}

static void rise(struct agenda *agenda, uint32_t at, const struct slot *slot)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / CHILDREN;
		if (!before(slot, &agenda->heap[parent]))
			break;
		put(agenda, at, &agenda->heap[parent]);
		at = parent;
	}
	put(agenda, at, slot);
}

static void sink(struct agenda *agenda, uint32_t at, const struct slot *slot)
{
	for (;;) {
		uint32_t first = at * CHILDREN + 1, least = first;
		if (first >= agenda->used)
			break;
		for (uint32_t i = first + 1; i < first + CHILDREN && i < agenda->used; i++)
			if (before(&agenda->heap[i], &agenda->heap[least]))
				least = i;
		if (!before(&agenda->heap[least], slot))
			break;
		put(agenda, at, &agenda->heap[least]);
		at = least;
	}
	put(agenda, at, slot);
}

/* Puts a slot where it belongs, from a place whose slot is not needed any more. */
static void settle(struct agenda *agenda, uint32_t at, const struct slot *slot)
{
	if (at > 0 && before(slot, &agenda->heap[(at - 1) / CHILDREN]))
		rise(agenda, at, slot);
	else
		sink(agenda, at, slot);
}

static void grow(struct agenda *agenda)
{
	if (agenda->used < agenda->cap)
		return;
	uint32_t cap = agenda->cap ? agenda->cap * 2 : FIRST_CAP;
	struct slot *heap = realloc(agenda->heap, cap * sizeof *heap);
	if (!heap) {
		(void)fputs("the simulated world does not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
		abort();
	}
	agenda->heap = heap;
	agenda->cap = cap;
}

static void take_out(struct agenda *agenda, uint32_t at)
{
	agenda->used--;
	if (at == agenda->used)
		return;
	struct slot last = agenda->heap[agenda->used];
	settle(agenda, at, &last);
}

void agenda_clear(struct agenda *agenda, struct agenda_item *item)
{
	if (!item->place)
		return;
	uint32_t at = item->place - 1;
	assert(agenda->heap[at].item == item);
	item->place = 0;
	take_out(agenda, at);
}

void agenda_set(struct agenda *agenda, struct agenda_item *item, uint64_t at_us)
{
	assert(item->happen);
	if (at_us == AGENDA_NEVER) {
		agenda_clear(agenda, item);
		return;
	}
	item->at_us = at_us < agenda->now_us ? agenda->now_us : at_us;
	item->order = agenda->next_order++;
	struct slot slot = {.at_us = item->at_us, .order = item->order, .item = item};
	if (item->place) {
		settle(agenda, item->place - 1, &slot);
		return;
	}
	if (agenda->vacant) {
		agenda->vacant = false;
		sink(agenda, 0, &slot);
		return;
	}
	grow(agenda);
	rise(agenda, agenda->used++, &slot);
}

bool agenda_step(struct agenda *agenda, uint64_t until_us)
{
	if (agenda->used == 0 || agenda->heap[0].at_us > until_us) {
		agenda->now_us = until_us > agenda->now_us ? until_us : agenda->now_us;
		return false;
	}
	struct agenda_item *item = agenda->heap[0].item;
	agenda->now_us = item->at_us;
	agenda->count++;
	item->place = 0;
	agenda->vacant = true;
	item->happen(item->owner);
	if (agenda->vacant)
		take_out(agenda, 0);
	agenda->vacant = false;
	return true;
}

uint64_t agenda_count(const struct agenda *agenda)
{
	return agenda->count;
}
