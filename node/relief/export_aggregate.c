#include "node/relief/export_aggregate.h"

#include "node/relief/export.h"
#include "node/relief/place.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, CELL_MAX = 6 * LETTER_LINE_MAX + 8, COUNTS = 7, AREA_MAX = LETTER_LINE_MAX + 1 };

/* What one case, and then a whole row, adds up to. */
struct row {
	uint64_t day;
	uint8_t type;
	bool closed;
	const char *sector;
	char area[AREA_MAX]; /* "" the rest */
	char key[AREA_MAX];  /* folded: one area however it is spelt */
	uint64_t cases, counts[COUNTS];
};

struct aggregate {
	struct row *rows;
	size_t n, cap;
};

static const struct {
	const char *header, *tag;
} columns[] = {
	{"date", "#date+reported"},
	{"org", "#org+name"},
	{"sector", "#sector"},
	{"activity", "#activity"},
	{"area", "#loc+name"},
	{"status", "#status"},
	{"cases", "#indicator+cases+num"},
	{"people", "#inneed+ind"},
	{"children", "#inneed+children"},
	{"pregnant", "#inneed+pregnant+f"},
	{"red", "#affected+injured+red+ind"},
	{"yellow", "#affected+injured+yellow+ind"},
	{"green", "#affected+injured+green+ind"},
	{"dead", "#affected+killed+ind"},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct aggregate *aggregate_new(void)
{
	return calloc(1, sizeof(struct aggregate));
}

void aggregate_free(struct aggregate *aggregate)
{
	if (aggregate == NULL)
		return;
	free(aggregate->rows);
	free(aggregate);
}

/* Of the ones coordination meets under (the sectors of a 3W), by what a letter is about. */
static const char *sector_of(const struct letter *said)
{
	static const char *const needs[] = {"wash", "food security", "nutrition", "health", "shelter", "logistics", "protection"};
	switch ((enum letter_type)said->type) {
	case LETTER_MEDEVAC:
	case LETTER_PATIENT:
	case LETTER_INCIDENT:
	case LETTER_FACILITY:
		return "health";
	case LETTER_SAFE:
	case LETTER_SEEK:
	case LETTER_SEEN:
		return "protection";
	case LETTER_TRANSPORT:
		return "logistics";
	case LETTER_NEED:
		for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
			if (said->sector == 1U << i)
				return needs[i];
		return said->sector != 0 ? "multi-sector" : "";
	case LETTER_ALERT:
	case LETTER_HEADCOUNT:
	case LETTER_LETTER:
	case LETTER_RECEIPT:
	case LETTER_CARD:
	case LETTER_GRANT:
	case LETTER_CLAIM:
		break;
	}
	return "coordination";
}

enum err aggregate_add(struct aggregate *aggregate, const struct dossier *dossier)
{
	const struct letter *said = &dossier->said;
	if (aggregate->n == aggregate->cap) {
		size_t cap = aggregate->cap == 0 ? 64 : 2 * aggregate->cap;
		struct row *rows = reallocarray(aggregate->rows, cap, sizeof(*rows));
		if (rows == NULL)
			return ERR_MEMORY;
		aggregate->rows = rows;
		aggregate->cap = cap;
	}
	struct row *row = &aggregate->rows[aggregate->n++];
	memset(row, 0, sizeof(*row));
	row->day = dossier->file.arrived / DAY_S;
	row->type = dossier->file.type;
	row->closed = dossier->file.state == CASE_CLOSED;
	row->sector = sector_of(said);
	row->cases = 1;
	place_coarse(said->place, row->area, sizeof(row->area));
	text_fold(row->area, row->key, sizeof(row->key));
	const uint64_t counts[COUNTS] = {said->people,         said->children, said->pregnant, dossier->file.red,
					 dossier->file.yellow, said->green,    said->dead};
	memcpy(row->counts, counts, sizeof(counts));
	return ERR_OK;
}

static int by_kind(const struct row *a, const struct row *b)
{
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	int order = strcmp(a->sector, b->sector);
	return order != 0 ? order : (int)a->closed - (int)b->closed;
}

/* The rest stands last among the areas of a day and kind. */
static int by_row(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = by_kind(a, b);
	if (order == 0)
		order = (a->key[0] == '\0') - (b->key[0] == '\0');
	return order != 0 ? order : strcmp(a->key, b->key);
}

/* Sorts and makes one of those that stand in the same place. */
static void merge(struct aggregate *aggregate)
{
	size_t kept = 0;
	if (aggregate->n > 1)
		qsort(aggregate->rows, aggregate->n, sizeof(aggregate->rows[0]), by_row);
	for (size_t i = 1; i < aggregate->n; i++) {
		struct row *into = &aggregate->rows[kept], *row = &aggregate->rows[i];
		if (by_row(into, row) != 0) {
			aggregate->rows[++kept] = *row;
			continue;
		}
		into->cases += row->cases;
		for (size_t j = 0; j < COUNTS; j++)
			into->counts[j] += row->counts[j];
	}
	aggregate->n = aggregate->n > 0 ? kept + 1 : 0;
}

static void fold_few(struct aggregate *aggregate)
{
	for (size_t i = 0; i < aggregate->n; i++) {
		struct row *row = &aggregate->rows[i];
		if (row->cases < AGGREGATE_LEAST)
			row->area[0] = row->key[0] = '\0';
	}
	merge(aggregate);
}

static void put_count(FILE *out, uint64_t count, bool few)
{
	fputc(',', out);
	if (!few && (count == 0 || count >= AGGREGATE_LEAST))
		fprintf(out, "%llu", (unsigned long long)count);
}

static void put_row(FILE *out, const struct row *row, const char *organisation)
{
	char date[TEXT_TIME], cell[CELL_MAX], word[12];
	bool few = row->cases < AGGREGATE_LEAST;
	text_time(row->day * DAY_S, date);
	date[strcspn(date, "T")] = '\0';
	export_csv_cell(organisation, cell, sizeof(cell));
	fprintf(out, "%s,%s,%s,%s", date, cell, row->sector, letter_type_word(row->type, word));
	export_csv_cell(row->area, cell, sizeof(cell));
	fprintf(out, ",%s,%s", cell, row->closed ? "closed" : "open");
	put_count(out, row->cases, few);
	for (size_t i = 0; i < COUNTS; i++)
		put_count(out, row->counts[i], few);
	fputs("\r\n", out);
}

void aggregate_write(struct aggregate *aggregate, const char *organisation, FILE *out)
{
	merge(aggregate);
	fold_few(aggregate);
	fputs("\xEF\xBB\xBF", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].header);
	fputs("\r\n", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].tag);
	fputs("\r\n", out);
	for (size_t i = 0; i < aggregate->n; i++)
		put_row(out, &aggregate->rows[i], organisation);
}
