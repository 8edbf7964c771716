#include "node/relief/purge.h"

#include "node/relief/feed.h"

enum { DAY_S = 86400 };

bool purge_due(const struct case_file *file, uint64_t days, uint64_t now)
{
	return file->state == CASE_CLOSED && file->closed_at != 0 && now >= file->closed_at && now - file->closed_at >= days * DAY_S;
}

enum err purge_case(struct reliefdb *db, const struct case_file *file, uint64_t now, const char *who)
{
	/* children before parents; what others say of the link to it goes too */
	static const char *const texts[] = {
		"DELETE FROM letters WHERE org = ? AND number = ?", "DELETE FROM looks WHERE org = ? AND number = ?",
		"DELETE FROM notes WHERE org = ? AND number = ?",   "DELETE FROM links WHERE org = ? AND number = ?",
		"DELETE FROM links WHERE org = ? AND other = ?",    "DELETE FROM cases WHERE org = ? AND number = ?",
	};
	enum err err = feed_add(db, now, FEED_ERASED, file, who);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && err == ERR_OK; i++) {
		struct sql_row *row = reliefdb_prepare_org(db, texts[i]);
		sql_int(row, 2, file->number);
		err = reliefdb_run(db, row);
	}
	return err;
}
