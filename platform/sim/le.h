#ifndef BARID_PLATFORM_SIM_LE_H
#define BARID_PLATFORM_SIM_LE_H
/*
 * Virtual Bluetooth LE. When to show a beacon, listen, dial and take a new address is the daemon's own policy (platform/scout.h, platform/duty.h);
 * here is only the air: beacons heard by chance within 1.28 s of listening, connections that take time and fail out of reach, links that share the
 * airtime of both ends, and the end of it all when two lose each other.
 */

#include "platform/duty.h"
#include "platform/sim/air.h"

struct le_config {
	uint32_t rate_bps;    /* of one radio, all its links together */
	uint32_t latency_ms;  /* of one packet */
	uint32_t loss;        /* in a million: of beacons; of packets, which are sent again and take the time of both */
	uint32_t rotation_ms; /* life of an address */
};

struct le;      /* the air: one */
struct le_port; /* a node's radio */

/* NULL: no memory. Borrows air. */
struct le *le_new(struct air *air, const struct le_config *config);
/* After all ports. Takes NULL. */
void le_free(struct le *le);
/* Tells the radios who met and who parted: for the ether's listener. */
void le_met(struct le *le, uint32_t a, uint32_t b);
void le_parted(struct le *le, uint32_t a, uint32_t b);

struct le_port_config {
	uint32_t node;
	const struct radio_listener *listener; /* borrowed; its turn_end is not called: air's is */
	struct fate *fate;                     /* the node's; borrowed */
	uint8_t battery;                       /* percent, or DUTY_BATTERY_ */
};
/* Switches a radio on. NULL: no memory. At most one at a node at a time, but guises of one device are nodes of their own. */
struct le_port *le_on(struct le *le, const struct le_port_config *config);
/* Switches it off in an instant, as at a crash: nobody is told but the other ends, which notice in their own time. Takes NULL.
 * Not from inside a call of its listener; air's turn_end may. */
void le_off(struct le_port *port);
struct radio *le_radio(struct le_port *port);
void le_tamper(struct le_port *port, enum air_tamper tamper);
/* Bytes of links of this port, in and out. */
uint64_t le_bytes(const struct le_port *port);

#endif
