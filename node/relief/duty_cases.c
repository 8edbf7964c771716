/* inbox, show: letters fetched, cases listed and read. */
#include "node/relief/duties.h"

#include "node/relief/caseview.h"
#include "node/relief/feed.h"
#include "node/relief/intake.h"
#include "node/relief/merge.h"
#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

int duty_filter(const struct cli *cli, struct cases_filter *filter)
{
	const char *type = cli_value(cli, "type"), *state = cli_value(cli, "state");
	*filter = (struct cases_filter){.all = cli_has(cli, "all"), .type = -1, .state = -1};
	filter->drill = cli_has(cli, "exercise") ? CASES_DRILL : CASES_REAL;
	if (type != NULL) {
		filter->type = letter_type_of_word(type);
		if (filter->type == 0)
			return cli_fail(cli, EX_USAGE, "\"%s\" is no type of case; there are safe, medevac, transport, alert, headcount, letter",
					type);
	}
	if (state != NULL) {
		filter->state = case_state_of_word(state);
		if (filter->state < 0)
			return cli_fail(cli, EX_USAGE, "\"%s\" is no state of a case; there are new, opened, assigned, answered, closed", state);
	}
	return 0;
}

static int database_failed(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err,
			   err == ERR_DAMAGED ? "relief.db holds something this vault cannot open" : "nothing was changed in relief.db");
}

/* The case an operator named. Prints a sentence and returns an exit code, 0 if found. */
static int find_case(struct office *office, const char *name, struct case_file *file)
{
	enum cases_found found;
	enum err err = cases_find(&office->db, name, &found, file);
	if (err != ERR_OK)
		return database_failed(office, err);
	switch (found) {
	case CASES_FOUND:
		return 0;
	case CASES_NONE:
		return cli_fail(office->cli, 1, "there is no case %s here", name);
	case CASES_MISHEARD:
		return cli_fail(office->cli, EX_DATAERR, "the check digit of %s does not fit: one digit or the letter was misheard or mistyped",
				name);
	case CASES_AMBIGUOUS:
		return cli_fail(office->cli, EX_USAGE, "several letters have an id that begins with %s; give more digits", name);
	}
	return EX_SOFTWARE;
}

/* Opens the office, finds the case named by the first word after the verb, reads its dossier. On 0 call leave_case(). */
static int enter_case(struct office *office, const struct cli *cli, struct dossier *dossier)
{
	struct case_file file;
	memset(dossier, 0, sizeof(*dossier));
	int code = office_open(office, cli);
	if (code != 0)
		return code;
	code = find_case(office, cli->words[1], &file);
	if (code == 0) {
		enum err err = dossier_read(&office->db, &file, dossier);
		if (err != ERR_OK)
			code = database_failed(office, err);
	}
	if (code != 0)
		office_close(office);
	return code;
}

static void leave_case(struct office *office, struct dossier *dossier)
{
	dossier_free(dossier);
	office_close(office);
}

static int print_case(struct office *office, const struct dossier *dossier, bool history)
{
	struct caseview view = {.ring = office->vault.ring,
				.dossier = dossier,
				.now = office->now,
				.grain = PLACE_AS_WRITTEN,
				.history = history,
				.lang = office->cli->lang};
	if (office->cli->json)
		return cli_json(office->cli, caseview_json(&view));
	if (history)
		caseview_print(&view, stdout);
	else
		caseview_print_line(&view, stdout);
	return 0;
}

/* Cases whose place this operator saw for the first time, on their way into the audit. */
struct looks {
	char refs[AUDIT_DETAIL_MAX + 1];
	size_t len;
};

static enum err note_look(struct office *office, struct looks *looks, const char *ref)
{
	enum err err = ERR_OK;
	if (looks->len + REF_TEXT + 1 > AUDIT_DETAIL_MAX) {
		err = office_audit(office, AUDIT_LOOKED, looks->refs);
		looks->len = 0;
	}
	int added = snprintf(looks->refs + looks->len, sizeof(looks->refs) - looks->len, "%s%s", looks->len > 0 ? " " : "", ref);
	looks->len += (size_t)added;
	return err;
}

/* Notes that the operator sees the case's place, if it says one more precisely than exports do. */
static enum err look(struct office *office, struct looks *looks, const struct dossier *dossier)
{
	char ref[REF_TEXT];
	bool first = false;
	if (!caseview_tells_place(dossier))
		return ERR_OK;
	enum err err = cases_first_look(&office->db, &dossier->file, office->operator_name, &first);
	if (err != ERR_OK || !first)
		return err;
	ref_text(dossier->file.type, dossier->file.number, ref);
	return note_look(office, looks, ref);
}

static enum err list_one(struct office *office, struct looks *looks, const struct case_file *file, int *code)
{
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&office->db, file, dossier);
	if (err == ERR_OK)
		err = look(office, looks, dossier);
	if (err == ERR_OK)
		*code = print_case(office, dossier, false);
	if (err == ERR_OK)
		dossier_free(dossier);
	free(dossier);
	return err;
}

/* What is printed is what gets into the audit: both or neither, but for a power cut in between, when nobody saw more than is noted at the next look.
 */
static int list_cases(struct office *office, const struct cases_filter *filter, size_t *n)
{
	struct case_file *files = NULL;
	struct looks looks = {.len = 0};
	int code = 0;
	enum err err = cases_list(&office->db, filter, &files, n);
	if (err != ERR_OK)
		return database_failed(office, err);
	*n = merge_fold(files, *n);
	triage_sort(files, *n);
	err = office_begin(office);
	for (size_t i = 0; i < *n && err == ERR_OK && code == 0; i++)
		err = list_one(office, &looks, &files[i], &code);
	if (err == ERR_OK && looks.len > 0)
		err = office_audit(office, AUDIT_LOOKED, looks.refs);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	free(files);
	return err == ERR_OK ? code : database_failed(office, err);
}

static int inbox(struct office *office, const struct cases_filter *filter)
{
	struct intake got;
	size_t n = 0;
	enum err err = intake_fetch(office, &got);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "what came from the post could not be kept, and stays there");
	duty_refill(office);
	if (got.line == ERR_OK) {
		duty_heartbeat(office);
		(void)office_flush(office); /* says so itself; what waits goes on waiting */
	}
	int code = list_cases(office, filter, &n);
	if (code == 0 && n == 0 && got.line != ERR_OK)
		return cli_weather(office->cli, got.line, office->cli->post);
	if (got.line != ERR_OK)
		cli_say(office->cli, "the post at %s does not answer (%s): these are the cases known before", office->cli->post, err_text(got.line));
	if (code != 0 || n > 0)
		return code;
	if (!office->cli->json)
		puts(filter->all ? "No case has come yet." : "No open case.");
	return 0;
}

int duty_inbox(const struct cli *cli)
{
	struct office office;
	struct cases_filter filter;
	int code = duty_filter(cli, &filter);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = inbox(&office, &filter);
	office_close(&office);
	return code;
}

/* What nobody had read is read now; a case that holds nothing new keeps its revision. */
static enum err read_new(struct office *office, struct dossier *dossier)
{
	struct case_file *file = &dossier->file;
	if (file->unread == 0 && file->opened_at != 0 && file->state != CASE_NEW)
		return ERR_OK;
	enum err err = answer_opened(office, dossier, true);
	if (err == ERR_OK)
		err = cases_save(&office->db, file);
	return err == ERR_OK ? feed_add(&office->db, office->now, FEED_OPENED, file, office->operator_name) : err;
}

int duty_show(const struct cli *cli)
{
	struct office office;
	struct dossier dossier;
	struct looks looks = {.len = 0};
	int code = enter_case(&office, cli, &dossier);
	if (code != 0)
		return code;
	enum err err = office_begin(&office);
	if (err == ERR_OK)
		err = read_new(&office, &dossier);
	if (err == ERR_OK)
		err = look(&office, &looks, &dossier);
	if (err == ERR_OK && looks.len > 0)
		err = office_audit(&office, AUDIT_LOOKED, looks.refs);
	if (err == ERR_OK)
		err = office_commit(&office);
	office_rollback(&office);
	code = err == ERR_OK ? print_case(&office, &dossier, true) : database_failed(&office, err);
	if (err == ERR_OK)
		(void)office_flush(&office); /* says so itself; the case is shown all the same */
	leave_case(&office, &dossier);
	return code;
}
