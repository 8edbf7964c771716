#include "platform/linux/lan.h"
#include "platform/linux/tcp.h"
#include "tests/support/suite.h"

#include <assert.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static_assert((int)TCP_QUEUE_MIN < 2 * RECORD_WIRE_MAX, "one record waits, never two");

enum { TURNS_MAX = 200000, BULK = 4 << 20, SLOW_WINDOW = 8 * 1024, SLOW_PIECE = 1000, FILES_MAX = 256 };

/* What a listener was told, for both sides at once: the links are told apart by their numbers. */
struct heard {
	unsigned ups, downs, writables;
	uint32_t dialled, answered;
	size_t bytes, most_in_a_turn;
	uint64_t sum;
};

static struct loop *loop;
static struct tcp *tcp;
static struct heard heard;
static struct resolve_address bound;
static size_t this_turn;
static struct loop_timer *waker; /* for turns in which nothing else may happen */

static void on_sighting(void *owner, struct radio *radio, const struct radio_sighting *sighting)
{
	(void)owner;
	(void)radio;
	(void)sighting;
	ck_abort_msg("TCP sees nobody");
}

static void on_up(void *owner, struct radio *radio, uint32_t link, enum link_kind kind)
{
	(void)owner; /* everything is static here */
	ck_assert_ptr_eq(radio, tcp_radio(tcp));
	heard.ups++;
	if (kind == LINK_DIALLED)
		heard.dialled = link;
	else
		heard.answered = link;
}

static void on_input(void *owner, struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	(void)owner;
	(void)radio;
	ck_assert_uint_ne(link, 0);
	heard.bytes += len;
	this_turn += len;
	for (size_t i = 0; i < len; i++)
		heard.sum += bytes[i];
}

static void on_writable(void *owner, struct radio *radio, uint32_t link)
{
	(void)owner;
	(void)radio;
	(void)link;
	heard.writables++;
}

static void on_down(void *owner, struct radio *radio, uint32_t link)
{
	(void)owner;
	(void)radio;
	ck_assert_uint_ne(link, 0);
	heard.downs++;
}

static const struct radio_listener listener = {
	.sighting = on_sighting,
	.up = on_up,
	.input = on_input,
	.writable = on_writable,
	.down = on_down,
};

static void turn(void)
{
	this_turn = 0;
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	if (this_turn > heard.most_in_a_turn)
		heard.most_in_a_turn = this_turn;
}

/* Turns until the number has reached the wanted one. */
#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_uint_lt(turns, TURNS_MAX); \
		turn(); \
	}

static void woken(void *owner)
{
	(void)owner; /* the turn is all */
}

static void start(void)
{
	memset(&heard, 0, sizeof heard);
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	waker = loop_timer_new(loop, woken, NULL);
	ck_assert_ptr_nonnull(waker);
	ck_assert_int_eq(tcp_open(&tcp, loop, &listener), ERR_OK);
	struct address address = {.host = "127.0.0.1", .port = "0"};
	struct resolve_address at;
	ck_assert(resolve_literal(&address, &at));
	ck_assert_int_eq(tcp_listen(tcp, &at, LINK_ANSWERED, &bound), ERR_OK);
}

static void stop(void)
{
	tcp_close(tcp);
	loop_timer_free(waker);
	loop_close(loop);
}

static struct radio *radio(void)
{
	return tcp_radio(tcp);
}

/* A link to ourselves. Who listens accepts with the first bytes only, so some are sent and taken. */
static void link_up(void)
{
	uint32_t link = radio()->connect(radio(), (const uint8_t *)&bound.to, bound.len);
	ck_assert_uint_ne(link, 0);
	ck_assert_uint_eq(heard.ups, 0);
	TURN_UNTIL(heard.dialled != 0);
	ck_assert_uint_eq(heard.dialled, link);
	ck_assert_uint_gt(radio()->room(radio(), link), 5);
	radio()->send(radio(), link, (const uint8_t *)"hello", 5);
	TURN_UNTIL(heard.bytes == 5);
	ck_assert_uint_ne(heard.answered, 0);
	heard.bytes = heard.sum = 0;
}

START_TEST(a_flood_arrives_whole_and_never_queues_more_than_its_bound)
{
	link_up();
	static uint8_t piece[TCP_QUEUE_MAX];
	size_t sent = 0;
	uint64_t sum = 0;
	for (unsigned turns = 0; heard.bytes < BULK; turns++) {
		ck_assert_uint_lt(turns, TURNS_MAX);
		for (size_t room; sent < BULK && (room = radio()->room(radio(), heard.dialled)) > 0;) {
			ck_assert_uint_le(room, TCP_QUEUE_MAX);
			ck_assert_uint_ge(room, RECORD_WIRE_MAX);
			size_t len = room < BULK - sent ? room : BULK - sent;
			for (size_t i = 0; i < len; i++) {
				piece[i] = (uint8_t)rand();
				sum += piece[i];
			}
			radio()->send(radio(), heard.dialled, piece, len);
			sent += len;
		}
		turn();
	}
	ck_assert_uint_eq(heard.bytes, BULK);
	ck_assert_uint_eq(heard.sum, sum);
	ck_assert_uint_gt(heard.writables, 0);
	ck_assert_uint_le(heard.most_in_a_turn, TCP_INPUT_PER_TURN);
}
END_TEST

/* A link to a socket of the test's own, which reads nothing of itself and whose window is small. */
static int link_to_slow(void)
{
	int server = socket(AF_INET, SOCK_STREAM, 0);
	int window = SLOW_WINDOW, segment = SLOW_PIECE;
	struct resolve_address at = bound;
	at.to.v4.sin_port = 0;
	ck_assert_int_eq(setsockopt(server, SOL_SOCKET, SO_RCVBUF, &window, sizeof window), 0);
	ck_assert_int_eq(setsockopt(server, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment), 0);
	ck_assert_int_eq(bind(server, &at.to.any, at.len), 0);
	ck_assert_int_eq(listen(server, 1), 0);
	ck_assert_int_eq(getsockname(server, &at.to.any, &at.len), 0);
	ck_assert_uint_ne(radio()->connect(radio(), (const uint8_t *)&at.to, at.len), 0);
	TURN_UNTIL(heard.dialled != 0);
	int fd = accept(server, NULL, NULL);
	ck_assert_int_ge(fd, 0);
	close(server);
	return fd;
}

/* Sends while there is room; returns how much. Fills most with the greatest room there was. */
static size_t fill_link(size_t *most)
{
	static uint8_t piece[TCP_QUEUE_MAX];
	size_t sent = 0;
	*most = 0;
	for (size_t room; (room = radio()->room(radio(), heard.dialled)) > 0 && *most < TCP_QUEUE_MAX; sent += room) {
		ck_assert_uint_ge(room, RECORD_WIRE_MAX);
		*most = room > *most ? room : *most;
		radio()->send(radio(), heard.dialled, piece, room);
	}
	return sent;
}

/* The socket in this process whose other end this is. */
static int other_end(int fd)
{
	struct sockaddr_in wanted, own;
	socklen_t len = sizeof wanted;
	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&wanted, &len), 0);
	for (int other = 0; other < FILES_MAX; other++) {
		len = sizeof own;
		if (getsockname(other, (struct sockaddr *)&own, &len) == 0 && own.sin_family == AF_INET && own.sin_port == wanted.sin_port)
			return other;
	}
	ck_abort_msg("the socket is not found");
	return -1;
}

/* A little of what has come; the next turn of the loop will not wait. */
static bool read_some(int fd, size_t *on_the_way)
{
	static uint8_t taken[SLOW_PIECE];
	ssize_t got = recv(fd, taken, sizeof taken, MSG_DONTWAIT);
	*on_the_way -= got > 0 ? (size_t)got : 0;
	loop_timer_set(waker, 0);
	return true;
}

START_TEST(little_waits_on_a_link_whose_other_side_is_slow)
{
	int fd = link_to_slow();
	size_t most, on_the_way = fill_link(&most);
	ck_assert_uint_gt(most, TCP_QUEUE_MIN); /* the window took it all at first */
	/* As long as there is no room the kernel does not wake us for it. */
	ck_assert_int_eq(poll(&(struct pollfd){.fd = other_end(fd), .events = POLLOUT}, 1, 0), 0);
	for (unsigned round = 0; round < 256; round++) {
		unsigned before = heard.writables;
		TURN_UNTIL(heard.writables > before || !read_some(fd, &on_the_way));
		size_t more = fill_link(&most);
		on_the_way += more;
		ck_assert_uint_gt(more, 0);
		int there;
		ck_assert_int_eq(ioctl(fd, FIONREAD, &there), 0);
		/* Twice, where the window took the last piece whole. */
		ck_assert_uint_le(on_the_way - (size_t)there, 2 * TCP_QUEUE_MIN);
	}
	/* It has been slow: when all has gone out, it is given little again until it shows that it is fast. */
	unsigned told = heard.writables;
	TURN_UNTIL(read_some(fd, &on_the_way) && on_the_way == 0 && heard.writables > told);
	ck_assert_uint_eq(radio()->room(radio(), heard.dialled), TCP_QUEUE_MIN);
	close(fd);
}
END_TEST

START_TEST(a_link_that_takes_all_at_once_is_given_more)
{
	link_up();
	for (unsigned asked = 0; asked < 8; asked++) /* only what was sent shows how fast it is */
		ck_assert_uint_le(radio()->room(radio(), heard.dialled), TCP_QUEUE_MIN * 2);
	size_t most;
	(void)fill_link(&most);
	ck_assert_uint_eq(most, TCP_QUEUE_MAX);
}
END_TEST

START_TEST(a_closed_link_is_down_for_the_other_side_only)
{
	link_up();
	radio()->close(radio(), heard.dialled);
	ck_assert_uint_eq(radio()->room(radio(), heard.dialled), 0);
	TURN_UNTIL(heard.downs > 0);
	turn();
	ck_assert_uint_eq(heard.downs, 1);
	/* What is said to a dead number is no fault. */
	radio()->send(radio(), heard.dialled, (const uint8_t *)"x", 1);
	radio()->close(radio(), heard.dialled);
}
END_TEST

START_TEST(a_port_where_nobody_listens_is_told_in_a_later_turn)
{
	struct resolve_address nobody = bound;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	nobody.to.v4.sin_port = 0;
	ck_assert_int_eq(bind(fd, &nobody.to.any, nobody.len), 0);
	ck_assert_int_eq(getsockname(fd, &nobody.to.any, &nobody.len), 0);
	uint32_t link = radio()->connect(radio(), (const uint8_t *)&nobody.to, nobody.len);
	ck_assert_uint_eq(heard.downs, 0);
	if (link != 0)
		TURN_UNTIL(heard.downs == 1);
	ck_assert_uint_eq(heard.ups, 0);
	close(fd);
}
END_TEST

START_TEST(a_link_within_the_machine_outlives_every_network)
{
	link_up();
	struct routes_table table = {.address_count = 0};
	tcp_network_changed(tcp, &table);
	ck_assert_uint_eq(heard.downs, 0);
}
END_TEST

START_TEST(a_machine_has_its_own_addresses_and_no_others)
{
	struct routes_table table = {.address_count = 1,
				     .addresses = {{.interface = 3, .family = AF_INET, .bytes = {10, 9, 0, 1}, .mask = {255, 255, 255, 0}}}};
	struct resolve_address address;
	ck_assert(resolve_literal(&(struct address){"10.9.0.1", "1"}, &address));
	ck_assert(routes_is_own(&table, &address.to.any));
	ck_assert(resolve_literal(&(struct address){"::ffff:10.9.0.1", "1"}, &address));
	ck_assert(routes_is_own(&table, &address.to.any));
	ck_assert(resolve_literal(&(struct address){"10.9.0.2", "1"}, &address));
	ck_assert(!routes_is_own(&table, &address.to.any));
	ck_assert(routes_is_near(&table, 3, &address.to.any));
	ck_assert(!routes_is_near(&table, 4, &address.to.any));
	ck_assert(resolve_literal(&(struct address){"10.9.1.2", "1"}, &address));
	ck_assert(!routes_is_near(&table, 3, &address.to.any));
	ck_assert(resolve_literal(&(struct address){"fe80::1", "1"}, &address));
	ck_assert(routes_is_near(&table, 3, &address.to.any));
	ck_assert(resolve_literal(&(struct address){"2001:db8::1", "1"}, &address));
	ck_assert(!routes_is_near(&table, 3, &address.to.any));
}
END_TEST

START_TEST(a_beacon_datagram_has_one_form)
{
	uint8_t beacon[BEACON_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	uint8_t datagram[LAN_DATAGRAM_SIZE + 1] = {0};
	uint8_t again[BEACON_SIZE];
	uint16_t port;
	lan_datagram_encode(0x1234, beacon, datagram);
	ck_assert_uint_eq(datagram[0], 1);
	ck_assert_uint_eq(datagram[2], 0x34);
	ck_assert(lan_datagram_decode(datagram, LAN_DATAGRAM_SIZE, &port, again));
	ck_assert_uint_eq(port, 0x1234);
	ck_assert_mem_eq(again, beacon, BEACON_SIZE);
	for (size_t len = 0; len < LAN_DATAGRAM_SIZE; len++)
		ck_assert(!lan_datagram_decode(datagram, len, &port, again));
	ck_assert(!lan_datagram_decode(datagram, LAN_DATAGRAM_SIZE + 1, &port, again));
	for (unsigned bit = 0; bit < 16; bit++) {
		datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!lan_datagram_decode(datagram, LAN_DATAGRAM_SIZE, &port, again));
		datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	lan_datagram_encode(0, beacon, datagram);
	ck_assert(!lan_datagram_decode(datagram, LAN_DATAGRAM_SIZE, &port, again));
}
END_TEST

/* Every Linux does; qemu-user does not. */
static bool tells_unsent(void)
{
	int unsent, fd = socket(AF_INET, SOCK_STREAM, 0);
	bool tells = ioctl(fd, SIOCOUTQNSD, &unsent) == 0;
	close(fd);
	return tells;
}

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("tcp");
	TCase *tcase = tcase_create("tcp");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_flood_arrives_whole_and_never_queues_more_than_its_bound);
	if (tells_unsent()) {
		tcase_add_test(tcase, little_waits_on_a_link_whose_other_side_is_slow);
		tcase_add_test(tcase, a_link_that_takes_all_at_once_is_given_more);
	}
	tcase_add_test(tcase, a_closed_link_is_down_for_the_other_side_only);
	tcase_add_test(tcase, a_port_where_nobody_listens_is_told_in_a_later_turn);
	tcase_add_test(tcase, a_link_within_the_machine_outlives_every_network);
	tcase_add_test(tcase, a_machine_has_its_own_addresses_and_no_others);
	tcase_add_test(tcase, a_beacon_datagram_has_one_form);
	suite_add_tcase(suite, tcase);
	return suite;
}
