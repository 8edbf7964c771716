/* The store on a disk that counts and fails. */
#include "tests/support/cluster.h"
#include "tests/support/faultdisk.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

enum { ROOMY = 64 << 20, BURST = 64 };

static struct faultdisk *disk;
static struct cluster cluster;

static void arrange(void)
{
	disk = faultdisk_install();
	cluster_open(&cluster, 1, ROOMY);
}

static void clear(void)
{
	disk->fail_after = UINT64_MAX;
	cluster_close(&cluster);
}

/* Submits letters from..from+n-1 in one turn and settles. */
static enum err burst(uint32_t from, uint32_t n)
{
	uint8_t id[LETTER_ID_SIZE];
	for (uint32_t i = from; i < from + n; i++) {
		struct sample sample = sample_sealed(i, CLASS_STATUS, 0);
		(void)post_submit(cluster.post[0], sample.bytes, sample.len, SUBMIT_CARRIED, id, cluster.now); /* settling tells */
	}
	return post_settle(cluster.post[0], cluster.now);
}

static uint32_t held(uint32_t from, uint32_t n)
{
	uint32_t count = 0;
	for (uint32_t i = from; i < from + n; i++) {
		struct sample sample = sample_sealed(i, CLASS_STATUS, 0);
		count += cluster_place(&cluster, 0, sample.id) == PLACE_HELD;
	}
	return count;
}

START_TEST(a_burst_costs_one_sync_and_a_quiet_turn_none)
{
	ck_assert_int_eq(burst(0, 1), ERR_OK); /* the first writes the log's header too */
	uint64_t before = disk->syncs;
	ck_assert_int_eq(burst(1, BURST), ERR_OK);
	ck_assert_uint_eq(disk->syncs, before + 1);
	uint64_t writes = disk->writes;
	ck_assert_int_eq(post_settle(cluster.post[0], cluster.now), ERR_OK);
	ck_assert_uint_eq(disk->syncs, before + 1);
	ck_assert_uint_eq(disk->writes, writes);
}
END_TEST

/* For every n: the n-th write or sync of a turn fails. Either the turn is refused and leaves nothing, or it is kept whole. */
static void fail_everywhere(bool full)
{
	uint32_t next = 0;
	ck_assert_int_eq(burst(next, 10), ERR_OK);
	next += 10;
	disk->full = full;
	bool succeeded = false;
	for (uint64_t n = 0; !succeeded; n++) {
		ck_assert_uint_lt(n, 1000);
		disk->fail_after = n;
		enum err err = burst(next, 10);
		disk->fail_after = UINT64_MAX;
		succeeded = err == ERR_OK;
		if (!succeeded && err != ERR_FULL)
			cluster_crash(&cluster, 0); /* what the daemon does: it ends, and is started again */
		ck_assert_uint_eq(held(0, next), next);
		ck_assert_uint_eq(held(next, 10), succeeded ? 10 : 0);
		struct control_status status;
		post_status(cluster.post[0], &status, cluster.now);
		ck_assert_uint_eq(status.letters[CLASS_STATUS], succeeded ? next + 10 : next);
	}
	ck_assert_int_eq(burst(next + 10, 10), ERR_OK);
	cluster_crash(&cluster, 0);
	ck_assert_uint_eq(held(0, next + 20), next + 20);
}

START_TEST(a_disk_that_fills_up_at_any_write_loses_nothing_that_was_kept)
{
	fail_everywhere(true);
}
END_TEST

START_TEST(a_disk_that_breaks_at_any_write_or_sync_loses_nothing_that_was_kept)
{
	fail_everywhere(false);
}
END_TEST

/* Turns one bit of the letter on the disk, while nobody has the store open. */
static void spoil_on_disk(const char *path, const struct sample *letter)
{
	static uint8_t image[1 << 20];
	FILE *file = fopen(path, "r+b");
	ck_assert_ptr_nonnull(file);
	size_t len = fread(image, 1, sizeof(image), file);
	const uint8_t *at = memmem(image, len, letter->bytes + 64, 128);
	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(fseek(file, at - image, SEEK_SET), 0);
	ck_assert_int_eq(fputc(*at ^ 1, file), *at ^ 1);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_letter_the_disk_has_changed_is_let_go_and_comes_back_whole)
{
	struct cluster town;
	cluster_open(&town, 3, ROOMY);
	struct sample letters[3];
	for (uint32_t n = 0; n < 3; n++) {
		letters[n] = sample_sealed(n, CLASS_NEED, 1);
		for (size_t i = 0; i < 3; i += 2)
			ck_assert_int_eq(cluster_submit(&town, i, letters[n].bytes, letters[n].len, SUBMIT_CARRIED), VERDICT_STORED);
	}
	cluster_shut(&town, 0);
	spoil_on_disk(town.path[0], &letters[1]);
	cluster_reopen(&town, 0);
	size_t link = cluster_join(&town, 0, 1);
	cluster_run(&town);
	cluster_cut(&town, link);
	ck_assert_uint_eq(cluster_count(&town, 0, TALLY_LETTERS_ROTTEN), 1);
	ck_assert_uint_eq(cluster_count(&town, 1, TALLY_LETTERS_STORED), 2);
	ck_assert_int_eq(cluster_place(&town, 0, letters[1].id), PLACE_UNKNOWN);
	cluster_wait(&town, 2000);
	cluster_join(&town, 0, 2);
	cluster_run(&town);
	struct control_status mended, whole;
	post_status(town.post[0], &mended, town.now);
	post_status(town.post[2], &whole, town.now);
	ck_assert_int_eq(cluster_place(&town, 0, letters[1].id), PLACE_HELD);
	ck_assert_mem_eq(mended.digest, whole.digest, sizeof(mended.digest));
	ck_assert_uint_eq(mended.store_bytes, whole.store_bytes);
	cluster_close(&town);
}
END_TEST

START_TEST(what_the_store_counts_is_what_it_holds)
{
	struct control_status status;
	for (uint32_t n = 0; n < 40; n++) {
		struct sample sample = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 3));
		ck_assert_int_eq(cluster_submit(&cluster, 0, sample.bytes, sample.len, SUBMIT_CARRIED), VERDICT_STORED);
	}
	struct sample gone[4];
	for (uint32_t n = 0; n < 4; n++)
		gone[n] = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 3));
	struct sample receipts = sample_receipts(gone, 4);
	ck_assert_int_eq(cluster_submit(&cluster, 0, receipts.bytes, receipts.len, 0), VERDICT_STORED);
	cluster_crash(&cluster, 0);
	post_status(cluster.post[0], &status, cluster.now);
	uint32_t by_class[LETTER_CLASSES] = {0};
	uint64_t bytes = 0, after = 0;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct control_letter letter;
	for (; post_feed(cluster.post[0], after, 0xff, envelope, &letter); after = letter.cursor) {
		by_class[envelope[2]]++;
		bytes += letter.envelope_len;
	}
	ck_assert_mem_eq(by_class, status.letters, sizeof(by_class));
	ck_assert_uint_eq(bytes, status.store_bytes);
	ck_assert_uint_eq(status.known, 4);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("store");
	TCase *test_case = tcase_create("store");
	tcase_set_timeout(test_case, 120);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, a_burst_costs_one_sync_and_a_quiet_turn_none);
	tcase_add_test(test_case, a_disk_that_fills_up_at_any_write_loses_nothing_that_was_kept);
	tcase_add_test(test_case, a_disk_that_breaks_at_any_write_or_sync_loses_nothing_that_was_kept);
	tcase_add_test(test_case, a_letter_the_disk_has_changed_is_let_go_and_comes_back_whole);
	tcase_add_test(test_case, what_the_store_counts_is_what_it_holds);
	suite_add_tcase(suite, test_case);
	return suite;
}
