#ifndef BARID_DESK_SERVE_OUTPUT_H
#define BARID_DESK_SERVE_OUTPUT_H
/* What a worker of the keeper's writes on one of its pipes, gathered until it ends. Never shown to anybody but who asked; wiped. */

#include "platform/loop.h"

#include <jansson.h>
#include <stddef.h>

enum { SERVE_SAY_MAX = 8 << 10 }; /* bytes of talk */

struct serve_output {
	char *bytes; /* owned, wiped */
	size_t len, cap, max;
	int fd; /* -1: ended */
	struct loop_watch *watch;
};

/* Reads what has come. False: no more is to come of it, or too much. */
bool serve_output_read(struct serve_output *output);
/* Closes it; what was read stays. */
void serve_output_end(struct serve_output *output);
/* The same, and forgets what was read. */
void serve_output_drop(struct serve_output *output);
/* What a verb printed, one JSON object a line; a new reference. */
json_t *serve_output_lines(const struct serve_output *out);
/* Whether it printed more than it may. */
bool serve_output_over(const struct serve_output *output);
/* What it said to the person, made harmless, or that it took or was too long; a new reference. */
json_t *serve_output_said(const struct serve_output *say, bool too_late, bool too_long);

#endif
