#include "platform/linux/confine.h"
#include "platform/log.h"
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define CONFINES 0 /* a sanitizer needs calls that no post does */
#else
#define CONFINES 1
#endif

static char folder[64];

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/barid-confine-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	log_open("test", LOG_LEVEL_ERROR);
}

static void remove_folder(void)
{
	char path[96];
	snprintf(path, sizeof path, "%s/file", folder);
	(void)unlink(path); /* one test makes it */
	ck_assert_int_eq(rmdir(folder), 0);
}

static enum err as_a_post(void)
{
	return confine_post(&(struct confine_files){.writable = {folder}});
}

static enum err (*profile)(void) = as_a_post;

static void as_a_front(void)
{
	make_folder();
	profile = confine_front;
}

/* Runs the attempt in a confined process; what waitpid() says of it. The attempt's value is its exit code. */
static int confined(int (*attempt)(void))
{
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		confine_memory();
		if (profile() != ERR_OK)
			_exit(99);
		_exit(attempt());
	}
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void expect_allowed(int (*attempt)(void))
{
	int status = confined(attempt);
	ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

static void expect_killed(int (*attempt)(void))
{
	int status = confined(attempt);
	if (CONFINES)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static int write_own_file(void)
{
	char path[96];
	snprintf(path, sizeof path, "%s/file", folder);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	bool good = fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && ftruncate(fd, 0) == 0;
	return good ? 0 : 1;
}

static void *nothing(void *argument)
{
	return argument;
}

static int use_a_thread(void)
{
	pthread_t thread;
	return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

static int look_up_a_name(void)
{
	struct addrinfo *found = NULL;
	int failed = getaddrinfo("localhost", "1", NULL, &found);
	if (!failed)
		freeaddrinfo(found);
	return failed != 0;
}

static int use_sockets(void)
{
	(void)!socket(AF_BLUETOOTH, SOCK_SEQPACKET, 0); /* not every kernel has it; one that was not allowed would end the process */
	int one = socket(AF_INET, SOCK_STREAM, 0);
	int two = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	return one < 0 || two < 0;
}

static int start_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return 0;
}

static int make_a_process(void)
{
	return fork() == 0 ? 0 : 0;
}

static int trace_the_parent(void)
{
	return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static int listen_to_every_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0;
}

static int run_what_was_written(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int read_another_file(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

START_TEST(what_a_post_does_stays_possible)
{
	expect_allowed(write_own_file);
	expect_allowed(use_a_thread);
	expect_allowed(look_up_a_name);
	expect_allowed(use_sockets);
}
END_TEST

START_TEST(what_only_an_intruder_would_do_ends_the_process)
{
	expect_killed(start_a_program);
	expect_killed(make_a_process);
	expect_killed(trace_the_parent);
	expect_killed(listen_to_every_packet);
	expect_killed(run_what_was_written);
}
END_TEST

START_TEST(other_files_are_out_of_reach_where_the_kernel_has_landlock)
{
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
	if (CONFINES && landlock)
		expect_allowed(read_another_file);
}
END_TEST

/* What it had before stays usable: takes a connection and answers it. */
static int listener = -1;

static int take_a_connection(void)
{
	char byte = 0;
	int fd = accept(listener, NULL, NULL);
	return fd < 0 || read(fd, &byte, 1) != 1 || byte != 'q' || send(fd, "a", 1, MSG_NOSIGNAL) != 1 || close(fd) != 0;
}

static int open_any_file(void)
{
	bool refused = open("/dev/null", O_RDONLY) < 0 && errno == EACCES;
	char path[96];
	snprintf(path, sizeof path, "%s/file", folder);
	return !refused || open(path, O_RDWR | O_CREAT, 0600) >= 0 || errno != EACCES;
}

static int make_any_socket(void)
{
	bool refused = socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES;
	return !refused || socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EACCES;
}

static int remove_a_file(void)
{
	return unlink("/nowhere") != 0;
}

START_TEST(a_front_takes_connections_it_was_given_a_socket_for)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char answer = 0;
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(name.sun_path, sizeof name.sun_path, "%s/file", folder);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(write(client, "q", 1), 1);
	expect_allowed(take_a_connection);
	ck_assert_int_eq(read(client, &answer, 1), 1);
	ck_assert_int_eq(answer, 'a');
	close(client);
	close(listener);
}
END_TEST

START_TEST(a_front_opens_neither_files_nor_sockets)
{
	if (CONFINES) {
		expect_allowed(open_any_file);
		expect_allowed(make_any_socket);
	}
}
END_TEST

START_TEST(a_front_that_wants_more_ends)
{
	expect_killed(start_a_program);
	expect_killed(make_a_process);
	expect_killed(use_a_thread);
	expect_killed(trace_the_parent);
	expect_killed(run_what_was_written);
	expect_killed(remove_a_file);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("confine");
	TCase *tcase = tcase_create("confine");
	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_add_test(tcase, what_a_post_does_stays_possible);
	tcase_add_test(tcase, what_only_an_intruder_would_do_ends_the_process);
	tcase_add_test(tcase, other_files_are_out_of_reach_where_the_kernel_has_landlock);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("front");
	tcase_add_checked_fixture(tcase, as_a_front, remove_folder);
	tcase_add_test(tcase, a_front_takes_connections_it_was_given_a_socket_for);
	tcase_add_test(tcase, a_front_opens_neither_files_nor_sockets);
	tcase_add_test(tcase, a_front_that_wants_more_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
