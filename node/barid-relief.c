/* barid-relief: the inbox of a relief group. Takes the command line apart and calls a duty (node/relief/duties.h). */
#include "crypto/digest.h"
#include "node/desk/publish.h"
#include "node/relief/duties.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct cli_option options[] = {
	{"name", true},      {"all", false},        {"type", true},         {"state", true},
	{"by", true},        {"take", false},       {"text", true},         {"reason", true},
	{"line", true},      {"verb", true},        {"stop", true},         {"time", true},
	{"seats", true},     {"group", true},       {"source", true},       {"event", true},
	{"urgency", true},   {"severity", true},    {"certainty", true},    {"area", true},
	{"headline", true},  {"instruction", true}, {"lang", true},         {"exercise", false},
	{"valid", true},     {"go", false},         {"stop-notice", false}, {"cancel-notice", false},
	{"complete", false}, {"heartbeat", false},  {"format", true},       {"precise", false},
	{"safe", false},     {"people", true},      {"place", true},        {"role", true},
	{"card", true},      {"scope", true},       {"days", true},         {"out", true},
	{"qr", false},       {"db", true},          {"to", true},           {"yes", false},
	{"use", false},      {NULL, false},
};

static const struct {
	const char *name;
	int (*run)(const struct cli *cli);
	const char *options;
	uint16_t words_min, words_max; /* after the verb */
	const char *usage;
} verbs[] = {
	{"org", duty_org, "name db by", 1, 1,
	 "barid-relief org create --name 'Aleppo Medics'     make the organisation's keys here\n"
	 "barid-relief org create --name 'Aleppo Medics' --db postgresql://HOST/NAME      keep its cases on a server\n"
	 "barid-relief org card > medics.card                the card that lets people write to you"},
	{"inbox", duty_inbox, "all type state by", 0, 0,
	 "barid-relief inbox                                 fetch letters, list open cases, most urgent first\n"
	 "barid-relief inbox --all --type medevac            closed ones too; safe, seek, seen, medevac, patient, incident, need,\n"
	 "                                                   transport, alert, facility, headcount, letter\n"
	 "barid-relief inbox --state new                     new, opened, assigned, answered, closed"},
	{"show", duty_show, "by", 1, 1,
	 "barid-relief show M-0418                            everything about a case; tells its sender that it was opened"},
	{"claim", duty_claim, "by take", 1, 1,
	 "barid-relief claim M-0418 --by Rana                take it on; tells its sender that it was assigned\n"
	 "barid-relief claim M-0418 --by Samir --take        take it over from somebody else"},
	{"reply", duty_reply, "text by", 1, 1, "barid-relief reply M-0418 --text 'Ambulance at 14:00'"},
	{"close", duty_close, "reason by", 1, 1,
	 "barid-relief close M-0418 --reason done              or moved_on, duplicate, false, unreachable, expired"},
	{"publish", duty_publish,
	 PUBLISH_OPTIONS "line verb stop time seats group reason source text event urgency severity certainty area headline instruction people place "
			 "lang exercise by",
	 1, 1,
	 "barid-relief publish transport --line 1 --verb planned --stop 'Ramouseh bridge' --time 2016-12-14T05:00Z --seats 50\n"
	 "barid-relief publish transport --line 1 --verb turned_back --reason 'shooting' --stop-notice\n"
	 "barid-relief publish alert --event shelling --urgency immediate --severity severe --certainty observed \\\n"
	 "        --area 'Sector 4' --headline 'Stay in shelters' --instruction 'Do not go to the crossing'\n"
	 "barid-relief publish headcount --place 'Sector 4' --people 4000 --source seen --text 'in cellars'\n"
	 "barid-relief publish heartbeat                     we are here; inbox does it by itself after three hours\n"
	 "Also --group, --source, --text, --lang, --exercise, --valid HOURS, and what it means to those waiting: --go, --stop-notice,\n"
	 "--cancel-notice, --complete, --safe, --heartbeat. GO, SAFE, COMPLETE and transport count for 6 hours at most, others for 72."},
	{"board", duty_board, "all type by", 0, 0,
	 "barid-relief board                                 public notices, and what each is worth beside the others\n"
	 "barid-relief board --type headcount --all          transport, alert, headcount; --all: also of those not trusted here"},
	{"export", duty_export, "format precise type state by", 0, 0,
	 "barid-relief export --format csv-hxl > cases.csv    for spreadsheets; also geojson, jsonl, 9line\n"
	 "barid-relief export --format jsonl --precise        with places as written; this is noted in the audit"},
	{"audit", duty_audit, "by", 0, 0,
	 "barid-relief audit                                 who looked, exported, claimed, closed; checks that nothing was altered"},
	{"role", duty_role, "role card scope by", 1, 2,
	 "barid-relief role grant Rana --role medic --card rana.card        or marshal, civilian, announcer\n"
	 "barid-relief role grant Nour --role announcer --card nour.card --scope transport,alert,headcount\n"
	 "barid-relief role revoke Rana                      nobody believes their tickets from today on\n"
	 "barid-relief role list"},
	{"ticket", duty_ticket, "days out qr by", 2, 2,
	 "barid-relief ticket issue Rana                     once more what members get by themselves: today and two days\n"
	 "barid-relief ticket issue Rana --days 5 --out rana.bundle       or --qr: by hand, for \"barid role take\""},
	{"db", duty_db, "to yes use by", 1, 1,
	 "barid-relief db status                             where the cases are kept, and how many rows of each kind\n"
	 "barid-relief db copy --to postgresql://HOST/NAME   all of it to a server, or to a file; --use: and go on there\n"
	 "barid-relief db upgrade                            what every command does: bring an older relief.db up\n"
	 "barid-relief db downgrade --to 2                   for an older barid-relief; --yes: even if something has no place there"},
	{"status", duty_status, "by", 0, 0, "barid-relief status                                cases by state, letters waiting, the post"},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void print_help(void)
{
	puts("barid-relief: the inbox of a relief group in the Barid mesh\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("%s\n", verbs[i].usage);
	puts("\nA case is named by its ref (M-0418) or by the first digits of an id. With every verb: --home DIR, --post SOCKET, --json,\n"
	     "--passphrase-fd N, --by NAME (who is at the table). More in barid-relief(1).");
}

static int run_verb(const struct cli *cli)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(verbs[i].name, cli->words[0]) != 0)
			continue;
		if (cli->help) {
			puts(verbs[i].usage);
			return 0;
		}
		if (!cli_only(cli, verbs[i].options))
			return EX_USAGE;
		if (cli->words_n < verbs[i].words_min + 1u || cli->words_n > verbs[i].words_max + 1u)
			return cli_fail(cli, EX_USAGE, "\"%s\" takes %u word%s after it, not %u; see barid-relief %s --help", cli->words[0],
					verbs[i].words_max, verbs[i].words_max == 1 ? "" : "s", cli->words_n - 1u, cli->words[0]);
		return verbs[i].run(cli);
	}
	return cli_fail(cli, EX_USAGE, "\"%s\" is not known; see barid-relief --help", cli->words[0]);
}

int main(int argc, char **argv)
{
	struct cli cli;
	(void)setlocale(LC_CTYPE, "");  /* without it text is shown as bytes, which is as well */
	(void)signal(SIGPIPE, SIG_IGN); /* a reader that went away shows as a failed write */
	int code = cli_parse(&cli, "barid-relief", argc, argv, options);
	if (code != 0)
		return code;
	if (cli.version) {
		puts("barid-relief " BARID_VERSION);
		return 0;
	}
	if (cli.words_n == 0) {
		if (!cli.help)
			return cli_fail(&cli, EX_USAGE, "say what to do; barid-relief --help lists it");
		print_help();
		return 0;
	}
	if (!crypto_start())
		return cli_fail(&cli, EX_OSERR, "the system gives no randomness");
	code = run_verb(&cli);
	if (fflush(stdout) != 0 && code == 0)
		code = cli_fail(&cli, EX_IOERR, "the output could not be written");
	return code;
}
