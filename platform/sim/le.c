#include "platform/sim/le_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PACKET = 247, /* with the longest the link layer has */
	OVERHEAD = 17,
	LAPSE_LOW_MS = 1000, /* supervision */
	LAPSE_HIGH_MS = 4000,
	ROUNDS = 3, /* of deciding in one event: what one decides is what the next one sees */
	ADDRESS_SIZE = 6,
	HEARD_MS = 60000, /* what a report calls near */
	FIRST_CAP = 64,
};

struct le *le_new(struct air *air, const struct le_config *config)
{
	struct le *le = calloc(1, sizeof *le);
	if (!le)
		return NULL;
	le->air = air;
	le->config = *config;
	le->wire.air = air;
	le->wire.hooks = le_hooks;
	le->wire.config = (struct wire_config){
		.medium = AIR_LE,
		.latency_ms = config->latency_ms,
		.loss = config->loss,
		.jammed = true,
		.packet = PACKET,
		.overhead = OVERHEAD,
		.room = RECORD_WIRE_MAX,
		.lapse_low_ms = LAPSE_LOW_MS,
		.lapse_high_ms = LAPSE_HIGH_MS,
	};
	return le;
}

void le_free(struct le *le)
{
	if (!le)
		return;
	wire_close_all(&le->wire);
	free(le->faces);
	free(le->ports);
	free(le);
}

struct le_port *le_port_at(const struct le *le, uint32_t node)
{
	return node < le->cap ? le->ports[node] : NULL;
}

void le_met(struct le *le, uint32_t a, uint32_t b)
{
	struct le_port *first = le_port_at(le, a), *second = le_port_at(le, b);
	if (first && second)
		le_scan_met(first, second);
}

void le_parted(struct le *le, uint32_t a, uint32_t b)
{
	struct le_port *first = le_port_at(le, a), *second = le_port_at(le, b);
	if (!first || !second)
		return;
	le_scan_parted(first, second);
	wire_part(&first->wire, &second->wire);
}

void le_wake(struct le_port *port)
{
	port->again = true;
	if (!port->wire.in_event)
		agenda_set(port->le->air->agenda, &port->step_item, 0);
}

struct scout_view le_view(const struct le_port *port)
{
	const struct le_face *face = le_face_of(port);
	struct scout_view view;
	view.able = view.can_advertise = view.can_listen = true;
	view.advertising = face->advertising;
	view.listening = face->listening;
	view.battery = port->battery;
	view.link_count = 0;
	for (const struct wire_end *end = port->wire.ends; end; end = end->next) {
		assert(view.link_count < SCOUT_LINKS_MAX);
		struct scout_link *link = &view.links[view.link_count++];
		link->number = end->number;
		link->up = end->up && !end->up_owed;
		link->accepted = end->kind == LINK_ANSWERED;
		link->traffic_ms = end->traffic_ms;
		memcpy(link->other.bytes, end->name, sizeof link->other.bytes);
	}
	return view;
}

static void end_all(struct le_port *port)
{
	while (port->wire.ends)
		le_end(port, port->wire.ends->number);
}

static void begin_anew(struct le_port *port)
{
	struct le_face *face = le_face_of(port);
	fate_fill(port->wire.fate, face->address.bytes, ADDRESS_SIZE);
	face->slot = (uint8_t)fate_below(port->wire.fate, LE_SLOTS);
	port->unshown = true;
	wire_upward(&port->wire);
	port->wire.listener->renew(port->wire.listener->owner, &port->radio);
}

/* Shows the post one after the other who could be dialled, until it dials one. */
static void offer(struct le_port *port)
{
	const struct near_neighbour *neighbour;
	uint64_t now = le_now_ms(port);
	while ((neighbour = scout_offer(&port->scout, now, (uint32_t)fate_draw(port->wire.fate))) != NULL) {
		struct radio_sighting sighting = {.address_len = NEAR_ADDRESS_SIZE};
		memcpy(sighting.beacon, neighbour->beacon, sizeof sighting.beacon);
		memcpy(sighting.address, neighbour->address.bytes, NEAR_ADDRESS_SIZE);
		port->le->air->sums.sightings++;
		wire_upward(&port->wire);
		port->wire.listener->sighting(port->wire.listener->owner, &port->radio, &sighting);
	}
}

static void decide(struct le_port *port, const struct scout_view *view, struct scout_orders *orders)
{
	struct air_sums *sums = &port->le->air->sums;
	/* What went by since the last decision was at the pace of that one. */
	const struct radio_airtime *spent = &scout_airtime(&port->scout)[scout_pace(&port->scout)];
	struct radio_airtime before = *spent;
	scout_step(&port->scout, view, le_now_ms(port), orders);
	sums->advertise_ms += spent->advertise_ms - before.advertise_ms;
	sums->scan_ms += spent->scan_ms - before.scan_ms;
	sums->linked_ms += spent->linked_ms - before.linked_ms;
}

static void step(struct le_port *port)
{
	struct scout_orders orders;
	struct scout_view view = le_view(port);
	const struct le_face *face = le_face_of(port);
	port->again = false;
	decide(port, &view, &orders);
	for (unsigned i = 0; i < orders.idle_count; i++)
		le_end(port, orders.idle[i]);
	if (orders.silent)
		end_all(port);
	if (face->advertising != orders.advertise || face->listening != orders.listen)
		port->again = true;
	le_advertise(port, orders.advertise);
	le_listen(port, orders.listen);
	if (orders.renew)
		begin_anew(port);
	if (orders.dial)
		offer(port);
	agenda_set(port->le->air->agenda, &port->step_item, orders.next_ms == UINT64_MAX ? AGENDA_NEVER : orders.next_ms * 1000);
}

void le_settle(void *radio)
{
	struct le_port *port = radio;
	for (unsigned i = 0; i < ROUNDS && port->again; i++)
		step(port);
	if (port->again)
		agenda_set(port->le->air->agenda, &port->step_item, 0);
}

static void time_comes(void *owner)
{
	struct le_port *port = owner;
	wire_enter(&port->wire);
	scout_woke(&port->scout, le_now_ms(port));
	port->again = true;
	wire_leave(&port->wire);
}

static void radio_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	const struct wire_port *wire = radio->state;
	struct le_port *port = wire->owner;
	if (!scout_beacon(&port->scout, beacon, le_now_ms(port)))
		return;
	memcpy(le_face_of(port)->beacon, beacon, BEACON_SIZE);
	le_face_changed(port);
	le_wake(port);
}

static void radio_hurry(struct radio *radio, bool urgent)
{
	const struct wire_port *wire = radio->state;
	struct le_port *port = wire->owner;
	if (scout_hurry(&port->scout, urgent))
		le_wake(port);
}

static void radio_report(struct radio *radio, struct radio_report *report)
{
	const struct wire_port *wire = radio->state;
	const struct le_port *port = wire->owner;
	*report = (struct radio_report){
		.trouble = RADIO_FINE,
		.seen = true,
		.sees = true,
		.private_air = true,
		.heard = scout_neighbours(&port->scout, le_now_ms(port), HEARD_MS),
		.links = (uint16_t)wire->end_count,
		.scheduled = true,
		.pace = scout_pace(&port->scout),
	};
	memcpy(report->airtime, scout_airtime(&port->scout), sizeof report->airtime);
}

static void radio_free(struct radio *radio)
{
	const struct wire_port *wire = radio->state;
	le_off(wire->owner);
}

/* Makes room for a node of this number. */
static bool reach(struct le *le, uint32_t node)
{
	if (node < le->cap)
		return true;
	uint32_t cap = le->cap ? le->cap : FIRST_CAP;
	while (cap <= node)
		cap *= 2;
	struct le_face *faces = realloc(le->faces, cap * sizeof *faces);
	le->faces = faces ? faces : le->faces;
	struct le_port **ports = realloc(le->ports, cap * sizeof *ports);
	le->ports = ports ? ports : le->ports;
	if (!faces || !ports)
		return false;
	memset(faces + le->cap, 0, (cap - le->cap) * sizeof *faces);
	memset(ports + le->cap, 0, (cap - le->cap) * sizeof(struct le_port *));
	le->cap = cap;
	return true;
}

struct le_port *le_on(struct le *le, const struct le_port_config *config)
{
	struct le_port *port = reach(le, config->node) ? calloc(1, sizeof *port) : NULL;
	if (!port)
		return NULL;
	assert(!le->ports[config->node]);
	port->le = le;
	port->battery = config->battery;
	port->unshown = true;
	port->wire.wire = &le->wire;
	port->wire.radio = &port->radio;
	port->wire.listener = config->listener;
	port->wire.fate = config->fate;
	port->wire.owner = port;
	port->wire.node = config->node;
	port->wire.rate_bps = le->config.rate_bps;
	port->radio = (struct radio){
		.name = "bluetooth",
		.state = &port->wire,
		.slow = true,
		.beacon = radio_beacon,
		.connect = le_connect,
		.room = wire_room,
		.send = wire_send,
		.close = wire_hang_up,
		.hurry = radio_hurry,
		.report = radio_report,
		.free = radio_free,
	};
	le->ports[config->node] = port;
	le->faces[config->node] = (struct le_face){.advertising = false};
	le_scan_open(port);
	scout_open(&port->scout, (uint32_t)fate_draw(config->fate), le->config.rotation_ms, le_now_ms(port));
	port->step_item.happen = time_comes;
	port->step_item.owner = port;
	agenda_set(le->air->agenda, &port->step_item, 0);
	return port;
}

void le_off(struct le_port *port)
{
	if (!port)
		return;
	struct le *le = port->le;
	wire_vanish(&port->wire);
	agenda_clear(le->air->agenda, &port->step_item);
	agenda_clear(le->air->agenda, &port->hear_item);
	le->faces[port->wire.node] = (struct le_face){.advertising = false};
	le->ports[port->wire.node] = NULL;
	free(port->unheard);
	free(port);
}

struct radio *le_radio(struct le_port *port)
{
	return &port->radio;
}

void le_tamper(struct le_port *port, enum air_tamper tamper)
{
	port->wire.tamper = tamper;
}

uint64_t le_bytes(const struct le_port *port)
{
	return port->wire.bytes;
}
