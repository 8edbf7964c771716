/* The nine lines of an evacuation request as they are read over a radio. Line 8, nationality, is never asked: it marks people for detention. */
#include "node/relief/export.h"

#include "node/relief/place.h"

#include <string.h>

enum { WORDS_MAX = 256 };

static void put_line(FILE *out, const char *label, const char *value)
{
	char inert[3 * BODY_SIZE_MAX + 1];
	text_inert(value, false, inert, sizeof(inert));
	fprintf(out, "%s: %s\n", label, inert[0] != '\0' ? inert : "-");
}

static void put_words(FILE *out, const char *label, json_t *body, const char *name)
{
	char words[WORDS_MAX] = "";
	json_t *value = json_object_get(body, name), *word;
	size_t i;
	if (json_is_string(value))
		(void)snprintf(words, sizeof(words), "%s", json_string_value(value)); /* a fixed word */
	json_array_foreach(value, i, word)
	{
		size_t len = strlen(words);
		(void)snprintf(words + len, sizeof(words) - len, "%s%s", i > 0 ? ", " : "", json_string_value(word)); /* fixed words */
	}
	put_line(out, label, words);
}

void export_nine_begin(FILE *out)
{
	(void)out; /* cases follow each other */
}

enum export_result export_nine_row(const struct caseview *view, bool first, FILE *out)
{
	const struct case_file *file = &view->dossier->file;
	const struct letter *said = &view->dossier->said;
	bool precise = view->grain == PLACE_AS_WRITTEN;
	char ref[REF_TEXT], when[TEXT_TIME], place[sizeof(said->place)];
	if (file->type != LETTER_MEDEVAC || !view->dossier->understood)
		return EXPORT_NO_PLACE;
	json_t *body = letter_body_json(said);
	if (precise)
		memcpy(place, said->place, sizeof(place));
	else
		place_coarse(said->place, place, sizeof(place));
	ref_text(file->type, file->number, ref);
	text_time(file->arrived, when);
	fprintf(out, "%s%sMEDEVAC %s received %s, %s\n", first ? "" : "\n", file->status == STATUS_ACTUAL ? "" : "*** EXERCISE *** ", ref, when,
		case_state_word(file->state));
	put_line(out, "1 Place", place[0] != '\0' || said->place[0] == '\0' ? place : "withheld; ask the operator");
	put_line(out, "2 Call back", precise ? said->callback : "by letter to this case");
	fprintf(out, "3 Patients: %u red, %u yellow, %u green\n", (unsigned)said->red, (unsigned)said->yellow, (unsigned)said->green);
	put_words(out, "4 Equipment", body, "equip");
	fprintf(out, "5 Litter and walking: %u litter, %u walking\n", (unsigned)said->litter, (unsigned)said->walking);
	put_words(out, "6 Security", body, "security");
	put_line(out, "7 Marking", precise ? said->marking : "withheld; ask the operator");
	fprintf(out, "8 Children %u, pregnant %u\n", (unsigned)said->children, (unsigned)said->pregnant);
	put_words(out, "9 Hazards", body, "hazards");
	put_line(out, "Remarks", said->text);
	json_decref(body);
	return EXPORT_WRITTEN;
}

void export_nine_end(FILE *out)
{
	(void)out; /* nothing follows the last case */
}
