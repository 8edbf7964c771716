#include "node/relief/casejson.h"

#include "node/relief/place.h"
#include "node/relief/triage.h"
#include "node/relief/work.h"

#include <stdlib.h>
#include <string.h>

/* Sets a member; out of memory shows as a missing member, and jansson frees the value. */
static void put(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void append(json_t *array, json_t *value)
{
	(void)json_array_append_new(array, value); /* a lost one shows as missing */
}

enum err standing_read(struct office *office, struct standing *out)
{
	return partners_said(&office->db, &out->said, &out->said_n);
}

void standing_free(struct standing *standing)
{
	free(standing->said);
	*standing = (struct standing){0};
}

static const char *org_name(const struct office *office, const uint8_t identity[static DH_KEY_SIZE])
{
	const struct pinned_org *org = keyring_org_keyed(office->vault.ring, identity);
	return org != NULL ? org->card.name : "";
}

bool standing_other(struct office *office, const struct case_file *file, const struct standing *standing, struct claims_row *row)
{
	if (claims_look(&office->db, file, row) == ERR_OK && !row->ours && row->until >= office->now)
		return true;
	const struct partner_said *first = NULL;
	for (size_t i = 0; i < standing->said_n && claims_named(file->claim); i++) {
		const struct partner_said *said = &standing->said[i];
		bool about = memcmp(said->claim, file->claim, CASE_CLAIM_SIZE) == 0 && partner_has(said, office->now);
		if (about && (first == NULL || said->at < first->at))
			first = said;
	}
	if (first == NULL)
		return false;
	*row = (struct claims_row){.at = first->at, .until = first->until};
	(void)snprintf(row->org, sizeof(row->org), "%s", org_name(office, first->identity)); /* same bound */
	(void)snprintf(row->who, sizeof(row->who), "%s", first->who);                        /* same bound */
	return true;
}

static json_t *claim_json(struct office *office, const struct case_file *file, const struct standing *standing)
{
	struct claims_row row;
	bool ran_out = case_ran_out(file, office->now);
	bool ours = case_claimed(file, office->now) || ran_out;
	if (standing_other(office, file, standing, &row) && !case_claimed(file, office->now)) {
		ours = false;
	} else if (ours) {
		row = (struct claims_row){.until = file->lease_until};
		(void)snprintf(row.org, sizeof(row.org), "%s", office->vault.ring->name); /* same bound */
		(void)snprintf(row.who, sizeof(row.who), "%s", file->operator_name);      /* same bound */
	} else {
		return json_null();
	}
	json_t *object = json_object();
	put(object, "by", cli_json_text(row.who));
	put(object, "org", cli_json_text(row.org));
	put(object, "until", cli_json_time(row.until));
	put(object, "mine", json_boolean(ours && strcmp(file->operator_name, office->operator_name) == 0));
	put(object, "ran_out", json_boolean(ours && ran_out));
	put(object, "ours", json_boolean(ours));
	return object;
}

static json_t *reasons_json(const struct case_file *file, uint64_t now)
{
	struct triage_reason reasons[TRIAGE_REASONS_MAX];
	size_t n = triage_reasons(file, now, reasons);
	json_t *array = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();
		put(one, "code", json_string(reasons[i].code));
		if (reasons[i].n > 0)
			put(one, "n", json_integer((json_int_t)reasons[i].n));
		if (reasons[i].who[0] != '\0')
			put(one, "who", cli_json_text(reasons[i].who));
		append(array, one);
	}
	return array;
}

static json_t *taken_json(const struct case_file *file)
{
	if (file->taken_at == 0)
		return json_null();
	json_t *object = json_object();
	put(object, "org", cli_json_text(file->taken_by));
	put(object, "at", cli_json_time(file->taken_at));
	return object;
}

/* Zero, or a case number; the letter of its ref is of its type. */
static json_t *number_ref(struct reliefdb *db, uint32_t number)
{
	struct case_file file;
	if (number == 0 || cases_numbered(db, number, &file) != ERR_OK)
		return json_null();
	return work_ref(&file);
}

static json_t *merged_json(struct reliefdb *db, const struct case_file *file)
{
	uint32_t members[MERGE_MEMBERS_MAX];
	size_t n = 0;
	json_t *array = json_array();
	if (merge_members(db, file->number, members, &n) != ERR_OK)
		n = 0;
	for (size_t i = 0; i < n; i++)
		append(array, number_ref(db, members[i]));
	return array;
}

static void put_work(json_t *object, struct office *office, const struct caseview *view, const struct standing *standing)
{
	const struct case_file *file = &view->dossier->file;
	char area[LETTER_LINE_MAX + 1];
	enum triage_loud loud = triage_loud(file, office->now);
	place_coarse(view->dossier->said.place, area, sizeof(area));
	put(object, "reasons", reasons_json(file, office->now));
	put(object, "revision", json_integer(file->revision));
	put(object, "verification", json_string(case_verification_word(file->verification)));
	put(object, "claim", claim_json(office, file, standing));
	put(object, "loud", json_boolean(loud != LOUD_NOT));
	put(object, "loud_why", json_string(triage_loud_word(loud)));
	put(object, "untouched_s", json_integer((json_int_t)triage_untouched(file, office->now)));
	put(object, "waiting_s", json_integer(office->now > file->arrived ? (json_int_t)(office->now - file->arrived) : 0));
	put(object, "exercise", json_boolean(file->status != STATUS_ACTUAL));
	put(object, "place", cli_json_text(view->grain == PLACE_AS_WRITTEN ? view->dossier->said.place : area));
	put(object, "area", cli_json_text(area));
	put(object, "taken", taken_json(file));
	put(object, "merged_into", number_ref(&office->db, file->merged_into));
	put(object, "merged", merged_json(&office->db, file));
}

json_t *casejson_line(struct office *office, const struct caseview *view, const struct standing *standing)
{
	json_t *object = caseview_json(view);
	if (object != NULL)
		put_work(object, office, view, standing);
	return object;
}

/* Letters of the case, then of those merged into it; those say of which. */
static json_t *letters_json(struct work *work, struct caseview view)
{
	json_t *all = json_array();
	for (size_t i = 0; i <= work->members_n; i++) {
		view.dossier = i == 0 ? &work->main : &work->members[i - 1];
		json_t *some = caseview_letters(&view), *one;
		size_t at;
		json_array_foreach(some, at, one)
		{
			if (i > 0)
				put(one, "of", work_ref(&view.dossier->file));
			(void)json_array_append(all, one); /* as above */
		}
		json_decref(some);
	}
	return all;
}

static json_t *patients_json(struct work *work, const struct caseview *view)
{
	json_t *all = json_array();
	for (size_t i = 0; i <= work->members_n; i++) {
		const struct dossier *dossier = i == 0 ? &work->main : &work->members[i - 1];
		struct cases_patient *patients = NULL;
		size_t n = cases_patients(dossier->letters, dossier->letters_n, &patients);
		for (size_t j = 0; j < n; j++) {
			if (view->grain == PLACE_COARSE)
				caseview_coarsen(&patients[j].said);
			json_t *one = letter_body_json(&patients[j].said);
			put(one, "gone", json_boolean(patients[j].gone));
			append(all, one);
		}
		free(patients);
	}
	return all;
}

static void put_notes(json_t *object, struct work *work)
{
	struct note *notes = NULL;
	size_t n = 0;
	json_t *words = json_array(), *history = json_array();
	json_t *first = json_object();
	put(first, "at", cli_json_time(work->main.file.arrived));
	put(first, "by", json_string(""));
	put(first, "what", json_string("arrived"));
	put(first, "detail", json_string(""));
	append(history, first);
	if (notes_list(&work->office.db, work->main.file.number, &notes, &n) != ERR_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		bool own_words = notes[i].kind == NOTE_TEXT;
		json_t *one = json_object();
		put(one, "at", cli_json_time(notes[i].at));
		put(one, "by", cli_json_text(notes[i].by));
		if (!own_words)
			put(one, "what", json_string(note_word(notes[i].kind)));
		put(one, own_words ? "text" : "detail", cli_json_text(notes[i].text));
		append(own_words ? words : history, one);
	}
	free(notes);
	put(object, "notes", words);
	put(object, "history", history);
}

static json_t *link_json(json_t *ref, const char *kind)
{
	json_t *one = json_object();
	put(one, "ref", ref);
	put(one, "kind", json_string(kind));
	return one;
}

static json_t *links_json(struct work *work)
{
	json_t *array = json_array();
	struct letter *said = &work->main.said;
	struct case_file about;
	enum cases_found found = CASES_NONE;
	char tag[2 * LETTER_TAG_SIZE + 1];
	for (size_t i = 0; i < work->members_n; i++)
		append(array, link_json(work_ref(&work->members[i].file), "merged_here"));
	if (work->main.file.merged_into != 0)
		append(array, link_json(number_ref(&work->office.db, work->main.file.merged_into), "merged_into"));
	if (!said->has_ref)
		return array;
	text_hex(said->ref, sizeof(said->ref), tag);
	bool known = cases_find(&work->office.db, tag, &found, &about) == ERR_OK && found == CASES_FOUND;
	if (known && about.number != work->main.file.number)
		append(array, link_json(work_ref(&about), "about"));
	return array;
}

static json_t *suggestions_json(struct work *work)
{
	struct merge_suggestion list[MERGE_SUGGESTIONS_MAX];
	size_t n = 0;
	json_t *array = json_array();
	if (merge_suggest(&work->office.db, &work->main, list, &n) != ERR_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		char ref[REF_TEXT], why[LETTER_LINE_MAX + 64];
		json_t *one = json_object();
		ref_text(list[i].type, list[i].number, ref);
		(void)snprintf(why, sizeof(why), "same area (%s), same type, %u min apart", list[i].area, list[i].minutes); /* fits */
		put(one, "ref", json_string(ref));
		put(one, "why", cli_json_text(why));
		put(one, "area", cli_json_text(list[i].area));
		put(one, "minutes", json_integer(list[i].minutes));
		append(array, one);
	}
	return array;
}

static json_t *partners_json(struct work *work, const struct standing *standing)
{
	json_t *array = json_array();
	const uint8_t *claim = work->main.file.claim;
	for (size_t i = 0; i < standing->said_n && claims_named(claim); i++) {
		const struct partner_said *said = &standing->said[i];
		if (memcmp(said->claim, claim, CASE_CLAIM_SIZE) != 0)
			continue;
		json_t *one = json_object();
		put(one, "org", cli_json_text(org_name(&work->office, said->identity)));
		put(one, "word", json_string(partner_said_word(said->word)));
		put(one, "at", cli_json_time(said->at));
		put(one, "until", cli_json_time(said->until));
		put(one, "who", cli_json_text(said->who));
		append(array, one);
	}
	return array;
}

json_t *casejson_whole(struct work *work, bool precise)
{
	struct standing standing = {0};
	struct caseview view = {.ring = work->office.vault.ring,
				.dossier = &work->main,
				.now = work->office.now,
				.grain = precise ? PLACE_AS_WRITTEN : PLACE_COARSE,
				.lang = work->cli->lang};
	if (standing_read(&work->office, &standing) != ERR_OK)
		standing = (struct standing){0}; /* what partners said is missing, not the case */
	json_t *object = casejson_line(&work->office, &view, &standing);
	if (object != NULL) {
		put(object, "letters_n", json_integer(work->main.file.letters));
		put(object, "letters", letters_json(work, view));
		put(object, "patients", patients_json(work, &view));
		put_notes(object, work);
		put(object, "links", links_json(work));
		put(object, "suggestions", suggestions_json(work));
		put(object, "partners", partners_json(work, &standing));
	}
	standing_free(&standing);
	return object;
}
