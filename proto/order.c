#include "proto/order.h"

#include <assert.h>

static uint8_t proven_rank(enum letter_class class, enum standing standing)
{
	uint8_t what = standing == STANDING_CONTROL ? 3 : standing == STANDING_URGENT ? 2 : class >= CLASS_NEED ? 1 : 0;
	return (uint8_t)(ORDER_TIER_PROVEN * ORDER_TIER_RANKS + what * ENVELOPE_BUCKETS);
}

static uint8_t unproven_rank(enum letter_class class, enum envelope_kind kind)
{
	static const uint8_t tiers[LETTER_CLASSES] = {[CLASS_ROUTINE] = 0, [CLASS_STATUS] = 1, [CLASS_NEED] = 1, [CLASS_URGENT] = 2};
	uint8_t what = (uint8_t)(kind == ENVELOPE_SEALED ? 0 : 1);
	if (class == CLASS_NEED)
		what = (uint8_t)(what + 2);
	else if (kind == ENVELOPE_RECEIPTS && class != CLASS_STATUS)
		what = 2;
	return (uint8_t)(tiers[class] * ORDER_TIER_RANKS + what * ENVELOPE_BUCKETS);
}

uint8_t order_rank(const struct envelope_header *header, enum standing standing)
{
	assert(header->kind >= ENVELOPE_SEALED && header->kind <= ENVELOPE_RECEIPTS);
	uint8_t rank = standing == STANDING_UNPROVEN ? unproven_rank(header->class, header->kind) : proven_rank(header->class, standing);
	return (uint8_t)(rank + ENVELOPE_BUCKETS - 1 - header->bucket);
}

uint8_t order_tier(uint8_t rank)
{
	assert(rank < ORDER_RANKS);
	return rank / ORDER_TIER_RANKS;
}

enum letter_class order_class(uint8_t rank)
{
	uint8_t tier = order_tier(rank), what = rank % ORDER_TIER_RANKS / ENVELOPE_BUCKETS;
	if (tier == ORDER_TIER_PROVEN)
		return what >= 2 ? CLASS_URGENT : what == 1 ? CLASS_NEED : CLASS_STATUS;
	if (tier == 1)
		return what >= 2 ? CLASS_NEED : CLASS_STATUS;
	return tier == ORDER_TIER_URGENT ? CLASS_URGENT : CLASS_ROUTINE;
}

uint16_t order_day(uint8_t rank, uint16_t day)
{
	return order_tier(rank) == ORDER_TIER_PROVEN ? day : 0;
}

size_t order_size(uint8_t rank)
{
	return envelope_size((uint8_t)(ENVELOPE_BUCKETS - 1 - rank % ENVELOPE_BUCKETS));
}
