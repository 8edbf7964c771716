#include "node/desk/text.h"
#include "node/sim/journal.h"
#include "node/sim/report_inside.h"
#include "proto/envelope.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)JOURNAL_EVENTS <= (int)REPORT_EVENTS, "a count for each event");

static const char foreign[] = "is not a log of barid-sim; make one with barid-sim run SCENARIO --log FILE";
static const char damaged[] = "is damaged, or larger than any run is; make it again";
static const char memory[] = "is too much for the memory of this machine";

static uint32_t number_or_none(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 number = sqlite3_column_int64(statement, column);
	return sqlite3_column_type(statement, column) == SQLITE_NULL || number < 0 || number >= UINT32_MAX ? REPORT_NONE : (uint32_t)number;
}

/* Negative numbers are not ours; they count as nothing. */
static uint64_t number(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 value = sqlite3_column_int64(statement, column);
	return value < 0 ? 0 : (uint64_t)value;
}

static int32_t coordinate(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 value = sqlite3_column_int64(statement, column);
	return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

static void text(sqlite3_stmt *statement, int column, char *out, size_t cap)
{
	const char *from = (const char *)sqlite3_column_text(statement, column);
	text_inert(from == NULL ? "" : from, false, out, cap);
}

/* The number that a fact of the run gives, 0 if it gives none. */
static uint64_t fact_number(sqlite3 *db, const char *name)
{
	sqlite3_stmt *statement = NULL;
	uint64_t value = 0;
	if (sqlite3_prepare_v2(db, "SELECT value FROM run WHERE name = ?", -1, &statement, NULL) != SQLITE_OK)
		return 0;
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC); /* no fact is found then */
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = number(statement, 0);
	(void)sqlite3_finalize(statement); /* nothing more is to be read */
	return value;
}

static void fact_text(sqlite3 *db, const char *name, char out[static REPORT_TEXT])
{
	sqlite3_stmt *statement = NULL;
	out[0] = '\0';
	if (sqlite3_prepare_v2(db, "SELECT value FROM run WHERE name = ?", -1, &statement, NULL) != SQLITE_OK)
		return;
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC); /* as above */
	if (sqlite3_step(statement) == SQLITE_ROW)
		text(statement, 0, out, REPORT_TEXT);
	(void)sqlite3_finalize(statement); /* as above */
}

static void read_result(struct report_data *data, sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, "SELECT value FROM run WHERE name = 'result'", -1, &statement, NULL) != SQLITE_OK)
		return;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
		data->result = json_loads((const char *)sqlite3_column_text(statement, 0), 0, NULL);
	(void)sqlite3_finalize(statement); /* nothing more is to be read */
}

static uint8_t kind_of(const char *what)
{
	static const char *const names[REPORT_KINDS] = {"gateway", "box", "medic", "civilian", ""};
	for (uint8_t i = 0; i < REPORT_OTHER; i++)
		if (strncmp(what, names[i], strlen(names[i])) == 0)
			return i;
	return REPORT_OTHER;
}

/* Calls row for each row. False: the statement cannot be made, a row is refused or the file is damaged. */
static bool each_row(struct report_data *data, sqlite3 *db, const char *sql, bool (*row)(struct report_data *, sqlite3_stmt *))
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return false;
	int code;
	bool good = true;
	while (good && (code = sqlite3_step(statement)) == SQLITE_ROW)
		good = row(data, statement);
	(void)sqlite3_finalize(statement); /* repeats the code of the step */
	return good && code == SQLITE_DONE;
}

static bool row_size(struct report_data *data, sqlite3_stmt *statement)
{
	uint64_t nodes = number(statement, 0), letters = number(statement, 1), run_ms = number(statement, 2);
	if (nodes > REPORT_NODES_MAX || letters > REPORT_LETTERS_MAX)
		return false;
	data->nodes = (uint32_t)nodes;
	data->letter_count = (uint32_t)letters;
	data->run_ms = run_ms;
	return true;
}

static bool row_node(struct report_data *data, sqlite3_stmt *statement)
{
	uint32_t node = number_or_none(statement, 0);
	if (node >= data->nodes)
		return false;
	char what[REPORT_TEXT];
	text(statement, 1, what, sizeof what);
	data->kinds[node] = kind_of(what);
	data->kind_counts[data->kinds[node]]++;
	data->foes += strchr(what, '+') != NULL;
	return true;
}

static bool row_site(struct report_data *data, sqlite3_stmt *statement)
{
	static const char kinds[] = "shelter\0clinic\0queue\0crossing\0";
	static const char letters[] = "SCQX";
	if (data->site_count == REPORT_SITES_MAX)
		return true;
	struct report_site *site = &data->sites[data->site_count++];
	char kind[REPORT_TEXT];
	text(statement, 0, site->name, sizeof site->name);
	text(statement, 1, kind, sizeof kind);
	site->kind = '?';
	const char *name = kinds;
	for (unsigned i = 0; letters[i] != '\0'; i++, name += strlen(name) + 1)
		if (strcmp(kind, name) == 0)
			site->kind = letters[i];
	site->x_mm = coordinate(statement, 2);
	site->y_mm = coordinate(statement, 3);
	site->radius_mm = coordinate(statement, 4);
	return true;
}

static void note_written(struct report_letter *letter, uint64_t at_ms, uint32_t writer, uint32_t addressee, uint64_t value)
{
	letter->known = true;
	letter->at_ms = at_ms;
	letter->writer = writer;
	letter->addressee = addressee;
	letter->class = (uint8_t)(value & 0xff) & (LETTER_CLASSES - 1);
	letter->kind = (uint8_t)(value >> 8 & 0xff);
	letter->bytes = (uint32_t)(value >> 16 & 0xffffff);
	letter->counts = (value & JOURNAL_WRITTEN_IDLE) == 0 && letter->kind == ENVELOPE_SEALED && addressee != REPORT_NONE;
}

static bool row_event(struct report_data *data, sqlite3_stmt *statement)
{
	uint64_t at_ms = number(statement, 0), event = number(statement, 1), value = number(statement, 5);
	uint32_t node = number_or_none(statement, 2), other = number_or_none(statement, 3), letter = number_or_none(statement, 4);
	if (sqlite3_column_int64(statement, 1) < 0 || event >= JOURNAL_EVENTS)
		return false;
	data->events[event]++;
	if (event > JOURNAL_DELIVERED || letter >= data->letter_count)
		return true;
	struct report_letter *known = &data->letters[letter];
	if (event == JOURNAL_WRITTEN)
		note_written(known, at_ms, node, other, value);
	else if (event == JOURNAL_STORED && node != known->writer)
		known->copies++;
	else if (event == JOURNAL_DELIVERED && known->took_ms == REPORT_NEVER)
		known->took_ms = value;
	return true;
}

static_assert(JOURNAL_WRITTEN == 0 && JOURNAL_STORED == 1 && ENVELOPE_NOTICE == 2, "as the statement for row_reached() has them");

static bool row_reached(struct report_data *data, sqlite3_stmt *statement)
{
	uint32_t letter = number_or_none(statement, 0);
	if (letter < data->letter_count)
		data->letters[letter].nodes = (uint32_t)number(statement, 1);
	return true;
}

static bool row_sample(struct report_data *data, sqlite3_stmt *statement)
{
	if (data->sample_count == REPORT_SAMPLES_MAX)
		return true;
	struct report_sample *sample = &data->samples[data->sample_count];
	uint64_t *const fields[] = {&sample->at_ms,     &sample->store_bytes,  &sample->store_max_bytes, &sample->le_bytes, &sample->wifi_bytes,
				    &sample->net_bytes, &sample->advertise_ms, &sample->scan_ms,         &sample->linked_ms};
	for (int i = 0; i < (int)(sizeof fields / sizeof *fields); i++)
		*fields[i] = number(statement, i);
	data->sample_count++;
	return true;
}

static bool is_ours(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, "PRAGMA application_id", -1, &statement, NULL) != SQLITE_OK)
		return false;
	bool ours = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == JOURNAL_APPLICATION;
	(void)sqlite3_finalize(statement); /* nothing more is to be read */
	return ours;
}

static void read_facts(struct report_data *data, sqlite3 *db)
{
	fact_text(db, "scenario", data->scenario);
	fact_text(db, "seed", data->seed);
	fact_text(db, "policy", data->policy);
	fact_text(db, "commit", data->commit);
	fact_text(db, "event_hash", data->hash);
	uint64_t width = fact_number(db, "width_mm"), height = fact_number(db, "height_mm");
	data->width_mm = width > INT32_MAX ? 0 : (int32_t)width;
	data->height_mm = height > INT32_MAX ? 0 : (int32_t)height;
	read_result(data, db);
}

bool report_data_read(struct report_data *data, sqlite3 *db, const char **why)
{
	*data = (struct report_data){.spread.letter = REPORT_NONE};
	*why = foreign;
	if (!is_ours(db))
		return false;
	*why = damaged;
	read_facts(data, db);
	/* A run that was broken off has no last event; what it holds is reported all the same. */
	if (!each_row(data, db,
		      "SELECT (SELECT IFNULL(MAX(node), -1) + 1 FROM node), (SELECT IFNULL(MAX(letter), -1) + 1 FROM event WHERE event = 0),"
		      " MAX(IFNULL((SELECT MAX(at_ms) FROM sample), 0), IFNULL((SELECT at_ms FROM event ORDER BY rowid DESC LIMIT 1), 0))",
		      row_size))
		return false;
	data->kinds = malloc(data->nodes + 1);
	data->letters = calloc(data->letter_count + 1, sizeof *data->letters);
	data->samples = calloc(REPORT_SAMPLES_MAX, sizeof *data->samples);
	if (data->kinds == NULL || data->letters == NULL || data->samples == NULL) {
		*why = memory;
		return false;
	}
	memset(data->kinds, REPORT_OTHER, data->nodes);
	for (uint32_t i = 0; i < data->letter_count; i++)
		data->letters[i].took_ms = REPORT_NEVER;
	return each_row(data, db, "SELECT node, what FROM node", row_node) &&
	       each_row(data, db, "SELECT name, kind, x_mm, y_mm, radius_mm FROM site", row_site) &&
	       each_row(data, db, "SELECT at_ms, event, node, other, letter, value FROM event ORDER BY rowid", row_event) &&
	       each_row(data, db,
			"SELECT letter, COUNT(DISTINCT node) FROM event WHERE event = 1 AND letter IN"
			" (SELECT letter FROM event WHERE event = 0 AND (value >> 8 & 255) = 2) GROUP BY letter ORDER BY letter",
			row_reached) &&
	       each_row(data, db,
			"SELECT at_ms, store_bytes, store_max_bytes, le_bytes, wifi_bytes, net_bytes, advertise_ms, scan_ms, linked_ms FROM sample"
			" ORDER BY rowid",
			row_sample);
}

/* What reached most of all that concern everybody; without one, what reached most. */
static uint32_t widest(const struct report_data *data)
{
	uint32_t best = REPORT_NONE;
	bool best_matters = false;
	for (uint32_t i = 0; i < data->letter_count; i++) {
		const struct report_letter *letter = &data->letters[i];
		bool matters = letter->kind == ENVELOPE_NOTICE || (letter->counts && letter->class == CLASS_URGENT);
		if (!letter->known || (!matters && (best_matters || !letter->counts)))
			continue;
		if (best == REPORT_NONE || (matters && !best_matters) || letter->copies > data->letters[best].copies) {
			best = i;
			best_matters = matters;
		}
	}
	return best;
}

static bool row_spread(struct report_data *data, sqlite3_stmt *statement)
{
	uint64_t at_ms = number(statement, 0);
	uint32_t node = number_or_none(statement, 1);
	uint64_t written_ms = data->letters[data->spread.letter].at_ms;
	if (node >= data->nodes || at_ms < written_ms)
		return false;
	if (data->spread.first_ms[node] != REPORT_NEVER)
		return true;
	data->spread.first_ms[node] = at_ms - written_ms;
	data->spread.times_ms[data->spread.reached++] = at_ms - written_ms; /* in order, because the rows are */
	return true;
}

bool report_spread_read(struct report_data *data, sqlite3 *db, uint32_t letter, const char **why)
{
	if (letter != REPORT_NONE && (letter >= data->letter_count || !data->letters[letter].known)) {
		*why = "has no letter of that number; without --letter the one that spread most is shown";
		return false;
	}
	data->spread.letter = letter == REPORT_NONE ? widest(data) : letter;
	if (data->spread.letter == REPORT_NONE)
		return true;
	*why = memory;
	data->spread.first_ms = malloc((data->nodes + 1) * sizeof(uint64_t));
	data->spread.times_ms = malloc((data->nodes + 1) * sizeof(uint64_t));
	if (data->spread.first_ms == NULL || data->spread.times_ms == NULL)
		return false;
	for (uint32_t i = 0; i < data->nodes; i++)
		data->spread.first_ms[i] = REPORT_NEVER;
	*why = damaged;
	char *sql =
		sqlite3_mprintf("SELECT at_ms, node FROM event WHERE letter = %u AND event = %d ORDER BY rowid", data->spread.letter, JOURNAL_STORED);
	bool good = sql != NULL && each_row(data, db, sql, row_spread);
	sqlite3_free(sql);
	return good;
}

void report_data_free(struct report_data *data)
{
	free(data->kinds);
	free(data->letters);
	free(data->samples);
	free(data->spread.first_ms);
	free(data->spread.times_ms);
	json_decref(data->result);
	*data = (struct report_data){.spread.letter = REPORT_NONE};
}
