/* The words about fast lanes, one after another: u8 side and type, u8 length, payload. What is taken as a group is written as it was read, and
 * nothing that is said makes a post join what it cannot, or two lanes at once. */

#include "node/post/lanes.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static void check_group(const struct message *message)
{
	struct lane_group group;
	uint8_t again[LANE_GROUP_SIZE_MAX];
	if (message->type != MESSAGE_LANE || !lane_group_decode(&group, message->payload, message->len))
		return;
	size_t len = lane_group_encode(&group, again);
	assert(len == message->len && memcmp(again, message->payload, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct lanes lanes = {.can = LANE_CAN_JOIN | LANE_CAN_MAKE};
	struct aside asides[2] = {{.slow = true, .can = LANE_CAN_JOIN}, {.slow = true, .initiator = true, .can = LANE_CAN_MAKE}};
	bool joined = false;
	while (len >= 2) {
		unsigned side = bytes[0] & 1;
		struct message message = {.type = (uint8_t)(MESSAGE_LANE + (bytes[0] >> 1) % 3), .len = bytes[1], .payload = bytes + 2};
		if (message.len > len - 2)
			break;
		bytes += 2 + message.len;
		len -= 2 + message.len;
		check_group(&message);
		(void)lanes_input(&lanes, &asides[side], side + 1, &message, 0); /* malformed: the next word may be good again */
		struct lane_group group;
		enum lanes_wish wish = lanes_next_wish(&lanes, &group);
		assert(wish != LANES_WISH_JOIN || !joined);
		joined = joined || wish == LANES_WISH_JOIN;
	}
	return 0;
}
