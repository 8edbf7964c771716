/* The conversation with wpa_supplicant, and what is made of its texts. */
#include "platform/linux/wpa.h"
#include "platform/linux/wpa_text.h"
#include "tests/support/fakewpa.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

enum { TURNS_MAX = 10000 };

static struct moment now = {.boot_ms = 1000000};
static struct loop *loop;
static struct fakewpa *fake;
static struct wpa *wpa;
static unsigned replies, events, gones;
static char last[WPA_TEXT_MAX + 1], all[4096];
static bool close_in_reply;

/* In place of the system's clock: waiting takes no time here. */
struct moment clock_now(void)
{
	return now;
}

static void on_event(void *owner, const char *text)
{
	(void)owner; /* everything is static here */
	events++;
	snprintf(last, sizeof last, "%s", text);
}

static void on_gone(void *owner)
{
	(void)owner;
	gones++;
	wpa_close(wpa);
	wpa = NULL;
}

static void on_reply(void *owner, const char *text)
{
	(void)owner;
	replies++;
	snprintf(last, sizeof last, "%s", text);
	strncat(all, text, sizeof all - strlen(all) - 1);
	if (close_in_reply) {
		wpa_close(wpa);
		wpa = NULL;
	}
}

static const struct wpa_listener listener = {.event = on_event, .gone = on_gone};

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

static void start(void)
{
	replies = events = gones = 0;
	close_in_reply = false;
	*last = *all = 0;
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	fake = fakewpa_open();
	fakewpa_add(fake, "wlan0");
	ck_assert_int_eq(wpa_open(&wpa, loop, fakewpa_folder(fake), "wlan0", &listener), ERR_OK);
	TURN_UNTIL(fakewpa_asked(fake, "ATTACH") == 1);
}

static void stop(void)
{
	wpa_close(wpa);
	wpa = NULL;
	fakewpa_close(fake);
	loop_close(loop);
}

START_TEST(replies_come_in_the_order_of_the_questions)
{
	fakewpa_answer(fake, "A", "1\n");
	fakewpa_answer(fake, "B", "2");
	fakewpa_answer(fake, "C", "3\n\n");
	wpa_ask(wpa, on_reply, "A %d", 5);
	wpa_ask(wpa, on_reply, "B");
	wpa_ask(wpa, NULL, "A");
	wpa_ask(wpa, on_reply, "C");
	ck_assert_uint_eq(replies, 0);
	TURN_UNTIL(replies == 3);
	ck_assert_str_eq(all, "123\n");
	ck_assert_ptr_nonnull(strstr(fakewpa_log(fake), "wlan0 A 5\n"));
}
END_TEST

START_TEST(an_event_between_question_and_reply_is_no_reply)
{
	fakewpa_answer(fake, "STATUS", NULL);
	wpa_ask(wpa, on_reply, "STATUS");
	TURN_UNTIL(fakewpa_asked(fake, "STATUS") == 1);
	fakewpa_event(fake, "wlan0", "<3>CTRL-EVENT-SCAN-STARTED ");
	TURN_UNTIL(events == 1);
	ck_assert_uint_eq(replies, 0);
	ck_assert_str_eq(last, "<3>CTRL-EVENT-SCAN-STARTED ");
	fakewpa_event(fake, "wlan0", "late");
	TURN_UNTIL(replies == 1);
	ck_assert_str_eq(last, "late");
}
END_TEST

START_TEST(a_reply_nobody_asked_for_is_dropped)
{
	TURN_UNTIL(fakewpa_asked(fake, "ATTACH") == 1);
	turn();
	fakewpa_event(fake, "wlan0", "OK\n");
	fakewpa_event(fake, "wlan0", "");
	fakewpa_answer(fake, "PING", "PONG\n");
	turn();
	turn();
	wpa_ask(wpa, on_reply, "PING");
	TURN_UNTIL(replies == 1);
	ck_assert_str_eq(last, "PONG");
}
END_TEST

START_TEST(a_reply_longer_than_any_is_cut)
{
	static char long_reply[FAKEWPA_TEXT_MAX];
	memset(long_reply, 'x', sizeof long_reply - 1);
	fakewpa_answer(fake, "STATUS", long_reply);
	wpa_ask(wpa, on_reply, "STATUS");
	TURN_UNTIL(replies == 1);
	ck_assert_uint_eq(strlen(last), WPA_TEXT_MAX);
}
END_TEST

START_TEST(a_service_that_does_not_answer_is_gone_in_time)
{
	fakewpa_answer(fake, "STATUS", NULL);
	wpa_ask(wpa, on_reply, "STATUS");
	wpa_ask(wpa, on_reply, "PING");
	TURN_UNTIL(fakewpa_asked(fake, "STATUS") == 1);
	now.boot_ms += WPA_REPLY_MS - 1;
	turn();
	ck_assert_uint_eq(gones, 0);
	now.boot_ms += 1;
	TURN_UNTIL(gones == 1);
	ck_assert_uint_eq(replies, 0);
}
END_TEST

START_TEST(a_service_that_was_killed_is_gone_at_the_next_question)
{
	turn();
	fakewpa_remove(fake, "wlan0", true);
	wpa_ask(wpa, on_reply, "PING");
	ck_assert_uint_eq(gones, 0);
	TURN_UNTIL(gones == 1);
	ck_assert_int_eq(wpa_open(&wpa, loop, fakewpa_folder(fake), "wlan0", &listener), ERR_NO_FILE);
	ck_assert_int_eq(wpa_open(&wpa, loop, fakewpa_folder(fake), "wlan7", &listener), ERR_NO_FILE);
	ck_assert_int_eq(wpa_open(&wpa, loop, "/nowhere", "wlan0", &listener), ERR_NO_FILE);
	fakewpa_add(fake, "wlan0");
	ck_assert_int_eq(wpa_open(&wpa, loop, fakewpa_folder(fake), "wlan0", &listener), ERR_OK);
}
END_TEST

START_TEST(too_many_questions_end_the_conversation)
{
	for (unsigned i = 0; i < WPA_COMMANDS_MAX + 1; i++)
		wpa_ask(wpa, NULL, "PING");
	wpa_ask(wpa, NULL, "PING");
	TURN_UNTIL(gones == 1);
}
END_TEST

START_TEST(a_question_too_long_ends_the_conversation)
{
	char text[WPA_COMMAND_SIZE + 1];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	wpa_ask(wpa, NULL, "%s", text);
	TURN_UNTIL(gones == 1);
}
END_TEST

START_TEST(whoever_is_answered_may_end_the_conversation)
{
	close_in_reply = true;
	wpa_ask(wpa, on_reply, "PING");
	wpa_ask(wpa, on_reply, "PING");
	TURN_UNTIL(replies == 1);
	ck_assert_ptr_null(wpa);
	turn();
	ck_assert_uint_eq(fakewpa_asked(fake, "DETACH"), 1);
}
END_TEST

START_TEST(a_group_is_read_from_its_event)
{
	struct wpa_text_group group;
	const char *text = "<3>P2P-GROUP-STARTED p2p-wlan0-0 GO ssid=\"DIRECT-u3\" freq=2437 passphrase=\"7JmeNTyQ\" go_dev_addr=42:00:00:0a:00:FF";
	ck_assert(wpa_text_group(wpa_text_event(text), &group));
	ck_assert_str_eq(group.interface, "p2p-wlan0-0");
	ck_assert(group.maker);
	ck_assert_uint_eq(group.frequency_mhz, 2437);
	ck_assert_uint_eq(group.ssid_len, 9);
	ck_assert_mem_eq(group.ssid, "DIRECT-u3", 9);
	ck_assert_uint_eq(group.passphrase_len, 8);
	ck_assert_mem_eq(group.passphrase, "7JmeNTyQ", 8);
	ck_assert_mem_eq(group.device, "\x42\x00\x00\x0a\x00\xff", 6);
	text = "P2P-GROUP-STARTED w client ssid=\"\\\"\\\\\\x00\\n\\t\\r\\e\" freq=5180 psk=00 go_dev_addr=02:00:00:00:00:01 [PERSISTENT]";
	ck_assert(wpa_text_group(text, &group));
	ck_assert(!group.maker);
	ck_assert_uint_eq(group.passphrase_len, 0);
	ck_assert_uint_eq(group.ssid_len, 7);
	ck_assert_mem_eq(group.ssid, "\"\\\0\n\t\r\x1b", 7);
}
END_TEST

START_TEST(a_groups_name_cannot_pass_for_what_follows_it)
{
	struct wpa_text_group group;
	const char *text =
		"P2P-GROUP-STARTED w client ssid=\"\\\" freq=1 passphrase=\\\"evil\" freq=2412 passphrase=\"12345678\" go_dev_addr=02:00:00:00:00:01";
	ck_assert(wpa_text_group(text, &group));
	ck_assert_uint_eq(group.frequency_mhz, 2412);
	ck_assert_mem_eq(group.passphrase, "12345678", 8);
}
END_TEST

START_TEST(an_event_cut_anywhere_is_no_group)
{
	const char *text = "P2P-GROUP-STARTED p2p-wlan0-0 GO ssid=\"D\" freq=2437 passphrase=\"7JmeNTyQ\" go_dev_addr=42:00:00:00:00:00";
	char cut[160];
	struct wpa_text_group group;
	for (size_t len = 0; len < strlen(text); len++) {
		memcpy(cut, text, len);
		cut[len] = 0;
		ck_assert(!wpa_text_group(cut, &group));
	}
	ck_assert(!wpa_text_group("P2P-GROUP-STARTED p2p-wlan0-012345 GO ssid=\"D\" freq=1 go_dev_addr=42:00:00:00:00:00", &group));
	ck_assert(!wpa_text_group("P2P-GROUP-STARTED a/b GO ssid=\"D\" freq=1 go_dev_addr=42:00:00:00:00:00", &group));
	ck_assert(!wpa_text_group("P2P-GROUP-STARTED ab GO ssid=\"\" freq=1 go_dev_addr=42:00:00:00:00:00", &group));
	ck_assert(!wpa_text_group("P2P-GROUP-STARTED ab GO ssid=\"D\" freq=70000 go_dev_addr=42:00:00:00:00:00", &group));
	ck_assert(!wpa_text_group("P2P-GROUP-STARTED ab GO ssid=\"012345678901234567890123456789012\" freq=1 go_dev_addr=42:00:00:00:00:00", &group));
	ck_assert(!wpa_text_group("P2P-GROUP-STARTEDX ab GO ssid=\"D\" freq=1 go_dev_addr=42:00:00:00:00:00", &group));
}
END_TEST

START_TEST(only_the_named_interface_is_removed)
{
	ck_assert(wpa_text_removed("P2P-GROUP-REMOVED p2p-wlan0-1 GO reason=REQUESTED", "p2p-wlan0-1"));
	ck_assert(!wpa_text_removed("P2P-GROUP-REMOVED p2p-wlan0-11 GO reason=REQUESTED", "p2p-wlan0-1"));
	ck_assert(!wpa_text_removed("P2P-GROUP-REMOVED", "p2p-wlan0-1"));
	ck_assert(!wpa_text_removed("P2P-GROUP-STARTED p2p-wlan0-1", "p2p-wlan0-1"));
}
END_TEST

START_TEST(values_and_lines_are_found_whole)
{
	char value[WPA_TEXT_VALUE_SIZE];
	const char *reply = "wpa_state=COMPLETED\nssid=x\nfreq=2412\nid=";
	ck_assert(wpa_text_value(reply, "freq", value));
	ck_assert_str_eq(value, "2412");
	ck_assert(!wpa_text_value(reply, "req", value));
	ck_assert(wpa_text_value(reply, "id", value));
	ck_assert_str_eq(value, "");
	ck_assert(wpa_text_line("E40:\nSME\nAP", "AP"));
	ck_assert(!wpa_text_line("E40:\nSME\nAP_MLME", "AP"));
	unsigned number;
	ck_assert(wpa_text_number("65535", 65535, &number) && number == 65535);
	ck_assert(!wpa_text_number("65536", 65535, &number));
	ck_assert(!wpa_text_number("", 65535, &number));
	ck_assert(!wpa_text_number("1 ", 65535, &number));
	ck_assert(!wpa_text_number("FAIL", 65535, &number));
}
END_TEST

START_TEST(stored_groups_are_told_from_networks)
{
	const char *reply = "network id / ssid / bssid / flags\n0\thome\tany\t[CURRENT]\n1\tDIRECT-x\t42:00:00:00:00:00\t[DISABLED][P2P-PERSISTENT]\n"
			    "2\t[P2P-PERSISTENT]\tany\t\n99999999\tx\tany\t[P2P-PERSISTENT]\n7\ty\tany\t[P2P-PERSISTENT]";
	unsigned network;
	bool group;
	ck_assert(wpa_text_network(&reply, &network, &group));
	ck_assert(network == 0 && !group);
	ck_assert(wpa_text_network(&reply, &network, &group));
	ck_assert(network == 1 && group);
	ck_assert(wpa_text_network(&reply, &network, &group));
	ck_assert(network == 2 && !group);
	ck_assert(wpa_text_network(&reply, &network, &group));
	ck_assert(network == 7 && group);
	ck_assert(!wpa_text_network(&reply, &network, &group));
	ck_assert_ptr_null(reply);
	const char *names = "p2p-wlan0-0\n\nabcdefghijklmnop\nwlan0\n";
	char interface[IF_NAMESIZE];
	ck_assert(wpa_text_interface(&names, interface));
	ck_assert_str_eq(interface, "p2p-wlan0-0");
	ck_assert(wpa_text_interface(&names, interface));
	ck_assert_str_eq(interface, "wlan0");
	ck_assert(!wpa_text_interface(&names, interface));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("wpa");
	TCase *tcase = tcase_create("conversation");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, replies_come_in_the_order_of_the_questions);
	tcase_add_test(tcase, an_event_between_question_and_reply_is_no_reply);
	tcase_add_test(tcase, a_reply_nobody_asked_for_is_dropped);
	tcase_add_test(tcase, a_reply_longer_than_any_is_cut);
	tcase_add_test(tcase, a_service_that_does_not_answer_is_gone_in_time);
	tcase_add_test(tcase, a_service_that_was_killed_is_gone_at_the_next_question);
	tcase_add_test(tcase, too_many_questions_end_the_conversation);
	tcase_add_test(tcase, a_question_too_long_ends_the_conversation);
	tcase_add_test(tcase, whoever_is_answered_may_end_the_conversation);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("texts");
	tcase_add_test(tcase, a_group_is_read_from_its_event);
	tcase_add_test(tcase, a_groups_name_cannot_pass_for_what_follows_it);
	tcase_add_test(tcase, an_event_cut_anywhere_is_no_group);
	tcase_add_test(tcase, only_the_named_interface_is_removed);
	tcase_add_test(tcase, values_and_lines_are_found_whole);
	tcase_add_test(tcase, stored_groups_are_told_from_networks);
	suite_add_tcase(suite, tcase);
	return suite;
}
