#include "tests/support/pgcut.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS_MAX = 16, CHUNK = 65536 };

struct wire {
	int desk, server; /* -1: free */
	bool armed;       /* the answer to the word is to be cut off */
};

static struct sockaddr_un address_of(const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/.s.PGSQL.5432", folder); /* fits */
	return address;
}

static void cut(struct wire *wire)
{
	(void)close(wire->desk); /* whatever was on the way is lost: that is the point */
	(void)close(wire->server);
	*wire = (struct wire){-1, -1, false};
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* False if this ended the connection. */
static bool pass(struct wire *wire, bool to_server, const char *word, const char **moments)
{
	static char bytes[CHUNK];
	ssize_t n = read(to_server ? wire->desk : wire->server, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	bool said = memmem(bytes, (size_t)n, word, strlen(word) + 1) != NULL; /* with the NUL that ends a query */
	if (to_server && said && **moments != '\0') {
		char moment = *(*moments)++;
		if (moment == 'b')
			return false;
		wire->armed = moment == 'a';
	}
	if (!to_server && wire->armed)
		return false;
	return write_all(to_server ? wire->server : wire->desk, bytes, (size_t)n);
}

static void take(int listener, struct wire *wires)
{
	struct sockaddr_un address = address_of(getenv("PGHOST"));
	int desk = accept(listener, NULL, NULL), server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < PAIRS_MAX; i++) {
		if (wires[i].desk < 0 && connect(server, (struct sockaddr *)&address, sizeof(address)) == 0) {
			wires[i] = (struct wire){desk, server, false};
			return;
		}
	}
	(void)close(desk); /* the test fails by that */
	(void)close(server);
}

static void run(int listener, const char *word, const char *moments)
{
	struct wire wires[PAIRS_MAX];
	for (size_t i = 0; i < PAIRS_MAX; i++)
		wires[i] = (struct wire){-1, -1, false};
	for (;;) {
		struct pollfd polled[1 + 2 * PAIRS_MAX] = {{.fd = listener, .events = POLLIN}};
		for (size_t i = 0; i < PAIRS_MAX; i++) {
			polled[1 + 2 * i] = (struct pollfd){.fd = wires[i].desk, .events = POLLIN};
			polled[2 + 2 * i] = (struct pollfd){.fd = wires[i].server, .events = POLLIN};
		}
		(void)poll(polled, 1 + 2 * PAIRS_MAX, -1); /* a signal ends the process */
		for (size_t i = 0; i < PAIRS_MAX; i++) {
			bool up = true;
			if (wires[i].desk >= 0 && polled[1 + 2 * i].revents != 0)
				up = pass(&wires[i], true, word, &moments);
			if (up && wires[i].desk >= 0 && polled[2 + 2 * i].revents != 0)
				up = pass(&wires[i], false, word, &moments);
			if (!up)
				cut(&wires[i]);
		}
		if (polled[0].revents != 0)
			take(listener, wires);
	}
}

void pgcut_start(struct pgcut *out, const char *word, const char *moments)
{
	(void)strcpy(out->folder, "/tmp/barid-cut-XXXXXX"); /* fits */
	ck_assert_ptr_nonnull(mkdtemp(out->folder));
	struct sockaddr_un address = address_of(out->folder);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, PAIRS_MAX), 0);
	out->pid = fork();
	ck_assert_int_ge(out->pid, 0);
	if (out->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing behind */
		run(listener, word, moments);
	}
	(void)close(listener); /* the child has it */
}

void pgcut_end(struct pgcut *out)
{
	struct sockaddr_un address = address_of(out->folder);
	ck_assert_int_eq(kill(out->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(out->pid, NULL, 0), out->pid);
	ck_assert_int_eq(unlink(address.sun_path), 0);
	ck_assert_int_eq(rmdir(out->folder), 0);
}
