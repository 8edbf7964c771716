#ifndef BARID_PLATFORM_LINUX_ROUTES_H
#define BARID_PLATFORM_LINUX_ROUTES_H
/* Which network interfaces and addresses the machine has now, and word when that changes (netlink). It waits; it never asks again and again. */

#include "platform/loop.h"

#include <net/if.h>
#include <sys/socket.h>

enum { ROUTES_INTERFACES_MAX = 16, ROUTES_ADDRESSES_MAX = 64 };

struct routes_interface {
	unsigned index;
	char name[IF_NAMESIZE];
	bool neighbours; /* a link with several machines on it, not loopback and not a tunnel */
	bool v4, v6;     /* has an address of the family */
};

struct routes_address {
	unsigned interface;
	int family;        /* AF_INET or AF_INET6 */
	uint8_t bytes[16]; /* 4 of them for AF_INET, the rest zero */
	uint8_t mask[16];
};

/* What is up and running, in the order the system names it. What is above the bounds is left out. */
struct routes_table {
	unsigned interface_count;
	unsigned address_count;
	struct routes_interface interfaces[ROUTES_INTERFACES_MAX];
	struct routes_address addresses[ROUTES_ADDRESSES_MAX];
};

struct routes;
/* The table changed or a route appeared; a burst of changes is one call. */
typedef void routes_changed(void *owner);

/* Where the system denies netlink (some Android) it opens all the same, says so in the log and reports no change. */
enum err routes_open(struct routes **routes, struct loop *loop, routes_changed *changed, void *owner);
void routes_close(struct routes *routes);
/* Valid until the next change is reported. */
const struct routes_table *routes_table(const struct routes *routes);

/* Whether the address (IPv4 mapped into IPv6 counts as IPv4) is the machine's own now. */
bool routes_is_own(const struct routes_table *table, const struct sockaddr *address);
/* Whether the address is a neighbour's on that interface: IPv6 link-local, or IPv4 of one of the interface's networks. */
bool routes_is_near(const struct routes_table *table, unsigned interface, const struct sockaddr *address);

#endif
