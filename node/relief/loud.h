#ifndef BARID_RELIEF_LOUD_H
#define BARID_RELIEF_LOUD_H
/* Red cases that nobody acts on: what stands on top of every page of the console, and in `status`. Real ones only, and merged ones once. */

#include "node/relief/reliefdb.h"

struct loud {
	unsigned n;
	uint32_t number;    /* the one that waits longest; 0 none */
	uint8_t type;       /* its type */
	uint64_t waiting_s; /* for how long */
};

/* Reads every open case; changes nothing. */
enum err loud_read(struct reliefdb *db, uint64_t now, struct loud *out);

#endif
