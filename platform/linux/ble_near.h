#ifndef BARID_PLATFORM_LINUX_BLE_NEAR_H
#define BARID_PLATFORM_LINUX_BLE_NEAR_H
/*
 * Whom ble.c hears: a bounded table by beacon nonce, since an address may change with every new beacon, and whom of them to dial next. Pure: times
 * and chance are given. It knows nothing of letters: whether somebody is worth a link is the post's to say, each time one is offered to it.
 */

#include "platform/linux/ble_link.h"

enum {
	BLE_NEAR_MAX = 64,            /* who was heard longest ago is forgotten first */
	BLE_NEAR_REACH_MS = 12000,    /* who was heard so lately is likely to be still in reach: one round of BlueZ's discovery, and a bit */
	BLE_NEAR_RETRY_MS = 2000,     /* after a link that did not open; doubled each time, a random half taken off */
	BLE_NEAR_RETRIES_MAX = 5,     /* doublings */
	BLE_NEAR_FRESH_FAILS_MAX = 4, /* after so many somebody is no reason to search any more */
};

struct ble_near_neighbour {
	bool used;
	uint8_t beacon[BEACON_SIZE];
	struct ble_link_address address;
	bool linked;             /* with this nonce, ever */
	uint64_t heard_ms;       /* last */
	uint64_t offered_ms;     /* last; 0: never since it is fresh */
	uint64_t fresh_until_ms; /* new or changed, or we are */
	uint64_t wait_until_ms;  /* not to be dialled before */
	unsigned failed;         /* dials, in a row */
};

struct ble_near {
	uint64_t since_ms; /* who was heard only before is not offered */
	struct ble_near_neighbour all[BLE_NEAR_MAX];
};

struct ble_near_counts {
	uint16_t heard;        /* within heard_within_ms */
	uint16_t fresh;        /* of them */
	uint16_t waiting;      /* of them, those ble_near_choose() may return now */
	uint64_t next_wait_ms; /* when one more may be waiting; UINT64_MAX: not for that reason */
};

/* Somebody was heard. fresh_ms: how long he is called fresh, if he is new or has changed. True if so. */
bool ble_near_heard(struct ble_near *near, const uint8_t beacon[static BEACON_SIZE], const struct ble_link_address *from, uint64_t now_ms,
		    uint64_t fresh_ms);
/* We have news: to everybody heard we are fresh. */
void ble_near_news(struct ble_near *near, uint64_t now_ms, uint64_t fresh_ms);
struct ble_near_counts ble_near_count(const struct ble_near *near, uint64_t now_ms, uint64_t heard_within_ms);
/*
 * Whom to offer next: in reach, not failing, heard since the last offer. Strangers come before those who have changed and these before the rest;
 * chance decides among equals. Notes the offer. NULL: nobody. Borrowed until the next call.
 */
const struct ble_near_neighbour *ble_near_choose(struct ble_near *near, uint64_t now_ms, uint32_t chance);
/* A link with whoever has this address is up, opened by either side. */
void ble_near_linked(struct ble_near *near, const struct ble_link_address *address);
/* The link to this address did not open. */
void ble_near_failed(struct ble_near *near, const struct ble_link_address *address, uint64_t now_ms, uint32_t chance);
/* Whoever has this address is not to be dialled before. */
void ble_near_rest(struct ble_near *near, const struct ble_link_address *address, uint64_t until_ms);
/* We begin anew: addresses heard so far are taken for dead, since neighbours change theirs about as often as we ours. */
void ble_near_begin(struct ble_near *near, uint64_t now_ms);

#endif
