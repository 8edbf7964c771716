#include "node/web/origin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 80 };

static const char tls[] = "https://";

bool origin_is_tls(const char *origin)
{
	static const char usual[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
	const char *authority = origin + sizeof tls - 1;
	return strncmp(origin, tls, sizeof tls - 1) == 0 && authority[0] != '\0' && strlen(authority) < HOST_MAX &&
	       authority[strspn(authority, usual)] == '\0';
}

static bool is_before(const struct origin_site *site, const char *host)
{
	return site->before != NULL && strcasecmp(host, site->before + sizeof tls - 1) == 0;
}

bool origin_host_ours(const struct origin_site *site, const char *host)
{
	if (host == NULL || strlen(host) >= HOST_MAX)
		return false;
	if (is_before(site, host))
		return true;
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

/* An origin, or a URL of it, of this scheme and authority. */
static bool is_of(const char *origin, const char *scheme, const char *authority)
{
	size_t scheme_len = strlen(scheme), len = strlen(authority);
	if (strncasecmp(origin, scheme, scheme_len) != 0 || strncasecmp(origin + scheme_len, authority, len) != 0)
		return false;
	char end = origin[scheme_len + len];
	return end == '\0' || end == '/';
}

bool origin_same(const struct origin_site *site, const char *host, const char *origin)
{
	if (is_before(site, host))
		return is_of(origin, tls, host);
	return is_of(origin, "http://", host) || (site->before != NULL && is_of(origin, tls, site->before + sizeof tls - 1));
}
