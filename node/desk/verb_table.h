#ifndef BARID_DESK_VERB_TABLE_H
#define BARID_DESK_VERB_TABLE_H
/*
 * The table of verbs, and running one line of words: what node/barid.c does with its command line, and the keeper of `barid serve` with a request.
 * Reads standard input, writes standard output and standard error.
 */

#include "node/desk/cli.h"

/* Takes the command line apart, runs its verb, returns the exit code. argv[0] is ignored. kept: opens the vault without a passphrase; borrowed, or
 * NULL. Before it: crypto_start(). */
int verb_table_run(int argc, char **argv, const struct safebox *kept);
/* One option of any verb; NULL if no verb has it. */
const struct cli_option *verb_table_option(const char *name);

#endif
