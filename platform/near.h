#ifndef BARID_PLATFORM_NEAR_H
#define BARID_PLATFORM_NEAR_H
/*
 * Whom a radio hears: a bounded table by beacon nonce, since an address may change with every new beacon, and whom of them to dial next. Belongs to
 * scout.c. Pure: times and chance are given. It knows nothing of letters: whether somebody is worth a link is the post's to say, each time one is
 * offered to it.
 */

#include "platform/radio.h"

enum {
	NEAR_MAX = 64,            /* who was heard longest ago is forgotten first */
	NEAR_REACH_MS = 12000,    /* who was heard so lately is likely to be still in reach: one round of BlueZ's discovery, and a bit */
	NEAR_RETRY_MS = 2000,     /* after a link that did not open; doubled each time, a random half taken off */
	NEAR_RETRIES_MAX = 5,     /* doublings */
	NEAR_FRESH_FAILS_MAX = 4, /* after so many somebody is no reason to search any more */
	NEAR_ADDRESS_SIZE = 7,
};

/* Opaque: the radio's own way to name a neighbour. */
struct near_address {
	uint8_t bytes[NEAR_ADDRESS_SIZE];
};

struct near_neighbour {
	uint8_t beacon[BEACON_SIZE];
	struct near_address address;
	uint8_t failed;          /* dials, in a row */
	bool linked;             /* with this nonce, ever */
	uint64_t fresh_until_ms; /* new or changed, or we are */
	uint64_t wait_until_ms;  /* not to be dialled before */
};

/* What every look at the table compares lies side by side: most of those in it are not near any more. */
struct near {
	uint64_t since_ms; /* who was heard only before is not offered */
	unsigned used;     /* the first so many of each */
	uint64_t nonces[NEAR_MAX];
	uint64_t heard_ms[NEAR_MAX];   /* last */
	uint64_t offered_ms[NEAR_MAX]; /* last; 0: never since it is fresh */
	struct near_neighbour all[NEAR_MAX];
};

struct near_counts {
	uint16_t heard;        /* within heard_within_ms */
	uint16_t present;      /* of them, within NEAR_REACH_MS */
	uint16_t fresh;        /* of them */
	uint16_t waiting;      /* of them, those near_choose() may return now */
	uint64_t next_wait_ms; /* when one more may be waiting; UINT64_MAX: not for that reason */
};

/* Somebody was heard. fresh_ms: how long he is called fresh, if he is new or has changed. True if so. */
bool near_heard(struct near *near, const uint8_t beacon[static BEACON_SIZE], const struct near_address *from, uint64_t now_ms, uint64_t fresh_ms);
/* We have news: to everybody heard we are fresh. */
void near_news(struct near *near, uint64_t now_ms, uint64_t fresh_ms);
struct near_counts near_count(const struct near *near, uint64_t now_ms, uint64_t heard_within_ms);
/*
 * Whom to offer next: in reach, not failing, heard since the last offer. Strangers come before those who have changed and these before the rest;
 * chance decides among equals. Notes the offer. NULL: nobody. Borrowed until the next call.
 */
const struct near_neighbour *near_choose(struct near *near, uint64_t now_ms, uint32_t chance);
/* A link with whoever has this address is up, opened by either side. */
void near_linked(struct near *near, const struct near_address *address);
/* The link to this address did not open. */
void near_failed(struct near *near, const struct near_address *address, uint64_t now_ms, uint32_t chance);
/* Whoever has this address is not to be dialled before. */
void near_rest(struct near *near, const struct near_address *address, uint64_t until_ms);
/* We begin anew: addresses heard so far are taken for dead, since neighbours change theirs about as often as we ours. */
void near_begin(struct near *near, uint64_t now_ms);

#endif
