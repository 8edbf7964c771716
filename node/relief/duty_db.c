/* db: where the cases are kept, and taking them elsewhere. */
#include "node/relief/duties.h"

#include "node/relief/reliefdb_place.h"
#include "node/relief/reliefdb_schema.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { OLDER_VERSION = 2 };

const char *duty_db_named(const struct cli *cli, const char *option, int *code)
{
	const char *where = cli_value(cli, option);
	*code = 0;
	if (where == NULL)
		return NULL;
	if (strlen(where) >= SQL_WHERE_MAX || strpbrk(where, "\r\n") != NULL)
		*code = cli_fail(cli, EX_USAGE, "the address of a database is one line of at most %d bytes", SQL_WHERE_MAX - 1);
	else if (sql_has_password(where))
		*code = cli_fail(
			cli, EX_USAGE,
			"a password in the command line can be read by everybody on this machine; put it into ~/.pgpass and leave it out here");
	else if (!sql_is_server(where) && where[0] != '/')
		*code = cli_fail(cli, EX_USAGE, "--%s takes postgresql://HOST/NAME or the path of a file from the root", option);
	return where;
}

/* What sql_open() could not do, in a sentence. */
static int refuse_place(const struct cli *cli, const char *where, enum err err)
{
	if (err == ERR_LIMIT && sql_is_server(where))
		return cli_fail(cli, EX_CONFIG, "this barid-relief cannot use %s: it was built without PostgreSQL, or the address is wrong", where);
	if (err == ERR_NEWER)
		return cli_fail(cli, EX_DATAERR, "%s was written by a newer version of barid-relief; use that one", where);
	if (err == ERR_DAMAGED)
		return cli_fail(cli, EX_DATAERR, "%s is damaged or belongs to another vault", where);
	return cli_weather(cli, err, where);
}

static enum err count_rows(struct reliefdb *db, int64_t *orgs, json_t *rows)
{
	struct sql_row *row = reliefdb_prepare(db, "SELECT count(*) FROM orgs");
	enum err err = sql_step(row);
	*orgs = err == ERR_OK ? sql_get_int(row, 0) : 0;
	sql_end(row);
	for (const struct reliefdb_table *table = reliefdb_tables; table->name != NULL && err == ERR_OK; table++) {
		char text[128];
		int64_t n = 0;
		(void)snprintf(text, sizeof(text), "SELECT count(*) FROM %s WHERE org = ?", table->name); /* fits */
		err = reliefdb_number(db, text, &n);
		(void)json_object_set_new(rows, table->name, json_integer(n)); /* a lost one shows as missing */
	}
	return err;
}

static int print_place(const struct cli *cli, const char *where, int64_t version, int64_t orgs, json_t *rows)
{
	const char *kind = sql_is_server(where) ? "postgresql" : "sqlite", *name;
	json_t *value;
	if (cli->json)
		return cli_json(cli,
				json_pack("{s:s, s:o, s:I, s:i, s:I, s:O}", "kind", kind, "where", cli_json_text(where), "version",
					  (json_int_t)version, "newest", (int)RELIEFDB_VERSION, "organisations", (json_int_t)orgs, "rows", rows));
	printf("%s\nVersion %lld%s, %lld organisation%s\n", where, (long long)version, version < RELIEFDB_VERSION ? " (older than this program)" : "",
	       (long long)orgs, orgs == 1 ? "" : "s");
	json_object_foreach(rows, name, value) printf("%12lld %s\n", (long long)json_integer_value(value), name);
	return 0;
}

/* The version of a home's database; opens nothing sealed and changes nothing. Returns an exit code after a sentence, 0 on success. */
static int read_version(const struct cli *cli, struct reliefdb_place *place, int64_t *version)
{
	struct sql *sql = NULL;
	enum err err = reliefdb_place_read(place, cli->home);
	if (err == ERR_OK && !sql_is_server(place->where) && access(place->where, F_OK) != 0)
		err = ERR_NO_FILE;
	if (err == ERR_OK)
		err = sql_open(&sql, place->where);
	if (err == ERR_OK)
		err = sql_version(sql, version);
	sql_close(sql);
	return err == ERR_OK ? 0 : refuse_place(cli, place->where[0] != '\0' ? place->where : cli->home, err);
}

/* Asks for no passphrase: it tells nothing that the file or the server does not tell its administrator. */
static int db_status(const struct cli *cli)
{
	struct reliefdb_place place;
	struct reliefdb db;
	int64_t version = 0, orgs = 1;
	int code = read_version(cli, &place, &version);
	if (code != 0)
		return code;
	json_t *rows = json_object();
	enum err err = version == RELIEFDB_VERSION ? reliefdb_place_peek(&db, cli->home) : ERR_OK;
	if (err == ERR_OK && version == RELIEFDB_VERSION) {
		err = count_rows(&db, &orgs, rows);
		reliefdb_close(&db);
	}
	code = err == ERR_OK ? print_place(cli, place.where, version, orgs, rows) : refuse_place(cli, place.where, err);
	json_decref(rows);
	return code;
}

static int db_upgrade(const struct cli *cli)
{
	struct office office;
	struct reliefdb_place place;
	int64_t before = 0;
	int code = read_version(cli, &place, &before);
	if (code == 0)
		code = office_open(&office, cli); /* which does it */
	if (code != 0)
		return code;
	office_close(&office);
	if (cli->json)
		return cli_json(cli, json_pack("{s:I, s:i}", "before", (json_int_t)before, "version", (int)RELIEFDB_VERSION));
	if (before == RELIEFDB_VERSION)
		printf("The database is of version %d already.\n", RELIEFDB_VERSION);
	else
		printf("The database was of version %lld and is of version %d now.\n", (long long)before, RELIEFDB_VERSION);
	return 0;
}

/* How many entries of the audit an older program could not read: it would call them tampered with. */
static enum err count_new_entries(struct reliefdb *db, int64_t *n)
{
	struct audit_walk walk;
	struct audit_entry entry;
	enum err err = audit_start(&walk, db);
	*n = 0;
	while (err == ERR_OK && (err = audit_next(&walk, &entry)) == ERR_OK)
		*n += entry.action > AUDIT_REVOKED;
	audit_end(&walk);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

/* Returns EX_DATAERR after a sentence if something would be lost and that was not allowed. */
static int weigh_losses(struct office *office)
{
	struct reliefdb_loss losses[RELIEFDB_LOSSES];
	char list[512] = "";
	size_t n = 0, len = 0;
	int64_t entries = 0;
	enum err err = reliefdb_losses(&office->db, losses, &n);
	if (err == ERR_OK)
		err = count_new_entries(&office->db, &entries);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "relief.db");
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%lld %s", len > 0 ? ", " : "", (long long)losses[i].count, losses[i].what);
	if (entries > 0)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%lld entries of the audit", len > 0 ? ", " : "", (long long)entries);
	if (len == 0 || cli_has(office->cli, "yes"))
		return 0;
	return cli_fail(office->cli, EX_DATAERR, "version %d has no place for %s; nothing was changed, --yes does it all the same", OLDER_VERSION,
			list);
}

static int db_downgrade(const struct cli *cli)
{
	struct office office;
	struct reliefdb_place place;
	const char *to = cli_value(cli, "to");
	if (to == NULL || strcmp(to, "2") != 0)
		return cli_fail(cli, EX_USAGE, "say db downgrade --to 2: there is no other version to go back to");
	if (reliefdb_place_read(&place, cli->home) == ERR_OK && sql_is_server(place.where))
		return cli_fail(cli, EX_CONFIG,
				"version %d knew no servers; take the cases to a file first, with \"db copy --to %s/relief.db --use\"", OLDER_VERSION,
				cli->home);
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = weigh_losses(&office);
	enum err err = code == 0 ? reliefdb_lower(&office.db) : ERR_OK;
	office_close(&office);
	if (err != ERR_OK)
		return cli_weather(cli, err, "nothing was changed in relief.db");
	if (code != 0)
		return code;
	if (cli->json)
		return cli_json(cli, json_pack("{s:i}", "version", OLDER_VERSION));
	printf("The database is of version %d now. Do not use it with this program again: every command brings it up.\n", OLDER_VERSION);
	return 0;
}

/* With the source standing in a transaction; ends it. */
static enum err copy_and_leave(struct office *office, struct reliefdb *target, const char *where)
{
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = reliefdb_copy(target, &office->db);
	if (err == ERR_OK && cli_has(office->cli, "use")) {
		err = reliefdb_place_write(target, where, office->cli->home);
		if (err == ERR_OK)
			err = reliefdb_leave(&office->db);
	}
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static enum err note_copy(struct office *office, const char *where)
{
	char detail[AUDIT_DETAIL_MAX + 1];
	(void)snprintf(detail, sizeof(detail), "the database as it is, to %.900s", where); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_EXPORTED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static int db_copy(const struct cli *cli)
{
	struct office office;
	struct reliefdb_place place;
	struct reliefdb target;
	int code;
	const char *where = duty_db_named(cli, "to", &code);
	if (code == 0 && where == NULL)
		code = cli_fail(cli, EX_USAGE, "say where to with --to postgresql://HOST/NAME or --to FILE");
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = reliefdb_place_read(&place, cli->home);
	if (err == ERR_OK && strcmp(place.where, where) == 0)
		code = cli_fail(cli, EX_USAGE, "%s is where the cases are already", where);
	if (err == ERR_OK && code == 0) {
		err = reliefdb_join(&target, where, office.vault.ring->org.db_key);
		if (err != ERR_OK)
			code = refuse_place(cli, where, err);
	}
	if (err == ERR_OK && code == 0) {
		err = note_copy(&office, where);
		if (err == ERR_OK)
			err = copy_and_leave(&office, &target, where);
		reliefdb_close(&target);
	}
	office_close(&office);
	if (code != 0)
		return code;
	if (err == ERR_LIMIT)
		return cli_fail(cli, EX_CANTCREAT, "this organisation has cases in %s already; nothing was changed", where);
	if (err != ERR_OK)
		return cli_weather(cli, err, "nothing was copied");
	if (cli->json)
		return cli_json(cli, json_pack("{s:o, s:b}", "to", cli_json_text(where), "used", cli_has(cli, "use")));
	printf(cli_has(cli, "use") ? "Everything is in %s now, and is used from there.\n"
				   : "Everything was copied to %s; the database before stays in use.\n",
	       where);
	return 0;
}

int duty_db(const struct cli *cli)
{
	static const struct {
		const char *word;
		int (*run)(const struct cli *cli);
		bool to, yes, use;
	} actions[] = {{"status", db_status, false, false, false},
		       {"upgrade", db_upgrade, false, false, false},
		       {"downgrade", db_downgrade, true, true, false},
		       {"copy", db_copy, true, false, true}};
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].word, cli->words[1]) != 0)
			continue;
		if ((cli_has(cli, "to") && !actions[i].to) || (cli_has(cli, "yes") && !actions[i].yes) || (cli_has(cli, "use") && !actions[i].use))
			return cli_fail(cli, EX_USAGE, "--to goes with db copy and db downgrade, --use with copy, --yes with downgrade");
		return actions[i].run(cli);
	}
	return cli_fail(cli, EX_USAGE, "\"db %s\" is not known; there are db status, db upgrade, db downgrade and db copy", cli->words[1]);
}
