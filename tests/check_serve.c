/* The keeper of the pages: what it takes for a request, what it allows, whom it keeps unlocked and for how long, and that it does what it is asked.
 */

#include "node/desk/serve.h"
#include "node/desk/serve_sessions.h"
#include "node/web/line.h"
#include "tests/support/fakepost.h"
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

enum { NOW_MS = 1000000, ANSWER_MAX_MS = 60000, IDLE_MS = 600000 };

#define SESSION "0123456789abcdef0123456789abcdef"

static struct serve_sessions sessions;
static const struct serve_opened opened = {.kept = {.data_key = {1, 2, 3}}};

static void no_sessions(void)
{
	memset(&sessions, 0, sizeof sessions);
	sessions.idle_ms = IDLE_MS;
}

START_TEST(a_session_is_found_by_its_token_alone)
{
	struct serve_session *one = serve_sessions_open(&sessions, "", &opened, NOW_MS), *two = serve_sessions_open(&sessions, "", &opened, NOW_MS);
	ck_assert_str_ne(one->token, two->token);
	ck_assert_ptr_eq(serve_sessions_find(&sessions, one->token, NOW_MS), one);
	ck_assert_ptr_eq(serve_sessions_find(&sessions, two->token, NOW_MS), two);
	ck_assert_mem_eq(one->opened.kept.data_key, opened.kept.data_key, 32);
	ck_assert_ptr_null(serve_sessions_find(&sessions, "", NOW_MS));
	ck_assert_ptr_null(serve_sessions_find(&sessions, SESSION, NOW_MS));
}
END_TEST

START_TEST(who_asks_nothing_for_ten_minutes_is_locked_and_the_key_is_gone)
{
	struct serve_session *session = serve_sessions_open(&sessions, "", &opened, NOW_MS);
	char token[sizeof session->token];
	strcpy(token, session->token);
	ck_assert_uint_eq(serve_sessions_expire(&sessions, NOW_MS), NOW_MS + IDLE_MS);
	ck_assert_ptr_eq(serve_sessions_find(&sessions, token, NOW_MS + IDLE_MS - 1), session);
	session->used_ms = NOW_MS + 5;
	ck_assert_ptr_eq(serve_sessions_find(&sessions, token, NOW_MS + IDLE_MS), session);
	ck_assert_ptr_null(serve_sessions_find(&sessions, token, NOW_MS + 5 + IDLE_MS));
	static const struct serve_session nothing;
	ck_assert_mem_eq(session, &nothing, sizeof nothing);
	ck_assert_uint_eq(serve_sessions_expire(&sessions, NOW_MS), UINT64_MAX);
}
END_TEST

START_TEST(a_session_at_work_is_neither_locked_nor_given_up)
{
	struct serve_session *busy = serve_sessions_open(&sessions, "", &opened, NOW_MS);
	busy->busy = true;
	char token[sizeof busy->token];
	strcpy(token, busy->token);
	ck_assert_ptr_eq(serve_sessions_find(&sessions, token, NOW_MS + 2 * IDLE_MS), busy);
	for (unsigned i = 0; i < 3 * SERVE_SESSIONS_MAX; i++)
		ck_assert_ptr_nonnull(serve_sessions_open(&sessions, "", &opened, NOW_MS + i));
	ck_assert_ptr_eq(serve_sessions_find(&sessions, token, NOW_MS), busy);
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++)
		sessions.list[i].busy = true;
	ck_assert_ptr_null(serve_sessions_open(&sessions, "", &opened, NOW_MS));
}
END_TEST

START_TEST(sessions_opened_once_do_not_push_out_one_in_use)
{
	struct serve_session *used = serve_sessions_open(&sessions, "", &opened, NOW_MS);
	char token[sizeof used->token];
	strcpy(token, used->token);
	used->used_again = true;
	for (unsigned i = 0; i < 10 * SERVE_SESSIONS_MAX; i++)
		ck_assert_ptr_nonnull(serve_sessions_open(&sessions, "", &opened, NOW_MS + i));
	ck_assert_ptr_eq(serve_sessions_find(&sessions, token, NOW_MS + 1000), used);
}
END_TEST

START_TEST(only_the_sessions_of_one_vault_are_locked)
{
	const struct serve_session *hers = serve_sessions_open(&sessions, "00000000000000000000000000000001", &opened, NOW_MS);
	const struct serve_session *his = serve_sessions_open(&sessions, "00000000000000000000000000000002", &opened, NOW_MS);
	serve_sessions_lock_folder(&sessions, hers->folder);
	ck_assert_str_eq(hers->token, "");
	ck_assert_ptr_eq(serve_sessions_find(&sessions, his->token, NOW_MS), his);
}
END_TEST

START_TEST(guesses_at_one_do_not_slow_another_and_many_do_not_make_the_worst_forgotten)
{
	static struct serve_tries tries;
	char who[SERVE_WHO_MAX + 1];
	for (unsigned i = 0; i <= SERVE_FREE_TRIES + 2; i++)
		serve_tries_note(&tries, "hers", false, NOW_MS);
	ck_assert_uint_eq(serve_tries_wait(&tries, "hers", NOW_MS), 8);
	ck_assert_uint_eq(serve_tries_wait(&tries, "his", NOW_MS), 0);
	for (unsigned i = 0; i < 3 * SERVE_TRIED_MAX; i++) {
		snprintf(who, sizeof who, "nobody %u", i);
		serve_tries_note(&tries, who, false, NOW_MS + i);
	}
	ck_assert_uint_eq(serve_tries_wait(&tries, "hers", NOW_MS), 8);
	serve_tries_note(&tries, "hers", true, NOW_MS);
	ck_assert_uint_eq(serve_tries_wait(&tries, "hers", NOW_MS), 0);
	for (unsigned i = 0; i <= SERVE_FREE_TRIES; i++)
		serve_tries_note(&tries, "his", false, NOW_MS);
	serve_tries_note(&tries, "his", false, NOW_MS + SERVE_TRIED_MS + 1);
	ck_assert_uint_eq(serve_tries_wait(&tries, "his", NOW_MS + SERVE_TRIED_MS + 1), 0);
}
END_TEST

START_TEST(guessing_becomes_slower_and_slower_and_a_right_one_ends_it)
{
	struct serve_guesses guesses = {0};
	uint64_t expected[] = {0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, SERVE_DELAY_MAX_S, SERVE_DELAY_MAX_S};
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		serve_guesses_note(&guesses, false, NOW_MS, NULL);
		ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS), expected[i]);
	}
	for (unsigned i = 0; i < 100; i++)
		serve_guesses_note(&guesses, false, NOW_MS, NULL);
	ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS), SERVE_DELAY_MAX_S);
	ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS + 1), SERVE_DELAY_MAX_S);
	ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS + SERVE_DELAY_MAX_S * 1000), 0);
	serve_guesses_note(&guesses, true, NOW_MS, NULL);
	ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS), 0);
	serve_guesses_note(&guesses, false, NOW_MS, NULL);
	ck_assert_uint_eq(serve_guesses_wait(&guesses, NOW_MS), 0);
}
END_TEST

/* A keeper in a process of its own, and the line to it. */
static struct fakepost *post;
static char home[64];
static pid_t keeper;
static struct line *line;

static void start(bool many)
{
	int ends[2];
	char path[sizeof post->path];
	strcpy(home, "/tmp/check_serve_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	keeper = fork(); /* before the post's thread is there, which may hold a lock of the allocator at any moment */
	if (keeper == 0) {
		close(ends[0]);
		if (recv(ends[1], path, sizeof path, MSG_WAITALL) != sizeof path)
			_exit(2);
		const struct serve_config config = {
			.kind = many ? &serve_barid_box : &serve_barid, .home = home, .post = path, .people = many ? home : NULL, .line = ends[1]};
		_exit(serve_run(&config) == ERR_OK ? 0 : 1);
	}
	close(ends[1]);
	post = fakepost_start();
	ck_assert_int_eq(send(ends[0], post->path, sizeof path, 0), sizeof path);
	line = line_new(ends[0], LINE_REPLY_MAX);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

static void start_keeper(void)
{
	start(false);
}

static void start_box(void)
{
	start(true);
}

static int end_keeper(void)
{
	int status = 0;
	line_free(line);
	ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
	return status;
}

static void stop_keeper(void)
{
	char command[128];
	(void)end_keeper(); /* a test that cares has looked */
	fakepost_stop(post);
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

static void ask(json_t *request)
{
	ck_assert(line_put(line, request));
	ck_assert_int_eq(line_write(line), LINE_OPEN);
}

/* The next answer; the caller lets go of it. */
static json_t *hear(void)
{
	const char *bytes;
	size_t len = 0;
	while (!line_next(line, &bytes, &len)) {
		struct pollfd ready = {.fd = line_fd(line), .events = POLLIN};
		ck_assert_int_eq(poll(&ready, 1, ANSWER_MAX_MS), 1);
		ck_assert_int_eq(line_read(line), LINE_OPEN);
	}
	json_t *answer = json_loadb(bytes, len, 0, NULL);
	ck_assert_ptr_nonnull(answer);
	return answer;
}

static int code_of(const json_t *answer)
{
	return (int)json_integer_value(json_object_get(answer, "code"));
}

/* Runs a command line written with ' for " in a session; returns the answer. */
static json_t *run(const char *session, const char *argv)
{
	char text[1024];
	snprintf(text, sizeof text, "%s", argv);
	for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
		*quote = '"';
	ask(json_pack("{s:i, s:o, s:s}", "id", 1, "argv", json_loads(text, 0, NULL), "session", session));
	return hear();
}

static int run_code(const char *session, const char *argv)
{
	json_t *answer = run(session, argv);
	int code = code_of(answer);
	json_decref(answer);
	return code;
}

static void init(const char *passphrase)
{
	ask(json_pack("{s:i, s:[s,s,s], s:s}", "id", 1, "argv", "init", "--name", "Amal", "passphrase", passphrase));
	json_t *answer = hear();
	ck_assert_msg(code_of(answer) == 0, "%s", json_string_value(json_object_get(answer, "say")));
	json_decref(answer);
}

/* Fills the session; returns the code. */
static int open_session(const char *passphrase, char session[static SERVE_SESSION_DIGITS + 1])
{
	ask(json_pack("{s:i, s:{s:s}}", "id", 2, "open", "passphrase", passphrase));
	json_t *answer = hear();
	int code = code_of(answer);
	snprintf(session, SERVE_SESSION_DIGITS + 1, "%s", json_string_value(json_object_get(answer, "session")));
	json_decref(answer);
	return code;
}

static bool state(const char *session, const char *what)
{
	ask(json_pack("{s:i, s:b, s:s}", "id", 3, "state", true, "session", session));
	json_t *answer = hear();
	bool value = json_is_true(json_object_get(answer, what));
	json_decref(answer);
	return value;
}

START_TEST(a_vault_is_made_opened_used_and_locked)
{
	char session[SERVE_SESSION_DIGITS + 1];
	ck_assert(!state("", "vault"));
	init("sesame");
	ck_assert(state("", "vault") && state("", "wants") && !state("", "open"));
	ck_assert_int_eq(open_session("sesame", session), 0);
	ck_assert(state(session, "open"));
	json_t *answer = run(session, "['id','--card']");
	ck_assert_int_eq(code_of(answer), 0);
	const json_t *card = json_array_get(json_object_get(answer, "out"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(card, "name")), "Amal");
	json_decref(answer);
	ask(json_pack("{s:i, s:b, s:s}", "id", 4, "lock", true, "session", session));
	json_decref(hear());
	ck_assert(!state(session, "open"));
	ck_assert_int_eq(run_code(session, "['id']"), EX_NOPERM);
}
END_TEST

START_TEST(without_a_session_only_what_concerns_nobody_is_done)
{
	char session[SERVE_SESSION_DIGITS + 1];
	init("");
	ck_assert_int_eq(run_code("", "['status']"), 0);
	ck_assert_int_eq(run_code("", "['inbox']"), EX_NOPERM);
	ck_assert_int_eq(run_code(SESSION, "['inbox']"), EX_NOPERM);
	ck_assert_int_eq(run_code("", "['wipe']"), EX_NOPERM);
	ck_assert(state("", "vault"));
	ck_assert_int_eq(open_session("", session), 0);
	ck_assert_int_eq(run_code(session, "['inbox']"), 0);
	ck_assert_int_eq(run_code(session, "['bundle','export','/tmp/x']"), EX_USAGE);
}
END_TEST

START_TEST(a_wrong_passphrase_opens_nothing_and_wiping_asks_for_the_right_one)
{
	char session[SERVE_SESSION_DIGITS + 1], none[SERVE_SESSION_DIGITS + 1];
	init("sesame");
	ck_assert_int_eq(open_session("semase", none), EX_NOPERM);
	ck_assert_str_eq(none, "");
	ck_assert_int_eq(open_session("sesame", session), 0);
	ask(json_pack("{s:i, s:[s], s:s, s:s}", "id", 1, "argv", "wipe", "session", session, "passphrase", "semase"));
	json_t *answer = hear();
	ck_assert_int_eq(code_of(answer), EX_NOPERM);
	json_decref(answer);
	ck_assert_int_eq(run_code(session, "['wipe']"), EX_NOPERM);
	ck_assert(state(session, "vault"));
	ask(json_pack("{s:i, s:[s], s:s, s:s}", "id", 1, "argv", "wipe", "session", session, "passphrase", "sesame"));
	answer = hear();
	ck_assert_int_eq(code_of(answer), 0);
	json_decref(answer);
	ck_assert_int_eq(run_code(session, "['id']"), EX_NOPERM); /* its key is gone too */
	ck_assert(!state(session, "vault") && !state(session, "open"));
}
END_TEST

START_TEST(after_many_wrong_ones_the_right_one_has_to_wait_too)
{
	char session[SERVE_SESSION_DIGITS + 1];
	init("sesame");
	for (unsigned i = 0; i <= SERVE_FREE_TRIES; i++)
		ck_assert_int_eq(open_session("wrong", session), EX_NOPERM);
	ask(json_pack("{s:i, s:{s:s}}", "id", 2, "open", "passphrase", "sesame"));
	json_t *answer = hear();
	ck_assert_int_eq(code_of(answer), EX_NOPERM);
	ck_assert_int_gt(json_integer_value(json_object_get(answer, "wait")), 0);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "session")), "");
	json_decref(answer);
}
END_TEST

START_TEST(requests_are_answered_each_with_its_id_and_a_session_works_on_one_at_a_time)
{
	char one[SERVE_SESSION_DIGITS + 1], two[SERVE_SESSION_DIGITS + 1];
	bool heard[12] = {false};
	init("");
	ck_assert_int_eq(open_session("", one), 0);
	ck_assert_int_eq(open_session("", two), 0);
	for (int i = 0; i < 12; i++)
		ask(json_pack("{s:i, s:[s], s:s}", "id", i, "argv", "inbox", "session", i % 2 == 0 ? one : two));
	for (int i = 0; i < 12; i++) {
		json_t *answer = hear();
		json_int_t id = json_integer_value(json_object_get(answer, "id"));
		ck_assert(id >= 0 && id < 12 && !heard[id]);
		heard[id] = true;
		ck_assert_int_eq(code_of(answer), 0);
		json_decref(answer);
	}
}
END_TEST

START_TEST(the_command_line_works_beside_an_open_session)
{
	char session[SERVE_SESSION_DIGITS + 1];
	struct vault vault;
	const struct passphrase passphrase = {.len = 6, .bytes = "sesame"};
	init("sesame");
	ck_assert_int_eq(open_session("sesame", session), 0);
	ck_assert_int_eq(vault_open(home, &passphrase, &vault), ERR_OK);
	vault.ring->cursor = 77;
	ck_assert_int_eq(vault_save(&vault), ERR_OK);
	vault_close(&vault);
	ck_assert_int_eq(run_code(session, "['inbox']"), 0);
}
END_TEST

START_TEST(a_vault_made_anew_meanwhile_must_be_unlocked_anew)
{
	char session[SERVE_SESSION_DIGITS + 1];
	init("");
	ck_assert_int_eq(open_session("", session), 0);
	ck_assert_int_eq(vault_destroy(home), ERR_OK);
	init("");
	ck_assert_int_eq(run_code(session, "['inbox']"), EX_NOPERM);
	ck_assert(!state(session, "open"));
}
END_TEST

START_TEST(a_front_that_talks_nonsense_ends_the_keeper)
{
	init("");
	static const uint8_t nonsense[] = {0, 0, 0, 3, '{', 'x', '}'};
	ck_assert_int_eq(send(line_fd(line), nonsense, sizeof nonsense, 0), sizeof nonsense);
	int status = 0;
	ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	keeper = fork();
	if (keeper == 0)
		_exit(0);
}
END_TEST

/* How one person's beginning on the box ends. */
static int begin(const char *name, const char *pin)
{
	ask(json_pack("{s:i, s:[s,s,s], s:s, s:s}", "id", 1, "argv", "init", "--name", name, "passphrase", pin, "client", ""));
	json_t *answer = hear();
	int code = code_of(answer);
	json_decref(answer);
	return code;
}

/* Fills the session; returns the code, or, if the guess was not taken, minus the seconds to wait. */
static int enter(const char *name, const char *pin, const char *client, char session[static SERVE_SESSION_DIGITS + 1])
{
	ask(json_pack("{s:i, s:{s:s, s:s}, s:s}", "id", 2, "open", "name", name, "passphrase", pin, "client", client));
	json_t *answer = hear();
	const char *say = json_string_value(json_object_get(answer, "say"));
	int code = strstr(say, "too many") != NULL ? -(int)json_integer_value(json_object_get(answer, "wait")) : code_of(answer);
	snprintf(session, SERVE_SESSION_DIGITS + 1, "%s", json_string_value(json_object_get(answer, "session")));
	json_decref(answer);
	return code;
}

static void check_name(const char *session, const char *name)
{
	json_t *answer = run(session, "['id','--card']");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(answer, "out"), 0), "name")), name);
	json_decref(answer);
}

START_TEST(on_a_box_each_opens_their_own_by_name_and_number)
{
	char hers[SERVE_SESSION_DIGITS + 1], his[SERVE_SESSION_DIGITS + 1], none[SERVE_SESSION_DIGITS + 1];
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	ck_assert_int_eq(begin("Bashar", "654321"), 0);
	ck_assert_int_eq(enter("amal ", "123456", "", hers), 0);
	ck_assert_int_eq(enter("Bashar", "654321", "", his), 0);
	check_name(hers, "Amal");
	check_name(his, "Bashar");
	ck_assert_int_eq(enter("Amal", "654321", "", none), EX_NOPERM);
	ck_assert_int_eq(enter("Bashar", "123456", "", none), EX_NOPERM);
	ck_assert_str_eq(none, "");
	ask(json_pack("{s:i, s:{s:s}}", "id", 2, "open", "passphrase", "123456"));
	json_t *answer = hear();
	ck_assert_int_ne(code_of(answer), 0);
	json_decref(answer);
	ck_assert(state(hers, "open") && state(his, "open") && state("", "people") && !state("", "open"));
}
END_TEST

START_TEST(a_box_takes_no_short_number_and_no_name_twice)
{
	char session[SERVE_SESSION_DIGITS + 1];
	ck_assert_int_eq(begin("Amal", "12345"), EX_CANTCREAT);
	ck_assert_int_eq(begin("Amal", ""), EX_CANTCREAT);
	ck_assert_int_eq(begin(" ", "123456"), EX_CANTCREAT);
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	ck_assert_int_eq(begin("AMAL", "654321"), EX_CANTCREAT);
	ck_assert_int_eq(enter("Amal", "123456", "", session), 0);
}
END_TEST

START_TEST(nobody_learns_from_a_box_who_is_there)
{
	char none[SERVE_SESSION_DIGITS + 1], listing[4096], command[256];
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	for (int i = 0; i <= SERVE_FREE_TRIES; i++) {
		json_t *answers[2];
		for (int whose = 0; whose < 2; whose++) {
			ask(json_pack("{s:i, s:{s:s, s:s}}", "id", 2, "open", "name", whose == 0 ? "Amal" : "Zed", "passphrase", "wrong one"));
			answers[whose] = hear();
		}
		ck_assert(json_equal(answers[0], answers[1]));
		json_decref(answers[0]);
		json_decref(answers[1]);
	}
	ck_assert_int_lt(enter("Zed", "123456", "", none), 0);
	snprintf(command, sizeof command, "ls -R %s; grep -rl Amal %s", home, home);
	FILE *pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	size_t len = fread(listing, 1, sizeof listing - 1, pipe);
	listing[len] = '\0';
	ck_assert_int_ne(pclose(pipe), -1);
	ck_assert_msg(strstr(listing, "vault") != NULL && strcasestr(listing, "amal") == NULL, "%s", listing);
}
END_TEST

START_TEST(a_phone_that_guesses_waits_and_so_does_the_vault_but_not_the_others)
{
	char session[SERVE_SESSION_DIGITS + 1], name[24];
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	ck_assert_int_eq(begin("Bashar", "654321"), 0);
	for (int i = 0; i <= SERVE_FREE_TRIES; i++) {
		snprintf(name, sizeof name, "Name %d", i);
		ck_assert_int_eq(enter(name, "123456", "10.0.0.7", session), EX_NOPERM);
	}
	ck_assert_int_lt(enter("Amal", "123456", "10.0.0.7", session), 0);
	ck_assert_int_eq(enter("Amal", "123456", "10.0.0.8", session), 0);
	for (int i = 0; i <= SERVE_FREE_TRIES; i++)
		ck_assert_int_eq(enter("Amal", "654321", "", session), EX_NOPERM);
	ck_assert_int_lt(enter("Amal", "123456", "10.0.0.8", session), 0);
	ck_assert_int_eq(enter("Bashar", "654321", "10.0.0.8", session), 0);
}
END_TEST

START_TEST(one_person_s_wiping_touches_only_theirs)
{
	char hers[SERVE_SESSION_DIGITS + 1], again[SERVE_SESSION_DIGITS + 1], his[SERVE_SESSION_DIGITS + 1];
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	ck_assert_int_eq(begin("Bashar", "654321"), 0);
	ck_assert_int_eq(enter("Amal", "123456", "", hers), 0);
	ck_assert_int_eq(enter("Amal", "123456", "", again), 0);
	ck_assert_int_eq(enter("Bashar", "654321", "", his), 0);
	ask(json_pack("{s:i, s:[s], s:s, s:s}", "id", 1, "argv", "wipe", "session", hers, "passphrase", "123456"));
	json_t *answer = hear();
	ck_assert_int_eq(code_of(answer), 0);
	json_decref(answer);
	ck_assert(!state(hers, "open") && !state(again, "open"));
	check_name(his, "Bashar");
	ck_assert_int_eq(enter("Amal", "123456", "", again), EX_NOPERM);
	ck_assert_int_eq(begin("Amal", "another one"), 0);
}
END_TEST

START_TEST(another_number_ends_all_sessions_of_that_vault_alone)
{
	char hers[SERVE_SESSION_DIGITS + 1], again[SERVE_SESSION_DIGITS + 1], his[SERVE_SESSION_DIGITS + 1];
	static const char *const tries[][3] = {{"wrong one", "abcdef", "77"}, {"123456", "abcde", "73"}, {"123456", "abcdef", "0"}};
	ck_assert(begin("Amal", "123456") == 0 && begin("Bashar", "654321") == 0);
	ck_assert(enter("Amal", "123456", "", hers) == 0 && enter("Amal", "123456", "", again) == 0 && enter("Bashar", "654321", "", his) == 0);
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		ck_assert(state(hers, "open") && state(again, "open"));
		ask(json_pack("{s:i, s:[s,s], s:s, s:s, s:s}", "id", 1, "argv", "passphrase", "-", "session", hers, "passphrase", tries[i][0],
			      "stdin", tries[i][1]));
		json_t *answer = hear();
		ck_assert_int_eq(code_of(answer), atoi(tries[i][2]));
		json_decref(answer);
	}
	ck_assert(!state(hers, "open") && !state(again, "open") && state(his, "open"));
	ck_assert_int_eq(enter("Amal", "123456", "", again), EX_NOPERM);
	ck_assert_int_eq(enter("Amal", "abcdef", "", hers), 0);
	check_name(hers, "Amal");
}
END_TEST

START_TEST(without_a_session_a_box_does_nothing_in_anybody_s_vault)
{
	char session[SERVE_SESSION_DIGITS + 1];
	ck_assert_int_eq(begin("Amal", "123456"), 0);
	ck_assert_int_eq(enter("Amal", "123456", "", session), 0);
	ck_assert_int_eq(run_code("", "['status']"), 0);
	ck_assert_int_eq(run_code("", "['inbox']"), EX_NOPERM);
	ck_assert_int_eq(run_code(SESSION, "['id']"), EX_NOPERM);
	ck_assert_int_eq(run_code(session, "['inbox']"), 0);
	ask(json_pack("{s:i, s:b, s:s}", "id", 4, "lock", true, "session", session));
	json_decref(hear());
	ck_assert_int_eq(run_code(session, "['id']"), EX_NOPERM);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("serve");
	TCase *tests = tcase_create("sessions");
	tcase_add_checked_fixture(tests, no_sessions, NULL);
	tcase_add_test(tests, a_session_is_found_by_its_token_alone);
	tcase_add_test(tests, who_asks_nothing_for_ten_minutes_is_locked_and_the_key_is_gone);
	tcase_add_test(tests, a_session_at_work_is_neither_locked_nor_given_up);
	tcase_add_test(tests, sessions_opened_once_do_not_push_out_one_in_use);
	tcase_add_test(tests, only_the_sessions_of_one_vault_are_locked);
	tcase_add_test(tests, guesses_at_one_do_not_slow_another_and_many_do_not_make_the_worst_forgotten);
	tcase_add_test(tests, guessing_becomes_slower_and_slower_and_a_right_one_ends_it);
	suite_add_tcase(suite, tests);
	tests = tcase_create("keeper");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start_keeper, stop_keeper);
	tcase_add_test(tests, a_vault_is_made_opened_used_and_locked);
	tcase_add_test(tests, without_a_session_only_what_concerns_nobody_is_done);
	tcase_add_test(tests, a_wrong_passphrase_opens_nothing_and_wiping_asks_for_the_right_one);
	tcase_add_test(tests, after_many_wrong_ones_the_right_one_has_to_wait_too);
	tcase_add_test(tests, requests_are_answered_each_with_its_id_and_a_session_works_on_one_at_a_time);
	tcase_add_test(tests, the_command_line_works_beside_an_open_session);
	tcase_add_test(tests, a_vault_made_anew_meanwhile_must_be_unlocked_anew);
	tcase_add_test(tests, a_front_that_talks_nonsense_ends_the_keeper);
	suite_add_tcase(suite, tests);
	tests = tcase_create("box");
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, start_box, stop_keeper);
	tcase_add_test(tests, on_a_box_each_opens_their_own_by_name_and_number);
	tcase_add_test(tests, a_box_takes_no_short_number_and_no_name_twice);
	tcase_add_test(tests, nobody_learns_from_a_box_who_is_there);
	tcase_add_test(tests, a_phone_that_guesses_waits_and_so_does_the_vault_but_not_the_others);
	tcase_add_test(tests, one_person_s_wiping_touches_only_theirs);
	tcase_add_test(tests, another_number_ends_all_sessions_of_that_vault_alone);
	tcase_add_test(tests, without_a_session_a_box_does_nothing_in_anybody_s_vault);
	suite_add_tcase(suite, tests);
	return suite;
}
