#ifndef BARID_DESK_WALLET_H
#define BARID_DESK_WALLET_H
/*
 * The wallet: tickets, certificates and shares that organisations granted us (SPEC.md 12). It lives in the keyring, and a ticket leaves it for good
 * before the letter it is on leaves the desk. Everything here changes memory only; the caller saves the vault.
 */

#include "node/desk/keyring.h"

/* A ticket taken out of the wallet, and what spends it. Wipe it after use. */
struct wallet_ticket {
	uint8_t bytes[TICKET_SIZE];
	uint8_t seed[SIGN_KEY_SIZE];
};

enum wallet_result {
	WALLET_NONE = 0, /* nothing was tried */
	WALLET_TAKEN,
	WALLET_HAD,     /* nothing in it is new, or its day is over */
	WALLET_FULL,    /* no room for its tickets */
	WALLET_REFUSED, /* not from a pinned organisation about itself, or something in it is not as it should be; nothing was kept */
};

/* Takes the body of a letter of type grant, sealed by the holder of this identity key. Fills grant, also if it is refused but well formed (the caller
 * wipes it). */
enum wallet_result wallet_take(struct keyring *ring, const uint8_t sender[static DH_KEY_SIZE], const uint8_t *bytes, size_t len, struct grant *grant);
/* Forgets tickets of days gone by, certificates that ran out and shares that newer ones replace. By ring->noted. */
void wallet_turn(struct keyring *ring);
/* Wipes tickets and certificates of ours that were revoked, and marks the batches. True if there were any. */
bool wallet_drop_revoked(struct keyring *ring);

/* Tickets of that role and day: how many are left, and of how many. */
unsigned wallet_left(const struct keyring *ring, enum ticket_role role, uint16_t day, unsigned *granted);
enum wallet_wish { WALLET_AS_USUAL = 0, WALLET_ALWAYS, WALLET_NEVER };
/* The role whose ticket a letter of this class takes today; 0 none. Urgent: a medic's, else a marshal's, else a civilian's. Need: a marshal's, else a
 * civilian's. Status: a civilian's while more than a quarter is left. Others none. WALLET_ALWAYS: whichever there is, in the order that spares a
 * medic's unless the letter is urgent. */
enum ticket_role wallet_choose(const struct keyring *ring, enum letter_class class, uint16_t day, enum wallet_wish wish);
/* Takes one ticket of role and day out and wipes its place; which one is random, so that a slot tells nothing. False: there is none. */
bool wallet_spend(struct keyring *ring, enum ticket_role role, uint16_t day, struct wallet_ticket *out);

/* Our share of what revokes this colleague: that of the latest day not after today, else the earliest; NULL: none. Names compare as names do. */
const struct held_share *wallet_share(const struct keyring *ring, const char *colleague);
/* The one that fits somebody else's share: same organisation, colleague and day, another place. */
const struct held_share *wallet_share_beside(const struct keyring *ring, const struct held_share *other);
/* Joins both and steps to today: what a revocation publishes. */
bool wallet_join(const struct keyring *ring, const struct held_share *ours, const struct held_share *theirs, struct revoked *out);

enum { WALLET_SHARE_TEXT = 320 };
/* "BARID:SHARE:" and base32. Fills text, ended by NUL. */
void wallet_share_text(const struct held_share *share, char text[static WALLET_SHARE_TEXT]);
bool wallet_share_parse(const char *text, struct held_share *out);

#endif
