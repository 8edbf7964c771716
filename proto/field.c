#include "proto/field.h"

#include <string.h>

/*
 * A multiplication without carries out of multiplications with them: the bits of a number are dealt out to four numbers, every fourth bit to each.
 * Two such numbers have a product in which at most eight bits meet in one place, and what they carry stays below the next place that counts.
 */
#define DEAL UINT64_C(0x1111111111111111)

/* hi * x^32 + lo, where x^32 is x^7 + x^3 + x^2 + 1. */
static inline uint32_t reduce(uint64_t product)
{
	uint32_t hi = (uint32_t)(product >> 32);
	hi ^= hi >> 25 ^ hi >> 29 ^ hi >> 30;
	return (uint32_t)product ^ hi ^ hi << 2 ^ hi << 3 ^ hi << 7;
}

static inline uint32_t multiply(uint32_t a, uint32_t b)
{
	const uint64_t a0 = a & DEAL, a1 = a & DEAL << 1, a2 = a & DEAL << 2, a3 = a & DEAL << 3;
	const uint64_t b0 = b & DEAL, b1 = b & DEAL << 1, b2 = b & DEAL << 2, b3 = b & DEAL << 3;
	return reduce((((a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1)) & DEAL) | (((a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2)) & DEAL << 1) |
		      (((a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3)) & DEAL << 2) | (((a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0)) & DEAL << 3));
}

/* What two different bits give they give twice, and that is nothing: of sixteen products four are left. */
static inline uint32_t square(uint32_t a)
{
	const uint64_t a0 = a & DEAL, a1 = a & DEAL << 1, a2 = a & DEAL << 2, a3 = a & DEAL << 3;
	return reduce((((a0 * a0) ^ (a2 * a2)) & DEAL) | (((a1 * a1) ^ (a3 * a3)) & DEAL << 2));
}

uint32_t field_square(uint32_t a)
{
	return square(a);
}

/* a^(2^32 - 2), by way of a^(2^n - 1) for n = 1, 3, 7, 15, 31 (Itoh and Tsujii 1988). */
uint32_t field_inverse(uint32_t a)
{
	uint32_t power = a;
	for (unsigned n = 1; n < 31; n = 2 * n + 1) {
		uint32_t high = power;
		for (unsigned i = 0; i < n; i++)
			high = square(high);
		power = multiply(square(multiply(high, power)), a);
	}
	return square(power);
}

static void odd_powers(uint32_t a, uint32_t *powers, size_t count)
{
	const uint32_t step = square(a);
	powers[0] = a;
	for (size_t i = 1; i < count; i++)
		powers[i] = multiply(powers[i - 1], step);
}

static void multiply_all(uint32_t *a, const uint32_t *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		a[i] = multiply(a[i], b[i]);
}

#ifdef __x86_64__
/* With the processor's own multiplication without carries: a table is made of every letter of a store, and this is where the time goes. */
typedef uint32_t four_words __attribute__((vector_size(16)));
typedef unsigned long long two_words __attribute__((vector_size(16)));
typedef long long signed_words __attribute__((vector_size(16)));

/* Of the low halves; */
__attribute__((target("pclmul"))) static inline two_words carryless(two_words a, two_words b)
{
	return (two_words)__builtin_ia32_pclmulqdq128((signed_words)a, (signed_words)b, 0x00);
}

/* of the high ones. */
__attribute__((target("pclmul"))) static inline two_words carryless_high(two_words a, two_words b)
{
	return (two_words)__builtin_ia32_pclmulqdq128((signed_words)a, (signed_words)b, 0x11);
}

/* What stands at x^32 and above is multiplied by what x^32 is, 0x8d; a few bits come to stand there again, so twice. */
__attribute__((target("pclmul"))) static inline uint32_t multiply_by_instruction(uint32_t a, uint32_t b)
{
	const four_words left = {a}, right = {b}, tail = {0x8d};
	const two_words product = carryless((two_words)left, (two_words)right);
	const two_words high = carryless(product >> 32, (two_words)tail);
	const two_words rest = carryless(high >> 32, (two_words)tail);
	return ((four_words)(product ^ high ^ rest))[0];
}

__attribute__((target("pclmul"))) static void odd_powers_by_instruction(uint32_t a, uint32_t *powers, size_t count)
{
	const uint32_t step = multiply_by_instruction(a, a);
	powers[0] = a;
	for (size_t i = 1; i < count; i++)
		powers[i] = multiply_by_instruction(powers[i - 1], step);
}

/* Four at once: the products one by one, the remainders together. */
__attribute__((target("pclmul"))) static inline four_words multiply_four(four_words a, four_words b)
{
	const four_words none = {0};
	const two_words a01 = (two_words)__builtin_shufflevector(a, none, 0, 4, 1, 5), a23 = (two_words)__builtin_shufflevector(a, none, 2, 6, 3, 7);
	const two_words b01 = (two_words)__builtin_shufflevector(b, none, 0, 4, 1, 5), b23 = (two_words)__builtin_shufflevector(b, none, 2, 6, 3, 7);
	const four_words p01 = (four_words)__builtin_shufflevector(carryless(a01, b01), carryless_high(a01, b01), 0, 2);
	const four_words p23 = (four_words)__builtin_shufflevector(carryless(a23, b23), carryless_high(a23, b23), 0, 2);
	four_words high = __builtin_shufflevector(p01, p23, 1, 3, 5, 7);
	high ^= high >> 25 ^ high >> 29 ^ high >> 30;
	return __builtin_shufflevector(p01, p23, 0, 2, 4, 6) ^ high ^ high << 2 ^ high << 3 ^ high << 7;
}

__attribute__((target("pclmul"))) static void multiply_all_by_instruction(uint32_t *a, const uint32_t *b, size_t count)
{
	size_t i = 0;
	for (; i + 4 <= count; i += 4) {
		four_words left, right;
		memcpy(&left, a + i, sizeof(left));
		memcpy(&right, b + i, sizeof(right));
		left = multiply_four(left, right);
		memcpy(a + i, &left, sizeof(left));
	}
	for (; i < count; i++)
		a[i] = multiply_by_instruction(a[i], b[i]);
}

__attribute__((target("pclmul"))) static uint32_t one_by_instruction(uint32_t a, uint32_t b)
{
	return multiply_by_instruction(a, b);
}

uint32_t field_multiply(uint32_t a, uint32_t b)
{
	return __builtin_cpu_supports("pclmul") ? one_by_instruction(a, b) : multiply(a, b);
}

void field_odd_powers(uint32_t a, uint32_t *powers, size_t count)
{
	if (__builtin_cpu_supports("pclmul"))
		odd_powers_by_instruction(a, powers, count);
	else
		odd_powers(a, powers, count);
}

void field_multiply_all(uint32_t *a, const uint32_t *b, size_t count)
{
	if (__builtin_cpu_supports("pclmul"))
		multiply_all_by_instruction(a, b, count);
	else
		multiply_all(a, b, count);
}
#else
uint32_t field_multiply(uint32_t a, uint32_t b)
{
	return multiply(a, b);
}

void field_odd_powers(uint32_t a, uint32_t *powers, size_t count)
{
	odd_powers(a, powers, count);
}

void field_multiply_all(uint32_t *a, const uint32_t *b, size_t count)
{
	multiply_all(a, b, count);
}
#endif
