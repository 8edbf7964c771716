#include "crypto/gatekey.h"
#include "node/post/pump.h"
#include "platform/sim/le.h"
#include "platform/sim/net.h"
#include "platform/sim/wifi.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Real posts with real pumps on virtual radios: the whole of what a daemon runs but its loop. */

enum {
	POSTS = 3,
	RANGE_MM = 30000,
	BEGIN_US = 1000000000,
	UNIX_S = 1795000000,
	BULK = 120,
	HEAP = 300, /* letters, more than a slow link carries in a minute */
};

struct node {
	struct post *post;
	struct pump *pump;
	struct le_port *le;
	struct wifi_port *wifi;
	struct net_port *net;
	struct fate fate;
	struct agenda_item item;
	uint32_t number;
};

static struct agenda *agenda;
static struct ether *ether;
static struct le *le;
static struct wifi *wifi;
static struct net *net;
static struct air air;
static struct node nodes[POSTS];
static uint64_t seen; /* a digest of all that was carried, and when */
static uint64_t carried[3];

static struct moment now_of(void *owner)
{
	(void)owner; /* one clock for all */
	uint64_t now = agenda_now_ms(agenda);
	return (struct moment){.boot_ms = now, .unix_s = UNIX_S + now / 1000};
}

static void mix(uint64_t value)
{
	seen = (seen ^ value) * UINT64_C(0x100000001b3);
}

static void see_carried(void *owner, enum air_medium medium, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len)
{
	(void)owner; /* one observer for all */
	mix(agenda_now_us(agenda));
	mix((uint64_t)medium << 40 | (uint64_t)from << 20 | to);
	for (size_t i = 0; i < len; i++)
		mix(bytes[i]);
	carried[medium] += len;
}

static void met(void *owner, uint32_t a, uint32_t b)
{
	(void)owner; /* one world */
	le_met(le, a, b);
}

static void parted(void *owner, uint32_t a, uint32_t b)
{
	(void)owner; /* one world */
	le_parted(le, a, b);
	wifi_parted(wifi, a, b);
}

static void turn_begin(void *owner, uint32_t node)
{
	(void)owner; /* one world */
	fate_enter(&nodes[node].fate);
}

static void turn_end(void *owner, uint32_t number)
{
	struct node *node = &nodes[number];
	(void)owner; /* one world */
	ck_assert_int_eq(pump_turn(node->pump), ERR_OK);
	uint64_t next = pump_next_deadline(node->pump);
	agenda_set(agenda, &node->item, next == UINT64_MAX ? AGENDA_NEVER : next * 1000);
}

static void deadline(void *owner)
{
	const struct node *node = owner;
	turn_begin(NULL, node->number);
	turn_end(NULL, node->number);
}

static const char *implementation(void)
{
	return "fate";
}

static uint32_t random_word(void)
{
	return (uint32_t)fate_draw(fate_entered());
}

static void random_fill(void *const out, const size_t len)
{
	fate_fill(fate_entered(), out, len);
}

static const struct air_observer observer = {.carried = see_carried};
static struct randombytes_implementation randomness = {.implementation_name = implementation, .random = random_word, .buf = random_fill};

static void open_node(uint32_t number, uint64_t seed)
{
	struct node *node = &nodes[number];
	node->number = number;
	fate_seed(&node->fate, seed, number);
	fate_enter(&node->fate);
	struct post_config config = {.store_path = ":memory:", .store_max_bytes = 64 << 20};
	ck_assert_int_eq(post_open(&node->post, &config, now_of(NULL)), ERR_OK);
	node->pump = pump_new(&(struct pump_config){.post = node->post, .now = now_of});
	node->item.happen = deadline;
	node->item.owner = node;
	const struct radio_listener *listener = pump_listener(node->pump);
	node->le = le_on(le, &(struct le_port_config){number, listener, &node->fate, DUTY_BATTERY_MAINS});
	pump_add_radio(node->pump, le_radio(node->le));
	agenda_set(agenda, &node->item, 0);
}

static void add_wifi(uint32_t number)
{
	struct node *node = &nodes[number];
	node->wifi = wifi_on(wifi, &(struct wifi_port_config){number, pump_listener(node->pump), pump_lane_listener(node->pump), &node->fate});
	pump_add_radio(node->pump, wifi_radio(node->wifi));
	pump_set_lane(node->pump, wifi_lane(node->wifi));
}

static void add_net(uint32_t number, bool is_gateway)
{
	struct node *node = &nodes[number];
	struct post_config config = {.store_max_bytes = 64 << 20, .has_gateway_secret = is_gateway, .has_gateway_key = !is_gateway};
	memset(config.gateway_secret, 7, sizeof config.gateway_secret);
	ck_assert(gatekey_public(config.gateway_secret, config.gateway_key));
	post_close(node->post);
	config.store_path = ":memory:";
	ck_assert_int_eq(post_open(&node->post, &config, now_of(NULL)), ERR_OK);
	pump_free(node->pump);
	node->pump = pump_new(&(struct pump_config){.post = node->post, .now = now_of});
	le_off(node->le);
	node->le = NULL;
	node->net = net_on(net, &(struct net_port_config){number, pump_listener(node->pump), &node->fate, is_gateway, 0});
	pump_add_radio(node->pump, net_radio(node->net));
}

static void open_world(uint64_t seed, uint32_t rate_bps)
{
	memset(nodes, 0, sizeof nodes);
	memset(carried, 0, sizeof carried);
	seen = 0;
	ck_assert_int_eq(randombytes_set_implementation(&randomness), 0);
	agenda = agenda_new(BEGIN_US);
	ether = ether_new(&(struct ether_config){POSTS, RANGE_MM});
	ether_listen(ether, &(struct ether_listener){.met = met, .parted = parted});
	air = (struct air){.agenda = agenda, .ether = ether, .observer = &observer, .turn_begin = turn_begin, .turn_end = turn_end};
	le = le_new(&air, &(struct le_config){.rate_bps = rate_bps, .latency_ms = 30, .loss = 50000, .rotation_ms = 900000});
	wifi = wifi_new(&air, &(struct wifi_config){20000000, 3, 60000, 3000});
	net = net_new(&air, &(struct net_config){2000000, 80});
	for (uint32_t i = 0; i < POSTS; i++)
		open_node(i, seed);
}

static void close_world(void)
{
	for (unsigned i = 0; i < POSTS; i++) {
		le_off(nodes[i].le);
		wifi_off(nodes[i].wifi);
		net_off(nodes[i].net);
		pump_free(nodes[i].pump);
		post_close(nodes[i].post);
	}
	le_free(le);
	wifi_free(wifi);
	net_free(net);
	ether_free(ether);
	agenda_free(agenda);
}

static void run_ms(uint64_t ms)
{
	uint64_t until = agenda_now_us(agenda) + ms * 1000;
	while (agenda_step(agenda, until))
		;
}

static void place(uint32_t node, int32_t x_mm)
{
	ether_move(ether, node, (struct ether_place){x_mm, 0});
}

static struct sample give(uint32_t node, uint32_t number, enum letter_class class, uint8_t bucket)
{
	struct sample sample = sample_sealed(number, class, bucket);
	uint8_t id[LETTER_ID_SIZE];
	fate_enter(&nodes[node].fate);
	ck_assert_int_eq(post_submit(nodes[node].post, sample.bytes, sample.len, SUBMIT_SEND_NOW, id, now_of(NULL)), VERDICT_STORED);
	pump_touch(nodes[node].pump);
	turn_end(NULL, node);
	return sample;
}

static bool holds(uint32_t node, const struct sample *sample)
{
	return post_track(nodes[node].post, sample->id).place == PLACE_HELD;
}

/* A meets B, they part, B meets C. */
static void relay(uint64_t seed)
{
	open_world(seed, 500000);
	place(0, 0);
	place(1, 10000);
	place(2, 500000);
	struct sample letter = give(0, 1, CLASS_ROUTINE, 1);
	run_ms(15000);
	ck_assert(holds(1, &letter));
	ck_assert(!holds(2, &letter));
	place(1, 490000);
	run_ms(15000);
	ck_assert(holds(2, &letter));
	ck_assert_uint_gt(air.sums.le_bytes, 500);
	ck_assert_uint_eq(carried[AIR_LE], air.sums.le_bytes);
	close_world();
}

START_TEST(a_letter_crosses_two_meetings)
{
	for (uint64_t seed = 1; seed <= 10; seed++)
		relay(seed);
}
END_TEST

START_TEST(the_same_seed_is_the_same_run)
{
	relay(7);
	uint64_t first = seen;
	relay(7);
	ck_assert_uint_eq(seen, first);
	relay(8);
	ck_assert_uint_ne(seen, first);
}
END_TEST

START_TEST(an_urgent_letter_overtakes_bulk)
{
	open_world(3, 200000);
	struct sample bulk[BULK];
	for (uint32_t i = 0; i < BULK; i++)
		bulk[i] = give(0, 100 + i, CLASS_ROUTINE, 3);
	place(0, 0);
	place(1, 10000);
	for (unsigned waited = 0; !holds(1, &bulk[0]) && waited < 300; waited++)
		run_ms(100);
	struct sample urgent = give(0, 1, CLASS_URGENT, 1);
	run_ms(1500);
	ck_assert(holds(1, &urgent));
	unsigned held = 0;
	for (unsigned i = 0; i < BULK; i++)
		held += holds(1, &bulk[i]);
	ck_assert_uint_lt(held, BULK);
	run_ms(60000);
	for (unsigned i = 0; i < BULK; i++)
		ck_assert(holds(1, &bulk[i]));
	close_world();
}
END_TEST

START_TEST(a_heap_of_letters_takes_the_fast_lane)
{
	open_world(4, 200000);
	add_wifi(0);
	add_wifi(1);
	struct sample last = {.len = 0};
	for (uint32_t i = 0; i < HEAP; i++)
		last = give(0, 100 + i, CLASS_ROUTINE, 3);
	place(0, 0);
	place(1, 10000);
	run_ms(30000);
	ck_assert_uint_gt(air.sums.wifi_bytes, (uint64_t)HEAP * 4096 * 3 / 4);
	ck_assert(holds(1, &last));
	/* The lane goes when it is of no more use. */
	run_ms(60000);
	struct lane *lane = wifi_lane(nodes[0].wifi);
	ck_assert_uint_ne(lane->can(lane), 0);
	close_world();
}
END_TEST

START_TEST(a_letter_crosses_the_internet_to_a_gateway)
{
	open_world(5, 500000);
	add_net(0, true);
	add_net(1, false);
	struct sample letter = give(1, 1, CLASS_ROUTINE, 1);
	run_ms(10000);
	ck_assert(!holds(0, &letter));
	net_online(nodes[1].net, true);
	run_ms(10000);
	ck_assert(holds(0, &letter));
	ck_assert_uint_gt(post_track(nodes[1].post, letter.id).gateway_at, 0);
	close_world();
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_posts");
	TCase *tcase = tcase_create("sim_posts");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_letter_crosses_two_meetings);
	tcase_add_test(tcase, the_same_seed_is_the_same_run);
	tcase_add_test(tcase, an_urgent_letter_overtakes_bulk);
	tcase_add_test(tcase, a_heap_of_letters_takes_the_fast_lane);
	tcase_add_test(tcase, a_letter_crosses_the_internet_to_a_gateway);
	suite_add_tcase(suite, tcase);
	return suite;
}
