/* merge, unmerge, suggest: one event that several people wrote about. A person decides. */
#include "node/relief/duties.h"

#include "node/relief/work.h"

#include <string.h>
#include <sysexits.h>

/* The case that --into names, or the one that speaks for it. */
static enum err find_into(struct work *work, struct case_file *root)
{
	struct case_file file;
	enum cases_found found;
	const char *into = cli_value(work->cli, "into");
	if (into == NULL)
		return work_wrong(work, EX_USAGE, "say into which case with --into REF");
	enum err err = cases_find(&work->office.db, into, &found, &file);
	if (err == ERR_OK && found != CASES_FOUND)
		return work_wrong(work, found == CASES_MISHEARD ? EX_DATAERR : 1, "--into names no case here");
	return err == ERR_OK ? merge_root(&work->office.db, &file, root) : err;
}

/* Who had the merged case has it no more; merge() gives them the one that speaks for it, unless somebody has that. */
static enum err drop_claim(struct work *work, struct case_file *file)
{
	struct office *office = &work->office;
	if (file->operator_name[0] == '\0')
		return ERR_OK;
	enum err err = claims_release(&office->db, file);
	if (err == ERR_OK)
		err = partners_tell(office, file, PARTNER_RELEASED);
	case_wait(file, office->now);
	file->touched_at = office->now;
	return err;
}

static enum err note_merged(struct work *work, const struct case_file *file, const struct case_file *root, enum note_kind kind)
{
	struct note note = {.at = work->office.now, .kind = kind};
	(void)snprintf(note.by, sizeof(note.by), "%s", work->office.operator_name); /* same bound */
	ref_text(root->type, root->number, note.text);
	return notes_add(&work->office.db, file->number, &note);
}

static enum err keep_claim(struct work *work, const struct case_file *before)
{
	struct case_file *file = &work->main.file;
	if (case_claimed(file, work->office.now))
		return work_bind(work, file->lease_until, true);
	if (!case_claimed(before, work->office.now))
		return ERR_OK;
	if (file->state < CASE_ASSIGNED)
		file->state = CASE_ASSIGNED;
	return work_give(work, before->operator_name, before->lease_s);
}

/* Into the case that speaks from now on, which is read anew as the work's. */
static enum err merge(struct work *work)
{
	struct case_file root, file = work->main.file;
	char ref[REF_TEXT];
	enum err err = find_into(work, &root);
	if (err != ERR_OK || work->code != 0)
		return err;
	if (root.number == file.number)
		return work_refuse(work, "merged", "%s speaks for both already", work->ref);
	if (root.state == CASE_CLOSED)
		return work_refuse(work, "closed", "the case to merge into is closed; reopen it first");
	if (root.status != file.status)
		return work_refuse(work, "exercise", "an exercise and a real case are never one");
	struct case_file before = file;
	err = drop_claim(work, &file);
	if (err == ERR_OK)
		err = merge_join(&work->office.db, &file, &root);
	if (err == ERR_LIMIT)
		return work_refuse(work, "merged", "a case speaks for at most %d others", MERGE_MEMBERS_MAX);
	if (err == ERR_OK)
		err = note_merged(work, &file, &root, NOTE_MERGED);
	if (err != ERR_OK)
		return err;
	(void)strcpy(ref, work->ref); /* same size */
	err = work_read_number(work, root.number);
	if (err == ERR_OK)
		err = work_touch(work);
	/* Nobody who had one of the two loses sight of it, and every request in it counts as claimed. */
	err = err == ERR_OK ? keep_claim(work, &before) : err;
	if (err != ERR_OK || work->code != 0)
		return err;
	/* Whoever of the senders was behind hears how far it is. */
	if (case_claimed(&work->main.file, work->office.now))
		err = work_stage(work, STAGE_ASSIGNED, "");
	return err == ERR_OK ? work_done(work, &(struct work_done){.what = FEED_MERGED, .kind = NOTE_MERGED, .action = AUDIT_MERGED, .text = ref})
			     : err;
}

int duty_merge(const struct cli *cli)
{
	return work_run(cli, merge);
}

static enum err unmerge(struct work *work)
{
	struct case_file file = work->named, root = work->main.file;
	char ref[REF_TEXT];
	if (file.merged_into == 0)
		return work_refuse(work, "merged", "%s was merged into no other case", work->ref);
	(void)strcpy(ref, work->ref); /* same size */
	enum err err = merge_part(&work->office.db, &file, work->office.now);
	if (err == ERR_OK)
		err = note_merged(work, &root, &file, NOTE_UNMERGED);
	if (err == ERR_OK)
		err = work_read_number(work, file.number);
	return err == ERR_OK
		       ? work_done(work, &(struct work_done){.what = FEED_REOPENED, .kind = NOTE_UNMERGED, .action = AUDIT_UNMERGED, .text = ref})
		       : err;
}

int duty_unmerge(const struct cli *cli)
{
	return work_run(cli, unmerge);
}
