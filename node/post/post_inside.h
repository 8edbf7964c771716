#ifndef BARID_NODE_POST_POST_INSIDE_H
#define BARID_NODE_POST_POST_INSIDE_H
/* The inside of a post, for the files that make it: post.c (its life and its turns) and post_links.c (who is linked, and who must go). */

#include "node/post/fresh.h"
#include "node/post/gossip.h"
#include "node/post/holdback.h"
#include "node/post/peers.h"
#include "node/post/post.h"

enum { POST_CLOSED_MAX = 4 * POST_LINKS_MAX, POST_SEEN_MAX = 256 };

/* A beacon heard, and whether it shows what we carry: that costs a digest, and in a crowd the same ones are heard again and again. */
struct post_seen {
	uint8_t beacon[BEACON_SIZE];
	bool heard, same;
};

struct post {
	struct store *store;
	struct authority *authority;
	struct door door;
	struct ingress own, carried; /* of what is written at our desks, and of what they only pass on */
	struct gossip gossip;
	struct fresh fresh;
	struct holdback holdback;
	struct peers peers;
	struct lanes lanes;
	struct tally tally;
	struct post_config config; /* without store_path */
	struct neighbour *links[POST_LINKS_MAX];
	uint64_t linked;                  /* bit i: links[i] is in use; a turn looks at these only */
	uint64_t speakers;                /* of these, on which there may be something to say */
	uint32_t numbers[POST_LINKS_MAX]; /* links[i]->link, side by side: a link is looked for many times a turn */
	uint32_t closed[POST_CLOSED_MAX];
	size_t closed_count;
	uint8_t nonce[BEACON_NONCE_SIZE], shown[BEACON_SIZE];
	uint64_t shown_changes; /* of the catalogue, when shown was made */
	bool has_shown;
	uint64_t seen_changes;                /* of the catalogue, for which seen holds */
	struct post_seen seen[POST_SEEN_MAX]; /* by the last byte of the nonce */
	uint64_t nonce_until_ms, expire_at_ms, notes_since_ms, opened_ms, urgent_until_ms;
	uint64_t poll_at_ms;
	uint64_t judge_at_ms;               /* not before this is anything judged again */
	uint64_t silent_ms[POST_LINKS_MAX]; /* when links[i] has been silent for too long, on either side */
	struct wants wants;                 /* as the links were last woken for */
	uint64_t generation;
};

static_assert(POST_LINKS_MAX == 64, "a bit a place");

/* The first place of a set, from that one on; POST_LINKS_MAX: none. */
static inline size_t post_place_from(uint64_t places, size_t from)
{
	uint64_t rest = from < POST_LINKS_MAX ? places >> from : 0;
	return rest != 0 ? from + (size_t)__builtin_ctzll(rest) : POST_LINKS_MAX;
}

/* The first place of a link in use, from that one on; POST_LINKS_MAX: none. */
static inline size_t post_link_from(const struct post *post, size_t from)
{
	return post_place_from(post->linked, from);
}

/* Tells everybody inside what time it is; before a letter comes in. */
void post_clock(struct post *post, struct moment now);
/* Frees a link's place; nobody is told. i: a place in use. */
void post_end_link(struct post *post, size_t i);
/* The same, and the caller of the post is told to close it. */
void post_want_closed(struct post *post, size_t i);
/* True while the handshake of a link is not done. */
bool post_is_shaking(const struct neighbour *neighbour);
/* Ends the links that said nothing for too long. Those on which we said nothing for so long owe an empty record, which leaves when there is room. */
void post_mind_silence(struct post *post, struct moment now);
/* Whoever opens many links and says nothing more must not make us hold a snapshot of the catalogue for each: the least useful of them end. */
void post_end_costly_comparisons(struct post *post);
/* What waits for a slow link may be worth a fast lane. */
void post_consider_lanes(struct post *post, struct moment now);

#endif
