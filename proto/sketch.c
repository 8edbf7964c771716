#include "proto/sketch.h"

#include "proto/field.h"
#include "proto/locator.h"
#include "proto/places.h"

#include <assert.h>
#include <string.h>

static_assert((int)SKETCH_CAPACITY_MAX == (int)LOCATOR_DEGREE_MAX, "a full cell is solved by a locator of that degree");
static_assert(SKETCH_CELLS_MAX <= SKETCH_SUMS_MAX, "every number of cells fits with one sum each");

enum {
	GUESS_CELLS_MIN = 8, /* with fewer, too many wrong ids would happen to be in their place */
	NOT_GUESSED = UINT16_MAX,
	PIECE_IDS = 256,
};

static bool has_form(const struct sketch *sketch)
{
	return sketch->cells >= 1 && sketch->cells <= SKETCH_CELLS_MAX && sketch->capacity >= 1 && sketch->capacity <= SKETCH_CAPACITY_MAX &&
	       sketch->cells * sketch->capacity <= SKETCH_SUMS_MAX;
}

/* What the sums in use take: the rest of them is never touched. */
static size_t sums_size(const struct sketch *sketch)
{
	return (size_t)sketch->cells * sketch->capacity * sizeof(*sketch->sums);
}

/* Copies what is in use. */
static void copy(struct sketch *to, const struct sketch *from)
{
	to->cells = from->cells;
	to->capacity = from->capacity;
	memcpy(to->sums, from->sums, sums_size(from));
}

static uint32_t *sums_of(struct sketch *sketch, size_t cell)
{
	return sketch->sums + cell * sketch->capacity;
}

/* Ids go through in pieces, a step at a time for all of a piece: a store has many, and each step is a short loop. */
struct piece {
	size_t count;
	uint32_t squares[PIECE_IDS];
	uint32_t one[PIECE_IDS], two[PIECE_IDS]; /* where the sums of its two cells begin */
};

static void piece_start(struct piece *piece, const struct sketch *sketch, const uint32_t *ids, size_t count)
{
	piece->count = count < PIECE_IDS ? count : PIECE_IDS;
	memcpy(piece->squares, ids, piece->count * sizeof(*ids));
	field_multiply_all(piece->squares, ids, piece->count);
	places_of_all(ids, piece->count, sketch->cells, sketch->capacity, piece->one, piece->two);
}

/* Adds one power of each id to its cells: to sum row of them. */
static void add_row(struct sketch *sketch, const struct piece *piece, const uint32_t *powers, size_t row)
{
	uint32_t *sums = sketch->sums + row;
	for (size_t i = 0; i < piece->count; i++) {
		const size_t one = piece->one[i], two = piece->two[i];
		sums[one] ^= powers[i];
		if (one != two)
			sums[two] ^= powers[i];
	}
}

void sketch_start(struct sketch *sketch, uint16_t cells, uint8_t capacity)
{
	sketch->cells = cells;
	sketch->capacity = capacity;
	assert(has_form(sketch));
	memset(sketch->sums, 0, sums_size(sketch));
}

void sketch_toggle(struct sketch *sketch, const uint32_t *ids, uint32_t *powers, size_t count)
{
	struct piece piece;
	for (size_t at = 0; at < count; at += piece.count) {
		piece_start(&piece, sketch, ids + at, count - at);
		memcpy(powers + at, ids + at, piece.count * sizeof(*ids));
		add_row(sketch, &piece, powers + at, 0);
		for (size_t row = 1; row < sketch->capacity; row++) {
			field_multiply_all(powers + at, piece.squares, piece.count);
			add_row(sketch, &piece, powers + at, row);
		}
	}
}

void sketch_toggle_next(struct sketch *more, const uint32_t *ids, uint32_t *powers, size_t count)
{
	struct piece piece;
	assert(more->capacity == 1);
	for (size_t at = 0; at < count; at += piece.count) {
		piece_start(&piece, more, ids + at, count - at);
		field_multiply_all(powers + at, piece.squares, piece.count);
		add_row(more, &piece, powers + at, 0);
	}
}

void sketch_powers(const uint32_t *ids, uint32_t *powers, size_t count, uint8_t capacity)
{
	uint32_t of_one[SKETCH_CAPACITY_MAX];
	assert(capacity >= 1 && capacity <= SKETCH_CAPACITY_MAX);
	for (size_t i = 0; i < count; i++) {
		field_odd_powers(ids[i], of_one, capacity);
		powers[i] = of_one[capacity - 1];
	}
}

void sketch_merge(struct sketch *sketch, const struct sketch *other)
{
	assert(sketch->cells == other->cells && sketch->capacity == other->capacity);
	for (size_t i = 0; i < (size_t)sketch->cells * sketch->capacity; i++)
		sketch->sums[i] ^= other->sums[i];
}

void sketch_encode(const struct sketch *sketch, struct writer *writer)
{
	for (size_t i = 0; i < (size_t)sketch->cells * sketch->capacity; i++)
		write_u32(writer, sketch->sums[i]);
}

void sketch_decode(struct sketch *sketch, struct reader *reader)
{
	for (size_t i = 0; i < (size_t)sketch->cells * sketch->capacity; i++)
		sketch->sums[i] = read_u32(reader);
}

bool sketch_unsolved(const struct sketch_solution *solution, uint16_t cell)
{
	const uint32_t *sums = solution->rest.sums + (size_t)cell * solution->rest.capacity;
	for (size_t i = 0; i < solution->known[cell]; i++) {
		if (sums[i] != 0)
			return true;
	}
	return false;
}

/* What has still to be tried on a cell. */
enum turn { TURN_NONE, TURN_CONFIRMED, TURN_GUESS };

struct peeling {
	struct sketch_solution *solution;
	uint8_t turn[SKETCH_CELLS_MAX]; /* enum turn */
};

/* Takes an id out of both its cells, or puts it back, and lets them be tried again. */
static void move_id(struct peeling *peeling, uint32_t id)
{
	struct sketch_solution *solution = peeling->solution;
	uint32_t powers[SKETCH_CAPACITY_MAX];
	field_odd_powers(id, powers, solution->rest.capacity);
	const struct places places = places_of(id, solution->rest.cells);
	for (size_t i = 0; i < 2; i++) {
		const uint32_t cell = places.cell[i];
		if (i == 1 && cell == places.cell[0])
			break;
		uint32_t *sums = sums_of(&solution->rest, cell);
		for (size_t n = 0; n < solution->known[cell]; n++)
			sums[n] ^= powers[n];
		peeling->turn[cell] = TURN_CONFIRMED;
	}
	solution->moves++;
}

/* An id found a second time was a wrong guess of another cell. */
static void find_id(struct peeling *peeling, uint32_t id, uint16_t guessed_from)
{
	struct sketch_solution *solution = peeling->solution;
	move_id(peeling, id);
	for (size_t i = 0; i < solution->count; i++) {
		if (solution->found[i] == id) {
			solution->count--;
			solution->found[i] = solution->found[solution->count];
			solution->guessed_from[i] = solution->guessed_from[solution->count];
			return;
		}
	}
	solution->found[solution->count] = id;
	solution->guessed_from[solution->count] = guessed_from;
	solution->count++;
}

static void take_back_guess(struct peeling *peeling, uint16_t cell)
{
	struct sketch_solution *solution = peeling->solution;
	for (size_t i = solution->count; i-- > 0;) {
		if (solution->guessed_from[i] == cell)
			find_id(peeling, solution->found[i], NOT_GUESSED);
	}
}

/* True if every root belongs into the cell. */
static bool fits_cell(const struct locator *locator, const uint32_t *roots, uint16_t cell, uint16_t cells)
{
	for (size_t i = 0; i < locator->degree; i++) {
		const struct places places = places_of(roots[i], cells);
		if (places.cell[0] != cell && places.cell[1] != cell)
			return false;
	}
	return true;
}

/* One cell. A guess has no sum to spare, so that only the places of the ids speak for them. */
static void try_cell(struct peeling *peeling, uint16_t cell, bool guess)
{
	struct sketch_solution *solution = peeling->solution;
	const uint8_t known = solution->known[cell];
	struct locator locator;
	uint32_t roots[LOCATOR_DEGREE_MAX];
	peeling->turn[cell] = TURN_NONE;
	if (!sketch_unsolved(solution, cell))
		return;
	if (solution->guessed[cell] == known)
		take_back_guess(peeling, cell);
	if (!locator_fit(&locator, sums_of(&solution->rest, cell), known))
		return;
	if (locator.degree == known && !guess) {
		if (solution->rest.cells >= GUESS_CELLS_MIN && solution->guessed[cell] < known)
			peeling->turn[cell] = TURN_GUESS;
		return;
	}
	if (!locator_roots(&locator, roots) || !fits_cell(&locator, roots, cell, solution->rest.cells))
		return;
	solution->overrun = solution->moves + locator.degree > SKETCH_FOUND_MAX;
	if (solution->overrun)
		return;
	if (guess)
		solution->guessed[cell] = known;
	for (size_t i = 0; i < locator.degree; i++)
		find_id(peeling, roots[i], guess ? cell : NOT_GUESSED);
	peeling->turn[cell] = TURN_NONE;
}

/* Tries the cells that wait for this turn. True: something was found or taken back, and other cells wait for the first turn again. */
static bool sweep(struct peeling *peeling, enum turn turn)
{
	const struct sketch_solution *solution = peeling->solution;
	const uint16_t moves = solution->moves;
	for (uint16_t cell = 0; cell < solution->rest.cells && !solution->overrun; cell++) {
		if (peeling->turn[cell] == turn)
			try_cell(peeling, cell, turn == TURN_GUESS);
	}
	return solution->moves != moves;
}

/* Solves what can be solved: what is certain first, and a guess, which may be wrong, only where nothing else is left. A wrong one spoils other cells
 * and is taken back when these are solved, and no cell is guessed at again with the same sums: else two cells could feed each other for ever. */
static bool peel(struct sketch_solution *solution)
{
	struct peeling peeling = {.solution = solution};
	memset(peeling.turn, TURN_CONFIRMED, sizeof(peeling.turn));
	while (sweep(&peeling, TURN_CONFIRMED) || sweep(&peeling, TURN_GUESS))
		;
	for (uint16_t cell = 0; cell < solution->rest.cells; cell++) {
		if (sketch_unsolved(solution, cell))
			return false;
	}
	return !solution->overrun;
}

bool sketch_solve(struct sketch_solution *solution, const struct sketch *merged)
{
	assert(has_form(merged));
	copy(&solution->rest, merged);
	memset(solution->known, merged->capacity, merged->cells);
	memset(solution->guessed, 0, merged->cells);
	solution->count = solution->moves = 0;
	solution->overrun = false;
	return peel(solution);
}

/* Makes room for one more sum in each cell, from the last cell down. */
static void widen(struct sketch *rest)
{
	const uint8_t capacity = rest->capacity;
	for (size_t cell = rest->cells; cell-- > 0;) {
		uint32_t *to = rest->sums + cell * (capacity + 1u);
		memmove(to, rest->sums + cell * capacity, capacity * sizeof(*to));
		to[capacity] = 0;
	}
	rest->capacity++;
}

bool sketch_solve_more(struct sketch_solution *solution, const struct sketch *more)
{
	struct sketch *rest = &solution->rest;
	const uint8_t before = rest->capacity;
	assert(more->capacity == 1 && more->cells == rest->cells);
	if (solution->overrun || before == SKETCH_CAPACITY_MAX || rest->cells * (before + 1) > SKETCH_SUMS_MAX)
		return false;
	struct sketch next;
	uint32_t powers[SKETCH_FOUND_MAX];
	copy(&next, more);
	sketch_powers(solution->found, powers, solution->count, before);
	sketch_toggle_next(&next, solution->found, powers, solution->count);
	widen(rest);
	for (uint16_t cell = 0; cell < rest->cells; cell++) {
		if (solution->known[cell] < before || !sketch_unsolved(solution, cell))
			continue;
		sums_of(rest, cell)[before] = next.sums[cell];
		solution->known[cell]++;
	}
	return peel(solution);
}
