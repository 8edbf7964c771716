#ifndef BARID_PLATFORM_SIM_NET_H
#define BARID_PLATFORM_SIM_NET_H
/*
 * The virtual internet: nodes that are online dial the one gateway they know, keep the link, and dial again after it broke, as platform/linux/dial.h
 * does. A gateway is always online. Slow, far, and gone without a word when the window closes.
 */

#include "platform/sim/air.h"

struct net_config {
	uint32_t rate_bps; /* of each node's way to the internet; a gateway's is a hundred times as wide */
	uint32_t latency_ms;
};

struct net;
struct net_port;

/* NULL: no memory. Borrows air. */
struct net *net_new(struct air *air, const struct net_config *config);
/* After all ports. Takes NULL. */
void net_free(struct net *net);

struct net_port_config {
	uint32_t node;
	const struct radio_listener *listener;
	struct fate *fate;
	bool is_gateway;  /* answers: LINK_GATEWAY_ANSWERED */
	uint32_t gateway; /* else the node to dial: LINK_GATEWAY_DIALLED */
};
/* NULL: no memory. Offline at first, unless it is a gateway. At most one at a node. */
struct net_port *net_on(struct net *net, const struct net_port_config *config);
/* In an instant, as le_off(). Takes NULL. */
void net_off(struct net_port *port);
/* A window to the internet opens or closes. */
void net_online(struct net_port *port, bool online);
/* It has no beacon and connect() refuses. */
struct radio *net_radio(struct net_port *port);

#endif
