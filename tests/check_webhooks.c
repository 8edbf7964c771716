/* Where webhooks may go, and how what they are told is kept. */

#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "crypto/hmac.h"
#include "node/desk/text.h"
#include "node/relief/feed.h"
#include "node/relief/webhooks_inside.h"

#include <stdlib.h>
#include <string.h>

static struct reliefdb db;
static char path[64];

static void open_room(void)
{
	relief_room(&db, path);
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

START_TEST(signatures_are_those_of_rfc_4231)
{
	uint8_t mac[HMAC_SIZE];
	char text[2 * HMAC_SIZE + 1];
	const void *const parts[] = {"what do ya want ", "for nothing?"};
	const size_t lens[] = {16, 12};
	hmac_sha256("Jefe", 4, parts, lens, 2, mac);
	text_hex(mac, sizeof(mac), text);
	ck_assert_str_eq(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
END_TEST

static bool goes(const char *url, bool private)
{
	struct webhook_target target;
	bool ok = webhook_url_ok(url, &target);
	ck_assert_msg(!ok || target.private == private, "%s", url);
	return ok;
}

START_TEST(an_address_says_who_listens)
{
	ck_assert(goes("https://example.org/hook?x=1", false));
	ck_assert(goes("http://example.org:8080", false));
	ck_assert(goes("HTTPS://EXAMPLE.ORG/", false));
	ck_assert(goes("https://8.8.8.8/", false));
	ck_assert(goes("https://[2001:db8::1]/", false));
	static const char *const private[] = {
		"http://127.0.0.1:80/", "http://localhost/",  "http://box/",         "http://box.local/", "http://10.1.2.3/",
		"http://192.168.0.1/",  "http://172.31.0.1/", "http://169.254.1.1/", "http://0.0.0.0/",   "http://100.64.0.1/",
		"http://[::1]:8080/",   "http://[fe80::1]/",  "http://[fd00::1]/x",  "http://[::]/",      "http://[::ffff:10.0.0.1]/",
		"https://a.lan/",
	};
	for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		ck_assert_msg(goes(private[i], true), "%s", private[i]);
	ck_assert(goes("http://172.32.0.1/", false));
}
END_TEST

START_TEST(other_addresses_are_refused)
{
	static const char *const bad[] = {
		"",
		"example.org",
		"ftp://example.org/",
		"http://",
		"http:///x",
		"http://u:p@example.org/",
		"http://example.org/ x",
		"http://exa\nmple",
		"http://\xD9\x85.org/",
		"file:///etc/passwd",
		"javascript:1",
		"http://[::1/",
		"http://:80/",
	};
	char longer[WEBHOOK_URL_MAX + 32] = "http://example.org/";
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!goes(bad[i], false), "%s", bad[i]);
	memset(longer + strlen(longer), 'a', sizeof(longer) - strlen(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert(!goes(longer, false));
	longer[WEBHOOK_URL_MAX] = '\0';
	ck_assert(goes(longer, false));
}
END_TEST

static struct webhook add_hook(void)
{
	struct webhook hook = {.url = "https://example.org/", .secret = "sixteen bytes of", .made = NOON};
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(webhooks_add(&db, &hook), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	return hook;
}

static uint64_t add_delivery(uint32_t hook, enum delivery_state state)
{
	struct delivery delivery = {.hook = hook, .state = state, .due = NOON, .made = NOON, .event = 7, .ref = "M-0016", .body = "{\"v\":1}"};
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(deliveries_add(&db, &delivery), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	return delivery.seq;
}

START_TEST(a_hook_begins_with_what_happens_next)
{
	struct webhook hooks[WEBHOOKS_MAX];
	size_t n;
	struct case_file file = {.number = 1, .type = LETTER_NEED};
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(feed_add(&db, NOON, FEED_ARRIVED, &file, ""), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	(void)add_hook();
	ck_assert_int_eq(webhooks_list(&db, hooks, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(hooks[0].number, 1);
	ck_assert_uint_eq(hooks[0].after, 1);
	ck_assert_str_eq(hooks[0].secret, "sixteen bytes of");
}
END_TEST

START_TEST(there_are_not_too_many_hooks)
{
	struct webhook hook = {.url = "https://example.org/"};
	for (unsigned i = 0; i < WEBHOOKS_MAX; i++)
		(void)add_hook();
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(webhooks_add(&db, &hook), ERR_LIMIT);
	reliefdb_rollback(&db);
}
END_TEST

START_TEST(a_removed_hook_takes_its_letters_along)
{
	struct delivery *dead;
	size_t n;
	uint32_t one = add_hook().number, two = add_hook().number;
	(void)add_delivery(one, DELIVERY_DEAD);
	uint64_t other = add_delivery(two, DELIVERY_DEAD);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(webhooks_remove(&db, one), ERR_OK);
	ck_assert_int_eq(webhooks_remove(&db, one), ERR_NO_FILE);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert_int_eq(webhooks_deliveries(&db, DELIVERY_DEAD, &dead, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(dead[0].seq, other);
	ck_assert_str_eq(dead[0].body, "{\"v\":1}");
	free(dead);
}
END_TEST

START_TEST(a_dead_letter_waits_again_when_told)
{
	struct delivery waiting[4];
	size_t n;
	uint32_t hook = add_hook().number;
	uint64_t one = add_delivery(hook, DELIVERY_DEAD);
	(void)add_delivery(hook, DELIVERY_DEAD);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(webhooks_retry(&db, one, NOON + 9, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(deliveries_of(&db, hook, DELIVERY_WAITS, waiting, 4, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(waiting[0].seq, one);
	ck_assert_uint_eq(waiting[0].due, NOON + 9);
	ck_assert_int_eq(webhooks_retry(&db, 0, NOON, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(webhooks_retry(&db, 0, NOON, &n), ERR_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}
END_TEST

/* What the sender reads comes from ourselves, and still ends in no post if it is not of the form. */
START_TEST(a_sender_posts_nothing_that_is_no_job)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"{\"n\":0}",
		"{\"n\":0,\"hook\":1,\"url\":\"file:///etc/passwd\",\"signature\":\"x\",\"timestamp\":1,\"body\":\"{}\"}",
		"{\"n\":0,\"hook\":1,\"url\":\"http://127.0.0.1:1/\",\"signature\":\"x\",\"timestamp\":1,\"body\":7}",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *in = fmemopen((void *)(uintptr_t)lines[i], strlen(lines[i]) + 1, "r"), *out = open_memstream(&text, &len);
		(void)webhook_post(in, out); /* without libcurl it says so */
		ck_assert_int_eq(fclose(in), 0);
		ck_assert_int_eq(fclose(out), 0);
		ck_assert_str_eq(text, "");
		free(text);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("webhooks");
	TCase *pure = tcase_create("pure");
	tcase_add_test(pure, signatures_are_those_of_rfc_4231);
	tcase_add_test(pure, an_address_says_who_listens);
	tcase_add_test(pure, other_addresses_are_refused);
	tcase_add_test(pure, a_sender_posts_nothing_that_is_no_job);
	suite_add_tcase(suite, pure);
	TCase *rows = tcase_create("rows");
	tcase_add_checked_fixture(rows, open_room, close_room);
	tcase_add_test(rows, a_hook_begins_with_what_happens_next);
	tcase_add_test(rows, there_are_not_too_many_hooks);
	tcase_add_test(rows, a_removed_hook_takes_its_letters_along);
	tcase_add_test(rows, a_dead_letter_waits_again_when_told);
	suite_add_tcase(suite, rows);
	return suite;
}
