#include "node/sim/bodies.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 1024 };

struct body {
	uint8_t tag[LETTER_TAG_SIZE];
	uint8_t *bytes;
	uint32_t holders; /* 0: free */
	uint32_t len;     /* free: the next one free */
};

/* place: open addressing by tag, numbers of bodies; twice as many places as bodies, or more. */
static struct {
	struct body *bodies;
	uint32_t *place;
	uint32_t made, cap, used, free;
	uint64_t bytes;
} all = {.free = BODIES_NONE};

void *bodies_memory(void *old, size_t len)
{
	void *memory = realloc(old, len);
	if (memory == NULL && len > 0) {
		(void)fputs("the letters of the simulated world do not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
		abort();
	}
	return memory;
}

static uint32_t home_of(const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint32_t word;
	memcpy(&word, tag, sizeof(word)); /* a hash of the letter already; where it lies shows nowhere */
	return word & (all.cap * 2 - 1);
}

/* Where the tag stands, or where it would. */
static uint32_t place_of(const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint32_t at = home_of(tag);
	while (all.place[at] != BODIES_NONE && memcmp(all.bodies[all.place[at]].tag, tag, LETTER_TAG_SIZE) != 0)
		at = (at + 1) & (all.cap * 2 - 1);
	return at;
}

static void grow(void)
{
	if (all.used < all.cap)
		return;
	all.cap = all.cap == 0 ? FIRST_CAP : all.cap * 2;
	all.bodies = bodies_memory(all.bodies, all.cap * sizeof(*all.bodies));
	all.place = bodies_memory(all.place, all.cap * 2 * sizeof(*all.place));
	for (uint32_t i = 0; i < all.cap * 2; i++)
		all.place[i] = BODIES_NONE;
	for (uint32_t i = 0; i < all.made; i++)
		if (all.bodies[i].holders > 0)
			all.place[place_of(all.bodies[i].tag)] = i;
}

static uint32_t add(const uint8_t tag[static LETTER_TAG_SIZE], const uint8_t *body, size_t len)
{
	uint32_t number = all.free;
	if (number == BODIES_NONE)
		number = all.made++;
	else
		all.free = all.bodies[number].len;
	struct body *made = &all.bodies[number];
	*made = (struct body){.bytes = bodies_memory(NULL, len), .len = (uint32_t)len};
	memcpy(made->tag, tag, LETTER_TAG_SIZE);
	memcpy(made->bytes, body, len);
	all.used++;
	all.bytes += len;
	return number;
}

uint32_t bodies_hold(const uint8_t tag[static LETTER_TAG_SIZE], const uint8_t *body, size_t len)
{
	grow();
	uint32_t *place = &all.place[place_of(tag)];
	if (*place == BODIES_NONE)
		*place = add(tag, body, len);
	struct body *held = &all.bodies[*place];
	assert(held->len == len);
	assert(memcmp(held->bytes, body, len) == 0);
	held->holders++;
	return *place;
}

/* Takes a place out of the table and moves up what stands behind it only because it was taken. */
static void vacate(uint32_t at)
{
	uint32_t mask = all.cap * 2 - 1, next = at;
	for (;;) {
		next = (next + 1) & mask;
		if (all.place[next] == BODIES_NONE)
			break;
		uint32_t home = home_of(all.bodies[all.place[next]].tag);
		if (((next - home) & mask) < ((next - at) & mask))
			continue;
		all.place[at] = all.place[next];
		at = next;
	}
	all.place[at] = BODIES_NONE;
}

void bodies_release(uint32_t number)
{
	struct body *body = &all.bodies[number];
	assert(body->holders > 0);
	if (--body->holders > 0)
		return;
	vacate(place_of(body->tag));
	all.used--;
	all.bytes -= body->len;
	free(body->bytes);
	body->bytes = NULL;
	body->len = all.free;
	all.free = number;
}

size_t bodies_at(uint32_t number, const uint8_t **body)
{
	assert(number < all.made);
	assert(all.bodies[number].holders > 0);
	*body = all.bodies[number].bytes;
	return all.bodies[number].len;
}

uint32_t bodies_count(uint64_t *bytes)
{
	*bytes = all.bytes;
	return all.used;
}
