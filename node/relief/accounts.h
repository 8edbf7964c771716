#ifndef BARID_RELIEF_ACCOUNTS_H
#define BARID_RELIEF_ACCOUNTS_H
/*
 * Who may use the console: a row an operator in table accounts. Part of it opens with the operator's password alone (Argon2id) and holds what opens
 * the organisation's vault; the role stands in the other part, sealed under the organisation's key and bound to the name and to the first, so that
 * whoever can write to the database can lock people out, and no more: not promote themself, not swap names or passwords. Wrong passwords are counted
 * in the row, so that ending the keeper forgets none. Nothing here reads a clock.
 */

#include "node/relief/reliefdb.h"
#include "node/relief/role.h"

enum {
	ACCOUNT_STAMP = 16,
	ACCOUNT_PASSWORD_LEAST = 10, /* bytes */
	ACCOUNTS_MAX = 256,
	ACCOUNTS_TRIES = 5,         /* wrong passwords before waiting begins */
	ACCOUNTS_WAIT_FIRST_S = 10, /* doubled by each further one */
	ACCOUNTS_WAIT_MAX_S = 600,  /* between tries: whoever guesses on purpose must not keep an operator out for long */
};

struct account {
	char name[SEAT_NAME_MAX + 1];
	enum account_role role;
	bool locked;
	uint64_t made_at, changed_at; /* changed_at: its password */
	uint8_t stamp[ACCOUNT_STAMP]; /* another one after each change that ends its sessions */
	uint64_t failed, noted;       /* wrong passwords since the last right one; how many of them are in the audit */
	uint64_t locked_until;        /* by wrong passwords */
};

/* Names are one account if people would say that they are the same (text_fold()). False: empty, too long, or no text. */
bool accounts_name_ok(const char *name);
/* ERR_NO_FILE: nobody of that name. ERR_DAMAGED: the row is not as it was written. */
enum err accounts_find(struct reliefdb *db, const char *name, struct account *out);
/* All of them into a list to be freed, by name. */
enum err accounts_list(struct reliefdb *db, struct account **list, size_t *n);

/* These want to be inside a transaction. */
/* A new row; kept: what opens the vault. Also makes the row of nobody, which is tried for names that are not there. ERR_PERMISSION: there is one of
 * that name; ERR_FULL: there are ACCOUNTS_MAX. */
enum err accounts_add(struct reliefdb *db, struct account *account, const struct passphrase *password, const struct safebox *kept);
/* Keeps what was changed; fresh: its sessions end. */
enum err accounts_save(struct reliefdb *db, struct account *account, bool fresh);
/* Another password; its sessions end. */
enum err accounts_password(struct reliefdb *db, struct account *account, const struct passphrase *password, const struct safebox *kept);
enum err accounts_remove(struct reliefdb *db, const char *name);

/* A log-in, with a database that nobody has the key of yet (reliefdb_place_peek()): fills what opens the vault. ERR_LOCKED: a wrong password, or one
 * that was not tried because of those before; ERR_NO_FILE: a wrong name, which takes the same time. wait_s: until the next try is taken. What
 * it says of roles is to be asked with the key, by accounts_enter(). */
enum err accounts_try(struct reliefdb *db, const char *name, const struct passphrase *password, uint64_t now, struct safebox *kept, uint64_t *wait_s);
/* Seconds to wait after so many wrong ones. */
uint64_t accounts_delay_s(uint64_t wrong);
/* With the key, inside a transaction: the account of a right password. ERR_LOCKED: it is locked. ERR_DAMAGED: somebody wrote into the row. Forgets
 * its wrong passwords, whose number is left in `failed`. */
enum err accounts_enter(struct reliefdb *db, const char *name, struct account *out);
/* Whether a session of that seat goes on: its account is there, not locked, of that role, and was not changed since. */
enum err accounts_current(struct reliefdb *db, const struct seat *seat, bool *current);
/* The next account with wrong passwords that are not in the audit yet, in any order; it notes them, inside a transaction. name "": of names that are
 * not there. ERR_NO_FILE: no more. */
enum err accounts_guessed(struct reliefdb *db, struct account *out);

#endif
