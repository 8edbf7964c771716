#include "proto/linkage.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"

#include <string.h>

void linkage_next(const uint8_t seed[static LINKAGE_SEED_SIZE], uint8_t out[static LINKAGE_SEED_SIZE])
{
	uint8_t next[LINKAGE_SEED_SIZE];
	digest_of("barid-linkage-step-v1", seed, LINKAGE_SEED_SIZE, next, sizeof(next));
	memcpy(out, next, sizeof(next));
	wipe(next, sizeof(next));
}

void linkage_of(const uint8_t seed[static LINKAGE_SEED_SIZE], uint8_t slot, uint8_t out[static TICKET_LINKAGE_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-linkage-v1", TICKET_LINKAGE_SIZE);
	digest_add(&digest, seed, LINKAGE_SEED_SIZE);
	digest_add(&digest, &slot, 1);
	digest_end(&digest, out);
}

bool linkage_kills(const uint8_t seed[static LINKAGE_SEED_SIZE], uint16_t day, const struct ticket *ticket)
{
	if (ticket->day < day || ticket->day - day > LINKAGE_DAYS_MAX)
		return false;
	uint8_t there[LINKAGE_SEED_SIZE], linkage[TICKET_LINKAGE_SIZE];
	memcpy(there, seed, sizeof(there));
	for (uint16_t d = day; d < ticket->day; d++)
		linkage_next(there, there);
	linkage_of(there, ticket->slot, linkage);
	return memcmp(linkage, ticket->linkage, sizeof(linkage)) == 0;
}
