#ifndef BARID_WEB_API_H
#define BARID_WEB_API_H
/*
 * Requests of programs, below a path of their own: JSON in and out, no forms, no tokens. Who asks says so with each request by name and password
 * (HTTP Basic), or, to read only, by the cookie of a browser that is in. The admission (exchange_api.c) knows methods, origins, sizes and who asks;
 * what a path means is the site's (node/console/api.c), which uses the exchange as a page does, but ends by exactly one of the functions here.
 */

#include "node/web/exchange.h"

struct api {
	const char *prefix; /* "/api/v1/" */
	/* Called once it is known who asks. */
	void (*serve)(struct exchange *x);
};

enum api_method { API_GET, API_POST, API_PATCH }; /* API_GET: HEAD too */

enum {
	API_BODY_MAX = 12 << 10, /* bytes of JSON */
	API_WAITS_MAX = 16,      /* that wait for news at once: pages need room too */
};

enum api_method api_method(const struct exchange *x);
/* Nobody will see what is answered. */
bool api_wants_head(const struct exchange *x);
/* The value of a header that stands there once; "" if it is not there, or twice. */
const char *api_header(const struct exchange *x, const char *name);
/* The object that was sent, NULL with a GET: flat, its members strings, whole numbers or true and false. Borrowed until the exchange ends. */
const json_t *api_body(const struct exchange *x);

/* Runs the command line put together by exchange_verb() and so on; then is called with the answer, later. If who asks is not in any more they are
 * told, and then is never called. */
void api_run(struct exchange *x, exchange_then *then);
/* Calls again after a while, unless who asks has gone. False: there is no room to wait. */
bool api_wait(struct exchange *x, unsigned ms, void (*again)(struct exchange *x));

/* A header of the answer; name and value of our own. */
void api_add_header(struct exchange *x, const char *name, const char *value);
/* Answers. Takes the object; NULL: without a body. */
void api_send(struct exchange *x, int status, json_t *object);
/* {"error": "...", "say": "..."}: a word for programs, a sentence for people. */
void api_fail(struct exchange *x, int status, const char *error, const char *say);
/* 405; allowed: "GET, HEAD". */
void api_not_there(struct exchange *x, const char *allowed);
/* Answers with bytes of a type of our own; copies. */
void api_send_bytes(struct exchange *x, const char *type, const void *bytes, size_t len);

#endif
