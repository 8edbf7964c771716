#ifndef BARID_PROTO_LINKAGE_H
#define BARID_PROTO_LINKAGE_H
/*
 * What ties the tickets of one person together, for the organisation alone (SPEC.md 12.1): a hash chain with one seed a day. Publishing a day's seed
 * (proto/revocation.h) names that day's tickets and all later ones, and says nothing of the days before.
 */

#include "proto/ticket.h"

/* The next day's seed. in and out may be the same. */
void linkage_next(const uint8_t seed[static LINKAGE_SEED_SIZE], uint8_t out[static LINKAGE_SEED_SIZE]);
/* What a ticket of that seed's day and this slot carries. */
void linkage_of(const uint8_t seed[static LINKAGE_SEED_SIZE], uint8_t slot, uint8_t out[static TICKET_LINKAGE_SIZE]);
/* True if publishing the seed of a day kills a ticket: its day is that day or up to LINKAGE_DAYS_MAX later, and its linkage follows from the seed. */
bool linkage_kills(const uint8_t seed[static LINKAGE_SEED_SIZE], uint16_t day, const struct ticket *ticket);

#endif
