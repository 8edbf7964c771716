#ifndef BARID_DESK_SERVE_H
#define BARID_DESK_SERVE_H
/*
 * The keeper of `barid serve`: holds the sessions of a person's vault, or on a box of several people of each one's own, and runs what the front asks
 * for, a few requests at once, one of each session. The front is the only one it talks to; it reads nothing from the network.
 */

#include "platform/error.h"

struct serve_config {
	const char *home, *post;
	const char *people; /* the folder of several people's vaults (serve_people.h), in place of home; NULL: one person's device */
	int line;           /* stream socket to the front; taken */
};

/* Until the front hangs up or a signal says so (ERR_OK); ERR_PROTOCOL: the front spoke nonsense. Sessions are wiped at the end. */
enum err serve_run(const struct serve_config *config);

#endif
