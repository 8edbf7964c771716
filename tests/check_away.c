/* A post whose shelf is away for a while, as a database may be: SQLite's with a begin() that fails. */
#include "node/post/catalogue.h"
#include "node/post/post.h"
#include "node/post/shelf.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

static struct shelf_kind kind;
static struct post *post;
static struct moment now;
static bool away;
static unsigned polls;

static enum err open_shelf(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	enum err err = shelf_sqlite.open(shelf, owner, path, meta, error);
	if (err == ERR_OK)
		(*shelf)->kind = &kind;
	return err;
}

static void begin(struct shelf *shelf)
{
	if (away)
		shelf_fail(shelf, ERR_AWAY);
	else
		shelf_sqlite.begin(shelf);
}

/* Reading does not work either. */
static size_t trusted(struct shelf *shelf, struct shelf_trusted *out, size_t cap)
{
	if (away)
		shelf_fail(shelf, ERR_AWAY);
	return away ? 0 : shelf_sqlite.trusted(shelf, out, cap);
}

static void renew(struct shelf *shelf, struct shelf_summary *summary)
{
	(void)shelf;
	(void)summary; /* nobody else changes it */
}

static bool heard(struct shelf *shelf, const uint8_t **news, size_t *len)
{
	(void)shelf;
	(void)news;
	(void)len;
	return false;
}

static void tell(struct shelf *shelf, const uint8_t *news, size_t len)
{
	(void)shelf;
	(void)news;
	ck_assert_uint_ge(len, 8);
}

static void count_poll(struct shelf *shelf)
{
	(void)shelf;
	polls++;
}

static void arrange(void)
{
	kind = shelf_sqlite;
	kind.open = open_shelf;
	kind.begin = begin;
	kind.trusted = trusted;
	kind.renew = renew;
	kind.heard = heard;
	kind.tell = tell;
	kind.poll = count_poll;
	now = (struct moment){.boot_ms = 1000000, .unix_s = 1795000000};
	away = false;
	struct post_config config = {.store_path = ":memory:", .shelf = &kind, .store_max_bytes = 64 << 20};
	ck_assert_int_eq(post_open(&post, &config, now), ERR_OK);
	ck_assert_int_eq(post_settle(post, now), ERR_OK);
}

static void clear(void)
{
	post_close(post);
}

static enum err hand_in(uint32_t number, uint8_t flags)
{
	struct sample sample = sample_sealed(number, CLASS_NEED, 1);
	uint8_t id[LETTER_ID_SIZE];
	(void)post_submit(post, sample.bytes, sample.len, flags, id, now); /* settling tells */
	return post_settle(post, now);
}

static enum control_place place(uint32_t number)
{
	return post_track(post, sample_sealed(number, CLASS_NEED, 1).id).place;
}

START_TEST(what_is_handed_in_while_the_shelf_is_away_is_not_kept_and_the_post_goes_on)
{
	static const uint8_t flags[] = {0, SUBMIT_SEND_NOW, SUBMIT_CARRIED}; /* held back at first, at once, another's */
	ck_assert_int_eq(hand_in(1, 0), ERR_OK);
	away = true;
	for (unsigned i = 0; i < sizeof(flags); i++)
		ck_assert_int_eq(hand_in(2, flags[i]), ERR_AWAY);
	ck_assert_int_eq(place(2), PLACE_UNKNOWN);
	ck_assert_int_eq(hand_in(1, 0), ERR_OK); /* known: there is nothing to keep */
	away = false;
	ck_assert_int_eq(hand_in(2, 0), ERR_OK);
	ck_assert_int_eq(place(2), PLACE_HELD);
	ck_assert_int_eq(place(1), PLACE_HELD);
}
END_TEST

/* Else a post to which letters keep coming would never have a turn without an error, and so never look. */
START_TEST(a_lost_shelf_is_looked_for_though_every_turn_fails)
{
	away = true;
	polls = 0;
	for (uint32_t i = 0; i < 5; i++)
		ck_assert_int_eq(hand_in(3, SUBMIT_SEND_NOW), ERR_AWAY);
	ck_assert_uint_eq(polls, 5);
}
END_TEST

START_TEST(whom_the_post_believes_outlives_a_turn_that_failed)
{
	uint8_t key[SIGN_KEY_SIZE];
	uint8_t id[LETTER_ID_SIZE];
	sample_organisation(0, key);
	ck_assert(post_trust(post, key, 1, now));
	ck_assert_int_eq(post_settle(post, now), ERR_OK);
	away = true;
	ck_assert_int_eq(hand_in(4, 0), ERR_AWAY);
	away = false;
	struct sample notice = sample_notice(0, 1, 1, "believed");
	ck_assert_int_eq(post_submit(post, notice.bytes, notice.len, SUBMIT_CARRIED, id, now), VERDICT_STORED);
	ck_assert_int_eq(post_settle(post, now), ERR_OK);
	uint32_t slot = catalogue_find(post_catalogue(post), notice.id);
	ck_assert_uint_ne(slot, CATALOGUE_NONE);
	ck_assert_int_eq(catalogue_at(post_catalogue(post), slot)->pool, POOL_AUTHORITY);
}
END_TEST

START_TEST(others_before_the_shelf_are_looked_for_each_second)
{
	polls = 0;
	now.boot_ms += 999;
	ck_assert_int_eq(post_settle(post, now), ERR_OK);
	ck_assert_uint_eq(polls, 0);
	ck_assert_uint_le(post_next_deadline(post), now.boot_ms + 1);
	now.boot_ms += 1;
	ck_assert_int_eq(post_settle(post, now), ERR_OK);
	ck_assert_uint_eq(polls, 1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("away");
	TCase *test_case = tcase_create("away");
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, what_is_handed_in_while_the_shelf_is_away_is_not_kept_and_the_post_goes_on);
	tcase_add_test(test_case, a_lost_shelf_is_looked_for_though_every_turn_fails);
	tcase_add_test(test_case, whom_the_post_believes_outlives_a_turn_that_failed);
	tcase_add_test(test_case, others_before_the_shelf_are_looked_for_each_second);
	suite_add_tcase(suite, test_case);
	return suite;
}
