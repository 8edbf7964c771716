#ifndef BARID_PROTO_RECEIPT_H
#define BARID_PROTO_RECEIPT_H
/* Receipts (SPEC.md section 8.1): whoever opened a sealed letter publishes the secret that was inside. Anybody checks it against the
 * commitment on the outside; nobody else could have known it. Carriers then drop the body. */

#include "proto/envelope.h"

struct receipt {
	uint8_t tag[LETTER_TAG_SIZE]; /* first 16 bytes of the letter's id */
	uint8_t secret[RECEIPT_SECRET_SIZE];
};

/* Receipts that fit the bucket: 6, 14, 30, 126. */
size_t receipts_max(uint8_t bucket);
/* Builds a finished RECEIPTS envelope of n >= 1 receipts, smallest bucket that fits; n <= RECEIPTS_MAX. Returns its length. */
size_t receipts_encode(uint16_t day, enum letter_class class, const struct receipt *receipts, size_t n, uint8_t *envelope);
/* Reads an envelope of kind RECEIPTS accepted by envelope_parse(); fills up to RECEIPTS_MAX receipts and n. */
bool receipts_parse(const uint8_t *envelope, size_t len, struct receipt out[static RECEIPTS_MAX], size_t *n);

#endif
