#ifndef BARID_RELIEF_PURGE_H
#define BARID_RELIEF_PURGE_H
/* The end of a case's retention: what it held is erased, its letters, notes, links and who looked. The feed and the audit keep its name, and nothing
 * else does. */

#include "node/relief/cases.h"

/* True if the case was closed at least so many days ago. */
bool purge_due(const struct case_file *file, uint64_t days, uint64_t now);
/* Erases it, and tells the feed. Wants to be inside reliefdb_begin() and reliefdb_commit(), with the audit that says so. */
enum err purge_case(struct reliefdb *db, const struct case_file *file, uint64_t now, const char *who);

#endif
