#ifndef BARID_PROTO_SHARE_H
#define BARID_PROTO_SHARE_H
/*
 * Two colleagues who put their shares together learn a secret that neither of them has (SPEC.md 12.6): Shamir's scheme (Communications of the ACM 22,
 * 1979) with a threshold of two, byte by byte over GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. The secret is a line's value at 0, a share its value at x.
 */

#include <stdbool.h>
#include <stdint.h>

enum { SHARE_SIZE = 32 };

/* The share at x, 1..255. slope: random and the same for all shares of one secret. */
void share_make(const uint8_t secret[static SHARE_SIZE], const uint8_t slope[static SHARE_SIZE], uint8_t x, uint8_t out[static SHARE_SIZE]);
/* The secret of two shares; false if both are of one place, or one is of place 0. */
bool share_join(uint8_t x1, const uint8_t value1[static SHARE_SIZE], uint8_t x2, const uint8_t value2[static SHARE_SIZE],
		uint8_t out[static SHARE_SIZE]);

#endif
