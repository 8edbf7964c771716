#include "platform/sim/wire.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MILLION = 1000000,
	MS_US = 1000,
	LOSS_MOST = 950000, /* with more than this no link lives */
	SMALL_PARCEL = 512,
	TAMPER_PER_MILLION = MILLION / 20, /* of sends */
	KEEP_PER_MILLION = MILLION / 4,
};

/* What was sent at once. */
struct wire_parcel {
	struct wire_parcel *next;
	uint64_t at_us; /* it arrives */
	uint32_t len;
	bool is_small;
	uint8_t bytes[];
};

struct wire_link {
	struct wire_end ends[2]; /* [0] dialled */
	struct wire_link *next;  /* spare */
	bool opened, broken;
	uint32_t nodes[2];
	uint64_t bytes;
};

static void *need(void *memory)
{
	if (!memory) {
		(void)fputs("the simulated air does not fit into memory; try fewer --nodes\n", stderr); /* nobody else can hear it */
		abort();
	}
	return memory;
}

static uint64_t now_of(const struct wire_port *port)
{
	return agenda_now_us(port->wire->air->agenda);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void wire_close_all(struct wire *wire)
{
	for (struct wire_link *link = wire->spare_links, *next; link; link = next) {
		next = link->next;
		free(link);
	}
	for (unsigned i = 0; i < 2; i++)
		for (struct wire_parcel *parcel = wire->spare_parcels[i], *next; parcel; parcel = next) {
			next = parcel->next;
			free(parcel);
		}
}

static struct wire_parcel *pack(struct wire *wire, const uint8_t *bytes, size_t len)
{
	bool is_small = len <= SMALL_PARCEL;
	struct wire_parcel **spare = &wire->spare_parcels[is_small];
	struct wire_parcel *parcel = *spare;
	if (parcel)
		*spare = parcel->next;
	else
		parcel = need(malloc(sizeof *parcel + (is_small ? SMALL_PARCEL : wire->config.room)));
	parcel->next = NULL;
	parcel->is_small = is_small;
	parcel->len = (uint32_t)len;
	memcpy(parcel->bytes, bytes, len);
	return parcel;
}

static void discard(struct wire *wire, struct wire_parcel *parcel)
{
	if (!parcel)
		return;
	parcel->next = wire->spare_parcels[parcel->is_small];
	wire->spare_parcels[parcel->is_small] = parcel;
}

static void discard_all(struct wire *wire, struct wire_end *end)
{
	for (struct wire_parcel *parcel = end->first, *next; parcel; parcel = next) {
		next = parcel->next;
		discard(wire, parcel);
	}
	end->first = end->last = NULL;
}

static void post_parcel(struct wire_end *to, struct wire_parcel *parcel, uint64_t at_us)
{
	parcel->at_us = at_us;
	parcel->next = NULL;
	if (to->last)
		to->last->next = parcel;
	else
		to->first = parcel;
	to->last = parcel;
}

static struct wire_end *other_of(struct wire_end *end)
{
	return end == &end->link->ends[0] ? &end->link->ends[1] : &end->link->ends[0];
}

struct wire_port *wire_other(const struct wire_end *end)
{
	return end->link->ends[end == &end->link->ends[0]].port;
}

/* A turn asks for each link several times and goes from one to the next. */
struct wire_end *wire_find(struct wire_port *port, uint32_t number)
{
	struct wire_end *end = port->found;
	if (end && end->number != number)
		end = end->next;
	if (!end || end->number != number)
		for (end = port->ends; end && end->number != number;)
			end = end->next;
	port->found = end ? end : port->found;
	return end;
}

void wire_enter(struct wire_port *port)
{
	assert(!port->in_event);
	port->in_event = true;
	port->in_turn = false;
}

void wire_upward(struct wire_port *port)
{
	struct air *air = port->wire->air;
	assert(port->in_event);
	if (port->in_turn)
		return;
	port->in_turn = true;
	air->turn_begin(air->owner, port->node);
}

void wire_leave(struct wire_port *port)
{
	struct air *air = port->wire->air;
	if (port->wire->hooks.settle)
		port->wire->hooks.settle(port->owner);
	bool in_turn = port->in_turn;
	port->in_event = port->in_turn = false;
	/* The port may go away in there. */
	if (in_turn)
		air->turn_end(air->owner, port->node);
}

/* When something is to happen at an open end next. */
static void schedule(struct wire_end *end)
{
	if (!end->port || !end->up)
		return;
	uint64_t at = end->up_owed ? now_of(end->port) : end->down_us;
	if (end->first)
		at = earlier(at, end->first->at_us);
	if (end->wants_room)
		at = earlier(at, end->left_us);
	if (!agenda_is_set(&end->item) || end->item.at_us != at)
		agenda_set(end->port->wire->air->agenda, &end->item, at);
}

/* Takes an end away from its port. */
static void release(struct wire_end *end)
{
	struct wire_port *port = end->port;
	struct wire *wire = port->wire;
	struct wire_link *link = end->link;
	struct wire_end **at = &port->ends;
	while (*at != end)
		at = &(*at)->next;
	*at = end->next;
	port->found = port->found == end ? NULL : port->found;
	port->end_count--;
	agenda_clear(wire->air->agenda, &end->item);
	discard_all(wire, end);
	discard(wire, end->kept);
	end->kept = NULL;
	end->port = NULL;
	if (link->ends[0].port || link->ends[1].port)
		return;
	if (link->opened) {
		const struct air_observer *observer = wire->air->observer;
		wire->air->sums.links--;
		if (observer->link_down)
			observer->link_down(observer->owner, wire->config.medium, link->nodes[0], link->nodes[1], link->bytes);
	}
	link->next = wire->spare_links;
	wire->spare_links = link;
}

/* The other end is gone for good and the link with it; what is on its way is lost. */
static void lapse(struct wire_end *end)
{
	struct wire_port *port = end->port;
	if (!port)
		return;
	const struct wire_config *config = &port->wire->config;
	discard_all(port->wire, end);
	end->left_us = AGENDA_NEVER;
	end->down_us = now_of(port) + MS_US * fate_between(port->fate, config->lapse_low_ms, config->lapse_high_ms);
	schedule(end);
}

static void break_link(struct wire_link *link)
{
	if (link->broken)
		return;
	link->broken = true;
	lapse(&link->ends[0]);
	lapse(&link->ends[1]);
}

void wire_part(struct wire_port *a, const struct wire_port *b)
{
	for (struct wire_end *end = a->ends; end; end = end->next)
		if (end->up && wire_other(end) == b)
			break_link(end->link);
}

/* The other end goes away: what has left it arrives, what had to wait does not. */
static void bereave(struct wire_end *to, uint64_t down_us)
{
	struct wire *wire = to->port->wire;
	uint64_t arrives = now_of(to->port) + MS_US * (uint64_t)wire->config.latency_ms;
	struct wire_parcel **at = &to->first;
	to->last = NULL;
	while (*at) {
		struct wire_parcel *parcel = *at;
		if (parcel->at_us > arrives) {
			*at = parcel->next;
			discard(wire, parcel);
			continue;
		}
		to->last = parcel;
		at = &parcel->next;
	}
	to->left_us = AGENDA_NEVER;
	to->down_us = earlier(to->down_us, down_us);
	schedule(to);
}

void wire_vanish(struct wire_port *port)
{
	const struct wire_config *config = &port->wire->config;
	while (port->ends) {
		struct wire_end *end = port->ends, *other = other_of(end);
		if (other->port && !end->link->broken) {
			end->link->broken = true;
			bereave(other, now_of(port) + MS_US * fate_between(other->port->fate, config->lapse_low_ms, config->lapse_high_ms));
		}
		release(end);
	}
}

void wire_end_link(struct wire_end *end)
{
	struct wire_port *port = end->port;
	struct wire_end *other = other_of(end);
	if (other->port && !end->link->broken)
		bereave(other, now_of(port) + MS_US * (uint64_t)port->wire->config.latency_ms);
	struct wire_end was = *end;
	release(end);
	if (port->wire->hooks.over) {
		was.port = port;
		port->wire->hooks.over(&was, false);
	}
}

void wire_fail(struct wire_end *end)
{
	struct wire_port *port = end->port;
	struct wire_end was = *end;
	release(end);
	was.port = port;
	if (port->wire->hooks.over)
		port->wire->hooks.over(&was, true);
	wire_upward(port);
	port->listener->down(port->listener->owner, port->radio, was.number);
}

static void arrive(struct wire_end *end, struct wire_parcel *parcel)
{
	struct wire_port *port = end->port;
	struct air *air = port->wire->air;
	const struct air_observer *observer = air->observer;
	enum air_medium medium = port->wire->config.medium;
	uint64_t *sum = medium == AIR_LE ? &air->sums.le_bytes : medium == AIR_WIFI ? &air->sums.wifi_bytes : &air->sums.net_bytes;
	*sum += parcel->len;
	end->link->bytes += parcel->len;
	port->bytes += parcel->len;
	end->traffic_ms = now_of(port) / MS_US;
	if (observer->carried)
		observer->carried(observer->owner, medium, end->link->nodes[end == &end->link->ends[0]], port->node, parcel->bytes, parcel->len);
	wire_upward(port);
	port->listener->input(port->listener->owner, port->radio, end->number, parcel->bytes, parcel->len);
}

/* The listener may have ended it. */
static bool lives(const struct wire_end *end, const struct wire_port *port, uint32_t number)
{
	return end->port == port && end->number == number;
}

/* Tells what is due at an open end. */
static void deliver(struct wire_end *end)
{
	struct wire_port *port = end->port;
	uint32_t number = end->number;
	uint64_t now = now_of(port);
	if (end->up_owed) {
		end->up_owed = false;
		if (port->wire->hooks.up && !port->wire->hooks.up(end)) {
			wire_end_link(end);
			return;
		}
		wire_upward(port);
		port->listener->up(port->listener->owner, port->radio, number, end->kind);
	}
	while (lives(end, port, number) && end->first && end->first->at_us <= now) {
		struct wire_parcel *parcel = end->first;
		end->first = parcel->next;
		end->last = end->first ? end->last : NULL;
		arrive(end, parcel);
		discard(port->wire, parcel);
	}
	if (lives(end, port, number) && end->wants_room && end->left_us <= now) {
		end->wants_room = false;
		wire_upward(port);
		port->listener->writable(port->listener->owner, port->radio, number);
	}
	if (lives(end, port, number) && end->down_us <= now)
		wire_fail(end);
	else if (lives(end, port, number))
		schedule(end);
}

static void happens(void *owner)
{
	struct wire_end *end = owner;
	struct wire_port *port = end->port;
	wire_enter(port);
	if (end->up)
		deliver(end);
	else
		port->wire->hooks.due(end);
	wire_leave(port);
}

static void attach(struct wire_end *end, struct wire_port *port, enum link_kind kind, const uint8_t *name)
{
	struct wire_link *link = end->link;
	uint64_t now = now_of(port);
	port->last_number = port->last_number == UINT32_MAX ? 1 : port->last_number + 1;
	*end = (struct wire_end){.port = port, .number = port->last_number, .kind = kind, .traffic_ms = now / MS_US, .since_us = now};
	end->link = link;
	end->down_us = AGENDA_NEVER;
	end->item.happen = happens;
	end->item.owner = end;
	memcpy(end->name, name, sizeof end->name);
	struct wire_end **at = &port->ends;
	while (*at)
		at = &(*at)->next;
	*at = end;
	port->end_count++;
}

struct wire_end *wire_dial(struct wire_port *port, enum link_kind kind, const uint8_t name[static AIR_NAME_SIZE], uint64_t at_us)
{
	struct wire *wire = port->wire;
	struct wire_link *link = wire->spare_links;
	if (link)
		wire->spare_links = link->next;
	else
		link = need(malloc(sizeof *link));
	*link = (struct wire_link){.nodes[0] = port->node};
	link->ends[0].link = link->ends[1].link = link;
	attach(&link->ends[0], port, kind, name);
	wire_wait(&link->ends[0], at_us);
	return &link->ends[0];
}

void wire_wait(struct wire_end *end, uint64_t at_us)
{
	assert(!end->up);
	agenda_set(end->port->wire->air->agenda, &end->item, at_us);
}

void wire_open(struct wire_end *end, struct wire_port *to, enum link_kind kind, const uint8_t name[static AIR_NAME_SIZE])
{
	struct wire_link *link = end->link;
	struct air *air = end->port->wire->air;
	assert(!end->up && end == &link->ends[0] && !link->ends[1].port);
	attach(&link->ends[1], to, kind, name);
	link->opened = true;
	link->nodes[1] = to->node;
	air->sums.links++;
	if (air->observer->link_up)
		air->observer->link_up(air->observer->owner, to->wire->config.medium, end->port->node, to->node);
	end->traffic_ms = now_of(to) / MS_US;
	for (unsigned i = 0; i < 2; i++) {
		link->ends[i].up = link->ends[i].up_owed = true;
		schedule(&link->ends[i]);
	}
}

uint32_t wire_loss(const struct wire *wire, uint32_t a, uint32_t b)
{
	uint64_t pass = MILLION - wire->config.loss;
	if (wire->config.jammed) {
		pass = pass * (MILLION - ether_loss(wire->air->ether, a)) / MILLION;
		pass = pass * (MILLION - ether_loss(wire->air->ether, b)) / MILLION;
	}
	return (uint32_t)(MILLION - pass);
}

/* How long bytes take on the air of a port. */
static uint64_t airtime_us(const struct wire_port *port, size_t len, uint32_t loss)
{
	const struct wire_config *config = &port->wire->config;
	uint64_t packets = (len + config->packet - 1) / config->packet;
	uint64_t bits = 8 * (len + packets * config->overhead);
	return bits * MILLION / port->rate_bps * MILLION / (MILLION - loss) + 1;
}

/* What becomes of a parcel in the hands of whom meddles. */
static void meddle(struct wire_end *end, struct wire_parcel *parcel, uint64_t at_us)
{
	struct wire_port *port = end->port;
	struct wire *wire = port->wire;
	struct wire_end *to = other_of(end);
	bool now = fate_happens(port->fate, TAMPER_PER_MILLION);
	switch (port->tamper) {
	case AIR_HONEST:
		break;
	case AIR_MUTE:
		if (now) {
			discard(wire, parcel);
			return;
		}
		break;
	case AIR_FLIP:
		if (now)
			parcel->bytes[fate_below(port->fate, parcel->len)] ^= (uint8_t)(1u << fate_below(port->fate, 8));
		break;
	case AIR_REPLAY:
		if (now && end->kept)
			post_parcel(to, pack(wire, end->kept->bytes, end->kept->len), at_us);
		if (!end->kept || fate_happens(port->fate, KEEP_PER_MILLION)) {
			discard(wire, end->kept);
			end->kept = pack(wire, parcel->bytes, parcel->len);
		}
		break;
	case AIR_REORDER:
		if (now && !end->kept) {
			end->kept = parcel;
			return;
		}
		break;
	}
	post_parcel(to, parcel, at_us);
	if (port->tamper == AIR_REORDER && end->kept) {
		post_parcel(to, end->kept, at_us);
		end->kept = NULL;
	}
}

size_t wire_room(struct radio *radio, uint32_t link)
{
	struct wire_port *port = radio->state;
	struct wire_end *end = wire_find(port, link);
	if (!end || !end->up)
		return 0;
	if (end->left_us <= now_of(port))
		return port->wire->config.room;
	end->wants_room = true;
	schedule(end);
	return 0;
}

void wire_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct wire_port *port = radio->state;
	struct wire *wire = port->wire;
	struct wire_end *end = wire_find(port, link);
	if (!end || !end->up || len == 0)
		return;
	uint64_t now = now_of(port);
	assert(end->left_us <= now && len <= wire->config.room);
	struct wire_end *to = other_of(end);
	end->traffic_ms = now / MS_US;
	uint32_t loss = to->port ? wire_loss(wire, port->node, to->port->node) : 0;
	if (to->port && loss > LOSS_MOST)
		break_link(end->link);
	if (!to->port || end->link->broken) {
		end->left_us = AGENDA_NEVER;
		return;
	}
	uint64_t start = later(now, later(port->busy_until_us, to->port->busy_until_us));
	uint64_t own = airtime_us(port, len, loss), theirs = airtime_us(to->port, len, loss);
	port->busy_until_us = start + own;
	to->port->busy_until_us = start + theirs;
	port->bytes += len;
	end->left_us = start + later(own, theirs);
	uint64_t at_us = end->left_us + MS_US * (uint64_t)wire->config.latency_ms;
	if (port->tamper == AIR_HONEST)
		post_parcel(to, pack(wire, bytes, len), at_us);
	else
		meddle(end, pack(wire, bytes, len), at_us);
	schedule(to);
}

void wire_hang_up(struct radio *radio, uint32_t link)
{
	struct wire_end *end = wire_find(radio->state, link);
	if (end)
		wire_end_link(end);
}
