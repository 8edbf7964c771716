#ifndef BARID_PROTO_ORDER_H
#define BARID_PROTO_ORDER_H
/*
 * The order of letters (SPEC.md section 7.6): which leaves first when a link opens and which goes last when a store is full. Rank first (class, then
 * kind, then small before large), then the younger day, then an order of the holder's own that tells nobody when a letter came.
 */

#include "proto/envelope.h"

enum { ORDER_RANKS = 64 };

/* 0..63; higher goes first. class * 16 + kind (control 3, receipts 2, notice 1, sealed 0) * 4 + (3 - bucket). */
uint8_t order_rank(const struct envelope_header *header);
enum letter_class order_class(uint8_t rank);
/* Envelope size of a letter of this rank. */
size_t order_size(uint8_t rank);

#endif
