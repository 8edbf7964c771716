#ifndef BARID_DESK_SERVE_ALLOW_H
#define BARID_DESK_SERVE_ALLOW_H
/*
 * Which command lines a keeper runs for its front: a table of verbs, their words and their options. Nothing that names a file, a socket or a
 * descriptor, that waits, or that speaks for an organisation. Pure.
 */

#include "node/desk/serve_request.h"

struct serve_kind;

enum serve_way {
	SERVE_PLAIN,
	SERVE_PASSPHRASE, /* takes one */
	SERVE_TEXT,       /* what it prints is handed on as it stands, not as JSON */
};

enum serve_need {
	SERVE_ANYBODY, /* runs without a session */
	SERVE_PERSON,  /* only in a session */
};

struct serve_allowed {
	const char *verb;     /* a table ends with NULL */
	const char *options;  /* separated by spaces */
	const char *lines[8]; /* the words after the verb: a word as it stands, "*" for any that is no option, "@" for an id; ended by NULL */
	enum serve_need need;
	enum serve_way way;
};

/* The row a command line fits, NULL if it is not allowed. */
const struct serve_allowed *serve_allow(const struct serve_kind *kind, const struct serve_request *request);

/* Whether what it prints is a text, to be handed on as it stands. */
bool serve_allow_text(const struct serve_kind *kind, const struct serve_request *request);
/* Bytes it may print: a text is whole or nothing; of a list, which begins with what matters most, what fits is handed on. */
size_t serve_allow_output(const struct serve_kind *kind, const struct serve_request *request);

#endif
