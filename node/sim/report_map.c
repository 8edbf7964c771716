#include "node/sim/report_inside.h"

#include <assert.h>
#include <stdlib.h>

/* More dots than that in one picture can be told apart by nobody: one dot stands for several nodes then. */
enum { DOTS_MAX = 1500, MINUTE_MS = 60000, PANEL = 240, GAP = 14, TITLE = 26, ACROSS = 3, LEGEND = 62 };

/* What share of all that it ever reached a letter has reached in each picture, in a hundred. */
static const uint8_t shares[REPORT_STEPS] = {1, 10, 30, 60, 90, 99};

struct map {
	FILE *out;
	const struct report_data *data;
	int32_t *x_mm, *y_mm; /* where each node was last seen */
	bool *seen;
	double scale; /* pixels in a millimetre */
	unsigned panel_height;
	unsigned steps;
	uint64_t moments_ms[REPORT_STEPS]; /* since the writing */
	uint32_t each;                     /* nodes to a dot */
};

/* Up to a time that reads easily. */
static uint64_t round_up(uint64_t ms)
{
	uint64_t unit_ms = ms < 10 * MINUTE_MS ? MINUTE_MS / 6 : ms < 180 * MINUTE_MS ? MINUTE_MS : 10 * MINUTE_MS;
	return ms == 0 ? unit_ms : (ms + unit_ms - 1) / unit_ms * unit_ms;
}

/* Moments at which the pictures differ, whether a letter spread in minutes or in days. Times that are not in order, which are not ours, are left out.
 */
static void choose_moments(struct map *map)
{
	const struct report_spread *spread = &map->data->spread;
	for (unsigned i = 0; i < REPORT_STEPS; i++) {
		uint64_t at_ms = round_up(spread->times_ms[(uint64_t)(spread->reached - 1) * shares[i] / 100]);
		if (map->steps == 0 || at_ms > map->moments_ms[map->steps - 1])
			map->moments_ms[map->steps++] = at_ms;
	}
}

static double x_of(const struct map *map, int32_t x_mm)
{
	return (double)x_mm * map->scale;
}

/* North is up. */
static double y_of(const struct map *map, int32_t y_mm)
{
	return (double)map->panel_height - (double)y_mm * map->scale;
}

static void put_sites(const struct map *map)
{
	for (unsigned i = 0; i < map->data->site_count; i++) {
		const struct report_site *site = &map->data->sites[i];
		double x = x_of(map, site->x_mm), y = y_of(map, site->y_mm), radius = (double)site->radius_mm * map->scale;
		fprintf(map->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"><title>", x, y,
			radius < 3 ? 3 : radius);
		report_escape(map->out, site->name);
		fputs("</title></circle>\n", map->out);
		char letter[] = {site->kind, '\0'};
		report_svg_text(map->out, x + (radius < 3 ? 3 : radius) + 1, y - 2, "start", 9, letter);
	}
}

/* All dots of one sort as one path, which is a tenth of as many circles. */
static void put_dots(const struct map *map, uint64_t at_ms, bool held, const char *look)
{
	fprintf(map->out, "<path fill=\"none\" stroke-linecap=\"round\" %s d=\"", look);
	for (uint32_t node = 0; node < map->data->nodes; node += map->each) {
		if (!map->seen[node] || (map->data->spread.first_ms[node] <= at_ms) != held)
			continue;
		fprintf(map->out, "M%.1f %.1fh0", x_of(map, map->x_mm[node]), y_of(map, map->y_mm[node]));
	}
	fputs("\"/>\n", map->out);
}

static void put_end(const struct map *map, uint32_t node, const char *shape, const char *what)
{
	if (node >= map->data->nodes || !map->seen[node])
		return;
	fprintf(map->out,
		"<path transform=\"translate(%.1f %.1f)\" d=\"%s\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"1.5\"><title>%s</title></path>\n",
		x_of(map, map->x_mm[node]), y_of(map, map->y_mm[node]), shape, what);
}

static const char held_look[] = "stroke=\"#0072b2\" stroke-width=\"3.6\"";
static const char other_look[] = "stroke=\"#bbb\" stroke-width=\"1.6\"";
static const char writer_shape[] = "M0 -6L6 5H-6z";
static const char addressee_shape[] = "M0 -6L6 0L0 6L-6 0z";

static void put_panel(const struct map *map, unsigned step)
{
	const struct report_spread *spread = &map->data->spread;
	uint64_t at_ms = map->moments_ms[step];
	uint32_t held = 0;
	while (held < spread->reached && spread->times_ms[held] <= at_ms)
		held++;
	char when[REPORT_CELL], count[REPORT_CELL], title[3 * REPORT_CELL];
	report_duration(at_ms, when);
	report_number(held, count);
	(void)snprintf(title, sizeof title, "after %.40s: %.40s node%s", when, count, held == 1 ? "" : "s"); /* fits */
	unsigned x = GAP + step % ACROSS * (PANEL + GAP), y = GAP + step / ACROSS * (map->panel_height + TITLE + GAP);
	fprintf(map->out, "<g transform=\"translate(%u %u)\">\n<g font-weight=\"bold\">", x, y);
	report_svg_text(map->out, 0, TITLE - 10, "start", 13, title);
	fprintf(map->out, "</g>\n<g transform=\"translate(0 %d)\">\n", TITLE);
	fprintf(map->out, "<rect width=\"%d\" height=\"%u\" fill=\"#fff\" stroke=\"#999\"/>\n", PANEL, map->panel_height);
	put_dots(map, at_ms, false, other_look);
	put_dots(map, at_ms, true, held_look);
	put_sites(map);
	const struct report_letter *letter = &map->data->letters[spread->letter];
	put_end(map, letter->addressee, addressee_shape, "whom it is for");
	put_end(map, letter->writer, writer_shape, "who wrote it");
	fputs("</g>\n</g>\n", map->out);
}

static void put_key(const struct map *map, double x, double y, const char *path, const char *look, const char *text)
{
	fprintf(map->out, "<path transform=\"translate(%.1f %.1f)\" d=\"%s\" %s/>\n", x, y, path, look);
	report_svg_text(map->out, x + 12, y + 4, "start", 12, text);
}

/* A round length that is about a quarter of a picture wide. */
static void put_scale(const struct map *map, double x, double y)
{
	uint64_t metres = 1;
	static const unsigned factors[] = {2, 5, 10};
	for (unsigned i = 0; metres < UINT64_C(100000000); i++) {
		uint64_t decade = 1;
		for (unsigned j = 0; j < i / 3; j++)
			decade *= 10;
		if ((double)(decade * factors[i % 3]) * 1000 * map->scale > PANEL * 0.4)
			break;
		metres = decade * factors[i % 3];
	}
	double width = (double)metres * 1000 * map->scale;
	fprintf(map->out, "<path d=\"M%.1f %.1fv6h%.1fv-6\" fill=\"none\" stroke=\"#000\"/>\n", x, y - 4, width);
	char text[REPORT_CELL], digits[REPORT_CELL];
	report_number(metres, digits);
	(void)snprintf(text, sizeof text, "%.40s m", digits); /* fits */
	report_svg_text(map->out, x + width + 6, y + 4, "start", 12, text);
}

static void put_legend(const struct map *map, double y)
{
	static const char outline[] = "fill=\"#fff\" stroke=\"#000\" stroke-width=\"1.5\"";
	char dot[REPORT_CELL * 2];
	put_key(map, GAP + 8, y, "M0 0h0", "fill=\"none\" stroke-linecap=\"round\" stroke=\"#0072b2\" stroke-width=\"6\"", "has held it");
	put_key(map, GAP + 128, y, "M0 0h0", "fill=\"none\" stroke-linecap=\"round\" stroke=\"#bbb\" stroke-width=\"3\"", "has not");
	put_key(map, GAP + 228, y, writer_shape, outline, "who wrote it");
	if (map->data->letters[map->data->spread.letter].addressee != REPORT_NONE)
		put_key(map, GAP + 348, y, addressee_shape, outline, "whom it is for");
	put_scale(map, GAP + 500, y);
	if (map->each > 1)
		(void)snprintf(dot, sizeof dot, "One dot is one node of %u.", map->each); /* fits, as below */
	else
		(void)snprintf(dot, sizeof dot, "One dot is one node.");
	report_svg_text(map->out, GAP, y + 28, "start", 12, dot);
	if (map->data->site_count > 0)
		report_svg_text(map->out, GAP + 220, y + 28, "start", 12, "Circles: S shelter, C clinic, Q queue, X crossing.");
}

/* One pass over the places: what was last seen of each node when a picture's moment has come is what it shows. */
static bool put_panels(const struct map *map, sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, "SELECT at_ms, node, x_mm, y_mm FROM place ORDER BY rowid", -1, &statement, NULL) != SQLITE_OK)
		return true; /* a page without a map is a page */
	uint64_t written_ms = map->data->letters[map->data->spread.letter].at_ms;
	unsigned step = 0;
	while (sqlite3_step(statement) == SQLITE_ROW && step < map->steps) {
		sqlite3_int64 at_ms = sqlite3_column_int64(statement, 0), node = sqlite3_column_int64(statement, 1);
		while (step < map->steps && at_ms >= 0 && (uint64_t)at_ms > written_ms + map->moments_ms[step])
			put_panel(map, step++);
		if (node < 0 || node >= (sqlite3_int64)map->data->nodes)
			continue;
		map->x_mm[node] = sqlite3_column_int(statement, 2);
		map->y_mm[node] = sqlite3_column_int(statement, 3);
		map->seen[node] = map->x_mm[node] >= 0 && map->x_mm[node] <= map->data->width_mm && map->y_mm[node] >= 0 &&
				  map->y_mm[node] <= map->data->height_mm;
	}
	(void)sqlite3_finalize(statement); /* what could not be read is not shown */
	while (step < map->steps)
		put_panel(map, step++);
	return true;
}

static bool has_places(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, "SELECT 1 FROM place LIMIT 1", -1, &statement, NULL) != SQLITE_OK)
		return false;
	bool has = sqlite3_step(statement) == SQLITE_ROW;
	(void)sqlite3_finalize(statement); /* nothing more is to be read */
	return has;
}

bool report_map(FILE *out, const struct report_data *data, sqlite3 *db)
{
	if (data->spread.letter == REPORT_NONE || data->spread.reached == 0)
		return true; /* the plot of the spread has said so */
	if (data->width_mm <= 0 || data->height_mm <= 0 || data->height_mm / 4 > data->width_mm || !has_places(db)) {
		fputs("<p>There is no map: this run knows who met whom, but not where.</p>\n", out);
		return true;
	}
	struct map map = {.out = out, .data = data, .scale = (double)PANEL / data->width_mm};
	map.panel_height = (unsigned)((double)data->height_mm * map.scale);
	map.each = data->nodes / (DOTS_MAX + 1) + 1;
	map.x_mm = calloc(data->nodes, sizeof *map.x_mm);
	map.y_mm = calloc(data->nodes, sizeof *map.y_mm);
	map.seen = calloc(data->nodes, sizeof *map.seen);
	bool good = map.x_mm != NULL && map.y_mm != NULL && map.seen != NULL;
	if (good) {
		choose_moments(&map);
		unsigned rows = (map.steps + ACROSS - 1) / ACROSS, width = GAP + ACROSS * (PANEL + GAP);
		unsigned panels = GAP + rows * (map.panel_height + TITLE + GAP);
		fprintf(out,
			"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" role=\"img\" "
			"aria-label=\"Maps of who has held the letter, one after the other\">\n",
			width, panels + LEGEND, width, panels + LEGEND);
		good = put_panels(&map, db);
		put_legend(&map, panels + 14);
		fputs("</svg>\n", out);
	}
	free(map.x_mm);
	free(map.y_mm);
	free(map.seen);
	return good;
}
