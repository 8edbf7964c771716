#include "platform/sim/wifi.h"

#include "platform/sim/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* As platform/linux/wifi_direct.h has them. */
enum {
	JOIN_MS = 25000, /* until a link is up; a maker waits for one as long */
	TRIES = 6,
	ALONE_MS = 3000,
	IDLE_MS = 10000,
	LIFE_MS = 120000,
	LOOK_MS = 1000, /* how often a lane looks whether its ends are still in range */
	PACKET = 1400,
	OVERHEAD = 100,
	ROOM = 16 * 1024,
	LAPSE_LOW_MS = 3000,
	LAPSE_HIGH_MS = 10000,
	NAME_LEN = 9, /* "DIRECT-" and two of chance */
	SECRET_LEN = 16,
	FREQUENCY_MHZ = 2437,
	PORT = 4747,
	FIRST_CAP = 64,
};

enum stage {
	STAGE_NONE,
	STAGE_MAKING,
	STAGE_JOINING,
	STAGE_OPEN,
	STAGE_ENDING, /* by our post: nothing is told */
};

struct wifi {
	struct wire wire;
	struct air *air;
	struct wifi_config config;
	uint32_t cap;
	struct wifi_port **ports;
	struct wifi_port *makers; /* open ones, youngest first */
};

struct wifi_port {
	struct wire_port wire;
	struct radio radio;
	struct lane lane;
	const struct lane_listener *lane_listener;
	struct wifi *wifi;
	enum stage stage;
	bool made;      /* by us; it is among the makers */
	bool owes_over; /* begun while it could not be */
	bool linked;    /* there was a link */
	unsigned tries;
	uint64_t ready_ms, give_up_ms, life_ends_ms, linked_ms;
	struct lane_group group;
	struct agenda_item item;
	struct wifi_port *next;
};

static uint64_t now_ms(const struct wifi_port *port)
{
	return agenda_now_ms(port->wifi->air->agenda);
}

static void set(struct wifi_port *port, uint64_t at_ms)
{
	agenda_set(port->wifi->air->agenda, &port->item, at_ms * 1000);
}

/* As long as the settings say, half of it more or less. */
static uint64_t setup_ms(const struct wifi_port *port)
{
	uint32_t setup = port->wifi->config.setup_ms;
	return fate_between(port->wire.fate, setup - setup / 2, (uint64_t)setup + setup / 2);
}

static void leave_makers(struct wifi_port *port)
{
	struct wifi_port **at = &port->wifi->makers;
	while (*at && *at != port)
		at = &(*at)->next;
	if (*at)
		*at = port->next;
	port->made = false;
}

/* Everything of the lane is over; its links end, and the other side's radio sees it. */
static void close_group(struct wifi_port *port)
{
	leave_makers(port);
	port->stage = STAGE_NONE;
	memset(&port->group, 0, sizeof port->group);
	while (port->wire.ends) {
		struct wire_end *end = port->wire.ends;
		bool was_up = end->up && !end->up_owed;
		uint32_t number = end->number;
		wire_end_link(end);
		if (!was_up)
			continue;
		wire_upward(&port->wire);
		port->wire.listener->down(port->wire.listener->owner, &port->radio, number);
	}
	agenda_clear(port->wifi->air->agenda, &port->item);
}

static void give_up(struct wifi_port *port)
{
	close_group(port);
	wire_upward(&port->wire);
	port->lane_listener->over(port->lane_listener->owner);
	port->lane_listener->able(port->lane_listener->owner);
}

static void make_group(struct wifi_port *port)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	struct wifi *wifi = port->wifi;
	struct lane_group *group = &port->group;
	struct fate *fate = port->wire.fate;
	*group = (struct lane_group){.frequency_mhz = FREQUENCY_MHZ, .port = PORT, .ssid_len = NAME_LEN, .passphrase_len = SECRET_LEN};
	group->address[0] = 0xfe;
	group->address[1] = 0x80;
	fate_fill(fate, group->address + 8, 8);
	memcpy(group->ssid, "DIRECT-", 7);
	for (unsigned i = 7; i < NAME_LEN; i++)
		group->ssid[i] = (uint8_t)letters[fate_below(fate, 32)];
	for (unsigned i = 0; i < SECRET_LEN; i++)
		group->passphrase[i] = (uint8_t)letters[fate_below(fate, 32)];
	port->stage = STAGE_OPEN;
	port->made = true;
	port->next = wifi->makers;
	wifi->makers = port;
	port->give_up_ms = now_ms(port) + JOIN_MS;
	set(port, now_ms(port) + LOOK_MS);
	wire_upward(&port->wire);
	port->lane_listener->made(port->lane_listener->owner, group);
}

static uint64_t crossed_ms(const struct wifi_port *port)
{
	uint64_t crossed = port->linked_ms;
	for (const struct wire_end *end = port->wire.ends; end; end = end->next)
		crossed = end->traffic_ms > crossed ? end->traffic_ms : crossed;
	return crossed;
}

static bool is_spent(const struct wifi_port *port)
{
	uint64_t now = now_ms(port);
	if (now >= port->life_ends_ms)
		return true;
	if (!port->linked)
		return now >= port->give_up_ms;
	return (!port->wire.ends && now - port->linked_ms >= ALONE_MS) || now - crossed_ms(port) >= IDLE_MS;
}

static void look(struct wifi_port *port)
{
	if (is_spent(port)) {
		give_up(port);
		return;
	}
	const struct ether *ether = port->wifi->air->ether;
	for (struct wire_end *end = port->wire.ends; end; end = end->next) {
		const struct wire_port *other = wire_other(end);
		if (other && !ether_within(ether, port->wire.node, other->node, port->wifi->config.range_mm))
			wire_part(&port->wire, other);
	}
	set(port, now_ms(port) + LOOK_MS);
}

static void time_comes(void *owner)
{
	struct wifi_port *port = owner;
	wire_enter(&port->wire);
	if (port->stage == STAGE_ENDING) {
		close_group(port);
		wire_upward(&port->wire);
		port->lane_listener->able(port->lane_listener->owner);
	}
	if (port->owes_over) {
		port->owes_over = false;
		wire_upward(&port->wire);
		port->lane_listener->over(port->lane_listener->owner);
	} else if (port->stage == STAGE_MAKING) {
		make_group(port);
	} else if (port->stage == STAGE_OPEN) {
		look(port);
	}
	wire_leave(&port->wire);
}

static struct wifi_port *find_maker(const struct wifi_port *port)
{
	const struct wifi *wifi = port->wifi;
	const struct lane_group *group = &port->group;
	for (struct wifi_port *maker = wifi->makers; maker; maker = maker->next) {
		const struct lane_group *made = &maker->group;
		bool same = made->ssid_len == group->ssid_len && made->passphrase_len == group->passphrase_len &&
			    !memcmp(made->ssid, group->ssid, made->ssid_len) && !memcmp(made->passphrase, group->passphrase, made->passphrase_len);
		if (same && maker != port && !maker->linked &&
		    ether_within(wifi->air->ether, port->wire.node, maker->wire.node, wifi->config.range_mm))
			return maker;
	}
	return NULL;
}

/* A try to join has come to its end. */
static void due(struct wire_end *end)
{
	struct wifi_port *port = end->port->owner;
	struct wifi_port *maker = find_maker(port);
	if (maker) {
		uint8_t name[AIR_NAME_SIZE] = {0};
		wire_open(end, &maker->wire, LINK_ANSWERED, name);
		return;
	}
	port->tries++;
	uint64_t next = now_ms(port) + setup_ms(port);
	if (port->tries >= TRIES || next >= port->give_up_ms)
		give_up(port);
	else
		wire_wait(end, next * 1000);
}

static bool up(struct wire_end *end)
{
	struct wifi_port *port = end->port->owner;
	port->linked = true;
	port->linked_ms = now_ms(port);
	if (port->stage != STAGE_JOINING && port->stage != STAGE_OPEN)
		return false;
	port->stage = STAGE_OPEN;
	set(port, now_ms(port) + LOOK_MS);
	return true;
}

static void over(struct wire_end *end, bool broke)
{
	struct wifi_port *port = end->port->owner;
	(void)broke; /* either way the lane is alone from now on */
	if (port->linked)
		port->linked_ms = now_ms(port);
}

static unsigned lane_can(const struct lane *lane)
{
	const struct wifi_port *port = lane->state;
	return port->stage == STAGE_NONE ? LANE_CAN_JOIN | LANE_CAN_MAKE : 0;
}

/* False: over() is told instead, in an event of its own. */
static bool begin(struct wifi_port *port, enum stage stage)
{
	uint64_t now = now_ms(port);
	if (port->stage != STAGE_NONE) {
		port->owes_over = true;
		set(port, now);
		return false;
	}
	port->stage = stage;
	port->linked = false;
	port->tries = 0;
	port->linked_ms = now;
	port->give_up_ms = now + JOIN_MS;
	port->life_ends_ms = now + LIFE_MS;
	return true;
}

static void lane_make(struct lane *lane)
{
	struct wifi_port *port = lane->state;
	if (begin(port, STAGE_MAKING))
		set(port, now_ms(port) + setup_ms(port));
}

static void lane_join(struct lane *lane, const struct lane_group *group)
{
	struct wifi_port *port = lane->state;
	uint8_t name[AIR_NAME_SIZE] = {0};
	if (!begin(port, STAGE_JOINING))
		return;
	port->group = *group;
	(void)wire_dial(&port->wire, LINK_DIALLED, name, (now_ms(port) + setup_ms(port)) * 1000); /* found again by the hook */
}

static void lane_end(struct lane *lane)
{
	struct wifi_port *port = lane->state;
	port->owes_over = false;
	if (port->stage == STAGE_NONE)
		return;
	leave_makers(port);
	port->stage = STAGE_ENDING;
	set(port, 0);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	(void)radio; /* links are opened by joining */
	(void)address;
	(void)len;
	return 0;
}

static void radio_free(struct radio *radio)
{
	const struct wire_port *wire = radio->state;
	wifi_off(wire->owner);
}

struct wifi *wifi_new(struct air *air, const struct wifi_config *config)
{
	struct wifi *wifi = calloc(1, sizeof *wifi);
	if (!wifi)
		return NULL;
	wifi->air = air;
	wifi->config = *config;
	wifi->wire.air = air;
	wifi->wire.hooks = (struct wire_hooks){.due = due, .up = up, .over = over};
	wifi->wire.config = (struct wire_config){
		.medium = AIR_WIFI,
		.latency_ms = config->latency_ms,
		.packet = PACKET,
		.overhead = OVERHEAD,
		.room = ROOM,
		.lapse_low_ms = LAPSE_LOW_MS,
		.lapse_high_ms = LAPSE_HIGH_MS,
	};
	return wifi;
}

void wifi_free(struct wifi *wifi)
{
	if (!wifi)
		return;
	wire_close_all(&wifi->wire);
	free(wifi->ports);
	free(wifi);
}

void wifi_parted(struct wifi *wifi, uint32_t a, uint32_t b)
{
	struct wifi_port *first = a < wifi->cap ? wifi->ports[a] : NULL, *second = b < wifi->cap ? wifi->ports[b] : NULL;
	if (first && second && !ether_within(wifi->air->ether, a, b, wifi->config.range_mm))
		wire_part(&first->wire, &second->wire);
}

/* Makes room for a node of this number. */
static bool reach(struct wifi *wifi, uint32_t node)
{
	uint32_t cap = wifi->cap ? wifi->cap : FIRST_CAP;
	while (cap <= node)
		cap *= 2;
	if (cap == wifi->cap)
		return true;
	struct wifi_port **ports = realloc(wifi->ports, cap * sizeof *ports);
	if (!ports)
		return false;
	memset(ports + wifi->cap, 0, (cap - wifi->cap) * sizeof(struct wifi_port *));
	wifi->ports = ports;
	wifi->cap = cap;
	return true;
}

struct wifi_port *wifi_on(struct wifi *wifi, const struct wifi_port_config *config)
{
	struct wifi_port *port = reach(wifi, config->node) ? calloc(1, sizeof *port) : NULL;
	if (!port)
		return NULL;
	assert(!wifi->ports[config->node]);
	port->wifi = wifi;
	port->lane_listener = config->lane_listener;
	port->wire.wire = &wifi->wire;
	port->wire.radio = &port->radio;
	port->wire.listener = config->listener;
	port->wire.fate = config->fate;
	port->wire.owner = port;
	port->wire.node = config->node;
	port->wire.rate_bps = wifi->config.rate_bps;
	port->radio = (struct radio){
		.name = "wifi-direct",
		.state = &port->wire,
		.connect = radio_connect,
		.room = wire_room,
		.send = wire_send,
		.close = wire_hang_up,
		.free = radio_free,
	};
	port->lane = (struct lane){.state = port, .can = lane_can, .make = lane_make, .join = lane_join, .end = lane_end};
	port->item.happen = time_comes;
	port->item.owner = port;
	wifi->ports[config->node] = port;
	return port;
}

void wifi_off(struct wifi_port *port)
{
	if (!port)
		return;
	leave_makers(port);
	wire_vanish(&port->wire);
	agenda_clear(port->wifi->air->agenda, &port->item);
	port->wifi->ports[port->wire.node] = NULL;
	free(port);
}

struct radio *wifi_radio(struct wifi_port *port)
{
	return &port->radio;
}

struct lane *wifi_lane(struct wifi_port *port)
{
	return &port->lane;
}
