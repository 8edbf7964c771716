/* The shelf in PostgreSQL: how it is opened, and how several stores take turns. */
#include "node/post/shelf_pg_inside.h"

#include "crypto/random.h"
#include "node/post/catalogue.h"
#include "platform/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	SAVE_AGE_MS = 60000, /* a turn that changes nothing else is written for the age of the store only when that has grown so much */
	PRUNE_TURNS = 256,   /* every so many turns old ones are forgotten */
};

/* Columns of STATE, LOCK and META. */
enum { COLUMN_TURN, COLUMN_NEXT_SEQ, COLUMN_OPEN_MS, COLUMN_GATEWAY_LAST, COLUMN_IDENTITY, COLUMN_SECRET, COLUMN_MARK };
/* Of NEWS. */
enum { NEWS_TURN, NEWS_MARK, NEWS_CHANGES };

static const char setup_sql[] =
	"CREATE TABLE post_meta (one BIGINT PRIMARY KEY, version BIGINT NOT NULL, identity BIGINT NOT NULL, secret BYTEA NOT NULL, "
	"turn BIGINT NOT NULL, next_seq BIGINT NOT NULL, open_ms BIGINT NOT NULL, gateway_last BIGINT NOT NULL);"
	"CREATE TABLE post_news (turn BIGINT PRIMARY KEY, mark BIGINT NOT NULL, changes BYTEA NOT NULL);"
	"CREATE TABLE post_letters (seq BIGINT PRIMARY KEY, expires BIGINT NOT NULL, body BYTEA NOT NULL, standing BIGINT NOT NULL);"
	"CREATE INDEX post_letters_by_expiry ON post_letters (expires, seq);"
	"CREATE TABLE post_known (key BIGINT PRIMARY KEY, expires BIGINT NOT NULL, tag BYTEA NOT NULL, commitment BYTEA NOT NULL, "
	"receipted BIGINT NOT NULL, rank BIGINT NOT NULL, day BIGINT NOT NULL);"
	"CREATE INDEX post_known_by_expiry ON post_known (expires, key);"
	"CREATE TABLE post_latest (topic BIGINT PRIMARY KEY, number BIGINT NOT NULL, tag BYTEA NOT NULL, expires BIGINT NOT NULL);"
	"CREATE INDEX post_latest_by_expiry ON post_latest (expires, topic);"
	"CREATE TABLE post_handed (key BIGINT PRIMARY KEY, copies BIGINT NOT NULL, first_at BIGINT NOT NULL, gateway_at BIGINT NOT NULL);"
	"CREATE TABLE post_trusted (key BYTEA PRIMARY KEY, number BIGINT NOT NULL, issued BIGINT NOT NULL, expires BIGINT NOT NULL);"
	"CREATE INDEX post_trusted_by_expiry ON post_trusted (expires);"
	"CREATE TABLE post_revoked (secret BYTEA PRIMARY KEY, day BIGINT NOT NULL, expires BIGINT NOT NULL);"
	"CREATE INDEX post_revoked_by_expiry ON post_revoked (expires);"
	"CREATE TABLE post_spent (key BIGINT PRIMARY KEY, tag BYTEA NOT NULL, expires BIGINT NOT NULL);"
	"CREATE INDEX post_spent_by_expiry ON post_spent (expires);";

static const char *const statements[SHELF_PG_STATEMENT_COUNT] = {
#define SHELF_PG_TEXT(name, sql) [SHELF_PG_##name] = sql,
	SHELF_PG_STATEMENTS(SHELF_PG_TEXT)
#undef SHELF_PG_TEXT
};

static const struct pglink_schema schema = {.probe = "SELECT version FROM post_meta", .setup = setup_sql, .version = SHELF_PG_VERSION};

struct shelf_pg *shelf_pg_turned(struct shelf *shelf)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	pq.clear(self->shown);
	self->shown = NULL;
	return self;
}

/* Runs what is queued; results as pglink_run(). */
static bool run(struct shelf_pg *self, PGresult **results, unsigned count)
{
	self->waiting = 0;
	enum err err = pglink_run(self->link, results, count);
	if (err != ERR_OK)
		shelf_fail(&self->shelf, err);
	return err == ERR_OK;
}

static void queue(struct shelf_pg *self, enum shelf_pg_statement which, const struct pglink_values *values)
{
	if (self->waiting == PGLINK_QUEUE_MAX - 1)
		(void)run(self, NULL, 0); /* an error is kept */
	pglink_queue(self->link, which, values);
	self->waiting++;
}

void shelf_pg_change(struct shelf *shelf, enum shelf_pg_statement which, const struct pglink_values *values)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	if (*shelf->error != ERR_OK)
		return;
	self->changed = true;
	queue(self, which, values);
}

PGresult *shelf_pg_ask(struct shelf *shelf, enum shelf_pg_statement which, const struct pglink_values *values)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	PGresult *result = NULL;
	if (*shelf->error != ERR_OK)
		return NULL;
	queue(self, which, values);
	(void)run(self, &result, 1); /* an error is kept */
	return result;
}

static void read_summary(struct shelf_pg *self, const PGresult *row)
{
	self->summary = (struct shelf_summary){
		.next_seq = pglink_get_u64(row, 0, COLUMN_NEXT_SEQ),
		.open_ms = pglink_get_u64(row, 0, COLUMN_OPEN_MS),
		.gateway_last = pglink_get_u64(row, 0, COLUMN_GATEWAY_LAST),
	};
}

/* Whatever goes on in the connection ends. */
static void end_transaction(struct shelf_pg *self)
{
	if (self->in_turn || self->snapshot)
		queue(self, SHELF_PG_ROLLBACK, NULL);
	self->in_turn = self->snapshot = false;
}

static void forget_news(struct shelf_pg *self)
{
	pq.clear(self->news);
	self->news = NULL;
	self->news_at = 0;
}

/* Another history than the one our catalogue tells. */
static void lost_track(struct shelf_pg *self)
{
	log_error("the database does not hold the last turn that this post knows: it was put back, or the post was away for too long");
	shelf_fail(&self->shelf, ERR_IO);
}

/* Asks for the state, locked or not, and for what was committed since the last turn we know. */
static enum err look(struct shelf_pg *self, enum shelf_pg_statement state)
{
	struct pglink_values since = {0};
	PGresult *results[2];
	pglink_u64(&since, self->turn);
	forget_news(self);
	queue(self, state, NULL);
	queue(self, SHELF_PG_NEWS, &since);
	self->waiting = 0;
	enum err err = pglink_run(self->link, results, 2);
	if (err != ERR_OK)
		return err;
	if (pq.ntuples(results[0]) == 1)
		read_summary(self, results[0]);
	else
		err = ERR_DAMAGED;
	pq.clear(results[0]);
	self->news = results[1];
	return err;
}

void shelf_pg_begin(struct shelf *shelf)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	end_transaction(self);
	queue(self, SHELF_PG_BEGIN, NULL);
	self->in_turn = true;
	self->changed = false;
	self->told = NULL;
	self->told_len = 0;
	enum err err = look(self, SHELF_PG_LOCK);
	if (err != ERR_OK)
		shelf_fail(shelf, err);
}

void shelf_pg_renew(struct shelf *shelf, struct shelf_summary *summary)
{
	*summary = ((struct shelf_pg *)shelf)->summary;
}

/* The turns after the page that was just heard. */
static bool next_page(struct shelf_pg *self)
{
	struct pglink_values since = {0};
	bool full = pq.ntuples(self->news) == SHELF_PG_NEWS_PAGE;
	forget_news(self);
	if (!full)
		return false;
	pglink_u64(&since, self->turn);
	self->news = shelf_pg_ask(&self->shelf, SHELF_PG_NEWS, &since);
	return self->news != NULL;
}

/* True if the next row is one of a turn we have not heard; the first of each page is the last we have. */
static bool next_turn(struct shelf_pg *self)
{
	while (self->news != NULL && (self->news_at < pq.ntuples(self->news) || self->news_at == 0 || next_page(self))) {
		int row = self->news_at++;
		bool any = row < pq.ntuples(self->news);
		uint64_t turn = any ? pglink_get_u64(self->news, row, NEWS_TURN) : 0, mark = any ? pglink_get_u64(self->news, row, NEWS_MARK) : 0;
		if (!any || turn != self->turn + (row > 0) || (row == 0 && mark != self->mark)) {
			forget_news(self);
			lost_track(self);
			return false;
		}
		self->turn = turn;
		self->mark = mark;
		if (row > 0)
			return true;
	}
	return false;
}

bool shelf_pg_heard(struct shelf *shelf, const uint8_t **news, size_t *len)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	bool any = next_turn(self);
	if (any)
		*news = pglink_get_bytes(self->news, self->news_at - 1, NEWS_CHANGES, len);
	return any;
}

void shelf_pg_tell(struct shelf *shelf, const uint8_t *news, size_t len)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	self->told = news;
	self->told_len = len;
}

static bool is_worth_a_turn(const struct shelf_pg *self, const struct shelf_summary *summary)
{
	const struct shelf_summary *was = &self->summary;
	uint64_t older = summary->open_ms > was->open_ms ? summary->open_ms - was->open_ms : was->open_ms - summary->open_ms;
	return self->changed || summary->next_seq != was->next_seq || summary->gateway_last != was->gateway_last || older >= SAVE_AGE_MS;
}

static void queue_turn(struct shelf_pg *self, const struct shelf_summary *summary, uint64_t turn, uint64_t mark)
{
	struct pglink_values save = {0}, tell = {0}, prune = {0};
	pglink_u64(&save, turn);
	pglink_u64(&save, summary->next_seq);
	pglink_u64(&save, summary->open_ms);
	pglink_u64(&save, summary->gateway_last);
	queue(self, SHELF_PG_SAVE, &save);
	pglink_u64(&tell, turn);
	pglink_u64(&tell, mark);
	pglink_bytes(&tell, self->told != NULL ? self->told : (const uint8_t *)"", self->told_len);
	queue(self, SHELF_PG_TELL, &tell);
	if (turn % PRUNE_TURNS != 0 || turn <= SHELF_PG_TURNS_KEPT)
		return;
	pglink_u64(&prune, turn - SHELF_PG_TURNS_KEPT);
	queue(self, SHELF_PG_PRUNE, &prune);
}

void shelf_pg_commit(struct shelf *shelf, const struct shelf_summary *summary)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	bool worth = is_worth_a_turn(self, summary);
	uint64_t turn = self->turn + worth, mark = self->mark;
	PGresult *result = NULL;
	if (worth) {
		random_fill(&mark, sizeof(mark));
		queue_turn(self, summary, turn, mark);
	}
	queue(self, worth ? SHELF_PG_COMMIT : SHELF_PG_ROLLBACK, NULL);
	if (!run(self, &result, 1))
		return;
	/* A transaction in which something failed is rolled back by "COMMIT" too, and says so. */
	if (worth && strcmp(pq.cmdStatus(result), "COMMIT") != 0)
		shelf_fail(shelf, ERR_IO);
	pq.clear(result);
	self->in_turn = false;
	if (*shelf->error != ERR_OK || !worth)
		return;
	self->summary = *summary;
	self->turn = turn;
	self->mark = mark;
}

/* What was heard in a turn that failed stays heard: it was committed. */
void shelf_pg_rollback(struct shelf *shelf)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	shelf_pg_forget_near(self);
	forget_news(self);
	pq.clear(self->scan);
	self->scan = NULL;
	if (!self->in_turn && !self->snapshot)
		return;
	end_transaction(self);
	self->waiting = 0;
	enum err err = pglink_run(self->link, NULL, 0);
	if (err != ERR_OK && err != ERR_AWAY)
		pglink_lose(self->link, "a turn could not be taken back");
}

void shelf_pg_poll(struct shelf *shelf)
{
	struct shelf_pg *self = shelf_pg_turned(shelf);
	assert(!self->in_turn);
	if (!pglink_step(self->link))
		return;
	end_transaction(self);
	if (look(self, SHELF_PG_STATE) != ERR_OK)
		forget_news(self); /* whoever needs it will be told what is wrong */
}

/* Makes the rows that must be there, and begins to look at all as it is now. */
static enum err load_meta(struct shelf_pg *self, struct shelf_meta *meta)
{
	struct pglink_values make = {0};
	PGresult *row;
	pglink_u64(&make, meta->identity);
	pglink_bytes(&make, meta->secret, sizeof(meta->secret));
	queue(self, SHELF_PG_MAKE_META, &make);
	queue(self, SHELF_PG_MAKE_NEWS, NULL);
	enum err err = pglink_run(self->link, NULL, 0);
	if (err != ERR_OK)
		return err;
	queue(self, SHELF_PG_SNAPSHOT, NULL);
	queue(self, SHELF_PG_META, NULL);
	self->waiting = 0;
	self->snapshot = true;
	err = pglink_run(self->link, &row, 1);
	if (err != ERR_OK)
		return err;
	size_t len = 0;
	const uint8_t *secret = pq.ntuples(row) == 1 ? pglink_get_bytes(row, 0, COLUMN_SECRET, &len) : NULL;
	if (secret != NULL && len == sizeof(meta->secret)) {
		memcpy(meta->secret, secret, len);
		meta->identity = pglink_get_u64(row, 0, COLUMN_IDENTITY);
		self->turn = pglink_get_u64(row, 0, COLUMN_TURN);
		self->mark = pglink_get_u64(row, 0, COLUMN_MARK);
		read_summary(self, row);
		meta->summary = self->summary;
	}
	bool sound = secret != NULL && len == sizeof(meta->secret) && self->summary.next_seq > 0 && self->summary.next_seq <= CATALOGUE_SEQ_MAX;
	pq.clear(row);
	return sound ? ERR_OK : ERR_DAMAGED;
}

enum err shelf_pg_open(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	*shelf = NULL;
	(void)owner; /* there is nothing to say beside the address */
	enum err err = pq_load();
	if (err != ERR_OK)
		return err;
	struct shelf_pg *self = calloc(1, sizeof(*self));
	if (self == NULL)
		return ERR_MEMORY;
	self->shelf = (struct shelf){.kind = &shelf_pg, .error = error};
	self->near = calloc(SHELF_PG_NEAR, sizeof(*self->near));
	err = self->near == NULL ? ERR_MEMORY : pglink_open(&self->link, path, &schema, statements, SHELF_PG_STATEMENT_COUNT);
	if (err == ERR_OK)
		err = load_meta(self, meta);
	if (err != ERR_OK) {
		shelf_pg_close(&self->shelf);
		return err;
	}
	*shelf = &self->shelf;
	return ERR_OK;
}

void shelf_pg_close(struct shelf *shelf)
{
	struct shelf_pg *self = (struct shelf_pg *)shelf;
	pq.clear(self->shown);
	pq.clear(self->news);
	pq.clear(self->scan);
	pglink_close(self->link);
	free(self->near);
	free(self);
}
