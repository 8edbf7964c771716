#ifndef BARID_NODE_POST_DOOR_H
#define BARID_NODE_POST_DOOR_H
/*
 * The one door: every letter, from the air, a desk or a USB stick, comes in here or not at all. Checked in order of cost: size, header, check, layout
 * and signature, already known, replaced by a newer one, room. A malformed letter leaves no trace but a count: a spoilt copy must never keep the good
 * one out. One that is whole but finds no room, or no letter it is a receipt for, is noted as REFUSED in the catalogue: a hint that it need not be
 * offered again soon, which does not stop it from being let in when it comes all the same.
 */

#include "node/post/store.h"
#include "node/post/tally.h"
#include "proto/hello.h"

struct door {
	struct store *store; /* borrows */
	struct tally *tally; /* borrows */
	uint64_t max_bytes;
	uint32_t hour; /* store_hour() of this turn */
};

struct admission {
	enum control_verdict verdict;
	struct outside letter; /* filled unless MALFORMED */
	uint32_t slot;         /* STORED, KNOWN: where it is in the catalogue; otherwise CATALOGUE_NONE */
};

struct admission door_admit(const struct door *door, const uint8_t *envelope, size_t len);
/* What we would take now. */
struct wants door_wants(const struct door *door);
/* Drops up to 64 letters carried for their whole time and forgets old ids. True if there is more to do. */
bool door_expire(const struct door *door);

#endif
