/* crypto/epoch.h: the chain is the one of the specification, and what is forgotten stays forgotten. */

#include "crypto/epoch.h"

#include "tests/support/suite.h"
#include "tests/support/vector.h"

#include <sodium.h>

#include <string.h>

enum { FIRST_DAY = 3977, DAYS = 12 };

static struct epoch_chain chain_of(uint8_t lane)
{
	return (struct epoch_chain){.day = FIRST_DAY, .lane = lane, .seed = {1, 2, 3, 4}};
}

START_TEST(chains_agree_with_another_implementation)
{
	json_t *root = vector_file("epoch"), *vector, *day_vector;
	size_t index, i, checked = 0;
	json_array_foreach(json_object_get(root, "chains"), index, vector)
	{
		struct epoch_chain chain = {.day = (uint16_t)json_integer_value(json_object_get(vector, "day")),
					    .lane = (uint8_t)json_integer_value(json_object_get(vector, "lane"))};
		vector_exact(vector, "seed", chain.seed, KEY_SIZE);
		json_array_foreach(json_object_get(vector, "days"), i, day_vector)
		{
			uint16_t day = (uint16_t)json_integer_value(json_object_get(day_vector, "day"));
			uint8_t expected[KEY_SIZE], got[KEY_SIZE];
			vector_exact(day_vector, "secret", expected, KEY_SIZE);
			ck_assert(epoch_secret(&chain, day, got));
			ck_assert_mem_eq(got, expected, KEY_SIZE);
			vector_exact(day_vector, "public", expected, KEY_SIZE);
			ck_assert(epoch_public(&chain, day, got));
			ck_assert_mem_eq(got, expected, KEY_SIZE);
			struct epoch_chain later = chain;
			epoch_forget_before(&later, day);
			vector_exact(day_vector, "seed", expected, KEY_SIZE);
			ck_assert_mem_eq(later.seed, expected, KEY_SIZE);
			checked++;
		}
	}
	ck_assert_uint_eq(checked, 10);
	json_decref(root);
}
END_TEST

START_TEST(forgetting_keeps_the_days_to_come)
{
	struct epoch_chain chain = chain_of(0), before = chain;
	for (uint16_t day = FIRST_DAY; day < FIRST_DAY + DAYS; day++) {
		epoch_forget_before(&chain, day);
		ck_assert_uint_eq(chain.day, day);
		for (uint16_t later = day; later < FIRST_DAY + DAYS; later++) {
			uint8_t one[KEY_SIZE], two[KEY_SIZE];
			ck_assert(epoch_secret(&chain, later, one));
			ck_assert(epoch_secret(&before, later, two));
			ck_assert_mem_eq(one, two, KEY_SIZE);
		}
	}
}
END_TEST

START_TEST(a_forgotten_day_gives_no_key)
{
	struct epoch_chain chain = chain_of(1);
	uint8_t key[KEY_SIZE] = {0};
	epoch_forget_before(&chain, FIRST_DAY + 5);
	for (uint16_t day = 0; day < FIRST_DAY + 5; day++) {
		ck_assert(!epoch_secret(&chain, day, key));
		ck_assert(!epoch_public(&chain, day, key));
	}
	ck_assert(sodium_is_zero(key, sizeof key));
	ck_assert(epoch_secret(&chain, FIRST_DAY + 5, key));
}
END_TEST

static bool is_earlier_secret(const uint8_t candidate[static KEY_SIZE], uint8_t secrets[][KEY_SIZE], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(candidate, secrets[i], KEY_SIZE) == 0)
			return true;
	}
	return false;
}

START_TEST(nothing_left_after_forgetting_yields_an_earlier_secret)
{
	uint8_t secrets[DAYS][KEY_SIZE];
	struct epoch_chain chain = chain_of(0);
	for (uint16_t i = 0; i < DAYS; i++)
		ck_assert(epoch_secret(&chain, (uint16_t)(FIRST_DAY + i), secrets[i]));

	/* What a thief could try: each run of 32 bytes left in memory as a secret itself, and as the seed of every earlier day, in both lanes. */
	size_t found_before = 0;
	for (int forgotten = 0; forgotten < 2; forgotten++) {
		const uint8_t *memory = (const uint8_t *)&chain;
		size_t found = 0;
		for (size_t at = 0; at + KEY_SIZE <= sizeof chain; at++) {
			found += is_earlier_secret(memory + at, secrets, DAYS);
			for (uint16_t day = FIRST_DAY; day < FIRST_DAY + DAYS; day++) {
				uint8_t candidate[KEY_SIZE];
				struct epoch_chain guess = {.day = day, .lane = (uint8_t)(at % 2)};
				memcpy(guess.seed, memory + at, KEY_SIZE);
				for (uint8_t lane = 0; lane < 2; lane++) {
					guess.lane = lane;
					ck_assert(epoch_secret(&guess, day, candidate));
					found += is_earlier_secret(candidate, secrets, DAYS);
				}
			}
		}
		if (forgotten == 0) {
			found_before = found;
			epoch_forget_before(&chain, FIRST_DAY + DAYS);
		} else {
			ck_assert_uint_eq(found, 0);
		}
	}
	ck_assert_uint_ne(found_before, 0);
}
END_TEST

START_TEST(the_chain_never_goes_back)
{
	struct epoch_chain chain = chain_of(0);
	epoch_forget_before(&chain, FIRST_DAY + 5);
	struct epoch_chain same = chain;
	epoch_forget_before(&chain, FIRST_DAY);
	epoch_forget_before(&chain, 0);
	epoch_forget_before(&chain, FIRST_DAY + 5);
	ck_assert_uint_eq(chain.day, same.day);
	ck_assert_mem_eq(chain.seed, same.seed, KEY_SIZE);
}
END_TEST

START_TEST(a_wrong_clock_costs_bounded_work_and_a_bounded_loss)
{
	struct epoch_chain chain = chain_of(0);
	uint8_t key[KEY_SIZE];
	ck_assert(epoch_secret(&chain, FIRST_DAY + EPOCH_AHEAD_MAX, key));
	ck_assert(!epoch_secret(&chain, FIRST_DAY + EPOCH_AHEAD_MAX + 1, key));
	ck_assert(!epoch_secret(&chain, UINT16_MAX, key));
	epoch_forget_before(&chain, UINT16_MAX);
	ck_assert_uint_eq(chain.day, FIRST_DAY + EPOCH_AHEAD_MAX);
}
END_TEST

START_TEST(the_last_day_of_the_calendar_has_a_key)
{
	struct epoch_chain chain = {.day = UINT16_MAX - 2, .lane = 1, .seed = {9}};
	uint8_t key[KEY_SIZE];
	ck_assert(epoch_secret(&chain, UINT16_MAX, key));
	epoch_forget_before(&chain, UINT16_MAX);
	ck_assert_uint_eq(chain.day, UINT16_MAX);
	ck_assert(epoch_secret(&chain, UINT16_MAX, key));
	ck_assert(!epoch_secret(&chain, UINT16_MAX - 1, key));
}
END_TEST

START_TEST(lanes_days_and_seeds_give_unlike_keys)
{
	uint8_t keys[6][KEY_SIZE];
	struct epoch_chain fast = chain_of(0), slow = chain_of(1), other = chain_of(0);
	other.seed[31] ^= 1;
	const struct epoch_chain *chains[] = {&fast, &slow, &other};
	for (size_t i = 0; i < 6; i++) {
		ck_assert(epoch_secret(chains[i / 2], (uint16_t)(FIRST_DAY + i % 2), keys[i]));
		for (size_t j = 0; j < i; j++)
			ck_assert_mem_ne(keys[i], keys[j], KEY_SIZE);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("crypto_epoch");
	TCase *tcase = tcase_create("epoch");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, chains_agree_with_another_implementation);
	tcase_add_test(tcase, forgetting_keeps_the_days_to_come);
	tcase_add_test(tcase, a_forgotten_day_gives_no_key);
	tcase_add_test(tcase, nothing_left_after_forgetting_yields_an_earlier_secret);
	tcase_add_test(tcase, the_chain_never_goes_back);
	tcase_add_test(tcase, a_wrong_clock_costs_bounded_work_and_a_bounded_loss);
	tcase_add_test(tcase, the_last_day_of_the_calendar_has_a_key);
	tcase_add_test(tcase, lanes_days_and_seeds_give_unlike_keys);
	suite_add_tcase(suite, tcase);
	return suite;
}
