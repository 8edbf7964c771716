#ifndef BARID_DESK_BOARD_H
#define BARID_DESK_BOARD_H
/*
 * What public notices are worth right now, beside each other (SPEC.md 10). An organisation counts once, whether its own key speaks or its
 * announcers'. Two are needed to go, one is enough to stop; witnesses are counted and shown, and decide nothing. Verbs print this; here nothing is
 * printed and no clock is read.
 */

#include "node/desk/keyring.h"

enum { BOARD_CLAIM_MAX = 96, BOARD_CLAIMS_MAX = 16, BOARD_SILENT_S = 3 * 3600 + 15 * 60 };

enum board_state {
	BOARD_CURRENT,
	BOARD_EXPIRED,
	BOARD_SUPERSEDED,
	BOARD_CANCELLED,
	BOARD_CONFLICT,    /* the issuer signed two, or somebody trusted says the opposite */
	BOARD_UNCONFIRMED, /* GO, SAFE or COMPLETE that only one organisation signed */
};

enum board_role { BOARD_ORGANISATION, BOARD_ANNOUNCER, BOARD_WITNESS };

/* The newest notice of one speaker on one topic. */
struct board_word {
	const struct kept_notice *notice; /* borrows from the ring */
	const char *organisation;         /* whose voice, or whose ticket; NULL: nobody trusted here */
	enum board_role role;
	bool revoked;                /* the signer's certificate or ticket was revoked after the notice had come */
	bool expired;                /* now is after until */
	uint64_t said;               /* when it was issued, but not after it came */
	uint64_t until;              /* its not_after, cut to compose_valid_max() after said */
	uint8_t status;              /* enum letter_status: an exercise has no bearing on what is real, nor the other way round */
	uint64_t people;             /* of a headcount */
	char claim[BOARD_CLAIM_MAX]; /* what it says happened, inert: "turned_back", "shelling", "4000 people"; "" nothing */
};

/* Everything the ring holds, taken in at one time. Allocate with board_new(). */
struct board {
	struct keyring *ring;
	uint64_t now;
	unsigned n;
	struct board_word words[KEYRING_NOTICES_MAX]; /* in the order of the ring */
};

/* What witnesses say happened, and how many tickets say so. */
struct board_claim {
	const char *claim; /* borrows from the board */
	unsigned count;
};

/* Borrows the ring, which must not change meanwhile. now: keyring_time(). NULL without memory. */
struct board *board_new(struct keyring *ring, uint64_t now);
void board_free(struct board *board);

enum board_state board_state(const struct board *board, const struct board_word *word);
/* Two words on one matter: same type and topic, both real or both of an exercise. */
bool board_same_topic(const struct board_word *word, const struct board_word *other);
/* True if other, of another organisation, says the same and counts. */
bool board_confirms(const struct board_word *word, const struct board_word *other);
/* True if other says the opposite and has not expired. A witness's word contradicts too, though it changes no state. */
bool board_contradicts(const struct board_word *word, const struct board_word *other);
/* What unexpired witnesses say on the word's topic; beside COMPLETE also the counts of people still there. Most said first; returns how many. */
unsigned board_witnesses(const struct board *board, const struct board_word *word, struct board_claim claims[static BOARD_CLAIMS_MAX]);
/* When an organisation was last heard to sign anything: a notice, its announcer's, its card. 0 never. */
uint64_t board_last_word(const struct board *board, const struct pinned_org *org);

const char *board_state_word(enum board_state state);
/* "go", "stop", ... */
const char *board_verb_word(enum notice_verb verb);
/* "organisation", "announcer", "witness" */
const char *board_role_word(enum board_role role);

#endif
