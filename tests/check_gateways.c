/* Several stores before one PostgreSQL database (run by tests/support/postgres.sh with): what one commits the others know, in whatever order they
 * act. */
#include "node/post/store_authority.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include "platform/sim/fate.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STORES = 3, STEPS = 4000, LETTERS = 300, HOURS = 20 };

static const char *database;
static struct store *stores[STORES];
static struct fate fate;

static struct store *open_at(const char *where)
{
	struct store *store = NULL;
	enum err err = store_open(&store, &(struct shelf_place){.kind = &shelf_pg, .path = where}, 0);
	ck_assert_msg(err == ERR_OK, "%s", err_text(err));
	return store;
}

/* As the owner of the database; the first value of the answer as a number. */
static long sql(const char *text)
{
	PGconn *conn = PQconnectdb(database);
	PGresult *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);
	ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
	long number = PQntuples(result) > 0 ? strtol(PQgetvalue(result, 0, 0), NULL, 10) : 0;
	PQclear(result);
	PQfinish(conn);
	return number;
}

static void arrange(void)
{
	database = getenv("BARID_TEST_PG");
	ck_assert_msg(database != NULL, "run it by: tests/support/postgres.sh with %s", "check_gateways");
	(void)sql("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	fate_seed(&fate, 8, 4);
	for (unsigned i = 0; i < STORES; i++)
		stores[i] = open_at(database);
}

static void clear(void)
{
	for (unsigned i = 0; i < STORES; i++)
		store_close(stores[i]);
}

static uint32_t put(struct store *store, const struct sample *sample, uint32_t expires)
{
	struct outside letter;
	ck_assert(outside_examine(sample->bytes, sample->len, &letter));
	struct store_letter coming = {.outside = &letter, .envelope = sample->bytes, .len = sample->len, .expires = expires};
	coming.judgement = pool_unproven(&letter.header, (uint16_t)expires);
	return store_put(store, &coming);
}

static enum control_place place(struct store *store, const struct sample *sample)
{
	uint32_t slot;
	return store_place(store, sample->id, &slot);
}

static uint32_t slot_of(struct store *store, const struct sample *sample)
{
	return catalogue_find(store_catalogue(store), sample->id);
}

static void commit(struct store *store)
{
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
}

START_TEST(what_one_gateway_commits_the_next_turn_of_another_knows)
{
	struct sample sample = sample_sealed(1, CLASS_URGENT, 1);
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	uint32_t slot;
	(void)put(stores[0], &sample, 5);
	ck_assert_int_eq(place(stores[1], &sample), PLACE_UNKNOWN);
	commit(stores[0]);
	ck_assert(store_turn(stores[1]));
	ck_assert_int_eq(place(stores[1], &sample), PLACE_HELD);
	ck_assert_uint_eq(store_get(stores[1], slot_of(stores[1], &sample), envelope), sample.len);
	ck_assert_mem_eq(envelope, sample.bytes, sample.len);
	commit(stores[1]);
	/* A third finds it between turns, and has it to tell its neighbours, once. */
	ck_assert(store_poll(stores[2], 0));
	ck_assert(store_next_arrival(stores[2], &slot));
	ck_assert_uint_eq(slot, slot_of(stores[2], &sample));
	ck_assert(!store_next_arrival(stores[2], &slot));
	ck_assert(!store_poll(stores[2], 0));
	/* What is nobody's business is not told: the link it came by. */
	uint16_t group = catalogue_at(store_catalogue(stores[2]), slot_of(stores[2], &sample))->group;
	ck_assert_uint_eq(group, store_key(stores[2], sample.id) % 256);
}
END_TEST

START_TEST(a_turn_taken_back_is_told_to_nobody_and_its_number_is_used_again)
{
	struct sample lost = sample_sealed(1, CLASS_NEED, 1), kept = sample_sealed(2, CLASS_NEED, 1);
	(void)put(stores[0], &lost, 5);
	store_rollback(stores[0]);
	(void)put(stores[1], &kept, 5);
	commit(stores[1]);
	(void)store_poll(stores[0], 0);
	ck_assert_int_eq(place(stores[0], &lost), PLACE_UNKNOWN);
	ck_assert_int_eq(place(stores[0], &kept), PLACE_HELD);
	ck_assert_uint_eq(store_summary(stores[0])->next_seq, 2);
	ck_assert_int_eq(sql("SELECT count(*) FROM post_letters"), 1);
}
END_TEST

START_TEST(two_gateways_that_drop_one_letter_drop_it_once)
{
	struct sample sample = sample_sealed(3, CLASS_NEED, 1);
	struct store_known known;
	(void)put(stores[0], &sample, 5);
	commit(stores[0]);
	(void)store_poll(stores[1], 0);
	uint32_t mine = slot_of(stores[0], &sample), theirs = slot_of(stores[1], &sample);
	store_drop(stores[0], mine, 50);
	store_mark_receipted(stores[0], sample.id);
	commit(stores[0]);
	store_drop(stores[1], theirs, 60); /* decided on what it knew before */
	commit(stores[1]);
	ck_assert_int_eq(place(stores[1], &sample), PLACE_KNOWN);
	ck_assert(store_known(stores[1], sample.id, &known) && known.receipted);
	ck_assert_int_eq(sql("SELECT expires FROM post_known"), 50);
}
END_TEST

START_TEST(a_ticket_spent_at_one_gateway_is_spent_at_the_other)
{
	uint8_t key[SIGN_KEY_SIZE] = {1, 2}, tag[LETTER_TAG_SIZE] = {3}, there[LETTER_TAG_SIZE];
	struct sample notice = sample_notice(0, 1, 9, "newest");
	struct outside letter;
	struct store_latest latest;
	ck_assert(outside_examine(notice.bytes, notice.len, &letter));
	store_spend(stores[0], key, tag, 9);
	store_set_latest(stores[0], &letter, 9);
	ck_assert(store_trusted(stores[1], (struct shelf_trusted[1]){{.number = 0}}, 1) == 0);
	store_trust(stores[0], &(struct shelf_trusted){.signing = {7}, .number = 3, .issued = 5, .expires = 9});
	commit(stores[0]);
	ck_assert(store_turn(stores[1]));
	ck_assert(store_spent(stores[1], key, there));
	ck_assert_mem_eq(there, tag, sizeof(tag));
	ck_assert(store_latest(stores[1], &letter, &latest));
	ck_assert_uint_eq(latest.seq, 9);
	ck_assert_uint_eq(store_latest_count(stores[1]), 1);
	ck_assert(store_authority_heard(stores[1]) && !store_authority_heard(stores[1]));
	commit(stores[1]);
	ck_assert(store_poll(stores[2], 0));
	ck_assert_uint_eq(store_latest_count(stores[2]), 1);
}
END_TEST

/* Everything the stores tell of themselves is the same, and the same as what one that is opened now finds. */
static void same_everywhere(void)
{
	struct store *fresh = open_at(database);
	const struct catalogue *there = store_catalogue(fresh);
	for (unsigned i = 0; i < STORES; i++) {
		(void)store_poll(stores[i], 0);
		const struct catalogue *here = store_catalogue(stores[i]);
		ck_assert_uint_eq(catalogue_held_sum(here), catalogue_held_sum(there));
		ck_assert_uint_eq(catalogue_bytes(here), catalogue_bytes(there));
		ck_assert_uint_eq(catalogue_known(here), catalogue_known(there));
		ck_assert_uint_eq(store_latest_count(stores[i]), store_latest_count(fresh));
		ck_assert_uint_eq(store_summary(stores[i])->next_seq, store_summary(fresh)->next_seq);
		for (unsigned pool = 0; pool < POOLS; pool++)
			ck_assert_uint_eq(catalogue_pool_bytes(here, (enum pool)pool), catalogue_pool_bytes(there, (enum pool)pool));
		for (uint32_t n = 0; n < LETTERS; n++) {
			struct sample sample = sample_sealed(n, CLASS_NEED, 0);
			ck_assert_int_eq(place(stores[i], &sample), place(fresh, &sample));
			if (place(fresh, &sample) != PLACE_HELD)
				continue;
			const struct catalogue_entry *a = catalogue_at(here, slot_of(stores[i], &sample));
			const struct catalogue_entry *b = catalogue_at(there, slot_of(fresh, &sample));
			ck_assert(a->seq == b->seq && a->rank == b->rank && a->day == b->day);
			ck_assert(a->pool == b->pool && (i == 0 || a->group == b->group || !pool_is_proven((enum pool)b->pool)));
		}
	}
	store_close(fresh);
}

static void act(struct store *store)
{
	struct sample sample = sample_sealed(fate_below(&fate, LETTERS), CLASS_NEED, 0);
	struct judgement proven = {.standing = STANDING_PROVEN, .pool = POOL_SPONSORED, .group = (uint16_t)fate_below(&fate, 3)};
	uint32_t slot, choice = fate_below(&fate, 100);
	if (choice < 60 && store_turn(store) && store_place(store, sample.id, &slot) == PLACE_UNKNOWN) {
		ck_assert_uint_ne(put(store, &sample, fate_below(&fate, HOURS)), CATALOGUE_NONE);
	} else if (choice < 75 && store_place(store, sample.id, &slot) == PLACE_HELD) {
		store_drop(store, slot, fate_below(&fate, HOURS));
	} else if (choice < 90 && store_place(store, sample.id, &slot) == PLACE_HELD) {
		store_restand(store, slot, &proven);
	} else if (choice < 92) {
		(void)store_forget_expired(store, fate_below(&fate, HOURS)); /* whether there is more */
	} else if (choice == 99 && store_turn(store)) {
		slot = store_expired(store, fate_below(&fate, HOURS));
		if (slot != CATALOGUE_NONE)
			store_drop(store, slot, HOURS);
	}
	ck_assert_int_eq(store_error(store), ERR_OK);
}

START_TEST(whoever_acts_all_gateways_hold_the_same)
{
	for (unsigned i = 0; i < STEPS; i++) {
		struct store *store = stores[fate_below(&fate, STORES)];
		for (uint32_t n = fate_below(&fate, 6); n > 0; n--)
			act(store);
		if (fate_below(&fate, 10) == 0)
			store_rollback(store);
		else
			commit(store);
		catalogue_recycle(store_catalogue(store));
		if (i % 500 == 0)
			same_everywhere();
	}
	same_everywhere();
}
END_TEST

START_TEST(a_gateway_whose_last_turn_is_not_there_any_more_must_open_anew)
{
	struct sample sample = sample_sealed(4, CLASS_NEED, 1);
	(void)put(stores[0], &sample, 5);
	commit(stores[0]);
	(void)sql("UPDATE post_news SET mark = mark + 1"); /* another history, with as many turns */
	ck_assert(!store_turn(stores[0]));
	ck_assert_int_eq(store_error(stores[0]), ERR_IO);
	(void)sql("DELETE FROM post_news WHERE turn = 0"); /* too long ago */
	ck_assert(!store_poll(stores[1], 0));
	ck_assert_int_eq(store_error(stores[1]), ERR_IO);
}
END_TEST

/* Laid out as node/post/store_news.c says: a head of 8 bytes, an item whose state is its 25th. */
START_TEST(news_that_are_none_are_a_damaged_store)
{
	static const char *const spoilt[] = {
		"substring(changes FROM 2)",    "''", "changes || '\\x00'", "set_byte(changes, 0, 0)", "set_byte(changes, 8 + 24, 3)",
		"set_byte(changes, 8 + 28, 9)",
	};
	struct sample sample = sample_sealed(4, CLASS_NEED, 1);
	for (unsigned i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++) {
		char text[160];
		struct store *store = open_at(database);
		(void)put(stores[0], &sample, 5);
		commit(stores[0]);
		(void)snprintf(text, sizeof(text), "UPDATE post_news SET changes = %s WHERE turn = (SELECT turn FROM post_meta)", spoilt[i]);
		(void)sql(text);
		(void)store_poll(store, 0);
		ck_assert_msg(store_error(store) == ERR_DAMAGED, "%s", spoilt[i]);
		store_close(store);
		store_drop(stores[0], slot_of(stores[0], &sample), 1);
		(void)store_forget_expired(stores[0], 2);
		commit(stores[0]);
		catalogue_recycle(store_catalogue(stores[0]));
	}
}
END_TEST

static void wait_for_database(struct store *store)
{
	for (unsigned i = 0; i < 500 && !store_turn(store); i++) {
		store_rollback(store);
		(void)store_poll(store, 0);
		(void)poll(NULL, 0, 10);
	}
	ck_assert_int_eq(store_error(store), ERR_OK);
}

START_TEST(a_connection_that_is_cut_costs_one_turn)
{
	struct sample sample = sample_sealed(5, CLASS_NEED, 1);
	(void)put(stores[0], &sample, 5);
	(void)sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'baridd'");
	ck_assert_int_eq(store_commit(stores[0], 0), ERR_AWAY);
	store_rollback(stores[0]);
	ck_assert_int_eq(place(stores[0], &sample), PLACE_UNKNOWN);
	wait_for_database(stores[0]);
	(void)put(stores[0], &sample, 5);
	commit(stores[0]);
	ck_assert_int_eq(sql("SELECT count(*) FROM post_letters"), 1);
}
END_TEST

START_TEST(a_gateway_that_hangs_in_its_turn_holds_up_the_others_for_seconds_only)
{
	struct sample sample = sample_sealed(6, CLASS_NEED, 1);
	(void)put(stores[0], &sample, 5); /* and never commits */
	ck_assert(!store_turn(stores[1]));
	ck_assert_int_eq(store_error(stores[1]), ERR_AWAY);
	store_rollback(stores[1]);
	wait_for_database(stores[1]);
	(void)put(stores[1], &sample, 5);
	commit(stores[1]);
	ck_assert_int_eq(store_commit(stores[0], 0), ERR_AWAY);
}
END_TEST

/* A relay before the database that, once it has brought a COMMIT there, is gone before the answer. In a process of its own until told to stop. */
static pid_t relay_before(const char *folder, const char *server, const struct sample *letter)
{
	struct sockaddr_un here = {.sun_family = AF_UNIX}, there = {.sun_family = AF_UNIX};
	(void)snprintf(here.sun_path, sizeof(here.sun_path), "%s/.s.PGSQL.5432", folder);
	(void)snprintf(there.sun_path, sizeof(there.sun_path), "%s/.s.PGSQL.5432", server);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&here, sizeof(here)), 0);
	ck_assert_int_eq(listen(listener, 5), 0);
	pid_t pid = fork();
	if (pid != 0) {
		(void)close(listener);
		return pid;
	}
	for (bool cut = false;;) {
		int ends[2] = {accept(listener, NULL, NULL), socket(AF_UNIX, SOCK_STREAM, 0)};
		if (connect(ends[1], (struct sockaddr *)&there, sizeof(there)) != 0)
			_exit(1);
		for (bool up = true; up;) {
			char bytes[16384];
			struct pollfd both[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = ends[1], .events = POLLIN}};
			(void)poll(both, 2, -1);
			for (unsigned i = 0; i < 2 && up; i++) {
				if (both[i].revents == 0)
					continue;
				ssize_t len = recv(ends[i], bytes, sizeof(bytes), 0);
				up = len > 0 && send(ends[1 - i], bytes, (size_t)len, MSG_NOSIGNAL) == len;
				/* A letter, which nothing else is, and with it what commits it: the server has answered, and nobody hears it. */
				if (i == 0 && up && !cut && memmem(bytes, (size_t)len, letter->bytes, letter->len) != NULL) {
					(void)poll(&both[1], 1, -1);
					cut = true;
					up = false;
				}
			}
		}
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
}

START_TEST(a_commit_of_unknown_outcome_is_not_acknowledged_and_heard_of_later)
{
	char folder[] = "/tmp/barid-relay-XXXXXX", where[160], socket_path[96];
	struct sample sample = sample_sealed(7, CLASS_NEED, 1);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	const char *server = strstr(database, "host=");
	ck_assert_ptr_nonnull(server);
	pid_t relay = relay_before(folder, server + 5, &sample);
	(void)snprintf(where, sizeof(where), "%.*s%s", (int)(server + 5 - database), database, folder);
	struct store *store = open_at(where);
	(void)put(store, &sample, 5);
	ck_assert_int_eq(store_commit(store, 0), ERR_AWAY);
	store_rollback(store);
	ck_assert_int_eq(place(store, &sample), PLACE_UNKNOWN);
	ck_assert_int_eq(sql("SELECT count(*) FROM post_letters"), 1); /* it did happen */
	wait_for_database(store);
	ck_assert_int_eq(place(store, &sample), PLACE_HELD);
	commit(store);
	store_close(store);
	ck_assert_int_eq(kill(relay, SIGKILL), 0);
	ck_assert_int_eq(waitpid(relay, NULL, 0), relay);
	(void)snprintf(socket_path, sizeof(socket_path), "%s/.s.PGSQL.5432", folder);
	ck_assert_int_eq(unlink(socket_path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("gateways");
	TCase *test_case = tcase_create("gateways");
	tcase_set_timeout(test_case, 120);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, what_one_gateway_commits_the_next_turn_of_another_knows);
	tcase_add_test(test_case, a_turn_taken_back_is_told_to_nobody_and_its_number_is_used_again);
	tcase_add_test(test_case, two_gateways_that_drop_one_letter_drop_it_once);
	tcase_add_test(test_case, a_ticket_spent_at_one_gateway_is_spent_at_the_other);
	tcase_add_test(test_case, whoever_acts_all_gateways_hold_the_same);
	tcase_add_test(test_case, a_gateway_whose_last_turn_is_not_there_any_more_must_open_anew);
	tcase_add_test(test_case, news_that_are_none_are_a_damaged_store);
	tcase_add_test(test_case, a_connection_that_is_cut_costs_one_turn);
	tcase_add_test(test_case, a_gateway_that_hangs_in_its_turn_holds_up_the_others_for_seconds_only);
	tcase_add_test(test_case, a_commit_of_unknown_outcome_is_not_acknowledged_and_heard_of_later);
	suite_add_tcase(suite, test_case);
	return suite;
}
