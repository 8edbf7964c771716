#include "node/desk/track.h"

#include <assert.h>
#include <string.h>

bool track_reach(struct sent *sent, enum letter_stage stage, uint64_t now, uint64_t said)
{
	assert(stage < STAGE_EXPIRED);
	if (sent->at[stage] != 0)
		return false;
	sent->at[stage] = now > 0 ? now : 1;
	sent->said[stage] = said;
	return true;
}

/* The post's time of an event, if its clock makes sense beside ours; else ours. */
static uint64_t event_time(const struct sent *sent, uint64_t theirs, uint64_t now)
{
	return theirs >= sent->created && theirs <= now ? theirs : now;
}

bool track_post(struct sent *sent, const struct control_track *answer, uint64_t now)
{
	bool news = false;
	if (answer->copies > sent->copies) {
		sent->copies = answer->copies;
		news = true;
	}
	if (answer->copies > 0 || answer->handed_at != 0)
		news = track_reach(sent, STAGE_CARRIED, event_time(sent, answer->handed_at, now), 0) || news;
	if (answer->gateway_at != 0)
		news = track_reach(sent, STAGE_GATEWAY, event_time(sent, answer->gateway_at, now), 0) || news;
	return news;
}

bool track_receipt(struct keyring *ring, const struct receipt *receipt, uint64_t now)
{
	struct sent *sent = keyring_sent(ring, receipt->tag);
	if (sent == NULL || memcmp(sent->secret, receipt->secret, sizeof sent->secret) != 0)
		return false;
	/* We know the secret too: once we published it ourselves, seeing it come back says nothing about the recipient. */
	return sent->cancelled_at == 0 && track_reach(sent, STAGE_RECEIVED, now, 0);
}

bool track_opened(struct keyring *ring, const struct opened *opened, uint64_t now)
{
	if (!opened->understood || !opened->letter.has_ref)
		return false;
	struct sent *sent = keyring_sent(ring, opened->letter.ref);
	if (sent == NULL || memcmp(sent->recipient, opened->sender.key, sizeof sent->recipient) != 0)
		return false;
	uint64_t said = opened->payload.sent_at;
	bool news = track_reach(sent, STAGE_RECEIVED, now, 0); /* whoever answers has it */
	if (opened->payload.type != LETTER_RECEIPT) {
		sent->answered = true;
		return track_reach(sent, STAGE_ANSWERED, now, said) || news;
	}
	uint64_t stage_plus_one = opened->letter.stage_plus_one;
	if (stage_plus_one <= STAGE_RECEIVED || stage_plus_one > STAGE_CLOSED + 1)
		return news;
	enum letter_stage stage = (enum letter_stage)(stage_plus_one - 1);
	sent->answered = sent->answered || stage >= STAGE_ANSWERED;
	return track_reach(sent, stage, now, said) || news;
}

bool track_expired(const struct sent *sent, uint64_t now)
{
	return sent->at[STAGE_RECEIVED] == 0 && now > sent->created && now - sent->created > (uint64_t)ttl_hours(sent->ttl) * 3600;
}

int track_stage(const struct sent *sent, uint64_t now, uint64_t *at)
{
	if (track_expired(sent, now)) {
		*at = sent->created + (uint64_t)ttl_hours(sent->ttl) * 3600;
		return STAGE_EXPIRED;
	}
	for (int stage = STAGE_CLOSED; stage >= STAGE_SAVED; stage--) {
		if (sent->at[stage] == 0)
			continue;
		*at = sent->at[stage];
		return stage;
	}
	*at = sent->created;
	return -1;
}
