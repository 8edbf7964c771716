/* The verbs of `barid-relief`, their words and options. */

#include "node/relief/duty_table.h"

#include "node/desk/publish.h"
#include "node/relief/duties.h"

static const struct cli_option options[] = {
	{"name", true},        {"all", false},        {"type", true},         {"state", true},
	{"by", true},          {"take", false},       {"text", true},         {"reason", true},
	{"line", true},        {"verb", true},        {"stop", true},         {"time", true},
	{"seats", true},       {"group", true},       {"source", true},       {"event", true},
	{"urgency", true},     {"severity", true},    {"certainty", true},    {"area", true},
	{"headline", true},    {"instruction", true}, {"lang", true},         {"exercise", false},
	{"valid", true},       {"go", false},         {"stop-notice", false}, {"cancel-notice", false},
	{"complete", false},   {"heartbeat", false},  {"format", true},       {"precise", false},
	{"safe", false},       {"people", true},      {"place", true},        {"role", true},
	{"card", true},        {"scope", true},       {"days", true},         {"out", true},
	{"qr", false},         {"listen", true},      {"origin", true},       {"password-fd", true},
	{"once", true},        {"if-revision", true}, {"lease", true},        {"to", true},
	{"as", true},          {"into", true},        {"mine", false},        {"unclaimed", false},
	{"look-only", false},  {"ref", true},         {"after", true},        {"limit", true},
	{"wait", true},        {"older-than", true},  {"yes", false},         {"url", true},
	{"secret-file", true}, {"db", true},          {"use", false},         {NULL, false},
};

static const struct verb verbs[] = {
	{"org", duty_org, "name db by", 1, 1,
	 "barid-relief org create --name 'Aleppo Medics'     make the organisation's keys here\n"
	 "barid-relief org create --name 'Aleppo Medics' --db postgresql://HOST/NAME      keep its cases on a server\n"
	 "barid-relief org card > medics.card                the card that lets people write to you"},
	{"inbox", duty_inbox, "all type state exercise by", 0, 0,
	 "barid-relief inbox                                 fetch letters, list open cases, most urgent first\n"
	 "barid-relief inbox --all --type medevac            closed ones too; safe, seek, seen, medevac, patient, incident, need,\n"
	 "                                                   transport, alert, facility, headcount, letter\n"
	 "barid-relief inbox --state new                     new, opened, assigned, answered, closed"},
	{"show", duty_show, "by", 1, 1,
	 "barid-relief show M-0418                            everything about a case; tells its sender that it was opened"},
	{"queue", duty_queue, "all type state mine unclaimed exercise by", 0, 0,
	 "barid-relief queue                                 what waits, most urgent first, with the reason\n"
	 "barid-relief queue --unclaimed --type medevac       or --mine, --state new, --all; --exercise: exercises, and nothing else"},
	{"case", duty_case, "look-only exercise by", 1, 1,
	 "barid-relief case M-0418                            letters, patients, notes, history, links; tells its sender that it was opened\n"
	 "barid-relief case M-0418 --look-only                places coarsely, and nobody hears of it"},
	{"claim", duty_claim, "by take lease if-revision once", 1, 1,
	 "barid-relief claim M-0418 --by Rana                take it on for 60 minutes; tells its sender that it was assigned\n"
	 "barid-relief claim M-0418 --lease 240              for longer, 5 to 1440; whatever you do about it begins the time anew\n"
	 "barid-relief claim M-0418 --by Samir --take        take it over from somebody else"},
	{"release", duty_release, "by take if-revision once", 1, 1,
	 "barid-relief release M-0418                        give it back, for others to take on"},
	{"assign", duty_assign, "to lease by if-revision once", 1, 1, "barid-relief assign M-0418 --to Samir               give it to somebody"},
	{"note", duty_note, "text by if-revision once", 1, 1, "barid-relief note M-0418 --text 'called the school'  for us; it is sent to nobody"},
	{"reply", duty_reply, "text by if-revision once", 1, 1, "barid-relief reply M-0418 --text 'Ambulance at 14:00'"},
	{"verify", duty_verify, "as text by if-revision once", 1, 1,
	 "barid-relief verify M-0418 --as confirmed           or unverified, plausible, contradicted; --text WHY"},
	{"merge", duty_merge, "into by if-revision once", 1, 1,
	 "barid-relief merge M-0425 --into M-0418             both tell of one event: answers go to both senders"},
	{"suggest", duty_suggest, "exercise by", 1, 1,
	 "barid-relief suggest M-0418                        open cases that may be the same event; changes nothing"},
	{"unmerge", duty_unmerge, "by if-revision once", 1, 1, "barid-relief unmerge M-0425                        it was not the same after all"},
	{"close", duty_close, "reason text by if-revision once", 1, 1,
	 "barid-relief close M-0418 --reason done              or moved_on, duplicate, false, unreachable, expired; --text MORE"},
	{"reopen", duty_reopen, "text by if-revision once", 1, 1, "barid-relief reopen M-0418 --text WHY               it is not done"},
	{"partner", duty_partner, "by", 1, 2,
	 "barid-relief partner add white-cross.card          tell this organisation who has which request, and hear it from them\n"
	 "barid-relief partner list; partner remove 'White Cross'"},
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
	{"board", duty_board, "all type exercise by", 0, 0,
	 "barid-relief board                                 public notices, and what each is worth beside the others\n"
	 "barid-relief board --type headcount --all          transport, alert, headcount; --all: also of those not trusted here"},
	{"export", duty_export, "format precise type state exercise by", 0, 0,
	 "barid-relief export --format csv-hxl > cases.csv    for spreadsheets; also geojson, jsonl, 9line,\n"
	 "                                                   pfif (people, by consent), cap (public), aggregate (counts)\n"
	 "barid-relief export --format jsonl --precise        with places as written; this is noted in the audit\n"
	 "barid-relief export --format csv-hxl --exercise    exercises and tests, which no other export holds"},
	{"people", duty_people, "name ref exercise by", 0, 0,
	 "barid-relief people --name 'ريما عمر'               who is sought, seen and well, however the name is spelt\n"
	 "barid-relief people --ref Q-0016                   the person of a case, and who else it may be"},
	{"transport", duty_transport, "all exercise by", 0, 0,
	 "barid-relief transport                             buses: what is public, what each word is worth, and what people wrote"},
	{"map", duty_map, "exercise by", 0, 0, "barid-relief map                                   open cases by sector, the greatest danger first"},
	{"feed", duty_feed, "after limit wait exercise by", 0, 0,
	 "barid-relief feed --after 17 --wait 30             what happened to cases since event 17; waits up to 30 seconds for news"},
	{"purge", duty_purge, "older-than yes exercise by", 0, 0,
	 "barid-relief purge --older-than 90                 which cases closed more than 90 days ago would be erased\n"
	 "barid-relief purge --older-than 90 --yes           erases them, letters, notes and all; the audit says so"},
	{"webhook", duty_webhook, "url secret-file by", 1, 2,
	 "barid-relief webhook add --url https://example.org/barid          tells a program elsewhere what happens to cases; prints a secret\n"
	 "barid-relief webhook list                          or remove N\n"
	 "barid-relief webhook dead                          what could not be delivered; retry N or retry all"},
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
	{"account", duty_account, "role password-fd by", 1, 2,
	 "barid-relief account add Rana --role triager       asks for a password of theirs; viewer, triager, publisher, admin\n"
	 "barid-relief account list\n"
	 "barid-relief account role Rana --role publisher    also password, lock, unlock, remove NAME; each ends their sessions"},
	{"login", duty_login, "password-fd", 1, 1,
	 "barid-relief login Rana                             whether a password is right, and which role it has"},
	{"lock", duty_lock, "", 0, 0, "barid-relief lock                                   in the console, for admins: ends every session there"},
	{"fetch", duty_fetch, "by", 0, 0,
	 "barid-relief fetch                                 letters, tickets for members, our heartbeat: what serve does by itself"},
	{"serve", duty_serve, "listen origin", 0, 0,
	 "barid-relief serve [--listen 127.0.0.1:8090]       the console as pages and as /api/v1, for all who have an account\n"
	 "barid-relief serve --origin https://console.example      behind a server that speaks TLS under that name"},
	{NULL, NULL, NULL, 0, 0, NULL},
};

static const char *more(const struct verb *verb)
{
	(void)verb; /* each says all by itself */
	return "";
}

static void overview(void)
{
	puts("barid-relief: the inbox of a relief group in the Barid mesh\n");
	for (const struct verb *verb = verbs; verb->name != NULL; verb++)
		printf("%s\n", verb->usage);
	puts("\nA case is named by its ref (M-0418) or by the first digits of an id. With every verb: --home DIR, --post SOCKET, --json,\n"
	     "--passphrase-fd N, --by NAME (who is at the table). More in barid-relief(1).");
}

const struct verbset duty_table = {
	.program = "barid-relief",
	.options = options,
	.verbs = verbs,
	.overview = overview,
	.more = more,
	.examples = "inbox, show M-0418, claim M-0418, publish transport",
};
