#include "node/post/pglink.h"

#include "platform/clock.h"
#include "platform/log.h"

#include <assert.h>
#include <endian.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 1000, STEP_MS = 100, CONNECT_MS = 15000, NAME_MAX = 16, TEXT_MAX = 160, WORDS_MAX = 64 };

enum state { STATE_AWAY, STATE_CONNECTING, STATE_UP };

struct pglink {
	char *where; /* owned */
	const char *const *texts;
	unsigned text_count;
	PGconn *conn;
	enum state state;
	PostgresPollingStatusType polling;
	uint64_t retry_at, give_up_at; /* boot_ms */
	unsigned queued;
	bool complained;      /* the log says that it is away */
	char user[WORDS_MAX]; /* once known: asking the system who we are is not possible any more after the post has confined itself */
};

/* Nobody may hold a turn for long, whatever becomes of him: a gateway that vanished, or a statement that hangs. A commit is on the disk when it is
 * told. */
static const char session[] = "-c synchronous_commit=on -c lock_timeout=2000 -c statement_timeout=2500 -c idle_in_transaction_session_timeout=5000 "
			      "-c client_min_messages=warning -c default_transaction_isolation=read\\ committed";

void pglink_u64(struct pglink_values *values, uint64_t value)
{
	assert(values->count < PGLINK_VALUES_MAX);
	uint64_t *number = &values->numbers[values->count];
	*number = htobe64(value);
	pglink_bytes(values, number, sizeof(*number));
}

void pglink_bytes(struct pglink_values *values, const void *bytes, size_t len)
{
	assert(values->count < PGLINK_VALUES_MAX && len <= INT32_MAX);
	values->at[values->count] = bytes;
	values->len[values->count++] = (int)len;
}

uint64_t pglink_get_u64(const PGresult *result, int row, int column)
{
	uint64_t number = 0;
	if (pq.getlength(result, row, column) == sizeof(number))
		memcpy(&number, pq.getvalue(result, row, column), sizeof(number));
	return be64toh(number);
}

const uint8_t *pglink_get_bytes(const PGresult *result, int row, int column, size_t *len)
{
	*len = (size_t)pq.getlength(result, row, column);
	return (const uint8_t *)pq.getvalue(result, row, column);
}

static uint64_t now_ms(void)
{
	return clock_now().boot_ms;
}

void pglink_lose(struct pglink *link, const char *why)
{
	char line[TEXT_MAX];
	(void)snprintf(line, sizeof(line), "%s", why != NULL ? why : "");
	line[strcspn(line, "\n")] = 0; /* libpq's texts have several lines, the first says it */
	if (!link->complained)
		log_error("the database does not answer; nothing new is taken until it does: %s", line);
	link->complained = true;
	pq.finish(link->conn);
	link->conn = NULL;
	link->state = STATE_AWAY;
	link->queued = 0;
	link->retry_at = now_ms() + RETRY_MS;
}

/* Waits until there is something to read, or the deadline. False: the time is over. */
static bool await(struct pglink *link, uint64_t deadline)
{
	while (pq.isBusy(link->conn)) {
		int unsent = pq.flush(link->conn);
		uint64_t now = now_ms();
		if (unsent < 0 || now >= deadline)
			return false;
		struct pollfd socket = {.fd = pq.socket(link->conn), .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};
		if (poll(&socket, 1, (int)(deadline - now)) < 0 || !pq.consumeInput(link->conn))
			return pq.status(link->conn) == CONNECTION_OK && now_ms() < deadline;
	}
	return true;
}

/* What an SQLSTATE means to us. */
static enum err err_of(const PGresult *result)
{
	static const struct {
		const char *start;
		enum err err;
	} meanings[] = {
		{"53100", ERR_FULL}, {"53", ERR_AWAY},          {"57", ERR_AWAY},    {"08", ERR_AWAY},    {"55P03", ERR_AWAY}, {"40", ERR_AWAY},
		{"25", ERR_AWAY},    {"42501", ERR_PERMISSION}, {"42", ERR_DAMAGED}, {"23", ERR_DAMAGED}, {"XX", ERR_DAMAGED},
	};
	const char *state = pq.resultErrorField(result, PG_DIAG_SQLSTATE);
	for (size_t i = 0; state != NULL && i < sizeof(meanings) / sizeof(*meanings); i++)
		if (strncmp(state, meanings[i].start, strlen(meanings[i].start)) == 0)
			return meanings[i].err;
	return state == NULL ? ERR_AWAY : ERR_IO;
}

/* The next result of the pipeline, NULL between two statements. False: the connection is lost. */
static bool next_result(struct pglink *link, uint64_t deadline, PGresult **result)
{
	*result = NULL;
	if (!await(link, deadline)) {
		pglink_lose(link, now_ms() < deadline ? pq.errorMessage(link->conn) : "it takes too long");
		return false;
	}
	*result = pq.getResult(link->conn);
	if (*result != NULL || pq.status(link->conn) == CONNECTION_OK)
		return true;
	pglink_lose(link, pq.errorMessage(link->conn));
	return false;
}

static void clear(PGresult **results, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		pq.clear(results[i]);
		results[i] = NULL;
	}
}

/* Reads up to the end of the pipeline. */
static enum err read_all(struct pglink *link, PGresult **results, unsigned count)
{
	uint64_t deadline = now_ms() + PGLINK_WAIT_MS;
	unsigned first = link->queued > count ? link->queued - count : 0;
	enum err err = ERR_OK;
	for (unsigned i = 0;;) {
		PGresult *result;
		if (!next_result(link, deadline, &result))
			return ERR_AWAY;
		ExecStatusType status = pq.resultStatus(result); /* of NULL: a fatal error */
		bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
		if (result != NULL && !good && status != PGRES_PIPELINE_SYNC && status != PGRES_PIPELINE_ABORTED && err == ERR_OK) {
			err = err_of(result);
			log_debug("a statement failed: %s", pq.resultErrorMessage(result));
		}
		if (good && i >= first && i - first < count) {
			results[i - first] = result;
			i++;
			continue;
		}
		i += result != NULL;
		pq.clear(result);
		if (status == PGRES_PIPELINE_SYNC)
			return err;
	}
}

enum err pglink_run(struct pglink *link, PGresult **results, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		results[i] = NULL;
	if (link->state != STATE_UP)
		return ERR_AWAY;
	if (!pq.pipelineSync(link->conn)) {
		pglink_lose(link, pq.errorMessage(link->conn));
		return ERR_AWAY;
	}
	enum err err = read_all(link, results, count);
	link->queued = 0;
	if (err != ERR_OK)
		clear(results, count);
	return err;
}

void pglink_queue(struct pglink *link, unsigned statement, const struct pglink_values *values)
{
	assert(statement < link->text_count && link->queued < PGLINK_QUEUE_MAX);
	static const int binary[PGLINK_VALUES_MAX] = {1, 1, 1, 1, 1, 1, 1, 1};
	char name[NAME_MAX];
	if (link->state != STATE_UP)
		return;
	(void)snprintf(name, sizeof(name), "s%u", statement);
	if (pq.sendQueryPrepared(link->conn, name, values != NULL ? values->count : 0, values != NULL ? values->at : NULL,
				 values != NULL ? values->len : NULL, binary, 1))
		link->queued++;
	else
		pglink_lose(link, pq.errorMessage(link->conn));
}

/* The version of what is there; -1: nothing is. Before there is a pipeline. */
static enum err probe(struct pglink *link, const char *text, long *version)
{
	PGresult *result = pq.exec(link->conn, text);
	const char *state = pq.resultErrorField(result, PG_DIAG_SQLSTATE);
	bool missing = state != NULL && strcmp(state, "42P01") == 0;
	enum err err = missing || pq.resultStatus(result) == PGRES_TUPLES_OK ? ERR_OK : err_of(result);
	*version = missing ? -1 : err == ERR_OK && pq.ntuples(result) > 0 ? strtol(pq.getvalue(result, 0, 0), NULL, 10) : 0;
	pq.clear(result);
	return err;
}

/* Two may do so at once: one of them fails, and finds that all is there. */
static enum err ensure(struct pglink *link, const struct pglink_schema *schema)
{
	long version;
	enum err err = probe(link, schema->probe, &version);
	if (err == ERR_OK && version < 0) {
		pq.clear(pq.exec(link->conn, schema->setup));
		err = probe(link, schema->probe, &version);
		if (err == ERR_OK && version < 0)
			err = ERR_PERMISSION;
	}
	if (err != ERR_OK) {
		log_error("the tables in the database cannot be read or made: %s", err_text(err));
		return err;
	}
	return version > schema->version ? ERR_NEWER : ERR_OK;
}

static bool start(struct pglink *link)
{
	const char *const words[] = {
		"dbname", "connect_timeout", "application_name", "options", "gssencmode", "tcp_user_timeout", link->user[0] != 0 ? "user" : NULL,
		NULL};
	const char *const values[] = {link->where, "5", "baridd", session, "disable", "5000", link->user, NULL};
	link->conn = pq.connectStartParams(words, values, 1);
	link->state = STATE_CONNECTING;
	link->polling = PGRES_POLLING_WRITING;
	link->give_up_at = now_ms() + CONNECT_MS;
	return link->conn != NULL && pq.status(link->conn) != CONNECTION_BAD;
}

/* The statements, once the connection is there. A table that is missing is found out by whoever runs one. */
static enum err prepare(struct pglink *link)
{
	char name[NAME_MAX];
	bool sent = pq.setnonblocking(link->conn, 1) == 0 && pq.enterPipelineMode(link->conn) != 0;
	for (unsigned i = 0; sent && i < link->text_count; i++) {
		(void)snprintf(name, sizeof(name), "s%u", i);
		sent = pq.sendPrepare(link->conn, name, link->texts[i], 0, NULL) != 0;
		link->queued += sent;
	}
	if (!sent) {
		pglink_lose(link, pq.errorMessage(link->conn));
		return ERR_AWAY;
	}
	link->state = STATE_UP;
	(void)snprintf(link->user, sizeof(link->user), "%s", pq.user(link->conn));
	return pglink_run(link, NULL, 0);
}

/* One step of connecting, for which it waits at most so long. schema: NULL but for the first time. */
static enum err step(struct pglink *link, const struct pglink_schema *schema, int wait_ms)
{
	enum err err = ERR_OK;
	struct pollfd socket = {.fd = pq.socket(link->conn), .events = link->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT};
	if (poll(&socket, 1, wait_ms) > 0)
		link->polling = pq.connectPoll(link->conn);
	if (link->polling == PGRES_POLLING_OK && schema != NULL)
		err = ensure(link, schema);
	if (link->polling == PGRES_POLLING_OK && err == ERR_OK)
		return prepare(link);
	if (err != ERR_OK) {
		link->state = STATE_AWAY; /* the log has it */
		return err;
	}
	if (link->polling == PGRES_POLLING_FAILED || now_ms() >= link->give_up_at)
		pglink_lose(link, pq.errorMessage(link->conn));
	return ERR_AWAY;
}

bool pglink_step(struct pglink *link)
{
	if (link->state == STATE_UP)
		return true;
	if (link->state == STATE_AWAY && now_ms() < link->retry_at)
		return false;
	if (link->state == STATE_AWAY && !start(link)) {
		pglink_lose(link, link->conn != NULL ? pq.errorMessage(link->conn) : "no memory");
		return false;
	}
	enum err err = ERR_AWAY;
	uint64_t until = now_ms() + STEP_MS;
	for (uint64_t now = until - STEP_MS; link->state == STATE_CONNECTING && now < until; now = now_ms())
		err = step(link, NULL, (int)(until - now));
	if (link->state == STATE_UP && err != ERR_OK)
		pglink_lose(link, "its tables are not as they were");
	if (link->state != STATE_UP)
		return false;
	log_info("the database answers again");
	link->complained = false;
	return true;
}

/* As pglink_step(), but waits. */
static enum err connect_first(struct pglink *link, const struct pglink_schema *schema)
{
	uint64_t deadline = now_ms() + PGLINK_OPEN_MS;
	if (!start(link)) {
		pglink_lose(link, link->conn != NULL ? pq.errorMessage(link->conn) : "no memory");
		return ERR_AWAY;
	}
	link->give_up_at = deadline;
	enum err err = ERR_AWAY;
	while (link->state == STATE_CONNECTING)
		err = step(link, schema, RETRY_MS);
	return err;
}

enum err pglink_open(struct pglink **out, const char *where, const struct pglink_schema *schema, const char *const *texts, unsigned count)
{
	*out = NULL;
	struct pglink *link = calloc(1, sizeof(*link));
	if (link == NULL)
		return ERR_MEMORY;
	link->where = strdup(where);
	link->texts = texts;
	link->text_count = count;
	enum err err = link->where != NULL ? connect_first(link, schema) : ERR_MEMORY;
	if (err != ERR_OK) {
		pglink_close(link);
		return err;
	}
	*out = link;
	return ERR_OK;
}

void pglink_close(struct pglink *link)
{
	if (link == NULL)
		return;
	if (link->conn != NULL)
		pq.finish(link->conn);
	free(link->where);
	free(link);
}
