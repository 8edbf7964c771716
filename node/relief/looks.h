#ifndef BARID_RELIEF_LOOKS_H
#define BARID_RELIEF_LOOKS_H
/* What an operator sees of where and who somebody is, on its way into the audit: once an operator and case, many cases an entry. */

#include "node/relief/office.h"

struct looks {
	char refs[AUDIT_DETAIL_MAX + 1];
	size_t len;
};

/* Notes that the operator is about to see the case of that number, if it is for the first time. Wants to be inside office_begin() and
 * office_commit(). */
enum err looks_note(struct office *office, struct looks *looks, const struct case_file *file);
/* Writes what was noted. */
enum err looks_end(struct office *office, struct looks *looks);

#endif
