#ifndef BARID_DESK_SERVE_WORKER_H
#define BARID_DESK_SERVE_WORKER_H
/*
 * One request of the keeper at work: a process of its own that runs the verb as `barid --json` would, so that a slow or broken one holds up nobody,
 * and the vault's lock is held no longer than the verb needs it.
 */

#include "node/desk/serve_sessions.h"

#include <sys/types.h>

struct serve_job {
	const struct serve_request *request; /* SERVE_RUN, which was allowed, or SERVE_OPEN */
	const char *home, *post;
	const struct safebox *kept;      /* opens the vault; NULL: the request needs none */
	struct serve_sessions *sessions; /* wiped in the worker, which must not know the others' keys */
};

struct serve_worker {
	pid_t pid;
	int out, err; /* ends of pipes to read from, set not to block; the caller closes */
};

/*
 * Starts it. What it writes on `out` is the verb's standard output, and for SERVE_OPEN a struct safebox. "wipe" runs only with the vault's
 * passphrase, if it has one.
 */
enum err serve_worker_start(const struct serve_job *job, struct serve_worker *out);
/* After both pipes ended: its exit code, EX_SOFTWARE if a signal ended it. */
int serve_worker_end(const struct serve_worker *worker);

#endif
