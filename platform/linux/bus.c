#include "platform/linux/bus.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

enum { MESSAGES_A_TURN = 64, RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 30000 };

static const char address_default[] = "unix:path=/run/dbus/system_bus_socket";

struct bus {
	struct loop *loop;
	const struct bus_listener *listener;
	sd_bus *connection;
	struct loop_watch *watch;
	struct loop_timer *timer; /* connected: the connection's own; otherwise: until the next attempt */
	uint64_t retry_ms;
	int fd; /* what the watch watches */
	bool up;
	enum err err;
};

static void ready(void *owner, bool readable, bool writable);

static void disconnect(struct bus *bus)
{
	/* The watch first: the connection closes the file. */
	loop_watch_free(bus->watch);
	bus->watch = NULL;
	bus->fd = -1;
	bus->up = false;
	sd_bus_close_unref(bus->connection);
	bus->connection = NULL;
}

static void lose(struct bus *bus, int error)
{
	bus->err = err_from_errno(-error);
	bus->up = false;
	loop_timer_set(bus->timer, loop_now(bus->loop).boot_ms + bus->retry_ms);
	bus->retry_ms = bus->retry_ms * 2 < RETRY_MOST_MS ? bus->retry_ms * 2 : RETRY_MOST_MS;
	bus->listener->down(bus->listener->owner);
	disconnect(bus);
}

/* sd-bus counts on a clock that stands still while the machine sleeps, the loop on one that does not: only distances can be handed over. */
static uint64_t boot_ms_of(const struct bus *bus, uint64_t monotonic_us)
{
	struct timespec now;
	int failed = clock_gettime(CLOCK_MONOTONIC, &now);
	assert(!failed);
	uint64_t now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return loop_now(bus->loop).boot_ms + (monotonic_us > now_us ? (monotonic_us - now_us) / 1000 + 1 : 0);
}

static int wait_on(struct bus *bus, int fd, int events)
{
	/* While it connects, sd-bus may try another file under the number of the one before, which epoll has forgotten. */
	if (fd != bus->fd || !bus->up) {
		loop_watch_free(bus->watch);
		bus->fd = fd;
		bus->watch = loop_watch_new(bus->loop, fd, ready, bus);
	}
	if (!bus->watch || loop_watch_set(bus->watch, events & POLLIN, events & POLLOUT) != ERR_OK)
		return -ENOMEM;
	return 0;
}

static int arm(struct bus *bus)
{
	int fd = sd_bus_get_fd(bus->connection);
	int events = sd_bus_get_events(bus->connection);
	uint64_t until_us = UINT64_MAX;
	int error = sd_bus_get_timeout(bus->connection, &until_us);
	if (fd < 0 || events < 0 || error < 0)
		return fd < 0 ? fd : events < 0 ? events : error;
	/* A connection with messages in hand has a time of zero: those are for the next turn. */
	loop_timer_set(bus->timer, until_us == UINT64_MAX ? LOOP_NEVER : boot_ms_of(bus, until_us));
	return wait_on(bus, fd, events);
}

static void process(struct bus *bus)
{
	int error = 1;
	for (unsigned i = 0; i < MESSAGES_A_TURN && error > 0; i++)
		error = sd_bus_process(bus->connection, NULL);
	if (error >= 0)
		error = arm(bus);
	if (error < 0) {
		lose(bus, error);
		return;
	}
	if (bus->up || sd_bus_is_ready(bus->connection) <= 0)
		return;
	bus->up = true;
	bus->err = ERR_OK;
	bus->retry_ms = RETRY_FIRST_MS;
	bus->listener->up(bus->listener->owner, bus->connection);
	bus_settle(bus);
}

static int connect_bus(struct bus *bus)
{
	const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	int error = sd_bus_new(&bus->connection);
	if (error >= 0)
		error = sd_bus_set_address(bus->connection, address ? address : address_default);
	if (error >= 0)
		error = sd_bus_set_bus_client(bus->connection, true);
	if (error >= 0)
		error = sd_bus_negotiate_fds(bus->connection, false);
	if (error >= 0)
		error = sd_bus_start(bus->connection);
	return error;
}

static void ready(void *owner, bool readable, bool writable)
{
	(void)readable; /* sd-bus looks for itself */
	(void)writable;
	process(owner);
}

static void due(void *owner)
{
	struct bus *bus = owner;
	if (bus->connection) {
		process(bus);
		return;
	}
	int error = connect_bus(bus);
	if (error >= 0)
		error = arm(bus);
	if (error < 0)
		lose(bus, error);
}

enum err bus_open(struct bus **out, struct loop *loop, const struct bus_listener *listener)
{
	*out = NULL;
	assert(listener->up && listener->down);
	struct bus *bus = calloc(1, sizeof *bus);
	if (!bus)
		return ERR_MEMORY;
	*bus = (struct bus){.loop = loop, .listener = listener, .fd = -1, .retry_ms = RETRY_FIRST_MS};
	bus->timer = loop_timer_new(loop, due, bus);
	if (!bus->timer) {
		free(bus);
		return ERR_MEMORY;
	}
	loop_timer_set(bus->timer, 0);
	*out = bus;
	return ERR_OK;
}

void bus_close(struct bus *bus)
{
	if (!bus)
		return;
	disconnect(bus);
	loop_timer_free(bus->timer);
	free(bus);
}

enum err bus_err(const struct bus *bus)
{
	return bus->err;
}

void bus_leave(struct bus *bus)
{
	if (bus->connection)
		lose(bus, -ECONNRESET);
}

void bus_settle(struct bus *bus)
{
	/* An error shows again, and is dealt with, when the connection is processed. */
	if (bus->up && arm(bus) < 0)
		loop_timer_set(bus->timer, 0);
}
