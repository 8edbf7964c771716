/* The store on a disk that counts and fails, its queries, and stores of the version before. */
#include "node/post/shelf_sqlite_inside.h"
#include "node/post/store.h"
#include "proto/bytes.h"
#include "proto/order.h"
#include "tests/support/cluster.h"
#include "tests/support/faultdisk.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

enum { BURST = 64 };

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

/* A store by itself, in a file of its own in the cluster's folder. */
static char path[80];

static struct store *open_store(void)
{
	struct store *store;
	(void)snprintf(path, sizeof(path), "%s-own", cluster.path[0]);
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_OK);
	return store;
}

static void remove_store(void)
{
	char wal[96];
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	(void)remove(wal); /* it need not exist */
	ck_assert_int_eq(remove(path), 0);
}

static uint32_t put(struct store *store, const struct sample *sample, uint32_t expires)
{
	struct outside letter;
	ck_assert(outside_examine(sample->bytes, sample->len, &letter));
	struct store_letter coming = {.outside = &letter, .envelope = sample->bytes, .len = sample->len, .expires = expires};
	coming.judgement = pool_unproven(&letter.header, 7);
	uint32_t slot = store_put(store, &coming);
	ck_assert_uint_ne(slot, CATALOGUE_NONE);
	return slot;
}

/* A body that the disk spoils while the store is open and has it no longer in its cache, which four megabytes of other letters see to. */
START_TEST(a_letter_spoilt_while_the_store_is_open_is_not_given_out_and_forgotten)
{
	enum { LETTERS = 1400 };
	struct store *store = open_store();
	struct sample sample, spoilt = sample_sealed(0, CLASS_NEED, 3);
	for (uint32_t n = 0; n < LETTERS; n++) {
		sample = sample_sealed(n, CLASS_NEED, 3);
		(void)put(store, &sample, 5 + n); /* found by its tag below */
	}
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_close(store);
	store = open_store();
	ck_assert_uint_eq(store_rotten(store), 0);
	spoil_on_disk(path, &spoilt);
	uint32_t slot;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	ck_assert_int_eq(store_place(store, spoilt.id, &slot), PLACE_HELD);
	ck_assert_uint_eq(store_get(store, slot, envelope), 0);
	ck_assert_uint_eq(store_get_as_is(store, slot, envelope), spoilt.len);
	ck_assert_uint_eq(store_expired(store, 5), slot);
	store_drop(store, slot, 1000);
	ck_assert_int_eq(store_place(store, spoilt.id, &slot), PLACE_UNKNOWN);
	ck_assert_uint_eq(catalogue_bytes(store_catalogue(store)), (LETTERS - 1) * sample.len);
	ck_assert_uint_eq(catalogue_known(store_catalogue(store)), 0);
	ck_assert_uint_eq(store_expired(store, 5), CATALOGUE_NONE);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_close(store);
	remove_store();
}
END_TEST

START_TEST(a_turn_taken_back_is_taken_back_in_memory_and_on_disk)
{
	struct store *store = open_store();
	struct sample stays = sample_sealed(1, CLASS_NEED, 0), comes = sample_sealed(2, CLASS_NEED, 0);
	uint32_t slot = put(store, &stays, 5), other;
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_drop(store, slot, 100);
	(void)put(store, &comes, 5); /* found by its tag below */
	ck_assert_int_eq(store_place(store, stays.id, &other), PLACE_KNOWN);
	store_rollback(store);
	for (int opened = 0; opened < 2; opened++) {
		uint8_t envelope[ENVELOPE_SIZE_MAX];
		ck_assert_int_eq(store_place(store, comes.id, &other), PLACE_UNKNOWN);
		ck_assert_int_eq(store_place(store, stays.id, &other), PLACE_HELD);
		ck_assert_uint_eq(store_get(store, other, envelope), stays.len);
		ck_assert_uint_eq(catalogue_known(store_catalogue(store)), 0);
		ck_assert_uint_eq(catalogue_bytes(store_catalogue(store)), stays.len);
		store_close(store);
		store = open_store();
	}
	store_close(store);
	remove_store();
}
END_TEST

START_TEST(what_is_known_is_known_after_opening_again_until_its_time_comes)
{
	enum { LETTERS = 300, GONE = 290 };
	struct store *store = open_store();
	struct store_known known;
	uint32_t slot;
	for (uint32_t n = 0; n < LETTERS; n++) {
		struct sample sample = sample_sealed(n, CLASS_NEED, 0);
		slot = put(store, &sample, 5);
		store_drop(store, slot, n < GONE ? 10 : 20);
	}
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_close(store);
	store = open_store();
	struct sample first = sample_sealed(0, CLASS_NEED, 0), last = sample_sealed(GONE, CLASS_NEED, 0);
	ck_assert_uint_eq(catalogue_known(store_catalogue(store)), LETTERS);
	ck_assert(store_known(store, first.id, &known) && !known.receipted);
	ck_assert_int_eq(store_place(store, first.id, &slot), PLACE_KNOWN);
	struct outside letter;
	ck_assert(outside_examine(first.bytes, first.len, &letter));
	ck_assert_uint_eq(catalogue_at(store_catalogue(store), slot)->rank, order_rank(&letter.header, STANDING_UNPROVEN));
	ck_assert_uint_eq(catalogue_at(store_catalogue(store), slot)->day, 0); /* unproven */
	ck_assert_mem_eq(known.commitment, letter.header.commitment, sizeof(known.commitment));
	ck_assert(store_forget_expired(store, 10) && !store_forget_expired(store, 10));
	ck_assert(!store_known(store, first.id, &known) && store_known(store, last.id, &known));
	ck_assert_uint_eq(catalogue_known(store_catalogue(store)), LETTERS - GONE);
	store_close(store);
	remove_store();
}
END_TEST

static void run_sql(sqlite3 *db, const char *sql)
{
	char *message = NULL;
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

/* For itself: the disk that fails knows no shared memory. */
static sqlite3 *open_db(void)
{
	sqlite3 *db;
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	run_sql(db, "PRAGMA locking_mode = EXCLUSIVE");
	return db;
}

static void no_query_looks_through_a_table(sqlite3 *db, const char *sql)
{
	char explain[1024];
	sqlite3_stmt *plan;
	(void)snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	ck_assert_int_eq(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(plan, 3);
		ck_assert_msg(strncmp(step, "SCAN", 4) != 0 && strstr(step, "TEMP B-TREE") == NULL, "%s: %s", sql, step);
	}
	ck_assert_int_eq(sqlite3_finalize(plan), SQLITE_OK);
}

static void no_statement_looks_through_a_table(void)
{
	static const char *const statements[] = {
#define SQL_OF(name, sql) sql,
		SHELF_STATEMENTS(SQL_OF)
#undef SQL_OF
	};
	sqlite3 *db = open_db();
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		if (strncmp(statements[i], "BEGIN", 5) != 0 && strcmp(statements[i], "COMMIT") != 0 && strcmp(statements[i], "ROLLBACK") != 0)
			no_query_looks_through_a_table(db, statements[i]);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(no_statement_looks_through_a_table_of_a_new_store)
{
	store_close(open_store());
	no_statement_looks_through_a_table();
	remove_store();
}
END_TEST

START_TEST(a_store_of_a_newer_version_is_left_alone)
{
	struct store *store;
	store_close(open_store());
	sqlite3 *db = open_db();
	run_sql(db, "PRAGMA user_version = 4");
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_NEWER);
	remove_store();
}
END_TEST

enum { OLD_LETTERS = 40, OLD_NEXT = 90, OLD_OPEN_H = 7 };
static const uint8_t old_secret[SHORTHASH_KEY_SIZE] = {3, 1, 4, 1, 5};

/* Runs one INSERT with numbers ?1 to ?4 and blobs ?5 and ?6. */
static void insert_old(sqlite3 *db, const char *sql, const int64_t number[static 4], const void *blob, size_t len, const void *more)
{
	sqlite3_stmt *insert;
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &insert, NULL), SQLITE_OK);
	for (int i = 0; i < 4 && i < sqlite3_bind_parameter_count(insert); i++)
		ck_assert_int_eq(sqlite3_bind_int64(insert, i + 1, number[i]), SQLITE_OK);
	if (sqlite3_bind_parameter_count(insert) >= 5)
		ck_assert_int_eq(sqlite3_bind_blob(insert, 5, blob, (int)len, SQLITE_STATIC), SQLITE_OK);
	if (sqlite3_bind_parameter_count(insert) >= 6)
		ck_assert_int_eq(sqlite3_bind_blob(insert, 6, more, RECEIPT_COMMITMENT_SIZE, SQLITE_STATIC), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(insert), SQLITE_DONE);
	ck_assert_int_eq(sqlite3_finalize(insert), SQLITE_OK);
}

static int64_t old_key(const uint8_t *tag)
{
	uint64_t key = shorthash(old_secret, tag, LETTER_TAG_SIZE);
	int64_t stored;
	memcpy(&stored, &key, sizeof(stored));
	return stored;
}

/* Makes a store as version 1 wrote it: letters in rows 2, 4, .., of which numbers 0 and 1 are not held but known, 1 with a receipt. */
static void make_old_store(void)
{
	static const char tables[] =
		"PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
		"CREATE TABLE meta (identity INTEGER NOT NULL, secret BLOB NOT NULL, summary BLOB NOT NULL);"
		"CREATE TABLE letters (seq INTEGER PRIMARY KEY, key INTEGER NOT NULL, rank INTEGER NOT NULL, day INTEGER NOT NULL, "
		"expires INTEGER NOT NULL, body BLOB NOT NULL);"
		"CREATE INDEX letters_by_key ON letters (key);"
		"CREATE INDEX letters_in_order ON letters (rank, day, key);"
		"CREATE INDEX letters_by_expiry ON letters (expires);"
		"CREATE TABLE known (key INTEGER PRIMARY KEY, expires INTEGER NOT NULL, tag BLOB NOT NULL, commitment BLOB NOT NULL, "
		"receipted INTEGER NOT NULL);"
		"CREATE INDEX known_by_expiry ON known (expires);"
		"CREATE TABLE latest (topic INTEGER PRIMARY KEY, number INTEGER NOT NULL, tag BLOB NOT NULL, expires INTEGER NOT NULL);"
		"CREATE INDEX latest_by_expiry ON latest (expires);"
		"CREATE TABLE handed (key INTEGER PRIMARY KEY, copies INTEGER NOT NULL, first_at INTEGER NOT NULL, gateway_at INTEGER NOT NULL);"
		"PRAGMA user_version = 1;";
	uint8_t summary[180];
	struct writer writer = writer_of(summary, sizeof(summary));
	write_u64(&writer, 77);
	for (size_t i = 0; i < LETTER_CLASSES * (4 + 32); i++)
		write_u8(&writer, (uint8_t)(0xa0 + i));
	write_u64(&writer, OLD_NEXT);
	write_u32(&writer, 2);
	write_u64(&writer, OLD_OPEN_H * UINT64_C(3600000));
	write_u64(&writer, 1700000000);
	ck_assert(writer_ok(&writer) && writer.len == sizeof(summary));
	(void)snprintf(path, sizeof(path), "%s-own", cluster.path[0]);
	sqlite3 *db = open_db();
	run_sql(db, tables);
	insert_old(db, "INSERT INTO meta VALUES (?1 + ?2 + ?3 + ?4, ?6, ?5)", (int64_t[]){1, 10, 100, 1000}, summary, sizeof(summary), old_secret);
	for (uint32_t n = 0; n < OLD_LETTERS; n++) {
		struct sample sample = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 4));
		struct outside letter;
		ck_assert(outside_examine(sample.bytes, sample.len, &letter));
		int64_t key = old_key(sample.id);
		if (n < 2)
			insert_old(db, "INSERT INTO known VALUES (?1, ?2 + ?4, ?5, ?6, ?3)", (int64_t[]){key, 50, n, 0}, sample.id, LETTER_TAG_SIZE,
				   letter.header.commitment);
		else
			insert_old(db, "INSERT INTO letters VALUES (?1, ?2, ?3, 9, ?4, ?5)",
				   (int64_t[]){2 * n, key, order_rank(&letter.header, STANDING_UNPROVEN), 10 + n}, sample.bytes, sample.len, NULL);
		insert_old(db, "INSERT INTO handed VALUES (?1, ?2, ?3, ?4)", (int64_t[]){key, n + 1, 1000 + n, n % 2}, NULL, 0, NULL);
	}
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* Everything that make_old_store() put there. */
static void check_old_store(struct store *store)
{
	ck_assert_uint_eq(store_identity(store), 1111);
	ck_assert_uint_eq(store_summary(store)->next_seq, OLD_NEXT);
	ck_assert_uint_eq(store_summary(store)->gateway_last, 1700000000);
	ck_assert_uint_eq(store_hour(store, 0), OLD_OPEN_H);
	ck_assert_uint_eq(store_rotten(store), 0);
	uint64_t after = 0;
	for (uint32_t n = 0; n < OLD_LETTERS; n++) {
		struct sample sample = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 4));
		struct control_track track = store_track(store, sample.id);
		ck_assert(track.copies == n + 1 && track.handed_at == 1000 + n && track.gateway_at == n % 2);
		ck_assert_int_eq(track.place, n < 2 ? PLACE_KNOWN : PLACE_HELD);
		struct store_known known;
		ck_assert_int_eq(store_known(store, sample.id, &known), n < 2);
		if (n < 2) {
			ck_assert_int_eq(known.receipted, n == 1);
			continue;
		}
		uint8_t envelope[ENVELOPE_SIZE_MAX];
		size_t len;
		ck_assert(store_arrived(store, after, UINT8_MAX, envelope, &len, &after));
		ck_assert_uint_eq(after, 2 * n);
		ck_assert_uint_eq(len, sample.len);
		ck_assert_mem_eq(envelope, sample.bytes, len);
		uint32_t slot;
		ck_assert_int_eq(store_place(store, sample.id, &slot), PLACE_HELD);
		ck_assert_uint_eq(store_get(store, slot, envelope), sample.len);
	}
}

START_TEST(a_store_of_version_1_is_brought_up_and_loses_nothing)
{
	make_old_store();
	for (int opened = 0; opened < 2; opened++) {
		struct store *store = open_store();
		check_old_store(store);
		store_close(store);
	}
	struct store *store = open_store();
	for (uint32_t n = 2; n < OLD_LETTERS; n++) { /* each when its time comes, not before */
		struct sample sample = sample_sealed(n, (enum letter_class)(n % 4), (uint8_t)(n % 4));
		uint32_t slot;
		ck_assert_uint_eq(store_expired(store, 9 + n), CATALOGUE_NONE);
		ck_assert_int_eq(store_place(store, sample.id, &slot), PLACE_HELD);
		ck_assert_uint_eq(store_expired(store, 10 + n), slot);
		store_drop(store, slot, 500);
	}
	struct sample next = sample_sealed(OLD_LETTERS, CLASS_NEED, 0);
	ck_assert_uint_eq(catalogue_at(store_catalogue(store), put(store, &next, 5))->seq, OLD_NEXT);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_close(store);
	no_statement_looks_through_a_table();
	remove_store();
}
END_TEST

START_TEST(a_disk_that_breaks_while_a_store_is_brought_up_loses_nothing)
{
	make_old_store();
	struct store *store = NULL;
	for (uint64_t n = 0; store == NULL; n++) {
		ck_assert_uint_lt(n, 200);
		disk->fail_after = n;
		enum err err = store_open(&store, &(struct shelf_place){.path = path}, 0);
		disk->fail_after = UINT64_MAX;
		ck_assert_int_eq(err == ERR_OK, store != NULL);
	}
	check_old_store(store);
	store_close(store);
	remove_store();
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
	tcase_add_test(test_case, a_letter_spoilt_while_the_store_is_open_is_not_given_out_and_forgotten);
	tcase_add_test(test_case, a_turn_taken_back_is_taken_back_in_memory_and_on_disk);
	tcase_add_test(test_case, what_is_known_is_known_after_opening_again_until_its_time_comes);
	tcase_add_test(test_case, no_statement_looks_through_a_table_of_a_new_store);
	tcase_add_test(test_case, a_store_of_a_newer_version_is_left_alone);
	tcase_add_test(test_case, a_store_of_version_1_is_brought_up_and_loses_nothing);
	tcase_add_test(test_case, a_disk_that_breaks_while_a_store_is_brought_up_loses_nothing);
	suite_add_tcase(suite, test_case);
	return suite;
}
