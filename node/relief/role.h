#ifndef BARID_RELIEF_ROLE_H
#define BARID_RELIEF_ROLE_H
/*
 * What an operator may do: one table of verbs, words and options against roles, asked by office_open() for every command line, whoever brought it.
 * Who holds the passphrase of the vault is admin; an account of the console has what its session was given. Pure.
 */

#include "node/desk/cli.h"

/* Each may what the ones before it may. The numbers are kept in accounts. */
enum account_role { ROLE_VIEWER = 1, ROLE_TRIAGER, ROLE_PUBLISHER, ROLE_ADMIN, ROLES_END };

enum { SEAT_NAME_MAX = 64 };

/* Who is at the table, said by the console's keeper and never by a command line: cli->seat. */
struct seat {
	char name[SEAT_NAME_MAX + 1]; /* 1.. bytes of UTF-8 */
	enum account_role role;
	const uint8_t *stamp; /* of the account as it was at log-in (accounts.h); NULL: whoever filled this vouches for it */
};

/* "viewer", "triager", "publisher", "admin". */
const char *role_word(enum account_role role);
/* 0: no such word. */
enum account_role role_of_word(const char *word);

/* The least role a command line wants, ROLE_ADMIN for what the table does not know. Looks at the verb, the word after it and the options. */
enum account_role role_wanted(const struct cli *cli);
/* True if the role may run it. */
bool role_may(enum account_role role, const struct cli *cli);
/* True if it sees places and names as they are written; others see what an export without --precise would show. */
bool role_sees_places(enum account_role role);

#endif
