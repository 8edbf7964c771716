#ifndef BARID_RELIEF_CASES_H
#define BARID_RELIEF_CASES_H
/*
 * Cases: what a relief group makes of the letters it gets. A new letter opens a case; an update, a withdrawal or an answer by the same sender joins
 * the case it refers to, in whatever order they arrive, and so does a patient of their request; the same letter twice is one. Rows are sealed
 * (reliefdb.h). Every function that changes something wants to be inside reliefdb_begin() and reliefdb_commit().
 */

#include "node/desk/open.h"
#include "node/relief/ref.h"
#include "node/relief/reliefdb.h"

enum case_state { CASE_NEW, CASE_OPENED, CASE_ASSIGNED, CASE_ANSWERED, CASE_CLOSED, CASE_STATES };
enum case_reason { REASON_NONE, REASON_DONE, REASON_MOVED_ON, REASON_DUPLICATE, REASON_FALSE, REASON_UNREACHABLE, REASON_EXPIRED, CASE_REASONS };

/* What we hold of what the letters say; apart from how far the case is. */
enum case_verification { CASE_UNVERIFIED, CASE_PLAUSIBLE, CASE_CONFIRMED, CASE_CONTRADICTED, CASE_VERIFICATIONS };

enum { CASE_CLAIM_SIZE = 16, CASE_LEASE_S = 3600, CASE_LEASE_MIN_S = 300, CASE_LEASE_MAX_S = 86400 };
enum { CASE_LETTERS_MAX = 128, CASE_OPERATOR_MAX = 64 }; /* what goes beyond opens a case of its own; replies beyond are refused */

struct case_file {
	uint32_t number; /* from 1, never used twice */
	uint8_t type;    /* of the first letter that came */
	enum case_state state;
	enum case_reason reason;
	uint8_t letter[LETTER_ID_SIZE]; /* the letter the case is about: the first that came, or the one it was an early update of */
	uint8_t sender[DH_KEY_SIZE];
	char operator_name[CASE_OPERATOR_MAX + 1];                                               /* who claimed it; "" nobody */
	uint64_t arrived, changed, opened_at, assigned_at, answered_at, closed_at, withdrawn_at; /* our time, 0 not */
	uint8_t told;     /* bit (1 << enum letter_stage): a stage letter went out */
	uint16_t letters; /* in the case, both ways */
	uint16_t unread;  /* of the sender's, not yet shown */
	/* for the order of the queue, of the merged letter */
	enum letter_class class;
	uint8_t status;
	uint32_t red, yellow;
	bool danger; /* the way there is said to be dangerous */
	/* who has it, and what became of it; since version 2 of the row */
	uint32_t revision; /* counts every cases_save() */
	enum case_verification verification;
	uint64_t claimed_at;            /* since when we, whoever of us, have it without a gap; 0 nobody has it */
	uint64_t lease_until;           /* the claim counts until then; 0 none */
	uint64_t told_until;            /* what partners know of it */
	uint32_t lease_s;               /* what it was taken for, and is renewed by */
	bool lapse_told;                /* everybody heard that the lease ran out */
	uint64_t waiting_since;         /* given back or reopened; 0 since it came */
	uint64_t touched_at;            /* when somebody first did something about it since, 0 nobody */
	uint32_t merged_into;           /* the case that speaks for it, 0 none */
	uint8_t claim[CASE_CLAIM_SIZE]; /* names the request to every organisation it was sealed to (claims.h); zeros: unknown */
	uint64_t taken_at;              /* when an organisation's earlier claim made ours void, 0 not */
	char taken_by[CASE_OPERATOR_MAX + 1];
};

struct case_letter {
	uint8_t id[LETTER_ID_SIZE];
	bool outgoing;
	bool reduced, read;
	uint8_t ticket, role; /* what vouches for the sender, as it came: enum received_ticket, enum ticket_role or 0 */
	enum letter_class class;
	enum ttl_class ttl;
	uint16_t day;
	uint8_t type;
	uint32_t sent_at, seq; /* the sender's claims */
	uint64_t arrived;      /* our time; of an outgoing one when it was written */
	uint16_t body_len;
	uint8_t body[BODY_SIZE_MAX];
};

const char *case_state_word(enum case_state state);
const char *case_reason_word(enum case_reason reason);
const char *case_verification_word(enum case_verification verification);
/* -1: no such word. Hyphens and underscores are one. */
int case_state_of_word(const char *word);
int case_reason_of_word(const char *word);
int case_verification_of_word(const char *word);
/* True if somebody's claim counts now. */
bool case_claimed(const struct case_file *file, uint64_t now);
/* True if a claim ended by its lease, and nobody has the case since. */
bool case_ran_out(const struct case_file *file, uint64_t now);
/* Nobody has it any more, and from now on it waits for somebody. */
void case_wait(struct case_file *file, uint64_t now);

enum cases_kept {
	CASES_OPENED,
	CASES_JOINED,
	CASES_HAD,
	CASES_NOT_OURS
}; /* a new case; part of one; known before; a type that makes no case (stage letters, cards) */
/* Keeps an opened letter. On ERR_OK file is the case (not for CASES_HAD and CASES_NOT_OURS). */
enum err cases_keep(struct reliefdb *db, const struct opened *opened, uint64_t now, enum cases_kept *kept, struct case_file *file);
/* Adds a letter of ours to a case, and counts it in file, which the caller then saves. ERR_LIMIT: the case is full. */
enum err cases_add_ours(struct reliefdb *db, struct case_file *file, const struct case_letter *letter);
/* Under the next revision. */
enum err cases_save(struct reliefdb *db, struct case_file *file);
/* ERR_NO_FILE: there is none of this number. */
enum err cases_numbered(struct reliefdb *db, uint32_t number, struct case_file *file);
/* Marks a letter of the sender as shown. */
enum err cases_mark_read(struct reliefdb *db, const struct case_file *file, struct case_letter *letter);

enum cases_found { CASES_FOUND, CASES_NONE, CASES_MISHEARD, CASES_AMBIGUOUS };
/* By ref or by a unique prefix of the id of any of its letters. */
enum err cases_find(struct reliefdb *db, const char *name, enum cases_found *found, struct case_file *file);

/* Exercises and tests beside real cases, or only one of the two. */
enum cases_drill { CASES_BOTH, CASES_REAL, CASES_DRILL };

struct cases_filter {
	bool all;  /* closed ones too */
	int type;  /* -1 any */
	int state; /* -1 any */
	enum cases_drill drill;
};
/* Fills an array of n files, by number; the caller frees it. ERR_DAMAGED: a row does not open. */
enum err cases_list(struct reliefdb *db, const struct cases_filter *filter, struct case_file **files, size_t *n);
/* How many real cases there are of each state, those merged into others not counted. */
enum err cases_count(struct reliefdb *db, uint64_t count[static CASE_STATES]);
/* Every letter of a case as they came; the caller frees the array. */
enum err cases_letters(struct reliefdb *db, const struct case_file *file, struct case_letter **letters, size_t *n);
/* What the sender says now: the first letter with what later updates of the same type said over it, by the sender's own order. False: none is of a
 * type we know. */
bool cases_merge(const struct case_letter *letters, size_t n, struct letter *out);
/* Fills what decides the case's place in the queue (status, red, yellow, danger) from what the sender said so far; of a request's own numbers and its
 * patients one by one the worse. A case of nothing but patients is withdrawn now if the last of them was taken back. False without memory. */
bool cases_weigh(const struct case_letter *letters, size_t n, uint64_t now, struct case_file *file);

/* A patient of a request, in the sender's newest words. */
struct cases_patient {
	bool gone; /* taken back */
	struct letter said;
};
/* Fills an array of the patients letters tell of, in the sender's order; the caller frees it. Returns how many; 0 without memory. */
size_t cases_patients(const struct case_letter *letters, size_t n, struct cases_patient **out);

/* True if this operator was not yet noted as having seen where this case is. An update of the case forgets who looked. */
enum err cases_first_look(struct reliefdb *db, const struct case_file *file, const char *operator_name, bool *first);

#endif
