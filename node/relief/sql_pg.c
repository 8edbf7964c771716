/*
 * PostgreSQL behind sql.h. Two things make a lost server something to wait for and not to fail from. Every transaction is written down as it goes
 * (the tape): if the connection is lost, or another transaction was in the way, it is done again on a new one, and goes on if the server answers
 * every statement as it did before. And every transaction first puts a random mark into a table: when the answer to a COMMIT is lost, the same mark
 * is put in once more, which waits for the former attempt to end and is refused if that was committed.
 */

#include "node/relief/sql_pg_link.h"

#include "crypto/digest.h"
#include "crypto/random.h"
#include "platform/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARK_SIZE = 16, TAPE_BYTES_MAX = 64 << 20, RERUNS_MAX = 64, OPEN_TRIES = 5 };

/* One statement that was done. */
struct tape_entry {
	struct tape_entry *next;
	int n; /* values; -1: a script */
	uint8_t answer[MARK_SIZE];
	const char *text;
	struct sql_value values[SQL_VALUES_MAX]; /* into the bytes that follow the entry */
};

struct tape {
	struct tape_entry *first, **last;
	size_t bytes;
	bool torn; /* too long or no memory: cannot be played */
};

struct pg {
	struct sql sql;
	struct pg_link link;
	bool inside;     /* of a transaction */
	bool committing; /* a COMMIT was sent: the mark may be there already */
	enum err spoilt; /* what every further statement of the transaction fails with */
	char mark[2 * MARK_SIZE + 1];
	struct tape tape;
};

static uint64_t deadline_from_now(void)
{
	return clock_now().boot_ms + LINK_AWAY_MS;
}

static bool is_over(uint64_t deadline_ms)
{
	return clock_now().boot_ms >= deadline_ms;
}

static void tape_wind(struct tape *tape)
{
	for (struct tape_entry *at = tape->first, *next; at != NULL; at = next) {
		next = at->next;
		free(at);
	}
	*tape = (struct tape){.last = NULL};
}

/* A number for what the server answered. */
static void answer_of(const PGresult *result, uint8_t out[static MARK_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid-sql-answer-v1", MARK_SIZE);
	int rows = PQntuples(result), columns = PQnfields(result);
	for (int row = 0; row < rows; row++) {
		for (int column = 0; column < columns; column++) {
			int len = PQgetisnull(result, row, column) ? -1 : PQgetlength(result, row, column);
			digest_add(&digest, &len, sizeof(len));
			digest_add(&digest, PQgetvalue(result, row, column), len > 0 ? (size_t)len : 0);
		}
	}
	const char *status = PQcmdStatus((PGresult *)(uintptr_t)result); /* libpq only reads it */
	digest_add(&digest, status, strlen(status));
	digest_end(&digest, out);
}

static void tape_add(struct tape *tape, const char *text, const struct sql_value *values, int n, const PGresult *result)
{
	size_t size = sizeof(struct tape_entry) + strlen(text) + 1;
	for (int i = 0; i < n; i++)
		size += values[i].len;
	struct tape_entry *entry = tape->torn || tape->bytes + size > TAPE_BYTES_MAX ? NULL : malloc(size);
	if (entry == NULL) {
		tape->torn = true;
		return;
	}
	*entry = (struct tape_entry){.n = n};
	char *room = (char *)(entry + 1);
	entry->text = strcpy(room, text);
	room += strlen(text) + 1;
	for (int i = 0; i < n; i++) {
		entry->values[i] = values[i];
		if (values[i].bytes == NULL)
			continue;
		entry->values[i].bytes = memcpy(room, values[i].bytes, values[i].len);
		room += values[i].len;
	}
	answer_of(result, entry->answer);
	*(tape->last != NULL ? tape->last : &tape->first) = entry;
	tape->last = &entry->next;
	tape->bytes += size;
}

static enum pg_word run_once(struct pg *self, const char *text, const struct sql_value *values, int n, PGresult **result, enum err *err)
{
	return n < 0 ? pg_link_script(&self->link, text, result, err) : pg_link_run(&self->link, text, values, result, err);
}

/* Begins and puts the mark in. *had: it is there already. */
static enum pg_word begin_marked(struct pg *self, bool *had, enum err *err)
{
	char text[256];
	PGresult *result = NULL;
	(void)snprintf(text, sizeof(text),
		       "BEGIN ISOLATION LEVEL READ COMMITTED; INSERT INTO barid_turns(mark) VALUES('\\x%s') ON CONFLICT(mark) DO NOTHING",
		       self->mark); /* fits */
	enum pg_word word = pg_link_script(&self->link, text, &result, err);
	if (word == PG_DONE)
		*had = strcmp(PQcmdTuples(result), "0") == 0;
	PQclear(result);
	return word;
}

/* Everything once more. *err is ERR_BUSY if the database is not what it was. */
static enum pg_word play(struct pg *self, enum err *err)
{
	enum pg_word word = PG_DONE;
	for (const struct tape_entry *at = self->tape.first; at != NULL && word == PG_DONE; at = at->next) {
		PGresult *result = NULL;
		uint8_t answer[MARK_SIZE];
		word = run_once(self, at->text, at->values, at->n, &result, err);
		if (word != PG_DONE)
			break;
		answer_of(result, answer);
		PQclear(result);
		if (memcmp(answer, at->answer, sizeof(answer)) != 0) {
			*err = ERR_BUSY;
			word = PG_FAILED;
		}
	}
	return word;
}

/* After PG_LOST or PG_AGAIN: brings the transaction to where it was. *had: its commit had happened after all. */
static enum err rerun(struct pg *self, enum pg_word word, uint64_t deadline_ms, bool *had)
{
	enum err err = ERR_AWAY;
	*had = false;
	for (int i = 0; i < RERUNS_MAX && !is_over(deadline_ms); i++) {
		if (word == PG_LOST)
			err = pg_link_wait(&self->link, deadline_ms);
		else
			err = pg_link_script(&self->link, "ROLLBACK", NULL, &err) == PG_LOST ? ERR_AWAY : ERR_OK;
		if (err == ERR_AWAY && word != PG_LOST) {
			word = PG_LOST;
			continue;
		}
		if (err != ERR_OK)
			return err;
		word = begin_marked(self, had, &err);
		if (word == PG_DONE && *had)
			return self->committing ? ERR_OK : ERR_IO;
		if (word == PG_DONE && self->tape.torn) {
			err = ERR_AWAY;
			word = PG_FAILED;
		}
		if (word == PG_DONE)
			word = play(self, &err);
		if (word == PG_DONE)
			return ERR_OK;
		if (word == PG_FAILED)
			return err;
		err = word == PG_LOST ? ERR_AWAY : ERR_BUSY;
	}
	return err;
}

static enum err pg_begin(struct sql *sql)
{
	struct pg *self = (struct pg *)sql;
	uint8_t mark[MARK_SIZE];
	uint64_t deadline = deadline_from_now();
	bool had = false;
	assert(!self->inside);
	random_fill(mark, sizeof(mark));
	for (size_t i = 0; i < MARK_SIZE; i++)
		(void)sprintf(self->mark + 2 * i, "%02x", mark[i]); /* fits */
	enum err err = ERR_OK;
	enum pg_word word = begin_marked(self, &had, &err);
	if (word == PG_LOST || word == PG_AGAIN)
		err = rerun(self, word, deadline, &had);
	else if (word == PG_DONE)
		err = ERR_OK;
	self->inside = err == ERR_OK;
	self->spoilt = ERR_OK;
	return err;
}

static void leave(struct pg *self)
{
	self->inside = false;
	self->committing = false;
	tape_wind(&self->tape);
}

static void pg_rollback(struct sql *sql)
{
	struct pg *self = (struct pg *)sql;
	enum err err;
	if (!self->inside)
		return;
	if (pg_link_script(&self->link, "ROLLBACK", NULL, &err) != PG_DONE)
		pg_link_drop(&self->link); /* and the transaction with it */
	leave(self);
}

static enum err pg_commit(struct sql *sql)
{
	struct pg *self = (struct pg *)sql;
	uint64_t deadline = deadline_from_now();
	enum err err = self->spoilt;
	bool had = false;
	assert(self->inside);
	while (err == ERR_OK) {
		PGresult *result = NULL;
		self->committing = true;
		enum pg_word word = pg_link_script(&self->link, "COMMIT", &result, &err);
		if (word == PG_DONE && strcmp(PQcmdStatus(result), "COMMIT") != 0)
			err = ERR_IO; /* the server had given it up */
		PQclear(result);
		if (word == PG_DONE && err == ERR_OK) {
			leave(self);
			return ERR_OK;
		}
		if (word == PG_LOST || word == PG_AGAIN)
			err = rerun(self, word, deadline, &had);
		if (had && err == ERR_OK) {
			(void)pg_link_script(&self->link, "ROLLBACK", NULL,
					     &err); /* nothing is in it; if it fails the connection is lost, as we shall see */
			leave(self);
			return ERR_OK;
		}
	}
	pg_rollback(sql);
	return err;
}

/* One statement of a transaction; on ERR_OK the caller clears *result. */
static enum err run_inside(struct pg *self, const char *text, const struct sql_value *values, int n, PGresult **result)
{
	uint64_t deadline = deadline_from_now();
	enum err err = self->spoilt;
	bool had;
	*result = NULL;
	while (err == ERR_OK) {
		enum pg_word word = run_once(self, text, values, n, result, &err);
		if (word == PG_DONE) {
			tape_add(&self->tape, text, values, n, *result);
			return ERR_OK;
		}
		if (word == PG_LOST || word == PG_AGAIN)
			err = rerun(self, word, deadline, &had);
		if (err == ERR_OK && is_over(deadline))
			err = ERR_BUSY;
	}
	self->spoilt = err;
	return err;
}

/* A read outside of a transaction, which may be tried again as it is. */
static enum err read_alone(struct pg *self, const char *text, const struct sql_value *values, int n, PGresult **result)
{
	uint64_t deadline = deadline_from_now();
	enum err err = ERR_OK;
	enum pg_word word;
	while ((word = run_once(self, text, values, n, result, &err)) == PG_LOST || word == PG_AGAIN) {
		if (is_over(deadline))
			return ERR_AWAY;
		err = word == PG_LOST ? pg_link_wait(&self->link, deadline) : ERR_OK;
		if (err != ERR_OK)
			return err;
	}
	return word == PG_DONE ? ERR_OK : err;
}

static enum err run_anywhere(struct pg *self, const char *text, const struct sql_value *values, int n, PGresult **result)
{
	*result = NULL;
	if (self->inside)
		return run_inside(self, text, values, n, result);
	if (strncmp(text, "SELECT", 6) == 0)
		return read_alone(self, text, values, n, result);
	enum err err = pg_begin(&self->sql);
	if (err == ERR_OK)
		err = run_inside(self, text, values, n, result);
	if (err == ERR_OK)
		err = pg_commit(&self->sql);
	pg_rollback(&self->sql);
	if (err != ERR_OK) {
		PQclear(*result);
		*result = NULL;
	}
	return err;
}

/* Outside of a transaction it is sent as it is, for what cannot stand in one. */
static enum err pg_exec(struct sql *sql, const char *text)
{
	struct pg *self = (struct pg *)sql;
	PGresult *result = NULL;
	enum err err = ERR_OK;
	if (self->inside)
		err = run_inside(self, text, NULL, -1, &result);
	else if (pg_link_script(&self->link, text, &result, &err) == PG_LOST)
		err = ERR_AWAY;
	PQclear(result);
	return err;
}

static enum err pg_step(struct sql_row *row)
{
	if (row->inside == NULL) {
		PGresult *result;
		enum err err = run_anywhere((struct pg *)row->sql, row->text, row->values, row->values_n, &result);
		if (err != ERR_OK)
			return err;
		row->inside = result;
		row->at = -1;
		row->sql->changes = atoll(PQcmdTuples(result));
	}
	return ++row->at < PQntuples(row->inside) ? ERR_OK : ERR_NO_FILE;
}

/* Whole numbers of 1, 2, 4 and 8 bytes, in network order. */
static int64_t pg_get_int(const struct sql_row *row, int column)
{
	int len = PQgetlength(row->inside, row->at, column);
	const uint8_t *bytes = (const uint8_t *)PQgetvalue(row->inside, row->at, column);
	if (len == 0 || len > 8)
		return 0;
	uint64_t number = (bytes[0] & 0x80) != 0 && len > 1 ? UINT64_MAX : 0;
	for (int i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return (int64_t)number;
}

static const uint8_t *pg_get_blob(const struct sql_row *row, int column, size_t *len)
{
	*len = (size_t)PQgetlength(row->inside, row->at, column);
	return PQgetisnull(row->inside, row->at, column) ? NULL : (const uint8_t *)PQgetvalue(row->inside, row->at, column);
}

static const char *pg_get_text(const struct sql_row *row, int column)
{
	return PQgetisnull(row->inside, row->at, column) ? NULL : PQgetvalue(row->inside, row->at, column);
}

static void pg_end(struct sql_row *row)
{
	PQclear(row->inside);
}

static enum err pg_version(struct sql *sql, int64_t *version)
{
	struct sql_row *row = sql_prepare(sql, "SELECT coalesce(max(version), 0) FROM barid_version");
	enum err err = sql_step(row);
	if (err == ERR_OK)
		*version = sql_get_int(row, 0);
	sql_end(row);
	return err;
}

static enum err pg_set_version(struct sql *sql, int64_t version)
{
	enum err err = sql_run(sql_prepare(sql, "DELETE FROM barid_version"));
	struct sql_row *row = sql_prepare(sql, "INSERT INTO barid_version(version) VALUES(?)");
	sql_int(row, 1, version);
	if (err == ERR_OK)
		return sql_run(row);
	sql_end(row);
	return err;
}

/* Who owns the tables could take any such guard away: the chain of hashes has to do. */
static enum err pg_only_grows(struct sql *sql, const char *table)
{
	(void)sql; /* as said */
	(void)table;
	return ERR_OK;
}

static void pg_close(struct sql *sql)
{
	struct pg *self = (struct pg *)sql;
	tape_wind(&self->tape);
	pg_link_drop(&self->link);
	free(self);
}

static const struct sql_kind kind = {
	.close = pg_close,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.exec = pg_exec,
	.version = pg_version,
	.set_version = pg_set_version,
	.only_grows = pg_only_grows,
	.step = pg_step,
	.get_int = pg_get_int,
	.get_blob = pg_get_blob,
	.get_text = pg_get_text,
	.end = pg_end,
};

/* What this back end keeps for itself; several that come at once may be in each other's way, and the tables are there then. Old marks are of
 * transactions that nobody asks for any more. */
static enum err make_own_tables(struct pg *self)
{
	static const char tables[] = "CREATE SCHEMA IF NOT EXISTS barid_relief; CREATE TABLE IF NOT EXISTS barid_version(version BIGINT NOT NULL);"
				     "CREATE TABLE IF NOT EXISTS barid_turns(mark BYTEA PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now());"
				     "CREATE INDEX IF NOT EXISTS barid_turns_by_time ON barid_turns(at)";
	static const char there[] = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'barid_relief' AND tablename = 'barid_turns'";
	static const char prune[] = "DELETE FROM barid_turns WHERE mark IN (SELECT mark FROM barid_turns WHERE at < now() - interval '1 hour' "
				    "ORDER BY at LIMIT 200 FOR UPDATE SKIP LOCKED)";
	static const struct sql_value none[SQL_VALUES_MAX];
	enum err err = ERR_OK;
	for (int i = 0; i < OPEN_TRIES; i++) {
		PGresult *result = NULL;
		err = read_alone(self, there, none, 0, &result);
		bool is_there = err == ERR_OK && PQgetvalue(result, 0, 0)[7] == 1;
		PQclear(result);
		if (err != ERR_OK)
			return err;
		if (is_there)
			return pg_exec(&self->sql, prune);
		err = pg_exec(&self->sql, tables);
	}
	return err;
}

enum err sql_pg_open(struct sql **out, const char *where)
{
	struct pg *self = calloc(1, sizeof(*self));
	if (self == NULL)
		return ERR_MEMORY;
	self->sql.kind = &kind;
	(void)strcpy(self->link.where, where); /* sql_open() looked */
	enum err err = pg_link_wait(&self->link, deadline_from_now());
	if (err == ERR_OK)
		err = make_own_tables(self);
	if (err != ERR_OK)
		pg_close(&self->sql);
	else
		*out = &self->sql;
	return err;
}

bool sql_pg_has_password(const char *where)
{
	bool has = false;
	PQconninfoOption *options = PQconninfoParse(where, NULL);
	for (const PQconninfoOption *at = options; at != NULL && at->keyword != NULL; at++)
		has = has || (strcmp(at->keyword, "password") == 0 && at->val != NULL && at->val[0] != '\0');
	PQconninfoFree(options); /* takes NULL */
	return has;
}
