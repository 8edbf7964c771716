#include "platform/linux/ble_near.h"
#include "tests/support/suite.h"

#include <string.h>

enum { FRESH_MS = 30000, HEARD_MS = 90000 };

static struct ble_near near;
static uint8_t beacon[BEACON_SIZE];
static struct ble_link_address address;

static void start(void)
{
	memset(&near, 0, sizeof near);
	memset(beacon, 0, sizeof beacon);
	address = (struct ble_link_address){.kind = BLE_LINK_RANDOM};
}

static bool hear(uint8_t who, uint8_t digest, uint64_t now)
{
	beacon[0] = who;
	beacon[BEACON_NONCE_SIZE] = digest;
	address.bytes[0] = who;
	return ble_near_heard(&near, beacon, &address, now, FRESH_MS);
}

static const struct ble_link_address *address_of(uint8_t who)
{
	address.bytes[0] = who;
	return &address;
}

static struct ble_near_counts count(uint64_t now)
{
	return ble_near_count(&near, now, HEARD_MS);
}

START_TEST(who_is_new_or_changed_is_fresh_until_linked_or_for_a_while)
{
	ck_assert(hear(1, 1, 1000));
	ck_assert(!hear(1, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, 1);
	ck_assert_uint_eq(count(2000).fresh, 1);
	ble_near_linked(&near, address_of(1));
	ck_assert_uint_eq(count(2000).fresh, 0);
	ck_assert(hear(1, 2, 3000));
	ck_assert_uint_eq(count(3000).fresh, 1);
	ck_assert_uint_eq(count(3000 + FRESH_MS).fresh, 0);
	ck_assert_uint_eq(count(3000 + FRESH_MS).heard, 1);
	ck_assert_uint_eq(count(3000 + HEARD_MS).heard, 0);
}
END_TEST

START_TEST(each_hearing_is_offered_once)
{
	hear(1, 1, 1000);
	ck_assert_uint_eq(count(1000).waiting, 1);
	ck_assert_ptr_nonnull(ble_near_choose(&near, 1000, 0));
	ck_assert_uint_eq(count(1000).waiting, 0);
	ck_assert_ptr_null(ble_near_choose(&near, 1500, 0));
	hear(1, 1, 2000);
	ck_assert_ptr_nonnull(ble_near_choose(&near, 2000, 0));
	ble_near_news(&near, 3000, FRESH_MS);
	ck_assert_ptr_nonnull(ble_near_choose(&near, 3000, 0));
	hear(1, 1, 4000);
	ck_assert_ptr_null(ble_near_choose(&near, 4000 + BLE_NEAR_REACH_MS, 0));
}
END_TEST

START_TEST(strangers_come_first_then_who_changed_and_chance_decides_among_equals)
{
	for (uint8_t who = 1; who <= 6; who++)
		hear(who, 1, 1000);
	for (uint8_t who = 1; who <= 4; who++)
		ble_near_linked(&near, address_of(who));
	hear(3, 2, 2000);
	hear(4, 2, 2000);
	uint8_t first = ble_near_choose(&near, 2500, 0)->beacon[0];
	uint8_t second = ble_near_choose(&near, 2500, 7)->beacon[0];
	ck_assert_uint_eq(first + second, 5 + 6);
	first = ble_near_choose(&near, 2500, 1)->beacon[0];
	ck_assert_uint_eq(first, 4);
	ck_assert_uint_eq(ble_near_choose(&near, 2500, 9)->beacon[0], 3);
	first = ble_near_choose(&near, 2500, 3)->beacon[0];
	second = ble_near_choose(&near, 2500, 4)->beacon[0];
	ck_assert_uint_eq(first + second, 1 + 2);
	ck_assert_ptr_null(ble_near_choose(&near, 2500, 0));
}
END_TEST

START_TEST(who_does_not_open_waits_longer_each_time_and_is_no_reason_to_search)
{
	uint64_t now = 1000;
	uint64_t waited = 0;
	for (unsigned i = 0; i < BLE_NEAR_RETRIES_MAX + 2; i++) {
		hear(1, 1, now);
		ck_assert_uint_eq(count(now).fresh, i < BLE_NEAR_FRESH_FAILS_MAX && now < 1000 + FRESH_MS);
		ck_assert_ptr_nonnull(ble_near_choose(&near, now, 0));
		ble_near_failed(&near, address_of(1), now, 0);
		hear(1, 1, now + 1);
		ck_assert_ptr_null(ble_near_choose(&near, now + 1, 0));
		uint64_t due = count(now + 1).next_wait_ms;
		uint64_t waits = near.all[0].wait_until_ms - now;
		ck_assert(due == near.all[0].wait_until_ms || waits >= BLE_NEAR_REACH_MS);
		ck_assert(waits >= waited && waits <= (uint64_t)BLE_NEAR_RETRY_MS << BLE_NEAR_RETRIES_MAX);
		waited = waits;
		now += waits;
	}
	ble_near_linked(&near, address_of(1));
	ck_assert_uint_eq(near.all[0].failed, 0);
}
END_TEST

START_TEST(a_new_address_of_the_same_nonce_replaces_the_old)
{
	hear(1, 1, 1000);
	address.bytes[5] = 9;
	ck_assert(!hear(1, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, 1);
	ck_assert_uint_eq(ble_near_choose(&near, 2000, 0)->address.bytes[5], 9);
}
END_TEST

START_TEST(the_table_is_bounded_and_forgets_the_oldest)
{
	for (unsigned who = 0; who <= BLE_NEAR_MAX; who++)
		hear((uint8_t)who, 1, 1000 + who);
	ck_assert_uint_eq(count(2000).heard, BLE_NEAR_MAX);
	ck_assert(!hear(1, 1, 2000));
	ck_assert(hear(0, 1, 2000));
	ck_assert_uint_eq(count(2000).heard, BLE_NEAR_MAX);
}
END_TEST

START_TEST(who_was_let_go_rests)
{
	hear(1, 1, 1000);
	ble_near_rest(&near, address_of(1), 4000);
	ble_near_rest(&near, address_of(1), 3000);
	ck_assert_ptr_null(ble_near_choose(&near, 3999, 0));
	ck_assert_uint_eq(count(3999).next_wait_ms, 4000);
	ck_assert_ptr_nonnull(ble_near_choose(&near, 4000, 0));
}
END_TEST

START_TEST(who_was_heard_before_we_began_anew_is_not_offered)
{
	hear(1, 1, 1000);
	hear(2, 1, 2000);
	ble_near_begin(&near, 2000);
	ck_assert_uint_eq(count(2000).waiting, 1);
	ck_assert_uint_eq(ble_near_choose(&near, 2000, 0)->beacon[0], 2);
	ble_near_news(&near, 2500, FRESH_MS);
	ck_assert_uint_eq(count(2500).waiting, 1);
	hear(1, 1, 2600);
	ck_assert_uint_eq(count(2600).waiting, 2);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ble_near");
	TCase *tcase = tcase_create("ble_near");
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
