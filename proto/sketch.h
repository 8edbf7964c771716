#ifndef BARID_PROTO_SKETCH_H
#define BARID_PROTO_SKETCH_H
/*
 * Finds which short ids two sets do not share from a few bytes for each that differs, however large the sets (SPEC.md 7.5). A table of cells; each
 * cell is a PinSketch (Dodis, Ostrovsky, Reyzin, Smith 2004): the odd power sums of the ids in it, over GF(2^32). Every id is in two cells, so that a
 * cell that can be solved relieves another (as in an invertible Bloom table, Goodrich and Mitzenmacher 2011). A table that turns out too small is
 * continued, not sent again: each unsolved cell gets one more power sum.
 *
 * Pure, no allocation; every loop is bounded by the sizes below, whatever a peer sends.
 */

#include "proto/bytes.h"

enum {
	SKETCH_CELLS_MAX = 320,
	SKETCH_CAPACITY_MAX = 12, /* power sums of one cell */
	SKETCH_SUMS_MAX = 1920,   /* cells * capacity may not be more */
	SKETCH_FOUND_MAX = 1024,  /* differences one table can yield */
};

struct sketch {
	uint16_t cells;                 /* 1..SKETCH_CELLS_MAX; 1: every id is in the one cell, once */
	uint8_t capacity;               /* 1..SKETCH_CAPACITY_MAX: power sums 1, 3, .. 2 * capacity - 1 kept of each cell */
	uint32_t sums[SKETCH_SUMS_MAX]; /* cell i: sums[i * capacity ..] */
};

/* An unfinished solution: what of the difference is found, and what is left in the cells. About 15 kB. */
struct sketch_solution {
	struct sketch rest;
	uint8_t known[SKETCH_CELLS_MAX];   /* how many of its power sums each cell really has: one solved early is not continued */
	uint8_t guessed[SKETCH_CELLS_MAX]; /* how many it had when it was last solved without one to spare, or 0 */
	uint16_t count;
	uint16_t moves; /* ids found and ids taken back, altogether */
	bool overrun;   /* more than SKETCH_FOUND_MAX moves: not a sketch of two such sets */
	uint32_t found[SKETCH_FOUND_MAX];
	uint16_t guessed_from[SKETCH_FOUND_MAX]; /* the cell that was solved without one to spare, or UINT16_MAX */
};

/* An empty table. */
void sketch_start(struct sketch *sketch, uint16_t cells, uint8_t capacity);
/* Adds ids, each 1..2^32-1, to their cells; adding one again takes it away. powers, count of them, are filled with the highest power of each id in
 * the table, for sketch_toggle_next(). */
void sketch_toggle(struct sketch *sketch, const uint32_t *ids, uint32_t *powers, size_t count);
/* Adds what is in one table to another of the same form: afterwards it describes the ids that are in one of the two only. */
void sketch_merge(struct sketch *sketch, const struct sketch *other);
/* All sums, cell by cell, u32 each: 4 * cells * capacity bytes. */
void sketch_encode(const struct sketch *sketch, struct writer *writer);
/* Reads the sums of a table of the form sketch already has. */
void sketch_decode(struct sketch *sketch, struct reader *reader);

/* Starts from a merged table and finds what can be found. True: everything; the ids are in found[0..count), in no order. False: very few of them may
 * be wrong, and are taken back when the table is continued; two ids that are equal have cancelled and are never found. */
bool sketch_solve(struct sketch_solution *solution, const struct sketch *merged);
/* True if this cell is still unsolved. cell < rest.cells. */
bool sketch_unsolved(const struct sketch_solution *solution, uint16_t cell);
/* Goes on with one more power sum a cell: more is a merged table of the same cells and capacity 1 that holds power sum 2 * capacity + 1 of each cell
 * (sketch_toggle_next() below); cells already solved are left out of account. True: everything is found now. False for ever after an overrun and at
 * SKETCH_CAPACITY_MAX or SKETCH_SUMS_MAX, where rest.capacity does not grow. */
bool sketch_solve_more(struct sketch_solution *solution, const struct sketch *more);
/* Adds power sum 2 * capacity + 1 of ids to their cells of a table of capacity 1. powers: of each id the power it had in the table as it was,
 * id^(2 * capacity - 1) in GF(2^32); they are moved on to the next. */
void sketch_toggle_next(struct sketch *more, const uint32_t *ids, uint32_t *powers, size_t count);
/* These powers for who has not kept them. */
void sketch_powers(const uint32_t *ids, uint32_t *powers, size_t count, uint8_t capacity);

#endif
