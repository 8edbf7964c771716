/* The simulator's disk: whatever a store was told is kept is there after the power fails at any moment, and a full disk loses nothing. */
#include "node/post/store.h"
#include "node/sim/disk.h"
#include "tests/support/letters.h"
#include "tests/support/suite.h"

#include <string.h>

enum { CRASHES = 2000, HELD_MAX = 120 };

static const char path[] = "/sim/1.db";
static struct store *store;
static struct fate fate;
static uint32_t low, high; /* letters low..high - 1 are held, and that is committed */

/* The same letter for the same number, made only once as long as it is of interest. */
static struct sample letter_of(uint32_t n)
{
	enum { KEPT = 512 };
	static struct sample kept[KEPT];
	static uint32_t number[KEPT];
	uint32_t place = n % KEPT;
	if (kept[place].len == 0 || number[place] != n)
		kept[place] = sample_sealed(n, CLASS_NEED, 1);
	number[place] = n;
	return kept[place];
}

static void open_store(void)
{
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.owner = disk_vfs(), .path = path}, 0), ERR_OK);
}

static void arrange(void)
{
	disk_start();
	fate_seed(&fate, 6, 1);
	fate_enter(&fate);
	low = high = 0;
	open_store();
}

static void clear(void)
{
	store_close(store);
	ck_assert_uint_gt(disk_bytes(path), 0);
	disk_remove(path);
	ck_assert_uint_eq(disk_bytes(path), 0);
}

static void put(uint32_t n)
{
	struct sample sample = letter_of(n);
	struct outside letter;
	ck_assert(outside_examine(sample.bytes, sample.len, &letter));
	struct store_letter coming = {.outside = &letter, .envelope = sample.bytes, .len = sample.len, .expires = 5};
	coming.judgement = pool_unproven(&letter.header, 7);
	(void)store_put(store, &coming); /* the commit tells */
}

static bool is_held(uint32_t n)
{
	uint32_t slot;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct sample sample = letter_of(n);
	if (store_place(store, sample.id, &slot) != PLACE_HELD || store_get(store, slot, envelope) != sample.len)
		return false;
	ck_assert_mem_eq(envelope, sample.bytes, sample.len);
	return true;
}

static bool holds(uint32_t first, uint32_t end)
{
	struct catalogue *catalogue = store_catalogue(store);
	if (catalogue_held(catalogue, CLASS_NEED) != end - first)
		return false;
	for (uint32_t n = first; n < end; n++)
		if (!is_held(n))
			return false;
	return true;
}

/* Some letters come and some go, as far as the disk lets them. */
static void change(uint32_t *first, uint32_t *end)
{
	uint32_t slot, coming = fate_below(&fate, 12), most = *end + coming - *first;
	for (uint32_t i = 0; i < coming; i++)
		put((*end)++);
	for (uint32_t i = 0; i < coming && (most > HELD_MAX || fate_below(&fate, 3) == 0); i++) {
		struct sample sample = letter_of((*first)++);
		if (store_place(store, sample.id, &slot) == PLACE_HELD && store_error(store) == ERR_OK)
			store_drop(store, slot, 1);
	}
	if (fate_below(&fate, 40) == 0)
		(void)store_forget_expired(store, 1); /* what is known is of no interest here */
}

START_TEST(what_was_kept_is_there_after_thousands_of_crashes_at_any_moment)
{
	unsigned halves = 0, whole = 0;
	for (unsigned i = 0; i < CRASHES; i++) {
		uint32_t turns = fate_below(&fate, 4), new_low = low, new_high = high;
		disk_doom(path, fate_below(&fate, 8) == 0 ? fate_below(&fate, 2500) : fate_below(&fate, 60));
		enum err err = ERR_OK;
		for (uint32_t turn = 0; turn <= turns && err == ERR_OK; turn++) {
			change(&new_low, &new_high);
			if (turn == turns && fate_below(&fate, 2) == 0)
				break; /* in the middle of a turn */
			err = store_commit(store, 0);
			if (err == ERR_OK) {
				low = new_low;
				high = new_high;
			}
		}
		disk_crash(path, &fate);
		store_close(store);
		open_store();
		ck_assert_uint_eq(store_rotten(store), 0);
		bool old = holds(low, high);
		halves += err != ERR_OK;
		if (!old) { /* nobody was told, and yet it was kept: whole */
			ck_assert_int_ne(err, ERR_OK);
			ck_assert(holds(new_low, new_high));
			low = new_low;
			high = new_high;
			whole++;
		}
	}
	ck_assert_uint_gt(halves, CRASHES / 8);
	ck_assert_uint_gt(whole, 4);
}
END_TEST

START_TEST(a_crash_that_tears_nothing_loses_only_the_turn)
{
	put(0);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	put(1);
	store_close(store);
	open_store();
	ck_assert(holds(0, 1));
}
END_TEST

START_TEST(a_full_disk_refuses_a_turn_and_loses_nothing)
{
	put(0);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	disk_fill(path, disk_bytes(path));
	ck_assert(disk_is_full(path));
	enum err err = ERR_OK;
	uint32_t end = 1;
	while (err == ERR_OK) {
		ck_assert_uint_lt(end, 1000);
		put(end);
		err = store_commit(store, 0);
		end += err == ERR_OK;
	}
	ck_assert_int_eq(err, ERR_FULL);
	store_rollback(store);
	ck_assert(holds(0, end));
	disk_fill(path, DISK_ROOMY);
	ck_assert(!disk_is_full(path));
	put(end);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	store_close(store);
	open_store();
	ck_assert(holds(0, end + 1));
}
END_TEST

START_TEST(disks_know_nothing_of_each_other)
{
	struct store *other;
	put(0);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	ck_assert_int_eq(store_open(&other, &(struct shelf_place){.owner = disk_vfs(), .path = "/sim/2.db"}, 0), ERR_OK);
	ck_assert_uint_eq(catalogue_bytes(store_catalogue(other)), 0);
	store_close(other);
	disk_crash("/sim/2.db", &fate);
	disk_remove("/sim/2.db");
	ck_assert(holds(0, 1));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("sim_disk");
	TCase *test_case = tcase_create("sim_disk");
	tcase_set_timeout(test_case, 240);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, what_was_kept_is_there_after_thousands_of_crashes_at_any_moment);
	tcase_add_test(test_case, a_crash_that_tears_nothing_loses_only_the_turn);
	tcase_add_test(test_case, a_full_disk_refuses_a_turn_and_loses_nothing);
	tcase_add_test(test_case, disks_know_nothing_of_each_other);
	suite_add_tcase(suite, test_case);
	return suite;
}
