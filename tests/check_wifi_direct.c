/* The lane over Wi-Fi Direct against a service without radios: what it asks, and what becomes of every failure. That a link comes up is shown by
 * tests/radio. */
#include "platform/linux/wpa.h"
#include "platform/linux/wpa_group.h"
#include "platform/linux/wpa_scout.h"
#include "tests/support/suite.h"
#include "tests/support/wifibed.h"

#include <string.h>

/* An interface every machine has, and which has no link-local address. */
#define STARTED "<3>P2P-GROUP-STARTED lo GO ssid=\"DIRECT-xy\" freq=2412 passphrase=\"password\" go_dev_addr=42:00:00:00:00:00"
#define JOINED "<3>P2P-GROUP-STARTED lo client ssid=\"DIRECT-xy\" freq=2412 psk=00 go_dev_addr=42:00:00:00:00:00"

static const struct lane_group other = {
	.frequency_mhz = 2412,
	.port = WIFIBED_PORT,
	.address = {0xfe, 0x80, [15] = 9},
	.bssid = {2, 3, 4, 5, 6, 7},
	.ssid_len = 9,
	.passphrase_len = 8,
	.ssid = "DIRECT-xy",
	.passphrase = "pass\"ord",
};

/* In place of the system's clock: waiting takes no time here. */
struct moment clock_now(void)
{
	return wifibed.now;
}

START_TEST(a_group_shows_nothing_of_the_machine)
{
	wifibed_look("auto");
	wifibed_make_until_added();
	static const char *const set[] = {"SET device_name \n",
					  "SET manufacturer \n",
					  "SET model_name \n",
					  "SET model_number \n",
					  "SET serial_number \n",
					  "SET p2p_ssid_postfix \n",
					  "SET p2p_interface_random_mac_addr 1\n",
					  "SET p2p_passphrase_len 32\n"};
	const char *log = fakewpa_log(wifibed.fake);
	const char *added = strstr(log, "P2P_GROUP_ADD");
	for (unsigned i = 0; i < sizeof set / sizeof *set; i++) {
		const char *at = strstr(log, set[i]);
		ck_assert_msg(at && at < added, "%s", set[i]);
	}
	char first[48], second[48];
	memcpy(first, strstr(log, "SET uuid "), sizeof first);
	fakewpa_answer(wifibed.fake, "INTERFACES", "wlan0\n");
	wifibed_lane()->end(wifibed_lane());
	wifibed_settle();
	wifibed_make_until_added();
	memcpy(second, strstr(strstr(log, "SET uuid ") + 1, "SET uuid "), sizeof second);
	ck_assert_mem_ne(first, second, sizeof first);
}
END_TEST

START_TEST(a_group_is_made_on_the_channel_of_the_persons_own_network)
{
	fakewpa_answer(wifibed.fake, "STATUS", "wpa_state=COMPLETED\nfreq=5180\np2p_device_address=42:00:00:00:00:00\n");
	wifibed_look("auto");
	wifibed_make_until_added();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD freq=5180"), 1);
}
END_TEST

START_TEST(a_group_that_is_refused_is_not_asked_for_again_at_once)
{
	fakewpa_answer(wifibed.fake, "P2P_GROUP_ADD", "FAIL\n");
	wifibed_look("auto");
	wifibed_lane()->make(wifibed_lane());
	ck_assert_uint_eq(wifibed_can(), 0);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN);
	unsigned told = wifibed.ables;
	wifibed_pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_gt(wifibed.ables, told);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(wifibed.overs == 2);
	wifibed_pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN);
	wifibed_pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_group_that_never_begins_is_taken_away_by_what_is_new)
{
	fakewpa_answer(wifibed.fake, "INTERFACES", "p2p-wlan0-0\np2p-dev-wlan0\nwlan0\n");
	wifibed_look("auto");
	wifibed_make_until_added();
	fakewpa_answer(wifibed.fake, "INTERFACES", "p2p-wlan0-1\np2p-wlan0-0\np2p-dev-wlan0\nwlan0\nwlan9\n");
	wifibed_pass(WPA_GROUP_FORM_MS);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE"), 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE p2p-wlan0-1"), 1);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN);
}
END_TEST

START_TEST(a_group_without_an_address_is_given_up)
{
	wifibed_look("auto");
	wifibed_make_until_added();
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", STARTED);
	wifibed_pass(WIFI_DIRECT_MAKE_MS - 1);
	ck_assert_uint_eq(wifibed.overs, 0);
	wifibed_pass(200);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	wifibed_settle();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE lo"), 1);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN);
}
END_TEST

START_TEST(the_group_of_somebody_else_is_left_alone)
{
	fakewpa_answer(wifibed.fake, "INTERFACES", "lo\nwlan0\n");
	wifibed_look("auto");
	wifibed_make_until_added();
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", STARTED);
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", JOINED);
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", "<3>P2P-GROUP-REMOVED lo GO reason=REQUESTED");
	wifibed_settle();
	wifibed_lane()->end(wifibed_lane());
	wifibed_settle();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE"), 0);
	ck_assert_uint_eq(wifibed.overs, 0);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_group_is_marked_at_its_own_socket)
{
	fakewpa_add(wifibed.fake, "lo");
	wifibed_look("wlan0");
	wifibed_make_until_added();
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", STARTED);
	wifibed_settle();
	ck_assert_ptr_nonnull(strstr(fakewpa_log(wifibed.fake), "lo SET_NETWORK 0 id_str " WPA_SCOUT_MARK "\n"));
	wifi_direct_close(wifibed.wifi);
	wifibed.wifi = NULL;
	fakewpa_turn(wifibed.fake);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE lo"), 1);
}
END_TEST

START_TEST(what_is_stored_to_join_is_forgotten_at_once)
{
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "SCAN TYPE=ONLY freq=2412 passive=1") == 1);
	wifibed_scanned();
	const char *steps[] = {"p2p-dev-wlan0 ADD_NETWORK\n",
			       "SET_NETWORK 3 id_str " WPA_SCOUT_MARK "\n",
			       "SET_NETWORK 3 disabled 2\n",
			       "SET_NETWORK 3 ssid 4449524543542d7879\n",
			       "SET_NETWORK 3 bssid 02:03:04:05:06:07\n",
			       "SET_NETWORK 3 psk \"pass\"ord\"\n",
			       "P2P_GROUP_ADD persistent=3 freq=2412\n",
			       "REMOVE_NETWORK 3\n"};
	const char *at = fakewpa_log(wifibed.fake);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		at = strstr(at, steps[i]);
		ck_assert_msg(at != NULL, "%s", steps[i]);
	}
}
END_TEST

START_TEST(a_scan_that_cannot_be_is_done_without)
{
	fakewpa_answer(wifibed.fake, "SCAN", "FAIL-BUSY\n");
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD persistent=3") == 1);
	wifibed_lane()->end(wifibed_lane());
	wifibed_settle();
	fakewpa_answer(wifibed.fake, "SCAN", "OK\n");
	wifibed_lane()->join(wifibed_lane(), &other);
	wifibed_settle();
	wifibed_pass(WPA_GROUP_SCAN_MS);
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD persistent=3") == 2);
}
END_TEST

START_TEST(the_persons_own_network_is_not_cut_off_to_join)
{
	fakewpa_answer(wifibed.fake, "STATUS-DRIVER", "capa.num_multichan_concurrent=0\n");
	fakewpa_answer(wifibed.fake, "STATUS", "wpa_state=COMPLETED\nfreq=2462\np2p_device_address=42:00:00:00:00:00\n");
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	wifibed_settle();
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK"), 0);
	fakewpa_answer(wifibed.fake, "STATUS-DRIVER", "capa.num_multichan_concurrent=2\n");
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	wifibed_lane()->join(wifibed_lane(), &other);
	wifibed_scanned();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK"), 1);
}
END_TEST

START_TEST(joining_is_tried_a_few_times_and_then_over)
{
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	for (unsigned i = 0; i < WIFI_DIRECT_TRIES; i++) {
		ck_assert_uint_eq(wifibed.overs, 0);
		wifibed_scanned();
		fakewpa_event(wifibed.fake, "p2p-dev-wlan0", "<3>P2P-GROUP-FORMATION-FAILURE ");
		wifibed_settle();
	}
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3"), WIFI_DIRECT_TRIES);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_maker_that_does_not_answer_is_given_up)
{
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	wifibed_scanned();
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", JOINED);
	wifibed_settle();
	wifibed_pass(WIFI_DIRECT_JOIN_MS - 1);
	ck_assert_uint_eq(wifibed.overs, 0);
	wifibed_pass(200);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	wifibed_settle();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE lo"), 1);
}
END_TEST

START_TEST(a_group_that_breaks_before_a_link_is_joined_again)
{
	wifibed_look("auto");
	wifibed_lane()->join(wifibed_lane(), &other);
	for (unsigned i = 0; i < WIFI_DIRECT_TRIES; i++) {
		ck_assert_uint_eq(wifibed.overs, 0);
		wifibed_scanned();
		fakewpa_event(wifibed.fake, "p2p-dev-wlan0", JOINED);
		wifibed_settle();
		fakewpa_event(wifibed.fake, "p2p-dev-wlan0", "<3>P2P-GROUP-REMOVED lo client reason=UNAVAILABLE");
		wifibed_settle();
	}
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	wifibed_settle();
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "DETACH"), 2 * WIFI_DIRECT_TRIES);
}
END_TEST

START_TEST(what_is_ended_while_it_begins_leaves_nothing)
{
	wifibed_look("auto");
	fakewpa_answer(wifibed.fake, "P2P_GROUP_ADD", NULL);
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD") == 1);
	wifibed_lane()->end(wifibed_lane());
	ck_assert_uint_eq(wifibed_can(), 0);
	fakewpa_answer(wifibed.fake, "INTERFACES", "p2p-wlan0-7\nwlan0\n");
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", "OK\n");
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE p2p-wlan0-7") == 1);
	WIFIBED_TURN_UNTIL(wifibed_can() != 0);
	ck_assert_uint_eq(wifibed.overs, 0);
	/* So does a join, at every point. */
	fakewpa_answer(wifibed.fake, "INTERFACES", "wlan0\n");
	fakewpa_answer(wifibed.fake, "P2P_GROUP_ADD", "OK\n");
	for (unsigned turns = 0; turns < 12; turns++) {
		unsigned added = fakewpa_asked(wifibed.fake, "ADD_NETWORK");
		unsigned removed = fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3");
		wifibed_lane()->join(wifibed_lane(), &other);
		for (unsigned i = 0; i < turns; i++)
			wifibed_turn();
		if (turns > 6)
			wifibed_pass(WPA_GROUP_SCAN_MS);
		wifibed_lane()->end(wifibed_lane());
		wifibed_settle();
		ck_assert_uint_ne(wifibed_can(), 0);
		ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK") - added, fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3") - removed);
	}
	ck_assert_uint_eq(wifibed.overs, 0);
}
END_TEST

START_TEST(a_service_that_dies_ends_the_lane)
{
	wifibed_look("auto");
	wifibed_make_until_added();
	fakewpa_event(wifibed.fake, "p2p-dev-wlan0", STARTED);
	wifibed_settle();
	fakewpa_remove(wifibed.fake, "p2p-dev-wlan0", true);
	fakewpa_remove(wifibed.fake, "wlan0", true);
	wifibed_pass(WIFI_DIRECT_MAKE_MS);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	wifibed_settle();
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(wifibed_can(), 0);
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(wifibed.overs == 2);
	fakewpa_add(wifibed.fake, "p2p-dev-wlan0");
	fakewpa_add(wifibed.fake, "wlan0");
	wifibed_settle();
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_ne(wifibed_can(), 0);
}
END_TEST

START_TEST(a_service_that_hangs_ends_the_lane)
{
	wifibed_look("auto");
	fakewpa_answer(wifibed.fake, "INTERFACES", NULL);
	wifibed_lane()->make(wifibed_lane());
	wifibed_settle();
	wifibed_pass(WPA_REPLY_MS);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(wifibed_can(), 0);
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("wifi_direct");
	TCase *tcase = tcase_create("make");
	tcase_add_checked_fixture(tcase, wifibed_start, wifibed_stop);
	tcase_add_test(tcase, a_group_shows_nothing_of_the_machine);
	tcase_add_test(tcase, a_group_is_made_on_the_channel_of_the_persons_own_network);
	tcase_add_test(tcase, a_group_that_is_refused_is_not_asked_for_again_at_once);
	tcase_add_test(tcase, a_group_that_never_begins_is_taken_away_by_what_is_new);
	tcase_add_test(tcase, a_group_without_an_address_is_given_up);
	tcase_add_test(tcase, the_group_of_somebody_else_is_left_alone);
	tcase_add_test(tcase, a_group_is_marked_at_its_own_socket);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("join");
	tcase_add_checked_fixture(tcase, wifibed_start, wifibed_stop);
	tcase_add_test(tcase, what_is_stored_to_join_is_forgotten_at_once);
	tcase_add_test(tcase, a_scan_that_cannot_be_is_done_without);
	tcase_add_test(tcase, the_persons_own_network_is_not_cut_off_to_join);
	tcase_add_test(tcase, joining_is_tried_a_few_times_and_then_over);
	tcase_add_test(tcase, a_maker_that_does_not_answer_is_given_up);
	tcase_add_test(tcase, a_group_that_breaks_before_a_link_is_joined_again);
	tcase_add_test(tcase, what_is_ended_while_it_begins_leaves_nothing);
	tcase_add_test(tcase, a_service_that_dies_ends_the_lane);
	tcase_add_test(tcase, a_service_that_hangs_ends_the_lane);
	suite_add_tcase(suite, tcase);
	return suite;
}
