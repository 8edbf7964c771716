#include "node/relief/merge.h"

#include "node/desk/text.h"
#include "node/relief/caseview.h"
#include "node/relief/feed.h"
#include "node/relief/place.h"

#include <stdlib.h>
#include <string.h>

enum { SUGGEST_ARRIVED_S = 86400 }; /* letters about one event may arrive this far apart */

enum err merge_root(struct reliefdb *db, const struct case_file *file, struct case_file *root)
{
	*root = *file;
	return file->merged_into == 0 ? ERR_OK : cases_numbered(db, file->merged_into, root);
}

enum err merge_members(struct reliefdb *db, uint32_t number, uint32_t members[static MERGE_MEMBERS_MAX], size_t *n)
{
	*n = 0;
	struct sql_row *row = reliefdb_prepare_org(db, "SELECT number FROM links WHERE org = ? AND other = ? ORDER BY number LIMIT ?");
	sql_int(row, 2, number);
	sql_int(row, 3, MERGE_MEMBERS_MAX);
	enum err err;
	while ((err = sql_step(row)) == ERR_OK)
		members[(*n)++] = (uint32_t)sql_get_int(row, 0);
	sql_end(row);
	return err == ERR_NO_FILE ? ERR_OK : err;
}

static enum err unlink_case(struct reliefdb *db, uint32_t number)
{
	struct sql_row *row = reliefdb_prepare_org(db, "DELETE FROM links WHERE org = ? AND number = ?");
	sql_int(row, 2, number);
	return reliefdb_run(db, row);
}

/* The row only names the two: what there is to know stands in the case and its history. */
static enum err link_case(struct reliefdb *db, uint32_t number, uint32_t other)
{
	uint8_t sealed[RELIEFDB_SEAL];
	uint8_t id[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24)};
	struct row_context context = row_context("link", id, sizeof(id));
	reliefdb_seal(db, &context, id, 0, sealed);
	enum err err = unlink_case(db, number);
	if (err != ERR_OK)
		return err;
	struct sql_row *row = reliefdb_prepare_org(db, "INSERT INTO links(org, number, other, sealed) VALUES(?, ?, ?, ?)");
	sql_int(row, 2, number);
	sql_int(row, 3, other);
	sql_blob(row, 4, sealed, sizeof(sealed));
	return reliefdb_run(db, row);
}

static enum err point(struct reliefdb *db, struct case_file *file, uint32_t root)
{
	file->merged_into = root;
	enum err err = link_case(db, file->number, root);
	return err == ERR_OK ? cases_save(db, file) : err;
}

enum err merge_join(struct reliefdb *db, struct case_file *file, const struct case_file *root)
{
	uint32_t theirs[MERGE_MEMBERS_MAX], own[MERGE_MEMBERS_MAX];
	size_t theirs_n = 0, own_n = 0;
	enum err err = merge_members(db, root->number, theirs, &theirs_n);
	if (err == ERR_OK)
		err = merge_members(db, file->number, own, &own_n);
	if (err == ERR_OK && theirs_n + own_n + 1 > MERGE_MEMBERS_MAX)
		err = ERR_LIMIT;
	for (size_t i = 0; i < own_n && err == ERR_OK; i++) {
		struct case_file member;
		err = cases_numbered(db, own[i], &member);
		if (err == ERR_OK)
			err = point(db, &member, root->number);
	}
	return err == ERR_OK ? point(db, file, root->number) : err;
}

enum err merge_part(struct reliefdb *db, struct case_file *file, uint64_t now)
{
	enum err err = unlink_case(db, file->number);
	file->merged_into = 0;
	if (file->state != CASE_CLOSED) {
		case_wait(file, now);
		file->state = file->answered_at != 0 ? CASE_ANSWERED : CASE_OPENED;
	}
	return err == ERR_OK ? cases_save(db, file) : err;
}

enum err merge_stir(struct reliefdb *db, const struct case_file *file, bool withdrawal, uint64_t now)
{
	struct case_file root;
	if (file->merged_into == 0)
		return ERR_OK;
	enum err err = merge_root(db, file, &root);
	if (err != ERR_OK)
		return err;
	root.changed = now;
	if (root.state == CASE_CLOSED && !withdrawal) {
		case_wait(&root, now);
		root.state = CASE_OPENED;
		root.reason = REASON_NONE;
		root.closed_at = 0;
	}
	err = cases_save(db, &root);
	return err == ERR_OK ? feed_add(db, now, FEED_JOINED, &root, "") : err;
}

static struct case_file *file_of(struct case_file *files, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if (files[i].number == number)
			return &files[i];
	return NULL;
}

static void weigh_in(struct case_file *root, const struct case_file *member)
{
	root->unread = (uint16_t)(root->unread + member->unread);
	root->letters = (uint16_t)(root->letters + member->letters);
	root->arrived = member->arrived < root->arrived ? member->arrived : root->arrived;
	if (member->withdrawn_at != 0)
		return;
	root->withdrawn_at = 0;
	root->red = member->red > root->red ? member->red : root->red;
	root->yellow = member->yellow > root->yellow ? member->yellow : root->yellow;
	root->class = member->class > root->class ? member->class : root->class;
	root->danger = root->danger || member->danger;
}

size_t merge_fold(struct case_file *files, size_t n)
{
	size_t left = 0;
	for (size_t i = 0; i < n; i++) {
		struct case_file *root = files[i].merged_into != 0 ? file_of(files, n, files[i].merged_into) : NULL;
		if (root != NULL)
			weigh_in(root, &files[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (files[i].merged_into == 0)
			files[left++] = files[i];
	return left;
}

bool merge_alike(const struct dossier *one, const struct dossier *other, struct merge_suggestion *out)
{
	char area[LETTER_LINE_MAX + 1], folded[2][2 * LETTER_LINE_MAX];
	uint64_t a = caseview_created(one), b = caseview_created(other);
	uint64_t apart = a > b ? a - b : b - a;
	const struct case_file *first = &one->file, *second = &other->file;
	if (first->number == second->number || first->type != second->type || first->status != second->status || apart > MERGE_NEAR_S)
		return false;
	place_coarse(one->said.place, out->area, sizeof(out->area));
	place_coarse(other->said.place, area, sizeof(area));
	text_fold(out->area, folded[0], sizeof(folded[0]));
	text_fold(area, folded[1], sizeof(folded[1]));
	out->minutes = (unsigned)(apart / 60);
	return out->area[0] != '\0' && strcmp(folded[0], folded[1]) == 0;
}

/* Keeps the nearest in time. */
static void add_suggestion(struct merge_suggestion *list, size_t *n, const struct merge_suggestion *more)
{
	size_t at = *n;
	if (at == MERGE_SUGGESTIONS_MAX && list[--at].minutes <= more->minutes)
		return;
	*n = at + 1;
	while (at > 0 && list[at - 1].minutes > more->minutes) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = *more;
}

static bool may_be(const struct case_file *file, const struct case_file *other)
{
	uint64_t apart = file->arrived > other->arrived ? file->arrived - other->arrived : other->arrived - file->arrived;
	bool related = other->merged_into == file->number || file->merged_into == other->number;
	return other->number != file->number && other->merged_into == 0 && !related && other->withdrawn_at == 0 && apart <= SUGGEST_ARRIVED_S;
}

enum err merge_suggest(struct reliefdb *db, const struct dossier *dossier, struct merge_suggestion out[static MERGE_SUGGESTIONS_MAX], size_t *n)
{
	struct case_file *files = NULL;
	size_t files_n = 0;
	struct cases_filter filter = {.type = dossier->file.type, .state = -1};
	*n = 0;
	memset(out, 0, MERGE_SUGGESTIONS_MAX * sizeof(*out));
	if (dossier->file.state == CASE_CLOSED || dossier->file.merged_into != 0)
		return ERR_OK;
	enum err err = cases_list(db, &filter, &files, &files_n);
	for (size_t i = 0; i < files_n && err == ERR_OK; i++) {
		struct dossier other;
		struct merge_suggestion more = {.number = files[i].number, .type = files[i].type};
		if (!may_be(&dossier->file, &files[i]))
			continue;
		err = dossier_read(db, &files[i], &other);
		if (err != ERR_OK)
			break;
		if (merge_alike(dossier, &other, &more))
			add_suggestion(out, n, &more);
		dossier_free(&other);
	}
	free(files);
	return err;
}
