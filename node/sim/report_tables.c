#include "node/desk/text.h"
#include "node/sim/energy.h"
#include "node/sim/journal.h"
#include "node/sim/report_inside.h"
#include "proto/envelope.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const report_class_names[LETTER_CLASSES] = {"routine", "status", "need", "urgent"};

static const char *const kind_names[REPORT_KINDS] = {"gateways", "boxes", "medics", "civilians", "others"};

enum { HOUR_MS = 3600000 };

void report_duration(uint64_t ms, char out[static REPORT_CELL])
{
	uint64_t s = (ms + 500) / 1000, minutes = (s + 30) / 60;
	if (ms == REPORT_NEVER)
		(void)snprintf(out, REPORT_CELL, "-"); /* short, as all below */
	else if (s < 120)
		(void)snprintf(out, REPORT_CELL, "%" PRIu64 " s", s);
	else if (minutes < 120)
		(void)snprintf(out, REPORT_CELL, "%" PRIu64 " min", minutes);
	else if (minutes % 60 == 0 || minutes >= 48 * 60)
		(void)snprintf(out, REPORT_CELL, "%" PRIu64 " h", (minutes + 30) / 60);
	else
		(void)snprintf(out, REPORT_CELL, "%" PRIu64 " h %" PRIu64 " min", minutes / 60, minutes % 60);
}

void report_number(uint64_t number, char out[static REPORT_CELL])
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
	size_t at = 0;
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

static int compare_times(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static uint64_t nearest_rank(const uint64_t *times, uint32_t count, uint32_t percent)
{
	return count == 0 ? REPORT_NEVER : times[((uint64_t)count * percent + 99) / 100 - 1];
}

bool report_class_of(const struct report_data *data, uint8_t class, struct report_class *out)
{
	*out = (struct report_class){.took_ms = malloc((data->letter_count + 1) * sizeof(uint64_t))};
	if (out->took_ms == NULL)
		return false;
	for (uint32_t i = 0; i < data->letter_count; i++) {
		const struct report_letter *letter = &data->letters[i];
		if (!letter->counts || letter->class != class)
			continue;
		out->sent++;
		if (letter->took_ms == REPORT_NEVER)
			continue;
		out->took_ms[out->delivered++] = letter->took_ms;
		out->in_15_min += letter->took_ms <= HOUR_MS / 4;
		out->in_1_h += letter->took_ms <= HOUR_MS;
		out->in_6_h += letter->took_ms <= 6 * HOUR_MS;
		out->copies += letter->copies;
	}
	qsort(out->took_ms, out->delivered, sizeof *out->took_ms, compare_times);
	out->t50_ms = nearest_rank(out->took_ms, out->delivered, 50);
	out->t99_ms = nearest_rank(out->took_ms, out->delivered, 99);
	return true;
}

void report_sentence(const char *class_name, const struct report_class *class, char out[static 256])
{
	char sent[REPORT_CELL], delivered[REPORT_CELL], half[REPORT_CELL];
	out[0] = '\0';
	if (class->sent == 0)
		return;
	report_number(class->sent, sent);
	report_number(class->delivered, delivered);
	report_duration(class->t50_ms, half);
	if (class->delivered == 0)
		(void)snprintf(out, 256, "Of %.40s %.20s letters, none arrived.", sent, class_name);
	else
		(void)snprintf(out, 256, "Of %.40s %.20s letters, %.40s reached the one they were for; half of these within %.40s.", sent, class_name,
			       delivered, half);
}

static void heads(struct report_table *table, unsigned count, const char *const *names)
{
	assert(count <= REPORT_COLUMNS_MAX);
	table->columns = count;
	for (unsigned i = 0; i < count; i++)
		(void)snprintf(table->heads[i], REPORT_CELL, "%s", names[i]); /* cut where it is too long, as in cells */
}

/* A new row; NULL: the table is full, and the rest is left out. */
static char (*row(struct report_table *table))[REPORT_CELL]
{
	if (table->rows == REPORT_ROWS_MAX)
		return NULL;
	char(*cells)[REPORT_CELL] = table->cells[table->rows++];
	for (unsigned i = 0; i < table->columns; i++)
		(void)snprintf(cells[i], REPORT_CELL, "-"); /* what has no value */
	return cells;
}

__attribute__((format(printf, 2, 3))) static void cell(char out[static REPORT_CELL], const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(out, REPORT_CELL, format, arguments); /* cut where it is too long */
	va_end(arguments);
}

/* "68 (97 %)"; whole percents, and never 100 for what is not all. */
static void share(uint32_t part, uint32_t whole, char out[static REPORT_CELL])
{
	char digits[REPORT_CELL];
	report_number(part, digits);
	if (whole == 0)
		cell(out, "-");
	else if (part > 0 && (uint64_t)part * 100 < whole)
		cell(out, "%.30s (< 1 %%)", digits);
	else
		cell(out, "%.30s (%" PRIu64 " %%)", digits, (uint64_t)part * 100 / whole);
}

static bool fill_arrival(const struct report_data *data, struct report_table *table)
{
	static const char *const names[] = {"letters", "written",           "arrived",           "in 15 min",  "in 1 h",
					    "in 6 h",  "half took at most", "99 % took at most", "copies each"};
	table->name = "arrival";
	(void)snprintf(table->title, sizeof table->title, "Letters to somebody: how many arrived, and how soon");
	(void)snprintf(
		table->note, sizeof table->note,
		"Shares are of the letters written. Times are from writing to reading, over the letters that arrived. A copy is one node that took "
		"one letter from another.");
	heads(table, sizeof names / sizeof *names, names);
	for (int class = LETTER_CLASSES - 1; class >= 0; class --) {
		struct report_class results;
		if (!report_class_of(data, (uint8_t) class, &results))
			return false;
		free(results.took_ms);
		char(*cells)[REPORT_CELL] = row(table);
		assert(cells != NULL);
		cell(cells[0], "%s", report_class_names[class]);
		report_number(results.sent, cells[1]);
		if (results.sent == 0)
			continue;
		share(results.delivered, results.sent, cells[2]);
		share(results.in_15_min, results.sent, cells[3]);
		share(results.in_1_h, results.sent, cells[4]);
		share(results.in_6_h, results.sent, cells[5]);
		report_duration(results.t50_ms, cells[6]);
		report_duration(results.t99_ms, cells[7]);
		if (results.delivered > 0) {
			uint64_t tenths = (results.copies * 10 + results.delivered / 2) / results.delivered;
			cell(cells[8], "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
		}
	}
	return true;
}

static bool fill_writers(const struct report_data *data, struct report_table *table)
{
	enum { NOTICES = LETTER_CLASSES, FOES, COLUMNS };
	static const char *const names[] = {"writers", "nodes", "urgent", "need", "status", "routine", "notices", "of no account", "bytes"};
	uint64_t counts[REPORT_KINDS][COLUMNS] = {{0}}, bytes[REPORT_KINDS] = {0};
	table->name = "writers";
	(void)snprintf(table->title, sizeof table->title, "Who wrote how much");
	(void)snprintf(table->note, sizeof table->note,
		       "Of no account: what foes wrote, and letters to nobody in particular. Foes are among their kind; there are %u.", data->foes);
	heads(table, sizeof names / sizeof *names, names);
	for (uint32_t i = 0; i < data->letter_count; i++) {
		const struct report_letter *letter = &data->letters[i];
		if (!letter->known)
			continue;
		unsigned kind = letter->writer < data->nodes ? data->kinds[letter->writer] : REPORT_OTHER;
		counts[kind][letter->counts ? letter->class : letter->kind == ENVELOPE_NOTICE ? NOTICES : FOES]++;
		bytes[kind] += letter->bytes;
	}
	for (unsigned kind = 0; kind < REPORT_KINDS; kind++) {
		if (data->kind_counts[kind] == 0 && bytes[kind] == 0)
			continue;
		char(*cells)[REPORT_CELL] = row(table);
		assert(cells != NULL);
		cell(cells[0], "%s", kind_names[kind]);
		report_number(data->kind_counts[kind], cells[1]);
		for (unsigned class = 0; class < LETTER_CLASSES; class ++)
			report_number(counts[kind][LETTER_CLASSES - 1 - class], cells[2 + class]);
		report_number(counts[kind][NOTICES], cells[6]);
		report_number(counts[kind][FOES], cells[7]);
		report_number(bytes[kind], cells[8]);
	}
	return true;
}

static bool fill_notices(const struct report_data *data, struct report_table *table)
{
	static const char *const names[] = {"notice", "written after", "bytes", "nodes that held it"};
	table->name = "notices";
	(void)snprintf(table->title, sizeof table->title, "Public notices: how many nodes held each");
	heads(table, sizeof names / sizeof *names, names);
	unsigned left_out = 0;
	for (uint32_t i = 0; i < data->letter_count; i++) {
		const struct report_letter *letter = &data->letters[i];
		if (!letter->known || letter->kind != ENVELOPE_NOTICE)
			continue;
		char(*cells)[REPORT_CELL] = row(table);
		if (cells == NULL) {
			left_out++;
			continue;
		}
		cell(cells[0], "number %" PRIu32, i);
		report_duration(letter->at_ms, cells[1]);
		report_number(letter->bytes, cells[2]);
		share(letter->nodes, data->nodes, cells[3]);
	}
	(void)snprintf(table->note, sizeof table->note, "The share is of all nodes, and each is counted once, however often it took the notice.%s",
		       left_out > 0 ? " More notices than these were written; the file has them all." : "");
	return true;
}

/* So many milliseconds of all radios: as seconds of one radio in one hour. */
static void airtime(uint64_t sum_ms, uint64_t radios, uint64_t span_ms, unsigned microamperes, char (*cells)[REPORT_CELL])
{
	char sum[REPORT_CELL];
	report_number((sum_ms + HOUR_MS / 2) / HOUR_MS, sum);
	cell(cells[1], "%.40s h", sum);
	if (radios == 0 || span_ms == 0)
		return;
	double part = (double)sum_ms / (double)radios / (double)span_ms; /* of one radio's time */
	cell(cells[2], "%.1f s", part * 3600);
	double milliampere_hours = energy_mah_a_day(part, microamperes);
	cell(cells[3], "%.1f mAh, %.2f Wh", milliampere_hours, milliampere_hours * ENERGY_MILLIVOLTS / 1e6);
	cell(cells[4], "%.1f %%", milliampere_hours * 100 / ENERGY_BATTERY_MAH);
}

/* radios 0: bytes that no phone's radio carried. */
static void carried(struct report_table *table, const char *name, uint64_t bytes, uint64_t radios, uint64_t span_ms)
{
	char(*cells)[REPORT_CELL] = row(table);
	assert(cells != NULL);
	char sum[REPORT_CELL];
	cell(cells[0], "%s", name);
	report_number(bytes / 1000, sum);
	cell(cells[1], "%.40s kB", sum);
	if (radios == 0 || span_ms == 0)
		return;
	report_number((uint64_t)((double)bytes / 1000 / (double)radios * 3600000 / (double)span_ms), sum);
	cell(cells[2], "%.40s kB", sum);
}

static bool fill_air(const struct report_data *data, struct report_table *table)
{
	static const char *const names[] = {"the air", "all together", "each, in an hour", "energy a day", "of a battery a day"};
	table->name = "air";
	(void)snprintf(table->title, sizeof table->title, "Airtime, energy and bytes of a phone");
	(void)snprintf(table->note, sizeof table->note,
		       "Energy is an estimate, from assumptions and not from measurement: listening takes %d mA, a connection %d mA, showing a "
		       "beacon 0.%d mA "
		       "on average, at %d.%d V; a battery holds %d mAh. The phone's own needs come on top.",
		       ENERGY_SCAN_UA / 1000, ENERGY_LINKED_UA / 1000, ENERGY_ADVERTISE_UA / 100, ENERGY_MILLIVOLTS / 1000,
		       ENERGY_MILLIVOLTS % 1000 / 100, ENERGY_BATTERY_MAH);
	heads(table, sizeof names / sizeof *names, names);
	if (data->sample_count == 0)
		return true;
	const struct report_sample *last = &data->samples[data->sample_count - 1];
	uint64_t radios = 0;
	for (unsigned kind = REPORT_BOX; kind < REPORT_KINDS; kind++)
		radios += data->kind_counts[kind];
	const struct {
		const char *name;
		uint64_t sum_ms;
		unsigned microamperes;
	} lines[] = {{"showing the beacon", last->advertise_ms, ENERGY_ADVERTISE_UA},
		     {"listening", last->scan_ms, ENERGY_SCAN_UA},
		     {"connected", last->linked_ms, ENERGY_LINKED_UA}};
	for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
		char(*cells)[REPORT_CELL] = row(table);
		assert(cells != NULL);
		cell(cells[0], "%s", lines[i].name);
		airtime(lines[i].sum_ms, radios, last->at_ms, lines[i].microamperes, cells);
	}
	carried(table, "by Bluetooth", last->le_bytes, radios, last->at_ms);
	carried(table, "by Wi-Fi", last->wifi_bytes, radios, last->at_ms);
	carried(table, "by the internet", last->net_bytes, 0, last->at_ms);
	return true;
}

static void trouble_line(struct report_table *table, const char *name, uint64_t count)
{
	char(*cells)[REPORT_CELL] = row(table);
	assert(cells != NULL);
	cell(cells[0], "%s", name);
	report_number(count, cells[1]);
}

static bool fill_trouble(const struct report_data *data, struct report_table *table)
{
	static const char *const names[] = {"faults and checks", "times"};
	table->name = "trouble";
	(void)snprintf(table->title, sizeof table->title, "What went wrong, and what was watched");
	heads(table, sizeof names / sizeof *names, names);
	trouble_line(table, "posts crashed", data->events[JOURNAL_CRASHED]);
	trouble_line(table, "posts started again", data->events[JOURNAL_RESTARTED]);
	trouble_line(table, "posts seized", data->events[JOURNAL_SEIZED]);
	trouble_line(table, "nodes that are foes", data->foes);
	trouble_line(table, "rules found broken", data->events[JOURNAL_CHECK_FAILED]);
	const char *name;
	json_t *passed;
	json_object_foreach(json_object_get(data->result, "checkers"), name, passed)
	{
		char(*cells)[REPORT_CELL] = row(table);
		if (cells == NULL)
			break;
		char inert[REPORT_CELL - 8];
		text_inert(name, false, inert, sizeof inert);
		cell(cells[0], "check: %s", inert);
		cell(cells[1], "%s", json_is_true(passed) ? "held" : "BROKEN");
	}
	return true;
}

bool report_table_fill(const struct report_data *data, unsigned i, struct report_table *table)
{
	static bool (*const fill[REPORT_TABLES])(const struct report_data *, struct report_table *) = {fill_arrival, fill_writers, fill_notices,
												       fill_air, fill_trouble};
	assert(i < REPORT_TABLES);
	memset(table, 0, sizeof *table);
	return fill[i](data, table);
}
