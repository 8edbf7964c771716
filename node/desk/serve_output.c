#include "node/desk/serve_output.h"

#include "crypto/wipe.h"
#include "node/desk/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 16 << 10 };

void serve_output_end(struct serve_output *output)
{
	loop_watch_free(output->watch);
	if (output->fd >= 0)
		close(output->fd);
	output->watch = NULL;
	output->fd = -1;
}

void serve_output_drop(struct serve_output *output)
{
	serve_output_end(output);
	if (output->bytes != NULL)
		wipe(output->bytes, output->cap);
	free(output->bytes);
	*output = (struct serve_output){.fd = -1};
}

json_t *serve_output_lines(const struct serve_output *out)
{
	json_t *array = json_array();
	for (size_t at = 0; at < out->len;) {
		const char *end = memchr(out->bytes + at, '\n', out->len - at);
		size_t len = end != NULL ? (size_t)(end - out->bytes) - at : out->len - at;
		json_t *line = json_loadb(out->bytes + at, len, 0, NULL);
		if (line != NULL)
			(void)json_array_append_new(array, line); /* out of memory shows as a missing line */
		at += len + 1;
	}
	return array;
}

static bool output_room(struct serve_output *output)
{
	if (output->cap - output->len >= READ_SIZE)
		return true;
	size_t cap = output->cap == 0 ? 2 * READ_SIZE : 2 * output->cap;
	char *bytes = malloc(cap);
	if (bytes == NULL)
		return false;
	if (output->len > 0) {
		memcpy(bytes, output->bytes, output->len);
		wipe(output->bytes, output->cap);
	}
	free(output->bytes);
	output->bytes = bytes;
	output->cap = cap;
	return true;
}

bool serve_output_read(struct serve_output *output)
{
	for (;;) {
		if (output->len > output->max || !output_room(output))
			return false;
		ssize_t got = read(output->fd, output->bytes + output->len, READ_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0)
			return false;
		output->len += (size_t)got;
	}
}

bool serve_output_over(const struct serve_output *output)
{
	return output->len > output->max;
}

json_t *serve_output_said(const struct serve_output *say, bool too_late, bool too_long)
{
	char raw[SERVE_SAY_MAX + 1], inert[SERVE_SAY_MAX + 1];
	if (too_late)
		return json_string("it took too long and was ended");
	if (too_long)
		return json_string("that is more than fits here; the same verb at a terminal gives all of it");
	size_t len = say->len < SERVE_SAY_MAX ? say->len : SERVE_SAY_MAX;
	if (len > 0)
		memcpy(raw, say->bytes, len);
	raw[len] = '\0';
	while (len > 0 && raw[len - 1] == '\n')
		raw[--len] = '\0';
	text_inert(raw, true, inert, sizeof inert);
	return json_string(inert);
}
