#ifndef BARID_NODE_POST_NEWS_H
#define BARID_NODE_POST_NEWS_H
/* What became offerable lately, for the links that have already looked past its place in the order. A ring: who falls behind looks through the store
 * again. */

#include "node/post/store.h"

enum { NEWS_RING = 4096 };

struct news_item {
	struct store_entry entry;
	uint32_t link; /* the link it came by, 0 if none: no need to offer it back there */
};

struct news {
	uint64_t pending; /* items ever written; those from head on wait for the commit */
	uint64_t head;    /* items ever published */
	struct news_item ring[NEWS_RING];
};

void news_add(struct news *news, const struct store_entry *entry, uint32_t link);
/* The turn was committed, or undone. */
void news_publish(struct news *news);
void news_undo(struct news *news);
/* The item at *at, which moves on; NULL if there is none yet. *lost is set, and *at moved to the head, if items were overwritten. */
const struct news_item *news_next(const struct news *news, uint64_t *at, bool *lost);

#endif
