#include "node/relief/loud.h"

#include "node/relief/cases.h"
#include "node/relief/merge.h"
#include "node/relief/triage.h"

#include <stdlib.h>

/* Another organisation's case is loud too, but somebody acts. */
static bool is_waiting(const struct case_file *file, uint64_t now)
{
	enum triage_loud loud = triage_loud(file, now);
	return file->red > 0 && (loud == LOUD_UNTOUCHED || loud == LOUD_RAN_OUT);
}

enum err loud_read(struct reliefdb *db, uint64_t now, struct loud *out)
{
	const struct cases_filter open = {.type = -1, .state = -1, .drill = CASES_REAL};
	struct case_file *files = NULL;
	size_t n = 0;
	*out = (struct loud){0};
	enum err err = cases_list(db, &open, &files, &n);
	n = err == ERR_OK ? merge_fold(files, n) : 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_waiting(&files[i], now))
			continue;
		uint64_t waiting = now > files[i].arrived ? now - files[i].arrived : 0;
		if (out->n++ > 0 && waiting <= out->waiting_s)
			continue;
		out->number = files[i].number;
		out->type = files[i].type;
		out->waiting_s = waiting;
	}
	free(files);
	return err;
}
