#ifndef BARID_RELIEF_OFFICE_H
#define BARID_RELIEF_OFFICE_H
/*
 * A relief group's desk while one command runs: its vault, its cases, its line to the post, and who is at the table. Changes are made between
 * office_begin() and office_commit(), which keeps the vault first and the database after it; letters then leave by office_flush(). A crash at any
 * point loses at most a number.
 */

#include "node/desk/cli.h"
#include "node/relief/audit.h"
#include "node/relief/cases.h"
#include "node/relief/role.h"

struct office {
	const struct cli *cli;
	struct vault vault;
	struct reliefdb db;
	struct postlink link;
	uint64_t now;             /* keyring_turn() */
	uint32_t letter_seq_kept; /* what of the vault's counters is on the disk */
	bool vault_changed;
	char operator_name[AUDIT_WHO_MAX + 1];
	enum account_role role; /* of cli->seat, else ROLE_ADMIN */
};

/* Opens vault and database, for who may run this command line (role_may()). Prints a sentence and returns an exit code, 0 on success. */
int office_open(struct office *office, const struct cli *cli);
/* The same with the passphrase of the vault at hand; borrows it. */
int office_open_with(struct office *office, const struct cli *cli, const struct passphrase *passphrase);
/* Takes one that was zero or opened. */
void office_close(struct office *office);

/* Connects to the post unless connected; prints nothing. */
enum err office_link(struct office *office);

enum err office_begin(struct office *office);
enum err office_audit(struct office *office, enum audit_action action, const char *detail);
/* On any result but ERR_OK nothing of it is kept; the command should end. */
enum err office_commit(struct office *office);
void office_rollback(struct office *office);

/* Hands waiting letters to the post; says on stderr what could not leave now. True if the post took everything. */
bool office_flush(struct office *office);

#endif
