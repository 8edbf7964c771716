#ifndef BARID_WEB_LINE_H
#define BARID_WEB_LINE_H
/*
 * The line between the front of `barid serve`, which parses HTTP, and its keeper, which holds the keys: frames of a length (four bytes, big-endian)
 * and so many bytes of JSON, over a stream socket that does not block. Each side gives one to its own loop. What passed through is wiped from memory.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	LINE_REQUEST_MAX = 112 << 10, /* bytes of a frame from the front: a form of 16 kB, however it is escaped, and what else stands there */
	LINE_WORDS_MAX = 64,          /* of a command line in it */
	LINE_WORD_SIZE_MAX = 6000,
	LINE_REPLY_MAX = 32 << 20, /* bytes of a frame from the keeper */
};

enum line_state {
	LINE_OPEN,
	LINE_ENDED, /* the other side closed it */
	LINE_BROKEN /* a frame over the bound, no memory, or the socket failed */
};

struct line;

/* Takes fd, a stream socket set not to block. frame_max: of what comes in. NULL: no memory, and fd stays the caller's. */
struct line *line_new(int fd, size_t frame_max);
/* Closes fd. Takes NULL. */
void line_free(struct line *line);
int line_fd(const struct line *line);

/* Reads what has come. */
enum line_state line_read(struct line *line);
/* The next whole frame, borrowed until the next call of line_next() or line_read(). False: none yet. */
bool line_next(struct line *line, const char **bytes, size_t *len);
/* Puts a frame behind those that wait; line_write() sends it. Takes the object. False: it is NULL, there is no memory, or more than LINE_REPLY_MAX
 * bytes wait already. */
bool line_put(struct line *line, json_t *object);
/* Sends what the socket takes. */
enum line_state line_write(struct line *line);
/* Whether something waits to be sent. */
bool line_waits(const struct line *line);

/* From now on jansson wipes whatever it lets go of. Call before the first JSON of the process. */
void line_wipe_json(void);

#endif
