#ifndef BARID_DESK_SERVE_KIND_H
#define BARID_DESK_SERVE_KIND_H
/*
 * What tells one keeper from another: that of `barid serve`, which opens people's vaults (serve_barid.c), and that of `barid-relief serve`, where
 * operators have accounts and the organisation's keys are held once (node/relief/serve_relief.c). What a keeper does with it stands in serve.c.
 */

#include "crypto/safebox.h"
#include "node/desk/serve_allow.h"
#include "node/desk/verbset.h"

enum { SERVE_PERSON_MAX = 512, SERVE_SEAT_MAX = 96 };

/* What came of opening; from a worker to the keeper as it is. Wiped where it ends. */
struct serve_opened {
	struct safebox kept;           /* opens the vault again */
	char person[SERVE_PERSON_MAX]; /* who that is, a JSON object for the front; "" it need not know */
	uint8_t seat[SERVE_SEAT_MAX];  /* the same for the workers of this kind; the keeper only keeps it */
	/* Of a wrong opening, if it was counted where the secret is kept, so that the keeper does not: seconds until the next try. */
	bool counted;
	uint64_t wait_s;
};

/* One request at work, in a process of its own. */
struct serve_job {
	const struct serve_kind *kind;
	const struct serve_request *request; /* SERVE_RUN, which was allowed, or SERVE_OPEN */
	const char *home, *post;
	const struct serve_opened *opened; /* NULL: the request needs none */
	bool is_turn;                      /* the keeper's own */
	void (*forget)(void *owner);       /* called in the worker first: it must not know the keys of others */
	void *owner;
};

struct serve_turn {
	const char *words[6]; /* ended by NULL */
};

struct serve_kind {
	const struct verbset *verbs;
	const struct serve_allowed *allowed; /* ended by a verb of NULL */
	bool named;                          /* several people, each by their name */
	bool apart;                          /* each with a vault of their own (serve_people.h); else all with that in home */
	int gone_code;                       /* a worker's exit code that says: what was opened is no good any more */
	uint64_t idle_ms;                    /* a session that asks nothing for so long is locked */
	/* Command lines, one run by the keeper itself every so often while somebody's opening is held: no session's end ends that. Ended by one
	 * without words; NULL: none. */
	const struct serve_turn *turns;
	uint64_t turn_ms;
	const char *lock; /* the verb that ends every session and what is held; NULL none */
	/* Seconds to wait after so many wrong tries at a name, as it is with those that are counted elsewhere; NULL: as with vaults. */
	uint64_t (*delay_s)(uint64_t wrong);
	/* In a worker, its files in place. Each prints what is wrong and returns an exit code. run: what stands in arguments, n of them, with room
	 * for one more. */
	int (*open)(const struct serve_job *job, struct serve_opened *opened);
	int (*run)(const struct serve_job *job, int n, char **arguments);
};

/* Of a person's own device, and of a box of several people. */
extern const struct serve_kind serve_barid, serve_barid_box;

#endif
