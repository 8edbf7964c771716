#ifndef BARID_DESK_SERVE_ALLOW_H
#define BARID_DESK_SERVE_ALLOW_H
/*
 * Which command lines the keeper runs for the front: a table of verbs, their words and their options. Nothing that names a file, a socket or a
 * descriptor, that waits, or that speaks for an organisation. Pure.
 */

#include "node/desk/serve_request.h"

enum serve_need {
	SERVE_ANYBODY, /* runs without a session */
	SERVE_PERSON,  /* only in a session */
};

struct serve_allowed {
	const char *verb;
	const char *options;  /* separated by spaces */
	const char *lines[6]; /* the words after the verb: a word as it stands, "*" for any that is no option, "@" for an id; ended by NULL */
	enum serve_need need;
	bool takes_passphrase;
};

/* The row a command line fits, NULL if it is not allowed. */
const struct serve_allowed *serve_allow(const struct serve_request *request);
/* The n-th row, NULL after the last; for tests. */
const struct serve_allowed *serve_allow_row(unsigned n);

#endif
