#ifndef BARID_TESTS_SUPPORT_FAKEPOST_H
#define BARID_TESTS_SUPPORT_FAKEPOST_H
/* A post for tests of desks: serves what a test put in, keeps what a desk submits. Runs in a thread; look at it only between requests. */

#include "node/control.h"

#include <pthread.h>

enum { FAKEPOST_LETTERS_MAX = 700 };

struct fakepost_letter {
	uint8_t bytes[ENVELOPE_SIZE_MAX];
	size_t len;
};

struct fakepost {
	char path[64];
	int listener;
	pthread_t thread;
	uint64_t store_id;
	struct fakepost_letter feed[FAKEPOST_LETTERS_MAX]; /* letter i has cursor i + 1 */
	unsigned feed_n;
	struct fakepost_letter submitted[FAKEPOST_LETTERS_MAX];
	unsigned submitted_n;
	enum control_verdict verdict; /* to everything submitted */
	struct control_track track;
	struct control_radios radios;
	bool before_trust;                                 /* the same of this one */
	bool before_radios;                                /* it does not know the request, and hangs up */
	uint8_t trusted[CONTROL_TRUST_MAX][SIGN_KEY_SIZE]; /* what a desk said last */
	unsigned trusted_n;
	unsigned hang_up_after; /* packets of a feed, then the line breaks; 0: never */
};

/* Starts listening at a fresh path. */
struct fakepost *fakepost_start(void);
void fakepost_stop(struct fakepost *post);
void fakepost_put(struct fakepost *post, const uint8_t *envelope, size_t len);

#endif
