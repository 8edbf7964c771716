/* What the front of the pages does with foreign bytes: text, forms, addresses, visitors, frames. */

#include "node/web/form.h"
#include "node/web/html.h"
#include "node/web/line.h"
#include "node/web/page.h"
#include "node/web/portal.h"
#include "node/web/sign.h"
#include "node/web/site.h"
#include "node/web/visitors.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOW_MS = 1000000 };

static struct html html;
static struct visitors *visitors;

static void arrange(void)
{
	ck_assert(html_open(&html, 4096));
	visitors = calloc(1, sizeof *visitors);
	ck_assert_ptr_nonnull(visitors);
}

static void clear(void)
{
	html_close(&html);
	for (unsigned i = 0; i < VISITORS_MAX; i++)
		visitors_drop_draft(&visitors->list[i], NULL);
	free(visitors);
}

struct pair {
	const char *in, *out;
};

START_TEST(what_somebody_wrote_is_shown_and_does_nothing)
{
	static const struct pair pairs[] = {
		{"plain قناص", "plain قناص"},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"\" onload='x'", "&quot; onload=&#39;x&#39;"},
		{"a & b &amp;", "a &amp; b &amp;amp;"},
		{"\x1b[31mred\x07", "\uFFFD[31mred\uFFFD"},
		{"a\u202Eevil\u2066x\u200F", "a\uFFFDevil\uFFFDx\u200F"},
		{"\u200Bhidden\uFEFF\u00AD\U000E0041", "\uFFFDhidden\uFFFD\uFFFD\uFFFD"},
		{"bad \xff\xfe \xd8", "bad \uFFFD\uFFFD \uFFFD"},
		{"\xed\xa0\x80\xf5\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"\xc0\xbcscript>", "\uFFFD\uFFFDscript&gt;"},
		{"zero\u200Cjoiner مُحَمَّدٌ", "zero\u200Cjoiner مُحَمَّدٌ"},
		{"a\nb\tc\rd", "a\nb c\uFFFDd"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		html.len = 0;
		html_text(&html, pairs[i].in);
		ck_assert_str_eq(html.bytes, pairs[i].out);
	}
}
END_TEST

START_TEST(no_two_bytes_of_anything_open_a_tag_or_leave_a_field)
{
	for (unsigned one = 1; one < 256; one++) {
		for (unsigned two = 0; two < 256; two++) {
			const char in[] = {(char)one, (char)two, '\0'};
			html.len = 0;
			html_add(&html, "%s", in);
			ck_assert_ptr_null(strpbrk(html.bytes, "<>\"'"));
			json_t *utf8 = json_string(html.bytes);
			ck_assert_ptr_nonnull(utf8);
			json_decref(utf8);
		}
	}
}
END_TEST

START_TEST(of_marks_that_stack_on_a_letter_a_sane_number_stays)
{
	char in[400] = "a", expected[64] = "a";
	for (unsigned i = 0; i < 100; i++)
		strcat(in, "\u0301");
	for (unsigned i = 0; i < HTML_MARKS_MAX; i++)
		strcat(expected, "\u0301");
	strcat(in, "\u200F\u0301b\u0651");
	strcat(expected, "b\u0651");
	html_text(&html, in);
	ck_assert_str_eq(html.bytes, expected);
}
END_TEST

START_TEST(a_value_that_nobody_sees_comes_back_as_it_was)
{
	html_value(&html, "A\u200Fb\u202E\x1b \"<&>'\n\u0301\u0301\u0301\u0301\u0301\u0301\xff\xC2\x85");
	ck_assert_str_eq(html.bytes, "A\u200Fb&#8238;&#27; &quot;&lt;&amp;&gt;&#39;\n\u0301\u0301\u0301\u0301&#769;&#769;\uFFFD\uFFFD");
}
END_TEST

START_TEST(a_person_s_words_keep_their_direction_to_themselves)
{
	html_user(&html, "سلام <b>\nx");
	ck_assert_str_eq(html.bytes, "<bdi dir=\"auto\">سلام &lt;b&gt; x</bdi>");
	html.len = 0;
	html_user_lines(&html, "one\ntwo");
	ck_assert_str_eq(html.bytes, "<bdi dir=\"auto\">one<br>two</bdi>");
}
END_TEST

START_TEST(marks_of_direction_stay_in_a_field_and_are_left_out_of_what_is_shown)
{
	html_text(&html, "a\u200F\u200E\u061Cb\nc");
	ck_assert_str_eq(html.bytes, "a\u200F\u200E\u061Cb\nc");
	html.len = 0;
	html_user(&html, "a\u200F\u200E\u061Cb\nc");
	ck_assert_str_eq(html.bytes, "<bdi dir=\"auto\">ab c</bdi>");
	html.len = 0;
	html_add(&html, "%s", "a\u200F\u200E\u061Cb\nc");
	ck_assert_str_eq(html.bytes, "ab c");
}
END_TEST

START_TEST(a_format_escapes_what_it_is_given)
{
	html_add(&html, "<a href=\"%s\">%u%%</a>", "\"><script>", 7U);
	ck_assert_str_eq(html.bytes, "<a href=\"&quot;&gt;&lt;script&gt;\">7%</a>");
}
END_TEST

START_TEST(a_page_that_does_not_fit_says_so_and_ends_there)
{
	struct html small;
	ck_assert(html_open(&small, 8));
	html_raw(&small, "12345678");
	ck_assert(!small.full);
	html_raw(&small, "9");
	ck_assert(small.full);
	html_raw(&small, "");
	ck_assert_str_eq(small.bytes, "12345678");
	html_close(&small);
}
END_TEST

static bool parse(const char *text, struct form *form)
{
	return form_parse(text, strlen(text), form);
}

START_TEST(a_form_is_read_as_a_browser_sends_it)
{
	struct form form;
	ck_assert(parse("token=ab&text=a+b%20%D9%82%26%3D%0D%0Ax&org=A&org=B%2BC&empty=", &form));
	ck_assert_str_eq(form_value(&form, "text"), "a b ق&=\nx");
	ck_assert_str_eq(form_nth(&form, "org", 0), "A");
	ck_assert_str_eq(form_nth(&form, "org", 1), "B+C");
	ck_assert_ptr_null(form_nth(&form, "org", 2));
	ck_assert_str_eq(form_value(&form, "empty"), "");
	ck_assert_str_eq(form_value(&form, "absent"), "");
	ck_assert_ptr_nonnull(form_nth(&form, "empty", 0));
	ck_assert_ptr_null(form_nth(&form, "absent", 0));
	form_free(&form);
}
END_TEST

START_TEST(a_form_that_is_not_one_is_refused_whole)
{
	static const char *const bad[] = {
		"a",           "a=1&b", "=x",      "a=%",   "a=%4",  "a=%zz",    "a=%00",  "a=%FF",
		"a=%ED%A0%80", "A=1",   "a%20b=1", "a b=1", "<b>=1", "a=1&\"=2", "a=\xff", "a234567890123456789012345678901234=1"};
	struct form form;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(!parse(bad[i], &form), "%s", bad[i]);
		ck_assert_uint_eq(form.n, 0);
	}
	ck_assert(!form_parse("a=1\0&b=2", 8, &form));
	char many[8 * (FORM_FIELDS_MAX + 1)] = "";
	for (unsigned i = 0; i <= FORM_FIELDS_MAX; i++)
		strcat(many, "a=1&");
	ck_assert(!parse(many, &form));
	many[4 * FORM_FIELDS_MAX] = '\0';
	ck_assert(parse(many, &form));
	form_free(&form);
	char *large = malloc(FORM_SIZE_MAX + 2);
	memset(large, 'a', FORM_SIZE_MAX + 2);
	large[1] = '=';
	ck_assert(form_parse(large, FORM_SIZE_MAX, &form));
	form_free(&form);
	ck_assert(!form_parse(large, FORM_SIZE_MAX + 1, &form));
	free(large);
}
END_TEST

START_TEST(a_visitor_is_known_by_the_whole_cookie_and_not_for_ever)
{
	struct visitor *visitor = visitors_add(visitors, NOW_MS);
	char cookie[VISITOR_DIGITS + 1];
	strcpy(cookie, visitor->cookie);
	ck_assert_uint_eq(strlen(cookie), VISITOR_DIGITS);
	ck_assert_ptr_eq(visitors_find(visitors, cookie, NOW_MS + 1), visitor);
	ck_assert_ptr_null(visitors_find(visitors, "", NOW_MS));
	cookie[3] ^= 1;
	ck_assert_ptr_null(visitors_find(visitors, cookie, NOW_MS));
	cookie[3] ^= 1;
	cookie[VISITOR_DIGITS - 1] = '\0';
	ck_assert_ptr_null(visitors_find(visitors, cookie, NOW_MS));
	strcpy(cookie, visitor->cookie);
	ck_assert_ptr_null(visitors_find(visitors, cookie, NOW_MS + 1 + VISITOR_IDLE_MS));
	ck_assert_ptr_null(visitors_find(visitors, cookie, NOW_MS + 1));
}
END_TEST

START_TEST(who_unlocked_gets_another_cookie_and_the_old_one_is_worth_nothing)
{
	struct visitor *visitor = visitors_add(visitors, NOW_MS);
	char old[VISITOR_DIGITS + 1];
	strcpy(old, visitor->cookie);
	const char *token = visitors_token(visitor);
	visitors_renew(visitor);
	ck_assert_ptr_null(visitors_find(visitors, old, NOW_MS));
	ck_assert_ptr_eq(visitors_find(visitors, visitor->cookie, NOW_MS), visitor);
	ck_assert_ptr_nonnull(visitors_form(visitor, token));
}
END_TEST

START_TEST(many_who_come_once_do_not_push_out_one_who_stays)
{
	struct visitor *stays = visitors_add(visitors, NOW_MS);
	char cookie[VISITOR_DIGITS + 1];
	strcpy(cookie, stays->cookie);
	ck_assert_ptr_nonnull(visitors_find(visitors, cookie, NOW_MS));
	for (unsigned i = 0; i < 10 * VISITORS_MAX; i++)
		ck_assert_ptr_nonnull(visitors_add(visitors, NOW_MS + i));
	ck_assert_ptr_eq(visitors_find(visitors, cookie, NOW_MS + 1000), stays);
}
END_TEST

START_TEST(nobody_takes_the_place_of_one_who_is_being_answered)
{
	for (unsigned i = 0; i < VISITORS_MAX; i++)
		visitors_add(visitors, NOW_MS)->pins = 1;
	ck_assert_ptr_null(visitors_add(visitors, NOW_MS + 1));
	visitors->list[5].pins = 0;
	ck_assert_ptr_eq(visitors_add(visitors, NOW_MS + 1), &visitors->list[5]);
	for (unsigned i = 0; i < VISITORS_MAX; i++)
		visitors->list[i].pins = 0;
}
END_TEST

START_TEST(a_token_is_one_visitor_s_and_one_form_s)
{
	struct visitor *amal = visitors_add(visitors, NOW_MS), *other = visitors_add(visitors, NOW_MS);
	char first[VISITOR_DIGITS + 1];
	strcpy(first, visitors_token(amal));
	const char *second = visitors_token(amal);
	ck_assert_str_ne(first, second);
	ck_assert_ptr_nonnull(visitors_form(amal, first));
	ck_assert_ptr_nonnull(visitors_form(amal, second));
	ck_assert_ptr_ne(visitors_form(amal, first), visitors_form(amal, second));
	ck_assert_ptr_null(visitors_form(other, first));
	ck_assert_ptr_null(visitors_form(amal, ""));
	ck_assert_ptr_null(visitors_form(other, ""));
	ck_assert_ptr_null(visitors_form(amal, "00000000000000000000000000000000"));
}
END_TEST

START_TEST(the_oldest_tokens_are_forgotten_but_none_that_is_under_way)
{
	struct visitor *amal = visitors_add(visitors, NOW_MS);
	char first[VISITOR_DIGITS + 1], second[VISITOR_DIGITS + 1];
	strcpy(first, visitors_token(amal));
	strcpy(second, visitors_token(amal));
	visitors_form(amal, first)->state = TOKEN_UNDER_WAY;
	for (unsigned i = 0; i < 2 * VISITOR_FORMS_MAX; i++)
		(void)visitors_token(amal);
	ck_assert_ptr_nonnull(visitors_form(amal, first));
	ck_assert_ptr_null(visitors_form(amal, second));
}
END_TEST

static void keep(struct visitor *visitor, const char *path, const char *text)
{
	struct form form;
	ck_assert(parse(text, &form));
	visitors_keep_draft(visitor, path, &form);
	ck_assert_uint_eq(form.n, 0);
}

static const char *drafted(const struct visitor *visitor, const char *path)
{
	const struct form *draft = visitors_draft(visitor, path);
	return draft != NULL ? form_value(draft, "text") : "";
}

START_TEST(a_draft_is_one_page_s_and_gone_with_its_visitor)
{
	struct visitor *amal = visitors_add(visitors, NOW_MS);
	keep(amal, "/safe", "text=one");
	keep(amal, "/need", "text=two");
	keep(amal, "/safe", "text=three");
	ck_assert_str_eq(amal->drafts[0].path, "/safe");
	ck_assert_str_eq(amal->drafts[2].path, "");
	ck_assert_str_eq(drafted(amal, "/safe"), "three");
	ck_assert_str_eq(drafted(amal, "/need"), "two");
	ck_assert_ptr_null(visitors_draft(amal, "/seek"));
	ck_assert_ptr_null(visitors_draft(amal, ""));
	visitors_drop_draft(amal, "/safe");
	ck_assert_ptr_null(visitors_draft(amal, "/safe"));
	ck_assert_str_eq(amal->drafts[0].path, "/need");
	ck_assert_ptr_null(visitors_find(visitors, amal->cookie, NOW_MS + VISITOR_IDLE_MS));
	ck_assert_ptr_null(visitors_draft(amal, "/need"));
}
END_TEST

START_TEST(of_many_drafts_the_oldest_goes)
{
	struct visitor *amal = visitors_add(visitors, NOW_MS);
	char path[16], text[16];
	for (unsigned i = 0; i <= VISITOR_DRAFTS_MAX; i++) {
		snprintf(path, sizeof path, "/%u", i);
		snprintf(text, sizeof text, "text=%u", i);
		keep(amal, path, text);
	}
	ck_assert_ptr_null(visitors_draft(amal, "/0"));
	ck_assert_str_eq(drafted(amal, "/1"), "1");
	ck_assert_str_eq(amal->drafts[0].path, path);
	visitors_drop_draft(amal, NULL);
	ck_assert_ptr_null(visitors_draft(amal, "/1"));
}
END_TEST

static void open_pair(struct line *lines[2])
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	lines[0] = line_new(ends[0], LINE_REPLY_MAX);
	lines[1] = line_new(ends[1], LINE_REQUEST_MAX);
}

START_TEST(what_one_person_began_another_on_the_same_phone_does_not_see)
{
	struct visitor *visitor = visitors_add(visitors, NOW_MS);
	struct form form;
	ck_assert(form_parse("text=hers", 9, &form));
	visitors_keep_draft(visitor, "/safe", &form);
	visitors_name(visitor, "Amal"); /* it waited for whoever unlocks first */
	visitors_name(visitor, "Amal");
	ck_assert_str_eq(form_value(visitors_draft(visitor, "/safe"), "text"), "hers");
	visitors_name(visitor, "Basma");
	ck_assert_ptr_null(visitors_draft(visitor, "/safe"));
}
END_TEST

START_TEST(frames_cross_whole_however_they_are_cut)
{
	struct line *lines[2];
	const char *bytes;
	size_t len = 0;
	open_pair(lines);
	ck_assert(line_put(lines[0], json_pack("{s:i}", "id", 1)));
	ck_assert(line_put(lines[0], json_pack("{s:i}", "id", 2)));
	ck_assert(line_waits(lines[0]));
	ck_assert_int_eq(line_write(lines[0]), LINE_OPEN);
	ck_assert(!line_waits(lines[0]));
	ck_assert(!line_next(lines[1], &bytes, &len));
	ck_assert_int_eq(line_read(lines[1]), LINE_OPEN);
	ck_assert(line_next(lines[1], &bytes, &len));
	ck_assert(len == 8 && memcmp(bytes, "{\"id\":1}", 8) == 0);
	ck_assert(line_next(lines[1], &bytes, &len));
	ck_assert(len == 8 && memcmp(bytes, "{\"id\":2}", 8) == 0);
	ck_assert(!line_next(lines[1], &bytes, &len));
	static const uint8_t cut[] = {0, 0, 0, 2, '{', '}'};
	for (size_t i = 0; i < sizeof cut; i++) {
		ck_assert(!line_next(lines[1], &bytes, &len));
		ck_assert_int_eq(send(line_fd(lines[0]), &cut[i], 1, 0), 1);
		ck_assert_int_eq(line_read(lines[1]), LINE_OPEN);
	}
	ck_assert(line_next(lines[1], &bytes, &len) && len == 2);
	line_free(lines[0]);
	ck_assert_int_eq(line_read(lines[1]), LINE_ENDED);
	line_free(lines[1]);
}
END_TEST

START_TEST(a_frame_over_the_bound_breaks_the_line)
{
	struct line *lines[2];
	open_pair(lines);
	const uint8_t head[] = {0, LINE_REQUEST_MAX >> 16, (LINE_REQUEST_MAX >> 8) & 0xFF, (LINE_REQUEST_MAX & 0xFF) + 1};
	ck_assert_int_eq(send(line_fd(lines[0]), head, sizeof head, 0), sizeof head);
	(void)line_read(lines[1]); /* the head may be judged now or at the next call */
	ck_assert_int_eq(line_read(lines[1]), LINE_BROKEN);
	line_free(lines[0]);
	line_free(lines[1]);
}
END_TEST

START_TEST(a_large_answer_crosses_a_small_socket)
{
	struct line *lines[2];
	const char *bytes;
	size_t len = 0;
	open_pair(lines);
	char *text = malloc(3 << 20);
	memset(text, 'x', (3 << 20) - 1);
	text[(3 << 20) - 1] = '\0';
	ck_assert(line_put(lines[1], json_pack("{s:s}", "out", text)));
	while (line_waits(lines[1])) {
		ck_assert_int_eq(line_write(lines[1]), LINE_OPEN);
		ck_assert_int_eq(line_read(lines[0]), LINE_OPEN);
	}
	ck_assert(line_next(lines[0], &bytes, &len));
	ck_assert_uint_eq(len, (3 << 20) - 1 + 10);
	free(text);
	line_free(lines[0]);
	line_free(lines[1]);
}
END_TEST

static struct portal portal;

START_TEST(what_phones_ask_is_known_by_name_and_path)
{
	ck_assert_int_eq(portal_probe("/generate_204")->status, 204);
	ck_assert_int_eq(portal_probe("/gen_204")->status, 204);
	ck_assert_ptr_nonnull(strstr(portal_probe("/hotspot-detect.html")->body, "<TITLE>Success</TITLE>"));
	ck_assert_ptr_nonnull(strstr(portal_probe("/library/test/success.html")->body, "<TITLE>Success</TITLE>"));
	ck_assert_str_eq(portal_probe("/ncsi.txt")->body, "Microsoft NCSI");
	ck_assert_str_eq(portal_probe("/connecttest.txt")->body, "Microsoft Connect Test");
	ck_assert_int_eq(portal_probe("/canonical.html")->status, 200);
	ck_assert_ptr_null(portal_probe("/"));
	ck_assert_ptr_null(portal_probe("/generate_204/"));
	ck_assert(portal_host("captive.apple.com") && portal_host("ConnectivityCheck.gstatic.com:80"));
	ck_assert(!portal_host("captive.apple.com:8080") && !portal_host("captive.apple.com.evil.org") && !portal_host("apple.com") &&
		  !portal_host("") && !portal_host("www.google.com"));
	enum portal_mode mode;
	ck_assert(portal_mode_of("quiet", &mode) && mode == PORTAL_QUIET);
	ck_assert(!portal_mode_of("", &mode) && !portal_mode_of("Splash", &mode));
}
END_TEST

START_TEST(a_phone_is_led_to_the_page_until_somebody_taps_on_it)
{
	memset(&portal, 0, sizeof portal);
	ck_assert(!portal_passes(&portal, "10.42.0.7", NOW_MS));
	portal.mode = PORTAL_QUIET;
	ck_assert(portal_passes(&portal, "10.42.0.7", NOW_MS));
	portal.mode = PORTAL_SPLASH;
	ck_assert(!portal_passes(&portal, "10.42.0.7", NOW_MS));
	portal_pass(&portal, "10.42.0.7", NOW_MS);
	ck_assert(portal_passes(&portal, "10.42.0.7", NOW_MS) && !portal_passes(&portal, "10.42.0.70", NOW_MS));
	ck_assert(portal_passes(&portal, "10.42.0.7", NOW_MS + PORTAL_IDLE_MS - 1));
	ck_assert(portal_passes(&portal, "10.42.0.7", NOW_MS + 2 * PORTAL_IDLE_MS - 2)); /* it asked in between */
	ck_assert(!portal_passes(&portal, "10.42.0.7", NOW_MS + 4 * PORTAL_IDLE_MS));
}
END_TEST

START_TEST(of_too_many_phones_the_one_that_asked_least_lately_is_forgotten)
{
	char address[PORTAL_ADDRESS_MAX + 1];
	memset(&portal, 0, sizeof portal);
	portal.mode = PORTAL_SPLASH;
	for (unsigned i = 0; i < PORTAL_CLIENTS_MAX; i++) {
		snprintf(address, sizeof address, "10.42.%u.%u", i / 250, i % 250);
		portal_pass(&portal, address, NOW_MS + i);
	}
	ck_assert(portal_passes(&portal, "10.42.0.0", NOW_MS + 1000));
	portal_pass(&portal, "10.42.9.9", NOW_MS + 1001);
	portal_pass(&portal, "10.42.9.9", NOW_MS + 1002);
	ck_assert(portal_passes(&portal, "10.42.9.9", NOW_MS + 1003) && portal_passes(&portal, "10.42.0.0", NOW_MS + 1003));
	ck_assert(!portal_passes(&portal, "10.42.0.1", NOW_MS + 1003) && portal_passes(&portal, "10.42.0.2", NOW_MS + 1003));
}
END_TEST

START_TEST(what_would_end_a_part_of_a_wifi_code_is_escaped)
{
	char wifi[SIGN_WIFI_MAX], *page = NULL;
	size_t len = 0;
	sign_wifi(&(struct sign){.name = "Clinic: \"5\"; a,b\\", .passphrase = "abcde-fghij"}, wifi);
	ck_assert_str_eq(wifi, "WIFI:S:Clinic\\: \\\"5\\\"\\; a\\,b\\\\;T:WPA;P:abcde-fghij;;");
	FILE *out = open_memstream(&page, &len);
	ck_assert(sign_print(&(struct sign){.name = "<b>", .passphrase = "abcde-fghij", .address = "10.42.0.1"}, out));
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_ptr_nonnull(strstr(page, "&lt;b&gt;"));
	ck_assert_ptr_null(strstr(page, "<bdi><b>"));
	free(page);
}
END_TEST

START_TEST(only_paths_of_pages_are_pages)
{
	static const char *const pages[] = {"/", "/start", "/unlock", "/safe", "/inbox", "/m/0123abcd", "/status", "/settings", "/wipe"};
	static const char *const none[] = {"",        "/m/",  "/m",         "/safe/",  "/SAFE",       "//",     "/.", "/../", "/inbox/../safe",
					   "/%73afe", "safe", "/m/a\r\n b", "/m/a%0d", "/m/\xd9\xa0", "/m/ABCD"};
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		ck_assert_msg(page_find(&site_barid, pages[i]) != NULL, "%s", pages[i]);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		ck_assert_msg(page_find(&site_barid, none[i]) == NULL, "%s", none[i]);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("web");
	TCase *tests = tcase_create("web");
	tcase_add_checked_fixture(tests, arrange, clear);
	tcase_add_test(tests, what_somebody_wrote_is_shown_and_does_nothing);
	tcase_add_test(tests, no_two_bytes_of_anything_open_a_tag_or_leave_a_field);
	tcase_add_test(tests, of_marks_that_stack_on_a_letter_a_sane_number_stays);
	tcase_add_test(tests, a_value_that_nobody_sees_comes_back_as_it_was);
	tcase_add_test(tests, a_person_s_words_keep_their_direction_to_themselves);
	tcase_add_test(tests, marks_of_direction_stay_in_a_field_and_are_left_out_of_what_is_shown);
	tcase_add_test(tests, a_format_escapes_what_it_is_given);
	tcase_add_test(tests, a_page_that_does_not_fit_says_so_and_ends_there);
	tcase_add_test(tests, a_form_is_read_as_a_browser_sends_it);
	tcase_add_test(tests, a_form_that_is_not_one_is_refused_whole);
	tcase_add_test(tests, a_visitor_is_known_by_the_whole_cookie_and_not_for_ever);
	tcase_add_test(tests, who_unlocked_gets_another_cookie_and_the_old_one_is_worth_nothing);
	tcase_add_test(tests, many_who_come_once_do_not_push_out_one_who_stays);
	tcase_add_test(tests, nobody_takes_the_place_of_one_who_is_being_answered);
	tcase_add_test(tests, a_token_is_one_visitor_s_and_one_form_s);
	tcase_add_test(tests, the_oldest_tokens_are_forgotten_but_none_that_is_under_way);
	tcase_add_test(tests, a_draft_is_one_page_s_and_gone_with_its_visitor);
	tcase_add_test(tests, of_many_drafts_the_oldest_goes);
	tcase_add_test(tests, what_one_person_began_another_on_the_same_phone_does_not_see);
	tcase_add_test(tests, frames_cross_whole_however_they_are_cut);
	tcase_add_test(tests, a_frame_over_the_bound_breaks_the_line);
	tcase_add_test(tests, a_large_answer_crosses_a_small_socket);
	tcase_add_test(tests, what_phones_ask_is_known_by_name_and_path);
	tcase_add_test(tests, a_phone_is_led_to_the_page_until_somebody_taps_on_it);
	tcase_add_test(tests, of_too_many_phones_the_one_that_asked_least_lately_is_forgotten);
	tcase_add_test(tests, what_would_end_a_part_of_a_wifi_code_is_escaped);
	tcase_add_test(tests, only_paths_of_pages_are_pages);
	suite_add_tcase(suite, tests);
	return suite;
}
