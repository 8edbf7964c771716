#include "platform/sim/le_inside.h"

#include <string.h>

enum {
	CONNECT_LOW_MS = 50, /* after the other side's next beacon: requests, and a channel */
	CONNECT_HIGH_MS = 150,
	GIVE_UP_MS = 6000, /* as platform/linux/ble_link.h */
};

/* Whoever is in reach and has this address now. */
static struct le_port *find_named(const struct le_port *port, const uint8_t *name)
{
	const struct le *le = port->le;
	size_t count;
	const uint32_t *near = ether_near(le->air->ether, port->wire.node, &count);
	for (size_t i = 0; i < count; i++)
		if (near[i] < le->cap && le->ports[near[i]] && !memcmp(le->faces[near[i]].address.bytes, name, NEAR_ADDRESS_SIZE))
			return le->ports[near[i]];
	return NULL;
}

/* The request went out with the other side's next beacon. If that led to nothing, the controller waits on for a while. */
static void due(struct wire_end *end)
{
	struct le_port *port = end->port->owner;
	uint64_t give_up_us = end->since_us + 1000 * (uint64_t)GIVE_UP_MS;
	if (agenda_now_us(port->le->air->agenda) >= give_up_us) {
		wire_fail(end);
		return;
	}
	struct le_port *other = find_named(port, end->name);
	bool answers = other && le_face_of(other)->advertising && other->wire.end_count < SCOUT_LINKS_MAX;
	if (answers) {
		uint32_t loss = wire_loss(&port->le->wire, port->wire.node, other->wire.node);
		answers = loss == 0 || !fate_happens(port->wire.fate, loss);
	}
	if (answers)
		wire_open(end, &other->wire, LINK_ANSWERED, le_face_of(port)->address.bytes);
	else
		wire_wait(end, give_up_us);
}

static bool up(struct wire_end *end)
{
	struct le_port *port = end->port->owner;
	struct near_address name;
	memcpy(name.bytes, end->name, sizeof name.bytes);
	scout_woke(&port->scout, le_now_ms(port));
	le_wake(port);
	return scout_up(&port->scout, end->number, &name);
}

static void over(struct wire_end *end, bool broke)
{
	struct le_port *port = end->port->owner;
	uint64_t now = le_now_ms(port);
	struct near_address name;
	memcpy(name.bytes, end->name, sizeof name.bytes);
	scout_woke(&port->scout, now);
	if (broke && !end->up)
		port->le->air->sums.dials_failed++;
	if (broke)
		scout_down(&port->scout, end->number, now, (uint32_t)fate_draw(port->wire.fate));
	struct scout_view view = le_view(port);
	(void)scout_let_go(&port->scout, &view, end->number, &name, now); /* nothing here would live on */
	le_wake(port);
}

const struct wire_hooks le_hooks = {.due = due, .up = up, .over = over, .settle = le_settle};

uint32_t le_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	const struct wire_port *wire = radio->state;
	struct le_port *port = wire->owner;
	struct scout_view view = le_view(port);
	if (len != NEAR_ADDRESS_SIZE || port->wire.end_count >= SCOUT_LINKS_MAX || !scout_may_dial(&port->scout, &view, le_now_ms(port)))
		return 0;
	struct fate *fate = port->wire.fate;
	uint64_t takes_us = fate_below(fate, DUTY_BEACON_MS * 1000) + 1000 * fate_between(fate, CONNECT_LOW_MS, CONNECT_HIGH_MS);
	struct near_address to;
	memcpy(to.bytes, address, sizeof to.bytes);
	const struct wire_end *end = wire_dial(&port->wire, LINK_DIALLED, to.bytes, agenda_now_us(port->le->air->agenda) + takes_us);
	port->le->air->sums.dials++;
	scout_dials(&port->scout, &view, end->number, &to);
	le_wake(port);
	return end->number;
}

void le_end(struct le_port *port, uint32_t link)
{
	struct wire_end *end = wire_find(&port->wire, link);
	if (!end)
		return;
	wire_end_link(end);
	wire_upward(&port->wire);
	port->wire.listener->down(port->wire.listener->owner, &port->radio, link);
}
