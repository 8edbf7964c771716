#ifndef BARID_NODE_POST_CATALOGUE_H
#define BARID_NODE_POST_CATALOGUE_H
/*
 * What the store holds and remembers, in memory: one entry of 32 bytes a letter, found by tag in constant time and walked in the order of letters
 * (proto/order.h) without a query. Made anew from the disk when the store opens and kept true by it; the disk needs no index for either. It also
 * keeps, for each tier, the number and the sum of the letters that are shown to neighbours (SPEC.md 7.3), so that neither a beacon nor a greeting
 * costs more for a full store than for an empty one; and for each group of each pool (node/post/pools.h) its bytes and its end, where letters go when
 * there is no room.
 *
 * A slot names an entry until it is freed; a freed slot keeps its tag and is not used again before catalogue_recycle(), so that whoever keeps marks
 * by slot can wipe them. Taking changes back never fails, because nothing is given up before they are kept.
 */

#include "node/post/pools.h"
#include "platform/error.h"
#include "proto/carried.h"
#include "proto/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalogue;
struct marks;

enum { CATALOGUE_NONE = UINT32_MAX, CATALOGUE_REFUSED_MAX = 4096, CATALOGUE_SECRET_SIZE = 16 };
#define CATALOGUE_SEQ_MAX ((UINT64_C(1) << 45) - 1) /* a thousand rows a second for a thousand years */

enum catalogue_state {
	CATALOGUE_FREE,
	CATALOGUE_HELD,    /* its envelope is in the store */
	CATALOGUE_KNOWN,   /* held once, or replaced by a newer one: not taken again */
	CATALOGUE_REFUSED, /* not taken a moment ago, and only remembered so that it is not offered at every contact; the oldest of 4096 goes */
};

struct catalogue_entry {
	uint8_t tag[LETTER_TAG_SIZE];
	uint64_t seq : 45; /* HELD: row in the store, grows with arrival; REFUSED: the how manieth refusal; KNOWN: 0 */
	uint64_t pool : 3; /* HELD: enum pool, and its group there */
	uint16_t group;
	uint32_t chain; /* the catalogue's own, as are the last two bits */
	uint16_t day;
	uint8_t rank;        /* 0..63 */
	uint8_t state : 4;   /* enum catalogue_state */
	uint8_t shown : 1;   /* part of what we say we have */
	uint8_t ordered : 1; /* found in the order, HELD or not */
	uint8_t freed : 1;   /* waits for catalogue_recycle() */
	uint8_t : 1;
};

/* A place in the order of letters: rank, then day, highest first, then an order known to this store only. */
struct catalogue_position {
	uint8_t rank; /* 0..64; 64 with the rest zero comes before every letter */
	uint16_t day;
	uint8_t tag[LETTER_TAG_SIZE];
};

/* order_secret: known to this store only, so that the order of equal letters follows neither arrival nor anything a writer could choose; who watches
 * the order can work it out, so it must be of no other use. NULL: out of memory. */
struct catalogue *catalogue_new(const uint8_t order_secret[static CATALOGUE_SECRET_SIZE]);
/* Takes NULL. */
void catalogue_free(struct catalogue *catalogue);

/* All slots are below this. */
uint32_t catalogue_slots(const struct catalogue *catalogue);
/* slot < catalogue_slots(). A view, good as long as the catalogue. */
const struct catalogue_entry *catalogue_at(const struct catalogue *catalogue, uint32_t slot);
/* The entry of a tag in any state but FREE, or CATALOGUE_NONE. */
uint32_t catalogue_find(const struct catalogue *catalogue, const uint8_t tag[static LETTER_TAG_SIZE]);

struct catalogue_position catalogue_position(const struct catalogue *catalogue, uint32_t slot);
/* True if a comes before b. */
bool catalogue_before(const struct catalogue *catalogue, const struct catalogue_position *a, const struct catalogue_position *b);
/* Fills slots with the next letters HELD after a position (NULL: from the first) and returns how many, at most cap. */
size_t catalogue_walk(const struct catalogue *catalogue, const struct catalogue_position *after, uint32_t *slots, size_t cap);
/* The first marked letter HELD of a tier after a position, which moves to the last letter HELD before it; CATALOGUE_NONE: none, the position stays.
 */
uint32_t catalogue_next_marked(const struct catalogue *catalogue, struct catalogue_position *after, uint8_t tier, const struct marks *marks);
/* The last letter HELD of a tier in that order, or CATALOGUE_NONE. */
uint32_t catalogue_last_of_tier(const struct catalogue *catalogue, uint8_t tier);

/* Letters HELD that are to be thought gone when somebody asks who goes next. */
struct catalogue_gone {
	const uint32_t *slots;
	size_t count;
};

/* Sum of the sizes of the envelopes HELD in a pool. */
uint64_t catalogue_pool_bytes(const struct catalogue *catalogue, enum pool pool);
/* The group of a pool that holds most, and how much; false: none holds anything. What is kept for ever (POOL_KEPT) is not looked at. */
bool catalogue_heaviest_group(const struct catalogue *catalogue, enum pool pool, const struct catalogue_gone *gone, uint16_t *group, uint64_t *bytes);
/* What one group holds. */
uint64_t catalogue_group_bytes(const struct catalogue *catalogue, enum pool pool, uint16_t group, const struct catalogue_gone *gone);
/* The last letter of a group in the order: the first to go; CATALOGUE_NONE: it holds none. */
uint32_t catalogue_last_of(const struct catalogue *catalogue, enum pool pool, uint16_t group, const struct catalogue_gone *gone);

/* Adds an entry for a tag that has none, or changes the state of the one it has. Of entry count tag, day, rank, state (not FREE) and, for HELD, seq,
 * pool and group. Rank, day, pool and group of a tag are the same while it is HELD, unless it is moved. A HELD entry starts shown, a KNOWN one
 * hidden, a REFUSED one shown. Returns its slot; CATALOGUE_NONE: out of memory, nothing changed. */
uint32_t catalogue_set(struct catalogue *catalogue, const struct catalogue_entry *entry);
/* Gives a letter HELD the rank, day, pool and group of another entry. False: out of memory, nothing changed. */
bool catalogue_move(struct catalogue *catalogue, uint32_t slot, const struct catalogue_entry *to);
/* True if letters were moved since catalogue_recycle(): who walks in the order may have passed where they are now. */
bool catalogue_reordered(const struct catalogue *catalogue);
/* False: out of memory, nothing changed. */
bool catalogue_forget(struct catalogue *catalogue, uint32_t slot);
/* Whether this entry is part of what we say we have: a letter held back is not, one that we know and that neighbours hold is. Not a change that
 * catalogue_undo() takes back; but an entry that it takes back is shown again as it was just before the change. Nothing for FREE, which a
 * letter may have become in the midst of a comparison. */
void catalogue_show(struct catalogue *catalogue, uint32_t slot, bool shown);

/* What changed since the last keep or undo stays, or is taken back. */
void catalogue_keep(struct catalogue *catalogue);
void catalogue_undo(struct catalogue *catalogue);
/* Slots freed for good, that is by a change already kept or taken back, and not yet in use again; *count of them. A view, good until the next change
 * of the catalogue. catalogue_recycle() lets just these be used. */
const uint32_t *catalogue_freed(const struct catalogue *catalogue, size_t *count);
void catalogue_recycle(struct catalogue *catalogue);

/* Number and sum of what is shown, for each tier. */
const struct carried *catalogue_shown(const struct catalogue *catalogue);
/* Another number whenever what is shown has changed. */
uint64_t catalogue_shown_changes(const struct catalogue *catalogue);
/* Number of HELD entries of a class as far as their rank tells it, and the sum of the sizes of the envelopes of all HELD. */
uint32_t catalogue_held(const struct catalogue *catalogue, enum letter_class class);
uint64_t catalogue_bytes(const struct catalogue *catalogue);
/* The same for the same HELD tags, in any order; for comparing stores of one's own, since whoever mints letters can steer it. */
uint64_t catalogue_held_sum(const struct catalogue *catalogue);
/* Number of KNOWN entries. */
uint32_t catalogue_known(const struct catalogue *catalogue);

#endif
