#ifndef BARID_RELIEF_ONCE_H
#define BARID_RELIEF_ONCE_H
/*
 * A command line that may come twice and is to be done once (--once KEY): the key is kept in the transaction of what it did, with a hash of the
 * command line, and beside it what was answered. Kept for a day. Whoever uses a key for another command line is refused.
 */

#include "node/desk/cli.h"
#include "node/relief/reliefdb.h"

enum { ONCE_KEY_MAX = 80, ONCE_KEPT_S = 86400, ONCE_ANSWER_MAX = RELIEFDB_ROW_MAX - 64 };

enum once { ONCE_NEW, ONCE_DONE, ONCE_OTHER }; /* never seen; done before; used for something else */

/* "a-z0-9" and more: 8 to ONCE_KEY_MAX printable bytes of ASCII. */
bool once_key_ok(const char *key);
/* What is known of the key of a command line that has one. Done: fills the answer, "" if it was not kept in time. */
enum err once_look(struct reliefdb *db, const struct cli *cli, enum once *once, char answer[static ONCE_ANSWER_MAX + 1]);
/* Inside the transaction of what the command line does. */
enum err once_note(struct reliefdb *db, const struct cli *cli, uint64_t now);
/* What was answered, inside a transaction of its own. One that is too long is not kept. */
enum err once_answer(struct reliefdb *db, const struct cli *cli, const char *answer, size_t len);
/* Forgets those older than a day, inside a transaction. */
enum err once_forget(struct reliefdb *db, uint64_t now);

#endif
