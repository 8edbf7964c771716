#include "tests/support/suite.h"

#include "node/web/send.h"

START_TEST(numbers_are_read_in_three_scripts)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned value;
	} cases[] = {
		{"", true, 0},         {"0", true, 0},         {"7", true, 7},         {"42", true, 42},         {"٤", true, 4},
		{"١٢٣", true, 123},    {"۹۸۷", true, 987},     {"1٢۳", true, 123},     {"999999", true, 999999}, {"٩٩٩٩٩٩", true, 999999},
		{"1000000", false, 0}, {"x", false, 0},        {"4x", false, 0},       {"-1", false, 0},         {"1 2", false, 0},
		{"\xD9", false, 0},    {"\xD9\xB0", false, 0}, {"\xDB\xA9", false, 0}, {"٤\xD9", false, 0},      {"½", false, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_msg(send_number_ok(cases[i].text) == cases[i].ok, "%s", cases[i].text);
		ck_assert_msg(send_number(cases[i].text) == cases[i].value, "%s", cases[i].text);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("send");
	TCase *tests = tcase_create("numbers");
	tcase_add_test(tests, numbers_are_read_in_three_scripts);
	suite_add_tcase(suite, tests);
	return suite;
}
