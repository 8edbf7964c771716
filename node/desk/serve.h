#ifndef BARID_DESK_SERVE_H
#define BARID_DESK_SERVE_H
/*
 * The keeper of `barid serve` and `barid-relief serve`: holds the sessions of those who are in, and runs what the front asks for (serve_kind.h says
 * what that may be), a few requests at once, one of each session. The front is the only one it talks to; it reads nothing from the network.
 */

#include "node/desk/serve_kind.h"
#include "platform/error.h"

struct serve_config {
	const struct serve_kind *kind;
	const char *home, *post;
	const char *people;   /* the folder of several people's vaults (serve_people.h), in place of home; NULL: one person's device */
	unsigned forget_days; /* after so many without being opened a vault of several people's is destroyed; 0 never */
	int line;             /* stream socket to the front; taken */
};

/* Until the front hangs up or a signal says so (ERR_OK); ERR_PROTOCOL: the front spoke nonsense. Sessions are wiped at the end. */
enum err serve_run(const struct serve_config *config);

#endif
