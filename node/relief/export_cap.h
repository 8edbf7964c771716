#ifndef BARID_RELIEF_EXPORT_CAP_H
#define BARID_RELIEF_EXPORT_CAP_H
/*
 * OASIS CAP 1.2: what organisations trusted here say in public about transport and dangers, for warning systems. Nothing that came sealed is ever in
 * it, nor the word of a witness, which decides nothing. A document of CAP holds one alert: one is written as it is, several (or none) as an Atom feed
 * with an alert in each entry.
 */

#include "node/desk/board.h"
#include "node/relief/reliefdb.h"

#include <stdio.h>

struct export_cap {
	struct reliefdb *db;  /* what came before: noticelog.h */
	struct board *board;  /* borrowed */
	struct keyring *ring; /* ours, for the feed's name */
	bool exercise;        /* exercises and tests, and nothing else */
	uint64_t now;
};

/* How many alerts would be written. */
size_t export_cap_count(const struct export_cap *cap);
/* Writes them all. ERR_DAMAGED, ERR_MEMORY or of the database; a failed write shows in the stream. */
enum err export_cap_write(const struct export_cap *cap, FILE *out);

#endif
