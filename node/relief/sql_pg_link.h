#ifndef BARID_RELIEF_SQL_PG_LINK_H
#define BARID_RELIEF_SQL_PG_LINK_H
/*
 * One connection to a PostgreSQL server for sql_pg.c: made anew when it is lost, never waited for longer than the bounds below, and every answer of
 * the server put into one of five words. Knows nothing of transactions.
 */

#include "node/relief/sql_inside.h"

#include <libpq-fe.h>

enum {
	LINK_AWAY_MS = 12000,    /* how long a server that is gone is waited for in all */
	LINK_CONNECT_MS = 5000,  /* for one attempt */
	LINK_ANSWER_MS = 25000,  /* for one statement; more than the server gives it itself */
	LINK_STATEMENTS_MAX = 96 /* prepared ones; what goes beyond is sent whole each time */
};

enum pg_word {
	PG_DONE,
	PG_LOST,   /* no connection, or no answer: whether it was done is not known */
	PG_AGAIN,  /* not done because of somebody else's transaction; the whole of ours may be tried again */
	PG_FAILED, /* *err says why */
};

struct pg_statement {
	uint64_t hash;
	char *text; /* kinds of the values, then the text */
};

struct pg_link {
	PGconn *conn; /* NULL: none */
	unsigned statements_n;
	struct pg_statement statements[LINK_STATEMENTS_MAX]; /* of this connection */
	char where[SQL_WHERE_MAX];
};

/* One attempt to connect; deadline_ms on the boot clock. ERR_AWAY: it may work later. */
enum err pg_link_connect(struct pg_link *link, uint64_t deadline_ms);
/* Attempts with longer and longer pauses until it works, is refused, or the deadline is over. */
enum err pg_link_wait(struct pg_link *link, uint64_t deadline_ms);
void pg_link_drop(struct pg_link *link);

/* Runs one statement with a value for each "?" of its text; there are SQL_VALUES_MAX. On PG_DONE the caller clears *result. */
enum pg_word pg_link_run(struct pg_link *link, const char *text, const struct sql_value values[static SQL_VALUES_MAX], PGresult **result,
			 enum err *err);
/* Several statements without values, in text format; *result is the last one's, or NULL not to have it. */
enum pg_word pg_link_script(struct pg_link *link, const char *text, PGresult **result, enum err *err);

#endif
