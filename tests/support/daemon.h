#ifndef BARID_TESTS_SUPPORT_DAEMON_H
#define BARID_TESTS_SUPPORT_DAEMON_H
/* A real baridd process, started, asked over its control socket and ended by a benchmark. Whatever goes wrong ends the program with one line. */

#include "node/control.h"
#include "tests/support/letters.h"

#include <sys/types.h>

struct daemon_process {
	pid_t pid;
	int control; /* connected */
	char home[96];
};

/* Fills the store of a post that does not run with letters first..first+count-1, in bursts, as a desk that sends at once. */
void daemon_fill(const char *home, uint32_t first, uint32_t count, struct sample (*letter)(uint32_t number));

/* A TCP port of 127.0.0.1 that nobody uses now. */
unsigned daemon_free_port(void);
/*
 * Starts the baridd that was built beside this program with --home, --lan off and room for any number of letters, waits until it answers. listen,
 * peer: "HOST:PORT" or NULL. Its log goes to DIR/log.
 */
void daemon_start(struct daemon_process *daemon, const char *home, const char *listen, const char *peer);
struct control_status daemon_status(const struct daemon_process *daemon);
/* All letters it holds. */
uint64_t daemon_letters(const struct daemon_process *daemon);
/* Hands it a letter to be sent at once; returns when that is on disk. */
void daemon_submit(const struct daemon_process *daemon, const struct sample *letter);
/* Ends it cleanly and waits for that. */
void daemon_stop(struct daemon_process *daemon);

#endif
