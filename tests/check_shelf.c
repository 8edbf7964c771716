/* The shelf in memory, and the one in PostgreSQL (tests/support/postgres.sh), beside the one in SQLite: whatever a store may do, both must answer the
 * same. And the one that tells what came and went. */
#include "crypto/digest.h"
#include "node/sim/bodies.h"
#include "node/sim/shelf_shared.h"
#include "node/sim/shelf_watch.h"
#include "platform/sim/fate.h"
#include "tests/support/suite.h"

#ifdef BARID_WITH_PG
#include <libpq-fe.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEYS = 600, HOURS = 40, BODIES = 400, STEPS = 60000, STEPS_PG = 20000 };

static char folder[64], path[96];
static struct shelf_shared *disk;
static struct shelf_watch watch;
static struct shelf *plain, *shared; /* in SQLite, and in memory under a watch, or in PostgreSQL */
static const char *database;         /* where that is */
static enum err plain_error, shared_error;
static struct fate fate;
static uint64_t next_seq, kept_seq; /* as the store counts, and at the last commit */
static bool in_turn;
static int64_t told, expected; /* letters that came less those that went, by the watch and by our own account */
static int64_t in_this_turn;

static void happened(void *owner, const struct shelf_watch_event *events, size_t count)
{
	(void)owner; /* there is one watch */
	for (size_t i = 0; i < count; i++)
		told += events[i].put ? 1 : -1;
}

static void open_both(void)
{
	struct shelf_meta of_plain = {.identity = 7, .secret = {1, 2, 3}, .summary = {.next_seq = 1}}, of_shared = of_plain;
	ck_assert_int_eq(shelf_sqlite.open(&plain, NULL, path, &of_plain, &plain_error), ERR_OK);
	const struct shelf_kind *kind = &shelf_watch;
#ifdef BARID_WITH_PG
	if (database != NULL)
		kind = &shelf_pg;
#endif
	ck_assert_int_eq(kind->open(&shared, &watch, database, &of_shared, &shared_error), ERR_OK);
	ck_assert_uint_eq(of_plain.identity, of_shared.identity);
	ck_assert_mem_eq(of_plain.secret, of_shared.secret, sizeof(of_plain.secret));
	ck_assert_uint_eq(of_plain.summary.next_seq, of_shared.summary.next_seq);
	ck_assert_uint_eq(of_plain.summary.open_ms, of_shared.summary.open_ms);
	ck_assert_uint_eq(of_plain.summary.gateway_last, of_shared.summary.gateway_last);
	next_seq = kept_seq = of_plain.summary.next_seq;
}

static void close_both(void)
{
	plain->kind->close(plain);
	shared->kind->close(shared);
	in_turn = false;
	in_this_turn = 0;
}

static void arrange(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/barid-shelf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/store.db", folder);
	disk = shelf_shared_new();
	watch = (struct shelf_watch){.below = {.kind = &shelf_shared, .owner = disk}, .happened = happened};
	fate_seed(&fate, 6, 28);
	told = expected = 0;
	open_both();
}

static void clear(void)
{
	uint64_t bytes;
	close_both();
	if (database == NULL)
		ck_assert_int_eq(told, expected);
	shelf_shared_free(disk);
	ck_assert_uint_eq(bodies_count(&bytes), 0);
	ck_assert_uint_eq(bytes, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

/* Runs a change in both. */
#define BOTH(...) \
	do { \
		struct shelf *shelf = plain; \
		__VA_ARGS__; \
		shelf = shared; \
		__VA_ARGS__; \
		ck_assert_int_eq(plain_error, ERR_OK); \
		ck_assert_int_eq(shared_error, ERR_OK); \
	} while (false)

static uint32_t below(uint32_t bound)
{
	return fate_below(&fate, bound);
}

/* Keys of both signs, near each other and far apart. */
static uint64_t any_key(void)
{
	uint64_t n = below(KEYS);
	return n % 3 == 0 ? n : n * UINT64_C(0x9e3779b97f4a7c15);
}

static void name_of(uint64_t n, uint8_t *out, size_t len)
{
	memset(out, 0, len);
	memcpy(out, &n, sizeof(n));
}

static void begin(void)
{
	if (!in_turn)
		BOTH(shelf->kind->begin(shelf));
	in_turn = true;
}

static void put_one(void)
{
	static uint8_t body[4096];
	uint8_t tag[LETTER_TAG_SIZE];
	uint32_t n = below(BODIES), len = 256u << n % 4;
	memset(body, (int)n, len);
	memcpy(body, &n, sizeof(n));
	name_of(n * UINT64_C(0x9e3779b97f4a7c15), tag, sizeof(tag));
	struct shelf_letter letter = {.seq = next_seq++, .expires = below(HOURS), .standing = below(1 << 24), .tag = tag, .body = body, .len = len};
	begin();
	BOTH(shelf->kind->put(shelf, &letter));
	in_this_turn++;
}

static bool same_body(uint64_t seq)
{
	const uint8_t *a, *b;
	size_t len = plain->kind->get(plain, seq, &a);
	ck_assert_uint_eq(shared->kind->get(shared, seq, &b), len);
	if (len > 0)
		ck_assert_mem_eq(a, b, len);
	return len > 0;
}

static uint64_t any_seq(void)
{
	uint64_t back = below(200) + 1;
	return back < next_seq ? next_seq - back : next_seq;
}

static void delete_one(uint64_t seq)
{
	uint8_t tag[LETTER_TAG_SIZE] = {1};
	begin();
	if (!same_body(seq))
		return; /* a store deletes only what it has */
	BOTH(shelf->kind->drop(shelf, seq, tag));
	in_this_turn--;
}

static bool same_expired(uint32_t hour, uint64_t *seq)
{
	struct shelf_letter a = {.seq = 0}, b = a;
	bool any = plain->kind->expired(plain, hour, &a);
	ck_assert_int_eq(shared->kind->expired(shared, hour, &b), any);
	ck_assert_uint_eq(a.seq, b.seq);
	ck_assert_uint_eq(a.len, b.len);
	if (any)
		ck_assert_mem_eq(a.body, b.body, a.len);
	*seq = a.seq;
	return any;
}

/* A page of a walk. */
static uint64_t same_page(uint64_t after, unsigned *count)
{
	struct shelf_letter a = {.seq = 0}, b = a;
	uint64_t last = after;
	*count = 0;
	BOTH(shelf->kind->walk(shelf, after));
	for (;;) {
		bool any = plain->kind->next(plain, &a);
		ck_assert_int_eq(shared->kind->next(shared, &b), any);
		if (!any)
			return last;
		ck_assert_uint_eq(a.seq, b.seq);
		ck_assert_uint_eq(a.standing, b.standing);
		ck_assert_uint_eq(a.len, b.len);
		ck_assert_mem_eq(a.body, b.body, a.len);
		last = a.seq;
		++*count;
	}
}

static bool same_known(uint64_t key)
{
	struct shelf_known a = {.key = 0}, b = a;
	bool any = plain->kind->known(plain, key, &a);
	ck_assert_int_eq(shared->kind->known(shared, key, &b), any);
	ck_assert_mem_eq(a.tag, b.tag, sizeof(a.tag));
	ck_assert_mem_eq(a.commitment, b.commitment, sizeof(a.commitment));
	ck_assert_int_eq(a.receipted, b.receipted);
	return any;
}

static size_t same_forgettable(uint32_t hour, struct shelf_forgettable ids[static SHELF_PAGE])
{
	struct shelf_forgettable others[SHELF_PAGE];
	size_t n = plain->kind->forgettable(plain, hour, ids);
	ck_assert_uint_eq(shared->kind->forgettable(shared, hour, others), n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(ids[i].key, others[i].key);
		ck_assert_mem_eq(ids[i].tag, others[i].tag, LETTER_TAG_SIZE);
	}
	return n;
}

static void notes_step(uint32_t choice)
{
	struct shelf_known known = {
		.key = any_key(), .expires = below(HOURS), .receipted = below(2), .rank = (uint8_t)below(64), .day = (uint16_t)below(9999)};
	struct shelf_latest latest = {.topic = any_key(), .number = below(UINT32_MAX), .expires = below(HOURS)}, other = latest;
	struct shelf_handed handed = {.key = any_key(), .copies = below(2), .first_at = below(3) * 7, .gateway_at = below(3) * 9}, first, second;
	struct shelf_forgettable ids[SHELF_PAGE];
	name_of(known.key, known.tag, sizeof(known.tag));
	name_of(known.key + 1, known.commitment, sizeof(known.commitment));
	name_of(latest.number, latest.tag, sizeof(latest.tag));
	begin();
	if (choice < 10) {
		BOTH(shelf->kind->remember(shelf, &known));
		BOTH(shelf->kind->receipted(shelf, handed.key));
	} else if (choice < 14) {
		BOTH(shelf->kind->forget(shelf, known.key));
		BOTH(shelf->kind->forget_handed(shelf, handed.key));
	} else if (choice < 20) {
		BOTH(shelf->kind->set_latest(shelf, &latest));
	} else if (choice < 30) {
		BOTH(shelf->kind->add_handed(shelf, &handed));
	} else if (choice == 30) {
		uint32_t hour = below(4) ? below(HOURS / 2) : UINT32_MAX, gone = plain->kind->forget_latest(plain, hour);
		ck_assert_uint_eq(shared->kind->forget_latest(shared, hour), gone);
		(void)same_forgettable(below(2) ? hour : UINT32_MAX, ids); /* compared inside */
		ck_assert_uint_eq(shared->kind->latest_count(shared), plain->kind->latest_count(plain));
	}
	(void)same_known(any_key()); /* compared inside */
	uint64_t topic = any_key(), key = any_key();
	bool any = plain->kind->latest(plain, topic, &latest);
	ck_assert_int_eq(shared->kind->latest(shared, topic, &other), any);
	if (any) {
		ck_assert_uint_eq(latest.number, other.number);
		ck_assert_mem_eq(latest.tag, other.tag, sizeof(latest.tag));
	}
	any = plain->kind->handed(plain, key, &first);
	ck_assert_int_eq(shared->kind->handed(shared, key, &second), any);
	if (any)
		ck_assert(first.copies == second.copies && first.first_at == second.first_at && first.gateway_at == second.gateway_at);
}

static void same_authority(size_t cap)
{
	static struct shelf_trusted a[KEYS], b[KEYS];
	static struct revocation_entry c[KEYS], d[KEYS];
	size_t n = plain->kind->trusted(plain, a, cap);
	ck_assert_uint_eq(shared->kind->trusted(shared, b, cap), n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_mem_eq(a[i].signing, b[i].signing, SIGN_KEY_SIZE);
		ck_assert(a[i].number == b[i].number && a[i].issued == b[i].issued && a[i].expires == b[i].expires);
	}
	n = plain->kind->revoked(plain, c, cap);
	ck_assert_uint_eq(shared->kind->revoked(shared, d, cap), n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_mem_eq(c[i].secret, d[i].secret, LINKAGE_SEED_SIZE);
		ck_assert_uint_eq(c[i].day, d[i].day);
	}
}

static void authority_step(uint32_t choice)
{
	struct shelf_trusted trusted = {.number = (uint16_t)below(64), .issued = below(UINT32_MAX), .expires = below(HOURS)};
	struct revocation_entry entry = {.day = (uint16_t)below(9999)};
	uint8_t tag[LETTER_TAG_SIZE], first[LETTER_TAG_SIZE], second[LETTER_TAG_SIZE];
	name_of(any_key(), trusted.signing, sizeof(trusted.signing));
	name_of(any_key(), entry.secret, sizeof(entry.secret));
	name_of(any_key(), tag, sizeof(tag));
	begin();
	if (choice < 2) {
		BOTH(shelf->kind->trust(shelf, &trusted));
	} else if (choice < 6) {
		uint32_t expires = below(HOURS);
		BOTH(shelf->kind->revoke(shelf, &entry, expires));
	} else if (choice < 10) {
		uint32_t expires = below(HOURS);
		uint64_t key = any_key();
		BOTH(shelf->kind->spend(shelf, key, tag, expires));
	} else if (choice == 10) {
		uint32_t hour = below(4) ? below(HOURS / 4) : UINT32_MAX, gone = plain->kind->forget_authority(plain, hour);
		ck_assert_uint_eq(shared->kind->forget_authority(shared, hour), gone);
		same_authority(below(KEYS));
	}
	uint64_t key = any_key();
	bool any = plain->kind->spent(plain, key, first);
	ck_assert_int_eq(shared->kind->spent(shared, key, second), any);
	if (any)
		ck_assert_mem_eq(first, second, sizeof(first));
}

/* Everything a store reads when it opens. */
static void same_everything(void)
{
	unsigned count;
	uint64_t after = 0;
	do
		after = same_page(after, &count);
	while (count > 0);
	struct shelf_known a = {.key = 0}, b = a;
	for (bool any = true; any;) {
		any = plain->kind->next_known(plain, &a);
		ck_assert_int_eq(shared->kind->next_known(shared, &b), any);
		ck_assert_mem_eq(a.tag, b.tag, sizeof(a.tag));
		ck_assert(a.rank == b.rank && a.day == b.day);
	}
	ck_assert_uint_eq(shared->kind->latest_count(shared), plain->kind->latest_count(plain));
	same_authority(KEYS);
}

static void commit(void)
{
	struct shelf_summary summary = {.next_seq = next_seq, .open_ms = below(UINT32_MAX), .gateway_last = below(UINT32_MAX)};
	if (!in_turn)
		return;
	BOTH(shelf->kind->commit(shelf, &summary));
	expected += in_this_turn;
	in_this_turn = 0;
	in_turn = false;
	kept_seq = next_seq;
	if (database == NULL)
		ck_assert_int_eq(told, expected);
}

static void roll_back(void)
{
	BOTH(shelf->kind->rollback(shelf));
	in_turn = false;
	in_this_turn = 0;
	next_seq = kept_seq;
}

/* What is held after it is forgotten below: hours of their own for each life, so that whole turns expire and whole pages are due. */
static void expire_some(void)
{
	uint64_t seq;
	struct shelf_forgettable ids[SHELF_PAGE];
	uint32_t hour = below(HOURS / 2);
	for (unsigned i = 0; i < 60 && same_expired(hour, &seq); i++)
		delete_one(seq);
	size_t n = same_forgettable(hour, ids);
	begin();
	for (size_t i = 0; i < n; i++)
		BOTH(shelf->kind->forget(shelf, ids[i].key));
}

static void step(void)
{
	uint32_t choice = below(1000);
	unsigned count;
	if (choice < 300) {
		put_one();
	} else if (choice < 400) {
		delete_one(any_seq());
	} else if (choice < 450) {
		uint32_t standing = below(1 << 24);
		uint64_t seq = any_seq();
		begin();
		BOTH(shelf->kind->restand(shelf, seq, standing));
	} else if (choice < 550) {
		(void)same_body(any_seq()); /* compared inside */
	} else if (choice < 555) {
		(void)same_page(below(8) ? any_seq() : 0, &count); /* compared inside */
	} else if (choice < 560) {
		expire_some();
	} else if (choice < 800) {
		notes_step(below(40));
	} else if (choice < 900) {
		authority_step(below(14));
	} else if (choice < 980) {
		commit();
	} else if (choice < 996) {
		roll_back();
	} else {
		close_both(); /* a crash: what was not committed is lost */
		open_both();
		same_everything();
	}
}

START_TEST(both_shelves_answer_the_same_to_whatever_a_store_does)
{
	for (unsigned i = 0; i < STEPS; i++)
		step();
	commit();
	same_everything();
}
END_TEST

#ifdef BARID_WITH_PG
static void arrange_database(void)
{
	database = getenv("BARID_TEST_PG");
	ck_assert_msg(database != NULL, "run it by: tests/support/postgres.sh with %s", "check_shelf");
	PGconn *conn = PQconnectdb(database);
	PGresult *result = PQexec(conn, "SET client_min_messages = warning; DROP TABLE IF EXISTS post_meta, post_news, post_letters, post_known, "
					"post_latest, post_handed, post_trusted, "
					"post_revoked, post_spent");
	ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	arrange();
}

START_TEST(postgresql_answers_as_sqlite_does)
{
	for (unsigned i = 0; i < STEPS_PG; i++)
		step();
	commit();
	same_everything();
}
END_TEST
#endif

START_TEST(a_letter_in_many_posts_lies_in_memory_once)
{
	enum { POSTS = 50 };
	struct shelf_shared *disks[POSTS];
	uint64_t bytes;
	uint8_t body[512] = {9}, tag[LETTER_TAG_SIZE] = {4};
	struct shelf_letter letter = {.seq = 1, .expires = 3, .tag = tag, .body = body, .len = sizeof(body)};
	enum err error = ERR_OK;
	for (unsigned i = 0; i < POSTS; i++) {
		struct shelf_meta meta = {.summary = {.next_seq = 1}};
		struct shelf *shelf;
		disks[i] = shelf_shared_new();
		ck_assert_int_eq(shelf_shared.open(&shelf, disks[i], NULL, &meta, &error), ERR_OK);
		shelf->kind->begin(shelf);
		shelf->kind->put(shelf, &letter);
		shelf->kind->commit(shelf, &meta.summary);
		shelf->kind->close(shelf);
		ck_assert_uint_le(shelf_shared_bytes(disks[i]), 1000);
	}
	ck_assert_uint_eq(bodies_count(&bytes), 1);
	ck_assert_uint_eq(bytes, sizeof(body));
	for (unsigned i = 0; i < POSTS; i++)
		shelf_shared_free(disks[i]);
}
END_TEST

START_TEST(the_watch_tells_of_a_turn_only_when_it_is_kept)
{
	put_one();
	ck_assert_int_eq(told, 0);
	roll_back();
	ck_assert_int_eq(told, 0);
	put_one();
	put_one();
	commit();
	ck_assert_int_eq(told, 2);
	delete_one(1);
	commit();
	ck_assert_int_eq(told, 1);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("shelf");
	TCase *test_case = tcase_create("shelf");
	tcase_set_timeout(test_case, 120);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, both_shelves_answer_the_same_to_whatever_a_store_does);
	tcase_add_test(test_case, a_letter_in_many_posts_lies_in_memory_once);
	tcase_add_test(test_case, the_watch_tells_of_a_turn_only_when_it_is_kept);
	suite_add_tcase(suite, test_case);
#ifdef BARID_WITH_PG
	TCase *pg_case = tcase_create("postgresql");
	tcase_set_timeout(pg_case, 120);
	tcase_add_checked_fixture(pg_case, arrange_database, clear);
	tcase_add_test(pg_case, postgresql_answers_as_sqlite_does);
	suite_add_tcase(suite, pg_case);
#endif
	return suite;
}
