#include "node/post/door.h"

#include "crypto/random.h"
#include "node/post/room.h"
#include "proto/order.h"
#include "proto/receipt.h"
#include "proto/revocation.h"

#include <assert.h>
#include <string.h>

enum {
	KNOWN_HOURS = 9 * 24, /* after a letter's time here its id is remembered so long, longer than any holder carries it */
	EVICTED_HOURS = 24,   /* an evicted letter may come back after that */
	EXPIRE_AT_ONCE = 64,
	JUDGE_AT_ONCE = 64, /* letters judged again in a turn: each costs the check of a few signatures */
	READ_AT_ONCE = 512, /* letters read for that; most of them bear nothing to judge */
	NEAR_PART = 16,     /* of a share: so near to it a pool counts as having it */
};

struct ingress ingress_of(bool own, uint64_t now_ms)
{
	return (struct ingress){.group = (uint16_t)random_below(UINT16_MAX + 1), .own = own, .tokens = INGRESS_BURST, .refilled_ms = now_ms};
}

static void refill(struct ingress *ingress, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms > ingress->refilled_ms ? now_ms - ingress->refilled_ms : 0;
	uint64_t due = passed_ms > INGRESS_BURST ? INGRESS_BURST : passed_ms * INGRESS_RATE;
	ingress->tokens = (uint32_t)(ingress->tokens + due < INGRESS_BURST ? ingress->tokens + due : INGRESS_BURST);
	ingress->refilled_ms = now_ms;
}

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

static struct catalogue_position position_of(const struct outside *letter, const struct judgement *judgement)
{
	struct catalogue_position position = {.rank = order_rank(&letter->header, judgement->standing)};
	position.day = order_day(position.rank, letter->header.day);
	memcpy(position.tag, letter->id, sizeof(position.tag));
	return position;
}

/* Refuses a letter that is whole, and notes that. */
static struct admission refuse_whole(const struct door *door, struct admission admission, const struct judgement *judgement,
				     enum control_verdict verdict)
{
	struct catalogue *catalogue = store_catalogue(door->store);
	struct catalogue_position position = position_of(&admission.letter, judgement);
	struct catalogue_entry entry = {.rank = position.rank, .day = position.day, .state = CATALOGUE_REFUSED};
	memcpy(entry.tag, position.tag, sizeof(entry.tag));
	if (catalogue_find(catalogue, entry.tag) == CATALOGUE_NONE)
		(void)catalogue_set(catalogue, &entry); /* only a hint: without memory for it the letter is offered once more */
	return refuse(door, admission, verdict);
}

/* What the authority says, and what nobody but the door knows: which letters are never to be evicted. */
static struct judgement judge(const struct door *door, const struct outside *letter, const uint8_t *envelope, size_t len, bool held)
{
	struct judgement judgement = authority_judge(door->authority, letter, held);
	if (judgement.standing == STANDING_CONTROL && letter->header.kind == ENVELOPE_CONTROL && revocation_is(envelope, len))
		judgement.group |= POOL_KEPT;
	return judgement;
}

/* The same for one that comes in: if it is unproven it counts for the way it comes by. */
static struct judgement judge_new(const struct door *door, const struct ingress *ingress, const struct outside *letter, const uint8_t *envelope,
				  size_t len)
{
	struct judgement judgement = judge(door, letter, envelope, len, false);
	if (judgement.standing != STANDING_UNPROVEN)
		return judgement;
	judgement = pool_unproven(&letter->header, ingress->group);
	if (ingress->own)
		judgement.pool = POOL_OWN;
	return judgement;
}

static bool stale(const struct door *door, const struct outside *letter)
{
	struct store_latest latest;
	return letter->replaceable && store_latest(door->store, letter, &latest) && letter->seq < latest.seq;
}

/* The letter is the newest of its issuer and topic: what it replaces goes. Two letters of one number contradict each other and both stay. Where too
 * many are remembered already, a stranger's is carried like a sealed one, and replaces nothing. */
static void replace_older(const struct door *door, const struct store_letter *letter)
{
	struct store_latest latest;
	uint32_t slot;
	bool found = store_latest(door->store, letter->outside, &latest);
	if (found) {
		if (latest.seq == letter->outside->seq)
			return;
		if (store_place(door->store, latest.tag, &slot) == PLACE_HELD)
			store_drop(door->store, slot, door->hour + KNOWN_HOURS);
	}
	if (found || letter->judgement.standing != STANDING_UNPROVEN || store_latest_count(door->store) < STORE_LATEST_MAX)
		store_set_latest(door->store, letter->outside, letter->expires + KNOWN_HOURS);
}

/* The receipts of a letter that open the commitment of something we hold or held, for the first time. */
struct matches {
	size_t count;
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

static bool is_matched(const struct matches *matches, uint32_t slot)
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
		if (!receipt_fits(door, &receipts[i], &slot) || (slot != CATALOGUE_NONE && is_matched(matches, slot)))
			continue;
		memcpy(matches->match[matches->count].tag, receipts[i].tag, LETTER_TAG_SIZE);
		matches->match[matches->count++].slot = slot;
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

static struct room room_for(const struct door *door, const struct ingress *ingress, const struct outside *letter, const struct judgement *judgement)
{
	struct room room;
	room.max_bytes = door->max_bytes;
	room.letter = position_of(letter, judgement);
	room.pool = judgement->pool;
	room.group = judgement->group;
	room.tokens = ingress->tokens;
	room.gone_count = 0; /* gone itself is filled as needed */
	return room;
}

/* Changes nothing. True if there is room, counting what is purged and what else must go. */
static bool has_room(const struct door *door, const struct matches *matches, struct room *room)
{
	for (size_t i = 0; i < matches->count; i++)
		if (matches->match[i].slot != CATALOGUE_NONE)
			room->gone[room->gone_count++] = matches->match[i].slot;
	return room_find(room, store_catalogue(door->store));
}

static void evict(const struct door *door, uint32_t slot)
{
	store_drop(door->store, slot, door->hour + EVICTED_HOURS);
	door->tally->count[TALLY_LETTERS_EVICTED]++;
}

/* After has_room(), and after what is purged has gone. */
static void make_room(const struct door *door, struct ingress *ingress, const struct room *room)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	ingress->tokens = room->tokens;
	for (size_t i = 0; i < room->gone_count && store_error(door->store) == ERR_OK; i++)
		if (catalogue_at(catalogue, room->gone[i])->state == CATALOGUE_HELD)
			evict(door, room->gone[i]);
}

static void start_judging(struct door *door, bool all)
{
	door->judging_all = all || (door->judging && door->judging_all);
	door->judging = true;
	door->judge_at = 0;
}

/* A letter loses its standing. It counts for no link that is up. */
static void demote(const struct door *door, uint32_t slot)
{
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	struct envelope_header header;
	if (store_get(door->store, slot, envelope) == 0)
		return; /* the disk has changed it: it is found when it is handed on */
	envelope_header_decode(envelope, &header);
	struct judgement judgement = pool_unproven(&header, 0);
	store_restand(door->store, slot, &judgement);
}

/* The authority takes note of a letter that is proven from now on, and other letters may have to change for it. */
static void take_note(struct door *door, const struct store_letter *letter)
{
	struct authority_effects effects;
	struct judgement judgement = letter->judgement;
	uint32_t slot;
	judgement.group &= (uint16_t)~POOL_KEPT;
	authority_note(door->authority, letter->outside, letter->envelope, letter->len, &judgement, door->hour, &effects);
	if (effects.revokes)
		start_judging(door, false);
	if (effects.displaces && store_place(door->store, effects.displaced, &slot) == PLACE_HELD)
		demote(door, slot);
}

bool door_turn(struct door *door)
{
	bool good = store_turn(door->store);
	if (good && store_authority_heard(door->store))
		authority_reload(door->authority); /* what it changes of letters is told of each of them */
	return good;
}

struct admission door_admit(struct door *door, struct ingress *ingress, const uint8_t *envelope, size_t len)
{
	struct admission admission = {.verdict = VERDICT_MALFORMED, .slot = CATALOGUE_NONE};
	struct outside *letter = &admission.letter;
	struct matches matches;
	matches.count = 0; /* the rest is 2 kB, filled as needed */
	if (!outside_examine(envelope, len, letter))
		return refuse(door, admission, VERDICT_MALFORMED);
	/* Most letters that come to one of many gateways are known: they cost no turn. */
	if (store_place(door->store, letter->id, &admission.slot) != PLACE_UNKNOWN ||
	    (door_turn(door) && store_place(door->store, letter->id, &admission.slot) != PLACE_UNKNOWN))
		return refuse(door, admission, VERDICT_KNOWN);
	struct store_letter coming = {.outside = letter, .envelope = envelope, .len = len, .expires = door->hour + ttl_hours(letter->header.ttl)};
	coming.judgement = judge_new(door, ingress, letter, envelope, len);
	if (stale(door, letter)) {
		/* Its own issuer has replaced it, and signed that: remembered, it need not come again. */
		struct catalogue_position position = position_of(letter, &coming.judgement);
		store_remember(door->store, &position, &(struct store_known){.receipted = false}, door->hour + KNOWN_HOURS);
		return refuse(door, admission, VERDICT_STALE);
	}
	if (letter->header.kind == ENVELOPE_RECEIPTS && !receipts_match(door, envelope, len, &matches))
		return refuse_whole(door, admission, &coming.judgement, VERDICT_UNMATCHED);
	refill(ingress, door->now_ms);
	struct room room = room_for(door, ingress, letter, &coming.judgement);
	if (!has_room(door, &matches, &room))
		return refuse_whole(door, admission, &coming.judgement, VERDICT_FULL);
	receipts_take(door, &matches);
	make_room(door, ingress, &room);
	if (letter->replaceable)
		replace_older(door, &coming);
	take_note(door, &coming);
	admission.slot = store_put(door->store, &coming);
	admission.verdict = VERDICT_STORED;
	door->tally->count[TALLY_LETTERS_STORED]++;
	return admission;
}

/* True if the pool of the least has taken its share, or so nearly that the next letter need not fit. */
static bool others_have_share(const struct door *door)
{
	uint64_t share = pool_share(POOL_OTHERS, door->max_bytes), near = share / NEAR_PART;
	if (near > ENVELOPE_SIZE_MAX)
		near = ENVELOPE_SIZE_MAX;
	return catalogue_pool_bytes(store_catalogue(door->store), POOL_OTHERS) + near > share;
}

/* One place in the order must say it, so the least decides: as long as the least have room of their own, nothing may be said to be unwanted, or they
 * would not be compared any more. What a pool above has no room for is then refused letter by letter. Days say nothing below tier 3. */
struct wants door_wants(const struct door *door)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	struct wants wants = {.capacity = wants_capacity(door->max_bytes)};
	if (catalogue_bytes(catalogue) + ENVELOPE_SIZE_MAX <= door->max_bytes || !others_have_share(door))
		return wants;
	uint32_t last = catalogue_last_of_tier(catalogue, 0);
	if (last == CATALOGUE_NONE)
		last = catalogue_last_of_tier(catalogue, 1);
	if (last != CATALOGUE_NONE)
		wants.rank = (uint8_t)(catalogue_at(catalogue, last)->rank + 1);
	return wants;
}

/* True if there is more to let go. */
static bool trim(const struct door *door)
{
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		uint32_t slot = room_excess(store_catalogue(door->store), door->max_bytes);
		if (slot == CATALOGUE_NONE)
			return false;
		evict(door, slot);
		if (store_error(door->store) != ERR_OK)
			return false;
	}
	return true;
}

bool door_expire(const struct door *door)
{
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		uint32_t slot = store_expired(door->store, door->hour);
		if (slot == CATALOGUE_NONE) {
			bool more = trim(door);
			return store_forget_expired(door->store, door->hour) || more;
		}
		store_drop(door->store, slot, door->hour + KNOWN_HOURS);
		if (store_error(door->store) != ERR_OK)
			return false;
		door->tally->count[TALLY_LETTERS_EXPIRED]++;
	}
	return true;
}

void door_judge_all(struct door *door)
{
	start_judging(door, true);
}

/* Judges a held letter again; if that has changed it moves to where it belongs. */
static void judge_again(struct door *door, uint32_t slot, const uint8_t *envelope, size_t len)
{
	const struct catalogue_entry *held = catalogue_at(store_catalogue(door->store), slot);
	bool was_proven = pool_is_proven((enum pool)held->pool);
	struct outside letter;
	if (!outside_examine(envelope, len, &letter))
		return; /* the disk has changed it: it is found when it is handed on */
	struct store_letter again = {.outside = &letter, .envelope = envelope, .len = len};
	again.judgement = judge(door, &letter, envelope, len, was_proven);
	if (again.judgement.standing == STANDING_UNPROVEN) {
		if (was_proven)
			demote(door, slot);
		return;
	}
	if (!was_proven && door_turn(door))
		take_note(door, &again);
	if (order_rank(&letter.header, again.judgement.standing) != held->rank || again.judgement.pool != held->pool ||
	    again.judgement.group != held->group)
		store_restand(door->store, slot, &again.judgement);
}

/* Only such letters can be proven. */
static bool bears_proof(const uint8_t *envelope)
{
	struct envelope_header header;
	envelope_header_decode(envelope, &header);
	return header.extra != EXTRA_NONE || header.kind == ENVELOPE_NOTICE || header.kind == ENVELOPE_CONTROL;
}

bool door_judge_some(struct door *door)
{
	const struct catalogue *catalogue = store_catalogue(door->store);
	uint32_t read = 0, judged = 0;
	while (door->judging && read < READ_AT_ONCE && judged < JUDGE_AT_ONCE && store_error(door->store) == ERR_OK) {
		if (door->judge_at == catalogue_slots(catalogue)) {
			door->judging = false;
			break;
		}
		uint32_t slot = door->judge_at++;
		const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
		uint8_t envelope[ENVELOPE_SIZE_MAX];
		if (entry->state != CATALOGUE_HELD || (!door->judging_all && !pool_is_proven((enum pool)entry->pool)))
			continue;
		size_t len = store_get(door->store, slot, envelope);
		read++;
		if (len == 0 || !bears_proof(envelope))
			continue;
		judged++;
		judge_again(door, slot, envelope, len);
	}
	return door->judging;
}
