#include "platform/sim/agenda.h"
#include "platform/sim/fate.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS = 2000, CHANGES = 100000, SPANS = 3, BEGIN_US = 700 };

/* Within a page of the agenda, over some of them, and over rounds of them all. */
static const uint32_t spans_us[SPANS] = {5000, 3000000, 200000000};

struct thing {
	struct agenda_item item;
	unsigned number;
	bool is_set;
	uint64_t at_us, order; /* what the test believes */
};

static struct agenda *agenda;
static unsigned happened[ITEMS], happened_count;
static struct thing things[ITEMS];

static void note(void *owner)
{
	const struct thing *thing = owner;
	ck_assert(!agenda_is_set(&thing->item));
	ck_assert_uint_lt(happened_count, ITEMS);
	happened[happened_count++] = thing->number;
}

static void start(void)
{
	agenda = agenda_new(BEGIN_US);
	happened_count = 0;
	memset(things, 0, sizeof things);
	for (unsigned i = 0; i < ITEMS; i++) {
		things[i].number = i;
		things[i].item.happen = note;
		things[i].item.owner = &things[i];
	}
}

static void stop(void)
{
	agenda_free(agenda);
}

START_TEST(things_happen_in_order_and_time_moves_with_them)
{
	ck_assert_uint_eq(agenda_now_us(agenda), BEGIN_US);
	agenda_set(agenda, &things[0].item, 3000);
	agenda_set(agenda, &things[1].item, 1000);
	agenda_set(agenda, &things[2].item, 2000);
	ck_assert(agenda_step(agenda, 2500));
	ck_assert_uint_eq(agenda_now_us(agenda), 1000);
	ck_assert(agenda_step(agenda, 2500));
	ck_assert(!agenda_step(agenda, 2500));
	ck_assert_uint_eq(agenda_now_us(agenda), 2500);
	ck_assert_uint_eq(agenda_now_ms(agenda), 2);
	ck_assert(agenda_step(agenda, 3000));
	ck_assert_uint_eq(happened[0], 1);
	ck_assert_uint_eq(happened[1], 2);
	ck_assert_uint_eq(happened[2], 0);
	ck_assert_uint_eq(agenda_count(agenda), 3);
	ck_assert(!agenda_step(agenda, 1000));
	ck_assert_uint_eq(agenda_now_us(agenda), 3000);
}
END_TEST

START_TEST(of_one_moment_what_was_set_first_happens_first)
{
	for (unsigned i = 0; i < 100; i++)
		agenda_set(agenda, &things[i * 7 % 100].item, 5000);
	agenda_set(agenda, &things[0].item, 5000); /* set anew: it is the last now */
	while (agenda_step(agenda, 5000))
		;
	ck_assert_uint_eq(happened_count, 100);
	for (unsigned i = 1; i < 100; i++)
		ck_assert_uint_eq(happened[i - 1], i * 7 % 100);
	ck_assert_uint_eq(happened[99], 0);
}
END_TEST

START_TEST(what_is_past_is_now_and_never_is_never)
{
	agenda_set(agenda, &things[0].item, 1);
	agenda_set(agenda, &things[1].item, AGENDA_NEVER);
	ck_assert(!agenda_is_set(&things[1].item));
	ck_assert(agenda_step(agenda, BEGIN_US));
	ck_assert_uint_eq(agenda_now_us(agenda), BEGIN_US);
	agenda_set(agenda, &things[2].item, 9000);
	agenda_set(agenda, &things[2].item, AGENDA_NEVER);
	agenda_clear(agenda, &things[2].item);
	ck_assert(!agenda_step(agenda, UINT64_MAX - 1));
	ck_assert_uint_eq(happened_count, 1);
}
END_TEST

static void again(void *owner)
{
	struct thing *thing = owner;
	note(owner);
	if (happened_count < 3)
		agenda_set(agenda, &thing->item, agenda_now_us(agenda));
	agenda_clear(agenda, &things[1].item);
}

/* Thousands of years off: nobody waits for all the time in between. */
START_TEST(what_is_far_off_is_found_at_once)
{
	const uint64_t age_us = UINT64_C(100000000000000000);
	for (unsigned i = 0; i < 100; i++)
		agenda_set(agenda, &things[i].item, (100 - i) * age_us);
	ck_assert(!agenda_step(agenda, age_us - 1));
	for (unsigned i = 0; i < 100; i++) {
		ck_assert(agenda_step(agenda, UINT64_MAX - 1));
		ck_assert_uint_eq(happened[i], 99 - i);
		ck_assert_uint_eq(agenda_now_us(agenda), (i + 1) * age_us);
	}
	agenda_set(agenda, &things[0].item, agenda_now_us(agenda) + 1);
	ck_assert(agenda_step(agenda, UINT64_MAX - 1));
	ck_assert(!agenda_step(agenda, UINT64_MAX - 1));
}
END_TEST

START_TEST(what_happens_may_set_itself_and_clear_others)
{
	things[0].item.happen = again;
	agenda_set(agenda, &things[0].item, 1000);
	agenda_set(agenda, &things[1].item, 1000);
	while (agenda_step(agenda, 1000))
		;
	ck_assert_uint_eq(happened_count, 3);
	ck_assert(!agenda_is_set(&things[1].item));
}
END_TEST

/* Sets 60 and clears 20 of them; its own place is the first one's. */
static void upset(void *owner)
{
	(void)owner;
	happened_count++;
	agenda_clear(agenda, &things[70].item);
	for (unsigned i = 1; i <= 60; i++)
		agenda_set(agenda, &things[i].item, 1000 + i * 37 % 60 * 100);
	for (unsigned i = 1; i <= 60; i += 3)
		agenda_clear(agenda, &things[i].item);
}

START_TEST(what_happens_may_upset_everything)
{
	things[0].item.happen = upset;
	agenda_set(agenda, &things[0].item, 1000);
	for (unsigned i = 61; i < 100; i++)
		agenda_set(agenda, &things[i].item, 1000 + i * 41 % 60 * 100);
	uint64_t before = 0;
	while (agenda_step(agenda, 10000)) {
		ck_assert_uint_ge(agenda_now_us(agenda), before);
		before = agenda_now_us(agenda);
	}
	ck_assert_uint_eq(happened_count, 1 + 40 + 38);
	for (unsigned i = 0; i < 100; i++)
		ck_assert(!agenda_is_set(&things[i].item));
}
END_TEST

START_TEST(a_forgotten_item_is_not_set)
{
	struct agenda *other = agenda_new(0);
	struct agenda_item item = {.happen = note, .owner = &things[0]};
	agenda_set(other, &item, 5);
	agenda_free(other);
	ck_assert(!agenda_is_set(&item));
	agenda_free(NULL);
}
END_TEST

/* The one that the test believes to be next. */
static struct thing *first_of_list(void)
{
	struct thing *first = NULL;
	for (unsigned i = 0; i < ITEMS; i++) {
		struct thing *thing = &things[i];
		if (!thing->is_set)
			continue;
		bool before = !first || thing->at_us < first->at_us || (thing->at_us == first->at_us && thing->order < first->order);
		first = before ? thing : first;
	}
	return first;
}

START_TEST(a_hundred_thousand_changes_agree_with_a_list)
{
	struct fate fate;
	uint64_t orders = 0;
	fate_seed(&fate, 1, 1);
	for (unsigned i = 0; i < CHANGES; i++) {
		struct thing *thing = &things[fate_below(&fate, ITEMS)];
		uint32_t what = fate_below(&fate, 8);
		if (what == 0) {
			agenda_clear(agenda, &thing->item);
			thing->is_set = false;
		} else if (what < 6) {
			thing->at_us = agenda_now_us(agenda) + fate_below(&fate, spans_us[fate_below(&fate, SPANS)]);
			thing->order = orders++;
			thing->is_set = true;
			agenda_set(agenda, &thing->item, thing->at_us);
		} else {
			struct thing *first = first_of_list();
			happened_count = 0;
			if (!first)
				continue;
			first->is_set = false;
			ck_assert(agenda_step(agenda, UINT64_MAX - 1));
			ck_assert_uint_eq(happened[0], first->number);
			ck_assert_uint_eq(agenda_now_us(agenda), first->at_us);
		}
		ck_assert(agenda_is_set(&thing->item) == thing->is_set);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("agenda");
	TCase *tcase = tcase_create("agenda");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, things_happen_in_order_and_time_moves_with_them);
	tcase_add_test(tcase, of_one_moment_what_was_set_first_happens_first);
	tcase_add_test(tcase, what_is_past_is_now_and_never_is_never);
	tcase_add_test(tcase, what_is_far_off_is_found_at_once);
	tcase_add_test(tcase, what_happens_may_set_itself_and_clear_others);
	tcase_add_test(tcase, what_happens_may_upset_everything);
	tcase_add_test(tcase, a_forgotten_item_is_not_set);
	tcase_add_test(tcase, a_hundred_thousand_changes_agree_with_a_list);
	suite_add_tcase(suite, tcase);
	return suite;
}
