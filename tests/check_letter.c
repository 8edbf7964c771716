/* The bodies of letters: what is written is read, and nothing else is. */

#include "tests/support/suite.h"

#include "node/desk/letter.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t types[] = {LETTER_SAFE,    LETTER_SEEK,      LETTER_SEEN,  LETTER_MEDEVAC,  LETTER_PATIENT,   LETTER_INCIDENT,
				LETTER_NEED,    LETTER_TRANSPORT, LETTER_ALERT, LETTER_FACILITY, LETTER_HEADCOUNT, LETTER_LETTER,
				LETTER_RECEIPT, LETTER_CARD,      LETTER_GRANT, LETTER_CLAIM};
enum { TYPES = sizeof types };

/* A letter of this type with everything said. */
static void fill_letter(uint8_t type, struct letter *letter)
{
	*letter = (struct letter){.type = type,
				  .action = ACTION_UPDATE,
				  .has_ref = true,
				  .has_reply_key = true,
				  .lang = "ar",
				  .status = STATUS_EXERCISE,
				  .expires = 1481700000};
	memset(letter->ref, 0x11, sizeof letter->ref);
	memset(letter->reply_key, 0x22, sizeof letter->reply_key);
	for (const struct letter_field *field = letter_fields(type); field->json != NULL; field++) {
		void *member = (char *)letter + field->offset;
		if (field->kind == FIELD_TEXT)
			strcpy(member, "قناص على الطريق");
		else if (field->kind == FIELD_CARD)
			letter->card_len = 300;
		else if (field->kind == FIELD_GRANT)
			letter->grant_len = GRANT_SIZE_MAX;
		else if (field->kind == FIELD_CLAIM)
			letter->has_claim = memset(letter->claim, 0x33, sizeof letter->claim) != NULL;
		else
			*(uint64_t *)member = 3;
	}
}

static size_t encode_full(uint8_t type, uint8_t *body)
{
	struct letter letter;
	fill_letter(type, &letter);
	size_t len = letter_encode(&letter, body, BODY_SIZE_MAX);
	ck_assert_uint_gt(len, 0);
	return len;
}

START_TEST(every_type_round_trips)
{
	uint8_t body[BODY_SIZE_MAX], again[BODY_SIZE_MAX];
	struct letter before, after;
	fill_letter(types[_i], &before);
	size_t len = letter_encode(&before, body, sizeof body);
	ck_assert_uint_eq(len, letter_encoded_len(&before));
	ck_assert(letter_decode(types[_i], body, len, &after));
	ck_assert_mem_eq(&before, &after, sizeof before);
	ck_assert_uint_eq(letter_encode(&after, again, sizeof again), len);
	ck_assert_mem_eq(body, again, len);
}
END_TEST

START_TEST(nothing_said_is_one_byte)
{
	struct letter letter = {.type = types[_i]}, after;
	uint8_t body[4];
	ck_assert_uint_eq(letter_encode(&letter, body, sizeof body), 1);
	ck_assert_uint_eq(body[0], 0xA0);
	ck_assert(letter_decode(types[_i], body, 1, &after));
	ck_assert_mem_eq(&letter, &after, sizeof letter);
}
END_TEST

START_TEST(a_body_cut_anywhere_is_refused)
{
	uint8_t body[BODY_SIZE_MAX];
	struct letter letter;
	size_t len = encode_full(types[_i], body);
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1); /* the sanitizer sees a read past its end */
		memcpy(exact, body, cut);
		ck_assert(!letter_decode(types[_i], exact, cut, &letter));
		free(exact);
	}
	body[len] = 0;
	ck_assert(!letter_decode(types[_i], body, len + 1, &letter));
}
END_TEST

START_TEST(a_flipped_bit_is_refused_or_means_exactly_one_other_letter)
{
	uint8_t body[BODY_SIZE_MAX], again[BODY_SIZE_MAX];
	struct letter letter;
	size_t len = encode_full(types[_i], body);
	for (size_t bit = 0; bit < len * 8; bit++) {
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (letter_decode(types[_i], body, len, &letter)) {
			size_t again_len = letter_encode(&letter, again, sizeof again);
			ck_assert_uint_gt(again_len, 0);
			ck_assert_uint_le(again_len, len); /* an unknown field may have been skipped */
		}
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

struct body {
	const char *why;
	uint8_t bytes[24];
	size_t len;
	bool good;
};

/* All as medevac bodies. */
static const struct body bodies[] = {
	{"red 1", {0xA1, 0x11, 0x01}, 3, true},
	{"action cancel", {0xA1, 0x00, 0x02}, 3, true},
	{"unknown specific key is skipped", {0xA1, 0x18, 0x63, 0x05}, 4, true},
	{"unknown key with nested value is skipped", {0xA1, 0x18, 0x63, 0x81, 0xA1, 0x01, 0x81, 0x02}, 8, true},
	{"empty", {0}, 0, false},
	{"not a map", {0x81, 0x11}, 2, false},
	{"array of pairs", {0x82, 0x11, 0x01}, 3, false},
	{"keys descend", {0xA2, 0x12, 0x01, 0x11, 0x01}, 5, false},
	{"key twice", {0xA2, 0x11, 0x01, 0x11, 0x01}, 5, false},
	{"key not shortest", {0xA1, 0x18, 0x11, 0x01}, 4, false},
	{"number not shortest", {0xA1, 0x11, 0x18, 0x01}, 4, false},
	{"number in two bytes not shortest", {0xA1, 0x11, 0x19, 0x00, 0x20}, 5, false},
	{"map head not shortest", {0xB8, 0x01, 0x11, 0x01}, 4, false},
	{"text head not shortest", {0xA1, 0x10, 0x78, 0x01, 'a'}, 5, false},
	{"indefinite map", {0xBF, 0x11, 0x01, 0xFF}, 4, false},
	{"indefinite text", {0xA1, 0x10, 0x7F, 0x61, 'a', 0xFF}, 6, false},
	{"tag", {0xA1, 0x11, 0xC1, 0x01}, 4, false},
	{"negative", {0xA1, 0x11, 0x20}, 3, false},
	{"float", {0xA1, 0x11, 0xF9, 0x3C, 0x00}, 5, false},
	{"true", {0xA1, 0x11, 0xF5}, 3, false},
	{"null", {0xA1, 0x11, 0xF6}, 3, false},
	{"text key", {0xA1, 0x61, 'a', 0x01}, 4, false},
	{"unknown common key", {0xA1, 0x06, 0x01}, 3, false},
	{"default written", {0xA1, 0x11, 0x00}, 3, false},
	{"default action written", {0xA1, 0x00, 0x00}, 3, false},
	{"action out of range", {0xA1, 0x00, 0x03}, 3, false},
	{"empty text", {0xA1, 0x10, 0x60}, 3, false},
	{"text with NUL", {0xA1, 0x10, 0x61, 0x00}, 4, false},
	{"text not UTF-8", {0xA1, 0x10, 0x61, 0xFF}, 4, false},
	{"text overlong", {0xA1, 0x10, 0x62, 0xC0, 0x80}, 5, false},
	{"text with half of a surrogate", {0xA1, 0x10, 0x63, 0xED, 0xA0, 0x80}, 6, false},
	{"bytes where text belongs", {0xA1, 0x10, 0x41, 'a'}, 4, false},
	{"text where a number belongs", {0xA1, 0x11, 0x61, '1'}, 4, false},
	{"count too large", {0xA1, 0x11, 0x1A, 0x00, 0x0F, 0x42, 0x41}, 7, false},
	{"ref too short", {0xA1, 0x01, 0x41, 0x01}, 4, false},
	{"unknown key nested too deep", {0xA1, 0x18, 0x63, 0x81, 0x81, 0x81, 0x81, 0x01}, 8, false},
	{"unknown key with a huge array", {0xA1, 0x18, 0x63, 0x9A, 0xFF, 0xFF, 0xFF, 0xFF}, 8, false},
	{"unknown key with a huge string", {0xA1, 0x18, 0x63, 0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 12, false},
	{"byte after the end", {0xA1, 0x11, 0x01, 0x00}, 4, false},
};
enum { BODIES = sizeof bodies / sizeof bodies[0] };

START_TEST(only_the_strict_form_is_read)
{
	struct letter letter;
	bool read = letter_decode(LETTER_MEDEVAC, bodies[_i].bytes, bodies[_i].len, &letter);
	ck_assert_msg(read == bodies[_i].good, "%s", bodies[_i].why);
}
END_TEST

START_TEST(a_type_that_is_not_ours_is_refused)
{
	struct letter letter;
	const uint8_t empty = 0xA0;
	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		bool ours = memchr(types, (int)type, TYPES) != NULL;
		ck_assert(letter_decode((uint8_t)type, &empty, 1, &letter) == ours);
	}
}
END_TEST

START_TEST(a_body_that_does_not_fit_is_not_written)
{
	uint8_t body[BODY_SIZE_MAX];
	struct letter letter;
	fill_letter(LETTER_MEDEVAC, &letter);
	size_t len = letter_encoded_len(&letter);
	memset(body, 0xEE, sizeof body);
	ck_assert_uint_eq(letter_encode(&letter, body, len - 1), 0);
	ck_assert_uint_eq(body[len - 1], 0xEE);
}
END_TEST

START_TEST(people_set_fields_by_word)
{
	struct letter letter = {.type = LETTER_MEDEVAC};
	ck_assert_int_eq(letter_set(&letter, "red", "1"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "yellow", "٢"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "green", "۱۲"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "hazard", "sniper"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "hazard", "fire,UXO"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "security", "no_approach"), LETTER_SET_OK);
	ck_assert_int_eq(letter_set(&letter, "blood-group", "ab-"), LETTER_SET_OK);
	ck_assert_uint_eq(letter.red, 1);
	ck_assert_uint_eq(letter.yellow, 2);
	ck_assert_uint_eq(letter.green, 12);
	ck_assert_uint_eq(letter.hazards, HAZARD_SNIPER | HAZARD_FIRE | HAZARD_UXO);
	ck_assert_uint_eq(letter.security, SECURITY_NO_APPROACH);
	ck_assert_uint_eq(letter.blood_group, 7);
	ck_assert_int_eq(letter_set(&letter, "red", "-1"), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "red", "1x"), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "red", ""), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "red", "1000001"), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "hazard", "dragon"), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "hazard", ""), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "text", "\xFF"), LETTER_SET_BAD_VALUE);
	ck_assert_int_eq(letter_set(&letter, "verb", "go"), LETTER_SET_NO_FIELD);
	char longer[LETTER_LINE_MAX + 2];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_assert_int_eq(letter_set(&letter, "place", longer), LETTER_SET_TOO_LONG);
}
END_TEST

/* Every field that has an option is set by it, goes through the body, and is shown: what the tables of two files say about a field is one thing. */
START_TEST(every_option_sets_what_is_shown)
{
	uint8_t body[BODY_SIZE_MAX];
	const struct letter_field *field = letter_fields(types[_i]);
	for (; field->json != NULL; field++) {
		if (field->option == NULL)
			continue;
		struct letter letter = {.type = types[_i]}, read;
		const char *value = field->kind == FIELD_COUNT  ? "٣"
				    : field->kind == FIELD_TIME ? "2016-12-14T05:00Z"
				    : field->kind == FIELD_TEXT ? "سليم"
				    : field->kind == FIELD_WORD ? field->words[1]
								: field->words[0];
		ck_assert_int_eq(letter_set(&letter, field->option, value), LETTER_SET_OK);
		size_t len = letter_encode(&letter, body, sizeof body);
		ck_assert(letter_decode(types[_i], body, len, &read));
		json_t *json = letter_body_json(&read), *shown = json_object_get(json, field->json);
		if (field->kind == FIELD_COUNT)
			ck_assert_int_eq(json_integer_value(shown), 3);
		else if (field->kind == FIELD_TIME)
			ck_assert_str_eq(json_string_value(shown), "2016-12-14T05:00:00Z");
		else
			ck_assert_str_eq(json_string_value(field->kind == FIELD_BITS ? json_array_get(shown, 0) : shown), value);
		json_decref(json);
	}
}
END_TEST

/* A person reads a label, and a word for every code; blood groups are the same everywhere. */
static void check_words_of(uint8_t type, const struct letter_field *field)
{
	char scratch[12];
	enum word word;
	ck_assert_msg(words_of_field(letter_type_word(type, scratch), field->json, &word), "no label for %s", field->json);
	for (size_t i = 0; field->words != NULL && field->words[i] != NULL && strcmp(field->json, "blood_group") != 0; i++)
		ck_assert_msg(field->words[i][0] == '\0' || words_of_code(field->json, field->words[i], &word), "no word for %s of %s",
			      field->words[i], field->json);
	ck_assert(words_of_code("type", letter_type_word(type, scratch), &word));
}

START_TEST(keys_ascend_and_names_are_told_apart)
{
	const struct letter_field *fields = letter_fields(types[_i]);
	for (const struct letter_field *field = fields; field->json != NULL; field++) {
		ck_assert_uint_eq(field->type, types[_i]);
		ck_assert_uint_eq(field->key, 16 + (size_t)(field - fields));
		check_words_of(types[_i], field);
		ck_assert((field->words != NULL) == (field->kind == FIELD_WORD || field->kind == FIELD_BITS));
		ck_assert(field->kind != FIELD_WORD || field->words[0][0] == '\0');
		for (const struct letter_field *other = fields; other < field; other++) {
			ck_assert_uint_ne(other->offset, field->offset);
			ck_assert_str_ne(other->json, field->json);
		}
	}
}
END_TEST

START_TEST(a_summary_says_what_each_number_means)
{
	static const struct {
		uint8_t type;
		const char *options[12], *summary;
	} cases[] = {
		{LETTER_SEEK,
		 {"name", "Rima", "father", "Omar", "origin", "Homs", "age", "child", "sex", "female"},
		 "Rima, father Omar, from Homs, child (2 to 11), woman or girl"},
		{LETTER_SAFE, {"people", "2", "name", "Rima"}, "2 people, Rima"},
		{LETTER_SEEN, {"news", "believed-alive", "source", "saw", "place", "Sector 4"}, "alive, seen with own eyes, Sector 4"},
		{LETTER_PATIENT, {"number", "2", "triage", "red", "by", "medic", "injuries", "leg"}, "patient 2, red, by medic, leg"},
		{LETTER_INCIDENT,
		 {"major", "declared", "kind", "collapse", "red", "3", "present", "medic", "needed", "rescue,fire"},
		 "many casualties: yes, a building fell, 3 red, there: medic, needed: rescue team, fire fighters"},
		{LETTER_NEED,
		 {"sector", "medicine", "item", "insulin", "quantity", "10", "unit", "vials", "people", "4"},
		 "medicine, insulin, 10, vials, 4 people"},
		{LETTER_FACILITY,
		 {"name", "H4", "open", "limited", "beds", "3", "services", "blood", "lacks", "fuel"},
		 "H4, open in part, 3 free beds, blood, without fuel"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct letter letter = {.type = cases[i].type};
		char out[200];
		for (size_t j = 0; cases[i].options[j] != NULL; j += 2)
			ck_assert_int_eq(letter_set(&letter, cases[i].options[j], cases[i].options[j + 1]), LETTER_SET_OK);
		letter_summary(&letter, WORDS_EN, out, sizeof out);
		ck_assert_str_eq(out, cases[i].summary);
	}
}
END_TEST

START_TEST(texts_are_a_line_each_and_cut_where_there_is_no_more_room)
{
	struct letter letter = {.type = LETTER_SEEK, .age = 1, .name = "Rima", .father = "Omar", .reason = "of another type"};
	char out[64];
	letter_texts(&letter, out, sizeof out);
	ck_assert_str_eq(out, "Rima\nOmar\n");
	letter_texts(&letter, out, 8);
	ck_assert_str_eq(out, "Rima\nOm");
	letter_texts(&letter, out, 1);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(json_uses_words)
{
	struct letter letter = {.type = LETTER_MEDEVAC, .red = 1, .hazards = HAZARD_SNIPER | 1U << 20, .security = 9, .place = "Sector 4"};
	json_t *body = letter_body_json(&letter);
	ck_assert_int_eq(json_integer_value(json_object_get(body, "red")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(body, "green")), 0);
	ck_assert_ptr_nonnull(json_object_get(body, "green"));
	ck_assert_str_eq(json_string_value(json_object_get(body, "place")), "Sector 4");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(body, "hazards"), 0)), "sniper");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(body, "hazards"), 1)), "other-20");
	ck_assert_str_eq(json_string_value(json_object_get(body, "security")), "other-9");
	ck_assert_ptr_null(json_object_get(body, "text"));
	json_decref(body);
}
END_TEST

START_TEST(a_summary_is_in_the_readers_language)
{
	struct letter letter = {.type = LETTER_MEDEVAC};
	char out[200];
	static const char *const options[] = {"red", "1", "yellow", "2", "litter", "11", "hazard", "sniper,uxo", "text", "قرب المدرسة"};
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i += 2)
		ck_assert_int_eq(letter_set(&letter, options[i], options[i + 1]), LETTER_SET_OK);
	letter_summary(&letter, WORDS_AR, out, sizeof out);
	ck_assert_str_eq(out, "حالة حمراء واحدة، حالتان صفراوان، ١١ على نقالة، قنابل لم تنفجر، قنّاص، قرب المدرسة");
	letter_summary(&letter, WORDS_TR, out, sizeof out);
	ck_assert_str_eq(out, "1 kırmızı, 2 sarı, 11 sedyeyle, patlamamış bomba, keskin nişancı, قرب المدرسة");
}
END_TEST

START_TEST(a_summary_is_cut_at_a_character)
{
	struct letter letter = {.type = LETTER_LETTER};
	for (size_t i = 0; i < 400; i++)
		strcat(letter.text, "ش");
	for (size_t cap = 1; cap < 60; cap++) {
		char out[60];
		letter_summary(&letter, WORDS_EN, out, cap);
		ck_assert_uint_lt(strlen(out), cap);
		ck_assert_uint_eq(strlen(out) % 2, 0);
	}
}
END_TEST

START_TEST(every_stage_has_one_word)
{
	static const char *const words[] = {"saved", "carried", "gateway", "received", "opened", "assigned", "answered", "closed", "expired"};
	for (int i = 0; i < STAGES; i++) {
		ck_assert_str_eq(letter_stage_word((enum letter_stage)i), words[i]);
		ck_assert_int_eq(letter_stage_of_word(words[i]), i);
	}
	ck_assert_int_eq(letter_stage_of_word("lost"), -1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("letter");
	TCase *tests = tcase_create("letter");
	tcase_add_loop_test(tests, every_type_round_trips, 0, TYPES);
	tcase_add_loop_test(tests, nothing_said_is_one_byte, 0, TYPES);
	tcase_add_loop_test(tests, a_body_cut_anywhere_is_refused, 0, TYPES);
	tcase_add_loop_test(tests, a_flipped_bit_is_refused_or_means_exactly_one_other_letter, 0, TYPES);
	tcase_add_loop_test(tests, only_the_strict_form_is_read, 0, BODIES);
	tcase_add_test(tests, a_type_that_is_not_ours_is_refused);
	tcase_add_test(tests, a_body_that_does_not_fit_is_not_written);
	tcase_add_test(tests, people_set_fields_by_word);
	tcase_add_loop_test(tests, every_option_sets_what_is_shown, 0, TYPES);
	tcase_add_loop_test(tests, keys_ascend_and_names_are_told_apart, 0, TYPES);
	tcase_add_test(tests, a_summary_says_what_each_number_means);
	tcase_add_test(tests, texts_are_a_line_each_and_cut_where_there_is_no_more_room);
	tcase_add_test(tests, json_uses_words);
	tcase_add_test(tests, a_summary_is_in_the_readers_language);
	tcase_add_test(tests, a_summary_is_cut_at_a_character);
	tcase_add_test(tests, every_stage_has_one_word);
	suite_add_tcase(suite, tests);
	return suite;
}
