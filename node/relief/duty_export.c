/* export: cases and public words for other people's programs. */
#include "node/relief/duties.h"

#include "node/relief/casejson.h"
#include "node/relief/export.h"
#include "node/relief/export_aggregate.h"
#include "node/relief/export_cap.h"
#include "node/relief/intake.h"
#include "node/relief/merge.h"
#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The cases to be exported: real ones, or exercises and tests, never both. fold: what was merged counts once, where things are counted. */
struct chosen {
	struct case_file *files;
	size_t n;
};

static enum err choose(struct office *office, const struct cases_filter *filter, bool fold, struct chosen *out)
{
	*out = (struct chosen){.files = NULL};
	enum err err = cases_list(&office->db, filter, &out->files, &out->n);
	if (err != ERR_OK)
		return err;
	if (fold)
		out->n = merge_fold(out->files, out->n);
	triage_sort(out->files, out->n);
	return ERR_OK;
}

/* The audit knows of an export before its first byte is out. */
static enum err note_export(struct office *office, const char *name, size_t n, const char *what)
{
	char detail[160];
	(void)snprintf(detail, sizeof(detail), "%s, %zu cases, %s%s", name, n, what,
		       cli_has(office->cli, "exercise") ? ", exercises only" : ""); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_EXPORTED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

/* Who has a case, for the columns of exports. */
struct assigned {
	struct claims_row other;
	char merged_into[REF_TEXT];
};

static enum err assign(struct office *office, const struct standing *standing, struct caseview *view, struct assigned *scratch)
{
	const struct case_file *file = &view->dossier->file;
	struct case_file root;
	if (standing_other(office, file, standing, &scratch->other)) {
		view->assigned_org = scratch->other.org;
		view->assigned_who = scratch->other.who;
	} else if (case_claimed(file, office->now)) {
		view->assigned_org = office->vault.ring->name;
		view->assigned_who = file->operator_name;
	}
	if (file->merged_into == 0)
		return ERR_OK;
	enum err err = cases_numbered(&office->db, file->merged_into, &root);
	if (err == ERR_OK) {
		ref_text(root.type, root.number, scratch->merged_into);
		view->merged_into = scratch->merged_into;
	}
	return err == ERR_NO_FILE ? ERR_OK : err; /* it was erased since */
}

/* What every case is exported with. */
struct export_run {
	const struct export_format *format;
	enum place_grain grain;
	struct standing standing;
	size_t written;
};

static enum err export_one(struct office *office, struct export_run *run, const struct case_file *file)
{
	struct assigned scratch;
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&office->db, file, dossier);
	if (err == ERR_OK) {
		struct caseview view = {.ring = office->vault.ring, .dossier = dossier, .now = office->now, .grain = run->grain, .lang = WORDS_EN};
		err = assign(office, &run->standing, &view, &scratch);
		switch (err == ERR_OK ? run->format->row(&view, run->written == 0, stdout) : EXPORT_NO_PLACE) {
		case EXPORT_WRITTEN:
			run->written++;
			break;
		case EXPORT_NO_PLACE:
			break;
		case EXPORT_FAILED:
			err = ferror(stdout) ? ERR_IO : ERR_MEMORY;
			break;
		}
		dossier_free(dossier);
	}
	free(dossier);
	return err;
}

static int finish(const struct office *office, enum err err)
{
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "the export is not whole");
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail(office->cli, EX_IOERR, "the export could not be written whole");
	return 0;
}

static int export_rows(struct office *office, const struct export_format *format, const struct cases_filter *filter)
{
	struct chosen chosen;
	struct export_run run = {.format = format, .grain = cli_has(office->cli, "precise") ? PLACE_AS_WRITTEN : PLACE_COARSE};
	enum err err = choose(office, filter, !format->whole, &chosen);
	if (err == ERR_OK)
		err = note_export(office, format->name, chosen.n, run.grain == PLACE_AS_WRITTEN ? "precise places" : "coarse places");
	if (err == ERR_OK)
		err = standing_read(office, &run.standing);
	if (err == ERR_OK) {
		format->begin(stdout);
		for (size_t i = 0; i < chosen.n && err == ERR_OK; i++)
			err = export_one(office, &run, &chosen.files[i]);
		format->end(stdout);
	}
	free(chosen.files);
	standing_free(&run.standing);
	int code = finish(office, err);
	if (code == 0 && run.written < chosen.n && format->lacks != NULL)
		cli_say(office->cli, "%zu of %zu cases %s, and have no place in this format", chosen.n - run.written, chosen.n, format->lacks);
	return code;
}

static enum err count_one(struct office *office, struct aggregate *aggregate, const struct case_file *file)
{
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&office->db, file, dossier);
	if (err == ERR_OK) {
		err = aggregate_add(aggregate, dossier);
		dossier_free(dossier);
	}
	free(dossier);
	return err;
}

static int export_aggregate(struct office *office, const struct cases_filter *filter)
{
	struct chosen chosen = {.files = NULL};
	struct aggregate *aggregate = aggregate_new();
	enum err err = aggregate != NULL ? choose(office, filter, true, &chosen) : ERR_MEMORY;
	if (err == ERR_OK)
		err = note_export(office, "aggregate", chosen.n, "counts only");
	for (size_t i = 0; i < chosen.n && err == ERR_OK; i++)
		err = count_one(office, aggregate, &chosen.files[i]);
	if (err == ERR_OK)
		aggregate_write(aggregate, office->vault.ring->name, stdout);
	free(chosen.files);
	aggregate_free(aggregate);
	return finish(office, err);
}

/* What is public, newly fetched if the post answers. */
static int export_cap(struct office *office)
{
	struct intake got;
	enum err err = intake_fetch(office, &got);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "what came from the post could not be kept, and stays there");
	if (got.line != ERR_OK)
		cli_say(office->cli, "the post at %s does not answer (%s): this is what was known before", office->cli->post, err_text(got.line));
	struct board *board = board_new(office->vault.ring, office->now);
	if (board == NULL)
		return finish(office, ERR_MEMORY);
	struct export_cap cap = {
		.db = &office->db, .board = board, .ring = office->vault.ring, .exercise = cli_has(office->cli, "exercise"), .now = office->now};
	char detail[64];
	(void)snprintf(detail, sizeof(detail), "%zu public alerts", export_cap_count(&cap)); /* fits */
	err = note_export(office, "cap", 0, detail);
	if (err == ERR_OK)
		err = export_cap_write(&cap, stdout);
	board_free(board);
	return finish(office, err);
}

static int export_as(struct office *office, const char *name, const struct cases_filter *filter)
{
	const struct export_format *format = export_format_named(name);
	if (format != NULL)
		return export_rows(office, format, filter);
	return strcmp(name, "cap") == 0 ? export_cap(office) : export_aggregate(office, filter);
}

int duty_export(const struct cli *cli)
{
	struct office office;
	struct cases_filter filter;
	const char *name = cli_value(cli, "format");
	bool places = name != NULL && export_format_named(name) != NULL;
	if (name == NULL || (!places && strcmp(name, "cap") != 0 && strcmp(name, "aggregate") != 0))
		return cli_fail(cli, EX_USAGE, "export needs --format csv-hxl, geojson, jsonl, 9line, pfif, cap or aggregate");
	if (!places && cli_has(cli, "precise"))
		return cli_fail(cli, EX_USAGE, "--format %s says where nobody is: --precise does not go with it", name);
	int code = duty_filter(cli, &filter);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	filter.all = true;
	filter.drill = cli_has(cli, "exercise") ? CASES_DRILL : CASES_REAL;
	code = export_as(&office, name, &filter);
	office_close(&office);
	return code;
}
