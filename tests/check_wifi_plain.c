/* What is found to make lanes with, and lanes over a plain access point, against a service without radios. */
#include "platform/linux/wpa_scout.h"
#include "tests/support/suite.h"
#include "tests/support/wifibed.h"

#include <string.h>

static const struct lane_group plain_other = {
	.frequency_mhz = 2437,
	.port = WIFIBED_PORT,
	.address = {0xfe, 0x80, [15] = 9},
	.ssid_len = 3,
	.passphrase_len = 8,
	.ssid = {0, 1, 255},
	.passphrase = "password",
};

/* In place of the system's clock: waiting takes no time here. */
struct moment clock_now(void)
{
	return wifibed.now;
}

START_TEST(an_interface_that_can_is_found)
{
	wifibed_look("auto");
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_int_eq(wifibed_report().trouble, RADIO_FINE);
	ck_assert(wifibed_report().private_air);
	ck_assert_uint_eq(wifibed.ables, 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ATTACH"), 0);
}
END_TEST

START_TEST(a_card_that_would_show_its_own_address_must_be_named)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS "DEDICATED_P2P_DEVICE\n");
	wifibed_look("auto");
	ck_assert_uint_eq(wifibed_can(), 0);
	ck_assert_int_eq(wifibed_report().trouble, RADIO_OFF);
	wifi_direct_close(wifibed.wifi);
	wifibed_look("wlan0");
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert(!wifibed_report().private_air);
	wifi_direct_close(wifibed.wifi);
	wifibed_look("wlan1");
	ck_assert_uint_eq(wifibed_can(), 0);
}
END_TEST

START_TEST(a_card_without_an_interface_to_spare_is_unable)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", "0:\nP2P_CONCURRENT\nP2P_CAPABLE\n");
	wifibed_look("wlan0");
	ck_assert_uint_eq(wifibed_can(), 0);
	ck_assert_int_eq(wifibed_report().trouble, RADIO_UNABLE);
	wifi_direct_close(wifibed.wifi);
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS);
	fakewpa_answer(wifibed.fake, "GET p2p_no_group_iface", "1\n");
	wifibed_look("wlan0");
	ck_assert_int_eq(wifibed_report().trouble, RADIO_UNABLE);
}
END_TEST

START_TEST(a_card_in_airplane_mode_is_blocked_and_looked_at_again)
{
	fakewpa_answer(wifibed.fake, "STATUS", "wpa_state=INTERFACE_DISABLED\np2p_device_address=42:00:00:00:00:00\n");
	wifibed_look("auto");
	ck_assert_uint_eq(wifibed_can(), 0);
	ck_assert_int_eq(wifibed_report().trouble, RADIO_BLOCKED);
	fakewpa_answer(wifibed.fake, "STATUS", WIFIBED_IDLE);
	wifibed_pass(WPA_SCOUT_AGAIN_MS);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_service_that_comes_or_goes_is_noticed)
{
	fakewpa_remove(wifibed.fake, "wlan0", false);
	fakewpa_remove(wifibed.fake, "p2p-dev-wlan0", false);
	wifibed_look("auto");
	ck_assert_uint_eq(wifibed_can(), 0);
	ck_assert(wifibed_report().trouble == RADIO_NO_SERVICE || wifibed_report().trouble == RADIO_NO_ADAPTER);
	fakewpa_add(wifibed.fake, "wlan0");
	wifibed_settle();
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	fakewpa_remove(wifibed.fake, "wlan0", false);
	wifibed_settle();
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(wifibed_can(), 0);
}
END_TEST

START_TEST(what_bears_our_mark_is_taken_away_and_nothing_else)
{
	fakewpa_add(wifibed.fake, "p2p-wlan0-4");
	fakewpa_add(wifibed.fake, "p2p-wlan1-0");
	fakewpa_answer(wifibed.fake, "LIST_NETWORKS",
		       WIFIBED_NO_NETWORKS "0\thome\tany\t[CURRENT]\n1\tDIRECT-a\tany\t[P2P-PERSISTENT]\n5\tDIRECT-b\tany\t[P2P-PERSISTENT]\n");
	fakewpa_answer(wifibed.fake, "GET_NETWORK 1 id_str", "FAIL\n");
	fakewpa_answer(wifibed.fake, "GET_NETWORK 5 id_str", WPA_SCOUT_MARK);
	fakewpa_answer(wifibed.fake, "p2p-wlan0-4 GET_NETWORK 0 id_str", WPA_SCOUT_MARK);
	wifibed_look("auto");
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	/* Both sockets tell of it here; a real service knows one list each. */
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "REMOVE_NETWORK"), 2);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 5"), 2);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_REMOVE"), 1);
	ck_assert_ptr_nonnull(strstr(fakewpa_log(wifibed.fake), "p2p-wlan0-4 P2P_GROUP_REMOVE p2p-wlan0-4\n"));
	ck_assert_ptr_null(strstr(fakewpa_log(wifibed.fake), "p2p-wlan1-0 "));
}
END_TEST

START_TEST(an_idle_station_is_an_access_point_and_then_what_it_was)
{
	static const char *const steps[] = {"lo GET ap_scan\n",
					    "lo GET rand_addr_lifetime\n",
					    "SET rand_addr_lifetime 0\n",
					    "SET preassoc_mac_addr 1\n",
					    "SET uuid ",
					    "lo ADD_NETWORK\n",
					    "SET_NETWORK 3 id_str " WPA_SCOUT_MARK "\n",
					    "SET_NETWORK 3 mode 2\n",
					    "SET_NETWORK 3 ssid 4142434445464748\n",
					    "SET_NETWORK 3 psk \"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef\"\n",
					    "SET_NETWORK 3 wps_disabled 1\n",
					    "SET_NETWORK 3 mac_addr 1\n",
					    "SET_NETWORK 3 scan_freq ",
					    "BSS_FLUSH 0\n",
					    "AP_SCAN 2\n",
					    "SELECT_NETWORK 3\n",
					    "REMOVE_NETWORK 3\n",
					    "AP_SCAN 1\n",
					    "SET rand_addr_lifetime 55\n",
					    "SET preassoc_mac_addr 0\n"};
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS_PLAIN);
	fakewpa_answer(wifibed.fake, "GET ap_scan", "1\n");
	fakewpa_answer(wifibed.fake, "GET rand_addr_lifetime", "55\n");
	fakewpa_add(wifibed.fake, "lo");
	wifibed_look("lo");
	ck_assert_uint_eq(wifibed_can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert(wifibed_report().private_air);
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "SELECT_NETWORK") == 1);
	fakewpa_event(wifibed.fake, "lo", "<3>CTRL-EVENT-NETWORK-ADDED 3");
	fakewpa_event(wifibed.fake, "lo", "<3>AP-ENABLED ");
	wifibed_settle();
	ck_assert_uint_eq(wifibed.overs, 0);
	fakewpa_event(wifibed.fake, "lo", "<3>AP-DISABLED ");
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	wifibed_settle();
	wifibed_expect_in_order(steps, sizeof steps / sizeof *steps);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD"), 0);
}
END_TEST

START_TEST(an_access_point_is_joined_without_a_search)
{
	static const char *const steps[] = {
		"lo SCAN TYPE=ONLY freq=2437 passive=1\n", "lo ADD_NETWORK\n",   "SET_NETWORK 3 mode 0\n", "SET_NETWORK 3 ssid 0001ff\n",
		"SET_NETWORK 3 scan_freq 2437\n",          "SELECT_NETWORK 3\n", "REMOVE_NETWORK 3\n"};
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS_PLAIN);
	fakewpa_add(wifibed.fake, "lo");
	wifibed_look("lo");
	wifibed_lane()->join(wifibed_lane(), &plain_other);
	wifibed_settle();
	fakewpa_event(wifibed.fake, "lo", "<3>CTRL-EVENT-SCAN-RESULTS ");
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "SELECT_NETWORK") == 1);
	wifibed_settle();
	fakewpa_event(wifibed.fake, "lo", "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:01 completed [id=3 id_str=]");
	wifibed_settle();
	wifibed_lane()->end(wifibed_lane());
	wifibed_settle();
	wifibed_expect_in_order(steps, sizeof steps / sizeof *steps);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "AP_SCAN 2"), 0);
	ck_assert_uint_ne(wifibed_can(), 0);
	ck_assert_uint_eq(wifibed.overs, 0);
}
END_TEST

START_TEST(a_station_that_somebody_else_wants_is_given_up_at_once)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS_PLAIN);
	wifibed_look("auto");
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "SELECT_NETWORK") == 1);
	fakewpa_event(wifibed.fake, "wlan0", "<3>CTRL-EVENT-NETWORK-ADDED 4");
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3"), 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "REMOVE_NETWORK"), 1);
}
END_TEST

START_TEST(a_station_with_a_network_of_its_own_is_not_taken)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS "AP\n");
	fakewpa_answer(wifibed.fake, "LIST_NETWORKS", WIFIBED_NO_NETWORKS "0\thome\tany\t[DISABLED]\n");
	wifibed_look("wlan0");
	wifibed_lane()->join(wifibed_lane(), &plain_other);
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK"), 0);
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	wifibed_make_until_added();
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK"), 0);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD freq"), 1);
}
END_TEST

START_TEST(a_network_that_came_since_the_last_look_is_seen)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS_PLAIN);
	wifibed_look("auto");
	fakewpa_answer(wifibed.fake, "LIST_NETWORKS", WIFIBED_NO_NETWORKS "0\thome\tany\t\n");
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(wifibed.overs == 1);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK"), 0);
	wifibed_pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(wifibed_can(), 0);
	ck_assert_int_eq(wifibed_report().trouble, RADIO_OFF);
}
END_TEST

START_TEST(an_access_point_ended_at_any_point_leaves_nothing)
{
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS_PLAIN);
	wifibed_look("auto");
	for (unsigned turns = 0; turns < 12; turns++) {
		unsigned added = fakewpa_asked(wifibed.fake, "ADD_NETWORK");
		unsigned removed = fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3");
		wifibed_lane()->make(wifibed_lane());
		for (unsigned i = 0; i < turns; i++)
			wifibed_turn();
		wifibed_lane()->end(wifibed_lane());
		wifibed_settle();
		ck_assert_uint_ne(wifibed_can(), 0);
		ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "ADD_NETWORK") - added, fakewpa_asked(wifibed.fake, "REMOVE_NETWORK 3") - removed);
	}
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "AP_SCAN 2") <= fakewpa_asked(wifibed.fake, "AP_SCAN 1"), true);
	ck_assert_uint_eq(wifibed.overs, 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("wifi_plain");
	TCase *tcase = tcase_create("scout");
	tcase_add_checked_fixture(tcase, wifibed_start, wifibed_stop);
	tcase_add_test(tcase, an_interface_that_can_is_found);
	tcase_add_test(tcase, a_card_that_would_show_its_own_address_must_be_named);
	tcase_add_test(tcase, a_card_without_an_interface_to_spare_is_unable);
	tcase_add_test(tcase, a_card_in_airplane_mode_is_blocked_and_looked_at_again);
	tcase_add_test(tcase, a_service_that_comes_or_goes_is_noticed);
	tcase_add_test(tcase, what_bears_our_mark_is_taken_away_and_nothing_else);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("plain");
	tcase_add_checked_fixture(tcase, wifibed_start, wifibed_stop);
	tcase_add_test(tcase, an_idle_station_is_an_access_point_and_then_what_it_was);
	tcase_add_test(tcase, an_access_point_is_joined_without_a_search);
	tcase_add_test(tcase, a_station_that_somebody_else_wants_is_given_up_at_once);
	tcase_add_test(tcase, a_station_with_a_network_of_its_own_is_not_taken);
	tcase_add_test(tcase, a_network_that_came_since_the_last_look_is_seen);
	tcase_add_test(tcase, an_access_point_ended_at_any_point_leaves_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
