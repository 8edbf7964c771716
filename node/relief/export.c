#include "node/relief/export.h"

#include <string.h>

/* Out of memory shows as a missing member. */
static void set_text(json_t *object, const char *name, const char *text)
{
	(void)json_object_set_new(object, name, text != NULL && text[0] != '\0' ? cli_json_text(text) : json_null());
}

json_t *export_json(const struct caseview *view)
{
	const struct case_file *file = &view->dossier->file;
	json_t *object = caseview_json(view);
	if (object == NULL)
		return NULL;
	(void)json_object_set_new(object, "revision", json_integer(file->revision));
	set_text(object, "verification", case_verification_word(file->verification));
	set_text(object, "assigned_org", view->assigned_org);
	set_text(object, "assigned_person", view->assigned_who);
	set_text(object, "merged_into", view->merged_into);
	return object;
}

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
	json_t *members = export_json(&whole);
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
	{"csv-hxl", export_csv_begin, export_csv_row, export_csv_end, NULL, false},
	{"geojson", export_geojson_begin, export_geojson_row, export_geojson_end, NULL, false},
	{"jsonl", lines_begin, lines_row, lines_begin, NULL, true},
	{"9line", export_nine_begin, export_nine_row, export_nine_end, "are no evacuation requests", false},
	{"pfif", export_pfif_begin, export_pfif_row, export_pfif_end, "tell of nobody by name, or without the writer's consent to share it", false},
};

const struct export_format *export_format_named(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}
