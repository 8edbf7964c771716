#ifndef BARID_NODE_POST_STORE_H
#define BARID_NODE_POST_STORE_H
/*
 * The carry store: letters on a shelf (node/post/shelf.h), which is a disk, and a catalogue of them in memory. Everything in it is what the air would
 * have given anyone. One transaction a turn: the first change opens it, store_commit() makes it durable, and nothing may be acknowledged before that.
 * Errors are sticky: after one, changes do nothing until store_rollback(). A letter is named by its slot in the catalogue.
 *
 * `expires` counts hours during which the store was open, not hours of any clock. The key of a letter is SipHash of its tag under a secret of this
 * store, so that nobody can mint two letters with one key.
 */

#include "node/control.h"
#include "node/post/catalogue.h"
#include "node/post/pools.h"
#include "node/post/shelf.h"
#include "platform/error.h"
#include "proto/outside.h"

struct store;

enum { STORE_KNOWN_MAX = 1 << 17, STORE_LATEST_MAX = 1 << 16 };

/* node/post/store_open.c */

/* Opens or makes the store, brings one of an older version up to this one, and reads it through once to make the catalogue. Borrows place until it
 * returns, but its owner until store_close(). boot_ms is now. ERR_NEWER: made by a newer version; ERR_DAMAGED: not a store. Nothing is changed on
 * failure. */
enum err store_open(struct store **store, const struct shelf_place *place, uint64_t boot_ms);

/* Drops an open transaction. Takes NULL. */
void store_close(struct store *store);

/* Makes the turn durable: one commit, one sync; nothing if nothing changed. */
enum err store_commit(struct store *store, uint64_t boot_ms);
void store_rollback(struct store *store);
/* True if the turn changed something. */
bool store_dirty(const struct store *store);
/* The sticky error of this turn. */
enum err store_error(const struct store *store);

/* What is held and known; committed and rolled back with the store. Lives as long as the store. Others may only add and take back what is REFUSED,
 * and show and hide. */
struct catalogue *store_catalogue(struct store *store);
const struct shelf_summary *store_summary(const struct store *store);
uint64_t store_identity(const struct store *store);
/* Letters found changed by the disk when the store was opened, and let go. */
uint32_t store_rotten(const struct store *store);
/* Hours the store has been open: the unit of `expires`. */
uint32_t store_hour(const struct store *store, uint64_t boot_ms);
uint64_t store_key(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE]);

/* node/post/store_letters.c */

/* Held here, known but no longer held, or unknown. slot is CATALOGUE_NONE when unknown. */
enum control_place store_place(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t *slot);
/* A letter on its way into the store. */
struct store_letter {
	const struct outside *outside; /* borrows */
	const uint8_t *envelope;       /* borrows */
	size_t len;
	struct judgement judgement;
	uint32_t expires;
};
/* Adds a letter that is not held. Returns its slot, CATALOGUE_NONE on error. */
uint32_t store_put(struct store *store, const struct store_letter *letter);
/* A letter that is HELD is worth something else from now on. Does nothing if the disk has changed it. */
void store_restand(struct store *store, uint32_t slot, const struct judgement *judgement);
/* Fills envelope[ENVELOPE_SIZE_MAX]; 0 if it is not held (any more) or the disk has changed it. */
size_t store_get(struct store *store, uint32_t slot, uint8_t *envelope);
/* The same without looking for changes: for a letter whose next reader examines it anyway. */
size_t store_get_as_is(struct store *store, uint32_t slot, uint8_t *envelope);
/* The next letter by arrival whose kind is in kinds, a bit (1 << kind) for each. Fills envelope. */
bool store_arrived(struct store *store, uint64_t after, uint8_t kinds, uint8_t *envelope, size_t *len, uint64_t *seq);
/* Stops holding a letter that is HELD and remembers its id until the given hour. One that the disk has changed is not remembered: it may come back
 * whole. */
void store_drop(struct store *store, uint32_t slot, uint32_t known_until);
/* One letter whose time has come, or CATALOGUE_NONE. */
uint32_t store_expired(struct store *store, uint32_t hour);

/* node/post/store_notes.c */

struct store_known {
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	bool receipted; /* a receipt for it was seen */
};

/* What is remembered of a letter no longer held. False: nothing. */
bool store_known(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], struct store_known *known);
void store_mark_receipted(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Remembers a letter without ever having held it, or in the place of one just dropped. */
void store_remember(struct store *store, const struct catalogue_position *letter, const struct store_known *known, uint32_t until);
/* Forgets up to 256 ids whose time has come, or that are too many, and as many sequence numbers. True if there may be more. */
bool store_forget_expired(struct store *store, uint32_t hour);

/* The letter that stands for (kind, issuer, topic) now: its sequence number and tag. */
struct store_latest {
	uint32_t seq;
	uint8_t tag[LETTER_TAG_SIZE];
};
/* Looks it up for a letter of that kind, issuer and topic; false if none was ever taken. */
bool store_latest(struct store *store, const struct outside *letter, struct store_latest *latest);
/* This letter is it from now on; remembered until the given hour. */
void store_set_latest(struct store *store, const struct outside *letter, uint32_t until);
/* How many of (kind, issuer, topic) are remembered. Anybody can make up more of them: from STORE_LATEST_MAX on, the caller remembers only those of an
 * issuer somebody vouches for. */
uint32_t store_latest_count(const struct store *store);

/* node/post/store_news.c: several stores before one shelf (node/post/shelf.h). Each has a catalogue of its own, which it keeps true by what the
 * others' turns tell. Where a store has its shelf for itself these do nothing and find nothing. */

/* True if others may change what lies on the shelf. */
bool store_shared(const struct store *store);
/* Before a decision that ends in a change: what others committed is in the catalogue from here on, and until the turn is settled they commit nothing.
 * False: the turn has failed. */
bool store_turn(struct store *store);
/* Between turns, about once a second: takes in what others committed. True if that was something. */
bool store_poll(struct store *store, uint64_t boot_ms);
/* A letter that others stored, once each; for whoever tells neighbours what is new. False: none. */
bool store_next_arrival(struct store *store, uint32_t *slot);
/* True once after others changed who is believed or what is revoked, or after store_authority_unread(). */
bool store_authority_heard(struct store *store);
/* It could not be read after a rollback: it is to be read in the next turn. */
void store_authority_unread(struct store *store);

/* A neighbour, or a gateway, confirmed to hold the letter of this key. unix_s is for show. */
void store_handed(struct store *store, uint64_t key, bool gateway, uint64_t unix_s);
struct control_track store_track(struct store *store, const uint8_t id[static LETTER_ID_SIZE]);
void store_set_gateway_last(struct store *store, uint64_t unix_s);

#endif
