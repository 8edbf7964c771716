#ifndef BARID_RELIEF_PARTNERS_H
#define BARID_RELIEF_PARTNERS_H
/*
 * Organisations with a database of their own that are told who has which request, and that tell us: sealed letters of type claim (SPEC.md 9, 10),
 * which say nothing to who did not get the request. Their cards are pinned in the vault; a letter of anybody else counts for nothing.
 */

#include "node/relief/claims.h"
#include "node/relief/office.h"

enum { PARTNERS_MAX = 8, PARTNER_WORDS_MAX = 4096, PARTNER_KEPT_S = 7 * 86400 };
enum partner_word { PARTNER_CLAIMED = 1, PARTNER_RELEASED, PARTNER_CLOSED };

/* The identity keys of the partners. */
enum err partners_list(struct reliefdb *db, uint8_t keys[static PARTNERS_MAX][DH_KEY_SIZE], size_t *n);
/* Adds or removes one; ERR_LIMIT: there are PARTNERS_MAX; ERR_NO_FILE: it was none. */
enum err partners_add(struct reliefdb *db, const uint8_t key[static DH_KEY_SIZE]);
enum err partners_remove(struct reliefdb *db, const uint8_t key[static DH_KEY_SIZE]);

/* The newest word of one partner about one request. */
struct partner_said {
	uint8_t claim[CASE_CLAIM_SIZE];
	uint8_t identity[DH_KEY_SIZE];
	uint8_t word; /* enum partner_word */
	uint64_t until, at;
	char who[CASE_OPERATOR_MAX + 1];
};
/* Everything partners said that is still kept. The caller frees it. */
enum err partners_said(struct reliefdb *db, struct partner_said **said, size_t *n);
/* True if it means that the partner has the request now. */
bool partner_has(const struct partner_said *said, uint64_t now);
/* "claimed". */
const char *partner_said_word(uint8_t word);

/* Tells every partner about a case, in letters that wait for the post. Does nothing for a case whose own letter has not come. */
enum err partners_tell(struct office *office, const struct case_file *file, enum partner_word word);
/* Keeps what a partner tells. If it took what we have, ours ends here. Wants to be inside office_begin() and office_commit(). */
enum err partners_take(struct office *office, const struct opened *opened);

#endif
