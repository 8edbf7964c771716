#ifndef BARID_NODE_POST_SHELF_H
#define BARID_NODE_POST_SHELF_H
/*
 * Where the rows of a store lie: letters, ids that are only known, newest notices, organisations believed, secrets revoked, tickets spent. The store
 * (store.h) keeps the catalogue and the rules; a shelf keeps bytes, and makes a turn durable. node/post/shelf_sqlite.c is what every post has; the
 * simulator's crowd has another (node/sim/shelf_shared.h). Called by store*.c only.
 *
 * A row is added in the place of one with the same key. What goes wrong is left in *error, unless something is there already, and answered as if
 * there was nothing; the store then changes nothing more before rollback(). Keys are numbers of 64 bits, in order as if they were signed. What the
 * disk has changed so that it is no row any more is answered as if it were not there.
 */

#include "crypto/shorthash.h"
#include "platform/error.h"
#include "proto/revocation.h"

struct shelf_kind;

enum { SHELF_PAGE = 256, SHELF_RANK_NONE = UINT8_MAX };

/* An open one: the first thing in whatever a kind of shelf keeps of it. */
struct shelf {
	const struct shelf_kind *kind;
	enum err *error; /* the store's */
};

/* Saved with every turn. */
struct shelf_summary {
	uint64_t next_seq;     /* the row the next letter gets; rows are never used twice */
	uint64_t open_ms;      /* how long the store has been open in its life */
	uint64_t gateway_last; /* last time a gateway was met, Unix seconds, 0 never */
};

struct shelf_meta {
	uint64_t identity;
	uint8_t secret[SHORTHASH_KEY_SIZE];
	struct shelf_summary summary;
};

struct shelf_letter {
	uint64_t seq;
	uint32_t expires; /* hours; filled in by nobody but put()'s caller, like tag */
	uint32_t standing;
	const uint8_t *tag; /* LETTER_TAG_SIZE bytes; two letters with one tag have one body */
	const uint8_t *body;
	size_t len; /* of what is read: whatever the disk has there */
};

struct shelf_known {
	uint64_t key;
	uint32_t expires;
	uint8_t tag[LETTER_TAG_SIZE];
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	bool receipted;
	uint8_t rank; /* SHELF_RANK_NONE: the disk has changed it */
	uint16_t day;
};

struct shelf_forgettable {
	uint64_t key;
	uint8_t tag[LETTER_TAG_SIZE]; /* zeros: the disk has changed it */
};

struct shelf_latest {
	uint64_t topic;
	uint32_t number;
	uint32_t expires;
	uint8_t tag[LETTER_TAG_SIZE];
};

struct shelf_handed {
	uint64_t key;
	uint32_t copies;
	uint64_t first_at, gateway_at; /* 0: not yet */
};

struct shelf_trusted {
	uint8_t signing[SIGN_KEY_SIZE];
	uint16_t number; /* its place among those believed, the same as long as it is */
	uint32_t issued; /* Unix seconds: the latest time it signed */
	uint32_t expires;
};

/* What a kind of shelf can do. Views of bodies are good until the next call; rows given are borrowed until return. */
struct shelf_kind {
	/* Opens or makes it, and brings one of an older version up to this one. meta: what to keep if it is new; what it holds otherwise. path, which
	 * may be NULL, and owner are of the kind's own meaning. error: borrowed while it is open. ERR_NEWER: made by a newer version; ERR_DAMAGED:
	 * not a store. Nothing is changed on failure. */
	enum err (*open)(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error);
	/* What was not committed is lost. */
	void (*close)(struct shelf *shelf);

	/* Before the first change of a turn. */
	void (*begin)(struct shelf *shelf);
	/* After begin() only. The turn is durable unless there is an error. */
	void (*commit)(struct shelf *shelf, const struct shelf_summary *summary);
	/* Everything is as it was at the last commit. *error is clear when it is called. */
	void (*rollback)(struct shelf *shelf);

	void (*put)(struct shelf *shelf, const struct shelf_letter *letter);
	/* The length of a letter's body, and a view of it; 0: there is none. */
	size_t (*get)(struct shelf *shelf, uint64_t seq, const uint8_t **body);
	void (*restand)(struct shelf *shelf, uint64_t seq, uint32_t standing);
	/* tag: what the store has it under, for whoever watches; NULL: the disk has changed it. */
	void (*drop)(struct shelf *shelf, uint64_t seq, const uint8_t *tag);
	/* Begins a walk through the SHELF_PAGE letters after a row, in order; any call but next() ends it. */
	void (*walk)(struct shelf *shelf, uint64_t after);
	bool (*next)(struct shelf *shelf, struct shelf_letter *letter);
	/* The first letter, by hour and then by row, whose time has come: its row and body. */
	bool (*expired)(struct shelf *shelf, uint32_t hour, struct shelf_letter *letter);

	/* Of what is known: all but key and expires. */
	bool (*known)(struct shelf *shelf, uint64_t key, struct shelf_known *known);
	void (*remember)(struct shelf *shelf, const struct shelf_known *known);
	void (*receipted)(struct shelf *shelf, uint64_t key);
	void (*forget)(struct shelf *shelf, uint64_t key);
	/* Fills ids with those whose time has come, by hour and then by key, and returns how many. */
	size_t (*forgettable)(struct shelf *shelf, uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE]);
	/* A walk through all that is known, by key: tag, rank and day. Not to be broken off but by close(). */
	bool (*next_known)(struct shelf *shelf, struct shelf_known *known);

	/* Number and tag of the newest letter of a topic. */
	bool (*latest)(struct shelf *shelf, uint64_t topic, struct shelf_latest *latest);
	void (*set_latest)(struct shelf *shelf, const struct shelf_latest *latest);
	/* Forgets the first SHELF_PAGE whose time has come, by hour and then by topic, and returns how many. */
	uint32_t (*forget_latest)(struct shelf *shelf, uint32_t hour);
	uint32_t (*latest_count)(struct shelf *shelf);

	/* Adds to the copies, and sets the times that are not set. */
	void (*add_handed)(struct shelf *shelf, const struct shelf_handed *handed);
	bool (*handed)(struct shelf *shelf, uint64_t key, struct shelf_handed *handed);
	void (*forget_handed)(struct shelf *shelf, uint64_t key);

	/* Fill out with the first by key or secret, byte by byte, at most cap, and return how many. */
	size_t (*trusted)(struct shelf *shelf, struct shelf_trusted *out, size_t cap);
	size_t (*revoked)(struct shelf *shelf, struct revocation_entry *out, size_t cap);
	void (*trust)(struct shelf *shelf, const struct shelf_trusted *trusted);
	void (*revoke)(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires);
	bool (*spent)(struct shelf *shelf, uint64_t key, uint8_t tag[static LETTER_TAG_SIZE]);
	void (*spend)(struct shelf *shelf, uint64_t key, const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires);
	/* Forgets the first SHELF_PAGE of each of the three whose time has come, by hour and then by key, and returns how many. */
	uint32_t (*forget_authority)(struct shelf *shelf, uint32_t hour);

	/* The rest is for a shelf that several stores have before them at once, and NULL where a store has it for itself. One store has the turn at a
	 * time: begin() waits for the others', and what a store decides in its turn it decides on all that was committed before. */

	/* The summary as begin() or poll() found it. */
	void (*renew)(struct shelf *shelf, struct shelf_summary *summary);
	/* What the next turn of another store told, in the order of commits, none left out: those that begin() or poll() found and nobody heard yet.
	 * Fills a view, good until the next call. False: there is no more, or an error. */
	bool (*heard)(struct shelf *shelf, const uint8_t **news, size_t *len);
	/* Before commit(): what others will hear of this turn. Borrows news until commit() or rollback(). */
	void (*tell)(struct shelf *shelf, const uint8_t *news, size_t len);
	/* Between turns, now and then: looks whether others committed something, or does a step towards a shelf that was lost. Never waits for long,
	 * leaves no error. */
	void (*poll)(struct shelf *shelf);
};

/* Where a store's shelf is. */
struct shelf_place {
	const struct shelf_kind *kind; /* NULL: shelf_sqlite */
	void *owner;
	const char *path;
};

/* Leaves what went wrong in the store's error, unless something is there. */
static inline void shelf_fail(const struct shelf *shelf, enum err err)
{
	if (*shelf->error == ERR_OK)
		*shelf->error = err;
}

/* An SQLite file at path (WAL, synchronous=FULL); owner: the name of the VFS, or NULL for SQLite's own. */
extern const struct shelf_kind shelf_sqlite;

#ifdef BARID_WITH_PG
/*
 * Tables in a PostgreSQL database, before which any number of stores (gateways) may stand; path: its address, "postgresql://...", without a password.
 * owner: not looked at. The row of post_meta is locked by whoever has the turn, and counts turns; post_news holds what each turn told, by its number,
 * in the same transaction: so the turns are a feed in the order of commits and without gaps, rows of letters never get one number twice, and what is
 * unique in one store is unique among all. Whoever does not find the last turn he knows in post_news any more (SHELF_PG_TURNS_KEPT turns ago, or
 * another history was put back) gets ERR_IO and must open the shelf anew.
 *
 * ERR_AWAY: the database did not answer in time; the turn is lost and a later one may go well. A commit of which it is not known whether it happened
 * counts as one that did not; if it did, its store hears of it as of another's turn.
 */
enum { SHELF_PG_TURNS_KEPT = 65536 };
extern const struct shelf_kind shelf_pg;
#endif

#endif
