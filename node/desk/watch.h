#ifndef BARID_DESK_WATCH_H
#define BARID_DESK_WATCH_H
/*
 * What `barid serve` and `barid-relief serve` are: opens the socket, then starts the front and the keeper and watches over both. It holds no secret
 * itself, so that what it starts again after one ended knows none either.
 */

#include "node/desk/serve_kind.h"
#include "node/web/front.h"

struct watch_config {
	const char *listen;        /* where, unless --listen says */
	struct front_config front; /* site, portal and package; the rest is filled */
	const struct serve_kind *kind;
	const char *people; /* as struct serve_config has it */
};

/* Until a signal says that it is enough. Says where it listens. Returns an exit code, after a sentence if it is not 0. */
int watch_serve(const struct cli *cli, const struct watch_config *config);

#endif
