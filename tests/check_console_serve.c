/* The keeper of the console, asked by a front that somebody has taken over: it gets what its sessions may, and nothing else. */

#include "node/desk/serve.h"
#include "node/relief/duty_table.h"
#include "node/relief/serve_relief.h"
#include "node/web/line.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { ANSWER_MAX_MS = 60000 };

static char home[64];
static pid_t keeper;
static struct line *line;

/* A command line of barid-relief as somebody with the passphrase runs it; input: what stands on descriptor 0. */
static void relief(const char *arguments, const char *input)
{
	char command[512];
	snprintf(command, sizeof command, "echo '%s' | %s '%s/barid-relief' --home %s/r --post %s/none --json %s >/dev/null 2>&1", input,
		 TEST_EMULATOR, TEST_BINARY_DIR, home, home, arguments);
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void start(void)
{
	int ends[2];
	char own_home[80], none[80];
	strcpy(home, "/tmp/check_console_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	relief("org create --name Medics", "");
	relief("account add Rana --role admin --password-fd 0", "sesame sesame");
	relief("account add Vera --role viewer --password-fd 0", "her own words");
	snprintf(own_home, sizeof own_home, "%s/r", home);
	snprintf(none, sizeof none, "%s/none", home);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	keeper = fork();
	if (keeper == 0) {
		close(ends[0]);
		const struct serve_config config = {.kind = &serve_relief, .home = own_home, .post = none, .line = ends[1]};
		_exit(serve_run(&config) == ERR_OK ? 0 : 1);
	}
	close(ends[1]);
	line = line_new(ends[0], LINE_REPLY_MAX);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

static void stop(void)
{
	char command[128];
	int status = 0;
	line_free(line);
	ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

/* Asks; the caller lets go of the answer. */
static json_t *ask(json_t *request)
{
	const char *bytes;
	size_t len = 0;
	ck_assert_ptr_nonnull(request);
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

static int code_of(json_t *answer)
{
	int code = (int)json_integer_value(json_object_get(answer, "code"));
	json_decref(answer);
	return code;
}

struct session {
	char token[SERVE_SESSION_DIGITS + 1];
};

static int enter(const char *name, const char *password, bool again, struct session *session)
{
	json_t *open = json_pack("{s:s, s:s}", "name", name, "passphrase", password);
	if (again)
		(void)json_object_set_new(open, "again", json_true()); /* without memory the test fails */
	json_t *answer = ask(json_pack("{s:i, s:o, s:s}", "id", 1, "open", open, "client", "10.0.0.1"));
	const char *token = json_string_value(json_object_get(answer, "session"));
	snprintf(session->token, sizeof session->token, "%s", token != NULL ? token : "");
	return code_of(answer);
}

/* A command line written with ' for ", as the front sends it. */
static json_t *run(const struct session *session, const char *argv)
{
	char text[1024];
	snprintf(text, sizeof text, "%s", argv);
	for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
		*quote = '"';
	return ask(json_pack("{s:i, s:o, s:s}", "id", 2, "argv", json_loads(text, 0, NULL), "session", session->token));
}

static int run_code(const struct session *session, const char *argv)
{
	return code_of(run(session, argv));
}

static bool is_open(const struct session *session)
{
	json_t *answer = ask(json_pack("{s:i, s:b, s:s}", "id", 3, "state", true, "session", session->token));
	bool open = json_is_true(json_object_get(answer, "open"));
	json_decref(answer);
	return open;
}

START_TEST(an_operator_is_named_by_their_account_and_by_nothing_else)
{
	struct session rana, none = {.token = ""};
	ck_assert_int_eq(run_code(&none, "['status']"), EX_NOPERM);
	ck_assert_int_eq(enter("Rana", "her own words", false, &none), EX_NOPERM);
	ck_assert_str_eq(none.token, "");
	ck_assert_int_eq(enter("rana", "sesame sesame", false, &rana), 0);
	json_t *answer = ask(json_pack("{s:i, s:b, s:s}", "id", 3, "state", true, "session", rana.token));
	json_t *person = json_object_get(answer, "person");
	ck_assert_str_eq(json_string_value(json_object_get(person, "name")), "Rana");
	ck_assert_str_eq(json_string_value(json_object_get(person, "role")), "admin");
	ck_assert_str_eq(json_string_value(json_object_get(person, "org")), "Medics");
	json_decref(answer);
	ck_assert_int_eq(run_code(&rana, "['audit']"), 0);
	ck_assert_int_eq(run_code(&rana, "['audit','--by','Somebody']"), EX_USAGE);
}
END_TEST

START_TEST(a_role_is_not_escaped)
{
	static const char *const wanting[] = {"['audit']",
					      "['account','list']",
					      "['account','role','Vera','--role','admin']",
					      "['account','add','Eve','--role','admin']",
					      "['export','--format','jsonl','--precise']",
					      "['lock']",
					      "['account','password','Rana']",
					      "['publish','heartbeat']"};
	struct session vera;
	ck_assert_int_eq(enter("Vera", "her own words", false, &vera), 0);
	for (size_t i = 0; i < sizeof wanting / sizeof wanting[0]; i++)
		ck_assert_msg(run_code(&vera, wanting[i]) == EX_NOPERM, "%s", wanting[i]);
	ck_assert(is_open(&vera)); /* a refusal ends no session */
	ck_assert_int_eq(run_code(&vera, "['status']"), 0);
}
END_TEST

START_TEST(a_front_taken_over_runs_no_other_command_line)
{
	static const char *const others[] = {"['org','create','--name','X']",
					     "['serve']",
					     "['login','Rana']",
					     "['fetch']",
					     "['webhook','run']",
					     "['account','list','--home','/tmp']",
					     "['account','list','--password-fd','0']",
					     "['status','--passphrase-fd','0']",
					     "['ticket','issue','Rana','--out','/tmp/x']",
					     "['role','grant','X','--role','medic','--card','/etc/passwd']",
					     "['account','list','--post=/tmp/x']",
					     "['partner','add','/etc/passwd']",
					     "['db','copy','--to','/tmp/x']",
					     "['--home','/tmp','status']",
					     "['case','--home']",
					     "['feed','--wait','30']",
					     "['export','--format']"};
	struct session rana;
	ck_assert_int_eq(enter("Rana", "sesame sesame", false, &rana), 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert_msg(run_code(&rana, others[i]) == EX_USAGE, "%s", others[i]);
}
END_TEST

START_TEST(who_sends_name_and_password_each_time_opens_once)
{
	struct session first, second, browser, wrong;
	ck_assert_int_eq(enter("Rana", "sesame sesame", true, &first), 0);
	ck_assert_int_eq(enter("Rana", "sesame sesame", true, &second), 0);
	ck_assert_str_eq(first.token, second.token);
	ck_assert_int_eq(enter("Rana", "sesame sesame", false, &browser), 0);
	ck_assert_str_ne(first.token, browser.token);
	ck_assert_int_eq(enter("Rana", "sesame sesam", true, &wrong), EX_NOPERM);
	ck_assert_int_eq(enter("Vera", "sesame sesame", true, &wrong), EX_NOPERM);
	ck_assert_str_eq(wrong.token, "");
}
END_TEST

START_TEST(what_changes_an_account_elsewhere_ends_its_sessions_here)
{
	struct session vera, rana;
	ck_assert_int_eq(enter("Vera", "her own words", false, &vera), 0);
	ck_assert_int_eq(enter("Rana", "sesame sesame", false, &rana), 0);
	relief("account role Vera --role triager", "");
	json_t *answer = run(&vera, "['status']");
	ck_assert(json_is_true(json_object_get(answer, "locked")));
	ck_assert_int_eq(code_of(answer), EX_NOUSER);
	ck_assert(!is_open(&vera) && is_open(&rana));
}
END_TEST

START_TEST(an_admin_ends_every_session)
{
	struct session vera, rana;
	ck_assert_int_eq(enter("Vera", "her own words", false, &vera), 0);
	ck_assert_int_eq(enter("Rana", "sesame sesame", false, &rana), 0);
	ck_assert_int_eq(run_code(&vera, "['lock']"), EX_NOPERM);
	ck_assert(is_open(&rana));
	ck_assert_int_eq(run_code(&rana, "['lock']"), 0);
	ck_assert(!is_open(&vera) && !is_open(&rana));
	ck_assert_int_eq(run_code(&rana, "['status']"), EX_NOPERM);
}
END_TEST

START_TEST(accounts_are_made_from_a_page_and_the_last_admin_stays)
{
	struct session rana, samir;
	ck_assert_int_eq(enter("Rana", "sesame sesame", false, &rana), 0);
	ck_assert_int_eq(code_of(ask(json_pack("{s:i, s:[s,s,s,s,s], s:s, s:s}", "id", 4, "argv", "account", "add", "Samir", "--role", "triager",
					       "session", rana.token, "passphrase", "words of samir"))),
			 0);
	ck_assert_int_eq(enter("Samir", "words of samir", false, &samir), 0);
	ck_assert_int_eq(run_code(&rana, "['account','role','Rana','--role','viewer']"), 1);
	ck_assert_int_eq(run_code(&rana, "['account','remove','Rana']"), 1);
	ck_assert_int_eq(run_code(&rana, "['account','lock','Rana']"), 1);
	ck_assert_int_eq(run_code(&rana, "['account','lock','Samir']"), 0);
	ck_assert_int_eq(run_code(&samir, "['status']"), EX_NOUSER);
	ck_assert_int_eq(enter("Samir", "words of samir", false, &samir), EX_NOPERM);
}
END_TEST

/* Asks to be let in from that address; returns what is to be waited for the next try. */
static json_int_t wait_of(const char *name, const char *password, const char *client, int *code)
{
	json_t *answer = ask(json_pack("{s:i, s:{s:s, s:s}, s:s}", "id", 1, "open", "name", name, "passphrase", password, "client", client));
	json_int_t wait_s = json_integer_value(json_object_get(answer, "wait"));
	*code = code_of(answer);
	return wait_s;
}

START_TEST(after_many_wrong_ones_the_right_one_waits_and_nobody_else)
{
	int code;
	for (unsigned i = 1; i < 5; i++)
		ck_assert(wait_of("Rana", "wrong", "127.0.0.1", &code) == 0 && code == EX_NOPERM);
	ck_assert_int_gt(wait_of("Rana", "wrong", "127.0.0.1", &code), 5);
	ck_assert_int_gt(wait_of("Rana", "sesame sesame", "127.0.0.1", &code), 5);
	ck_assert_int_eq(code, EX_NOPERM);
	/* All who come by a server before us have its address. */
	ck_assert(wait_of("Vera", "her own words", "127.0.0.1", &code) == 0 && code == 0);
	relief("account unlock Rana", "");
	ck_assert(wait_of("Rana", "sesame sesame", "127.0.0.1", &code) == 0 && code == 0);
}
END_TEST

START_TEST(a_name_that_is_not_there_waits_as_long_and_an_address_of_elsewhere_waits_for_all_names)
{
	int code;
	for (unsigned i = 1; i < 5; i++)
		ck_assert(wait_of("Nobody", "wrong", "::1", &code) == 0 && code == EX_NOPERM);
	ck_assert_int_gt(wait_of("Nobody", "wrong", "::1", &code), 5);
	ck_assert_int_gt(wait_of("nobody", "wrong", "127.0.0.1", &code), 5);
	for (unsigned i = 0; i < 4; i++)
		(void)wait_of("Rana", "wrong", "10.0.0.9", &code);
	ck_assert_int_gt(wait_of("Vera", "her own words", "10.0.0.9", &code), 0);
	ck_assert_int_eq(code, EX_NOPERM);
	ck_assert(wait_of("Vera", "her own words", "10.0.0.10", &code) == 0 && code == 0);
}
END_TEST

/* Whatever is added to the table: nothing that names a file, a descriptor or another operator, and nothing that waits. */
START_TEST(no_row_lets_a_page_reach_a_file_or_be_somebody_else)
{
	static const char *const never[] = {"home", "post",   "passphrase-fd", "password-fd", "json", "help", "version",    "by",
					    "wait", "listen", "card",          "out",         "qr",   "db",   "secret-file"};
	for (const struct serve_allowed *row = serve_relief.allowed; row->verb != NULL; row++) {
		char options[512], *rest = NULL;
		snprintf(options, sizeof options, "%s", row->options);
		for (char *name = strtok_r(options, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
			for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
				ck_assert_msg(strcmp(name, never[i]) != 0, "%s takes --%s", row->verb, name);
		ck_assert_int_eq(row->need, SERVE_PERSON);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("console_serve");
	TCase *tests = tcase_create("keeper");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, an_operator_is_named_by_their_account_and_by_nothing_else);
	tcase_add_test(tests, a_role_is_not_escaped);
	tcase_add_test(tests, a_front_taken_over_runs_no_other_command_line);
	tcase_add_test(tests, who_sends_name_and_password_each_time_opens_once);
	tcase_add_test(tests, what_changes_an_account_elsewhere_ends_its_sessions_here);
	tcase_add_test(tests, an_admin_ends_every_session);
	tcase_add_test(tests, accounts_are_made_from_a_page_and_the_last_admin_stays);
	tcase_add_test(tests, after_many_wrong_ones_the_right_one_waits_and_nobody_else);
	tcase_add_test(tests, a_name_that_is_not_there_waits_as_long_and_an_address_of_elsewhere_waits_for_all_names);
	suite_add_tcase(suite, tests);
	TCase *rows = tcase_create("rows");
	tcase_add_test(rows, no_row_lets_a_page_reach_a_file_or_be_somebody_else);
	suite_add_tcase(suite, rows);
	return suite;
}
