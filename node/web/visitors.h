#ifndef BARID_WEB_VISITORS_H
#define BARID_WEB_VISITORS_H
/*
 * The browsers that were here lately: each is known by a cookie, and has a session of the keeper's once it unlocked the vault, tokens for the forms
 * it was shown, and drafts, what it wanted to send and could not yet. Bounded, so that nobody's coming makes room scarce for those who use it: who
 * came once and never again goes first. Reads no clock.
 */

#include "node/web/form.h"

#include <stdint.h>

enum {
	VISITORS_MAX = 64,
	VISITOR_FORMS_MAX = 24, /* tokens of one visitor: the oldest is forgotten */
	VISITOR_DIGITS = 32,
	VISITOR_DRAFTS_MAX = 4,
	VISITOR_PATH_MAX = 160,
	VISITOR_NAME_MAX = 64,            /* bytes */
	VISITOR_IDLE_MS = 60 * 60 * 1000, /* after that the drafts are gone too */
};

enum visitor_token { TOKEN_UNKNOWN, TOKEN_FRESH, TOKEN_UNDER_WAY, TOKEN_DONE };

struct visitor_form {
	char token[VISITOR_DIGITS + 1]; /* "" none */
	enum visitor_token state;
	char led_to[VISITOR_PATH_MAX]; /* once it is done */
};

struct visitor_draft {
	char path[VISITOR_PATH_MAX]; /* the page it waits for; "" none */
	struct form form;
};

struct visitor {
	char cookie[VISITOR_DIGITS + 1];  /* "" free */
	char session[VISITOR_DIGITS + 1]; /* the keeper's, "" locked */
	uint64_t used_ms;
	bool used_again;
	bool exercise; /* what is shown is of exercises only */
	unsigned pins; /* requests that are being answered: it stays */
	unsigned forms_next;
	struct visitor_form forms[VISITOR_FORMS_MAX];
	struct visitor_draft drafts[VISITOR_DRAFTS_MAX]; /* the newest first */
	char name[VISITOR_NAME_MAX + 1];                 /* on a box of several people: who unlocked last; "" nobody yet */
};

struct visitors {
	struct visitor list[VISITORS_MAX];
};

/* By the cookie. NULL: not known, or too long ago. */
struct visitor *visitors_find(struct visitors *visitors, const char *cookie, uint64_t now_ms);
/* A new one under a fresh cookie. NULL: all are busy. */
struct visitor *visitors_add(struct visitors *visitors, uint64_t now_ms);
/* A fresh cookie for the same visitor, when the vault was unlocked or locked: who saw the old one has nothing. */
void visitors_renew(struct visitor *visitor);
/* Takes the form as the draft for a page, instead of an older one for it, or of the oldest of all; the form is empty then. */
void visitors_keep_draft(struct visitor *visitor, const char *path, struct form *form);
/* The draft for a page, NULL if there is none. */
const struct form *visitors_draft(const struct visitor *visitor, const char *path);
/* Forgets the draft for a page; all of them if path is NULL. */
void visitors_drop_draft(struct visitor *visitor, const char *path);

/* Somebody of that name unlocked: what somebody else began on the same phone is not theirs to see. */
void visitors_name(struct visitor *visitor, const char *name);

/* A token for a form that is about to be shown. Borrowed until the next one. */
const char *visitors_token(struct visitor *visitor);
/* The form a token was given for; NULL: none of this visitor's. */
struct visitor_form *visitors_form(struct visitor *visitor, const char *token);

#endif
