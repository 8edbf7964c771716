#include "platform/linux/ble_link.h"
#include "tests/support/suite.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURNS_MAX = 100000, BULK = 512 * 1024, RECORDS_IN_KERNEL_MAX = 8 };

struct heard {
	unsigned ups, downs, writables;
	struct ble_link_facts down_facts;
	size_t bytes, most_in_a_turn, this_turn;
	uint64_t sum;
	uint32_t end_at_input; /* a link to be ended from within the call */
};

static struct loop *loop;
static struct ble_links *links;
static struct heard heard;
static const struct ble_link_address somebody = {{1, 2, 3, 4, 5, 6}, BLE_LINK_RANDOM};

static void on_up(void *owner, const struct ble_link_facts *link)
{
	(void)owner; /* everything is static here */
	(void)link;
	heard.ups++;
}

static void on_input(void *owner, uint32_t link, const uint8_t *bytes, size_t len)
{
	(void)owner;
	(void)link;
	heard.bytes += len;
	heard.this_turn += len;
	for (size_t i = 0; i < len; i++)
		heard.sum = heard.sum * 31 + bytes[i];
	if (heard.end_at_input)
		ble_link_end(links, heard.end_at_input);
}

static void on_writable(void *owner, uint32_t link)
{
	(void)owner;
	(void)link;
	heard.writables++;
}

static void on_down(void *owner, const struct ble_link_facts *link)
{
	(void)owner;
	heard.downs++;
	heard.down_facts = *link;
}

static const struct ble_link_listener listener = {.up = on_up, .input = on_input, .writable = on_writable, .down = on_down};

static void turn(void)
{
	heard.this_turn = 0;
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	if (heard.this_turn > heard.most_in_a_turn)
		heard.most_in_a_turn = heard.this_turn;
}

#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_uint_lt(turns, TURNS_MAX); \
		turn(); \
	}

static void start(void)
{
	memset(&heard, 0, sizeof heard);
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	ck_assert_int_eq(ble_link_open(&links, loop, &listener), ERR_OK);
}

static void stop(void)
{
	ble_link_close(links);
	loop_close(loop);
}

/* A link whose other end is a file of the test. */
static uint32_t link_to(int *other)
{
	int pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	*other = pair[1];
	return ble_link_adopt(links, pair[0], &somebody, true);
}

static uint8_t pattern(size_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

START_TEST(a_stream_arrives_whole_however_it_is_cut)
{
	int pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	uint32_t from = ble_link_adopt(links, pair[0], &somebody, false);
	uint32_t to = ble_link_adopt(links, pair[1], &somebody, true);
	ck_assert(from != 0 && to != 0 && from != to);
	uint8_t bytes[BLE_LINK_QUEUE_MAX];
	uint64_t sum = 0;
	size_t sent = 0;
	for (unsigned turns = 0; heard.bytes < BULK; turns++) {
		ck_assert_uint_lt(turns, TURNS_MAX);
		while (sent < BULK && ble_link_room(links, from) > 0) {
			size_t len = 1 + sent * 13 % sizeof bytes;
			len = len < BULK - sent ? len : BULK - sent;
			for (size_t i = 0; i < len; i++) {
				bytes[i] = pattern(sent + i);
				sum = sum * 31 + bytes[i];
			}
			ble_link_send(links, from, bytes, len);
			sent += len;
		}
		turn();
	}
	ck_assert_uint_eq(heard.bytes, BULK);
	ck_assert(heard.sum == sum);
	ck_assert_uint_le(heard.most_in_a_turn, BLE_LINK_INPUT_PER_TURN + BLE_LINK_INPUT_MAX);
	ck_assert_uint_gt(heard.writables, 0);
	ck_assert_uint_eq(heard.downs, 0);
	ck_assert_uint_eq(ble_link_at(links, 0)->bytes_out, BULK);
	ck_assert_uint_eq(ble_link_at(links, 1)->bytes_in, BULK);
}
END_TEST

START_TEST(little_waits_behind_a_slow_link_and_room_is_told_once)
{
	int other;
	uint32_t link = link_to(&other);
	uint8_t bytes[BLE_LINK_QUEUE_MAX] = {0};
	unsigned records = 0;
	while (ble_link_room(links, link) > 0) {
		ck_assert_uint_eq(ble_link_room(links, link), BLE_LINK_QUEUE_MAX);
		ble_link_send(links, link, bytes, sizeof bytes);
		ck_assert_uint_le(++records, RECORDS_IN_KERNEL_MAX);
	}
	for (unsigned i = 0; i < 100; i++)
		turn();
	ck_assert_uint_eq(heard.writables, 0);
	uint8_t packet[BLE_LINK_INPUT_MAX];
	size_t got = 0;
	while (got < records * sizeof bytes) {
		ssize_t len = recv(other, packet, sizeof packet, 0);
		if (len > 0)
			got += (size_t)len;
		turn();
	}
	ck_assert_uint_eq(heard.writables, 1);
	ck_assert_uint_eq(ble_link_room(links, link), BLE_LINK_QUEUE_MAX);
	close(other);
}
END_TEST

START_TEST(a_turn_takes_a_share_of_what_is_there)
{
	int other;
	ck_assert_uint_ne(link_to(&other), 0);
	uint8_t packet[BLE_LINK_INPUT_MAX] = {0};
	size_t sent = 0;
	while (sent < BLE_LINK_INPUT_PER_TURN + 4 * sizeof packet) {
		ck_assert_int_eq(send(other, packet, sizeof packet, 0), sizeof packet);
		sent += sizeof packet;
	}
	TURN_UNTIL(heard.bytes > 0);
	ck_assert_uint_eq(heard.bytes, BLE_LINK_INPUT_PER_TURN);
	TURN_UNTIL(heard.bytes == sent);
	close(other);
}
END_TEST

START_TEST(a_link_whose_other_side_goes_is_reported_once_with_what_it_carried)
{
	int other;
	uint32_t link = link_to(&other);
	ck_assert_int_eq(send(other, "hello", 5, 0), 5);
	TURN_UNTIL(heard.bytes == 5);
	close(other);
	TURN_UNTIL(heard.downs == 1);
	ck_assert_uint_eq(heard.down_facts.number, link);
	ck_assert_uint_eq(heard.down_facts.bytes_in, 5);
	ck_assert(heard.down_facts.accepted && heard.down_facts.up);
	ck_assert_mem_eq(&heard.down_facts.other, &somebody, sizeof somebody);
	ck_assert_ptr_null(ble_link_at(links, 0));
	ck_assert_uint_eq(ble_link_room(links, link), 0);
	ble_link_send(links, link, (const uint8_t *)"x", 1);
	ble_link_end(links, link);
	turn();
	ck_assert_uint_eq(heard.downs, 1);
}
END_TEST

START_TEST(what_is_lost_while_sending_is_reported_on_a_later_turn)
{
	int other;
	uint32_t link = link_to(&other);
	close(other);
	ck_assert_uint_eq(ble_link_room(links, link), BLE_LINK_QUEUE_MAX);
	ble_link_send(links, link, (const uint8_t *)"x", 1);
	ck_assert_uint_eq(heard.downs, 0);
	TURN_UNTIL(heard.downs == 1);
}
END_TEST

START_TEST(a_link_may_be_ended_from_within_its_input)
{
	int other;
	uint32_t link = link_to(&other);
	ck_assert_int_eq(send(other, "one", 3, 0), 3);
	ck_assert_int_eq(send(other, "two", 3, 0), 3);
	heard.end_at_input = link;
	TURN_UNTIL(heard.bytes == 3);
	for (unsigned i = 0; i < 10; i++)
		turn();
	ck_assert_uint_eq(heard.bytes, 3);
	ck_assert_uint_eq(heard.downs, 0);
	close(other);
}
END_TEST

START_TEST(a_packet_longer_than_we_take_ends_the_link)
{
	int other;
	ck_assert_uint_ne(link_to(&other), 0);
	uint8_t bytes[BLE_LINK_INPUT_MAX + 1] = {0};
	ck_assert_int_eq(send(other, bytes, sizeof bytes, 0), sizeof bytes);
	TURN_UNTIL(heard.downs == 1);
	ck_assert_uint_eq(heard.bytes, 0);
	close(other);
}
END_TEST

START_TEST(links_are_bounded_and_their_numbers_never_used_again)
{
	int others[BLE_LINK_MAX + 1];
	uint32_t last = 0;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		uint32_t link = link_to(&others[i]);
		ck_assert_uint_gt(link, last);
		last = link;
	}
	ck_assert_uint_eq(link_to(&others[BLE_LINK_MAX]), 0);
	uint8_t byte;
	ck_assert_int_eq(recv(others[BLE_LINK_MAX], &byte, 1, 0), 0); /* closed */
	ble_link_end(links, last);
	close(others[BLE_LINK_MAX]);
	ck_assert_uint_gt(link_to(&others[BLE_LINK_MAX]), last);
	for (unsigned i = 0; i <= BLE_LINK_MAX; i++)
		close(others[i]);
}
END_TEST

START_TEST(without_bluetooth_there_is_an_error_and_no_link)
{
	static const struct ble_link_address own = {{9, 9, 9, 9, 9, 9}, BLE_LINK_PUBLIC};
	/* No adapter has this address, if there is Bluetooth at all. */
	ck_assert_int_ne(ble_link_listen(links, &own), ERR_OK);
	ck_assert_uint_eq(ble_link_connect(links, &own, &somebody), 0);
	ble_link_deaf(links);
	turn();
	ck_assert_uint_eq(heard.downs, 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("ble_link");
	TCase *tcase = tcase_create("ble_link");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_stream_arrives_whole_however_it_is_cut);
	tcase_add_test(tcase, little_waits_behind_a_slow_link_and_room_is_told_once);
	tcase_add_test(tcase, a_turn_takes_a_share_of_what_is_there);
	tcase_add_test(tcase, a_link_whose_other_side_goes_is_reported_once_with_what_it_carried);
	tcase_add_test(tcase, what_is_lost_while_sending_is_reported_on_a_later_turn);
	tcase_add_test(tcase, a_link_may_be_ended_from_within_its_input);
	tcase_add_test(tcase, a_packet_longer_than_we_take_ends_the_link);
	tcase_add_test(tcase, links_are_bounded_and_their_numbers_never_used_again);
	tcase_add_test(tcase, without_bluetooth_there_is_an_error_and_no_link);
	suite_add_tcase(suite, tcase);
	return suite;
}
