#ifndef BARID_WEB_ORIGIN_H
#define BARID_WEB_ORIGIN_H
/*
 * Whether a request is meant for us and comes from a page of ours: by the Host it names and the Origin or Referer it brings. A name that somebody
 * else can make point here (DNS rebinding) is not ours. Pure; foreign bytes.
 */

#include <stdbool.h>
#include <stdint.h>

struct origin_site {
	const char *address; /* numeric, where the connection came in; IPv6 without brackets */
	uint16_t port;
	const char *before; /* the origin of a server that speaks TLS and passes requests on to us; NULL: none */
};

/* True for the origin of a server with TLS as somebody writes it (RFC 6454): https://NAME or https://NAME:PORT. */
bool origin_is_tls(const char *origin);
/* "127.0.0.1:8080", "localhost:8080", "barid.lan": the address the connection came in at, or one of two names; a port may be left out, since a rule
 * of the firewall may bring port 80 here. Or the name of the server before us. NULL: no. */
bool origin_host_ours(const struct origin_site *site, const char *host);
/* An Origin, or the beginning of a Referer, is the page's own: http and exactly the authority in host, which is ours; or the origin of the server
 * before us. */
bool origin_same(const struct origin_site *site, const char *host, const char *origin);

#endif
