/* The lane over Wi-Fi Direct and its scout, against a service without radios: what they ask, and what becomes of every failure. That a link comes up
 * is shown by tests/radio. */
#include "platform/linux/wifi_direct.h"
#include "platform/linux/wpa.h"
#include "platform/linux/wpa_group.h"
#include "platform/linux/wpa_scout.h"
#include "tests/support/fakewpa.h"
#include "tests/support/suite.h"

#include <string.h>

enum { TURNS_MAX = 10000, PORT = 4748, SETTLED_TURNS = 100 };

#define NO_NETWORKS "network id / ssid / bssid / flags\n"
#define FLAGS "0:\nP2P_CONCURRENT\nP2P_CAPABLE\nP2P_MGMT_AND_NON_P2P\nSME\n"
#define IDLE "wpa_state=DISCONNECTED\np2p_device_address=42:00:00:00:00:00\n"
/* An interface every machine has, and which has no link-local address. */
#define STARTED "<3>P2P-GROUP-STARTED lo GO ssid=\"DIRECT-xy\" freq=2412 passphrase=\"password\" go_dev_addr=42:00:00:00:00:00"
#define JOINED "<3>P2P-GROUP-STARTED lo client ssid=\"DIRECT-xy\" freq=2412 psk=00 go_dev_addr=42:00:00:00:00:00"

static const struct lane_group other = {
	.frequency_mhz = 2412,
	.port = PORT,
	.address = {0xfe, 0x80, [15] = 9},
	.bssid = {2, 3, 4, 5, 6, 7},
	.ssid_len = 9,
	.passphrase_len = 8,
	.ssid = "DIRECT-xy",
	.passphrase = "pass\"ord",
};

static struct moment now = {.boot_ms = 1000000};
static struct loop *loop;
static struct tcp *tcp;
static struct fakewpa *fake;
static struct wifi_direct *wifi;
static unsigned mades, overs, ables;

/* In place of the system's clock: waiting takes no time here. */
struct moment clock_now(void)
{
	return now;
}

static void on_made(void *owner, const struct lane_group *group)
{
	(void)owner; /* everything is static here */
	(void)group;
	mades++;
}

static void on_over(void *owner)
{
	(void)owner;
	overs++;
}

static void on_able(void *owner)
{
	(void)owner;
	ables++;
}

static const struct radio_listener listener = {.owner = NULL};
static const struct lane_listener lane_listener = {.made = on_made, .over = on_over, .able = on_able};

static void turn(void)
{
	fakewpa_turn(fake);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
}

#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_uint_lt(turns, TURNS_MAX); \
		turn(); \
	}

static void settle(void)
{
	for (unsigned i = 0; i < SETTLED_TURNS; i++)
		turn();
}

static void pass(uint64_t ms)
{
	now.boot_ms += ms;
	settle();
}

static struct lane *lane(void)
{
	return wifi_direct_lane(wifi);
}

static unsigned can(void)
{
	return lane()->can(lane());
}

static struct radio_report report(void)
{
	struct radio_report told;
	struct radio *radio = wifi_direct_radio(wifi);
	radio->report(radio, &told);
	return told;
}

static void look(const char *interface)
{
	struct wifi_direct_config config = {.interface = interface, .folder = fakewpa_folder(fake), .port = PORT};
	ck_assert_int_eq(wifi_direct_open(&wifi, loop, tcp, &listener, &lane_listener, &config), ERR_OK);
	settle();
}

static void start(void)
{
	mades = overs = ables = 0;
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	ck_assert_int_eq(tcp_open(&tcp, loop, &listener), ERR_OK);
	fake = fakewpa_open();
	fakewpa_add(fake, "p2p-dev-wlan0");
	fakewpa_add(fake, "wlan0");
	fakewpa_answer(fake, "STATUS", IDLE);
	fakewpa_answer(fake, "DRIVER_FLAGS", FLAGS);
	fakewpa_answer(fake, "GET p2p_no_group_iface", "0\n");
	fakewpa_answer(fake, "GET p2p_device_random_mac_addr", "1\n");
	fakewpa_answer(fake, "LIST_NETWORKS", NO_NETWORKS);
	fakewpa_answer(fake, "INTERFACES", "p2p-dev-wlan0\nwlan0\n");
	fakewpa_answer(fake, "ADD_NETWORK", "3\n");
	fakewpa_answer(fake, "PING", "PONG\n");
}

static void stop(void)
{
	/* Whatever happened: nothing of the person's own was chosen, saved, searched or paired. */
	static const char *const never[] = {"SAVE_CONFIG", "SELECT_NETWORK", "ENABLE_NETWORK", "DISABLE_NETWORK", "REASSOCIATE",
					    "DISCONNECT",  "P2P_FIND",       "P2P_LISTEN",     "P2P_CONNECT",     "WPS",
					    "P2P_FLUSH"};
	for (unsigned i = 0; i < sizeof never / sizeof *never; i++)
		ck_assert_uint_eq(fakewpa_asked(fake, never[i]), 0);
	ck_assert_uint_eq(mades, 0);
	wifi_direct_close(wifi);
	wifi = NULL;
	tcp_close(tcp);
	fakewpa_close(fake);
	loop_close(loop);
}

static void make_until_added(void)
{
	unsigned before = fakewpa_asked(fake, "P2P_GROUP_ADD");
	lane()->make(lane());
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_ADD") > before);
	settle();
}

static void scanned(void)
{
	unsigned before = fakewpa_asked(fake, "P2P_GROUP_ADD");
	settle();
	fakewpa_event(fake, "wlan0", "<3>CTRL-EVENT-SCAN-RESULTS ");
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_ADD") > before);
	settle();
}

START_TEST(an_interface_that_can_is_found)
{
	look("auto");
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_int_eq(report().trouble, RADIO_FINE);
	ck_assert(report().private_air);
	ck_assert_uint_eq(ables, 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "ATTACH"), 0);
}
END_TEST

START_TEST(a_card_that_would_show_its_own_address_must_be_named)
{
	fakewpa_answer(fake, "DRIVER_FLAGS", FLAGS "DEDICATED_P2P_DEVICE\n");
	look("auto");
	ck_assert_uint_eq(can(), 0);
	ck_assert_int_eq(report().trouble, RADIO_OFF);
	wifi_direct_close(wifi);
	look("wlan0");
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert(!report().private_air);
	wifi_direct_close(wifi);
	look("wlan1");
	ck_assert_uint_eq(can(), 0);
}
END_TEST

START_TEST(a_card_without_an_interface_to_spare_is_unable)
{
	fakewpa_answer(fake, "DRIVER_FLAGS", "0:\nP2P_CONCURRENT\nP2P_CAPABLE\n");
	look("wlan0");
	ck_assert_uint_eq(can(), 0);
	ck_assert_int_eq(report().trouble, RADIO_UNABLE);
	wifi_direct_close(wifi);
	fakewpa_answer(fake, "DRIVER_FLAGS", FLAGS);
	fakewpa_answer(fake, "GET p2p_no_group_iface", "1\n");
	look("wlan0");
	ck_assert_int_eq(report().trouble, RADIO_UNABLE);
}
END_TEST

START_TEST(a_card_in_airplane_mode_is_blocked_and_looked_at_again)
{
	fakewpa_answer(fake, "STATUS", "wpa_state=INTERFACE_DISABLED\np2p_device_address=42:00:00:00:00:00\n");
	look("auto");
	ck_assert_uint_eq(can(), 0);
	ck_assert_int_eq(report().trouble, RADIO_BLOCKED);
	fakewpa_answer(fake, "STATUS", IDLE);
	pass(WPA_SCOUT_AGAIN_MS);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_service_that_comes_or_goes_is_noticed)
{
	fakewpa_remove(fake, "wlan0", false);
	fakewpa_remove(fake, "p2p-dev-wlan0", false);
	look("auto");
	ck_assert_uint_eq(can(), 0);
	ck_assert(report().trouble == RADIO_NO_SERVICE || report().trouble == RADIO_NO_ADAPTER);
	fakewpa_add(fake, "wlan0");
	settle();
	pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	fakewpa_remove(fake, "wlan0", false);
	settle();
	pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(can(), 0);
}
END_TEST

START_TEST(what_bears_our_mark_is_taken_away_and_nothing_else)
{
	fakewpa_add(fake, "p2p-wlan0-4");
	fakewpa_add(fake, "p2p-wlan1-0");
	fakewpa_answer(fake, "LIST_NETWORKS",
		       NO_NETWORKS "0\thome\tany\t[CURRENT]\n1\tDIRECT-a\tany\t[P2P-PERSISTENT]\n5\tDIRECT-b\tany\t[P2P-PERSISTENT]\n");
	fakewpa_answer(fake, "GET_NETWORK 1 id_str", "FAIL\n");
	fakewpa_answer(fake, "GET_NETWORK 5 id_str", WPA_SCOUT_MARK);
	fakewpa_answer(fake, "GET_NETWORK 0 id_str", WPA_SCOUT_MARK);
	look("auto");
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_uint_eq(fakewpa_asked(fake, "REMOVE_NETWORK"), 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "REMOVE_NETWORK 5"), 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE"), 1);
	ck_assert_ptr_nonnull(strstr(fakewpa_log(fake), "p2p-wlan0-4 P2P_GROUP_REMOVE p2p-wlan0-4\n"));
	ck_assert_ptr_null(strstr(fakewpa_log(fake), "p2p-wlan1-0 "));
}
END_TEST

START_TEST(a_group_shows_nothing_of_the_machine)
{
	look("auto");
	make_until_added();
	static const char *const set[] = {"SET device_name \n",
					  "SET manufacturer \n",
					  "SET model_name \n",
					  "SET model_number \n",
					  "SET serial_number \n",
					  "SET p2p_ssid_postfix \n",
					  "SET p2p_interface_random_mac_addr 1\n",
					  "SET p2p_passphrase_len 32\n"};
	const char *log = fakewpa_log(fake);
	const char *added = strstr(log, "P2P_GROUP_ADD");
	for (unsigned i = 0; i < sizeof set / sizeof *set; i++) {
		const char *at = strstr(log, set[i]);
		ck_assert_msg(at && at < added, "%s", set[i]);
	}
	char first[48], second[48];
	memcpy(first, strstr(log, "SET uuid "), sizeof first);
	fakewpa_answer(fake, "INTERFACES", "wlan0\n");
	lane()->end(lane());
	settle();
	make_until_added();
	memcpy(second, strstr(strstr(log, "SET uuid ") + 1, "SET uuid "), sizeof second);
	ck_assert_mem_ne(first, second, sizeof first);
}
END_TEST

START_TEST(a_group_is_made_on_the_channel_of_the_persons_own_network)
{
	fakewpa_answer(fake, "STATUS", "wpa_state=COMPLETED\nfreq=5180\np2p_device_address=42:00:00:00:00:00\n");
	look("auto");
	make_until_added();
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_ADD freq=5180"), 1);
}
END_TEST

START_TEST(a_group_that_is_refused_is_not_asked_for_again_at_once)
{
	fakewpa_answer(fake, "P2P_GROUP_ADD", "FAIL\n");
	look("auto");
	lane()->make(lane());
	ck_assert_uint_eq(can(), 0);
	TURN_UNTIL(overs == 1);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN);
	unsigned told = ables;
	pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_gt(ables, told);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	lane()->make(lane());
	TURN_UNTIL(overs == 2);
	pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN);
	pass(WIFI_DIRECT_PAUSE_MS);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_group_that_never_begins_is_taken_away_by_what_is_new)
{
	fakewpa_answer(fake, "INTERFACES", "p2p-wlan0-0\np2p-dev-wlan0\nwlan0\n");
	look("auto");
	make_until_added();
	fakewpa_answer(fake, "INTERFACES", "p2p-wlan0-1\np2p-wlan0-0\np2p-dev-wlan0\nwlan0\nwlan9\n");
	pass(WPA_GROUP_FORM_MS);
	TURN_UNTIL(overs == 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE"), 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE p2p-wlan0-1"), 1);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN);
}
END_TEST

START_TEST(a_group_without_an_address_is_given_up)
{
	look("auto");
	make_until_added();
	fakewpa_event(fake, "p2p-dev-wlan0", STARTED);
	pass(WIFI_DIRECT_MAKE_MS - 1);
	ck_assert_uint_eq(overs, 0);
	pass(200);
	TURN_UNTIL(overs == 1);
	settle();
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE lo"), 1);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN);
}
END_TEST

START_TEST(the_group_of_somebody_else_is_left_alone)
{
	fakewpa_answer(fake, "INTERFACES", "lo\nwlan0\n");
	look("auto");
	make_until_added();
	fakewpa_event(fake, "p2p-dev-wlan0", STARTED);
	fakewpa_event(fake, "p2p-dev-wlan0", JOINED);
	fakewpa_event(fake, "p2p-dev-wlan0", "<3>P2P-GROUP-REMOVED lo GO reason=REQUESTED");
	settle();
	lane()->end(lane());
	settle();
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE"), 0);
	ck_assert_uint_eq(overs, 0);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(what_is_stored_to_join_is_forgotten_at_once)
{
	look("auto");
	lane()->join(lane(), &other);
	TURN_UNTIL(fakewpa_asked(fake, "SCAN TYPE=ONLY freq=2412 passive=1") == 1);
	scanned();
	const char *steps[] = {"p2p-dev-wlan0 ADD_NETWORK\n",
			       "SET_NETWORK 3 id_str " WPA_SCOUT_MARK "\n",
			       "SET_NETWORK 3 disabled 2\n",
			       "SET_NETWORK 3 ssid 4449524543542d7879\n",
			       "SET_NETWORK 3 bssid 02:03:04:05:06:07\n",
			       "SET_NETWORK 3 psk \"pass\"ord\"\n",
			       "P2P_GROUP_ADD persistent=3 freq=2412\n",
			       "REMOVE_NETWORK 3\n"};
	const char *at = fakewpa_log(fake);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		at = strstr(at, steps[i]);
		ck_assert_msg(at != NULL, "%s", steps[i]);
	}
}
END_TEST

START_TEST(a_scan_that_cannot_be_is_done_without)
{
	fakewpa_answer(fake, "SCAN", "FAIL-BUSY\n");
	look("auto");
	lane()->join(lane(), &other);
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_ADD persistent=3") == 1);
	lane()->end(lane());
	settle();
	fakewpa_answer(fake, "SCAN", "OK\n");
	lane()->join(lane(), &other);
	settle();
	pass(WPA_GROUP_SCAN_MS);
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_ADD persistent=3") == 2);
}
END_TEST

START_TEST(the_persons_own_network_is_not_cut_off_to_join)
{
	fakewpa_answer(fake, "STATUS-DRIVER", "capa.num_multichan_concurrent=0\n");
	fakewpa_answer(fake, "STATUS", "wpa_state=COMPLETED\nfreq=2462\np2p_device_address=42:00:00:00:00:00\n");
	look("auto");
	lane()->join(lane(), &other);
	settle();
	TURN_UNTIL(overs == 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "ADD_NETWORK"), 0);
	fakewpa_answer(fake, "STATUS-DRIVER", "capa.num_multichan_concurrent=2\n");
	lane()->join(lane(), &other);
	scanned();
	ck_assert_uint_eq(fakewpa_asked(fake, "ADD_NETWORK"), 1);
}
END_TEST

START_TEST(joining_is_tried_a_few_times_and_then_over)
{
	look("auto");
	lane()->join(lane(), &other);
	for (unsigned i = 0; i < WIFI_DIRECT_TRIES; i++) {
		ck_assert_uint_eq(overs, 0);
		scanned();
		fakewpa_event(fake, "p2p-dev-wlan0", "<3>P2P-GROUP-FORMATION-FAILURE ");
		settle();
	}
	TURN_UNTIL(overs == 1);
	ck_assert_uint_eq(fakewpa_asked(fake, "REMOVE_NETWORK 3"), WIFI_DIRECT_TRIES);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

START_TEST(a_maker_that_does_not_answer_is_given_up)
{
	look("auto");
	lane()->join(lane(), &other);
	scanned();
	fakewpa_event(fake, "p2p-dev-wlan0", JOINED);
	settle();
	pass(WIFI_DIRECT_JOIN_MS - 1);
	ck_assert_uint_eq(overs, 0);
	pass(200);
	TURN_UNTIL(overs == 1);
	settle();
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE lo"), 1);
}
END_TEST

START_TEST(a_group_that_breaks_ends_the_lane)
{
	look("auto");
	lane()->join(lane(), &other);
	scanned();
	fakewpa_event(fake, "p2p-dev-wlan0", JOINED);
	settle();
	ck_assert_uint_eq(fakewpa_asked(fake, "SET_NETWORK 0 id_str"), 0); /* no socket of its own to mark it at */
	fakewpa_event(fake, "p2p-dev-wlan0", "<3>P2P-GROUP-REMOVED lo client reason=UNAVAILABLE");
	TURN_UNTIL(overs == 1);
	settle();
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
	ck_assert_uint_eq(fakewpa_asked(fake, "DETACH"), 2);
}
END_TEST

START_TEST(a_group_is_marked_at_its_own_socket)
{
	fakewpa_add(fake, "lo");
	look("wlan0");
	make_until_added();
	fakewpa_event(fake, "p2p-dev-wlan0", STARTED);
	settle();
	ck_assert_ptr_nonnull(strstr(fakewpa_log(fake), "lo SET_NETWORK 0 id_str " WPA_SCOUT_MARK "\n"));
	wifi_direct_close(wifi);
	wifi = NULL;
	fakewpa_turn(fake);
	ck_assert_uint_eq(fakewpa_asked(fake, "P2P_GROUP_REMOVE lo"), 1);
}
END_TEST

START_TEST(what_is_ended_while_it_begins_leaves_nothing)
{
	look("auto");
	fakewpa_answer(fake, "P2P_GROUP_ADD", NULL);
	lane()->make(lane());
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_ADD") == 1);
	lane()->end(lane());
	ck_assert_uint_eq(can(), 0);
	fakewpa_answer(fake, "INTERFACES", "p2p-wlan0-7\nwlan0\n");
	fakewpa_event(fake, "p2p-dev-wlan0", "OK\n");
	TURN_UNTIL(fakewpa_asked(fake, "P2P_GROUP_REMOVE p2p-wlan0-7") == 1);
	TURN_UNTIL(can() != 0);
	ck_assert_uint_eq(overs, 0);
	/* So does a join, at every point. */
	fakewpa_answer(fake, "INTERFACES", "wlan0\n");
	fakewpa_answer(fake, "P2P_GROUP_ADD", "OK\n");
	for (unsigned turns = 0; turns < 12; turns++) {
		unsigned added = fakewpa_asked(fake, "ADD_NETWORK");
		unsigned removed = fakewpa_asked(fake, "REMOVE_NETWORK 3");
		lane()->join(lane(), &other);
		for (unsigned i = 0; i < turns; i++)
			turn();
		if (turns > 6)
			pass(WPA_GROUP_SCAN_MS);
		lane()->end(lane());
		settle();
		ck_assert_uint_ne(can(), 0);
		ck_assert_uint_eq(fakewpa_asked(fake, "ADD_NETWORK") - added, fakewpa_asked(fake, "REMOVE_NETWORK 3") - removed);
	}
	ck_assert_uint_eq(overs, 0);
}
END_TEST

START_TEST(a_service_that_dies_ends_the_lane)
{
	look("auto");
	make_until_added();
	fakewpa_event(fake, "p2p-dev-wlan0", STARTED);
	settle();
	fakewpa_remove(fake, "p2p-dev-wlan0", true);
	fakewpa_remove(fake, "wlan0", true);
	pass(WIFI_DIRECT_MAKE_MS);
	TURN_UNTIL(overs == 1);
	settle();
	pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(can(), 0);
	lane()->make(lane());
	TURN_UNTIL(overs == 2);
	fakewpa_add(fake, "p2p-dev-wlan0");
	fakewpa_add(fake, "wlan0");
	settle();
	pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_ne(can(), 0);
}
END_TEST

START_TEST(a_service_that_hangs_ends_the_lane)
{
	look("auto");
	fakewpa_answer(fake, "INTERFACES", NULL);
	lane()->make(lane());
	settle();
	pass(WPA_REPLY_MS);
	TURN_UNTIL(overs == 1);
	ck_assert_uint_eq(can(), 0);
	pass(WPA_SCOUT_SETTLE_MS);
	ck_assert_uint_eq(can(), LANE_CAN_JOIN | LANE_CAN_MAKE);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("wifi_direct");
	TCase *tcase = tcase_create("scout");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, an_interface_that_can_is_found);
	tcase_add_test(tcase, a_card_that_would_show_its_own_address_must_be_named);
	tcase_add_test(tcase, a_card_without_an_interface_to_spare_is_unable);
	tcase_add_test(tcase, a_card_in_airplane_mode_is_blocked_and_looked_at_again);
	tcase_add_test(tcase, a_service_that_comes_or_goes_is_noticed);
	tcase_add_test(tcase, what_bears_our_mark_is_taken_away_and_nothing_else);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("make");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_group_shows_nothing_of_the_machine);
	tcase_add_test(tcase, a_group_is_made_on_the_channel_of_the_persons_own_network);
	tcase_add_test(tcase, a_group_that_is_refused_is_not_asked_for_again_at_once);
	tcase_add_test(tcase, a_group_that_never_begins_is_taken_away_by_what_is_new);
	tcase_add_test(tcase, a_group_without_an_address_is_given_up);
	tcase_add_test(tcase, the_group_of_somebody_else_is_left_alone);
	tcase_add_test(tcase, a_group_is_marked_at_its_own_socket);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("join");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, what_is_stored_to_join_is_forgotten_at_once);
	tcase_add_test(tcase, a_scan_that_cannot_be_is_done_without);
	tcase_add_test(tcase, the_persons_own_network_is_not_cut_off_to_join);
	tcase_add_test(tcase, joining_is_tried_a_few_times_and_then_over);
	tcase_add_test(tcase, a_maker_that_does_not_answer_is_given_up);
	tcase_add_test(tcase, a_group_that_breaks_ends_the_lane);
	tcase_add_test(tcase, what_is_ended_while_it_begins_leaves_nothing);
	tcase_add_test(tcase, a_service_that_dies_ends_the_lane);
	tcase_add_test(tcase, a_service_that_hangs_ends_the_lane);
	suite_add_tcase(suite, tcase);
	return suite;
}
