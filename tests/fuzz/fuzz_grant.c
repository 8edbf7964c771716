/* A grant, as the body of a letter brings it. What is read is written back byte for byte, and nothing in it is beyond its bounds. */

#include "proto/grant.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct grant grant;
	uint8_t again[GRANT_SIZE_MAX];
	if (!grant_decode(bytes, len, &grant))
		return 0;
	assert(grant.ticket_count <= GRANT_TICKETS_MAX && grant.share_count <= GRANT_SHARES_MAX);
	assert(grant.role >= TICKET_MEDIC && grant.role <= TICKET_CIVILIAN);
	for (uint8_t i = 0; i < grant.ticket_count; i++)
		assert(grant.tickets[i].slot < TICKET_SLOTS);
	for (uint8_t i = 0; i < grant.share_count; i++) {
		size_t name_len = strnlen((const char *)grant.shares[i].colleague, sizeof(grant.shares[i].colleague));
		assert(name_len >= 1 && name_len <= GRANT_NAME_MAX && grant.shares[i].x != 0);
	}
	size_t again_len = grant_encode(&grant, again, sizeof(again));
	assert(again_len == 0 ? len > GRANT_SIZE_MAX : again_len == len && memcmp(again, bytes, len) == 0);
	return 0;
}
