#include "platform/linux/routes.h"

#include "platform/log.h"

#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTLE_MS = 200, MESSAGES_A_TURN = 64 }; /* one cable plugged in is a dozen messages */

struct routes {
	int fd;
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *timer;
	bool new_route;
	routes_changed *changed;
	void *owner;
	struct routes_table table;
};

static size_t address_bytes(const struct sockaddr *address, int *family, uint8_t bytes[static 16])
{
	memset(bytes, 0, 16);
	*family = address->sa_family;
	if (address->sa_family == AF_INET) {
		memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
		return 4;
	}
	if (address->sa_family != AF_INET6)
		return 0;
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(v6)) {
		*family = AF_INET;
		memcpy(bytes, v6->s6_addr + 12, 4);
		return 4;
	}
	memcpy(bytes, v6, 16);
	return 16;
}

static struct routes_interface *interface_named(struct routes_table *table, const struct ifaddrs *each)
{
	for (unsigned i = 0; i < table->interface_count; i++)
		if (!strcmp(table->interfaces[i].name, each->ifa_name))
			return &table->interfaces[i];
	unsigned index = if_nametoindex(each->ifa_name);
	if (table->interface_count == ROUTES_INTERFACES_MAX || index == 0)
		return NULL;
	struct routes_interface *fresh = &table->interfaces[table->interface_count++];
	memset(fresh, 0, sizeof *fresh);
	fresh->index = index;
	strncpy(fresh->name, each->ifa_name, IF_NAMESIZE - 1);
	fresh->neighbours = (each->ifa_flags & IFF_MULTICAST) && !(each->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT));
	return fresh;
}

static void add_address(struct routes_table *table, const struct ifaddrs *each)
{
	if ((each->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING) || !each->ifa_addr)
		return;
	struct routes_address address;
	memset(&address, 0, sizeof address); /* tables are compared byte by byte */
	if (address_bytes(each->ifa_addr, &address.family, address.bytes) == 0)
		return;
	int family;
	if (each->ifa_netmask)
		address_bytes(each->ifa_netmask, &family, address.mask);
	struct routes_interface *interface = interface_named(table, each);
	if (!interface || table->address_count == ROUTES_ADDRESSES_MAX)
		return;
	interface->v4 = interface->v4 || address.family == AF_INET;
	interface->v6 = interface->v6 || address.family == AF_INET6;
	address.interface = interface->index;
	table->addresses[table->address_count++] = address;
}

static void read_table(struct routes_table *table)
{
	memset(table, 0, sizeof *table);
	struct ifaddrs *found;
	if (getifaddrs(&found)) {
		log_warn("the network interfaces cannot be listed: %s", strerror(errno));
		return;
	}
	for (const struct ifaddrs *each = found; each; each = each->ifa_next)
		add_address(table, each);
	freeifaddrs(found);
}

static void settled(void *owner)
{
	struct routes *routes = owner;
	struct routes_table fresh;
	read_table(&fresh);
	bool differs = memcmp(&fresh, &routes->table, sizeof fresh) != 0;
	bool tell = differs || routes->new_route;
	routes->new_route = false;
	routes->table = fresh;
	if (tell)
		routes->changed(routes->owner);
}

/* A route a packet could leave by. Kernels also tell of routes to themselves, which mean nothing new. */
static bool is_new_route(const struct nlmsghdr *header)
{
	if (header->nlmsg_type != RTM_NEWROUTE || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)))
		return false;
	const struct rtmsg *route = NLMSG_DATA(header);
	return route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST && !(route->rtm_flags & RTM_F_CLONED);
}

static void heard(void *owner, bool readable, bool writable)
{
	struct routes *routes = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	_Alignas(struct nlmsghdr) char buf[16384];
	for (unsigned i = 0; i < MESSAGES_A_TURN; i++) {
		ssize_t got = recv(routes->fd, buf, sizeof buf, MSG_DONTWAIT);
		if (got < 0 && errno != ENOBUFS)
			break;
		/* ENOBUFS: messages were lost; whatever they said is in the table. */
		size_t left = got < 0 ? 0 : (size_t)got;
		for (const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)buf; NLMSG_OK(header, left);
		     header = NLMSG_NEXT(header, left))
			routes->new_route = routes->new_route || is_new_route(header);
		loop_timer_set(routes->timer, loop_now(routes->loop).boot_ms + SETTLE_MS);
	}
}

static bool watch_netlink(struct routes *routes)
{
	routes->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (routes->fd < 0)
		return false;
	struct sockaddr_nl name = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};
	if (bind(routes->fd, (const struct sockaddr *)(const void *)&name, sizeof name))
		return false;
	routes->watch = loop_watch_new(routes->loop, routes->fd, heard, routes);
	return routes->watch && loop_watch_set(routes->watch, true, false) == ERR_OK;
}

enum err routes_open(struct routes **out, struct loop *loop, routes_changed *changed, void *owner)
{
	assert(changed);
	*out = NULL;
	struct routes *routes = calloc(1, sizeof *routes);
	if (!routes)
		return ERR_MEMORY;
	*routes = (struct routes){.fd = -1, .loop = loop, .changed = changed, .owner = owner};
	routes->timer = loop_timer_new(loop, settled, routes);
	if (!routes->timer) {
		free(routes);
		return ERR_MEMORY;
	}
	if (!watch_netlink(routes))
		log_warn("the system does not tell when the network changes (%s); links are tried from time to time only", strerror(errno));
	read_table(&routes->table);
	*out = routes;
	return ERR_OK;
}

void routes_close(struct routes *routes)
{
	if (!routes)
		return;
	loop_watch_free(routes->watch);
	loop_timer_free(routes->timer);
	if (routes->fd >= 0)
		close(routes->fd);
	free(routes);
}

const struct routes_table *routes_table(const struct routes *routes)
{
	return &routes->table;
}

bool routes_is_own(const struct routes_table *table, const struct sockaddr *address)
{
	int family;
	uint8_t bytes[16];
	if (address_bytes(address, &family, bytes) == 0)
		return false;
	/* All of 127/8 is the machine itself, listed or not; and what a full table left out may be an own address. */
	if ((family == AF_INET && bytes[0] == 127) || table->address_count == ROUTES_ADDRESSES_MAX)
		return true;
	for (unsigned i = 0; i < table->address_count; i++)
		if (table->addresses[i].family == family && !memcmp(table->addresses[i].bytes, bytes, sizeof bytes))
			return true;
	return false;
}

static bool in_network(const struct routes_address *own, const uint8_t bytes[static 4])
{
	for (unsigned i = 0; i < 4; i++)
		if ((own->bytes[i] & own->mask[i]) != (bytes[i] & own->mask[i]))
			return false;
	return true;
}

bool routes_is_near(const struct routes_table *table, unsigned interface, const struct sockaddr *address)
{
	int family;
	uint8_t bytes[16];
	if (address_bytes(address, &family, bytes) == 0)
		return false;
	if (family == AF_INET6)
		return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
	for (unsigned i = 0; i < table->address_count; i++) {
		const struct routes_address *own = &table->addresses[i];
		if (own->interface == interface && own->family == AF_INET && in_network(own, bytes))
			return true;
	}
	return false;
}
