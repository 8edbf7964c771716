/* A file on its way to a browser, whole or the part it asks for. The bytes are shared by all who fetch them; the system takes as many as the
 * connection bears, between other people's requests. */

#include "node/web/exchange_inside.h"

#include <event2/buffer.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 320, DIGITS_MAX = 12 };

struct part {
	size_t from, len;
};

static bool take_number(const char **text, size_t *out)
{
	size_t digits = strspn(*text, "0123456789");
	if (digits == 0 || digits > DIGITS_MAX)
		return false;
	*out = (size_t)strtoull(*text, NULL, 10);
	*text += digits;
	return true;
}

/* "bytes=5-" and "bytes=5-9"; whatever else may stand there the whole is sent, as the standard has it. Returns the status. */
static int find_part(const char *range, size_t len, struct part *part)
{
	size_t last = SIZE_MAX;
	*part = (struct part){.len = len};
	if (range == NULL || strncmp(range, "bytes=", 6) != 0)
		return 200;
	const char *at = range + 6;
	size_t from = 0;
	if (!take_number(&at, &from) || *at++ != '-' || (*at != '\0' && !take_number(&at, &last)) || *at != '\0' || last < from)
		return 200;
	if (from >= len)
		return 416;
	*part = (struct part){.from = from, .len = (last < len ? last + 1 : len) - from};
	return 206;
}

static void set_headers(struct exchange *x, const char *name, const char *type)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	char text[HEADER_MAX];
	snprintf(text, sizeof text, "attachment; filename=\"%s\"", name);
	(void)evhttp_add_header(headers, "Content-Disposition", text); /* fails without memory only, and then nothing can be sent either */
	(void)evhttp_add_header(headers, "Content-Type", type);        /* as above, and below */
	(void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	(void)evhttp_add_header(headers, "Cross-Origin-Resource-Policy", "same-origin");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	(void)evhttp_add_header(headers, "Connection", "close");
}

void exchange_file(struct exchange *x, const char *name, const char *type, const void *bytes, size_t len)
{
	struct evbuffer *buffer = evbuffer_new();
	bool whole = buffer != NULL && evbuffer_add(buffer, bytes, len) == 0;
	set_headers(x, name, type);
	if (x->sent != NULL && x->sent->state == TOKEN_UNDER_WAY)
		x->sent->state = TOKEN_FRESH; /* the same form again fetches it again */
	exchange_reply(x, whole ? 200 : HTTP_SERVUNAVAIL, buffer);
	exchange_finish(x);
}

void exchange_download(struct exchange *x, const char *name, const void *bytes, size_t len)
{
	struct part part;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	struct evbuffer *buffer = evbuffer_new();
	char text[HEADER_MAX];
	int status = find_part(evhttp_find_header(evhttp_request_get_input_headers(x->request), "Range"), len, &part);
	set_headers(x, name, "application/octet-stream");
	if (status == 206)
		snprintf(text, sizeof text, "bytes %zu-%zu/%zu", part.from, part.from + part.len - 1, len);
	else
		snprintf(text, sizeof text, "bytes */%zu", len);
	if (status != 200)
		(void)evhttp_add_header(headers, "Content-Range", text); /* as above, and below */
	(void)evhttp_add_header(headers, "Accept-Ranges", "bytes");
	if (buffer != NULL && status != 416)
		(void)evbuffer_add_reference(buffer, (const char *)bytes + part.from, part.len, NULL, NULL);
	exchange_reply(x, status, buffer);
	exchange_end(x);
}
