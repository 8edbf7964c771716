/* Which requests are meant for the pages, and come from them. */
#include "node/web/origin.h"
#include "tests/support/suite.h"

START_TEST(only_our_own_names_reach_us)
{
	const struct origin_site four = {.address = "127.0.0.1", .port = 8080}, six = {.address = "fe80::1", .port = 80};
	static const char *const ours[] = {"127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LocalHost", "barid.lan", "barid.lan:8080"};
	static const char *const others[] = {"",
					     "evil.example",
					     "evil.example:8080",
					     "127.0.0.1:80",
					     "127.0.0.1:8080.evil.example",
					     "localhost:8081",
					     "localhost.evil",
					     "127.0.0.2:8080",
					     "barid.lan.",
					     "barid.lan:8080:8080",
					     "user@localhost",
					     "localhost:8080/",
					     "127.0.0.1:",
					     " localhost",
					     "fe80::1",
					     "localhost\n",
					     "localhost:08080"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		ck_assert_msg(origin_host_ours(&four, ours[i]), "%s", ours[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert_msg(!origin_host_ours(&four, others[i]), "%s", others[i]);
	ck_assert(!origin_host_ours(&four, NULL));
	ck_assert(origin_host_ours(&six, "[fe80::1]") && origin_host_ours(&six, "[FE80::1]:80") && !origin_host_ours(&six, "fe80::1"));
}
END_TEST

START_TEST(a_form_must_come_from_the_very_same_page)
{
	const struct origin_site site = {.address = "127.0.0.1", .port = 8080};
	const char *host = "localhost:8080";
	static const char *const ours[] = {"http://localhost:8080", "http://localhost:8080/safe?x", "HTTP://LOCALHOST:8080"};
	static const char *const others[] = {"null",
					     "",
					     "http://localhost",
					     "http://localhost:80801",
					     "https://localhost:8080",
					     "http://evil/",
					     "http://localhost:8080.evil.example/",
					     "http://localhost:8080@evil.example/"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		ck_assert_msg(origin_same(&site, host, ours[i]), "%s", ours[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert_msg(!origin_same(&site, host, others[i]), "%s", others[i]);
}
END_TEST

START_TEST(a_server_with_tls_before_us_is_known_by_its_origin_alone)
{
	const struct origin_site site = {.address = "127.0.0.1", .port = 8090, .before = "https://console.example:8443"};
	static const char *const ours[] = {"https://a", "https://console.example", "https://10.0.0.1:8443", "https://[::1]:443"};
	static const char *const others[] = {"",
					     "https://",
					     "http://console.example",
					     "console.example",
					     "https://console.example/",
					     "https://a b",
					     "https://user@a",
					     "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		ck_assert_msg(origin_is_tls(ours[i]), "%s", ours[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert_msg(!origin_is_tls(others[i]), "%s", others[i]);
	ck_assert(origin_host_ours(&site, "console.example:8443") && origin_host_ours(&site, "127.0.0.1:8090"));
	ck_assert(!origin_host_ours(&site, "console.example") && !origin_host_ours(&site, "console.example:8443.evil"));
	/* whether it passes its own name on or names us */
	ck_assert(origin_same(&site, "console.example:8443", "https://console.example:8443"));
	ck_assert(origin_same(&site, "127.0.0.1:8090", "https://console.example:8443/queue"));
	ck_assert(!origin_same(&site, "console.example:8443", "http://console.example:8443"));
	ck_assert(!origin_same(&site, "127.0.0.1:8090", "https://console.example"));
	ck_assert(!origin_same(&site, "127.0.0.1:8090", "https://127.0.0.1:8090"));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("origin");
	TCase *tests = tcase_create("origin");
	tcase_add_test(tests, only_our_own_names_reach_us);
	tcase_add_test(tests, a_form_must_come_from_the_very_same_page);
	tcase_add_test(tests, a_server_with_tls_before_us_is_known_by_its_origin_alone);
	suite_add_tcase(suite, tests);
	return suite;
}
