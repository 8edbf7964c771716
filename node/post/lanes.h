#ifndef BARID_NODE_POST_LANES_H
#define BARID_NODE_POST_LANES_H
/*
 * When a slow link deserves a fast lane (SPEC.md 7.10), and what the two posts say to each other about it. A post has one lane at a time. It decides
 * and speaks; making and joining is the radio's (platform/lane.h), which pump.c asks for what lanes_next_wish() says. If anything about a lane
 * fails, the slow link goes on as before.
 */

#include "proto/lane_group.h"
#include "proto/session.h"

enum {
	LANES_WORTH_BYTES = 256 * 1024, /* a backlog of less is across a slow link before a lane is up */
	LANES_REST_MS = 60000,          /* from the end of one lane to the next */
};

enum lanes_state { LANES_NONE, LANES_MAKING, LANES_MADE, LANES_JOINING };
enum lanes_wish { LANES_WISH_NONE, LANES_WISH_MAKE, LANES_WISH_JOIN, LANES_WISH_END };

struct lanes {
	uint8_t can; /* LANE_CAN_ bits of our own radio */
	enum lanes_state state;
	enum lanes_wish wish;
	uint32_t link; /* the slow link the lane is for */
	bool told;     /* MADE: the other side knows the group */
	struct lane_group group;
	uint64_t rest_until_ms;
};

/* What is said beside letters on one link. */
struct aside {
	bool slow;
	bool initiator;
	uint8_t can; /* LANE_CAN_ bits of the other side */
	bool asked;  /* the other side was asked to make a lane, once */
	bool ask_owed, answer_owed, twin_owed;
	uint8_t answer;
	bool doubled; /* a faster link to the same post is up; twin names it */
	uint8_t twin[TWIN_SIZE];
	bool twin_heard; /* they say that one is up, and name it */
	uint8_t heard_twin[TWIN_SIZE];
};

/* A slow link has so much to carry that a lane may be worth its while. */
void lanes_consider(struct lanes *lanes, struct aside *aside, uint32_t link, uint64_t backlog_bytes, uint64_t now_ms);
/* A LANE, LANE_ANSWER or TWIN. False: not of the protocol. */
bool lanes_input(struct lanes *lanes, struct aside *aside, uint32_t link, const struct message *message, uint64_t now_ms);
/* Says what is owed, as far as the session has room. */
void lanes_output(struct lanes *lanes, struct aside *aside, uint32_t link, struct session *session);
/* Tells the other end of a slow link that a faster one with this handshake hash is ours too. */
void lanes_double(struct aside *aside, const uint8_t binding[static 32]);
void lanes_link_down(struct lanes *lanes, uint32_t link);

/* What the radio reports. */
void lanes_made(struct lanes *lanes, const struct lane_group *group);
void lanes_over(struct lanes *lanes, uint64_t now_ms);
/* What the radio is to do now, once; for JOIN *group is filled. A lane of before is to be ended first. */
enum lanes_wish lanes_next_wish(struct lanes *lanes, struct lane_group *group);

#endif
