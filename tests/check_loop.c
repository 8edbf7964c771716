#include "platform/loop.h"
#include "tests/support/suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct loop *loop;
static char told[64];

static void start(void)
{
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	memset(told, 0, sizeof told);
}

static void stop(void)
{
	loop_close(loop);
}

static void tell(char c)
{
	size_t len = strlen(told);
	ck_assert_uint_lt(len + 1, sizeof told);
	told[len] = c;
}

static void fire(void *owner)
{
	tell(*(const char *)owner);
}

static void ready(void *owner, bool readable, bool writable)
{
	(void)owner; /* there is one */
	tell(readable ? 'r' : 'x');
	if (writable)
		tell('w');
}

START_TEST(the_end_of_a_turn_comes_after_its_callbacks)
{
	int pipes[2];
	ck_assert_int_eq(pipe(pipes), 0);
	struct loop_watch *watch = loop_watch_new(loop, pipes[0], ready, NULL);
	ck_assert_int_eq(loop_watch_set(watch, true, false), ERR_OK);
	struct loop_timer *timer = loop_timer_new(loop, fire, "t");
	loop_timer_set(timer, 0);
	loop_turn_end(loop, fire, "e");
	ck_assert_int_eq(write(pipes[1], "x", 1), 1);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "rte");
	loop_watch_free(watch);
	loop_timer_free(timer);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(a_timer_fires_once_and_not_before_its_time)
{
	struct loop_timer *timer = loop_timer_new(loop, fire, "t");
	loop_timer_set(timer, clock_now().boot_ms + 3600000);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "");
	loop_timer_set(timer, clock_now().boot_ms);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "t");
	loop_timer_free(timer);
}
END_TEST

static struct loop_timer *again;

static void fire_again(void *owner)
{
	fire(owner);
	loop_timer_set(again, 0);
}

START_TEST(a_timer_that_sets_itself_waits_for_the_next_turn)
{
	again = loop_timer_new(loop, fire_again, "a");
	loop_timer_set(again, 0);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "a");
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "aa");
	loop_timer_free(again);
}
END_TEST

static struct loop_timer *victims[2];

static void fire_and_free_both(void *owner)
{
	fire(owner);
	for (unsigned i = 0; i < 2; i++) {
		loop_timer_free(victims[i]);
		victims[i] = NULL;
	}
}

START_TEST(a_timer_may_free_itself_and_another_that_is_due)
{
	for (unsigned i = 0; i < 2; i++) {
		victims[i] = loop_timer_new(loop, fire_and_free_both, "f");
		loop_timer_set(victims[i], 0);
	}
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "f");
}
END_TEST

static struct loop_watch *watches[2];

static void free_both(void *owner, bool readable, bool writable)
{
	(void)readable; /* being called is all that counts */
	(void)writable;
	fire(owner);
	for (unsigned i = 0; i < 2; i++) {
		loop_watch_free(watches[i]);
		watches[i] = NULL;
	}
}

START_TEST(a_watch_may_free_itself_and_another_that_is_ready)
{
	int pipes[2][2];
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(pipe(pipes[i]), 0);
		watches[i] = loop_watch_new(loop, pipes[i][0], free_both, "w");
		ck_assert_int_eq(loop_watch_set(watches[i], true, false), ERR_OK);
		ck_assert_int_eq(write(pipes[i][1], "x", 1), 1);
	}
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_str_eq(told, "w");
	for (unsigned i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}
END_TEST

static void signalled(void *owner, int number)
{
	(void)owner; /* there is one */
	ck_assert_int_eq(number, SIGUSR1);
	tell('s');
	loop_stop(loop);
}

START_TEST(a_signal_ends_the_run_after_its_turn)
{
	ck_assert_int_eq(loop_signal_on(loop, SIGUSR1, signalled, NULL), ERR_OK);
	loop_turn_end(loop, fire, "e");
	ck_assert_int_eq(raise(SIGUSR1), 0);
	ck_assert_int_eq(loop_run(loop), ERR_OK);
	ck_assert_str_eq(told, "se");
}
END_TEST

static struct moment first_seen;

static void look_at_the_clock(void *owner)
{
	(void)owner; /* there is one */
	struct moment now = loop_now(loop);
	ck_assert(first_seen.boot_ms == 0 || first_seen.boot_ms == now.boot_ms);
	first_seen = now;
	while (clock_now().boot_ms <= now.boot_ms)
		;
}

START_TEST(the_moment_stands_still_during_a_turn)
{
	struct loop_timer *timers[3];
	for (unsigned i = 0; i < 3; i++) {
		timers[i] = loop_timer_new(loop, look_at_the_clock, NULL);
		loop_timer_set(timers[i], 0);
	}
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
	ck_assert_uint_gt(loop_now(loop).boot_ms, first_seen.boot_ms);
	for (unsigned i = 0; i < 3; i++)
		loop_timer_free(timers[i]);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("loop");
	TCase *tcase = tcase_create("loop");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, the_end_of_a_turn_comes_after_its_callbacks);
	tcase_add_test(tcase, a_timer_fires_once_and_not_before_its_time);
	tcase_add_test(tcase, a_timer_that_sets_itself_waits_for_the_next_turn);
	tcase_add_test(tcase, a_timer_may_free_itself_and_another_that_is_due);
	tcase_add_test(tcase, a_watch_may_free_itself_and_another_that_is_ready);
	tcase_add_test(tcase, a_signal_ends_the_run_after_its_turn);
	tcase_add_test(tcase, the_moment_stands_still_during_a_turn);
	suite_add_tcase(suite, tcase);
	return suite;
}
