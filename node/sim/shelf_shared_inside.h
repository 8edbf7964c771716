#ifndef BARID_NODE_SIM_SHELF_SHARED_INSIDE_H
#define BARID_NODE_SIM_SHELF_SHARED_INSIDE_H
/* What the files of the shelf in memory share. Nobody else sees it. */

#include "node/sim/bodies.h"
#include "node/sim/rows.h"
#include "node/sim/shelf_shared.h"

/* In order of seq; one that is gone keeps its place until the turn is over and enough of them are gone. */
struct held {
	uint32_t seq;
	uint32_t expires;
	uint32_t standing;
	uint32_t body; /* BODIES_NONE: gone */
};

struct row_known {
	struct row row; /* word: expires */
	uint8_t tag[LETTER_TAG_SIZE];
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	uint8_t receipted, rank;
	uint16_t day;
};

struct row_latest {
	struct row row; /* word: expires */
	uint32_t number;
	uint8_t tag[LETTER_TAG_SIZE];
};

struct row_handed {
	struct row row; /* word: copies */
	uint32_t first_at, gateway_at;
};

struct row_spent {
	struct row row; /* word: expires */
	uint8_t tag[LETTER_TAG_SIZE];
};

enum shared_table { TABLE_KNOWN, TABLE_LATEST, TABLE_HANDED, TABLE_SPENT, SHARED_TABLES };

/* Organisations and secrets: few, in order of their key. */
struct row_named {
	uint8_t name[SIGN_KEY_SIZE]; /* the key, or the secret */
	uint32_t expires;
	uint32_t issued; /* of a key */
	uint16_t number; /* or the day of a secret */
};

struct named {
	struct row_named *rows;
	uint32_t count, cap;
};

enum shared_list { LIST_TRUSTED, LIST_REVOKED, SHARED_LISTS };

enum change_what { CHANGE_PUT, CHANGE_DELETE, CHANGE_RESTAND, CHANGE_ROW, CHANGE_NAMED };

/* How something was before the turn changed it. */
struct change {
	uint8_t what;  /* enum change_what */
	uint8_t where; /* enum shared_table, enum shared_list */
	bool was;      /* there was a row */
	union {
		struct held held;
		struct row_known row; /* of any table: known has the longest rows */
		struct row_named named;
	} old;
};

/* What a turn changed, in order; lent to it by begin(). */
struct turn {
	struct turn *next; /* not lent */
	struct change *changes;
	uint32_t count, cap;
};

struct shelf_shared {
	struct shelf shelf;
	struct shelf_meta meta;
	struct held *held;
	uint32_t held_count, held_cap, held_gone;
	uint32_t soonest;       /* no letter expires earlier, but none need as early */
	uint32_t at, walk_left; /* the walk: its place in held, and how many rows it may still give */
	uint64_t *scan;         /* the walk through what is known */
	uint32_t scan_at, scan_count;
	struct rows tables[SHARED_TABLES];
	struct named lists[SHARED_LISTS];
	struct turn *turn;
	bool made, open;
};

/* node/sim/shelf_shared_turn.c */

/* A record of a change, before it is made. old is undefined. */
struct change *shared_change(struct shelf_shared *self, enum change_what what);
void shared_begin(struct shelf *shelf);
void shared_commit(struct shelf *shelf, const struct shelf_summary *summary);
void shared_rollback(struct shelf *shelf);

/* node/sim/shelf_shared_named.c */

/* As the functions of struct shelf_kind. */
size_t shared_trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap);
size_t shared_revoked(struct shelf *shelf, struct revocation_entry *out, size_t cap);
void shared_trust(struct shelf *shelf, const struct shelf_trusted *trusted);
void shared_revoke(struct shelf *shelf, const struct revocation_entry *entry, uint32_t expires);
/* Forgets the first of a list whose time has come. */
uint32_t shared_forget_named(struct shelf_shared *self, enum shared_list list, uint32_t hour);
/* Adds or replaces, and takes away, without a record. */
void shared_set_named(struct named *list, const struct row_named *row);
void shared_remove_named(struct named *list, const uint8_t name[static SIGN_KEY_SIZE]);

/* node/sim/shelf_shared.c: the place of a row in held, gone or not; it is there. */
uint32_t shared_place(const struct shelf_shared *self, uint64_t seq);

#endif
