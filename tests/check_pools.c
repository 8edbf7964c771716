/* The shares of a store that is full: who gets in, who must go, and what a restart or a failed turn leaves of it. */
#include "node/post/post_inside.h"
#include "node/post/room.h"
#include "node/post/store.h"
#include "proto/order.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEDICS = 0, BUSES = 1, DAY = 4032, STORE = 400 * 1024, FLOOD = 4000, LINKS = 1000, HOUR_MS = 3600000 };

static char folder[64], path[96];
static struct store *store;
static struct tally tally;
static struct door door;
static struct ingress own, honest, flooder;

static void open_door(void)
{
	ck_assert_int_eq(store_open(&store, &(struct shelf_place){.path = path}, 0), ERR_OK);
	door = (struct door){.store = store, .authority = authority_open(store), .tally = &tally, .max_bytes = STORE, .now_ms = 1000};
	ck_assert_ptr_nonnull(door.authority);
	own = ingress_of(true, 1000);
	honest = ingress_of(false, 1000);
	flooder = ingress_of(false, 1000);
	flooder.group = (uint16_t)(honest.group + 1); /* they might be equal by chance */
}

static void close_door(void)
{
	authority_free(door.authority);
	store_close(store);
}

static void believe(uint8_t organisation)
{
	uint8_t key[SIGN_KEY_SIZE];
	sample_organisation(organisation, key);
	if (authority_trust(door.authority, key, 0) == AUTHORITY_NEWS)
		door_judge_all(&door);
	while (door_judge_some(&door))
		;
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
}

static void arrange(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/barid-pools-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/store.db", folder);
	tally = (struct tally){.count = {0}};
	open_door();
	believe(MEDICS);
}

static void clear(void)
{
	close_door();
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static enum control_verdict admit(struct ingress *ingress, const struct sample *sample)
{
	static unsigned turn;
	enum control_verdict verdict = door_admit(&door, ingress, sample->bytes, sample->len).verdict;
	if (++turn % 64 == 0)
		ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	return verdict;
}

static const struct catalogue_entry *entry_of(const struct sample *sample)
{
	uint32_t slot;
	if (store_place(store, sample->id, &slot) != PLACE_HELD)
		return NULL;
	return catalogue_at(store_catalogue(store), slot);
}

static uint64_t pool_bytes(enum pool pool)
{
	return catalogue_pool_bytes(store_catalogue(store), pool);
}

static struct sample flood_letter(uint32_t number, enum letter_class class, uint8_t bucket)
{
	return sample_sealed(1000000 + number, class, bucket);
}

/* Letters of one class, or of all (LETTER_CLASSES), as many as it takes to fill the store several times. */
static void flood(struct ingress *ingress, uint32_t from, uint32_t n, unsigned class)
{
	for (uint32_t i = from; i < from + n; i++) {
		struct sample letter = flood_letter(i, (enum letter_class)(class == LETTER_CLASSES ? i % LETTER_CLASSES : class), (uint8_t)(i % 2));
		(void)admit(ingress, &letter); /* most find no room */
	}
	ck_assert_uint_le(catalogue_bytes(store_catalogue(store)), STORE);
}

static struct sample medics(uint32_t number, uint8_t person)
{
	return sample_ticketed(number, CLASS_URGENT, 1, &(struct sample_ticket){MEDICS, person, TICKET_MEDIC, DAY, (uint8_t)(number % TICKET_SLOTS)});
}

static struct sample civilians(uint32_t number, uint8_t person)
{
	return sample_ticketed(number, CLASS_NEED, 1,
			       &(struct sample_ticket){MEDICS, person, TICKET_CIVILIAN, DAY, (uint8_t)(number % TICKET_SLOTS)});
}

START_TEST(the_shares_add_up_to_the_store_whatever_its_size)
{
	static const uint64_t sizes[] = {0, 1, 99, 100, 12345, 1 << 20, UINT64_C(1) << 40, (UINT64_C(1) << 40) + 77};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint64_t sum = 0;
		for (unsigned pool = 0; pool < POOLS; pool++)
			sum += pool_share((enum pool)pool, sizes[i]);
		ck_assert_uint_eq(sum, sizes[i]);
	}
}
END_TEST

/* Whatever fills the store first, and however much of it there is, every pool finds its share. */
START_TEST(a_flood_of_any_class_leaves_every_pool_its_share)
{
	for (unsigned class = 0; class <= LETTER_CLASSES; class ++) {
		flood(&flooder, 0, FLOOD, class);
		ck_assert_uint_gt(catalogue_bytes(store_catalogue(store)), STORE - 1024);
		struct sample letter;
		for (uint32_t n = 0; pool_bytes(POOL_URGENT) + 512 <= pool_share(POOL_URGENT, STORE); n++) {
			letter = medics(n, (uint8_t)(n / TICKET_SLOTS));
			ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
		}
		for (uint32_t n = 0; pool_bytes(POOL_SPONSORED) + 512 <= pool_share(POOL_SPONSORED, STORE); n++) {
			letter = civilians(n, (uint8_t)(n / TICKET_SLOTS + 10));
			ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
		}
		for (uint8_t n = 0; pool_bytes(POOL_AUTHORITY) + 512 <= pool_share(POOL_AUTHORITY, STORE); n++) {
			letter = sample_notice(MEDICS, n, 1, "x");
			ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
		}
		for (uint32_t n = 0; pool_bytes(POOL_OWN) + 256 <= pool_share(POOL_OWN, STORE); n++) {
			letter = sample_sealed(n, CLASS_ROUTINE, 0);
			ck_assert_int_eq(admit(&own, &letter), VERDICT_STORED);
		}
		for (uint32_t n = 5000; pool_bytes(POOL_CRIES) + 256 <= pool_share(POOL_CRIES, STORE); n++) {
			letter = sample_sealed(n, CLASS_URGENT, 0);
			ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
		}
		for (uint32_t n = 10000; pool_bytes(POOL_OTHERS) + 256 <= pool_share(POOL_OTHERS, STORE); n++) {
			letter = sample_sealed(n, CLASS_ROUTINE, 0);
			ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
		}
		flood(&flooder, FLOOD, FLOOD, class);
		for (unsigned pool = 0; pool < POOLS; pool++)
			ck_assert_uint_gt(pool_bytes((enum pool)pool) + 1024, pool_share((enum pool)pool, STORE));
		clear();
		arrange();
	}
}
END_TEST

START_TEST(a_flood_by_one_link_drives_out_nothing_of_another_below_its_equal_share)
{
	uint64_t equal = pool_share(POOL_CRIES, STORE) / 2;
	uint32_t n = 0;
	struct sample cries[400];
	for (; (n + 1) * 256 <= equal; n++) {
		cries[n] = sample_sealed(n, CLASS_URGENT, 0);
		ck_assert_int_eq(admit(&honest, &cries[n]), VERDICT_STORED);
	}
	flood(&own, 90000, 300, CLASS_ROUTINE); /* others have their shares too */
	for (uint32_t i = 0; i < 400; i++) {
		struct sample letter = i % 2 == 0 ? medics(i / 2, (uint8_t)(i / 64)) : civilians(i / 2, (uint8_t)(i / 64 + 20));
		ck_assert_int_eq(admit(&honest, &letter), VERDICT_STORED);
	}
	for (uint32_t round = 0; round < 4; round++) {
		door.now_ms += HOUR_MS; /* as much time as it likes */
		flood(&flooder, round * FLOOD, FLOOD, CLASS_URGENT);
		flood(&flooder, (round + 10) * FLOOD, FLOOD, CLASS_ROUTINE);
	}
	for (uint32_t i = 0; i < n; i++)
		ck_assert_ptr_nonnull(entry_of(&cries[i]));
}
END_TEST

/* A thousand links, one after the other, each with all it may drive out, and an hour to do it. */
START_TEST(a_thousand_links_drive_out_neither_what_is_vouched_for_nor_the_few_cries_of_another)
{
	enum { LARGE = 4 << 20, EACH_BRINGS = 20, CRIES = 10, PROVEN = 30 };
	struct sample cries[CRIES], proven[PROVEN];
	struct ingress newcomer = {.group = (uint16_t)(honest.group + 2)};
	door.max_bytes = LARGE;
	for (uint32_t n = 0; n < PROVEN; n++) {
		proven[n] = n % 2 == 0 ? medics(n, 1) : civilians(n, 2);
		ck_assert_int_eq(admit(&honest, &proven[n]), VERDICT_STORED);
	}
	for (uint32_t n = 0; n < CRIES; n++) {
		cries[n] = sample_sealed(n, CLASS_URGENT, 0);
		ck_assert_int_eq(admit(&honest, &cries[n]), VERDICT_STORED);
	}
	for (uint32_t link = 0; link < LINKS; link++) {
		struct ingress sybil = ingress_of(false, door.now_ms += HOUR_MS);
		if (sybil.group == honest.group || sybil.group == newcomer.group)
			sybil.group = flooder.group; /* one in 33 times chance gives one of the thousand a name that is taken */
		for (uint32_t n = 0; n < EACH_BRINGS; n++) {
			struct sample letter = flood_letter(link * EACH_BRINGS + n, link % 2 == 0 || n % 2 == 0 ? CLASS_URGENT : CLASS_NEED, 0);
			(void)admit(&sybil, &letter); /* some find no room */
		}
	}
	ck_assert_uint_gt(catalogue_bytes(store_catalogue(store)), LARGE - ENVELOPE_SIZE_MAX);
	uint64_t equal = pool_bytes(POOL_CRIES) / (LINKS + 1) / 256, left = 0;
	for (uint32_t n = 0; n < PROVEN; n++)
		ck_assert_ptr_nonnull(entry_of(&proven[n]));
	for (uint32_t n = 0; n < CRIES; n++)
		left += entry_of(&cries[n]) != NULL;
	ck_assert(equal > 0 && left >= (equal < CRIES ? equal : CRIES));
	newcomer.tokens = INGRESS_BURST;
	newcomer.refilled_ms = door.now_ms;
	struct sample late = sample_sealed(999, CLASS_URGENT, 0);
	ck_assert_int_eq(admit(&newcomer, &late), VERDICT_STORED);
}
END_TEST

START_TEST(what_a_link_may_drive_out_is_bounded_and_comes_back_with_time)
{
	flood(&flooder, 0, FLOOD, CLASS_URGENT);
	uint64_t evicted = tally.count[TALLY_LETTERS_EVICTED];
	flood(&honest, FLOOD, FLOOD, CLASS_URGENT);
	uint64_t once = tally.count[TALLY_LETTERS_EVICTED] - evicted;
	ck_assert(once > 0 && once <= INGRESS_BURST / 256);
	ck_assert_uint_lt(honest.tokens, 512);
	flood(&honest, 2 * FLOOD, 100, CLASS_URGENT);
	ck_assert_uint_eq(tally.count[TALLY_LETTERS_EVICTED] - evicted, once);
	door.now_ms += 1024; /* 2 kB */
	flood(&honest, 3 * FLOOD, 100, CLASS_URGENT);
	uint64_t more = tally.count[TALLY_LETTERS_EVICTED] - evicted - once;
	ck_assert(more >= 2 && more <= 8);
	door.now_ms += UINT64_C(1) << 40;
	flood(&honest, 4 * FLOOD, 1, CLASS_URGENT);
	ck_assert_uint_le(honest.tokens, INGRESS_BURST);
}
END_TEST

START_TEST(revocations_are_never_evicted_and_drive_out_other_words_of_their_organisation)
{
	struct sample revocations[8], notice;
	for (uint8_t n = 0; n < 8; n++) {
		struct revocation_entry entries[REVOCATIONS_MAX];
		for (uint8_t i = 0; i < REVOCATIONS_MAX; i++) {
			entries[i] = (struct revocation_entry){.day = DAY};
			memset(entries[i].secret, n * 16 + 1, sizeof(entries[i].secret));
			entries[i].secret[0] = i;
		}
		revocations[n] = sample_revocation(MEDICS, SAMPLE_ISSUED + n, entries, REVOCATIONS_MAX);
		ck_assert_int_eq(admit(&honest, &revocations[n]), VERDICT_STORED);
	}
	flood(&flooder, 0, FLOOD, LETTER_CLASSES);
	unsigned stored = 0;
	for (unsigned n = 0; n < 250; n++) {
		notice = sample_notice(MEDICS, (uint8_t)n, 1, "x");
		stored += admit(&honest, &notice) == VERDICT_STORED;
	}
	ck_assert_uint_lt(stored, 250);
	ck_assert_ptr_nonnull(entry_of(&revocations[0]));
	struct revocation_entry entry = {.day = DAY};
	uint64_t evicted = tally.count[TALLY_LETTERS_EVICTED];
	struct sample another = sample_revocation(MEDICS, SAMPLE_ISSUED + 100, &entry, 1);
	ck_assert_int_eq(admit(&honest, &another), VERDICT_STORED);
	ck_assert_uint_gt(tally.count[TALLY_LETTERS_EVICTED], evicted);
	door.max_bytes = 1; /* nothing else is left */
	while (door_expire(&door))
		;
	for (uint8_t n = 0; n < 8; n++)
		ck_assert_ptr_nonnull(entry_of(&revocations[n]));
	ck_assert_ptr_nonnull(entry_of(&another));
	ck_assert_uint_eq(catalogue_bytes(store_catalogue(store)), 8 * revocations[0].len + another.len);
	struct sample later = sample_revocation(MEDICS, SAMPLE_ISSUED + 10 * 86400, &entry, 1); /* comes before them all */
	door.max_bytes = catalogue_bytes(store_catalogue(store));
	ck_assert_int_eq(admit(&honest, &later), VERDICT_FULL);
}
END_TEST

START_TEST(letters_written_here_are_kept_while_a_flood_goes_by_and_lose_their_mark_at_a_restart)
{
	struct sample mine[20];
	for (uint32_t n = 0; n < 20; n++) {
		mine[n] = sample_sealed(n, n % 2 == 0 ? CLASS_ROUTINE : CLASS_URGENT, 0);
		ck_assert_int_eq(admit(&own, &mine[n]), VERDICT_STORED);
		ck_assert_uint_eq(entry_of(&mine[n])->pool, POOL_OWN);
	}
	flood(&flooder, 0, FLOOD, LETTER_CLASSES);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	for (uint32_t n = 0; n < 20; n++)
		ck_assert_ptr_nonnull(entry_of(&mine[n]));
	close_door();
	open_door();
	for (uint32_t n = 0; n < 20; n++)
		ck_assert_uint_eq(entry_of(&mine[n])->pool, n % 2 == 0 ? POOL_OTHERS : POOL_CRIES);
	ck_assert_uint_eq(pool_bytes(POOL_OWN), 0);
}
END_TEST

/* A sealed letter of another day. */
static struct sample sample_of_day(uint32_t number, enum letter_class class, uint8_t bucket, uint16_t day)
{
	struct sample sample = sample_sealed(number, class, bucket);
	struct envelope_header header;
	struct outside letter;
	ck_assert_int_eq(envelope_parse(sample.bytes, sample.len, &header), ENVELOPE_OK);
	header.day = day;
	envelope_header_encode(&header, sample.bytes);
	envelope_finish(sample.bytes, sample.len);
	ck_assert(outside_examine(sample.bytes, sample.len, &letter));
	memcpy(sample.id, letter.id, sizeof(sample.id));
	return sample;
}

START_TEST(a_day_in_the_future_gains_an_unproven_letter_nothing)
{
	flood(&honest, 0, FLOOD, CLASS_URGENT);
	uint64_t evicted = tally.count[TALLY_LETTERS_EVICTED];
	for (uint32_t n = 0; n < 100; n++) {
		struct sample letter = sample_of_day(n, CLASS_URGENT, 0, (uint16_t)(UINT16_MAX - n));
		(void)admit(&honest, &letter); /* looked at by what it drove out */
	}
	/* Where letters of 512 bytes go for ones of 256, rank counts and day does not. */
	for (uint32_t n = 0; n < 100; n++) {
		struct sample same = sample_of_day(n, CLASS_URGENT, 1, UINT16_MAX);
		ck_assert_int_eq(admit(&honest, &same), VERDICT_FULL);
	}
	ck_assert_uint_le(tally.count[TALLY_LETTERS_EVICTED] - evicted, 100);
	struct sample early = sample_of_day(900, CLASS_URGENT, 0, 1), late = sample_of_day(901, CLASS_URGENT, 0, UINT16_MAX);
	door.max_bytes *= 2;
	ck_assert_int_eq(admit(&honest, &early), VERDICT_STORED);
	ck_assert_int_eq(admit(&honest, &late), VERDICT_STORED);
	ck_assert(entry_of(&early)->day == 0 && entry_of(&late)->day == 0 && entry_of(&early)->rank == entry_of(&late)->rank);
}
END_TEST

START_TEST(standing_is_kept_over_a_restart_and_links_are_not)
{
	struct sample kinds[] = {medics(1, 1),
				 civilians(2, 2),
				 sample_notice(MEDICS, 1, 1, "x"),
				 sample_control(MEDICS, 1, 2),
				 sample_sealed(7, CLASS_URGENT, 0),
				 sample_notice(BUSES, 1, 1, "y")};
	enum { KINDS = sizeof(kinds) / sizeof(*kinds), PROVEN = 4 };
	struct catalogue_entry before[KINDS];
	for (size_t i = 0; i < KINDS; i++) {
		ck_assert_int_eq(admit(&honest, &kinds[i]), VERDICT_STORED);
		before[i] = *entry_of(&kinds[i]);
		ck_assert_uint_eq(order_tier(before[i].rank) == ORDER_TIER_PROVEN, i < PROVEN);
	}
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	close_door();
	sqlite3 *seized; /* shows no link */
	sqlite3_stmt *told;
	ck_assert_int_eq(sqlite3_open(path, &seized), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(seized, "SELECT count(*) FROM letters WHERE standing <> 0", -1, &told, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(told), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(told, 0), PROVEN);
	ck_assert_int_eq(sqlite3_finalize(told), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(seized), SQLITE_OK);
	open_door();
	for (size_t i = 0; i < KINDS; i++) {
		const struct catalogue_entry *after = entry_of(&kinds[i]);
		ck_assert(after->rank == before[i].rank && after->day == before[i].day && after->pool == before[i].pool);
		ck_assert(i < PROVEN ? after->group == before[i].group : after->group < 256);
	}
	believe(BUSES);
	ck_assert_uint_eq(order_tier(entry_of(&kinds[KINDS - 1])->rank), ORDER_TIER_PROVEN);
	close_door();
	open_door();
	ck_assert_uint_eq(order_tier(entry_of(&kinds[KINDS - 1])->rank), ORDER_TIER_PROVEN);
}
END_TEST

START_TEST(a_turn_taken_back_takes_back_pools_and_standing)
{
	struct sample ticketed = medics(1, 1), cry = sample_sealed(3, CLASS_URGENT, 0), later = sample_sealed(4, CLASS_ROUTINE, 0);
	ck_assert_int_eq(door_admit(&door, &honest, ticketed.bytes, ticketed.len).verdict, VERDICT_STORED);
	ck_assert_int_eq(door_admit(&door, &honest, cry.bytes, cry.len).verdict, VERDICT_STORED);
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	struct catalogue_entry was = *entry_of(&ticketed);
	struct revocation_entry entry = {.day = DAY};
	sample_linkage_seed(1, DAY, entry.secret);
	struct sample revocation = sample_revocation(MEDICS, SAMPLE_ISSUED, &entry, 1);
	ck_assert_int_eq(door_admit(&door, &honest, revocation.bytes, revocation.len).verdict, VERDICT_STORED);
	while (door_judge_some(&door))
		;
	ck_assert_int_eq(door_admit(&door, &own, later.bytes, later.len).verdict, VERDICT_STORED);
	ck_assert_uint_eq(entry_of(&ticketed)->pool, POOL_CRIES);
	ck_assert_uint_eq(pool_bytes(POOL_URGENT), 0);
	store_rollback(store);
	authority_reload(door.authority);
	for (int opened = 0; opened < 2; opened++) {
		const struct catalogue_entry *is = entry_of(&ticketed);
		ck_assert(is->rank == was.rank && is->day == was.day && is->pool == was.pool && is->group == was.group);
		ck_assert_uint_eq(pool_bytes(POOL_URGENT), ticketed.len);
		ck_assert_uint_eq(pool_bytes(POOL_CRIES), cry.len);
		ck_assert_uint_eq(pool_bytes(POOL_AUTHORITY) + pool_bytes(POOL_OWN) + pool_bytes(POOL_OTHERS), 0);
		close_door();
		open_door();
	}
}
END_TEST

START_TEST(a_full_store_wants_what_comes_before_its_last_letter_once_the_least_have_their_share)
{
	ck_assert_uint_eq(door_wants(&door).rank, 0);
	flood(&flooder, 0, FLOOD, CLASS_ROUTINE);
	struct sample routine = sample_sealed(0, CLASS_ROUTINE, 0), status = sample_sealed(0, CLASS_STATUS, 0),
		      cry = sample_sealed(1, CLASS_URGENT, 0);
	struct wants wants = door_wants(&door);
	struct outside outside;
	ck_assert(outside_examine(status.bytes, status.len, &outside) && wants_letter(&wants, order_rank(&outside.header, STANDING_UNPROVEN), 0));
	ck_assert(outside_examine(routine.bytes, 256, &outside));
	ck_assert_uint_eq(wants.rank, order_rank(&outside.header, STANDING_UNPROVEN) + 1); /* smaller ones have driven out those of 512 bytes */
	flood(&flooder, FLOOD, FLOOD, CLASS_URGENT);
	wants = door_wants(&door);
	ck_assert(outside_examine(cry.bytes, cry.len, &outside));
	ck_assert(wants_letter(&wants, order_rank(&outside.header, STANDING_UNPROVEN) - 1, 0));
	ck_assert(!wants_letter(&wants, 0, UINT16_MAX));
	ck_assert_uint_eq(wants.day, 0);
}
END_TEST

START_TEST(topics_that_strangers_make_up_are_remembered_up_to_a_bound_and_those_of_believed_ones_beyond_it)
{
	struct sample known = sample_notice(BUSES, 1, 1, "x"), newer = sample_notice(BUSES, 1, 2, "x"), strange = sample_notice(BUSES, 2, 1, "x");
	struct sample believed = sample_notice(MEDICS, 1, 1, "x");
	struct outside outside;
	struct store_latest latest;
	ck_assert_int_eq(admit(&honest, &known), VERDICT_STORED);
	ck_assert(outside_examine(known.bytes, known.len, &outside));
	for (uint32_t n = 0; store_latest_count(store) < STORE_LATEST_MAX; n++) {
		memcpy(outside.issuer, &n, sizeof(n));
		store_set_latest(store, &outside, 10);
		store_set_latest(store, &outside, 10); /* the same row */
		ck_assert_uint_eq(store_latest_count(store), n + 2);
	}
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	memset(outside.issuer, 0xff, sizeof(outside.issuer));
	store_set_latest(store, &outside, 10);
	store_rollback(store);
	ck_assert_uint_eq(store_latest_count(store), STORE_LATEST_MAX);
	ck_assert_int_eq(admit(&honest, &strange), VERDICT_STORED);
	ck_assert(outside_examine(strange.bytes, strange.len, &outside) && !store_latest(store, &outside, &latest));
	ck_assert_int_eq(admit(&honest, &newer), VERDICT_STORED);
	ck_assert_int_eq(admit(&honest, &known), VERDICT_KNOWN); /* it was replaced */
	ck_assert_ptr_null(entry_of(&known));
	ck_assert_uint_eq(store_latest_count(store), STORE_LATEST_MAX);
	ck_assert_int_eq(admit(&honest, &believed), VERDICT_STORED);
	ck_assert(outside_examine(believed.bytes, believed.len, &outside) && store_latest(store, &outside, &latest));
	ck_assert_int_eq(store_commit(store, 0), ERR_OK);
	close_door();
	open_door();
	ck_assert_uint_eq(store_latest_count(store), STORE_LATEST_MAX + 1);
	for (unsigned batch = 0; batch <= STORE_LATEST_MAX / 256; batch++)
		(void)store_forget_expired(store, 10); /* it speaks of ids */
	ck_assert_uint_eq(store_latest_count(store), 2);
}
END_TEST

/* Two posts of which one believes nobody, with the same letters, and so many more that only one of them has. */
static void open_two(struct cluster *cluster, uint32_t lacking)
{
	enum { PROVEN = 100, COMMON = 300 };
	uint8_t key[SIGN_KEY_SIZE], id[LETTER_ID_SIZE];
	cluster_open(cluster, 2, ROOMY);
	sample_organisation(MEDICS, key);
	ck_assert(post_trust(cluster->post[0], key, 1, cluster->now));
	for (uint32_t n = 0; n < PROVEN + COMMON + lacking; n++) {
		bool ticketed = n < PROVEN || (n >= PROVEN + COMMON && n % 2 == 0);
		struct sample letter =
			ticketed ? medics(n, (uint8_t)(n / TICKET_SLOTS)) : sample_sealed(n, (enum letter_class)(n % LETTER_CLASSES), 0);
		for (size_t i = 0; i < 2; i++)
			if (n < PROVEN + COMMON || n / 2 % 2 == i)
				ck_assert_int_eq(post_submit(cluster->post[i], letter.bytes, letter.len, SUBMIT_CARRIED, id, cluster->now),
						 VERDICT_STORED);
	}
}

START_TEST(what_both_hold_in_different_tiers_does_not_cross_and_what_one_lacks_does)
{
	enum { VENTURED = 16 };
	static const uint32_t lacking[] = {0, 20, 240, 700};
	struct cluster cluster;
	for (size_t i = 0; i < 8; i++) {
		uint32_t lack = lacking[i / 2];
		open_two(&cluster, lack);
		size_t link = cluster_join(&cluster, i % 2, 1 - i % 2);
		cluster_run(&cluster);
		ck_assert(cluster.links[link].up);
		uint64_t sent = cluster_count(&cluster, 0, TALLY_LETTERS_SENT) + cluster_count(&cluster, 1, TALLY_LETTERS_SENT);
		struct control_status a, b;
		post_status(cluster.post[0], &a, cluster.now);
		post_status(cluster.post[1], &b, cluster.now);
		ck_assert_mem_eq(a.digest, b.digest, sizeof(a.digest));
		ck_assert_uint_ge(sent, lack);
		ck_assert_uint_le(sent, lack + (lack == 0 ? 0 : 2 * VENTURED));
		cluster_cut(&cluster, link);
		/* Now they show the same, and say so in one round trip. */
		link = cluster_join(&cluster, i % 2, 1 - i % 2);
		cluster_run(&cluster);
		ck_assert_uint_le(cluster.links[link].bytes_ab + cluster.links[link].bytes_ba,
				  HANDSHAKE_FIRST_SIZE + HANDSHAKE_SECOND_SIZE + RECORD_UNIT + RECORD_OVERHEAD);
		cluster_close(&cluster);
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("pools");
	TCase *test_case = tcase_create("pools");
	tcase_set_timeout(test_case, 120);
	tcase_add_checked_fixture(test_case, arrange, clear);
	tcase_add_test(test_case, the_shares_add_up_to_the_store_whatever_its_size);
	tcase_add_test(test_case, a_flood_of_any_class_leaves_every_pool_its_share);
	tcase_add_test(test_case, a_flood_by_one_link_drives_out_nothing_of_another_below_its_equal_share);
	tcase_add_test(test_case, a_thousand_links_drive_out_neither_what_is_vouched_for_nor_the_few_cries_of_another);
	tcase_add_test(test_case, what_a_link_may_drive_out_is_bounded_and_comes_back_with_time);
	tcase_add_test(test_case, revocations_are_never_evicted_and_drive_out_other_words_of_their_organisation);
	tcase_add_test(test_case, letters_written_here_are_kept_while_a_flood_goes_by_and_lose_their_mark_at_a_restart);
	tcase_add_test(test_case, a_day_in_the_future_gains_an_unproven_letter_nothing);
	tcase_add_test(test_case, standing_is_kept_over_a_restart_and_links_are_not);
	tcase_add_test(test_case, a_turn_taken_back_takes_back_pools_and_standing);
	tcase_add_test(test_case, a_full_store_wants_what_comes_before_its_last_letter_once_the_least_have_their_share);
	tcase_add_test(test_case, topics_that_strangers_make_up_are_remembered_up_to_a_bound_and_those_of_believed_ones_beyond_it);
	tcase_add_test(test_case, what_both_hold_in_different_tiers_does_not_cross_and_what_one_lacks_does);
	suite_add_tcase(suite, test_case);
	return suite;
}
