#include "node/relief/intake.h"

#include "crypto/wipe.h"
#include "node/desk/mailroom.h"
#include "node/relief/lapse.h"
#include "node/relief/noticelog.h"
#include "node/relief/partners.h"

#include <stdlib.h>
#include <string.h>

static enum err keep(struct office *office, const struct opened *opened, struct intake *got)
{
	struct case_file file;
	enum cases_kept kept;
	if (opened->payload.type == LETTER_CLAIM)
		return partners_take(office, opened);
	enum err err = cases_keep(&office->db, opened, office->now, &kept, &file);
	if (err != ERR_OK)
		return err;
	switch (kept) {
	case CASES_OPENED:
		got->opened++;
		break;
	case CASES_JOINED:
		got->joined++;
		break;
	case CASES_HAD:
		got->had++;
		break;
	case CASES_NOT_OURS:
		break;
	}
	return ERR_OK;
}

/* One batch of the post's feed in one transaction; result is what mailroom_next() said last. */
static enum err fetch_batch(struct office *office, struct mailroom *room, struct opened *opened, struct intake *got, int *result)
{
	enum err err = reliefdb_begin(&office->db);
	while (err == ERR_OK && (*result = mailroom_next(room, opened)) == MAILROOM_LETTER)
		err = keep(office, opened, got);
	if (err == ERR_OK)
		err = reliefdb_commit(&office->db);
	reliefdb_rollback(&office->db);
	return err;
}

/* The notices that came, before later ones replace them. */
static enum err log_notices(struct office *office)
{
	enum err err = reliefdb_begin(&office->db);
	if (err == ERR_OK)
		err = noticelog_take(&office->db, office->vault.ring);
	if (err == ERR_OK)
		err = reliefdb_commit(&office->db);
	reliefdb_rollback(&office->db);
	return err;
}

static enum err fetch(struct office *office, struct mailroom *room, struct opened *opened, struct intake *got)
{
	enum err err;
	int result;
	mailroom_start(room, &office->vault, &office->link, office->now);
	do {
		result = MAILROOM_DONE;
		err = fetch_batch(office, room, opened, got, &result);
		if (err == ERR_OK && result >= 0)
			err = mailroom_settle(room);
		else if (err == ERR_OK)
			got->line = (enum err)result;
	} while (err == ERR_OK && result == MAILROOM_MORE);
	return err == ERR_OK ? log_notices(office) : err;
}

enum err intake_fetch(struct office *office, struct intake *got)
{
	unsigned lapsed;
	*got = (struct intake){.line = ERR_OK};
	enum err swept = lapse_sweep(office, &lapsed);
	if (swept == ERR_OK)
		got->line = office_link(office);
	if (swept != ERR_OK || got->line != ERR_OK)
		return swept;
	struct mailroom *room = malloc(sizeof(*room));
	struct opened *opened = malloc(sizeof(*opened));
	enum err err = room != NULL && opened != NULL ? fetch(office, room, opened, got) : ERR_MEMORY;
	if (opened != NULL)
		wipe(opened, sizeof(*opened));
	if (room != NULL)
		wipe(room, sizeof(*room));
	free(opened);
	free(room);
	return err;
}
