#ifndef BARID_NODE_SIM_ROWS_H
#define BARID_NODE_SIM_ROWS_H
/*
 * A small table of rows of one size, found by a key of 64 bits: open addressing, as little memory as possible, because the simulator has several for
 * each of its posts. Nothing that comes out of it depends on where a row lies. Used by node/sim/shelf_shared.c; never fails, as node/sim/bodies.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How each row begins. */
struct row {
	uint32_t key_low, key_high;
	uint32_t word : 31; /* hours after which it may be forgotten, or what the owner likes */
	uint32_t used : 1;  /* the table's own */
};

enum { ROWS_WORD_MAX = INT32_MAX };

/* Zero it but for size, that of one row, a multiple of 4. */
struct rows {
	uint8_t *rows;
	uint32_t count, cap;
	uint32_t least; /* no word is less, but none need be as little */
	uint32_t size;
};

/* The key of a row. */
static inline uint64_t row_key(const struct row *row)
{
	return (uint64_t)row->key_high << 32 | row->key_low;
}

/* The beginning of a row with that key and word. */
static inline struct row row_of(uint64_t key, uint32_t word)
{
	return (struct row){.key_low = (uint32_t)key, .key_high = (uint32_t)(key >> 32), .word = word & ROWS_WORD_MAX};
}

/* The table is empty then. */
void rows_free(struct rows *rows);
/* A view, good until the next change; NULL: there is none. Its key and word must not be changed. */
void *rows_find(const struct rows *rows, uint64_t key);
/* Adds a row or puts it in the place of the one with its key. row: its struct row and what follows. */
void rows_set(struct rows *rows, const struct row *row);
/* Does nothing if there is none. */
void rows_remove(struct rows *rows, uint64_t key);

/* All whose word is at most that, first by word, then by key as if it were signed. Takes cap of them at most and returns how many; *keys is to be
 * freed. */
uint32_t rows_due(struct rows *rows, uint32_t word, uint32_t cap, uint64_t **keys);
/* All of them by key as if it were signed: rows->count keys, to be freed. */
uint64_t *rows_keys(const struct rows *rows);

#endif
