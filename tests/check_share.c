#include "tests/support/suite.h"

#include "proto/share.h"

#include <string.h>

enum { COLLEAGUES = 5 };
static const uint8_t places[COLLEAGUES] = {1, 2, 3, 200, 255};

static void fill(uint8_t bytes[static SHARE_SIZE], uint8_t from, uint8_t step)
{
	for (int i = 0; i < SHARE_SIZE; i++)
		bytes[i] = (uint8_t)(from + step * i);
}

START_TEST(any_two_of_five_shares_join)
{
	uint8_t secret[SHARE_SIZE], slope[SHARE_SIZE], shares[COLLEAGUES][SHARE_SIZE], joined[SHARE_SIZE];
	fill(secret, 250, 7);
	fill(slope, 3, 11);
	for (int i = 0; i < COLLEAGUES; i++) {
		share_make(secret, slope, places[i], shares[i]);
		ck_assert_mem_ne(shares[i], secret, SHARE_SIZE);
	}
	for (int i = 0; i < COLLEAGUES; i++) {
		for (int k = 0; k < COLLEAGUES; k++) {
			memset(joined, 0, sizeof(joined));
			ck_assert(share_join(places[i], shares[i], places[k], shares[k], joined) == (i != k));
			ck_assert_msg((memcmp(joined, secret, SHARE_SIZE) == 0) == (i != k), "%d and %d", i, k);
		}
	}
}
END_TEST

START_TEST(shares_of_no_place_or_of_another_secret_do_not_join)
{
	uint8_t secret[SHARE_SIZE], other[SHARE_SIZE], slope[SHARE_SIZE], one[SHARE_SIZE], two[SHARE_SIZE], joined[SHARE_SIZE];
	fill(secret, 1, 1);
	fill(other, 2, 1);
	fill(slope, 3, 11);
	share_make(secret, slope, 1, one);
	share_make(other, slope, 2, two);
	ck_assert(share_join(1, one, 2, two, joined));
	ck_assert_mem_ne(joined, secret, SHARE_SIZE);
	ck_assert_mem_ne(joined, other, SHARE_SIZE);
	ck_assert(!share_join(0, one, 2, two, joined));
	ck_assert(!share_join(1, one, 0, two, joined));
	ck_assert(!share_join(0, one, 0, two, joined));
}
END_TEST

/* Whatever a byte of a share is, every value of the secret's byte has exactly one slope that gives it. */
START_TEST(one_share_alone_says_nothing)
{
	for (unsigned place = 1; place < 256; place += 50) {
		for (unsigned value = 0; value < 256; value++) {
			unsigned fitting = 0;
			uint8_t secret[SHARE_SIZE], slope[SHARE_SIZE], share[SHARE_SIZE];
			memset(secret, (int)value, sizeof(secret));
			for (unsigned block = 0; block < 256; block += SHARE_SIZE) {
				fill(slope, (uint8_t)block, 1);
				share_make(secret, slope, (uint8_t)place, share);
				for (int i = 0; i < SHARE_SIZE; i++)
					fitting += share[i] == 0x5a;
			}
			ck_assert_msg(fitting == 1, "place %u: %u slopes for %u", place, fitting, value);
		}
	}
}
END_TEST

/* FIPS 197, 4.2 and 4.2.1. */
START_TEST(the_field_is_the_known_one)
{
	static const struct {
		uint8_t a, b, product;
	} known[] = {{0x57, 0x83, 0xc1}, {0x57, 0x13, 0xfe}, {0x57, 0x02, 0xae}, {0x57, 0x04, 0x47},
		     {0x57, 0x08, 0x8e}, {0x57, 0x10, 0x07}, {0, 0x53, 0}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		uint8_t secret[SHARE_SIZE] = {0}, slope[SHARE_SIZE] = {known[i].a}, share[SHARE_SIZE];
		share_make(secret, slope, known[i].b, share);
		ck_assert_uint_eq(share[0], known[i].product);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("share");
	TCase *test_case = tcase_create("share");
	tcase_add_test(test_case, any_two_of_five_shares_join);
	tcase_add_test(test_case, shares_of_no_place_or_of_another_secret_do_not_join);
	tcase_add_test(test_case, one_share_alone_says_nothing);
	tcase_add_test(test_case, the_field_is_the_known_one);
	suite_add_tcase(suite, test_case);
	return suite;
}
