#include "node/web/origin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 80 };

bool origin_host_ours(const struct origin_site *site, const char *host)
{
	if (host == NULL || strlen(host) >= HOST_MAX)
		return false;
	const char *names[] = {site->address, "localhost", "barid.lan"};
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		bool bracketed = strchr(names[i], ':') != NULL;
		char bare[HOST_MAX], full[HOST_MAX + 8];
		snprintf(bare, sizeof bare, bracketed ? "[%s]" : "%s", names[i]);
		snprintf(full, sizeof full, "%s:%u", bare, site->port);
		if (strcasecmp(host, bare) == 0 || strcasecmp(host, full) == 0)
			return true;
	}
	return false;
}

bool origin_same(const char *host, const char *origin)
{
	static const char scheme[] = "http://";
	size_t len = strlen(host);
	if (strncasecmp(origin, scheme, sizeof scheme - 1) != 0 || strncasecmp(origin + sizeof scheme - 1, host, len) != 0)
		return false;
	char end = origin[sizeof scheme - 1 + len];
	return end == '\0' || end == '/';
}
