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

void exchange_download(struct exchange *x, const char *name, const void *bytes, size_t len)
{
	struct part part;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(x->request);
	struct evbuffer *buffer = evbuffer_new();
	char text[HEADER_MAX];
	int status = find_part(evhttp_find_header(evhttp_request_get_input_headers(x->request), "Range"), len, &part);
	snprintf(text, sizeof text, "attachment; filename=\"%s\"", name);
	(void)evhttp_add_header(headers, "Content-Disposition", text); /* fails without memory only, and then nothing can be sent either */
	if (status == 206)
		snprintf(text, sizeof text, "bytes %zu-%zu/%zu", part.from, part.from + part.len - 1, len);
	else
		snprintf(text, sizeof text, "bytes */%zu", len);
	if (status != 200)
		(void)evhttp_add_header(headers, "Content-Range", text); /* as above, and below */
	(void)evhttp_add_header(headers, "Accept-Ranges", "bytes");
	(void)evhttp_add_header(headers, "Content-Type", "application/octet-stream");
	(void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	(void)evhttp_add_header(headers, "Connection", "close");
	if (buffer != NULL && status != 416)
		(void)evbuffer_add_reference(buffer, (const char *)bytes + part.from, part.len, NULL, NULL);
	evhttp_send_reply(x->request, status, NULL, buffer);
	if (buffer != NULL)
		evbuffer_free(buffer);
	x->request = NULL;
	exchange_end(x);
}
