#include "platform/linux/bus.h"
#include "tests/support/fakebluez.h"
#include "tests/support/suite.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TURNS_MAX = 300000, FLOOD = 1000, FLOOD_A_TURN_MAX = 64, WAITING = 4 };

static struct loop *loop;
static struct bus *bus;
static sd_bus *connection;
static uint64_t shift_ms;
static unsigned ups;
static unsigned downs;
static unsigned signals;

/* In place of platform/linux/clock.c: the test moves it on. */
struct moment clock_now(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return (struct moment){.boot_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + shift_ms};
}

static void on_up(void *owner, sd_bus *fresh)
{
	(void)owner; /* everything is static here */
	ups++;
	connection = fresh;
}

static void on_down(void *owner)
{
	(void)owner;
	downs++;
	connection = NULL;
}

static const struct bus_listener listener = {.up = on_up, .down = on_down};

#define TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_msg(turns < TURNS_MAX, "never: %s", #condition); \
		ck_assert_int_eq(loop_run_once(loop), ERR_OK); \
		sched_yield(); /* the bus is another process */ \
	}

static void open_bus(void)
{
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	ck_assert_int_eq(bus_open(&bus, loop, &listener), ERR_OK);
	ck_assert_uint_eq(ups + downs, 0);
}

static void close_bus(void)
{
	bus_close(bus);
	loop_close(loop);
}

static void turn_often(void)
{
	for (unsigned i = 0; i < 100; i++)
		ck_assert_int_eq(loop_run_once(loop), ERR_OK);
}

START_TEST(without_a_bus_it_tries_again_after_growing_pauses)
{
	ck_assert_int_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1), 0);
	open_bus();
	static const uint64_t pauses_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
	for (unsigned i = 0; i < sizeof pauses_ms / sizeof *pauses_ms; i++) {
		TURN_UNTIL(downs == i + 1);
		ck_assert_int_eq(bus_err(bus), ERR_NO_FILE);
		/* The machine may be slow, but not by half a second. */
		shift_ms += pauses_ms[i] - 500;
		turn_often();
		ck_assert_uint_eq(downs, i + 1);
		shift_ms += 500;
	}
	close_bus();
}
END_TEST

START_TEST(a_bus_that_never_answers_holds_nobody_up)
{
	char folder[] = "/tmp/barid-bus-XXXXXX";
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char address[128];
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/bus", folder);
	(void)snprintf(address, sizeof address, "unix:path=%s", at.sun_path);
	ck_assert_int_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1), 0);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server, (const struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(server, 0), 0);
	/* Whoever is not taken in fills what the system keeps for them: a connect() that waits would wait for ever. */
	int waiting[WAITING];
	for (unsigned i = 0; i < WAITING; i++) {
		waiting[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(waiting[i], (const struct sockaddr *)&at, sizeof at); /* some are refused */
	}
	open_bus();
	TURN_UNTIL(downs == 1);
	ck_assert_int_eq(bus_err(bus), ERR_BUSY);
	/* With room it gets in and waits for a word. */
	for (unsigned i = 0; i < WAITING; i++)
		close(waiting[i]);
	int taken = accept(server, NULL, NULL);
	ck_assert_int_ge(taken, 0);
	close(taken);
	shift_ms += 1000;
	turn_often();
	ck_assert_uint_eq(downs, 1);
	ck_assert_uint_eq(ups, 0);
	close_bus();
	close(server);
	ck_assert_int_eq(unlink(at.sun_path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(a_lost_bus_is_found_again)
{
	fakebluez_bus_start();
	open_bus();
	TURN_UNTIL(ups == 1);
	ck_assert_int_eq(bus_err(bus), ERR_OK);
	/* The first pause is the short one again each time. */
	for (unsigned i = 1; i <= 3; i++) {
		fakebluez_bus_kill();
		TURN_UNTIL(downs == i);
		fakebluez_bus_restart();
		shift_ms += 1000;
		TURN_UNTIL(ups == i + 1);
	}
	ck_assert_int_eq(bus_err(bus), ERR_OK);
	close_bus();
	fakebluez_bus_stop();
}
END_TEST

static int on_signal(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	(void)message; /* they are counted */
	(void)owner;
	(void)error;
	signals++;
	return 0;
}

START_TEST(a_flood_takes_many_turns_and_loses_nothing)
{
	fakebluez_bus_start();
	open_bus();
	TURN_UNTIL(ups == 1);
	struct fakebluez fake = {.adapters = {{.name = "hci0", .roles = ""}}};
	fakebluez_start(&fake);
	sd_bus_slot *slot;
	ck_assert_int_ge(sd_bus_match_signal_async(connection, &slot, NULL, NULL, NULL, "PropertiesChanged", on_signal, NULL, NULL), 0);
	bus_settle(bus);
	fakebluez_power(&fake, 0, true);
	for (unsigned turns = 0; signals == 0; turns++) {
		ck_assert_uint_lt(turns, TURNS_MAX);
		ck_assert_int_eq(loop_run_once(loop), ERR_OK);
		fakebluez_power(&fake, 0, true);
		fakebluez_turn(&fake);
	}
	for (unsigned i = 0; i < FLOOD; i++)
		fakebluez_power(&fake, 0, true);
	unsigned most = 0;
	for (unsigned turns = 0; signals < FLOOD; turns++) {
		ck_assert_uint_lt(turns, TURNS_MAX);
		unsigned before = signals;
		ck_assert_int_eq(loop_run_once(loop), ERR_OK);
		if (signals - before > most)
			most = signals - before;
		fakebluez_turn(&fake);
		sched_yield();
	}
	/* One for the file that is ready, one for the connection's own time. */
	ck_assert_uint_le(most, 2 * FLOOD_A_TURN_MAX);
	sd_bus_slot_unref(slot);
	close_bus();
	fakebluez_stop(&fake);
	fakebluez_bus_stop();
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("bus");
	TCase *tcase = tcase_create("bus");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, without_a_bus_it_tries_again_after_growing_pauses);
	tcase_add_test(tcase, a_bus_that_never_answers_holds_nobody_up);
	tcase_add_test(tcase, a_lost_bus_is_found_again);
	tcase_add_test(tcase, a_flood_takes_many_turns_and_loses_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
