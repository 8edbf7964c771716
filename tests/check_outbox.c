#include "node/post/outbox.h"

#include "proto/order.h"

#include "tests/support/suite.h"

#include <string.h>

enum {
	DAY = 3978,
	SMALL = 3, /* added to the first rank of a class and kind: 256 bytes; */
	MIDDLE = 2 /* 512 bytes */
};

static struct catalogue *catalogue;
static struct outbox outbox;
static uint32_t minted;
static const struct wants everything = {.capacity = 255};

static void open_outbox(void)
{
	static const uint8_t secret[CATALOGUE_SECRET_SIZE] = {7, 1, 9, 0x80}; /* half of all tags before the position without a tag, half behind */
	catalogue = catalogue_new(secret);
	ck_assert_ptr_nonnull(catalogue);
	outbox_start(&outbox);
	minted = 0;
}

static void close_outbox(void)
{
	outbox_free(&outbox);
	catalogue_free(catalogue);
}

static uint8_t rank_of(unsigned class, unsigned size)
{
	return (uint8_t)(class * 16 + size);
}

/* A letter that is held; its tag is far from that of the one before. */
static uint32_t put(uint8_t rank, uint16_t day)
{
	uint32_t number = ++minted * 2654435761u;
	struct catalogue_entry entry = {.rank = rank, .day = day, .state = CATALOGUE_HELD, .seq = minted};
	memcpy(entry.tag, &number, sizeof(number));
	uint32_t slot = catalogue_set(catalogue, &entry);
	ck_assert_uint_ne(slot, CATALOGUE_NONE);
	catalogue_keep(catalogue);
	return slot;
}

static void mark(uint32_t slot)
{
	outbox_mark(&outbox, catalogue, slot);
}

static uint32_t put_marked(uint8_t rank, uint16_t day)
{
	uint32_t slot = put(rank, day);
	mark(slot);
	return slot;
}

static uint32_t next(void)
{
	return outbox_next(&outbox, catalogue, &everything);
}

static uint32_t send(void)
{
	uint32_t slot = next();
	if (slot != CATALOGUE_NONE)
		outbox_sent(&outbox, catalogue, slot);
	return slot;
}

static const struct catalogue_entry *entry_of(uint32_t slot)
{
	return catalogue_at(catalogue, slot);
}

START_TEST(letters_leave_by_rank_then_day_then_an_order_that_does_not_depend_on_marking)
{
	enum { LETTERS = 240 }; /* 60 kB: less than a burst */
	open_outbox();
	for (uint32_t i = 0; i < LETTERS; i++)
		put((uint8_t)(i * 7 % 16 * 4 + SMALL), (uint16_t)(DAY + i % 3));
	uint32_t sent[2][LETTERS];
	for (unsigned way = 0; way < 2; way++) {
		outbox_free(&outbox);
		outbox_start(&outbox);
		for (uint32_t i = 0; i < LETTERS; i++)
			mark(way == 0 ? i : LETTERS - 1 - i);
		for (size_t i = 0; i < LETTERS; i++)
			sent[way][i] = send();
		ck_assert_uint_eq(next(), CATALOGUE_NONE);
		ck_assert_uint_eq(outbox.lacks.count, 0);
	}
	ck_assert_mem_eq(sent[0], sent[1], sizeof(sent[0]));
	for (size_t i = 1; i < LETTERS; i++) {
		const struct catalogue_entry *first = entry_of(sent[0][i - 1]), *second = entry_of(sent[0][i]);
		ck_assert(first->rank > second->rank || (first->rank == second->rank && first->day >= second->day));
	}
	close_outbox();
}
END_TEST

START_TEST(an_urgent_letter_marked_later_is_next)
{
	open_outbox();
	for (uint32_t i = 0; i < 60; i++)
		put_marked(rank_of(i % 3, SMALL), DAY);
	for (uint32_t i = 0; i < 40; i++)
		send();
	uint32_t low = put_marked(rank_of(CLASS_URGENT, 0), DAY);
	ck_assert_uint_eq(next(), low);
	uint32_t high = put_marked(rank_of(CLASS_URGENT, SMALL), DAY);
	ck_assert_uint_eq(next(), high); /* before the one that had its turn, too */
	ck_assert_uint_eq(send(), high);
	ck_assert_uint_eq(send(), low);
	ck_assert_uint_lt(entry_of(next())->rank, rank_of(CLASS_URGENT, 0));
	for (uint32_t i = 0; i < 20; i++)
		send();
	ck_assert_uint_eq(next(), CATALOGUE_NONE);
	uint32_t last = put_marked(rank_of(CLASS_URGENT, MIDDLE), DAY);
	ck_assert_uint_eq(send(), last);
	close_outbox();
}
END_TEST

START_TEST(a_newer_urgent_letter_goes_before_the_older_ones_that_wait)
{
	open_outbox();
	for (uint32_t i = 0; i < 50; i++)
		put_marked(rank_of(CLASS_URGENT, SMALL), DAY);
	for (uint32_t i = 0; i < 20; i++)
		send();
	uint32_t newer = put_marked(rank_of(CLASS_URGENT, SMALL), DAY + 1);
	ck_assert_uint_eq(send(), newer);
	for (uint32_t i = 0; i < 30; i++)
		ck_assert_uint_ne(send(), newer);
	ck_assert_uint_eq(next(), CATALOGUE_NONE);
	close_outbox();
}
END_TEST

START_TEST(a_letter_stays_next_until_it_is_sent_or_cleared)
{
	open_outbox();
	for (uint32_t i = 0; i < 30; i++)
		put_marked(rank_of(CLASS_STATUS, SMALL), DAY);
	uint32_t first = next();
	ck_assert_uint_eq(next(), first);
	outbox_clear(&outbox, first);
	uint32_t second = next();
	ck_assert_uint_ne(second, first);
	for (uint32_t slot = 0; slot < 30; slot += 2)
		outbox_clear(&outbox, slot);
	for (uint32_t slot = send(); slot != CATALOGUE_NONE; slot = send())
		ck_assert(slot != first && slot % 2 == 1);
	ck_assert_uint_eq(outbox.lacks.count, 0);
	outbox_clear(&outbox, 29);
	outbox_clear(&outbox, UINT32_MAX - 1); /* a slot it never heard of */
	ck_assert_uint_eq(outbox.lacks.count, 0);
	close_outbox();
}
END_TEST

START_TEST(letters_that_are_not_wanted_are_dropped)
{
	open_outbox();
	const struct wants wants = {.rank = rank_of(CLASS_STATUS, SMALL), .day = DAY + 1, .capacity = 255};
	uint32_t wanted = 0;
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t slot = put_marked((uint8_t)(i % 16 * 4 + SMALL), (uint16_t)(DAY + i / 16 % 3));
		wanted += wants_letter(&wants, entry_of(slot)->rank, entry_of(slot)->day);
	}
	ck_assert(wanted > 100 && wanted < 250);
	for (uint32_t slot = outbox_next(&outbox, catalogue, &wants); slot != CATALOGUE_NONE; slot = outbox_next(&outbox, catalogue, &wants)) {
		ck_assert(wants_letter(&wants, entry_of(slot)->rank, entry_of(slot)->day));
		outbox_sent(&outbox, catalogue, slot);
		wanted--;
	}
	ck_assert_uint_eq(wanted, 0);
	ck_assert_uint_eq(outbox.lacks.count, 0);
	ck_assert_uint_eq(next(), CATALOGUE_NONE); /* and do not come back when more is wanted */
	close_outbox();
}
END_TEST

/* Thousands wait; meanwhile others are marked where the walk has been and where it has not. */
START_TEST(every_letter_marked_before_or_behind_the_walk_leaves_exactly_once)
{
	enum { FIRST = 3000, LATER = 3000, ALL = FIRST + LATER };
	open_outbox();
	uint8_t times[ALL] = {0};
	for (uint32_t i = 0; i < FIRST; i++)
		put_marked((uint8_t)(i * 11 % ORDER_RANKS), (uint16_t)(DAY + i % 7));
	uint32_t later = 0, sent = 0;
	for (uint32_t slot = send(); slot != CATALOGUE_NONE; slot = send()) {
		ck_assert_uint_eq(times[slot]++, 0);
		sent++;
		for (unsigned i = 0; i < 3 && later < LATER && sent % 2 == 0; i++, later++)
			put_marked((uint8_t)(later * 13 % ORDER_RANKS), (uint16_t)(DAY - 3 + later % 13));
	}
	ck_assert_uint_eq(later, LATER);
	ck_assert_uint_eq(sent, ALL);
	ck_assert_uint_eq(outbox.lacks.count, 0);
	close_outbox();
}
END_TEST

/* Bytes that each class sends while there is always more of every class, of the same size. */
struct flow {
	uint64_t bytes[LETTER_TIERS], lesser, all;
};

static void run_flow(struct flow *flow, unsigned first, uint64_t bytes)
{
	for (uint64_t from = flow->all; flow->all - from < bytes;) {
		uint32_t slot = send();
		ck_assert_uint_ne(slot, CATALOGUE_NONE);
		unsigned class = order_tier(entry_of(slot)->rank);
		size_t size = order_size(entry_of(slot)->rank);
		flow->bytes[class] += size;
		flow->all += size;
		flow->lesser += class == first ? 0 : size;
		mark(slot);
	}
}

START_TEST(lesser_letters_get_nothing_within_a_burst_and_two_fifths_after_it)
{
	for (unsigned size = 0; size < 4; size++) {
		for (unsigned first = 1; first < LETTER_TIERS; first++) {
			open_outbox();
			for (uint32_t i = 0; i < 400; i++)
				put_marked(rank_of(i % (first + 1), size), DAY);
			struct flow burst = {.all = 0}, flow = {.all = 0};
			run_flow(&burst, first, OUTBOX_BURST);
			ck_assert_uint_eq(burst.lesser, 0);
			run_flow(&flow, first, 1000000);
			double share = (double)flow.lesser / (double)flow.all;
			ck_assert_msg(share > 0.38 && share < 0.42, "class %u, size %u: %f", first, size, share);
			for (unsigned c = 0; c < first; c++)
				ck_assert_uint_gt(flow.bytes[c], flow.lesser * 8 / 10 / first);
			close_outbox();
		}
	}
}
END_TEST

/* However long urgent letters were alone before. */
START_TEST(lesser_letters_wait_for_one_burst_at_most)
{
	enum { FIRST_SHARE = ENVELOPE_SIZE_MAX * OUTBOX_SHARE_DEN / OUTBOX_SHARE_NUM };
	uint64_t shortest = UINT64_MAX, longest = 0, longest_late = 0;
	for (uint64_t before = 0; before < 300000; before += 7000) {
		open_outbox();
		for (uint32_t i = 0; i < 20; i++)
			put_marked(rank_of(CLASS_URGENT, MIDDLE), DAY);
		struct flow alone = {.all = 0}, both = {.all = 0};
		run_flow(&alone, CLASS_URGENT, before);
		put_marked(rank_of(CLASS_ROUTINE, MIDDLE), DAY);
		while (both.lesser == 0 && both.all < 10 * OUTBOX_BURST)
			run_flow(&both, CLASS_URGENT, 1);
		shortest = both.all < shortest ? both.all : shortest;
		longest = both.all > longest ? both.all : longest;
		if (before > 2 * OUTBOX_BURST && both.all > longest_late)
			longest_late = both.all;
		close_outbox();
	}
	ck_assert_uint_le(longest, OUTBOX_BURST + FIRST_SHARE + 2 * 512);
	ck_assert_uint_gt(longest, OUTBOX_BURST);
	ck_assert_uint_lt(shortest, OUTBOX_BURST);
	ck_assert_uint_gt(longest_late, OUTBOX_BURST * 3 / 4); /* a burst is begun anew when nobody waits */
}
END_TEST

/* Letters that were evicted or purged while they waited: whoever waits for the outbox to empty must not wait for them. */
START_TEST(letters_that_are_no_longer_held_do_not_count_once_the_rest_has_left)
{
	for (unsigned kept = 0; kept < 2; kept++) {
		open_outbox();
		for (uint32_t i = 0; i < 500; i++)
			put_marked(rank_of(i % LETTER_TIERS, SMALL), DAY);
		for (uint32_t slot = 0; slot < 500; slot += 2) {
			struct catalogue_entry gone = *entry_of(slot);
			gone.state = CATALOGUE_KNOWN;
			ck_assert_uint_eq(catalogue_set(catalogue, &gone), slot);
		}
		if (kept)
			catalogue_keep(catalogue);
		uint32_t sent = 0;
		for (uint32_t slot = send(); slot != CATALOGUE_NONE; slot = send(), sent++)
			ck_assert_uint_eq(slot % 2, 1);
		ck_assert_uint_eq(sent, 250);
		ck_assert_uint_eq(outbox.lacks.count, 0);
		close_outbox();
	}
}
END_TEST

/* The last rank of a tier borders on the next tier, and below tier 3 chance alone orders letters of one rank. */
START_TEST(a_letter_of_the_last_rank_of_one_tier_hides_none_of_the_next)
{
	open_outbox();
	for (unsigned round = 0; round < 32; round++) {
		unsigned sent = 0;
		for (unsigned tier = 0; tier < LETTER_TIERS; tier++) {
			put_marked(rank_of(tier, 0), tier == ORDER_TIER_PROVEN ? DAY : 0);
			put_marked(rank_of(tier, SMALL), tier == ORDER_TIER_PROVEN ? DAY : 0);
		}
		for (uint32_t slot; (slot = outbox_next(&outbox, catalogue, &everything)) != CATALOGUE_NONE; sent++)
			outbox_sent(&outbox, catalogue, slot);
		ck_assert_uint_eq(sent, 2 * LETTER_TIERS);
	}
	close_outbox();
}
END_TEST

START_TEST(a_letter_moved_to_where_the_walk_has_passed_leaves_all_the_same)
{
	enum { OTHERS = 200 };
	for (unsigned i = 0; i < 2 * LETTER_TIERS; i++) { /* in the midst of the walk through the tier, and after it */
		unsigned to = i / 2;
		open_outbox();
		for (unsigned k = 0; k < OTHERS; k++)
			put_marked(rank_of(to, SMALL), DAY); /* 50 kB: less than a burst */
		uint32_t moved = put_marked(0, DAY - 1), times = 0;
		for (unsigned k = 0; k < (i % 2 == 0 ? OTHERS / 2 : OTHERS); k++) {
			uint32_t slot = next();
			outbox_sent(&outbox, catalogue, slot == moved ? 0 : slot); /* it must not have its turn yet */
		}
		(void)next(); /* has looked further, and sent nothing */
		struct catalogue_entry there = {.rank = rank_of(to, 15), .day = DAY};
		ck_assert(catalogue_move(catalogue, moved, &there));
		catalogue_keep(catalogue);
		outbox_reorder(&outbox);
		for (uint32_t slot = send(); slot != CATALOGUE_NONE; slot = send())
			times += slot == moved ? 1u : 0u;
		ck_assert_uint_eq(times, 1);
		close_outbox();
	}
}
END_TEST

START_TEST(what_was_asked_for_leaves_whatever_is_wanted)
{
	open_outbox();
	const struct wants little = {.rank = ORDER_RANKS - 1, .day = UINT16_MAX, .capacity = 255};
	uint32_t asked = put(rank_of(0, SMALL), DAY), again;
	put_marked(rank_of(0, SMALL), DAY);
	outbox_ask(&outbox, catalogue, asked);
	ck_assert_uint_eq(outbox_next(&outbox, catalogue, &little), asked);
	outbox_sent(&outbox, catalogue, asked);
	ck_assert_uint_eq(outbox_next(&outbox, catalogue, &little), CATALOGUE_NONE);
	again = asked;
	mark(again); /* lacking, but not asked for any more */
	ck_assert_uint_eq(outbox_next(&outbox, catalogue, &little), CATALOGUE_NONE);
	close_outbox();
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("outbox");
	TCase *test_case = tcase_create("outbox");
	tcase_add_test(test_case, letters_leave_by_rank_then_day_then_an_order_that_does_not_depend_on_marking);
	tcase_add_test(test_case, an_urgent_letter_marked_later_is_next);
	tcase_add_test(test_case, a_newer_urgent_letter_goes_before_the_older_ones_that_wait);
	tcase_add_test(test_case, a_letter_stays_next_until_it_is_sent_or_cleared);
	tcase_add_test(test_case, letters_that_are_not_wanted_are_dropped);
	tcase_add_test(test_case, every_letter_marked_before_or_behind_the_walk_leaves_exactly_once);
	tcase_add_test(test_case, lesser_letters_get_nothing_within_a_burst_and_two_fifths_after_it);
	tcase_add_test(test_case, lesser_letters_wait_for_one_burst_at_most);
	tcase_add_test(test_case, letters_that_are_no_longer_held_do_not_count_once_the_rest_has_left);
	tcase_add_test(test_case, a_letter_of_the_last_rank_of_one_tier_hides_none_of_the_next);
	tcase_add_test(test_case, a_letter_moved_to_where_the_walk_has_passed_leaves_all_the_same);
	tcase_add_test(test_case, what_was_asked_for_leaves_whatever_is_wanted);
	suite_add_tcase(suite, test_case);
	return suite;
}
