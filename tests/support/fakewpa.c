#include "tests/support/fakewpa.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_SIZE = 32, PATH_SIZE = 80 };

struct peer {
	struct sockaddr_un address;
	socklen_t len; /* 0: nobody */
};

struct endpoint {
	char name[NAME_SIZE]; /* empty: none */
	int fd;
	struct peer attached;
};

struct answer {
	const char *command, *reply;
};

struct fakewpa {
	char folder[NAME_SIZE];
	struct endpoint endpoints[FAKEWPA_SOCKETS_MAX];
	unsigned answer_count;
	struct answer answers[FAKEWPA_ANSWERS_MAX];
	size_t log_len;
	char log[FAKEWPA_LOG_SIZE];
};

struct fakewpa *fakewpa_open(void)
{
	struct fakewpa *fake = calloc(1, sizeof *fake);
	ck_assert_ptr_nonnull(fake);
	snprintf(fake->folder, sizeof fake->folder, "/tmp/fakewpa_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake->folder));
	return fake;
}

static void path_of(const struct fakewpa *fake, const char *name, char path[static PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/%s", fake->folder, name);
}

static struct endpoint *endpoint_of(struct fakewpa *fake, const char *name)
{
	for (unsigned i = 0; i < FAKEWPA_SOCKETS_MAX; i++)
		if (!strcmp(fake->endpoints[i].name, name))
			return &fake->endpoints[i];
	ck_abort_msg("no socket %s", name);
}

void fakewpa_add(struct fakewpa *fake, const char *name)
{
	struct endpoint *endpoint = endpoint_of(fake, "");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[PATH_SIZE];
	path_of(fake, name, path);
	memcpy(address.sun_path, path, strlen(path));
	unlink(path);
	*endpoint = (struct endpoint){.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	snprintf(endpoint->name, sizeof endpoint->name, "%s", name);
	ck_assert_int_ge(endpoint->fd, 0);
	ck_assert_int_eq(bind(endpoint->fd, (const struct sockaddr *)(const void *)&address, sizeof address), 0);
}

void fakewpa_remove(struct fakewpa *fake, const char *name, bool killed)
{
	struct endpoint *endpoint = endpoint_of(fake, name);
	char path[PATH_SIZE];
	path_of(fake, name, path);
	close(endpoint->fd);
	if (!killed)
		unlink(path);
	*endpoint = (struct endpoint){.fd = -1};
}

void fakewpa_close(struct fakewpa *fake)
{
	if (!fake)
		return;
	for (unsigned i = 0; i < FAKEWPA_SOCKETS_MAX; i++)
		if (*fake->endpoints[i].name)
			fakewpa_remove(fake, fake->endpoints[i].name, false);
	rmdir(fake->folder);
	free(fake);
}

const char *fakewpa_folder(const struct fakewpa *fake)
{
	return fake->folder;
}

void fakewpa_answer(struct fakewpa *fake, const char *command, const char *reply)
{
	unsigned at = 0;
	while (at < fake->answer_count && strcmp(fake->answers[at].command, command) != 0)
		at++;
	ck_assert_uint_lt(at, FAKEWPA_ANSWERS_MAX);
	fake->answers[at] = (struct answer){command, reply};
	if (at == fake->answer_count)
		fake->answer_count++;
}

static const char *answer_to(const struct fakewpa *fake, const char *line)
{
	const char *command = strchr(line, ' ') + 1;
	const char *reply = "OK\n";
	size_t longest = 0;
	for (unsigned i = 0; i < fake->answer_count; i++) {
		size_t len = strlen(fake->answers[i].command);
		bool fits = !strncmp(command, fake->answers[i].command, len) || !strncmp(line, fake->answers[i].command, len);
		if (len <= longest || !fits)
			continue;
		longest = len;
		reply = fake->answers[i].reply;
	}
	return reply;
}

static void take(struct fakewpa *fake, struct endpoint *endpoint, const char *command, const struct peer *from)
{
	size_t left = sizeof fake->log - fake->log_len;
	int len = snprintf(fake->log + fake->log_len, left, "%s %s\n", endpoint->name, command);
	ck_assert(len > 0 && (size_t)len < left);
	const char *reply = answer_to(fake, fake->log + fake->log_len);
	fake->log_len += (size_t)len;
	if (!strcmp(command, "ATTACH"))
		endpoint->attached = *from;
	if (!strcmp(command, "DETACH"))
		endpoint->attached.len = 0;
	if (reply)
		(void)sendto(endpoint->fd, reply, strlen(reply), 0, (const struct sockaddr *)(const void *)&from->address, from->len);
}

void fakewpa_turn(struct fakewpa *fake)
{
	for (unsigned i = 0; i < FAKEWPA_SOCKETS_MAX; i++) {
		struct endpoint *endpoint = &fake->endpoints[i];
		while (*endpoint->name) {
			char text[FAKEWPA_TEXT_MAX];
			struct peer from = {.len = sizeof from.address};
			ssize_t got = recvfrom(endpoint->fd, text, sizeof text - 1, 0, (struct sockaddr *)(void *)&from.address, &from.len);
			if (got < 0)
				break;
			text[got] = 0;
			take(fake, endpoint, text, &from);
		}
	}
}

void fakewpa_event(struct fakewpa *fake, const char *name, const char *text)
{
	const struct endpoint *endpoint = endpoint_of(fake, name);
	const struct peer *to = &endpoint->attached;
	ck_assert_uint_ne(to->len, 0);
	ck_assert_int_ge(sendto(endpoint->fd, text, strlen(text), 0, (const struct sockaddr *)(const void *)&to->address, to->len), 0);
}

unsigned fakewpa_asked(const struct fakewpa *fake, const char *command)
{
	unsigned count = 0;
	for (const char *line = fake->log; *line; line = strchr(line, '\n') + 1)
		if (!strncmp(strchr(line, ' ') + 1, command, strlen(command)))
			count++;
	return count;
}

const char *fakewpa_log(const struct fakewpa *fake)
{
	return fake->log;
}
