#include "node/desk/watch.h"

#include "node/desk/serve.h"
#include "platform/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	ADDRESS_TEXT = INET6_ADDRSTRLEN + 10,
	PAUSE_S = 1, /* before what ended is started again: whoever makes it end gains no more than that */
};

/* "127.0.0.1:8080" or "[::1]:8080", numbers only. Returns the length of the name, 0 if it is none. */
static socklen_t parse_address(const char *text, struct sockaddr_storage *name)
{
	char host[ADDRESS_TEXT];
	uint64_t port = 0;
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	if (len == 0 || len >= sizeof host || !text_count(colon + 1, 65535, &port))
		return 0;
	memcpy(host, text, len);
	host[len] = '\0';
	*name = (struct sockaddr_storage){0};
	struct sockaddr_in *four = (struct sockaddr_in *)name;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)name;
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return sizeof *four;
	}
	if (host[0] != '[' || host[len - 1] != ']')
		return 0;
	host[len - 1] = '\0';
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1 ? (socklen_t)sizeof *six : 0;
}

static void address_text(const struct sockaddr_storage *name, char out[static ADDRESS_TEXT])
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)name;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)name;
	char host[INET6_ADDRSTRLEN] = "";
	bool is_six = name->ss_family == AF_INET6;
	(void)inet_ntop(name->ss_family, is_six ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr, host, sizeof host); /* it fits */
	snprintf(out, ADDRESS_TEXT, is_six ? "[%s]:%u" : "%s:%u", host, ntohs(is_six ? six->sin6_port : four->sin_port));
}

static bool is_loopback(const struct sockaddr_storage *name)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)name;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)name;
	return name->ss_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) : ntohl(four->sin_addr.s_addr) >> 24 == 127;
}

/* Fills where it listens, for it may have asked for any port. Returns 0 or an exit code after a sentence. */
static int start_listening(const struct cli *cli, const char *usual, int *fd, struct sockaddr_storage *name)
{
	const char *wanted = cli_has(cli, "listen") ? cli_value(cli, "listen") : usual;
	socklen_t len = parse_address(wanted, name);
	int on = 1;
	if (len == 0)
		return cli_fail(cli, EX_USAGE, "--listen takes an address and a port in numbers, as 127.0.0.1:8080 or [::1]:8080, not \"%s\"",
				wanted);
	*fd = socket(name->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0 && setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && bind(*fd, (struct sockaddr *)name, len) == 0 &&
	    listen(*fd, BACKLOG) == 0 && getsockname(*fd, (struct sockaddr *)name, &len) == 0)
		return 0;
	int error = errno;
	if (*fd >= 0)
		close(*fd);
	if (error == EADDRINUSE)
		return cli_fail(cli, EX_UNAVAILABLE, "another program uses %s already; give another port with --listen", wanted);
	return cli_fail(cli, EX_UNAVAILABLE, "it cannot listen at %s: %s", wanted, strerror(error));
}

struct pair {
	pid_t front, keeper; /* -1: ended */
};

static void become(const sigset_t *mask)
{
	(void)sigprocmask(SIG_SETMASK, mask, NULL); /* a mask we were given */
	/* Ctrl-C reaches all of a terminal's processes: the one that watches says when these two end. */
	if (signal(SIGINT, SIG_IGN) == SIG_ERR || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		_exit(EX_OSERR);
}

static _Noreturn void be_front(const struct front_config *config, const sigset_t *mask)
{
	become(mask);
	_exit(front_run(config));
}

static _Noreturn void be_keeper(const struct cli *cli, const struct watch_config *config, int line, const sigset_t *mask)
{
	become(mask);
	enum err err = serve_run(&(struct serve_config){.kind = config->kind,
							.home = cli->home,
							.post = cli->post,
							.people = config->people,
							.forget_days = config->front.forget_days,
							.line = line});
	_exit(err == ERR_OK ? 0 : err_exit_code(err));
}

/* False: the system has no room for them. */
static bool start_pair(const struct cli *cli, const struct watch_config *config, const sigset_t *mask, struct pair *pair)
{
	int ends[2];
	struct front_config front = config->front;
	*pair = (struct pair){-1, -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	pair->front = fork();
	if (pair->front == 0) {
		close(ends[1]);
		front.line = ends[0];
		be_front(&front, mask);
	}
	close(ends[0]);
	pair->keeper = pair->front > 0 ? fork() : -1;
	if (pair->keeper == 0) {
		close(config->front.listener);
		be_keeper(cli, config, ends[1], mask);
	}
	close(ends[1]);
	return pair->keeper > 0;
}

static void end_one(pid_t *pid)
{
	if (*pid <= 0)
		return;
	(void)kill(*pid, SIGTERM); /* a child of ours */
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = -1;
}

/* Until one of them ends (true) or a signal says that it is enough. */
static bool watch(const sigset_t *signals, struct pair *pair)
{
	for (;;) {
		siginfo_t info;
		int number = sigwaitinfo(signals, &info);
		if (number == SIGTERM || number == SIGINT)
			return false;
		if (number != SIGCHLD)
			continue;
		int status = 0;
		pid_t ended = waitpid(-1, &status, WNOHANG);
		if (ended <= 0)
			continue;
		const char *which = ended == pair->front ? "front" : "keeper";
		if (WIFSIGNALED(status))
			log_error("the %s was ended by signal %d; both start anew, and whoever was in must unlock again", which, WTERMSIG(status));
		else if (WEXITSTATUS(status) != 0)
			log_error("the %s ended with %d; both start anew, and whoever was in must unlock again", which, WEXITSTATUS(status));
		if (ended == pair->front)
			pair->front = -1;
		else
			pair->keeper = -1;
		return true;
	}
}

static int serve(const struct cli *cli, const struct watch_config *config)
{
	sigset_t signals, before;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &signals, &before) != 0)
		return cli_weather(cli, ERR_IO, "signals");
	const struct timespec pause = {.tv_sec = PAUSE_S};
	sigset_t ends = signals;
	sigdelset(&ends, SIGCHLD);
	for (;;) {
		struct pair pair;
		bool again = start_pair(cli, config, &before, &pair);
		if (!again)
			log_error("there is no room to start the page's processes");
		else
			again = watch(&signals, &pair);
		end_one(&pair.front);
		end_one(&pair.keeper);
		if (!again || sigtimedwait(&ends, NULL, &pause) > 0)
			return 0;
	}
}

int watch_serve(const struct cli *cli, const struct watch_config *config)
{
	struct watch_config own = *config;
	struct sockaddr_storage name;
	char address[ADDRESS_TEXT];
	int code = start_listening(cli, config->listen, &own.front.listener, &name);
	if (code != 0)
		return code;
	address_text(&name, address);
	if (!is_loopback(&name))
		cli_say(cli, "everybody who reaches %s can open the page, and what they type there crosses the link as it is", address);
	if (cli->json)
		code = cli_json(cli, json_pack("{s:s}", "listen", address));
	else
		printf("The page is at http://%s/\n", address);
	if (code == 0 && fflush(stdout) == 0)
		code = serve(cli, &own);
	close(own.front.listener);
	return code;
}
