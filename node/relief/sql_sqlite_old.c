#include "node/relief/sql_sqlite_old.h"

#define ROLES \
	"CREATE TABLE members(number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);" \
	"CREATE TABLE revoked(seq INTEGER PRIMARY KEY, until INTEGER NOT NULL, sealed BLOB NOT NULL);"

const char sql_sqlite_old_roles[] = ROLES;

const char sql_sqlite_old_schema[] =
	"CREATE TABLE cases(number INTEGER PRIMARY KEY, type INTEGER NOT NULL, state INTEGER NOT NULL, link BLOB NOT NULL UNIQUE, sealed BLOB NOT "
	"NULL);"
	"CREATE TABLE letters(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, number INTEGER NOT NULL REFERENCES cases, sealed BLOB NOT NULL);"
	"CREATE TABLE looks(number INTEGER NOT NULL REFERENCES cases, who BLOB NOT NULL, PRIMARY KEY(number, who)) WITHOUT ROWID;"
	"CREATE TABLE outgoing(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, envelope BLOB NOT NULL);"
	"CREATE TABLE facts(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE audit(seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL, chain BLOB NOT NULL);" ROLES;

const char sql_sqlite_old_indexes[] = "CREATE INDEX cases_by_state ON cases(state, number);"
				      "CREATE INDEX letters_by_case ON letters(number, seq);";

#define ASIDE \
	"ALTER TABLE cases RENAME TO aside_cases; ALTER TABLE letters RENAME TO aside_letters; ALTER TABLE looks RENAME TO aside_looks;" \
	"ALTER TABLE outgoing RENAME TO aside_outgoing; ALTER TABLE facts RENAME TO aside_facts; ALTER TABLE audit RENAME TO aside_audit;" \
	"ALTER TABLE members RENAME TO aside_members; ALTER TABLE revoked RENAME TO aside_revoked;" \
	"DROP INDEX cases_by_state; DROP INDEX letters_by_case;" \
	"DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;"

#define DROP \
	"DROP TABLE aside_looks; DROP TABLE aside_letters; DROP TABLE aside_cases; DROP TABLE aside_outgoing; DROP TABLE aside_facts;" \
	"DROP TABLE aside_audit; DROP TABLE aside_members; DROP TABLE aside_revoked;"

const char sql_sqlite_old_aside[] = ASIDE;
const char sql_sqlite_old_drop[] = DROP;
const char sql_sqlite_new_aside[] = "DROP TABLE notes; DROP TABLE links;" ASIDE;
const char sql_sqlite_new_drop[] = DROP "DROP TABLE claims; DROP TABLE feed; DROP TABLE accounts; DROP TABLE requests; DROP TABLE webhooks;"
					"DROP TABLE deliveries; DROP TABLE counters; DROP TABLE orgs;";
