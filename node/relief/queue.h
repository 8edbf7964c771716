#ifndef BARID_RELIEF_QUEUE_H
#define BARID_RELIEF_QUEUE_H
/* Letters of ours on their way to the post: each is durable here, in the same transaction as what it tells of, until a post has stored it. */

#include "node/desk/compose.h"
#include "node/desk/postlink.h"
#include "node/relief/reliefdb.h"

/* Wants to be inside reliefdb_begin() and reliefdb_commit(). */
enum err queue_add(struct reliefdb *db, const struct composed *composed);
/* How many wait. */
enum err queue_count(struct reliefdb *db, uint64_t *waiting);
/* Hands over what waits, oldest first, each taken out once the post has it. Not inside a transaction. Fills handed with how many went, refused with
 * how many the post will never take (they are dropped). ERR_FULL: the post has no room now; ERR_NO_POST and others: the rest still waits. */
enum err queue_flush(struct reliefdb *db, struct postlink *link, unsigned *handed, unsigned *refused);

#endif
