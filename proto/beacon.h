#ifndef BARID_PROTO_BEACON_H
#define BARID_PROTO_BEACON_H
/* The beacon (SPEC.md 7.7): what a post shows to strangers. A random nonce and a digest of what it carries under that nonce: two posts that carry the
 * same notice it without a link, and nobody can follow a post once the nonce has changed. */

#include "proto/carried.h"

#include <stdbool.h>

void beacon_make(const uint8_t nonce[static BEACON_NONCE_SIZE], const struct carried *carried, uint8_t beacon[static BEACON_SIZE]);
/* True if the one who shows the beacon carries the same. */
bool beacon_carries(const uint8_t beacon[static BEACON_SIZE], const struct carried *carried);

#endif
