#ifndef BARID_PLATFORM_SIM_AIR_H
#define BARID_PLATFORM_SIM_AIR_H
/*
 * What the virtual radios share: time, reach, who listens in, who meddles, and what it all cost. platform/sim/le.h, wifi.h and net.h are the radios;
 * each looks to a post like any radio (platform/radio.h), so that node/post/pump.c runs on it unchanged. A link is cut when its ends lose each other,
 * and what was on its way is lost with it, as on the real air.
 */

#include "platform/radio.h"
#include "platform/sim/agenda.h"
#include "platform/sim/ether.h"
#include "platform/sim/fate.h"

enum air_medium { AIR_LE, AIR_WIFI, AIR_NET };

/* What meddling with the bytes of a link does; chosen for one end, it concerns what that end sends. */
enum air_tamper { AIR_HONEST, AIR_REPLAY, AIR_REORDER, AIR_FLIP, AIR_MUTE };

enum { AIR_TAMPERS = AIR_MUTE + 1, AIR_NAME_SIZE = 7 };

/* What whoever listens close by learns of one node. node is for the checkers, who know more than any listener. */
struct air_overheard {
	uint32_t node;
	uint8_t address[AIR_NAME_SIZE];
	uint8_t beacon[BEACON_SIZE];
};

/* All but owner may be NULL. Called at the moment it happens; must not call back into the radios. */
struct air_observer {
	void *owner;
	void (*shown)(void *owner, const struct air_overheard *overheard); /* a node's beacon or address changed */
	void (*link_up)(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer);
	void (*link_down)(void *owner, enum air_medium medium, uint32_t dialler, uint32_t answerer, uint64_t bytes);        /* both ways */
	void (*carried)(void *owner, enum air_medium medium, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len); /* as it arrives */
};

struct air_sums {
	uint64_t le_bytes, wifi_bytes, net_bytes;  /* arrived */
	uint64_t advertise_ms, scan_ms, linked_ms; /* of all Bluetooth radios, up to now or a little before */
	uint32_t links;                            /* open now */
	uint64_t dials, dials_failed, sightings;
};

/* Borrowed by every radio for its life. */
struct air {
	struct agenda *agenda;
	struct ether *ether;
	const struct air_observer *observer; /* never NULL */
	/* Called before anything happens at a node and after it: enters its stream of chance, ends its turn. */
	void (*turn_begin)(void *owner, uint32_t node);
	void (*turn_end)(void *owner, uint32_t node);
	void *owner;
	struct air_sums sums;
};

#endif
