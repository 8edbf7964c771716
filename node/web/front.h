#ifndef BARID_WEB_FRONT_H
#define BARID_WEB_FRONT_H
/*
 * The front of `barid serve` and `barid-relief serve`: the process that parses HTTP and writes pages. Started before anything secret is in memory, it
 * gives up files and new sockets first of all, holds no key, and asks the keeper (node/desk/serve.h) over the line for everything.
 */

#include "node/web/portal.h"

struct site;
/* barid's own pages (site.h). */
extern const struct site site_barid;

/* What is handed on to neighbours: an installation package, who signed it. */
struct front_package {
	const char *name; /* of the file: letters, digits and "._+~-" */
	const void *bytes;
	size_t len;
	const char *signature;   /* the text of the file beside it */
	const char *fingerprint; /* of the key that signed it, in groups of digits */
};

struct front_config {
	const struct site *site; /* which pages (site.h) */
	int listener;            /* a TCP socket that listens */
	int line;                /* stream socket to the keeper */
	enum portal_mode portal;
	const struct front_package *package; /* NULL: there is none; borrowed, as is what it points to */
	unsigned forget_days;                /* after so many a vault that nobody opens is erased, which is said to whoever makes one; 0 never */
	const char *origin;                  /* borrowed: https://NAME of a server that speaks TLS and passes requests on to us; NULL: none */
};

/* True for what stands in origin: https://NAME or https://NAME:PORT. */
bool front_takes_origin(const char *origin);
/* Until the keeper hangs up. Returns an exit code. */
int front_run(const struct front_config *config);

#endif
