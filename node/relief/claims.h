#ifndef BARID_RELIEF_CLAIMS_H
#define BARID_RELIEF_CLAIMS_H
/*
 * Who has a request that was sealed to several organisations. Each of them names it by the same claim id, which it makes of the letter itself and
 * which says nothing to who did not get it. Organisations in one database decide by one row that the first to claim writes (claims_take()); others
 * tell each other by sealed letters (partners.h) and each comes by claims_loses() to the same answer. Call inside reliefdb_begin() and
 * reliefdb_commit().
 */

#include "node/relief/cases.h"

/* SPEC.md 10: of the letter as it was written by sender. */
void claims_id(const uint8_t sender[static DH_KEY_SIZE], const struct case_letter *letter, uint8_t out[static CASE_CLAIM_SIZE]);
/* False for the zeros of a case whose own letter has not come. */
bool claims_named(const uint8_t id[static CASE_CLAIM_SIZE]);

/* One organisation's claim, for the rule between several. */
struct claims_bid {
	uint64_t at;
	uint8_t identity[DH_KEY_SIZE];
};
/* The rule: the earlier claim wins, of equal ones the lower identity key. True if ours loses against theirs; never both. */
bool claims_loses(const struct claims_bid *ours, const struct claims_bid *theirs);

struct claims_row {
	bool ours; /* of the organisation of this database handle */
	uint64_t at, until;
	char org[LETTER_ORG_MAX + 1], who[CASE_OPERATOR_MAX + 1]; /* "" if it is not told: an organisation whose rows we cannot read */
};
/* Takes or renews: row's until, org, who. won: false if another organisation of this database has it now. ERR_OK in both cases. */
enum err claims_take(struct reliefdb *db, const struct case_file *file, uint64_t now, const struct claims_row *row, bool *won);
enum err claims_release(struct reliefdb *db, const struct case_file *file);
/* Who has it by the row, whether or not the lease still runs; ERR_NO_FILE: nobody. */
enum err claims_look(struct reliefdb *db, const struct case_file *file, struct claims_row *row);

#endif
