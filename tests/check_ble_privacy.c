#include "platform/linux/ble_privacy.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t identity[BLE_LINK_ADDRESS_SIZE] = {0x02, 0x00, 0x02, 0x01, 0xaa, 0x00};

/* Read Controller Information of hci1 as a kernel answers it, names cut off; privacy is bit 13 of the current settings. */
static uint8_t answer[] = {
	0x01, 0x00, 0x01, 0x00, 0x1b, 0x00, 0x04, 0x00, 0x00, 0x02, 0x00, 0x02, 0x01, 0xaa, 0x00, 0x0a, 0xf1,
	0x05, 0xff, 0xfe, 0x01, 0x00, 0x01, 0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 'd',  'e',  'v',  0x00,
};
enum { AT_SETTINGS = 23 };

START_TEST(the_privacy_setting_is_read)
{
	ck_assert_int_eq(ble_privacy_read(answer, sizeof answer, identity), BLE_PRIVACY_ON);
	answer[AT_SETTINGS] = 0x02;
	ck_assert_int_eq(ble_privacy_read(answer, sizeof answer, identity), BLE_PRIVACY_OFF);
}
END_TEST

START_TEST(the_answer_for_another_adapter_and_a_refusal_say_nothing)
{
	static const uint8_t other[BLE_LINK_ADDRESS_SIZE] = {0x03, 0x00, 0x02, 0x01, 0xaa, 0x00};
	ck_assert_int_eq(ble_privacy_read(answer, sizeof answer, other), BLE_PRIVACY_UNKNOWN);
	uint8_t copy[sizeof answer];
	static const unsigned vital[] = {0, 6, 8};
	for (unsigned i = 0; i < sizeof vital / sizeof *vital; i++) {
		memcpy(copy, answer, sizeof copy);
		copy[vital[i]] ^= 0x11;
		ck_assert_int_eq(ble_privacy_read(copy, sizeof copy, identity), BLE_PRIVACY_UNKNOWN);
	}
}
END_TEST

START_TEST(a_short_answer_says_nothing)
{
	for (size_t len = 0; len <= sizeof answer; len++) {
		uint8_t *exact = malloc(len ? len : 1); /* for the sanitizer to see a byte too far */
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, answer, len);
		ck_assert_int_eq(ble_privacy_read(exact, len, identity), len < AT_SETTINGS + 3 ? BLE_PRIVACY_UNKNOWN : BLE_PRIVACY_ON);
		free(exact);
	}
}
END_TEST

START_TEST(an_adapter_that_is_not_there_is_unknown)
{
	static const uint8_t nobody[BLE_LINK_ADDRESS_SIZE] = {1, 2, 3, 4, 5, 6};
	ck_assert_int_eq(ble_privacy_of(nobody), BLE_PRIVACY_UNKNOWN);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ble_privacy");
	TCase *tcase = tcase_create("ble_privacy");
	tcase_add_test(tcase, the_privacy_setting_is_read);
	tcase_add_test(tcase, the_answer_for_another_adapter_and_a_refusal_say_nothing);
	tcase_add_test(tcase, a_short_answer_says_nothing);
	tcase_add_test(tcase, an_adapter_that_is_not_there_is_unknown);
	suite_add_tcase(suite, tcase);
	return suite;
}
