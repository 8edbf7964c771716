#include "node/relief/lapse.h"

#include "node/relief/claims.h"
#include "node/relief/feed.h"
#include "node/relief/notes.h"

#include <stdlib.h>

static bool is_news(const struct case_file *file, uint64_t now)
{
	return case_ran_out(file, now) && !file->lapse_told;
}

static enum err tell(struct office *office, struct case_file *file)
{
	struct note note = {.at = file->lease_until, .kind = NOTE_RAN_OUT};
	(void)snprintf(note.by, sizeof(note.by), "%s", file->operator_name); /* same bound */
	file->lapse_told = true;
	file->changed = office->now;
	enum err err = claims_release(&office->db, file);
	if (err == ERR_OK)
		err = cases_save(&office->db, file);
	if (err == ERR_OK)
		err = notes_add(&office->db, file->number, &note);
	return err == ERR_OK ? feed_add(&office->db, office->now, FEED_RELEASED, file, "") : err;
}

/* The case as it is now, which may be another than the list said. */
static enum err look(struct office *office, uint32_t number, unsigned *told)
{
	struct case_file file;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = cases_numbered(&office->db, number, &file);
	bool news = err == ERR_OK && is_news(&file, office->now);
	if (news)
		err = tell(office, &file);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	*told += err == ERR_OK && news;
	return err;
}

enum err lapse_sweep(struct office *office, unsigned *told)
{
	struct case_file *files = NULL;
	size_t n = 0;
	struct cases_filter filter = {.type = -1, .state = -1};
	*told = 0;
	enum err err = cases_list(&office->db, &filter, &files, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		if (is_news(&files[i], office->now))
			err = look(office, files[i].number, told);
	free(files);
	return err;
}
