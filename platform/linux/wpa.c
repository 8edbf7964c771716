#include "platform/linux/wpa.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FINAL_TEXTS_MAX = 64 };

struct command {
	wpa_replied *replied;
	char text[WPA_COMMAND_SIZE];
};

struct wpa {
	struct loop *loop;
	struct wpa_listener listener;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer; /* a reply is overdue, or the end is to be told */
	bool gone;
	unsigned first, count; /* a ring; the first has been sent */
	struct command commands[WPA_COMMANDS_MAX];
};

/* Tells it on a later turn: nobody is called from inside a downward call. */
static void lose(struct wpa *wpa)
{
	wpa->gone = true;
	(void)loop_watch_set(wpa->watch, false, false); /* taking away needs no memory */
	loop_timer_set(wpa->timer, loop_now(wpa->loop).boot_ms);
}

static void send_first(struct wpa *wpa)
{
	struct command *command = &wpa->commands[wpa->first];
	ssize_t put = send(wpa->fd, command->text, strlen(command->text), MSG_DONTWAIT | MSG_NOSIGNAL);
	explicit_bzero(command->text, sizeof command->text);
	/* A service with a full queue has not read for long: that is as good as gone. */
	if (put < 0)
		lose(wpa);
	else
		loop_timer_set(wpa->timer, loop_now(wpa->loop).boot_ms + WPA_REPLY_MS);
}

static void timer_fired(void *owner)
{
	struct wpa *wpa = owner;
	if (!wpa->gone)
		lose(wpa);
	else
		wpa->listener.gone(wpa->listener.owner);
}

/* Calls out last, because whoever is called may close the conversation. */
static void take(struct wpa *wpa, const char *text)
{
	if (*text == '<') {
		if (wpa->listener.event)
			wpa->listener.event(wpa->listener.owner, text);
		return;
	}
	if (wpa->count == 0)
		return;
	wpa_replied *replied = wpa->commands[wpa->first].replied;
	wpa->first = (wpa->first + 1) % WPA_COMMANDS_MAX;
	loop_timer_set(wpa->timer, LOOP_NEVER);
	if (--wpa->count > 0)
		send_first(wpa);
	if (replied)
		replied(wpa->listener.owner, text);
}

/* False: nothing came, or the conversation broke. Events come as they are, replies without their last newline. */
static bool receive(struct wpa *wpa, char text[static WPA_TEXT_MAX + 1])
{
	ssize_t got = recv(wpa->fd, text, WPA_TEXT_MAX, MSG_DONTWAIT);
	if (got < 0) {
		if (errno != EAGAIN && errno != EINTR)
			lose(wpa);
		return false;
	}
	text[got] = 0;
	size_t len = strlen(text);
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = 0;
	return true;
}

/* One datagram a call, so that nothing is touched after calling out. */
static void ready(void *owner, bool readable, bool writable)
{
	struct wpa *wpa = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	char text[WPA_TEXT_MAX + 1];
	if (!receive(wpa, text))
		return;
	take(wpa, text);
	explicit_bzero(text, sizeof text);
}

static int connected_socket(const char *folder, const char *interface, enum err *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int len = snprintf(name.sun_path, sizeof name.sun_path, "%s/%s", folder, interface);
	*err = ERR_NO_FILE;
	if (len < 0 || (size_t)len >= sizeof name.sun_path)
		return -1;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		*err = err_from_errno(errno);
		return -1;
	}
	/* A name of the kernel's choice in no folder, to which replies are sent. */
	struct sockaddr_un own = {.sun_family = AF_UNIX};
	if (!bind(fd, (const struct sockaddr *)(const void *)&own, sizeof own.sun_family) &&
	    !connect(fd, (const struct sockaddr *)(const void *)&name, sizeof name))
		return fd;
	/* The file of a service that was killed stays: nobody is there either. */
	if (errno != ECONNREFUSED && errno != ENOENT && errno != ENOTSOCK && errno != EPROTOTYPE && errno != ENOTDIR)
		*err = err_from_errno(errno);
	close(fd);
	return -1;
}

static void attached(void *owner, const char *text)
{
	(void)owner; /* without events the time-outs of whoever waits for one decide */
	(void)text;
}

enum err wpa_open(struct wpa **out, struct loop *loop, const char *folder, const char *interface, const struct wpa_listener *listener)
{
	assert(listener->gone);
	*out = NULL;
	enum err err;
	int fd = connected_socket(folder, interface, &err);
	if (fd < 0)
		return err;
	err = ERR_MEMORY;
	struct wpa *wpa = calloc(1, sizeof *wpa);
	if (!wpa)
		goto err_1;
	*wpa = (struct wpa){.loop = loop, .listener = *listener, .fd = fd};
	wpa->watch = loop_watch_new(loop, fd, ready, wpa);
	if (!wpa->watch)
		goto err_2;
	wpa->timer = loop_timer_new(loop, timer_fired, wpa);
	if (!wpa->timer || loop_watch_set(wpa->watch, true, false) != ERR_OK)
		goto err_3;
	if (listener->event)
		wpa_ask(wpa, attached, "ATTACH");
	*out = wpa;
	return ERR_OK;
err_3:
	if (wpa->timer)
		loop_timer_free(wpa->timer);
	loop_watch_free(wpa->watch);
err_2:
	free(wpa);
err_1:
	close(fd);
	return err;
}

void wpa_close(struct wpa *wpa)
{
	if (!wpa)
		return;
	/* Else the service would find out only after a number of events that nobody takes. */
	if (wpa->listener.event)
		(void)send(wpa->fd, "DETACH", strlen("DETACH"), MSG_DONTWAIT | MSG_NOSIGNAL);
	loop_timer_free(wpa->timer);
	loop_watch_free(wpa->watch);
	close(wpa->fd);
	explicit_bzero(wpa, sizeof *wpa);
	free(wpa);
}

void wpa_ask(struct wpa *wpa, wpa_replied *replied, const char *format, ...)
{
	if (wpa->gone)
		return;
	if (wpa->count == WPA_COMMANDS_MAX) {
		lose(wpa);
		return;
	}
	struct command *command = &wpa->commands[(wpa->first + wpa->count) % WPA_COMMANDS_MAX];
	va_list values;
	va_start(values, format);
	int len = vsnprintf(command->text, sizeof command->text, format, values);
	va_end(values);
	if (len < 0 || (size_t)len >= sizeof command->text) {
		lose(wpa);
		return;
	}
	command->replied = replied;
	if (wpa->count++ == 0)
		send_first(wpa);
}

void wpa_tell(struct wpa *wpa, const char *format, ...)
{
	char text[WPA_COMMAND_SIZE];
	va_list values;
	va_start(values, format);
	int len = vsnprintf(text, sizeof text, format, values);
	va_end(values);
	if (len > 0 && (size_t)len < sizeof text)
		(void)send(wpa->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL); /* who is gone needs no word */
	explicit_bzero(text, sizeof text);
}

bool wpa_final(struct wpa *wpa, const char *command, char reply[static WPA_TEXT_MAX + 1])
{
	/* One reply is owed at most, for what was sent last. */
	unsigned owed = wpa->count > 0 ? 2 : 1;
	wpa->count = 0;
	wpa_tell(wpa, "%s", command);
	struct pollfd wait = {.fd = wpa->fd, .events = POLLIN};
	for (unsigned i = 0; i < FINAL_TEXTS_MAX && !wpa->gone && poll(&wait, 1, WPA_FINAL_MS) > 0; i++)
		if (receive(wpa, reply) && *reply != '<' && --owed == 0)
			return true;
	return false;
}
