#include "platform/linux/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	int fd;
	uint64_t watchdog_ms;
} manager = {-1, 0};

static uint64_t number_of(const char *text)
{
	char *end;
	errno = 0;
	unsigned long long number = text ? strtoull(text, &end, 10) : 0;
	return !text || errno || end == text || *end ? 0 : number;
}

void notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof name.sun_path)
		return;
	size_t len = strlen(path);
	memcpy(name.sun_path, path, len);
	if (*path == '@')
		name.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)(const void *)&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len))) {
		close(fd);
		return;
	}
	manager.fd = fd;
	const char *pid = getenv("WATCHDOG_PID");
	if (!pid || number_of(pid) == (uint64_t)getpid())
		manager.watchdog_ms = number_of(getenv("WATCHDOG_USEC")) / 1000;
}

void notify_close(void)
{
	if (manager.fd >= 0)
		close(manager.fd);
	manager.fd = -1;
	manager.watchdog_ms = 0;
}

void notify_send(const char *line)
{
	if (manager.fd >= 0)
		(void)send(manager.fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT); /* a manager that does not listen is no reason to stop */
}

uint64_t notify_watchdog_ms(void)
{
	return manager.watchdog_ms;
}
