#ifndef BARID_PLATFORM_SIM_AGENDA_H
#define BARID_PLATFORM_SIM_AGENDA_H
/*
 * Virtual time: what is to happen, in order. Everything in a simulation happens inside agenda_step(), one thing at a time, and what falls on the same
 * moment happens in the order in which it was set, so that a run depends on nothing but its seed. Not for use by two threads.
 */

#include <stdbool.h>
#include <stdint.h>

struct agenda;

#define AGENDA_NEVER UINT64_MAX

/* One thing to happen; a part of whatever it is about. Zero it, fill in the first two, leave the rest alone, and clear it before it goes away. */
struct agenda_item {
	void (*happen)(void *owner); /* the item is not set any more; it may set it again, and any other */
	void *owner;
	uint64_t at_us, order;
	uint32_t place; /* in the heap, counted from 1; 0: not set */
};

/* NULL: no memory. Time begins at begin_us. */
struct agenda *agenda_new(uint64_t begin_us);
/* Items that are set are simply forgotten. Takes NULL. */
void agenda_free(struct agenda *agenda);

uint64_t agenda_now_us(const struct agenda *agenda);
uint64_t agenda_now_ms(const struct agenda *agenda);
/* Sets or moves an item; a time that is past is now; AGENDA_NEVER clears it. No memory ends the program. */
void agenda_set(struct agenda *agenda, struct agenda_item *item, uint64_t at_us);
/* Does nothing to one that is not set. */
void agenda_clear(struct agenda *agenda, struct agenda_item *item);
static inline bool agenda_is_set(const struct agenda_item *item)
{
	return item->place != 0;
}

/* Moves time to the next item not later than until_us and lets it happen. False: there is none; time is until_us then. */
bool agenda_step(struct agenda *agenda, uint64_t until_us);
/* How many things have happened so far. */
uint64_t agenda_count(const struct agenda *agenda);

#endif
