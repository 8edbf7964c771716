#include "node/desk/postlink.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_S = 20, WATCH_MARGIN_S = 5, WATCH_MAX_MS = 60000 };

static bool socket_at(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISSOCK(info.st_mode);
}

void postlink_path(const char *wanted, const char *home, char *path, size_t cap)
{
	const char *named = wanted != NULL && wanted[0] != '\0' ? wanted : getenv("BARID_POST");
	if (named != NULL && named[0] != '\0') {
		snprintf(path, cap, "%s", named);
		return;
	}
	snprintf(path, cap, "%s/ctl.sock", home);
	if (!socket_at(path))
		snprintf(path, cap, "%s", socket_at("/run/barid/ctl.sock") ? "/run/barid/ctl.sock" : "/var/lib/barid/ctl.sock");
}

static void set_limit(int fd, int option, unsigned seconds)
{
	struct timeval limit = {.tv_sec = (time_t)seconds};
	(void)setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit); /* cannot fail on a socket of ours */
}

enum err postlink_open(struct postlink *link, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	link->fd = -1;
	if (strlen(path) >= sizeof address.sun_path)
		return ERR_LIMIT;
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_from_errno(errno);
	set_limit(fd, SO_RCVTIMEO, ANSWER_S);
	set_limit(fd, SO_SNDTIMEO, ANSWER_S);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		enum err err = errno == EACCES || errno == EPERM ? ERR_PERMISSION : ERR_NO_POST;
		close(fd);
		return err;
	}
	link->fd = fd;
	return ERR_OK;
}

void postlink_close(struct postlink *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

/* A failure ends the line: whatever comes later would be the answer to something else. */
static enum err broken(struct postlink *link, enum err err)
{
	postlink_close(link);
	return err;
}

static enum err ask(struct postlink *link, const struct control_request *request)
{
	if (link->fd < 0)
		return ERR_NO_POST;
	size_t len = control_request_encode(request, link->packet, sizeof link->packet);
	assert(len > 0);
	ssize_t sent;
	do {
		sent = send(link->fd, link->packet, len, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent == (ssize_t)len)
		return ERR_OK;
	return broken(link, sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? ERR_TIMEOUT : ERR_NO_POST);
}

/* Waits for one packet; fills its length. */
static enum err hear(struct postlink *link, size_t *len)
{
	if (link->fd < 0)
		return ERR_NO_POST;
	ssize_t got;
	do {
		got = recv(link->fd, link->packet, sizeof link->packet, MSG_TRUNC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return broken(link, errno == EAGAIN || errno == EWOULDBLOCK ? ERR_TIMEOUT : ERR_NO_POST);
	if (got == 0)
		return broken(link, ERR_NO_POST);
	if ((size_t)got > sizeof link->packet)
		return broken(link, ERR_PROTOCOL);
	*len = (size_t)got;
	return ERR_OK;
}

static enum err exchange(struct postlink *link, const struct control_request *request, size_t *len)
{
	enum err err = ask(link, request);
	return err == ERR_OK ? hear(link, len) : err;
}

enum err postlink_status(struct postlink *link, struct control_status *out)
{
	size_t len = 0;
	enum err err = exchange(link, &(struct control_request){.op = CONTROL_STATUS}, &len);
	if (err == ERR_OK && !control_status_decode(link->packet, len, out))
		return broken(link, ERR_PROTOCOL);
	return err;
}

enum err postlink_radios(struct postlink *link, struct control_radios *out)
{
	size_t len = 0;
	enum err err = exchange(link, &(struct control_request){.op = CONTROL_RADIOS}, &len);
	if (err == ERR_OK && !control_radios_decode(link->packet, len, out))
		return broken(link, ERR_PROTOCOL);
	return err;
}

enum err postlink_trust(struct postlink *link, const uint8_t *keys, uint8_t n)
{
	assert(n >= 1 && n <= CONTROL_TRUST_MAX);
	size_t len = 0;
	enum err err = exchange(link, &(struct control_request){.op = CONTROL_TRUST, .trust_count = n, .trust_keys = keys}, &len);
	struct control_trusted answer;
	if (err == ERR_OK && !control_trusted_decode(link->packet, len, &answer))
		return broken(link, ERR_PROTOCOL);
	return err == ERR_OK && !answer.kept ? ERR_FULL : err;
}

enum err postlink_submit(struct postlink *link, const uint8_t *envelope, size_t len, uint8_t flags, struct control_submitted *out)
{
	size_t answer_len = 0;
	struct control_request request = {.op = CONTROL_SUBMIT, .flags = flags, .envelope = envelope, .envelope_len = len};
	enum err err = exchange(link, &request, &answer_len);
	if (err == ERR_OK && !control_submitted_decode(link->packet, answer_len, out))
		return broken(link, ERR_PROTOCOL);
	return err;
}

enum err postlink_track(struct postlink *link, const uint8_t id[static LETTER_ID_SIZE], struct control_track *out)
{
	size_t len = 0;
	struct control_request request = {.op = CONTROL_TRACK};
	memcpy(request.id, id, sizeof request.id);
	enum err err = exchange(link, &request, &len);
	if (err == ERR_OK && !control_track_decode(link->packet, len, out))
		return broken(link, ERR_PROTOCOL);
	return err;
}

enum err postlink_feed(struct postlink *link, uint64_t after, uint16_t max, uint8_t kinds)
{
	assert(max >= 1 && max <= 512);
	return ask(link, &(struct control_request){.op = CONTROL_FEED, .after = after, .max = max, .kinds = kinds});
}

enum err postlink_feed_next(struct postlink *link, struct control_letter *letter)
{
	size_t len = 0;
	enum err err = hear(link, &len);
	if (err == ERR_OK && !control_letter_decode(link->packet, len, letter))
		return broken(link, ERR_PROTOCOL);
	return err;
}

enum err postlink_watch(struct postlink *link, uint64_t after, uint32_t timeout_ms, struct control_letter *out)
{
	uint32_t wait_ms = timeout_ms < WATCH_MAX_MS ? timeout_ms : WATCH_MAX_MS;
	if (link->fd >= 0)
		set_limit(link->fd, SO_RCVTIMEO, wait_ms / 1000 + WATCH_MARGIN_S);
	size_t len = 0;
	enum err err = exchange(link, &(struct control_request){.op = CONTROL_WATCH, .after = after, .timeout_ms = wait_ms}, &len);
	if (err != ERR_OK)
		return err;
	set_limit(link->fd, SO_RCVTIMEO, ANSWER_S);
	return control_letter_decode(link->packet, len, out) ? ERR_OK : broken(link, ERR_PROTOCOL);
}
