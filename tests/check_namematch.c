/* Names as different people write them. */

#include "tests/support/suite.h"

#include "node/relief/namematch.h"

#include <string.h>

static unsigned alike(const char *a, const char *b)
{
	struct name_tokens one, other;
	namematch_split(a, &one);
	namematch_split(b, &other);
	ck_assert_uint_eq(namematch_alike(&one, &other), namematch_alike(&other, &one));
	return namematch_alike(&one, &other);
}

static unsigned found(const char *wanted, const char *name)
{
	struct name_tokens one, other;
	namematch_split(wanted, &one);
	namematch_split(name, &other);
	return namematch_found(&one, &other);
}

START_TEST(spellings_of_one_name_are_the_same)
{
	static const char *const pairs[][2] = {
		{"محمد", "مُحَمَّد"},
		{"أحمد", "احمد"},
		{"فاطمة", "فاطمه"},
		{"يحيى", "یحیي"},
		{"الأحمد", "أحمد"},
		{"عبد الرحمن", "عبدالرحمن"},
		{"  ريما   عمر ", "ريما عمر"},
		{"RIMA", "rima"},
		{"Şêrîn", "serin"},
		{"محمـــد", "محمد"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ck_assert_msg(alike(pairs[i][0], pairs[i][1]) == 100, "%s and %s are %u", pairs[i][0], pairs[i][1], alike(pairs[i][0], pairs[i][1]));
}
END_TEST

START_TEST(other_names_are_not)
{
	static const char *const pairs[][2] = {{"ريما", "سمير"}, {"عمر", "علي"}, {"محمد", "محمود علي"}, {"Omar", "Amal"}, {"حسن", "حسين"}};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ck_assert_uint_lt(alike(pairs[i][0], pairs[i][1]), 70);
}
END_TEST

START_TEST(a_wrong_letter_is_close)
{
	ck_assert_uint_ge(alike("مصطفى", "مصطفا"), 75);
	ck_assert_uint_ge(alike("Mustafa", "Mostafa"), 75);
	ck_assert_uint_lt(alike("Mustafa", "Mostafa"), 100);
	ck_assert_uint_ge(alike("Muhammed", "Mohammad"), 55);
}
END_TEST

START_TEST(a_part_is_found_in_the_whole)
{
	ck_assert_uint_eq(found("ريما", "ريما عمر الأحمد"), 100);
	ck_assert_uint_eq(found("عمر ريما", "ريما عمر الأحمد"), 100);
	ck_assert_uint_lt(found("ريما ريما", "ريما عمر"), 60);
	ck_assert_uint_eq(found("", "ريما"), 0);
	ck_assert_uint_eq(found("ريما", ""), 0);
	ck_assert_uint_eq(found("---", "..."), 0);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char text[4096];
	struct name_tokens names;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	namematch_split(text, &names);
	ck_assert_uint_eq(names.n, 1);
	ck_assert_uint_eq(names.tokens[0].len, NAME_TOKEN_LEN);
	for (size_t i = 1; i < sizeof(text) - 1; i += 2)
		text[i] = ' ';
	namematch_split(text, &names);
	ck_assert_uint_eq(names.n, NAME_TOKENS_MAX);
	namematch_split("\xFF\xFE\xD8", &names);
	ck_assert_uint_le(names.n, 1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("namematch");
	TCase *tcase = tcase_create("namematch");
	tcase_add_test(tcase, spellings_of_one_name_are_the_same);
	tcase_add_test(tcase, other_names_are_not);
	tcase_add_test(tcase, a_wrong_letter_is_close);
	tcase_add_test(tcase, a_part_is_found_in_the_whole);
	tcase_add_test(tcase, what_is_too_long_is_cut);
	suite_add_tcase(suite, tcase);
	return suite;
}
