#include "node/post/compare_inside.h"

#include <assert.h>
#include <string.h>

enum {
	ATTEMPTS_MAX = 3, /* tables for one part; then a list */
	LARGER_SHIFT = 2, /* a table that is far too small is followed by parts of a quarter, */
	LARGER_CELLS = 8, /* a single cell by a table of so many */
	LARGER_CAPACITY = 3,
	AHEAD_MAX = 128, /* letters in the outbox with which the link is busy: what comes after them is described when most have gone */
};

bool describe_scope(struct compare *compare, const struct unit *unit, const struct plan *plan, uint32_t count)
{
	struct describing *describing = &compare->describing;
	if (describing->count == SCOPES_MAX)
		return false;
	struct scope *scope = &describing->scopes[describing->count++];
	*scope = (struct scope){.next = *unit, .plan = *plan, .count = count};
	scope->next.shift = plan->shift;
	return true;
}

static void end_scope(struct describing *describing)
{
	describing->count--;
	memmove(&describing->scopes[0], &describing->scopes[1], describing->count * sizeof(struct scope));
}

/* The part that is out is settled: on to the next part or scope. */
static void next_part(struct compare *compare)
{
	struct scope *scope = &compare->describing.scopes[0];
	scope->attempts = 0;
	compare_done(compare, &scope->next);
	if (++scope->next.part >> scope->next.shift != 0)
		end_scope(&compare->describing);
}

/* The table that is out was far too small: a table in place of a single cell, finer parts from here on, and in the end a list. */
static void describe_larger(struct compare *compare)
{
	struct scope *scope = &compare->describing.scopes[0];
	if (scope->tentative) {
		end_scope(&compare->describing);
		return;
	}
	struct plan list = plan_list(scope->count);
	uint8_t shift = scope->next.shift;
	if (++scope->attempts >= ATTEMPTS_MAX || shift + LARGER_SHIFT > UNIT_SHIFT_MAX) {
		scope->plan.list = true;
		shift = list.shift > shift ? list.shift : shift;
	} else if (scope->plan.cells == 1) {
		scope->plan.cells = LARGER_CELLS;
		scope->plan.capacity = LARGER_CAPACITY;
	} else {
		shift = (uint8_t)(shift + LARGER_SHIFT);
	}
	scope->next.part = (uint16_t)(scope->next.part << (shift - scope->next.shift));
	scope->next.shift = shift;
}

/* They need these of ours. */
static void tell_needed(struct compare *compare, const struct need *need)
{
	uint32_t ids[UNIT_IDS_MAX];
	struct idset needed;
	if (need->count == 0)
		return;
	for (uint16_t i = 0; i < need->count; i++)
		ids[i] = need_id(need, i);
	idset_make(&needed, ids, need->count);
	struct unit_filter filter = unit_filter(&compare->describing.scopes[0].next);
	for (uint32_t slot = 0; slot < compare->snapshot.count; slot++) {
		const struct snapshot_item *item = &compare->snapshot.items[slot];
		if (!idset_may_have(&needed, item->id) || !item->shown)
			continue;
		if (idset_take(&needed, item->id) && unit_has(&filter, item->rank, item->day, item->id))
			compare_tell(compare, slot);
	}
}

bool describe_input(struct compare *compare, const struct message *message)
{
	struct describing *describing = &compare->describing;
	const struct plan *plan = &describing->scopes[0].plan;
	struct need need;
	if (!describing->out || describing->more_due || !need_decode(&need, plan->list ? 0 : plan->cells, message))
		return false;
	tell_needed(compare, &need);
	if (need.verdict == NEED_MORE) {
		memcpy(describing->unsolved, need.cells, ((size_t)plan->cells + 7) / 8);
		describing->more_due = true;
		return describing->capacity < SKETCH_CAPACITY_MAX;
	}
	describing->out = false;
	if (need.verdict == NEED_SOLVED)
		next_part(compare);
	else
		describe_larger(compare);
	return true;
}

static void send_list(struct compare *compare, struct session *session)
{
	const struct unit *unit = &compare->describing.scopes[0].next;
	uint32_t ids[UNIT_IDS_MAX];
	size_t count = snapshot_ids(&compare->snapshot, unit, ids, UNIT_IDS_MAX), len = unit_size(unit) + count * 4;
	uint8_t *payload = session_message(session, MESSAGE_LIST, len);
	if (payload == NULL)
		return;
	struct writer writer = writer_of(payload, len);
	unit_write(&writer, unit);
	for (size_t i = 0; i < count; i++)
		write_u32(&writer, ids[i]);
	assert(writer_ok(&writer));
	compare->describing.out = true;
}

static void send_table(struct compare *compare, struct session *session)
{
	struct describing *describing = &compare->describing;
	const struct scope *scope = &describing->scopes[0];
	size_t len = unit_size(&scope->next) + 1 + (size_t)scope->plan.cells * scope->plan.capacity * 4;
	uint8_t *payload = session_message(session, MESSAGE_SKETCH, len);
	if (payload == NULL)
		return;
	struct sketch table;
	sketch_start(&table, scope->plan.cells, scope->plan.capacity);
	snapshot_table(&compare->snapshot, &scope->next, &table, describing);
	struct writer writer = writer_of(payload, len);
	unit_write(&writer, &scope->next);
	write_u8(&writer, scope->plan.capacity);
	sketch_encode(&table, &writer);
	assert(writer_ok(&writer));
	describing->out = true;
	describing->capacity = scope->plan.capacity;
}

static bool is_unsolved(const struct describing *describing, uint16_t cell)
{
	return (describing->unsolved[cell / 8] >> cell % 8 & 1) != 0;
}

static void send_more(struct compare *compare, struct session *session)
{
	struct describing *describing = &compare->describing;
	const struct scope *scope = &describing->scopes[0];
	size_t count = 0;
	for (uint16_t cell = 0; cell < scope->plan.cells; cell++)
		count += is_unsolved(describing, cell);
	uint8_t *payload = session_message(session, MESSAGE_MORE, count * 4);
	if (payload == NULL)
		return;
	struct sketch table;
	sketch_start(&table, scope->plan.cells, 1);
	snapshot_more(&compare->snapshot, &scope->next, &table, describing->capacity, describing);
	struct writer writer = writer_of(payload, count * 4);
	for (uint16_t cell = 0; cell < scope->plan.cells; cell++)
		if (is_unsolved(describing, cell))
			write_u32(&writer, table.sums[cell]);
	assert(writer_ok(&writer));
	describing->capacity++;
	describing->more_due = false;
}

void describe_output(struct compare *compare, struct session *session)
{
	struct describing *describing = &compare->describing;
	const struct scope *scope = &describing->scopes[0];
	if (describing->more_due)
		send_more(compare, session);
	if (describing->out || describing->count == 0 || (scope->next.part > 0 && compare->outbox->lacks.count > AHEAD_MAX))
		return;
	if (scope->plan.list)
		send_list(compare, session);
	else
		send_table(compare, session);
}
