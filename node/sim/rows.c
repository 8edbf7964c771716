#include "node/sim/rows.h"

#include "node/sim/bodies.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 4 };

static struct row *at(const struct rows *rows, uint32_t place)
{
	return (struct row *)(void *)(rows->rows + (size_t)place * rows->size);
}

/* Keys are hashes, but not always in tests. Multiplied, not masked, so that a table may have any size. */
static uint32_t home_of(const struct rows *rows, uint64_t key)
{
	uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15) >> 32;
	return (uint32_t)(mixed * rows->cap >> 32);
}

static uint32_t after(const struct rows *rows, uint32_t place)
{
	return place + 1 == rows->cap ? 0 : place + 1;
}

/* Where the key stands, or where it would. One place at least is free. */
static uint32_t place_of(const struct rows *rows, uint64_t key)
{
	uint32_t place = home_of(rows, key);
	while (at(rows, place)->used && row_key(at(rows, place)) != key)
		place = after(rows, place);
	return place;
}

void rows_free(struct rows *rows)
{
	free(rows->rows);
	*rows = (struct rows){.size = rows->size};
}

void *rows_find(const struct rows *rows, uint64_t key)
{
	if (rows->count == 0)
		return NULL;
	struct row *row = at(rows, place_of(rows, key));
	return row->used ? row : NULL;
}

static void move_to(struct rows *rows, uint32_t cap)
{
	uint8_t *old = rows->rows;
	uint32_t old_cap = rows->cap;
	rows->rows = bodies_memory(NULL, (size_t)cap * rows->size);
	memset(rows->rows, 0, (size_t)cap * rows->size);
	rows->cap = cap;
	for (uint32_t i = 0; i < old_cap; i++) {
		const struct row *row = (const struct row *)(const void *)(old + (size_t)i * rows->size);
		if (row->used)
			memcpy(at(rows, place_of(rows, row_key(row))), row, rows->size);
	}
	free(old);
}

void rows_set(struct rows *rows, const struct row *row)
{
	if (rows->cap == 0)
		move_to(rows, FIRST_CAP);
	else if ((rows->count + 1) * UINT64_C(8) > rows->cap * UINT64_C(7))
		move_to(rows, rows->cap + rows->cap / 2 + 2);
	struct row *place = at(rows, place_of(rows, row_key(row)));
	if (rows->count == 0 || row->word < rows->least)
		rows->least = row->word;
	rows->count += !place->used;
	memcpy(place, row, rows->size);
	place->used = 1;
}

void rows_remove(struct rows *rows, uint64_t key)
{
	if (rows->count == 0)
		return;
	uint32_t hole = place_of(rows, key);
	if (!at(rows, hole)->used)
		return;
	rows->count--;
	for (uint32_t next = after(rows, hole); at(rows, next)->used; next = after(rows, next)) {
		uint32_t home = home_of(rows, row_key(at(rows, next)));
		uint32_t from_home = next >= home ? next - home : next + rows->cap - home;
		uint32_t from_hole = next >= hole ? next - hole : next + rows->cap - hole;
		if (from_home < from_hole)
			continue;
		memcpy(at(rows, hole), at(rows, next), rows->size);
		hole = next;
	}
	at(rows, hole)->used = 0;
	if (rows->count == 0)
		rows_free(rows);
	else if (rows->cap > 64 && rows->count < rows->cap / 4)
		move_to(rows, rows->count * 2);
}

/* As if it were signed. */
static uint64_t ordered(uint64_t key)
{
	return key ^ UINT64_C(1) << 63;
}

struct due {
	uint32_t word;
	uint64_t key;
};

static int due_compare(const void *a, const void *b)
{
	const struct due *x = a, *y = b;
	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	return (ordered(x->key) > ordered(y->key)) - (ordered(x->key) < ordered(y->key));
}

/* Rows with at most that word, in no order; *least: the least word of the others. */
static uint32_t collect(const struct rows *rows, uint32_t word, struct due **out, uint32_t *least)
{
	uint32_t n = 0;
	*least = ROWS_WORD_MAX;
	*out = bodies_memory(NULL, (rows->count + 1) * sizeof(**out));
	for (uint32_t i = 0; i < rows->cap; i++) {
		const struct row *row = at(rows, i);
		if (!row->used)
			continue;
		if (row->word <= word)
			(*out)[n++] = (struct due){.word = row->word, .key = row_key(row)};
		else if (row->word < *least)
			*least = row->word;
	}
	return n;
}

uint32_t rows_due(struct rows *rows, uint32_t word, uint32_t cap, uint64_t **keys)
{
	*keys = NULL;
	if (rows->count == 0 || word < rows->least)
		return 0;
	struct due *due;
	uint32_t least, n = collect(rows, word, &due, &least);
	qsort(due, n, sizeof(*due), due_compare);
	rows->least = n > 0 ? due[0].word : least;
	n = n < cap ? n : cap;
	*keys = bodies_memory(NULL, (n + 1) * sizeof(**keys));
	for (uint32_t i = 0; i < n; i++)
		(*keys)[i] = due[i].key;
	free(due);
	return n;
}

uint64_t *rows_keys(const struct rows *rows)
{
	struct due *due;
	uint32_t least, n = collect(rows, ROWS_WORD_MAX, &due, &least);
	assert(n == rows->count);
	for (uint32_t i = 0; i < n; i++)
		due[i].word = 0;
	qsort(due, n, sizeof(*due), due_compare);
	uint64_t *keys = bodies_memory(NULL, (n + 1) * sizeof(*keys));
	for (uint32_t i = 0; i < n; i++)
		keys[i] = due[i].key;
	free(due);
	return keys;
}
