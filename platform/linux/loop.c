#include "platform/loop.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { SIGNALS_MAX = 8, HOOKS_MAX = 4 };

struct loop_watch {
	struct event *event;
	struct loop *loop;
	loop_ready *ready;
	void *owner;
	short asked;
	int fd;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *next;
	loop_fire *fire;
	void *owner;
	uint64_t at;
	bool due; /* fires in this turn */
};

struct signal_call {
	struct event *event;
	loop_signal *called;
	void *owner;
};

struct hook {
	loop_fire *call;
	void *owner;
};

/*
 * Timers hang on one timerfd of CLOCK_BOOTTIME instead of libevent's own timers: those stand still while a phone sleeps. It is set to a distance,
 * never to a time, so that a test which shifts the clocks does not shift the wait.
 */
struct loop {
	struct event_base *base;
	int timer_fd;
	struct event *timer_event;
	uint64_t armed; /* what the timerfd is set to, LOOP_NEVER: nothing */
	struct loop_timer *timers;
	struct signal_call signals[SIGNALS_MAX];
	unsigned signal_count;
	struct hook hooks[HOOKS_MAX];
	unsigned hook_count;
	struct moment now;
	bool now_read;
	bool stopping;
};

static void timer_ready(evutil_socket_t fd, short what, void *owner)
{
	struct loop *loop = owner;
	(void)what; /* only reading was asked for */
	uint64_t expirations;
	(void)!read(fd, &expirations, sizeof expirations); /* only to make it silent; run_timers() looks at the clock */
	loop->armed = LOOP_NEVER;
}

enum err loop_open(struct loop **out)
{
	*out = NULL;
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop)
		return ERR_MEMORY;
	loop->armed = LOOP_NEVER;
	loop->base = event_base_new();
	if (!loop->base)
		goto err_1;
	loop->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->timer_fd < 0)
		goto err_2;
	loop->timer_event = event_new(loop->base, loop->timer_fd, EV_READ | EV_PERSIST, timer_ready, loop);
	if (!loop->timer_event)
		goto err_3;
	if (event_add(loop->timer_event, NULL))
		goto err_4;
	*out = loop;
	return ERR_OK;
err_4:
	event_free(loop->timer_event);
err_3:
	close(loop->timer_fd);
err_2:
	event_base_free(loop->base);
err_1:
	free(loop);
	return ERR_MEMORY;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	assert(!loop->timers);
	for (unsigned i = 0; i < loop->signal_count; i++)
		event_free(loop->signals[i].event);
	event_free(loop->timer_event);
	close(loop->timer_fd);
	event_base_free(loop->base);
	free(loop);
}

struct moment loop_now(struct loop *loop)
{
	if (!loop->now_read) {
		loop->now = clock_now();
		loop->now_read = true;
	}
	return loop->now;
}

static void watch_ready(evutil_socket_t fd, short what, void *owner)
{
	struct loop_watch *watch = owner;
	(void)fd; /* the owner knows it */
	watch->ready(watch->owner, what & EV_READ, what & EV_WRITE);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_ready *ready, void *owner)
{
	assert(fd >= 0 && ready);
	struct loop_watch *watch = calloc(1, sizeof *watch);
	if (!watch)
		return NULL;
	*watch = (struct loop_watch){.loop = loop, .ready = ready, .owner = owner, .fd = fd};
	watch->event = event_new(loop->base, fd, EV_READ | EV_PERSIST, watch_ready, watch);
	if (!watch->event) {
		free(watch);
		return NULL;
	}
	return watch;
}

enum err loop_watch_set(struct loop_watch *watch, bool readable, bool writable)
{
	short asked = (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
	if (asked == watch->asked)
		return ERR_OK;
	event_del(watch->event);
	watch->asked = 0;
	if (!asked)
		return ERR_OK;
	if (event_assign(watch->event, watch->loop->base, watch->fd, (short)(asked | EV_PERSIST), watch_ready, watch) ||
	    event_add(watch->event, NULL))
		return ERR_MEMORY;
	watch->asked = asked;
	return ERR_OK;
}

void loop_watch_free(struct loop_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	free(watch);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fire *fire, void *owner)
{
	assert(fire);
	struct loop_timer *timer = calloc(1, sizeof *timer);
	if (!timer)
		return NULL;
	*timer = (struct loop_timer){.loop = loop, .next = loop->timers, .fire = fire, .owner = owner, .at = LOOP_NEVER};
	loop->timers = timer;
	return timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t boot_ms)
{
	timer->at = boot_ms;
	timer->due = false;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	struct loop_timer **at = &timer->loop->timers;
	while (*at && *at != timer)
		at = &(*at)->next;
	assert(*at);
	*at = timer->next;
	free(timer);
}

static void signal_ready(evutil_socket_t number, short what, void *owner)
{
	struct signal_call *call = owner;
	(void)what; /* it is a signal */
	call->called(call->owner, (int)number);
}

enum err loop_signal_on(struct loop *loop, int number, loop_signal *called, void *owner)
{
	assert(loop->signal_count < SIGNALS_MAX);
	struct signal_call *call = &loop->signals[loop->signal_count];
	struct event *event = evsignal_new(loop->base, number, signal_ready, call);
	if (!event)
		return ERR_MEMORY;
	if (event_add(event, NULL)) {
		event_free(event);
		return ERR_MEMORY;
	}
	*call = (struct signal_call){.event = event, .called = called, .owner = owner};
	loop->signal_count++;
	return ERR_OK;
}

void loop_turn_end(struct loop *loop, loop_fire *hook, void *owner)
{
	assert(loop->hook_count < HOOKS_MAX);
	loop->hooks[loop->hook_count++] = (struct hook){hook, owner};
}

static uint64_t earliest_timer(const struct loop *loop)
{
	uint64_t at = LOOP_NEVER;
	for (const struct loop_timer *timer = loop->timers; timer; timer = timer->next)
		if (timer->at < at)
			at = timer->at;
	return at;
}

/* Sets the timerfd to the earliest timer. True if one is due already. */
static bool arm(struct loop *loop)
{
	uint64_t at = earliest_timer(loop);
	uint64_t now = clock_now().boot_ms;
	if (at <= now)
		return true;
	if (at == loop->armed)
		return false;
	struct itimerspec distance = {{0, 0}, {0, 0}};
	if (at != LOOP_NEVER) {
		distance.it_value.tv_sec = (time_t)((at - now) / 1000);
		distance.it_value.tv_nsec = (long)((at - now) % 1000) * 1000000;
	}
	int failed = timerfd_settime(loop->timer_fd, 0, &distance, NULL);
	assert(!failed);
	loop->armed = at;
	return false;
}

static struct loop_timer *next_due(struct loop *loop)
{
	for (struct loop_timer *timer = loop->timers; timer; timer = timer->next)
		if (timer->due)
			return timer;
	return NULL;
}

/* Marks first and calls then, so that a timer set anew by its own call waits for the next turn. */
static void run_timers(struct loop *loop)
{
	uint64_t now = loop_now(loop).boot_ms;
	for (struct loop_timer *timer = loop->timers; timer; timer = timer->next)
		timer->due = timer->at <= now;
	for (struct loop_timer *timer = next_due(loop); timer; timer = next_due(loop)) {
		timer->due = false;
		timer->at = LOOP_NEVER;
		timer->fire(timer->owner);
	}
}

static enum err turn(struct loop *loop, bool wait)
{
	if (arm(loop))
		wait = false;
	loop->now_read = false;
	if (event_base_loop(loop->base, EVLOOP_ONCE | (wait ? 0 : EVLOOP_NONBLOCK)) < 0)
		return ERR_IO;
	run_timers(loop);
	for (unsigned i = 0; i < loop->hook_count; i++)
		loop->hooks[i].call(loop->hooks[i].owner);
	return ERR_OK;
}

enum err loop_run(struct loop *loop)
{
	enum err err = ERR_OK;
	while (!loop->stopping && err == ERR_OK)
		err = turn(loop, true);
	loop->stopping = false;
	return err;
}

enum err loop_run_once(struct loop *loop)
{
	return turn(loop, false);
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
}
