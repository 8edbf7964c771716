#ifndef BARID_PLATFORM_LOOP_H
#define BARID_PLATFORM_LOOP_H
/*
 * The loop of a program: waits for files, timers and signals, calls back, and once every callback of one turn has run calls the turn-end hooks. All
 * callbacks run on the thread that runs the loop. It wakes only for something asked for; there is no tick. Any watch, timer or hook may be freed or
 * changed from any callback, itself included.
 */

#include "platform/clock.h"
#include "platform/error.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct loop_timer;

#define LOOP_NEVER UINT64_MAX

enum err loop_open(struct loop **loop);
/* Free watches and timers first. Takes NULL. */
void loop_close(struct loop *loop);

/* The moment of this turn: read once, at the first call of a turn. */
struct moment loop_now(struct loop *loop);

/* What a file is ready for. An error or a hang-up makes whatever is watched ready. */
typedef void loop_ready(void *owner, bool readable, bool writable);
/* Watches a non-blocking file; nothing at first. NULL: no memory. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_ready *ready, void *owner);
/* What to be called for from now on. Calls without a change cost nothing. */
enum err loop_watch_set(struct loop_watch *watch, bool readable, bool writable);
/* The file is the caller's to close, after this. Takes NULL. */
void loop_watch_free(struct loop_watch *watch);

typedef void loop_fire(void *owner);
/* A timer that fires once for each time it is set. NULL: no memory. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_fire *fire, void *owner);
/* Fires on the first turn at or after boot_ms, in a turn after this one; LOOP_NEVER stops it. Time asleep counts, but a timer wakes no sleeping
 * machine. */
void loop_timer_set(struct loop_timer *timer, uint64_t boot_ms);
void loop_timer_free(struct loop_timer *timer);

typedef void loop_signal(void *owner, int number);
/* Calls back for a signal, outside signal context. At most 8 signals. */
enum err loop_signal_on(struct loop *loop, int number, loop_signal *called, void *owner);

/* Calls back at the end of every turn, in the order given. At most 4 hooks. */
void loop_turn_end(struct loop *loop, loop_fire *hook, void *owner);

/* Turns until loop_stop(). ERR_IO: the system would not wait any more. */
enum err loop_run(struct loop *loop);
/* One turn that does not wait; for tests. */
enum err loop_run_once(struct loop *loop);
/* Ends loop_run() after this turn and its hooks. */
void loop_stop(struct loop *loop);

#endif
