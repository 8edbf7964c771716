#ifndef BARID_DESK_OUTBOX_H
#define BARID_DESK_OUTBOX_H
/* Handing letters to the post so that none is lost: first into the vault, then to the post, then marked saved. What the post did not take waits in
 * the vault. */

#include "node/desk/compose.h"
#include "node/desk/postlink.h"
#include "node/desk/vault.h"

/* Puts a composed letter into the vault and saves it. *out borrows from the keyring. ERR_FULL: every letter there is unfinished. */
enum err outbox_add(struct vault *vault, const struct sent *sent, uint64_t now, struct sent **out);
/* Submits one pending letter; on ERR_OK it is saved (at[STAGE_SAVED] set) and the vault too. ERR_FULL: the post has no room. ERR_NO_POST and others:
 * still pending. */
enum err outbox_submit(struct vault *vault, struct postlink *link, struct sent *sent, uint64_t now);
/* Submits everything pending, oldest first. Fills the number handed over (may be NULL). */
enum err outbox_flush(struct vault *vault, struct postlink *link, uint64_t now, unsigned *handed);
/* Tells the post at the other end of an open link whom this vault trusts: its pinned organisations, and its own if it is one. A post from before
 * there was trust hangs up: the link is opened anew at path. ERR_OK too if there is nobody to name; ERR_FULL: the post cannot keep all of them. */
enum err outbox_trust(const struct vault *vault, struct postlink *link, const char *path);
/* Submits something that needs no tracking: receipts, notices, cards. */
enum err outbox_publish(struct postlink *link, const struct composed *composed, uint8_t flags);

#endif
