#ifndef BARID_DESK_PUBLISH_H
#define BARID_DESK_PUBLISH_H
/* What is asked of a public word before it is signed, at a person's table and at a relief desk alike. Each prints one sentence and returns an exit
 * code, 0 if all is well. */

#include "node/desk/cli.h"
#include "node/desk/compose.h"

/* Options that these read, for the tables of verbs. */
#define PUBLISH_OPTIONS "valid go stop-notice cancel-notice complete heartbeat safe "

/* The fields without which nobody could do anything with it. */
int publish_check(const struct cli *cli, const struct letter *letter);
/* What it means to those waiting: what the letter implies, or what was said. Sets the letter's action if it is CANCEL. *said: by an option. */
int publish_verb(const struct cli *cli, struct letter *letter, enum notice_verb *verb, bool *said);
/* Until when it counts: --valid HOURS, at most compose_valid_max(); else six hours after the time it speaks of, else twelve hours, or less if it may
 * not count as long. */
int publish_end(const struct cli *cli, const struct letter *letter, enum notice_verb verb, uint64_t now, uint32_t *not_after);

#endif
