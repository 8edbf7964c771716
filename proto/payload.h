#ifndef BARID_PROTO_PAYLOAD_H
#define BARID_PROTO_PAYLOAD_H
/* What is inside the seal of a SEALED envelope (SPEC.md 4.2): a 28-byte header, a CBOR body, zeros up to the bucket. */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct payload {
	uint8_t type;     /* letter type, SPEC.md 9 */
	uint32_t sent_at; /* Unix seconds by the sender's clock; a claim, never trusted */
	uint8_t receipt_secret[RECEIPT_SECRET_SIZE];
	uint32_t seq; /* sender's own counter, orders what one sender wrote */
	uint16_t body_len;
	const uint8_t *body; /* borrows: the encoder's source, or a view of the decoded plaintext */
};

/* Plaintext bytes sealed in an envelope of this bucket: 128, 384, 896, 3968. */
size_t payload_size(uint8_t bucket);
/* Longest body that fits the bucket: 100, 356, 868, 3940. */
size_t payload_body_max(uint8_t bucket);
/* Smallest bucket for a body of body_len bytes, or -1. */
int payload_bucket_for(size_t body_len);
/* Fills out[payload_size(bucket)]. The body must fit. */
void payload_encode(const struct payload *payload, uint8_t bucket, uint8_t *out);
/* False if a reserved byte or a padding byte is not zero or the length does not fit. */
bool payload_decode(const uint8_t *plain, size_t len, struct payload *out);

#endif
