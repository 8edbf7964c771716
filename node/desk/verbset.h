#ifndef BARID_DESK_VERBSET_H
#define BARID_DESK_VERBSET_H
/*
 * The verbs of a program as a table, and running one command line by it: what `barid` and `barid-relief` do with theirs, and their keepers with a
 * request. Reads standard input, writes standard output and standard error.
 */

#include "node/desk/cli.h"

struct verb {
	const char *name; /* a table ends with NULL */
	int (*run)(const struct cli *cli);
	const char *options;           /* names of the options it takes besides the general ones, separated by spaces */
	unsigned words_min, words_max; /* words after the verb */
	const char *usage;             /* examples first */
};

struct verbset {
	const char *program;
	const struct cli_option *options; /* of any verb; ended by NULL */
	const struct verb *verbs;
	void (*overview)(void);                       /* prints what the program is for and which verbs there are */
	const char *(*more)(const struct verb *verb); /* what --help says below the usage; "" nothing */
	const char *examples;                         /* "medevac, safe, ...": for whoever gave no verb */
};

/* Takes the command line apart, runs its verb, returns the exit code. argv[0] is ignored. kept: opens the vault without a passphrase; seat: who of a
 * relief group runs it; both borrowed, or NULL. Before it: crypto_start(). */
int verbset_run(const struct verbset *set, int argc, char **argv, const struct safebox *kept, const struct seat *seat);
/* One option of any verb; NULL if no verb has it. */
const struct cli_option *verbset_option(const struct verbset *set, const char *name);

#endif
