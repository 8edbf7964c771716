#ifndef BARID_PLATFORM_SIM_WIRE_H
#define BARID_PLATFORM_SIM_WIRE_H
/*
 * The links of le.c, wifi.c and net.c: streams of bytes between two ports, which take time, share the airtime of both ends, get lost when the two
 * part, and may be meddled with. Whom to dial, whether that works out and when a link is to end is the radio's to say. Everything upward happens in
 * events of the agenda and inside a turn of the node (air.h), never inside a downward call.
 */

#include "platform/sim/air.h"

struct wire_end;
struct wire_link;
struct wire_parcel;

/* The radio's part, called inside an event of the port. All but due may be NULL. */
struct wire_hooks {
	/* The time given to wire_dial() or wire_wait() has come: wire_open(), wire_wait() or wire_fail(). */
	void (*due)(struct wire_end *end);
	/* A link is open; the post hears of it next. False: it ends without a word. */
	bool (*up)(struct wire_end *end);
	/* A link is over, or did not open, and is not the port's any more; broke: not by our own decision, and the post hears of it next. */
	void (*over)(struct wire_end *end, bool broke);
	/* What the event brought has been told. */
	void (*settle)(void *radio);
};

struct wire_config {
	enum air_medium medium;
	uint32_t latency_ms, loss;            /* in a million, of packets */
	bool jammed;                          /* noise makers count */
	uint32_t packet, overhead;            /* bytes of ours in one packet, and of others */
	uint32_t room;                        /* bytes that may wait to be sent, at least RECORD_WIRE_MAX */
	uint32_t lapse_low_ms, lapse_high_ms; /* until an end notices that the other is gone */
};

/* One medium. */
struct wire {
	struct air *air;
	struct wire_config config;
	struct wire_hooks hooks;
	struct wire_link *spare_links;
	struct wire_parcel *spare_parcels[2];
};

/* A node's radio, as far as links are concerned. Fill in the first lines, leave the rest alone. The state of its struct radio is this. */
struct wire_port {
	struct wire *wire;
	struct radio *radio;
	const struct radio_listener *listener;
	struct fate *fate;
	void *owner;
	uint32_t node, rate_bps;
	enum air_tamper tamper;

	uint64_t busy_until_us, bytes;
	uint32_t last_number;
	unsigned end_count;
	struct wire_end *ends;  /* oldest first; by next */
	struct wire_end *found; /* by the last wire_find(); NULL: none, or it is over */
	bool in_event, in_turn;
};

/* One end of a link. The first lines are for radios to read. */
struct wire_end {
	struct wire_port *port; /* NULL: this end is over */
	struct wire_end *next;
	uint32_t number;
	enum link_kind kind;
	bool up;                     /* else it is being opened */
	uint8_t name[AIR_NAME_SIZE]; /* of the other side, as the radio calls it */
	uint64_t traffic_ms;         /* of its last byte in or out, or since when it is what it is */
	uint64_t since_us;           /* when it began to be opened */

	struct wire_link *link;
	bool up_owed, wants_room;
	uint64_t left_us;                 /* what was sent last is on its way from then on */
	uint64_t down_us;                 /* when the end of the link is noticed */
	struct wire_parcel *first, *last; /* on their way to this end */
	struct wire_parcel *kept;         /* by whom meddles */
	struct agenda_item item;
};

/* Frees what is spare; after all ports. */
void wire_close_all(struct wire *wire);

/* Begins to open a link; the hook due follows at at_us. Never fails. */
struct wire_end *wire_dial(struct wire_port *port, enum link_kind kind, const uint8_t name[static AIR_NAME_SIZE], uint64_t at_us);
void wire_wait(struct wire_end *end, uint64_t at_us);
/* It is open now, to this port, which calls the dialler by that name. */
void wire_open(struct wire_end *end, struct wire_port *to, enum link_kind kind, const uint8_t name[static AIR_NAME_SIZE]);
/* It does not open, or has broken: the post hears of it. In an event of the port. */
void wire_fail(struct wire_end *end);
/* Ends it by our decision; the other end learns of it a latency later. */
void wire_end_link(struct wire_end *end);
/* The two cannot hear each other any more: what is on its way is lost, each end notices in its own time. */
void wire_part(struct wire_port *a, const struct wire_port *b);
/* The port goes away in an instant. */
void wire_vanish(struct wire_port *port);
/* NULL: no such link. */
struct wire_end *wire_find(struct wire_port *port, uint32_t number);
/* The other end's port; NULL: not open, or over there. */
struct wire_port *wire_other(const struct wire_end *end);
/* What loss in a million is left of a medium's own at these two nodes. */
uint32_t wire_loss(const struct wire *wire, uint32_t a, uint32_t b);

/* Around everything that happens at a port. Only in between, wire_upward() may be called, and must be before each call of the listener. */
void wire_enter(struct wire_port *port);
void wire_upward(struct wire_port *port);
void wire_leave(struct wire_port *port);

/* For struct radio. */
size_t wire_room(struct radio *radio, uint32_t link);
void wire_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len);
void wire_hang_up(struct radio *radio, uint32_t link);

#endif
