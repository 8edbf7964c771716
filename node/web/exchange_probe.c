/* What phones ask to see whether the network leads to the internet (portal.h), answered without a visitor, a language or the keeper. */

#include "node/web/exchange_inside.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

static const struct portal_probe *probe_of(const struct exchange *x, const struct evhttp_uri *uri)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(x->request);
	const char *host = evhttp_find_header(evhttp_request_get_input_headers(x->request), "Host");
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	bool asks = method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD;
	if (!asks || host == NULL || path == NULL || evhttp_uri_get_host(uri) != NULL)
		return NULL;
	const struct origin_site site = exchange_origin_site(x);
	return portal_host(host) || origin_host_ours(&site, host) ? portal_probe(path) : NULL;
}

static void answer(struct exchange *x, int status, const char *type, const char *location, const char *body)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	struct evbuffer *buffer = evbuffer_new();
	(void)evhttp_add_header(headers, "Cache-Control", "no-store"); /* fails without memory only, and then nothing can be sent either */
	(void)evhttp_add_header(headers, "Connection", "close");       /* as above */
	if (type != NULL)
		(void)evhttp_add_header(headers, "Content-Type", type); /* as above */
	if (location != NULL)
		(void)evhttp_add_header(headers, "Location", location); /* as above */
	if (buffer != NULL)
		(void)evbuffer_add(buffer, body, strlen(body)); /* as above */
	exchange_reply(x, status, buffer);
	exchange_end(x);
}

bool exchange_probe(struct exchange *x, const struct evhttp_uri *uri)
{
	struct portal *portal = &x->front->portal;
	char address[EXCHANGE_HOST_MAX], page[EXCHANGE_HOST_MAX + 16];
	const struct portal_probe *probe = portal->mode != PORTAL_OFF ? probe_of(x, uri) : NULL;
	if (probe == NULL)
		return false;
	exchange_address(x, address, sizeof address);
	snprintf(page, sizeof page, "%sportal", address);
	if (portal_passes(portal, x->address, x->now_ms))
		answer(x, probe->status, probe->type, NULL, probe->body);
	else
		answer(x, 302, NULL, page, "");
	return true;
}
