#include "proto/beacon.h"

#include "crypto/digest.h"

#include <string.h>

void beacon_make(const uint8_t nonce[static BEACON_NONCE_SIZE], const void *carried, size_t carried_len, uint8_t beacon[static BEACON_SIZE])
{
	memmove(beacon, nonce, BEACON_NONCE_SIZE);
	struct digest digest;
	digest_start(&digest, "barid-beacon-v1", BEACON_DIGEST_SIZE);
	digest_add(&digest, beacon, BEACON_NONCE_SIZE);
	digest_add(&digest, carried, carried_len);
	digest_end(&digest, beacon + BEACON_NONCE_SIZE);
}

bool beacon_carries(const uint8_t beacon[static BEACON_SIZE], const void *carried, size_t carried_len)
{
	uint8_t expected[BEACON_SIZE];
	beacon_make(beacon, carried, carried_len, expected);
	return memcmp(expected, beacon, BEACON_SIZE) == 0;
}
