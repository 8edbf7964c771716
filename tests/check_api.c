/* What programs send to /api/v1: who they are, which path, which revision, what body. */

#include "node/console/api.h"
#include "node/web/basic.h"
#include "node/web/exchange_inside.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_name_and_a_password_are_taken_apart)
{
	static const struct {
		const char *value, *name, *password;
	} good[] = {
		{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},
		{"basic YTpi", "a", "b"},
		{"Basic YTo=", "a", ""},
		{"Basic YTpiOmM=", "a", "b:c"},
		{"Basic 2LHZhtinOtmD2YTZhdipINin2YTYs9ix", "رنا", "كلمة السر"},
	};
	struct basic basic;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_msg(basic_parse(good[i].value, &basic), "%s", good[i].value);
		ck_assert_str_eq(basic.name, good[i].name);
		ck_assert_str_eq(basic.password, good[i].password);
	}
}
END_TEST

START_TEST(what_is_not_so_is_refused_and_nothing_of_it_stays)
{
	static const char *const bad[] = {"",           "Basic",          "Basic ",         "Basic !!!!", "Bearer YTpi",
					  "Basic YTp",  "Basic YTpi=",    "Basic YTpi====", "Basic YW",   "Basic OmI=",
					  "Basic YWI=", "Basic YTpiCg==", "Basic YQA6Yg==", "Basic /zpi", "Basic YTpi YTpi",
					  "Basic YTp_", "Basic YTq=",     "Basic YR==",     "Basic ====", "Basic =YTp"};
	static const struct basic nothing;
	struct basic basic;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(!basic_parse(bad[i], &basic), "%s", bad[i]);
		ck_assert_mem_eq(&basic, &nothing, sizeof basic);
	}
}
END_TEST

START_TEST(names_and_passwords_have_bounds)
{
	char value[512] = "Basic ";
	struct basic basic;
	for (unsigned i = 0; i < 88; i++) /* 64 bytes of name, a colon, 199 of password: 264 in all */
		strcat(value, i < 21 ? "YWFh" : i == 21 ? "YTph" : "YWFh");
	ck_assert(basic_parse(value, &basic));
	ck_assert_uint_eq(strlen(basic.name), BASIC_NAME_MAX);
	ck_assert_uint_eq(strlen(basic.password), 199);
	strcat(value, "YQ==");
	ck_assert(basic_parse(value, &basic));
	ck_assert_uint_eq(strlen(basic.password), BASIC_PASSWORD_MAX);
	value[strlen(value) - 4] = '\0';
	strcat(value, "YWE=");
	ck_assert(!basic_parse(value, &basic));
	strcpy(value, "Basic ");
	for (unsigned i = 0; i < 23; i++)
		strcat(value, i < 22 ? "YWFh" : "YTph");
	ck_assert(!basic_parse(value, &basic));
}
END_TEST

START_TEST(a_path_leads_to_one_place_or_to_none)
{
	char ref[API_REF_MAX + 1];
	ck_assert_int_eq(api_place("feed", ref), API_FEED);
	ck_assert_int_eq(api_place("cases", ref), API_CASES);
	ck_assert_str_eq(ref, "");
	ck_assert_int_eq(api_place("cases/M-0418", ref), API_CASE);
	ck_assert_str_eq(ref, "M-0418");
	ck_assert_int_eq(api_place("cases/9f02ab/notes", ref), API_NOTES);
	ck_assert_str_eq(ref, "9f02ab");
	ck_assert_int_eq(api_place("cases/M-0418/replies", ref), API_REPLIES);
	static const char *const none[] = {"",           "feeds",         "Feed",        "feed/",    "cases/",    "cases//",        "cases/--home",
					   "cases/-x",   "cases/a b",     "cases/a%20b", "cases/M/", "cases/M/x", "cases/M/notes/", "cases/M/notes/x",
					   "cases/../x", "cases/\xd8\xb1"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		ck_assert_msg(api_place(none[i], ref) == API_NOWHERE, "%s", none[i]);
		ck_assert_str_eq(ref, "");
	}
	char longer[API_REF_MAX + 8] = "cases/";
	memset(longer + 6, 'a', API_REF_MAX + 1);
	longer[API_REF_MAX + 7] = '\0';
	ck_assert_int_eq(api_place(longer, ref), API_NOWHERE);
	longer[API_REF_MAX + 6] = '\0';
	ck_assert_int_eq(api_place(longer, ref), API_CASE);
}
END_TEST

START_TEST(a_revision_stands_in_quotes)
{
	char tag[API_TAG_MAX + 1];
	ck_assert(api_tag("\"17\"", tag));
	ck_assert_str_eq(tag, "17");
	ck_assert(api_tag("*", tag));
	ck_assert_str_eq(tag, "");
	static const char *const bad[] = {"",       "17", "\"\"", "\"17", "17\"", "W/\"17\"", "\"-1\"", "\"1234567890\"", "\"1\", \"2\"",
					  "\"1 \"", "**", "\""};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!api_tag(bad[i], tag), "%s", bad[i]);
}
END_TEST

START_TEST(a_number_has_a_bound)
{
	unsigned number = 7;
	ck_assert(api_number("", 30, &number) && number == 0);
	ck_assert(api_number("30", 30, &number) && number == 30);
	ck_assert(!api_number("31", 30, &number) && !api_number("-1", 30, &number) && !api_number("1e3", 3000, &number));
	ck_assert(!api_number("9999999999", 999999999, &number) && !api_number(" 1", 30, &number));
}
END_TEST

static bool takes(const char *text)
{
	json_t *body = exchange_api_body(text, strlen(text));
	json_decref(body);
	return body != NULL;
}

START_TEST(a_body_is_one_flat_object)
{
	ck_assert(takes("{}") && takes("{\"a\":\"b\"}") && takes(" {\"a\":1,\"b\":true,\"c\":\"[[{{\"} "));
	static const char *const bad[] = {"",
					  "null",
					  "7",
					  "[]",
					  "{\"a\":{}}",
					  "{\"a\":[]}",
					  "{\"a\":null}",
					  "{\"a\":1.5}",
					  "{\"a\":1} x",
					  "{\"a\":1,\"a\":2}",
					  "{\"a\":1",
					  "{\"a\":\"\\ud800\"}",
					  "{\"a\":\"\\u0000\"}",
					  "{\"a\":\"\xff\"}",
					  "{\"\\\"\":[1]}"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!takes(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(a_body_too_large_too_deep_or_of_too_many_members_is_refused)
{
	static char large[API_BODY_MAX + 64], deep[8001], many[512] = "{";
	strcpy(large, "{\"a\":\"");
	memset(large + 6, 'x', API_BODY_MAX - 8);
	strcpy(large + API_BODY_MAX - 2, "\"}");
	ck_assert(takes(large));
	strcpy(large + API_BODY_MAX - 2, "x\"}");
	ck_assert(!takes(large));
	memset(deep, '[', 8000);
	ck_assert(!takes(deep));
	for (unsigned i = 0; i < 12; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), "\"m%u\":1,", i);
	many[strlen(many) - 1] = '}';
	ck_assert(takes(many));
	many[strlen(many) - 1] = ',';
	strcat(many, "\"x\":1}");
	ck_assert(!takes(many));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("api");
	TCase *tests = tcase_create("api");
	tcase_add_test(tests, a_name_and_a_password_are_taken_apart);
	tcase_add_test(tests, what_is_not_so_is_refused_and_nothing_of_it_stays);
	tcase_add_test(tests, names_and_passwords_have_bounds);
	tcase_add_test(tests, a_path_leads_to_one_place_or_to_none);
	tcase_add_test(tests, a_revision_stands_in_quotes);
	tcase_add_test(tests, a_number_has_a_bound);
	tcase_add_test(tests, a_body_is_one_flat_object);
	tcase_add_test(tests, a_body_too_large_too_deep_or_of_too_many_members_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
