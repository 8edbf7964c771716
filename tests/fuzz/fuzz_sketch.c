/* A table of any form with any sums, solved and continued as long as the input lasts: nothing is lost, whatever is found and taken back on the way.
 */

#include "proto/sketch.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static struct sketch merged[SKETCH_CAPACITY_MAX]; /* the table, then each continuation */
static struct sketch_solution solution;

/* Every sum a cell has is what is left and what is found, together. */
static void check_sums(uint8_t capacity)
{
	static struct sketch part;
	uint32_t powers[SKETCH_FOUND_MAX];
	for (uint8_t power = 0; power < solution.rest.capacity; power++) {
		sketch_start(&part, solution.rest.cells, 1);
		if (power == 0)
			sketch_toggle(&part, solution.found, powers, solution.count);
		else
			sketch_toggle_next(&part, solution.found, powers, solution.count);
		for (size_t cell = 0; cell < solution.rest.cells; cell++) {
			if (power >= solution.known[cell])
				continue;
			const uint32_t given = power < capacity ? merged[0].sums[cell * capacity + power] : merged[power - capacity + 1].sums[cell];
			assert((part.sums[cell] ^ solution.rest.sums[cell * solution.rest.capacity + power]) == given);
		}
	}
}

static void check_state(bool complete, uint8_t capacity)
{
	bool unsolved = false;
	for (uint16_t cell = 0; cell < solution.rest.cells; cell++)
		unsolved = unsolved || sketch_unsolved(&solution, cell);
	assert(complete == (!unsolved && !solution.overrun));
	assert(solution.count <= SKETCH_FOUND_MAX);
	for (size_t i = 0; i < solution.count; i++) {
		assert(solution.found[i] != 0);
		for (size_t j = 0; j < i; j++)
			assert(solution.found[i] != solution.found[j]);
	}
	check_sums(capacity);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	const uint16_t cells = (uint16_t)(1 + read_u16(&reader) % SKETCH_CELLS_MAX);
	uint8_t capacity = (uint8_t)(1 + read_u8(&reader) % SKETCH_CAPACITY_MAX);
	if (cells * capacity > SKETCH_SUMS_MAX)
		capacity = (uint8_t)(SKETCH_SUMS_MAX / cells);
	sketch_start(&merged[0], cells, capacity);
	sketch_decode(&merged[0], &reader);
	bool complete = sketch_solve(&solution, &merged[0]);
	check_state(complete, capacity);
	for (size_t round = 1; !complete && round < SKETCH_CAPACITY_MAX && !reader.failed; round++) {
		const uint8_t before = solution.rest.capacity;
		sketch_start(&merged[round], cells, 1);
		sketch_decode(&merged[round], &reader);
		complete = sketch_solve_more(&solution, &merged[round]);
		assert(solution.rest.capacity == before + 1 || !complete);
		if (solution.rest.capacity == before)
			break;
		check_state(complete, capacity);
	}
	return 0;
}
