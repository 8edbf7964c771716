#ifndef BARID_WEB_PORTAL_H
#define BARID_WEB_PORTAL_H
/*
 * What phones ask right after they join a network, to see whether it leads to the internet: a few addresses that their makers chose. At a hotspot
 * the answer decides whether a phone shows the first page, and whether it stays. The front calls. Reads no clock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum portal_mode {
	PORTAL_OFF,    /* they are paths like any other that is not there */
	PORTAL_QUIET,  /* all is well: phones stay and show nothing */
	PORTAL_SPLASH, /* a phone is led to the page until somebody taps "Continue" on it; then all is well */
};

enum {
	PORTAL_CLIENTS_MAX = 256,
	PORTAL_ADDRESS_MAX = 63,
	PORTAL_IDLE_MS = 12 * 60 * 60 * 1000, /* a phone that asks nothing for so long is led to the page again */
};

/* What a phone takes for the internet. */
struct portal_probe {
	const char *path;
	int status;       /* of HTTP */
	const char *type; /* of the body; NULL: there is none */
	const char *body;
};

struct portal_client {
	char address[PORTAL_ADDRESS_MAX + 1]; /* "" free */
	uint64_t used_ms;
};

/* Zeroed: nobody tapped yet. */
struct portal {
	enum portal_mode mode;
	struct portal_client clients[PORTAL_CLIENTS_MAX];
};

/* "off", "quiet" or "splash". */
bool portal_mode_of(const char *text, enum portal_mode *out);
/* Whether a name, as in Host, is one that phones ask for. */
bool portal_host(const char *host);
/* The probe of a path; NULL: it is none. */
const struct portal_probe *portal_probe(const char *path);
/* Somebody tapped "Continue" on this phone. When the table is full the one that asked least lately is forgotten. */
void portal_pass(struct portal *portal, const char *address, uint64_t now_ms);
/* Whether a probe of this phone's is answered as it hopes. */
bool portal_passes(struct portal *portal, const char *address, uint64_t now_ms);

#endif
