#include "node/post/counter.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ROOMY = 64 << 20, ANSWER_MAX = CONTROL_PACKET_MAX, EVERY_KIND = 0xff };

static char folder[64];
static char store_path[128];
static char socket_path[128];
static struct loop *loop;
static struct post *post;
static struct pump *pump;
static struct counter *counter;
static struct tally outside;
static uint8_t answer[ANSWER_MAX];

static struct moment now(void *owner)
{
	(void)owner; /* the loop's */
	return loop_now(loop);
}

static void turn_end(void *owner)
{
	(void)owner; /* everything is static here */
	counter_answer(counter, pump_turn(pump));
}

static enum err open_counter(struct counter **out)
{
	struct counter_config config = {.path = socket_path, .loop = loop, .pump = pump, .post = post, .outside = &outside};
	return counter_open(out, &config);
}

static void start(void)
{
	memset(&outside, 0, sizeof outside);
	snprintf(folder, sizeof folder, "/tmp/barid-counter-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(store_path, sizeof store_path, "%s/store.db", folder);
	snprintf(socket_path, sizeof socket_path, "%s/ctl.sock", folder);
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	struct post_config config = {.store_path = store_path, .store_max_bytes = ROOMY};
	ck_assert_int_eq(post_open(&post, &config, clock_now()), ERR_OK);
	pump = pump_new(&(struct pump_config){.post = post, .now = now});
	ck_assert_ptr_nonnull(pump);
	ck_assert_int_eq(open_counter(&counter), ERR_OK);
	loop_turn_end(loop, turn_end, NULL);
	/* The post's own first commit is not what a test waits for. */
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
}

static void stop(void)
{
	counter_close(counter);
	pump_free(pump);
	post_close(post);
	loop_close(loop);
	static const char *const endings[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		char path[160];
		snprintf(path, sizeof path, "%s%s", store_path, endings[i]);
		(void)unlink(path); /* not all of them exist */
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

static void turns(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ck_assert_int_eq(loop_run_once(loop), ERR_OK);
}

static int come(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	memcpy(name.sun_path, socket_path, strlen(socket_path) + 1);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)(const void *)&name, sizeof name), 0);
	turns(1);
	return fd;
}

static void ask(int fd, const struct control_request *request)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	size_t len = control_request_encode(request, packet, sizeof packet);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(send(fd, packet, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void hand_in(int fd, const struct sample *letter)
{
	ask(fd, &(struct control_request){.op = CONTROL_SUBMIT, .flags = SUBMIT_SEND_NOW, .envelope = letter->bytes, .envelope_len = letter->len});
}

/* The next packet of the answer; -1: none yet, 0: the counter closed the connection. */
static ssize_t next_packet(int fd)
{
	ssize_t got = recv(fd, answer, sizeof answer, 0);
	return got < 0 && errno == ECONNRESET ? 0 : got;
}

static struct control_submitted next_verdict(int fd)
{
	struct control_submitted submitted;
	ssize_t got = next_packet(fd);
	ck_assert_int_gt(got, 0);
	ck_assert(control_submitted_decode(answer, (size_t)got, &submitted));
	return submitted;
}

static struct control_letter next_letter(int fd)
{
	struct control_letter letter;
	ssize_t got = next_packet(fd);
	ck_assert_int_gt(got, 0);
	ck_assert(control_letter_decode(answer, (size_t)got, &letter));
	return letter;
}

static struct control_status status_of(int fd)
{
	struct control_status status;
	ask(fd, &(struct control_request){.op = CONTROL_STATUS});
	turns(1);
	ssize_t got = next_packet(fd);
	ck_assert_int_gt(got, 0);
	ck_assert(control_status_decode(answer, (size_t)got, &status));
	return status;
}

static void hand_in_many(int fd, uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++) {
		struct sample letter = sample_sealed(n, CLASS_STATUS, 3);
		hand_in(fd, &letter);
		turns(1);
		ck_assert_int_eq(next_verdict(fd).verdict, VERDICT_STORED);
	}
}

START_TEST(a_letter_handed_in_is_answered_once_it_is_durable)
{
	int fd = come();
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	hand_in(fd, &letter);
	ck_assert_int_eq(next_packet(fd), -1);
	turns(1);
	struct control_submitted submitted = next_verdict(fd);
	ck_assert_int_eq(submitted.verdict, VERDICT_STORED);
	ck_assert_mem_eq(submitted.id, letter.id, LETTER_ID_SIZE);
	ask(fd, &(struct control_request){.op = CONTROL_TRACK, .id = {0}});
	turns(1);
	struct control_track track;
	ssize_t got = next_packet(fd);
	ck_assert(got > 0 && control_track_decode(answer, (size_t)got, &track));
	ck_assert_int_eq(track.place, PLACE_UNKNOWN);
	struct control_request request = {.op = CONTROL_TRACK};
	memcpy(request.id, letter.id, LETTER_ID_SIZE);
	ask(fd, &request);
	turns(1);
	got = next_packet(fd);
	ck_assert(got > 0 && control_track_decode(answer, (size_t)got, &track));
	ck_assert_int_eq(track.place, PLACE_HELD);
	close(fd);
}
END_TEST

START_TEST(letters_handed_in_together_share_a_commit_and_are_answered_in_order)
{
	int fd = come();
	uint64_t before = status_of(fd).counter[TALLY_COMMITS];
	struct sample letters[20];
	for (uint32_t n = 0; n < 20; n++) {
		letters[n] = sample_sealed(n, CLASS_STATUS, 0);
		hand_in(fd, &letters[n]);
	}
	turns(1);
	for (uint32_t n = 0; n < 20; n++)
		ck_assert_mem_eq(next_verdict(fd).id, letters[n].id, LETTER_ID_SIZE);
	ck_assert_uint_eq(status_of(fd).counter[TALLY_COMMITS], before + 1);
	close(fd);
}
END_TEST

START_TEST(a_damaged_letter_is_an_answer_and_no_fault_of_the_connection)
{
	int fd = come();
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0);
	letter.bytes[40] ^= 1;
	hand_in(fd, &letter);
	turns(1);
	ck_assert_int_eq(next_verdict(fd).verdict, VERDICT_MALFORMED);
	ck_assert_uint_eq(status_of(fd).counter[TALLY_CONTROL_MALFORMED], 0);
	close(fd);
}
END_TEST

START_TEST(nonsense_is_counted_and_ends_that_connection_only)
{
	static const uint8_t nonsense[][4] = {
		{0}, {CONTROL_VERSION, 99}, {CONTROL_VERSION + 1, CONTROL_STATUS}, {CONTROL_VERSION, CONTROL_STATUS, 0}};
	static const size_t lengths[] = {1, 2, 2, 3};
	int good = come();
	for (size_t i = 0; i < 4; i++) {
		int fd = come();
		ck_assert_int_eq(send(fd, nonsense[i], lengths[i], 0), (ssize_t)lengths[i]);
		turns(1);
		ck_assert_int_eq(next_packet(fd), 0);
		close(fd);
	}
	ck_assert_uint_eq(status_of(good).counter[TALLY_CONTROL_MALFORMED], 4);
	close(good);
}
END_TEST

START_TEST(a_packet_that_is_too_long_is_not_cut_to_size)
{
	int fd = come();
	static uint8_t packet[CONTROL_PACKET_MAX + 100];
	packet[0] = CONTROL_VERSION;
	packet[1] = CONTROL_SUBMIT;
	ck_assert_int_gt(send(fd, packet, sizeof packet, 0), 0);
	turns(1);
	ck_assert_int_eq(next_packet(fd), 0);
	ck_assert_uint_eq(outside.count[TALLY_CONTROL_MALFORMED], 1);
	close(fd);
}
END_TEST

START_TEST(a_feed_tells_every_letter_once_and_goes_on_from_its_cursor)
{
	int fd = come();
	hand_in_many(fd, 0, 30);
	uint64_t after = 0;
	unsigned seen = 0;
	for (unsigned round = 0; round < 5; round++) {
		ask(fd, &(struct control_request){.op = CONTROL_FEED, .after = after, .max = 12, .kinds = EVERY_KIND});
		turns(2);
		struct control_letter letter = next_letter(fd);
		for (; !letter.end; letter = next_letter(fd)) {
			struct sample expected = sample_sealed(seen++, CLASS_STATUS, 3);
			ck_assert_uint_eq(letter.envelope_len, expected.len);
			ck_assert_mem_eq(letter.envelope, expected.bytes, expected.len);
			ck_assert_uint_gt(letter.cursor, after);
		}
		after = letter.cursor;
	}
	ck_assert_uint_eq(seen, 30);
	close(fd);
}
END_TEST

START_TEST(a_cursor_past_every_letter_finds_none_and_is_told_where_to_go_on)
{
	int fd = come();
	hand_in_many(fd, 0, 3);
	ask(fd, &(struct control_request){.op = CONTROL_FEED, .after = UINT64_MAX - 4, .max = 12, .kinds = EVERY_KIND});
	turns(1);
	struct control_letter letter = next_letter(fd);
	ck_assert(letter.end);
	ck_assert_uint_eq(letter.cursor, status_of(fd).newest);
	close(fd);
}
END_TEST

START_TEST(a_reader_who_does_not_read_keeps_nobody_waiting_and_loses_nothing)
{
	int slow = come();
	int fd = come();
	hand_in_many(fd, 0, 200);
	ask(slow, &(struct control_request){.op = CONTROL_FEED, .max = 512, .kinds = EVERY_KIND});
	turns(20);
	/* The socket is full of letters by now, and others are served as ever. */
	hand_in_many(fd, 200, 1);
	unsigned seen = 0;
	for (unsigned i = 0; i < 1000; i++) {
		ssize_t got = next_packet(slow);
		struct control_letter letter;
		if (got < 0) {
			turns(1);
			continue;
		}
		ck_assert(control_letter_decode(answer, (size_t)got, &letter));
		if (letter.end)
			break;
		seen++;
	}
	ck_assert_uint_eq(seen, 201);
	close(slow);
	close(fd);
}
END_TEST

START_TEST(a_reader_who_leaves_in_the_middle_of_a_feed_is_forgotten)
{
	int slow = come();
	hand_in_many(slow, 0, 200);
	ask(slow, &(struct control_request){.op = CONTROL_FEED, .max = 512, .kinds = EVERY_KIND});
	turns(3);
	close(slow);
	turns(3);
	int fd = come();
	ck_assert_uint_eq(status_of(fd).letters[CLASS_STATUS], 200);
	close(fd);
}
END_TEST

START_TEST(requests_sent_without_waiting_are_answered_in_order)
{
	int fd = come();
	struct sample letter = sample_sealed(1, CLASS_NEED, 1);
	hand_in(fd, &letter);
	ask(fd, &(struct control_request){.op = CONTROL_FEED, .max = 10, .kinds = EVERY_KIND});
	ask(fd, &(struct control_request){.op = CONTROL_STATUS});
	turns(3);
	ck_assert_int_eq(next_verdict(fd).verdict, VERDICT_STORED);
	ck_assert(!next_letter(fd).end);
	ck_assert(next_letter(fd).end);
	struct control_status status;
	ssize_t got = next_packet(fd);
	ck_assert(got > 0 && control_status_decode(answer, (size_t)got, &status));
	ck_assert_uint_eq(status.letters[CLASS_NEED], 1);
	close(fd);
}
END_TEST

START_TEST(a_watch_ends_when_a_letter_comes)
{
	int watcher = come();
	int fd = come();
	ask(watcher, &(struct control_request){.op = CONTROL_WATCH, .timeout_ms = 60000});
	turns(2);
	ck_assert_int_eq(next_packet(watcher), -1);
	hand_in_many(fd, 0, 1);
	struct control_letter end = next_letter(watcher);
	ck_assert(end.end);
	ck_assert_uint_eq(end.cursor, 0);
	/* Asked again from before that letter, it is over at once; from after it, it waits. */
	ask(watcher, &(struct control_request){.op = CONTROL_WATCH, .timeout_ms = 60000});
	turns(1);
	ck_assert(next_letter(watcher).end);
	ask(watcher, &(struct control_request){.op = CONTROL_WATCH, .after = status_of(fd).newest, .timeout_ms = 60000});
	turns(2);
	ck_assert_int_eq(next_packet(watcher), -1);
	close(watcher);
	close(fd);
}
END_TEST

START_TEST(what_changed_between_two_requests_ends_a_watch_at_once)
{
	int watcher = come();
	int fd = come();
	hand_in_many(fd, 0, 1);
	uint64_t newest = status_of(fd).newest;
	ask(watcher, &(struct control_request){.op = CONTROL_WATCH, .after = newest, .timeout_ms = 60000});
	turns(1);
	ck_assert(next_letter(watcher).end);
	close(watcher);
	close(fd);
}
END_TEST

START_TEST(a_watch_ends_when_its_time_is_over_or_its_client_speaks_again)
{
	int fd = come();
	ask(fd, &(struct control_request){.op = CONTROL_WATCH, .after = 1000, .timeout_ms = 0});
	turns(1);
	ck_assert(next_letter(fd).end);
	ask(fd, &(struct control_request){.op = CONTROL_WATCH, .after = 1000, .timeout_ms = 60000});
	turns(1);
	ck_assert_int_eq(next_packet(fd), -1);
	ask(fd, &(struct control_request){.op = CONTROL_STATUS});
	turns(2);
	ck_assert(next_letter(fd).end);
	struct control_status status;
	ssize_t got = next_packet(fd);
	ck_assert(got > 0 && control_status_decode(answer, (size_t)got, &status));
	close(fd);
}
END_TEST

START_TEST(more_clients_than_places_wait_and_are_served_when_one_leaves)
{
	int clients[COUNTER_CLIENTS_MAX];
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++)
		clients[i] = come();
	int late = come();
	ask(late, &(struct control_request){.op = CONTROL_STATUS});
	turns(3);
	ck_assert_int_eq(next_packet(late), -1);
	close(clients[7]);
	turns(4);
	ck_assert_int_gt(next_packet(late), 0);
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++)
		if (i != 7)
			close(clients[i]);
	close(late);
}
END_TEST

START_TEST(the_socket_is_for_owner_and_group_and_goes_with_the_counter)
{
	struct stat stat_now;
	ck_assert_int_eq(stat(socket_path, &stat_now), 0);
	ck_assert_uint_eq(stat_now.st_mode & 0777, 0660);
	counter_close(counter);
	counter = NULL;
	ck_assert_int_ne(stat(socket_path, &stat_now), 0);
}
END_TEST

START_TEST(a_socket_left_by_a_crash_is_replaced_and_one_that_answers_is_not)
{
	struct counter *second;
	ck_assert_int_eq(open_counter(&second), ERR_BUSY);
	counter_close(counter);
	counter = NULL;
	int left = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	memcpy(name.sun_path, socket_path, strlen(socket_path) + 1);
	ck_assert_int_eq(bind(left, (const struct sockaddr *)(const void *)&name, sizeof name), 0);
	close(left);
	ck_assert_int_eq(open_counter(&counter), ERR_OK);
}
END_TEST

START_TEST(a_file_in_the_place_of_the_socket_is_left_alone)
{
	counter_close(counter);
	counter = NULL;
	FILE *file = fopen(socket_path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(open_counter(&counter), ERR_BUSY);
	ck_assert_int_eq(unlink(socket_path), 0);
}
END_TEST

START_TEST(what_is_counted_outside_the_post_is_in_the_status)
{
	int fd = come();
	outside.count[TALLY_BEACONS_MALFORMED] = 5;
	ck_assert_uint_eq(status_of(fd).counter[TALLY_BEACONS_MALFORMED], 5);
	close(fd);
}
END_TEST

static void report_of_blocked(struct radio *radio, struct radio_report *report)
{
	(void)radio; /* there is one */
	*report = (struct radio_report){.trouble = RADIO_BLOCKED, .heard = 7};
}

START_TEST(radios_with_something_to_tell_are_told_of_and_others_are_not)
{
	static struct radio silent = {.name = "silent"}, blocked = {.name = "blocked", .report = report_of_blocked};
	pump_add_radio(pump, &silent);
	pump_add_radio(pump, &blocked);
	int fd = come();
	ask(fd, &(struct control_request){.op = CONTROL_RADIOS});
	turns(1);
	struct control_radios radios;
	ssize_t got = next_packet(fd);
	ck_assert(got > 0 && control_radios_decode(answer, (size_t)got, &radios));
	ck_assert_uint_eq(radios.count, 1);
	ck_assert_str_eq(radios.radio[0].name, "blocked");
	ck_assert_int_eq(radios.radio[0].report.trouble, RADIO_BLOCKED);
	ck_assert_uint_eq(radios.radio[0].report.heard, 7);
	close(fd);
}
END_TEST

START_TEST(organisations_a_desk_names_are_believed_once_that_is_durable)
{
	uint8_t keys[2 * SIGN_KEY_SIZE];
	sample_organisation(0, keys);
	sample_organisation(1, keys + SIGN_KEY_SIZE);
	int fd = come();
	ask(fd, &(struct control_request){.op = CONTROL_TRUST, .trust_count = 2, .trust_keys = keys});
	turns(1);
	struct control_trusted trusted;
	ssize_t got = next_packet(fd);
	ck_assert(got > 0 && control_trusted_decode(answer, (size_t)got, &trusted));
	ck_assert(trusted.kept);
	close(fd);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("counter");
	TCase *tcase = tcase_create("counter");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_letter_handed_in_is_answered_once_it_is_durable);
	tcase_add_test(tcase, letters_handed_in_together_share_a_commit_and_are_answered_in_order);
	tcase_add_test(tcase, a_damaged_letter_is_an_answer_and_no_fault_of_the_connection);
	tcase_add_test(tcase, nonsense_is_counted_and_ends_that_connection_only);
	tcase_add_test(tcase, a_packet_that_is_too_long_is_not_cut_to_size);
	tcase_add_test(tcase, a_feed_tells_every_letter_once_and_goes_on_from_its_cursor);
	tcase_add_test(tcase, a_cursor_past_every_letter_finds_none_and_is_told_where_to_go_on);
	tcase_add_test(tcase, a_reader_who_does_not_read_keeps_nobody_waiting_and_loses_nothing);
	tcase_add_test(tcase, a_reader_who_leaves_in_the_middle_of_a_feed_is_forgotten);
	tcase_add_test(tcase, requests_sent_without_waiting_are_answered_in_order);
	tcase_add_test(tcase, a_watch_ends_when_a_letter_comes);
	tcase_add_test(tcase, what_changed_between_two_requests_ends_a_watch_at_once);
	tcase_add_test(tcase, a_watch_ends_when_its_time_is_over_or_its_client_speaks_again);
	tcase_add_test(tcase, more_clients_than_places_wait_and_are_served_when_one_leaves);
	tcase_add_test(tcase, the_socket_is_for_owner_and_group_and_goes_with_the_counter);
	tcase_add_test(tcase, a_socket_left_by_a_crash_is_replaced_and_one_that_answers_is_not);
	tcase_add_test(tcase, a_file_in_the_place_of_the_socket_is_left_alone);
	tcase_add_test(tcase, what_is_counted_outside_the_post_is_in_the_status);
	tcase_add_test(tcase, radios_with_something_to_tell_are_told_of_and_others_are_not);
	tcase_add_test(tcase, organisations_a_desk_names_are_believed_once_that_is_durable);
	suite_add_tcase(suite, tcase);
	return suite;
}
