/* The fields and words of every letter type (SPEC.md 9): the one table the rest of letter.h works from. */

#include "node/desk/letter.h"

#include "node/desk/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const hazard_words[] = {"chemical", "uxo", "rubble", "fire", "sniper", NULL};
static const char *const equip_words[] = {"stretcher", "oxygen", "ventilator", "incubator", "wheelchair", "dialysis", "blood", NULL};
static const char *const security_words[] = {"", "safe", "possible", "danger", "no-approach", NULL};
static const char *const blood_words[] = {"", "O-", "O+", "A-", "A+", "B-", "B+", "AB-", "AB+", NULL};
static const char *const verb_words[] = {"", "planned", "boarding", "departed", "turned_back", "cancelled", "arrived", NULL};
static const char *const source_words[] = {"", "seen", "organiser", "heard", NULL};
static const char *const urgency_words[] = {"", "immediate", "expected", "future", "past", NULL};
static const char *const severity_words[] = {"", "extreme", "severe", "moderate", "minor", NULL};
static const char *const certainty_words[] = {"", "observed", "likely", "possible", "unlikely", NULL};
static const char *const age_words[] = {"", "infant", "child", "youth", "adult", "elder", NULL};
static const char *const sex_words[] = {"", "female", "male", NULL};
static const char *const news_words[] = {"", "information_sought", "is_note_author", "believed_alive", "believed_missing", "believed_dead", NULL};
static const char *const told_words[] = {"", "self", "saw", "heard", NULL};
static const char *const triage_words[] = {"", "red", "yellow", "green", "grey", "black", NULL};
static const char *const by_words[] = {"", "layperson", "medic", NULL};
static const char *const move_words[] = {"", "waiting", "en_route", "arrived", "died", "released", NULL};
static const char *const major_words[] = {"", "declared", "standby", "no", NULL};
static const char *const kind_words[] = {"",         "shelling", "airstrike", "gunfire", "explosion", "collapse", "fire",
					 "chemical", "mine",     "accident",  "disease", "other",     NULL};
static const char *const team_words[] = {"ambulance", "rescue", "fire", "medic", "clearance", "transport", NULL};
static const char *const sector_words[] = {"water", "food", "infant", "medicine", "shelter", "fuel", "protection", NULL};
static const char *const share_words[] = {"family-tracing", NULL};
static const char *const open_words[] = {"", "open", "limited", "full", "closed", NULL};
static const char *const service_words[] = {"surgery", "intensive", "oxygen", "blood", "dialysis", "maternity", "fuel", NULL};
static const char *const claim_words[] = {"", "claimed", "released", "closed", NULL};
static const char *const stage_words[] = {"", "saved", "carried", "gateway", "received", "opened", "assigned", "answered", "closed", NULL};

#define MEMBER(member) offsetof(struct letter, member), sizeof(((struct letter *)0)->member)

/* Whom it is about, if not the writer: five fields from this key on. */
#define SUBJECT(type, key) \
	{type, key, FIELD_TEXT, "name", "name", MEMBER(name), NULL, false}, \
		{type, (key) + 1, FIELD_TEXT, "father", "father", MEMBER(father), NULL, false}, \
		{type, (key) + 2, FIELD_TEXT, "origin", "origin", MEMBER(origin), NULL, false}, \
		{type, (key) + 3, FIELD_WORD, "age", "age", MEMBER(age), age_words, false}, \
	{ \
		type, (key) + 4, FIELD_WORD, "sex", "sex", MEMBER(sex), sex_words, false \
	}

static const struct letter_field safe_fields[] = {
	{LETTER_SAFE, 16, FIELD_COUNT, "people", "people", MEMBER(people), NULL, false},
	{LETTER_SAFE, 17, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_SAFE, 18, FIELD_TEXT, "going_to", "going-to", MEMBER(going_to), NULL, false},
	{LETTER_SAFE, 19, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	SUBJECT(LETTER_SAFE, 20),
	{LETTER_SAFE, 25, FIELD_BITS, "share", "share", MEMBER(share), share_words, false},
	{0},
};

static const struct letter_field seek_fields[] = {
	SUBJECT(LETTER_SEEK, 16),
	{LETTER_SEEK, 21, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_SEEK, 22, FIELD_TIME, "time", "time", MEMBER(time), NULL, false},
	{LETTER_SEEK, 23, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{LETTER_SEEK, 24, FIELD_BITS, "share", "share", MEMBER(share), share_words, false},
	{0},
};

static const struct letter_field seen_fields[] = {
	{LETTER_SEEN, 16, FIELD_WORD, "news", "news", MEMBER(news), news_words, false},
	{LETTER_SEEN, 17, FIELD_WORD, "source", "source", MEMBER(source), told_words, false},
	{LETTER_SEEN, 18, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_SEEN, 19, FIELD_TIME, "time", "time", MEMBER(time), NULL, false},
	{LETTER_SEEN, 20, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	SUBJECT(LETTER_SEEN, 21),
	{LETTER_SEEN, 26, FIELD_BITS, "share", "share", MEMBER(share), share_words, false},
	{0},
};

static const struct letter_field medevac_fields[] = {
	{LETTER_MEDEVAC, 16, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_MEDEVAC, 17, FIELD_COUNT, "red", "red", MEMBER(red), NULL, true},
	{LETTER_MEDEVAC, 18, FIELD_COUNT, "yellow", "yellow", MEMBER(yellow), NULL, true},
	{LETTER_MEDEVAC, 19, FIELD_COUNT, "green", "green", MEMBER(green), NULL, true},
	{LETTER_MEDEVAC, 20, FIELD_COUNT, "litter", "litter", MEMBER(litter), NULL, true},
	{LETTER_MEDEVAC, 21, FIELD_COUNT, "walking", "walking", MEMBER(walking), NULL, true},
	{LETTER_MEDEVAC, 22, FIELD_COUNT, "children", "children", MEMBER(children), NULL, false},
	{LETTER_MEDEVAC, 23, FIELD_COUNT, "pregnant", "pregnant", MEMBER(pregnant), NULL, false},
	{LETTER_MEDEVAC, 24, FIELD_BITS, "equip", "equip", MEMBER(equip), equip_words, false},
	{LETTER_MEDEVAC, 25, FIELD_WORD, "blood_group", "blood-group", MEMBER(blood_group), blood_words, false},
	{LETTER_MEDEVAC, 26, FIELD_WORD, "security", "security", MEMBER(security), security_words, false},
	{LETTER_MEDEVAC, 27, FIELD_TEXT, "marking", "marking", MEMBER(marking), NULL, false},
	{LETTER_MEDEVAC, 28, FIELD_BITS, "hazards", "hazard", MEMBER(hazards), hazard_words, false},
	{LETTER_MEDEVAC, 29, FIELD_TEXT, "callback", "callback", MEMBER(callback), NULL, false},
	{LETTER_MEDEVAC, 30, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field patient_fields[] = {
	{LETTER_PATIENT, 16, FIELD_COUNT, "number", "number", MEMBER(number), NULL, false},
	{LETTER_PATIENT, 17, FIELD_WORD, "triage", "triage", MEMBER(triage), triage_words, false},
	{LETTER_PATIENT, 18, FIELD_WORD, "by", "by", MEMBER(by), by_words, false},
	{LETTER_PATIENT, 19, FIELD_WORD, "age", "age", MEMBER(age), age_words, false},
	{LETTER_PATIENT, 20, FIELD_WORD, "sex", "sex", MEMBER(sex), sex_words, false},
	{LETTER_PATIENT, 21, FIELD_TIME, "time", "time", MEMBER(time), NULL, false},
	{LETTER_PATIENT, 22, FIELD_TEXT, "mechanism", "mechanism", MEMBER(mechanism), NULL, false},
	{LETTER_PATIENT, 23, FIELD_TEXT, "injuries", "injuries", MEMBER(injuries), NULL, false},
	{LETTER_PATIENT, 24, FIELD_TEXT, "signs", "signs", MEMBER(signs), NULL, false},
	{LETTER_PATIENT, 25, FIELD_TEXT, "treatment", "treatment", MEMBER(treatment), NULL, false},
	{LETTER_PATIENT, 26, FIELD_WORD, "move", "move", MEMBER(move), move_words, false},
	{LETTER_PATIENT, 27, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_PATIENT, 28, FIELD_TEXT, "going_to", "going-to", MEMBER(going_to), NULL, false},
	{LETTER_PATIENT, 29, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field incident_fields[] = {
	{LETTER_INCIDENT, 16, FIELD_WORD, "major", "major", MEMBER(major), major_words, false},
	{LETTER_INCIDENT, 17, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_INCIDENT, 18, FIELD_WORD, "kind", "kind", MEMBER(kind), kind_words, false},
	{LETTER_INCIDENT, 19, FIELD_BITS, "hazards", "hazard", MEMBER(hazards), hazard_words, false},
	{LETTER_INCIDENT, 20, FIELD_TEXT, "access", "access", MEMBER(access), NULL, false},
	{LETTER_INCIDENT, 21, FIELD_COUNT, "red", "red", MEMBER(red), NULL, false},
	{LETTER_INCIDENT, 22, FIELD_COUNT, "yellow", "yellow", MEMBER(yellow), NULL, false},
	{LETTER_INCIDENT, 23, FIELD_COUNT, "green", "green", MEMBER(green), NULL, false},
	{LETTER_INCIDENT, 24, FIELD_COUNT, "dead", "dead", MEMBER(dead), NULL, false},
	{LETTER_INCIDENT, 25, FIELD_BITS, "present", "present", MEMBER(present), team_words, false},
	{LETTER_INCIDENT, 26, FIELD_BITS, "needed", "needed", MEMBER(needed), team_words, false},
	{LETTER_INCIDENT, 27, FIELD_TIME, "time", "time", MEMBER(time), NULL, false},
	{LETTER_INCIDENT, 28, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field need_fields[] = {
	{LETTER_NEED, 16, FIELD_BITS, "sector", "sector", MEMBER(sector), sector_words, false},
	{LETTER_NEED, 17, FIELD_TEXT, "item", "item", MEMBER(item), NULL, false},
	{LETTER_NEED, 18, FIELD_COUNT, "quantity", "quantity", MEMBER(quantity), NULL, false},
	{LETTER_NEED, 19, FIELD_TEXT, "unit", "unit", MEMBER(unit), NULL, false},
	{LETTER_NEED, 20, FIELD_COUNT, "people", "people", MEMBER(people), NULL, false},
	{LETTER_NEED, 21, FIELD_COUNT, "children", "children", MEMBER(children), NULL, false},
	{LETTER_NEED, 22, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_NEED, 23, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field transport_fields[] = {
	{LETTER_TRANSPORT, 16, FIELD_TEXT, "line", "line", MEMBER(line), NULL, false},
	{LETTER_TRANSPORT, 17, FIELD_WORD, "verb", "verb", MEMBER(verb), verb_words, false},
	{LETTER_TRANSPORT, 18, FIELD_TEXT, "stop", "stop", MEMBER(stop), NULL, false},
	{LETTER_TRANSPORT, 19, FIELD_TIME, "time", "time", MEMBER(time), NULL, false},
	{LETTER_TRANSPORT, 20, FIELD_COUNT, "seats", "seats", MEMBER(seats), NULL, false},
	{LETTER_TRANSPORT, 21, FIELD_TEXT, "group", "group", MEMBER(group), NULL, false},
	{LETTER_TRANSPORT, 22, FIELD_TEXT, "reason", "reason", MEMBER(reason), NULL, false},
	{LETTER_TRANSPORT, 23, FIELD_WORD, "source", "source", MEMBER(source), source_words, false},
	{LETTER_TRANSPORT, 24, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field alert_fields[] = {
	{LETTER_ALERT, 16, FIELD_TEXT, "event", "event", MEMBER(event), NULL, false},
	{LETTER_ALERT, 17, FIELD_WORD, "urgency", "urgency", MEMBER(urgency), urgency_words, false},
	{LETTER_ALERT, 18, FIELD_WORD, "severity", "severity", MEMBER(severity), severity_words, false},
	{LETTER_ALERT, 19, FIELD_WORD, "certainty", "certainty", MEMBER(certainty), certainty_words, false},
	{LETTER_ALERT, 20, FIELD_TEXT, "area", "area", MEMBER(area), NULL, false},
	{LETTER_ALERT, 21, FIELD_TEXT, "headline", "headline", MEMBER(headline), NULL, false},
	{LETTER_ALERT, 22, FIELD_TEXT, "instruction", "instruction", MEMBER(instruction), NULL, false},
	{LETTER_ALERT, 23, FIELD_WORD, "source", "source", MEMBER(source), source_words, false},
	{LETTER_ALERT, 24, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field facility_fields[] = {
	{LETTER_FACILITY, 16, FIELD_TEXT, "name", "name", MEMBER(name), NULL, false},
	{LETTER_FACILITY, 17, FIELD_WORD, "open", "open", MEMBER(open), open_words, false},
	{LETTER_FACILITY, 18, FIELD_COUNT, "beds", "beds", MEMBER(beds), NULL, false},
	{LETTER_FACILITY, 19, FIELD_BITS, "services", "services", MEMBER(services), service_words, false},
	{LETTER_FACILITY, 20, FIELD_BITS, "lacks", "lacks", MEMBER(lacks), service_words, false},
	{LETTER_FACILITY, 21, FIELD_TIME, "until", "until", MEMBER(until), NULL, false},
	{LETTER_FACILITY, 22, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_FACILITY, 23, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field headcount_fields[] = {
	{LETTER_HEADCOUNT, 16, FIELD_TEXT, "place", "place", MEMBER(place), NULL, false},
	{LETTER_HEADCOUNT, 17, FIELD_COUNT, "people", "people", MEMBER(people), NULL, false},
	{LETTER_HEADCOUNT, 18, FIELD_WORD, "source", "source", MEMBER(source), source_words, false},
	{LETTER_HEADCOUNT, 19, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field letter_letter_fields[] = {
	{LETTER_LETTER, 16, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field receipt_fields[] = {
	{LETTER_RECEIPT, 16, FIELD_WORD, "stage", "stage", MEMBER(stage_plus_one), stage_words, false},
	{LETTER_RECEIPT, 17, FIELD_TEXT, "org", "org", MEMBER(org), NULL, false},
	{LETTER_RECEIPT, 18, FIELD_TEXT, "text", "text", MEMBER(text), NULL, false},
	{0},
};

static const struct letter_field card_fields[] = {
	{LETTER_CARD, 16, FIELD_CARD, "card", NULL, MEMBER(card), NULL, false},
	{0},
};

static const struct letter_field grant_fields[] = {
	{LETTER_GRANT, 16, FIELD_GRANT, "grant", NULL, MEMBER(grant), NULL, false},
	{0},
};

static const struct letter_field claim_fields[] = {
	{LETTER_CLAIM, 16, FIELD_CLAIM, "claim", NULL, MEMBER(claim), NULL, false},
	{LETTER_CLAIM, 17, FIELD_WORD, "word", NULL, MEMBER(word), claim_words, false},
	{LETTER_CLAIM, 18, FIELD_TIME, "until", NULL, MEMBER(until), NULL, false},
	{LETTER_CLAIM, 19, FIELD_TIME, "at", NULL, MEMBER(at), NULL, false},
	{LETTER_CLAIM, 20, FIELD_TEXT, "who", NULL, MEMBER(who), NULL, false},
	{0},
};

static const struct {
	const char *word;
	const struct letter_field *fields;
} types[] = {
	[LETTER_SAFE] = {"safe", safe_fields},
	[LETTER_SEEK] = {"seek", seek_fields},
	[LETTER_SEEN] = {"seen", seen_fields},
	[LETTER_MEDEVAC] = {"medevac", medevac_fields},
	[LETTER_PATIENT] = {"patient", patient_fields},
	[LETTER_INCIDENT] = {"incident", incident_fields},
	[LETTER_NEED] = {"need", need_fields},
	[LETTER_TRANSPORT] = {"transport", transport_fields},
	[LETTER_ALERT] = {"alert", alert_fields},
	[LETTER_FACILITY] = {"facility", facility_fields},
	[LETTER_HEADCOUNT] = {"headcount", headcount_fields},
	[LETTER_LETTER] = {"letter", letter_letter_fields},
	[LETTER_RECEIPT] = {"receipt", receipt_fields},
	[LETTER_CARD] = {"card", card_fields},
	[LETTER_GRANT] = {"grant", grant_fields},
	[LETTER_CLAIM] = {"claim", claim_fields},
};

enum { TYPES = sizeof types / sizeof types[0] };

const struct letter_field *letter_fields(uint8_t type)
{
	return type < TYPES ? types[type].fields : NULL;
}

const char *letter_type_word(uint8_t type, char scratch[static 12])
{
	if (type < TYPES && types[type].word != NULL)
		return types[type].word;
	snprintf(scratch, 12, "type-%u", type);
	return scratch;
}

uint8_t letter_type_of_word(const char *word)
{
	for (uint8_t i = 0; i < TYPES; i++)
		if (types[i].word != NULL && strcmp(types[i].word, word) == 0)
			return i;
	return 0;
}

const char *letter_stage_word(enum letter_stage stage)
{
	assert(stage < STAGES);
	return stage == STAGE_EXPIRED ? "expired" : stage_words[stage + 1];
}

int letter_stage_of_word(const char *word)
{
	for (int i = 0; i < STAGES; i++)
		if (strcmp(letter_stage_word((enum letter_stage)i), word) == 0)
			return i;
	return -1;
}

const char *letter_action_word(uint8_t action)
{
	static const char *const words[] = {"new", "update", "cancel"};
	assert(action <= ACTION_CANCEL);
	return words[action];
}

const char *letter_status_word(uint8_t status)
{
	static const char *const words[] = {"actual", "exercise", "test"};
	assert(status <= STATUS_TEST);
	return words[status];
}

const char *letter_class_word(unsigned class)
{
	static const char *const words[] = {"routine", "status", "need", "urgent"};
	assert(class < LETTER_CLASSES);
	return words[class];
}

/* Index of the word, -1 if it is none; hyphens and underscores are one, case does not matter. */
static int word_index(const char *const *words, const char *word, size_t len)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (words[i][0] == '\0' || strlen(words[i]) != len)
			continue;
		bool same = true;
		for (size_t j = 0; j < len; j++) {
			char ours = words[i][j] == '_' ? '-' : words[i][j], theirs = word[j] == '_' ? '-' : word[j];
			ours = ours >= 'A' && ours <= 'Z' ? (char)(ours + 32) : ours;
			theirs = theirs >= 'A' && theirs <= 'Z' ? (char)(theirs + 32) : theirs;
			same = same && ours == theirs;
		}
		if (same)
			return i;
	}
	return -1;
}

static enum letter_set set_bits(const char *const *words, const char *value, uint64_t *bits)
{
	if (*value == '\0')
		return LETTER_SET_BAD_VALUE;
	while (*value != '\0') {
		size_t len = strcspn(value, ",");
		int index = word_index(words, value, len);
		if (index < 0)
			return LETTER_SET_BAD_VALUE;
		*bits |= 1ULL << index;
		value += len + (value[len] == ',');
	}
	return LETTER_SET_OK;
}

static enum letter_set set_text(const char *value, char *to, size_t size)
{
	size_t len = strlen(value);
	if (!text_utf8_ok(value, len))
		return LETTER_SET_BAD_VALUE;
	if (len >= size)
		return LETTER_SET_TOO_LONG;
	memcpy(to, value, len + 1);
	return LETTER_SET_OK;
}

enum letter_set letter_set(struct letter *letter, const char *option, const char *value)
{
	const struct letter_field *field = letter_fields(letter->type);
	assert(field != NULL);
	while (field->json != NULL && (field->option == NULL || strcmp(field->option, option) != 0))
		field++;
	if (field->json == NULL)
		return LETTER_SET_NO_FIELD;
	void *member = (char *)letter + field->offset;
	switch (field->kind) {
	case FIELD_COUNT:
		return text_count(value, LETTER_COUNT_MAX, member) ? LETTER_SET_OK : LETTER_SET_BAD_VALUE;
	case FIELD_TIME:
		return text_time_parse(value, member) && *(uint64_t *)member <= UINT32_MAX ? LETTER_SET_OK : LETTER_SET_BAD_VALUE;
	case FIELD_WORD: {
		int index = word_index(field->words, value, strlen(value));
		if (index < 0)
			return LETTER_SET_BAD_VALUE;
		*(uint64_t *)member = (uint64_t)index;
		return LETTER_SET_OK;
	}
	case FIELD_BITS:
		return set_bits(field->words, value, member);
	case FIELD_TEXT:
		return set_text(value, member, field->size);
	case FIELD_CARD:
	case FIELD_GRANT:
	case FIELD_CLAIM:
		break;
	}
	return LETTER_SET_NO_FIELD;
}

void letter_field_choices(const struct letter_field *field, char *out, size_t cap)
{
	assert(cap > 0);
	out[0] = '\0';
	if (field->kind == FIELD_COUNT)
		snprintf(out, cap, "a number from 0 to %d", LETTER_COUNT_MAX);
	if (field->kind == FIELD_TIME)
		snprintf(out, cap, "a time like 2016-12-14T05:00Z");
	if (field->kind == FIELD_TEXT)
		snprintf(out, cap, "text in UTF-8");
	for (size_t i = 0; field->words != NULL && field->words[i] != NULL; i++) {
		size_t len = strlen(out);
		if (field->words[i][0] != '\0')
			snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", field->words[i]);
	}
}
