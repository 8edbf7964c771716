#include "node/post/outbox.h"

#include "proto/order.h"

enum { RANKS_A_CLASS = ORDER_RANKS / LETTER_CLASSES, BATCH = 16 };

static struct catalogue_position top_of(unsigned class)
{
	return (struct catalogue_position){.rank = (uint8_t)((class + 1) * RANKS_A_CLASS)};
}

void outbox_start(struct outbox *outbox)
{
	*outbox = (struct outbox){.burst = 0};
	for (unsigned c = 0; c < LETTER_CLASSES; c++) {
		outbox->walks[c].at = top_of(c);
		outbox->walks[c].done = true;
	}
}

void outbox_free(struct outbox *outbox)
{
	marks_free(&outbox->lacks);
}

void outbox_mark(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot)
{
	if (!marks_set(&outbox->lacks, slot))
		return;
	struct catalogue_position position = catalogue_position(catalogue, slot);
	enum letter_class class = order_class(position.rank);
	bool passed = !catalogue_before(catalogue, &outbox->walks[class].at, &position);
	if (passed && class == CLASS_URGENT)
		outbox->walks[class].at = top_of(class); /* few enough to start again at once */
	else if (passed)
		outbox->walks[class].again = true;
	outbox->walks[class].done = false;
}

void outbox_clear(struct outbox *outbox, uint32_t slot)
{
	marks_clear(&outbox->lacks, slot);
}

static bool sendable(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, uint32_t slot)
{
	if (!marks_has(&outbox->lacks, slot))
		return false;
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	if (wants_letter(wants, entry->rank, entry->day))
		return true;
	marks_clear(&outbox->lacks, slot);
	return false;
}

/* Goes on through one class to the next letter marked, once more from the top if something was marked above. */
static uint32_t next_of_class(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, unsigned class)
{
	while (!outbox->walks[class].done && outbox->lacks.count > 0) {
		uint32_t slots[BATCH];
		size_t n = catalogue_walk(catalogue, &outbox->walks[class].at, slots, BATCH);
		bool end = n == 0;
		for (size_t i = 0; i < n && !end; i++) {
			end = order_class(catalogue_at(catalogue, slots[i])->rank) != class;
			if (!end && sendable(outbox, catalogue, wants, slots[i]))
				return slots[i];
			if (!end)
				outbox->walks[class].at = catalogue_position(catalogue, slots[i]);
		}
		if (!end)
			continue;
		outbox->walks[class].done = !outbox->walks[class].again;
		outbox->walks[class].again = false;
		outbox->walks[class].at = top_of(class);
	}
	return CATALOGUE_NONE;
}

static uint32_t first_below(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants, int class)
{
	uint32_t slot = CATALOGUE_NONE;
	for (int c = class; c >= 0 && slot == CATALOGUE_NONE; c--)
		slot = next_of_class(outbox, catalogue, wants, (unsigned)c);
	return slot;
}

uint32_t outbox_next(struct outbox *outbox, const struct catalogue *catalogue, const struct wants *wants)
{
	if (outbox->lacks.count == 0)
		return CATALOGUE_NONE;
	uint32_t slot = first_below(outbox, catalogue, wants, LETTER_CLASSES - 1);
	if (slot == CATALOGUE_NONE)
		marks_free(&outbox->lacks); /* what is still marked is not held any more */
	if (slot == CATALOGUE_NONE || outbox->credit < ENVELOPE_SIZE_MAX)
		return slot;
	/* The lesser classes' turn, one after the other. */
	int first = (int)order_class(catalogue_at(catalogue, slot)->rank);
	for (int i = 0; i < first; i++) {
		int class = (outbox->turn + i) % first;
		uint32_t lesser = next_of_class(outbox, catalogue, wants, (unsigned)class);
		if (lesser != CATALOGUE_NONE)
			return lesser;
	}
	outbox->credit = outbox->burst = 0;
	return slot;
}

void outbox_sent(struct outbox *outbox, const struct catalogue *catalogue, uint32_t slot)
{
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	uint32_t size = (uint32_t)order_size(entry->rank);
	marks_clear(&outbox->lacks, slot);
	if (outbox->credit >= ENVELOPE_SIZE_MAX) {
		outbox->credit -= size;
		outbox->turn++;
	} else if (outbox->burst < OUTBOX_BURST) {
		outbox->burst += size;
	} else {
		outbox->credit += size * OUTBOX_SHARE_NUM / OUTBOX_SHARE_DEN;
	}
}
