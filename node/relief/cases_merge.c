/* What the letters of a case say together, and what that weighs in the queue. Pure. */

#include "node/relief/cases.h"

#include <stdlib.h>
#include <string.h>

/* A patient of the request: known by number, else by the first and the newest letter about them. */
struct patient {
	uint64_t number, triage;
	bool gone; /* taken back */
	uint8_t first[LETTER_TAG_SIZE], newest[LETTER_TAG_SIZE];
};

static bool field_said(const struct letter *letter, const struct letter_field *field)
{
	const char *member = (const char *)letter + field->offset;
	switch (field->kind) {
	case FIELD_TEXT:
		return member[0] != '\0';
	case FIELD_CARD:
	case FIELD_GRANT:
	case FIELD_CLAIM:
		return false;
	case FIELD_COUNT:
	case FIELD_TIME:
	case FIELD_WORD:
	case FIELD_BITS:
		return *(const uint64_t *)(const void *)member != 0;
	}
	return false;
}

static void say_over(struct letter *base, const struct letter *update)
{
	for (const struct letter_field *field = letter_fields(base->type); field != NULL && field->json != NULL; field++) {
		if (field_said(update, field))
			memcpy((char *)base + field->offset, (const char *)update + field->offset, field->size);
	}
	if (update->lang[0] != '\0')
		memcpy(base->lang, update->lang, sizeof(base->lang));
	if (update->expires != 0)
		base->expires = update->expires;
}

/* The sender's next letter after a sequence number, NULL after the last. Equal numbers, which an honest sender never writes, count once. */
static const struct case_letter *next_by_seq(const struct case_letter *letters, size_t n, int64_t after)
{
	const struct case_letter *next = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!letters[i].outgoing && letters[i].seq > after && (next == NULL || letters[i].seq < next->seq))
			next = &letters[i];
	}
	return next;
}

/* Two patients of one request are never told as one. */
static bool other_patient(const struct letter *base, const struct letter *update)
{
	return base->type == LETTER_PATIENT && base->number != 0 && update->number != 0 && base->number != update->number;
}

bool cases_merge(const struct case_letter *letters, size_t n, struct letter *out)
{
	bool any = false;
	struct letter *one = malloc(sizeof(*one));
	if (one == NULL)
		return false;
	for (const struct case_letter *at = next_by_seq(letters, n, -1); at != NULL; at = next_by_seq(letters, n, at->seq)) {
		if (!letter_decode(at->type, at->body, at->body_len, one))
			continue;
		if (!any)
			*out = *one;
		else if (one->type == out->type && one->action == ACTION_UPDATE && !other_patient(out, one))
			say_over(out, one);
		any = true;
	}
	free(one);
	return any;
}

static struct patient *patient_of(struct patient *patients, size_t n, const struct letter *letter)
{
	for (size_t i = 0; i < n; i++) {
		bool named = letter->number != 0 && patients[i].number == letter->number;
		bool meant = letter->action != ACTION_NEW && letter->has_ref &&
			     (memcmp(patients[i].first, letter->ref, LETTER_TAG_SIZE) == 0 ||
			      memcmp(patients[i].newest, letter->ref, LETTER_TAG_SIZE) == 0);
		if (named || meant)
			return &patients[i];
	}
	return NULL;
}

/* One more letter about a patient, in the sender's order. Returns how many patients there are then. */
static size_t take_patient(struct patient patients[static CASE_LETTERS_MAX], size_t n, const struct case_letter *at, const struct letter *letter)
{
	struct patient *patient = patient_of(patients, n, letter);
	if (letter->action == ACTION_CANCEL) {
		if (patient != NULL)
			patient->gone = true;
		return n;
	}
	if (patient == NULL) {
		patient = &patients[n++];
		*patient = (struct patient){.number = letter->number};
		memcpy(patient->first, at->id, sizeof(patient->first));
	}
	memcpy(patient->newest, at->id, sizeof(patient->newest));
	patient->triage = letter->triage != TRIAGE_UNSAID ? letter->triage : patient->triage;
	return n;
}

size_t cases_patients(const struct case_letter *letters, size_t n, struct cases_patient **out)
{
	struct patient patients[CASE_LETTERS_MAX];
	size_t patients_n = 0;
	struct letter *one = malloc(sizeof(*one));
	*out = calloc(CASE_LETTERS_MAX, sizeof(**out));
	const struct case_letter *at = one != NULL && *out != NULL ? next_by_seq(letters, n, -1) : NULL;
	for (; at != NULL && patients_n < CASE_LETTERS_MAX; at = next_by_seq(letters, n, at->seq)) {
		if (at->type != LETTER_PATIENT || !letter_decode(at->type, at->body, at->body_len, one))
			continue;
		const struct patient *known = patient_of(patients, patients_n, one);
		struct cases_patient *to = &(*out)[known != NULL ? (size_t)(known - patients) : patients_n];
		if (known == NULL && one->action != ACTION_CANCEL)
			to->said = *one;
		else if (known != NULL && one->action != ACTION_CANCEL)
			say_over(&to->said, one);
		to->gone = known != NULL && (to->gone || one->action == ACTION_CANCEL);
		patients_n = take_patient(patients, patients_n, at, one);
	}
	free(one);
	return patients_n;
}

/* How many patients the sender's newest words tell of, all and of each kind. */
static uint32_t count_patients(const struct case_letter *letters, size_t n, struct letter *scratch, uint32_t *red, uint32_t *yellow)
{
	struct patient patients[CASE_LETTERS_MAX];
	size_t patients_n = 0;
	const struct case_letter *at = next_by_seq(letters, n, -1);
	for (; at != NULL && patients_n < CASE_LETTERS_MAX; at = next_by_seq(letters, n, at->seq)) {
		if (at->type == LETTER_PATIENT && letter_decode(at->type, at->body, at->body_len, scratch))
			patients_n = take_patient(patients, patients_n, at, scratch);
	}
	uint32_t left = 0;
	*red = *yellow = 0;
	for (size_t i = 0; i < patients_n; i++) {
		left += !patients[i].gone;
		*red += !patients[i].gone && patients[i].triage == TRIAGE_RED;
		*yellow += !patients[i].gone && patients[i].triage == TRIAGE_YELLOW;
	}
	return left;
}

/* Of what a request says and what its patients add up to, the worse. */
static uint32_t worse(uint64_t said, uint32_t counted)
{
	uint32_t capped = said > LETTER_COUNT_MAX ? LETTER_COUNT_MAX : (uint32_t)said;
	return capped > counted ? capped : counted;
}

bool cases_weigh(const struct case_letter *letters, size_t n, uint64_t now, struct case_file *file)
{
	uint32_t red, yellow;
	struct letter *letter = malloc(sizeof(*letter));
	if (letter == NULL)
		return false;
	uint32_t left = count_patients(letters, n, letter, &red, &yellow);
	if (file->type == LETTER_PATIENT)
		file->withdrawn_at = left > 0 ? 0 : file->withdrawn_at != 0 ? file->withdrawn_at : now;
	if (cases_merge(letters, n, letter)) {
		file->status = letter->status;
		file->red = worse(letter->red, red);
		file->yellow = worse(letter->yellow, yellow);
		file->danger = letter->security >= SECURITY_DANGER || (letter->hazards & HAZARD_SNIPER) != 0;
	}
	free(letter);
	return true;
}
