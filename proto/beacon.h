#ifndef BARID_PROTO_BEACON_H
#define BARID_PROTO_BEACON_H
/* The beacon (SPEC.md 7.7): what a post shows to strangers. A random nonce and a digest of what it carries under that nonce: two posts that carry the
 * same notice it without a link, and nobody can follow a post once the nonce has changed. */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* carried: any bytes that are equal exactly when the same letters are carried. */
void beacon_make(const uint8_t nonce[static BEACON_NONCE_SIZE], const void *carried, size_t carried_len, uint8_t beacon[static BEACON_SIZE]);
/* True if the one who shows the beacon carries what is described by carried. */
bool beacon_carries(const uint8_t beacon[static BEACON_SIZE], const void *carried, size_t carried_len);

#endif
