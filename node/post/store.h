#ifndef BARID_NODE_POST_STORE_H
#define BARID_NODE_POST_STORE_H
/*
 * The carry store: letters on disk, in SQLite (WAL, synchronous=FULL). Everything in it is what the air would have given anyone. One transaction a
 * turn: the first change opens it, store_commit() makes it durable, and nothing may be acknowledged before that. Errors are sticky: after one,
 * changes do nothing until store_rollback().
 *
 * A letter's key is SipHash of its tag under a secret of this store, so that nobody can mint two letters with one key, and the order of keys tells
 * nothing about the order of arrival. `expires` counts hours during which the store was open, not hours of any clock.
 */

#include "node/control.h"
#include "platform/error.h"
#include "proto/outside.h"

struct store;

/* What is carried, kept up to date on every change and committed with it. */
struct store_summary {
	uint32_t count[LETTER_CLASSES];
	uint64_t sum[LETTER_CLASSES][4]; /* of all ids of the class: four little-endian u64 lanes, each added modulo 2^64 */
	uint64_t bytes;                  /* sum of envelope sizes */
	uint32_t known;
	uint64_t next_seq;
	uint64_t open_ms;      /* how long the store has been open in its life */
	uint64_t gateway_last; /* last time a gateway was met, Unix seconds, 0 never */
};

/* Where a letter stands in the order of letters (proto/order.h), highest first. */
struct store_position {
	uint8_t rank;
	uint16_t day;
	uint64_t key;
};

struct store_entry {
	uint64_t seq; /* handle of a letter; grows with arrival, never used twice */
	struct store_position position;
};

enum { STORE_KNOWN_MAX = 1 << 18, STORE_VERSION = 1 };

/* Opens or makes the store. boot_ms is now. ERR_NEWER: made by a newer version; ERR_DAMAGED: not a store. Nothing is changed on failure. */
enum err store_open(struct store **store, const char *path, uint64_t boot_ms);
/* Drops an open transaction. Takes NULL. */
void store_close(struct store *store);

/* Makes the turn durable: one commit, one sync; nothing if nothing changed. */
enum err store_commit(struct store *store, uint64_t boot_ms);
void store_rollback(struct store *store);
/* True if the turn changed something. */
bool store_dirty(const struct store *store);
/* The sticky error of this turn. */
enum err store_error(const struct store *store);

const struct store_summary *store_summary(const struct store *store);
uint64_t store_identity(const struct store *store);
/* Hours the store has been open: the unit of `expires`. */
uint32_t store_hour(const struct store *store, uint64_t boot_ms);
uint64_t store_key(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE]);

/* node/post/store_letters.c */

/* Held here, known but no longer held, or unknown. seq is filled when held. */
enum control_place store_place(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], uint64_t *seq);
/* Adds a letter that is not held. Returns its seq, 0 on error. */
uint64_t store_put(struct store *store, const struct outside *letter, const uint8_t *envelope, size_t len, uint32_t expires);
/* Fills envelope[ENVELOPE_SIZE_MAX]; 0 if it is not there (any more) or the disk has changed it. */
size_t store_get(struct store *store, uint64_t seq, uint8_t *envelope);
/* The same by key, without looking for changes: for a letter examined a moment ago whose next reader examines it anyway. */
size_t store_get_as_is(struct store *store, uint64_t key, uint8_t *envelope);
/* The key of a held letter, 0 and false if it is no longer held. */
bool store_key_of(struct store *store, uint64_t seq, uint64_t *key);
/* True if a comes before b in the order of letters. */
bool store_before(const struct store_position *a, const struct store_position *b);
/* The next letters in the order of letters after a position; NULL: the first. Fills at most cap of them and returns how many. */
size_t store_next(struct store *store, const struct store_position *after, struct store_entry *entries, size_t cap);
/* The last letter in the order: the first to go. */
bool store_last(struct store *store, struct store_entry *entry);
/* The next letter by arrival whose rank bit is set in ranks. Fills envelope. */
bool store_arrived(struct store *store, uint64_t after, uint64_t ranks, uint8_t *envelope, size_t *len, uint64_t *seq);
/* Stops holding a letter and remembers its id until the given hour. One that the disk has changed is not remembered: it may come back whole. */
void store_drop(struct store *store, uint64_t seq, uint32_t known_until);
/* One letter whose time has come, or 0. */
uint64_t store_expired(struct store *store, uint32_t hour);

/* node/post/store_notes.c */

struct store_known {
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	bool receipted; /* a receipt for it was seen */
};

/* What is remembered of a letter no longer held. */
bool store_known(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], struct store_known *known);
void store_mark_receipted(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Remembers an id without ever having held it, or in the place of a letter just dropped. */
void store_remember(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE], const struct store_known *known, uint32_t until);
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

/* A neighbour, or a gateway, confirmed to hold the letter. unix_s is for show. */
void store_handed(struct store *store, uint64_t key, bool gateway, uint64_t unix_s);
struct control_track store_track(struct store *store, const uint8_t id[static LETTER_ID_SIZE]);
void store_set_gateway_last(struct store *store, uint64_t unix_s);

#endif
