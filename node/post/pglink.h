#ifndef BARID_NODE_POST_PGLINK_H
#define BARID_NODE_POST_PGLINK_H
/*
 * A connection to a PostgreSQL database, for node/post/shelf_pg.c: statements prepared once, queued, and run together in one round trip. It never
 * waits longer than PGLINK_WAIT_MS for an answer: a database that lets it wait, or is gone, is lost, and pglink_step() finds it again bit by bit.
 * Only the system's looking up of its name takes as long as it takes. It says in the log when it loses the database and when it has it again, and
 * never retries a statement by itself.
 */

#include "node/post/pq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PGLINK_WAIT_MS = 3000,
	PGLINK_OPEN_MS = 10000, /* for the first connection, before the post serves anybody */
	PGLINK_VALUES_MAX = 8,
	PGLINK_QUEUE_MAX = 512, /* statements that may wait for an answer */
};

struct pglink;

/* Values of a statement, $1 first. Start with {0}; do not copy. */
struct pglink_values {
	int count;
	uint64_t numbers[PGLINK_VALUES_MAX]; /* as they go over the wire */
	const char *at[PGLINK_VALUES_MAX];
	int len[PGLINK_VALUES_MAX];
};

/* The same bits as a BIGINT. */
void pglink_u64(struct pglink_values *values, uint64_t value);
/* A BYTEA. Borrows until the statement is queued. */
void pglink_bytes(struct pglink_values *values, const void *bytes, size_t len);

/* What there must be before statements can be prepared. */
struct pglink_schema {
	const char *probe; /* gives the version of what is there; a table that is missing: */
	const char *setup; /* makes all of it, and nothing of it in the place of something */
	long version;      /* a later one is ERR_NEWER */
};

/* Connects and prepares, once there is a pq_load(); texts are the statements, which are borrowed as long as the link is open. On failure the log says
 * why and *link is NULL. */
enum err pglink_open(struct pglink **link, const char *where, const struct pglink_schema *schema, const char *const *texts, unsigned count);
/* What was not committed is lost. Takes NULL. */
void pglink_close(struct pglink *link);
/* True while there is a database; otherwise does what can be done towards one in a tenth of a second. */
bool pglink_step(struct pglink *link);
/* Gives the connection up: whatever it was doing is not known to have happened. */
void pglink_lose(struct pglink *link, const char *why);

/* Queues a statement; values may be NULL. What goes wrong is told by the next pglink_run(). */
void pglink_queue(struct pglink *link, unsigned statement, const struct pglink_values *values);
/* Runs what is queued and fills results, if that is not NULL, with those of the last count statements, the caller's to PQclear(); NULL on an error.
 * After one, the statements behind it did not run, and an open transaction is to be rolled back. ERR_AWAY: try again later. */
enum err pglink_run(struct pglink *link, PGresult **results, unsigned count);
/* A number, or a view of bytes, of a row; *len 0 for none. */
uint64_t pglink_get_u64(const PGresult *result, int row, int column);
const uint8_t *pglink_get_bytes(const PGresult *result, int row, int column, size_t *len);

#endif
