/* What an hour of the radio's schedule costs in the situations of a day: seconds of showing and of listening, steps of the program, and how long two
 * strangers in that state take to notice each other. Simulated time: the policy that ships, and nothing else. */

#include "platform/duty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS, ROTATION_MS = 900 * 1000, LINKS_MAX = 7, PAIRS = 1000, PATIENCE_MS = 600 * 1000 };

struct node {
	struct duty duty;
	struct duty_view view;
	struct duty_orders orders;
	uint64_t steps, beacon_ms;
};

/* The system does at once what it is told. */
static void step(struct node *node, uint64_t now)
{
	bool was = node->view.advertising;
	for (unsigned i = 0; i < 4; i++) {
		duty_step(&node->duty, &node->view, now, &node->orders);
		if (node->orders.renew)
			duty_renewed(&node->duty);
		else if (node->view.advertising == node->orders.advertise && node->view.listening == node->orders.listen)
			break;
		node->view.advertising = node->orders.advertise;
		node->view.listening = node->orders.listen;
	}
	node->steps++;
	if (node->view.advertising && !was)
		node->beacon_ms = now + DUTY_BEACON_MS / 2;
}

static void open_node(struct node *node, uint32_t seed, const struct duty_view *view, uint64_t now)
{
	*node = (struct node){.view = *view};
	duty_open(&node->duty, seed, ROTATION_MS);
	step(node, now);
}

static uint64_t next_of(const struct node *node)
{
	return node->view.advertising && node->beacon_ms < node->orders.next_ms ? node->beacon_ms : node->orders.next_ms;
}

/* One beacon or step of a node. True if its beacon reaches the other. */
static bool advance(struct node *node, const struct node *other, uint64_t now)
{
	if (node->view.advertising && node->beacon_ms <= now) {
		node->beacon_ms = now + DUTY_BEACON_MS;
		return other->view.listening;
	}
	step(node, now);
	return false;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Two strangers, switched on at any time of an hour before, come into reach of each other. */
static uint64_t meeting_ms(uint32_t seed, const struct duty_view *view)
{
	struct node nodes[2];
	uint64_t start = HOUR_MS + seed * 7919 % ROTATION_MS;
	for (unsigned i = 0; i < 2; i++) {
		open_node(&nodes[i], seed * 2 + i + 1, view, 1 + (uint64_t)i * (seed * 104729 % ROTATION_MS));
		while (nodes[i].orders.next_ms < start)
			step(&nodes[i], nodes[i].orders.next_ms);
		while (nodes[i].beacon_ms < start)
			nodes[i].beacon_ms += DUTY_BEACON_MS;
	}
	for (;;) {
		unsigned first = next_of(&nodes[1]) < next_of(&nodes[0]);
		uint64_t now = next_of(&nodes[first]);
		if (now > start + PATIENCE_MS || advance(&nodes[first], &nodes[1 - first], now))
			return now - start;
	}
}

static void report(const char *what, const struct duty_view *view)
{
	static uint64_t waits[PAIRS];
	struct node node;
	open_node(&node, 1, view, 1);
	while (node.orders.next_ms < DAY_MS)
		step(&node, node.orders.next_ms);
	struct radio_airtime all = {.in_ms = 0};
	for (unsigned i = 0; i < RADIO_PACES; i++) {
		all.in_ms += duty_airtime(&node.duty)[i].in_ms;
		all.advertise_ms += duty_airtime(&node.duty)[i].advertise_ms;
		all.scan_ms += duty_airtime(&node.duty)[i].scan_ms;
	}
	for (uint32_t i = 0; i < PAIRS; i++)
		waits[i] = meeting_ms(i, view);
	qsort(waits, PAIRS, sizeof *waits, ascending);
	double hours = (double)all.in_ms / HOUR_MS;
	printf("{\"bench\":\"duty\",\"state\":\"%s\",\"advertise_s_per_hour\":%.0f,\"scan_s_per_hour\":%.0f,\"wakes_per_hour\":%.0f,"
	       "\"meet_median_s\":%.1f,\"meet_99_s\":%.1f}\n",
	       what, (double)all.advertise_ms / 1000 / hours, (double)all.scan_ms / 1000 / hours, (double)node.steps / hours,
	       (double)waits[PAIRS / 2] / 1000, (double)waits[PAIRS * 99 / 100] / 1000);
}

int main(void)
{
	struct duty_view able = {.able = true, .can_advertise = true, .can_listen = true, .battery = DUTY_BATTERY_MAINS, .links_max = LINKS_MAX};
	struct duty_view urgent = able, search = able, settled = able, crowd = able, low = able;
	urgent.urgent = true;
	search.heard = search.fresh = 1;
	settled.heard = 3;
	crowd.heard = 50;
	low.heard = 3;
	low.battery = DUTY_BATTERY_LOW - 5;
	report("urgent", &urgent);
	report("search", &search);
	report("settled, 3 neighbours", &settled);
	report("settled, 50 neighbours", &crowd);
	report("saving, battery 15 %", &low);
	return 0;
}
