/* Letters as JSON and as lines for people. */

#include "node/desk/letter.h"

#include "node/desk/text.h"

#include <assert.h>
#include <string.h>

enum { LIST_MAX = 1024 };

/* The code of a value; numbers of a later version are shown as such. */
static const char *value_code(const char *const *words, uint64_t value, char scratch[static 24])
{
	for (uint64_t i = 0; words[i] != NULL; i++)
		if (i == value)
			return words[i];
	snprintf(scratch, 24, "other-%llu", (unsigned long long)value);
	return scratch;
}

static json_t *bits_json(const struct letter_field *field, uint64_t bits)
{
	json_t *array = json_array();
	size_t known = 0;
	for (; field->words[known] != NULL; known++)
		if (bits >> known & 1)
			(void)json_array_append_new(array, json_string(field->words[known])); /* NULL array: the caller sees it */
	for (size_t bit = known; bit < 32; bit++) {
		if ((bits >> bit & 1) == 0)
			continue;
		char scratch[24];
		snprintf(scratch, sizeof scratch, "other-%zu", bit);
		(void)json_array_append_new(array, json_string(scratch));
	}
	return array;
}

static json_t *field_json(const struct letter *letter, const struct letter_field *field)
{
	const void *member = (const char *)letter + field->offset;
	char scratch[24];
	switch (field->kind) {
	case FIELD_COUNT:
		return json_integer((json_int_t) * (const uint64_t *)member);
	case FIELD_TIME:
		text_time(*(const uint64_t *)member, scratch);
		return json_string(scratch);
	case FIELD_WORD:
		return json_string(value_code(field->words, *(const uint64_t *)member, scratch));
	case FIELD_BITS:
		return bits_json(field, *(const uint64_t *)member);
	case FIELD_TEXT:
		return json_string(member);
	case FIELD_CARD: {
		char hex[2 * CARD_SIZE_MAX + 1];
		text_hex(letter->card, letter->card_len, hex);
		return json_string(hex);
	}
	case FIELD_GRANT:
		return json_integer(letter->grant_len); /* it holds private keys: its length is all that is shown */
	case FIELD_CLAIM: {
		char hex[2 * LETTER_TAG_SIZE + 1];
		text_hex(letter->claim, sizeof letter->claim, hex);
		return json_string(hex);
	}
	}
	return NULL;
}

static bool field_said(const struct letter *letter, const struct letter_field *field)
{
	const void *member = (const char *)letter + field->offset;
	if (field->kind == FIELD_TEXT)
		return *(const char *)member != '\0';
	if (field->kind == FIELD_CARD)
		return letter->card_len > 0;
	if (field->kind == FIELD_GRANT)
		return letter->grant_len > 0;
	if (field->kind == FIELD_CLAIM)
		return letter->has_claim;
	return *(const uint64_t *)member != 0;
}

json_t *letter_body_json(const struct letter *letter)
{
	json_t *object = json_object();
	const struct letter_field *field = letter_fields(letter->type);
	for (; object != NULL && field != NULL && field->json != NULL; field++) {
		if (!field->always && !field_said(letter, field))
			continue;
		if (json_object_set_new(object, field->json, field_json(letter, field)) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

void letter_common_json(const struct letter *letter, json_t *object)
{
	char hex[2 * LETTER_TAG_SIZE + 1], when[TEXT_TIME];
	(void)json_object_set_new(object, "action", json_string(letter_action_word(letter->action))); /* out of memory shows as a missing member */
	(void)json_object_set_new(object, "status", json_string(letter_status_word(letter->status)));
	if (letter->has_ref) {
		text_hex(letter->ref, sizeof letter->ref, hex);
		(void)json_object_set_new(object, "ref", json_string(hex));
	}
	if (letter->lang[0] != '\0')
		(void)json_object_set_new(object, "lang", json_string(letter->lang));
	if (letter->expires != 0) {
		text_time(letter->expires, when);
		(void)json_object_set_new(object, "expires", json_string(when));
	}
}

/* Adds one more to a list; what does not fit whole is left out. */
static void add_to_list(enum words_lang lang, const char *more, char *list, size_t cap)
{
	char before[LIST_MAX];
	if (snprintf(before, sizeof before, "%s", list) >= (int)sizeof before)
		return;
	size_t needed = strlen(before) + strlen(more) + strlen(words_get(lang, WORD_LIST));
	if (needed >= cap)
		return;
	if (before[0] == '\0')
		snprintf(list, cap, "%s", more);
	else
		words_fill(lang, WORD_LIST, list, cap, before, more);
}

/* Fills out with the value alone, for a person. */
static void value_text(const struct letter *letter, const struct letter_field *field, enum words_lang lang, char *out, size_t cap)
{
	const void *member = (const char *)letter + field->offset;
	char scratch[24];
	out[0] = '\0';
	switch (field->kind) {
	case FIELD_COUNT:
		words_number(lang, *(const uint64_t *)member, out, cap);
		break;
	case FIELD_TIME:
		text_time_local(*(const uint64_t *)member, scratch);
		words_digits(lang, scratch, out, cap);
		break;
	case FIELD_WORD:
		snprintf(out, cap, "%s", words_code(lang, field->json, value_code(field->words, *(const uint64_t *)member, scratch)));
		break;
	case FIELD_BITS:
		for (size_t bit = 0; field->words[bit] != NULL; bit++)
			if (*(const uint64_t *)member >> bit & 1)
				add_to_list(lang, words_code(lang, field->json, field->words[bit]), out, cap);
		break;
	case FIELD_TEXT:
		text_inert(member, false, out, cap);
		break;
	case FIELD_CARD:
		snprintf(out, cap, "%u bytes", letter->card_len);
		break;
	case FIELD_GRANT:
		snprintf(out, cap, "%u bytes", letter->grant_len);
		break;
	case FIELD_CLAIM: {
		char hex[2 * LETTER_TAG_SIZE + 1];
		text_hex(letter->claim, sizeof letter->claim, hex);
		snprintf(out, cap, "%.8s", hex);
		break;
	}
	}
}

static const char *label(const struct letter *letter, const struct letter_field *field, enum words_lang lang)
{
	enum word word;
	char scratch[12];
	bool known = words_of_field(letter_type_word(letter->type, scratch), field->json, &word);
	assert(known);
	return words_get(lang, word);
}

void letter_print(const struct letter *letter, enum words_lang lang, FILE *out)
{
	char value[3 * BODY_SIZE_MAX + 1]; /* a bad byte becomes three */
	if (letter->status != STATUS_ACTUAL)
		fprintf(out, "  *** %s ***\n", words_get(lang, letter->status == STATUS_EXERCISE ? WORD_EXERCISE : WORD_TEST));
	if (letter->action != ACTION_NEW)
		fprintf(out, "  %s: %s\n", words_get(lang, WORD_FIELD_ACTION),
			words_get(lang, letter->action == ACTION_UPDATE ? WORD_ACTION_UPDATE : WORD_ACTION_CANCEL));
	const struct letter_field *field = letter_fields(letter->type);
	for (; field != NULL && field->json != NULL; field++) {
		if (!field_said(letter, field))
			continue;
		value_text(letter, field, lang, value, sizeof value);
		fprintf(out, "  %s: %s\n", label(letter, field, lang), value);
	}
}

void letter_texts(const struct letter *letter, char *out, size_t cap)
{
	assert(cap > 0);
	out[0] = '\0';
	const struct letter_field *field = letter_fields(letter->type);
	for (; field != NULL && field->json != NULL; field++) {
		size_t len = strlen(out);
		if (field->kind == FIELD_TEXT && field_said(letter, field))
			snprintf(out + len, cap - len, "%s\n", (const char *)letter + field->offset);
	}
}

/* A field as part of a sentence. */
static void brief_text(const struct letter *letter, const struct letter_field *field, enum words_lang lang, char *out, size_t cap)
{
	enum plural plural;
	if (field->kind == FIELD_COUNT && words_of_count(field->json, &plural)) {
		words_count(lang, plural, *(const uint64_t *)(const void *)((const char *)letter + field->offset), out, cap);
		return;
	}
	char value[LIST_MAX];
	enum word brief;
	value_text(letter, field, lang, value, sizeof value < cap ? sizeof value : cap);
	if (words_of_brief(field->json, &brief))
		words_fill(lang, brief, out, cap, value);
	else
		snprintf(out, cap, "%s", value);
}

void letter_summary(const struct letter *letter, enum words_lang lang, char *out, size_t cap)
{
	assert(cap > 0);
	char value[LIST_MAX];
	out[0] = '\0';
	const struct letter_field *field = letter_fields(letter->type);
	for (; field != NULL && field->json != NULL; field++) {
		if (!field_said(letter, field) || field->kind == FIELD_CARD || field->kind == FIELD_GRANT || field->kind == FIELD_CLAIM)
			continue;
		size_t room = cap - strlen(out);
		if (room < 16) /* a separator and something worth reading */
			break;
		brief_text(letter, field, lang, value, room - 8 < sizeof value ? room - 8 : sizeof value);
		add_to_list(lang, value, out, cap);
	}
}
