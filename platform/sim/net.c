#include "platform/sim/net.h"

#include "platform/sim/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* As platform/linux/dial.h and tcp.h have them. */
enum {
	PAUSE_MIN_MS = 1000,
	PAUSE_MAX_MS = 60000,
	GOOD_MS = 30000, /* a link that lived so long was worth dialling */
	CONNECT_MS = 5000,
	ACCEPTED_MAX = 56,
	PACKET = 1400,
	OVERHEAD = 60,
	ROOM = 16 * 1024,
	/* What is not acknowledged for 30 s ends a link, and a silent one has something to say after 45 s. */
	LAPSE_LOW_MS = 30000,
	LAPSE_HIGH_MS = 75000,
	GATEWAY_WIDER = 100,
	ROUND_TRIPS = 3, /* of packets without letters, until a link is open: half of them each way */
	FIRST_CAP = 64,
};

struct net {
	struct wire wire;
	struct air *air;
	struct net_config config;
	uint32_t cap;
	struct net_port **ports;
};

struct net_port {
	struct wire_port wire;
	struct radio radio;
	struct net *net;
	bool is_gateway, online;
	uint32_t gateway;
	uint32_t pause_ms; /* the next one */
	uint32_t link;     /* dialled; 0: none */
	uint64_t up_ms;
	struct agenda_item dial_item;
};

static uint64_t now_ms(const struct net_port *port)
{
	return agenda_now_ms(port->net->air->agenda);
}

static void dial(void *owner)
{
	struct net_port *port = owner;
	uint8_t name[AIR_NAME_SIZE] = {0};
	if (!port->online || port->link)
		return;
	for (unsigned i = 0; i < sizeof port->gateway; i++)
		name[i] = (uint8_t)(port->gateway >> 8 * i);
	uint64_t takes_us = (uint64_t)port->net->config.latency_ms * ROUND_TRIPS * 1000;
	const struct wire_end *end = wire_dial(&port->wire, LINK_GATEWAY_DIALLED, name, agenda_now_us(port->net->air->agenda) + takes_us);
	port->link = end->number;
	port->up_ms = 0;
}

static void dial_in(struct net_port *port, uint64_t in_ms)
{
	agenda_set(port->net->air->agenda, &port->dial_item, agenda_now_us(port->net->air->agenda) + in_ms * 1000);
}

static void due(struct wire_end *end)
{
	struct net_port *port = end->port->owner;
	const struct net *net = port->net;
	struct net_port *gateway = port->gateway < net->cap ? net->ports[port->gateway] : NULL;
	bool reached = port->online && gateway && gateway->online;
	bool taken = reached && gateway->is_gateway && gateway->wire.end_count < ACCEPTED_MAX;
	uint64_t give_up_us = end->since_us + 1000 * (uint64_t)CONNECT_MS;
	if (taken)
		wire_open(end, &gateway->wire, LINK_GATEWAY_ANSWERED, end->name);
	else if (reached || agenda_now_us(net->air->agenda) >= give_up_us)
		wire_fail(end); /* refused, or nobody there */
	else
		wire_wait(end, give_up_us);
}

static bool up(struct wire_end *end)
{
	struct net_port *port = end->port->owner;
	if (end->number == port->link)
		port->up_ms = now_ms(port);
	return true;
}

/* Waits a pause of between three quarters and the whole of its length, so that many posts do not come back in step. */
static void over(struct wire_end *end, bool broke)
{
	struct net_port *port = end->port->owner;
	if (end->number != port->link)
		return;
	port->link = 0;
	if (port->up_ms > 0 && now_ms(port) - port->up_ms >= GOOD_MS)
		port->pause_ms = PAUSE_MIN_MS;
	else if (!broke)
		port->pause_ms = PAUSE_MAX_MS; /* the post has no use for it */
	if (port->online)
		dial_in(port, port->pause_ms - fate_below(port->wire.fate, port->pause_ms / 4));
	port->pause_ms = port->pause_ms * 2 < PAUSE_MAX_MS ? port->pause_ms * 2 : PAUSE_MAX_MS;
}

struct net *net_new(struct air *air, const struct net_config *config)
{
	struct net *net = calloc(1, sizeof *net);
	if (!net)
		return NULL;
	net->air = air;
	net->config = *config;
	net->wire.air = air;
	net->wire.hooks = (struct wire_hooks){.due = due, .up = up, .over = over};
	net->wire.config = (struct wire_config){
		.medium = AIR_NET,
		.latency_ms = config->latency_ms,
		.packet = PACKET,
		.overhead = OVERHEAD,
		.room = ROOM,
		.lapse_low_ms = LAPSE_LOW_MS,
		.lapse_high_ms = LAPSE_HIGH_MS,
	};
	return net;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	wire_close_all(&net->wire);
	free(net->ports);
	free(net);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	(void)radio; /* the one gateway is dialled without being asked for */
	(void)address;
	(void)len;
	return 0;
}

static void radio_free(struct radio *radio)
{
	const struct wire_port *wire = radio->state;
	net_off(wire->owner);
}

/* Makes room for a node of this number. */
static bool reach(struct net *net, uint32_t node)
{
	uint32_t cap = net->cap ? net->cap : FIRST_CAP;
	while (cap <= node)
		cap *= 2;
	if (cap == net->cap)
		return true;
	struct net_port **ports = realloc(net->ports, cap * sizeof *ports);
	if (!ports)
		return false;
	memset(ports + net->cap, 0, (cap - net->cap) * sizeof(struct net_port *));
	net->ports = ports;
	net->cap = cap;
	return true;
}

struct net_port *net_on(struct net *net, const struct net_port_config *config)
{
	struct net_port *port = reach(net, config->node) ? calloc(1, sizeof *port) : NULL;
	if (!port)
		return NULL;
	assert(!net->ports[config->node]);
	uint64_t wide = (uint64_t)net->config.rate_bps * GATEWAY_WIDER;
	port->net = net;
	port->is_gateway = port->online = config->is_gateway;
	port->gateway = config->gateway;
	port->pause_ms = PAUSE_MIN_MS;
	port->wire.wire = &net->wire;
	port->wire.radio = &port->radio;
	port->wire.listener = config->listener;
	port->wire.fate = config->fate;
	port->wire.owner = port;
	port->wire.node = config->node;
	port->wire.rate_bps = !config->is_gateway ? net->config.rate_bps : wide < UINT32_MAX ? (uint32_t)wide : UINT32_MAX;
	port->radio = (struct radio){
		.name = "internet",
		.state = &port->wire,
		.connect = radio_connect,
		.room = wire_room,
		.send = wire_send,
		.close = wire_hang_up,
		.free = radio_free,
	};
	port->dial_item.happen = dial;
	port->dial_item.owner = port;
	net->ports[config->node] = port;
	return port;
}

void net_off(struct net_port *port)
{
	if (!port)
		return;
	wire_vanish(&port->wire);
	agenda_clear(port->net->air->agenda, &port->dial_item);
	port->net->ports[port->wire.node] = NULL;
	free(port);
}

void net_online(struct net_port *port, bool online)
{
	if (port->online == online)
		return;
	port->online = online;
	if (!online) {
		for (struct wire_end *end = port->wire.ends; end; end = end->next)
			if (wire_other(end))
				wire_part(&port->wire, wire_other(end));
		agenda_clear(port->net->air->agenda, &port->dial_item);
		return;
	}
	port->pause_ms = PAUSE_MIN_MS;
	if (!port->is_gateway && !port->link)
		dial_in(port, 0);
}

struct radio *net_radio(struct net_port *port)
{
	return &port->radio;
}
