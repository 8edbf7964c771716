#ifndef BARID_TESTS_SUPPORT_PGCUT_H
#define BARID_TESTS_SUPPORT_PGCUT_H
/* A wire between libpq and the test's PostgreSQL server that is cut at chosen moments: a process of its own that passes bytes on between two sockets.
 * Every connection over it that is not cut works as if it were not there. */

#include <sys/types.h>

struct pgcut {
	pid_t pid;
	char folder[32]; /* for "?host=" */
};

/* moments: one letter for each time the word passes, by which the connection dies: 'b' before the server hears it, 'a' after the server did it and
 * before we hear so, '.' not at all; after the last one never again. word: how a query ends. */
void pgcut_start(struct pgcut *cut, const char *word, const char *moments);
void pgcut_end(struct pgcut *cut);

#endif
