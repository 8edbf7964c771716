#ifndef BARID_PLATFORM_ADDRESS_H
#define BARID_PLATFORM_ADDRESS_H
/* The text form of an internet address as people write it: HOST:PORT, with an IPv6 address in brackets. Syntax only; nothing is looked up. */

#include <stdbool.h>
#include <stddef.h>

enum { ADDRESS_HOST_MAX = 254, ADDRESS_PORT_MAX = 6, ADDRESS_TEXT_MAX = ADDRESS_HOST_MAX + ADDRESS_PORT_MAX + 3 }; /* each with a final NUL */

struct address {
	char host[ADDRESS_HOST_MAX]; /* a name, an IPv4 address, or an IPv6 address without brackets; may carry a scope as in fe80::1%eth0 */
	char port[ADDRESS_PORT_MAX]; /* decimal, 0..65535 */
};

/* Splits text. False if it is not HOST:PORT, [IPV6]:PORT or, if any_host, :PORT (host is then empty: every address of this machine). Port 0 only with
 * any_host. */
bool address_split(const char *text, bool any_host, struct address *out);

#endif
