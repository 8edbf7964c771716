#ifndef BARID_TESTS_SUPPORT_CLUSTER_H
#define BARID_TESTS_SUPPORT_CLUSTER_H
/* Several posts in one process, joined by perfect or cut links, under one clock that only the test moves. */

#include "node/post/post.h"
#include "tests/support/letters.h"

enum { CLUSTER_POSTS = 8, CLUSTER_LINKS = 16, ROOMY = 64 << 20 /* bytes: a store that will not fill */ };

struct cluster_link {
	bool up;
	size_t a, b;
	size_t bytes_ab, bytes_ba; /* carried so far */
	size_t budget;             /* cut the link after so many bytes more in both directions together; SIZE_MAX: never */
};

struct cluster {
	struct moment now;
	size_t posts;
	uint64_t store_max_bytes;
	size_t gateway; /* this one is one, and ROOMY; as many as posts: none */
	struct post *post[CLUSTER_POSTS];
	char path[CLUSTER_POSTS][64];
	struct cluster_link links[CLUSTER_LINKS];
	size_t link_count;
};

/* Opens n posts with stores in a fresh temporary folder. */
void cluster_open(struct cluster *cluster, size_t n, uint64_t store_max_bytes);
/* The same; the last one is a gateway, and links to it are a gateway's. */
void cluster_open_with_gateway(struct cluster *cluster, size_t n, uint64_t store_max_bytes);
void cluster_close(struct cluster *cluster);
/* Opens a link from a to b; returns its index. */
size_t cluster_join(struct cluster *cluster, size_t a, size_t b);
/* The same over a slow radio. */
size_t cluster_join_slow(struct cluster *cluster, size_t a, size_t b);
void cluster_cut(struct cluster *cluster, size_t link);
/* Moves bytes until nobody has anything to say. Returns the number of turns. */
size_t cluster_run(struct cluster *cluster);
/* Moves what everybody has to say once, at most 65 kB a direction and link. Returns the number of bytes. */
size_t cluster_turn(struct cluster *cluster);
/* Moves the clock and settles everybody. */
void cluster_wait(struct cluster *cluster, uint64_t ms);
/* Drops a post and its links without settling, as a crash would; then opens its store again. */
void cluster_shut(struct cluster *cluster, size_t i);
void cluster_reopen(struct cluster *cluster, size_t i);
/* Both. */
void cluster_crash(struct cluster *cluster, size_t i);
/* Submits and settles. */
enum control_verdict cluster_submit(struct cluster *cluster, size_t i, const uint8_t *envelope, size_t len, uint8_t flags);
/* The same, to be sent at once; the test fails if the letter is not stored. */
void cluster_give(struct cluster *cluster, size_t i, const struct sample *sample);
enum control_place cluster_place(struct cluster *cluster, size_t i, const uint8_t *id);
uint64_t cluster_count(struct cluster *cluster, size_t i, enum tally_item item);

#endif
