#ifndef BARID_RELIEF_LOGIN_H
#define BARID_RELIEF_LOGIN_H
/*
 * An operator's name and password, checked: what `barid-relief login` and the keeper of the console do. Right ones are in the audit, wrong ones are
 * counted in the account and come into the audit with the next turn (duty_fetch()).
 */

#include "node/relief/accounts.h"
#include "node/relief/office.h"

struct login {
	struct seat seat; /* its stamp is not set: it would point into this */
	uint8_t stamp[ACCOUNT_STAMP];
	char org[CARD_NAME_MAX + 1];
	struct safebox kept; /* what opens the vault */
	bool counted;        /* it was refused, and the account knows */
	uint64_t wait_s;     /* until the next try at it is taken */
};

/* Fills login, which the caller wipes. Prints a sentence and returns an exit code: 0, EX_NOPERM wrong name or password or too many of them, or what
 * else went wrong. */
int login_check(const struct cli *cli, const char *name, const struct passphrase *password, struct login *login);

#endif
