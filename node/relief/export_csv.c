/* RFC 4180 with a byte order mark, without which spreadsheets take UTF-8 for something else, and a second row of HXL tags (hxlstandard.org). */
#include "node/relief/export.h"

#include "node/relief/place.h"
#include "node/relief/triage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 6 * BODY_SIZE_MAX + 8, SUMMARY_MAX = 2048 };

/* One row being laid out: columns in order, text or number. */
struct row {
	FILE *out;
	unsigned columns;
	char *cell; /* CELL_MAX */
};

static const struct {
	const char *header, *tag;
} columns[] = {
	{"ref", "#meta+code"},
	{"message_id", "#meta+id"},
	{"type", "#meta+type"},
	{"action", "#meta+action"},
	{"revision", "#meta+revision"},
	{"exercise", "#meta+exercise"},
	{"reported_at", "#date+reported"},
	{"received_at", "#date+received"},
	{"triage", "#severity+triage"},
	{"priority", "#severity+code"},
	{"priority_reason", "#severity+reason"},
	{"red", "#affected+injured+red+ind"},
	{"yellow", "#affected+injured+yellow+ind"},
	{"green", "#affected+injured+green+ind"},
	{"litter", "#affected+injured+litter+ind"},
	{"walking", "#affected+injured+walking+ind"},
	{"dead", "#affected+killed+ind"},
	{"people", "#inneed+ind"},
	{"children", "#inneed+children"},
	{"pregnant", "#inneed+pregnant+f"},
	{"sector", "#sector"},
	{"item", "#item"},
	{"qty", "#item+qty+num"},
	{"unit", "#item+unit"},
	{"equipment", "#item+equipment"},
	{"beds", "#capacity+beds+num"},
	{"services", "#service"},
	{"event", "#event+type"},
	{"person_status", "#status+person"},
	{"place", "#loc+name"},
	{"place_code", "#loc+code"},
	{"lat", "#geo+lat"},
	{"lon", "#geo+lon"},
	{"destination", "#loc+dest+name"},
	{"access", "#access"},
	{"security", "#access+security"},
	{"hazards", "#access+hazards"},
	{"status", "#status"},
	{"closed_reason", "#status+reason"},
	{"verification", "#status+verification"},
	{"assigned_org", "#org+assigned"},
	{"assigned_person", "#contact+assigned"},
	{"merged_into", "#meta+code+merged"},
	{"summary", "#description+summary"},
	{"text_original", "#description"},
	{"lang", "#meta+lang"},
	{"text_en", "#description+i_en"},
	{"signer_key", "#meta+source+key"},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* A spreadsheet runs what begins so, wherever it came from: some after blanks too, some in the wide forms of East Asian keyboards. */
static bool looks_like_formula(const char *text)
{
	static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
	text += strspn(text, " ");
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return true;
	return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

void export_csv_cell(const char *text, char *out, size_t cap)
{
	char *inert = malloc(3 * strlen(text) + 1);
	size_t len = 0;
	out[0] = '\0';
	if (inert == NULL || cap < 8) {
		free(inert);
		return;
	}
	text_inert(text, true, inert, 3 * strlen(text) + 1);
	bool quoted = strpbrk(inert, "\",\r\n;") != NULL;
	if (quoted)
		out[len++] = '"';
	if (looks_like_formula(text) || looks_like_formula(inert))
		out[len++] = '\'';
	for (const char *at = inert; *at != '\0' && len + 4 < cap; at++) {
		if (*at == '"')
			out[len++] = '"';
		out[len++] = *at;
	}
	if (quoted)
		out[len++] = '"';
	out[len] = '\0';
	free(inert);
}

static void put_raw(struct row *row, const char *text)
{
	fprintf(row->out, "%s%s", row->columns == 0 ? "" : ",", text);
	row->columns++;
}

static void put_text(struct row *row, const char *text)
{
	export_csv_cell(text, row->cell, CELL_MAX);
	put_raw(row, row->cell);
}

/* A number of ours; not said is an empty cell, for 0 would be a claim. */
static void put_count(struct row *row, uint64_t count)
{
	char text[24] = "";
	if (count > 0)
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)count); /* fits */
	put_raw(row, text);
}

/* A number of ours in JSON; 0 is one too. */
static void put_whole(struct row *row, const json_t *number)
{
	char text[24] = "";
	if (json_is_integer(number))
		(void)snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(number)); /* fits */
	put_raw(row, text);
}

static void put_when(struct row *row, uint64_t unix_s)
{
	char text[TEXT_TIME] = "";
	if (unix_s != 0)
		text_time(unix_s, text);
	put_raw(row, text);
}

/* The words of a field of the body, as JSON has them. */
static void put_words(struct row *row, json_t *value)
{
	char words[256] = "";
	size_t i;
	json_t *word;
	if (json_is_string(value))
		(void)snprintf(words, sizeof(words), "%s", json_string_value(value)); /* a fixed word */
	json_array_foreach(value, i, word)
	{
		size_t len = strlen(words);
		(void)snprintf(words + len, sizeof(words) - len, "%s%s", i > 0 ? " " : "", json_string_value(word)); /* fixed words */
	}
	put_text(row, words);
}

/* "sector-4": the area however it is spelt, for tables that are joined by it. */
static void put_code(struct row *row, const struct letter *said)
{
	char area[LETTER_LINE_MAX + 1], code[LETTER_LINE_MAX + 1];
	place_coarse(said->place, area, sizeof(area));
	text_fold_search(area, code, sizeof(code));
	for (char *at = code; *at != '\0'; at++)
		if (*at == ' ')
			*at = '-';
	put_text(row, code);
}

/* shown: what may be told of the letter. */
static void put_place(struct row *row, const struct caseview *view, const struct letter *shown)
{
	char degrees[PLACE_DEGREES_TEXT];
	struct place_cell cell;
	put_text(row, shown->place);
	put_code(row, &view->dossier->said);
	if (!place_cell(view->dossier->said.place, view->grain == PLACE_AS_WRITTEN, &cell)) {
		put_raw(row, "");
		put_raw(row, "");
		return;
	}
	place_degrees((cell.south + cell.north) / 2, degrees);
	put_raw(row, degrees);
	place_degrees((cell.west + cell.east) / 2, degrees);
	put_raw(row, degrees);
}

/* Everything said in one cell: types other than evacuations have few columns of their own. */
static void put_summary(struct row *row, const struct letter *shown)
{
	char summary[SUMMARY_MAX];
	letter_summary(shown, WORDS_EN, summary, sizeof(summary));
	put_text(row, summary);
}

static void put_needs(struct row *row, const struct caseview *view)
{
	const struct letter *said = &view->dossier->said;
	put_count(row, said->red);
	put_count(row, said->yellow);
	put_count(row, said->green);
	put_count(row, said->litter);
	put_count(row, said->walking);
	put_count(row, said->dead);
	put_count(row, said->people);
	put_count(row, said->children);
	put_count(row, said->pregnant);
}

/* What needs, incidents, facilities and news of people say in words and numbers of their own. */
static void put_details(struct row *row, const struct letter *said, json_t *body)
{
	put_words(row, json_object_get(body, "sector"));
	put_text(row, said->item);
	put_count(row, said->quantity);
	put_text(row, said->unit);
	put_words(row, json_object_get(body, "equip"));
	put_count(row, said->beds);
	put_words(row, json_object_get(body, "services"));
	put_words(row, json_object_get(body, "kind"));
	put_words(row, json_object_get(body, "news"));
}

static void put_head(struct row *row, const struct caseview *view, json_t *object)
{
	const struct case_file *file = &view->dossier->file;
	char ref[REF_TEXT], word[12], why[TRIAGE_REASON_MAX], id[2 * LETTER_ID_SIZE + 1], number[16];
	int priority = triage_priority(file, view->now, why);
	ref_text(file->type, file->number, ref);
	text_hex(file->letter, sizeof(file->letter), id);
	put_text(row, ref);
	put_text(row, id);
	put_text(row, letter_type_word(file->type, word));
	put_text(row, file->withdrawn_at != 0 ? "cancel" : file->letters > 1 ? "update" : "new");
	put_whole(row, json_object_get(object, "revision"));
	put_text(row, file->status == STATUS_ACTUAL ? "" : letter_status_word(file->status));
	put_when(row, caseview_created(view->dossier));
	put_when(row, file->arrived);
	put_text(row, file->red > 0 ? "red" : file->yellow > 0 ? "yellow" : view->dossier->said.green > 0 ? "green" : "");
	(void)snprintf(number, sizeof(number), "%d", priority); /* fits; ours, so a minus is a number */
	put_raw(row, number);
	put_text(row, why);
}

/* What is ours to say of a case. */
static void put_tail(struct row *row, const struct caseview *view, const struct letter *shown, json_t *object)
{
	const struct letter *said = &view->dossier->said;
	const struct case_file *file = &view->dossier->file;
	char key[2 * DH_KEY_SIZE + 1];
	put_text(row, case_state_word(file->state));
	put_text(row, case_reason_word(file->reason));
	put_words(row, json_object_get(object, "verification"));
	put_text(row, view->assigned_org != NULL ? view->assigned_org : "");
	put_text(row, view->assigned_who != NULL ? view->assigned_who : file->operator_name);
	put_text(row, view->merged_into != NULL ? view->merged_into : "");
	put_summary(row, shown);
	put_text(row, said->text);
	put_text(row, said->lang);
	put_text(row, strcmp(said->lang, "en") == 0 ? said->text : "");
	text_hex(file->sender, sizeof(file->sender), key);
	put_text(row, key);
}

void export_csv_begin(FILE *out)
{
	fputs("\xEF\xBB\xBF", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].header);
	fputs("\r\n", out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].tag);
	fputs("\r\n", out);
}

static void put_case(struct row *row, const struct caseview *view, const struct letter *shown, json_t *body)
{
	json_t *object = export_json(view);
	put_head(row, view, object);
	put_needs(row, view);
	put_details(row, shown, body);
	put_place(row, view, shown);
	put_text(row, shown->going_to);
	put_text(row, shown->access);
	put_words(row, json_object_get(body, "security"));
	put_words(row, json_object_get(body, "hazards"));
	put_tail(row, view, shown, object);
	json_decref(object);
	assert(row->columns == COLUMNS);
}

enum export_result export_csv_row(const struct caseview *view, bool first, FILE *out)
{
	(void)first; /* rows need no separator */
	struct row row = {.out = out, .cell = malloc(CELL_MAX)};
	struct letter *shown = malloc(sizeof(*shown));
	json_t *body = letter_body_json(&view->dossier->said);
	bool ready = row.cell != NULL && shown != NULL && body != NULL;
	if (ready) {
		*shown = view->dossier->said;
		if (view->grain == PLACE_COARSE)
			caseview_coarsen(shown);
		put_case(&row, view, shown, body);
		fputs("\r\n", out);
	}
	free(shown);
	free(row.cell);
	json_decref(body);
	return ready ? EXPORT_WRITTEN : EXPORT_FAILED;
}

void export_csv_end(FILE *out)
{
	(void)out; /* a table needs no end */
}
