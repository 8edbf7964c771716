#include "node/sim/report_inside.h"
#include "proto/envelope.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, HOUR_S = 3600, WIDTH = 760, HEIGHT = 360, CURVE_POINTS = 240 };

/* Steps of a time axis that are equally wide but not equally long, so that minutes and days fit in one picture. */
static const struct {
	uint64_t ms;
	const char *text;
} steps[] = {{0, "0"},
	     {MINUTE_MS, "1 min"},
	     {5 * MINUTE_MS, "5 min"},
	     {15 * MINUTE_MS, "15 min"},
	     {HOUR_MS, "1 h"},
	     {3 * HOUR_MS, "3 h"},
	     {6 * HOUR_MS, "6 h"},
	     {12 * HOUR_MS, "12 h"},
	     {24 * HOUR_MS, "1 day"},
	     {48 * HOUR_MS, "2 days"},
	     {96 * HOUR_MS, "4 days"},
	     {168 * HOUR_MS, "7 days"}};
enum { STEPS = sizeof steps / sizeof *steps };

/* So many steps hold all that happened within ms; at least three. */
static unsigned steps_for(uint64_t ms)
{
	unsigned count = 4;
	while (count < STEPS && steps[count - 1].ms < ms)
		count++;
	return count;
}

/* Where a time stands on an axis of so many steps, 0..1. */
static double place_of(uint64_t ms, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		if (ms <= steps[i].ms)
			return ((double)(i - 1) + (double)(ms - steps[i - 1].ms) / (double)(steps[i].ms - steps[i - 1].ms)) / (double)(count - 1);
	return 1;
}

static void svg_open(FILE *out, unsigned width, unsigned height, const char *what)
{
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" role=\"img\" aria-label=\"", width,
		height, width, height);
	report_escape(out, what);
	fputs("\">\n", out);
}

static void nothing(FILE *out, const char *why)
{
	fprintf(out, "<p>%s</p>\n", why);
}

static const struct report_tick percents[] = {{0, "0 %"}, {0.25, "25 %"}, {0.5, "50 %"}, {0.75, "75 %"}, {1, "100 %"}};
enum { PERCENTS = sizeof percents / sizeof *percents };

static void time_ticks(struct report_tick ticks[static STEPS], unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ticks[i] = (struct report_tick){(double)i / (double)(count - 1), steps[i].text};
}

/* At most CURVE_POINTS of sorted times, evenly by rank and the last one: the share that had arrived by then. */
static size_t curve(const uint64_t *times, uint32_t count, double whole, unsigned axis_steps, struct report_point points[static CURVE_POINTS + 2])
{
	size_t filled = 0;
	points[filled++] = (struct report_point){0, 0};
	uint32_t parts = count < CURVE_POINTS ? count : CURVE_POINTS;
	for (uint32_t i = 1; i <= parts; i++) {
		uint32_t rank = (uint32_t)((uint64_t)count * i / parts);
		points[filled++] = (struct report_point){place_of(times[rank - 1], axis_steps), (double)rank / whole};
	}
	return filled;
}

struct label {
	double y;
	unsigned style;
	char text[REPORT_CELL];
};

/* Words at the ends of lines, moved apart where they would lie on each other. */
static void put_labels(FILE *out, const struct report_axes *axes, struct label *labels, unsigned count)
{
	const double apart = 17;
	for (unsigned i = 1; i < count; i++) /* by height, the highest first */
		for (unsigned j = i; j > 0 && labels[j].y < labels[j - 1].y; j--) {
			struct label other = labels[j];
			labels[j] = labels[j - 1];
			labels[j - 1] = other;
		}
	for (unsigned i = 1; i < count; i++)
		if (labels[i].y < labels[i - 1].y + apart)
			labels[i].y = labels[i - 1].y + apart;
	/* And up again from the bottom, where there is no more room below. */
	double limit = axes->top + axes->height;
	for (unsigned i = count; i-- > 0; limit = labels[i].y - apart)
		if (labels[i].y > limit)
			labels[i].y = limit;
	for (unsigned i = 0; i < count; i++) {
		fprintf(out, "<g fill=\"%s\" font-weight=\"bold\">", report_colour(labels[i].style));
		report_svg_text(out, axes->left + axes->width + 8, labels[i].y + 4, "start", 13, labels[i].text);
		fputs("</g>\n", out);
	}
}

bool report_plot_delivery(FILE *out, const struct report_data *data)
{
	struct report_class classes[LETTER_CLASSES] = {{0}};
	bool good = true;
	uint64_t longest = 0;
	unsigned used = 0, class;
	for (class = 0; class < LETTER_CLASSES && good; class ++) {
		good = report_class_of(data, (uint8_t) class, &classes[class]);
		used += classes[class].sent > 0;
		if (classes[class].delivered > 0 && classes[class].took_ms[classes[class].delivered - 1] > longest)
			longest = classes[class].took_ms[classes[class].delivered - 1];
	}
	if (good && used == 0)
		nothing(out, "No letters to anybody were written.");
	else if (good) {
		unsigned count = steps_for(longest);
		struct report_axes axes = {60,
					   30,
					   540,
					   270,
					   "share of the letters written that have arrived",
					   "time since writing (the steps are equally wide, not equally long)"};
		struct report_tick ticks[STEPS];
		time_ticks(ticks, count);
		svg_open(out, WIDTH, HEIGHT, "Share of letters that have arrived, against the time since writing, by class");
		report_svg_axes(out, &axes, ticks, count, percents, PERCENTS);
		struct label labels[LETTER_CLASSES];
		unsigned label_count = 0;
		for (class = 0; class < LETTER_CLASSES; class ++) {
			const struct report_class *results = &classes[class];
			if (results->sent == 0)
				continue;
			struct report_point points[CURVE_POINTS + 3];
			size_t filled = curve(results->took_ms, results->delivered, results->sent, count, points);
			double end = (double)results->delivered / results->sent;
			points[filled++] = (struct report_point){1, end};
			report_svg_line(out, &axes, class, true, points, filled);
			struct label *label = &labels[label_count++];
			*label = (struct label){.y = axes.top + axes.height * (1 - end), .style = class};
			(void)snprintf(label->text, sizeof label->text, "%s: %u %%", report_class_names[class],
				       (unsigned)((uint64_t)results->delivered * 100 / results->sent)); /* fits */
		}
		put_labels(out, &axes, labels, label_count);
		fputs("</svg>\n", out);
	}
	for (class = 0; class < LETTER_CLASSES; class ++)
		free(classes[class].took_ms);
	return good;
}

bool report_plot_copies(FILE *out, const struct report_data *data)
{
	double means[LETTER_CLASSES] = {0}, most = 0;
	uint32_t delivered[LETTER_CLASSES] = {0};
	for (uint8_t class = 0; class < LETTER_CLASSES; class ++) {
		struct report_class results;
		if (!report_class_of(data, class, &results))
			return false;
		free(results.took_ms);
		delivered[class] = results.delivered;
		if (results.delivered > 0)
			means[class] = (double)results.copies / results.delivered;
		if (means[class] > most)
			most = means[class];
	}
	if (most <= 0) {
		nothing(out, "No letter arrived that another node had to carry.");
		return true;
	}
	const double left = 90, room = 470, step = 40;
	svg_open(out, WIDTH, 190, "How many nodes took a letter from another, on average, by class");
	for (unsigned i = 0; i < LETTER_CLASSES; i++) {
		unsigned class = LETTER_CLASSES - 1 - i;
		double y = 14 + step * i, width = means[class] / most * room;
		report_svg_text(out, left - 10, y + 19, "end", 13, report_class_names[class]);
		fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"26\" fill=\"%s\"/>\n", left, y, width < 1 ? 1 : width,
			report_colour(class));
		char text[REPORT_CELL];
		if (delivered[class] == 0)
			(void)snprintf(text, sizeof text, "none arrived"); /* fits, as below */
		else
			(void)snprintf(text, sizeof text, "%.1f copies of each letter", means[class]);
		report_svg_text(out, left + width + 8, y + 19, "start", 13, text);
	}
	fputs("</svg>\n", out);
	return true;
}

/* Ticks of hours or days along a run. Fills ticks and their texts; returns how many. */
static unsigned run_ticks(uint64_t run_ms, struct report_tick ticks[static 16], char texts[16][REPORT_CELL])
{
	static const uint64_t spans[] = {MINUTE_MS,   5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS,      2 * HOUR_MS,
					 4 * HOUR_MS, 6 * HOUR_MS,   12 * HOUR_MS,   24 * HOUR_MS,   48 * HOUR_MS, 168 * HOUR_MS};
	uint64_t span = spans[0];
	for (unsigned i = 0; i < sizeof spans / sizeof *spans && run_ms / span > 7; i++)
		span = spans[i];
	while (run_ms / span > 7)
		span *= 2;
	unsigned count = 0;
	for (uint64_t at = 0; at <= run_ms && count < 16; at += span, count++) {
		report_duration(at, texts[count]);
		ticks[count] = (struct report_tick){(double)at / (double)run_ms, at == 0 ? "0" : texts[count]};
	}
	return count;
}

bool report_plot_store(FILE *out, const struct report_data *data)
{
	if (data->sample_count < 2 || data->samples[data->sample_count - 1].at_ms == 0) {
		nothing(out, "No samples of the stores were taken.");
		return true;
	}
	uint64_t run_ms = data->samples[data->sample_count - 1].at_ms;
	struct report_point *points = malloc((CURVE_POINTS + 2) * sizeof *points);
	if (points == NULL)
		return false;
	size_t filled = 0;
	uint32_t step = data->sample_count / CURVE_POINTS + 1;
	for (uint32_t i = 0; i < data->sample_count; i += step) {
		const struct report_sample *sample = &data->samples[i];
		if (sample->at_ms > run_ms)
			continue;
		double full = sample->store_max_bytes == 0 ? 0 : (double)sample->store_bytes / (double)sample->store_max_bytes;
		points[filled++] = (struct report_point){(double)sample->at_ms / (double)run_ms, full > 1 ? 1 : full};
	}
	struct report_axes axes = {60, 30, 640, 210, "how full the stores of all nodes are, taken together", "time since the run began"};
	struct report_tick ticks[16];
	char texts[16][REPORT_CELL];
	unsigned count = run_ticks(run_ms, ticks, texts);
	svg_open(out, WIDTH, 300, "How full the stores are, against time");
	report_svg_axes(out, &axes, ticks, count, percents, PERCENTS);
	report_svg_line(out, &axes, CLASS_URGENT, false, points, filled);
	fputs("</svg>\n", out);
	free(points);
	return true;
}

/* Seconds of one radio's hour between two samples. */
static double seconds_an_hour(uint64_t before, uint64_t after, uint64_t span_ms, uint64_t radios)
{
	if (after < before || span_ms == 0 || radios == 0)
		return 0;
	return (double)(after - before) / (double)span_ms / (double)radios * HOUR_S;
}

/* The smallest of 1, 2, 5, 10, 20, ... up to an hour that is not below. */
static double round_above(double value)
{
	static const double tops[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, HOUR_S};
	for (unsigned i = 0; i < sizeof tops / sizeof *tops; i++)
		if (value <= tops[i])
			return tops[i];
	return value;
}

/* One of three plots beside each other: field 0 beacon, 1 listening, 2 connected. */
static void air_panel(FILE *out, const struct report_data *data, unsigned field, uint64_t radios)
{
	static const char *const titles[] = {"showing the beacon", "listening", "connected"};
	enum { BINS = 24 }; /* what a radio does is added up when it is done with it: many minutes to a bin, and no more than there are */
	double values[BINS], most = 0;
	uint32_t parts = data->sample_count - 1 < BINS ? data->sample_count - 1 : BINS;
	uint64_t run_ms = data->samples[data->sample_count - 1].at_ms;
	for (uint32_t i = 0; i < parts; i++) {
		const struct report_sample *from = &data->samples[(uint64_t)(data->sample_count - 1) * i / parts];
		const struct report_sample *to = &data->samples[(uint64_t)(data->sample_count - 1) * (i + 1) / parts];
		uint64_t before = field == 0 ? from->advertise_ms : field == 1 ? from->scan_ms : from->linked_ms;
		uint64_t after = field == 0 ? to->advertise_ms : field == 1 ? to->scan_ms : to->linked_ms;
		values[i] = to->at_ms < from->at_ms ? 0 : seconds_an_hour(before, after, to->at_ms - from->at_ms, radios);
		values[i] = values[i] > HOUR_S ? HOUR_S : values[i];
		most = values[i] > most ? values[i] : most;
	}
	double top = round_above(most);
	struct report_point points[BINS];
	for (uint32_t i = 0; i < parts; i++)
		points[i] = (struct report_point){((double)i + 0.5) / parts, values[i] / top};
	char half[REPORT_CELL], whole[REPORT_CELL], end[REPORT_CELL];
	(void)snprintf(half, sizeof half, "%g", top / 2); /* fits, as below */
	(void)snprintf(whole, sizeof whole, "%g", top);
	report_duration(run_ms, end);
	const struct report_tick y[] = {{0, "0"}, {0.5, half}, {1, whole}}, x[] = {{0, "0"}, {1, end}};
	struct report_axes axes = {46 + 252 * field, 46, 190, 130, "seconds in each hour", ""};
	report_svg_axes(out, &axes, x, 2, y, 3);
	fputs("<g font-weight=\"bold\">", out);
	report_svg_text(out, axes.left, 16, "start", 13, titles[field]);
	fputs("</g>\n", out);
	report_svg_line(out, &axes, CLASS_URGENT, false, points, parts);
}

bool report_plot_air(FILE *out, const struct report_data *data)
{
	uint64_t radios = 0;
	for (unsigned kind = REPORT_BOX; kind < REPORT_KINDS; kind++)
		radios += data->kind_counts[kind];
	if (data->sample_count < 2 || radios == 0) {
		nothing(out, "No samples of the radios were taken.");
		return true;
	}
	svg_open(out, WIDTH, 210, "What one radio does in an hour: showing its beacon, listening, connected");
	for (unsigned field = 0; field < 3; field++)
		air_panel(out, data, field, radios);
	fputs("</svg>\n", out);
	return true;
}

bool report_plot_spread(FILE *out, const struct report_data *data)
{
	const struct report_spread *spread = &data->spread;
	if (spread->letter == REPORT_NONE || spread->reached == 0 || data->nodes == 0) {
		nothing(out, "No letter spread.");
		return true;
	}
	struct report_point *points = malloc((CURVE_POINTS + 3) * sizeof *points);
	if (points == NULL)
		return false;
	unsigned count = steps_for(spread->times_ms[spread->reached - 1]);
	size_t filled = curve(spread->times_ms, spread->reached, data->nodes, count, points);
	points[filled] = (struct report_point){1, points[filled - 1].y};
	filled++;
	struct report_axes axes = {
		60, 30, 640, 210, "share of all nodes that have held it", "time since writing (the steps are equally wide, not equally long)"};
	struct report_tick ticks[STEPS];
	time_ticks(ticks, count);
	svg_open(out, WIDTH, 300, "Share of all nodes that have held the letter, against the time since writing");
	report_svg_axes(out, &axes, ticks, count, percents, PERCENTS);
	report_svg_line(out, &axes, CLASS_URGENT, true, points, filled);
	fputs("</svg>\n", out);
	free(points);
	return true;
}
