#include "node/sim/classics_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 16 };

/* Spreads a number over 32 bits, so that sums of few numbers differ. */
static uint32_t mix(uint32_t number)
{
	uint64_t z = ((uint64_t)number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(z >> 32);
}

/* Where a number stands, or would. */
static uint32_t place_of(const struct buffer *buffer, uint32_t number)
{
	uint32_t low = 0, high = buffer->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (buffer->all[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct held *buffer_find(const struct buffer *buffer, uint32_t number)
{
	uint32_t place = place_of(buffer, number);
	return place < buffer->count && buffer->all[place].number == number ? &buffer->all[place] : NULL;
}

struct held *buffer_add(struct buffer *buffer, const struct classic_letter *letter, uint32_t copies)
{
	if (buffer->count == buffer->cap) {
		buffer->cap = buffer->cap == 0 ? FIRST : buffer->cap * 2;
		buffer->all = classic_need(realloc(buffer->all, buffer->cap * sizeof *buffer->all));
	}
	uint32_t place = place_of(buffer, letter->number);
	assert(place == buffer->count || buffer->all[place].number != letter->number);
	memmove(&buffer->all[place + 1], &buffer->all[place], (buffer->count - place) * sizeof *buffer->all);
	if (buffer->count++ == 0 || letter->expires_ms < buffer->next_expiry_ms)
		buffer->next_expiry_ms = letter->expires_ms;
	buffer->all[place] = (struct held){.number = letter->number,
					   .addressee = letter->addressee,
					   .bytes = letter->bytes,
					   .copies = copies,
					   .arrival = buffer->arrivals++,
					   .expires_ms = letter->expires_ms};
	buffer->bytes += letter->bytes;
	buffer->digest += mix(letter->number);
	buffer->generation++;
	return &buffer->all[place];
}

void buffer_remove(struct buffer *buffer, uint32_t number)
{
	struct held *held = buffer_find(buffer, number);
	assert(held != NULL);
	buffer->bytes -= held->bytes;
	buffer->digest -= mix(number);
	buffer->generation++;
	uint32_t place = (uint32_t)(held - buffer->all);
	memmove(held, held + 1, (--buffer->count - place) * sizeof *held);
}

const struct held *buffer_oldest(const struct buffer *buffer, uint32_t node)
{
	const struct held *oldest = NULL;
	for (uint32_t i = 0; i < buffer->count; i++)
		if (buffer->all[i].addressee != node && (oldest == NULL || buffer->all[i].arrival < oldest->arrival))
			oldest = &buffer->all[i];
	return oldest;
}

const struct held *buffer_expired(struct buffer *buffer, uint64_t now_ms)
{
	if (buffer->count == 0 || buffer->next_expiry_ms > now_ms)
		return NULL;
	uint64_t next_ms = UINT64_MAX;
	for (uint32_t i = 0; i < buffer->count; i++) {
		if (buffer->all[i].expires_ms <= now_ms)
			return &buffer->all[i];
		if (buffer->all[i].expires_ms < next_ms)
			next_ms = buffer->all[i].expires_ms;
	}
	buffer->next_expiry_ms = next_ms;
	return NULL;
}

struct turn_of {
	uint64_t arrival;
	uint32_t number;
};

static int compare_arrivals(const void *left, const void *right)
{
	const struct turn_of *a = left, *b = right;
	return (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

uint32_t *buffer_by_arrival(const struct buffer *buffer)
{
	struct turn_of *turns = classic_need(malloc((buffer->count + 1) * sizeof *turns));
	uint32_t *numbers = classic_need(malloc((buffer->count + 1) * sizeof *numbers));
	for (uint32_t i = 0; i < buffer->count; i++)
		turns[i] = (struct turn_of){buffer->all[i].arrival, buffer->all[i].number};
	qsort(turns, buffer->count, sizeof *turns, compare_arrivals);
	for (uint32_t i = 0; i < buffer->count; i++)
		numbers[i] = turns[i].number;
	free(turns);
	return numbers;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->all);
	*buffer = (struct buffer){0};
}
