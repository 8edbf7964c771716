#include "tests/support/suite.h"

#include "node/post/holdback.h"

START_TEST(urgent_letters_wait_at_most_ten_seconds)
{
	for (int i = 0; i < 2000; i++)
		ck_assert_uint_lt(holdback_delay(CLASS_URGENT), 10000);
}
END_TEST

START_TEST(other_letters_wait_a_minute_on_average_and_ten_at_most)
{
	uint64_t sum = 0, longest = 0;
	for (int i = 0; i < 4000; i++) {
		uint64_t delay = holdback_delay(CLASS_STATUS);
		sum += delay;
		longest = delay > longest ? delay : longest;
	}
	/* The mean of 4000 draws strays from 62 s by more than 8 s less than once in 10^15 runs. */
	ck_assert(sum / 4000 > 54000 && sum / 4000 < 70000);
	ck_assert(longest > 120000 && longest <= 600000);
}
END_TEST

START_TEST(a_full_table_says_so_and_gives_entries_up_when_due)
{
	static struct holdback holdback;
	uint8_t tag[LETTER_TAG_SIZE] = {0}, due[LETTER_TAG_SIZE];
	for (uint8_t i = 0; i < HOLDBACK_MAX; i++) {
		tag[0] = i;
		ck_assert(holdback_add(&holdback, tag, 1000u + i));
	}
	ck_assert(!holdback_add(&holdback, tag, 1000));
	ck_assert_uint_eq(holdback_next(&holdback), 1000);
	ck_assert(!holdback_due(&holdback, 999, due));
	ck_assert(holdback_due(&holdback, 1000, due) && due[0] == 0);
	ck_assert(!holdback_due(&holdback, 1000, due));
	while (holdback_due(&holdback, 2000, due))
		;
	ck_assert_uint_eq(holdback_next(&holdback), UINT64_MAX);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("holdback");
	TCase *test_case = tcase_create("holdback");
	tcase_add_test(test_case, urgent_letters_wait_at_most_ten_seconds);
	tcase_add_test(test_case, other_letters_wait_a_minute_on_average_and_ten_at_most);
	tcase_add_test(test_case, a_full_table_says_so_and_gives_entries_up_when_due);
	suite_add_tcase(suite, test_case);
	return suite;
}
