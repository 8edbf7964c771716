#ifndef BARID_RELIEF_RELIEFDB_SCHEMA_H
#define BARID_RELIEF_RELIEFDB_SCHEMA_H
/* The tables themselves, and how they were before: for reliefdb.c and the verb `db`, nobody else. Holds no row. */

#include "node/relief/reliefdb.h"

/* Makes every table of RELIEFDB_VERSION. */
extern const char reliefdb_schema[];

struct reliefdb_table {
	const char *name, *columns;
	const char *kinds; /* of each column: b bytes, n number, t text */
	int org;           /* which column is the organisation */
};
/* Those with an organisation in them but `orgs`, parents before children; ended by a name of NULL. */
extern const struct reliefdb_table reliefdb_tables[];

/* From version 1 or 2 to 3, inside a transaction: the rows become those of this vault's organisation. */
enum err reliefdb_raise(struct reliefdb *db, int64_t version);

/* What would be lost on the way back to version 2: n of RELIEFDB_LOSSES kinds, in words. */
enum { RELIEFDB_LOSSES = 6 };
struct reliefdb_loss {
	const char *what;
	int64_t count;
};
enum err reliefdb_losses(struct reliefdb *db, struct reliefdb_loss out[static RELIEFDB_LOSSES], size_t *n);
/* From version 3 of an SQLite file back to 2, in a transaction of its own; whoever else has it open must not go on. */
enum err reliefdb_lower(struct reliefdb *db);

/* Every row of the organisation, from one database that stands in a transaction to another, in a transaction of its own. ERR_LIMIT: it has rows there
 * already. */
enum err reliefdb_copy(struct reliefdb *to, struct reliefdb *from);

/* Runs statements whose one value is the organisation. */
enum err reliefdb_run_all(struct reliefdb *db, const char *const *texts, size_t n);

#endif
