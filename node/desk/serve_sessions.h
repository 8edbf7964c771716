#ifndef BARID_DESK_SERVE_SESSIONS_H
#define BARID_DESK_SERVE_SESSIONS_H
/*
 * Who has unlocked the vault, and for how long: a table of sessions, each with what opens the vault again, and what slows down guessing. Reads no
 * clock: moments are milliseconds since the machine started.
 */

#include "node/desk/serve_kind.h"
#include "node/desk/serve_people.h"

enum {
	SERVE_SESSIONS_MAX = 64,
	SERVE_PROOF_SIZE = 32,
	SERVE_FREE_TRIES = 3,    /* wrong passphrases before waiting begins; one may mistype */
	SERVE_DELAY_MAX_S = 300, /* a neighbour who guesses on purpose must not keep the owner out for long */
	SERVE_WHO_MAX = SERVE_CLIENT_MAX + 1,
	SERVE_TRIED_MAX = 256,           /* vaults and clients whose guesses are remembered, of each */
	SERVE_TRIED_MS = 60 * 60 * 1000, /* and so long after the last */
};

struct serve_session {
	char token[SERVE_SESSION_DIGITS + 1]; /* "" free */
	char folder[SERVE_FOLDER_DIGITS + 1]; /* whose vault it opens on a box of several people (serve_people.h); "" elsewhere */
	struct serve_opened opened;
	uint8_t proof[SERVE_PROOF_SIZE]; /* of the name and password that opened it, for who sends them each time; zero: none */
	uint64_t used_ms;
	bool used_again; /* it asked for something after it was opened */
	bool busy;       /* a worker runs for it */
};

struct serve_sessions {
	uint64_t idle_ms; /* of the kind */
	struct serve_session list[SERVE_SESSIONS_MAX];
};

/* Opens a session under a fresh token for the vault of a folder; copies opened. When the table is full the one that asked least lately goes, those
 * that never asked again before the others, one that is busy never. NULL: all are busy. */
struct serve_session *serve_sessions_open(struct serve_sessions *sessions, const char *folder, const struct serve_opened *opened, uint64_t now_ms);
/* The session that the same name and password opened and that asks for them again; NULL: none. */
struct serve_session *serve_sessions_proven(struct serve_sessions *sessions, const uint8_t proof[static SERVE_PROOF_SIZE], uint64_t now_ms);
/* By its token; a session that has been idle too long is locked, and NULL. */
struct serve_session *serve_sessions_find(struct serve_sessions *sessions, const char *token, uint64_t now_ms);
/* Forgets its key. */
void serve_sessions_lock(struct serve_session *session);
void serve_sessions_lock_all(struct serve_sessions *sessions);
/* Those of one vault. */
void serve_sessions_lock_folder(struct serve_sessions *sessions, const char *folder);
/* Locks what has been idle too long. Returns when to call again, UINT64_MAX: not before another is opened. */
uint64_t serve_sessions_expire(struct serve_sessions *sessions, uint64_t now_ms);

/* Guesses at one vault. Zeroed: none yet. */
struct serve_guesses {
	unsigned wrong;
	uint64_t not_before_ms;
};

/* Seconds until the next guess is taken, 0: now. */
uint64_t serve_guesses_wait(const struct serve_guesses *guesses, uint64_t now_ms);
/* After the free tries each wrong one doubles the wait. A right one forgets them. delay_s: seconds after so many; NULL as said. */
void serve_guesses_note(struct serve_guesses *guesses, bool right, uint64_t now_ms, uint64_t (*delay_s)(uint64_t wrong));

/* The guesses at many vaults, or of many clients, by a name that says nothing here. Zeroed: none yet. */
struct serve_tried {
	char who[SERVE_WHO_MAX + 1]; /* "" free */
	struct serve_guesses guesses;
	uint64_t used_ms;
};

struct serve_tries {
	uint64_t (*delay_s)(uint64_t wrong); /* as in serve_guesses_note() */
	struct serve_tried list[SERVE_TRIED_MAX];
};

/* Seconds until the next guess is taken from, or at, whoever it is. */
uint64_t serve_tries_wait(const struct serve_tries *tries, const char *who, uint64_t now_ms);
/* A wrong guess, or, with right, an end of the waiting. When the table is full the one with the fewest wrong ones is forgotten. */
void serve_tries_note(struct serve_tries *tries, const char *who, bool right, uint64_t now_ms);

#endif
