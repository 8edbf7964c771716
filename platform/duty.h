#ifndef BARID_PLATFORM_DUTY_H
#define BARID_PLATFORM_DUTY_H
/*
 * When a radio shows its beacon, listens, and dials, and when it takes a new identity: pure policy, bytes of chance and a time in, decisions out.
 * Knows no Bluetooth. A daemon's ble.c and the simulator run the same file. It never calls anybody; its caller brings what is so and does what comes
 * out.
 */

#include "platform/radio.h"

/*
 * Who hears whom. A beacon goes out about every 1.28 s (BlueZ's default), so a window of listening is never shorter than two of them. Two strangers
 * pass each other in 3 to 20 seconds and it is enough that one hears the other: while there is anything to look for, listening pauses only as long
 * as two nodes need to fall out of step. A settled node listens rarely, but never not at all: a stranger who is searching hears the beacon of a
 * settled one and dials, yet two settled groups that drift together hear nobody unless one of them listens.
 */
enum {
	DUTY_BEACON_MS = 1280, /* between two beacons on the air, at most */
	DUTY_SEARCH_SCAN_MS = 3000,
	DUTY_SEARCH_SCAN_MORE_MS = 2000, /* random, on top */
	DUTY_URGENT_PAUSE_MS = 300,
	DUTY_URGENT_PAUSE_MORE_MS = 700,
	DUTY_SEARCH_PAUSE_MS = 500,
	DUTY_SEARCH_PAUSE_MORE_MS = 1500,
	DUTY_SETTLED_SCAN_MS = 2600,
	DUTY_SETTLED_SCAN_MORE_MS = 1000,
	DUTY_SETTLED_PAUSE_MS = 30000,
	DUTY_SETTLED_PAUSE_MORE_MS = 30000,
	DUTY_SAVING_PAUSE_MS = 60000,
	DUTY_SAVING_PAUSE_MORE_MS = 60000,
	/* Showing a beacon costs a hundredth of listening, so even to save it is given up only half of the time, and in long slices: each change of
	 * slice wakes this program and the system's Bluetooth service, which costs more than a minute of beacons. */
	DUTY_SAVING_SLICE_MS = 20000,
	DUTY_SAVING_SLICE_MORE_MS = 20000,
	/* In a crowd somebody else hears a newcomer first, and the newcomer hears us: for so many neighbours pauses become longer by once themselves.
	 */
	DUTY_CROWD = 8,
	DUTY_CROWD_FACTOR_MAX = 4,
	/* Listening takes the air from links: while one is busy windows come so much later. The beacon is shown all the time. */
	DUTY_BUSY_PAUSE_MS = 5000,
	DUTY_BUSY_PAUSE_MORE_MS = 5000,

	DUTY_NEWS_MS = 60000,   /* so long after own news it is worth searching: everybody in reach is heard many times by then */
	DUTY_FRESH_MS = 30000,  /* so long a neighbour is called fresh if no link to it came to be: three tries of the post */
	DUTY_HEARD_MS = 90000,  /* who was not heard for so long is gone: a settled node's longest pause, and a half more */
	DUTY_BATTERY_LOW = 20,  /* percent: save from here ... */
	DUTY_BATTERY_WELL = 25, /* ... to there, or on mains */
	DUTY_BATTERY_HALF = 50, /* below, pauses are twice as long */
	/* What is urgent is worth the last of a battery for so long; after that somebody who could take it is not near, and saving goes on. */
	DUTY_URGENT_ON_LOW_MS = 10 * 60 * 1000,

	/* Dialling: the more there are who may do the same at this moment, the wider it is spread. */
	DUTY_DIAL_SPREAD_MS = 120, /* for each neighbour in reach */
	DUTY_DIAL_SPREAD_MAX_MS = 10000,
	DUTY_DIAL_FAILED_MAX_MS = 30000,
	DUTY_DIALLED_MAX = 3, /* links we opened, at once: slots are left for those who dial us, or a crowd fills every slot from one side */

	/* Around a change of identity. */
	DUTY_LEAD_MS = 3000, /* silence begins so long before the address may change: nothing of the old is on its way any more */
	DUTY_REST_MS = 2000, /* ... and ends so long after, and a random time more: who watches cannot tell by the clock who follows on whom */
	DUTY_REST_MORE_MS = 13000,
	DUTY_REST_LEAST_MS = 500, /* with a short rotation all of these are a tenth of it, but no less than this */
	DUTY_LAST_DIAL_MS = 5000, /* no link is opened that would end at once */
};

enum {
	DUTY_BATTERY_MAINS = 101,
	DUTY_BATTERY_UNKNOWN = 102, /* treated as half full */
};

/* What is so at this moment. */
struct duty_view {
	bool able;                      /* there is an adapter and it is on */
	bool can_advertise, can_listen; /* it can show a beacon; it can listen and dial */
	bool advertising, listening;    /* it does now, as far as the system says */
	bool urgent;                    /* an urgent letter waits */
	bool dialling;                  /* a link is being opened */
	bool busy;                      /* bytes move on some link */
	uint8_t battery;                /* percent, or DUTY_BATTERY_* */
	uint16_t heard;                 /* neighbours heard in the last DUTY_HEARD_MS */
	uint16_t present;               /* of them, those heard so lately that they are likely to be still in reach */
	uint16_t fresh;                 /* of them, those that are new or changed: see DUTY_FRESH_MS */
	uint16_t waiting;               /* of them, those whom to dial may be worth while */
	uint8_t links, links_max;       /* open ones, opened by either side */
	uint8_t dialled;                /* of them, those we opened */
	uint64_t news_ms;               /* when our own beacon last said something new */
};

/* What is to be done until the next step. */
struct duty_orders {
	enum radio_pace pace;
	bool renew;  /* once for each new identity: everything shown and linked before is over; duty_renewed() when there is a new beacon */
	bool silent; /* there is no identity: nothing may be sent and no link may live */
	bool advertise;
	bool listen;
	bool dial; /* one link may be opened now, if anybody is worth it */
	uint64_t next_ms;
};

enum duty_identity { DUTY_IDENTITY_DUE, DUTY_IDENTITY_RENEWING, DUTY_IDENTITY_SHOWN, DUTY_IDENTITY_RESTING };

/* Everything here is duty.c's own. */
struct duty {
	uint32_t chance;
	uint64_t rotation_ms;
	enum duty_identity identity;
	bool began, seen_on_air;
	uint64_t began_first_ms, began_last_ms; /* the address on the air was made between these */
	uint64_t rest_until_ms;
	bool listen_phase, busy_paused, slice_on, low, urgent_before;
	uint64_t listen_until_ms, slice_until_ms, urgent_since_ms;
	bool dial_armed;
	uint64_t dial_at_ms;
	unsigned dials_failed;
	uint64_t stepped_ms;
	bool stepped, was_advertising, was_listening, was_linked; /* at the last step */
	enum radio_pace pace;
	struct radio_airtime airtime[RADIO_PACES];
};

/* seed: any number, of chance. rotation_ms: the life of an address, 0 if it never changes. The first step orders a renewal. */
void duty_open(struct duty *duty, uint32_t seed, uint64_t rotation_ms);
/* Decides anew: at orders.next_ms and whenever something in the view has changed. now_ms never goes back. Accounts for the time since the step
 * before. */
void duty_step(struct duty *duty, const struct duty_view *view, uint64_t now_ms, struct duty_orders *orders);
/* The new beacon is here: it may be shown from the next step on. */
void duty_renewed(struct duty *duty);
/* The address has surely changed, without our doing (the adapter was off): the next step orders a renewal. */
void duty_address_lost(struct duty *duty);
/* How the dial ordered last came out; none was worth it: not to be told. */
void duty_dialled(struct duty *duty, bool opened);
/* The program was woken for the radio. */
void duty_woke(struct duty *duty);
/* RADIO_PACES of them, by pace, up to the last step; borrowed. */
const struct radio_airtime *duty_airtime(const struct duty *duty);

#endif
