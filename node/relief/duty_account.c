/* account, login, lock: who may use the console. */
#include "node/relief/duties.h"

#include "crypto/wipe.h"
#include "node/relief/accounts.h"
#include "node/relief/login.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* From --password-fd; in a worker of the console's keeper from where passphrases come, which the vault does not need there; else from the terminal.
 */
static int ask_password(const struct cli *cli, bool twice, struct passphrase *password)
{
	struct cli own = *cli;
	uint64_t fd = 0;
	if (cli_has(cli, "password-fd") && !text_count(cli_value(cli, "password-fd"), 1023, &fd))
		return cli_fail(cli, EX_USAGE, "--password-fd is the number of an open descriptor");
	if (cli_has(cli, "password-fd"))
		own.passphrase_fd = (int)fd;
	else if (cli->kept == NULL)
		own.passphrase_fd = -1;
	enum err err = cli_passphrase(&own, twice, password);
	if (err == ERR_NO_FILE)
		return cli_fail(cli, EX_NOPERM, "give the account's password with --password-fd N or run on a terminal");
	return err == ERR_OK ? 0 : cli_weather(cli, err, "the password");
}

static int new_password(const struct cli *cli, struct passphrase *password)
{
	int code = ask_password(cli, true, password);
	if (code == 0 && password->len < ACCOUNT_PASSWORD_LEAST) {
		wipe(password, sizeof(*password));
		return cli_fail(cli, EX_DATAERR, "a password has at least %d characters; several words are easier to remember",
				ACCOUNT_PASSWORD_LEAST);
	}
	return code;
}

static int print_account(const struct cli *cli, const struct account *account)
{
	char name[3 * SEAT_NAME_MAX + 1];
	if (cli->json)
		return cli_json(cli,
				json_pack("{s: o, s: s, s: b, s: o, s: o, s: I}", "name", cli_json_text(account->name), "role",
					  role_word(account->role), "locked", account->locked, "made", cli_json_time(account->made_at),
					  "password_changed", cli_json_time(account->changed_at), "wrong_passwords", (json_int_t)account->failed));
	text_inert(account->name, false, name, sizeof(name));
	printf("%-24s %-10s%s\n", name, role_word(account->role), account->locked ? "  locked" : "");
	return 0;
}

static int say(const struct office *office, const char *name, enum err err)
{
	if (err == ERR_NO_FILE)
		return cli_fail(office->cli, 1, "nobody is called %s here; \"account list\" names them", name);
	if (err == ERR_PERMISSION)
		return cli_fail(office->cli, 1, "there is an account %s already", name);
	if (err == ERR_FULL)
		return cli_fail(office->cli, 1, "there are %d accounts; remove one first", ACCOUNTS_MAX);
	if (err == ERR_DAMAGED)
		return cli_fail(office->cli, EX_DATAERR, "the account of %s was changed by somebody who has not the organisation's keys; remove it",
				name);
	return cli_weather(office->cli, err, "the accounts");
}

static int finish(struct office *office, const struct account *account, enum audit_action action, const char *detail, enum err err)
{
	if (err == ERR_OK)
		err = office_audit(office, action, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err == ERR_OK ? print_account(office->cli, account) : say(office, account->name, err);
}

static int add(struct office *office, const char *name)
{
	const char *word = cli_value(office->cli, "role");
	char detail[AUDIT_DETAIL_MAX + 1];
	struct passphrase password = {0};
	struct account account = {.role = word != NULL ? role_of_word(word) : ROLE_VIEWER, .made_at = office->now, .changed_at = office->now};
	if (account.role == 0)
		return cli_fail(office->cli, EX_USAGE, "\"%s\" is no role; there are viewer, triager, publisher, admin", word);
	if (!accounts_name_ok(name))
		return cli_fail(office->cli, EX_USAGE, "a name is 1 to %d bytes of UTF-8", SEAT_NAME_MAX);
	(void)strcpy(account.name, name); /* accounts_name_ok() */
	int code = new_password(office->cli, &password);
	if (code != 0)
		return code;
	(void)snprintf(detail, sizeof(detail), "made %s, %s", name, role_word(account.role)); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = accounts_add(&office->db, &account, &password, &office->vault.box);
	wipe(&password, sizeof(password));
	return finish(office, &account, AUDIT_ACCOUNTED, detail, err);
}

static int list(struct office *office)
{
	struct account *accounts = NULL;
	size_t n = 0;
	int code = 0;
	enum err err = accounts_list(&office->db, &accounts, &n);
	if (err != ERR_OK)
		return err == ERR_DAMAGED
			       ? cli_fail(office->cli, EX_DATAERR, "an account was changed by somebody who has not the organisation's keys")
			       : cli_weather(office->cli, err, "the accounts");
	for (size_t i = 0; i < n && code == 0; i++)
		code = print_account(office->cli, &accounts[i]);
	free(accounts);
	if (n == 0 && !office->cli->json)
		puts("Nobody has an account. Make one: barid-relief account add NAME --role admin");
	return code;
}

/* Whether somebody would be left who can make accounts. Who holds the passphrase of the vault always can. */
static enum err leaves_admin(struct office *office, const struct account *without, bool *leaves)
{
	struct account *accounts = NULL;
	size_t n = 0;
	*leaves = office->cli->seat == NULL;
	enum err err = accounts_list(&office->db, &accounts, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		*leaves = *leaves || (accounts[i].role == ROLE_ADMIN && !accounts[i].locked && strcmp(accounts[i].name, without->name) != 0);
	free(accounts);
	return err;
}

/* role, lock, unlock: what the account is to be, in `account`. */
static int change(struct office *office, struct account *account, enum audit_action action, const char *detail)
{
	bool leaves = true;
	enum err err = ERR_OK;
	if (account->role != ROLE_ADMIN || account->locked)
		err = leaves_admin(office, account, &leaves);
	if (err == ERR_OK && !leaves) {
		office_rollback(office);
		return cli_fail(office->cli, 1, "nobody would be left who can make accounts");
	}
	if (err == ERR_OK)
		err = accounts_save(&office->db, account, true);
	return finish(office, account, action, detail, err);
}

static int set_role(struct office *office, struct account *account)
{
	const char *word = cli_value(office->cli, "role");
	char detail[AUDIT_DETAIL_MAX + 1];
	enum account_role role = word != NULL ? role_of_word(word) : 0;
	if (role == 0)
		return cli_fail(office->cli, EX_USAGE, "say which with --role: viewer, triager, publisher, admin");
	(void)snprintf(detail, sizeof(detail), "%s: %s, was %s", account->name, role_word(role), role_word(account->role)); /* fits */
	account->role = role;
	return change(office, account, AUDIT_ACCOUNTED, detail);
}

static int bar(struct office *office, struct account *account, bool locked)
{
	char detail[AUDIT_DETAIL_MAX + 1];
	(void)snprintf(detail, sizeof(detail), "%s %s", locked ? "locked" : "unlocked", account->name); /* fits */
	account->locked = locked;
	account->failed = account->noted = account->locked_until = 0;
	return change(office, account, AUDIT_BARRED, detail);
}

static int set_password(struct office *office, struct account *account, struct passphrase *password)
{
	account->changed_at = office->now;
	enum err err = accounts_password(&office->db, account, password, &office->vault.box);
	return finish(office, account, AUDIT_PASSWORD, account->name, err);
}

static int drop(struct office *office, const struct account *account)
{
	char detail[AUDIT_DETAIL_MAX + 1];
	bool leaves = true;
	(void)snprintf(detail, sizeof(detail), "removed %s", account->name); /* fits */
	enum err err = leaves_admin(office, account, &leaves);
	if (err == ERR_OK && !leaves)
		return cli_fail(office->cli, 1, "nobody would be left who can make accounts");
	if (err == ERR_OK)
		err = accounts_remove(&office->db, account->name);
	return finish(office, account, AUDIT_BARRED, detail, err);
}

static int dispatch(struct office *office, const char *word, struct account *account, struct passphrase *password)
{
	if (strcmp(word, "role") == 0)
		return set_role(office, account);
	if (strcmp(word, "password") == 0)
		return set_password(office, account, password);
	if (strcmp(word, "lock") == 0 || strcmp(word, "unlock") == 0)
		return bar(office, account, word[0] == 'l');
	return drop(office, account);
}

/* What is about one account that is there: looked up inside the transaction, and after the password was typed. */
static int about(struct office *office, const char *word, const char *name)
{
	struct account account;
	struct passphrase password = {0};
	const struct seat *seat = office->cli->seat;
	int code = 0;
	if (seat != NULL && seat->role < ROLE_ADMIN && strcmp(seat->name, name) != 0)
		return cli_fail(office->cli, EX_NOPERM, "only an admin changes the password of somebody else");
	if (strcmp(word, "password") == 0)
		code = new_password(office->cli, &password);
	if (code != 0)
		return code;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = accounts_find(&office->db, name, &account);
	if (err == ERR_DAMAGED && strcmp(word, "remove") == 0) { /* the only thing left to do with it */
		(void)snprintf(account.name, sizeof(account.name), "%s", name);
		account = (struct account){.role = ROLE_VIEWER};
		(void)snprintf(account.name, sizeof(account.name), "%s", name);
		err = ERR_OK;
	}
	code = err == ERR_OK ? dispatch(office, word, &account, &password) : say(office, name, err);
	office_rollback(office);
	wipe(&password, sizeof(password));
	return code;
}

int duty_account(const struct cli *cli)
{
	static const char *const words[] = {"role", "password", "lock", "unlock", "remove"};
	const char *word = cli->words[1];
	struct office office;
	bool lists = strcmp(word, "list") == 0, adds = strcmp(word, "add") == 0, known = lists || adds;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		known = known || strcmp(words[i], word) == 0;
	if (!known || cli->words_n != (lists ? 2 : 3))
		return cli_fail(cli, EX_USAGE, "account takes list, or add, role, password, lock, unlock or remove and a NAME");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	if (lists)
		code = list(&office);
	else
		code = adds ? add(&office, cli->words[2]) : about(&office, word, cli->words[2]);
	office_close(&office);
	return code;
}

int duty_login(const struct cli *cli)
{
	struct passphrase password = {0};
	struct login login;
	int code = ask_password(cli, false, &password);
	if (code == 0)
		code = login_check(cli, cli->words[1], &password, &login);
	wipe(&password, sizeof(password));
	if (code != 0)
		return code;
	if (cli->json)
		code = cli_json(cli, json_pack("{s: o, s: s, s: o}", "name", cli_json_text(login.seat.name), "role", role_word(login.seat.role),
					       "org", cli_json_text(login.org)));
	else
		printf("%s, %s\n", login.seat.name, role_word(login.seat.role));
	wipe(&login, sizeof(login));
	return code;
}

int duty_lock(const struct cli *cli)
{
	struct office office;
	if (cli->seat == NULL)
		return cli_fail(cli, EX_USAGE,
				"this is for admins in the console: it ends every session there; whoever runs \"barid-relief serve\" can end it");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = office_begin(&office);
	if (err == ERR_OK)
		err = office_audit(&office, AUDIT_LOCKED, "the console");
	if (err == ERR_OK)
		err = office_commit(&office);
	office_rollback(&office);
	office_close(&office);
	return err == ERR_OK ? 0 : cli_weather(cli, err, "the audit");
}
