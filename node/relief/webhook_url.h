#ifndef BARID_RELIEF_WEBHOOK_URL_H
#define BARID_RELIEF_WEBHOOK_URL_H
/* Where a webhook may go. Pure. */

#include <stdbool.h>

enum { WEBHOOK_URL_MAX = 512 };

struct webhook_target {
	bool encrypted; /* https */
	bool private;   /* an address or a name of this machine or a network of its own; names elsewhere are not looked up */
};

/* True for http or https with a host, without name and password in it, blanks or control characters, of at most WEBHOOK_URL_MAX bytes. */
bool webhook_url_ok(const char *url, struct webhook_target *out);

#endif
