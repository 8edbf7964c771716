#include "node/web/line.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_SIZE = 4, ROOM_STEP = 16 << 10 };

/* Bytes from `from` to `len` are to be worked on. */
struct room {
	char *bytes; /* owned */
	size_t from, len, cap;
};

struct line {
	int fd;
	size_t frame_max;
	struct room in, out;
	bool given; /* the frame at the head of `in` is the caller's until the next call */
};

/* Moves what is left to the front and makes space for more; what is left behind is wiped. */
static bool room_for(struct room *room, size_t more)
{
	if (room->from > 0) {
		memmove(room->bytes, room->bytes + room->from, room->len - room->from);
		explicit_bzero(room->bytes + room->len - room->from, room->from);
		room->len -= room->from;
		room->from = 0;
	}
	if (room->cap - room->len >= more)
		return true;
	size_t cap = room->len + more > 2 * room->cap ? room->len + more : 2 * room->cap;
	char *bytes = malloc(cap);
	if (bytes == NULL)
		return false;
	if (room->len > 0)
		memcpy(bytes, room->bytes, room->len);
	if (room->bytes != NULL)
		explicit_bzero(room->bytes, room->cap);
	free(room->bytes);
	room->bytes = bytes;
	room->cap = cap;
	return true;
}

static void room_drop(struct room *room)
{
	if (room->bytes != NULL)
		explicit_bzero(room->bytes, room->cap);
	free(room->bytes);
	*room = (struct room){0};
}

struct line *line_new(int fd, size_t frame_max)
{
	assert(frame_max <= LINE_REPLY_MAX);
	struct line *line = calloc(1, sizeof *line);
	if (line != NULL) {
		line->fd = fd;
		line->frame_max = frame_max;
	}
	return line;
}

void line_free(struct line *line)
{
	if (line == NULL)
		return;
	room_drop(&line->in);
	room_drop(&line->out);
	close(line->fd);
	free(line);
}

int line_fd(const struct line *line)
{
	return line->fd;
}

/* Length of the frame at the head of what came; SIZE_MAX if not even that is whole. */
static size_t frame_len(const struct room *room)
{
	const uint8_t *head = (const uint8_t *)room->bytes + room->from;
	if (room->len - room->from < HEAD_SIZE)
		return SIZE_MAX;
	return (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
}

static void take_given(struct line *line)
{
	if (!line->given)
		return;
	size_t used = HEAD_SIZE + frame_len(&line->in);
	explicit_bzero(line->in.bytes + line->in.from, used);
	line->in.from += used;
	line->given = false;
	if (line->in.from == line->in.len)
		room_drop(&line->in);
}

enum line_state line_read(struct line *line)
{
	take_given(line);
	for (;;) {
		size_t len = frame_len(&line->in);
		if (len != SIZE_MAX && len > line->frame_max)
			return LINE_BROKEN;
		/* Never more than one frame beyond what is unread: whoever sends faster waits in the socket. */
		if (line->in.len - line->in.from >= HEAD_SIZE + line->frame_max)
			return LINE_OPEN;
		if (!room_for(&line->in, ROOM_STEP))
			return LINE_BROKEN;
		ssize_t got = recv(line->fd, line->in.bytes + line->in.len, ROOM_STEP, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? LINE_OPEN : LINE_BROKEN;
		if (got == 0)
			return LINE_ENDED;
		line->in.len += (size_t)got;
	}
}

bool line_next(struct line *line, const char **bytes, size_t *len)
{
	take_given(line);
	size_t frame = frame_len(&line->in);
	if (frame == SIZE_MAX || frame > line->frame_max || line->in.len - line->in.from - HEAD_SIZE < frame)
		return false;
	*bytes = line->in.bytes + line->in.from + HEAD_SIZE;
	*len = frame;
	line->given = true;
	return true;
}

bool line_put(struct line *line, json_t *object)
{
	size_t len = object != NULL ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
	bool fits = len > 0 && len <= LINE_REPLY_MAX && line->out.len - line->out.from <= LINE_REPLY_MAX && room_for(&line->out, HEAD_SIZE + len);
	if (fits) {
		uint8_t *head = (uint8_t *)line->out.bytes + line->out.len;
		for (int i = 0; i < HEAD_SIZE; i++)
			head[i] = (uint8_t)(len >> (8 * (HEAD_SIZE - 1 - i)));
		(void)json_dumpb(object, line->out.bytes + line->out.len + HEAD_SIZE, len, JSON_COMPACT); /* the same length as before */
		line->out.len += HEAD_SIZE + len;
	}
	json_decref(object);
	return fits;
}

enum line_state line_write(struct line *line)
{
	while (line->out.from < line->out.len) {
		ssize_t sent = send(line->fd, line->out.bytes + line->out.from, line->out.len - line->out.from, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? LINE_OPEN : LINE_BROKEN;
		explicit_bzero(line->out.bytes + line->out.from, (size_t)sent);
		line->out.from += (size_t)sent;
	}
	room_drop(&line->out);
	return LINE_OPEN;
}

bool line_waits(const struct line *line)
{
	return line->out.from < line->out.len;
}

static void free_wiped(void *bytes)
{
	if (bytes != NULL)
		explicit_bzero(bytes, malloc_usable_size(bytes));
	free(bytes);
}

void line_wipe_json(void)
{
	json_set_alloc_funcs(malloc, free_wiped);
}
