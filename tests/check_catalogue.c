/* The catalogue against a model that looks through everything every time. */
#include "tests/support/suite.h"

#include "node/post/catalogue.h"
#include "node/post/marks.h"
#include "proto/order.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { UNIVERSE_MAX = 12000, SLOTS_MAX = 65536 };

struct place {
	uint8_t rank, pool;
	uint16_t day, group;
};

/* What the catalogue should say of one tag. */
struct fact {
	enum catalogue_state state;
	bool shown;
	uint64_t seq;
	uint32_t slot;
	struct place place;
};

static struct model {
	uint32_t universe, random;
	uint8_t tags[UNIVERSE_MAX][LETTER_TAG_SIZE];
	struct place place[UNIVERSE_MAX];  /* where it is put first */
	struct carried part[UNIVERSE_MAX]; /* what each tag adds when shown, as if in tier 0 */
	struct fact now[UNIVERSE_MAX], before[UNIVERSE_MAX];
	bool changed[UNIVERSE_MAX];
	uint64_t refusals, refusals_before, seq;
	bool waiting[SLOTS_MAX]; /* freed and not recycled */
} model;

static struct catalogue *catalogue;

static uint32_t draw(uint32_t below)
{
	model.random = model.random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)model.random * below >> 32);
}

static void arrange(void)
{
	static const uint8_t order_secret[CATALOGUE_SECRET_SIZE] = {1, 2, 3, 250, 130, 6, 7, 8, 9};
	catalogue = catalogue_new(order_secret);
	ck_assert_ptr_nonnull(catalogue);
	memset(&model, 0, sizeof(model));
	model.random = 7;
}

static void clear(void)
{
	catalogue_free(catalogue);
}

static struct place draw_place(void)
{
	static const uint16_t groups[] = {0, 1, 2, 3, 5, 8, 0x7fff, POOL_KEPT, POOL_KEPT | 1, 40000};
	return (struct place){
		.rank = (uint8_t)draw(ORDER_RANKS),
		.pool = (uint8_t)draw(POOLS),
		.day = (uint16_t)(3000 + draw(3)),
		.group = groups[draw(sizeof(groups) / sizeof(*groups))],
	};
}

static void make_universe(uint32_t universe)
{
	model.universe = universe;
	for (uint32_t i = 0; i < universe; i++) {
		for (size_t k = 0; k < LETTER_TAG_SIZE; k++)
			model.tags[i][k] = (uint8_t)draw(256);
		model.place[i] = draw_place();
		carried_add(&model.part[i], 0, model.tags[i]);
	}
}

/* Where a tag stands in the model, of a slot; every slot in use is somebody's. */
static uint32_t tag_of(uint32_t slot)
{
	for (uint32_t i = 0; i < model.universe; i++)
		if (memcmp(model.tags[i], catalogue_at(catalogue, slot)->tag, LETTER_TAG_SIZE) == 0)
			return i;
	ck_abort_msg("a slot in use has a tag that nobody gave");
}

static void will_change(uint32_t i)
{
	if (!model.changed[i])
		model.before[i] = model.now[i];
	model.changed[i] = true;
}

static void forget_in_model(uint32_t i)
{
	will_change(i);
	model.waiting[model.now[i].slot] = true;
	model.now[i] = (struct fact){.state = CATALOGUE_FREE};
}

static void set(uint32_t i, enum catalogue_state state)
{
	struct fact *fact = &model.now[i];
	struct place place = fact->state == CATALOGUE_FREE ? model.place[i] : fact->place;
	struct catalogue_entry entry = {.rank = place.rank, .day = place.day, .group = place.group, .state = (uint8_t)(state & 0xf)};
	entry.seq = ++model.seq & CATALOGUE_SEQ_MAX;
	entry.pool = place.pool & 7u;
	memcpy(entry.tag, model.tags[i], LETTER_TAG_SIZE);
	uint32_t slot = catalogue_set(catalogue, &entry);
	ck_assert_uint_lt(slot, SLOTS_MAX);
	will_change(i);
	if (fact->state == CATALOGUE_FREE)
		ck_assert(!model.waiting[slot]);
	else
		ck_assert_uint_eq(slot, fact->slot);
	*fact = (struct fact){.state = state, .shown = state != CATALOGUE_KNOWN, .seq = model.seq, .slot = slot, .place = place};
	if (state == CATALOGUE_KNOWN)
		fact->seq = 0;
	if (state != CATALOGUE_REFUSED)
		return;
	fact->seq = model.refusals++;
	for (uint32_t k = 0; k < model.universe; k++)
		if (model.now[k].state == CATALOGUE_REFUSED && model.now[k].seq + CATALOGUE_REFUSED_MAX == fact->seq)
			forget_in_model(k);
}

static void move(uint32_t i)
{
	struct fact *fact = &model.now[i];
	struct catalogue_entry entry = {.state = CATALOGUE_HELD};
	will_change(i);
	fact->place = draw_place();
	entry.rank = fact->place.rank;
	entry.day = fact->place.day;
	entry.pool = fact->place.pool & 7u;
	entry.group = fact->place.group;
	ck_assert(catalogue_move(catalogue, fact->slot, &entry));
	ck_assert(catalogue_reordered(catalogue));
}

static void keep(void)
{
	catalogue_keep(catalogue);
	memset(model.changed, 0, sizeof(model.changed));
	model.refusals_before = model.refusals;
}

static void undo(void)
{
	catalogue_undo(catalogue);
	for (uint32_t i = 0; i < model.universe; i++) {
		if (!model.changed[i])
			continue;
		if (model.now[i].state != CATALOGUE_FREE)
			model.waiting[model.now[i].slot] = true;
		model.now[i] = model.before[i];
		if (model.now[i].state != CATALOGUE_FREE)
			model.waiting[model.now[i].slot] = false;
		model.changed[i] = false;
	}
	model.refusals = model.refusals_before;
}

static void check_entries(void)
{
	uint32_t known = 0, held[LETTER_CLASSES] = {0};
	uint64_t held_sum = 0;
	uint64_t bytes = 0;
	struct carried shown = {.count = {0}};
	for (uint32_t i = 0; i < model.universe; i++) {
		const struct fact *fact = &model.now[i];
		uint32_t slot = catalogue_find(catalogue, model.tags[i]);
		if (fact->state == CATALOGUE_FREE) {
			ck_assert_uint_eq(slot, CATALOGUE_NONE);
			continue;
		}
		ck_assert_uint_eq(slot, fact->slot);
		const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
		ck_assert(entry->state == fact->state && entry->shown == fact->shown && entry->seq == fact->seq);
		ck_assert(entry->rank == fact->place.rank && entry->day == fact->place.day);
		ck_assert(entry->pool == fact->place.pool && entry->group == fact->place.group);
		known += fact->state == CATALOGUE_KNOWN;
		held[order_class(entry->rank)] += fact->state == CATALOGUE_HELD;
		uint64_t word;
		memcpy(&word, model.tags[i], sizeof(word));
		held_sum += fact->state == CATALOGUE_HELD ? word : 0;
		bytes += fact->state == CATALOGUE_HELD ? order_size(entry->rank) : 0;
		uint8_t tier = order_tier(entry->rank);
		shown.count[tier] += fact->shown;
		for (size_t lane = 0; fact->shown && lane < CARRIED_LANES; lane++)
			shown.sum[tier][lane] += model.part[i].sum[0][lane];
	}
	ck_assert_uint_eq(catalogue_known(catalogue), known);
	ck_assert_uint_eq(catalogue_bytes(catalogue), bytes);
	ck_assert_uint_eq(catalogue_held_sum(catalogue), held_sum);
	for (unsigned c = 0; c < LETTER_CLASSES; c++)
		ck_assert_uint_eq(catalogue_held(catalogue, (enum letter_class)c), held[c]);
	ck_assert_mem_eq(catalogue_shown(catalogue), &shown, sizeof(shown));
}

/* Of the letters HELD, in their order, what one group holds but for some that are thought gone, and which is its last. */
static void check_group(const uint32_t *all, size_t n, const struct catalogue_gone *gone, unsigned pool, uint16_t group, uint64_t *bytes)
{
	uint32_t last = CATALOGUE_NONE;
	*bytes = 0;
	for (size_t i = 0; i < n; i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, all[i]);
		bool is_gone = false;
		for (size_t g = 0; g < gone->count; g++)
			is_gone |= gone->slots[g] == all[i];
		if (entry->pool != pool || entry->group != group || is_gone)
			continue;
		last = all[i];
		*bytes += order_size(entry->rank);
	}
	ck_assert_uint_eq(catalogue_group_bytes(catalogue, (enum pool)pool, group, gone), *bytes);
	ck_assert_uint_eq(catalogue_last_of(catalogue, (enum pool)pool, group, gone), last);
}

static void check_groups(const uint32_t *all, size_t n)
{
	static const uint16_t groups[] = {0, 1, 2, 3, 5, 8, 0x7fff, POOL_KEPT, POOL_KEPT | 1, 40000};
	struct catalogue_gone nothing = {.count = 0}, some = {.slots = all, .count = n < 20 ? n : 20};
	unsigned pool = draw(POOLS);
	uint64_t sum = 0, bytes, most = 0, most_said;
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		check_group(all, n, &nothing, pool, groups[g], &bytes);
		sum += bytes;
		check_group(all, n, &some, pool, groups[g], &bytes);
		if (bytes > most && !(pool == POOL_AUTHORITY && (groups[g] & POOL_KEPT) != 0))
			most = bytes;
	}
	ck_assert_uint_eq(catalogue_pool_bytes(catalogue, (enum pool)pool), sum);
	uint16_t heaviest;
	ck_assert(catalogue_heaviest_group(catalogue, (enum pool)pool, &some, &heaviest, &most_said) == (most > 0));
	ck_assert_uint_eq(most_said, most);
	ck_assert(most == 0 || catalogue_group_bytes(catalogue, (enum pool)pool, heaviest, &some) == most);
}

/* Walks everything in steps of all sizes; every letter HELD is met once, each after the one before it. */
static void check_order(void)
{
	static uint32_t all[UNIVERSE_MAX + 64];
	size_t n = 0, held = 0;
	struct catalogue_position at = {.rank = ORDER_RANKS};
	for (size_t got = 1; got > 0; n += got) {
		ck_assert_uint_lt(n, UNIVERSE_MAX);
		got = catalogue_walk(catalogue, draw(2) == 0 && n == 0 ? NULL : &at, all + n, 1 + draw(64));
		if (got > 0)
			at = catalogue_position(catalogue, all[n + got - 1]);
	}
	for (uint32_t i = 0; i < model.universe; i++)
		held += model.now[i].state == CATALOGUE_HELD;
	ck_assert_uint_eq(n, held);
	for (uint8_t tier = 0; tier < LETTER_TIERS; tier++) {
		uint32_t last = CATALOGUE_NONE;
		for (size_t i = 0; i < n; i++)
			if (order_tier(catalogue_at(catalogue, all[i])->rank) == tier)
				last = all[i];
		ck_assert_uint_eq(catalogue_last_of_tier(catalogue, tier), last);
	}
	check_groups(all, n);
	for (size_t i = 0; i < n; i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, all[i]);
		ck_assert_int_eq(entry->state, CATALOGUE_HELD);
		if (i == 0)
			continue;
		const struct catalogue_entry *last = catalogue_at(catalogue, all[i - 1]);
		ck_assert(last->rank > entry->rank || (last->rank == entry->rank && last->day >= entry->day));
		struct catalogue_position a = catalogue_position(catalogue, all[i - 1]), b = catalogue_position(catalogue, all[i]);
		ck_assert(catalogue_before(catalogue, &a, &b) && !catalogue_before(catalogue, &b, &a));
	}
}

/* The next marked letter of a tier is the one that a walk would find, and the position moves to the letter HELD just before it. */
static void check_next_marked(uint32_t i)
{
	struct catalogue_position from = {.rank = model.place[i].rank, .day = model.place[i].day};
	memcpy(from.tag, model.tags[i], LETTER_TAG_SIZE);
	struct marks marks = {.words = NULL};
	for (uint32_t slot = 0, every = 1 + draw(40); slot < catalogue_slots(catalogue); slot++)
		if (draw(every) == 0)
			ck_assert(marks_set(&marks, slot));
	struct catalogue_position at = from, walked = from;
	uint8_t tier = order_tier(from.rank);
	uint32_t slot, expected = CATALOGUE_NONE;
	while (catalogue_walk(catalogue, &walked, &slot, 1) == 1 && order_tier(catalogue_at(catalogue, slot)->rank) == tier) {
		if (marks_has(&marks, slot)) {
			expected = slot;
			break;
		}
		walked = catalogue_position(catalogue, slot);
	}
	ck_assert_uint_eq(catalogue_next_marked(catalogue, &at, tier, &marks), expected);
	const struct catalogue_position *stands = expected == CATALOGUE_NONE ? &from : &walked;
	ck_assert(!catalogue_before(catalogue, &at, stands) && !catalogue_before(catalogue, stands, &at));
	marks_free(&marks);
}

/* From any position, of a letter held or not, the walk begins with the first letter after it. */
static void check_walk_from(uint32_t i)
{
	struct catalogue_position from = {.rank = model.place[i].rank, .day = model.place[i].day}, first, other;
	memcpy(from.tag, model.tags[i], LETTER_TAG_SIZE);
	uint32_t slot;
	bool found = catalogue_walk(catalogue, &from, &slot, 1) == 1;
	if (found) {
		first = catalogue_position(catalogue, slot);
		ck_assert(catalogue_before(catalogue, &from, &first));
	}
	for (uint32_t k = 0; k < model.universe; k++) {
		if (model.now[k].state != CATALOGUE_HELD)
			continue;
		other = catalogue_position(catalogue, model.now[k].slot);
		if (catalogue_before(catalogue, &from, &other))
			ck_assert(found && !catalogue_before(catalogue, &other, &first));
	}
}

static void check_freed_and_recycle(void)
{
	size_t count, waiting = 0;
	const uint32_t *freed = catalogue_freed(catalogue, &count);
	for (size_t i = 0; i < SLOTS_MAX; i++)
		waiting += model.waiting[i];
	ck_assert_uint_eq(count, waiting);
	for (size_t i = 0; i < count; i++) {
		ck_assert(model.waiting[freed[i]]);
		ck_assert_int_eq(catalogue_at(catalogue, freed[i])->state, CATALOGUE_FREE);
		model.waiting[freed[i]] = false;
	}
	catalogue_recycle(catalogue);
}

static void change_one(uint32_t held_of_ten)
{
	uint32_t i = draw(model.universe), what = draw(10);
	if (what < held_of_ten)
		set(i, CATALOGUE_HELD);
	else if (what < 7)
		set(i, CATALOGUE_REFUSED);
	else if (what == 7)
		set(i, CATALOGUE_KNOWN);
	else if (model.now[i].state == CATALOGUE_FREE)
		return;
	else if (what == 8) {
		ck_assert(catalogue_forget(catalogue, model.now[i].slot));
		forget_in_model(i);
	} else if (draw(2) == 0 && model.now[i].state == CATALOGUE_HELD) {
		move(i);
	} else {
		model.now[i].shown = draw(2) == 0;
		catalogue_show(catalogue, model.now[i].slot, model.now[i].shown);
	}
}

static void play(uint32_t universe, uint32_t rounds, uint32_t changes, uint32_t held_of_ten)
{
	make_universe(universe);
	for (uint32_t round = 0; round < rounds; round++) {
		uint32_t n = draw(changes);
		for (uint32_t k = 0; k < n; k++)
			change_one(held_of_ten);
		if (draw(4) == 0) {
			check_entries();
			check_order();
		}
		if (draw(3) == 0)
			undo();
		else
			keep();
		check_entries();
		check_order();
		check_walk_from(draw(universe));
		check_next_marked(draw(universe));
		if (draw(2) == 0)
			check_freed_and_recycle();
	}
	ck_assert_uint_le(catalogue_slots(catalogue), universe + 4 * changes); /* slots are used again */
	for (uint32_t slot = 0; slot < catalogue_slots(catalogue); slot += 97)
		if (catalogue_at(catalogue, slot)->state != CATALOGUE_FREE)
			ck_assert_uint_eq(model.now[tag_of(slot)].slot, slot);
}

START_TEST(a_small_catalogue_that_changes_much_is_what_the_model_says)
{
	play(150, 1500, 60, 4);
}
END_TEST

START_TEST(a_large_catalogue_is_what_the_model_says)
{
	play(8000, 30, 3000, 6);
}
END_TEST

START_TEST(refusals_are_forgotten_oldest_first_and_come_back_when_undone)
{
	play(12000, 30, 3000, 1);
}
END_TEST

START_TEST(everything_held_can_go_from_the_end_in_one_turn_and_come_back)
{
	make_universe(6000);
	for (uint32_t i = 0; i < 6000; i++)
		set(i, CATALOGUE_HELD);
	keep();
	struct catalogue_gone nothing = {.count = 0};
	uint16_t group;
	uint64_t bytes;
	for (unsigned pool = 0; pool < POOLS; pool++)
		while (catalogue_heaviest_group(catalogue, (enum pool)pool, &nothing, &group, &bytes))
			ck_assert(catalogue_forget(catalogue, catalogue_last_of(catalogue, (enum pool)pool, group, &nothing)));
	for (uint32_t i = 0; i < 6000; i++) /* what is kept for ever */
		if (model.place[i].pool == POOL_AUTHORITY && (model.place[i].group & POOL_KEPT) != 0)
			ck_assert(catalogue_forget(catalogue, model.now[i].slot));
	ck_assert_uint_eq(catalogue_walk(catalogue, NULL, &(uint32_t){0}, 1), 0);
	catalogue_undo(catalogue);
	check_entries();
	check_order();
	for (uint32_t i = 0; i < 6000; i++) {
		ck_assert(catalogue_forget(catalogue, model.now[i].slot));
		forget_in_model(i);
	}
	keep();
	check_entries();
	check_order();
	check_freed_and_recycle();
}
END_TEST

START_TEST(moved_letters_go_back_to_places_that_others_have_filled)
{
	enum { HELD = 8192, STEP = 64, MOVED = HELD / STEP };
	make_universe(HELD + MOVED);
	for (uint32_t i = 0; i < HELD + MOVED; i++) /* each behind the one before: blocks are filled to the last place */
		model.place[i] =
			(struct place){.rank = 10, .pool = POOL_CRIES, .day = (uint16_t)(60000 - (i < HELD ? i : (i - HELD) * STEP)), .group = 1};
	for (uint32_t i = 0; i < HELD; i++)
		set(i, CATALOGUE_HELD);
	keep();
	for (uint32_t i = 0; i < MOVED; i++)
		move(i * STEP);
	for (uint32_t i = HELD; i < HELD + MOVED; i++)
		set(i, CATALOGUE_HELD);
	check_entries();
	undo();
	check_entries();
	check_order();
}
END_TEST

START_TEST(a_tag_set_with_another_rank_goes_back_to_the_old_one)
{
	struct catalogue_entry entry = {.seq = 1, .rank = 5, .day = 3, .state = CATALOGUE_KNOWN};
	uint32_t slot = catalogue_set(catalogue, &entry);
	catalogue_keep(catalogue);
	entry.rank = 60;
	entry.state = CATALOGUE_HELD;
	ck_assert_uint_eq(catalogue_set(catalogue, &entry), slot);
	ck_assert_uint_eq(catalogue_last_of_tier(catalogue, 3), slot);
	catalogue_undo(catalogue);
	ck_assert(catalogue_at(catalogue, slot)->rank == 5 && catalogue_at(catalogue, slot)->state == CATALOGUE_KNOWN);
	ck_assert_uint_eq(catalogue_last_of_tier(catalogue, 3), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_walk(catalogue, NULL, &slot, 1), 0);
}
END_TEST

START_TEST(equal_letters_stand_in_an_order_that_the_secret_makes)
{
	static const uint8_t other_secret[CATALOGUE_SECRET_SIZE] = {0x55, 0xaa, 0x0f, 0x33, 0xcc, 0xf0, 0x11, 0x99};
	struct catalogue *other = catalogue_new(other_secret);
	uint32_t here[100], there[100];
	for (uint32_t i = 0; i < 100; i++) {
		struct catalogue_entry entry = {.tag = {(uint8_t)draw(256)}, .seq = i + 1, .rank = 7, .state = CATALOGUE_HELD};
		ck_assert_uint_eq(catalogue_set(catalogue, &entry), catalogue_set(other, &entry));
	}
	size_t n = catalogue_walk(catalogue, NULL, here, 100);
	ck_assert_uint_eq(catalogue_walk(other, NULL, there, 100), n);
	ck_assert_mem_ne(here, there, n * sizeof(*here));
	catalogue_free(other);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
START_TEST(a_letter_costs_at_most_52_bytes)
{
	enum { LETTERS = 100000, TURN = 256 };
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (uint32_t i = 0; i < LETTERS; i++) {
		struct catalogue_entry entry = {
			.seq = i + 1, .rank = (uint8_t)(i % 4 * 16 + 2), .day = (uint16_t)(i / 20000), .state = CATALOGUE_HELD};
		for (size_t k = 0; k < LETTER_TAG_SIZE; k++)
			entry.tag[k] = (uint8_t)draw(256);
		ck_assert_uint_ne(catalogue_set(catalogue, &entry), CATALOGUE_NONE);
		if (i % TURN == 0)
			catalogue_keep(catalogue);
	}
	catalogue_keep(catalogue);
	size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
	ck_assert_uint_gt(after - before, LETTERS * sizeof(struct catalogue_entry));
	ck_assert_uint_le(after - before, LETTERS * 52);
}
END_TEST
#endif

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("catalogue");
	TCase *test_case = tcase_create("catalogue");
	tcase_set_timeout(test_case, 30);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, a_small_catalogue_that_changes_much_is_what_the_model_says);
	tcase_add_test(test_case, a_large_catalogue_is_what_the_model_says);
	tcase_add_test(test_case, refusals_are_forgotten_oldest_first_and_come_back_when_undone);
	tcase_add_test(test_case, everything_held_can_go_from_the_end_in_one_turn_and_come_back);
	tcase_add_test(test_case, moved_letters_go_back_to_places_that_others_have_filled);
	tcase_add_test(test_case, a_tag_set_with_another_rank_goes_back_to_the_old_one);
	tcase_add_test(test_case, equal_letters_stand_in_an_order_that_the_secret_makes);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(test_case, a_letter_costs_at_most_52_bytes);
#endif
	suite_add_tcase(suite, test_case);
	return suite;
}
