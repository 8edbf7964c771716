#include "proto/hello.h"

#include "proto/order.h"
#include "proto/reconcile.h"

#include "tests/support/suite.h"

#include <string.h>

static const struct hello sample = {
	.flags = HELLO_GATEWAY, .nonce = {1, 2, 3, 4, 5, 6}, .wants = {.rank = ORDER_RANKS, .day = 0xfedc, .capacity = 255}};

static bool same_wants(const struct wants *a, const struct wants *b)
{
	return a->rank == b->rank && a->day == b->day && a->capacity == b->capacity;
}

START_TEST(wants_are_read_as_they_were_written_and_at_no_other_length)
{
	uint8_t bytes[WANTS_SIZE + 1] = {0};
	struct wants wants;
	for (unsigned rank = 0; rank < 256; rank++) {
		struct wants said = {.rank = (uint8_t)rank, .day = (uint16_t)(rank * 257), .capacity = (uint8_t)(255 - rank)};
		wants_encode(&said, bytes);
		ck_assert(wants_decode(&wants, bytes, WANTS_SIZE) == (rank <= ORDER_RANKS));
		ck_assert(same_wants(&wants, &said));
	}
	wants_encode(&sample.wants, bytes);
	static const uint8_t layout[WANTS_SIZE] = {64, 0xdc, 0xfe, 255};
	ck_assert_mem_eq(bytes, layout, WANTS_SIZE);
	for (size_t len = 0; len <= WANTS_SIZE + 1; len++)
		ck_assert(wants_decode(&wants, bytes, len) == (len == WANTS_SIZE));
}
END_TEST

START_TEST(a_letter_is_wanted_from_the_rank_and_its_day_on)
{
	const struct wants wants = {.rank = 20, .day = 100};
	ck_assert(wants_letter(&wants, 21, 0) && wants_letter(&wants, 63, 0));
	ck_assert(wants_letter(&wants, 20, 100) && wants_letter(&wants, 20, 65535));
	ck_assert(!wants_letter(&wants, 20, 99) && !wants_letter(&wants, 19, 65535));
	const struct wants none = {.rank = ORDER_RANKS}, all = {.rank = 0};
	ck_assert(!wants_letter(&none, ORDER_RANKS - 1, 65535) && wants_letter(&all, 0, 0));
}
END_TEST

START_TEST(a_capacity_is_a_quarter_of_a_power_of_two_rounded_up)
{
	ck_assert_uint_eq(wants_bytes(0), 1);
	ck_assert_uint_eq(wants_bytes(40), 1024);
	ck_assert_uint_eq(wants_bytes(41), 1216);
	ck_assert_uint_eq(wants_bytes(4 * 63), UINT64_C(1) << 63);
	for (unsigned capacity = 1; capacity <= 255; capacity++)
		ck_assert(wants_bytes((uint8_t)capacity) >= wants_bytes((uint8_t)(capacity - 1)));
	ck_assert_uint_eq(wants_capacity(0), 0);
	ck_assert_uint_eq(wants_capacity(1024), 40);
	ck_assert_uint_eq(wants_capacity(1025), 41);
	ck_assert_uint_ge(wants_capacity(UINT64_MAX), 4 * 63);
	for (uint64_t bytes = 2; bytes < UINT64_C(1) << 62; bytes += bytes / 3 + 1) {
		uint8_t capacity = wants_capacity(bytes);
		ck_assert(wants_bytes(capacity) >= bytes && wants_bytes((uint8_t)(capacity - 1)) < bytes);
	}
}
END_TEST

START_TEST(a_greeting_is_read_as_it_was_written_unless_a_field_is_out_of_range)
{
	struct greeting said = {.hello = sample}, heard;
	for (uint8_t i = 0; i < sizeof(said.digests); i++)
		(&said.digests[0][0])[i] = (uint8_t)(100 + i);
	uint8_t bytes[GREETING_SIZE];
	greeting_encode(&said, bytes);
	ck_assert(greeting_decode(&heard, bytes));
	ck_assert_uint_eq(heard.hello.flags, HELLO_GATEWAY);
	ck_assert_mem_eq(heard.hello.nonce, said.hello.nonce, sizeof(said.hello.nonce));
	ck_assert(same_wants(&heard.hello.wants, &said.hello.wants));
	ck_assert_mem_eq(heard.digests, said.digests, sizeof(said.digests));
	ck_assert(bytes[0] == 1 && bytes[1] == 1 && bytes[7] == 64 && bytes[11] == 100 && bytes[26] == 115); /* SPEC.md 7.1 */
	for (unsigned flags = 0; flags < 256; flags++) {
		bytes[0] = (uint8_t)flags;
		ck_assert(greeting_decode(&heard, bytes) == (flags <= GREETING_FLAGS));
	}
	bytes[0] = 0;
	bytes[7] = ORDER_RANKS + 1;
	ck_assert(!greeting_decode(&heard, bytes));
}
END_TEST

START_TEST(a_hello_is_read_as_it_was_written_unless_a_field_is_out_of_range)
{
	uint8_t bytes[HELLO_SIZE + 1] = {0}, tiers;
	struct hello heard;
	hello_encode(&sample, 0x0b, bytes);
	for (size_t len = 0; len <= HELLO_SIZE + 1; len++)
		ck_assert(hello_decode(&heard, &tiers, bytes, len) == (len == HELLO_SIZE));
	ck_assert(hello_decode(&heard, &tiers, bytes, HELLO_SIZE));
	ck_assert_uint_eq(tiers, 0x0b);
	ck_assert_uint_eq(heard.flags, HELLO_GATEWAY);
	ck_assert_mem_eq(heard.nonce, sample.nonce, sizeof(sample.nonce));
	ck_assert(same_wants(&heard.wants, &sample.wants));
	static const size_t at[] = {0, 7, HELLO_SIZE - 1};
	static const uint8_t most[] = {HELLO_FLAGS, ORDER_RANKS, 15};
	for (size_t field = 0; field < 3; field++) {
		hello_encode(&sample, 0, bytes);
		for (unsigned value = 0; value < 256; value++) {
			bytes[at[field]] = (uint8_t)value;
			ck_assert(hello_decode(&heard, &tiers, bytes, HELLO_SIZE) == (value <= most[field]));
		}
	}
}
END_TEST

static bool same_unit(const struct unit *a, const struct unit *b)
{
	return a->tiers == b->tiers && a->rank == b->rank && a->day == b->day && a->shift == b->shift && a->part == b->part;
}

START_TEST(a_unit_is_read_as_it_was_written_and_every_truncation_fails)
{
	static const struct unit units[] = {
		{.tiers = 15},
		{.tiers = 1, .rank = ORDER_RANKS, .day = 65535},
		{.tiers = 8, .rank = 3, .day = 3978, .shift = 1, .part = 1},
		{.tiers = 5, .rank = 63, .day = 1, .shift = UNIT_SHIFT_MAX, .part = (1 << UNIT_SHIFT_MAX) - 1},
	};
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		uint8_t bytes[6];
		struct writer writer = writer_of(bytes, sizeof(bytes));
		unit_write(&writer, &units[i]);
		ck_assert(writer_ok(&writer));
		ck_assert_uint_eq(writer.len, unit_size(&units[i]));
		for (size_t len = 0; len <= writer.len; len++) {
			struct unit unit;
			struct reader reader = reader_of(bytes, len);
			ck_assert(unit_read(&reader, &unit) == (len == writer.len));
			ck_assert(len < writer.len || (reader_done(&reader) && same_unit(&unit, &units[i])));
		}
	}
}
END_TEST

static bool unit_reads(uint8_t head, uint8_t rank, uint16_t part)
{
	uint8_t bytes[6] = {head, rank, 0, 0, (uint8_t)part, (uint8_t)(part >> 8)};
	struct reader reader = reader_of(bytes, head >> 4 > 0 ? 6 : 4);
	struct unit unit;
	return unit_read(&reader, &unit);
}

START_TEST(a_unit_out_of_range_is_refused)
{
	ck_assert(unit_reads(0x01, 0, 0) && unit_reads(0x0f, ORDER_RANKS, 0));
	ck_assert(!unit_reads(0x00, 0, 0) && !unit_reads(0x10, 0, 0)); /* no class */
	ck_assert(!unit_reads(0x01, ORDER_RANKS + 1, 0));
	for (unsigned shift = 1; shift <= 15; shift++) {
		uint8_t head = (uint8_t)(shift << 4 | 1);
		ck_assert(unit_reads(head, 0, 0) == (shift <= UNIT_SHIFT_MAX));
		ck_assert(unit_reads(head, 0, (uint16_t)((1u << shift) - 1)) == (shift <= UNIT_SHIFT_MAX));
		ck_assert(!unit_reads(head, 0, (uint16_t)(1u << shift)));
	}
}
END_TEST

/* A filter says what SPEC.md 7.5 says of a unit, for every rank. */
START_TEST(a_unit_has_the_letters_of_its_tiers_above_its_edge_in_its_part)
{
	static const uint8_t edges[] = {0, 1, 17, 63, 64};
	for (uint8_t tiers = 1; tiers < 16; tiers++)
		for (size_t e = 0; e < sizeof(edges); e++) {
			struct unit unit = {.tiers = tiers, .rank = edges[e], .day = 100, .shift = 3, .part = 5};
			struct unit_filter filter = unit_filter(&unit);
			for (uint8_t rank = 0; rank < ORDER_RANKS; rank++)
				for (uint16_t day = 99; day <= 101; day++) {
					bool in = (tiers >> rank / 16 & 1) != 0 && (rank > edges[e] || (rank == edges[e] && day >= 100));
					ck_assert(unit_has(&filter, rank, day, 0xbfffffff) == in);
					ck_assert(unit_has(&filter, rank, day, 0xa0000000) == in);
					ck_assert(!unit_has(&filter, rank, day, 0x9fffffff) && !unit_has(&filter, rank, day, 0xc0000000));
				}
		}
	struct unit whole = {.tiers = 15};
	struct unit_filter filter = unit_filter(&whole);
	ck_assert(unit_has(&filter, 0, 0, 1) && unit_has(&filter, 63, 0, UINT32_MAX));
}
END_TEST

START_TEST(short_ids_are_never_zero_and_differ_from_session_to_session)
{
	uint8_t binding[32] = {0}, key[2][SHORTHASH_KEY_SIZE];
	short_id_key(binding, key[0]);
	binding[31] = 1;
	short_id_key(binding, key[1]);
	unsigned same = 0;
	for (uint32_t i = 0; i < 10000; i++) {
		uint8_t tag[LETTER_TAG_SIZE] = {0};
		memcpy(tag + 5, &i, sizeof(i));
		ck_assert_uint_ne(short_id(key[0], tag), 0);
		same += short_id(key[0], tag) == short_id(key[1], tag);
	}
	ck_assert_uint_le(same, 2);
}
END_TEST

/* Ids first, first + 1, ... */
static struct estimate estimate_of(uint32_t first, uint32_t count)
{
	struct estimate estimate = {.count = 0};
	for (uint32_t i = 0; i < count; i++)
		estimate_add(&estimate, &(uint32_t){first + i}, 1);
	return estimate;
}

/* No byte of what is counted on the way may run over into the next one. */
START_TEST(an_estimate_of_many_at_once_is_that_of_one_after_the_other)
{
	enum { MANY = 3 * UINT8_MAX + 1 };
	uint32_t same[MANY], other[MANY];
	for (uint32_t i = 0; i < MANY; i++) {
		same[i] = 77;
		other[i] = 1000 + i;
	}
	struct estimate at_once = {.count = 0}, slowly = estimate_of(1000, MANY);
	estimate_add(&at_once, other, MANY);
	ck_assert_mem_eq(&at_once, &slowly, sizeof(slowly));
	estimate_add(&at_once, same, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		estimate_add(&slowly, same, 1);
	ck_assert_mem_eq(&at_once, &slowly, sizeof(slowly));
}
END_TEST

/* What the other side makes of it. */
static struct estimate crossed(const struct estimate *estimate)
{
	uint8_t bytes[ESTIMATE_SIZE];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	estimate_write(&writer, estimate);
	ck_assert(writer_ok(&writer) && writer.len == ESTIMATE_SIZE);
	for (size_t len = 0; len < ESTIMATE_SIZE; len++) {
		struct estimate heard;
		struct reader reader = reader_of(bytes, len);
		estimate_read(&reader, &heard);
		ck_assert(!reader_done(&reader));
	}
	struct estimate heard;
	struct reader reader = reader_of(bytes, sizeof(bytes));
	estimate_read(&reader, &heard);
	ck_assert(reader_done(&reader));
	return heard;
}

/* SPEC.md 7.5, word for word. */
START_TEST(the_counters_of_an_estimate_are_as_the_specification_says)
{
	uint8_t bytes[ESTIMATE_SIZE], expected[ESTIMATE_COUNTERS] = {0};
	for (uint32_t x = 1000; x < 1777; x++) {
		uint32_t y = x * 0x9e3779b1u;
		y = (y ^ y >> 15) * 0x85ebca77u;
		y = (y ^ y >> 13) * 0xc2b2ae3du;
		y = y ^ y >> 16;
		for (unsigned i = 0; i < ESTIMATE_COUNTERS; i++)
			expected[i] = (uint8_t)(expected[i] + ((y >> i & 1) != 0 ? 1 : -1));
	}
	struct estimate estimate = estimate_of(1000, 777);
	struct writer writer = writer_of(bytes, sizeof(bytes));
	estimate_write(&writer, &estimate);
	ck_assert_uint_eq((unsigned)bytes[0] | (unsigned)bytes[1] << 8, 777);
	ck_assert_mem_eq(bytes + 4, expected, sizeof(expected));
}
END_TEST

START_TEST(an_estimate_that_has_crossed_says_the_same_difference)
{
	static const uint32_t sizes[][3] = {{0, 0, 0}, {0, 1, 0}, {1, 0, 1}, {50, 7, 2}, {1000, 0, 60}, {3001, 40, 41}, {70000, 33, 300}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		/* ids 1.. of a only, then of both, then of b only */
		uint32_t both = sizes[i][0], only_a = sizes[i][1], only_b = sizes[i][2];
		struct estimate a = estimate_of(1, only_a + both), b = estimate_of(1 + only_a, both + only_b);
		struct estimate a_heard = crossed(&a), b_heard = crossed(&b);
		uint32_t difference = estimate_difference(&a, &b);
		ck_assert_uint_eq(estimate_difference(&a_heard, &b), difference);
		ck_assert_uint_eq(estimate_difference(&a, &b_heard), difference);
		ck_assert_uint_eq(estimate_difference(&b, &a), difference);
		uint32_t least = only_a > only_b ? only_a - only_b : only_b - only_a;
		ck_assert_uint_ge(difference, least);
		ck_assert(only_a + only_b > 0 || difference == 0);
	}
}
END_TEST

START_TEST(an_estimate_is_right_within_a_third_on_average)
{
	enum { TRIALS = 400, DIFFERENT = 100 };
	double sum = 0, squares = 0;
	for (uint32_t trial = 0; trial < TRIALS; trial++) {
		struct estimate a = estimate_of(trial * 5000 + 1, 500), b = estimate_of(trial * 5000 + 1 + DIFFERENT / 2, 500);
		double d = estimate_difference(&a, &b);
		sum += d;
		squares += (d - DIFFERENT) * (d - DIFFERENT);
	}
	ck_assert(sum / TRIALS > 0.93 * DIFFERENT && sum / TRIALS < 1.07 * DIFFERENT);
	double variance = squares / TRIALS; /* two sixteenths of the square, that is 35 % of the difference squared */
	ck_assert(variance > 0.25 * 0.25 * DIFFERENT * DIFFERENT && variance < 0.42 * 0.42 * DIFFERENT * DIFFERENT);
}
END_TEST

static bool need_reads(struct need *need, uint16_t cells, const uint8_t *payload, size_t len)
{
	struct message message = {.type = MESSAGE_NEED, .len = len, .payload = payload};
	return need_decode(need, cells, &message);
}

START_TEST(a_need_is_read_for_the_table_that_it_answers)
{
	uint8_t payload[1 + UNIT_CELLS_BYTES_MAX + 4] = {NEED_MORE};
	struct need need;
	for (uint16_t cells = 2; cells <= SKETCH_CELLS_MAX; cells++) {
		size_t bitmap = (cells + 7u) / 8u;
		uint8_t *ids = payload + 1 + bitmap;
		memset(payload + 1, 0xa5, bitmap);
		payload[bitmap] = (uint8_t)(0xa5 >> (bitmap * 8 - cells)); /* none that there is not */
		memcpy(ids, "\x78\x56\x34\x12", 4);
		for (size_t len = 0; len < 1 + bitmap; len++)
			ck_assert(!need_reads(&need, cells, payload, len));
		ck_assert(need_reads(&need, cells, payload, 1 + bitmap));
		ck_assert_uint_eq(need.count, 0);
		ck_assert_ptr_eq(need.cells, payload + 1);
		for (size_t len = 2 + bitmap; len < 5 + bitmap; len++)
			ck_assert(!need_reads(&need, cells, payload, len));
		ck_assert(need_reads(&need, cells, payload, 5 + bitmap));
		ck_assert(need.verdict == NEED_MORE && need.count == 1 && need_id(&need, 0) == 0x12345678);
	}
}
END_TEST

START_TEST(a_need_for_more_names_a_cell_and_none_that_there_is_not)
{
	uint8_t payload[1 + UNIT_CELLS_BYTES_MAX] = {NEED_MORE};
	struct need need;
	for (uint16_t cells = 1; cells <= SKETCH_CELLS_MAX; cells++) {
		size_t bitmap = (cells + 7u) / 8u;
		memset(payload + 1, 0, bitmap);
		ck_assert(!need_reads(&need, cells, payload, 1 + bitmap));
		for (size_t bit = 0; bit < bitmap * 8; bit++) {
			payload[1 + bit / 8] = (uint8_t)(1u << bit % 8);
			/* a single cell is solved or given up */
			ck_assert(need_reads(&need, cells, payload, 1 + bitmap) == (cells > 1 && bit < cells));
			payload[1 + bit / 8] = 0;
		}
	}
}
END_TEST

START_TEST(a_need_holds_so_many_ids_and_no_more)
{
	static uint8_t payload[1 + 4 * (UNIT_IDS_MAX + 1)];
	static const uint8_t verdicts[] = {NEED_SOLVED, NEED_LARGER};
	struct need need;
	for (uint32_t i = 0; i <= UNIT_IDS_MAX; i++)
		payload[1 + 4 * i] = (uint8_t)i;
	for (size_t v = 0; v < 2; v++) {
		payload[0] = verdicts[v];
		for (size_t len = 0; len <= sizeof(payload); len++) {
			bool whole = len % 4 == 1 && len <= 1 + 4 * UNIT_IDS_MAX;
			ck_assert(need_reads(&need, 9, payload, len) == whole);
			ck_assert(!whole || need.count == len / 4);
		}
		ck_assert(need_reads(&need, 9, payload, 1 + 4 * UNIT_IDS_MAX));
		ck_assert_uint_eq(need_id(&need, UNIT_IDS_MAX - 1), (uint8_t)(UNIT_IDS_MAX - 1));
	}
}
END_TEST

START_TEST(a_list_is_only_answered_with_solved_and_no_other_verdict_is_known)
{
	uint8_t payload[] = {0, 1, 0, 0, 0};
	struct need need;
	for (unsigned verdict = 0; verdict < 256; verdict++) {
		payload[0] = (uint8_t)verdict;
		ck_assert(need_reads(&need, 0, payload, sizeof(payload)) == (verdict == NEED_SOLVED));
		ck_assert(need_reads(&need, 1, payload, 1) == (verdict == NEED_SOLVED || verdict == NEED_LARGER));
		ck_assert(need_reads(&need, 8, payload, 2) == (verdict == NEED_MORE));
	}
}
END_TEST

/* What a plan sends for one part of a unit of so many letters, if its ids are spread evenly. */
static void check_plan(const struct plan *plan, uint32_t count)
{
	ck_assert_uint_le(plan->shift, UNIT_SHIFT_MAX);
	if (plan->list) {
		ck_assert_uint_le(count >> plan->shift, UNIT_IDS_MAX);
		return;
	}
	ck_assert(plan->cells >= 1 && plan->cells <= SKETCH_CELLS_MAX);
	ck_assert(plan->capacity >= 1 && plan->capacity <= SKETCH_CAPACITY_MAX);
	ck_assert_uint_le(plan->cells * plan->capacity, SKETCH_SUMS_MAX);
	struct unit unit = {.shift = plan->shift};
	ck_assert_uint_le(unit_size(&unit) + 1 + 4u * plan->cells * plan->capacity, MESSAGE_PAYLOAD_MAX);
}

START_TEST(every_plan_fits_a_message)
{
	static_assert(6 + 4 * UNIT_IDS_MAX <= MESSAGE_PAYLOAD_MAX, "a list fits");
	static_assert(1 + UNIT_CELLS_BYTES_MAX + 4 * UNIT_IDS_MAX <= MESSAGE_PAYLOAD_MAX, "a need fits");
	for (uint32_t count = 0; count <= 4000000; count += count / 17 + 1) {
		struct plan list = plan_list(count);
		ck_assert(list.list);
		check_plan(&list, count);
		for (uint32_t difference = 0; difference <= 4000000; difference += difference / 17 + 1) {
			struct plan plan = plan_for(count, difference);
			check_plan(&plan, count);
		}
	}
}
END_TEST

START_TEST(a_plan_is_a_list_where_that_costs_less)
{
	for (uint32_t difference = 0; difference < 2000000; difference += difference / 23 + 1) {
		uint32_t edge = difference + difference / 3;
		ck_assert(plan_for(edge, difference).list && !plan_for(edge + 1, difference).list);
	}
	ck_assert_uint_eq(plan_list(800).shift, 0);
	ck_assert_uint_eq(plan_list(801).shift, 1);
	ck_assert_uint_eq(plan_list(UINT32_MAX).shift, UNIT_SHIFT_MAX);
}
END_TEST

/* Whatever difference a neighbour claims, a store of this size is not described at greater length than by listing it. */
START_TEST(a_claimed_difference_beyond_all_bounds_gets_a_list)
{
	static const uint32_t claimed[] = {4000000, 0x3fffffff, 0x80000000, 0xbfffffff, 0xc0000000, 0xc0000001, 0xc0001000, 0xfffffffe, UINT32_MAX};
	for (size_t i = 0; i < sizeof(claimed) / sizeof(*claimed); i++)
		ck_assert_msg(plan_for(100000, claimed[i]).list, "a difference of %u", claimed[i]);
}
END_TEST

START_TEST(a_plan_has_room_for_the_differences_in_a_part)
{
	for (uint32_t difference = 0; difference < 100000; difference += difference / 29 + 1) {
		struct plan plan = plan_for(10000000, difference);
		uint32_t sums = (uint32_t)plan.cells * plan.capacity << plan.shift;
		ck_assert(!plan.list && (plan.cells == 1 || difference >> plan.shift <= 200));
		ck_assert_msg(plan.cells == 1 || sums > difference, "%u sums for %u", sums, difference);
		ck_assert_msg(difference > 7 || (plan.cells == 1 && sums >= difference + 3), "%u sums for %u", sums, difference);
		ck_assert_msg(sums <= 2 * difference + 24 + (12u << plan.shift), "%u sums for %u", sums, difference);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("hello");
	TCase *test_case = tcase_create("hello");
	tcase_add_test(test_case, an_estimate_of_many_at_once_is_that_of_one_after_the_other);
	tcase_add_test(test_case, wants_are_read_as_they_were_written_and_at_no_other_length);
	tcase_add_test(test_case, a_letter_is_wanted_from_the_rank_and_its_day_on);
	tcase_add_test(test_case, a_capacity_is_a_quarter_of_a_power_of_two_rounded_up);
	tcase_add_test(test_case, a_greeting_is_read_as_it_was_written_unless_a_field_is_out_of_range);
	tcase_add_test(test_case, a_hello_is_read_as_it_was_written_unless_a_field_is_out_of_range);
	tcase_add_test(test_case, a_unit_is_read_as_it_was_written_and_every_truncation_fails);
	tcase_add_test(test_case, a_unit_out_of_range_is_refused);
	tcase_add_test(test_case, a_unit_has_the_letters_of_its_tiers_above_its_edge_in_its_part);
	tcase_add_test(test_case, short_ids_are_never_zero_and_differ_from_session_to_session);
	tcase_add_test(test_case, the_counters_of_an_estimate_are_as_the_specification_says);
	tcase_add_test(test_case, an_estimate_that_has_crossed_says_the_same_difference);
	tcase_add_test(test_case, an_estimate_is_right_within_a_third_on_average);
	tcase_add_test(test_case, a_need_is_read_for_the_table_that_it_answers);
	tcase_add_test(test_case, a_need_for_more_names_a_cell_and_none_that_there_is_not);
	tcase_add_test(test_case, a_need_holds_so_many_ids_and_no_more);
	tcase_add_test(test_case, a_list_is_only_answered_with_solved_and_no_other_verdict_is_known);
	tcase_add_test(test_case, every_plan_fits_a_message);
	tcase_add_test(test_case, a_plan_is_a_list_where_that_costs_less);
	tcase_add_test(test_case, a_claimed_difference_beyond_all_bounds_gets_a_list);
	tcase_add_test(test_case, a_plan_has_room_for_the_differences_in_a_part);
	suite_add_tcase(suite, test_case);
	return suite;
}
