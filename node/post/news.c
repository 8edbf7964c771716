#include "node/post/news.h"

void news_add(struct news *news, const struct store_entry *entry, uint32_t link)
{
	news->ring[news->pending % NEWS_RING] = (struct news_item){.entry = *entry, .link = link};
	news->pending++;
}

void news_publish(struct news *news)
{
	news->head = news->pending;
}

void news_undo(struct news *news)
{
	/* The overwritten items cannot be brought back: everybody looks through the store again. */
	news->pending += NEWS_RING;
	news->head = news->pending;
}

const struct news_item *news_next(const struct news *news, uint64_t *at, bool *lost)
{
	*lost = news->pending - *at > NEWS_RING;
	if (*lost)
		*at = news->head;
	if (*at == news->head)
		return NULL;
	return &news->ring[(*at)++ % NEWS_RING];
}
