#include "node/relief/export.h"

#include <string.h>

static void lines_begin(FILE *out)
{
	(void)out; /* JSON Lines have no frame */
}

static enum export_result lines_row(const struct caseview *view, bool first, FILE *out)
{
	(void)first; /* lines need no separator */
	struct caseview whole = *view;
	whole.history = true;
	json_t *object = json_object();
	json_t *members = caseview_json(&whole);
	/* the version first, for people who read it */
	(void)json_object_set_new(object, "v", json_integer(1)); /* out of memory shows in the dump */
	(void)json_object_update(object, members);
	bool written = json_dumpf(object, out, JSON_COMPACT) == 0;
	fputc('\n', out);
	json_decref(members);
	json_decref(object);
	return written ? EXPORT_WRITTEN : EXPORT_FAILED;
}

static const struct export_format formats[] = {
	{"csv-hxl", export_csv_begin, export_csv_row, export_csv_end},
	{"geojson", export_geojson_begin, export_geojson_row, export_geojson_end},
	{"jsonl", lines_begin, lines_row, lines_begin},
	{"9line", export_nine_begin, export_nine_row, export_nine_end},
};

const struct export_format *export_format_named(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}
