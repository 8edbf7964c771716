#ifndef BARID_PLATFORM_LINUX_NOTIFY_H
#define BARID_PLATFORM_LINUX_NOTIFY_H
/* Tells the service manager how the program is, as sd_notify(3) does; without one every call is nothing. */

#include <stdbool.h>
#include <stdint.h>

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and opens the way to the manager. Call once, before the program is confined. */
void notify_open(void);
void notify_close(void);
/* A line such as "READY=1". */
void notify_send(const char *line);
/* How often the manager wants to hear "WATCHDOG=1", in ms; 0: never. */
uint64_t notify_watchdog_ms(void);

#endif
