#ifndef BARID_NODE_POST_STORE_INSIDE_H
#define BARID_NODE_POST_STORE_INSIDE_H
/* What the three files of the store share and nobody else sees. */

#include "crypto/shorthash.h"
#include "node/post/store.h"

#include <sqlite3.h>

/* Every statement the store ever runs after opening: name, SQL. */
#define STORE_STATEMENTS(X) \
	X(BEGIN, "BEGIN IMMEDIATE") \
	X(COMMIT, "COMMIT") \
	X(ROLLBACK, "ROLLBACK") \
	X(SAVE, "UPDATE meta SET summary = ?1") \
	X(FIND, "SELECT seq FROM letters WHERE key = ?1") \
	X(PUT, "INSERT INTO letters (seq, key, rank, day, expires, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
	X(GET, "SELECT body FROM letters WHERE seq = ?1") \
	X(GET_BY_KEY, "SELECT body FROM letters WHERE key = ?1") \
	X(KEY_OF, "SELECT key FROM letters WHERE seq = ?1") \
	X(ROW, "SELECT rank, body FROM letters WHERE seq = ?1") \
	X(FIRST, "SELECT seq, rank, day, key FROM letters ORDER BY rank DESC, day DESC, key DESC LIMIT ?1") \
	X(NEXT, "SELECT seq, rank, day, key FROM letters WHERE (rank, day, key) < (?2, ?3, ?4) ORDER BY rank DESC, day DESC, key DESC LIMIT ?1") \
	X(LAST, "SELECT seq, rank, day, key FROM letters ORDER BY rank, day, key LIMIT 1") \
	X(ARRIVED, "SELECT seq, rank, body FROM letters WHERE seq > ?1 ORDER BY seq LIMIT 256") \
	X(DELETE, "DELETE FROM letters WHERE seq = ?1") \
	X(EXPIRED, "SELECT seq FROM letters WHERE expires <= ?1 ORDER BY expires, seq LIMIT 1") \
	X(KNOWN, "SELECT tag, commitment, receipted FROM known WHERE key = ?1") \
	X(REMEMBER, "INSERT OR REPLACE INTO known (key, expires, tag, commitment, receipted) VALUES (?1, ?2, ?3, ?4, ?5)") \
	X(RECEIPTED, "UPDATE known SET receipted = 1 WHERE key = ?1") \
	X(FORGET, "DELETE FROM known WHERE key = ?1") \
	X(FORGETTABLE, "SELECT key FROM known WHERE expires <= ?1 ORDER BY expires, key LIMIT 256") \
	X(LATEST, "SELECT number, tag FROM latest WHERE topic = ?1") \
	X(SET_LATEST, "INSERT OR REPLACE INTO latest (topic, number, tag, expires) VALUES (?1, ?2, ?3, ?4)") \
	X(FORGET_LATEST, "DELETE FROM latest WHERE topic IN (SELECT topic FROM latest WHERE expires <= ?1 ORDER BY expires, topic LIMIT 256)") \
	X(HANDED, "INSERT INTO handed (key, copies, first_at, gateway_at) VALUES (?1, ?2, ?3, ?4) " \
		  "ON CONFLICT (key) DO UPDATE SET copies = copies + ?2, " \
		  "first_at = CASE first_at WHEN 0 THEN ?3 ELSE first_at END, gateway_at = CASE gateway_at WHEN 0 THEN ?4 ELSE gateway_at END") \
	X(TRACK, "SELECT copies, first_at, gateway_at FROM handed WHERE key = ?1") \
	X(UNTRACK, "DELETE FROM handed WHERE key = ?1")

enum store_statement {
#define STORE_ENUM(name, sql) STORE_##name,
	STORE_STATEMENTS(STORE_ENUM)
#undef STORE_ENUM
	STORE_STATEMENT_COUNT
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
	struct store_summary summary, committed;
	uint64_t identity;
	uint8_t secret[SHORTHASH_KEY_SIZE];
	uint64_t opened_boot_ms, opened_ms; /* boot clock and store age when it was opened */
	bool in_transaction;
	enum err error;
};

/* Opens the turn's transaction before a change. False: the turn has failed, do nothing. */
bool store_begin(struct store *store);
/* A statement ready to bind. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement which);
/* Runs a statement that returns no row, and resets it; failure becomes the turn's error. */
void store_run(struct store *store, sqlite3_stmt *statement);
/* One row: true with columns to read, then the caller resets; false (already reset) at the end or on an error, which is kept. */
bool store_row(struct store *store, sqlite3_stmt *statement);
void store_bind_u64(sqlite3_stmt *statement, int index, uint64_t value);

#endif
