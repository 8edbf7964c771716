/* Letters as JSON and as lines for people. */

#include "node/desk/letter.h"

#include "node/desk/text.h"

#include <assert.h>
#include <string.h>

/* The word for a value; numbers of a later version are shown as such. */
static const char *value_word(const char *const *words, uint64_t value, char scratch[static 24])
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
		return json_string(value_word(field->words, *(const uint64_t *)member, scratch));
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

static void value_text(const struct letter *letter, const struct letter_field *field, char *out, size_t cap)
{
	const void *member = (const char *)letter + field->offset;
	char scratch[24];
	out[0] = '\0';
	switch (field->kind) {
	case FIELD_COUNT:
		snprintf(out, cap, "%llu", (unsigned long long)*(const uint64_t *)member);
		break;
	case FIELD_TIME:
		text_time_local(*(const uint64_t *)member, scratch);
		snprintf(out, cap, "%s", scratch);
		break;
	case FIELD_WORD:
		snprintf(out, cap, "%s", value_word(field->words, *(const uint64_t *)member, scratch));
		break;
	case FIELD_BITS:
		for (size_t bit = 0; field->words[bit] != NULL; bit++) {
			size_t len = strlen(out);
			if (*(const uint64_t *)member >> bit & 1)
				snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", field->words[bit]);
		}
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
	}
}

void letter_print(const struct letter *letter, FILE *out)
{
	char value[3 * BODY_SIZE_MAX + 1]; /* a bad byte becomes three */
	if (letter->status != STATUS_ACTUAL)
		fprintf(out, "  *** THIS IS %s ***\n", letter->status == STATUS_EXERCISE ? "AN EXERCISE" : "A TEST");
	if (letter->action != ACTION_NEW)
		fprintf(out, "  Action: %s\n", letter_action_word(letter->action));
	const struct letter_field *field = letter_fields(letter->type);
	for (; field != NULL && field->json != NULL; field++) {
		if (!field_said(letter, field))
			continue;
		value_text(letter, field, value, sizeof value);
		fprintf(out, "  %s: %s\n", field->label, value);
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

/* What stands before a value that would say too little alone. Counts have their name behind them. */
static const char *summary_prefix(const struct letter_field *field)
{
	static const struct {
		size_t offset;
		const char *prefix;
	} prefixes[] = {
		{offsetof(struct letter, line), "line "},      {offsetof(struct letter, number), "patient "},
		{offsetof(struct letter, father), "father "},  {offsetof(struct letter, origin), "from "},
		{offsetof(struct letter, by), "by "},          {offsetof(struct letter, major), "major incident "},
		{offsetof(struct letter, present), "there: "}, {offsetof(struct letter, needed), "needed: "},
		{offsetof(struct letter, lacks), "without "},  {offsetof(struct letter, until), "until "},
		{offsetof(struct letter, quantity), ""},
	};
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (prefixes[i].offset == field->offset)
			return prefixes[i].prefix;
	return NULL;
}

void letter_summary(const struct letter *letter, char *out, size_t cap)
{
	assert(cap > 0);
	char value[3 * BODY_SIZE_MAX + 1];
	size_t len = 0;
	out[0] = '\0';
	const struct letter_field *field = letter_fields(letter->type);
	for (; field != NULL && field->json != NULL; field++) {
		if (!field_said(letter, field) || field->kind == FIELD_CARD || field->kind == FIELD_GRANT)
			continue;
		if (cap - len < 8)
			break;
		value_text(letter, field, value, sizeof value < cap - len - 2 ? sizeof value : cap - len - 2);
		const char *separator = len > 0 ? ", " : "";
		const char *prefix = summary_prefix(field);
		int printed = field->kind == FIELD_COUNT && prefix == NULL
				      ? snprintf(out + len, cap - len, "%s%s %s", separator, value, field->json)
				      : snprintf(out + len, cap - len, "%s%s%s", separator, prefix != NULL ? prefix : "", value);
		if (printed < 0 || (size_t)printed >= cap - len) {
			out[len] = '\0'; /* cut at a whole field rather than inside a character */
			break;
		}
		len += (size_t)printed;
	}
}
