#ifndef BARID_RELIEF_SECTORS_H
#define BARID_RELIEF_SECTORS_H
/*
 * The picture of where help is wanted: open cases by the area their place begins with, never finer. Where somebody wrote coordinates the area is a
 * cell some 5 km wide; where no area can be told the case counts in one without a name. Pure, but for memory.
 */

#include "node/relief/answer.h"
#include "node/relief/place.h"

enum { SECTOR_REFS_MAX = 64 };

struct sector {
	char name[LETTER_LINE_MAX + 1]; /* "" not told */
	char key[LETTER_LINE_MAX + 1];  /* folded: "Sector 4" and "sector ٤" are one */
	bool has_cell, danger;
	struct place_cell cell;
	uint64_t open, loud, claimed, red, yellow, green, dead, people, children;
	uint64_t oldest; /* when the longest waiting one arrived */
	uint64_t types[LETTER_LETTER + 1];
	uint64_t needs, hazards; /* bits of need's sector and of hazards */
	unsigned refs_n;
	char refs[SECTOR_REFS_MAX][REF_TEXT]; /* the first that were added */
	/* the newest public count there; 0 none */
	uint64_t counted, counted_at;
	const char *counted_by; /* borrowed */
};

struct sectors {
	struct sector *sectors;
	size_t n, cap;
};

/* Counts an open case. loud: nobody acts on it though it cannot wait; claimed: somebody has it now. ERR_MEMORY. */
enum err sectors_add(struct sectors *sectors, const struct dossier *dossier, bool loud, bool claimed);
/* What somebody trusted counted in public at a place; ignored where there is no case. */
void sectors_counted(struct sectors *sectors, const char *place, uint64_t people, uint64_t at, const char *by);
/* The greatest danger first, the area without a name last. */
void sectors_sort(struct sectors *sectors);
void sectors_free(struct sectors *sectors);

#endif
