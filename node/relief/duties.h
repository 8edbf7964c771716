#ifndef BARID_RELIEF_DUTIES_H
#define BARID_RELIEF_DUTIES_H
/* The verbs of `barid-relief`. node/barid-relief.c parses the command line and calls one; each prints data on stdout, talk on stderr, and returns the
 * exit code. */

#include "node/relief/office.h"

/* org create: a vault, keys and a database; org card: the card to hand out. */
int duty_org(const struct cli *cli);
/* The queue, fetched anew, the most urgent first. */
int duty_inbox(const struct cli *cli);
int duty_show(const struct cli *cli);
int duty_reply(const struct cli *cli);
int duty_claim(const struct cli *cli);
int duty_close(const struct cli *cli);
/* A signed public notice on transport or an alert. */
int duty_publish(const struct cli *cli);
int duty_export(const struct cli *cli);
int duty_audit(const struct cli *cli);
int duty_status(const struct cli *cli);

/* Names an operator gives for a case type or state, for filters; -1 in filter if not given. Prints a sentence and returns EX_USAGE, else 0. */
int duty_filter(const struct cli *cli, struct cases_filter *filter);

#endif
