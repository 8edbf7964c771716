#ifndef BARID_RELIEF_CASEVIEW_H
#define BARID_RELIEF_CASEVIEW_H
/* How a case looks: one JSON object, which the inbox, `show` and every export build on, and lines for people. Changes nothing. */

#include "node/relief/answer.h"

#include <jansson.h>
#include <stdio.h>

/* How much of where somebody is goes out. */
enum place_grain { PLACE_AS_WRITTEN, PLACE_COARSE };

/* A dossier with what belongs to showing it. Borrowed. */
struct caseview {
	const struct keyring *ring;
	const struct dossier *dossier;
	uint64_t now;
	enum place_grain grain;
	enum words_lang lang;
	bool history; /* JSON: every letter of the case too */
	/* For exports, NULL none: who has it now, and the case that speaks for it. */
	const char *assigned_org, *assigned_who, *merged_into;
};

/* ref, id, type, created, received, state, priority, why, from, operator, body and the rest; a new reference, NULL without memory. */
json_t *caseview_json(const struct caseview *view);
/* Every letter of the case; a new reference. */
json_t *caseview_letters(const struct caseview *view);
/* True if it says who or where somebody is more exactly than an export without --precise would. */
bool caseview_tells_place(const struct dossier *dossier);
/* When the letter the case is about says it was written. */
uint64_t caseview_created(const struct dossier *dossier);
/* Coarsens places, and withholds what else says where (stop, marking, callback, access) and who (name, father's name, origin). */
void caseview_coarsen(struct letter *letter);

/* Two lines of a list. */
void caseview_print_line(const struct caseview *view, FILE *out);
/* Everything, with the letters both ways. */
void caseview_print(const struct caseview *view, FILE *out);

#endif
