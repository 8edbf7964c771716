#include "platform/address.h"

#include <assert.h>
#include <string.h>

/* Finds where the host ends and the port begins. False if there is no telling. */
static bool find_parts(const char *text, const char **host, size_t *host_len, const char **port)
{
	if (*text == '[') {
		const char *close = strchr(text, ']');
		if (!close || close[1] != ':' || !memchr(text, ':', (size_t)(close - text)))
			return false;
		*host = text + 1;
		*host_len = (size_t)(close - text - 1);
		*port = close + 2;
		return true;
	}
	const char *colon = strchr(text, ':');
	if (!colon || strchr(colon + 1, ':'))
		return false;
	*host = text;
	*host_len = (size_t)(colon - text);
	*port = colon + 1;
	return true;
}

/* Letters, digits and what names, addresses and scopes are made of. A name of another script is to be given in its ASCII form. */
static bool host_is_plain(const char *host, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = host[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (c == 0 || !strchr(".-_:%", c)))
			return false;
	}
	return true;
}

static bool port_is_good(const char *port, bool zero_allowed)
{
	size_t len = strlen(port);
	if (len == 0 || len > 5)
		return false;
	unsigned number = 0;
	for (size_t i = 0; i < len; i++) {
		if (port[i] < '0' || port[i] > '9')
			return false;
		number = number * 10 + (unsigned)(port[i] - '0');
	}
	return number <= 65535 && (number > 0 || zero_allowed);
}

bool address_split(const char *text, bool any_host, struct address *out)
{
	assert(text && out);
	const char *host;
	const char *port;
	size_t host_len;
	if (!find_parts(text, &host, &host_len, &port))
		return false;
	if (host_len >= sizeof out->host || !host_is_plain(host, host_len) || !port_is_good(port, any_host))
		return false;
	if (host_len == 0 && !any_host)
		return false;
	memcpy(out->host, host, host_len);
	out->host[host_len] = 0;
	memcpy(out->port, port, strlen(port) + 1);
	return true;
}
