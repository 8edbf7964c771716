#ifndef BARID_NODE_POST_SHELF_PG_INSIDE_H
#define BARID_NODE_POST_SHELF_PG_INSIDE_H
/* What the files of the shelf in PostgreSQL share. Nobody else sees it. */

#include "node/post/pglink.h"
#include "node/post/shelf.h"

enum { SHELF_PG_VERSION = 1, SHELF_PG_NEWS_PAGE = 1024, SHELF_PG_KNOWN_PAGE = 4096, SHELF_PG_NEAR = 1024 };

/* Every statement the shelf ever runs after its tables are there: name, SQL. BIGINT and BYTEA only. */
#define SHELF_PG_STATEMENTS(X) \
	X(BEGIN, "BEGIN") \
	X(SNAPSHOT, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") \
	X(COMMIT, "COMMIT") \
	X(ROLLBACK, "ROLLBACK") \
	X(MAKE_META, "INSERT INTO post_meta (one, version, identity, secret, turn, next_seq, open_ms, gateway_last) " \
		     "VALUES (1, 1, $1, $2, 0, 1, 0, 0) ON CONFLICT (one) DO NOTHING") \
	X(MAKE_NEWS, "INSERT INTO post_news (turn, mark, changes) SELECT 0, 0, '' WHERE NOT EXISTS (SELECT 1 FROM post_news) " \
		     "ON CONFLICT (turn) DO NOTHING") \
	X(META, "SELECT m.turn, m.next_seq, m.open_ms, m.gateway_last, m.identity, m.secret, n.mark " \
		"FROM post_meta m JOIN post_news n ON n.turn = m.turn WHERE m.one = 1") \
	X(STATE, "SELECT turn, next_seq, open_ms, gateway_last FROM post_meta WHERE one = 1") \
	X(LOCK, "SELECT turn, next_seq, open_ms, gateway_last FROM post_meta WHERE one = 1 FOR UPDATE") \
	X(NEWS, "SELECT turn, mark, changes FROM post_news WHERE turn >= $1 ORDER BY turn LIMIT 1024") \
	X(SAVE, "UPDATE post_meta SET turn = $1, next_seq = $2, open_ms = $3, gateway_last = $4 WHERE one = 1") \
	X(TELL, "INSERT INTO post_news (turn, mark, changes) VALUES ($1, $2, $3)") \
	X(PRUNE, "DELETE FROM post_news WHERE turn < $1") \
	X(PUT, "INSERT INTO post_letters (seq, expires, body, standing) VALUES ($1, $2, $3, $4)") \
	X(GET, "SELECT body FROM post_letters WHERE seq = $1") \
	X(RESTAND, "UPDATE post_letters SET standing = $2 WHERE seq = $1") \
	X(WALK, "SELECT seq, body, standing FROM post_letters WHERE seq > $1 ORDER BY seq LIMIT $2") \
	X(DELETE, "DELETE FROM post_letters WHERE seq = $1") \
	X(EXPIRED, "SELECT seq, body FROM post_letters WHERE expires <= $1 ORDER BY expires, seq LIMIT 1") \
	X(KNOWN, "SELECT tag, commitment, receipted FROM post_known WHERE key = $1") \
	X(REMEMBER, "INSERT INTO post_known (key, expires, tag, commitment, receipted, rank, day) VALUES ($1, $2, $3, $4, $5, $6, $7) " \
		    "ON CONFLICT (key) DO UPDATE SET expires = EXCLUDED.expires, tag = EXCLUDED.tag, commitment = EXCLUDED.commitment, " \
		    "receipted = EXCLUDED.receipted, rank = EXCLUDED.rank, day = EXCLUDED.day") \
	X(RECEIPTED, "UPDATE post_known SET receipted = 1 WHERE key = $1") \
	X(FORGET, "DELETE FROM post_known WHERE key = $1") \
	X(FORGETTABLE, "SELECT key, tag FROM post_known WHERE expires <= $1 ORDER BY expires, key LIMIT 256") \
	X(SCAN, "SELECT key, tag, rank, day FROM post_known WHERE key >= $1 ORDER BY key LIMIT 4096") \
	X(LATEST, "SELECT number, tag FROM post_latest WHERE topic = $1") \
	X(SET_LATEST, "INSERT INTO post_latest (topic, number, tag, expires) VALUES ($1, $2, $3, $4) " \
		      "ON CONFLICT (topic) DO UPDATE SET number = EXCLUDED.number, tag = EXCLUDED.tag, expires = EXCLUDED.expires") \
	X(FORGET_LATEST, \
	  "DELETE FROM post_latest WHERE topic IN (SELECT topic FROM post_latest WHERE expires <= $1 ORDER BY expires, topic LIMIT 256)") \
	X(LATEST_COUNT, "SELECT count(*) FROM post_latest") \
	X(ADD_HANDED, "INSERT INTO post_handed (key, copies, first_at, gateway_at) VALUES ($1, $2, $3, $4) " \
		      "ON CONFLICT (key) DO UPDATE SET copies = post_handed.copies + EXCLUDED.copies, " \
		      "first_at = CASE post_handed.first_at WHEN 0 THEN EXCLUDED.first_at ELSE post_handed.first_at END, " \
		      "gateway_at = CASE post_handed.gateway_at WHEN 0 THEN EXCLUDED.gateway_at ELSE post_handed.gateway_at END") \
	X(HANDED, "SELECT copies, first_at, gateway_at FROM post_handed WHERE key = $1") \
	X(FORGET_HANDED, "DELETE FROM post_handed WHERE key = $1") \
	X(TRUSTED, "SELECT key, number, issued, expires FROM post_trusted ORDER BY key") \
	X(TRUST, "INSERT INTO post_trusted (key, number, issued, expires) VALUES ($1, $2, $3, $4) " \
		 "ON CONFLICT (key) DO UPDATE SET number = EXCLUDED.number, issued = EXCLUDED.issued, expires = EXCLUDED.expires") \
	X(FORGET_TRUSTED, \
	  "DELETE FROM post_trusted WHERE key IN (SELECT key FROM post_trusted WHERE expires <= $1 ORDER BY expires, key LIMIT 256)") \
	X(REVOKED, "SELECT secret, day FROM post_revoked ORDER BY secret LIMIT $1") \
	X(REVOKE, "INSERT INTO post_revoked (secret, day, expires) VALUES ($1, $2, $3) " \
		  "ON CONFLICT (secret) DO UPDATE SET day = EXCLUDED.day, expires = EXCLUDED.expires") \
	X(FORGET_REVOKED, \
	  "DELETE FROM post_revoked WHERE secret IN (SELECT secret FROM post_revoked WHERE expires <= $1 ORDER BY expires, secret LIMIT 256)") \
	X(SPENT, "SELECT tag FROM post_spent WHERE key = $1") \
	X(SPEND, "INSERT INTO post_spent (key, tag, expires) VALUES ($1, $2, $3) " \
		 "ON CONFLICT (key) DO UPDATE SET tag = EXCLUDED.tag, expires = EXCLUDED.expires") \
	X(FORGET_SPENT, "DELETE FROM post_spent WHERE key IN (SELECT key FROM post_spent WHERE expires <= $1 ORDER BY expires, key LIMIT 256)")

enum shelf_pg_statement {
#define SHELF_PG_ENUM(name, sql) SHELF_PG_##name,
	SHELF_PG_STATEMENTS(SHELF_PG_ENUM)
#undef SHELF_PG_ENUM
		SHELF_PG_STATEMENT_COUNT
};

/* A letter that was put or given a moment ago, and may be handed to many neighbours now: the body of a row never changes. */
struct shelf_pg_near {
	uint64_t seq; /* 0: none */
	size_t len;
	uint8_t body[ENVELOPE_SIZE_MAX];
};

struct shelf_pg {
	struct shelf shelf;
	struct pglink *link;
	struct shelf_summary summary; /* as the row said last */
	uint64_t turn, mark;          /* the last turn we know, and what tells it from another of that number */
	PGresult *news;               /* turns from that one on */
	int news_at;
	PGresult *shown; /* has rows whose bodies somebody may look at until the next call */
	int shown_at;    /* of a walk: the next row to give */
	int walk_asked;  /* how many rows were asked for, and how many of the page may still be */
	int walk_left;
	PGresult *scan; /* of what is known */
	int scan_at;
	struct shelf_pg_near *near; /* owned: SHELF_PG_NEAR of them, by the last bits of the row */
	bool in_turn;               /* the connection has a transaction open */
	bool snapshot;              /* likewise, one that sees all as it was when the shelf was opened */
	bool changed;               /* by this turn */
	unsigned waiting;
	const uint8_t *told; /* borrowed */
	size_t told_len;
};

/* node/post/shelf_pg_turn.c: as in struct shelf_kind. */
enum err shelf_pg_open(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error);
void shelf_pg_close(struct shelf *shelf);
void shelf_pg_begin(struct shelf *shelf);
void shelf_pg_commit(struct shelf *shelf, const struct shelf_summary *summary);
void shelf_pg_rollback(struct shelf *shelf);
void shelf_pg_renew(struct shelf *shelf, struct shelf_summary *summary);
bool shelf_pg_heard(struct shelf *shelf, const uint8_t **news, size_t *len);
void shelf_pg_tell(struct shelf *shelf, const uint8_t *news, size_t len);
void shelf_pg_poll(struct shelf *shelf);

/* Forgets every letter near: rows of a turn that is taken back may come to mean others. */
void shelf_pg_forget_near(struct shelf_pg *self);
/* Nobody looks at the last rows any more. */
struct shelf_pg *shelf_pg_turned(struct shelf *shelf);
/* Queues a change; it runs with whatever is asked or committed next. */
void shelf_pg_change(struct shelf *shelf, enum shelf_pg_statement which, const struct pglink_values *values);
/* Runs everything queued and this one. The caller's to PQclear(); NULL: there is an error, which is kept. */
PGresult *shelf_pg_ask(struct shelf *shelf, enum shelf_pg_statement which, const struct pglink_values *values);

#endif
