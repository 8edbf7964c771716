#ifndef BARID_RELIEF_MERGE_H
#define BARID_RELIEF_MERGE_H
/*
 * Two cases that tell of one event: a person says so, never the machine, and can take it back. The merged case keeps its letters, its sender and its
 * ref; the one it was merged into speaks for both: it stands in the queue, shows the letters of both, and whoever answers it answers both senders.
 * What changes something wants to be inside reliefdb_begin() and reliefdb_commit().
 */

#include "node/relief/answer.h"

enum { MERGE_MEMBERS_MAX = 16, MERGE_NEAR_S = 2 * 3600, MERGE_SUGGESTIONS_MAX = 8 };

/* The case that speaks for this one: itself, or the one it was merged into. */
enum err merge_root(struct reliefdb *db, const struct case_file *file, struct case_file *root);
/* Fills the numbers of the cases merged into one, lowest first. */
enum err merge_members(struct reliefdb *db, uint32_t number, uint32_t members[static MERGE_MEMBERS_MAX], size_t *n);
/* Merges file, with whatever was merged into it, into root, which was merged into none; saves file. ERR_LIMIT: root would speak for more than
 * MERGE_MEMBERS_MAX. */
enum err merge_join(struct reliefdb *db, struct case_file *file, const struct case_file *root);
/* Takes it back for this one case; saves file, which waits for somebody again unless it was closed. */
enum err merge_part(struct reliefdb *db, struct case_file *file, uint64_t now);
/* A letter came for file: the case that speaks for it stirs, and is open again if it was closed, unless the letter is a withdrawal. */
enum err merge_stir(struct reliefdb *db, const struct case_file *file, bool withdrawal, uint64_t now);

/* Takes the merged ones out of a list and lets those that speak for them weigh as the worst of them, wait as the longest and count their unread
 * letters. Returns how many are left; the order stays. */
size_t merge_fold(struct case_file *files, size_t n);

/* A case that may tell of the same event. */
struct merge_suggestion {
	uint32_t number;
	uint8_t type;
	unsigned minutes; /* between the two */
	char area[LETTER_LINE_MAX + 1];
};
/* Open cases of the same type in the same area, written within MERGE_NEAR_S of this one, nearest in time first; exercises beside exercises only. */
enum err merge_suggest(struct reliefdb *db, const struct dossier *dossier, struct merge_suggestion out[static MERGE_SUGGESTIONS_MAX], size_t *n);
/* The rule itself: true if the two may be one event. Fills out but for number and type. Pure. */
bool merge_alike(const struct dossier *one, const struct dossier *other, struct merge_suggestion *out);

#endif
