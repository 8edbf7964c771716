#ifndef BARID_PROTO_RECORD_H
#define BARID_PROTO_RECORD_H
/* The record (SPEC.md 7.2): data up to 4050 bytes, padded to a multiple of 270, encrypted. On the wire: one byte with the number of units, then the
 * ciphertext. Only sixteen lengths ever appear on the air. */

#include "crypto/channel.h"
#include "proto/limits.h"

/* Whole wire length announced by a first byte, or 0 if the byte is not 1..16. */
size_t record_wire_len(uint8_t units);
/* Seals len <= RECORD_DATA_MAX bytes into out[RECORD_WIRE_MAX]; returns the wire length, 0 if the channel can send no more. */
size_t record_seal(struct channel *channel, const uint8_t *data, size_t len, uint8_t *out);
/* Opens one whole record into data[RECORD_DATA_MAX]. False: forged or malformed; the channel is finished. */
bool record_open(struct channel *channel, const uint8_t *wire, size_t wire_len, uint8_t *data, size_t *len);

#endif
