#include "proto/reconcile.h"

#include "crypto/digest.h"
#include "proto/order.h"

#include <assert.h>
#include <string.h>

enum {
	SINGLE_CELL_DIFFERENCES = 13, /* up to here one cell costs less than a table of small ones, even if it has to be given up now and then */
	SINGLE_CELL_SPARE = 3,
	CELL_CAPACITY = 3,
	CELLS_MIN = 8, /* in fewer, false ids would too often happen to be in their place */
	PART_DIFFERENCES = 200,
	PART_IDS = 800,
	LOAD_PERCENT = 85, /* planned ids for each power sum; a table that is too small is continued */
};

void short_id_key(const uint8_t binding[static 32], uint8_t key[static SHORTHASH_KEY_SIZE])
{
	digest_of("barid-short-v1", binding, 32, key, SHORTHASH_KEY_SIZE);
}

uint32_t short_id(const uint8_t key[static SHORTHASH_KEY_SIZE], const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint32_t id = (uint32_t)shorthash(key, tag, LETTER_TAG_SIZE);
	return id == 0 ? 1 : id;
}

struct unit_filter unit_filter(const struct unit *unit)
{
	struct unit_filter filter = {.edge = unit->rank, .day = unit->day, .shift = unit->shift, .part = unit->part};
	for (uint8_t rank = unit->rank; rank < ORDER_RANKS; rank++)
		filter.ranks |= (uint64_t)(unit->tiers >> order_tier(rank) & 1) << rank;
	return filter;
}

/* Adds eight numbers of eight bits, each modulo 256, to eight others. */
static uint64_t add_bytes(uint64_t a, uint64_t b)
{
	static const uint64_t tops = UINT64_C(0x8080808080808080);
	return ((a & ~tops) + (b & ~tops)) ^ ((a ^ b) & tops);
}

/* The lowest eight bits, one to a byte. */
static uint64_t spread_bits(uint64_t bits)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101), each = UINT64_C(0x8040201008040201);
	uint64_t one_a_byte = (bits & 0xff) * ones & each;
	return ((one_a_byte + 127 * ones) >> 7) & ones;
}

/* They have nothing to do with the places of the id in a table. */
static uint32_t signs_of(uint32_t id)
{
	uint32_t signs = id * 0x9e3779b1u;
	signs = (signs ^ signs >> 15) * 0x85ebca77u;
	signs = (signs ^ signs >> 13) * 0xc2b2ae3du;
	return signs ^ signs >> 16;
}

void estimate_add(struct estimate *estimate, const uint32_t *ids, size_t count)
{
	for (size_t at = 0; at < count; at += UINT8_MAX) {
		/* So few that no byte overflows. */
		const size_t end = count - at < UINT8_MAX ? count : at + UINT8_MAX;
		uint64_t ones[2] = {0};
		for (size_t i = at; i < end; i++) {
			const uint32_t signs = signs_of(ids[i]);
			ones[0] += spread_bits(signs);
			ones[1] += spread_bits(signs >> 8);
		}
		estimate->ones[0] = add_bytes(estimate->ones[0], ones[0]);
		estimate->ones[1] = add_bytes(estimate->ones[1], ones[1]);
	}
	estimate->count += (uint32_t)count;
}

/* Plus one for every bit set and minus one for every other, modulo 256. */
static uint8_t counter_of(const struct estimate *estimate, unsigned i)
{
	return (uint8_t)(2 * (estimate->ones[i / 8] >> i % 8 * 8 & 0xff) - estimate->count);
}

uint32_t estimate_difference(const struct estimate *a, const struct estimate *b)
{
	uint32_t squares = 0, least = a->count > b->count ? a->count - b->count : b->count - a->count;
	for (unsigned i = 0; i < ESTIMATE_COUNTERS; i++) {
		int apart = (int8_t)(uint8_t)(counter_of(a, i) - counter_of(b, i));
		squares += (uint32_t)(apart * apart);
	}
	uint32_t mean = (squares + ESTIMATE_COUNTERS / 2) / ESTIMATE_COUNTERS;
	return mean > least ? mean : least;
}

struct plan plan_list(uint32_t count)
{
	struct plan plan = {.list = true};
	while (plan.shift < UNIT_SHIFT_MAX && count >> plan.shift > PART_IDS)
		plan.shift++;
	return plan;
}

struct plan plan_for(uint32_t count, uint32_t difference)
{
	if (count <= (uint64_t)difference + difference / 3)
		return plan_list(count);
	uint32_t single = difference + difference / 3 + SINGLE_CELL_SPARE;
	struct plan plan = {.cells = 1, .capacity = (uint8_t)(single < SKETCH_CAPACITY_MAX ? single : SKETCH_CAPACITY_MAX)};
	if (difference <= SINGLE_CELL_DIFFERENCES)
		return plan;
	while (plan.shift < UNIT_SHIFT_MAX && difference >> plan.shift > PART_DIFFERENCES)
		plan.shift++;
	uint32_t cells = (uint32_t)((uint64_t)difference * 100 / LOAD_PERCENT / CELL_CAPACITY >> plan.shift) + 1;
	plan.cells = (uint16_t)(cells < CELLS_MIN ? CELLS_MIN : cells > SKETCH_CELLS_MAX ? SKETCH_CELLS_MAX : cells);
	plan.capacity = CELL_CAPACITY;
	return plan;
}

size_t unit_size(const struct unit *unit)
{
	return unit->shift > 0 ? 6 : 4;
}

void unit_write(struct writer *writer, const struct unit *unit)
{
	write_u8(writer, (uint8_t)(unit->tiers | unit->shift << 4));
	write_u8(writer, unit->rank);
	write_u16(writer, unit->day);
	if (unit->shift > 0)
		write_u16(writer, unit->part);
}

bool unit_read(struct reader *reader, struct unit *unit)
{
	uint8_t head = read_u8(reader);
	unit->tiers = head & 15;
	unit->shift = head >> 4;
	unit->rank = read_u8(reader);
	unit->day = read_u16(reader);
	unit->part = unit->shift > 0 ? read_u16(reader) : 0;
	return !reader->failed && unit->tiers != 0 && unit->rank <= ORDER_RANKS && unit->shift <= UNIT_SHIFT_MAX && unit->part >> unit->shift == 0;
}

void estimate_write(struct writer *writer, const struct estimate *estimate)
{
	write_u32(writer, estimate->count);
	for (unsigned i = 0; i < ESTIMATE_COUNTERS; i++)
		write_u8(writer, counter_of(estimate, i));
}

void estimate_read(struct reader *reader, struct estimate *estimate)
{
	*estimate = (struct estimate){.count = read_u32(reader)};
	for (unsigned i = 0; i < ESTIMATE_COUNTERS; i++) {
		uint8_t ones = (uint8_t)((read_u8(reader) + estimate->count) & 0xff) / 2; /* half of it modulo 128: as good, for it is doubled */
		estimate->ones[i / 8] |= (uint64_t)ones << i % 8 * 8;
	}
}

/* Of the cells of a table, at least one and none that there is not. */
static bool names_cells(const uint8_t *bitmap, uint16_t cells)
{
	unsigned any = 0;
	for (size_t i = 0; i < ((size_t)cells + 7) / 8; i++)
		any |= bitmap[i];
	return any != 0 && (cells % 8 == 0 || bitmap[cells / 8] >> cells % 8 == 0);
}

bool need_decode(struct need *need, uint16_t cells, const struct message *message)
{
	struct reader reader = reader_of(message->payload, message->len);
	uint8_t verdict = read_u8(&reader);
	*need = (struct need){.verdict = (enum need_verdict)verdict};
	if (verdict == NEED_MORE)
		need->cells = read_view(&reader, ((size_t)cells + 7) / 8);
	size_t count = reader.left / 4;
	need->ids = read_view(&reader, count * 4);
	need->count = (uint16_t)count;
	if (!reader_done(&reader) || verdict >= NEED_VERDICTS || count > UNIT_IDS_MAX)
		return false;
	if (verdict == NEED_MORE)
		return cells > 1 && names_cells(need->cells, cells);
	return cells > 0 || verdict == NEED_SOLVED;
}

uint32_t need_id(const struct need *need, uint16_t i)
{
	assert(i < need->count);
	struct reader reader = reader_of(need->ids + (size_t)i * 4, 4);
	return read_u32(&reader);
}
