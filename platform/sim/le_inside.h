#ifndef BARID_PLATFORM_SIM_LE_INSIDE_H
#define BARID_PLATFORM_SIM_LE_INSIDE_H
/* What le.c (a radio and its policy), le_scan.c (who hears whom) and le_dial.c (links) share; nobody else includes it, and it decides nothing. */

#include "platform/scout.h"
#include "platform/sim/le.h"
#include "platform/sim/wire.h"

enum {
	LE_SLOTS = 4, /* of a beacon period: those who fall into one are heard at once, so that hearing a crowd is a few events */
	LE_SLOT_US = DUTY_BEACON_MS * 1000 / LE_SLOTS,
};

/* What all the others can see of a radio; small, and all of them side by side, because a listener looks at many. */
struct le_face {
	uint8_t beacon[BEACON_SIZE];
	struct near_address address;
	bool advertising, listening;
	uint8_t slot; /* of its beacons: 0..LE_SLOTS - 1 */
};

/* A neighbour that a listener did not hear yet in this window. */
struct le_unheard {
	uint32_t node;
	uint8_t slot;
};

struct le {
	struct wire wire;
	struct air *air;
	struct le_config config;
	uint32_t cap; /* nodes */
	struct le_face *faces;
	struct le_port **ports; /* NULL: none at this node */
};

struct le_port {
	struct wire_port wire;
	struct radio radio;
	struct le *le;
	uint8_t battery;
	bool again;   /* step in this event */
	bool unshown; /* whoever listens does not know the beacon and address of now */
	struct agenda_item step_item, hear_item;
	uint32_t unheard_count, unheard_cap;
	struct le_unheard *unheard;
	struct scout scout;
};

/* Its own. */
static inline struct le_face *le_face_of(const struct le_port *port)
{
	return &port->le->faces[port->wire.node];
}

/* As posts count it. */
static inline uint64_t le_now_ms(const struct le_port *port)
{
	return agenda_now_ms(port->le->air->agenda);
}

/* le.c: something changed; the policy decides anew, in this event or one of its own. */
void le_wake(struct le_port *port);
/* Decides anew if there is reason to; at the end of an event. */
void le_settle(void *port);
struct scout_view le_view(const struct le_port *port);
/* The port at a node, or NULL. */
struct le_port *le_port_at(const struct le *le, uint32_t node);

/* le_scan.c */
void le_scan_open(struct le_port *port);
void le_advertise(struct le_port *port, bool on);
/* Beacon or address are others. */
void le_face_changed(struct le_port *port);
void le_listen(struct le_port *port, bool on);
void le_scan_met(struct le_port *a, struct le_port *b);
void le_scan_parted(struct le_port *a, struct le_port *b);

/* le_dial.c */
extern const struct wire_hooks le_hooks;
uint32_t le_connect(struct radio *radio, const uint8_t *address, size_t len);
/* Ends a link as the policy orders, and tells the post. */
void le_end(struct le_port *port, uint32_t link);

#endif
