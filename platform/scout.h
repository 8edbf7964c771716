#ifndef BARID_PLATFORM_SCOUT_H
#define BARID_PLATFORM_SCOUT_H
/*
 * What a Bluetooth radio decides: when to show its beacon, listen and take a new address (platform/duty.h), whom it hears and whom it offers to the
 * post (platform/near.h), which links have been idle for too long, and when dialling is of no use. A daemon's ble.c and the simulator's le.c run the
 * same file. Pure: the radio says what is so and what happened, with a time and bytes of chance, and does what comes out. It never calls anybody.
 */

#include "platform/duty.h"
#include "platform/near.h"

enum {
	SCOUT_LINKS_MAX = 7,          /* active connections of a Bluetooth controller, by the books; many a cheap one can less and refuses then */
	SCOUT_IDLE_MS = 30000,        /* a link without a byte for so long is ended: whoever has news dials again */
	SCOUT_IDLE_CROWDED_MS = 5000, /* while somebody else waits for a slot */
	SCOUT_BUSY_MS = 2000,         /* a link with a byte in so long is busy */
	SCOUT_REST_MS = 3000, /* between the end of a link and the next dial to the same address: bluetoothd takes two seconds to disconnect */
	/* With a link open that the other side opened, many an adapter cannot open one itself (BlueZ #584, #281). After so many tries in a row that
	 * failed so, the other side's dials have to do for this long, twice as long after each more. One that worked out shows that this adapter
	 * can: in a crowd a third of all dials fail because people walk on or have no slot left. */
	SCOUT_TRAP_FAILS = 3,
	SCOUT_TRAP_MS = 60000,
	SCOUT_TRAP_DOUBLINGS_MAX = 4,
};

/* A link of the radio's, open or being opened. */
struct scout_link {
	uint32_t number; /* unique, never 0 */
	bool up;         /* else it is being opened */
	bool accepted;   /* the other side opened it */
	struct near_address other;
	uint64_t traffic_ms; /* of its last byte in or out, or since when it is what it is */
};

/* What is so at this moment. */
struct scout_view {
	bool able;                      /* there is an adapter, it is on and free for use */
	bool can_advertise, can_listen; /* it can show a beacon; it can listen and dial */
	bool advertising, listening;    /* it does now, as far as the system says */
	uint8_t battery;                /* percent, or DUTY_BATTERY_ */
	unsigned link_count;
	struct scout_link links[SCOUT_LINKS_MAX];
};

/* What is to be done, in this order, until the next step. */
struct scout_orders {
	unsigned idle_count;
	uint32_t idle[SCOUT_LINKS_MAX]; /* links that end, and the post hears of it */
	enum radio_pace pace;
	bool silent; /* all links end, and none may be opened */
	bool renew;  /* a new address: the post is asked for a new beacon */
	bool advertise;
	bool listen;
	bool dial; /* scout_offer() may name somebody */
	uint64_t next_ms;
};

/* Everything here is scout.c's own. */
struct scout {
	struct duty duty;
	struct near near;
	uint8_t beacon[BEACON_SIZE];
	bool has_beacon; /* of the identity of now */
	bool renewing;   /* a beacon of the next identity is awaited */
	bool silent;
	bool scanned; /* under the identity of now */
	enum radio_pace pace;
	bool urgent;
	uint64_t news_ms;
	uint32_t dial; /* the link being opened; 0: none */
	struct near_address dial_to;
	bool dial_trap;    /* a link the other side opened was up when it began */
	bool dials_beside; /* one worked out, with this adapter */
	unsigned dials_failed_beside, traps;
	uint64_t trap_until_ms;
	uint64_t woke_ms;
};

/* seed: any number, of chance. rotation_ms: the life of an address, 0 if it never changes. Silent until the first step. */
void scout_open(struct scout *scout, uint32_t seed, uint64_t rotation_ms, uint64_t now_ms);
/* Decides anew: at orders.next_ms and, in a turn after it, whenever a call below says so or something in the view has changed. */
void scout_step(struct scout *scout, const struct scout_view *view, uint64_t now_ms, struct scout_orders *orders);
/* Something happened that woke the program for this radio. */
void scout_woke(struct scout *scout, uint64_t now_ms);

/* The post's beacon. True: it is another; step. */
bool scout_beacon(struct scout *scout, const uint8_t beacon[static BEACON_SIZE], uint64_t now_ms);
/* What to show while orders.advertise; borrowed. */
const uint8_t *scout_shown(const struct scout *scout);
/* An urgent letter waits, or none. True: that is new; step. */
bool scout_hurry(struct scout *scout, bool urgent);
/* The address has surely changed without our doing: the next step orders a new identity. */
void scout_address_lost(struct scout *scout);
/* A beacon was heard. False: it is our own; else step. */
bool scout_heard(struct scout *scout, const uint8_t beacon[static BEACON_SIZE], const struct near_address *from, uint64_t now_ms);

/* After orders.dial, until it is false or a dial began: whom to show the post, as somebody to dial. Borrowed until the next call. */
const struct near_neighbour *scout_offer(struct scout *scout, uint64_t now_ms, uint32_t chance);
/* Whether a link may be opened now. */
bool scout_may_dial(const struct scout *scout, const struct scout_view *view, uint64_t now_ms);
/* It is being opened; the view is of before. Step. */
void scout_dials(struct scout *scout, const struct scout_view *view, uint32_t link, const struct near_address *to);
/* A link is open, by whichever side. False: it may not live, and ends without a word to the post; else step. */
bool scout_up(struct scout *scout, uint32_t link, const struct near_address *other);
/* A link broke, or did not open. Step. */
void scout_down(struct scout *scout, uint32_t link, uint64_t now_ms, uint32_t chance);
/* A link is over, by whomever; the view is without it. True: there is no other to this address, which rests now. */
bool scout_let_go(struct scout *scout, const struct scout_view *view, uint32_t link, const struct near_address *other, uint64_t now_ms);

/* Neighbours heard within so long. */
uint16_t scout_neighbours(const struct scout *scout, uint64_t now_ms, uint64_t within_ms);
/* As the last step ordered. */
enum radio_pace scout_pace(const struct scout *scout);
/* RADIO_PACES of them, by pace, up to the last step; borrowed. */
const struct radio_airtime *scout_airtime(const struct scout *scout);

#endif
