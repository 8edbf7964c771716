#include "tests/support/airrig.h"

#include <string.h>

enum { BEGIN_US = 1000000000, PAIR_MS = 30000, NOBODY = UINT32_MAX };

struct airrig airrig;

static uint32_t turn_of; /* whose turn it is, or NOBODY */
static bool downward;    /* inside a call of ours */

static void mix(uint64_t value)
{
	airrig.digest = (airrig.digest ^ value) * UINT64_C(0x100000001b3);
}

/* Every call upward comes by here. */
static struct airrig_node *told(void *owner, uint32_t what, uint32_t link)
{
	struct airrig_node *node = owner;
	ck_assert(!downward);
	ck_assert_uint_eq(turn_of, node->number);
	mix(agenda_now_us(airrig.agenda));
	mix((uint64_t)node->number << 32 | what << 24);
	mix(link);
	return node;
}

uint64_t airrig_now(void)
{
	return agenda_now_ms(airrig.agenda);
}

static void on_sighting(void *owner, struct radio *radio, const struct radio_sighting *sighting)
{
	struct airrig_node *node = told(owner, 1, 0);
	node->sightings++;
	node->sighted_ms = airrig_now();
	node->sighting = *sighting;
	for (unsigned i = 0; i < BEACON_SIZE; i++)
		mix(sighting->beacon[i]);
	if (!node->dials)
		return;
	downward = true;
	(void)radio->connect(radio, sighting->address, sighting->address_len); /* what comes of it is told */
	downward = false;
}

static void on_up(void *owner, struct radio *radio, uint32_t link, enum link_kind kind)
{
	struct airrig_node *node = told(owner, 2, link);
	node->ups++;
	node->up_ms = airrig_now();
	node->link = link;
	node->kind = kind;
	node->radio = radio;
}

static void on_input(void *owner, struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct airrig_node *node = told(owner, 3, link);
	(void)radio; /* counted together */
	for (size_t i = 0; i < len; i++) {
		mix(bytes[i]);
		if (node->received + i < AIRRIG_INBOX)
			node->inbox[node->received + i] = bytes[i];
	}
	node->received += len;
	node->input_ms = airrig_now();
}

static void on_writable(void *owner, struct radio *radio, uint32_t link)
{
	struct airrig_node *node = told(owner, 4, link);
	(void)radio; /* the end of the turn serves it */
	node->writables++;
}

static void on_down(void *owner, struct radio *radio, uint32_t link)
{
	struct airrig_node *node = told(owner, 5, link);
	node->downs++;
	node->down_ms = airrig_now();
	if (link == node->link && radio == node->radio)
		node->link = 0;
}

static void on_renew(void *owner, struct radio *radio)
{
	struct airrig_node *node = told(owner, 6, 0);
	(void)radio; /* it has one beacon for all */
	node->renewals++;
	fate_fill(&node->fate, node->beacon, BEACON_SIZE);
	node->beacon_owed = true;
}

static void on_made(void *owner, const struct lane_group *group)
{
	struct airrig_node *node = told(owner, 7, 0);
	node->made++;
	node->group = *group;
}

static void on_over(void *owner)
{
	told(owner, 8, 0)->overs++;
}

static void on_able(void *owner)
{
	told(owner, 9, 0)->ables++;
}

static void serve(struct airrig_node *node)
{
	uint8_t record[RECORD_WIRE_MAX];
	struct radio *radio = node->radio;
	while (node->link && node->sends > 0) {
		size_t room = radio->room(radio, node->link);
		if (room < RECORD_WIRE_MAX)
			return;
		uint32_t len = node->sends < RECORD_WIRE_MAX ? node->sends : RECORD_WIRE_MAX;
		for (uint32_t i = 0; i < len; i++)
			record[i] = (uint8_t)node->sent++;
		radio->send(radio, node->link, record, len);
		node->sends -= len;
		node->sent_ms = airrig_now();
	}
}

static void turn_begin(void *owner, uint32_t number)
{
	(void)owner; /* one rig */
	ck_assert_uint_eq(turn_of, NOBODY);
	ck_assert_uint_lt(number, AIRRIG_NODES);
	turn_of = number;
	airrig.nodes[number].turns++;
	fate_enter(&airrig.nodes[number].fate);
}

/* What a pump does at the end of a turn. */
static void turn_end(void *owner, uint32_t number)
{
	struct airrig_node *node = &airrig.nodes[number];
	(void)owner; /* one rig */
	ck_assert_uint_eq(turn_of, number);
	downward = true;
	if (node->hangs_up && node->link) {
		node->radio->close(node->radio, node->link);
		node->link = 0;
	}
	serve(node);
	if (node->beacon_owed && node->le)
		le_radio(node->le)->beacon(le_radio(node->le), node->beacon);
	node->beacon_owed = false;
	downward = false;
	turn_of = NOBODY;
}

static void met(void *owner, uint32_t a, uint32_t b)
{
	(void)owner; /* one rig */
	le_met(airrig.le, a, b);
}

static void parted(void *owner, uint32_t a, uint32_t b)
{
	(void)owner; /* one rig */
	le_parted(airrig.le, a, b);
	wifi_parted(airrig.wifi, a, b);
}

static void see_shown(void *owner, const struct air_overheard *overheard)
{
	(void)owner; /* one rig */
	airrig.shown++;
	airrig.overheard = *overheard;
}

static void see_up(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer)
{
	(void)owner; /* one rig */
	(void)medium;
	ck_assert_uint_ne(dialler, answerer);
	airrig.links_up++;
}

static void see_down(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer, uint64_t bytes)
{
	(void)owner; /* one rig */
	(void)medium;
	ck_assert_uint_ne(dialler, answerer);
	airrig.links_down++;
	airrig.link_bytes += bytes;
}

static void see_carried(void *owner, enum air_medium medium, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len)
{
	(void)owner; /* one rig */
	(void)medium;
	ck_assert_uint_ne(from, to);
	ck_assert_ptr_nonnull(bytes);
	airrig.carried += len;
}

static const struct air_observer observer = {.shown = see_shown, .link_up = see_up, .link_down = see_down, .carried = see_carried};

static void open_node(uint32_t number, uint64_t seed)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->number = number;
	fate_seed(&node->fate, seed, number);
	node->listener = (struct radio_listener){
		.owner = node,
		.sighting = on_sighting,
		.up = on_up,
		.input = on_input,
		.writable = on_writable,
		.down = on_down,
		.renew = on_renew,
	};
	node->lane_listener = (struct lane_listener){node, on_made, on_over, on_able};
}

void airrig_open(uint64_t seed, const struct le_config *le)
{
	static const struct le_config usual = {.rate_bps = 500000, .latency_ms = 30, .rotation_ms = 900000};
	memset(&airrig, 0, sizeof airrig);
	turn_of = NOBODY;
	downward = false;
	airrig.agenda = agenda_new(BEGIN_US);
	airrig.ether = ether_new(&(struct ether_config){AIRRIG_NODES, AIRRIG_RANGE_MM});
	ether_listen(airrig.ether, &(struct ether_listener){.met = met, .parted = parted});
	airrig.air =
		(struct air){.agenda = airrig.agenda, .ether = airrig.ether, .observer = &observer, .turn_begin = turn_begin, .turn_end = turn_end};
	airrig.le = le_new(&airrig.air, le ? le : &usual);
	airrig.wifi = wifi_new(&airrig.air, &(struct wifi_config){.rate_bps = 20000000, .latency_ms = 3, .range_mm = 60000, .setup_ms = 3000});
	airrig.net = net_new(&airrig.air, &(struct net_config){.rate_bps = 1000000, .latency_ms = 100});
	for (uint32_t i = 0; i < AIRRIG_NODES; i++)
		open_node(i, seed);
}

void airrig_close(void)
{
	for (unsigned i = 0; i < AIRRIG_NODES; i++) {
		le_off(airrig.nodes[i].le);
		wifi_off(airrig.nodes[i].wifi);
		net_off(airrig.nodes[i].net);
	}
	le_free(airrig.le);
	wifi_free(airrig.wifi);
	net_free(airrig.net);
	ether_free(airrig.ether);
	agenda_free(airrig.agenda);
}

void airrig_run(uint64_t ms)
{
	uint64_t until = agenda_now_us(airrig.agenda) + ms * 1000;
	while (agenda_step(airrig.agenda, until))
		ck_assert_uint_eq(turn_of, NOBODY);
}

struct airrig_node *airrig_le(uint32_t number)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->le = le_on(airrig.le, &(struct le_port_config){number, &node->listener, &node->fate, DUTY_BATTERY_MAINS});
	ck_assert_ptr_nonnull(node->le);
	return node;
}

void airrig_place(uint32_t node, int32_t x_mm)
{
	ether_move(airrig.ether, node, (struct ether_place){x_mm, 0});
}

void airrig_news(uint32_t number)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->beacon[BEACON_NONCE_SIZE]++;
	le_radio(node->le)->beacon(le_radio(node->le), node->beacon);
}

void airrig_pair(void)
{
	airrig_le(0)->dials = true;
	airrig_le(1);
	airrig_place(0, 0);
	airrig_place(1, 10000);
	for (unsigned waited = 0; !airrig.nodes[1].link; waited += 10) {
		ck_assert_uint_lt(waited, PAIR_MS);
		airrig_run(10);
	}
	airrig.nodes[0].dials = false;
	ck_assert_uint_ne(airrig.nodes[0].link, 0);
}

void airrig_send(uint32_t number, uint32_t bytes)
{
	struct airrig_node *node = &airrig.nodes[number];
	node->sends += bytes;
	downward = true;
	serve(node);
	downward = false;
}
