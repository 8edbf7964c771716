/* The verbs of `barid`, their words and options. */

#include "node/desk/verb_table.h"

#include "node/desk/verbs.h"

#include <string.h>

#define COMPOSE "org to send-now wait timeout update exercise test lang ticket no-ticket "
#define SUBJECT "name father origin age sex share "
#define PUBLIC COMPOSE "public valid go stop-notice cancel-notice complete safe "

static const struct cli_option options[] = {
	{"name", true},        {"card", false},        {"qr", false},
	{"yes", false},        {"letter", true},       {"org", true},
	{"to", true},          {"send-now", false},    {"wait", true},
	{"timeout", true},     {"update", true},       {"exercise", false},
	{"test", false},       {"lang", true},         {"all", false},
	{"new", false},        {"salvage", false},     {"trust-clock", false},
	{"no-input", false},   {"people", true},       {"place", true},
	{"going-to", true},    {"text", true},         {"red", true},
	{"yellow", true},      {"green", true},        {"litter", true},
	{"walking", true},     {"children", true},     {"pregnant", true},
	{"equip", true},       {"blood-group", true},  {"security", true},
	{"marking", true},     {"hazard", true},       {"callback", true},
	{"line", true},        {"verb", true},         {"stop", true},
	{"time", true},        {"seats", true},        {"group", true},
	{"reason", true},      {"source", true},       {"event", true},
	{"urgency", true},     {"severity", true},     {"certainty", true},
	{"area", true},        {"headline", true},     {"instruction", true},
	{"radio", false},      {"public", false},      {"valid", true},
	{"go", false},         {"stop-notice", false}, {"cancel-notice", false},
	{"complete", false},   {"safe", false},        {"ticket", false},
	{"no-ticket", false},  {"with", true},         {"father", true},
	{"origin", true},      {"age", true},          {"sex", true},
	{"about", true},       {"news", true},         {"number", true},
	{"triage", true},      {"by", true},           {"mechanism", true},
	{"injuries", true},    {"signs", true},        {"treatment", true},
	{"move", true},        {"major", true},        {"kind", true},
	{"access", true},      {"dead", true},         {"present", true},
	{"needed", true},      {"sector", true},       {"item", true},
	{"quantity", true},    {"unit", true},         {"open", true},
	{"beds", true},        {"services", true},     {"lacks", true},
	{"until", true},       {"type", true},         {"listen", true},
	{"portal", true},      {"package", true},      {"share", true},
	{"forget-days", true}, {NULL, false},
};

#define PUBLIC_HELP \
	"  --public          says it to everybody instead: as an announcer if an organisation made you one, else as a witness, which takes a " \
	"ticket\n" \
	"                    An announcer may add --go, --safe, --complete, --stop-notice or --cancel-notice, and --valid HOURS.\n"

static const char compose_help[] =
	"  --org NAME, --to CONTACT   who gets it; repeat for more, each gets a sealed letter of their own\n"
	"  --send-now        leave at the very next meeting. Without it a letter waits a random moment (a minute on average, at most ten seconds if\n"
	"                    urgent), so that whoever watches radios cannot tell which phone it came from. It costs that cover.\n"
	"  --wait STAGE      wait until it is carried, gateway, received, opened, assigned, answered or closed (--timeout SECONDS, else an hour)\n"
	"  --ticket, --no-ticket   spend a ticket of yours even where it would be spared, or none (\"barid role\")\n"
	"  --update ID       replaces an earlier letter of yours   --exercise, --test   say that it is not real   --lang ar\n";

#define SUBJECT_HELP \
	"  --name, --father, --origin (where from), --age infant, child, youth, adult, elder, --sex female, male: whom it is about\n" \
	"  --share family-tracing   may be passed on to services that bring families together\n"

static const struct verb verbs[] = {
	{"init", verb_init, "name no-input", 0, 0,
	 "  barid init --name \"Amal\"\nMakes your vault and your keys. Asks for a passphrase on a terminal, or reads one line from --passphrase-fd "
	 "N; otherwise there is none.\n"},
	{"id", verb_id, "card qr", 0, 0, "  barid id                  your fingerprint\n  barid id --card > amal.card\n  barid id --qr\n"},
	{"card", verb_card, "", 1, 1, "  barid card FILE      whose card it is; FILE may be -\n"},
	{"contact", verb_contact, "letter yes", 1, 3,
	 "  barid contact add Amal amal.card\n  barid contact add Amal --letter ID   somebody who wrote and sent a card along\n  barid contact list\n"
	 "  barid contact verify Amal            compare fingerprints by voice\n  barid contact rm Amal\n"},
	{"org", verb_org, "", 1, 2, "  barid org trust medics.card      a card you got by hand from somebody you trust\n  barid org list\n"},
	{"safe", verb_safe, COMPOSE SUBJECT "people place going-to text", 0, 0,
	 "  barid safe --to Amal --people 4 --place \"Sector 4\" --text \"we are well\"\n"
	 "  barid safe --org Tracing --name \"...\" --father \"...\"      somebody else is well, who cannot write\n" SUBJECT_HELP},
	{"seek", verb_seek, COMPOSE SUBJECT "place time text", 0, 0,
	 "  barid seek --org Tracing --name \"...\" --father \"...\" --origin \"...\" --age child --sex female --place \"last seen\" --text \"...\"\n"
	 "Looking for somebody. It goes sealed to those you name: say no more than they need.\n" SUBJECT_HELP},
	{"seen", verb_seen, COMPOSE SUBJECT "about news source place time text", 0, 0,
	 "  barid seen --about ID --news believed-alive --source saw --place \"Sector 4\"      to whoever asked in that letter\n"
	 "  barid seen --org Tracing --name \"...\" --news is-note-author\n"
	 "  --news information-sought, is-note-author (it is the person who writes), believed-alive, believed-missing, believed-dead\n"
	 "  --source self, saw, heard\n" SUBJECT_HELP},
	{"medevac", verb_medevac,
	 COMPOSE "place red yellow green litter walking children pregnant equip blood-group security marking hazard callback text", 0, 0,
	 "  barid medevac --org Medics --red 1 --yellow 2 --walking 2 --litter 1 --place \"Sector 4\" --hazard sniper --text \"...\"\n"
	 "  --hazard chemical, uxo, rubble, fire, sniper      --security safe, possible, danger, no-approach\n"
	 "  --equip stretcher, oxygen, ventilator, incubator, wheelchair, dialysis, blood      --blood-group O-, O+, A-, ...\n"},
	{"patient", verb_patient, COMPOSE "about number triage by age sex time mechanism injuries signs treatment move place going-to text", 0, 0,
	 "  barid patient --about ID --number 1 --triage red --by medic --age adult --mechanism \"...\" --injuries \"...\" --signs \"...\" "
	 "--treatment "
	 "\"...\"\n"
	 "  barid patient --update ID --move arrived --going-to \"...\"\n"
	 "One patient of an evacuation request; ID is the request. Names are left out on purpose.\n"
	 "  --triage red, yellow, green, grey (expectant), black (dead)   --by layperson, medic   --move waiting, en-route, arrived, died, released\n"
	 "  --age infant, child, youth, adult, elder   --sex female, male   --time of the injury\n"},
	{"incident", verb_incident, COMPOSE "major place kind hazard access red yellow green dead present needed time text", 0, 0,
	 "  barid incident --org Rescue --major declared --place \"Sector 4\" --kind collapse --access \"from the north\" --red 3 --needed "
	 "rescue,ambulance\n"
	 "  --major declared, standby, no\n"
	 "  --kind shelling, airstrike, gunfire, explosion, collapse, fire, chemical, mine, accident, disease, other\n"
	 "  --hazard chemical, uxo, rubble, fire, sniper   --present, --needed ambulance, rescue, fire, medic, clearance, transport\n"},
	{"need", verb_need, COMPOSE "sector item quantity unit people children place text", 0, 0,
	 "  barid need --org Relief --sector water,infant --people 6 --children 2 --place \"Sector 4\"\n"
	 "  barid need --org Relief --sector medicine --item insulin --quantity 10 --unit vials\n"
	 "  --sector water, food, infant, medicine, shelter, fuel, protection\n"},
	{"facility", verb_facility, COMPOSE "name open beds services lacks until place text", 0, 0,
	 "  barid facility --org Medics --name H4 --open limited --beds 3 --services surgery,blood --lacks oxygen,fuel --until 2016-12-14T18:00Z\n"
	 "A hospital's state. It goes sealed and can never be made public. Use a name that tells only its readers where it is.\n"
	 "  --open open, limited, full, closed   --services, --lacks surgery, intensive, oxygen, blood, dialysis, maternity, fuel\n"},
	{"bus", verb_bus, PUBLIC "all line verb stop time seats group reason source text", 1, 1,
	 "  barid bus list [--all]\n  barid bus post --org Buses --line 1 --verb turned-back --reason \"heard shooting\" --source seen\n"
	 "  --verb planned, boarding, departed, turned-back, cancelled, arrived      --source seen, organiser, heard      --time 2016-12-14T05:00Z\n"
	 "What you post goes sealed to the organisation.\n" PUBLIC_HELP},
	{"alert", verb_alert, PUBLIC "all event urgency severity certainty area headline instruction source text", 0, 1,
	 "  barid alert list [--all]\n  barid alert --org Medics --event shelling --urgency immediate --certainty observed --area \"Sector 4\"\n"
	 "  --urgency immediate, expected, future, past   --severity extreme, severe, moderate, minor   --certainty observed, likely, possible, "
	 "unlikely\n" PUBLIC_HELP},
	{"alerts", verb_alerts, "all", 0, 1, "  barid alerts [--all]      public alerts, newest first\n"},
	{"headcount", verb_headcount, PUBLIC "place people source text", 0, 0,
	 "  barid headcount --org Medics --place \"Sector 4\" --people 4000 --source seen\n"
	 "How many people are still there.      --source seen, organiser, heard\n" PUBLIC_HELP},
	{"headcounts", verb_headcounts, "all", 0, 0, "  barid headcounts [--all]      public counts of people, newest first\n"},
	{"send", verb_send, COMPOSE "text", 0, 0, "  barid send --to Amal --text \"...\"\n  barid send --org Medics --text - < letter.txt\n"},
	{"reply", verb_reply, "text send-now wait timeout exercise test lang ticket no-ticket", 1, 1, "  barid reply ID --text \"...\"\n"},
	{"role", verb_role, "with", 0, 2,
	 "  barid role                    what organisations let you do, and how many tickets are left\n"
	 "  barid role take FILE          a grant by hand: a bundle file or BARID:LETTER: lines; FILE may be -\n"
	 "  barid role revoke NAME        prints your share of what takes a colleague's role back; two shares together do it:\n"
	 "  barid role revoke NAME --with BARID:SHARE:...\n"},
	{"inbox", verb_inbox, "new type", 0, 0, "  barid inbox [--new] [--type seek]\n"},
	{"search", verb_search, "", 1, CLI_WORDS_MAX - 1,
	 "  barid search WORDS...      contacts, organisations, letters and notices that hold all of these words, with or without vowel marks\n"},
	{"show", verb_show, "", 1, 1, "  barid show ID      a letter you got or sent, or a notice; any unique beginning of the id will do\n"},
	{"track", verb_track, "wait timeout", 0, 1,
	 "  barid track [ID]\n  barid track ID --wait received --timeout 600\n"
	 "Stages: saved, carried, gateway, received, opened, assigned, answered, closed, expired. Exit code 75: not there yet.\n"},
	{"cancel", verb_cancel, "", 1, 1, "  barid cancel ID      takes a letter of yours back everywhere it is still carried\n"},
	{"status", verb_status, "radio", 0, 0,
	 "  barid status              links, gateway, what the post carries, how its radios are\n"
	 "  barid status --radio      what the radios cost: seconds on the air an hour, wake-ups an hour, by pace\n"},
	{"doctor", verb_doctor, "trust-clock", 0, 0, "  barid doctor [--trust-clock]      what works, what does not, what to do\n"},
	{"bundle", verb_bundle, "salvage", 2, 2,
	 "  barid bundle export FILE\n  barid bundle import FILE [--salvage]      letters on a USB stick; FILE may be -\n"},
	{"serve", verb_serve, "listen people portal package forget-days", 0, 0,
	 "  barid serve [--listen 127.0.0.1:8080]      the same as pages for a browser on this device, until Ctrl-C\n"
	 "  barid serve --people DIR --listen 10.42.0.1:80      a box for several people, each with a vault of their own below DIR\n"
	 "  --portal splash, quiet, off      --forget-days 90      vaults that nobody opened for so long are erased\n"},
	{"package", verb_package, "with", 2, 2,
	 "  barid package key KEY                  makes a signing key\n  barid package sign FILE --with KEY     writes FILE.sig\n"
	 "  barid package check FILE               whether FILE is what was signed, and the fingerprint of who signed it\n"},
	{"sign", verb_sign, "", 1, 1,
	 "  barid-hotspot sign > sign.html      a page to print and hang up: Wi-Fi and address of a box, as words and QR codes\n"},
	{"passphrase", verb_passphrase, "", 0, 1,
	 "  barid passphrase        another passphrase for the vault; asks for the old one and for the new one\n"
	 "  barid --passphrase-fd 3 passphrase 3< FILE      the old one and the new one, a line each\n"},
	{"wipe", verb_wipe, "yes", 0, 0, "  barid wipe [--yes]      destroys keys, contacts and letters for good\n"},
	{NULL, NULL, NULL, 0, 0, NULL},
};

static const char *more(const struct verb *verb)
{
	return strncmp(verb->options, COMPOSE, strlen(COMPOSE)) == 0 ? compose_help : "";
}

static void overview(void)
{
	printf("Usage: barid [--home DIR] [--post SOCKET] [--json] [--passphrase-fd N] VERB ...\n\n");
	printf("  barid init --name \"Amal\"; barid org trust medics.card\n  barid medevac --org Medics --red 1 --place \"Sector 4\"\n  "
	       "barid inbox; barid track ID\n\nVerbs:");
	for (const struct verb *verb = verbs; verb->name != NULL; verb++)
		printf(" %s", verb->name);
	printf("\n\"barid VERB --help\" says more; barid(1) says all.\n");
}

const struct verbset verb_table = {
	.program = "barid",
	.options = options,
	.verbs = verbs,
	.overview = overview,
	.more = more,
	.examples = "medevac, safe, send, inbox, track, bus list",
};
