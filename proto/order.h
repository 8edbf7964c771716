#ifndef BARID_PROTO_ORDER_H
#define BARID_PROTO_ORDER_H
/*
 * The order of letters (SPEC.md section 7.8): which leaves first when a link opens. Rank first, then the younger day, then an order of the holder's
 * own that tells nobody when a letter came. A rank begins with the tier: what an organisation that this post trusts vouches for is tier 3, whatever
 * its class; of the rest the class, which anybody may write, decides. So no flood of words gets between the letters of tier 3.
 */

#include "proto/envelope.h"

enum { ORDER_RANKS = 64, ORDER_TIER_RANKS = ORDER_RANKS / LETTER_TIERS, ORDER_TIER_PROVEN = 3, ORDER_TIER_URGENT = 2 };

/* What vouches for a letter in the eyes of this post. */
enum standing {
	STANDING_UNPROVEN = 0, /* nothing that this post can check */
	STANDING_PROVEN,       /* a ticket, or an organisation's own word */
	STANDING_URGENT,       /* the same, and urgent on the word of a medic or an organisation */
	STANDING_CONTROL,      /* an organisation's card, or a revocation */
};

/* 0..63; higher goes first. tier * 16 + what kind * 4 + (3 - bucket). */
uint8_t order_rank(const struct envelope_header *header, enum standing standing);
/* 0..3: 3 proven, 2 urgent, 1 need and status, 0 routine; the last three unproven. */
uint8_t order_tier(uint8_t rank);
/* The class that a rank tells of: exact but for tier 3, where CONTROL counts as urgent and status as the least. */
enum letter_class order_class(uint8_t rank);
/* Day that counts for the place of a letter of this rank and header day: 0 below tier 3, where anybody may write any day. */
uint16_t order_day(uint8_t rank, uint16_t day);
/* Envelope size of a letter of this rank. */
size_t order_size(uint8_t rank);

#endif
