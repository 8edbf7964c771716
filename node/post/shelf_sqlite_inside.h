#ifndef BARID_NODE_POST_SHELF_SQLITE_INSIDE_H
#define BARID_NODE_POST_SHELF_SQLITE_INSIDE_H
/* What the files of the shelf in SQLite share, and the test that looks at its queries. Nobody else sees it. */

#include "node/post/shelf.h"

#include <sqlite3.h>

enum { SHELF_SQLITE_VERSION = 3, SHELF_SUMMARY_SIZE = 24 };

/* Every statement the shelf ever runs after opening: name, SQL. None may look through a table. */
#define SHELF_STATEMENTS(X) \
	X(BEGIN, "BEGIN IMMEDIATE") \
	X(COMMIT, "COMMIT") \
	X(ROLLBACK, "ROLLBACK") \
	X(SAVE, "UPDATE meta SET summary = ?1 WHERE rowid = 1") \
	X(PUT, "INSERT INTO letters (seq, expires, body, standing) VALUES (?1, ?2, ?3, ?4)") \
	X(GET, "SELECT body FROM letters WHERE seq = ?1") \
	X(RESTAND, "UPDATE letters SET standing = ?2 WHERE seq = ?1") \
	X(WALK, "SELECT seq, body, standing FROM letters WHERE seq > ?1 ORDER BY seq LIMIT 256") \
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
	X(ADD_HANDED, "INSERT INTO handed (key, copies, first_at, gateway_at) VALUES (?1, ?2, ?3, ?4) " \
		      "ON CONFLICT (key) DO UPDATE SET copies = copies + ?2, " \
		      "first_at = CASE first_at WHEN 0 THEN ?3 ELSE first_at END, gateway_at = CASE gateway_at WHEN 0 THEN ?4 ELSE gateway_at END") \
	X(HANDED, "SELECT copies, first_at, gateway_at FROM handed WHERE key = ?1") \
	X(FORGET_HANDED, "DELETE FROM handed WHERE key = ?1") \
	X(TRUST, "INSERT OR REPLACE INTO trusted (key, number, issued, expires) VALUES (?1, ?2, ?3, ?4)") \
	X(FORGET_TRUSTED, "DELETE FROM trusted WHERE key IN (SELECT key FROM trusted WHERE expires <= ?1 ORDER BY expires, key LIMIT 256)") \
	X(REVOKE, "INSERT OR REPLACE INTO revoked (secret, day, expires) VALUES (?1, ?2, ?3)") \
	X(FORGET_REVOKED, "DELETE FROM revoked WHERE secret IN (SELECT secret FROM revoked WHERE expires <= ?1 ORDER BY expires, secret LIMIT 256)") \
	X(SPENT, "SELECT tag FROM spent WHERE key = ?1") \
	X(SPEND, "INSERT OR REPLACE INTO spent (key, tag, expires) VALUES (?1, ?2, ?3)") \
	X(FORGET_SPENT, "DELETE FROM spent WHERE key IN (SELECT key FROM spent WHERE expires <= ?1 ORDER BY expires, key LIMIT 256)")

enum shelf_statement {
#define SHELF_ENUM(name, sql) SHELF_##name,
	SHELF_STATEMENTS(SHELF_ENUM)
#undef SHELF_ENUM
		SHELF_STATEMENT_COUNT
};

struct shelf_sqlite {
	struct shelf shelf;
	sqlite3 *db;
	sqlite3_stmt *statements[SHELF_STATEMENT_COUNT];
	sqlite3_stmt *shown; /* has given a row whose body somebody may look at until the next call */
	sqlite3_stmt *scan;  /* of what is known */
};

/* node/post/shelf_sqlite_open.c: as in struct shelf_kind. */
enum err shelf_sqlite_open(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error);
void shelf_sqlite_close(struct shelf *shelf);

/* node/post/shelf_sqlite.c: what an SQLite result code means to us; anything that is no error is ERR_OK. */
enum err shelf_err_of_sqlite(int code);
/* SQLite knows signed numbers only: the same bits. */
void shelf_bind_u64(sqlite3_stmt *statement, int index, uint64_t value);
/* node/post/shelf_sqlite_open.c: as it stands in the file. */
void shelf_summary_encode(const struct shelf_summary *summary, uint8_t out[static SHELF_SUMMARY_SIZE]);

#endif
