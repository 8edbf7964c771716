#include "node/relief/work.h"

#include "node/relief/casejson.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { TRIES_MAX = 8, REVISION_MAX = 1000000000 };

static int database_failed(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err,
			   err == ERR_DAMAGED ? "the database holds something this vault cannot open" : "nothing was changed in the database");
}

enum err work_wrong(struct work *work, int code, const char *sentence)
{
	work->code = cli_fail(work->cli, code, "%s", sentence);
	return ERR_OK;
}

enum err work_refuse(struct work *work, const char *why, const char *format, ...)
{
	char sentence[512];
	va_list values;
	va_start(values, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, values); /* cut where it does not fit */
	va_end(values);
	work->refused = why;
	work->code = cli_fail(work->cli, 1, "%s", sentence);
	return ERR_OK;
}

/* The case an operator named. */
static enum err find(struct work *work, const char *name)
{
	enum cases_found found;
	enum err err = cases_find(&work->office.db, name, &found, &work->named);
	if (err != ERR_OK)
		return err;
	switch (found) {
	case CASES_FOUND:
		break;
	case CASES_NONE:
		work->code = cli_fail(work->cli, 1, "there is no case %s here", name);
		break;
	case CASES_MISHEARD:
		work->code =
			cli_fail(work->cli, EX_DATAERR, "the check digit of %s does not fit: one digit or the letter was misheard or mistyped", name);
		break;
	case CASES_AMBIGUOUS:
		work->code = cli_fail(work->cli, EX_USAGE, "several letters have an id that begins with %s; give more digits", name);
		break;
	}
	return ERR_OK;
}

static enum err read_members(struct work *work)
{
	uint32_t numbers[MERGE_MEMBERS_MAX];
	size_t n = 0;
	struct reliefdb *db = &work->office.db;
	enum err err = merge_members(db, work->main.file.number, numbers, &n);
	work->members = err == ERR_OK && n > 0 ? calloc(n, sizeof(*work->members)) : NULL;
	if (err == ERR_OK && n > 0 && work->members == NULL)
		err = ERR_MEMORY;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct case_file file;
		err = cases_numbered(db, numbers[i], &file);
		if (err == ERR_OK)
			err = dossier_read(db, &file, &work->members[i]);
		work->members_n += err == ERR_OK;
	}
	return err;
}

/* The case that speaks for work->named. */
static enum err read_named(struct work *work)
{
	struct case_file root;
	enum err err = merge_root(&work->office.db, &work->named, &root);
	if (err == ERR_OK)
		err = dossier_read(&work->office.db, &root, &work->main);
	if (err == ERR_OK)
		err = read_members(work);
	if (err == ERR_OK)
		ref_text(root.type, root.number, work->ref);
	return err;
}

enum err work_read(struct work *work)
{
	work_free(work);
	enum err err = find(work, work->cli->words[1]);
	return err == ERR_OK && work->code == 0 ? read_named(work) : err;
}

enum err work_read_number(struct work *work, uint32_t number)
{
	work_free(work);
	enum err err = cases_numbered(&work->office.db, number, &work->named);
	return err == ERR_OK ? read_named(work) : err;
}

void work_free(struct work *work)
{
	dossier_free(&work->main);
	for (size_t i = 0; i < work->members_n; i++)
		dossier_free(&work->members[i]);
	free(work->members);
	work->members = NULL;
	work->members_n = 0;
}

/* The revision the operator saw, if the command line says one, must be the one that is there. */
static enum err check_revision(struct work *work)
{
	uint64_t wanted = 0;
	const char *text = cli_value(work->cli, "if-revision");
	if (text == NULL)
		return ERR_OK;
	if (!text_count(text, REVISION_MAX, &wanted))
		return work_wrong(work, EX_USAGE, "--if-revision takes the number that \"revision\" of the case said");
	if (wanted == work->main.file.revision)
		return ERR_OK;
	return work_refuse(work, "changed", "%s: the case was changed meanwhile; look at it again", work->ref);
}

enum err work_stage(struct work *work, enum letter_stage stage, const char *text)
{
	enum err err = answer_stage(&work->office, &work->main, stage, text);
	for (size_t i = 0; i < work->members_n && err == ERR_OK; i++)
		err = answer_stage(&work->office, &work->members[i], stage, text);
	return err;
}

enum err work_touch(struct work *work)
{
	struct office *office = &work->office;
	struct case_file *file = &work->main.file;
	enum err err = answer_opened(office, &work->main, false);
	for (size_t i = 0; i < work->members_n && err == ERR_OK; i++)
		err = answer_opened(office, &work->members[i], false);
	if (file->touched_at == 0)
		file->touched_at = office->now;
	bool holds = case_claimed(file, office->now) && strcmp(file->operator_name, office->operator_name) == 0;
	if (err != ERR_OK || !holds || file->lease_until >= office->now + file->lease_s)
		return err;
	/* Partners hear of a renewal when half of what they know of has gone. */
	return work_bind(work, office->now + file->lease_s, file->told_until < office->now + file->lease_s / 2);
}

enum err work_done(struct work *work, const struct work_done *done)
{
	struct office *office = &work->office;
	struct case_file *file = &work->main.file;
	struct note note = {.at = office->now, .kind = done->kind};
	char detail[AUDIT_DETAIL_MAX + 1];
	(void)snprintf(note.by, sizeof(note.by), "%s", office->operator_name); /* same bound */
	(void)snprintf(note.text, sizeof(note.text), "%s", done->text);        /* the verbs bound it */
	bool short_text = done->kind != NOTE_TEXT && done->kind != NOTE_REPLIED && done->text[0] != '\0';
	(void)snprintf(detail, sizeof(detail), "%s%s%.200s", work->ref, short_text ? " " : "", short_text ? done->text : ""); /* fits */
	file->changed = office->now;
	enum err err = cases_save(&office->db, file);
	for (size_t i = 0; i < work->members_n && err == ERR_OK; i++)
		err = cases_save(&office->db, &work->members[i].file);
	if (err == ERR_OK)
		err = notes_add(&office->db, file->number, &note);
	if (err == ERR_OK)
		err = feed_add(&office->db, office->now, done->what, file, office->operator_name);
	return err == ERR_OK ? office_audit(office, done->action, detail) : err;
}

/* Once through; ERR_BUSY: nothing is kept, and it may be done again. */
static enum err attempt(struct work *work, enum err (*act)(struct work *work))
{
	struct office *office = &work->office;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = work_read(work);
	if (err == ERR_OK && work->code == 0)
		err = check_revision(work);
	if (err == ERR_OK && work->code == 0)
		err = act(work);
	if (err == ERR_OK && work->code == 0)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

json_t *work_ref(const struct case_file *file)
{
	char ref[REF_TEXT];
	ref_text(file->type, file->number, ref);
	return json_string(ref);
}

int work_print(struct work *work, const char *refused, bool precise)
{
	const struct cli *cli = work->cli;
	if (!cli->json) {
		struct caseview view = {.ring = work->office.vault.ring,
					.dossier = &work->main,
					.now = work->office.now,
					.grain = precise ? PLACE_AS_WRITTEN : PLACE_COARSE,
					.lang = cli->lang};
		if (refused == NULL)
			caseview_print_line(&view, stdout);
		return 0;
	}
	json_t *object = casejson_whole(work, precise);
	if (refused != NULL && object != NULL)
		(void)json_object_set_new(object, "refused", json_string(refused)); /* without memory it is missing */
	return cli_json(cli, object);
}

/* After a refusal the case is read anew: what the verb began with it is not so. */
static int print_refused(struct work *work)
{
	int code = work->code;
	work->code = 0;
	if (work_read(work) != ERR_OK || work->code != 0)
		return code;
	(void)work_print(work, work->refused, false); /* the refusal is the news */
	return code;
}

static int settle(struct work *work)
{
	bool left = office_flush(&work->office); /* says so itself; what was done is done, whether or not its letters can leave now */
	if (work->cli->json && work->replied) {
		json_t *object = casejson_whole(work, role_sees_places(work->office.role));
		(void)json_object_set_new(object, "reply_id", cli_json_hex(work->reply_id, LETTER_ID_SIZE)); /* without memory it is missing */
		(void)json_object_set_new(object, "stage", json_string(left ? "saved" : "waiting"));
		int code = cli_json(work->cli, object);
		return code == 0 && !left ? EX_TEMPFAIL : code;
	}
	int code = work_print(work, NULL, role_sees_places(work->office.role));
	return code == 0 && work->replied && !left ? EX_TEMPFAIL : code;
}

int work_run(const struct cli *cli, enum err (*act)(struct work *work))
{
	struct work work;
	memset(&work, 0, sizeof(work));
	work.cli = cli;
	int code = office_open(&work.office, cli);
	if (code != 0)
		return code;
	enum err err = ERR_BUSY;
	for (int tries = 0; err == ERR_BUSY && tries < TRIES_MAX; tries++)
		err = attempt(&work, act);
	if (err != ERR_OK)
		code = database_failed(&work.office, err);
	else if (work.refused != NULL)
		code = print_refused(&work);
	else if (work.code != 0)
		code = work.code;
	else
		code = settle(&work);
	work_free(&work);
	office_close(&work.office);
	return code;
}
