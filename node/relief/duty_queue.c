/* queue, case, suggest: what waits, and everything about one of them. */
#include "node/relief/duties.h"

#include "node/relief/casejson.h"
#include "node/relief/triage.h"
#include "node/relief/work.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { TRIES_MAX = 8 };

static int database_failed(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err, err == ERR_DAMAGED ? "the database holds something this vault cannot open" : "the database");
}

static bool wanted(const struct office *office, const struct cases_filter *filter, const struct case_file *file)
{
	bool mine = strcmp(file->operator_name, office->operator_name) == 0 && case_claimed(file, office->now);
	bool type = filter->type < 0 || filter->type == file->type, state = filter->state < 0 || filter->state == (int)file->state;
	return type && state && (mine || !cli_has(office->cli, "mine")) && (!case_claimed(file, office->now) || !cli_has(office->cli, "unclaimed"));
}

static void print_line(const struct caseview *view)
{
	fputs(triage_loud(&view->dossier->file, view->now) != LOUD_NOT ? "! " : "  ", stdout);
	caseview_print_line(view, stdout);
}

static enum err show_line(struct office *office, const struct case_file *file, const struct standing *standing, int *code)
{
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&office->db, file, dossier);
	if (err == ERR_OK) {
		struct caseview view = {
			.ring = office->vault.ring, .dossier = dossier, .now = office->now, .grain = PLACE_COARSE, .lang = office->cli->lang};
		if (office->cli->json)
			*code = cli_json(office->cli, casejson_line(office, &view, standing));
		else
			print_line(&view);
		dossier_free(dossier);
	}
	free(dossier);
	return err;
}

static int queue(struct office *office, struct cases_filter *filter)
{
	struct case_file *files = NULL;
	struct standing standing = {0};
	size_t n = 0, shown = 0;
	int code = 0;
	struct cases_filter every = {.all = filter->all || filter->state == CASE_CLOSED, .type = -1, .state = -1, .drill = filter->drill};
	enum err err = cases_list(&office->db, &every, &files, &n);
	if (err == ERR_OK)
		err = standing_read(office, &standing);
	n = err == ERR_OK ? merge_fold(files, n) : 0;
	triage_sort(files, n);
	for (size_t i = 0; i < n && err == ERR_OK && code == 0; i++) {
		if (!wanted(office, filter, &files[i]))
			continue;
		err = show_line(office, &files[i], &standing, &code);
		shown++;
	}
	standing_free(&standing);
	free(files);
	if (err != ERR_OK)
		return database_failed(office, err);
	if (code == 0 && shown == 0 && !office->cli->json)
		puts("Nothing waits.");
	return code;
}

int duty_queue(const struct cli *cli)
{
	struct office office;
	struct cases_filter filter;
	int code = duty_filter(cli, &filter);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = duty_fetched(&office);
	if (code == 0)
		code = queue(&office, &filter);
	office_close(&office);
	return code;
}

/* Notes that the operator sees the exact place. */
static enum err look(struct work *work)
{
	bool first = false;
	enum err err = ERR_OK;
	for (size_t i = 0; i <= work->members_n && err == ERR_OK; i++) {
		const struct dossier *dossier = i == 0 ? &work->main : &work->members[i - 1];
		char ref[REF_TEXT];
		if (!caseview_tells_place(dossier))
			continue;
		err = cases_first_look(&work->office.db, &dossier->file, work->office.operator_name, &first);
		ref_text(dossier->file.type, dossier->file.number, ref);
		if (err == ERR_OK && first)
			err = office_audit(&work->office, AUDIT_LOOKED, ref);
	}
	return err;
}

/* What was not read is read now: its sender hears of it. Cases that hold nothing new stay as they are. */
static enum err read_one(struct work *work, struct dossier *dossier)
{
	struct office *office = &work->office;
	struct note note = {.at = office->now, .kind = NOTE_OPENED};
	struct case_file *file = &dossier->file;
	if (file->unread == 0 && file->opened_at != 0 && file->state != CASE_NEW)
		return ERR_OK;
	(void)snprintf(note.by, sizeof(note.by), "%s", office->operator_name); /* same bound */
	enum err err = answer_opened(office, dossier, true);
	if (err == ERR_OK)
		err = cases_save(&office->db, file);
	if (err == ERR_OK)
		err = notes_add(&office->db, file->number, &note);
	return err == ERR_OK ? feed_add(&office->db, office->now, FEED_OPENED, file, office->operator_name) : err;
}

static enum err read_all(struct work *work)
{
	enum err err = office_begin(&work->office);
	if (err == ERR_OK)
		err = work_read(work);
	if (err == ERR_OK && work->code == 0)
		err = read_one(work, &work->main);
	for (size_t i = 0; i < work->members_n && err == ERR_OK && work->code == 0; i++)
		err = read_one(work, &work->members[i]);
	if (err == ERR_OK && work->code == 0)
		err = look(work);
	if (err == ERR_OK && work->code == 0)
		err = office_commit(&work->office);
	office_rollback(&work->office);
	return err;
}

static void print_suggestions(struct work *work)
{
	struct merge_suggestion list[MERGE_SUGGESTIONS_MAX];
	size_t n = 0;
	if (merge_suggest(&work->office.db, &work->main, list, &n) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		char ref[REF_TEXT], area[3 * LETTER_LINE_MAX + 1];
		ref_text(list[i].type, list[i].number, ref);
		text_inert(list[i].area, false, area, sizeof(area));
		printf("Perhaps the same: %s, also in %s, %u min apart; \"merge %s --into %s\" if it is\n", ref, area, list[i].minutes, work->ref,
		       ref);
	}
}

static void print_notes(struct work *work)
{
	struct note *notes = NULL;
	size_t n = 0;
	if (notes_list(&work->office.db, work->main.file.number, &notes, &n) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		char when[TEXT_TIME], by[3 * CASE_OPERATOR_MAX + 1], text[3 * NOTE_TEXT_MAX + 1];
		text_time_local(notes[i].at, when);
		text_inert(notes[i].by, false, by, sizeof(by));
		text_inert(notes[i].text, false, text, sizeof(text));
		printf("%-9s %s  %s%s%s\n", note_word(notes[i].kind), when, by, text[0] != '\0' ? ": " : "", text);
	}
	free(notes);
}

static int print_whole(struct work *work, bool precise)
{
	if (work->cli->json)
		return work_print(work, NULL, precise);
	for (size_t i = 0; i <= work->members_n; i++) {
		struct caseview view = {.ring = work->office.vault.ring,
					.dossier = i == 0 ? &work->main : &work->members[i - 1],
					.now = work->office.now,
					.grain = precise ? PLACE_AS_WRITTEN : PLACE_COARSE,
					.lang = work->cli->lang};
		if (precise)
			caseview_print(&view, stdout);
		else
			caseview_print_line(&view, stdout);
	}
	print_notes(work);
	print_suggestions(work);
	return 0;
}

static int suggest(struct work *work)
{
	struct merge_suggestion list[MERGE_SUGGESTIONS_MAX];
	size_t n = 0;
	int code = 0;
	if (!work->cli->json) {
		print_suggestions(work);
		return 0;
	}
	enum err err = merge_suggest(&work->office.db, &work->main, list, &n);
	for (size_t i = 0; i < n && err == ERR_OK && code == 0; i++) {
		char ref[REF_TEXT];
		ref_text(list[i].type, list[i].number, ref);
		code = cli_json(work->cli,
				json_pack("{s: s, s: o, s: i}", "ref", ref, "area", cli_json_text(list[i].area), "minutes", (int)list[i].minutes));
	}
	return err == ERR_OK ? code : database_failed(&work->office, err);
}

int duty_suggest(const struct cli *cli)
{
	struct work work;
	memset(&work, 0, sizeof(work));
	work.cli = cli;
	int code = office_open(&work.office, cli);
	if (code != 0)
		return code;
	enum err err = work_read(&work);
	code = err != ERR_OK ? database_failed(&work.office, err) : work.code != 0 ? work.code : suggest(&work);
	work_free(&work);
	office_close(&work.office);
	return code;
}

/* Looking alone changes nothing and shows places coarsely, as to who may not see them. */
int duty_case(const struct cli *cli)
{
	struct work work;
	memset(&work, 0, sizeof(work));
	work.cli = cli;
	int code = office_open(&work.office, cli);
	if (code != 0)
		return code;
	bool precise = role_sees_places(work.office.role) && !cli_has(cli, "look-only");
	enum err err = ERR_BUSY;
	for (int tries = 0; err == ERR_BUSY && tries < TRIES_MAX; tries++)
		err = precise ? read_all(&work) : work_read(&work);
	if (err != ERR_OK)
		code = database_failed(&work.office, err);
	else if (work.code != 0)
		code = work.code;
	else
		code = print_whole(&work, precise);
	if (err == ERR_OK && precise && work.code == 0)
		(void)office_flush(&work.office); /* says so itself; the case is shown all the same */
	work_free(&work);
	office_close(&work.office);
	return code;
}
