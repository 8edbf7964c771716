#ifndef BARID_RELIEF_INTAKE_H
#define BARID_RELIEF_INTAKE_H
/*
 * Fetching letters from the post into cases. Order at the reader: open, commit in relief.db, and only then let the vault's cursor move and the
 * receipts out (mailroom.h). A crash in between brings a letter again, and it is recognised; no receipt ever speaks of a letter that is not kept.
 */

#include "node/relief/office.h"

struct intake {
	unsigned opened; /* new cases */
	unsigned joined; /* letters that joined one */
	unsigned had;    /* met again after a crash or a new post */
	enum err line;   /* ERR_OK, or why the post could not be asked to the end; what was fetched before is kept */
};

/* Wants no transaction open. An error is one of our own disk: the command should end without saving the vault. */
enum err intake_fetch(struct office *office, struct intake *got);

#endif
