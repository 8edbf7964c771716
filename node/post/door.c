#include "node/post/door.h"

#include "proto/order.h"
#include "proto/receipt.h"

#include <assert.h>
#include <string.h>

enum {
	KNOWN_HOURS = 9 * 24, /* after a letter's time here its id is remembered so long, longer than any holder carries it */
	EVICTED_HOURS = 24,   /* an evicted letter may come back after that */
	EXPIRE_AT_ONCE = 64,
};

static struct admission refuse(const struct door *door, struct admission admission, enum control_verdict verdict)
{
	static const enum tally_item counted[] = {
		[VERDICT_STORED] = TALLY_LETTERS_STORED, [VERDICT_KNOWN] = TALLY_LETTERS_KNOWN, [VERDICT_MALFORMED] = TALLY_LETTERS_MALFORMED,
		[VERDICT_STALE] = TALLY_LETTERS_STALE,   [VERDICT_FULL] = TALLY_LETTERS_FULL,   [VERDICT_UNMATCHED] = TALLY_LETTERS_UNMATCHED,
	};
	door->tally->count[counted[verdict]]++;
	admission.verdict = verdict;
	return admission;
}

static struct catalogue_position position_of(const struct outside *letter)
{
	struct catalogue_position position = {.rank = order_rank(&letter->header), .day = letter->header.day};
	memcpy(position.tag, letter->id, sizeof(position.tag));
	return position;
}

/* Refuses a letter that is whole, and notes that. */
static struct admission refuse_whole(const struct door *door, struct admission admission, enum control_verdict verdict)
{
	struct catalogue *catalogue = store_catalogue(door->store);
	struct catalogue_position position = position_of(&admission.letter);
	struct catalogue_entry entry = {.rank = position.rank, .day = position.day, .state = CATALOGUE_REFUSED};
	memcpy(entry.tag, position.tag, sizeof(entry.tag));
	if (catalogue_find(catalogue, entry.tag) == CATALOGUE_NONE)
		(void)catalogue_set(catalogue, &entry); /* only a hint: without memory for it the letter is offered once more */
	return refuse(door, admission, verdict);
}

static bool replaces(const struct outside *letter)
{
	return letter->header.kind == ENVELOPE_NOTICE || letter->header.kind == ENVELOPE_CONTROL;
}

static bool stale(const struct door *door, const struct outside *letter)
{
	struct store_latest latest;
	return replaces(letter) && store_latest(door->store, letter, &latest) && letter->seq < latest.seq;
}

/* The letter is the newest of its issuer and topic: what it replaces goes. Two letters of one number contradict each other and both stay. */
static void replace_older(const struct door *door, const struct outside *letter)
{
	struct store_latest latest;
	uint32_t slot;
	if (store_latest(door->store, letter, &latest)) {
		if (latest.seq == letter->seq)
			return;
		if (store_place(door->store, latest.tag, &slot) == PLACE_HELD)
			store_drop(door->store, slot, door->hour + KNOWN_HOURS);
	}
	store_set_latest(door->store, letter, door->hour + ttl_hours(letter->header.ttl) + KNOWN_HOURS);
}

/* The receipts of a letter that open the commitment of something we hold or held, for the first time. */
struct matches {
	size_t count;
	uint64_t purged_bytes;
	struct {
		uint8_t tag[LETTER_TAG_SIZE];
		uint32_t slot; /* HELD: its body goes, for it is done here */
	} match[RECEIPTS_MAX];
};

static bool receipt_fits(const struct door *door, const struct receipt *receipt, uint32_t *slot)
{
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE], envelope[ENVELOPE_SIZE_MAX];
	struct envelope_header header;
	struct store_known known;
	receipt_commitment(receipt->secret, commitment);
	switch (store_place(door->store, receipt->tag, slot)) {
	case PLACE_HELD:
		return envelope_parse(envelope, store_get(door->store, *slot, envelope), &header) == ENVELOPE_OK &&
		       memcmp(header.commitment, commitment, sizeof(commitment)) == 0;
	case PLACE_KNOWN:
		*slot = CATALOGUE_NONE;
		return store_known(door->store, receipt->tag, &known) && !known.receipted &&
		       memcmp(known.commitment, commitment, sizeof(commitment)) == 0;
	case PLACE_UNKNOWN:
		break;
	}
	return false;
}

static bool is_purged(const struct matches *matches, uint32_t slot)
{
	for (size_t i = 0; i < matches->count; i++)
		if (matches->match[i].slot == slot)
			return true;
	return false;
}

/* Changes nothing. False: none fits, so the letter is worth nothing here. */
static bool receipts_match(const struct door *door, const uint8_t *envelope, size_t len, struct matches *matches)
{
	struct receipt receipts[RECEIPTS_MAX];
	size_t n;
	if (!receipts_parse(envelope, len, receipts, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t slot;
		if (!receipt_fits(door, &receipts[i], &slot) || (slot != CATALOGUE_NONE && is_purged(matches, slot)))
			continue;
		memcpy(matches->match[matches->count].tag, receipts[i].tag, LETTER_TAG_SIZE);
		matches->match[matches->count++].slot = slot;
		if (slot != CATALOGUE_NONE)
			matches->purged_bytes += order_size(catalogue_at(store_catalogue(door->store), slot)->rank);
	}
	return matches->count > 0;
}

static void receipts_take(const struct door *door, const struct matches *matches)
{
	for (size_t i = 0; i < matches->count; i++) {
		if (matches->match[i].slot != CATALOGUE_NONE) {
			store_drop(door->store, matches->match[i].slot, door->hour + KNOWN_HOURS);
			if (store_error(door->store) != ERR_OK)
				return;
			door->tally->count[TALLY_LETTERS_PURGED]++;
		}
		store_mark_receipted(door->store, matches->match[i].tag);
	}
}

/* May this letter of ours go so that one that comes in finds room? */
static bool gives_way(const struct catalogue *catalogue, uint32_t slot, const struct outside *letter)
{
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	uint8_t rank = order_rank(&letter->header);
	return entry->rank < rank || (entry->rank == rank && entry->day < letter->header.day);
}

/* Changes nothing. True if there is room, counting what would be purged and all that would have to give way. */
static bool has_room(const struct door *door, const struct outside *letter, const struct matches *matches)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	uint64_t bytes = catalogue_bytes(catalogue) - matches->purged_bytes + order_size(order_rank(&letter->header));
	uint32_t slot = catalogue_last(catalogue);
	while (bytes > door->max_bytes) {
		if (slot == CATALOGUE_NONE || !gives_way(catalogue, slot, letter))
			return false;
		if (!is_purged(matches, slot))
			bytes -= order_size(catalogue_at(catalogue, slot)->rank);
		slot = catalogue_previous(catalogue, slot);
	}
	return true;
}

/* After has_room(): drops from the end of the order. */
static void make_room(const struct door *door, const struct outside *letter)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	while (store_error(door->store) == ERR_OK && catalogue_bytes(catalogue) + order_size(order_rank(&letter->header)) > door->max_bytes) {
		uint32_t last = catalogue_last(catalogue);
		assert(last != CATALOGUE_NONE && gives_way(catalogue, last, letter));
		store_drop(door->store, last, door->hour + EVICTED_HOURS);
		door->tally->count[TALLY_LETTERS_EVICTED]++;
	}
}

struct admission door_admit(const struct door *door, const uint8_t *envelope, size_t len)
{
	struct admission admission = {.verdict = VERDICT_MALFORMED, .slot = CATALOGUE_NONE};
	struct outside *letter = &admission.letter;
	struct matches matches;
	matches.count = matches.purged_bytes = 0; /* the rest is 2 kB, filled as needed */
	if (!outside_examine(envelope, len, letter))
		return refuse(door, admission, VERDICT_MALFORMED);
	if (store_place(door->store, letter->id, &admission.slot) != PLACE_UNKNOWN)
		return refuse(door, admission, VERDICT_KNOWN);
	if (stale(door, letter)) {
		/* Its own issuer has replaced it, and signed that: remembered, it need not come again. */
		struct catalogue_position position = position_of(letter);
		store_remember(door->store, &position, &(struct store_known){.receipted = false}, door->hour + KNOWN_HOURS);
		return refuse(door, admission, VERDICT_STALE);
	}
	if (letter->header.kind == ENVELOPE_RECEIPTS && !receipts_match(door, envelope, len, &matches))
		return refuse_whole(door, admission, VERDICT_UNMATCHED);
	if (!has_room(door, letter, &matches))
		return refuse_whole(door, admission, VERDICT_FULL);
	receipts_take(door, &matches);
	make_room(door, letter);
	if (replaces(letter))
		replace_older(door, letter);
	admission.slot = store_put(door->store, letter, envelope, len, door->hour + ttl_hours(letter->header.ttl));
	admission.verdict = VERDICT_STORED;
	door->tally->count[TALLY_LETTERS_STORED]++;
	return admission;
}

struct wants door_wants(const struct door *door)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	struct wants wants = {.capacity = wants_capacity(door->max_bytes)};
	uint32_t last = catalogue_last(catalogue);
	if (last == CATALOGUE_NONE || catalogue_bytes(catalogue) + ENVELOPE_SIZE_MAX <= door->max_bytes)
		return wants;
	const struct catalogue_entry *entry = catalogue_at(catalogue, last);
	wants.rank = entry->day == UINT16_MAX ? (uint8_t)(entry->rank + 1) : entry->rank;
	wants.day = (uint16_t)(entry->day + 1);
	return wants;
}

bool door_expire(const struct door *door)
{
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		uint32_t slot = store_expired(door->store, door->hour);
		if (slot == CATALOGUE_NONE)
			return store_forget_expired(door->store, door->hour);
		store_drop(door->store, slot, door->hour + KNOWN_HOURS);
		if (store_error(door->store) != ERR_OK)
			return false;
		door->tally->count[TALLY_LETTERS_EXPIRED]++;
	}
	return true;
}
