#ifndef BARID_DESK_VERBS_H
#define BARID_DESK_VERBS_H
/* The verbs of `barid`. node/desk/verb_table.c takes the command line apart and calls one; each prints data on stdout, talk on stderr, and
 * returns the exit code. */

#include "node/desk/desk.h"
#include "node/desk/verbset.h"

/* Each is called with its words and options checked against the table in node/desk/verb_table.c. */
int verb_init(const struct cli *cli);
int verb_id(const struct cli *cli);
int verb_passphrase(const struct cli *cli);
int verb_wipe(const struct cli *cli);
int verb_card(const struct cli *cli);
int verb_serve(const struct cli *cli);
int verb_sign(const struct cli *cli);
int verb_package(const struct cli *cli);
int verb_contact(const struct cli *cli);
int verb_org(const struct cli *cli);
int verb_safe(const struct cli *cli);
int verb_seek(const struct cli *cli);
int verb_seen(const struct cli *cli);
int verb_medevac(const struct cli *cli);
int verb_patient(const struct cli *cli);
int verb_incident(const struct cli *cli);
int verb_need(const struct cli *cli);
int verb_facility(const struct cli *cli);
int verb_alert(const struct cli *cli);
int verb_alerts(const struct cli *cli);
int verb_headcount(const struct cli *cli);
int verb_headcounts(const struct cli *cli);
int verb_bus(const struct cli *cli);
int verb_send(const struct cli *cli);
int verb_reply(const struct cli *cli);
int verb_cancel(const struct cli *cli);
int verb_inbox(const struct cli *cli);
int verb_show(const struct cli *cli);
int verb_search(const struct cli *cli);
int verb_track(const struct cli *cli);
int verb_status(const struct cli *cli);
int verb_doctor(const struct cli *cli);
int verb_bundle(const struct cli *cli);
int verb_role(const struct cli *cli);

/* Shared between verbs. */

/* Reads the card in FILE ("-": standard input). Returns 0 or an exit code after a sentence. */
int verb_read_card(const struct cli *cli, const char *path, struct card *card);
/* Prints one sent letter's way as verb_track() does; long form with its history for people. */
int verb_print_track(const struct desk *desk, const struct sent *sent, bool history);
/* --wait STAGE [--timeout S] for the letter with this id. Returns 0 when reached, EX_TEMPFAIL when not in time, other codes after a sentence. */
int verb_wait(struct desk *desk, const uint8_t id[static LETTER_ID_SIZE], enum letter_stage wanted, uint64_t timeout_s);
/* Reads --wait and --timeout; returns 0 and wanted = -1 if there is none. */
int verb_wait_options(const struct cli *cli, int *wanted, uint64_t *timeout_s);
/* Makes a filled letter public: as an announcer, or as a witness whose ticket is spent on it. */
int verb_public(const struct cli *cli, struct letter *letter);
/* Lists notices of a type, the board. */
int verb_board(const struct cli *cli, uint8_t type);
/* Prints one notice in full for people, or as the board does in JSON. */
int verb_print_notice(const struct desk *desk, const struct kept_notice *notice);

#endif
