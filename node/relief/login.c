#include "node/relief/login.h"

#include "crypto/wipe.h"
#include "node/relief/reliefdb_place.h"
#include "platform/clock.h"

#include <string.h>
#include <sysexits.h>

/* The one sentence for a wrong name, a wrong password and a locked account: nobody learns who is here. */
static int refused(const struct cli *cli)
{
	return cli_fail(cli, EX_NOPERM, "that name and that password do not open anything here");
}

static int try_password(const struct cli *cli, const char *name, const struct passphrase *password, struct login *login)
{
	struct reliefdb db = {0};
	enum err err = reliefdb_place_peek(&db, cli->home);
	if (err == ERR_NO_FILE)
		return cli_fail(cli, EX_NOINPUT, "there are no accounts in %s; make one with \"barid-relief account add NAME --role admin\"",
				cli->home);
	if (err == ERR_OK)
		err = accounts_try(&db, name, password, clock_now().unix_s, &login->kept, &login->wait_s);
	reliefdb_close(&db);
	login->counted = err == ERR_LOCKED;
	if (err == ERR_LOCKED && login->wait_s > 0)
		return cli_fail(cli, EX_NOPERM, "too many wrong passwords for that name; the next try is taken in %u s", (unsigned)login->wait_s);
	if (err == ERR_LOCKED || err == ERR_NO_FILE)
		return refused(cli);
	return err == ERR_OK ? 0 : cli_weather(cli, err, "the accounts");
}

/* With the organisation's key at hand: whether the row is as it was written, and what role it gives. */
static int enter(struct office *office, const char *name, struct login *login)
{
	struct account account;
	char detail[64] = "";
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = accounts_enter(&office->db, name, &account);
	if (err == ERR_OK) {
		(void)strcpy(office->operator_name, account.name); /* both are SEAT_NAME_MAX at most */
		if (account.failed > 0)
			(void)snprintf(detail, sizeof(detail), "after %u wrong passwords", (unsigned)account.failed); /* fits */
		err = office_audit(office, AUDIT_ENTERED, detail);
	}
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err == ERR_LOCKED)
		return refused(office->cli);
	if (err == ERR_DAMAGED)
		return cli_fail(office->cli, EX_DATAERR,
				"that account was changed by somebody who has not the organisation's keys; an admin must make it anew");
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "the accounts");
	(void)strcpy(login->seat.name, account.name); /* as above */
	login->seat.role = account.role;
	memcpy(login->stamp, account.stamp, sizeof(login->stamp));
	(void)strcpy(login->org, office->vault.ring->name); /* CARD_NAME_MAX at most */
	return 0;
}

int login_check(const struct cli *cli, const char *name, const struct passphrase *password, struct login *login)
{
	struct office office;
	struct cli own = *cli;
	*login = (struct login){.org = ""};
	int code = try_password(cli, name, password, login);
	if (code != 0)
		return code;
	own.kept = &login->kept;
	own.seat = NULL;
	code = office_open(&office, &own);
	if (code != 0)
		return code;
	code = enter(&office, name, login);
	office_close(&office);
	if (code != 0)
		wipe(login, sizeof(*login));
	login->counted = code == EX_NOPERM; /* the password was right: nothing was guessed */
	return code;
}
