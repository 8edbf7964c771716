#ifndef BARID_PLATFORM_LINUX_BUS_H
#define BARID_PLATFORM_LINUX_BUS_H
/*
 * The system's message bus (D-Bus) on our loop, for the modules that talk to a service of the system. It connects by itself, again and again with
 * growing pauses while there is no bus. Nothing here waits: calls on the connection must be the asynchronous ones, never sd_bus_call().
 */

#include "platform/loop.h"

#include <systemd/sd-bus.h>

struct bus;

struct bus_listener {
	void *owner;
	void (*up)(void *owner, sd_bus *connection); /* there is a connection; valid until down() or bus_close() */
	void (*down)(void *owner);                   /* it is lost: release every slot now. Also when a first attempt failed: bus_err() says why */
};

/* The bus of DBUS_SYSTEM_BUS_ADDRESS, or the system's own. The listener, which is called on later turns only, is borrowed for life. It may not close
 * the bus from a call, nor may the handler of a message. */
enum err bus_open(struct bus **bus, struct loop *loop, const struct bus_listener *listener);
/* Without a call of down(); release every slot first. What was sent and is not out yet is lost. Takes NULL. */
void bus_close(struct bus *bus);

/* Why there is no connection: ERR_NO_FILE, ERR_PERMISSION, ...; ERR_OK while there is one or none was tried. */
enum err bus_err(const struct bus *bus);
/* Leaves the bus, as if it were lost, and comes back after the first pause: everybody forgets what we asked of them. Not from a handler. */
void bus_leave(struct bus *bus);
/* After anything was sent outside the handler of a message: waits for what the connection needs now. */
void bus_settle(struct bus *bus);

#endif
