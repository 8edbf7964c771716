#include "node/relief/sql_pg_link.h"

#include "platform/clock.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSE_FIRST_MS = 50, PAUSE_MAX_MS = 1000, OID_INT8 = 20, OID_TEXT = 25, OID_BYTEA = 17, NUMBER_SIZE = 8 };

/* Tables of the desk stand in a schema of their own, beside whatever else the database is for. A statement that waits for another desk's transaction
 * waits so long; a desk that vanished in the middle of one is not waited for; what is acknowledged is on the disk whatever the server's default. */
static const char session[] = "SET search_path = barid_relief; SET statement_timeout = '20s'; SET idle_in_transaction_session_timeout = '30s';"
			      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

static uint64_t now_ms(void)
{
	return clock_now().boot_ms;
}

/* False when the time is over. */
static bool wait_for(int fd, short events, uint64_t deadline_ms)
{
	struct pollfd one = {.fd = fd, .events = events};
	uint64_t now = now_ms();
	return now < deadline_ms && poll(&one, fd >= 0, (int)(deadline_ms - now)) > 0;
}

static void pause_for(uint64_t ms)
{
	(void)poll(NULL, 0, (int)ms); /* woken early by a signal: all the better */
}

void pg_link_drop(struct pg_link *link)
{
	for (unsigned i = 0; i < link->statements_n; i++)
		free(link->statements[i].text);
	link->statements_n = 0;
	PQfinish(link->conn); /* takes NULL */
	link->conn = NULL;
}

/* What the five letters of an SQLSTATE mean to us. */
static enum pg_word word_of_state(const char *state, enum err *err)
{
	static const struct {
		const char *begins;
		enum pg_word word;
		enum err err;
	} states[] = {
		{"40001", PG_AGAIN, ERR_BUSY},        {"40P01", PG_AGAIN, ERR_BUSY},
		{"55P03", PG_FAILED, ERR_BUSY},       {"57014", PG_FAILED, ERR_BUSY},
		{"53100", PG_FAILED, ERR_FULL},       {"53200", PG_FAILED, ERR_MEMORY},
		{"42501", PG_FAILED, ERR_PERMISSION}, {"25006", PG_FAILED, ERR_PERMISSION},
		{"28", PG_FAILED, ERR_PERMISSION},    {"3D000", PG_FAILED, ERR_NO_FILE},
		{"XX00", PG_FAILED, ERR_DAMAGED},     {"42", PG_FAILED, ERR_DAMAGED},
		{"57P0", PG_LOST, ERR_AWAY},          {"53300", PG_LOST, ERR_AWAY},
		{"08P01", PG_FAILED, ERR_IO},         {"08", PG_LOST, ERR_AWAY},
		{"25P03", PG_LOST, ERR_AWAY},
	};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strncmp(state, states[i].begins, strlen(states[i].begins)) == 0) {
			*err = states[i].err;
			return states[i].word;
		}
	}
	*err = ERR_IO;
	return PG_FAILED;
}

/* A failed attempt to connect leaves only a message, which then ends with the SQLSTATE if the server said one. */
static enum err err_of_refusal(const PGconn *conn)
{
	const char *message = PQerrorMessage(conn);
	size_t len = strlen(message);
	enum err err = ERR_AWAY;
	while (len > 0 && message[len - 1] == '\n')
		len--;
	if (len < 7 || message[len - 6] != ' ' || strspn(message + len - 5, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") < 5)
		return PQconnectionNeedsPassword(conn) ? ERR_PERMISSION : ERR_AWAY;
	return word_of_state(message + len - 5, &err) == PG_LOST ? ERR_AWAY : err;
}

static void say_nothing(void *arg, const PGresult *result)
{
	(void)arg; /* notices of the server are for its own log */
	(void)result;
}

static enum err start(struct pg_link *link)
{
	static const char *const names[] = {"keepalives_idle",  "keepalives_interval",
					    "keepalives_count", "tcp_user_timeout",
					    "application_name", "dbname",
					    "client_encoding",  NULL};
	const char *const values[] = {"5", "5", "3", "10000", "barid-relief", link->where, "UTF8", NULL};
	PQconninfoOption *options = PQconninfoParse(link->where, NULL);
	if (options == NULL)
		return ERR_LIMIT;
	PQconninfoFree(options);
	link->conn = PQconnectStartParams(names, values, 1);
	return link->conn == NULL ? ERR_MEMORY : ERR_OK;
}

enum err pg_link_connect(struct pg_link *link, uint64_t deadline_ms)
{
	pg_link_drop(link);
	enum err err = start(link);
	if (err != ERR_OK)
		return err;
	uint64_t own = now_ms() + LINK_CONNECT_MS;
	deadline_ms = own < deadline_ms ? own : deadline_ms;
	(void)PQsetErrorVerbosity(link->conn, PQERRORS_SQLSTATE); /* what it was before is of no interest */
	(void)PQsetNoticeReceiver(link->conn, say_nothing, NULL);
	PostgresPollingStatusType status = PQstatus(link->conn) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
		if (!wait_for(PQsocket(link->conn), status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms))
			break;
		status = PQconnectPoll(link->conn);
	}
	err = status == PGRES_POLLING_OK ? ERR_OK : status == PGRES_POLLING_FAILED ? err_of_refusal(link->conn) : ERR_AWAY;
	if (err == ERR_OK && pg_link_script(link, session, NULL, &err) == PG_LOST)
		err = ERR_AWAY;
	if (err != ERR_OK)
		pg_link_drop(link);
	return err;
}

enum err pg_link_wait(struct pg_link *link, uint64_t deadline_ms)
{
	uint64_t pause = PAUSE_FIRST_MS;
	enum err err;
	while ((err = pg_link_connect(link, deadline_ms)) == ERR_AWAY && now_ms() + pause < deadline_ms) {
		pause_for(pause);
		pause = 2 * pause > PAUSE_MAX_MS ? PAUSE_MAX_MS : 2 * pause;
	}
	return err;
}

/* Waits for what was sent and takes the last result; an error before it counts more. */
static enum pg_word collect(struct pg_link *link, PGresult **out, enum err *err)
{
	uint64_t deadline = now_ms() + LINK_ANSWER_MS;
	PGresult *last = NULL, *one = NULL;
	bool open = true;
	while (open) {
		while (PQisBusy(link->conn)) {
			if (!wait_for(PQsocket(link->conn), POLLIN, deadline) || PQconsumeInput(link->conn) == 0) {
				PQclear(last);
				return PG_LOST;
			}
		}
		one = PQgetResult(link->conn);
		open = one != NULL;
		if (open && (last == NULL || PQresultStatus(last) != PGRES_FATAL_ERROR)) {
			PQclear(last);
			last = one;
		} else if (open) {
			PQclear(one);
		}
	}
	ExecStatusType status = PQresultStatus(last);
	const char *state = PQresultErrorField(last, PG_DIAG_SQLSTATE);
	enum pg_word word = PG_DONE;
	if (PQstatus(link->conn) == CONNECTION_BAD)
		word = PG_LOST;
	else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		word = word_of_state(state != NULL ? state : "08000", err);
	if (word == PG_DONE && out != NULL)
		*out = last;
	else
		PQclear(last);
	return word;
}

enum pg_word pg_link_script(struct pg_link *link, const char *text, PGresult **result, enum err *err)
{
	if (link->conn == NULL || PQsendQuery(link->conn, text) == 0)
		return PG_LOST;
	return collect(link, result, err);
}

/* "?" outside of quotes becomes $1, $2, ...; returns how many there are. */
static int number_values(const char *text, char out[static SQL_TEXT_MAX + 3 * SQL_VALUES_MAX])
{
	int n = 0;
	bool quoted = false;
	for (; *text != '\0'; text++) {
		quoted ^= *text == '\'';
		if (*text == '?' && !quoted)
			out += sprintf(out, "$%d", ++n);
		else
			*out++ = *text;
	}
	assert(n <= SQL_VALUES_MAX);
	*out = '\0';
	return n;
}

/* Values as they go over the wire. */
struct wire {
	Oid types[SQL_VALUES_MAX];
	const char *at[SQL_VALUES_MAX];
	int len[SQL_VALUES_MAX], format[SQL_VALUES_MAX];
	char numbers[SQL_VALUES_MAX][NUMBER_SIZE];
};

static void wire_of(const struct sql_value *values, int n, struct wire *out)
{
	static const Oid types[] = {[SQL_NULL] = 0, [SQL_INT] = OID_INT8, [SQL_BLOB] = OID_BYTEA, [SQL_TEXT] = OID_TEXT};
	for (int i = 0; i < n; i++) {
		out->types[i] = types[values[i].kind];
		out->at[i] = values[i].kind == SQL_NULL ? NULL : values[i].bytes;
		out->len[i] = (int)values[i].len;
		out->format[i] = 1;
		if (values[i].kind != SQL_INT)
			continue;
		for (int byte = 0; byte < NUMBER_SIZE; byte++)
			out->numbers[i][byte] = (char)((uint64_t)values[i].number >> (56 - 8 * byte));
		out->at[i] = out->numbers[i];
		out->len[i] = NUMBER_SIZE;
	}
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037u;
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 1099511628211u;
	return hash;
}

/* The name of the statement on this connection, prepared if it was not; empty: there is no room for one more. */
static enum pg_word prepare(struct pg_link *link, const char *numbered, const struct wire *wire, int n, char name[static 16], enum err *err)
{
	char key[SQL_VALUES_MAX + 1 + SQL_TEXT_MAX + 3 * SQL_VALUES_MAX];
	for (int i = 0; i < n; i++)
		key[i] = (char)('A' + wire->types[i]);
	(void)snprintf(key + n, sizeof(key) - (size_t)n, " %s", numbered); /* fits */
	uint64_t hash = hash_of(key);
	unsigned at = 0;
	while (at < link->statements_n && (link->statements[at].hash != hash || strcmp(link->statements[at].text, key) != 0))
		at++;
	name[0] = '\0';
	if (at == LINK_STATEMENTS_MAX)
		return PG_DONE;
	(void)snprintf(name, 16, "s%u", at); /* fits */
	if (at < link->statements_n)
		return PG_DONE;
	char *copy = strdup(key);
	if (copy == NULL) {
		*err = ERR_MEMORY;
		return PG_FAILED;
	}
	enum pg_word word = PQsendPrepare(link->conn, name, numbered, n, wire->types) == 0 ? PG_LOST : collect(link, NULL, err);
	if (word != PG_DONE)
		free(copy);
	else
		link->statements[link->statements_n++] = (struct pg_statement){.hash = hash, .text = copy};
	return word;
}

enum pg_word pg_link_run(struct pg_link *link, const char *text, const struct sql_value values[static SQL_VALUES_MAX], PGresult **result,
			 enum err *err)
{
	char numbered[SQL_TEXT_MAX + 3 * SQL_VALUES_MAX], name[16];
	struct wire wire;
	if (link->conn == NULL)
		return PG_LOST;
	int n = number_values(text, numbered);
	wire_of(values, n, &wire);
	enum pg_word word = prepare(link, numbered, &wire, n, name, err);
	if (word != PG_DONE)
		return word;
	int sent = name[0] != '\0' ? PQsendQueryPrepared(link->conn, name, n, wire.at, wire.len, wire.format, 1)
				   : PQsendQueryParams(link->conn, numbered, n, wire.types, wire.at, wire.len, wire.format, 1);
	return sent == 0 ? PG_LOST : collect(link, result, err);
}
