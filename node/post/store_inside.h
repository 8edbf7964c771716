#ifndef BARID_NODE_POST_STORE_INSIDE_H
#define BARID_NODE_POST_STORE_INSIDE_H
/* What the files of the store share, and the test that looks at its queries. Nobody else sees it. */

#include "crypto/shorthash.h"
#include "node/post/store.h"

#include <sqlite3.h>

/* Every statement the store ever runs after opening: name, SQL. None may look through a table. */
#define STORE_STATEMENTS(X) \
	X(BEGIN, "BEGIN IMMEDIATE") \
	X(COMMIT, "COMMIT") \
	X(ROLLBACK, "ROLLBACK") \
	X(SAVE, "UPDATE meta SET summary = ?1 WHERE rowid = 1") \
	X(PUT, "INSERT INTO letters (seq, expires, body, standing) VALUES (?1, ?2, ?3, ?4)") \
	X(GET, "SELECT body FROM letters WHERE seq = ?1") \
	X(RESTAND, "UPDATE letters SET standing = ?2 WHERE seq = ?1") \
	X(ARRIVED, "SELECT seq, body, standing FROM letters WHERE seq > ?1 ORDER BY seq LIMIT 256") \
	X(DELETE, "DELETE FROM letters WHERE seq = ?1") \
	X(EXPIRED, "SELECT seq, body FROM letters WHERE expires <= ?1 ORDER BY expires, seq LIMIT 1") \
	X(KNOWN, "SELECT tag, commitment, receipted FROM known WHERE key = ?1") \
	X(REMEMBER, "INSERT OR REPLACE INTO known (key, expires, tag, commitment, receipted, rank, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
	X(RECEIPTED, "UPDATE known SET receipted = 1 WHERE key = ?1") \
	X(FORGET, "DELETE FROM known WHERE key = ?1") \
	X(FORGETTABLE, "SELECT key, tag FROM known WHERE expires <= ?1 ORDER BY expires, key LIMIT 256") \
	X(LATEST, "SELECT number, tag FROM latest WHERE topic = ?1") \
	X(SET_LATEST, "INSERT OR REPLACE INTO latest (topic, number, tag, expires) VALUES (?1, ?2, ?3, ?4)") \
	X(FORGET_LATEST, "DELETE FROM latest WHERE topic IN (SELECT topic FROM latest WHERE expires <= ?1 ORDER BY expires, topic LIMIT 256)") \
	X(HANDED, "INSERT INTO handed (key, copies, first_at, gateway_at) VALUES (?1, ?2, ?3, ?4) " \
		  "ON CONFLICT (key) DO UPDATE SET copies = copies + ?2, " \
		  "first_at = CASE first_at WHEN 0 THEN ?3 ELSE first_at END, gateway_at = CASE gateway_at WHEN 0 THEN ?4 ELSE gateway_at END") \
	X(TRACK, "SELECT copies, first_at, gateway_at FROM handed WHERE key = ?1") \
	X(UNTRACK, "DELETE FROM handed WHERE key = ?1") \
	X(TRUST, "INSERT OR REPLACE INTO trusted (key, number, issued, expires) VALUES (?1, ?2, ?3, ?4)") \
	X(UNTRUST, "DELETE FROM trusted WHERE key = ?1") \
	X(FORGET_TRUSTED, "DELETE FROM trusted WHERE key IN (SELECT key FROM trusted WHERE expires <= ?1 ORDER BY expires, key LIMIT 256)") \
	X(REVOKE, "INSERT OR REPLACE INTO revoked (secret, day, expires) VALUES (?1, ?2, ?3)") \
	X(FORGET_REVOKED, "DELETE FROM revoked WHERE secret IN (SELECT secret FROM revoked WHERE expires <= ?1 ORDER BY expires, secret LIMIT 256)") \
	X(SPENT, "SELECT tag FROM spent WHERE key = ?1") \
	X(SPEND, "INSERT OR REPLACE INTO spent (key, tag, expires) VALUES (?1, ?2, ?3)") \
	X(FORGET_SPENT, "DELETE FROM spent WHERE key IN (SELECT key FROM spent WHERE expires <= ?1 ORDER BY expires, key LIMIT 256)")

enum store_statement {
#define STORE_ENUM(name, sql) STORE_##name,
	STORE_STATEMENTS(STORE_ENUM)
#undef STORE_ENUM
		STORE_STATEMENT_COUNT
};

enum { STORE_BATCH = 256, STORE_SUMMARY_SIZE = 24, STORE_SPREAD_GROUPS = 256 };

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
	struct catalogue *catalogue;
	struct store_summary summary, committed;
	uint64_t identity;
	uint8_t secret[SHORTHASH_KEY_SIZE];
	uint64_t opened_boot_ms, opened_ms; /* boot clock and store age when it was opened */
	uint32_t rotten;
	uint32_t latest_count, latest_committed; /* rows of the table */
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
enum err store_err_of_sqlite(int code);
void store_summary_encode(const struct store_summary *summary, uint8_t out[static STORE_SUMMARY_SIZE]);

/* A view of the envelope in a column, good until the statement moves on, and its header. 0: the disk has changed it. */
size_t store_sound_body(sqlite3_stmt *statement, int column, const uint8_t **body, struct envelope_header *header);
/* Puts an entry into the catalogue; out of memory becomes the turn's error. Returns its slot or CATALOGUE_NONE. */
uint32_t store_note(struct store *store, const struct catalogue_entry *entry);
/* The entry of a letter with this header and judgement, but for its row. */
struct catalogue_entry store_entry(const struct envelope_header *header, const uint8_t tag[static LETTER_TAG_SIZE],
				   const struct judgement *judgement);
/* What stands in a row of a judgement, and what a row says of one: of an unproven letter nothing but that, for a store that is seized must not show
 * by which link a letter came, nor that it was written here. It is one of 256 groups then, which nobody can choose. */
uint32_t store_standing_encode(const struct judgement *judgement);
struct judgement store_standing_decode(const struct store *store, uint32_t standing, const struct envelope_header *header,
				       const uint8_t tag[static LETTER_TAG_SIZE]);
/* Takes an entry out of the catalogue; likewise. */
void store_unnote(struct store *store, uint32_t slot);

#endif
