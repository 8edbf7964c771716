#include "node/post/compare_inside.h"

#include "proto/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	UNITS_MAX = 8192,   /* units and estimates of a neighbour's, in one session */
	FEW = 16,           /* so few letters are listed at once */
	FIRST_LIST = 5,     /* letters of the highest tier listed in the first flight, or power sums of them */
	AT_ONCE_MAX = 32,   /* differences; of more those of the highest tier are described before the rest */
	TOGETHER_MAX = 256, /* differences; more are compared tier by tier */
	VENTURED_MAX = 16,  /* letters that go to a neighbour that may have them in another tier, in a session; further ones are in doubt */
	EVERY_TIER = (1 << LETTER_TIERS) - 1,
	PROVEN = 1 << ORDER_TIER_PROVEN,
	URGENT = 1 << ORDER_TIER_URGENT,
};

struct compare *compare_new(const struct compare_setup *setup)
{
	struct compare *compare = calloc(1, sizeof(*compare));
	if (compare == NULL)
		return NULL;
	compare->catalogue = setup->catalogue;
	compare->outbox = setup->outbox;
	compare->suspects = setup->suspects;
	compare->doubts = setup->doubts;
	compare->ours = setup->ours;
	compare->tiers = EVERY_TIER;
	compare->units_left = UNITS_MAX;
	short_id_key(setup->binding, compare->key);
	return compare;
}

void compare_free(struct compare *compare)
{
	if (compare == NULL)
		return;
	solve_end(compare);
	snapshot_drop(&compare->snapshot);
	free(compare);
}

void compare_forget(struct compare *compare, uint32_t slot)
{
	snapshot_forget(&compare->snapshot, slot);
}

size_t compare_memory(const struct compare *compare)
{
	return compare->snapshot.count * sizeof(*compare->snapshot.items);
}

struct wants compare_floor(const struct compare *compare)
{
	return compare->floor;
}

bool compare_busy(const struct compare *compare)
{
	return compare->describing.count > 0 || compare->ask_count > 0 || compare->solving.open;
}

void compare_tell(struct compare *compare, uint32_t slot)
{
	struct snapshot_item *item = &compare->snapshot.items[slot];
	if (catalogue_at(compare->catalogue, slot)->state != CATALOGUE_HELD)
		catalogue_show(compare->catalogue, slot, false);
	else if (!item->told)
		outbox_mark(compare->outbox, compare->catalogue, slot);
	item->told = true;
}

void compare_suspect(struct compare *compare, uint32_t slot)
{
	struct snapshot_item *item = &compare->snapshot.items[slot];
	const struct unit *unit = &compare->solving.unit;
	bool everywhere = unit->rank == 0 && unit->day == 0 && (compare->tiers & ~unit->tiers) == 0;
	if (everywhere || item->told || compare->ventured < VENTURED_MAX || catalogue_at(compare->catalogue, slot)->state != CATALOGUE_HELD) {
		compare->ventured += !everywhere && !item->told;
		compare_tell(compare, slot);
		return;
	}
	item->told = true;
	(void)marks_set(order_tier(item->rank) == ORDER_TIER_PROVEN ? compare->suspects : compare->doubts,
			slot); /* out of memory: at the next contact */
}

void compare_done(struct compare *compare, const struct unit *unit)
{
	compare->cut_off |= unit->rank > 0 || unit->day > 0;
	if (unit->part + 1u < 1u << unit->shift)
		return;
	compare->tiers &= (uint8_t)~unit->tiers;
	if (compare->tiers > 0 || compare->cut_off)
		return;
	struct marks *sets[] = {compare->suspects, compare->doubts};
	uint32_t slot;
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		while (marks_take(sets[i], &slot))
			outbox_mark(compare->outbox, compare->catalogue, slot);
}

void compare_both_have(struct compare *compare, uint32_t slot)
{
	if (slot >= compare->snapshot.count) /* it came later, or nothing is compared any more */
		return;
	compare->snapshot.items[slot].told = true;
	outbox_clear(compare->outbox, slot);
	marks_clear(compare->suspects, slot);
	marks_clear(compare->doubts, slot);
}

/* The rank and day down to which our own letters, most urgent first, fit into so many bytes. */
static struct wants fitting(const struct compare *compare, uint64_t bytes)
{
	enum { BATCH = 64 };
	uint32_t slots[BATCH];
	struct catalogue_position position = {.rank = ORDER_RANKS};
	size_t n;
	if (catalogue_bytes(compare->catalogue) <= bytes)
		return (struct wants){.rank = 0};
	while ((n = catalogue_walk(compare->catalogue, &position, slots, BATCH)) > 0) {
		for (size_t i = 0; i < n; i++) {
			position = catalogue_position(compare->catalogue, slots[i]);
			if (order_size(position.rank) > bytes)
				return (struct wants){.rank = position.rank, .day = position.day};
			bytes -= order_size(position.rank);
		}
	}
	return (struct wants){.rank = 0};
}

struct wants compare_learn(struct compare *compare, const struct wants *theirs, uint8_t tiers)
{
	compare->theirs = wants_higher(*theirs, fitting(compare, wants_bytes(theirs->capacity)));
	compare->tiers &= tiers;
	return compare->theirs;
}

static struct unit unit_of(uint8_t tiers, struct wants floor)
{
	return (struct unit){.tiers = tiers, .rank = floor.rank, .day = floor.day};
}

static bool add_ask(struct compare *compare, uint8_t tiers, struct wants floor)
{
	if (compare->ask_count == LETTER_TIERS)
		return false;
	compare->asks[compare->ask_count++] = unit_of(tiers, floor);
	return true;
}

bool compare_open(struct compare *compare)
{
	if (!snapshot_take(&compare->snapshot, compare->catalogue, compare->key))
		return false;
	const uint32_t *shown = catalogue_shown(compare->catalogue)->count;
	unsigned top = shown[ORDER_TIER_PROVEN] > 0 ? ORDER_TIER_PROVEN : ORDER_TIER_URGENT;
	uint32_t all = shown[0] + shown[1] + shown[2] + shown[3], most = shown[top];
	struct unit unit = unit_of((uint8_t)(all <= FEW ? EVERY_TIER : 1 << top), compare->ours);
	struct plan list = plan_list(all), first = most <= FIRST_LIST ? plan_list(most) : (struct plan){.cells = 1, .capacity = FIRST_LIST};
	if (all <= FEW)
		return describe_scope(compare, &unit, &list, all);
	bool added = describe_scope(compare, &unit, &first, most);
	compare->describing.scopes[0].tentative = true;
	return added && add_ask(compare, EVERY_TIER, compare->ours);
}

static bool one_tier(uint8_t tiers)
{
	return (tiers & (tiers - 1)) == 0;
}

/* Describes a unit in one go; but where that may take more than a round, its highest tier first and with room to spare: what is proven, if there is
 * any here, or else what is urgent. */
static bool describe_together(struct compare *compare, const struct unit *unit, uint32_t difference)
{
	struct unit top = *unit, rest = *unit;
	uint32_t count = snapshot_count(&compare->snapshot, unit);
	struct plan plan = plan_for(count, difference);
	top.tiers &= PROVEN;
	if (top.tiers == 0 || snapshot_count(&compare->snapshot, &top) == 0)
		top.tiers = unit->tiers & URGENT;
	rest.tiers &= (uint8_t)~top.tiers;
	if (top.tiers == 0 || rest.tiers == 0 || difference <= AT_ONCE_MAX)
		return describe_scope(compare, unit, &plan, count);
	uint32_t top_count = snapshot_count(&compare->snapshot, &top);
	uint32_t share = count > 0 ? (uint32_t)((uint64_t)difference * top_count / count) : 0;
	struct plan ample = plan_for(top_count, share + share / 4 + 1), tight = plan_for(count - top_count, difference - share);
	return describe_scope(compare, &top, &ample, top_count) && describe_scope(compare, &rest, &tight, count - top_count);
}

/* They told how many letters they have in a unit and about which ones: describe ours to them, or ask anew where that is too much at once. */
static bool estimate_input(struct compare *compare, struct reader *reader)
{
	struct unit unit;
	struct estimate theirs;
	if (compare->units_left == 0 || !unit_read(reader, &unit) || unit.shift != 0)
		return false;
	compare->units_left--;
	estimate_read(reader, &theirs);
	if (!reader_done(reader))
		return false;
	if ((unit.tiers & compare->tiers) == 0)
		return true;
	struct estimate ours = snapshot_estimate(&compare->snapshot, &unit); /* tiers in which the two are equal cancel out */
	unit.tiers &= compare->tiers;
	struct wants asked = {.rank = unit.rank, .day = unit.day}, floor = wants_higher(wants_higher(compare->ours, compare->theirs), asked);
	compare->floor = floor;
	if (floor.rank != unit.rank || floor.day != unit.day)
		return add_ask(compare, unit.tiers, floor);
	uint32_t difference = estimate_difference(&ours, &theirs);
	if (one_tier(unit.tiers) || difference <= TOGETHER_MAX || ours.count == 0)
		return describe_together(compare, &unit, difference);
	for (int c = LETTER_TIERS - 1; c >= 0; c--)
		if ((unit.tiers >> c & 1) != 0 && !add_ask(compare, (uint8_t)(1 << c), floor))
			return false;
	return true;
}

bool compare_input(struct compare *compare, const struct message *message)
{
	if (!snapshot_take(&compare->snapshot, compare->catalogue, compare->key))
		return false;
	struct reader reader = reader_of(message->payload, message->len);
	switch (message->type) {
	case MESSAGE_ESTIMATE:
		return estimate_input(compare, &reader);
	case MESSAGE_SKETCH:
		return solve_sketch(compare, &reader);
	case MESSAGE_MORE:
		return solve_more(compare, &reader);
	case MESSAGE_LIST:
		return solve_list(compare, &reader);
	case MESSAGE_NEED:
		return describe_input(compare, message);
	}
	return false;
}

static void ask(struct compare *compare, struct session *session)
{
	const struct unit *unit = &compare->asks[0];
	size_t len = unit_size(unit) + ESTIMATE_SIZE;
	uint8_t *payload = session_message(session, MESSAGE_ESTIMATE, len);
	if (payload == NULL)
		return;
	struct estimate estimate = snapshot_estimate(&compare->snapshot, unit);
	struct writer writer = writer_of(payload, len);
	unit_write(&writer, unit);
	estimate_write(&writer, &estimate);
	assert(writer_ok(&writer));
	compare->ask_count--;
	memmove(&compare->asks[0], &compare->asks[1], compare->ask_count * sizeof(*unit));
}

void compare_output(struct compare *compare, struct session *session)
{
	solve_output(compare, session);
	describe_output(compare, session);
	while (compare->ask_count > 0 && session_wants_messages(session))
		ask(compare, session);
	if (compare->tiers == 0 && !compare_busy(compare))
		snapshot_drop(&compare->snapshot);
}
