#include "node/post/post_inside.h"

bool post_trust(struct post *post, const uint8_t *keys, size_t count, struct moment now)
{
	bool all = true, news = false;
	post->door.hour = store_hour(post->store, now.boot_ms);
	(void)door_turn(&post->door); /* a turn that failed is told when it is settled */
	for (size_t i = 0; i < count; i++) {
		enum authority_trusting trusting = authority_trust(post->door.authority, keys + i * SIGN_KEY_SIZE, post->door.hour);
		all = all && trusting != AUTHORITY_FULL;
		news = news || trusting == AUTHORITY_NEWS;
	}
	if (news)
		door_judge_all(&post->door);
	post->gossip.must_commit |= store_dirty(post->store);
	return all;
}
