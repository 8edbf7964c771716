#include "node/relief/serve_relief.h"

#include "crypto/wipe.h"
#include "node/relief/duty_table.h"
#include "node/relief/login.h"
#include "node/relief/once.h"
#include "node/relief/reliefdb_place.h"
#include "platform/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

enum { IDLE_MS = 30 * 60 * 1000, TURN_MS = 5 * 1000 };

#define ACT "if-revision once exercise "
#define LIST "type state exercise "

/* Who may run which is said by role.h, for the console as for the command line. */
static const struct serve_allowed rows[] = {
	{"status", "exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"queue", LIST "mine unclaimed all", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"inbox", LIST "all", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"case", "look-only quiet-look exercise", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"show", "exercise", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"claim", ACT "take lease", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"release", ACT, {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"assign", ACT "to lease", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"note", ACT "text", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"reply", ACT "text", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"verify", ACT "as text", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"merge", ACT "into", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"unmerge", ACT, {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"suggest", "exercise", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"close", ACT "reason text", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"reopen", ACT "text", {"*"}, SERVE_PERSON, SERVE_PLAIN},
	{"people", "name ref exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"transport", "all exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"map", "exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"feed", "after limit exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"board", "all type exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"publish",
	 "line verb stop time seats group source reason text event urgency severity certainty area headline instruction people place lang exercise "
	 "valid go stop-notice cancel-notice complete safe heartbeat once",
	 {"transport", "alert", "headcount", "heartbeat"},
	 SERVE_PERSON,
	 SERVE_PLAIN},
	{"export", LIST "format precise", {""}, SERVE_PERSON, SERVE_TEXT},
	{"audit", "head", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"org", "", {"card"}, SERVE_PERSON, SERVE_TEXT},
	{"role", "", {"list"}, SERVE_PERSON, SERVE_PLAIN},
	{"partner", "", {"list", "add -", "remove *"}, SERVE_PERSON, SERVE_PLAIN},
	{"webhook", "url", {"list", "add", "remove *", "dead", "retry *"}, SERVE_PERSON, SERVE_PLAIN},
	{"purge", "older-than yes exercise", {""}, SERVE_PERSON, SERVE_PLAIN},
	{"account", "role", {"list", "add *", "role *", "password *", "lock *", "unlock *", "remove *"}, SERVE_PERSON, SERVE_PASSPHRASE},
	{"lock", "", {""}, SERVE_PERSON, SERVE_PLAIN},
	{NULL, NULL, {NULL}, SERVE_ANYBODY, SERVE_PLAIN},
};

/* What is done without anybody being in, one after the other. */
static const struct serve_turn turns[] = {
	{{"fetch", "--by", "console", NULL}},
	{{"webhook", "run", "--by", "console", NULL}},
	{{NULL}},
};

/* What the keeper keeps of who is in, for the workers. */
struct kept_seat {
	char name[SEAT_NAME_MAX + 1];
	uint8_t role, stamp[ACCOUNT_STAMP];
};

static_assert(sizeof(struct kept_seat) <= SERVE_SEAT_MAX, "it is kept there");

static int describe(const struct login *login, struct serve_opened *opened)
{
	struct kept_seat seat = {.role = (uint8_t)login->seat.role};
	(void)strcpy(seat.name, login->seat.name); /* of the same size */
	memcpy(seat.stamp, login->stamp, sizeof(seat.stamp));
	memcpy(opened->seat, &seat, sizeof(seat));
	opened->kept = login->kept;
	json_t *person = json_pack("{s: o, s: s, s: o}", "name", cli_json_text(login->seat.name), "role", role_word(login->seat.role), "org",
				   cli_json_text(login->org));
	size_t len = person != NULL ? json_dumpb(person, opened->person, sizeof(opened->person) - 1, JSON_COMPACT) : 0;
	json_decref(person);
	return len > 0 && len < sizeof(opened->person) ? 0 : EX_SOFTWARE;
}

static int open_account(const struct serve_job *job, struct serve_opened *opened)
{
	struct cli cli;
	struct login login = {.org = ""};
	const char *words[] = {duty_table.program, "--json", "--home", job->home, "--post", job->post, "login"};
	char *arguments[sizeof(words) / sizeof(words[0]) + 1] = {NULL};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		arguments[i] = (char *)(uintptr_t)words[i]; /* getopt takes them so, and changes none */
	int code = cli_parse(&cli, duty_table.program, sizeof(words) / sizeof(words[0]), arguments, duty_table.options);
	if (code == 0)
		code = login_check(&cli, job->request->name != NULL ? job->request->name : "", &job->request->passphrase, &login);
	opened->counted = code == EX_NOPERM && login.counted;
	opened->wait_s = opened->counted ? login.wait_s : 0;
	if (code == 0)
		code = describe(&login, opened);
	wipe(&login, sizeof(login));
	return code;
}

static enum err open_database(const struct serve_job *job, struct reliefdb *db, uint64_t *now)
{
	struct vault vault;
	enum err err = vault_reopen(job->home, &job->opened->kept, &vault);
	if (err != ERR_OK)
		return err;
	*now = keyring_turn(vault.ring, clock_now().unix_s);
	err = reliefdb_place_open(db, job->home, vault.ring->org.db_key);
	vault_close(&vault);
	return err;
}

/* What a command line answers that came before. -1: it did not. */
static int answer_again(const struct serve_job *job, const struct cli *cli)
{
	static char answer[ONCE_ANSWER_MAX + 1];
	struct reliefdb db = {0};
	enum once once = ONCE_NEW;
	uint64_t now;
	enum err err = open_database(job, &db, &now);
	if (err == ERR_OK)
		err = once_look(&db, cli, &once, answer);
	reliefdb_close(&db);
	if (err != ERR_OK)
		return cli_weather(cli, err, "what was asked before");
	if (once == ONCE_OTHER)
		return cli_fail(cli, EX_PROTOCOL, "that key was used for something else");
	if (once == ONCE_NEW)
		return -1;
	return fputs(answer, stdout) >= 0 ? 0 : EX_IOERR;
}

static void keep_answer(const struct serve_job *job, const struct cli *cli, const char *answer, size_t len)
{
	struct reliefdb db = {0};
	uint64_t now;
	enum err err = open_database(job, &db, &now);
	if (err == ERR_OK)
		err = reliefdb_begin(&db);
	if (err == ERR_OK)
		err = once_answer(&db, cli, answer, len);
	if (err == ERR_OK)
		(void)reliefdb_commit(&db); /* if not, whoever asks again is told that it is done, without the words */
	if (db.sql != NULL)
		reliefdb_rollback(&db);
	reliefdb_close(&db);
}

/* Runs the verb with its output in a file in memory, to keep it and to hand it on. */
static int run_kept(const struct serve_job *job, const struct cli *cli, int n, char **arguments)
{
	char answer[ONCE_ANSWER_MAX + 1];
	int file = memfd_create("barid", MFD_CLOEXEC), out = dup(STDOUT_FILENO);
	if (file < 0 || out < 0 || dup2(file, STDOUT_FILENO) < 0)
		return EX_OSERR;
	int code = verbset_run(&duty_table, n, arguments, cli->kept, cli->seat);
	if (fflush(stdout) != 0 || dup2(out, STDOUT_FILENO) < 0)
		return EX_IOERR;
	ssize_t len = pread(file, answer, sizeof(answer), 0);
	if (code == 0 && len > 0 && len <= ONCE_ANSWER_MAX)
		keep_answer(job, cli, answer, (size_t)len);
	char part[4096];
	ssize_t got;
	for (off_t at = 0; (got = pread(file, part, sizeof(part), at)) > 0; at += got)
		if (write(STDOUT_FILENO, part, (size_t)got) != got)
			return EX_IOERR;
	return code;
}

static int run_verb(const struct serve_job *job, int n, char **arguments)
{
	struct cli cli;
	struct kept_seat kept;
	struct seat seat = {0};
	memcpy(&kept, job->opened->seat, sizeof(kept));
	memcpy(seat.name, kept.name, sizeof(seat.name));
	seat.role = (enum account_role)kept.role;
	seat.stamp = kept.stamp;
	const struct seat *who = job->is_turn ? NULL : &seat;
	int code = cli_parse(&cli, duty_table.program, n, arguments, duty_table.options);
	if (code != 0 || !cli_has(&cli, "once"))
		return code != 0 ? code : verbset_run(&duty_table, n, arguments, &job->opened->kept, who);
	cli.kept = &job->opened->kept;
	cli.seat = who;
	if (!once_key_ok(cli_value(&cli, "once")))
		return cli_fail(&cli, EX_USAGE, "--once takes 8 to %d printable characters without spaces", ONCE_KEY_MAX);
	code = answer_again(job, &cli);
	return code >= 0 ? code : run_kept(job, &cli, n, arguments);
}

const struct serve_kind serve_relief = {
	.verbs = &duty_table,
	.allowed = rows,
	.named = true,
	.gone_code = EX_NOUSER,
	.idle_ms = IDLE_MS,
	.turns = turns,
	.turn_ms = TURN_MS,
	.lock = "lock",
	.delay_s = accounts_delay_s,
	.open = open_account,
	.run = run_verb,
};
