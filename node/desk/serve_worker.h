#ifndef BARID_DESK_SERVE_WORKER_H
#define BARID_DESK_SERVE_WORKER_H
/*
 * One request of the keeper at work: a process of its own that runs the verb as the program with --json would, so that a slow or broken one holds up
 * nobody, and the vault's lock is held no longer than the verb needs it.
 */

#include "node/desk/serve_kind.h"

#include <sys/types.h>

struct serve_worker {
	pid_t pid;
	int out, err; /* ends of pipes to read from, set not to block; the caller closes */
};

/*
 * Starts it. What it writes on `out` is the verb's standard output, and for SERVE_OPEN a struct serve_opened.
 */
enum err serve_worker_start(const struct serve_job *job, struct serve_worker *out);
/* After both pipes ended: its exit code, EX_SOFTWARE if a signal ended it. */
int serve_worker_end(const struct serve_worker *worker);

#endif
