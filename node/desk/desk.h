#ifndef BARID_DESK_DESK_H
#define BARID_DESK_DESK_H
/* One run of `barid` at the table: vault open, post reached if it answers, mail fetched. The verbs (verbs.h) work with this. */

#include "node/desk/cli.h"
#include "node/desk/compose.h"
#include "node/desk/mailroom.h"

struct desk {
	const struct cli *cli;
	struct vault vault;
	struct keyring *ring; /* vault.ring */
	struct postlink link;
	enum err post; /* ERR_OK: link is open */
	uint64_t now;  /* keyring_time() */
	bool changed;  /* in memory, by desk_ask() */
	struct passphrase passphrase;
};

/* Opens the vault, believes or disbelieves the clock, dials the post, hands over what waited. A post that does not answer is no failure here. Returns
 * 0 or an exit code after a sentence; on 0 call desk_close(). */
int desk_open(struct desk *desk, const struct cli *cli);
void desk_close(struct desk *desk);
/* The post believes whom this desk's owner trusts. desk_open() has done it: call it after a change. A post that cannot keep all of it is no failure,
 * but is said. */
enum err desk_tell_trust(struct desk *desk);
/* Says in a sentence what a grant brought, or why nothing of it was kept; nothing for one that was known. */
void desk_say_grant(const struct desk *desk, enum wallet_result result, const struct grant *grant);
/* Gets everything new from the post into the vault. Returns 0, also if the post does not answer (said in a sentence), else an exit code. */
int desk_fetch(struct desk *desk);
/* Asks the post about a letter of ours; changes it in memory. */
void desk_ask(struct desk *desk, struct sent *sent);
/* Saves what desk_ask() changed. Returns 0 or an exit code after a sentence. */
int desk_keep(struct desk *desk);
/* Lets go of vault and lock, waits up to timeout_ms for news at the post, and opens again: pointers into the ring are void after it. Returns 0 or an
 * exit code. */
int desk_wait(struct desk *desk, uint32_t timeout_ms);
/* Sentence for a post that did not answer; returns EX_UNAVAILABLE. */
int desk_no_post(const struct desk *desk);

struct desk_found {
	struct sent *sent;
	struct received *received;
	struct kept_notice *notice;
};
/* Finds what an id prefix means. Returns 0 and exactly one of them not NULL, or an exit code after a sentence (EX_USAGE: no prefix, or more than one
 * fits; 1: nothing fits). */
int desk_find(struct desk *desk, const char *prefix, struct desk_found *found);

/* Name to show for an identity key: contact, organisation, "unknown 12345 ...". */
void desk_name(const struct desk *desk, const uint8_t key[static DH_KEY_SIZE], char out[static CARD_NAME_MAX + 1]);
/* The card a stranger sent along with a letter of theirs; false if none is here. Nobody but they themselves vouches for it. */
bool desk_introduced(const struct desk *desk, const uint8_t key[static DH_KEY_SIZE], struct card *card);
/* Who vouches for the writer of a letter: "medic", "marshal", "civilian"; "no"; "twice" for a ticket seen on another letter too; "unknown" for one of
 * an organisation not trusted here. ticket: enum received_ticket; role: enum ticket_role. */
const char *desk_verified_word(unsigned ticket, unsigned role);
const char *desk_role_word(unsigned role);
/* "contact", "organisation", "unknown", "self". */
const char *desk_sender_word(enum sender_kind kind);

#endif
