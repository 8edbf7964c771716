/* serve: the pages. Opens the socket, then starts the front and the keeper and watches over both; it holds no secret itself, so that what it starts
 * again after one ended knows none either. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"
#include "node/desk/package.h"
#include "node/desk/serve.h"
#include "node/desk/serve_people.h"
#include "node/web/front.h"
#include "platform/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	PACKAGE_NAME_MAX = 120, /* of a package */
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
static int start_listening(const struct cli *cli, int *fd, struct sockaddr_storage *name)
{
	const char *wanted = cli_has(cli, "listen") ? cli_value(cli, "listen") : "127.0.0.1:8080";
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

static _Noreturn void be_keeper(const struct cli *cli, int line, const sigset_t *mask)
{
	become(mask);
	enum err err = serve_run(&(struct serve_config){.home = cli->home, .post = cli->post, .people = cli_value(cli, "people"), .line = line});
	_exit(err == ERR_OK ? 0 : err_exit_code(err));
}

/* False: the system has no room for them. */
static bool start_pair(const struct cli *cli, const struct front_config *config, const sigset_t *mask, struct pair *pair)
{
	int ends[2];
	struct front_config front = *config;
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
		close(config->listener);
		be_keeper(cli, ends[1], mask);
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

static int serve(const struct cli *cli, const struct front_config *config)
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

/* Makes the folder of several people, so that what is wrong with it is said here; in a process of its own, for the front is to inherit no secret. */
static int prepare_people(const struct cli *cli)
{
	struct serve_people people;
	int status = 0;
	if (!cli_has(cli, "people"))
		return 0;
	pid_t pid = fork();
	if (pid == 0) {
		enum err err = serve_people_open(&people, cli_value(cli, "people"));
		wipe(&people, sizeof people);
		_exit(-(int)err);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	enum err err = pid > 0 && WIFEXITED(status) ? (enum err) - WEXITSTATUS(status) : ERR_MEMORY;
	return err == ERR_OK ? 0 : cli_weather(cli, err, cli_value(cli, "people"));
}

/* A box greets phones; one person's own device answers none of their questions. */
static int choose_portal(const struct cli *cli, enum portal_mode *mode)
{
	*mode = cli_has(cli, "people") ? PORTAL_SPLASH : PORTAL_OFF;
	if (!cli_has(cli, "portal") || portal_mode_of(cli_value(cli, "portal"), mode))
		return 0;
	return cli_fail(cli, EX_USAGE, "--portal is off, quiet or splash, not \"%s\"", cli_value(cli, "portal"));
}

/* Reads it once, before anything starts: the front opens no file. */
static int load_package(const struct cli *cli, struct package *package, struct front_package *shown)
{
	const char *path = cli_value(cli, "package");
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-");
	if (name[0] == '\0' || name[plain] != '\0' || plain > PACKAGE_NAME_MAX)
		return cli_fail(cli, EX_USAGE, "the name of the package may have letters, digits and ._+~- only: %s", path);
	enum err err = package_read(path, package);
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	err = package_check(path, package);
	if (err != ERR_OK) {
		package_free(package);
		return cli_fail(cli, err_exit_code(err), "%s has no good signature beside it; \"barid package sign\" makes one", path);
	}
	*shown = (struct front_package){name, package->bytes, package->len, package->signature, package->fingerprint};
	return 0;
}

int verb_serve(const struct cli *cli)
{
	struct front_config config = {.listener = -1};
	struct package package = {0};
	struct front_package shown;
	struct sockaddr_storage name;
	char address[ADDRESS_TEXT];
	int code = choose_portal(cli, &config.portal);
	if (code == 0 && cli_has(cli, "package")) {
		code = load_package(cli, &package, &shown);
		config.package = &shown;
	}
	if (code == 0)
		code = prepare_people(cli);
	if (code == 0)
		code = start_listening(cli, &config.listener, &name);
	if (code != 0)
		goto done;
	address_text(&name, address);
	if (!is_loopback(&name))
		cli_say(cli, "everybody who reaches %s can open the page, and what they type there crosses the link as it is", address);
	if (cli->json)
		code = cli_json(cli, json_pack("{s:s}", "listen", address));
	else
		printf("The page is at http://%s/\n", address);
	if (code == 0 && fflush(stdout) == 0)
		code = serve(cli, &config);
	close(config.listener);
done:
	package_free(&package);
	return code;
}
