#include "platform/sim/agenda.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Time is cut into pages. What is to happen on the page of now, or was due before, stands in a heap; what comes later is only sorted by page, into a
 * ring of so many, and a page that comes up is poured into the heap. So the heap is small and lies in the processor's cache however many items are
 * set, and what is set and moved again before its time costs next to nothing.
 *
 * The heap has four children a parent: half the depth of one of two, and the four lie side by side in memory.
 */
enum { CHILDREN = 4, FIRST_CAP = 16, PAGE_SHIFT = 16, PAGES = 1024 };

/* The key stands beside the pointer so that comparing does not fetch the item. */
struct slot {
	uint64_t at_us, order;
	struct agenda_item *item;
};

/* Slots in a row; [0] is place 1. */
struct row {
	struct slot *slots;
	uint32_t used, cap;
};

struct agenda {
	uint64_t now_us, next_order, count;
	uint64_t page;   /* up to here everything is in the heap */
	uint64_t behind; /* items on later pages */
	bool vacant;     /* the item of the heap's first slot is happening: the slot stays, before all others, until one is set and takes it */
	struct row heap;
	struct row pages[PAGES]; /* by page modulo their number: of several rounds of the ring */
};

struct agenda *agenda_new(uint64_t begin_us)
{
	struct agenda *agenda = calloc(1, sizeof *agenda);
	if (!agenda)
		return NULL;
	agenda->now_us = begin_us;
	agenda->page = begin_us >> PAGE_SHIFT;
	return agenda;
}

static void forget(struct row *row, uint32_t from)
{
	for (uint32_t i = from; i < row->used; i++)
		row->slots[i].item->place = 0;
	free(row->slots);
}

void agenda_free(struct agenda *agenda)
{
	if (!agenda)
		return;
	forget(&agenda->heap, agenda->vacant);
	for (unsigned i = 0; i < PAGES; i++)
		forget(&agenda->pages[i], 0);
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

static void put(struct row *row, uint32_t at, const struct slot *slot)
{
	row->slots[at] = *slot;
	slot->item->place = at + 1;
}

static void rise(struct row *heap, uint32_t at, const struct slot *slot)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / CHILDREN;
		if (!before(slot, &heap->slots[parent]))
			break;
		put(heap, at, &heap->slots[parent]);
		at = parent;
	}
	put(heap, at, slot);
}

static void sink(struct row *heap, uint32_t at, const struct slot *slot)
{
	for (;;) {
		uint32_t first = at * CHILDREN + 1, least = first;
		if (first >= heap->used)
			break;
		for (uint32_t i = first + 1; i < first + CHILDREN && i < heap->used; i++)
			if (before(&heap->slots[i], &heap->slots[least]))
				least = i;
		if (!before(&heap->slots[least], slot))
			break;
		put(heap, at, &heap->slots[least]);
		at = least;
	}
	put(heap, at, slot);
}

/* Puts a slot where it belongs, from a place whose slot is not needed any more. */
static void settle(struct row *heap, uint32_t at, const struct slot *slot)
{
	if (at > 0 && before(slot, &heap->slots[(at - 1) / CHILDREN]))
		rise(heap, at, slot);
	else
		sink(heap, at, slot);
}

/* One more at the end of a row, to be filled. */
static uint32_t add(struct row *row)
{
	if (row->used == row->cap) {
		uint32_t cap = row->cap ? row->cap * 2 : FIRST_CAP;
		struct slot *slots = realloc(row->slots, cap * sizeof *slots);
		if (!slots) {
			(void)fputs("the simulated world does not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
			abort();
		}
		row->slots = slots;
		row->cap = cap;
	}
	return row->used++;
}

static void take_out(struct row *heap, uint32_t at)
{
	heap->used--;
	if (at == heap->used)
		return;
	struct slot last = heap->slots[heap->used];
	settle(heap, at, &last);
}

/* The row of a later page; NULL: what falls on this page is in the heap. */
static struct row *page_of(struct agenda *agenda, uint64_t at_us)
{
	uint64_t page = at_us >> PAGE_SHIFT;
	return page > agenda->page ? &agenda->pages[page % PAGES] : NULL;
}

static void take_from_page(struct agenda *agenda, struct row *page, uint32_t at)
{
	agenda->behind--;
	if (at != --page->used)
		put(page, at, &page->slots[page->used]);
}

/* Pours the page that has come into the heap; what is of a later round stays. */
static void turn_page(struct agenda *agenda)
{
	struct row *page = &agenda->pages[++agenda->page % PAGES];
	for (uint32_t i = page->used; i-- > 0;) {
		struct slot slot = page->slots[i];
		if (slot.at_us >> PAGE_SHIFT != agenda->page)
			continue;
		take_from_page(agenda, page, i);
		rise(&agenda->heap, add(&agenda->heap), &slot);
	}
}

/* Nothing is on any page of a whole round: on to the next one that something is on, but not past the last. */
static void skip_pages(struct agenda *agenda, uint64_t last)
{
	uint64_t next = last;
	for (unsigned i = 0; i < PAGES; i++)
		for (uint32_t j = 0; j < agenda->pages[i].used; j++) {
			uint64_t page = agenda->pages[i].slots[j].at_us >> PAGE_SHIFT;
			next = page < next ? page : next;
		}
	agenda->page = next - 1;
}

void agenda_clear(struct agenda *agenda, struct agenda_item *item)
{
	if (!item->place)
		return;
	uint32_t at = item->place - 1;
	struct row *page = page_of(agenda, item->at_us);
	assert((page ? page : &agenda->heap)->slots[at].item == item);
	item->place = 0;
	if (page)
		take_from_page(agenda, page, at);
	else
		take_out(&agenda->heap, at);
}

/* An item that is not set, or is in the heap still: its slot there is moved. */
static void set_in_heap(struct agenda *agenda, const struct slot *slot)
{
	if (slot->item->place) {
		settle(&agenda->heap, slot->item->place - 1, slot);
		return;
	}
	if (agenda->vacant) {
		agenda->vacant = false;
		sink(&agenda->heap, 0, slot);
		return;
	}
	rise(&agenda->heap, add(&agenda->heap), slot);
}

void agenda_set(struct agenda *agenda, struct agenda_item *item, uint64_t at_us)
{
	assert(item->happen);
	if (at_us == AGENDA_NEVER) {
		agenda_clear(agenda, item);
		return;
	}
	uint64_t due_us = at_us < agenda->now_us ? agenda->now_us : at_us;
	struct row *page = page_of(agenda, due_us);
	if (page || (item->place && page_of(agenda, item->at_us)))
		agenda_clear(agenda, item);
	item->at_us = due_us;
	item->order = agenda->next_order++;
	struct slot slot = {.at_us = item->at_us, .order = item->order, .item = item};
	if (!page) {
		set_in_heap(agenda, &slot);
		return;
	}
	agenda->behind++;
	put(page, add(page), &slot);
}

bool agenda_step(struct agenda *agenda, uint64_t until_us)
{
	uint64_t last = until_us >> PAGE_SHIFT;
	for (unsigned turned = 1; agenda->heap.used == 0 && agenda->behind > 0 && agenda->page < last; turned++) {
		if (turned % PAGES == 0)
			skip_pages(agenda, last);
		turn_page(agenda);
	}
	if (agenda->heap.used == 0 || agenda->heap.slots[0].at_us > until_us) {
		agenda->now_us = until_us > agenda->now_us ? until_us : agenda->now_us;
		return false;
	}
	struct agenda_item *item = agenda->heap.slots[0].item;
	agenda->now_us = item->at_us;
	agenda->count++;
	item->place = 0;
	agenda->vacant = true;
	item->happen(item->owner);
	if (agenda->vacant)
		take_out(&agenda->heap, 0);
	agenda->vacant = false;
	return true;
}

uint64_t agenda_count(const struct agenda *agenda)
{
	return agenda->count;
}
