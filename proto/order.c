#include "proto/order.h"

#include <assert.h>

uint8_t order_rank(const struct envelope_header *header)
{
	static const uint8_t kind_order[] = {[ENVELOPE_SEALED] = 0, [ENVELOPE_NOTICE] = 1, [ENVELOPE_RECEIPTS] = 2, [ENVELOPE_CONTROL] = 3};
	assert(header->kind >= ENVELOPE_SEALED && header->kind <= ENVELOPE_RECEIPTS);
	return (uint8_t)(header->class * 16 + kind_order[header->kind] * 4 + (ENVELOPE_BUCKETS - 1 - header->bucket));
}

enum letter_class order_class(uint8_t rank)
{
	assert(rank < ORDER_RANKS);
	return (enum letter_class)(rank / 16);
}

size_t order_size(uint8_t rank)
{
	return envelope_size((uint8_t)(ENVELOPE_BUCKETS - 1 - rank % ENVELOPE_BUCKETS));
}
