#include "tests/support/relief.h"
#include "tests/support/suite.h"

#include "node/relief/triage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEDIC = 1, STRANGER = 2 };

static struct reliefdb db;
static char path[64];
static struct letter said; /* what a test's letter says; zeroed before each */

static void open_room(void)
{
	relief_room(&db, path);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
}

static void close_room(void)
{
	relief_room_end(&db, path);
}

static void save(struct case_file *file)
{
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_save(&db, file), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
}

START_TEST(a_letter_opens_a_case)
{
	struct case_file file;
	said.red = 1;
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_OPENED);
	ck_assert_uint_eq(file.number, 1);
	ck_assert_int_eq(file.state, CASE_NEW);
	ck_assert_uint_eq(file.red, 1);
	ck_assert_uint_eq(file.unread, 1);
}
END_TEST

START_TEST(the_same_letter_twice_is_one)
{
	struct case_file file, *files;
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_HAD);
	struct cases_filter filter = {.all = true, .type = -1, .state = -1};
	ck_assert_int_eq(cases_list(&db, &filter, &files, &n), ERR_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(files[0].letters, 1);
	free(files);
}
END_TEST

START_TEST(an_update_says_over_what_it_repeats_and_keeps_the_rest)
{
	struct case_file file;
	said.red = 1;
	said.yellow = 2;
	(void)strcpy(said.place, "Sector 4");
	relief_keep(&db, &said, MEDIC, 1, &file);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	said.red = 3;
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_JOINED);
	ck_assert_uint_eq(file.number, 1);
	ck_assert_uint_eq(file.red, 3);
	struct letter *merged = relief_merged(&db, &file);
	ck_assert_uint_eq(merged->red, 3);
	ck_assert_uint_eq(merged->yellow, 2);
	ck_assert_str_eq(merged->place, "Sector 4");
	free(merged);
}
END_TEST

START_TEST(an_update_that_overtakes_its_letter_ends_in_the_same_case)
{
	struct case_file file;
	said.red = 3;
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_OPENED);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_MEDEVAC;
	said.red = 1;
	said.yellow = 2;
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_JOINED);
	struct letter *merged = relief_merged(&db, &file);
	ck_assert_uint_eq(merged->red, 3); /* the later word, though it came first */
	ck_assert_uint_eq(merged->yellow, 2);
	free(merged);
	uint8_t tag[LETTER_TAG_SIZE];
	relief_tag(MEDIC, 1, tag);
	ck_assert_mem_eq(file.letter, tag, sizeof(tag)); /* stages are told of the letter, not of its update */
}
END_TEST

START_TEST(older_updates_that_come_late_do_not_win)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	said.red = 5;
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	relief_keep(&db, &said, MEDIC, 9, &file);
	said.red = 2;
	relief_keep(&db, &said, MEDIC, 5, &file);
	ck_assert_uint_eq(file.red, 5);
}
END_TEST

/* Ids are public: anybody can refer to any letter. */
START_TEST(a_stranger_cannot_update_or_withdraw_a_case)
{
	struct case_file file, mine;
	said.red = 1;
	relief_keep(&db, &said, MEDIC, 1, &mine);
	said.red = 9;
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	ck_assert_int_eq(relief_keep(&db, &said, STRANGER, 1, &file), CASES_OPENED);
	relief_refer(&said, MEDIC, 1, ACTION_CANCEL);
	ck_assert_int_eq(relief_keep(&db, &said, STRANGER, 2, &file), CASES_OPENED);
	ck_assert_uint_ne(file.number, mine.number);
	char ref[REF_TEXT];
	ref_text(mine.type, mine.number, ref);
	struct case_file now = relief_found(&db, ref);
	ck_assert_uint_eq(now.red, 1);
	ck_assert_uint_eq(now.withdrawn_at, 0);
	ck_assert_uint_eq(now.letters, 1);
}
END_TEST

START_TEST(a_withdrawal_marks_the_case_and_closes_nothing)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_refer(&said, MEDIC, 1, ACTION_CANCEL);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_JOINED);
	ck_assert_uint_ne(file.withdrawn_at, 0);
	ck_assert_int_eq(file.state, CASE_NEW);
}
END_TEST

START_TEST(news_from_the_sender_reopens_a_closed_case)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	file.state = CASE_CLOSED;
	file.reason = REASON_MOVED_ON;
	file.closed_at = NOON;
	save(&file);
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	said.red = 1;
	relief_keep(&db, &said, MEDIC, 2, &file);
	ck_assert_int_eq(file.state, CASE_OPENED);
	ck_assert_int_eq(file.reason, REASON_NONE);
}
END_TEST

START_TEST(an_answer_to_our_reply_joins_its_case)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	struct case_letter ours = {.outgoing = true, .type = LETTER_LETTER, .arrived = NOON};
	memset(ours.id, 0xAB, sizeof(ours.id));
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_add_ours(&db, &file, &ours), ERR_OK);
	ck_assert_int_eq(cases_save(&db, &file), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	memset(&said, 0, sizeof(said));
	said.type = LETTER_LETTER;
	(void)strcpy(said.text, "شكرا");
	said.has_ref = true;
	memset(said.ref, 0xAB, sizeof(said.ref));
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 2, &file), CASES_JOINED);
	ck_assert_uint_eq(file.number, 1);
	ck_assert_int_eq(relief_keep(&db, &said, STRANGER, 1, &file), CASES_OPENED);
}
END_TEST

START_TEST(a_flood_of_updates_does_not_grow_one_case_for_ever)
{
	struct case_file file;
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	for (uint32_t seq = 2; seq < 200; seq++)
		relief_keep(&db, &said, MEDIC, seq, &file);
	struct case_file first = relief_found(&db, "M-0016");
	ck_assert_uint_lt(first.letters, CASE_LETTERS_MAX);
	ck_assert_uint_gt(file.number, 1);
}
END_TEST

START_TEST(stage_letters_and_cards_make_no_case)
{
	struct case_file file;
	memset(&said, 0, sizeof(said));
	said.type = LETTER_RECEIPT;
	said.stage_plus_one = STAGE_OPENED + 1;
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_NOT_OURS);
}
END_TEST

START_TEST(a_letter_of_a_later_version_is_kept_for_later)
{
	struct case_file file;
	enum cases_kept kept;
	struct opened *opened = calloc(1, sizeof(*opened));
	relief_opened(opened, &said, MEDIC, 1);
	opened->understood = false;
	opened->payload.type = 99;
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_keep(&db, opened, NOON, &kept, &file), ERR_OK);
	ck_assert_int_eq(reliefdb_commit(&db), ERR_OK);
	ck_assert_int_eq(kept, CASES_OPENED);
	ck_assert_int_eq(ref_letter(file.type), 'X');
	free(opened);
}
END_TEST

START_TEST(a_case_is_found_by_ref_and_by_any_unique_prefix_of_its_letters)
{
	struct case_file file;
	enum cases_found how;
	char id[2 * LETTER_TAG_SIZE + 1], ref[REF_TEXT];
	uint8_t tag[LETTER_TAG_SIZE];
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_keep(&db, &said, MEDIC, 2, &file);
	ref_text(file.type, file.number, ref);
	ck_assert_uint_eq(relief_found(&db, ref).number, 2);
	relief_tag(MEDIC, 1, tag);
	for (size_t i = 0; i < sizeof(tag); i++)
		(void)snprintf(id + 2 * i, 3, "%02x", tag[i]); /* two digits */
	ck_assert_uint_eq(relief_found(&db, id).number, 1);
	id[7] = '\0';
	ck_assert_uint_eq(relief_found(&db, id).number, 1);
	ck_assert_int_eq(cases_find(&db, "S-0012", &how, &file), ERR_OK);
	ck_assert_int_ne(how, CASES_FOUND);
	ref[5] = ref[5] == '9' ? '0' : (char)(ref[5] + 1);
	ck_assert_int_eq(cases_find(&db, ref, &how, &file), ERR_OK);
	ck_assert_int_eq(how, CASES_MISHEARD);
	ck_assert_int_eq(cases_find(&db, "nonsense", &how, &file), ERR_OK);
	ck_assert_int_eq(how, CASES_NONE);
}
END_TEST

START_TEST(filters_choose_by_state_and_type)
{
	struct case_file file, *files;
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file);
	file.state = CASE_CLOSED;
	file.reason = REASON_DONE;
	save(&file);
	relief_keep(&db, &said, MEDIC, 2, &file);
	said.type = LETTER_SAFE;
	said.people = 4;
	relief_keep(&db, &said, MEDIC, 3, &file);
	static const struct {
		struct cases_filter filter;
		size_t n;
	} cases[] = {
		{{.all = false, .type = -1, .state = -1}, 2},          {{.all = true, .type = -1, .state = -1}, 3},
		{{.all = false, .type = LETTER_SAFE, .state = -1}, 1}, {{.all = false, .type = -1, .state = CASE_CLOSED}, 1},
		{{.all = true, .type = LETTER_ALERT, .state = -1}, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(cases_list(&db, &cases[i].filter, &files, &n), ERR_OK);
		ck_assert_uint_eq(n, cases[i].n);
		free(files);
	}
}
END_TEST

START_TEST(red_comes_first_then_longest_waiting_and_the_reason_is_said)
{
	struct case_file files[5] = {0};
	char why[TRIAGE_REASON_MAX];
	for (unsigned i = 0; i < 5; i++) {
		files[i].number = i + 1;
		files[i].class = CLASS_NEED;
		files[i].arrived = NOON + i;
	}
	files[1].class = CLASS_URGENT;
	files[2].red = 1;
	files[3].red = 2;
	files[3].danger = true;
	files[4].red = 9;
	files[4].status = STATUS_EXERCISE;
	triage_sort(files, 5);
	static const uint32_t wanted[] = {4, 3, 2, 1, 5};
	for (unsigned i = 0; i < 5; i++)
		ck_assert_uint_eq(files[i].number, wanted[i]);
	ck_assert_int_eq(triage_priority(&files[0], NOON + 1200, why), 3);
	ck_assert_str_eq(why, "2 red, danger on the way, nobody has looked for 19 min");
	ck_assert_int_eq(triage_priority(&files[2], NOON, why), 2);
	ck_assert_str_eq(why, "sent as urgent");
	ck_assert_int_lt(triage_priority(&files[4], NOON, why), 0);
}
END_TEST

START_TEST(what_was_not_committed_was_never_there)
{
	struct case_file file;
	enum cases_kept kept;
	struct opened *opened = malloc(sizeof(*opened));
	relief_opened(opened, &said, MEDIC, 1);
	ck_assert_int_eq(reliefdb_begin(&db), ERR_OK);
	ck_assert_int_eq(cases_keep(&db, opened, NOON, &kept, &file), ERR_OK);
	reliefdb_rollback(&db);
	ck_assert_int_eq(relief_keep(&db, &said, MEDIC, 1, &file), CASES_OPENED);
	free(opened);
}
END_TEST

START_TEST(another_vault_cannot_open_the_database)
{
	struct reliefdb other;
	uint8_t key[32] = {9};
	ck_assert_int_eq(reliefdb_open(&other, path, key), ERR_DAMAGED);
}
END_TEST

START_TEST(a_newer_database_is_left_alone)
{
	struct reliefdb other;
	uint8_t key[32];
	memset(key, 7, sizeof(key));
	ck_assert_int_eq(sql_set_version(db.sql, RELIEFDB_VERSION + 1), ERR_OK);
	ck_assert_int_eq(reliefdb_open(&other, path, key), ERR_NEWER);
}
END_TEST

START_TEST(rows_cannot_be_read_in_the_file)
{
	struct case_file file;
	(void)strcpy(said.place, "PLAINLYVISIBLE");
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_keep(&db, &said, MEDIC, 2, &file);
	ck_assert_int_eq(sql_exec(db.sql, "PRAGMA wal_checkpoint(TRUNCATE)"), ERR_OK);
	FILE *raw = fopen(path, "rb");
	ck_assert_ptr_nonnull(raw);
	static char bytes[1 << 20];
	size_t len = fread(bytes, 1, sizeof(bytes), raw);
	fclose(raw);
	ck_assert_uint_gt(len, 4096);
	ck_assert_ptr_null(memmem(bytes, len, "PLAINLYVISIBLE", 14));
	ck_assert_ptr_null(memmem(bytes, len, file.sender, sizeof(file.sender)));
}
END_TEST

START_TEST(rows_cannot_be_swapped)
{
	struct case_file file, *files;
	size_t n;
	relief_keep(&db, &said, MEDIC, 1, &file);
	relief_keep(&db, &said, MEDIC, 2, &file);
	ck_assert_int_eq(sql_exec(db.sql, "UPDATE cases SET sealed = (SELECT sealed FROM cases WHERE number = 1) WHERE number = 2"), ERR_OK);
	struct cases_filter filter = {.all = true, .type = -1, .state = -1};
	ck_assert_int_eq(cases_list(&db, &filter, &files, &n), ERR_DAMAGED);
}
END_TEST

START_TEST(a_look_counts_once_an_operator_until_the_case_changes)
{
	struct case_file file;
	bool first;
	relief_keep(&db, &said, MEDIC, 1, &file);
	ck_assert_int_eq(cases_first_look(&db, &file, "Rana", &first), ERR_OK);
	ck_assert(first);
	ck_assert_int_eq(cases_first_look(&db, &file, "Rana", &first), ERR_OK);
	ck_assert(!first);
	ck_assert_int_eq(cases_first_look(&db, &file, "Samir", &first), ERR_OK);
	ck_assert(first);
	relief_refer(&said, MEDIC, 1, ACTION_UPDATE);
	relief_keep(&db, &said, MEDIC, 2, &file);
	ck_assert_int_eq(cases_first_look(&db, &file, "Rana", &first), ERR_OK);
	ck_assert(first);
}
END_TEST

START_TEST(words_of_states_and_reasons_read_back)
{
	for (int i = 0; i < CASE_STATES; i++)
		ck_assert_int_eq(case_state_of_word(case_state_word((enum case_state)i)), i);
	for (int i = REASON_DONE; i < CASE_REASONS; i++)
		ck_assert_int_eq(case_reason_of_word(case_reason_word((enum case_reason)i)), i);
	ck_assert_int_eq(case_reason_of_word("moved-on"), REASON_MOVED_ON);
	ck_assert_int_eq(case_reason_of_word(""), -1);
	ck_assert_int_eq(case_reason_of_word("finished"), -1);
}
END_TEST

static void add_tests(TCase *cases)
{
	tcase_add_test(cases, a_letter_opens_a_case);
	tcase_add_test(cases, the_same_letter_twice_is_one);
	tcase_add_test(cases, an_update_says_over_what_it_repeats_and_keeps_the_rest);
	tcase_add_test(cases, an_update_that_overtakes_its_letter_ends_in_the_same_case);
	tcase_add_test(cases, older_updates_that_come_late_do_not_win);
	tcase_add_test(cases, a_stranger_cannot_update_or_withdraw_a_case);
	tcase_add_test(cases, a_withdrawal_marks_the_case_and_closes_nothing);
	tcase_add_test(cases, news_from_the_sender_reopens_a_closed_case);
	tcase_add_test(cases, an_answer_to_our_reply_joins_its_case);
	tcase_add_test(cases, a_flood_of_updates_does_not_grow_one_case_for_ever);
	tcase_add_test(cases, stage_letters_and_cards_make_no_case);
	tcase_add_test(cases, a_letter_of_a_later_version_is_kept_for_later);
	tcase_add_test(cases, a_case_is_found_by_ref_and_by_any_unique_prefix_of_its_letters);
	tcase_add_test(cases, filters_choose_by_state_and_type);
	tcase_add_test(cases, red_comes_first_then_longest_waiting_and_the_reason_is_said);
	tcase_add_test(cases, what_was_not_committed_was_never_there);
	tcase_add_test(cases, another_vault_cannot_open_the_database);
	tcase_add_test(cases, a_newer_database_is_left_alone);
	tcase_add_test(cases, rows_cannot_be_swapped);
	if (!relief_on_server())
		tcase_add_test(cases, rows_cannot_be_read_in_the_file);
	tcase_add_test(cases, a_look_counts_once_an_operator_until_the_case_changes);
	tcase_add_test(cases, words_of_states_and_reasons_read_back);
}

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("cases");
	TCase *cases = tcase_create("cases");
	tcase_add_checked_fixture(cases, open_room, close_room);
	tcase_set_timeout(cases, 60);
	add_tests(cases);
	suite_add_tcase(suite, cases);
	return suite;
}
