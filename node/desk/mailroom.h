#ifndef BARID_DESK_MAILROOM_H
#define BARID_DESK_MAILROOM_H
/*
 * Fetching what is new from the post, in batches:
 *
 *	mailroom_start(&room, vault, &link, now);
 *	do {
 *		while ((got = mailroom_next(&room, opened)) == MAILROOM_LETTER)
 *			... keep the letter (keyring_add_received(), or a database transaction) ...
 *		if (got < 0) ... got is an enum err; nothing is lost, the cursor did not move ...
 *		... make durable what was kept outside the vault ...
 *		err = mailroom_settle(&room);      saves the vault with the new cursor, then releases the receipts
 *	} while (err == ERR_OK && got == MAILROOM_MORE);
 *
 * A crash anywhere repeats letters, never loses one: the caller drops ids it has. What concerns the keyring itself (receipts and stage letters for
 * what we sent, cards, notices) is already applied in memory when mailroom_next() returns; letters of every type that were sealed to us are returned,
 * stage letters and cards too.
 */

#include "node/desk/open.h"
#include "node/desk/postlink.h"
#include "node/desk/vault.h"
#include "node/desk/wallet.h"

enum mailroom_got { MAILROOM_DONE = 0, MAILROOM_LETTER = 1, MAILROOM_MORE = 2 };

enum { MAILROOM_BATCH = 256 };

struct mailroom {
	struct vault *vault;
	struct postlink *link;
	uint64_t now;
	uint64_t cursor, store_id; /* where the keyring's will be after settling */
	uint64_t before;           /* the cursor before the letter returned last */
	bool asked;
	bool controls_taken;        /* what has come of cards and revocations was taken before all else */
	bool held;                  /* a letter was refused: the cursor stays before it */
	bool changed;               /* something in the keyring changed */
	enum wallet_result granted; /* of the letter returned last, if it is a grant; then grant is what it holds: wiped by the next call */
	struct grant grant;
	uint16_t letters;
	uint16_t fresh_n; /* receipts of this batch, released by mailroom_settle() */
	struct release fresh[MAILROOM_BATCH];
};

/* now: keyring_turn(). Both borrowed until the last settle. */
void mailroom_start(struct mailroom *room, struct vault *vault, struct postlink *link, uint64_t now);
/* MAILROOM_LETTER: opened is filled; MAILROOM_MORE: a batch is complete, more is waiting: settle and go on; MAILROOM_DONE: complete, settle;
 * negative: enum err. Letters of which keyring_opened_before() is true are not returned again. */
int mailroom_next(struct mailroom *room, struct opened *opened);
/* The letter just returned could not be kept (no room): its receipt is not released, the cursor stays before it, and it is returned again at the next
 * run. */
void mailroom_refuse(struct mailroom *room, const struct opened *opened);
/* Everything returned is durable or in the keyring. Saves the vault, then publishes receipts that are due (an organisation's at once, a person's
 * after 30 to 90 minutes, only for known senders). A failure to publish is not an error: they stay in the keyring. */
enum err mailroom_settle(struct mailroom *room);

#endif
