#include "tests/support/suite.h"

#include "node/desk/letter.h"
#include "node/relief/place.h"
#include "node/relief/ref.h"

#include <stdio.h>
#include <string.h>

static const uint8_t types[] = {
	LETTER_MEDEVAC,  LETTER_SAFE,      LETTER_SEEK,   LETTER_SEEN, LETTER_PATIENT, LETTER_INCIDENT, LETTER_NEED, LETTER_TRANSPORT, LETTER_ALERT,
	LETTER_FACILITY, LETTER_HEADCOUNT, LETTER_LETTER, 77};

START_TEST(every_ref_reads_back)
{
	for (size_t i = 0; i < sizeof(types); i++) {
		for (uint32_t number = 1; number < 100000; number += number < 2000 ? 1 : 97) {
			char text[REF_TEXT], letter;
			uint32_t read;
			ref_text(types[i], number, text);
			ck_assert_int_eq(ref_parse(text, &letter, &read), REF_OK);
			ck_assert_uint_eq(read, number);
			ck_assert_int_eq(letter, ref_letter(types[i]));
		}
	}
}
END_TEST

START_TEST(one_misheard_digit_is_always_caught)
{
	for (uint32_t number = 1; number < 3000; number++) {
		char text[REF_TEXT], letter;
		uint32_t read;
		ref_text(LETTER_MEDEVAC, number, text);
		for (size_t i = 2; text[i] != '\0'; i++) {
			char said = text[i];
			for (text[i] = '0'; text[i] <= '9'; text[i]++) {
				if (text[i] != said)
					ck_assert_msg(ref_parse(text, &letter, &read) == REF_MISHEARD, "%s passes", text);
			}
			text[i] = said;
		}
	}
}
END_TEST

/* A letter and a digit can be misheard together; alone no letter can be taken for one that sounds like it. There are more letters than values of a
 * check digit, so that three pairs that do not sound alike share theirs. */
START_TEST(a_misheard_letter_is_caught)
{
	static const char letters[] = "MSQKPCNTAFHLX", *const shared[] = {"LT", "TL", "FM", "MF", "PX", "XP"};
	for (size_t i = 0; i < sizeof(types); i++) {
		char text[REF_TEXT], letter, own = ref_letter(types[i]);
		uint32_t read;
		for (const char *other = letters; *other != '\0'; other++) {
			bool passes = *other == own;
			for (size_t j = 0; j < sizeof(shared) / sizeof(shared[0]); j++)
				passes = passes || (shared[j][0] == own && shared[j][1] == *other);
			ref_text(types[i], 418, text);
			text[0] = *other;
			ck_assert_msg((ref_parse(text, &letter, &read) == REF_OK) == passes, "%s of %c", text, own);
		}
	}
}
END_TEST

START_TEST(every_type_has_a_letter_of_its_own)
{
	for (size_t i = 0; i < sizeof(types); i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_int_ne(ref_letter(types[i]), ref_letter(types[j]));
}
END_TEST

/* MOD 11,10 lets some neighbours pass that change places; few. */
START_TEST(nearly_every_swap_of_neighbours_is_caught)
{
	unsigned swaps = 0, passed = 0;
	for (uint32_t number = 100; number < 10000; number++) {
		char text[REF_TEXT], letter;
		uint32_t read;
		ref_text(LETTER_MEDEVAC, number, text);
		for (size_t i = 2; text[i + 1] != '\0'; i++) {
			char first = text[i];
			if (first == text[i + 1])
				continue;
			text[i] = text[i + 1];
			text[i + 1] = first;
			swaps++;
			passed += ref_parse(text, &letter, &read) == REF_OK;
			text[i + 1] = text[i];
			text[i] = first;
		}
	}
	ck_assert_uint_gt(swaps, 10000);
	ck_assert_uint_lt(passed * 40, swaps);
}
END_TEST

START_TEST(refs_are_read_as_people_say_them)
{
	char text[REF_TEXT], said[32], letter;
	uint32_t number;
	ref_text(LETTER_MEDEVAC, 41, text);
	(void)snprintf(said, sizeof(said), " m %s", text + 2); /* fits */
	ck_assert_int_eq(ref_parse(said, &letter, &number), REF_OK);
	(void)snprintf(said, sizeof(said), "M%s", text + 2); /* fits */
	ck_assert_int_eq(ref_parse(said, &letter, &number), REF_OK);
	ck_assert_uint_eq(number, 41);
}
END_TEST

START_TEST(what_is_no_ref_is_not_taken_for_one)
{
	static const char *const others[] = {"", "M", "M-", "M-12x4", "Z-0413", "9f5dd322", "M--0413", "M-04185678901234567890", "M-0418 "};
	char letter;
	uint32_t number;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(ref_parse(others[i], &letter, &number), REF_NOT_ONE);
	ck_assert_int_eq(ref_parse("M-0000", &letter, &number), REF_MISHEARD);
}
END_TEST

START_TEST(only_the_area_of_a_place_is_coarse)
{
	static const struct {
		const char *place, *coarse;
	} cases[] = {
		{"Sector 4", "Sector 4"},
		{"sector 4, cellar of the school", "sector 4"},
		{"Sector 4: behind the bakery", "Sector 4"},
		{"حي السكري، قرب المسجد", "حي السكري"},
		{"القطاع 4 شارع النيل", "القطاع 4"},
		{"کەرتی ٤، لای قوتابخانە", "کەرتی ٤"},
		{"Sektor 4, li kêleka dibistanê", "Sektor 4"},
		{"Sektör 4, okulun yanı", "Sektör 4"},
		{"Cellar of the Quds hospital, sector 4", ""},
		{"36.2012, 37.1543", ""},
		{"Sectorial", ""},
		{"Sector", ""},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];
		place_coarse(cases[i].place, out, sizeof(out));
		ck_assert_str_eq(out, cases[i].coarse);
	}
}
END_TEST

START_TEST(a_cell_holds_the_point_and_is_never_one)
{
	struct place_cell cell;
	ck_assert(place_cell("36.2012, 37.1543", false, &cell));
	ck_assert_int_eq(cell.south, 36200000);
	ck_assert_int_eq(cell.north, 36250000);
	ck_assert_int_eq(cell.west, 37150000);
	ck_assert_int_eq(cell.east, 37200000);
	ck_assert(place_cell("-0.0001 -179.99999999", true, &cell));
	ck_assert_int_eq(cell.south, -1500);
	ck_assert_int_eq(cell.north, 0);
	ck_assert_int_eq(cell.west, -180000000);
}
END_TEST

START_TEST(what_is_no_coordinate_has_no_cell)
{
	static const char *const others[] = {"",       "Sector 4",  "36.2",      "36.2,", "91.0, 37.0", "36.2, 181.0", "36.2, 37.1 behind the bakery",
					     "36, 37", "36.2;37.1", "1e5.0, 2.0"};
	struct place_cell cell;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!place_cell(others[i], true, &cell), "%s", others[i]);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("refs");
	TCase *refs = tcase_create("refs");
	tcase_add_test(refs, every_ref_reads_back);
	tcase_add_test(refs, one_misheard_digit_is_always_caught);
	tcase_add_test(refs, a_misheard_letter_is_caught);
	tcase_add_test(refs, every_type_has_a_letter_of_its_own);
	tcase_add_test(refs, nearly_every_swap_of_neighbours_is_caught);
	tcase_add_test(refs, refs_are_read_as_people_say_them);
	tcase_add_test(refs, what_is_no_ref_is_not_taken_for_one);
	suite_add_tcase(suite, refs);
	TCase *places = tcase_create("places");
	tcase_add_test(places, only_the_area_of_a_place_is_coarse);
	tcase_add_test(places, a_cell_holds_the_point_and_is_never_one);
	tcase_add_test(places, what_is_no_coordinate_has_no_cell);
	suite_add_tcase(suite, places);
	return suite;
}
