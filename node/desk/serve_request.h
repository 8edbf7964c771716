#ifndef BARID_DESK_SERVE_REQUEST_H
#define BARID_DESK_SERVE_REQUEST_H
/*
 * What the front may ask the keeper, taken apart: foreign bytes, since whoever takes over the front writes them. Says nothing about whether it is
 * allowed (serve_allow.h).
 *
 *   {"id":7,"argv":["safe","--org","Medics"],"session":"...","stdin":"...","passphrase":"..."}   all but id and argv may be missing
 *   {"id":8,"open":{"passphrase":"...","name":"...","again":true},"client":"10.42.0.7"}    name: whose vault, on a box of several people; or none
 *   {"id":9,"lock":true,"session":"..."}    {"id":10,"state":true,"session":"..."}
 */

#include "node/desk/vault.h"
#include "node/web/line.h"

#include <jansson.h>

enum {
	SERVE_WORDS_MAX = LINE_WORDS_MAX,
	SERVE_WORD_SIZE_MAX = LINE_WORD_SIZE_MAX,
	SERVE_SESSION_DIGITS = 32,
	SERVE_CLIENT_MAX = 63, /* bytes: an address, which only slows guessing down */
	SERVE_NAME_MAX = 64,   /* bytes */
};

enum serve_ask { SERVE_RUN, SERVE_OPEN, SERVE_LOCK, SERVE_STATE };

struct serve_request {
	enum serve_ask kind;
	json_int_t id;                          /* 0.. */
	char session[SERVE_SESSION_DIGITS + 1]; /* "" none */
	unsigned words_n;
	const char *words[SERVE_WORDS_MAX]; /* borrow from json */
	char client[SERVE_CLIENT_MAX + 1];  /* which phone asks, as the front says; "" unknown */
	bool again;                         /* "open": who asks sends name and password with each request, and gets the session they opened before */
	const char *name;                   /* whose vault to open, or, of "init", to make; borrows from json; NULL none */
	const char *input;                  /* for the verb's standard input; NULL none */
	bool has_passphrase;
	struct passphrase passphrase;
	json_t *json; /* owned */
};

/* Strict: every member known and of its kind, everything within its bounds. False: not a request, and nothing is to be freed. */
bool serve_request_parse(const char *bytes, size_t len, struct serve_request *out);
/* Wipes. */
void serve_request_free(struct serve_request *request);

#endif
