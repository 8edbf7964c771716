#include "node/post/compare_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void solve_end(struct compare *compare)
{
	free(compare->solving.work);
	compare->solving.work = NULL;
	compare->solving.open = false;
}

static bool start_solving(struct compare *compare, struct reader *reader)
{
	struct solving *solving = &compare->solving;
	if (solving->open || compare->units_left == 0 || !unit_read(reader, &solving->unit))
		return false;
	solving->work = malloc(sizeof(*solving->work));
	if (solving->work == NULL)
		return false;
	compare->units_left--;
	solving->open = solving->answer_due = true;
	solving->cells = solving->work->need_count = solving->work->said_count = 0;
	return true;
}

/* Ids of the set that are not ours: we need them, unless we have said so already. */
static void need_the_rest(struct solving_work *work, const struct idset *ids)
{
	struct idset asked;
	idset_make(&asked, work->needs, work->need_count);
	for (uint16_t i = 0; i < ids->count && work->need_count < IDSET_MAX; i++)
		if (!ids->taken[i] && !idset_take(&asked, ids->ids[i]))
			work->needs[work->need_count++] = ids->ids[i];
}

static bool is_held(const struct compare *compare, uint32_t slot)
{
	return catalogue_at(compare->catalogue, slot)->state == CATALOGUE_HELD;
}

/* Goes through our letters. Of those of the unit: in a list, what is not in it, the neighbour lacks; in what a table has yielded, what is in it and
 * is ours, the neighbour lacks. Of the others, what is named, the neighbour has in this tier and we in another. What is left of the ids is theirs: we
 * need it, unless we know it and do not want it; then we show it from now on, so that it costs nothing the next time. */
static void act_on(struct compare *compare, const uint32_t *ids, uint16_t count)
{
	const struct solving *solving = &compare->solving;
	struct idset theirs;
	struct unit_filter filter = unit_filter(&solving->unit);
	bool list = solving->cells == 0;
	idset_make(&theirs, ids, count);
	for (uint32_t slot = 0; slot < compare->snapshot.count; slot++) {
		const struct snapshot_item *item = &compare->snapshot.items[slot];
		if (item->id == 0 || (!list && !idset_may_have(&theirs, item->id)))
			continue;
		bool named = idset_take(&theirs, item->id);
		if (!unit_has(&filter, item->rank, item->day, item->id)) {
			if (named && is_held(compare, slot))
				compare_both_have(compare, slot);
		} else if (item->shown && named != list) {
			compare_suspect(compare, slot);
		} else if (!item->shown && named && !is_held(compare, slot)) {
			catalogue_show(compare->catalogue, slot, true);
		}
	}
	need_the_rest(solving->work, &theirs);
}

static void solved(struct compare *compare)
{
	compare->solving.verdict = NEED_SOLVED;
	compare_done(compare, &compare->solving.unit);
}

bool solve_list(struct compare *compare, struct reader *reader)
{
	if (!start_solving(compare, reader) || reader->left > 4 * UNIT_IDS_MAX || reader->left % 4 != 0)
		return false;
	uint32_t ids[UNIT_IDS_MAX];
	uint16_t count = 0;
	while (reader->left > 0)
		ids[count++] = read_u32(reader);
	act_on(compare, ids, count);
	solved(compare);
	return reader_done(reader);
}

/* What to say to a table that is not solved: it is continued as long as it can be, but for a single cell, which has to hold everything at once. */
static enum need_verdict unsolved_verdict(const struct sketch_solution *solution)
{
	bool full = (solution->rest.capacity + 1) * solution->rest.cells > SKETCH_SUMS_MAX || solution->rest.capacity == SKETCH_CAPACITY_MAX;
	return solution->overrun || full || solution->rest.cells == 1 ? NEED_LARGER : NEED_MORE;
}

/* What has been found is acted on at once, whether or not it is everything. */
static void conclude(struct compare *compare, bool complete)
{
	struct solving *solving = &compare->solving;
	const struct sketch_solution *solution = &solving->work->solution;
	solving->answer_due = true;
	act_on(compare, solution->found, solution->count < UNIT_IDS_MAX ? solution->count : UNIT_IDS_MAX);
	if (complete)
		solved(compare);
	else
		solving->verdict = unsolved_verdict(solution);
}

bool solve_sketch(struct compare *compare, struct reader *reader)
{
	struct solving *solving = &compare->solving;
	if (!start_solving(compare, reader))
		return false;
	uint8_t capacity = read_u8(reader);
	size_t sums = reader->left / 4;
	if (reader->left % 4 != 0 || capacity == 0 || capacity > SKETCH_CAPACITY_MAX || sums == 0 || sums > SKETCH_SUMS_MAX || sums % capacity != 0 ||
	    sums / capacity > SKETCH_CELLS_MAX)
		return false;
	solving->cells = (uint16_t)(sums / capacity);
	struct sketch theirs, ours;
	sketch_start(&theirs, solving->cells, capacity);
	sketch_start(&ours, solving->cells, capacity);
	sketch_decode(&theirs, reader);
	snapshot_table(&compare->snapshot, &solving->unit, &ours, solving);
	sketch_merge(&theirs, &ours);
	conclude(compare, sketch_solve(&solving->work->solution, &theirs));
	return reader_done(reader);
}

bool solve_more(struct compare *compare, struct reader *reader)
{
	struct solving *solving = &compare->solving;
	if (!solving->open || solving->answer_due || solving->verdict != NEED_MORE)
		return false;
	struct sketch theirs, ours;
	sketch_start(&theirs, solving->cells, 1);
	sketch_start(&ours, solving->cells, 1);
	for (uint16_t cell = 0; cell < solving->cells; cell++)
		if (sketch_unsolved(&solving->work->solution, cell))
			theirs.sums[cell] = read_u32(reader);
	snapshot_more(&compare->snapshot, &solving->unit, &ours, solving->work->solution.rest.capacity, solving);
	sketch_merge(&theirs, &ours);
	conclude(compare, sketch_solve_more(&solving->work->solution, &theirs));
	return reader_done(reader);
}

void solve_output(struct compare *compare, struct session *session)
{
	struct solving *solving = &compare->solving;
	struct solving_work *work = solving->work;
	if (!solving->answer_due)
		return;
	size_t bitmap = solving->verdict == NEED_MORE ? ((size_t)solving->cells + 7) / 8 : 0;
	size_t len = 1 + bitmap + (size_t)(work->need_count - work->said_count) * 4;
	uint8_t *payload = session_message(session, MESSAGE_NEED, len);
	if (payload == NULL)
		return;
	memset(payload, 0, len);
	payload[0] = (uint8_t)solving->verdict;
	for (uint16_t cell = 0; bitmap > 0 && cell < solving->cells; cell++)
		if (sketch_unsolved(&work->solution, cell))
			payload[1 + cell / 8] = (uint8_t)(payload[1 + cell / 8] | 1u << cell % 8);
	struct writer writer = writer_of(payload + 1 + bitmap, len - 1 - bitmap);
	while (work->said_count < work->need_count)
		write_u32(&writer, work->needs[work->said_count++]);
	assert(writer_ok(&writer));
	solving->answer_due = false;
	if (solving->verdict != NEED_MORE)
		solve_end(compare);
}
