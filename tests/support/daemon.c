#include "tests/support/daemon.h"

#include "node/post/post.h"
#include "tests/support/measure.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_SECONDS = 10, PAUSE_US = 1000, FILL_BURST = 256 };

void daemon_fill(const char *home, uint32_t first, uint32_t count, struct sample (*letter)(uint32_t number))
{
	char path[128];
	(void)mkdir(home, 0700); /* it may be there already */
	(void)snprintf(path, sizeof(path), "%s/store.db", home);
	struct post_config config = {.store_path = path, .store_max_bytes = UINT64_C(1) << 40};
	struct post *post;
	if (post_open(&post, &config, clock_now()) != ERR_OK)
		measure_fail("no store can be made at %s", path);
	for (uint32_t i = 0; i < count; i++) {
		struct sample sample = letter(first + i);
		uint8_t id[LETTER_ID_SIZE];
		if (post_submit(post, sample.bytes, sample.len, SUBMIT_SEND_NOW, id, clock_now()) != VERDICT_STORED)
			measure_fail("letter %u is refused", (unsigned)(first + i));
		if ((i % FILL_BURST == FILL_BURST - 1 || i + 1 == count) && post_settle(post, clock_now()) != ERR_OK)
			measure_fail("the store cannot be written");
	}
	post_close(post);
}

unsigned daemon_free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		measure_fail("no port is free");
	(void)close(fd);
	return ntohs(at.sin_port);
}

static void become_baridd(const char *home, const char *listen, const char *peer)
{
	const char *arguments[16] = {"baridd", "--lan", "off", "--store-max", "1024G", "--home", home};
	size_t count = 7;
	if (listen != NULL) {
		arguments[count++] = "--listen";
		arguments[count++] = listen;
	}
	if (peer != NULL) {
		arguments[count++] = "--peer";
		arguments[count++] = peer;
	}
	char log[128];
	(void)snprintf(log, sizeof(log), "%s/log", home);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	/* A benchmark that is interrupted leaves no daemon behind. */
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(127);
	(void)execv(TEST_BINARY_DIR "/baridd", (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static int try_connect(const char *home)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%.90s/ctl.sock", home);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		measure_fail("no socket");
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

void daemon_start(struct daemon_process *daemon, const char *home, const char *listen, const char *peer)
{
	(void)snprintf(daemon->home, sizeof(daemon->home), "%s", home);
	(void)mkdir(home, 0700); /* it may be there already */
	daemon->pid = fork();
	if (daemon->pid == 0)
		become_baridd(home, listen, peer);
	double until = measure_now() + START_SECONDS;
	while ((daemon->control = try_connect(home)) < 0) {
		if (daemon->pid < 0 || waitpid(daemon->pid, NULL, WNOHANG) != 0 || measure_now() > until)
			measure_fail("baridd does not start; see %s/log", home);
		(void)usleep(PAUSE_US);
	}
}

struct control_status daemon_status(const struct daemon_process *daemon)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_request request = {.op = CONTROL_STATUS};
	struct control_status status;
	size_t len = control_request_encode(&request, packet, sizeof(packet));
	ssize_t got = send(daemon->control, packet, len, MSG_NOSIGNAL);
	if (got >= 0)
		got = recv(daemon->control, packet, sizeof(packet), 0);
	if (got <= 0 || !control_status_decode(packet, (size_t)got, &status))
		measure_fail("baridd gives no status; see %s/log", daemon->home);
	return status;
}

uint64_t daemon_letters(const struct daemon_process *daemon)
{
	struct control_status status = daemon_status(daemon);
	uint64_t letters = 0;
	for (size_t c = 0; c < LETTER_CLASSES; c++)
		letters += status.letters[c];
	return letters;
}

void daemon_submit(const struct daemon_process *daemon, const struct sample *letter)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_request request = {.op = CONTROL_SUBMIT, .flags = SUBMIT_SEND_NOW, .envelope = letter->bytes, .envelope_len = letter->len};
	struct control_submitted answer;
	ssize_t got = send(daemon->control, packet, control_request_encode(&request, packet, sizeof(packet)), MSG_NOSIGNAL);
	if (got >= 0)
		got = recv(daemon->control, packet, sizeof(packet), 0);
	if (got <= 0 || !control_submitted_decode(packet, (size_t)got, &answer) || answer.verdict != VERDICT_STORED)
		measure_fail("baridd takes no letter; see %s/log", daemon->home);
}

void daemon_stop(struct daemon_process *daemon)
{
	int status;
	(void)close(daemon->control);
	if (kill(daemon->pid, SIGTERM) != 0 || waitpid(daemon->pid, &status, 0) != daemon->pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		measure_fail("baridd did not end well; see %s/log", daemon->home);
}
