#include "platform/sim/le_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Slots of different listeners begin at different times, or all of a city would hear at the same moments. */
static uint64_t lag_of(const struct le_port *port)
{
	return (uint64_t)port->wire.node * 7919 * 97 % LE_SLOT_US;
}

/* The next time that a beacon of this slot may be heard. */
static uint64_t next_time(const struct le_port *port, uint8_t slot)
{
	uint64_t lag = lag_of(port), now = agenda_now_us(port->le->air->agenda);
	uint64_t next = (now + lag) / LE_SLOT_US + 1;
	return (next + (slot + LE_SLOTS - next % LE_SLOTS) % LE_SLOTS) * LE_SLOT_US - lag;
}

static void expect(struct le_port *port, uint8_t slot)
{
	uint64_t at = next_time(port, slot);
	if (!agenda_is_set(&port->hear_item) || at < port->hear_item.at_us)
		agenda_set(port->le->air->agenda, &port->hear_item, at);
}

/* A listener has somebody to hear, anew or for the first time in this window. */
static void add_unheard(struct le_port *port, uint32_t node)
{
	uint8_t slot = port->le->faces[node].slot;
	for (uint32_t i = 0; i < port->unheard_count; i++)
		if (port->unheard[i].node == node) {
			port->unheard[i].slot = slot;
			expect(port, slot);
			return;
		}
	if (port->unheard_count == port->unheard_cap) {
		uint32_t cap = port->unheard_cap ? port->unheard_cap * 2 : 8;
		struct le_unheard *larger = realloc(port->unheard, cap * sizeof *larger);
		if (!larger) {
			(void)fputs("the simulated air does not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
			abort();
		}
		port->unheard = larger;
		port->unheard_cap = cap;
	}
	port->unheard[port->unheard_count++] = (struct le_unheard){.node = node, .slot = slot};
	expect(port, slot);
}

static void hear(struct le_port *port, uint32_t node)
{
	const struct le_face *face = &port->le->faces[node];
	if (scout_heard(&port->scout, face->beacon, &face->address, le_now_ms(port)))
		port->again = true;
}

static void slot_comes(void *owner)
{
	struct le_port *port = owner;
	const struct le *le = port->le;
	uint64_t slot = (agenda_now_us(le->air->agenda) + lag_of(port)) / LE_SLOT_US % LE_SLOTS;
	wire_enter(&port->wire);
	scout_woke(&port->scout, le_now_ms(port));
	uint32_t kept = 0, slots = 0;
	for (uint32_t i = 0; i < port->unheard_count; i++) {
		struct le_unheard unheard = port->unheard[i];
		if (unheard.slot == slot) {
			if (!le->faces[unheard.node].advertising)
				continue;
			uint32_t loss = wire_loss(&le->wire, port->wire.node, unheard.node);
			if (loss == 0 || !fate_happens(port->wire.fate, loss)) {
				hear(port, unheard.node);
				continue;
			}
		}
		port->unheard[kept++] = unheard;
		slots |= 1u << unheard.slot;
	}
	port->unheard_count = kept;
	for (uint8_t i = 0; i < LE_SLOTS; i++)
		if ((slots >> i & 1) != 0)
			expect(port, i);
	wire_leave(&port->wire);
}

void le_scan_open(struct le_port *port)
{
	port->hear_item.happen = slot_comes;
	port->hear_item.owner = port;
	le_face_of(port)->slot = (uint8_t)fate_below(port->wire.fate, LE_SLOTS);
}

/* Lets those who listen hear it. */
static void show(const struct le_port *port)
{
	const struct le *le = port->le;
	size_t count;
	const uint32_t *near = ether_near(le->air->ether, port->wire.node, &count);
	for (size_t i = 0; i < count; i++)
		if (near[i] < le->cap && le->faces[near[i]].listening)
			add_unheard(le->ports[near[i]], port->wire.node);
}

static void tell_observer(struct le_port *port)
{
	const struct air_observer *observer = port->le->air->observer;
	const struct le_face *face = le_face_of(port);
	if (!port->unshown)
		return;
	port->unshown = false;
	struct air_overheard overheard = {.node = port->wire.node};
	static_assert(sizeof overheard.address == sizeof face->address.bytes, "one kind of address");
	memcpy(overheard.address, face->address.bytes, sizeof overheard.address);
	memcpy(overheard.beacon, face->beacon, sizeof overheard.beacon);
	if (observer->shown)
		observer->shown(observer->owner, &overheard);
}

void le_advertise(struct le_port *port, bool on)
{
	struct le_face *face = le_face_of(port);
	if (face->advertising == on)
		return;
	face->advertising = on;
	if (!on)
		return;
	tell_observer(port);
	show(port);
}

void le_face_changed(struct le_port *port)
{
	port->unshown = true;
	if (!le_face_of(port)->advertising)
		return;
	tell_observer(port);
	show(port);
}

void le_listen(struct le_port *port, bool on)
{
	const struct le *le = port->le;
	struct le_face *face = le_face_of(port);
	if (face->listening == on)
		return;
	face->listening = on;
	port->unheard_count = 0;
	agenda_clear(le->air->agenda, &port->hear_item);
	if (!on)
		return;
	size_t count;
	const uint32_t *near = ether_near(le->air->ether, port->wire.node, &count);
	for (size_t i = 0; i < count; i++)
		if (near[i] < le->cap && le->faces[near[i]].advertising)
			add_unheard(port, near[i]);
}

static void meet(struct le_port *listener, const struct le_port *other)
{
	if (le_face_of(listener)->listening && le_face_of(other)->advertising)
		add_unheard(listener, other->wire.node);
}

void le_scan_met(struct le_port *a, struct le_port *b)
{
	meet(a, b);
	meet(b, a);
}

static void part(struct le_port *listener, uint32_t node)
{
	for (uint32_t i = 0; i < listener->unheard_count; i++)
		if (listener->unheard[i].node == node) {
			listener->unheard[i] = listener->unheard[--listener->unheard_count];
			return;
		}
}

void le_scan_parted(struct le_port *a, struct le_port *b)
{
	part(a, b->wire.node);
	part(b, a->wire.node);
}
