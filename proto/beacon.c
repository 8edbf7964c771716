#include "proto/beacon.h"

#include <string.h>

static_assert((int)BEACON_DIGEST_SIZE == (int)CARRIED_DIGEST_SIZE, "a beacon shows the digest of what is carried");

void beacon_make(const uint8_t nonce[static BEACON_NONCE_SIZE], const struct carried *carried, uint8_t beacon[static BEACON_SIZE])
{
	memmove(beacon, nonce, BEACON_NONCE_SIZE);
	carried_digest(carried, beacon, BEACON_NONCE_SIZE, beacon + BEACON_NONCE_SIZE);
}

bool beacon_carries(const uint8_t beacon[static BEACON_SIZE], const struct carried *carried)
{
	uint8_t expected[BEACON_SIZE];
	beacon_make(beacon, carried, expected);
	return memcmp(expected, beacon, BEACON_SIZE) == 0;
}
