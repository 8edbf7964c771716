#ifndef BARID_PROTO_FIELD_H
#define BARID_PROTO_FIELD_H
/*
 * GF(2^32): the 32 bits of a number are a polynomial over GF(2), lowest power first, modulo x^32 + x^7 + x^3 + x^2 + 1. Adding is exclusive or.
 * For sketches (proto/locator.h, proto/sketch.h); never for keys. Portable, without tables; x86-64 uses its
 * carry-less multiplication where that counts.
 */

#include <stddef.h>
#include <stdint.h>

uint32_t field_multiply(uint32_t a, uint32_t b);
uint32_t field_square(uint32_t a);
/* 1 / a; 0 for 0. */
uint32_t field_inverse(uint32_t a);
/* Fills powers with a, a^3, a^5, .. a^(2 * count - 1); count >= 1. */
void field_odd_powers(uint32_t a, uint32_t *powers, size_t count);
/* Multiplies a[i] by b[i], each of count. */
void field_multiply_all(uint32_t *a, const uint32_t *b, size_t count);

#endif
