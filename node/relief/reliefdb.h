#ifndef BARID_RELIEF_RELIEFDB_H
#define BARID_RELIEF_RELIEFDB_H
/*
 * DIR/relief.db: what a relief group keeps beside its vault, as an SQLite file that survives a power cut after every commit. What letters say, who
 * wrote them and what operators did is sealed row by row (rowbox) under a key in the vault; open to a thief are ids of letters (public anyway), how
 * many cases there are, their type and state, and the sealed envelopes that wait to be sent. Opened by whoever holds the vault's lock; nothing here
 * reads a clock.
 */

#include "platform/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RELIEFDB_VERSION = 2, RELIEFDB_ROW_MAX = 8192, RELIEFDB_SEAL = 40 };

struct reliefdb {
	sqlite3 *handle;
	uint8_t key[32];
};

/* Makes the file (0600) if it is not there. ERR_NEWER: of a later version; ERR_DAMAGED: not ours, or of another vault. */
enum err reliefdb_open(struct reliefdb *db, const char *path, const uint8_t key[static 32]);
/* Takes one that was never opened, provided it is zero. Wipes the key. */
void reliefdb_close(struct reliefdb *db);

enum err reliefdb_begin(struct reliefdb *db);
/* After ERR_OK everything since reliefdb_begin() is durable; after any other result nothing of it is kept. */
enum err reliefdb_commit(struct reliefdb *db);
void reliefdb_rollback(struct reliefdb *db);

/* The err of what SQLite said last, which was code. */
enum err reliefdb_err(const struct reliefdb *db, int code);
/* A statement, or NULL (its err is in reliefdb_last()). The caller finalizes. */
sqlite3_stmt *reliefdb_prepare(struct reliefdb *db, const char *sql);
enum err reliefdb_last(const struct reliefdb *db);
/* Runs a statement that gives no rows and finalizes it; takes NULL, for which it returns reliefdb_last(). */
enum err reliefdb_run(struct reliefdb *db, sqlite3_stmt *statement);

/* What a sealed row is bound to: the table and the row, so that rows cannot be swapped. */
struct row_context {
	uint8_t bytes[80];
	size_t len;
};
struct row_context row_context(const char *table, const void *row, size_t len);
/* Seals into sealed[len + RELIEFDB_SEAL]. */
void reliefdb_seal(const struct reliefdb *db, const struct row_context *context, const uint8_t *plain, size_t len, uint8_t *sealed);
/* Opens column n of the row a statement stands on; fills plain[RELIEFDB_ROW_MAX] and len. False: damaged. */
bool reliefdb_unseal(const struct reliefdb *db, const struct row_context *context, sqlite3_stmt *statement, int column, uint8_t *plain, size_t *len);

/* Small named facts, sealed. ERR_NO_FILE: never set. */
enum err reliefdb_fact_set(struct reliefdb *db, const char *name, const uint8_t *value, size_t len);
enum err reliefdb_fact(struct reliefdb *db, const char *name, uint8_t *value, size_t cap, size_t *len);

#endif
