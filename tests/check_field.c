#include "tests/support/suite.h"

#include "proto/field.h"

#define MODULUS UINT64_C(0x10000008d)

/* The same numbers every time. */
static uint32_t draw(void)
{
	static uint64_t state = 1;
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 32);
}

/* Multiplication as it is defined, a bit at a time. */
static uint32_t slow_multiply(uint32_t a, uint32_t b)
{
	uint64_t shifted = a, sum = 0;
	for (; b != 0; b >>= 1) {
		if (b & 1)
			sum ^= shifted;
		shifted <<= 1;
		if (shifted >> 32 != 0)
			shifted ^= MODULUS;
	}
	return (uint32_t)sum;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		while (a != 0 && __builtin_clzll(a) <= __builtin_clzll(b))
			a ^= b << (__builtin_clzll(b) - __builtin_clzll(a));
		uint64_t rest = a;
		a = b;
		b = rest;
	}
	return a;
}

/* Rabin's test: x^(2^32) = x, and for 32's only prime divisor x^(2^16) - x has nothing in common with the modulus. */
START_TEST(the_modulus_is_irreducible)
{
	uint32_t power = 2;
	for (int i = 0; i < 32; i++) {
		if (i == 16)
			ck_assert_uint_eq(common_divisor(MODULUS, power ^ 2), 1);
		power = slow_multiply(power, power);
	}
	ck_assert_uint_eq(power, 2);
	ck_assert_uint_eq(common_divisor(0x79, 0xad), 0x13); /* 0x13 times 0x7, and times 0xb */
}
END_TEST

START_TEST(known_answers)
{
	static const uint32_t answers[][5] = {
		{0x80000000, 0x00000002, 0x0000008d, 0x40001037, 0xfdc94c40},
		{0xffffffff, 0xffffffff, 0x55554039, 0x55554039, 0x17c232b5},
		{0x12345678, 0x9abcdef0, 0x717b52d0, 0x9e22a490, 0x071c317d},
		{0xdeadbeef, 0x0badcafe, 0xf399f874, 0x71d11f17, 0x236cd880},
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		ck_assert_uint_eq(field_multiply(answers[i][0], answers[i][1]), answers[i][2]);
		ck_assert_uint_eq(field_square(answers[i][0]), answers[i][3]);
		ck_assert_uint_eq(field_inverse(answers[i][0]), answers[i][4]);
	}
	ck_assert_uint_eq(field_inverse(0), 0);
	ck_assert_uint_eq(field_inverse(1), 1);
}
END_TEST

START_TEST(multiplication_is_the_slow_one_bit_by_bit)
{
	for (unsigned i = 0; i < 32; i++) {
		for (unsigned j = 0; j < 32; j++)
			ck_assert_uint_eq(field_multiply(1u << i, 1u << j), slow_multiply(1u << i, 1u << j));
		ck_assert_uint_eq(field_multiply(1u << i, UINT32_MAX), slow_multiply(1u << i, UINT32_MAX));
	}
}
END_TEST

START_TEST(the_axioms_of_a_field_hold)
{
	for (int i = 0; i < 20000; i++) {
		const uint32_t a = draw(), b = draw(), c = draw();
		ck_assert_uint_eq(field_multiply(a, b), slow_multiply(a, b));
		ck_assert_uint_eq(field_multiply(a, b), field_multiply(b, a));
		ck_assert_uint_eq(field_multiply(field_multiply(a, b), c), field_multiply(a, field_multiply(b, c)));
		ck_assert_uint_eq(field_multiply(a, b ^ c), field_multiply(a, b) ^ field_multiply(a, c));
		ck_assert_uint_eq(field_square(a), slow_multiply(a, a));
		if (a != 0)
			ck_assert_uint_eq(slow_multiply(a, field_inverse(a)), 1);
	}
}
END_TEST

START_TEST(odd_powers_are_products)
{
	uint32_t powers[13] = {0};
	for (int i = 0; i < 1000; i++) {
		const uint32_t a = draw();
		powers[12] = 7;
		field_odd_powers(a, powers, 12);
		ck_assert_uint_eq(powers[0], a);
		for (unsigned n = 1; n < 12; n++)
			ck_assert_uint_eq(powers[n], slow_multiply(powers[n - 1], slow_multiply(a, a)));
		ck_assert_uint_eq(powers[12], 7);
	}
}
END_TEST

START_TEST(many_products_at_once_are_the_slow_ones)
{
	enum { MANY = 11 };
	uint32_t a[MANY + 1], b[MANY + 1], products[MANY + 1];
	for (size_t i = 0; i < 1000; i++) {
		for (size_t n = 0; n <= MANY; n++) {
			products[n] = a[n] = draw();
			b[n] = draw();
		}
		const size_t count = i % (MANY + 1);
		field_multiply_all(products, b, count);
		for (size_t n = 0; n < count; n++)
			ck_assert_uint_eq(products[n], slow_multiply(a[n], b[n]));
		ck_assert_uint_eq(products[count], a[count]);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("field");
	TCase *test_case = tcase_create("field");
	tcase_add_test(test_case, the_modulus_is_irreducible);
	tcase_add_test(test_case, known_answers);
	tcase_add_test(test_case, multiplication_is_the_slow_one_bit_by_bit);
	tcase_add_test(test_case, the_axioms_of_a_field_hold);
	tcase_add_test(test_case, odd_powers_are_products);
	tcase_add_test(test_case, many_products_at_once_are_the_slow_ones);
	suite_add_tcase(suite, test_case);
	return suite;
}
