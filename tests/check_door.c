/* What the door does where room is short or a letter is refused; what comes and goes otherwise is in check_post.c. */
#include "node/post/door.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[96];
static struct store *store;
static struct tally tally;
static struct door door;
static struct ingress ingress;

static void arrange(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/barid-door-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/store.db", folder);
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_OK);
	tally = (struct tally){.count = {0}};
	door = (struct door){.store = store, .authority = authority_open(store), .tally = &tally, .max_bytes = 1 << 20};
	ck_assert_ptr_nonnull(door.authority);
	ingress = ingress_of(false, 0);
}

static void clear(void)
{
	authority_free(door.authority);
	store_close(store);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static struct admission admit(const struct sample *sample)
{
	struct admission admission = door_admit(&door, &ingress, sample->bytes, sample->len);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	if (admission.verdict == VERDICT_STORED)
		ck_assert_uint_eq(admission.slot, catalogue_find(store_catalogue(store), sample->id));
	return admission;
}

static enum control_place place(const struct sample *sample)
{
	uint32_t slot;
	return store_place(store, sample->id, &slot);
}

static enum catalogue_state state_of(const struct sample *sample)
{
	const struct catalogue *catalogue = store_catalogue(store);
	uint32_t slot = catalogue_find(catalogue, sample->id);
	return slot == CATALOGUE_NONE ? CATALOGUE_FREE : (enum catalogue_state)catalogue_at(catalogue, slot)->state;
}

START_TEST(receipts_that_find_no_room_change_nothing)
{
	struct sample gone = sample_sealed(1, CLASS_NEED, 0), urgent = sample_sealed(2, CLASS_URGENT, 0);
	struct sample receipts = sample_receipts(&gone, 1);
	struct store_known known;
	store_drop(store, admit(&gone).slot, 100);
	ck_assert_int_eq(admit(&urgent).verdict, VERDICT_STORED);
	door.max_bytes = urgent.len;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_FULL);
	ck_assert(store_known(store, gone.id, &known) && !known.receipted);
	ck_assert_int_eq(state_of(&receipts), CATALOGUE_REFUSED);
	door.max_bytes = urgent.len + receipts.len;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_STORED);
	ck_assert(store_known(store, gone.id, &known) && known.receipted);
	ck_assert_int_eq(state_of(&receipts), CATALOGUE_HELD);
}
END_TEST

START_TEST(receipts_stand_where_what_they_purge_has_stood)
{
	struct sample urgent[3], lesser = sample_sealed(9, CLASS_ROUTINE, 0);
	for (uint32_t n = 0; n < 3; n++) {
		urgent[n] = sample_sealed(n, CLASS_URGENT, 0);
		ck_assert_int_eq(admit(&urgent[n]).verdict, VERDICT_STORED);
	}
	ck_assert_int_eq(admit(&lesser).verdict, VERDICT_STORED);
	door.max_bytes = 4 * lesser.len;
	struct sample receipts = sample_receipts(&urgent[1], 1);
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_STORED);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_PURGED], 1);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_EVICTED], 0);
	ck_assert_int_eq(place(&urgent[1]), PLACE_KNOWN);
	ck_assert_int_eq(place(&lesser), PLACE_HELD);
}
END_TEST

START_TEST(receipts_count_what_they_purge_once)
{
	struct sample letter = sample_sealed(1, CLASS_URGENT, 0), urgent = sample_sealed(2, CLASS_URGENT, 0), twice[] = {letter, letter, letter};
	ck_assert_int_eq(admit(&letter).verdict, VERDICT_STORED);
	ck_assert_int_eq(admit(&urgent).verdict, VERDICT_STORED);
	struct sample receipts = sample_receipts(twice, 3);
	door.max_bytes = 2 * letter.len;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_STORED);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_PURGED], 1);
	ck_assert_uint_eq(catalogue_bytes(store_catalogue(store)), urgent.len + receipts.len);
}
END_TEST

START_TEST(what_is_purged_makes_room_once)
{
	struct sample letters[10]; /* of which only the first is here: their receipts are larger than it */
	for (uint32_t n = 0; n < 10; n++)
		letters[n] = sample_sealed(n, CLASS_ROUTINE, 0);
	struct sample urgent = sample_sealed(20, CLASS_URGENT, 0), receipts = sample_receipts(letters, 10);
	ck_assert_int_eq(admit(&letters[0]).verdict, VERDICT_STORED);
	ck_assert_int_eq(admit(&urgent).verdict, VERDICT_STORED);
	ck_assert_uint_eq(receipts.len, 2 * urgent.len);
	door.max_bytes = 2 * urgent.len;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_FULL);
	ck_assert_int_eq(place(&letters[0]), PLACE_HELD);
	door.max_bytes = 3 * urgent.len;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_STORED);
	ck_assert_int_eq(place(&letters[0]), PLACE_KNOWN);
	ck_assert_int_eq(place(&urgent), PLACE_HELD);
}
END_TEST

START_TEST(a_letter_that_finds_no_room_drives_nobody_out)
{
	struct sample lesser = sample_sealed(1, CLASS_STATUS, 0), urgent = sample_sealed(2, CLASS_URGENT, 0), large = sample_sealed(3, CLASS_NEED, 3);
	ck_assert_int_eq(admit(&lesser).verdict, VERDICT_STORED);
	ck_assert_int_eq(admit(&urgent).verdict, VERDICT_STORED);
	door.max_bytes = large.len;
	ck_assert_int_eq(admit(&large).verdict, VERDICT_FULL);
	ck_assert_int_eq(place(&lesser), PLACE_HELD);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_EVICTED], 0);
	door.max_bytes = large.len + urgent.len;
	ck_assert_int_eq(admit(&large).verdict, VERDICT_STORED);
	ck_assert_int_eq(place(&lesser), PLACE_KNOWN);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_EVICTED], 1);
}
END_TEST

START_TEST(what_is_refused_whole_is_noted_and_let_in_when_it_fits)
{
	struct sample letter = sample_sealed(1, CLASS_NEED, 0);
	struct sample receipts = sample_receipts(&letter, 1);
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_UNMATCHED);
	ck_assert_int_eq(state_of(&receipts), CATALOGUE_REFUSED);
	ck_assert_int_eq(place(&receipts), PLACE_UNKNOWN);
	const struct catalogue *catalogue = store_catalogue(store);
	uint64_t refusal = catalogue_at(catalogue, catalogue_find(catalogue, receipts.id))->seq;
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_UNMATCHED);
	ck_assert_uint_eq(catalogue_at(catalogue, catalogue_find(catalogue, receipts.id))->seq, refusal); /* still the first */
	ck_assert_int_eq(admit(&letter).verdict, VERDICT_STORED);
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_STORED);
	ck_assert_int_eq(state_of(&receipts), CATALOGUE_HELD);
	ck_assert_int_eq(admit(&receipts).verdict, VERDICT_KNOWN);
}
END_TEST

START_TEST(what_is_malformed_leaves_no_trace)
{
	struct sample letter = sample_sealed(1, CLASS_NEED, 0);
	letter.bytes[100] ^= 1;
	ck_assert_int_eq(admit(&letter).verdict, VERDICT_MALFORMED);
	ck_assert_uint_eq(catalogue_slots(store_catalogue(store)), 0);
}
END_TEST

START_TEST(a_stale_notice_is_known_with_its_place_in_the_order)
{
	struct sample older = sample_notice(1, 1, 1, "older"), newer = sample_notice(1, 1, 2, "newer");
	ck_assert_int_eq(admit(&newer).verdict, VERDICT_STORED);
	ck_assert_int_eq(admit(&older).verdict, VERDICT_STALE);
	ck_assert_int_eq(place(&older), PLACE_KNOWN);
	const struct catalogue *catalogue = store_catalogue(store);
	ck_assert_uint_eq(catalogue_at(catalogue, catalogue_find(catalogue, older.id))->rank,
			  catalogue_at(catalogue, catalogue_find(catalogue, newer.id))->rank);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("door");
	TCase *test_case = tcase_create("door");
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, receipts_that_find_no_room_change_nothing);
	tcase_add_test(test_case, receipts_stand_where_what_they_purge_has_stood);
	tcase_add_test(test_case, receipts_count_what_they_purge_once);
	tcase_add_test(test_case, what_is_purged_makes_room_once);
	tcase_add_test(test_case, a_letter_that_finds_no_room_drives_nobody_out);
	tcase_add_test(test_case, what_is_refused_whole_is_noted_and_let_in_when_it_fits);
	tcase_add_test(test_case, what_is_malformed_leaves_no_trace);
	tcase_add_test(test_case, a_stale_notice_is_known_with_its_place_in_the_order);
	suite_add_tcase(suite, test_case);
	return suite;
}
