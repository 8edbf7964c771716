#ifndef BARID_RELIEF_RELIEFDB_H
#define BARID_RELIEF_RELIEFDB_H
/*
 * What a relief group keeps beside its vault: DIR/relief.db, or a PostgreSQL server that several organisations share (sql.h). Whatever was committed
 * survives a power cut. What letters say, who wrote them and what operators did is sealed row by row (rowbox) under a key in the vault; open to a
 * thief are ids of letters (public anyway), how many cases there are, their type and state, and the sealed envelopes that wait to be sent. Every row
 * but those of `claims` belongs to an organisation, which is in its key: WHERE org = ? bound by reliefdb_prepare_org(). Nothing here reads a clock.
 */

#include "node/relief/sql.h"

enum { RELIEFDB_VERSION = 3, RELIEFDB_ROW_MAX = 8192, RELIEFDB_SEAL = 40, RELIEFDB_ORG = 8 };

struct reliefdb {
	struct sql *sql;
	uint8_t key[32];
	uint8_t org[RELIEFDB_ORG]; /* of the key; tells nothing to who lacks it */
};

/* where: as in sql_open(). Makes what is not there, but never an organisation's place in a database that others use: that is reliefdb_join(). Brings
 * an older one up. ERR_NEWER: of a later version; ERR_DAMAGED: not ours, or of another vault. */
enum err reliefdb_open(struct reliefdb *db, const char *where, const uint8_t key[static 32]);
/* The same, and gives the organisation a place if it has none. */
enum err reliefdb_join(struct reliefdb *db, const char *where, const uint8_t key[static 32]);
/* Takes one that was never opened, provided it is zero. Wipes the key. */
void reliefdb_close(struct reliefdb *db);

/* From here to the commit nobody else writes anything of this organisation: whoever wants to stands in line. So numbers given out inside are
 * committed in their order and without gaps. */
enum err reliefdb_begin(struct reliefdb *db);
/* Inside a transaction: the last one here, because the organisation has moved to another database. Every later one is refused with ERR_DAMAGED. */
enum err reliefdb_leave(struct reliefdb *db);
/* After ERR_OK everything since reliefdb_begin() is durable; after any other result nothing of it is kept. */
enum err reliefdb_commit(struct reliefdb *db);
void reliefdb_rollback(struct reliefdb *db);

/* As sql_prepare() and sql_run(). */
struct sql_row *reliefdb_prepare(struct reliefdb *db, const char *text);
enum err reliefdb_run(struct reliefdb *db, struct sql_row *row);
/* A statement whose first value is the organisation. */
struct sql_row *reliefdb_prepare_org(struct reliefdb *db, const char *text);
/* The next number of the organisation's named counter, from 1; inside a transaction. Never the same twice. */
enum err reliefdb_next(struct reliefdb *db, const char *name, int64_t *number);
/* Runs a statement whose one value is the organisation and whose one row is one number. */
enum err reliefdb_number(struct reliefdb *db, const char *text, int64_t *number);

/* What a sealed row is bound to: the table and the row, so that rows cannot be swapped. */
struct row_context {
	uint8_t bytes[80];
	size_t len;
};
struct row_context row_context(const char *table, const void *row, size_t len);
/* Seals into sealed[len + RELIEFDB_SEAL]. */
void reliefdb_seal(const struct reliefdb *db, const struct row_context *context, const uint8_t *plain, size_t len, uint8_t *sealed);
/* Opens column n of the row a statement stands on; fills plain[RELIEFDB_ROW_MAX] and len. False: damaged. */
bool reliefdb_unseal(const struct reliefdb *db, const struct row_context *context, const struct sql_row *row, int column, uint8_t *plain,
		     size_t *len);

/* Small named facts, sealed. ERR_NO_FILE: never set. */
enum err reliefdb_fact_set(struct reliefdb *db, const char *name, const uint8_t *value, size_t len);
enum err reliefdb_fact(struct reliefdb *db, const char *name, uint8_t *value, size_t cap, size_t *len);

#endif
