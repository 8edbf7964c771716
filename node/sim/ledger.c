#include "node/sim/ledger.h"

#include "crypto/shorthash.h"
#include "proto/envelope.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS_FIRST = 1024, SLOTS_FIRST = 4096, BITS = 64 };

static const char *const class_names[LETTER_CLASSES] = {"routine", "status", "need", "urgent"};

/* Any fixed key: letters here are not written by whoever would aim at a slot, and a run must not depend on chance. */
static const uint8_t slot_key[SHORTHASH_KEY_SIZE] = "barid-sim-ledger";

struct ledger {
	struct ledger_letter *letters;
	uint32_t count, cap;
	uint32_t *slots; /* number + 1, 0: free; a power of two, at most half full */
	uint32_t slot_count;
	uint32_t nodes, alive;
	uint64_t *reached[LEDGER_TRACKED_MAX]; /* a bit for each node */
	uint32_t tracked;
};

/* A simulation without memory has no result; what it knows so far is worth nothing. */
static void *need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

struct ledger *ledger_new(uint32_t nodes)
{
	assert(nodes > 0);
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger == NULL)
		return NULL;
	*ledger = (struct ledger){.nodes = nodes, .alive = nodes, .cap = LETTERS_FIRST, .slot_count = SLOTS_FIRST};
	ledger->letters = malloc(LETTERS_FIRST * sizeof *ledger->letters);
	ledger->slots = calloc(SLOTS_FIRST, sizeof *ledger->slots);
	if (ledger->letters == NULL || ledger->slots == NULL) {
		ledger_free(ledger);
		return NULL;
	}
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	for (uint32_t i = 0; i < ledger->tracked; i++)
		free(ledger->reached[i]);
	free(ledger->letters);
	free(ledger->slots);
	free(ledger);
}

/* The slot of a tag, or the free one where it belongs. */
static uint32_t slot_of(const struct ledger *ledger, const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint32_t slot = (uint32_t)shorthash(slot_key, tag, LETTER_TAG_SIZE) & (ledger->slot_count - 1);
	while (ledger->slots[slot] != 0) {
		if (memcmp(ledger->letters[ledger->slots[slot] - 1].writing.id, tag, LETTER_TAG_SIZE) == 0)
			return slot;
		slot = (slot + 1) & (ledger->slot_count - 1);
	}
	return slot;
}

static void slots_grow(struct ledger *ledger)
{
	free(ledger->slots);
	ledger->slot_count *= 2;
	ledger->slots = need(calloc(ledger->slot_count, sizeof *ledger->slots));
	for (uint32_t i = 0; i < ledger->count; i++)
		ledger->slots[slot_of(ledger, ledger->letters[i].writing.id)] = i + 1;
}

static bool is_notice(const struct ledger_writing *writing)
{
	return writing->kind == ENVELOPE_NOTICE;
}

static uint32_t track(struct ledger *ledger, const struct ledger_writing *writing)
{
	bool wanted = !writing->idle && (is_notice(writing) || writing->class == CLASS_URGENT);
	if (!wanted || ledger->tracked == LEDGER_TRACKED_MAX)
		return LEDGER_NONE;
	ledger->reached[ledger->tracked] = need(calloc((ledger->nodes + BITS - 1) / BITS, sizeof(uint64_t)));
	return ledger->tracked++;
}

uint32_t ledger_write(struct ledger *ledger, const struct ledger_writing *writing)
{
	assert(writing->class < LETTER_CLASSES);
	uint32_t slot = slot_of(ledger, writing->id);
	if (ledger->slots[slot] != 0)
		return ledger->slots[slot] - 1;
	assert(ledger->count < LEDGER_LETTERS_MAX);
	if (ledger->count == ledger->cap) {
		ledger->cap *= 2;
		ledger->letters = need(realloc(ledger->letters, ledger->cap * sizeof *ledger->letters));
	}
	ledger->letters[ledger->count] = (struct ledger_letter){
		.writing = *writing,
		.delivered_ms = LEDGER_NEVER,
		.receipted_ms = LEDGER_NEVER,
		.half_ms = LEDGER_NEVER,
		.most_ms = LEDGER_NEVER,
		.track = track(ledger, writing),
	};
	ledger->slots[slot] = ++ledger->count;
	if (ledger->count > ledger->slot_count / 2)
		slots_grow(ledger);
	return ledger->count - 1;
}

uint32_t ledger_find(const struct ledger *ledger, const uint8_t tag[static LETTER_TAG_SIZE])
{
	return ledger->slots[slot_of(ledger, tag)] - 1; /* a free slot is 0, and LEDGER_NONE one less */
}

const struct ledger_letter *ledger_letter(const struct ledger *ledger, uint32_t number)
{
	assert(number < ledger->count);
	return &ledger->letters[number];
}

uint32_t ledger_count(const struct ledger *ledger)
{
	return ledger->count;
}

static struct ledger_letter *letter_at(struct ledger *ledger, uint32_t number)
{
	assert(number < ledger->count);
	return &ledger->letters[number];
}

/* Nodes that have died since they held it count as reached: what they knew, they had passed on. */
static void reach(struct ledger *ledger, struct ledger_letter *letter, uint32_t node, uint64_t at_ms)
{
	uint64_t *word = &ledger->reached[letter->track][node / BITS];
	uint64_t bit = UINT64_C(1) << node % BITS;
	if ((*word & bit) != 0)
		return;
	*word |= bit;
	letter->reached++;
	if (letter->half_ms == LEDGER_NEVER && (uint64_t)letter->reached * 2 >= ledger->alive)
		letter->half_ms = at_ms;
	if (letter->most_ms == LEDGER_NEVER && (uint64_t)letter->reached * 100 >= (uint64_t)ledger->alive * 99)
		letter->most_ms = at_ms;
}

void ledger_stored(struct ledger *ledger, uint32_t node, uint32_t number, uint64_t at_ms)
{
	assert(node < ledger->nodes);
	struct ledger_letter *letter = letter_at(ledger, number);
	letter->held++;
	if (node != letter->writing.writer)
		letter->copies++;
	if (letter->track != LEDGER_NONE)
		reach(ledger, letter, node, at_ms);
}

void ledger_dropped(struct ledger *ledger, uint32_t node, uint32_t number)
{
	assert(node < ledger->nodes);
	struct ledger_letter *letter = letter_at(ledger, number);
	assert(letter->held > 0);
	letter->held--;
}

bool ledger_delivered(struct ledger *ledger, uint32_t number, uint64_t at_ms)
{
	struct ledger_letter *letter = letter_at(ledger, number);
	if (letter->delivered_ms != LEDGER_NEVER)
		return false;
	letter->delivered_ms = at_ms;
	return true;
}

bool ledger_receipted(struct ledger *ledger, uint32_t number, uint64_t at_ms)
{
	struct ledger_letter *letter = letter_at(ledger, number);
	if (letter->receipted_ms != LEDGER_NEVER)
		return false;
	letter->receipted_ms = at_ms;
	return true;
}

void ledger_alive(struct ledger *ledger, uint32_t nodes)
{
	assert(nodes > 0);
	ledger->alive = nodes;
}

bool ledger_has_reached(const struct ledger *ledger, uint32_t node, uint32_t number)
{
	assert(node < ledger->nodes);
	uint32_t track_of = ledger_letter(ledger, number)->track;
	return track_of != LEDGER_NONE && (ledger->reached[track_of][node / BITS] >> node % BITS & 1) != 0;
}

static int compare_times(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* Of sorted times, the smallest that so many of a hundred do not exceed. */
static uint64_t nearest_rank(const uint64_t *times, uint32_t count, uint32_t percent)
{
	if (count == 0)
		return LEDGER_NEVER;
	uint64_t rank = ((uint64_t)count * percent + 99) / 100;
	return times[rank - 1];
}

static void sort(uint64_t *times, uint32_t count)
{
	qsort(times, count, sizeof *times, compare_times);
}

static void reach_of(const struct ledger *ledger, struct ledger_results *results, bool (*wanted)(const struct ledger_writing *, uint8_t),
		     uint8_t class)
{
	uint64_t half[LEDGER_TRACKED_MAX], most[LEDGER_TRACKED_MAX];
	for (uint32_t i = 0; i < ledger->count; i++) {
		const struct ledger_letter *letter = &ledger->letters[i];
		if (letter->track == LEDGER_NONE || !wanted(&letter->writing, class))
			continue;
		if (letter->half_ms != LEDGER_NEVER)
			half[results->half++] = letter->half_ms - letter->writing.at_ms;
		if (letter->most_ms != LEDGER_NEVER)
			most[results->most++] = letter->most_ms - letter->writing.at_ms;
	}
	sort(half, results->half);
	sort(most, results->most);
	results->reach50_ms = nearest_rank(half, results->half, 50);
	results->reach99_ms = nearest_rank(most, results->most, 50);
}

static bool counts_in_class(const struct ledger_writing *writing, uint8_t class)
{
	return !writing->idle && writing->kind == ENVELOPE_SEALED && writing->addressee != LEDGER_NONE && writing->class == class;
}

static bool counts_as_notice(const struct ledger_writing *writing, uint8_t class)
{
	(void)class; /* of any */
	return !writing->idle && is_notice(writing);
}

static void count_delivered(struct ledger_results *results, uint64_t took_ms)
{
	const uint64_t minute_ms = 60000;
	results->delivered++;
	results->in_15_min += took_ms <= 15 * minute_ms;
	results->in_1_h += took_ms <= 60 * minute_ms;
	results->in_6_h += took_ms <= 360 * minute_ms;
}

struct ledger_results ledger_results(const struct ledger *ledger, uint8_t class)
{
	assert(class < LETTER_CLASSES);
	struct ledger_results results = {0};
	uint64_t *took = need(malloc((ledger->count + 1) * sizeof *took));
	for (uint32_t i = 0; i < ledger->count; i++) {
		const struct ledger_letter *letter = &ledger->letters[i];
		if (!counts_in_class(&letter->writing, class))
			continue;
		results.sent++;
		if (letter->delivered_ms == LEDGER_NEVER)
			continue;
		took[results.delivered] = letter->delivered_ms - letter->writing.at_ms;
		count_delivered(&results, took[results.delivered]);
		results.copies += letter->copies;
	}
	sort(took, results.delivered);
	results.t50_ms = nearest_rank(took, results.delivered, 50);
	results.t99_ms = nearest_rank(took, results.delivered, 99);
	free(took);
	reach_of(ledger, &results, counts_in_class, class);
	return results;
}

struct ledger_results ledger_notices(const struct ledger *ledger)
{
	struct ledger_results results = {.t50_ms = LEDGER_NEVER, .t99_ms = LEDGER_NEVER};
	for (uint32_t i = 0; i < ledger->count; i++)
		results.sent += counts_as_notice(&ledger->letters[i].writing, 0);
	reach_of(ledger, &results, counts_as_notice, 0);
	return results;
}

static json_t *seconds(uint64_t ms)
{
	return ms == LEDGER_NEVER ? json_null() : json_real((double)ms / 1000);
}

/* Null for a share or a mean of nothing. */
static json_t *ratio(uint64_t part, uint64_t whole)
{
	return whole == 0 ? json_null() : json_real((double)part / (double)whole);
}

static json_t *class_json(const struct ledger_results *results)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "sent", (json_int_t)results->sent, "delivered",
			 (json_int_t)results->delivered, "share", ratio(results->delivered, results->sent), "in_15_min",
			 ratio(results->in_15_min, results->sent), "in_1_h", ratio(results->in_1_h, results->sent), "in_6_h",
			 ratio(results->in_6_h, results->sent), "t50", seconds(results->t50_ms), "t99", seconds(results->t99_ms), "copies",
			 ratio(results->copies, results->delivered), "half", (json_int_t)results->half, "most", (json_int_t)results->most, "reach50",
			 seconds(results->reach50_ms), "reach99", seconds(results->reach99_ms));
}

json_t *ledger_classes_json(const struct ledger *ledger)
{
	json_t *classes = json_object();
	for (int class = LETTER_CLASSES - 1; class >= 0; class --) {
		struct ledger_results results = ledger_results(ledger, (uint8_t) class);
		if (json_object_set_new(classes, class_names[class], class_json(&results)) != 0) {
			json_decref(classes);
			return NULL;
		}
	}
	return classes;
}

json_t *ledger_notices_json(const struct ledger *ledger)
{
	struct ledger_results results = ledger_notices(ledger);
	return json_pack("{s:I, s:I, s:I, s:o, s:o}", "sent", (json_int_t)results.sent, "half", (json_int_t)results.half, "most",
			 (json_int_t)results.most, "reach50", seconds(results.reach50_ms), "reach99", seconds(results.reach99_ms));
}
