#include "platform/near.h"
#include "tests/support/suite.h"

#include <string.h>

enum { FRESH_MS = 30000, HEARD_MS = 90000 };

static struct near table;
static uint8_t beacon[BEACON_SIZE];
static struct near_address address;

static void start(void)
{
	memset(&table, 0, sizeof table);
	memset(beacon, 0, sizeof beacon);
	memset(&address, 0, sizeof address);
}

static bool hear(uint8_t who, uint8_t digest, uint64_t now)
{
	beacon[0] = who;
	beacon[BEACON_NONCE_SIZE] = digest;
	address.bytes[0] = who;
	return near_heard(&table, beacon, &address, now, FRESH_MS);
}

static const struct near_address *address_of(uint8_t who)
{
	address.bytes[0] = who;
	return &address;
}

static struct near_counts count(uint64_t now)
{
	return near_count(&table, now, HEARD_MS);
}

START_TEST(who_is_new_or_changed_is_fresh_until_linked_or_for_a_while)
{
	ck_assert(hear(1, 1, 1000));
	ck_assert(!hear(1, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, 1);
	ck_assert_uint_eq(count(2000).fresh, 1);
	near_linked(&table, address_of(1));
	ck_assert_uint_eq(count(2000).fresh, 0);
	ck_assert(hear(1, 2, 3000));
	ck_assert_uint_eq(count(3000).fresh, 1);
	ck_assert_uint_eq(count(3000 + FRESH_MS).fresh, 0);
	ck_assert_uint_eq(count(3000 + FRESH_MS).heard, 1);
	ck_assert_uint_eq(count(3000 + NEAR_REACH_MS - 1).present, 1);
	ck_assert_uint_eq(count(3000 + NEAR_REACH_MS).present, 0);
	ck_assert_uint_eq(count(3000 + HEARD_MS).heard, 0);
}
END_TEST

START_TEST(each_hearing_is_offered_once)
{
	hear(1, 1, 1000);
	ck_assert_uint_eq(count(1000).waiting, 1);
	ck_assert_ptr_nonnull(near_choose(&table, 1000, 0));
	ck_assert_uint_eq(count(1000).waiting, 0);
	ck_assert_ptr_null(near_choose(&table, 1500, 0));
	hear(1, 1, 2000);
	ck_assert_ptr_nonnull(near_choose(&table, 2000, 0));
	near_news(&table, 3000, FRESH_MS);
	ck_assert_ptr_nonnull(near_choose(&table, 3000, 0));
	hear(1, 1, 4000);
	ck_assert_ptr_null(near_choose(&table, 4000 + NEAR_REACH_MS, 0));
}
END_TEST

START_TEST(strangers_come_first_then_who_changed_and_chance_decides_among_equals)
{
	for (uint8_t who = 1; who <= 6; who++)
		hear(who, 1, 1000);
	for (uint8_t who = 1; who <= 4; who++)
		near_linked(&table, address_of(who));
	hear(3, 2, 2000);
	hear(4, 2, 2000);
	uint8_t first = near_choose(&table, 2500, 0)->beacon[0];
	uint8_t second = near_choose(&table, 2500, 7)->beacon[0];
	ck_assert_uint_eq(first + second, 5 + 6);
	first = near_choose(&table, 2500, 1)->beacon[0];
	ck_assert_uint_eq(first, 4);
	ck_assert_uint_eq(near_choose(&table, 2500, 9)->beacon[0], 3);
	first = near_choose(&table, 2500, 3)->beacon[0];
	second = near_choose(&table, 2500, 4)->beacon[0];
	ck_assert_uint_eq(first + second, 1 + 2);
	ck_assert_ptr_null(near_choose(&table, 2500, 0));
}
END_TEST

START_TEST(who_does_not_open_waits_longer_each_time_and_is_no_reason_to_search)
{
	uint64_t now = 1000;
	uint64_t waited = 0;
	for (unsigned i = 0; i < NEAR_RETRIES_MAX + 2; i++) {
		hear(1, 1, now);
		ck_assert_uint_eq(count(now).fresh, i < NEAR_FRESH_FAILS_MAX && now < 1000 + FRESH_MS);
		ck_assert_ptr_nonnull(near_choose(&table, now, 0));
		near_failed(&table, address_of(1), now, 0);
		hear(1, 1, now + 1);
		ck_assert_ptr_null(near_choose(&table, now + 1, 0));
		uint64_t due = count(now + 1).next_wait_ms;
		uint64_t waits = table.all[0].wait_until_ms - now;
		ck_assert(due == table.all[0].wait_until_ms || waits >= NEAR_REACH_MS);
		ck_assert(waits >= waited && waits <= (uint64_t)NEAR_RETRY_MS << NEAR_RETRIES_MAX);
		waited = waits;
		now += waits;
	}
	near_linked(&table, address_of(1));
	ck_assert_uint_eq(table.all[0].failed, 0);
}
END_TEST

START_TEST(a_new_address_of_the_same_nonce_replaces_the_old)
{
	hear(1, 1, 1000);
	address.bytes[5] = 9;
	ck_assert(!hear(1, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, 1);
	ck_assert_uint_eq(near_choose(&table, 2000, 0)->address.bytes[5], 9);
}
END_TEST

START_TEST(the_table_is_bounded_and_forgets_the_oldest)
{
	for (unsigned who = 0; who <= NEAR_MAX; who++)
		hear((uint8_t)who, 1, 1000 + who);
	ck_assert_uint_eq(count(2000).heard, NEAR_MAX);
	ck_assert(!hear(1, 1, 2000));
	ck_assert(hear(0, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, NEAR_MAX);
}
END_TEST

START_TEST(who_was_let_go_rests)
{
	hear(1, 1, 1000);
	near_rest(&table, address_of(1), 4000);
	near_rest(&table, address_of(1), 3000);
	ck_assert_ptr_null(near_choose(&table, 3999, 0));
	ck_assert_uint_eq(count(3999).next_wait_ms, 4000);
	ck_assert_ptr_nonnull(near_choose(&table, 4000, 0));
}
END_TEST

START_TEST(who_was_heard_before_we_began_anew_is_not_offered)
{
	hear(1, 1, 1000);
	hear(2, 1, 2000);
	near_begin(&table, 2000);
	ck_assert_uint_eq(count(2000).waiting, 1);
	ck_assert_uint_eq(near_choose(&table, 2000, 0)->beacon[0], 2);
	near_news(&table, 2500, FRESH_MS);
	ck_assert_uint_eq(count(2500).waiting, 1);
	hear(1, 1, 2600);
	ck_assert_uint_eq(count(2600).waiting, 2);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("near");
	TCase *tcase = tcase_create("near");
	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, who_is_new_or_changed_is_fresh_until_linked_or_for_a_while);
	tcase_add_test(tcase, each_hearing_is_offered_once);
	tcase_add_test(tcase, strangers_come_first_then_who_changed_and_chance_decides_among_equals);
	tcase_add_test(tcase, who_does_not_open_waits_longer_each_time_and_is_no_reason_to_search);
	tcase_add_test(tcase, a_new_address_of_the_same_nonce_replaces_the_old);
	tcase_add_test(tcase, the_table_is_bounded_and_forgets_the_oldest);
	tcase_add_test(tcase, who_was_let_go_rests);
	tcase_add_test(tcase, who_was_heard_before_we_began_anew_is_not_offered);
	suite_add_tcase(suite, tcase);
	return suite;
}
