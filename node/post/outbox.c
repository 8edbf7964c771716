#include "node/post/outbox.h"

#include "proto/order.h"

/* Before every letter of a tier and behind every one of the tier above. The last rank of that one would not do: below tier 3 all letters have day 0,
 * and chance decides which of one rank is first. */
static struct catalogue_position top_of(unsigned tier)
{
	if (tier == ORDER_TIER_PROVEN)
		return (struct catalogue_position){.rank = ORDER_RANKS};
	return (struct catalogue_position){.rank = (uint8_t)((tier + 1) * ORDER_TIER_RANKS - 1), .day = UINT16_MAX};
}

void outbox_start(struct outbox *outbox)
{
	*outbox = (struct outbox){.burst = 0};
	for (unsigned c = 0; c < LETTER_TIERS; c++) {
		outbox->walks[c].at = top_of(c);
		outbox->walks[c].done = true;
	}
}

void outbox_free(struct outbox *outbox)
{
	marks_free(&outbox->lacks);
	marks_free(&outbox->asked);
}

void outbox_mark(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot)
{
	if (!marks_set(&outbox->lacks, slot))
		return;
	struct catalogue_position position = catalogue_position(catalogue, slot);
	uint8_t tier = order_tier(position.rank);
	bool passed = !catalogue_before(catalogue, &outbox->walks[tier].at, &position);
	if (passed && tier >= ORDER_TIER_URGENT)
		outbox->walks[tier].at = top_of(tier); /* they must not wait for the walk to end */
	else if (passed)
		outbox->walks[tier].again = true;
	outbox->walks[tier].done = false;
}

void outbox_ask(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot)
{
	if (marks_set(&outbox->asked, slot))
		outbox_mark(outbox, catalogue, slot);
}

void outbox_reorder(struct outbox *outbox)
{
	for (unsigned t = 0; t < LETTER_TIERS; t++) {
		outbox->walks[t].again |= !outbox->walks[t].done;
		outbox->walks[t].done = false;
	}
}

void outbox_clear(struct outbox *outbox, uint32_t slot)
{
	marks_clear(&outbox->lacks, slot);
	marks_clear(&outbox->asked, slot);
}

/* slot: marked. */
static bool sendable(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, uint32_t slot)
{
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	if (wants_letter(wants, entry->rank, entry->day) || marks_has(&outbox->asked, slot))
		return true;
	marks_clear(&outbox->lacks, slot);
	return false;
}

/* Goes on through one tier to the next letter marked, once more from the top if something was marked above. */
static uint32_t next_of_tier(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, unsigned tier)
{
	while (!outbox->walks[tier].done && outbox->lacks.count > 0) {
		struct catalogue_position *at = &outbox->walks[tier].at;
		uint32_t slot = catalogue_next_marked(catalogue, at, (uint8_t)tier, &outbox->lacks);
		if (slot != CATALOGUE_NONE && sendable(outbox, catalogue, wants, slot))
			return slot;
		if (slot != CATALOGUE_NONE) {
			*at = catalogue_position(catalogue, slot);
			continue;
		}
		outbox->walks[tier].done = !outbox->walks[tier].again;
		outbox->walks[tier].again = false;
		*at = top_of(tier);
	}
	return CATALOGUE_NONE;
}

static uint32_t first_below(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, int tier)
{
	uint32_t slot = CATALOGUE_NONE;
	for (int c = tier; c >= 0 && slot == CATALOGUE_NONE; c--)
		slot = next_of_tier(outbox, catalogue, wants, (unsigned)c);
	return slot;
}

uint32_t outbox_next(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants)
{
	if (outbox->lacks.count == 0)
		return CATALOGUE_NONE;
	uint32_t slot = first_below(outbox, catalogue, wants, LETTER_TIERS - 1);
	if (slot == CATALOGUE_NONE)
		outbox_free(outbox); /* what is still marked is not held any more */
	if (slot == CATALOGUE_NONE || outbox->credit < ENVELOPE_SIZE_MAX)
		return slot;
	/* The lesser tiers' turn, one after the other. */
	int first = (int)order_tier(catalogue_at(catalogue, slot)->rank);
	for (int i = 0; i < first; i++) {
		int tier = (outbox->turn + i) % first;
		uint32_t lesser = next_of_tier(outbox, catalogue, wants, (unsigned)tier);
		if (lesser != CATALOGUE_NONE)
			return lesser;
	}
	outbox->credit = outbox->burst = 0;
	return slot;
}

uint32_t outbox_next_proven(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants)
{
	return next_of_tier(outbox, catalogue, wants, ORDER_TIER_PROVEN);
}

void outbox_sent(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	uint32_t size = (uint32_t)order_size(entry->rank);
	outbox_clear(outbox, slot);
	if (outbox->credit >= ENVELOPE_SIZE_MAX) {
		outbox->credit -= size;
		outbox->turn++;
	} else if (outbox->burst < OUTBOX_BURST) {
		outbox->burst += size;
	} else {
		outbox->credit += size * OUTBOX_SHARE_NUM / OUTBOX_SHARE_DEN;
	}
}
