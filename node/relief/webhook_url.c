#include "node/relief/webhook_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 253 };

static bool private_v4(uint32_t address)
{
	static const struct {
		uint32_t net, mask;
	} nets[] = {
		{0x00000000, 0xFF000000}, {0x0A000000, 0xFF000000}, {0x64400000, 0xFFC00000}, {0x7F000000, 0xFF000000},
		{0xA9FE0000, 0xFFFF0000}, {0xAC100000, 0xFFF00000}, {0xC0A80000, 0xFFFF0000},
	};
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((address & nets[i].mask) == nets[i].net)
			return true;
	return false;
}

static bool private_v6(const struct in6_addr *address)
{
	const uint8_t *bytes = address->s6_addr;
	if (IN6_IS_ADDR_V4MAPPED(address))
		return private_v4((uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 | (uint32_t)bytes[14] << 8 | bytes[15]);
	return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_LINKLOCAL(address) || (bytes[0] & 0xFE) == 0xFC;
}

static bool ends_in(const char *host, const char *end)
{
	size_t len = strlen(host), end_len = strlen(end);
	return len > end_len && strcasecmp(host + len - end_len, end) == 0;
}

static bool is_private(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return private_v4(ntohl(v4.s_addr));
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return private_v6(&v6);
	return strchr(host, '.') == NULL || ends_in(host, ".local") || ends_in(host, ".lan") || ends_in(host, ".internal") ||
	       ends_in(host, ".localhost") || ends_in(host, ".home.arpa");
}

static bool printable(const char *url)
{
	for (const char *at = url; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '\\' || *at == '"' || *at == '<' || *at == '>')
			return false;
	return true;
}

/* Fills host, without brackets. False: there is none, or more in the authority than host and port. */
static bool host_of(const char *authority, char host[static HOST_MAX + 1])
{
	size_t len = strcspn(authority, "/?#");
	if (memchr(authority, '@', len) != NULL)
		return false;
	const char *start = authority, *end = memchr(authority, ':', len);
	if (authority[0] == '[') {
		start++;
		end = memchr(authority, ']', len);
		if (end == NULL)
			return false;
	}
	size_t host_len = end != NULL ? (size_t)(end - start) : len;
	if (host_len == 0 || host_len > HOST_MAX)
		return false;
	memcpy(host, start, host_len);
	host[host_len] = '\0';
	return true;
}

bool webhook_url_ok(const char *url, struct webhook_target *out)
{
	char host[HOST_MAX + 1];
	*out = (struct webhook_target){.encrypted = strncasecmp(url, "https://", 8) == 0};
	if (strlen(url) > WEBHOOK_URL_MAX || !printable(url) || (!out->encrypted && strncasecmp(url, "http://", 7) != 0) ||
	    !host_of(url + (out->encrypted ? 8 : 7), host))
		return false;
	out->private = is_private(host);
	return true;
}
