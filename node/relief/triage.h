#ifndef BARID_RELIEF_TRIAGE_H
#define BARID_RELIEF_TRIAGE_H
/* The order of the queue, the reason shown with every place in it, and what is loud. Only what the sender said, how long it waits and what operators
 * did about it count; nothing is guessed. Pure. */

#include "node/relief/cases.h"

enum { TRIAGE_REASON_MAX = 512, TRIAGE_REASONS_MAX = 12, TRIAGE_LATE_S = 15 * 60 };

/* One reason: words_why() says it. who borrows from the case. */
struct triage_reason {
	const char *code, *who; /* who: "" none */
	uint64_t n;
};
/* Fills at most TRIAGE_REASONS_MAX, the weightiest first, and returns how many. */
size_t triage_reasons(const struct case_file *file, uint64_t now, struct triage_reason out[static TRIAGE_REASONS_MAX]);
/* The reasons in one line. Names of operators stand in it as they are: inert them for a terminal, escape them for HTML. */
void triage_why(const struct case_file *file, uint64_t now, enum words_lang lang, char why[static TRIAGE_REASON_MAX]);

/* 3 red, 2 urgent, 1 need, 0 the rest; -1 exercises and tests, -2 withdrawn. Fills why: "2 red, nobody has looked for 20 min", in English. */
int triage_priority(const struct case_file *file, uint64_t now, char why[static TRIAGE_REASON_MAX]);

enum triage_loud { LOUD_NOT, LOUD_UNTOUCHED, LOUD_RAN_OUT, LOUD_TAKEN };
/* Untouched: somebody is red and nobody did anything about it for TRIAGE_LATE_S. Ran out: a claim's lease did, and the case waits for somebody,
 * unless it is a routine one that was answered. Taken: another organisation's claim made ours void, and nobody has said yet that they know. Never
 * exercises, and nothing withdrawn, closed or merged. */
enum triage_loud triage_loud(const struct case_file *file, uint64_t now);
/* "", "untouched", "ran_out", "taken". */
const char *triage_loud_word(enum triage_loud loud);
/* Seconds since it came, was given back or was reopened without anybody doing anything about it; 0 if somebody did, or it is closed. */
uint64_t triage_untouched(const struct case_file *file, uint64_t now);

/* Sorts: higher priority first, then more red, more yellow, longer waiting; closed ones last. */
void triage_sort(struct case_file *files, size_t n);

#endif
