#ifndef BARID_RELIEF_NOTES_H
#define BARID_RELIEF_NOTES_H
/* What operators wrote down about a case, and what was done with it: sealed rows that only grow, shown with the case and never sent to anybody. */

#include "node/relief/cases.h"

enum note_kind {
	NOTE_TEXT, /* an operator's own words */
	NOTE_OPENED,
	NOTE_CLAIMED,
	NOTE_RELEASED,
	NOTE_RAN_OUT,
	NOTE_ASSIGNED,
	NOTE_REPLIED,
	NOTE_VERIFIED,
	NOTE_MERGED,
	NOTE_UNMERGED,
	NOTE_CLOSED,
	NOTE_REOPENED,
	NOTE_TAKEN,
	NOTE_PARTNER, /* another organisation told us something about it */
	NOTE_KINDS,
};

enum { NOTE_TEXT_MAX = 2000, NOTES_MAX = 2000 };

struct note {
	uint64_t at; /* our time */
	enum note_kind kind;
	char by[CASE_OPERATOR_MAX + 1]; /* "" the machine */
	char text[NOTE_TEXT_MAX + 1];
};

/* "claimed". */
const char *note_word(enum note_kind kind);
/* Adds one to a case. text: at most NOTE_TEXT_MAX bytes count. Wants to be inside reliefdb_begin() and reliefdb_commit(). */
enum err notes_add(struct reliefdb *db, uint32_t number, const struct note *note);
/* Fills an array of the oldest NOTES_MAX, as they came; the caller frees it. */
enum err notes_list(struct reliefdb *db, uint32_t number, struct note **notes, size_t *n);

#endif
