/* The tables of relief.db, version 3, the same text for every back end; and the way up to them. */

#include "node/relief/reliefdb_schema.h"

#include "node/relief/sql_sqlite_old.h"

const char reliefdb_schema[] =
	"CREATE TABLE orgs(org BYTEA NOT NULL, turn BIGINT NOT NULL, PRIMARY KEY(org));"
	"CREATE TABLE counters(org BYTEA NOT NULL, name TEXT NOT NULL, next BIGINT NOT NULL, PRIMARY KEY(org, name));"
	"CREATE TABLE cases(org BYTEA NOT NULL, number BIGINT NOT NULL, type BIGINT NOT NULL, state BIGINT NOT NULL, link BYTEA NOT NULL, sealed "
	"BYTEA NOT NULL, PRIMARY KEY(org, number), UNIQUE(org, link));"
	"CREATE INDEX cases_by_state ON cases(org, state, number);"
	"CREATE TABLE letters(org BYTEA NOT NULL, seq BIGINT NOT NULL, id BYTEA NOT NULL, number BIGINT NOT NULL, sealed BYTEA NOT NULL, "
	"PRIMARY KEY(org, seq), UNIQUE(org, id), FOREIGN KEY(org, number) REFERENCES cases(org, number));"
	"CREATE INDEX letters_by_case ON letters(org, number, seq);"
	"CREATE TABLE looks(org BYTEA NOT NULL, number BIGINT NOT NULL, who BYTEA NOT NULL, PRIMARY KEY(org, number, who), FOREIGN KEY(org, number) "
	"REFERENCES cases(org, number));"
	"CREATE TABLE outgoing(org BYTEA NOT NULL, seq BIGINT NOT NULL, id BYTEA NOT NULL, envelope BYTEA NOT NULL, PRIMARY KEY(org, seq), "
	"UNIQUE(org, id));"
	"CREATE TABLE facts(org BYTEA NOT NULL, name TEXT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, name));"
	"CREATE TABLE audit(org BYTEA NOT NULL, seq BIGINT NOT NULL, sealed BYTEA NOT NULL, chain BYTEA NOT NULL, PRIMARY KEY(org, seq));"
	"CREATE TABLE members(org BYTEA NOT NULL, number BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, number));"
	"CREATE TABLE revoked(org BYTEA NOT NULL, seq BIGINT NOT NULL, until BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, seq));"
	/* What operators noted of a case, and its history. */
	"CREATE TABLE notes(org BYTEA NOT NULL, number BIGINT NOT NULL, seq BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, number, seq), "
	"FOREIGN KEY(org, number) REFERENCES cases(org, number));"
	"CREATE TABLE links(org BYTEA NOT NULL, number BIGINT NOT NULL, other BIGINT NOT NULL, sealed BYTEA NOT NULL, "
	"PRIMARY KEY(org, number, other), FOREIGN KEY(org, number) REFERENCES cases(org, number));"
	/* Who has a request that went to several organisations: one row for all of them. */
	"CREATE TABLE claims(id BYTEA NOT NULL, org BYTEA NOT NULL, at BIGINT NOT NULL, until BIGINT NOT NULL, revision BIGINT NOT NULL, sealed "
	"BYTEA "
	"NOT NULL, PRIMARY KEY(id));"
	"CREATE INDEX claims_by_org ON claims(org);"
	/* What happened to which case, in the order of commits. */
	"CREATE TABLE feed(org BYTEA NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, number BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY "
	"KEY(org, seq));"
	"CREATE INDEX feed_by_time ON feed(org, at);"
	"CREATE TABLE accounts(org BYTEA NOT NULL, name BYTEA NOT NULL, sealed BYTEA NOT NULL, boxed BYTEA NOT NULL, failed BIGINT NOT NULL, "
	"locked_until BIGINT NOT NULL, PRIMARY KEY(org, name));"
	/* Answers to requests that may come twice. */
	"CREATE TABLE requests(org BYTEA NOT NULL, key BYTEA NOT NULL, at BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, key));"
	"CREATE INDEX requests_by_time ON requests(org, at);"
	"CREATE TABLE webhooks(org BYTEA NOT NULL, number BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, number));"
	"CREATE TABLE deliveries(org BYTEA NOT NULL, seq BIGINT NOT NULL, hook BIGINT NOT NULL, due BIGINT NOT NULL, attempt BIGINT NOT NULL, state "
	"BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY(org, seq));"
	"CREATE INDEX deliveries_by_due ON deliveries(org, state, due);";

/* Parents before children. */
const struct reliefdb_table reliefdb_tables[] = {
	{"counters", "org, name, next", "btn", 0},
	{"cases", "org, number, type, state, link, sealed", "bnnnbb", 0},
	{"letters", "org, seq, id, number, sealed", "bnbnb", 0},
	{"looks", "org, number, who", "bnb", 0},
	{"outgoing", "org, seq, id, envelope", "bnbb", 0},
	{"facts", "org, name, sealed", "btb", 0},
	{"audit", "org, seq, sealed, chain", "bnbb", 0},
	{"members", "org, number, sealed", "bnb", 0},
	{"revoked", "org, seq, until, sealed", "bnnb", 0},
	{"notes", "org, number, seq, sealed", "bnnb", 0},
	{"links", "org, number, other, sealed", "bnnb", 0},
	{"claims", "id, org, at, until, revision, sealed", "bbnnnb", 1},
	{"feed", "org, seq, at, number, sealed", "bnnnb", 0},
	{"accounts", "org, name, sealed, boxed, failed, locked_until", "bbbbnn", 0},
	{"requests", "org, key, at, sealed", "bbnb", 0},
	{"webhooks", "org, number, sealed", "bnb", 0},
	{"deliveries", "org, seq, hook, due, attempt, state, sealed", "bnnnnnb", 0},
	{0},
};

enum err reliefdb_run_all(struct reliefdb *db, const char *const *texts, size_t n)
{
	enum err err = ERR_OK;
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = reliefdb_run(db, reliefdb_prepare_org(db, texts[i]));
	return err;
}

/* Rows of before, which were one organisation's alone. */
static const char *const moves_up[] = {
	"INSERT INTO orgs(org, turn) VALUES(?, 1)",
	"INSERT INTO cases(org, number, type, state, link, sealed) SELECT ?, number, type, state, link, sealed FROM aside_cases",
	"INSERT INTO letters(org, seq, id, number, sealed) SELECT ?, seq, id, number, sealed FROM aside_letters",
	"INSERT INTO looks(org, number, who) SELECT ?, number, who FROM aside_looks",
	"INSERT INTO outgoing(org, seq, id, envelope) SELECT ?, seq, id, envelope FROM aside_outgoing",
	"INSERT INTO facts(org, name, sealed) SELECT ?, name, sealed FROM aside_facts",
	"INSERT INTO audit(org, seq, sealed, chain) SELECT ?, seq, sealed, chain FROM aside_audit",
	"INSERT INTO members(org, number, sealed) SELECT ?, number, sealed FROM aside_members",
	"INSERT INTO revoked(org, seq, until, sealed) SELECT ?, seq, until, sealed FROM aside_revoked",
	"INSERT INTO counters(org, name, next) SELECT ?, 'cases', coalesce(max(number), 0) FROM aside_cases",
	"INSERT INTO counters(org, name, next) SELECT ?, 'letters', coalesce(max(seq), 0) FROM aside_letters",
	"INSERT INTO counters(org, name, next) SELECT ?, 'outgoing', coalesce(max(seq), 0) FROM aside_outgoing",
	"INSERT INTO counters(org, name, next) SELECT ?, 'members', coalesce(max(number), 0) FROM aside_members",
	"INSERT INTO counters(org, name, next) SELECT ?, 'revoked', coalesce(max(seq), 0) FROM aside_revoked",
};

/* The fact that only the right key opens, where it was before there were organisations. */
static enum err check_owner(struct reliefdb *db)
{
	uint8_t plain[RELIEFDB_ROW_MAX];
	size_t len;
	struct row_context context = row_context("fact", "owner", 5);
	struct sql_row *row = reliefdb_prepare(db, "SELECT sealed FROM facts WHERE name = 'owner'");
	enum err err = sql_step(row);
	if (err == ERR_NO_FILE || (err == ERR_OK && !reliefdb_unseal(db, &context, row, 0, plain, &len)))
		err = ERR_DAMAGED;
	sql_end(row);
	return err;
}

enum err reliefdb_raise(struct reliefdb *db, int64_t version)
{
	enum err err = version < 1 ? ERR_DAMAGED : check_owner(db);
	if (err == ERR_OK && version == 1)
		err = sql_exec(db->sql, sql_sqlite_old_roles);
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_old_aside);
	if (err == ERR_OK)
		err = sql_exec(db->sql, reliefdb_schema);
	if (err == ERR_OK)
		err = reliefdb_run_all(db, moves_up, sizeof(moves_up) / sizeof(moves_up[0]));
	if (err == ERR_OK)
		err = sql_exec(db->sql, sql_sqlite_old_drop);
	if (err == ERR_OK)
		err = sql_only_grows(db->sql, "audit");
	return err == ERR_OK ? sql_set_version(db->sql, RELIEFDB_VERSION) : err;
}
