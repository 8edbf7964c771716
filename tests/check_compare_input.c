/* What a comparison makes of messages that no honest neighbour sends, or not in this order. */
#include "tests/support/meeting.h"
#include "tests/support/suite.h"

#include <string.h>

/* What one side says to messages made by hand: its own catalogue, a session that is never sent, a hello that differs in everything. */
struct listener {
	struct meeting meeting;
	struct compare *compare;
	struct session *session;
	size_t said_bytes;
	unsigned said[MESSAGE_REKEY];
	uint8_t out[MESSAGE_SIZE_MAX]; /* the last of them */
	size_t out_len;
};

static struct listener listener;

static void listen(uint32_t letters)
{
	memset(&listener, 0, sizeof(listener));
	meeting_open(&listener.meeting, letters);
	meeting_fill(&listener.meeting, 0, letters, 0, false);
	meeting_run_flights(&listener.meeting, 0);
	struct meeting_side *side = &listener.meeting.a;
	listener.session = &side->session;
	listener.session->out_len = 0;
	struct compare_setup setup = {
		.catalogue = side->catalogue,
		.outbox = &side->outbox,
		.suspects = &side->offers,
		.doubts = &side->offers,
		.binding = session_binding(&side->session),
	};
	listener.compare = compare_new(&setup);
	ck_assert_ptr_nonnull(listener.compare);
	compare_learn(listener.compare, &(struct wants){.capacity = 255}, (1 << LETTER_TIERS) - 1);
}

static void stop_listening(void)
{
	compare_free(listener.compare);
	meeting_close(&listener.meeting);
}

/* All it has to say now. */
static void hear_out(void)
{
	do {
		compare_output(listener.compare, listener.session);
		size_t len = listener.session->out_len;
		listener.said_bytes += len;
		for (size_t at = 0; at < len;) {
			const uint8_t *message = listener.session->out + at;
			listener.said[message[0]]++;
			listener.out_len = MESSAGE_HEADER_SIZE + ((size_t)message[1] | (size_t)message[2] << 8);
			memcpy(listener.out, message, listener.out_len);
			at += listener.out_len;
		}
		listener.session->out_len = 0;
		if (len == 0)
			return;
	} while (true);
}

static bool tell(enum message_type type, const uint8_t *payload, size_t len)
{
	struct message message = {.type = (uint8_t)type, .len = len, .payload = payload};
	bool good = compare_input(listener.compare, &message);
	if (good)
		hear_out();
	return good;
}

static bool tell_estimate(uint8_t tiers, uint8_t rank, uint32_t count, uint8_t counters)
{
	uint8_t payload[4 + ESTIMATE_SIZE];
	struct unit unit = {.tiers = tiers, .rank = rank};
	struct writer writer = writer_of(payload, sizeof(payload));
	unit_write(&writer, &unit);
	write_u32(&writer, count);
	for (unsigned i = 0; i < ESTIMATE_COUNTERS; i++)
		write_u8(&writer, counters);
	ck_assert(writer_ok(&writer));
	return tell(MESSAGE_ESTIMATE, payload, sizeof(payload));
}

/* Whatever it claims, the answer is at most what it takes to list every letter; each part waits for an answer to the one before. */
START_TEST(an_estimate_beyond_belief_gets_a_bounded_answer)
{
	enum { LETTERS = 5000 };
	static const uint32_t counts[] = {0, 1, 4000, 6000, 0x7fffffff, 0x80000000, 0xc0000000, 0xc0000000 + LETTERS, 0xfffffffe, UINT32_MAX};
	static const uint8_t counters[] = {0, 1, 127, 128, 255};
	static const uint8_t solved[] = {NEED_SOLVED};
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (size_t j = 0; j < sizeof(counters); j++) {
			listen(LETTERS);
			ck_assert(tell_estimate(1, 0, counts[i], counters[j]));
			ck_assert_uint_le(listener.said_bytes, MESSAGE_SIZE_MAX);
			for (unsigned parts = 0; compare_busy(listener.compare); parts++) {
				ck_assert_msg(parts < 64, "%u, %u: more than 64 parts", counts[i], counters[j]);
				ck_assert(tell(MESSAGE_NEED, solved, sizeof(solved)));
			}
			ck_assert_msg(listener.said_bytes <= 2 * 4 * LETTERS, "%u, %u: %zu bytes", counts[i], counters[j], listener.said_bytes);
			/* These letters are compared now: it has no more to say about them. */
			size_t before = listener.said_bytes;
			ck_assert(tell_estimate(1, 0, counts[i], counters[j]));
			ck_assert_uint_eq(listener.said_bytes, before);
			stop_listening();
		}
}
END_TEST

START_TEST(tiers_that_were_equal_or_have_been_compared_are_not_described)
{
	static const uint8_t solved[] = {NEED_SOLVED}, list[] = {2, 0, 0, 0};
	for (unsigned compared = 0; compared < 2; compared++) {
		listen(100);
		(void)compare_learn(listener.compare, &(struct wants){.capacity = 255}, 3);
		if (compared == 1)
			ck_assert(tell(MESSAGE_LIST, list, sizeof(list)));
		ck_assert(tell_estimate(15, 0, 103, 2));
		ck_assert_uint_eq(listener.said[MESSAGE_SKETCH] + listener.said[MESSAGE_LIST], 1);
		ck_assert_uint_eq(listener.out[MESSAGE_HEADER_SIZE], compared == 1 ? 1 : 3);
		ck_assert(tell(MESSAGE_NEED, solved, sizeof(solved)));
		size_t before = listener.said_bytes;
		ck_assert(tell_estimate(15, 0, 103, 2));
		ck_assert_uint_eq(listener.said_bytes, before);
		stop_listening();
	}
}
END_TEST

START_TEST(the_first_unit_of_a_responder_is_not_described_again)
{
	static const uint8_t larger[] = {NEED_LARGER};
	listen(100);
	for (uint8_t i = 1; i <= 20; i++)
		meeting_put(&listener.meeting.a, (uint8_t[LETTER_TAG_SIZE]){i}, 60, 3980);
	ck_assert(compare_open(listener.compare));
	hear_out();
	ck_assert(listener.said[MESSAGE_SKETCH] == 1 && listener.said[MESSAGE_ESTIMATE] == 1);
	ck_assert(tell(MESSAGE_NEED, larger, sizeof(larger)));
	ck_assert_uint_eq(listener.said[MESSAGE_SKETCH] + listener.said[MESSAGE_LIST], 1);
	ck_assert(!compare_busy(listener.compare));
	stop_listening();
}
END_TEST

START_TEST(more_estimates_at_once_than_the_protocol_knows_end_the_link)
{
	unsigned taken = 0;
	listen(100);
	while (tell_estimate(1, 0, 150, 3)) {
		taken++;
		ck_assert_uint_le(taken, 16);
	}
	ck_assert_uint_ge(taken, LETTER_TIERS);
	stop_listening();
}
END_TEST

/* Says one more unit, of a tier that has been compared: a list, a table or an estimate. */
static bool tell_unit(unsigned kind)
{
	static const uint8_t list[] = {1, 0, 0, 0}, table[] = {1, 0, 0, 0, 1, 0, 0, 0, 0};
	if (kind == 0)
		return tell(MESSAGE_LIST, list, sizeof(list));
	return kind == 1 ? tell(MESSAGE_SKETCH, table, sizeof(table)) : tell_estimate(1, 0, 3, 0);
}

/* Units are counted, whether they are estimated, listed or described by a table, and whatever comes of them. */
START_TEST(a_session_speaks_of_so_many_units_and_no_more)
{
	enum { KINDS = 3, ENOUGH = 1024, TOO_MANY = 1 << 14 };
	unsigned units[KINDS];
	for (unsigned kind = 0; kind < KINDS; kind++) {
		listen(3);
		ck_assert(tell_unit(0));
		for (units[kind] = 1; tell_unit(kind); units[kind]++)
			ck_assert_uint_lt(units[kind], TOO_MANY);
		ck_assert_uint_eq(listener.said[MESSAGE_NEED], kind == 2 ? 1 : units[kind]);
		for (unsigned other = 0; other < KINDS; other++)
			ck_assert(!tell_unit(other));
		ck_assert_uint_eq(units[kind], units[0]);
		stop_listening();
	}
	ck_assert_uint_ge(units[0], ENOUGH);
}
END_TEST

START_TEST(a_class_has_been_compared_when_its_last_part_has)
{
	static const uint8_t first[] = {0x11, 0, 0, 0, 0, 0}, last[] = {0x11, 0, 0, 0, 1, 0};
	for (unsigned parts = 1; parts <= 2; parts++) {
		listen(100);
		ck_assert(tell(MESSAGE_LIST, first, sizeof(first)));
		ck_assert(parts == 1 || tell(MESSAGE_LIST, last, sizeof(last)));
		ck_assert(tell_estimate(1, 0, 100, 0));
		ck_assert_uint_eq(listener.said[MESSAGE_LIST] + listener.said[MESSAGE_SKETCH], 2 - parts);
		stop_listening();
	}
}
END_TEST

START_TEST(what_is_out_of_turn_ends_the_link)
{
	static const uint8_t list[] = {1, 0, 0, 0}, solved[] = {NEED_SOLVED}, sums[8] = {1};
	listen(500);
	ck_assert(!tell(MESSAGE_NEED, solved, sizeof(solved))); /* nothing was described */
	ck_assert(!tell(MESSAGE_MORE, sums, sizeof(sums)));     /* nothing to be continued */
	stop_listening();
	listen(500);
	struct message message = {.type = MESSAGE_LIST, .len = sizeof(list), .payload = list};
	ck_assert(compare_input(listener.compare, &message));
	ck_assert(!compare_input(listener.compare, &message)); /* before it is answered */
	stop_listening();
	static uint8_t noise[5 + 4 * 3 * 20] = {1, 0, 0, 0, 3}, more[4 * 20];
	for (size_t i = 5; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * i + 1);
	message = (struct message){.type = MESSAGE_SKETCH, .len = sizeof(noise), .payload = noise};
	for (unsigned early = 0; early < 2; early++) {
		listen(50);
		ck_assert(compare_input(listener.compare, &message));
		if (early == 0) {
			hear_out();
			ck_assert(listener.out[MESSAGE_HEADER_SIZE] == NEED_MORE && listener.out_len == MESSAGE_HEADER_SIZE + 4 &&
				  listener.out[listener.out_len - 1] == 0x0f); /* every cell */
		}
		ck_assert(tell(MESSAGE_MORE, more, sizeof(more)) == (early == 0)); /* not before it was asked for */
		stop_listening();
	}
	listen(500);
	ck_assert(tell_estimate(1, 0, 500, 0)); /* described by a table */
	ck_assert(tell(MESSAGE_NEED, solved, sizeof(solved)));
	ck_assert(!tell(MESSAGE_NEED, solved, sizeof(solved))); /* answered twice */
	stop_listening();
	listen(500);
	static const uint8_t larger[] = {NEED_LARGER};
	ck_assert(tell_estimate(1, 0, 0, 0)); /* described by a list, */
	ck_assert_uint_eq(listener.said[MESSAGE_LIST], 1);
	ck_assert(!tell(MESSAGE_NEED, larger, sizeof(larger))); /* which cannot be too small */
	stop_listening();
}
END_TEST

START_TEST(a_table_or_list_of_a_wrong_form_ends_the_link)
{
	static uint8_t payload[MESSAGE_PAYLOAD_MAX];
	static const struct {
		uint8_t type, capacity;
		uint16_t sums; /* or ids */
		bool good;
	} cases[] = {
		{MESSAGE_SKETCH, 1, 1, true},   {MESSAGE_SKETCH, 1, 0, false},   {MESSAGE_SKETCH, 0, 1, false},    {MESSAGE_SKETCH, 3, 4, false},
		{MESSAGE_SKETCH, 12, 12, true}, {MESSAGE_SKETCH, 13, 13, false}, {MESSAGE_SKETCH, 1, 320, true},   {MESSAGE_SKETCH, 1, 321, false},
		{MESSAGE_SKETCH, 3, 960, true}, {MESSAGE_SKETCH, 3, 963, false}, {MESSAGE_SKETCH, 12, 1008, true}, {MESSAGE_LIST, 0, 0, true},
		{MESSAGE_LIST, 0, 1000, true},  {MESSAGE_LIST, 0, 1001, false},
	};
	payload[0] = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool table = cases[i].type == MESSAGE_SKETCH;
		payload[4] = cases[i].capacity;
		size_t len = (table ? 5u : 4u) + 4u * cases[i].sums;
		listen(10);
		ck_assert_msg(tell(cases[i].type, payload, len) == cases[i].good, "case %zu", i);
		stop_listening();
		listen(10);
		ck_assert(!tell(cases[i].type, payload, len + 1));
		stop_listening();
	}
	listen(10);
	ck_assert(!tell(MESSAGE_OFFER, payload, 100) && !tell(MESSAGE_HELLO, payload, 12)); /* none of its own */
	stop_listening();
}
END_TEST

/* A table of noise: it is asked to go on as far as it can, and not a power sum further. */
START_TEST(a_table_that_is_never_solved_is_given_up)
{
	static uint8_t payload[5 + 4 * 3 * 100], more[4 * 100];
	listen(50);
	payload[0] = 1;
	payload[4] = 3;
	for (size_t i = 5; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(meeting_draw() | 1);
	ck_assert(tell(MESSAGE_SKETCH, payload, sizeof(payload)));
	unsigned rounds = 0;
	while (listener.out[MESSAGE_HEADER_SIZE] == NEED_MORE) {
		ck_assert_uint_lt(rounds, SKETCH_CAPACITY_MAX);
		ck_assert(!tell(MESSAGE_MORE, more, sizeof(more) - 4)); /* one sum too few */
		break;
	}
	stop_listening();
	listen(50);
	ck_assert(tell(MESSAGE_SKETCH, payload, sizeof(payload)));
	for (; listener.out[MESSAGE_HEADER_SIZE] == NEED_MORE; rounds++) {
		ck_assert_uint_lt(rounds, SKETCH_CAPACITY_MAX);
		for (size_t i = 0; i < sizeof(more); i++)
			more[i] = (uint8_t)meeting_draw();
		ck_assert(tell(MESSAGE_MORE, more, sizeof(more)));
	}
	ck_assert_uint_eq(listener.out[MESSAGE_HEADER_SIZE], NEED_LARGER);
	ck_assert_uint_eq(rounds, SKETCH_CAPACITY_MAX - 3);
	ck_assert(!compare_busy(listener.compare));
	stop_listening();
}
END_TEST

/* Describes all its letters, for about so many differences as the square of the distance. */
static void describe(uint32_t letters, uint8_t distance)
{
	static const uint8_t solved[] = {NEED_SOLVED};
	uint8_t payload[4 + ESTIMATE_SIZE];
	listen(letters);
	ck_assert(compare_open(listener.compare));
	hear_out();
	ck_assert(listener.said[MESSAGE_LIST] == 1 && listener.said[MESSAGE_ESTIMATE] == 1);
	ck_assert_uint_eq(listener.out_len, MESSAGE_HEADER_SIZE + sizeof(payload));
	memcpy(payload, listener.out + MESSAGE_HEADER_SIZE, sizeof(payload));
	for (size_t i = 0; i < ESTIMATE_COUNTERS; i++)
		payload[8 + i] = (uint8_t)(payload[8 + i] + distance);
	ck_assert(tell(MESSAGE_NEED, solved, sizeof(solved)));
	payload[0] = 1; /* of routine letters: there are no others */
	ck_assert(tell(MESSAGE_ESTIMATE, payload, sizeof(payload)));
	ck_assert_uint_eq(listener.out[0], MESSAGE_SKETCH);
}

START_TEST(a_table_is_continued_to_its_last_power_sum_and_once_for_each_need)
{
	describe(5000, 10);
	ck_assert_uint_gt(listener.out_len, 4 * 3 * 33);
	ck_assert_uint_le(listener.out_len, MESSAGE_HEADER_SIZE + 5 + 4 * 3 * 48);
	uint8_t payload[1 + UNIT_CELLS_BYTES_MAX] = {NEED_MORE, 1}; /* the first cell */
	size_t cells = (listener.out_len - MESSAGE_HEADER_SIZE - 5) / 12, len = 1 + (cells + 7) / 8;
	unsigned rounds = 0;
	while (tell(MESSAGE_NEED, payload, len)) {
		ck_assert_uint_eq(listener.out[0], MESSAGE_MORE);
		ck_assert_uint_eq(listener.out_len, MESSAGE_HEADER_SIZE + 4);
		ck_assert_uint_lt(++rounds, SKETCH_CAPACITY_MAX);
	}
	ck_assert_uint_eq(rounds, SKETCH_CAPACITY_MAX - 3);
	stop_listening();
	describe(5000, 10);
	const struct message twice = {.type = MESSAGE_NEED, .len = len, .payload = payload};
	ck_assert(compare_input(listener.compare, &twice));
	ck_assert(!compare_input(listener.compare, &twice));
	stop_listening();
}
END_TEST

/* Where the last unit said begins: shift and part. */
static void check_part(enum message_type type, unsigned shift, unsigned part)
{
	ck_assert_uint_eq(listener.out[0], type);
	ck_assert_uint_eq(listener.out[MESSAGE_HEADER_SIZE] >> 4, shift);
	ck_assert_uint_eq(listener.out[MESSAGE_HEADER_SIZE + 4] | (unsigned)listener.out[MESSAGE_HEADER_SIZE + 5] << 8, part);
}

START_TEST(a_part_found_too_small_is_described_in_quarters_of_it_and_in_the_end_by_a_list)
{
	static const uint8_t solved[] = {NEED_SOLVED}, larger[] = {NEED_LARGER};
	describe(5000, 60); /* 3600 differences: parts of 112 */
	check_part(MESSAGE_SKETCH, 5, 0);
	ck_assert(tell(MESSAGE_NEED, solved, 1));
	check_part(MESSAGE_SKETCH, 5, 1);
	ck_assert(tell(MESSAGE_NEED, larger, 1));
	check_part(MESSAGE_SKETCH, 7, 4);
	ck_assert(tell(MESSAGE_NEED, larger, 1));
	check_part(MESSAGE_SKETCH, 9, 16);
	ck_assert(tell(MESSAGE_NEED, larger, 1));
	check_part(MESSAGE_LIST, 9, 16);
	ck_assert(tell(MESSAGE_NEED, solved, 1));
	check_part(MESSAGE_LIST, 9, 17);
	stop_listening();
}
END_TEST

START_TEST(a_letter_held_back_is_not_told_to_who_asks_for_it_by_name)
{
	uint8_t key[SHORTHASH_KEY_SIZE], need[1 + 2 * 4] = {NEED_SOLVED};
	listen(10);
	struct meeting_side *side = &listener.meeting.a;
	catalogue_show(side->catalogue, 4, false);
	short_id_key(session_binding(&side->session), key);
	struct writer writer = writer_of(need + 1, sizeof(need) - 1);
	write_u32(&writer, short_id(key, catalogue_at(side->catalogue, 4)->tag));
	write_u32(&writer, short_id(key, catalogue_at(side->catalogue, 5)->tag));
	ck_assert(compare_open(listener.compare));
	hear_out();
	ck_assert_uint_eq(listener.said[MESSAGE_LIST], 1);
	ck_assert_uint_eq(listener.out_len, MESSAGE_HEADER_SIZE + 4 + 9 * 4);
	ck_assert(tell(MESSAGE_NEED, need, sizeof(need)));
	ck_assert(!marks_has(&side->outbox.lacks, 4) && marks_has(&side->outbox.lacks, 5));
	stop_listening();
}
END_TEST

START_TEST(no_more_than_four_estimates_are_owed_at_once)
{
	uint8_t payload[4 + ESTIMATE_SIZE] = {15};
	const struct message message = {.type = MESSAGE_ESTIMATE, .len = sizeof(payload), .payload = payload};
	listen(10);
	(void)compare_learn(listener.compare, &(struct wants){.rank = 20, .capacity = 255}, 15); /* asked for anew, above that */
	for (unsigned i = 0; i < LETTER_TIERS; i++)
		ck_assert(compare_input(listener.compare, &message));
	ck_assert(!compare_input(listener.compare, &message));
	hear_out();
	ck_assert_uint_eq(listener.said[MESSAGE_ESTIMATE], LETTER_TIERS);
	stop_listening();
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("compare_input");
	TCase *test_case = tcase_create("compare_input");
	tcase_set_timeout(test_case, 60);
	tcase_add_test(test_case, an_estimate_beyond_belief_gets_a_bounded_answer);
	tcase_add_test(test_case, tiers_that_were_equal_or_have_been_compared_are_not_described);
	tcase_add_test(test_case, the_first_unit_of_a_responder_is_not_described_again);
	tcase_add_test(test_case, more_estimates_at_once_than_the_protocol_knows_end_the_link);
	tcase_add_test(test_case, a_session_speaks_of_so_many_units_and_no_more);
	tcase_add_test(test_case, a_class_has_been_compared_when_its_last_part_has);
	tcase_add_test(test_case, what_is_out_of_turn_ends_the_link);
	tcase_add_test(test_case, a_table_or_list_of_a_wrong_form_ends_the_link);
	tcase_add_test(test_case, a_table_that_is_never_solved_is_given_up);
	tcase_add_test(test_case, a_table_is_continued_to_its_last_power_sum_and_once_for_each_need);
	tcase_add_test(test_case, a_part_found_too_small_is_described_in_quarters_of_it_and_in_the_end_by_a_list);
	tcase_add_test(test_case, a_letter_held_back_is_not_told_to_who_asks_for_it_by_name);
	tcase_add_test(test_case, no_more_than_four_estimates_are_owed_at_once);
	suite_add_tcase(suite, test_case);
	return suite;
}
