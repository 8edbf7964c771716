#ifndef BARID_RELIEF_DUTIES_H
#define BARID_RELIEF_DUTIES_H
/* The verbs of `barid-relief`. node/relief/duty_table.c takes the command line apart and calls one; each prints data on stdout, talk on stderr, and
 * returns the exit code. */

#include "node/relief/office.h"

/* org create: a vault, keys and a database; org card: the card to hand out. */
int duty_org(const struct cli *cli);
/* The queue, fetched anew, the most urgent first. */
int duty_inbox(const struct cli *cli);
int duty_show(const struct cli *cli);
/* What waits, coarsely, and everything about one case. */
int duty_queue(const struct cli *cli);
int duty_case(const struct cli *cli);
/* Who has a case. */
int duty_claim(const struct cli *cli);
int duty_release(const struct cli *cli);
int duty_assign(const struct cli *cli);
/* What becomes of it. */
int duty_note(const struct cli *cli);
int duty_reply(const struct cli *cli);
int duty_verify(const struct cli *cli);
int duty_close(const struct cli *cli);
int duty_reopen(const struct cli *cli);
/* One event that several people wrote about. */
int duty_merge(const struct cli *cli);
int duty_suggest(const struct cli *cli);
int duty_unmerge(const struct cli *cli);
/* Organisations that are told who has which request, and tell us. */
int duty_partner(const struct cli *cli);
/* A signed public notice on transport, an alert, a headcount, a heartbeat. */
int duty_publish(const struct cli *cli);
/* Signs a heartbeat, to leave with the next office_flush(), if we have published before and our last word is more than three hours old. Says so if it
 * cannot; nothing else fails for it. */
void duty_heartbeat(struct office *office);
/* What is public, and what it is worth. */
int duty_board(const struct cli *cli);
int duty_export(const struct cli *cli);
/* Who is sought, seen and well; buses; sectors; what happened. */
int duty_people(const struct cli *cli);
int duty_transport(const struct cli *cli);
int duty_map(const struct cli *cli);
int duty_feed(const struct cli *cli);
/* Erases closed cases. */
int duty_purge(const struct cli *cli);
/* webhook add, list, remove, dead, retry, run: programs elsewhere that are told of the feed. */
int duty_webhook(const struct cli *cli);
int duty_audit(const struct cli *cli);
int duty_status(const struct cli *cli);
/* db status, upgrade, downgrade, copy: where the cases are kept. */
int duty_db(const struct cli *cli);
/* The database given with --db or --to, NULL if none was; *code is 0 or that of a sentence that was said: an address with a password in it, or a path
 * that is not one from the root. */
const char *duty_db_named(const struct cli *cli, const char *option, int *code);
/* role grant, revoke, list: whom the organisation vouches for; ticket issue. */
int duty_role(const struct cli *cli);
int duty_ticket(const struct cli *cli);

/* What every fetch does for the members: their next days' tickets into the queue. Says in a sentence what went wrong; the cases matter more. */
void duty_refill(struct office *office);

/* account add, list, role, password, lock, unlock, remove: who may use the console; login: whether a password is right; lock: every session ends. */
int duty_account(const struct cli *cli);
int duty_login(const struct cli *cli);
int duty_lock(const struct cli *cli);
/* For verbs that list what there is, at a terminal: fetches what came, if the post answers, else says so. In the console the keeper fetches by
 * itself, and this does nothing. Returns 0 or an exit code. */
int duty_fetched(struct office *office);
/* What the console does by itself, once. */
int duty_fetch(const struct cli *cli);
/* The console. */
int duty_serve(const struct cli *cli);

/* Names an operator gives for a case type or state, for filters; -1 in filter if not given. Real cases, or exercises if asked for. Prints a sentence
 * and returns EX_USAGE, else 0. */
int duty_filter(const struct cli *cli, struct cases_filter *filter);

#endif
