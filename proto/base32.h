#ifndef BARID_PROTO_BASE32_H
#define BARID_PROTO_BASE32_H
/* Bytes as text that survives a mail, a phone call and the dense mode of a QR code: base32 (RFC 4648), upper case, no padding. Used for cards and
 * whatever else people hand over as text; never on a link. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits of len bytes. */
#define BASE32_LEN(len) (((len)*8 + 4) / 5)

/* Fills out[BASE32_LEN(len)], no NUL. Returns how many. */
size_t base32_encode(const uint8_t *bytes, size_t len, char *out);
/* Strict but for case: no padding, no foreign digit, unused bits zero. False too if it does not fit. */
bool base32_decode(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len);

#endif
