/* What is reported less often, each as one form made from a row of a table: an incident, how a clinic is, how many are still somewhere; and, beside a
 * call for medical help, one of its patients: /report/patient/ID. */

#include "node/web/parts.h"
#include "node/web/recipients.h"
#include "node/web/send.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX = 120, TEXT_MAX = 600, ASKED_MAX = 11, OPTION_MAX = 32 };

enum how { LINE, NUMBER, AREA, ONE, SOME };

struct asked {
	const char *name; /* member of the letter's body; the verb's option is called the same, but for a few */
	enum how how;
	const char *codes; /* for ONE and SOME: the answers, separated by spaces */
};

static const struct report {
	const char *verb;
	enum icon icon;
	enum word title;
	bool about; /* a letter of ours, whose readers get this one too */
	struct asked asked[ASKED_MAX];
} reports[] = {
	{"incident",
	 ICON_ALERT,
	 WORD_TYPE_INCIDENT,
	 false,
	 {{"kind", ONE, "shelling airstrike gunfire explosion collapse fire chemical mine accident disease other"},
	  {"place", LINE, NULL},
	  {"red", NUMBER, NULL},
	  {"yellow", NUMBER, NULL},
	  {"green", NUMBER, NULL},
	  {"dead", NUMBER, NULL},
	  {"hazards", SOME, "sniper fire rubble uxo chemical"},
	  {"needed", SOME, "ambulance rescue fire medic clearance transport"},
	  {"access", LINE, NULL},
	  {"text", AREA, NULL}}},
	{"facility",
	 ICON_MEDICAL,
	 WORD_TYPE_FACILITY,
	 false,
	 {{"name", LINE, NULL},
	  {"open", ONE, "open limited full closed"},
	  {"beds", NUMBER, NULL},
	  {"services", SOME, "surgery intensive oxygen blood dialysis maternity fuel"},
	  {"lacks", SOME, "surgery intensive oxygen blood dialysis maternity fuel"},
	  {"text", AREA, NULL}}},
	{"headcount",
	 ICON_PEOPLE,
	 WORD_TYPE_HEADCOUNT,
	 false,
	 {{"place", LINE, NULL}, {"people", NUMBER, NULL}, {"source", ONE, "seen organiser heard"}, {"text", AREA, NULL}}},
	{"patient",
	 ICON_LYING,
	 WORD_TYPE_PATIENT,
	 true,
	 {{"number", NUMBER, NULL},
	  {"triage", ONE, "red yellow green grey black"},
	  {"by", ONE, "layperson medic"},
	  {"age", ONE, "infant child youth adult elder"},
	  {"sex", ONE, "female male"},
	  {"mechanism", LINE, NULL},
	  {"injuries", LINE, NULL},
	  {"signs", LINE, NULL},
	  {"treatment", LINE, NULL},
	  {"move", ONE, "waiting en_route arrived died released"},
	  {"text", AREA, NULL}}},
};

enum { REPORTS = sizeof reports / sizeof reports[0] };

/* What the path asks for; NULL: nothing there is. id: of the letter it is about, "" none. */
static const struct report *report_of(const struct exchange *x, const char **id)
{
	const char *rest = exchange_rest(x);
	for (size_t i = 0; i < REPORTS; i++) {
		size_t len = strlen(reports[i].verb);
		if (strncmp(rest, reports[i].verb, len) != 0 || rest[len] != (reports[i].about ? '/' : '\0'))
			continue;
		*id = rest + len + reports[i].about;
		size_t digits = strspn(*id, "0123456789abcdef");
		return !reports[i].about || (digits >= 4 && digits <= 64 && (*id)[digits] == '\0') ? &reports[i] : NULL;
	}
	return NULL;
}

static void field(struct exchange *x, const struct report *report, const struct asked *asked)
{
	enum word label = WORD_FIELD_TEXT;
	(void)words_of_field(report->verb, asked->name, &label); /* each has one: a test looks */
	switch (asked->how) {
	case LINE:
		page_line(x, asked->name, label, LINE_MAX);
		break;
	case NUMBER:
		page_number(x, asked->name, label);
		break;
	case AREA:
		page_area(x, asked->name, label, TEXT_MAX);
		break;
	case ONE:
		parts_choices(x, asked->name, asked->codes, label);
		break;
	case SOME:
		parts_ticks(x, asked->name, asked->codes, label);
		break;
	}
}

static void nothing_there(struct exchange *x)
{
	(void)page_begin(x, WORD_WHAT_WAS_WRONG);
	page_wrong(x, WORD_ERROR_NO_PAGE);
	page_end(x, 404);
}

static void show(struct exchange *x)
{
	const char *id;
	const struct report *report = report_of(x, &id);
	(void)page_begin(x, report->title);
	send_trouble(x);
	parts_form(x, exchange_path(x), "report");
	for (unsigned i = 0; i < ASKED_MAX && report->asked[i].name != NULL; i++)
		field(x, report, &report->asked[i]);
	if (!report->about)
		recipients_fields(x, true, false);
	parts_end(x, ICON_SEND, WORD_SEND);
	page_text(x, WORD_CARRIED_LOCKED);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	const char *id;
	if (report_of(x, &id) == NULL)
		nothing_there(x);
	else
		recipients_load(x, show);
}

/* "--hazard" for "hazards", "--going-to" for "going_to". */
static void option_of(const char *name, char out[static OPTION_MAX])
{
	snprintf(out, OPTION_MAX, "--%s", strcmp(name, "hazards") == 0 ? "hazard" : name);
	for (char *at = out; *at != '\0'; at++)
		if (*at == '_')
			*at = '-';
}

static void compose(struct exchange *x)
{
	const char *id, *value;
	char option[OPTION_MAX], number[40];
	const struct report *report = report_of(x, &id);
	exchange_verb(x, report->verb);
	if (report->about)
		exchange_option(x, "--about", id);
	for (unsigned i = 0; i < ASKED_MAX && report->asked[i].name != NULL; i++) {
		const struct asked *asked = &report->asked[i];
		option_of(asked->name, option);
		if (asked->how == NUMBER)
			exchange_option(x, option, exchange_trimmed(x, asked->name, number, sizeof number));
		else
			for (unsigned n = 0; (value = exchange_field_nth(x, asked->name, n)) != NULL; n++)
				exchange_option(x, option, value);
	}
}

/* What is wrong with the form; WORDS nothing. */
static enum word fault(const struct exchange *x, const struct report *report)
{
	bool empty = true;
	for (unsigned i = 0; i < ASKED_MAX && report->asked[i].name != NULL; i++) {
		const struct asked *asked = &report->asked[i];
		enum word wrong = asked->how == NUMBER ? parts_numbers_fault(x, asked->name) : WORDS;
		if (wrong != WORDS)
			return wrong;
		empty = empty && send_is_blank(x, asked->name);
	}
	return empty ? WORD_ERROR_NOTHING : WORDS;
}

static void post(struct exchange *x)
{
	const char *id;
	const struct report *report = report_of(x, &id);
	enum word wrong = report != NULL ? fault(x, report) : WORDS;
	if (report == NULL)
		nothing_there(x);
	else if (wrong != WORDS)
		send_refuse(x, wrong, show);
	else if (report->about)
		send_along(x, compose, show);
	else
		send_letter(x, compose, show);
}

static void choose(struct exchange *x)
{
	char path[OPTION_MAX];
	(void)page_begin(x, WORD_REPORT_TITLE);
	for (size_t i = 0; i < REPORTS; i++) {
		snprintf(path, sizeof path, "/report/%s", reports[i].verb);
		if (!reports[i].about)
			page_link(x, path, reports[i].icon, reports[i].title, "", NULL);
	}
	page_end(x, 200);
}

const struct page page_report = {"/report", PAGE_PERSON, choose, NULL};
const struct page page_report_one = {"/report/", PAGE_PERSON, get, post};
