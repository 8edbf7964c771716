/* Command lines, ids, and text from strangers. */

#include "tests/support/suite.h"

#include "node/desk/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct cli_option table[] = {{"org", true}, {"red", true}, {"send-now", false}, {NULL, false}};
static struct cli cli;

static int parse(int argc, const char **argv)
{
	FILE *null = freopen("/dev/null", "w", stderr);
	ck_assert_ptr_nonnull(null);
	return cli_parse(&cli, "barid", argc, (char **)(uintptr_t)argv, table);
}

#define PARSE(...) parse((int)(sizeof((const char *[]){"barid", __VA_ARGS__}) / sizeof(char *)), (const char *[]){"barid", __VA_ARGS__, NULL})

START_TEST(options_may_stand_anywhere)
{
	ck_assert_int_eq(PARSE("--json", "--red", "1", "medevac", "--org", "A", "extra", "--home", "/h", "--org", "B", "--send-now"), 0);
	ck_assert_uint_eq(cli.words_n, 2);
	ck_assert_str_eq(cli.words[0], "medevac");
	ck_assert_str_eq(cli.words[1], "extra");
	ck_assert(cli.json);
	ck_assert_str_eq(cli.home, "/h");
	ck_assert_str_eq(cli_value(&cli, "red"), "1");
	ck_assert_str_eq(cli_value(&cli, "org"), "B");
	ck_assert_str_eq(cli_nth(&cli, "org", 0), "A");
	ck_assert_str_eq(cli_nth(&cli, "org", 1), "B");
	ck_assert_ptr_null(cli_nth(&cli, "org", 2));
	ck_assert(cli_has(&cli, "send-now"));
	ck_assert(!cli_has(&cli, "post"));
}
END_TEST

START_TEST(after_two_dashes_everything_is_a_word)
{
	ck_assert_int_eq(PARSE("--home", "/h", "show", "--", "--red", "-"), 0);
	ck_assert_uint_eq(cli.words_n, 3);
	ck_assert_str_eq(cli.words[1], "--red");
	ck_assert_str_eq(cli.words[2], "-");
}
END_TEST

START_TEST(mistakes_are_usage_errors)
{
	ck_assert_int_eq(PARSE("--home", "/h", "x", "--blue"), EX_USAGE);
	ck_assert_int_eq(PARSE("--home", "/h", "x", "--red"), EX_USAGE);
	ck_assert_int_eq(PARSE("--home", "/h", "x", "--send-now=yes"), EX_USAGE);
	ck_assert_int_eq(PARSE("--home", "/h", "x", "--passphrase-fd", "abc"), EX_USAGE);
	ck_assert_int_eq(PARSE("--home", "", "x"), EX_USAGE);
	const char *many[CLI_WORDS_MAX + 4] = {"barid"};
	for (int i = 1; i <= CLI_WORDS_MAX + 1; i++)
		many[i] = "word";
	ck_assert_int_eq(parse(CLI_WORDS_MAX + 2, many), EX_USAGE);
}
END_TEST

START_TEST(an_option_of_another_verb_is_refused)
{
	ck_assert_int_eq(PARSE("--home", "/h", "inbox", "--red", "1"), 0);
	ck_assert(!cli_only(&cli, "new yellow infrared"));
	ck_assert(cli_only(&cli, "new red"));
	ck_assert(cli_only(&cli, "red"));
}
END_TEST

START_TEST(the_socket_is_found_in_order)
{
	setenv("BARID_POST", "/env/ctl.sock", 1);
	ck_assert_int_eq(PARSE("--home", "/h", "--post", "/given", "x"), 0);
	ck_assert_str_eq(cli.post, "/given");
	ck_assert_int_eq(PARSE("--home", "/h", "x"), 0);
	ck_assert_str_eq(cli.post, "/env/ctl.sock");
	unsetenv("BARID_POST");
	setenv("XDG_STATE_HOME", "/state", 1);
	ck_assert_int_eq(PARSE("x"), 0);
	ck_assert_str_eq(cli.home, "/state/barid");
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", "/people/amal", 1);
	ck_assert_int_eq(PARSE("x"), 0);
	ck_assert_str_eq(cli.home, "/people/amal/.local/state/barid");
}
END_TEST

START_TEST(prefixes_fit_by_digit)
{
	uint8_t id[LETTER_ID_SIZE] = {0xAB, 0xCD, 0xEF};
	struct cli_prefix prefix;
	static const char *const fit[] = {"abcd", "ABCDE", "abcdef", "abcdef0", "abcdef0000000000000000000000000000000000000000000000000000000000"};
	static const char *const miss[] = {"abce", "abcdf", "abcdef1", "bcde"};
	static const char *const bad[] = {"", "abc", "abcg", "xyz1", "-abcd", "abcdef00000000000000000000000000000000000000000000000000000000000"};
	for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++)
		ck_assert_msg(cli_prefix_parse(fit[i], &prefix) && cli_prefix_fits(&prefix, id), "%s", fit[i]);
	for (size_t i = 0; i < sizeof miss / sizeof miss[0]; i++)
		ck_assert_msg(cli_prefix_parse(miss[i], &prefix) && !cli_prefix_fits(&prefix, id), "%s", miss[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!cli_prefix_parse(bad[i], &prefix), "%s", bad[i]);
}
END_TEST

struct pair {
	const char *in, *out;
};

START_TEST(hostile_text_is_inert)
{
	static const struct pair pairs[] = {
		{"plain قناص", "plain قناص"},
		{"\x1b[31mred", "\uFFFD[31mred"},
		{"a\x07"
		 "b\x7f",
		 "a\uFFFDb\uFFFD"},
		{"\xc2\x9b"
		 "31m",
		 "\uFFFD31m"},
		{"a\u202Eevil\u2066x", "a\uFFFDevil\uFFFDx"},
		{"\u200Fx\uFEFF", "\uFFFDx\uFFFD"},
		{"a\rb", "a\uFFFDb"},
		{"a\nb\tc", "a b c"},
		{"bad \xff\xfe", "bad \uFFFD\uFFFD"},
		{"cut \xd8", "cut \uFFFD"},
		{"no \xEF\xBF\xBE char \xF0\x9F\xBF\xBF", "no \uFFFD char \uFFFD"},
		{"zero\u200Cjoiner", "zero\u200Cjoiner"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char out[200];
		text_inert(pairs[i].in, false, out, sizeof out);
		ck_assert_str_eq(out, pairs[i].out);
	}
	char lines[16], cut[6];
	text_inert("a\nb", true, lines, sizeof lines);
	ck_assert_str_eq(lines, "a\nb");
	text_inert("ششش", false, cut, sizeof cut);
	ck_assert_str_eq(cut, "شش");
}
END_TEST

START_TEST(stacked_marks_do_not_cover_other_lines)
{
	char in[400] = "a", out[400];
	for (size_t i = 0; i < 100; i++)
		strcat(in, i % 2 == 0 ? "\xCC\x81" : "\xD9\x8E"); /* U+0301, U+064E */
	strcat(in, "b");
	text_inert(in, false, out, sizeof out);
	ck_assert_str_eq(out, "a\xCC\x81\xD9\x8E\xCC\x81\xD9\x8E"
			      "b");
	text_inert("مُحَمَّد", false, out, sizeof out);
	ck_assert_str_eq(out, "مُحَمَّد");
}
END_TEST

START_TEST(a_name_is_found_however_it_is_spelt)
{
	static const struct {
		const char *written, *sought;
	} names[] = {
		{"مُحَمَّد", "محمد"},      {"مـحـمـد", "محمد"},
		{"أحمد", "احمد"},      {"إبراهيم", "ابراهيم"},
		{"آمنة", "امنه"},      {"ٱلله", "الله"},
		{"على", "علي"},        {"علی", "علي"},
		{"کریم", "كريم"},      {"٤ ۵", "4 5"},
		{"ذٰلك", "ذلك"},        {"Şêxo", "sexo"},
		{"ŞÊXO", "şêxo"},      {"IŞIK ığdır", "isik igdir"},
		{"s\xCC\xA7", "ş"},    {"Gülçîn", "GULCIN"},
		{"  a \t b\n", "A B"},
	};
	char written[64], sought[64];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		text_fold_search(names[i].written, written, sizeof written);
		text_fold_search(names[i].sought, sought, sizeof sought);
		ck_assert_str_eq(written, sought);
	}
	text_fold("Şêxo", written, sizeof written); /* what names a notice's topic stays as SPEC.md has it */
	ck_assert_str_eq(written, "Şêxo");
}
END_TEST

START_TEST(no_byte_sequence_gets_a_control_character_through)
{
	for (unsigned one = 1; one < 256; one++) {
		for (unsigned two = 0; two < 256; two++) {
			char in[3] = {(char)one, (char)two, '\0'}, out[16];
			text_inert(in, false, out, sizeof out);
			ck_assert(text_utf8_ok(out, strlen(out)));
			for (const char *at = out; *at != '\0'; at++) {
				ck_assert((unsigned char)*at >= 0x20 && (unsigned char)*at != 0x7F);
				ck_assert(!((unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0));
			}
		}
	}
}
END_TEST

START_TEST(counts_are_read_in_three_scripts)
{
	uint64_t value = 0;
	ck_assert(text_count("12", 100, &value) && value == 12);
	ck_assert(text_count("١٢", 100, &value) && value == 12);
	ck_assert(text_count("۱۲", 100, &value) && value == 12);
	ck_assert(text_count("1٢", 100, &value) && value == 12);
	static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.5", "101", "99999999999999999999", "1\xff", "十"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!text_count(bad[i], 100, &value), "%s", bad[i]);
}
END_TEST

START_TEST(times_are_utc_both_ways)
{
	uint64_t value = 0;
	char text[TEXT_TIME];
	ck_assert(text_time_parse("2016-12-14T05:00Z", &value) && value == 1481691600);
	ck_assert(text_time_parse("2016-12-14T05:00:07Z", &value) && value == 1481691607);
	ck_assert(text_time_parse("٢٠١٦-١٢-١٤T٠٥:٠٠Z", &value) && value == 1481691600);
	ck_assert(text_time_parse("1481691600", &value) && value == 1481691600);
	text_time(value, text);
	ck_assert_str_eq(text, "2016-12-14T05:00:00Z");
	static const char *const bad[] = {"", "tomorrow", "2016-12-14", "2016-12-14T05:00", "2016-13-14T05:00Z", "2016-12-14T05:00Zx"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!text_time_parse(bad[i], &value), "%s", bad[i]);
}
END_TEST

START_TEST(json_text_survives_bad_bytes)
{
	json_t *text = cli_json_text("a\xff"
				     "b");
	ck_assert_str_eq(json_string_value(text), "a\uFFFDb");
	json_decref(text);
	json_t *when = cli_json_time(0);
	ck_assert(json_is_null(when));
	json_decref(when);
}
END_TEST

START_TEST(a_passphrase_is_one_line_of_the_descriptor)
{
	int ends[2];
	struct passphrase passphrase;
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "open sesame\nrest", 16), 16);
	close(ends[1]);
	struct cli with = {.program = "barid", .passphrase_fd = ends[0]};
	ck_assert_int_eq(cli_passphrase(&with, false, &passphrase), ERR_OK);
	ck_assert_str_eq(passphrase.bytes, "open sesame");
	ck_assert_uint_eq(passphrase.len, 11);
	char rest[8] = "";
	ck_assert_int_eq(read(ends[0], rest, sizeof rest), 4);
	close(ends[0]);
}
END_TEST

START_TEST(a_file_longer_than_allowed_is_not_read)
{
	char name[] = "/tmp/check_cli_XXXXXX", out[8];
	size_t len = 0;
	int fd = mkstemp(name);
	ck_assert_int_eq(write(fd, "1234567", 7), 7);
	ck_assert_int_eq(cli_read_file(name, out, sizeof out, &len), ERR_OK);
	ck_assert_str_eq(out, "1234567");
	ck_assert_int_eq(write(fd, "8", 1), 1);
	ck_assert_int_eq(cli_read_file(name, out, sizeof out, &len), ERR_LIMIT);
	close(fd);
	unlink(name);
	ck_assert_int_eq(cli_read_file(name, out, sizeof out, &len), ERR_NO_FILE);
}
END_TEST

START_TEST(people_read_the_language_of_the_first_locale_that_is_set)
{
	static const struct {
		const char *lc_all, *lc_messages, *lang;
		enum words_lang wanted;
	} cases[] = {
		{"", "", "", WORDS_EN},
		{"", "", "ar_SY.UTF-8", WORDS_AR},
		{"", "ku_TR.UTF-8", "ar_SY.UTF-8", WORDS_KMR},
		{"C", "ku_TR.UTF-8", "ar_SY.UTF-8", WORDS_EN},
		{"ckb_IQ", "", "", WORDS_CKB},
		{"tr_TR.UTF-8", "C", "C", WORDS_TR},
		{"de_DE.UTF-8", "", "ar", WORDS_EN},
	};
	char *plain[] = {"barid", "inbox", NULL}, *json[] = {"barid", "inbox", "--json", NULL};
	static const struct cli_option none[] = {{NULL, false}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_int_eq(
			setenv("LC_ALL", cases[i].lc_all, 1) | setenv("LC_MESSAGES", cases[i].lc_messages, 1) | setenv("LANG", cases[i].lang, 1), 0);
		ck_assert_int_eq(cli_parse(&cli, "barid", 2, plain, none), 0);
		ck_assert_uint_eq(cli.lang, cases[i].wanted);
		ck_assert_int_eq(cli_parse(&cli, "barid", 3, json, none), 0);
		ck_assert_uint_eq(cli.lang, WORDS_EN);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("cli");
	TCase *tests = tcase_create("cli");
	tcase_add_test(tests, options_may_stand_anywhere);
	tcase_add_test(tests, after_two_dashes_everything_is_a_word);
	tcase_add_test(tests, mistakes_are_usage_errors);
	tcase_add_test(tests, an_option_of_another_verb_is_refused);
	tcase_add_test(tests, the_socket_is_found_in_order);
	tcase_add_test(tests, prefixes_fit_by_digit);
	tcase_add_test(tests, hostile_text_is_inert);
	tcase_add_test(tests, stacked_marks_do_not_cover_other_lines);
	tcase_add_test(tests, a_name_is_found_however_it_is_spelt);
	tcase_add_test(tests, no_byte_sequence_gets_a_control_character_through);
	tcase_add_test(tests, counts_are_read_in_three_scripts);
	tcase_add_test(tests, times_are_utc_both_ways);
	tcase_add_test(tests, json_text_survives_bad_bytes);
	tcase_add_test(tests, people_read_the_language_of_the_first_locale_that_is_set);
	tcase_add_test(tests, a_passphrase_is_one_line_of_the_descriptor);
	tcase_add_test(tests, a_file_longer_than_allowed_is_not_read);
	suite_add_tcase(suite, tests);
	return suite;
}
