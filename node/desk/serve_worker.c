#include "node/desk/serve_worker.h"

#include "crypto/wipe.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = SERVE_WORDS_MAX + 12, PASSPHRASE_FD = 3, OURS_FROM = 4 };

/* A file in memory that holds the bytes, to be read from its beginning. -1: none to be had. */
static int file_of(const char *bytes, size_t len)
{
	int fd = memfd_create("barid", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write(fd, bytes, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Standard input, output and error, the passphrase, and nothing else of the keeper's. */
static bool take_files(const struct serve_request *request, int out, int err)
{
	const char *input = request->input != NULL ? request->input : "";
	int in = file_of(input, strlen(input));
	int passphrase = file_of(request->passphrase.bytes, request->passphrase.len);
	if (in < 0 || passphrase < 0)
		return false;
	/* First out of the way of the numbers they are to have. */
	int high[4] = {in, out, err, passphrase};
	for (int i = 0; i < 4; i++) {
		high[i] = fcntl(high[i], F_DUPFD_CLOEXEC, 16);
		if (high[i] < 0)
			return false;
	}
	return dup2(high[0], STDIN_FILENO) >= 0 && dup2(high[1], STDOUT_FILENO) >= 0 && dup2(high[2], STDERR_FILENO) >= 0 &&
	       dup2(high[3], PASSPHRASE_FD) >= 0 && close_range(OURS_FROM, ~0U, 0) == 0;
}

static void take_signals(void)
{
	static const int caught[] = {SIGINT, SIGTERM, SIGCHLD, SIGHUP, SIGPIPE};
	sigset_t none;
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		(void)signal(caught[i], SIG_DFL); /* of a number that exists */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* as above */
}

static int open_person(const struct serve_job *job)
{
	struct serve_opened opened = {.person = ""};
	int code = job->kind->open(job, &opened);
	if ((code == 0 || opened.counted) && write(STDOUT_FILENO, &opened, sizeof opened) != (ssize_t)sizeof opened)
		code = EX_IOERR;
	wipe(&opened, sizeof opened);
	return code;
}

static int run_verb(const struct serve_job *job)
{
	char *arguments[ARGUMENTS_MAX + 1] = {(char *)(uintptr_t)job->kind->verbs->program, "--json"};
	const struct serve_request *request = job->request;
	int n = 2;
	const char *general[] = {"--home", job->home, "--post", job->post, "--passphrase-fd", "3"};
	static_assert(PASSPHRASE_FD == 3, "as it stands in the command line");
	for (size_t i = 0; i < sizeof general / sizeof general[0]; i++)
		arguments[n++] = (char *)(uintptr_t)general[i]; /* getopt takes them so, and changes none */
	for (unsigned i = 0; i < request->words_n; i++)
		arguments[n++] = (char *)(uintptr_t)request->words[i]; /* as above */
	assert(n < ARGUMENTS_MAX);
	return job->kind->run(job, n, arguments);
}

static _Noreturn void work(const struct serve_job *job, int out, int err)
{
	struct serve_opened opened;
	struct serve_job own = *job;
	int code = EX_OSERR;
	if (job->opened != NULL) {
		opened = *job->opened;
		own.opened = &opened;
	}
	job->forget(job->owner);
	take_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && take_files(own.request, out, err))
		code = own.request->kind == SERVE_OPEN ? open_person(&own) : run_verb(&own);
	if (fflush(stdout) != 0 && code == 0)
		code = EX_IOERR;
	wipe(&opened, sizeof opened);
	_exit(code);
}

enum err serve_worker_start(const struct serve_job *job, struct serve_worker *out)
{
	int ends[2][2] = {{-1, -1}, {-1, -1}};
	enum err err = ERR_LIMIT;
	if (pipe2(ends[0], O_CLOEXEC) != 0 || pipe2(ends[1], O_CLOEXEC) != 0)
		goto failed;
	if (fcntl(ends[0][0], F_SETFL, O_NONBLOCK) != 0 || fcntl(ends[1][0], F_SETFL, O_NONBLOCK) != 0)
		goto failed;
	pid_t pid = fork();
	if (pid == 0)
		work(job, ends[0][1], ends[1][1]);
	err = pid < 0 ? err_from_errno(errno) : ERR_OK;
	if (pid < 0)
		goto failed;
	close(ends[0][1]);
	close(ends[1][1]);
	*out = (struct serve_worker){.pid = pid, .out = ends[0][0], .err = ends[1][0]};
	return ERR_OK;
failed:
	for (int i = 0; i < 4; i++)
		if (ends[i / 2][i % 2] >= 0)
			close(ends[i / 2][i % 2]);
	return err;
}

int serve_worker_end(const struct serve_worker *worker)
{
	int status = 0;
	while (waitpid(worker->pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_SOFTWARE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}
