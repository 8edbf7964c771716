#ifndef BARID_RELIEF_AUDIT_H
#define BARID_RELIEF_AUDIT_H
/*
 * Who did what in the relief inbox: who saw where somebody is, who exported, who claimed and closed. It only grows. Every entry is sealed to the hash
 * of the one before it, and the newest hash is kept apart, so that an entry changed, taken out, put in or cut off the end is noticed by audit_next().
 */

#include "node/relief/reliefdb.h"

enum audit_action {
	AUDIT_CREATED = 1,
	AUDIT_LOOKED, /* saw where a case is */
	AUDIT_EXPORTED,
	AUDIT_CLAIMED,
	AUDIT_REPLIED,
	AUDIT_CLOSED,
	AUDIT_PUBLISHED,
	AUDIT_GRANTED,
	AUDIT_REVOKED,
	AUDIT_RELEASED = 20,
	AUDIT_ASSIGNED,
	AUDIT_NOTED,
	AUDIT_VERIFIED,
	AUDIT_MERGED,
	AUDIT_UNMERGED,
	AUDIT_REOPENED,
	AUDIT_PARTNERED,    /* told or stopped telling an organisation of claims */
	AUDIT_TAKEN,        /* another organisation's claim was the earlier */
	AUDIT_ENTERED = 30, /* logged in to the console */
	AUDIT_GUESSED,      /* wrong passwords for an account */
	AUDIT_ACCOUNTED,    /* made an account, or changed its role */
	AUDIT_PASSWORD,     /* changed one */
	AUDIT_BARRED,       /* locked, unlocked or removed an account */
	AUDIT_LOCKED,       /* ended every session, and what the console holds */
	AUDIT_ERASED = 40,  /* a closed case, its retention over */
	AUDIT_HOOKED,       /* a webhook added or removed */
	AUDIT_ACTIONS,
};

enum { AUDIT_WHO_MAX = 64, AUDIT_DETAIL_MAX = 1024, AUDIT_CHAIN_SIZE = 32 };

struct audit_entry {
	uint64_t seq; /* from 1 */
	uint64_t at;  /* our time */
	enum audit_action action;
	char who[AUDIT_WHO_MAX + 1];
	char detail[AUDIT_DETAIL_MAX + 1];
	uint8_t chain[AUDIT_CHAIN_SIZE];
};

/* "looked". */
const char *audit_word(enum audit_action action);

/* Adds an entry (at, action, who, detail; the rest is filled). Wants to be inside reliefdb_begin() and reliefdb_commit(), with what it tells of. */
enum err audit_add(struct reliefdb *db, struct audit_entry *entry);

/* A walk over all entries from the first that checks the chain on its way. */
struct audit_walk {
	struct reliefdb *db;
	struct sql_row *row;
	uint64_t seq;
	uint8_t chain[AUDIT_CHAIN_SIZE];
};
enum err audit_start(struct audit_walk *walk, struct reliefdb *db);
/* ERR_NO_FILE: the end, and everything before it was as it was written. ERR_DAMAGED: the entry after walk->seq is not. */
enum err audit_next(struct audit_walk *walk, struct audit_entry *entry);
void audit_end(struct audit_walk *walk);
/* The number of entries and the newest hash, to be noted down elsewhere: a whole older copy of the database can be told from it only so. */
enum err audit_head(struct reliefdb *db, uint64_t *entries, uint8_t chain[static AUDIT_CHAIN_SIZE]);

#endif
