#include "node/post/lanes.h"

#include "crypto/wipe.h"

#include <assert.h>
#include <string.h>

static void forget_group(struct lanes *lanes)
{
	wipe(&lanes->group, sizeof(lanes->group));
	lanes->told = false;
}

static void give_up(struct lanes *lanes)
{
	lanes->state = LANES_NONE;
	lanes->wish = LANES_WISH_END;
	forget_group(lanes);
}

static bool may_make(const struct lanes *lanes, const struct aside *aside, uint64_t now_ms)
{
	return lanes->state == LANES_NONE && now_ms >= lanes->rest_until_ms && (lanes->can & LANE_CAN_MAKE) != 0 && (aside->can & LANE_CAN_JOIN) != 0;
}

static void make(struct lanes *lanes, uint32_t link)
{
	lanes->state = LANES_MAKING;
	lanes->wish = LANES_WISH_MAKE;
	lanes->link = link;
}

void lanes_consider(struct lanes *lanes, struct aside *aside, uint32_t link, uint64_t backlog_bytes, uint64_t now_ms)
{
	if (!aside->slow || aside->doubled || backlog_bytes < LANES_WORTH_BYTES)
		return;
	if (may_make(lanes, aside, now_ms)) {
		make(lanes, link);
	} else if (!aside->asked && lanes->state == LANES_NONE && (lanes->can & LANE_CAN_JOIN) != 0 && (aside->can & LANE_CAN_MAKE) != 0) {
		aside->asked = true;
		aside->ask_owed = true;
	}
}

/* Of two lanes made for one link the one of the link's initiator stands. */
static bool may_join(const struct lanes *lanes, const struct aside *aside, uint32_t link)
{
	bool both_make = lanes->state == LANES_MAKING || lanes->state == LANES_MADE;
	return (lanes->can & LANE_CAN_JOIN) != 0 && !aside->doubled &&
	       (lanes->state == LANES_NONE || (both_make && lanes->link == link && !aside->initiator));
}

static bool lane_input(struct lanes *lanes, struct aside *aside, uint32_t link, const struct message *message, uint64_t now_ms)
{
	if (message->len == 0) {
		if (aside->slow && !aside->doubled && may_make(lanes, aside, now_ms))
			make(lanes, link);
		return true;
	}
	struct lane_group group;
	if (!lane_group_decode(&group, message->payload, message->len))
		return false;
	aside->answer_owed = true;
	aside->answer = aside->slow && may_join(lanes, aside, link);
	if (aside->answer) {
		lanes->state = LANES_JOINING;
		lanes->wish = LANES_WISH_JOIN;
		lanes->link = link;
		lanes->group = group;
	}
	wipe(&group, sizeof(group));
	return true;
}

static bool answer_input(struct lanes *lanes, uint32_t link, const struct message *message, uint64_t now_ms)
{
	if (message->len != 1 || message->payload[0] > 1)
		return false;
	if (message->payload[0] == 0 && lanes->state == LANES_MADE && lanes->link == link) {
		give_up(lanes);
		lanes->rest_until_ms = now_ms + LANES_REST_MS;
	}
	return true;
}

bool lanes_input(struct lanes *lanes, struct aside *aside, uint32_t link, const struct message *message, uint64_t now_ms)
{
	if (message->type == MESSAGE_LANE)
		return lane_input(lanes, aside, link, message, now_ms);
	if (message->type == MESSAGE_LANE_ANSWER)
		return answer_input(lanes, link, message, now_ms);
	if (message->type != MESSAGE_TWIN || message->len != TWIN_SIZE)
		return false;
	aside->twin_heard = true;
	memcpy(aside->heard_twin, message->payload, TWIN_SIZE);
	return true;
}

static bool say(struct session *session, enum message_type type, const void *payload, size_t len)
{
	uint8_t *out = session_message(session, type, len);
	if (out != NULL && len > 0)
		memcpy(out, payload, len);
	return out != NULL;
}

static void tell_group(struct lanes *lanes, struct session *session)
{
	uint8_t payload[LANE_GROUP_SIZE_MAX];
	size_t len = lane_group_encode(&lanes->group, payload);
	lanes->told = say(session, MESSAGE_LANE, payload, len);
	wipe(payload, sizeof(payload));
}

void lanes_output(struct lanes *lanes, struct aside *aside, uint32_t link, struct session *session)
{
	if (aside->twin_owed && say(session, MESSAGE_TWIN, aside->twin, TWIN_SIZE))
		aside->twin_owed = false;
	if (aside->answer_owed && say(session, MESSAGE_LANE_ANSWER, &aside->answer, 1))
		aside->answer_owed = false;
	if (aside->ask_owed && say(session, MESSAGE_LANE, NULL, 0))
		aside->ask_owed = false;
	if (lanes->state == LANES_MADE && lanes->link == link && !lanes->told)
		tell_group(lanes, session);
}

void lanes_double(struct aside *aside, const uint8_t binding[static 32])
{
	assert(aside->slow);
	lane_group_twin(binding, aside->twin);
	aside->doubled = true;
	aside->twin_owed = true;
}

void lanes_link_down(struct lanes *lanes, uint32_t link)
{
	if (lanes->link == link && (lanes->state == LANES_MAKING || (lanes->state == LANES_MADE && !lanes->told)))
		give_up(lanes);
}

void lanes_made(struct lanes *lanes, const struct lane_group *group)
{
	if (lanes->state != LANES_MAKING)
		return;
	lanes->state = LANES_MADE;
	lanes->group = *group;
	lanes->told = false;
}

void lanes_over(struct lanes *lanes, uint64_t now_ms)
{
	give_up(lanes);
	lanes->wish = LANES_WISH_NONE;
	lanes->rest_until_ms = now_ms + LANES_REST_MS;
}

enum lanes_wish lanes_next_wish(struct lanes *lanes, struct lane_group *group)
{
	enum lanes_wish wish = lanes->wish;
	lanes->wish = LANES_WISH_NONE;
	if (wish == LANES_WISH_JOIN) {
		*group = lanes->group;
		forget_group(lanes);
	}
	return wish;
}
