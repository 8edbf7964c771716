#ifndef BARID_RELIEF_EXPORT_AGGREGATE_H
#define BARID_RELIEF_EXPORT_AGGREGATE_H
/*
 * Counts for those who coordinate: who does what where, a row a day, area, kind and state, and nothing anybody wrote. What fewer than
 * AGGREGATE_LEAST cases or people stand behind is not told: few cases of an area go into the row of the rest, and a count of 1 to 4 is left empty,
 * for it would point at somebody.
 */

#include "node/relief/answer.h"

#include <stdio.h>

enum { AGGREGATE_LEAST = 5 };

struct aggregate;

/* NULL without memory. */
struct aggregate *aggregate_new(void);
void aggregate_free(struct aggregate *aggregate);
/* Counts a case. ERR_MEMORY: it is not counted. */
enum err aggregate_add(struct aggregate *aggregate, const struct dossier *dossier);
/* Writes the table, as CSV with HXL tags. organisation: whose counts they are. */
void aggregate_write(struct aggregate *aggregate, const char *organisation, FILE *out);

#endif
