#include "node/post/door.h"

#include "proto/order.h"
#include "proto/receipt.h"

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
	uint64_t seq;
	if (store_latest(door->store, letter, &latest)) {
		if (latest.seq == letter->seq)
			return;
		if (store_place(door->store, latest.tag, &seq) == PLACE_HELD)
			store_drop(door->store, seq, door->hour + KNOWN_HOURS);
	}
	store_set_latest(door->store, letter, door->hour + ttl_hours(letter->header.ttl) + KNOWN_HOURS);
}

/* Does the secret open the commitment of a letter we hold or held, for the first time? Then the letter is done here: its body goes. */
static bool receipt_takes(const struct door *door, const struct receipt *receipt)
{
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE];
	receipt_commitment(receipt->secret, commitment);
	uint64_t seq;
	struct store_known known;
	switch (store_place(door->store, receipt->tag, &seq)) {
	case PLACE_HELD: {
		uint8_t envelope[ENVELOPE_SIZE_MAX];
		struct envelope_header header;
		size_t len = store_get(door->store, seq, envelope);
		if (len == 0 || envelope_parse(envelope, len, &header) != ENVELOPE_OK ||
		    memcmp(header.commitment, commitment, sizeof(commitment)) != 0)
			return false;
		store_drop(door->store, seq, door->hour + KNOWN_HOURS);
		store_mark_receipted(door->store, receipt->tag);
		door->tally->count[TALLY_LETTERS_PURGED]++;
		return true;
	}
	case PLACE_KNOWN:
		if (!store_known(door->store, receipt->tag, &known) || known.receipted ||
		    memcmp(known.commitment, commitment, sizeof(commitment)) != 0)
			return false;
		store_mark_receipted(door->store, receipt->tag);
		return true;
	case PLACE_UNKNOWN:
		break;
	}
	return false;
}

/* Applies every receipt that fits. False: none did, so the letter is worth nothing here. */
static bool receipts_take(const struct door *door, const uint8_t *envelope, size_t len)
{
	struct receipt receipts[RECEIPTS_MAX];
	size_t n, taken = 0;
	if (!receipts_parse(envelope, len, receipts, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		taken += receipt_takes(door, &receipts[i]);
	return taken > 0;
}

/* Makes room by dropping from the end of the order. False: everything carried comes before this letter. */
static bool make_room(const struct door *door, const struct outside *letter)
{
	const struct store_summary *summary = store_summary(door->store);
	uint8_t rank = order_rank(&letter->header);
	while (summary->bytes + order_size(rank) > door->max_bytes) {
		struct store_entry last;
		if (!store_last(door->store, &last) || last.position.rank > rank ||
		    (last.position.rank == rank && last.position.day >= letter->header.day))
			return false;
		store_drop(door->store, last.seq, door->hour + EVICTED_HOURS);
		if (store_error(door->store) != ERR_OK)
			return false;
		door->tally->count[TALLY_LETTERS_EVICTED]++;
	}
	return true;
}

struct admission door_admit(const struct door *door, const uint8_t *envelope, size_t len, const uint8_t *wanted)
{
	struct admission admission = {.verdict = VERDICT_MALFORMED};
	struct outside *letter = &admission.letter;
	uint64_t seq;
	if (!outside_examine(envelope, len, letter) || (wanted != NULL && memcmp(letter->id, wanted, LETTER_TAG_SIZE) != 0))
		return refuse(door, admission, VERDICT_MALFORMED);
	if (store_place(door->store, letter->id, &seq) != PLACE_UNKNOWN)
		return refuse(door, admission, VERDICT_KNOWN);
	if (stale(door, letter)) {
		/* Its own issuer has replaced it, and signed that: remembered, it need not come again. */
		store_remember(door->store, letter->id, &(struct store_known){.receipted = false}, door->hour + KNOWN_HOURS);
		return refuse(door, admission, VERDICT_STALE);
	}
	if (letter->header.kind == ENVELOPE_RECEIPTS && !receipts_take(door, envelope, len))
		return refuse(door, admission, VERDICT_UNMATCHED);
	if (!make_room(door, letter))
		return refuse(door, admission, VERDICT_FULL);
	if (replaces(letter))
		replace_older(door, letter);
	uint32_t expires = door->hour + ttl_hours(letter->header.ttl);
	admission.entry = (struct store_entry){
		.seq = store_put(door->store, letter, envelope, len, expires),
		.position = {.rank = order_rank(&letter->header), .day = letter->header.day, .key = store_key(door->store, letter->id)},
	};
	admission.verdict = VERDICT_STORED;
	door->tally->count[TALLY_LETTERS_STORED]++;
	return admission;
}

bool door_lacks(const struct door *door, const uint8_t tag[static LETTER_TAG_SIZE])
{
	uint64_t seq;
	return store_place(door->store, tag, &seq) == PLACE_UNKNOWN;
}

bool door_expire(const struct door *door)
{
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		uint64_t seq = store_expired(door->store, door->hour);
		if (seq == 0)
			return store_forget_expired(door->store, door->hour);
		store_drop(door->store, seq, door->hour + KNOWN_HOURS);
		if (store_error(door->store) != ERR_OK)
			return false;
		door->tally->count[TALLY_LETTERS_EXPIRED]++;
	}
	return true;
}
