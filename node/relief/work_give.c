/* Who has a case, for the whole of it: every request in it, of its own letter and of those merged into it, towards the database and towards partners.
 */
#include "node/relief/work.h"

#include "node/relief/casejson.h"
#include "node/relief/partners.h"

#include <string.h>

/* The n-th case of the work: the one that speaks, then those merged into it. */
static struct case_file *file_at(struct work *work, size_t n)
{
	return n == 0 ? &work->main.file : &work->members[n - 1].file;
}

/* Another organisation has it: nobody of ours goes too. */
static enum err refuse_taken(struct work *work, const struct claims_row *row)
{
	char org[3 * LETTER_ORG_MAX + 1], until[TEXT_TIME];
	text_inert(row->org[0] != '\0' ? row->org : "another organisation", false, org, sizeof(org));
	text_time_local(row->until, until);
	return work_refuse(work, "taken", "%s is with %s until %s", work->ref, org, until);
}

/* Refuses if another organisation has any of the requests. */
static enum err check_others(struct work *work)
{
	struct standing standing = {0};
	struct claims_row row;
	enum err err = standing_read(&work->office, &standing);
	for (size_t i = 0; i <= work->members_n && err == ERR_OK && work->code == 0; i++)
		if (standing_other(&work->office, file_at(work, i), &standing, &row))
			err = refuse_taken(work, &row);
	standing_free(&standing);
	return err;
}

/* One request; a partner hears of it as of one since when we have the whole. */
static enum err bind_one(struct work *work, const struct case_file *file, const struct claims_row *row, bool tell)
{
	struct office *office = &work->office;
	bool won = false;
	enum err err = claims_take(&office->db, file, office->now, row, &won);
	if (err == ERR_OK && !won) {
		struct claims_row holder;
		err = claims_look(&office->db, file, &holder);
		return err == ERR_OK ? refuse_taken(work, &holder) : err == ERR_NO_FILE ? ERR_BUSY : err; /* given back since: try again */
	}
	if (err != ERR_OK || !tell)
		return err;
	struct case_file told = work->main.file;
	memcpy(told.claim, file->claim, sizeof(told.claim));
	return partners_tell(office, &told, PARTNER_CLAIMED);
}

enum err work_bind(struct work *work, uint64_t until, bool tell)
{
	struct case_file *file = &work->main.file;
	struct claims_row row = {.at = file->claimed_at, .until = until};
	(void)snprintf(row.org, sizeof(row.org), "%s", work->office.vault.ring->name); /* same bound */
	(void)snprintf(row.who, sizeof(row.who), "%s", file->operator_name);           /* same bound */
	file->lease_until = until;
	if (tell)
		file->told_until = until;
	enum err err = ERR_OK;
	for (size_t i = 0; i <= work->members_n && err == ERR_OK && work->code == 0; i++)
		err = bind_one(work, file_at(work, i), &row, tell);
	return err;
}

enum err work_unbind(struct work *work, enum partner_word word)
{
	struct office *office = &work->office;
	enum err err = ERR_OK;
	for (size_t i = 0; i <= work->members_n && err == ERR_OK; i++) {
		struct case_file told = work->main.file;
		memcpy(told.claim, file_at(work, i)->claim, sizeof(told.claim));
		err = claims_release(&office->db, &told);
		if (err == ERR_OK && (told.operator_name[0] != '\0' || word == PARTNER_CLOSED))
			err = partners_tell(office, &told, word);
	}
	return err;
}

enum err work_give(struct work *work, const char *who, uint32_t lease_s)
{
	struct office *office = &work->office;
	struct case_file *file = &work->main.file;
	enum err err = check_others(work);
	if (err != ERR_OK || work->code != 0)
		return err;
	if (!case_claimed(file, office->now))
		file->claimed_at = office->now;
	(void)snprintf(file->operator_name, sizeof(file->operator_name), "%s", who); /* same bound */
	file->lease_s = lease_s;
	file->lapse_told = false;
	file->taken_at = 0;
	file->taken_by[0] = '\0';
	file->assigned_at = file->assigned_at == 0 ? office->now : file->assigned_at;
	return work_bind(work, office->now + lease_s, true);
}
