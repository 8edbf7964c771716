#ifndef BARID_NODE_SIM_REPORT_INSIDE_H
#define BARID_NODE_SIM_REPORT_INSIDE_H
/*
 * The parts of a report, for the report_*.c files and their tests only: what was read from a run (report_data.c, report_spread.c), tables of it
 * (report_tables.c), how they are printed (report_print.c), drawings (report_svg.c, report_plots.c, report_map.c) and the page (report_page.c). The
 * run's file may be anybody's: its texts are made inert when read and escaped when written, its numbers are bounded when read.
 */

#include "proto/limits.h"

#include <jansson.h>

#include <sqlite3.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	REPORT_NODES_MAX = 1 << 20,
	REPORT_LETTERS_MAX = 1 << 24,
	REPORT_SAMPLES_MAX = 1 << 17,
	REPORT_SITES_MAX = 64,
	REPORT_KINDS = 5, /* of nodes, see enum report_kind */
	REPORT_TEXT = 96,
	REPORT_EVENTS = 32,
	REPORT_COLUMNS_MAX = 10,
	REPORT_ROWS_MAX = 40,
	REPORT_CELL = 64,
	REPORT_STEPS = 6, /* pictures of a map */
};
#define REPORT_NEVER UINT64_MAX
#define REPORT_NONE UINT32_MAX

enum report_kind { REPORT_GATEWAY, REPORT_BOX, REPORT_MEDIC, REPORT_CIVILIAN, REPORT_OTHER };

struct report_letter {
	uint64_t at_ms, took_ms; /* REPORT_NEVER: did not arrive */
	uint32_t writer, addressee, bytes, copies;
	uint32_t nodes; /* notices: how many have held it, each counted once */
	uint8_t class, kind;
	bool known;  /* its writing was noted */
	bool counts; /* sealed, to somebody, and not a foe's */
};

struct report_site {
	char name[REPORT_TEXT];
	char kind; /* 'S' shelter, 'C' clinic, 'Q' queue, 'X' crossing, '?' */
	int32_t x_mm, y_mm, radius_mm;
};

struct report_sample {
	uint64_t at_ms, store_bytes, store_max_bytes, le_bytes, wifi_bytes, net_bytes, advertise_ms, scan_ms, linked_ms;
};

/* One letter's way through the crowd. */
struct report_spread {
	uint32_t letter;    /* REPORT_NONE: there is none to show */
	uint64_t *first_ms; /* for each node when it first held the letter, since the writing; REPORT_NEVER */
	uint64_t *times_ms; /* the same, sorted, of those that did */
	uint32_t reached;
};

struct report_data {
	char scenario[REPORT_TEXT], policy[REPORT_TEXT], seed[REPORT_TEXT], commit[REPORT_TEXT], hash[REPORT_TEXT];
	uint64_t run_ms; /* as far as it went */
	int32_t width_mm, height_mm;
	uint32_t nodes; /* numbers of nodes are below that */
	uint8_t *kinds; /* enum report_kind of each */
	uint32_t kind_counts[REPORT_KINDS], foes;
	struct report_letter *letters;
	uint32_t letter_count;
	struct report_sample *samples;
	uint32_t sample_count;
	struct report_site sites[REPORT_SITES_MAX];
	unsigned site_count;
	uint64_t events[REPORT_EVENTS]; /* how many of each */
	json_t *result;                 /* NULL: none */
	struct report_spread spread;
};

/* Reads everything but the spread. False: *why is a sentence's end, "is not a log of barid-sim". Free either way. */
bool report_data_read(struct report_data *data, sqlite3 *db, const char **why);
/* letter: REPORT_NONE chooses the urgent letter or notice that most nodes took. False: *why, as above. */
bool report_spread_read(struct report_data *data, sqlite3 *db, uint32_t letter, const char **why);
/* Leaves it empty. */
void report_data_free(struct report_data *data);

/* "12 min", "3 h 20 min", "40 s"; "-" for REPORT_NEVER. Fills out. */
void report_duration(uint64_t ms, char out[static REPORT_CELL]);
/* "12,345". Fills out. */
void report_number(uint64_t number, char out[static REPORT_CELL]);

/* Results of one class: of letters that count. */
struct report_class {
	uint32_t sent, delivered, in_15_min, in_1_h, in_6_h;
	uint64_t t50_ms, t99_ms;
	uint64_t copies;   /* of all that arrived together */
	uint64_t *took_ms; /* sorted; the caller frees it */
};
/* NULL took_ms with delivered == 0. False: no memory. */
bool report_class_of(const struct report_data *data, uint8_t class, struct report_class *out);
extern const char *const report_class_names[LETTER_CLASSES];

struct report_table {
	const char *name; /* one word, for the CSV */
	char title[160], note[400];
	unsigned columns, rows;
	char heads[REPORT_COLUMNS_MAX][REPORT_CELL];
	char cells[REPORT_ROWS_MAX][REPORT_COLUMNS_MAX][REPORT_CELL]; /* the first column is the row's name */
};
enum { REPORT_TABLES = 5 };
/* Fills the i-th. False: no memory. */
bool report_table_fill(const struct report_data *data, unsigned i, struct report_table *table);
/* One sentence of each class of which something was written, or an empty text. */
void report_sentence(const char *class_name, const struct report_class *class, char out[static 256]);

void report_print_text(FILE *out, const struct report_table *table);
/* table,row,column,value */
void report_print_csv(FILE *out, const struct report_table *table);

/* Writes a text so that XML and HTML take it for text and nothing else, in elements and in attributes. */
void report_escape(FILE *out, const char *text);

/* One line of a drawing: points in order, x and y in hundredths of the axis. */
struct report_point {
	double x, y; /* 0..1 */
};
struct report_axes {
	double left, top, width, height;
	const char *y_title, *x_title;
};
struct report_tick {
	double at; /* 0..1 */
	const char *text;
};
/* The frame, ticks and titles of a plot. */
void report_svg_axes(FILE *out, const struct report_axes *axes, const struct report_tick *x, unsigned x_count, const struct report_tick *y,
		     unsigned y_count);
/* A line of the i-th style (0..3: colour and dashes), as steps if stepped. */
void report_svg_line(FILE *out, const struct report_axes *axes, unsigned style, bool stepped, const struct report_point *points, size_t count);
/* anchor: "start", "middle" or "end". size in pixels. */
void report_svg_text(FILE *out, double x, double y, const char *anchor, unsigned size, const char *text);
const char *report_colour(unsigned style);

/* Each writes one <svg> or a sentence why there is none. False: no memory. */
bool report_plot_delivery(FILE *out, const struct report_data *data);
bool report_plot_copies(FILE *out, const struct report_data *data);
bool report_plot_store(FILE *out, const struct report_data *data);
bool report_plot_air(FILE *out, const struct report_data *data);
bool report_plot_spread(FILE *out, const struct report_data *data);
/* Reads the places again, once. */
bool report_map(FILE *out, const struct report_data *data, sqlite3 *db);

/* The whole page. False: no memory; whether all was written is for the caller to ask. */
bool report_page(FILE *out, const struct report_data *data, sqlite3 *db);

#endif
