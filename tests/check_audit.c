#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/audit.h"

#include <stdio.h>
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

static void add(const char *who, enum audit_action action, const char *detail)
{
	struct audit_entry entry = {.at = NOON, .action = action};
	(void)snprintf(entry.who, sizeof(entry.who), "%s", who);          /* short */
	(void)snprintf(entry.detail, sizeof(entry.detail), "%s", detail); /* short */
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(audit_add(&db, &entry), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

static void add_four(void)
{
	add("Rana", AUDIT_CREATED, "Medics");
	add("Rana", AUDIT_LOOKED, "M-0418");
	add("سمير", AUDIT_EXPORTED, "csv-hxl, precise");
	add("Rana", AUDIT_CLOSED, "M-0418 done");
}

/* Walks to the end or the first fault; returns how it ended and fills how many entries held. */
static enum err walk_all(uint64_t *held)
{
	struct audit_walk walk;
	struct audit_entry entry;
	enum err err = audit_start(&walk, &db);
	while (err == ERR_OK)
		err = audit_next(&walk, &entry);
	*held = walk.seq;
	audit_end(&walk);
	return err;
}

static void sql(const char *text)
{
	ck_assert_int_eq(sql_exec(db.sql, text), ERR_OK);
}

/* What somebody does who has the file and knows SQL, but not the key. */
static void break_in(void)
{
	if (!relief_on_server())
		sql("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;");
}

START_TEST(entries_read_back_in_order)
{
	struct audit_walk walk;
	struct audit_entry entry;
	add_four();
	ck_assert_int_eq(audit_start(&walk, &db), ERR_OK);
	ck_assert_int_eq(audit_next(&walk, &entry), ERR_OK);
	ck_assert_str_eq(entry.detail, "Medics");
	ck_assert_int_eq(audit_next(&walk, &entry), ERR_OK);
	ck_assert_int_eq(audit_next(&walk, &entry), ERR_OK);
	ck_assert_str_eq(entry.who, "سمير");
	ck_assert_int_eq(entry.action, AUDIT_EXPORTED);
	ck_assert_uint_eq(entry.seq, 3);
	ck_assert_int_eq(audit_next(&walk, &entry), ERR_OK);
	ck_assert_int_eq(audit_next(&walk, &entry), ERR_NO_FILE);
	audit_end(&walk);
}
END_TEST

START_TEST(an_empty_audit_is_whole)
{
	uint64_t held;
	ck_assert_int_eq(walk_all(&held), ERR_NO_FILE);
	ck_assert_uint_eq(held, 0);
}
END_TEST

START_TEST(entries_cannot_be_changed_or_deleted_through_the_database)
{
	add_four();
	ck_assert_int_ne(sql_exec(db.sql, "UPDATE audit SET seq = 9 WHERE seq = 2"), ERR_OK);
	ck_assert_int_ne(sql_exec(db.sql, "DELETE FROM audit WHERE seq = 4"), ERR_OK);
}
END_TEST

static const struct {
	const char *crime;
	uint64_t held;
} crimes[] = {
	{"UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE seq = 4) WHERE seq = 2", 1},
	{"UPDATE audit SET chain = (SELECT chain FROM audit WHERE seq = 1) WHERE seq = 3", 2},
	{"DELETE FROM audit WHERE seq = 2", 1},
	{"DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = seq - 1 WHERE seq > 2", 1},
	{"DELETE FROM audit WHERE seq = 4", 3},
	{"DELETE FROM audit", 0},
	{"DELETE FROM audit; DELETE FROM facts WHERE name = 'audit'", 0},
	{"UPDATE audit SET seq = 9 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 9", 1},
	{"UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE seq = 2), chain = (SELECT chain FROM audit WHERE seq = 2) WHERE seq = 3", 2},
	{"INSERT INTO audit SELECT org, 5, sealed, chain FROM audit WHERE seq = 4", 4},
	{"DELETE FROM facts WHERE name = 'audit'", 4},
};

START_TEST(every_tampering_is_noticed_where_it_begins)
{
	uint64_t held;
	add_four();
	break_in();
	sql(crimes[_i].crime);
	enum err err = walk_all(&held);
	/* Audit and its mark both gone look like a new database: only the number noted on paper tells. */
	ck_assert_int_eq(err, strstr(crimes[_i].crime, "audit; DELETE FROM facts") != NULL ? ERR_NO_FILE : ERR_DAMAGED);
	ck_assert_uint_eq(held, crimes[_i].held);
}
END_TEST

/* The file is put back to an older copy, work goes on, and then an entry of the lost days is spliced in again: it was sealed by us for that very
 * place. */
START_TEST(an_entry_of_another_past_does_not_fit)
{
	uint64_t held;
	add_four();
	break_in();
	sql("CREATE TABLE old AS SELECT * FROM audit WHERE seq = 4; DELETE FROM audit WHERE seq = 4");
	uint8_t head[64];
	size_t chain_len;
	struct sql_row *row = reliefdb_prepare(&db, "SELECT chain FROM audit WHERE seq = 3");
	ck_assert_int_eq(sql_step(row), ERR_OK);
	memset(head, 0, 8);
	head[0] = 3; /* little-endian number of entries, then the mark */
	memcpy(head + 8, sql_get_blob(row, 0, &chain_len), AUDIT_CHAIN_SIZE);
	sql_end(row);
	ck_assert_int_eq(reliefdb_fact_set(&db, "audit", head, 8 + AUDIT_CHAIN_SIZE), ERR_OK);
	add("Rana", AUDIT_LOOKED, "M-0418");
	add("Rana", AUDIT_LOOKED, "M-0024");
	ck_assert_int_eq(walk_all(&held), ERR_NO_FILE);
	sql("DELETE FROM audit WHERE seq = 4; INSERT INTO audit SELECT * FROM old");
	ck_assert_int_eq(walk_all(&held), ERR_DAMAGED);
	ck_assert_uint_eq(held, 4);
}
END_TEST

START_TEST(one_flipped_bit_anywhere_in_an_entry_is_noticed)
{
	uint64_t held;
	uint8_t sealed[512];
	add_four();
	break_in();
	size_t len;
	struct sql_row *row = reliefdb_prepare(&db, "SELECT sealed FROM audit WHERE seq = 3");
	ck_assert_int_eq(sql_step(row), ERR_OK);
	const uint8_t *kept = sql_get_blob(row, 0, &len);
	ck_assert_uint_lt(len, sizeof(sealed));
	memcpy(sealed, kept, len);
	sql_end(row);
	for (size_t bit = 0; bit < len * 8; bit += 5) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		row = reliefdb_prepare(&db, "UPDATE audit SET sealed = ? WHERE seq = 3");
		sql_blob(row, 1, sealed, len);
		ck_assert_int_eq(reliefdb_run(&db, row), ERR_OK);
		ck_assert_int_eq(walk_all(&held), ERR_DAMAGED);
		ck_assert_uint_eq(held, 2);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

START_TEST(an_entry_that_was_not_committed_leaves_the_chain_whole)
{
	uint64_t held;
	struct audit_entry entry = {.at = NOON, .action = AUDIT_LOOKED, .who = "Rana", .detail = "M-0418"};
	add_four();
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(audit_add(&db, &entry), ERR_OK);
	reliefdb_rollback(&db);
	add("Rana", AUDIT_CLAIMED, "M-0024");
	ck_assert_int_eq(walk_all(&held), ERR_NO_FILE);
	ck_assert_uint_eq(held, 5);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("audit");
	TCase *audit = tcase_create("audit");
	tcase_add_checked_fixture(audit, open_room, close_room);
	tcase_set_timeout(audit, 60);
	tcase_add_test(audit, entries_read_back_in_order);
	tcase_add_test(audit, an_empty_audit_is_whole);
	if (!relief_on_server()) /* there the chain alone tells */
		tcase_add_test(audit, entries_cannot_be_changed_or_deleted_through_the_database);
	tcase_add_loop_test(audit, every_tampering_is_noticed_where_it_begins, 0, sizeof(crimes) / sizeof(crimes[0]));
	tcase_add_test(audit, an_entry_of_another_past_does_not_fit);
	tcase_add_test(audit, one_flipped_bit_anywhere_in_an_entry_is_noticed);
	tcase_add_test(audit, an_entry_that_was_not_committed_leaves_the_chain_whole);
	suite_add_tcase(suite, audit);
	return suite;
}
