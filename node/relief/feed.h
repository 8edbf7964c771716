#ifndef BARID_RELIEF_FEED_H
#define BARID_RELIEF_FEED_H
/*
 * What happened to cases, one event after the other, for whoever asks "what is new after number N": the console's long poll, scripts, webhooks. Every
 * event is added in the transaction that does what it tells of, under the next number of the organisation, so numbers have no gap and nobody who has
 * read up to N ever finds something new before it. An event says which case and who did it, never where anybody is or what was written.
 */

#include "node/relief/cases.h"

enum feed_what {
	FEED_ARRIVED = 1, /* a new case */
	FEED_JOINED,      /* a further letter of its sender */
	FEED_OPENED,
	FEED_CLAIMED,
	FEED_RELEASED, /* given back, or the claim ran out */
	FEED_ASSIGNED, /* given to somebody by somebody else */
	FEED_NOTED,
	FEED_REPLIED,
	FEED_VERIFIED,
	FEED_MERGED,
	FEED_CLOSED,
	FEED_REOPENED,
	FEED_TAKEN,  /* by another organisation */
	FEED_ERASED, /* its retention was over: nothing of it is left here but its number */
	FEED_WHATS,
};

enum { FEED_WHO_MAX = CASE_OPERATOR_MAX, FEED_LIST_MAX = 500 };

struct feed_event {
	uint64_t seq; /* from 1, without gaps */
	uint64_t at;  /* our time */
	enum feed_what what;
	uint32_t number; /* of the case */
	uint32_t revision;
	uint8_t type;   /* enum letter_type of the case */
	uint8_t status; /* enum letter_status: exercises and tests are told only to who asks for them */
	enum case_state state;
	char who[FEED_WHO_MAX + 1]; /* the operator; "" the machine, or the sender */
};

/* "arrived". */
const char *feed_word(enum feed_what what);

/* Adds an event about a case as it is now. who: at most FEED_WHO_MAX bytes count, NULL or "" nobody of ours. Wants to be inside reliefdb_begin() and
 * reliefdb_commit(), with what it tells of. */
enum err feed_add(struct reliefdb *db, uint64_t at, enum feed_what what, const struct case_file *file, const char *who);
/* Fills at most cap events with numbers above after, in order; fewer than cap: there are no more now. */
enum err feed_list(struct reliefdb *db, uint64_t after, struct feed_event *events, size_t cap, size_t *n);
/* The number of the newest event, 0 if there is none. */
enum err feed_head(struct reliefdb *db, uint64_t *seq);

#endif
