#ifndef BARID_RELIEF_EXPORT_H
#define BARID_RELIEF_EXPORT_H
/*
 * Cases for other people's programs: CSV with HXL tags for spreadsheets, GeoJSON for maps, JSON Lines for scripts, 9-line text for radio,
 * PFIF for those who bring families together. Content was
 * written by strangers and goes into programs that run formulas. Places are coarse unless grain says otherwise; whoever asks for more is in the
 * audit.
 */

#include "node/relief/caseview.h"

#include <stdio.h>

enum export_result {
	EXPORT_WRITTEN,
	EXPORT_NO_PLACE, /* this format has no place for such a case */
	EXPORT_FAILED,   /* no memory, or writing failed */
};

struct export_format {
	const char *name; /* "csv-hxl" */
	void (*begin)(FILE *out);
	/* first: no row came before. */
	enum export_result (*row)(const struct caseview *view, bool first, FILE *out);
	void (*end)(FILE *out);
	const char *lacks; /* why a case may have no place in it: "are no evacuation requests"; NULL: every case has */
	bool whole;        /* every record there is, merged cases too: for programs, which can tell */
};

/* NULL: no such format. */
const struct export_format *export_format_named(const char *name);

/* caseview_json() and how the work on the case stands: revision, verification, assigned_org, assigned_person, merged_into. */
json_t *export_json(const struct caseview *view);

/* The CSV format with HXL tags. */
void export_csv_begin(FILE *out);
enum export_result export_csv_row(const struct caseview *view, bool first, FILE *out);
void export_csv_end(FILE *out);
/* One cell as it stands in the file: made inert, guarded against formulas, quoted if need be. Fills out, always ended by NUL. */
void export_csv_cell(const char *text, char *out, size_t cap);

/* The GeoJSON format. */
void export_geojson_begin(FILE *out);
enum export_result export_geojson_row(const struct caseview *view, bool first, FILE *out);
void export_geojson_end(FILE *out);

/* People whom the writer agreed to have passed on to family tracing; others have no place in it. */
bool export_pfif_has(const struct dossier *dossier);
void export_pfif_begin(FILE *out);
enum export_result export_pfif_row(const struct caseview *view, bool first, FILE *out);
void export_pfif_end(FILE *out);

/* The nine lines of an evacuation request; other cases have no place in it. */
void export_nine_begin(FILE *out);
enum export_result export_nine_row(const struct caseview *view, bool first, FILE *out);
void export_nine_end(FILE *out);

#endif
