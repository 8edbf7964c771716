#include "node/post/gossip.h"

#include "crypto/random.h"
#include "node/post/fresh.h"
#include "proto/hello.h"
#include "proto/order.h"

#include <assert.h>
#include <string.h>

enum {
	REKEY_MS = 600000,             /* keys of this age are changed with what is said next */
	TAIL_GROUPS = 1024,            /* groups of letters are told apart by so much of their number */
	DOUBTS_AHEAD = 128,            /* letters in doubt that were offered and have not been sent: soon the comparison may settle them */
	TAIL_MAX = 256,                /* letters below the floor that each offers at a contact, however often the floor rises, */
	TAIL_TO_GATEWAY_MAX = 1 << 15, /* or to a gateway */
};

void gossip_start(struct neighbour *neighbour, const struct session_setup *setup)
{
	session_start(&neighbour->session, setup);
	sync_start(&neighbour->sync);
	outbox_start(&neighbour->outbox);
}

void gossip_end(struct neighbour *neighbour)
{
	session_wipe(&neighbour->session);
	compare_free(neighbour->compare);
	outbox_free(&neighbour->outbox);
	marks_free(&neighbour->news);
	marks_free(&neighbour->suspects);
	marks_free(&neighbour->doubts);
}

/* The neighbour has this letter, or the slot means another. */
static void forget(struct neighbour *neighbour, uint32_t slot)
{
	outbox_clear(&neighbour->outbox, slot);
	marks_clear(&neighbour->news, slot);
	marks_clear(&neighbour->suspects, slot);
	marks_clear(&neighbour->doubts, slot);
}

static struct hello hello_of(const struct gossip *gossip, struct neighbour *neighbour)
{
	struct hello hello = {.flags = gossip->is_gateway ? HELLO_GATEWAY : 0, .wants = door_wants(gossip->door)};
	/* Of use, and said, on slow links only. */
	if (neighbour->aside.slow && (gossip->lanes->can & LANE_CAN_JOIN) != 0)
		hello.flags |= HELLO_LANE_JOIN;
	if (neighbour->aside.slow && (gossip->lanes->can & LANE_CAN_MAKE) != 0)
		hello.flags |= HELLO_LANE_MAKE;
	memcpy(hello.nonce, gossip->nonce, sizeof(hello.nonce));
	neighbour->told = hello.wants;
	neighbour->greeted = true;
	return hello;
}

/* What we show now, in a few bytes of this session's. */
static void look(const struct gossip *gossip, struct session *session, uint8_t glance[static GLANCE_SIZE])
{
	carried_digest(catalogue_shown(store_catalogue(gossip->door->store)), session_glance_salt(session), CHANNEL_HASH_SIZE, glance);
}

static bool shows_what_they_glanced(const struct gossip *gossip, struct neighbour *neighbour)
{
	uint8_t glance[GLANCE_SIZE];
	look(gossip, &neighbour->session, glance);
	return memcmp(glance, session_greeted(&neighbour->session), sizeof(glance)) == 0;
}

/* Our part of the handshake, if it is our turn. */
static void shake(const struct gossip *gossip, struct neighbour *neighbour)
{
	struct session *session = &neighbour->session;
	uint8_t *payload = session_greeting(session);
	if (payload == NULL)
		return;
	if (session_greeted(session) == NULL) {
		look(gossip, session, neighbour->glance);
		memcpy(payload, neighbour->glance, GLANCE_SIZE);
		return;
	}
	struct greeting greeting = {.hello = hello_of(gossip, neighbour)};
	if (shows_what_they_glanced(gossip, neighbour))
		greeting.hello.flags |= HELLO_SAME;
	greeting_show(&greeting, catalogue_shown(store_catalogue(gossip->door->store)), session_greeting_salt(session));
	greeting_encode(&greeting, payload);
}

static bool start_comparing(const struct gossip *gossip, struct neighbour *neighbour)
{
	struct compare_setup setup = {
		.catalogue = store_catalogue(gossip->door->store),
		.outbox = &neighbour->outbox,
		.suspects = &neighbour->suspects,
		.doubts = &neighbour->doubts,
		.binding = session_binding(&neighbour->session),
		.ours = neighbour->told,
	};
	neighbour->compare = compare_new(&setup);
	return neighbour->compare != NULL;
}

/* The responder's handshake is out: if the glance differed it opens the comparison in the same breath. */
static void opened(const struct gossip *gossip, struct neighbour *neighbour)
{
	if (start_comparing(gossip, neighbour) && !shows_what_they_glanced(gossip, neighbour))
		neighbour->opened = compare_open(neighbour->compare);
}

/* Below the floor nothing is compared: some of it, other letters at every contact, is offered, so that lesser letters spread between posts that are
 * full of greater ones. A gateway has room for all of it, and it is what we reach it for. */
static void offer_tail(const struct gossip *gossip, struct neighbour *neighbour, struct wants floor)
{
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	uint32_t slots = catalogue_slots(catalogue), first = slots > 0 ? random_below(slots) : 0;
	uint32_t most = neighbour->is_gateway ? TAIL_TO_GATEWAY_MAX : TAIL_MAX;
	neighbour->floor = floor;
	if (neighbour->tiers == 0 || wants_letter(&floor, 0, 0))
		return;
	uint16_t offered[TAIL_GROUPS] = {0};
	/* One of each group, then three more, and so on: a flood, which came by few links, must not hide the few letters that came by another. */
	for (uint32_t limit = 1; limit <= most && neighbour->tail < most; limit *= 4)
		for (uint32_t i = 0; i < slots && neighbour->tail < most; i++) {
			uint32_t slot = (first + i) % slots;
			const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
			uint16_t *of_group = &offered[(entry->pool * TAIL_GROUPS / POOLS + entry->group) % TAIL_GROUPS];
			bool compared = wants_letter(&floor, entry->rank, entry->day);
			bool taken = compared || *of_group >= limit || marks_has(&neighbour->news, slot);
			if (taken || entry->state != CATALOGUE_HELD || !entry->shown || !marks_set(&neighbour->news, slot))
				continue; /* out of memory: not offered this time */
			(*of_group)++;
			neighbour->tail++;
		}
}

static void meet(struct gossip *gossip, struct neighbour *neighbour, const struct hello *hello, struct moment now)
{
	memcpy(neighbour->nonce, hello->nonce, sizeof(neighbour->nonce));
	/* Anybody may call himself a gateway; only on the link whose key we know does it count. */
	neighbour->is_gateway = neighbour->kind == LINK_GATEWAY_DIALLED && (hello->flags & HELLO_GATEWAY) != 0;
	neighbour->aside.can =
		(uint8_t)(((hello->flags & HELLO_LANE_JOIN) != 0 ? LANE_CAN_JOIN : 0) | ((hello->flags & HELLO_LANE_MAKE) != 0 ? LANE_CAN_MAKE : 0));
	neighbour->met = true;
	if (neighbour->is_gateway)
		store_set_gateway_last(gossip->door->store, now.unix_s);
	neighbour->theirs = compare_learn(neighbour->compare, &hello->wants, neighbour->tiers);
	offer_tail(gossip, neighbour, wants_higher(neighbour->told, hello->wants));
}

/* The initiator has the greeting: now it knows in which tiers the two differ, and says so. */
static bool greeting_input(struct gossip *gossip, struct neighbour *neighbour, struct moment now)
{
	struct session *session = &neighbour->session;
	struct greeting greeting;
	if (!greeting_decode(&greeting, session_greeted(session)))
		return false;
	/* Two that show the same letters and only judge them differently have nothing to compare; but what has come in since our glance is not in it.
	 */
	uint8_t glance[GLANCE_SIZE];
	look(gossip, session, glance);
	bool same = (greeting.hello.flags & HELLO_SAME) != 0 && memcmp(glance, neighbour->glance, sizeof(glance)) == 0;
	neighbour->tiers =
		same ? 0 : greeting_differs(&greeting, catalogue_shown(store_catalogue(gossip->door->store)), session_greeting_salt(session));
	struct hello hello = hello_of(gossip, neighbour);
	uint8_t *payload = session_message(session, MESSAGE_HELLO, HELLO_SIZE);
	assert(payload != NULL);
	hello_encode(&hello, neighbour->tiers, payload);
	if (!start_comparing(gossip, neighbour))
		return false;
	meet(gossip, neighbour, &greeting.hello, now);
	return true;
}

static bool hello_input(struct gossip *gossip, struct neighbour *neighbour, const struct message *message, struct moment now)
{
	struct hello hello;
	if (neighbour->met || neighbour->compare == NULL || !hello_decode(&hello, &neighbour->tiers, message->payload, message->len))
		return false;
	meet(gossip, neighbour, &hello, now);
	/* Equal when the handshake began, and not any more. */
	if (neighbour->tiers != 0 && !neighbour->opened)
		return compare_open(neighbour->compare);
	return true;
}

/* The other side may have more letters than fit here, and not compare the rest: it may have room for what is ours of these. */
static bool comparison_input(const struct gossip *gossip, struct neighbour *neighbour, const struct message *message)
{
	if (!compare_input(neighbour->compare, message))
		return false;
	struct wants floor = wants_higher(neighbour->floor, compare_floor(neighbour->compare));
	if (floor.rank != neighbour->floor.rank || floor.day != neighbour->floor.day)
		offer_tail(gossip, neighbour, floor);
	return true;
}

static bool wants_input(struct neighbour *neighbour, const struct message *message)
{
	struct wants wants;
	if (!wants_decode(&wants, message->payload, message->len))
		return false;
	neighbour->theirs = compare_learn(neighbour->compare, &wants, neighbour->tiers);
	return true;
}

/* A neighbour has a letter that we know and do not want: shown from now on, so that it need not be told again. */
static void show_unwanted(const struct gossip *gossip, uint32_t slot)
{
	struct catalogue *catalogue = store_catalogue(gossip->door->store);
	if (catalogue_at(catalogue, slot)->state == CATALOGUE_KNOWN)
		catalogue_show(catalogue, slot, true);
}

static void offered(const struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event)
{
	uint64_t wanted = 0;
	for (uint16_t i = 0; i < event->count; i++) {
		uint32_t slot = catalogue_find(store_catalogue(gossip->door->store), event->tags + (size_t)i * LETTER_TAG_SIZE);
		if (slot == CATALOGUE_NONE)
			wanted |= UINT64_C(1) << i;
		else
			show_unwanted(gossip, slot);
		if (slot == CATALOGUE_NONE)
			continue;
		forget(neighbour, slot);
		compare_both_have(neighbour->compare, slot);
	}
	sync_pick(&neighbour->sync, event, wanted);
}

static void picked(const struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event)
{
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	for (unsigned s = 0; s < OFFER_SLOTS; s++)
		if (neighbour->sync.offered[s] == 0)
			neighbour->suspects_out &= (uint16_t) ~(1u << s);
	for (uint16_t i = 0; i < event->count; i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, event->handles[i]);
		/* The slot may mean another letter by now, even one that is held back. */
		if (entry->state == CATALOGUE_HELD && entry->shown)
			outbox_ask(&neighbour->outbox, catalogue, event->handles[i]);
	}
}

static void arrived(struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event, struct moment now)
{
	struct admission admission = door_admit(gossip->door, &neighbour->ingress, event->envelope, event->envelope_len);
	bool kept = admission.verdict == VERDICT_STORED || admission.verdict == VERDICT_KNOWN || admission.verdict == VERDICT_STALE;
	gossip->must_commit |= kept;
	sync_verdict(&neighbour->sync, kept);
	if (admission.slot != CATALOGUE_NONE) {
		forget(neighbour, admission.slot);
		show_unwanted(gossip, admission.slot);
	}
	if (admission.verdict != VERDICT_STORED)
		return;
	neighbour->useful_ms = now.boot_ms;
	fresh_add(gossip->fresh, admission.slot, neighbour->link);
}

/* A letter that a neighbour refused may have been spoilt by our disk: then it is let go, so that it can come back whole. */
static void refused(struct gossip *gossip, const uint8_t tag[static LETTER_TAG_SIZE])
{
	struct store *store = gossip->door->store;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	uint32_t slot;
	if (store_place(store, tag, &slot) != PLACE_HELD || store_get(store, slot, envelope) > 0)
		return;
	store_drop(store, slot, 0);
	gossip->must_commit = true;
	gossip->tally->count[TALLY_LETTERS_ROTTEN]++;
}

static void acked(struct gossip *gossip, struct neighbour *neighbour, const struct sync_event *event, struct moment now)
{
	for (uint16_t i = 0; i < event->count; i++) {
		bool kept;
		const uint8_t *tag = sync_next_acked(&neighbour->sync, event, i, &kept);
		if (!kept) {
			refused(gossip, tag);
			continue;
		}
		neighbour->useful_ms = now.boot_ms;
		uint32_t slot = catalogue_find(store_catalogue(gossip->door->store), tag);
		if (slot != CATALOGUE_NONE && order_tier(catalogue_at(store_catalogue(gossip->door->store), slot)->rank) >= ORDER_TIER_URGENT)
			gossip->urgent_handed = true;
		store_handed(gossip->door->store, store_key(gossip->door->store, tag), neighbour->is_gateway, now.unix_s);
	}
}

static bool sync_message(struct gossip *gossip, struct neighbour *neighbour, const struct message *message, struct moment now)
{
	struct sync_event event;
	sync_input(&neighbour->sync, message, &event);
	switch (event.kind) {
	case SYNC_OFFERED:
		offered(gossip, neighbour, &event);
		return true;
	case SYNC_PICKED:
		picked(gossip, neighbour, &event);
		return true;
	case SYNC_LETTER:
		arrived(gossip, neighbour, &event, now);
		return true;
	case SYNC_ACKED:
		acked(gossip, neighbour, &event, now);
		return true;
	case SYNC_MALFORMED:
		break;
	}
	return false;
}

static bool message_input(struct gossip *gossip, struct neighbour *neighbour, const struct message *message, struct moment now)
{
	if (message->type == MESSAGE_HELLO)
		return hello_input(gossip, neighbour, message, now);
	if (!neighbour->met)
		return false;
	if (message->type == MESSAGE_WANTS)
		return wants_input(neighbour, message);
	if (message->type < MESSAGE_OFFER)
		return comparison_input(gossip, neighbour, message);
	if (message->type > MESSAGE_REKEY)
		return lanes_input(gossip->lanes, &neighbour->aside, neighbour->link, message, now.boot_ms);
	return sync_message(gossip, neighbour, message, now);
}

static void count_failure(const struct gossip *gossip, bool shaking, enum session_state state)
{
	bool forged = state == SESSION_FORGED;
	gossip->tally->count[shaking ? TALLY_HANDSHAKES_FAILED : forged ? TALLY_RECORDS_FORGED : TALLY_RECORDS_MALFORMED]++;
}

/* Takes every message that is whole. */
static bool messages_input(struct gossip *gossip, struct neighbour *neighbour, struct moment now)
{
	struct message message;
	while (session_next(&neighbour->session, &message))
		if (!message_input(gossip, neighbour, &message, now))
			return false;
	return true;
}

bool gossip_input(struct gossip *gossip, struct neighbour *neighbour, const uint8_t *bytes, size_t len, struct moment now)
{
	struct session *session = &neighbour->session;
	while (len > 0) {
		bool shaking = session->state == SESSION_HANDSHAKE;
		size_t used = session_input(session, bytes, len);
		bytes += used;
		len -= used;
		bool good = true;
		if (session->state == SESSION_OPEN) {
			neighbour->heard_ms = now.boot_ms;
			if (shaking)
				good = greeting_input(gossip, neighbour, now);
			good = good && messages_input(gossip, neighbour, now);
		}
		if (!good || session->state == SESSION_FORGED || session->state == SESSION_MALFORMED) {
			count_failure(gossip, shaking, session->state);
			return false;
		}
	}
	return true;
}

void gossip_tell(const struct gossip *gossip, struct neighbour *neighbour, uint32_t slot, uint32_t link)
{
	if (!neighbour->greeted || neighbour->link == link)
		return;
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
	if (entry->state != CATALOGUE_HELD || !entry->shown)
		return;
	/* What is below their floor is offered whatever it is: they may have room for it all the same, and how much of it can come up is bounded by
	 * what the door lets into a full store. */
	if (order_tier(entry->rank) >= ORDER_TIER_URGENT && (!neighbour->met || wants_letter(&neighbour->theirs, entry->rank, entry->day)))
		outbox_mark(&neighbour->outbox, catalogue, slot);
	else
		(void)marks_set(&neighbour->news, slot); /* out of memory: it is found at the next contact */
}

void gossip_reorder(struct neighbour *neighbour)
{
	outbox_reorder(&neighbour->outbox);
}

void gossip_forget(struct neighbour *neighbour, uint32_t slot)
{
	forget(neighbour, slot);
	if (neighbour->compare != NULL)
		compare_forget(neighbour->compare, slot);
}

/* Takes up to 64 letters of a set and offers them. False: it holds none any more. */
static bool offer_some(const struct gossip *gossip, struct neighbour *neighbour, struct marks *set)
{
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	uint32_t slots[OFFER_IDS_MAX], slot;
	uint8_t tags[OFFER_IDS_MAX][LETTER_TAG_SIZE];
	uint8_t count = 0;
	while (count < OFFER_IDS_MAX && marks_take(set, &slot)) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, slot);
		if (entry->state != CATALOGUE_HELD || !entry->shown)
			continue;
		memcpy(tags[count], entry->tag, LETTER_TAG_SIZE);
		slots[count++] = slot;
	}
	if (count == 0)
		return false;
	unsigned place = 0;
	while (neighbour->sync.offered[place] > 0)
		place++;
	if (set == &neighbour->suspects)
		neighbour->suspects_out |= (uint16_t)(1u << place);
	bool out = sync_offer(&neighbour->sync, &neighbour->session, slots, tags, count);
	assert(out && neighbour->sync.offered[place] == count);
	return true;
}

/* Offers letters of a set while fewer than ahead_max are offered and not answered, or asked for and not sent. */
static void offer_set(const struct gossip *gossip, struct neighbour *neighbour, struct marks *set, uint32_t ahead_max)
{
	while (set->count > 0 && sync_may_offer(&neighbour->sync) && session_wants_messages(&neighbour->session) &&
	       neighbour->outbox.asked.count + sync_unanswered(&neighbour->sync) < ahead_max)
		if (!offer_some(gossip, neighbour, set))
			return;
}

static void offer(const struct gossip *gossip, struct neighbour *neighbour, bool lesser)
{
	offer_set(gossip, neighbour, &neighbour->suspects, UINT32_MAX);
	if (!lesser)
		return;
	offer_set(gossip, neighbour, &neighbour->news, UINT32_MAX);
	offer_set(gossip, neighbour, &neighbour->doubts, DOUBTS_AHEAD);
}

/* The proven ones alone while nothing lesser may go, or while they have not said which of the proven ones they lack. */
static uint32_t next_letter(const struct gossip *gossip, struct neighbour *neighbour, bool lesser)
{
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	if (!lesser || neighbour->suspects.count > 0 || neighbour->suspects_out != 0)
		return outbox_next_proven(&neighbour->outbox, catalogue, &neighbour->theirs);
	return outbox_next(&neighbour->outbox, catalogue, &neighbour->theirs);
}

static bool send_letter(struct gossip *gossip, struct neighbour *neighbour, bool lesser)
{
	if (!session_wants_messages(&neighbour->session) || !sync_may_send(&neighbour->sync))
		return false;
	const struct catalogue *catalogue = store_catalogue(gossip->door->store);
	uint32_t slot = next_letter(gossip, neighbour, lesser);
	if (slot == CATALOGUE_NONE)
		return false;
	uint8_t envelope[ENVELOPE_SIZE_MAX];
	size_t len = store_get_as_is(gossip->door->store, slot, envelope);
	if (len > 0) {
		uint8_t *payload = session_message(&neighbour->session, MESSAGE_LETTER, len);
		assert(payload != NULL);
		memcpy(payload, envelope, len);
		sync_sent(&neighbour->sync, catalogue_at(catalogue, slot)->tag);
		gossip->tally->count[TALLY_LETTERS_SENT]++;
	}
	outbox_sent(&neighbour->outbox, catalogue, slot);
	return true;
}

/* A store that has become full wants less than before. */
static void tell_wants(const struct gossip *gossip, struct neighbour *neighbour)
{
	struct wants wants = door_wants(gossip->door);
	if (wants.rank == neighbour->told.rank && wants.day == neighbour->told.day)
		return;
	uint8_t *payload = session_message(&neighbour->session, MESSAGE_WANTS, WANTS_SIZE);
	if (payload == NULL)
		return;
	wants_encode(&wants, payload);
	neighbour->told = wants;
}

/* Answers wait too while only what is proven may go: alone in a record each would take the air of a letter. */
static void fill(struct gossip *gossip, struct neighbour *neighbour, bool lesser)
{
	if (lesser)
		sync_reply(&neighbour->sync, &neighbour->session);
	if (neighbour->compare != NULL)
		compare_output(neighbour->compare, &neighbour->session);
	if (!neighbour->met)
		return;
	lanes_output(gossip->lanes, &neighbour->aside, neighbour->link, &neighbour->session);
	tell_wants(gossip, neighbour);
	offer(gossip, neighbour, lesser);
	while (send_letter(gossip, neighbour, lesser))
		;
}

/* With what is said anyway: a link on which nothing is said stays silent. */
static void renew_keys(struct neighbour *neighbour, struct moment now)
{
	bool speaks = neighbour->session.out_len > 0 || neighbour->keepalive_owed;
	if (!speaks || now.boot_ms - neighbour->rekey_ms < REKEY_MS)
		return;
	session_rekey(&neighbour->session);
	neighbour->rekey_ms = now.boot_ms;
}

size_t gossip_output(struct gossip *gossip, struct neighbour *neighbour, bool lesser, uint8_t *buf, size_t cap, struct moment now)
{
	struct session *session = &neighbour->session;
	size_t len = 0;
	while (cap - len >= RECORD_WIRE_MAX) {
		bool shaking = session->state == SESSION_HANDSHAKE;
		if (shaking) {
			shake(gossip, neighbour);
		} else if (session->state == SESSION_OPEN) {
			size_t waiting = session->out_len;
			fill(gossip, neighbour, lesser);
			/* The rest of a lesser letter that began before waits too. */
			if (!lesser && session->out_len == waiting && !neighbour->keepalive_owed)
				break;
			renew_keys(neighbour, now);
		}
		size_t more = session_output(session, buf + len, cap - len, neighbour->keepalive_owed);
		if (more == 0)
			break;
		if (shaking && session->state == SESSION_OPEN)
			opened(gossip, neighbour);
		neighbour->sent_ms = now.boot_ms;
		neighbour->keepalive_owed = false;
		len += more;
	}
	return len;
}

bool gossip_holds_lesser(const struct neighbour *neighbour)
{
	const struct sync *sync = &neighbour->sync;
	return neighbour->session.out_len > 0 || sync->picks_owed != 0 || sync->settled_count > 0 || neighbour->outbox.lacks.count > 0 ||
	       neighbour->news.count > 0 || neighbour->doubts.count > 0;
}
