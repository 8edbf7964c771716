#ifndef BARID_NODE_POST_DOOR_H
#define BARID_NODE_POST_DOOR_H
/*
 * The one door: every letter, from the air, a desk or a USB stick, comes in here or not at all. Checked in order of cost: size, header, check, layout
 * and signature, already known, replaced by a newer one, what it is worth, room. A malformed letter leaves no trace but a count: a spoilt copy must
 * never keep the good one out. One that is whole but finds no room, or no letter it is a receipt for, is noted as REFUSED in the catalogue: a hint
 * that it need not be offered again soon, which does not stop it from being let in when it comes all the same.
 *
 * In a full store a letter finds room by the shares of the pools (node/post/pools.h, SPEC.md 12.5): room.h.
 */

#include "node/post/authority.h"
#include "node/post/store.h"
#include "node/post/tally.h"
#include "proto/hello.h"

enum {
	INGRESS_BURST = 65536, /* bytes of other groups' letters that one way in may drive out at once, */
	INGRESS_RATE = 2,      /* and how many more a millisecond */
};

/* A way in: a link, or the desks of this post. */
struct ingress {
	uint16_t group;  /* random: what it is called in the unproven pools */
	bool own;        /* this post's desks */
	uint32_t tokens; /* bytes of other groups' letters that it may still drive out */
	uint64_t refilled_ms;
};

struct door {
	struct store *store;         /* borrows */
	struct authority *authority; /* borrows */
	struct tally *tally;         /* borrows */
	uint64_t max_bytes;
	uint64_t now_ms; /* boot time of this turn */
	uint32_t hour;   /* store_hour() of this turn */
	/* Held letters are judged again from this slot on: all, or those that are proven. */
	bool judging, judging_all;
	uint32_t judge_at;
};

struct admission {
	enum control_verdict verdict;
	struct outside letter; /* filled unless MALFORMED */
	uint32_t slot;         /* STORED, KNOWN: where it is in the catalogue; otherwise CATALOGUE_NONE */
};

/* A way in that opens now. */
struct ingress ingress_of(bool own, uint64_t now_ms);

struct admission door_admit(struct door *door, struct ingress *ingress, const uint8_t *envelope, size_t len);
/* Before a decision that ends in a change: what other stores before our shelf committed, if there are any, counts from here on. False: the turn has
 * failed. */
bool door_turn(struct door *door);
/* What we would take now. */
struct wants door_wants(const struct door *door);
/* Drops up to 64 letters carried for their whole time, or for which there is no room any more, and forgets old ids. True if there is more to do. */
bool door_expire(const struct door *door);

/* Somebody is believed who was not before: what is held is judged again, by door_judge_some(). */
void door_judge_all(struct door *door);
/* Goes on judging held letters again, for some milliseconds. True if there is more to do. */
bool door_judge_some(struct door *door);

#endif
