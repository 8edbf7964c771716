#include "node/relief/caseview.h"

#include "node/desk/desk.h"
#include "node/relief/place.h"
#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>

enum { SUMMARY_MAX = 512 };

/* Sets a member; out of memory shows as a missing member, and jansson frees the value. */
static void put(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void put_time(json_t *object, const char *name, uint64_t unix_s)
{
	if (unix_s != 0)
		put(object, name, cli_json_time(unix_s));
}

uint64_t caseview_created(const struct dossier *dossier)
{
	for (size_t i = 0; i < dossier->letters_n; i++) {
		if (memcmp(dossier->letters[i].id, dossier->file.letter, LETTER_ID_SIZE) == 0)
			return dossier->letters[i].sent_at;
	}
	return dossier->file.arrived;
}

static void coarsen_place(char place[static LETTER_LINE_MAX + 1])
{
	char coarse[LETTER_LINE_MAX + 1];
	place_coarse(place, coarse, sizeof(coarse));
	memcpy(place, coarse, sizeof(coarse));
}

void caseview_coarsen(struct letter *letter)
{
	coarsen_place(letter->place);
	coarsen_place(letter->going_to);
	letter->marking[0] = '\0';
	letter->callback[0] = '\0';
	letter->access[0] = '\0';
	letter->name[0] = '\0';
	letter->father[0] = '\0';
	letter->origin[0] = '\0';
	if (letter->type != LETTER_TRANSPORT)
		letter->stop[0] = '\0';
}

bool caseview_tells_place(const struct dossier *dossier)
{
	const struct letter *said = &dossier->said;
	const char *const texts[] = {said->marking, said->callback, said->access, said->name, said->father, said->origin};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i][0] != '\0')
			return true;
	char place[LETTER_LINE_MAX + 1], going_to[LETTER_LINE_MAX + 1];
	memcpy(place, said->place, sizeof(place));
	memcpy(going_to, said->going_to, sizeof(going_to));
	coarsen_place(place);
	coarsen_place(going_to);
	return strcmp(place, said->place) != 0 || strcmp(going_to, said->going_to) != 0;
}

static json_t *body_json(const struct letter *letter, enum place_grain grain)
{
	if (grain == PLACE_AS_WRITTEN)
		return letter_body_json(letter);
	struct letter *coarse = malloc(sizeof(*coarse));
	if (coarse == NULL)
		return NULL;
	*coarse = *letter;
	caseview_coarsen(coarse);
	json_t *body = letter_body_json(coarse);
	free(coarse);
	return body;
}

static json_t *from_json(const struct keyring *ring, const uint8_t key[static DH_KEY_SIZE])
{
	static const char *const kinds[] = {"stranger", "contact", "organisation", "ourselves"};
	struct verified sender;
	json_t *object = json_object();
	open_sender(ring, key, &sender);
	put(object, "kind", json_string(kinds[sender.kind]));
	if (sender.name[0] != '\0')
		put(object, "name", cli_json_text(sender.name));
	put(object, "key", cli_json_hex(key, DH_KEY_SIZE));
	put(object, "fingerprint", json_string(sender.fingerprint));
	return object;
}

/* The letter that the case is about, else the first that came. NULL: only ours are here. */
static const struct case_letter *main_letter(const struct dossier *dossier)
{
	const struct case_letter *first = NULL;
	for (size_t i = 0; i < dossier->letters_n; i++) {
		const struct case_letter *at = &dossier->letters[i];
		if (!at->outgoing && memcmp(at->id, dossier->file.letter, LETTER_ID_SIZE) == 0)
			return at;
		if (!at->outgoing && first == NULL)
			first = at;
	}
	return first;
}

static const char *verified_of(const struct dossier *dossier)
{
	const struct case_letter *letter = main_letter(dossier);
	return letter != NULL ? desk_verified_word(letter->ticket, letter->role) : "no";
}

static json_t *letter_json(const struct case_letter *letter, enum place_grain grain, struct letter *scratch)
{
	char word[12];
	json_t *object = json_object();
	bool understood = letter_decode(letter->type, letter->body, letter->body_len, scratch);
	put(object, "id", cli_json_hex(letter->id, sizeof(letter->id)));
	put(object, "direction", json_string(letter->outgoing ? "out" : "in"));
	put(object, "type", json_string(letter_type_word(letter->type, word)));
	put(object, "created", cli_json_time(letter->sent_at));
	if (!letter->outgoing)
		put(object, "received", cli_json_time(letter->arrived));
	put(object, "reduced", json_boolean(letter->reduced));
	if (!letter->outgoing)
		put(object, "verified", json_string(desk_verified_word(letter->ticket, letter->role)));
	put(object, "understood", json_boolean(understood));
	if (understood) {
		letter_common_json(scratch, object);
		put(object, "body", body_json(scratch, grain));
	}
	return object;
}

json_t *caseview_letters(const struct caseview *view)
{
	json_t *array = json_array();
	struct letter *scratch = malloc(sizeof(*scratch));
	for (size_t i = 0; scratch != NULL && i < view->dossier->letters_n; i++)
		(void)json_array_append_new(array, letter_json(&view->dossier->letters[i], view->grain, scratch)); /* a lost one shows as missing */
	free(scratch);
	return array;
}

static void put_progress(json_t *object, const struct case_file *file)
{
	put(object, "state", json_string(case_state_word(file->state)));
	if (file->reason != REASON_NONE)
		put(object, "reason", json_string(case_reason_word(file->reason)));
	put(object, "operator", file->operator_name[0] != '\0' ? cli_json_text(file->operator_name) : json_null());
	put_time(object, "opened_at", file->opened_at);
	put_time(object, "assigned_at", file->assigned_at);
	put_time(object, "answered_at", file->answered_at);
	put_time(object, "closed_at", file->closed_at);
	put_time(object, "withdrawn_at", file->withdrawn_at);
	put(object, "letters", json_integer(file->letters));
	put(object, "unread", json_integer(file->unread));
}

json_t *caseview_json(const struct caseview *view)
{
	const struct case_file *file = &view->dossier->file;
	const struct letter *said = &view->dossier->said;
	char ref[REF_TEXT], word[12], why[TRIAGE_REASON_MAX];
	int priority = triage_priority(file, view->now, why);
	json_t *object = json_object();
	ref_text(file->type, file->number, ref);
	put(object, "ref", json_string(ref));
	put(object, "id", cli_json_hex(file->letter, sizeof(file->letter)));
	put(object, "type", json_string(letter_type_word(file->type, word)));
	put(object, "created", cli_json_time(caseview_created(view->dossier)));
	put(object, "received", cli_json_time(file->arrived));
	put_progress(object, file);
	put(object, "priority", json_integer(priority));
	put(object, "why", json_string(why));
	put(object, "from", from_json(view->ring, file->sender));
	put(object, "verified", json_string(verified_of(view->dossier)));
	put(object, "status", json_string(letter_status_word(file->status)));
	if (said->lang[0] != '\0')
		put(object, "lang", cli_json_text(said->lang));
	if (said->has_ref && said->action == ACTION_NEW)
		put(object, "about", cli_json_hex(said->ref, sizeof(said->ref)));
	put_time(object, "expires", said->expires);
	put(object, "understood", json_boolean(view->dossier->understood));
	put(object, "body", view->dossier->understood ? body_json(said, view->grain) : json_object());
	if (view->history)
		put(object, "history", caseview_letters(view));
	return object;
}

void caseview_print_line(const struct caseview *view, FILE *out)
{
	const struct case_file *file = &view->dossier->file;
	char ref[REF_TEXT], word[12], why[3 * TRIAGE_REASON_MAX], when[TEXT_TIME], summary[SUMMARY_MAX], name[3 * CASE_OPERATOR_MAX + 1];
	char plain[TRIAGE_REASON_MAX];
	triage_why(file, view->now, view->lang, plain);
	text_inert(plain, false, why, sizeof(why));
	ref_text(file->type, file->number, ref);
	text_time_local(file->arrived, when);
	if (view->dossier->understood)
		letter_summary(&view->dossier->said, view->lang, summary, sizeof(summary));
	else
		(void)snprintf(summary, sizeof(summary), "(a letter this version does not understand)"); /* fits */
	fprintf(out, "%-9s %-9s %s  %s: %s\n", ref, case_state_word(file->state), when, letter_type_word(file->type, word), summary);
	const struct case_letter *letter = main_letter(view->dossier);
	fprintf(out, "          %s", why);
	if (letter != NULL && letter->ticket == RECEIVED_GOOD)
		fprintf(out, "; %s", desk_role_word(letter->role));
	else if (file->class == CLASS_URGENT)
		fputs("; UNVERIFIED", out);
	if (file->unread > 0)
		fprintf(out, "; %u unread", file->unread);
	if (file->operator_name[0] != '\0') {
		text_inert(file->operator_name, false, name, sizeof(name));
		fprintf(out, "; claimed by %s", name);
	}
	fputc('\n', out);
}

static void print_letter(const struct case_letter *letter, enum words_lang lang, struct letter *scratch, FILE *out)
{
	char when[TEXT_TIME], id[2 * LETTER_ID_SIZE + 1], word[12];
	text_hex(letter->id, sizeof(letter->id), id);
	text_time_local(letter->arrived, when);
	fprintf(out, "%s %s  %s  %.16s...%s\n", letter->outgoing ? "Sent" : "Came", when, letter_type_word(letter->type, word), id,
		letter->reduced ? "  (reduced protection)" : "");
	if (letter_decode(letter->type, letter->body, letter->body_len, scratch))
		letter_print(scratch, lang, out);
	else
		fputs("  (a letter this version does not understand)\n", out);
}

void caseview_print(const struct caseview *view, FILE *out)
{
	const struct case_file *file = &view->dossier->file;
	struct verified sender;
	char name[3 * CONTACT_NAME_MAX + 1], when[TEXT_TIME];
	caseview_print_line(view, out);
	open_sender(view->ring, file->sender, &sender);
	text_inert(sender.name, false, name, sizeof(name));
	fprintf(out, "From:     %s, fingerprint %s\n", name[0] != '\0' ? name : "somebody we do not know", sender.fingerprint);
	if (file->state == CASE_CLOSED) {
		text_time_local(file->closed_at, when);
		fprintf(out, "Closed:   %s, %s\n", when, case_reason_word(file->reason));
	}
	struct letter *scratch = malloc(sizeof(*scratch));
	for (size_t i = 0; scratch != NULL && i < view->dossier->letters_n; i++)
		print_letter(&view->dossier->letters[i], view->lang, scratch, out);
	free(scratch);
}
