#include "proto/order.h"

#include "tests/support/meeting.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 60 };

static struct meeting meeting;

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left, right;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

/* Two stores of these sizes meet, many times. */
static void meet_many(uint32_t both, uint32_t only_a, uint32_t only_b, bool mixed, unsigned seeds)
{
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		meeting_open(&meeting, seed * 1000003 + both + only_a);
		meeting_fill(&meeting, both, only_a, only_b, mixed);
		meeting_run(&meeting);
		ck_assert_msg(!meeting.ended && meeting_mistakes(&meeting) == 0, "seed %u of %u/%u/%u: %u mistakes", (unsigned)seed, both, only_a,
			      only_b, meeting_mistakes(&meeting));
		meeting_close(&meeting);
	}
}

START_TEST(what_differs_is_found_whatever_the_sizes)
{
	static const uint32_t sizes[][3] = {{0, 0, 0},     {0, 1, 0},    {0, 0, 1},      {0, 40, 0},    {0, 0, 40},       {1, 1, 1},
					    {16, 1, 0},    {17, 0, 1},   {50, 3, 4},     {300, 10, 10}, {300, 0, 200},    {1000, 0, 7},
					    {1000, 90, 0}, {2000, 1, 1}, {2000, 30, 70}, {3000, 5, 2},  {3000, 400, 400}, {4000, 0, 0}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], false, SEEDS);
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], true, SEEDS);
	}
}
END_TEST

START_TEST(random_pairs_of_stores_are_compared_without_a_mistake)
{
	meeting_open(&meeting, 77);
	uint32_t sizes[600][3];
	for (size_t i = 0; i < 600; i++)
		for (size_t j = 0; j < 3; j++)
			sizes[i][j] = (uint32_t)(meeting_draw() % (1u << meeting_draw() % 12));
	meeting_close(&meeting);
	for (size_t i = 0; i < 600; i++)
		meet_many(sizes[i][0], sizes[i][1], sizes[i][2], i % 2 == 0, 2);
}
END_TEST

START_TEST(thousands_of_differences_are_found_in_parts)
{
	meet_many(20000, 2500, 2500, false, 3);
	meet_many(20000, 5000, 100, true, 3);
	meet_many(3000, 0, 30000, false, 2);
	meet_many(0, 20000, 20000, true, 2);
}
END_TEST

/* Bytes are counted, not times: these are the goals that the design was chosen by, means over many meetings. */
static double mean_bytes(uint32_t n, uint32_t d)
{
	size_t bytes = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, n - d, d / 2, d - d / 2, false);
		meeting_run(&meeting);
		ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
		bytes += meeting.a.said_bytes + meeting.b.said_bytes;
		meeting_close(&meeting);
	}
	return (double)bytes / SEEDS;
}

START_TEST(a_comparison_costs_at_most_twice_the_hash_bound)
{
	/* n, d, bytes of the bound: log2 of C(2^w, d), w = log2(n d) + 20, a failure in 2^20 (see bench_sync). */
	ck_assert_double_le(mean_bytes(1000, 10), 2 * 38.9 + 96);
	ck_assert_double_le(mean_bytes(1000, 100), 2 * 392.0 + 96);
	ck_assert_double_le(mean_bytes(10000, 10), 2 * 43.0 + 96);
	ck_assert_double_le(mean_bytes(10000, 100), 2 * 433.5 + 96);
}
END_TEST

START_TEST(equal_stores_say_so_in_one_round_trip_and_few_bytes)
{
	meeting_open(&meeting, 5);
	meeting_fill(&meeting, 3000, 0, 0, true);
	meeting_run(&meeting);
	ck_assert_uint_le(meeting.flights, 2);
	ck_assert_uint_le(meeting.a.said_bytes, 24);
	ck_assert_uint_le(meeting.b.said_bytes, 24);
	meeting_close(&meeting);
}
END_TEST

START_TEST(an_urgent_letter_is_known_missing_in_the_first_flights)
{
	for (unsigned way = 0; way < 2; way++) {
		meeting_open(&meeting, way + 9);
		meeting_fill(&meeting, 2000, 30, 30, false);
		uint8_t tag[LETTER_TAG_SIZE] = {42};
		struct meeting_side *has = way == 0 ? &meeting.a : &meeting.b;
		for (uint8_t i = 0; i < 20; i++) { /* urgent letters that both have */
			uint8_t common[LETTER_TAG_SIZE] = {i, 1};
			meeting_put(&meeting.a, common, 60, 3980);
			meeting_put(&meeting.b, common, 60, 3980);
		}
		uint32_t slot = meeting_put(has, tag, 62, 3981);
		meeting_run_flights(&meeting, way == 0 ? 1 : 2);
		ck_assert(marks_has(&has->sent, slot));
		meeting_close(&meeting);
	}
}
END_TEST

/* A letter that a side knows and does not want costs at the first contact only. */
START_TEST(what_is_known_and_not_wanted_is_told_once)
{
	meeting_open(&meeting, 11);
	meeting_fill(&meeting, 500, 0, 0, false);
	for (uint8_t i = 0; i < 30; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {i, 7};
		struct catalogue_entry known = {.state = CATALOGUE_KNOWN, .rank = 2, .day = 3980};
		memcpy(known.tag, tag, sizeof(tag));
		meeting_put(&meeting.a, tag, 2, 3980);
		ck_assert_uint_ne(catalogue_set(meeting.b.catalogue, &known), CATALOGUE_NONE);
	}
	catalogue_keep(meeting.b.catalogue);
	meeting_run(&meeting);
	ck_assert_uint_eq(meeting.a.sent.count, 0); /* asked for by nobody */
	meeting_run(&meeting);
	ck_assert_uint_le(meeting.a.said_bytes, 24);
	ck_assert_uint_le(meeting.b.said_bytes, 24);
	/* Somebody new, who has none of them, asks for them once and gets none. */
	struct meeting_side a = meeting.a;
	struct meeting other;
	meeting_open(&other, 12);
	meeting.a = other.a;
	other.a = a;
	meeting_run(&meeting);
	ck_assert(!meeting.ended);
	for (uint32_t slot = 0; slot < catalogue_slots(meeting.b.catalogue); slot++)
		if (catalogue_at(meeting.b.catalogue, slot)->state == CATALOGUE_KNOWN)
			ck_assert(!catalogue_at(meeting.b.catalogue, slot)->shown && !marks_has(&meeting.b.sent, slot));
	meeting_close(&meeting);
	meeting_close(&other);
}
END_TEST

/* A store of a million bytes' room meets one that is much larger: only what fits is spoken of. */
START_TEST(a_small_store_does_not_pay_for_a_large_one)
{
	meeting_open(&meeting, 13);
	for (uint32_t i = 0; i < 30000; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8), 3};
		uint16_t day = (uint16_t)(3900 + i / 300);
		meeting_put(&meeting.a, tag, 2, day);
		if (i >= 29000)
			meeting_put(&meeting.b, tag, 2, day);
	}
	for (uint8_t i = 0; i < 10; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {i, 9, 9};
		meeting_put(&meeting.b, tag, 18, 3999);
	}
	meeting.b.wants = (struct wants){.rank = 2, .day = 3997, .capacity = wants_capacity(1010 * 512)};
	meeting_run(&meeting);
	ck_assert(!meeting.ended);
	ck_assert_uint_eq(meeting.b.sent.count, 10);
	ck_assert_uint_eq(meeting.a.sent.count, 0);
	ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 400);
	meeting_close(&meeting);
}
END_TEST

/* Two letters whose short ids are equal under one key: whoever minted them cannot have known the next one. */
START_TEST(letters_that_hide_each_other_in_one_contact_do_not_in_the_next)
{
	uint8_t binding[32] = {1}, key[SHORTHASH_KEY_SIZE], next[SHORTHASH_KEY_SIZE], a[LETTER_TAG_SIZE] = {0}, b[LETTER_TAG_SIZE] = {0};
	short_id_key(binding, key);
	binding[0] = 2;
	short_id_key(binding, next);
	/* A collision by the birthday of 2^18 ids, found by sorting. */
	enum { MINTED = 1 << 18 };
	uint64_t *minted = calloc(MINTED, sizeof(*minted));
	for (uint32_t i = 0; i < MINTED; i++) {
		memcpy(a, &i, sizeof(i));
		minted[i] = (uint64_t)short_id(key, a) << 32 | i;
	}
	qsort(minted, MINTED, sizeof(*minted), compare_numbers);
	size_t collisions = 0;
	for (size_t i = 1; i < MINTED; i++) {
		if (minted[i] >> 32 != minted[i - 1] >> 32)
			continue;
		memcpy(a, &minted[i], 4);
		memcpy(b, &minted[i - 1], 4);
		ck_assert_uint_eq(short_id(key, a), short_id(key, b));
		ck_assert_uint_ne(short_id(next, a), short_id(next, b));
		collisions++;
	}
	ck_assert_uint_gt(collisions, 0);
	free(minted);
}
END_TEST

/* Whatever a neighbour says, the answer is bounded, and the link ends or goes on. */
START_TEST(noise_for_tables_and_lies_for_estimates_cost_bounded_work)
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, 400, 20, 20, true);
		meeting_corrupt(&meeting, 1 + (unsigned)(seed % 3));
		meeting_run(&meeting);
		ck_assert_uint_le(meeting.flights, 2000);
		ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 2000000);
		meeting_close(&meeting);
	}
}
END_TEST

static unsigned heard(enum message_type type)
{
	return meeting.a.heard[type] + meeting.b.heard[type];
}

static unsigned verdicts(enum need_verdict verdict)
{
	return meeting.a.verdicts[verdict] + meeting.b.verdicts[verdict];
}

START_TEST(a_table_that_is_a_little_too_small_is_continued_not_sent_again)
{
	unsigned continued = 0, described = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		meeting_open(&meeting, seed);
		meeting_fill(&meeting, 3000, 60, 60, false);
		meeting_run(&meeting);
		ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
		ck_assert_uint_eq(heard(MESSAGE_MORE), verdicts(NEED_MORE));
		continued += heard(MESSAGE_MORE) > 0;
		described += heard(MESSAGE_SKETCH) + heard(MESSAGE_LIST);
		meeting_close(&meeting);
	}
	ck_assert_uint_gt(continued, SEEDS / 4);
	ck_assert_uint_le(described, SEEDS * 5 / 2); /* the responder's urgent letters and the rest; hardly ever one of them again */
}
END_TEST

/* Both believe that nothing differs, and send the smallest table there is. */
START_TEST(a_table_that_is_far_too_small_is_followed_by_larger_ones_until_all_is_found)
{
	static const uint32_t sizes[][3] = {{2000, 1, 1},   {2000, 3, 2},   {2000, 5, 6},    {2000, 20, 20},
					    {2000, 200, 0}, {2000, 0, 300}, {9000, 900, 900}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		unsigned larger = 0, more = 0, lists = 0;
		for (uint64_t seed = 1; seed <= 10; seed++) {
			meeting_open(&meeting, seed + i);
			meeting_fill(&meeting, sizes[i][0], sizes[i][1], sizes[i][2], seed % 2 == 0);
			meeting_understate(&meeting);
			meeting_run(&meeting);
			ck_assert(!meeting.ended);
			ck_assert_uint_eq(meeting_mistakes(&meeting), 0);
			ck_assert_uint_le(meeting.flights, 150);
			ck_assert_uint_eq(heard(MESSAGE_MORE), verdicts(NEED_MORE));
			/* A list of everything is the worst that can follow. */
			ck_assert_uint_le(meeting.a.said_bytes + meeting.b.said_bytes, 8000 + 6 * (sizes[i][0] + sizes[i][1] + sizes[i][2]));
			larger += verdicts(NEED_LARGER);
			more += verdicts(NEED_MORE);
			lists += heard(MESSAGE_LIST);
			meeting_close(&meeting);
		}
		uint32_t difference = sizes[i][1] + sizes[i][2];
		ck_assert(difference < 5 || larger >= 5);
		ck_assert(difference < 20 || more >= 5);
		ck_assert(difference < 300 || lists > 10);
	}
}
END_TEST

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
	struct compare_setup setup = {.catalogue = side->catalogue, .outbox = &side->outbox, .binding = session_binding(&side->session)};
	listener.compare = compare_new(&setup);
	ck_assert_ptr_nonnull(listener.compare);
	compare_learn(listener.compare, &(struct wants){.capacity = 255}, (1 << LETTER_CLASSES) - 1);
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

static bool tell_estimate(uint8_t classes, uint8_t rank, uint32_t count, uint8_t counters)
{
	uint8_t payload[4 + ESTIMATE_SIZE];
	struct unit unit = {.classes = classes, .rank = rank};
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

START_TEST(classes_that_were_equal_or_have_been_compared_are_not_described)
{
	static const uint8_t solved[] = {NEED_SOLVED}, list[] = {4, 0, 0, 0};
	for (unsigned compared = 0; compared < 2; compared++) {
		listen(100);
		(void)compare_learn(listener.compare, &(struct wants){.capacity = 255}, 5);
		if (compared == 1)
			ck_assert(tell(MESSAGE_LIST, list, sizeof(list)));
		ck_assert(tell_estimate(15, 0, 103, 2));
		ck_assert_uint_eq(listener.said[MESSAGE_SKETCH], 1);
		ck_assert_uint_eq(listener.out[MESSAGE_HEADER_SIZE], compared == 1 ? 1 : 5);
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
	ck_assert_uint_ge(taken, LETTER_CLASSES);
	stop_listening();
}
END_TEST

/* Says one more unit, of a class that has been compared: a list, a table or an estimate. */
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

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("compare");
	TCase *test_case = tcase_create("compare");
	tcase_set_timeout(test_case, 250);
	tcase_add_test(test_case, what_differs_is_found_whatever_the_sizes);
	tcase_add_test(test_case, random_pairs_of_stores_are_compared_without_a_mistake);
	tcase_add_test(test_case, thousands_of_differences_are_found_in_parts);
	tcase_add_test(test_case, a_comparison_costs_at_most_twice_the_hash_bound);
	tcase_add_test(test_case, equal_stores_say_so_in_one_round_trip_and_few_bytes);
	tcase_add_test(test_case, an_urgent_letter_is_known_missing_in_the_first_flights);
	tcase_add_test(test_case, what_is_known_and_not_wanted_is_told_once);
	tcase_add_test(test_case, a_small_store_does_not_pay_for_a_large_one);
	tcase_add_test(test_case, letters_that_hide_each_other_in_one_contact_do_not_in_the_next);
	tcase_add_test(test_case, noise_for_tables_and_lies_for_estimates_cost_bounded_work);
	tcase_add_test(test_case, a_table_that_is_a_little_too_small_is_continued_not_sent_again);
	tcase_add_test(test_case, a_table_that_is_far_too_small_is_followed_by_larger_ones_until_all_is_found);
	tcase_add_test(test_case, an_estimate_beyond_belief_gets_a_bounded_answer);
	tcase_add_test(test_case, classes_that_were_equal_or_have_been_compared_are_not_described);
	tcase_add_test(test_case, the_first_unit_of_a_responder_is_not_described_again);
	tcase_add_test(test_case, more_estimates_at_once_than_the_protocol_knows_end_the_link);
	tcase_add_test(test_case, a_session_speaks_of_so_many_units_and_no_more);
	tcase_add_test(test_case, what_is_out_of_turn_ends_the_link);
	tcase_add_test(test_case, a_table_or_list_of_a_wrong_form_ends_the_link);
	tcase_add_test(test_case, a_table_that_is_never_solved_is_given_up);
	suite_add_tcase(suite, test_case);
	return suite;
}
