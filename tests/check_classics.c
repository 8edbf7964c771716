#include "node/sim/classics.h"
#include "node/sim/classics_inside.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { NODES = 4, ROOM = 1000, LETTERS = 64, BYTES = 512, STORE = 64 * 1024 };

/* An air in memory: everybody hears everybody that `reach` says, at once, and a link takes ROOM bytes a step. */
struct cable {
	bool up, up_owed;
	unsigned ends[2]; /* the dialler first */
	uint32_t link;
	uint8_t bytes[2][ROOM]; /* on the way from that end */
	size_t len[2];
};

struct rig_node {
	struct classic *classic;
	struct radio radio;
	uint8_t beacon[BEACON_SIZE];
	bool shown;
};

static struct rig_node nodes[NODES];
static struct cable cables[NODES * 2];
static bool reach[NODES][NODES];
static uint64_t now_ms;
static uint32_t last_link;
static uint64_t carried;
static unsigned dials;
/* What the ledger would be told. */
static unsigned holds[NODES][LETTERS], stores[LETTERS], drops[LETTERS], deliveries[LETTERS];
static uint32_t came_from[NODES][LETTERS];

static struct moment moment(void *owner)
{
	(void)owner; /* one time for all */
	return (struct moment){.boot_ms = now_ms};
}

static void on_stored(void *owner, uint32_t node, uint32_t letter, uint32_t from)
{
	(void)owner; /* everything is static here */
	ck_assert_uint_lt(letter, LETTERS);
	ck_assert_uint_eq(holds[node][letter], 0);
	holds[node][letter] = 1;
	came_from[node][letter] = from;
	stores[letter]++;
}

static void on_dropped(void *owner, uint32_t node, uint32_t letter, enum classic_drop why)
{
	(void)owner; /* as above */
	(void)why;
	ck_assert_uint_eq(holds[node][letter], 1);
	holds[node][letter] = 0;
	drops[letter]++;
}

static void on_delivered(void *owner, uint32_t node, uint32_t letter)
{
	(void)owner; /* as above */
	ck_assert_uint_eq(holds[node][letter], 1);
	deliveries[letter]++;
}

static const struct classic_events events = {.stored = on_stored, .dropped = on_dropped, .delivered = on_delivered};

static unsigned node_of(const struct radio *radio)
{
	return (unsigned)((const struct rig_node *)radio->state - nodes);
}

static struct cable *cable_of(uint32_t link)
{
	for (unsigned i = 0; i < NODES * 2; i++)
		if (cables[i].link == link)
			return &cables[i];
	return NULL;
}

static void radio_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	struct rig_node *node = &nodes[node_of(radio)];
	memcpy(node->beacon, beacon, BEACON_SIZE);
	node->shown = true;
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	ck_assert_uint_eq(len, 1);
	for (unsigned i = 0; i < NODES * 2; i++)
		if (cables[i].link == 0) {
			cables[i] = (struct cable){.link = ++last_link, .up_owed = true, .ends = {node_of(radio), address[0]}};
			dials++;
			return last_link;
		}
	return 0;
}

static unsigned side_of(const struct cable *cable, const struct radio *radio)
{
	return cable->ends[0] == node_of(radio) ? 0 : 1;
}

static size_t radio_room(struct radio *radio, uint32_t link)
{
	const struct cable *cable = cable_of(link);
	ck_assert_ptr_nonnull(cable);
	return ROOM - cable->len[side_of(cable, radio)];
}

static void radio_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	struct cable *cable = cable_of(link);
	ck_assert_uint_le(len, radio_room(radio, link));
	unsigned side = side_of(cable, radio);
	memcpy(cable->bytes[side] + cable->len[side], bytes, len);
	cable->len[side] += len;
	carried += len;
}

static void cut(struct cable *cable, unsigned tell)
{
	uint32_t link = cable->link;
	struct rig_node *other = &nodes[cable->ends[tell]];
	*cable = (struct cable){.link = 0};
	const struct radio_listener *listener = classic_listener(other->classic);
	listener->down(listener->owner, &other->radio, link);
}

static void radio_close(struct radio *radio, uint32_t link)
{
	struct cable *cable = cable_of(link);
	ck_assert_ptr_nonnull(cable);
	cable->up_owed = false;
	cable->up = false;
	/* The other hears of it on its next step. */
	cable->ends[0] = cable->ends[side_of(cable, radio) == 0 ? 1 : 0];
}

static void start(enum classic_policy policy, uint64_t store)
{
	now_ms = 1000;
	last_link = 0;
	carried = 0;
	dials = 0;
	memset(cables, 0, sizeof cables);
	memset(reach, 0, sizeof reach);
	memset(holds, 0, sizeof holds);
	memset(stores, 0, sizeof stores);
	memset(drops, 0, sizeof drops);
	memset(deliveries, 0, sizeof deliveries);
	for (uint32_t i = 0; i < NODES; i++) {
		struct rig_node *node = &nodes[i];
		*node = (struct rig_node){.radio = {.name = "rig",
						    .state = node,
						    .beacon = radio_beacon,
						    .connect = radio_connect,
						    .room = radio_room,
						    .send = radio_send,
						    .close = radio_close}};
		struct classic_config config = {.policy = policy, .node = i, .store_max_bytes = store, .now = moment, .events = &events};
		node->classic = classic_new(&config);
		ck_assert_ptr_nonnull(node->classic);
		classic_add_radio(node->classic, &node->radio);
	}
}

static void stop(void)
{
	for (unsigned i = 0; i < NODES; i++)
		classic_free(nodes[i].classic);
}

static void begin_link(struct cable *cable)
{
	cable->up_owed = false;
	cable->up = true;
	for (unsigned side = 0; side < 2; side++) {
		struct rig_node *node = &nodes[cable->ends[side]];
		const struct radio_listener *listener = classic_listener(node->classic);
		listener->up(listener->owner, &node->radio, cable->link, side == 0 ? LINK_DIALLED : LINK_ANSWERED);
	}
}

static void carry(struct cable *cable)
{
	for (unsigned side = 0; side < 2; side++) {
		if (!cable->up || cable->len[side] == 0)
			continue;
		uint8_t bytes[ROOM];
		size_t len = cable->len[side];
		memcpy(bytes, cable->bytes[side], len);
		cable->len[side] = 0;
		struct rig_node *to = &nodes[cable->ends[1 - side]], *from = &nodes[cable->ends[side]];
		const struct radio_listener *listener = classic_listener(to->classic);
		listener->input(listener->owner, &to->radio, cable->link, bytes, len);
		listener = classic_listener(from->classic);
		listener->writable(listener->owner, &from->radio, cable->link);
	}
}

static void hear(unsigned to, unsigned from)
{
	if (!reach[to][from] || !nodes[from].shown)
		return;
	struct radio_sighting sighting = {.address = {(uint8_t)from}, .address_len = 1};
	memcpy(sighting.beacon, nodes[from].beacon, BEACON_SIZE);
	const struct radio_listener *listener = classic_listener(nodes[to].classic);
	listener->sighting(listener->owner, &nodes[to].radio, &sighting);
}

/* A tenth of a second. */
static void step(void)
{
	now_ms += 100;
	for (unsigned i = 0; i < NODES * 2; i++) {
		struct cable *cable = &cables[i];
		if (cable->link != 0 && cable->up_owed)
			begin_link(cable);
		else if (cable->link != 0 && cable->up)
			carry(cable);
		else if (cable->link != 0)
			cut(cable, 0);
	}
	for (unsigned i = 0; i < NODES; i++)
		for (unsigned j = 0; j < NODES; j++)
			hear(i, j);
	for (unsigned i = 0; i < NODES; i++)
		if (classic_next_deadline(nodes[i].classic) <= now_ms)
			classic_turn(nodes[i].classic);
}

static void run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds * 10; i++)
		step();
}

static void meet(unsigned a, unsigned b, bool met)
{
	reach[a][b] = reach[b][a] = met;
}

/* They meet for long enough, and part. */
static void meeting(unsigned a, unsigned b)
{
	meet(a, b, true);
	run(30);
	meet(a, b, false);
	run(1);
}

static void write_at(unsigned node, uint32_t number, uint32_t addressee)
{
	classic_write(nodes[node].classic, &(struct classic_letter){.number = number, .addressee = addressee, .bytes = BYTES, .expires_ms = 3600000});
}

START_TEST(epidemic_gives_everything_to_everybody)
{
	start(CLASSIC_EPIDEMIC, STORE);
	for (uint32_t i = 0; i < 20; i++)
		write_at(i % 2, i, 3);
	meeting(0, 1);
	ck_assert_uint_eq(classic_count(nodes[0].classic), 20);
	ck_assert_uint_eq(classic_count(nodes[1].classic), 20);
	meeting(1, 2);
	meeting(2, 3);
	for (uint32_t i = 0; i < 20; i++) {
		ck_assert_uint_eq(stores[i], 4);
		ck_assert_uint_eq(deliveries[i], 1);
		ck_assert_uint_eq(drops[i], 0);
		ck_assert_uint_eq(came_from[3][i], 2);
	}
	/* Ten letters each way at the first meeting, twenty each at the others; and names of eight bytes, heads of three. */
	ck_assert_uint_ge(carried, 60 * BYTES);
	ck_assert_uint_le(carried, 60 * (BYTES + CLASSIC_HEAD) + 60 * CLASSIC_SUMMARY_ENTRY + 3 * 80);
	stop();
}
END_TEST

START_TEST(who_has_nothing_new_does_not_dial_again)
{
	start(CLASSIC_EPIDEMIC, STORE);
	write_at(0, 1, 3);
	meet(0, 1, true);
	run(60);
	ck_assert_uint_eq(dials, 1);
	write_at(1, 2, 3);
	run(60);
	ck_assert_uint_eq(dials, 2);
	ck_assert(classic_holds(nodes[0].classic, 2));
	/* Each letter crossed once. */
	ck_assert_uint_le(carried, 2 * (BYTES + CLASSIC_HEAD) + 200);
	stop();
}
END_TEST

START_TEST(a_delivered_letter_is_not_brought_again_and_not_purged)
{
	start(CLASSIC_EPIDEMIC, STORE);
	write_at(0, 1, 3);
	meeting(0, 3);
	meeting(0, 1);
	meeting(1, 3);
	ck_assert_uint_eq(deliveries[1], 1);
	ck_assert(classic_holds(nodes[0].classic, 1));
	ck_assert(classic_holds(nodes[1].classic, 1));
	ck_assert_uint_eq(stores[1], 3);
	/* What arrived takes no room and is given to nobody. */
	ck_assert_uint_eq(classic_bytes(nodes[3].classic), 0);
	meeting(3, 2);
	ck_assert(!classic_holds(nodes[2].classic, 1));
	stop();
}
END_TEST

START_TEST(oldest_first_and_a_cut_loses_only_what_was_on_its_way)
{
	start(CLASSIC_EPIDEMIC, STORE);
	for (uint32_t i = 0; i < 20; i++)
		write_at(0, 19 - i, 3); /* the highest number is the oldest */
	meet(0, 1, true);
	while (classic_count(nodes[1].classic) < 5)
		step();
	meet(0, 1, false);
	for (unsigned i = 0; i < NODES * 2; i++)
		if (cables[i].link != 0) {
			uint32_t link = cables[i].link;
			const struct radio_listener *listener = classic_listener(nodes[0].classic);
			listener->down(listener->owner, &nodes[0].radio, link);
			cut(&cables[i], 1);
		}
	run(1);
	uint32_t got = classic_count(nodes[1].classic);
	ck_assert_uint_lt(got, 10);
	for (uint32_t i = 0; i < 20; i++)
		ck_assert_uint_eq(classic_holds(nodes[1].classic, 19 - i), i < got);
	meeting(0, 1);
	ck_assert_uint_eq(classic_count(nodes[1].classic), 20);
	for (uint32_t i = 0; i < 20; i++)
		ck_assert_uint_eq(stores[i], 2);
	stop();
}
END_TEST

START_TEST(a_full_buffer_drops_what_came_first)
{
	start(CLASSIC_EPIDEMIC, 8 * BYTES);
	for (uint32_t i = 0; i < 10; i++)
		write_at(0, i, 3);
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_uint_eq(classic_holds(nodes[0].classic, i), i >= 2);
		ck_assert_uint_eq(drops[i], i < 2);
	}
	ck_assert_uint_eq(classic_bytes(nodes[0].classic), 8 * BYTES);
	stop();
}
END_TEST

START_TEST(expired_letters_are_forgotten_in_time)
{
	start(CLASSIC_EPIDEMIC, STORE);
	write_at(0, 1, 3);
	run(1);
	uint8_t empty[BEACON_SIZE];
	memcpy(empty, nodes[0].beacon, BEACON_SIZE);
	memset(empty + BEACON_NONCE_SIZE, 0, BEACON_DIGEST_SIZE);
	ck_assert_mem_ne(nodes[0].beacon, empty, BEACON_SIZE);
	ck_assert_uint_eq(classic_next_deadline(nodes[0].classic), 3600000);
	now_ms = 3600000 - 200;
	step();
	ck_assert(classic_holds(nodes[0].classic, 1));
	step();
	ck_assert(!classic_holds(nodes[0].classic, 1));
	ck_assert_uint_eq(drops[1], 1);
	ck_assert_mem_eq(nodes[0].beacon, empty, BEACON_SIZE);
	ck_assert_uint_eq(classic_next_deadline(nodes[0].classic), UINT64_MAX);
	stop();
}
END_TEST

static uint32_t copies_at(unsigned node, uint32_t number)
{
	const struct held *held = buffer_find(&nodes[node].classic->buffer, number);
	return held == NULL ? 0 : held->copies;
}

START_TEST(spray_gives_half_and_waits_with_the_last)
{
	start(CLASSIC_SPRAY, STORE);
	write_at(0, 1, 3);
	ck_assert_uint_eq(copies_at(0, 1), CLASSIC_COPIES);
	meeting(0, 1);
	ck_assert_uint_eq(copies_at(0, 1), 4);
	ck_assert_uint_eq(copies_at(1, 1), 4);
	meeting(1, 2);
	ck_assert_uint_eq(copies_at(1, 1), 2);
	ck_assert_uint_eq(copies_at(2, 1), 2);
	meeting(0, 2); /* both have it */
	ck_assert_uint_eq(copies_at(0, 1), 4);
	meeting(2, 3);
	ck_assert_uint_eq(deliveries[1], 1);
	ck_assert_uint_eq(copies_at(2, 1), 2);
	stop();
}
END_TEST

START_TEST(a_last_copy_goes_to_the_addressee_only)
{
	start(CLASSIC_SPRAY, STORE);
	nodes[0].classic->config.copies = 1;
	write_at(0, 1, 3);
	write_at(0, 2, CLASSIC_EVERYBODY);
	meeting(0, 1);
	ck_assert(!classic_holds(nodes[1].classic, 1));
	ck_assert(classic_holds(nodes[1].classic, 2));
	meeting(0, 3);
	ck_assert_uint_eq(deliveries[1], 1);
	stop();
}
END_TEST

START_TEST(stores_that_stay_different_are_left_alone_until_there_is_news)
{
	start(CLASSIC_SPRAY, STORE);
	nodes[0].classic->config.copies = 1;
	write_at(0, 1, 3);
	meet(0, 1, true);
	run(120);
	ck_assert_uint_eq(dials, 1);
	ck_assert_uint_eq(stores[1], 1);
	write_at(0, 2, 1);
	run(5); /* sooner than the other would dial */
	ck_assert_uint_eq(dials, 2);
	ck_assert_uint_eq(deliveries[2], 1);
	stop();
}
END_TEST

START_TEST(prophet_gives_to_who_is_likelier_to_meet_the_addressee)
{
	start(CLASSIC_PROPHET, STORE);
	write_at(0, 1, 3);
	meeting(0, 1);
	ck_assert(!classic_holds(nodes[1].classic, 1)); /* nobody has met 3 */
	meeting(2, 3);
	meeting(0, 2);
	ck_assert(classic_holds(nodes[2].classic, 1));
	ck_assert_uint_eq(deliveries[1], 0);
	meeting(2, 3);
	ck_assert_uint_eq(deliveries[1], 1);
	stop();
}
END_TEST

START_TEST(predictabilities_follow_the_formulas)
{
	struct prophet prophet = {0};
	prophet_meet(&prophet, 7, 0);
	ck_assert_uint_eq(prophet_of(&prophet, 7), 500000000);
	/* A typical interval later: 0.5 * 0.999^30, then + (1 - 0.01 - P) * 0.7. */
	prophet_age(&prophet, 300000);
	uint32_t aged = prophet_of(&prophet, 7);
	ck_assert_uint_ge(aged, 485215000);
	ck_assert_uint_le(aged, 485216000);
	prophet_meet(&prophet, 7, 300000);
	uint32_t expected = aged + (uint32_t)((990000000 - (uint64_t)aged) * 7 / 10);
	ck_assert_uint_eq(prophet_of(&prophet, 7), expected);
	/* At once again: nothing. */
	prophet_meet(&prophet, 7, 300000);
	ck_assert_uint_eq(prophet_of(&prophet, 7), expected);
	/* Through 7, who expects 9 with 0.5: P * 0.5 * 0.9; the larger one counts, and neither oneself nor the speaker. */
	prophet_hear(&prophet, 1, 7, 9, 500000000);
	uint32_t through = (uint32_t)((uint64_t)expected / 2 * 9 / 10);
	ck_assert_uint_ge(prophet_of(&prophet, 9) + 2, through);
	ck_assert_uint_le(prophet_of(&prophet, 9), through + 2);
	uint32_t before = prophet_of(&prophet, 9);
	prophet_hear(&prophet, 1, 7, 9, 400000000);
	ck_assert_uint_eq(prophet_of(&prophet, 9), before);
	prophet_hear(&prophet, 1, 7, 1, 900000000);
	ck_assert_uint_eq(prophet_of(&prophet, 1), 0);
	/* Below a tenth it is forgotten. */
	prophet_age(&prophet, 300000 + UINT64_C(100000000));
	ck_assert_uint_eq(prophet_of(&prophet, 7), 0);
	ck_assert_uint_eq(prophet.count, 0);
	prophet_free(&prophet);
}
END_TEST

START_TEST(letters_stay_when_the_radios_go)
{
	start(CLASSIC_EPIDEMIC, STORE);
	write_at(0, 1, 3);
	meet(0, 1, true);
	run(1); /* a link is up */
	memset(cables, 0, sizeof cables);
	classic_cut(nodes[0].classic);
	classic_cut(nodes[1].classic);
	classic_add_radio(nodes[0].classic, &nodes[0].radio);
	classic_add_radio(nodes[1].classic, &nodes[1].radio);
	run(30);
	ck_assert(classic_holds(nodes[1].classic, 1));
	stop();
}
END_TEST

START_TEST(the_other_one_dials_where_the_first_does_not)
{
	start(CLASSIC_EPIDEMIC, STORE);
	write_at(1, 1, 3);
	reach[1][0] = true; /* 1 hears 0, and not the other way round */
	run(7);
	ck_assert_uint_eq(dials, 0);
	run(13);
	ck_assert_uint_eq(dials, 1);
	ck_assert(classic_holds(nodes[0].classic, 1));
	stop();
}
END_TEST

/* Bytes that somebody meddled with end the link and nothing else: run with the sanitizers. */
START_TEST(nonsense_ends_the_link)
{
	for (unsigned seed = 0; seed < 300; seed++) {
		start((enum classic_policy)(seed % 3), STORE);
		write_at(0, 1, 1);
		write_at(1, 2, 0);
		meet(0, 1, true);
		for (unsigned i = 0; i < 40; i++) {
			for (unsigned j = 0; j < NODES * 2; j++)
				for (unsigned side = 0; side < 2; side++)
					if (cables[j].link != 0 && cables[j].len[side] > 0 && (seed + i) % 5 == 0)
						cables[j].bytes[side][(seed * 31 + i * 7) % cables[j].len[side]] ^= (uint8_t)(1 + seed);
			step();
		}
		stop();
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("classics");
	TCase *tcase = tcase_create("classics");
	tcase_add_test(tcase, epidemic_gives_everything_to_everybody);
	tcase_add_test(tcase, who_has_nothing_new_does_not_dial_again);
	tcase_add_test(tcase, a_delivered_letter_is_not_brought_again_and_not_purged);
	tcase_add_test(tcase, oldest_first_and_a_cut_loses_only_what_was_on_its_way);
	tcase_add_test(tcase, a_full_buffer_drops_what_came_first);
	tcase_add_test(tcase, expired_letters_are_forgotten_in_time);
	tcase_add_test(tcase, spray_gives_half_and_waits_with_the_last);
	tcase_add_test(tcase, a_last_copy_goes_to_the_addressee_only);
	tcase_add_test(tcase, stores_that_stay_different_are_left_alone_until_there_is_news);
	tcase_add_test(tcase, prophet_gives_to_who_is_likelier_to_meet_the_addressee);
	tcase_add_test(tcase, predictabilities_follow_the_formulas);
	tcase_add_test(tcase, letters_stay_when_the_radios_go);
	tcase_add_test(tcase, the_other_one_dials_where_the_first_does_not);
	tcase_add_test(tcase, nonsense_ends_the_link);
	suite_add_tcase(suite, tcase);
	return suite;
}
