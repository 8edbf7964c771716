#ifndef BARID_NODE_POST_DOOR_H
#define BARID_NODE_POST_DOOR_H
/*
 * The one door: every letter, from the air, a desk or a USB stick, comes in here or not at all. Checked in order of cost: size, header, check, layout
 * and signature, already known, replaced by a newer one, room. What is refused leaves no trace but a count; in particular it is not remembered as
 * seen, so that a spoilt copy never keeps the good one out.
 */

#include "node/post/store.h"
#include "node/post/tally.h"

struct door {
	struct store *store; /* borrows */
	struct tally *tally; /* borrows */
	uint64_t max_bytes;
	uint32_t hour; /* store_hour() of this turn */
};

struct admission {
	enum control_verdict verdict;
	struct outside letter;    /* filled unless MALFORMED */
	struct store_entry entry; /* STORED: where it is in the store */
};

/* wanted: the tag the letter was asked for by, or NULL; a letter with another tag is MALFORMED. */
struct admission door_admit(const struct door *door, const uint8_t *envelope, size_t len, const uint8_t *wanted);
/* True if the letter of this tag would be let in as far as its id tells: neither held nor known. */
bool door_lacks(const struct door *door, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Drops up to 64 letters carried for their whole time and forgets old ids. True if there is more to do. */
bool door_expire(const struct door *door);

#endif
