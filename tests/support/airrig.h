#ifndef BARID_TESTS_SUPPORT_AIRRIG_H
#define BARID_TESTS_SUPPORT_AIRRIG_H
/*
 * Nodes without posts on the simulator's air, for tests/check_sim_*.c: each counts what its radios tell it, and whatever is told outside a turn of
 * the node, or from inside a downward call, ends the test.
 */

#include "platform/sim/le.h"
#include "platform/sim/net.h"
#include "platform/sim/wifi.h"

#include <check.h>

enum { AIRRIG_NODES = 20, AIRRIG_RANGE_MM = 30000, AIRRIG_INBOX = 1 << 20 };

struct airrig_node {
	uint32_t number;
	struct fate fate;
	struct radio_listener listener;
	struct lane_listener lane_listener;
	struct le_port *le;
	struct wifi_port *wifi;
	struct net_port *net;

	/* What it does. */
	bool dials;     /* whomever it sees */
	bool hangs_up;  /* on whoever's link comes up */
	uint32_t sends; /* bytes left to send over its newest link, a record at most at once: 0, 1, 2 ... */

	/* What it was told. */
	unsigned renewals, sightings, ups, downs, writables, made, overs, ables, turns;
	struct radio_sighting sighting; /* the last one */
	uint32_t link;                  /* the newest that is up; 0: none */
	enum link_kind kind;
	struct radio *radio; /* of that link */
	struct lane_group group;
	uint64_t sighted_ms, up_ms, down_ms, input_ms, sent_ms;
	size_t received;
	uint8_t inbox[AIRRIG_INBOX]; /* the first of what was received */

	uint8_t beacon[BEACON_SIZE];
	bool beacon_owed;
	uint32_t sent;
};

struct airrig {
	struct agenda *agenda;
	struct ether *ether;
	struct le *le;
	struct wifi *wifi;
	struct net *net;
	struct air air;
	uint64_t digest; /* of every call upward: when, to whom, what */
	struct airrig_node nodes[AIRRIG_NODES];
	/* What the observer was told. */
	unsigned shown, links_up, links_down;
	struct air_overheard overheard; /* the last */
	uint64_t carried, link_bytes;
};

extern struct airrig airrig;

/* Nodes without places and radios; le's settings, or NULL for 500 kbit/s, 30 ms, no loss, 15 minutes. */
void airrig_open(uint64_t seed, const struct le_config *le);
void airrig_close(void);
/* Lets so much time pass. */
void airrig_run(uint64_t ms);
uint64_t airrig_now(void);
/* Bluetooth on, with a beacon of its own. */
struct airrig_node *airrig_le(uint32_t node);
/* On the x axis. */
void airrig_place(uint32_t node, int32_t x_mm);
/* Something new to tell. */
void airrig_news(uint32_t node);
/* Two Bluetooth nodes in reach with a link that node 0 dialled. */
void airrig_pair(void);
/* From now on it has so many bytes more to send over its newest link. */
void airrig_send(uint32_t node, uint32_t bytes);

#endif
