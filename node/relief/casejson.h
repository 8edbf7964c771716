#ifndef BARID_RELIEF_CASEJSON_H
#define BARID_RELIEF_CASEJSON_H
/* The JSON object of the queue and of one case: what caseview_json() says of the letters, and how the work on it stands. Called by the verbs; the
 * console shows it. Changes nothing. */

#include "node/relief/caseview.h"
#include "node/relief/partners.h"

struct work;

/* What every case of a list is compared with. */
struct standing {
	struct partner_said *said;
	size_t said_n;
};
enum err standing_read(struct office *office, struct standing *out);
void standing_free(struct standing *standing);
/* Who else has the case now, of this database or a partner: true, and row is filled with org, who, at, until. An err shows as nobody. */
bool standing_other(struct office *office, const struct case_file *file, const struct standing *standing, struct claims_row *row);

/* One case in a list, coarse. */
json_t *casejson_line(struct office *office, const struct caseview *view, const struct standing *standing);
/* One case with letters, patients, notes, history, links, suggestions and what partners said. */
json_t *casejson_whole(struct work *work, bool precise);

#endif
