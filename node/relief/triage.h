#ifndef BARID_RELIEF_TRIAGE_H
#define BARID_RELIEF_TRIAGE_H
/* The order of the queue, and the reason shown with every place in it. Only what the sender said and how long it waits count; nothing is guessed.
 * Pure. */

#include "node/relief/cases.h"

enum { TRIAGE_REASON_MAX = 160, TRIAGE_LATE_S = 15 * 60 };

/* 3 red, 2 urgent, 1 need, 0 the rest; -1 exercises and tests, -2 withdrawn. Fills why: "2 red, waiting 20 min, nobody has looked". */
int triage_priority(const struct case_file *file, uint64_t now, char why[static TRIAGE_REASON_MAX]);
/* Sorts: higher priority first, then more red, more yellow, longer waiting; closed ones last. */
void triage_sort(struct case_file *files, size_t n);

#endif
