/* What a worker of the keeper knows: the key it needs, and nobody else's; and what becomes of one that talks too much. */

#include "node/desk/serve.h"
#include "node/desk/verb_table.h"
#include "node/web/line.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { ANSWER_MAX_MS = 60000, KEY_BYTES = 32, PEOPLE = 4, CHUNK = 1 << 16, LINES = 15000 };

/* What is longer is a sanitizer's own. */
static const unsigned long stretch_max = 1UL << 28;

/* One byte of the key of the n-th person; nowhere does a whole one stand but where it is kept. */
static uint8_t key_byte(unsigned person, size_t at)
{
	return (uint8_t)(0x91 + 7 * at + 31 * person + at * at * (person + 3));
}

static bool is_key(const uint8_t *bytes, unsigned person)
{
	for (size_t i = 0; i < KEY_BYTES; i++)
		if (bytes[i] != key_byte(person, i))
			return false;
	return true;
}

/* Looks through this process's memory, from a stretch of /proc/self/mem. */
static void count_keys(int memory, unsigned long from, unsigned long to, unsigned counts[static PEOPLE])
{
	static uint8_t chunk[CHUNK + KEY_BYTES];
	for (unsigned long at = from; at < to; at += CHUNK) {
		ssize_t got = pread(memory, chunk, sizeof chunk, (off_t)at);
		for (ssize_t i = 0; i + KEY_BYTES <= got && i < CHUNK; i++)
			for (unsigned person = 0; person < PEOPLE; person++)
				counts[person] += is_key(chunk + i, person);
	}
	explicit_bzero(chunk, sizeof chunk);
}

/* In the worker: prints how often whose key is found in all that it can read. */
static int look(const struct serve_job *job, int n, char **arguments)
{
	unsigned counts[PEOPLE] = {0};
	char row[512], mode[8];
	unsigned long from, to;
	(void)job; /* who asks is known by their number */
	(void)n;
	(void)arguments;
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	if (maps == NULL || memory < 0)
		return 1;
	while (fgets(row, sizeof row, maps) != NULL)
		if (sscanf(row, "%lx-%lx %7s", &from, &to, mode) == 3 && mode[0] == 'r' && mode[1] == 'w' && to - from < stretch_max)
			count_keys(memory, from, to, counts);
	printf("{\"keys\":[%u,%u,%u,%u]}\n", counts[0], counts[1], counts[2], counts[3]);
	fclose(maps);
	close(memory);
	return 0;
}

/* "bus": a list of many lines; "contact": a text as long. */
static int talk(const struct serve_job *job, int n, char **arguments)
{
	const char *verb = job->request->words[0];
	if (strcmp(verb, "bus") != 0 && strcmp(verb, "contact") != 0)
		return look(job, n, arguments);
	for (unsigned i = 0; i < LINES; i++)
		printf("{\"n\":%u,\"text\":\"%0900u\"}\n", i, i);
	return 0;
}

/* The passphrase is the person's number. */
static int open_one(const struct serve_job *job, struct serve_opened *opened)
{
	unsigned person = (unsigned)atoi(job->request->passphrase.bytes);
	for (size_t i = 0; i < KEY_BYTES; i++)
		opened->kept.data_key[i] = key_byte(person, i);
	return 0;
}

static const struct serve_allowed rows[] = {
	{"status", "", {""}, SERVE_ANYBODY, SERVE_PLAIN}, {"inbox", "", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"bus", "", {""}, SERVE_ANYBODY, SERVE_PLAIN},    {"contact", "", {""}, SERVE_ANYBODY, SERVE_TEXT},
	{NULL, NULL, {NULL}, SERVE_ANYBODY, SERVE_PLAIN},
};

static const struct serve_kind kind = {.verbs = &verb_table, .allowed = rows, .gone_code = 77, .idle_ms = 600000, .open = open_one, .run = talk};

static pid_t keeper;
static struct line *line;

static void start(void)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	keeper = fork();
	if (keeper == 0) {
		close(ends[0]);
		const struct serve_config config = {.kind = &kind, .home = "/nonexistent", .post = "/nonexistent", .line = ends[1]};
		_exit(serve_run(&config) == ERR_OK ? 0 : 1);
	}
	close(ends[1]);
	line = line_new(ends[0], LINE_REPLY_MAX);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

static void stop(void)
{
	line_free(line);
	ck_assert_int_eq(waitpid(keeper, NULL, 0), keeper);
}

static json_t *ask(json_t *request)
{
	const char *bytes;
	size_t len = 0;
	ck_assert(line_put(line, request));
	ck_assert_int_eq(line_write(line), LINE_OPEN);
	while (!line_next(line, &bytes, &len)) {
		struct pollfd ready = {.fd = line_fd(line), .events = POLLIN};
		ck_assert_int_eq(poll(&ready, 1, ANSWER_MAX_MS), 1);
		ck_assert_int_eq(line_read(line), LINE_OPEN);
	}
	json_t *answer = json_loadb(bytes, len, 0, NULL);
	ck_assert_ptr_nonnull(answer);
	return answer;
}

static void enter(unsigned person, char session[static SERVE_SESSION_DIGITS + 1])
{
	char number[4];
	snprintf(number, sizeof number, "%u", person);
	json_t *answer = ask(json_pack("{s:i, s:{s:s}}", "id", 1, "open", "passphrase", number));
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "code")), 0);
	snprintf(session, SERVE_SESSION_DIGITS + 1, "%s", json_string_value(json_object_get(answer, "session")));
	json_decref(answer);
}

/* How often the worker of a request finds each key. */
static void keys_of(const char *session, const char *verb, json_int_t counts[static PEOPLE])
{
	json_t *answer = ask(json_pack("{s:i, s:[s], s:s}", "id", 2, "argv", verb, "session", session));
	const json_t *keys = json_object_get(json_array_get(json_object_get(answer, "out"), 0), "keys");
	ck_assert_uint_eq(json_array_size(keys), PEOPLE);
	for (unsigned i = 0; i < PEOPLE; i++)
		counts[i] = json_integer_value(json_array_get(keys, i));
	json_decref(answer);
}

START_TEST(a_worker_has_the_key_of_its_session_and_nobody_else_s)
{
	char sessions[PEOPLE][SERVE_SESSION_DIGITS + 1];
	json_int_t counts[PEOPLE];
	for (unsigned person = 0; person < PEOPLE; person++)
		enter(person, sessions[person]);
	for (unsigned person = 0; person < PEOPLE; person++) {
		keys_of(sessions[person], "inbox", counts);
		for (unsigned other = 0; other < PEOPLE; other++)
			ck_assert_msg((counts[other] > 0) == (other == person), "the worker of %u finds the key of %u %lld times", person, other,
				      (long long)counts[other]);
	}
}
END_TEST

START_TEST(a_worker_that_needs_no_vault_has_no_key)
{
	char session[SERVE_SESSION_DIGITS + 1];
	json_int_t counts[PEOPLE];
	for (unsigned person = 0; person < PEOPLE; person++)
		enter(person, session);
	keys_of(session, "status", counts);
	for (unsigned person = 0; person < PEOPLE; person++)
		ck_assert_int_eq(counts[person], 0);
}
END_TEST

START_TEST(of_a_list_that_is_too_long_the_beginning_is_handed_on)
{
	json_t *answer = ask(json_pack("{s:i, s:[s]}", "id", 3, "argv", "bus"));
	const json_t *out = json_object_get(answer, "out");
	size_t n = json_array_size(out);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "code")), 0);
	ck_assert(json_is_true(json_object_get(answer, "cut")));
	ck_assert(n > 2000 && n < LINES);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(out, i), "n")), (json_int_t)i);
	json_decref(answer);
}
END_TEST

START_TEST(of_a_text_that_is_too_long_nothing_is)
{
	json_t *answer = ask(json_pack("{s:i, s:[s]}", "id", 4, "argv", "contact"));
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "code")), EX_DATAERR);
	ck_assert_ptr_null(json_object_get(answer, "text"));
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(answer, "say")), "more than fits"));
	json_decref(answer);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("serve_worker");
	TCase *tests = tcase_create("keys");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, a_worker_has_the_key_of_its_session_and_nobody_else_s);
	tcase_add_test(tests, a_worker_that_needs_no_vault_has_no_key);
	tcase_add_test(tests, of_a_list_that_is_too_long_the_beginning_is_handed_on);
	tcase_add_test(tests, of_a_text_that_is_too_long_nothing_is);
	suite_add_tcase(suite, tests);
	return suite;
}
