#ifndef BARID_DESK_SERVE_BOX_H
#define BARID_DESK_SERVE_BOX_H
/*
 * Whose vault a request of the front is about, on one person's device and on a box of several people, and how guessing is slowed. The keeper calls;
 * nothing here comes from the front but a name, a session's token and which phone asks.
 */

#include "node/desk/serve_sessions.h"
#include "platform/clock.h"

struct serve_box {
	bool named;                         /* several people, each by their name */
	bool apart;                         /* each with a vault of their own */
	const char *home;                   /* where the one vault is; else not used; borrowed */
	struct serve_people people;         /* of many; of those with one vault only the key, by which names are told apart */
	struct serve_tries vaults, clients; /* guesses at each vault, and of each phone */
	uint64_t forget_ms;                 /* when it is next looked which vaults are old */
};

/* Whether it takes the vault's passphrase once more, whoever has a session: it could have been found unlocked. */
bool serve_box_asks_again(const struct serve_request *request);
/* Whether its result says that a passphrase was right or wrong. */
bool serve_box_is_guess(const struct serve_request *request);
/* Whether it has to wait its turn: guesses, and, where there are many people, beginning, which takes room and tells whether a name is taken. */
bool serve_box_slows(const struct serve_box *box, const struct serve_request *request);
/* Seconds until a request that is slowed is taken; 0 now. */
uint64_t serve_box_wait(const struct serve_box *box, const struct serve_request *request, const char *folder, uint64_t now_ms);
/* Whether a wrong opening was counted where the secret is kept, as the worker says with len bytes; fills what it has to wait for the next. */
bool serve_box_counted(const struct serve_request *request, int code, const void *bytes, size_t len, uint64_t *wait_s);
/* What came of it. A right guess ends no waiting of the phone's: else whoever has a vault could guess at others' without end. */
/* counted: the guess was, where the secret is kept. */
void serve_box_note(struct serve_box *box, const struct serve_request *request, const char *folder, int code, bool counted, uint64_t now_ms);
/* Fills the folder of the vault that a request is about: that of its session (NULL: it has none), or of the name it opens or makes; "" of none.
 * False: it needs a name and has none that is one. */
bool serve_box_folder(const struct serve_box *box, const struct serve_request *request, const struct serve_session *session,
		      char folder[static SERVE_FOLDER_DIGITS + 1]);
/* Where that vault is. What is nobody's and not to be made is tried all the same, so that it takes as long. False: the path is too long. */
bool serve_box_home(const struct serve_box *box, const char *folder, bool making, char home[static FILES_PATH_MAX]);
/* Why a request is not taken on this box, as a sentence: who begins, or changes the secret number, by what is none; NULL: it is taken. */
const char *serve_box_refuses(const struct serve_box *box, const struct serve_request *request, const char *folder);

/* Looks, if it is time again, which vaults nobody opened for so many days; 0 none. Returns the moment to call again (boot_ms), UINT64_MAX: never. */
uint64_t serve_box_forget(struct serve_box *box, unsigned days, struct moment now);

#endif
