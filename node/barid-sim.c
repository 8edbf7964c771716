#include "crypto/digest.h"
#include "node/sim/chance.h"
#include "node/sim/disk.h"
#include "node/sim/fastcrypto.h"
#include "node/sim/report.h"
#include "node/sim/result.h"
#include "platform/log.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_CHECK_FAILED = 1, SLICE_MS = 60000, HOUR_MS = 3600000, HOURS_MAX = 24 * 60 };

static const double HOURS_MIN = 0.001;

struct wish {
	const char *scenario, *trace, *policy, *log;
	uint64_t seed, nodes;
	double hours;
	bool seeded, fast_crypto, json, quiet;
	enum classic_policy classic_policy;
	bool classic, oracle;
};

static const char usage[] = "barid-sim list                                     the scenarios that ship\n"
			    "barid-sim run SCENARIO [options]                   plays one of them, or a file of your own\n"
			    "    --seed N          another run of the same story; the same seed gives the same run to the byte\n"
			    "    --nodes N         so many nodes instead of the scenario's, at the same density\n"
			    "    --hours H         so long instead of the scenario's\n"
			    "    --trace FILE      contacts from a file: seconds CONN a b up|down\n"
			    "    --policy NAME     barid, epidemic, prophet, spray or oracle\n"
			    "    --fast-crypto     remembers what it has computed: the same run, sooner\n"
			    "    --log DB          writes every event to an SQLite file that does not exist yet\n"
			    "    --json            ends with one line of JSON instead of a table\n"
			    "barid-sim report RUN.db [--html FILE] [--letter N] [--csv]     tables and plots of a run that was logged\n"
			    "barid-sim version\n"
			    "More in barid-sim(1).";

static int fail(int code, const char *format, const char *what)
{
	(void)fputs("barid-sim: ", stderr); /* nobody else can hear it */
	(void)fprintf(stderr, format, what);
	(void)fputc('\n', stderr);
	return code;
}

static bool number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < least || value > most)
		return false;
	*out = value;
	return true;
}

static bool hours(const char *text, double *out)
{
	char *end;
	errno = 0;
	*out = strtod(text, &end);
	return errno == 0 && end != text && *end == '\0' && *out >= HOURS_MIN && *out <= HOURS_MAX;
}

static int choose_policy(struct wish *wish)
{
	static const char *const classics[] = {[CLASSIC_EPIDEMIC] = "epidemic", [CLASSIC_PROPHET] = "prophet", [CLASSIC_SPRAY] = "spray"};
	wish->oracle = !strcmp(wish->policy, "oracle");
	for (unsigned i = 0; i < sizeof classics / sizeof *classics; i++) {
		if (strcmp(classics[i], wish->policy) != 0)
			continue;
		wish->classic = true;
		wish->classic_policy = (enum classic_policy)i;
	}
	if (wish->oracle || wish->classic || !strcmp(wish->policy, "barid"))
		return EX_OK;
	return fail(EX_USAGE, "there is no policy \"%s\"; it is one of barid, epidemic, prophet, spray, oracle", wish->policy);
}

static int read_options(struct wish *wish, int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, 's'},  {"nodes", required_argument, NULL, 'n'},  {"hours", required_argument, NULL, 'h'},
		{"trace", required_argument, NULL, 't'}, {"policy", required_argument, NULL, 'p'}, {"fast-crypto", no_argument, NULL, 'f'},
		{"log", required_argument, NULL, 'l'},   {"json", no_argument, NULL, 'j'},         {NULL, 0, NULL, 0}};
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's' && !number(optarg, 0, INT64_MAX, &wish->seed))
			return fail(EX_USAGE, "--seed takes a whole number, not \"%s\"", optarg);
		if (option == 'n' && !number(optarg, SCENARIO_NODES_LEAST, SCENARIO_NODES_MAX, &wish->nodes))
			return fail(EX_USAGE, "--nodes takes a whole number from 4 to 200000, not \"%s\"", optarg);
		if (option == 'h' && !hours(optarg, &wish->hours))
			return fail(EX_USAGE, "--hours takes a number from 0.001 to 1440, not \"%s\"", optarg);
		if (option == '?')
			return EX_USAGE; /* getopt has said why */
		wish->seeded = wish->seeded || option == 's';
		wish->trace = option == 't' ? optarg : wish->trace;
		wish->policy = option == 'p' ? optarg : wish->policy;
		wish->log = option == 'l' ? optarg : wish->log;
		wish->fast_crypto = wish->fast_crypto || option == 'f';
		wish->json = wish->json || option == 'j';
	}
	if (optind != argc - 1)
		return fail(EX_USAGE, "%s", "run takes one scenario; \"barid-sim list\" names those that ship");
	wish->scenario = argv[optind];
	return choose_policy(wish);
}

static int prepare(const struct wish *wish, struct scenario *scenario)
{
	char error[SCENARIO_ERROR_MAX];
	if (!scenario_load(scenario, wish->scenario, error))
		return fail(access(wish->scenario, F_OK) == 0 ? EX_DATAERR : EX_NOINPUT, "%s", error);
	if (wish->seeded)
		scenario->seed = wish->seed;
	if (wish->nodes > 0)
		scenario_scale(scenario, (uint32_t)wish->nodes);
	if (wish->hours > 0)
		scenario_cut(scenario, (uint64_t)(wish->hours * HOUR_MS));
	if (wish->trace && !scenario_trace(scenario, wish->trace, error))
		return fail(EX_USAGE, "%s", error);
	if (*scenario->trace && access(scenario->trace, R_OK) != 0)
		return fail(EX_NOINPUT, "the trace %s is not there or may not be read; name another with --trace FILE", scenario->trace);
	return EX_OK;
}

/* Links come and go by the million; what one gives back is the next one's. Otherwise a third of the time goes into asking the system for it again. */
static void keep_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30); /* where it is refused, it is slower */
	(void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
	(void)mallopt(M_TOP_PAD, 1 << 24);
}

static double wall_now(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* exists everywhere */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Lets the world run, and tells a person who looks on how far it is. */
static bool play(struct world *world, char error[static SCENARIO_ERROR_MAX])
{
	bool watched = isatty(STDERR_FILENO);
	for (uint64_t at = 0; at < world->scenario->run_ms;) {
		at = at + SLICE_MS < world->scenario->run_ms ? at + SLICE_MS : world->scenario->run_ms;
		if (!world_run(world, at, error))
			return false;
		if (watched)
			(void)fprintf(stderr, "\r%5.1f %% ", 100.0 * (double)at / (double)world->scenario->run_ms);
	}
	if (watched)
		(void)fputs("\r         \r", stderr);
	world_end(world);
	return true;
}

static int tell(const struct world *world, const struct wish *wish, double wall_seconds)
{
	struct result_run run = {.policy = wish->policy, .commit = BARID_COMMIT, .fast_crypto = wish->fast_crypto, .wall_seconds = wall_seconds};
	char *line = result_json(world, &run);
	if (!line)
		return fail(EX_OSERR, "%s", "there is no memory for the result");
	journal_result(world->journal, line);
	if (wish->json)
		(void)puts(line); /* a failure shows when the output is flushed */
	else
		result_print(world, &run);
	free(line);
	if (checks_passed(world->checks))
		return EX_OK;
	checks_print(world->checks);
	(void)fprintf(stderr, "barid-sim: run again with --seed %llu at commit %s\n", (unsigned long long)world->scenario->seed, BARID_COMMIT);
	return EXIT_CHECK_FAILED;
}

static int run(const struct wish *wish)
{
	static struct scenario scenario;
	char error[SCENARIO_ERROR_MAX] = "";
	struct journal *journal;
	int code = prepare(wish, &scenario);
	if (code != EX_OK)
		return code;
	keep_memory();
	log_open("barid-sim", LOG_LEVEL_NONE); /* what a thousand posts complain of is in the journal */
	sim_chance_start(scenario.seed);
	if (wish->fast_crypto)
		fastcrypto_start();
	disk_start();
	if (!crypto_start())
		return fail(EX_OSERR, "%s", "the system gives no randomness");
	enum err err = journal_open(&journal, wish->log, &scenario, wish->policy, BARID_COMMIT);
	if (err == ERR_BUSY)
		return fail(EX_CANTCREAT, "the file %s is there already; name one that is not", wish->log);
	if (err != ERR_OK)
		return fail(EX_CANTCREAT, "the log cannot be written: %s", err_text(err));
	double begun = wall_now();
	struct world *world = world_new(
		&(struct world_config){
			.scenario = &scenario, .journal = journal, .oracle = wish->oracle, .classic = wish->classic, .policy = wish->classic_policy},
		error);
	if (world && play(world, error))
		code = tell(world, wish, wall_now() - begun);
	else
		code = fail(EX_DATAERR, "%s", error);
	world_free(world);
	err = journal_close(journal);
	if (err != ERR_OK && code == EX_OK)
		code = fail(EX_IOERR, "the log is not whole: %s", err_text(err));
	return code;
}

static int list(void)
{
	const char *about, *name;
	for (unsigned i = 0; (name = scenario_shipped(i, &about)); i++)
		printf("%-16s %s\n", name, about);
	return EX_OK;
}

static int do_verb(int argc, char **argv)
{
	struct wish wish = {.policy = "barid"};
	const char *verb = argv[1];
	if (!strcmp(verb, "--help") || !strcmp(verb, "help"))
		return puts(usage) < 0 ? EX_IOERR : EX_OK;
	if (!strcmp(verb, "version") || !strcmp(verb, "--version"))
		return printf("barid-sim %s (%s)\n", BARID_VERSION, BARID_COMMIT) < 0 ? EX_IOERR : EX_OK;
	if (!strcmp(verb, "list"))
		return list();
	if (!strcmp(verb, "report"))
		return report_main(argc - 1, argv + 1);
	if (strcmp(verb, "run") != 0)
		return fail(EX_USAGE, "\"%s\" is not known; see barid-sim --help", verb);
	int code = read_options(&wish, argc - 1, argv + 1);
	return code == EX_OK ? run(&wish) : code;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return fail(EX_USAGE, "%s", "say what to do; barid-sim --help lists it");
	int code = do_verb(argc, argv);
	if (fflush(stdout) != 0 && code == EX_OK)
		code = fail(EX_IOERR, "%s", "the output could not be written");
	return code;
}
