#ifndef BARID_NODE_POST_AUTHORITY_H
#define BARID_NODE_POST_AUTHORITY_H
/*
 * Whom this post believes, and what their word makes of a letter (SPEC.md 12). Its owner names organisations by their signing keys; what they sign
 * themselves, through an announcer, or through a ticket that is good, stands above whatever anybody else writes. Revocations, spent tickets and the
 * latest time each organisation signed are kept in the store and committed with the rest. Only the door asks it.
 */

#include "node/post/pools.h"
#include "node/post/store.h"

enum {
	AUTHORITY_ORGANISATIONS_MAX = 64,
	AUTHORITY_TRUST_HOURS = 60 * 24, /* an organisation that no desk and no setting named for so long is not believed any more */
	AUTHORITY_REVOCATIONS_MAX = 4096,
	AUTHORITY_DAYS_OLD = 9, /* a ticket is good until so many days after its day, as far as the post knows what day it is */
};

struct authority;

/* Reads what the store keeps. NULL: out of memory. */
struct authority *authority_open(struct store *store);
/* Takes NULL. */
void authority_free(struct authority *authority);
/* After store_rollback(): reads everything again. */
void authority_reload(struct authority *authority);

enum authority_trusting {
	AUTHORITY_KNEW,
	AUTHORITY_NEWS, /* what is held must be judged again */
	AUTHORITY_FULL, /* it believes as many as it can */
};
/* The owner believes this organisation from now on; says so to the store. hour: store_hour(). */
enum authority_trusting authority_trust(struct authority *authority, const uint8_t signing[static SIGN_KEY_SIZE], uint32_t hour);
/* True if the organisation with this signing key is believed. */
bool authority_trusts(const struct authority *authority, const uint8_t signing[static SIGN_KEY_SIZE]);

/* What a letter is worth here. Changes nothing. held: it is in the store already, and what was believed of it when it came is not made worse by a
 * certificate revoked since. */
struct judgement authority_judge(const struct authority *authority, const struct outside *letter, bool held);

/* Takes note of a letter that is about to be stored as it was judged: the time it was signed, the secrets it revokes, the ticket it spends. out says
 * what else must happen. */
struct authority_effects {
	bool revokes;                        /* letters held may have lost their standing */
	bool displaces;                      /* the ticket was on another letter before, which loses its standing: */
	uint8_t displaced[LETTER_TAG_SIZE];
};
void authority_note(struct authority *authority, const struct outside *letter, const uint8_t *envelope, size_t len, const struct judgement *judgement,
		    uint32_t hour, struct authority_effects *out);
/* Forgets up to a batch of spent tickets, revocations and organisations whose time has come. True if there may be more. */
bool authority_forget(struct authority *authority, uint32_t hour);

/* The lower bound of today's day that no single voice can push by more than a day: the second latest of what the organisations signed and the
 * machine's clock says, or at most a day more. Next to 0: unknown. */
uint16_t authority_day(const struct authority *authority);
/* Says what the machine's clock says; call once a turn. */
void authority_clock(struct authority *authority, uint64_t unix_s);

#endif
